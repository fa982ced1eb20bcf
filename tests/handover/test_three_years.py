"""Three years of a prison: each email exactly once for each true situation, and every list as long as it must be.

Nights are skipped, workers killed at random statements, dates moved, COMs named and lost, sentences followed by others,
responsibility decided and taken back, early allocations referred, decided and taken back, people moved to open
conditions.
"""

import os
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from omic.models import Message
from omic.outbox import send_waiting
from tests.handover.community import NIGHT, STEPS
from tests.handover.prison_life import Life
from tests.handover.three_years import counts

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = {"remind_ahead", "remind_today", "remind_no_com", "pipeline", "chaser", "short", "open", "override", "early"}
PEOPLE = int(os.environ.get("THREE_YEARS_PEOPLE", "20"))
SEED = 20  # of the slice: every kind happens in it


def live(seed: int, *, people: int, days: int) -> Life:
    """So many days, each night and evening compared with the model."""
    life = Life(seed, people)
    for number in range(days):
        life.night()
        if number == days // 3:
            life.find_missing_ldu()
        life.day()
        assert life.lists() == counts(life.world, life.on), f"seed {seed}, {life.on}"
        send_waiting(life.noon)
        if number % 30 == 29 or number == days - 1:
            sent = life.sent()
            missing, more = life.expected - sent, sent - life.expected
            assert not missing and not more, f"seed {seed}, {life.on}: missing {missing}, too many {more}"
        life.on += timedelta(days=1)
    return life


def delivered_once() -> bool:
    """Every email was delivered, each one once, and each LDU has one list and one reminder a night at most."""
    ids = Counter(message.extra_headers["Message-ID"] for message in mail.outbox)
    lists = Message.objects.filter(kind="community").filter(about__regex="^(pipeline|chaser)")
    letters = Counter(lists.values_list("on", "recipient", "about"))
    return set(ids.values()) <= {1} and len(ids) == Message.objects.count() and set(letters.values()) <= {1}


@pytest.fixture(autouse=True)
def _only_handover(settings: Any) -> None:
    settings.RECONCILE_STEPS, settings.NIGHTLY_STEPS, settings.NIGHTLY_EXTRAS = STEPS, [], NIGHT


def test_a_slice_of_a_prisons_life() -> None:
    life = live(SEED, people=7, days=20)
    assert delivered_once()
    assert {event[0] for _, event in life.expected} == KINDS


@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("seed", [int(os.environ.get("THREE_YEARS_SEED", "1"))])
def test_three_years_of_a_prison(seed: int) -> None:
    life = live(seed, people=PEOPLE, days=3 * 365 + 1)
    assert delivered_once()
    kinds = Counter(event[0] for _, event in life.expected)
    assert set(kinds) == KINDS
    assert sum(kinds.values()) > 15 * PEOPLE
