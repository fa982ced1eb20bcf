"""The pipeline: its order, its locks, and that a held batch is tried again."""

import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from omic import reconcile
from omic.models import Person
from omic.reconcile import Window, window_of
from tests.factories import NOW, TODAY, PersonFactory

asked: list[Sequence[int]] = []


def remember(people: Sequence[int], window: Window) -> dict[str, int]:
    """A step of the pipeline for these tests."""
    asked.append(list(people))
    return {"remembered": len(people)}


@pytest.fixture(autouse=True)
def _pipeline(settings: object) -> None:
    asked.clear()
    settings.RECONCILE_STEPS = ["tests.omic.test_reconcile.remember"]


def test_the_window_reaches_fourteen_days_ahead_and_back_to_the_first_lost_day() -> None:
    assert window_of(TODAY, NOW).last - TODAY == timedelta(days=14)
    assert window_of(TODAY, NOW).first == TODAY
    assert window_of(TODAY, NOW, since=TODAY - timedelta(days=3)).first == TODAY - timedelta(days=3)


@pytest.mark.django_db
def test_batches_are_in_id_order_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "AT_ONCE", 2)
    people = [PersonFactory().pk for _ in range(5)]
    counts = reconcile.reconcile_in_batches(people[::-1], window_of(TODAY, NOW))
    assert asked == [people[:2], people[2:4], people[4:]]
    assert counts["remembered"] == 5


@pytest.mark.django_db
def test_what_a_prison_decided_about_contacts_asks_those_steps_alone(settings: object) -> None:
    person = PersonFactory()
    settings.CADENCE_STEPS = []
    reconcile.reconcile_in_batches([person.pk], window_of(TODAY, NOW), cadence=True)
    assert not asked
    settings.CADENCE_STEPS = settings.RECONCILE_STEPS
    reconcile.reconcile_in_batches([person.pk], window_of(TODAY, NOW), cadence=True)
    assert asked == [[person.pk]]


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_somebody_holds_is_tried_again_and_then_given_up_loudly() -> None:
    person = PersonFactory()
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Person.objects.select_for_update().get(pk=person.pk)
            held.set()
            done.wait(60)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    threading.Timer(6, done.set).start()  # after the first attempt's five seconds, before the second's end
    assert reconcile.reconcile_in_batches([person.pk], window_of(TODAY, NOW))["remembered"] == 1
    holder.join()


@pytest.mark.django_db
def test_another_database_error_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(people: Sequence[int], window: Window, *, cadence: bool) -> None:
        asked.append(people)
        raise OperationalError("the disk is full")

    monkeypatch.setattr(reconcile, "reconcile", fail)
    with pytest.raises(OperationalError, match="disk"):
        reconcile.reconcile_in_batches([1], window_of(TODAY, NOW))
    assert len(asked) == 1
