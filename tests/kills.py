"""A child process that works on the test's database and is killed by SIGKILL at a chosen SQL statement."""

import os
import re
import signal
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection

Work = Callable[[], object]
OURS = "omic|tiering|handover|allocation|keywork"
WRITE = re.compile(rf"\b(INSERT INTO|UPDATE|DELETE FROM) \"?({OURS})_.{{,30}}", re.DOTALL)


class Sink(BaseEmailBackend):
    """Takes a mail by one write to a file of its own below `settings.SINK`: it is there whole or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            path = Path(settings.SINK) / f"{os.getpid()}-{time.monotonic_ns()}.eml"
            path.write_bytes(mail.message().as_bytes())
        return len(email_messages)


def start(work: Work, *, killed_before: int | None = None) -> int:
    """Fork a child that does `work` over a connection of its own; its process id.

    Before its statement number `killed_before` the child sends itself SIGKILL: nothing is flushed, rolled back or
    closed by it.
    """
    connection.close()
    child = os.fork()
    if child:
        return child
    try:
        # Never one that the parent has: asyncio knows no loop in a child, so that after a browser test Django finds
        # the connection from before Playwright's loop here. The parent keeps it open, and with it the lock of who was
        # killed.
        connection.connect()
        with _killing(killed_before):
            work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def killed(child: int) -> bool:
    """Wait for a child: whether it was killed. One that failed by itself fails the test."""
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)
    return os.WIFSIGNALED(status)


def _killing(number: int | None) -> AbstractContextManager[None]:
    statements = count(1)

    def execute_or_die(execute: Callable[..., Any], *args: Any) -> Any:
        if next(statements) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*args)

    return connection.execute_wrapper(execute_or_die)


def statements_of(work: Work) -> list[str]:
    """The SQL statements that `work`, done here and now, executes."""
    statements = []

    def keeping(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        statements.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(keeping):
        work()
    return statements


def after_each_write(statements: Sequence[str]) -> list[int]:
    """Numbers of the statements that come right after a table of ours was written, once for each way of writing it.

    There a death leaves a write without what belongs to it, if ever.
    """
    writes: dict[str, int] = {}
    for number, sql in enumerate(statements, start=1):
        if found := WRITE.search(sql):
            writes.setdefault(found[0], number + 1)
    return [number for number in writes.values() if number <= len(statements)]
