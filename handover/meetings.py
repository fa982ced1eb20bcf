"""The key worker's part in the first handover meeting of an indeterminate or determinate parole case (KW-13, HO-36)."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from omic.attendance import Meeting, attendance_wanted
from omic.formats import day
from omic.models import Complexity, Obligation, ObligationKind, ObligationState, Sentence
from omic.obligations import Wanted, synchronise
from omic.reconcile import Window

KIND = ObligationKind.FIRST_HANDOVER_MEETING


def keep_first_meetings(people: Sequence[int], window: Window) -> dict[str, int]:
    """Keep the duty to attend beside the duty to hand over, and beyond it until the key worker answers. A step of the
    pipeline. Nobody plans the day of that meeting here, so it waits without one, from when the handover comes up.
    """
    return synchronise(
        _wanted(people),
        people=people,
        kinds=[KIND],
        first=date.min,
        last=date.max,
        on=window.on,
        at=window.at,
        void_because="There is no first handover meeting to come",
    )


def _wanted(people: Sequence[int]) -> Iterator[Wanted]:
    """One a sentence. A woman of high complexity has no key worker to attend (KW-15)."""
    for duty in _handovers(people).select_related("person").order_by("person_id", "-pk").distinct("person_id"):
        person, sentence = duty.person, duty.sentence  # type: ignore[attr-defined]
        meeting = Meeting(KIND, f"sentence-{sentence}", duty.opens_on, None, f"Handover due on {day(duty.due_on)}")
        if wanted := attendance_wanted(person, meeting, policy=duty.policy):
            yield wanted


def _handovers(people: Sequence[int]) -> QuerySet[Obligation]:
    """The handovers owed of these cases, and those recorded while the key worker's answer still waits."""
    parole = Q(kind=Sentence.Kind.INDETERMINATE) | Q(ped__isnull=False)
    current = Sentence.objects.filter(parole, person=OuterRef("person"), closed_at=None, recalled=False)
    waits = Obligation.objects.demanding().filter(person=OuterRef("person"), kind=KIND)
    duties = Obligation.objects.filter(person__in=people, kind=ObligationKind.HANDOVER, person__prison__isnull=False)
    asked = Q(state=ObligationState.OPEN) | Q(state=ObligationState.MET) & Exists(waits)
    with_key_work = duties.exclude(person__complexity=Complexity.HIGH)
    return with_key_work.filter(asked, Exists(current)).annotate(sentence=Subquery(current.values("pk")[:1]))
