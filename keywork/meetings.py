"""The meetings at which key workers are expected (KW-13): after sentence where somebody was on remand, and planning."""

from collections.abc import Sequence
from datetime import date
from itertools import chain
from typing import Any

from django.db.models import DateField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate

from keywork.rules import KeyWorkFacts, Spell, entitled, policy_on
from omic.attendance import Meeting, attendance_wanted
from omic.formats import day
from omic.models import (
    SENTENCED_STATUSES,
    CaseDetails,
    DetailEntry,
    LegalStatus,
    ObligationKind,
    Person,
    Presence,
    Role,
    Sentence,
)
from omic.obligations import Wanted, synchronise
from omic.policy import Step
from omic.reconcile import Window

ON_REMAND = (LegalStatus.REMAND, LegalStatus.CONVICTED_UNSENTENCED)


def keep_meetings(people: Sequence[int], window: Window) -> dict[str, int]:
    """Keep the duties of key workers to attend, whenever they were due: they ask until somebody answers them."""
    return synchronise(
        chain(meetings_wanted(people, window), planning_wanted(people, window)),
        people=people,
        kinds=[ObligationKind.THREE_WAY_MEETING, ObligationKind.PLANNING_MEETING],
        first=date.min,
        last=date.max,
        on=window.on,
        at=window.at,
        void_because="No longer owed here",
    )


def meetings_wanted(people: Sequence[int], window: Window) -> list[Wanted]:
    """One duty for each of `people` whom this prison held on remand, who was sentenced here and is here still.

    That they were on remand is what was recorded of them here: of an earlier time nobody can say whether they met. The
    key worker's duty, with the POM; it has no due day. Who is to have no key worker is owed none. Synchronise it as
    kind THREE_WAY_MEETING: after a move or a release nobody wants it any more.
    """
    rows = _sentenced_where_they_were(people, window.on).select_related("person__prison").order_by("person")
    return [_meeting(row) for row in rows if _may_have_key_worker(row.person, window.on)]


def planning_wanted(people: Sequence[int], window: Window) -> list[Wanted]:
    """The key worker's duty to attend the first sentence planning meeting, for each of `people` who has one planned.

    Planned is what was told of before its day; told of afterwards alone, it was held, and who was there cannot be
    asked for any more. It is due on its day and moves with it. A meeting before the person came was another prison's,
    and who is to have no key worker is owed none. Synchronise it as kind PLANNING_MEETING.
    """
    held = _planned(people).select_related("person__prison").order_by("person")
    found = [_planning(row) for row in held if _may_have_key_worker(row.person, window.on)]
    return [duty for duty in found if duty]


def _sentenced_where_they_were(people: Sequence[int], on: date) -> QuerySet[Sentence]:
    """The current sentences that are the first recorded, and began during the stay that the remand belongs to."""
    before = Sentence.objects.filter(person=OuterRef("person"), started_on__lt=OuterRef("started_on"))
    remand = Person.pgh_event_model.objects.filter(  # type: ignore[attr-defined]
        pgh_obj=OuterRef("person"),
        prison=OuterRef("person__prison"),
        arrived_on=OuterRef("person__arrived_on"),
        legal_status__in=ON_REMAND,
    )
    now = Sentence.objects.filter(person__in=people, closed_at=None, started_on__lte=on)
    here = now.filter(
        person__prison__isnull=False,
        person__legal_status__in=SENTENCED_STATUSES,
        person__arrived_on__lt=F("started_on"),
    )
    return here.filter(~Exists(before), Exists(remand))


def _planned(people: Sequence[int]) -> QuerySet[CaseDetails]:
    """Of people who are held and sentenced, with the sentence that the meeting plans, and since when it runs."""
    sentences = Sentence.objects.filter(person=OuterRef("person"), closed_at=None).order_by("-started_on", "-pk")
    rows = CaseDetails.objects.filter(person__in=people, planning_meeting_on__gte=F("person__arrived_on")).annotate(
        sentence=Subquery(sentences.values("pk")[:1]),
        since=Coalesce(Subquery(sentences.values("started_on")[:1]), "person__arrived_on", output_field=DateField()),
    )
    told = DetailEntry.objects.filter(person=OuterRef("person"), field="planning_meeting_on", value__isnull=False)
    ahead = told.annotate(told_on=TruncDate("recorded_at")).filter(
        told_on__gte=OuterRef("since"), told_on__lte=OuterRef("planning_meeting_on")
    )
    here = Q(person__prison__isnull=False, person__legal_status__in=SENTENCED_STATUSES)
    return rows.filter(here, Exists(ahead), planning_meeting_on__gte=F("since"))


def _may_have_key_worker(person: Person, on: date) -> bool:
    assert person.prison and person.arrived_on  # those who are held
    facts = KeyWorkFacts(
        estate=person.prison.estate,
        complexity=person.complexity,
        spells=(Spell(person.arrived_on, None),),
        in_hospital=person.presence == Presence.HOSPITAL,
    )
    return entitled(facts, on=on).value


def _meeting(sentence: Sentence) -> Wanted:
    person = sentence.person
    found = f"On remand here since {day(person.arrived_on)}, sentenced on {day(sentence.started_on)}"
    return Wanted(
        person_id=person.pk,
        prison_id=person.prison_id,
        kind=ObligationKind.THREE_WAY_MEETING,
        slot=f"sentence-{sentence.pk}",
        owner_role=Role.KEY_WORKER,
        owner_id=person.key_worker_id,
        wing_id=person.wing_id,
        opens_on=sentence.started_on,
        due_on=None,
        with_roles=(Role.POM,),
        rule="KW-13",
        policy=policy_on(sentence.started_on).id,
        steps=(Step("KW-13", found),),
    )


def _planning(row: Any) -> Wanted | None:
    """One duty a sentence: `row` is of `_planned`."""
    meeting = Meeting(
        kind=ObligationKind.PLANNING_MEETING,
        slot=f"sentence-{row.sentence or 'unknown'}",
        opens_on=max(row.person.arrived_on, row.since),
        planned_on=row.planning_meeting_on,
        found=f"Planned for {day(row.planning_meeting_on)}",
    )
    return attendance_wanted(row.person, meeting, policy=policy_on(row.planning_meeting_on).id)
