"""Recording details: entries with source and day, the newest counts, nothing is written twice, all follows at once."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from handover.models import HandoverDetermination
from omic.audit import Actor
from omic.details import (
    ConflictError,
    OlderError,
    Stated,
    Statement,
    record_details,
    record_oasys,
    record_sentence_plan,
    state_details,
)
from omic.models import AuditEvent, CaseDetails, Person, SentencePlan
from omic.parole_reviews import record_parole_review
from omic.recorded import RecordedError, reviews_seen
from tests.factories import NOW, TODAY, CaseDetailsFactory, PersonFactory, SentenceFactory, StaffFactory, days
from tiering.models import TierDetermination

pytestmark = pytest.mark.django_db
FILE = Actor(job="import_details")


def stated(source: str = "details.csv", as_at: date = TODAY) -> Statement:
    return Statement(source, as_at, FILE, NOW)


def record(person: Person, as_at: date = TODAY, version: int | None = None, **values: Any) -> Stated:
    actor = Actor(staff=StaffFactory(username="hand"))
    return record_details(person=person, values=values, source="OASys", as_at=as_at, by=actor, at=NOW, version=version)


def test_a_value_is_kept_with_source_day_and_author_and_the_tier_follows_at_once() -> None:
    person = SentenceFactory().person
    assert record(person, rosh="high", rsr="4.3").changed == ("rosh", "rsr")
    entry = person.detail_entries.get(field="rsr")
    assert (entry.value, entry.source, entry.as_at, entry.recorded_by.username) == ("4.30", "OASys", TODAY, "hand")
    assert TierDetermination.objects.current().get(person=person).letter == "B"
    assert HandoverDetermination.objects.current().filter(person=person).exists()
    assert AuditEvent.objects.get(action="record_details").detail == {"fields": ["rosh", "rsr"], "source": "OASys"}


def test_a_file_taken_in_twice_changes_nothing_the_second_time() -> None:
    person, facts = PersonFactory(), {"rosh": "low", "rsr": "2", "mappa_level": 0, "ldu": "Leeds"}
    assert state_details(person, facts, stated()).entries == 4
    version = person.details.version
    assert state_details(person, facts, stated()) == Stated()
    assert CaseDetails.objects.get(person=person).version == version


def test_something_older_is_kept_but_does_not_count() -> None:
    person = PersonFactory()
    state_details(person, {"rosh": "high"}, stated(as_at=TODAY))
    assert state_details(person, {"rosh": "low"}, stated(as_at=days(-5))).older == ("rosh",)
    assert person.detail_entries.count() == 2
    assert CaseDetails.objects.get(person=person).rosh == "high"


def test_a_replayed_file_does_not_undo_a_correction_of_the_same_day() -> None:
    person = PersonFactory()
    state_details(person, {"rosh": "high"}, stated())
    record(person, rosh="medium")
    assert state_details(person, {"rosh": "high"}, stated()) == Stated()
    assert CaseDetails.objects.get(person=person).rosh == "medium"


def test_at_the_page_a_value_can_be_put_back() -> None:
    person = PersonFactory()
    for value in ("high", "medium", "high"):
        record(person, rosh=value)
    assert CaseDetails.objects.get(person=person).rosh == "high"


def test_at_the_page_something_older_is_an_error_and_nothing_is_kept() -> None:
    person = PersonFactory()
    record(person, rosh="high")
    with pytest.raises(OlderError) as caught:
        record(person, as_at=days(-1), rosh="low", ldu="Leeds")
    assert caught.value.newer["rosh"].value == "high"
    assert person.detail_entries.count() == 1


def test_the_loser_of_a_race_is_told() -> None:
    person = PersonFactory()
    record(person, version=0, rosh="high")
    with pytest.raises(ConflictError) as caught:
        record(person, version=0, rosh="low")
    assert caught.value.details.rosh == "high"


def test_a_value_can_become_unknown_again() -> None:
    person = PersonFactory()
    record(person, rosh="high")
    assert record(person, rosh=None).changed == ("rosh",)
    assert CaseDetails.objects.get(person=person).rosh is None


@pytest.mark.parametrize("values", [{"rsr": "99.99"}, {"rosh": "none"}, {"mappa_level": 4}, {"com_email": "cam"}])
def test_what_cannot_be_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        record(PersonFactory(), **values)


def test_what_is_no_detail_is_refused() -> None:
    with pytest.raises(KeyError):
        state_details(PersonFactory(), {"version": 3}, stated())


NEEDLESS = {"handover_oasys_not_needed": True, "handover_oasys_reason": "Reviewed last month"}


def test_that_no_oasys_is_needed_has_a_reason() -> None:
    person = PersonFactory()
    with pytest.raises(ValidationError, match="Say why no OASys review is needed"):
        record(person, handover_oasys_not_needed=True)
    record(person, **NEEDLESS)
    with pytest.raises(ValidationError, match="Say why no OASys review is needed"):
        record(person, handover_oasys_reason=None)
    assert record(person, handover_oasys_not_needed=False, handover_oasys_reason=None).entries == 2


@pytest.mark.parametrize("reason", [None, ""])
def test_the_database_wants_the_reason_too(reason: str | None) -> None:
    with pytest.raises(IntegrityError, match="handover_oasys_reason_given"):
        CaseDetailsFactory(handover_oasys_not_needed=True, handover_oasys_reason=reason)


@pytest.mark.parametrize("needless", [None, False])
def test_a_reason_alone_does_no_harm(needless: bool | None) -> None:
    CaseDetailsFactory(handover_oasys_not_needed=needless, handover_oasys_reason="Reviewed last month")


@pytest.mark.parametrize("level", [0, 4])
def test_the_database_knows_three_levels_of_mappa(level: int) -> None:
    with pytest.raises(IntegrityError, match="mappa_level_needed_possible"):
        CaseDetailsFactory(mappa_level_needed=level)


def test_judgement_and_reason_are_older_together() -> None:
    person = PersonFactory()
    state_details(person, {"handover_oasys_reason": "Seen in May"}, stated())
    record(person, handover_oasys_reason=None)
    told = state_details(person, NEEDLESS, stated(as_at=days(-5)))
    assert (told.older, told.changed) == (tuple(NEEDLESS), ())
    assert person.detail_entries.filter(as_at=days(-5)).count() == 2


def test_a_reason_that_was_given_before_comes_back_with_its_judgement() -> None:
    person = PersonFactory()
    state_details(person, NEEDLESS | {"handover_oasys_not_needed": False}, stated())
    record(person, handover_oasys_reason=None)
    assert state_details(person, NEEDLESS, stated()).changed == tuple(NEEDLESS)


def test_a_parole_review_is_known_by_its_hearing_and_completed_by_its_outcome() -> None:
    person = PersonFactory()
    assert record_parole_review(person=person, statement=stated(), target_hearing_on=days(-9))
    assert not record_parole_review(person=person, statement=stated(), target_hearing_on=days(-9))
    done = {"target_hearing_on": days(-9), "outcome": "not_release", "outcome_on": days(-2)}
    assert record_parole_review(person=person, statement=stated(), **done)
    assert not record_parole_review(person=person, statement=stated(), target_hearing_on=days(-9))
    review = person.parole_reviews.get()
    assert (review.outcome, review.version) == ("not_release", 2)


def test_another_outcome_than_the_page_showed_is_refused_with_who_and_when() -> None:
    person = PersonFactory()
    done = {"target_hearing_on": days(-9), "outcome": "not_release", "outcome_on": days(-2)}
    assert record_parole_review(person=person, statement=stated(), seen="", **done)
    with pytest.raises(RecordedError, match="recorded the outcome of this hearing on"):
        record_parole_review(person=person, statement=stated(), seen="", **done | {"outcome": "release"})
    seen = reviews_seen(person)
    assert record_parole_review(person=person, statement=stated(), seen=seen, **done | {"outcome": "release"})


def test_an_oasys_known_as_completed_by_somebody_else_is_an_error() -> None:
    person = PersonFactory()
    facts = {"layer": 3, "kind": "initial", "completed_on": days(-9)}
    assert record_oasys(person=person, statement=stated(), completed_by="pom", **facts)
    with pytest.raises(RecordedError, match="completed by POM"):
        record_oasys(person=person, statement=stated(), completed_by="com", **facts)


def test_an_oasys_is_kept_once() -> None:
    person = PersonFactory()
    facts = {"layer": 3, "kind": "initial", "completed_on": days(-9), "completed_by": "pom"}
    assert [record_oasys(person=person, statement=stated(), **facts) for _ in range(2)] == [True, False]
    assert person.oasys.get().source == "details.csv"


def test_the_sentence_plan_is_one_row_that_changes() -> None:
    person = PersonFactory()
    assert record_sentence_plan(person=person, statement=stated(), active=True, targets="Find work")
    assert not record_sentence_plan(person=person, statement=stated(), active=True, targets="Find work")
    assert record_sentence_plan(person=person, statement=stated(), active=False)
    plan = SentencePlan.objects.get(person=person)
    assert (plan.active, plan.version) == (False, 2)
