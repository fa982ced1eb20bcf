"""What is owed of a handover stays owed by whatever way the roll tells of a move, a return or a decision taken back."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from handover.actions import record_handover
from handover.override_actions import ask_override, decide_override, end_override
from handover.queries import list_counts
from omic.models import Obligation, Person, Prison
from omic.reconcile import reconcile, window_of
from tests.factories import NOW, CaseDetailsFactory, PrisonFactory, StaffFactory, days
from tests.omic.roll_files import Raw, him, left, record, take_in

pytestmark = pytest.mark.django_db
# Handed over eight months before release: overdue for some forty days.
OVERDUE = {"sentenceStartDate": days(-400).isoformat(), "conditionalReleaseDate": days(200).isoformat()}


@pytest.fixture(autouse=True)
def _prisons() -> None:
    PrisonFactory(code="LEI")
    PrisonFactory(code="MDI")


def here(on: int = -200, prison: str = "LEI", **facts: Any) -> Raw:
    """On a prison's roll since a day."""
    came = dict.fromkeys(("lastMovementDate", "lastAdmissionDate"), days(on).isoformat())
    return record(**OVERDUE | came | {"prisonId": prison} | facts)


def gone(how: str, on: int) -> Raw:
    return left(how=how, on=days(on), **OVERDUE)


def roll(folder: Path, row: Raw, on: int) -> Person:
    take_in(folder, [row], on=days(on), at=NOW + timedelta(days=on))
    return him()


def follow(person: Person, on: int) -> None:
    reconcile([person.pk], window_of(days(on), NOW + timedelta(days=on)))


def owed(person: Person) -> Obligation:
    return person.obligations.get(kind="handover", closed_at=None)


def overdue(prison: str, on: int = 0) -> int:
    return list_counts(Prison.objects.get(pk=prison), days(on))["overdue"]


WAYS = {
    "straight there": [here(-1, "MDI")],
    "a day between prisons": [gone("TRN", -2), here(-1, "MDI")],
    "a day between prisons and back": [gone("TRN", -2), here(-1)],
    "out and back": [gone("REL", -2), here(-1)],
}


@pytest.mark.parametrize("way", WAYS)
def test_an_overdue_handover_outlives_every_way_of_moving(tmp_path: Path, way: str) -> None:
    due_on = owed(roll(tmp_path, here(), -10)).due_on
    for on, row in zip((-2, -1)[-len(WAYS[way]) :], WAYS[way], strict=True):
        person = roll(tmp_path, row, on)
    duty = owed(person)
    assert (duty.due_on, duty.prison_id) == (due_on, person.prison_id)
    assert overdue(person.prison_id) == 1


def test_nobody_is_asked_for_it_while_he_is_between_prisons(tmp_path: Path) -> None:
    roll(tmp_path, here(), -10)
    person = roll(tmp_path, gone("TRN", -2), -2)
    assert not person.obligations.filter(kind="handover", closed_at=None).exists()


def test_what_was_recorded_before_the_move_stays_recorded(tmp_path: Path) -> None:
    person = roll(tmp_path, here(), -10)
    record_handover(person=person, on=days(-5), note="", by=StaffFactory(), at=NOW - timedelta(days=5))
    roll(tmp_path, gone("TRN", -2), -2)
    person = roll(tmp_path, here(-1, "MDI"), -1)
    assert [duty.state for duty in person.obligations.filter(kind="handover")] == ["met"]


def test_a_handover_from_before_he_was_known_stays_out_however_he_moves(tmp_path: Path) -> None:
    """His first prison never had it to do."""
    roll(tmp_path, here(-20), -10)
    roll(tmp_path, gone("TRN", -2), -2)
    person = roll(tmp_path, here(-1, "MDI"), -1)
    assert not person.obligations.filter(kind="handover").exists()


def decided(person: Person, on: int) -> int:
    at = NOW + timedelta(days=on)
    facts = {"responsibility": "POM", "reason": "community", "because": "They know him"}
    row = ask_override(person=person, by=StaffFactory(), at=at, **facts)
    decide_override(override=row.pk, confirmed=True, decision="", by=StaffFactory(), at=at)
    return row.pk


def test_an_override_that_is_taken_back_after_a_move_gives_the_duty_back(tmp_path: Path) -> None:
    override = decided(roll(tmp_path, here(), -10), -9)
    person = roll(tmp_path, here(-1, "MDI"), -1)
    assert overdue("MDI") == 0
    end_override(override=override, because="Too early", by=StaffFactory(), at=NOW)
    assert owed(person).prison_id == "MDI"
    assert overdue("MDI") == 1


def came_back(folder: Path) -> Person:
    """Handed over, then given more time: the second handover has fallen due by today."""
    person = roll(folder, here(conditionalReleaseDate=days(140).isoformat()), -99)
    record_handover(person=person, on=days(-98), note="", by=StaffFactory(), at=NOW - timedelta(days=98))
    person.sentences.update(crd=days(200))
    follow(person, -97)
    return person


def test_a_case_that_came_back_is_owed_its_second_handover_after_a_move(tmp_path: Path) -> None:
    slot = owed(came_back(tmp_path)).slot
    roll(tmp_path, gone("TRN", -2), -2)
    assert owed(roll(tmp_path, here(-1, "MDI"), -1)).slot == slot


def test_a_case_that_came_back_is_owed_its_second_handover_after_an_override(tmp_path: Path) -> None:
    person = came_back(tmp_path)
    slot, override = owed(person).slot, decided(person, -3)
    end_override(override=override, because="Too early", by=StaffFactory(), at=NOW)
    assert owed(person).slot == slot


def test_a_date_that_goes_back_to_what_was_recorded_ends_the_second_handover(tmp_path: Path) -> None:
    person = came_back(tmp_path)
    person.sentences.update(crd=days(140))
    follow(person, -3)
    person.sentences.update(crd=days(150))  # a correction that the COM's responsibility outlasts
    follow(person, -2)
    assert not person.obligations.filter(kind="handover", closed_at=None).exists()


def test_after_a_second_recall_what_the_first_one_asked_for_is_over(tmp_path: Path) -> None:
    back = {"legalStatus": "RECALL", "recall": True, "indeterminateSentence": True, "tariffDate": days(200).isoformat()}
    back["conditionalReleaseDate"] = None
    person = roll(tmp_path, here(-100, receptionDate=days(-100).isoformat(), **back), -90)
    hearing = {"field": "recall_hearing_outcome", "value": "not_release", "source": "Board"}
    CaseDetailsFactory(person=person, recall_hearing_outcome="not_release")
    person.detail_entries.create(as_at=days(-80), recorded_at=NOW, **hearing)
    follow(person, -10)
    assert owed(person).slot.startswith("recall-")
    roll(tmp_path, gone("REL", -6), -6)
    person = roll(tmp_path, here(-2, receptionDate=days(-2).isoformat(), **back), -2)
    person.detail_entries.create(as_at=days(-1), recorded_at=NOW, **hearing)
    follow(person, 0)
    assert not person.obligations.filter(kind="handover", closed_at=None).exists()
