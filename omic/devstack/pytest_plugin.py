"""Tests run on a real, throw-away PostgreSQL, made for the run and removed after it; `DATABASE_URL` names another.

Loaded by `-p` before pytest-django reads the settings, so the environment is set while this module is imported.
Workers of pytest-xdist inherit it and find the server running.
"""

import atexit
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from omic.devstack.paths import data_dir, database_url, socket_dir
from omic.devstack.postgres import data_home, start_postgres
from omic.devstack.process import StackError
from omic.devstack.stack import RECORD, Stack
from omic.devstack.valkey import start_valkey

PREFIX = "omic-test-"
SETTLED_SECONDS = 60
CONTROLLER = "PYTEST_XDIST_WORKER" not in os.environ
EMBEDDED = CONTROLLER and "DATABASE_URL" not in os.environ


def _remove(folder: Path) -> None:
    for each in {folder, data_home(folder)}:
        shutil.rmtree(each, ignore_errors=True)


if CONTROLLER:
    os.environ["OMIC_DATA"] = tempfile.mkdtemp(prefix=PREFIX)
    atexit.register(_remove, data_dir())
    os.environ["DATABASE_ROLE"] = ""  # the test database is made, and worked in, by its owner
if EMBEDDED:
    os.environ["DATABASE_URL"] = database_url()

_stack: Stack | None = None


def pytest_configure() -> None:
    global _stack
    if not CONTROLLER:
        return
    _clear_left_over()
    _stack = Stack(data_dir())
    try:
        if EMBEDDED:
            start_postgres(_stack, socket_dir(), throw_away=True)
    except StackError as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)


def pytest_unconfigure() -> None:
    if _stack:
        _stack.close()


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker of this worker's own; gives its address."""
    stack = Stack(tmp_path_factory.mktemp("valkey"))
    with tempfile.TemporaryDirectory(prefix="omic-") as sockets:  # pytest's own folders are too deep for a socket
        start_valkey(stack, Path(sockets))
        yield f"redis+socket://{sockets}/valkey.sock"
        stack.close()


def _clear_left_over() -> None:
    """Stop and remove what a killed test run left behind. One that begins or ends beside us is left alone."""
    for record in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{RECORD}"):
        try:
            state = record.stat()
            if state.st_uid == os.geteuid() and time.time() - state.st_mtime > SETTLED_SECONDS:
                Stack(record.parent).close()
                _remove(record.parent)
        except (StackError, FileNotFoundError):
            continue
