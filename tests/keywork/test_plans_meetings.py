"""KW-13: the meetings at which key workers are expected: after sentence on remand here, planning, first handover."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from keywork.actions.meetings import record_meeting
from keywork.meetings import meetings_wanted
from omic.attendance import Meeting, attendance_wanted
from omic.audit import Actor
from omic.details import record_details
from omic.models import Obligation, ObligationKind, Person, Role, Sentence
from omic.obligations import Wanted, synchronise
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, KeyWorkerAllocationFactory, PersonFactory, SentenceFactory, days

pytestmark = pytest.mark.django_db
WINDOW = window_of(TODAY, NOW)


def on_remand(cast: Cast, **facts: Any) -> Person:
    person = cast.person(**{"legal_status": "REMAND", "arrived_on": days(-60), **facts})
    return KeyWorkerAllocationFactory(person=person, staff=cast.of(Role.KEY_WORKER)).person


def sentenced(person: Person, ago: int = 5) -> Sentence:
    person.legal_status = "SENTENCED"
    person.save(update_fields=["legal_status"])
    return SentenceFactory(person=person, started_on=days(-ago))


def wanted(*people: Person) -> list[Wanted]:
    return meetings_wanted([person.pk for person in people], WINDOW)


def test_sentenced_after_remand_here(cast: Cast) -> None:
    person = on_remand(cast)
    sentence = sentenced(person)
    (duty,) = wanted(person, cast.person())
    assert (duty.person_id, duty.slot, duty.owner_id) == (
        person.pk, f"sentence-{sentence.pk}", cast.of(Role.KEY_WORKER).pk,
    )  # fmt: skip
    assert (duty.opens_on, duty.due_on, duty.with_roles, duty.rule) == (days(-5), None, ("pom",), "KW-13")


def test_still_on_remand(cast: Cast) -> None:
    assert not wanted(on_remand(cast))


def test_came_sentenced(cast: Cast) -> None:
    person = cast.person(legal_status="SENTENCED", arrived_on=days(-60))
    SentenceFactory(person=person, started_on=days(-5))
    assert not wanted(person)


@pytest.mark.parametrize(("ago", "owed"), [(61, False), (60, False), (59, True), (0, True), (-1, False)])
def test_sentenced_after_the_day_of_arrival_and_by_today(cast: Cast, ago: int, owed: bool) -> None:
    person = on_remand(cast)
    sentenced(person, ago)
    assert bool(wanted(person)) is owed


def test_moved_since(cast: Cast) -> None:
    person = on_remand(cast)
    sentenced(person)
    person.prison, person.wing, person.arrived_on = cast.elsewhere, None, days(-2)
    person.save()
    assert not wanted(person)


def test_a_further_sentence_of_somebody_serving_one(cast: Cast) -> None:
    person = on_remand(cast)
    SentenceFactory(person=person, started_on=days(-30), closed_at=NOW)
    sentenced(person)
    assert not wanted(person)


def test_who_is_to_have_no_key_worker_is_owed_none(cast: Cast) -> None:
    cast.prison.estate = "women"
    cast.prison.save()
    high, low = on_remand(cast, complexity="high"), on_remand(cast, complexity="low")
    sentenced(high), sentenced(low)
    assert [duty.person_id for duty in wanted(high, low)] == [low.pk]


def kept(person: Person) -> None:
    with transaction.atomic():
        synchronise(
            wanted(person), people=[person.pk], kinds=[ObligationKind.THREE_WAY_MEETING], first=WINDOW.first,
            last=WINDOW.last, on=TODAY, at=NOW, void_because="Not owed",
        )  # fmt: skip


def record(cast: Cast, person: Person, role: Role, day: int) -> str:
    duty = Obligation.objects.get(kind=ObligationKind.THREE_WAY_MEETING)
    address = reverse("keywork:meeting", args=["LEI", person.ref, duty.pk])
    held = {"held_on_day": str(day), "held_on_month": "11", "held_on_year": "2026"}
    return cast.client(role).post(address, held, follow=True).content.decode()


def test_the_meeting_is_recorded_with_its_day_and_stays_met(cast: Cast) -> None:
    person = on_remand(cast)
    sentenced(person)
    kept(person)
    assert "must not be before the sentence, on 13 November 2026" in record(cast, person, Role.KEY_WORKER, 12)
    assert "must not be in the future" in record(cast, person, Role.KEY_WORKER, 19)
    record(cast, person, Role.KEY_WORKER, 13)
    kept(person)
    duty = Obligation.objects.get(kind=ObligationKind.THREE_WAY_MEETING)
    assert (duty.state, duty.closed_because) == ("met", "Held on 13 November 2026")
    assert "This was closed by Kay Weaver on 18 November 2026" in record(cast, person, Role.HOMD, 14)


# --- the sentence planning meeting ------------------------------------------------------------------------------------


def planned(cast: Cast, person: Person, ahead: int, *, told: int = 0) -> None:
    """The day of the meeting, `ahead` of today, recorded `told` days from today."""
    record_details(
        person=person, values={"planning_meeting_on": days(ahead)}, source="Email", as_at=days(told),
        by=Actor(staff=cast.of(Role.HOMD)), at=NOW + timedelta(days=told),
    )  # fmt: skip


def attending(cast: Cast, **facts: Any) -> Person:
    person = on_remand(cast, legal_status="SENTENCED", **facts)
    return SentenceFactory(person=person, started_on=days(-40)).person


def duties(person: Person) -> list[tuple[Any, ...]]:
    rows = Obligation.objects.filter(person=person, kind="planning_meeting").exclude(state="void")
    return list(rows.values_list("due_on", "owner", "state"))


def test_a_planned_meeting_asks_the_key_worker_and_moves_with_its_day(cast: Cast) -> None:
    person, kay = attending(cast), cast.of(Role.KEY_WORKER).pk
    planned(cast, person, 5)
    assert duties(person) == [(days(5), kay, "open")]
    planned(cast, person, 9)
    assert duties(person) == [(days(9), kay, "open")]
    assert "Key worker at the sentence planning meeting" in cast.client(Role.KEY_WORKER).get(mine()).text


def mine() -> str:
    return reverse("keywork:mine", args=["LEI"])


@pytest.mark.parametrize(
    ("ahead", "told", "asked"), [(0, 0, True), (-1, 0, False), (-1, -1, True), (-41, -41, False), (-70, -80, False)]
)
def test_what_was_told_of_before_its_day_was_planned(cast: Cast, ahead: int, told: int, asked: bool) -> None:
    person = attending(cast)
    planned(cast, person, ahead, told=told)
    assert bool(duties(person)) is asked


def test_a_meeting_whose_day_was_put_right_afterwards_is_asked_for_still(cast: Cast) -> None:
    person = attending(cast)
    planned(cast, person, -3, told=-6)
    planned(cast, person, -1)
    assert [row[0] for row in duties(person)] == [days(-1)]


def test_who_moves_before_the_meeting_leaves_it_to_the_next_prison(cast: Cast) -> None:
    person = attending(cast)
    planned(cast, person, -1, told=-5)
    Person.objects.filter(pk=person.pk).update(prison=cast.elsewhere, wing=None, arrived_on=TODAY)
    reconcile([person.pk], WINDOW)
    assert duties(person) == []


def test_neither_on_remand_nor_without_a_key_worker_by_rule(cast: Cast) -> None:
    remand = on_remand(cast)
    planned(cast, remand, 5)
    assert duties(remand) == []


def answer(cast: Cast, person: Person, **typed: str) -> str:
    duty = Obligation.objects.exclude(state="void").get(kind="planning_meeting")
    address = reverse("keywork:meeting", args=["LEI", person.ref, duty.pk])
    return cast.client(Role.KEY_WORKER).post(address, typed, follow=True).text


def test_attended_or_missed_with_a_reason(cast: Cast) -> None:
    person = attending(cast)
    planned(cast, person, 0)
    assert "Say why not" in answer(cast, person, attended="no")
    assert "Enter the day of the meeting" in answer(cast, person, attended="yes")
    answer(cast, person, attended="no", because="Nobody told the wing")
    duty = Obligation.objects.get(kind="planning_meeting")
    assert (duty.state, duty.closed_because) == ("missed", "Not attended: Nobody told the wing")
    reconcile([person.pk], WINDOW)
    duty.refresh_from_db()
    assert (duty.state, bool(duty.closed_at)) == ("missed", True)


def test_nobody_has_missed_what_is_still_to_come(cast: Cast) -> None:
    person = attending(cast)
    planned(cast, person, 2)
    assert "nobody has missed it yet" in answer(cast, person, attended="no", because="Ill")
    held = {"held_on_day": "18", "held_on_month": "11", "held_on_year": "2026"}
    answer(cast, person, attended="yes", **held)
    assert Obligation.objects.get(kind="planning_meeting").closed_because == "Attended on 18 November 2026"


def test_the_first_handover_meeting_can_be_opened_and_recorded_the_same_way(cast: Cast) -> None:
    person = attending(cast)
    meeting = Meeting(
        kind=ObligationKind.FIRST_HANDOVER_MEETING, slot="handover-1", opens_on=days(-1), planned_on=None,
        found="The COM is responsible now",
    )  # fmt: skip
    duty = attendance_wanted(person, meeting, policy="omic-2019")
    assert duty and (duty.owner_id, duty.due_on, duty.rule) == (cast.of(Role.KEY_WORKER).pk, None, "KW-13")
    with transaction.atomic():
        synchronise(
            [duty], people=[person.pk], kinds=[meeting.kind], first=date.min, last=date.max, on=TODAY, at=NOW,
            void_because="No handover",
        )  # fmt: skip
    row = Obligation.objects.get(kind=meeting.kind)
    done = record_meeting(duty=row, prison=cast.prison, held_on=TODAY, by=cast.of(Role.POM), at=NOW)
    assert (done.state, done.closed_because) == ("met", "Attended on 18 November 2026")
    assert attendance_wanted(PersonFactory(prison=None, wing=None, arrived_on=None), meeting, policy="x") is None
