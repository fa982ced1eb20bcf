"""Killed by SIGKILL at any statement and run again, a job ends as if nothing had happened (R2, R3)."""

from collections import Counter
from email import message_from_bytes
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from omic.ledger import begin, finish
from omic.models import Message, Prison
from omic.nightly import JOB, run_night
from omic.outbox import MailKind, message_id, queue_message, send_waiting
from tests.factories import NOW, TODAY, PrisonFactory, days
from tests.kills import after_each_write, killed, start, statements_of
from tests.nights import SAFER, approve, small_hours, small_prisons, told

pytestmark = pytest.mark.django_db(transaction=True)


def three_nights(prison: Prison) -> None:
    """Tonight, after two lost nights; once the server has noticed that who held the night before is dead."""
    while run_night(prison, on=TODAY, at=small_hours(TODAY)) is None:
        pass


def test_a_night_killed_anywhere_and_run_again_ends_the_same() -> None:
    reference, *prisons = small_prisons(*(f"A{number:02}" for number in range(50)), since=days(-9))
    for prison in (reference, *prisons):
        finish(begin(JOB, prison, on=days(-3), at=small_hours(days(-3))), coverage={}, at=small_hours(days(-3)))
    statements = statements_of(partial(three_nights, reference))
    expected = told(reference)
    assert (len(expected["runs"]), len(expected["messages"])) == (4, 2)
    points = after_each_write(statements)
    assert 20 < len(points) <= len(prisons)
    for number, prison in zip(points, prisons, strict=False):
        assert killed(start(partial(three_nights, prison), killed_before=number))
        three_nights(prison)
        assert told(prison) == expected, f"killed before statement {number}: {statements[number - 1]}"


def queue(prisons: int, sink: Path, settings: Any) -> dict[str, int]:
    """One waiting message a prison; how often each may arrive, by Message-ID."""
    settings.EMAIL_BACKEND, settings.SINK = "tests.kills.Sink", str(sink)
    for number in range(prisons):
        prison = PrisonFactory(code=f"P{number:02}")
        approve(prison, SAFER)
        queue_message(
            prison=prison, on=TODAY, kind=MailKind.COMPLIANCE, recipient=SAFER, title="Night", body="Counts", at=NOW
        )
    return Counter(map(message_id, Message.objects.all()))


def arrived(sink: Path) -> Counter[str]:
    return Counter(message_from_bytes(mail.read_bytes())["Message-ID"] for mail in sink.iterdir())


def test_a_sender_killed_at_every_statement_loses_no_mail(tmp_path: Path, settings: Any) -> None:
    expected = queue(25, tmp_path, settings)
    kills = 0
    while killed(start(partial(send_waiting, NOW), killed_before=kills % 8 + 1)):
        kills += 1
    assert kills > 8
    assert not Message.objects.exclude(state="sent").exists()
    assert arrived(tmp_path).keys() == expected.keys()  # a receiver that drops what it knows has each once
    assert arrived(tmp_path).total() <= expected.total() + kills  # and at most one was in flight at each kill
    assert arrived(tmp_path).total() > expected.total()  # some were: the kill fell between sending and marking


def test_a_repeat_is_the_same_mail_byte_for_byte(tmp_path: Path, settings: Any) -> None:
    queue(1, tmp_path, settings)
    assert killed(start(partial(send_waiting, NOW), killed_before=3))
    send_waiting(NOW)
    first, second = (mail.read_bytes() for mail in tmp_path.iterdir())
    assert first == second


def test_three_senders_at_once_send_each_mail_once(tmp_path: Path, settings: Any) -> None:
    expected = queue(30, tmp_path, settings)
    senders = [start(partial(send_waiting, NOW)) for _ in range(3)]
    assert not any(map(killed, senders))
    assert arrived(tmp_path) == expected
