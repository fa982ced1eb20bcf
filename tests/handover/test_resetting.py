"""Steps that count no more: responsibility went back, the handover moved out of sight, the sentence ended."""

from datetime import date, timedelta

import pytest

from handover.actions import record_handover
from handover.models import HandoverStep, ResponsibilityOverride
from handover.override_actions import ask_override, decide_override, end_override
from handover.resetting import BACK, MOVED, OVER
from handover.timetable.casework import Item
from omic.models import ParoleReview, Person, Role
from tests.cast import Cast
from tests.factories import NOW, TODAY, days
from tests.handover.casework import Kind, case, follow, stands, take

pytestmark = pytest.mark.django_db
CRDS = {  # eight months after the handover
    "yesterday": date(2027, 7, 17),
    "today": date(2027, 7, 18),
    "eight weeks": date(2027, 9, 13),  # 13 January
    "a day more": date(2027, 9, 14),
    "far": date(2029, 1, 10),
}


def moved(person: Person, crd: date | None) -> None:
    person.sentences.update(crd=crd)
    follow(person, after=1)


def reason(person: Person) -> str:
    return HandoverStep.objects.get(person=person, kind=Kind.COM_CONTACT).ended_because


@pytest.mark.parametrize(
    ("before", "after", "because"),
    [
        ("yesterday", "far", BACK),
        ("today", "eight weeks", BACK),
        ("eight weeks", "far", MOVED),
        ("eight weeks", "a day more", ""),  # seen a day later, it is eight weeks ahead again
        ("far", "a day more", ""),
        ("far", "far", ""),
        ("eight weeks", "today", ""),
        ("yesterday", "today", ""),
    ],
)
def test_a_date_that_moves(cast: Cast, before: str, after: str, because: str) -> None:
    person = case(cast, crd=CRDS[before])
    take(cast, person, Kind.COM_CONTACT)
    moved(person, CRDS[after])
    assert reason(person) == because


def test_a_date_that_is_not_known_any_more(cast: Cast) -> None:
    person = case(cast)
    take(cast, person, Kind.COM_CONTACT)
    moved(person, None)
    assert reason(person) == MOVED


def test_an_override_that_ends(cast: Cast) -> None:
    person = case(cast, crd=CRDS["far"])
    facts = {"responsibility": "COM", "reason": "community", "because": "The team asks for it"}
    override: ResponsibilityOverride = ask_override(person=person, by=cast.of(Role.HOMD), at=NOW, **facts)
    decide_override(override=override.pk, confirmed=True, decision="", by=cast.of(Role.GOVERNOR), at=NOW)
    take(cast, person, Kind.COM_CONTACT, at=NOW + timedelta(minutes=1))
    end_override(override=override.pk, because="No room", by=cast.of(Role.HOMD), at=NOW + timedelta(hours=1))
    assert reason(person) == BACK


def test_parole_that_is_refused(cast: Cast) -> None:
    person = case(cast, crd=None, com_oasys_reviewed=True)
    person.sentences.update(kind="indeterminate", ted=days(60), started_on=days(-4000))
    follow(person)
    take(cast, person, Kind.COM_CONTACT)
    person.sentences.update(ted=days(-60))
    facts = {"outcome": "not_release", "outcome_on": TODAY, "recorded_at": NOW, "source": "Board"}
    ParoleReview.objects.create(person=person, target_hearing_on=days(-1), **facts)
    ParoleReview.objects.create(person=person, target_hearing_on=days(700), recorded_at=NOW, source="Board")
    follow(person, after=1)
    assert reason(person) == BACK


def test_the_end_of_the_sentence_and_what_was_taken_back_stays_as_it_is(cast: Cast) -> None:
    person = case(cast)
    take(cast, person, Kind.COM_CONTACT)
    gone = take(cast, person, Kind.LICENCE)
    facts = {"withdrawn_at": NOW, "withdrawn_by": cast.of(Role.POM), "withdrawn_because": "Error"}
    HandoverStep.objects.filter(pk=gone.pk).update(**facts)
    person.sentences.update(closed_at=NOW)
    follow(person)
    assert reason(person) == OVER
    assert HandoverStep.objects.get(pk=gone.pk).ended_at is None


def done(person: Person, after: int) -> set[Item]:
    return {line.item for line in stands(person, after).outcome.value.lines if line.done}


def test_the_next_handover_begins_with_nothing_done(cast: Cast) -> None:
    person = case(cast, crd=CRDS["yesterday"])
    take(cast, person, Kind.OASYS_NOT_NEEDED)
    take(cast, person, Kind.RELEASE_REPORT)
    record_handover(person=person, on=TODAY, note="", by=cast.of(Role.POM), at=NOW)
    assert {Item.OASYS, Item.RECORDED, Item.RELEASE_REPORT} <= done(person, 0)
    moved(person, CRDS["far"])
    person.details.refresh_from_db()
    assert (person.details.handover_oasys_not_needed, person.details.handover_oasys_reason) == (False, None)
    assert done(person, 1) == set()


def test_what_settled_a_duty_before_the_handover_came_to_nothing_counts_no_more(cast: Cast) -> None:
    person = case(cast, crd=CRDS["yesterday"])
    take(cast, person, Kind.OASYS_REVIEWED)
    assert Item.OASYS in done(person, 0)
    moved(person, CRDS["far"])
    assert Item.OASYS not in done(person, 1)


def test_the_night_ends_nothing_twice_and_the_next_handover_begins_with_none(cast: Cast) -> None:
    person = case(cast, crd=CRDS["yesterday"])
    take(cast, person, Kind.COM_CONTACT)
    take(cast, person, Kind.MAPPA_SCREEN)
    moved(person, CRDS["far"])
    ended = set(person.handover_steps.values_list("ended_at", flat=True))
    follow(person, after=2)
    assert set(person.handover_steps.values_list("ended_at", flat=True)) == ended
    take(cast, person, Kind.MAPPA_SCREEN, at=NOW + timedelta(days=3), done_on=days(2))
    follow(person, after=4)
    assert HandoverStep.objects.counting().filter(person=person).count() == 1
