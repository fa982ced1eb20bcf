"""What key work carries over when two prison numbers turn out to be one person."""

from datetime import date, datetime

from django.db.models import Q

from keywork.models import DoNotPair, NotPossible, PriorityDecision
from keywork.regime import mark_of
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.models import ContactKind, Person, Staff


def carry_over(*, gone: Person, kept: Person, by: Staff, at: datetime) -> None:
    """Let the number that stays have whom the person must not be brought together with, and what was decided about it.

    That is priority decisions, and the mark that key work is not possible (ED-08). Each row is written anew under it,
    by whom and why as before, and the one under `gone` is lifted or withdrawn: the record stays with the number it was
    written under. What the number that stays has already, it keeps as it is. Call it inside the merge's transaction.
    """
    because = f"Carried over to {kept.prison_number}, the same person"
    pairs = _carry_pairs(gone, kept, because, by=by, at=at)
    decisions = _carry_decisions(gone, kept, because, by=by, at=at)
    mark = _carry_mark(gone, kept, because, by=by, at=at)
    if pairs or decisions or mark:
        audit.record(
            by=Actor(staff=by), action="carry_over", at=at, prison=kept.prison, person=kept, gone=gone.prison_number,
            pairs=pairs, decisions=decisions, not_possible=mark,
        )  # fmt: skip


def _carry_pairs(gone: Person, kept: Person, because: str, *, by: Staff, at: datetime) -> list[int]:
    found = list(DoNotPair.objects.filter(person=gone, lifted_at=None))
    DoNotPair.objects.filter(pk__in=[pair.pk for pair in found]).update(
        lifted_at=at, lifted_by=by, lifted_because=because
    )
    for pair in found:
        DoNotPair.objects.get_or_create(
            person=kept,
            prison=pair.prison,
            staff=pair.staff,
            lifted_at=None,
            defaults={
                "kind": pair.kind, "because": pair.because, "recorded_by": pair.recorded_by,
                "recorded_at": pair.recorded_at,
            },
        )  # fmt: skip
    return [pair.pk for pair in found]


def _carry_decisions(gone: Person, kept: Person, because: str, *, by: Staff, at: datetime) -> list[int]:
    """Those that stand on the day of the merge or later, from that day on."""
    on = london_day(at)
    standing = PriorityDecision.objects.standing().filter(Q(ends_on=None) | Q(ends_on__gt=on), person=gone)
    found = list(standing.values_list("pk", flat=True))
    for row in PriorityDecision.objects.filter(pk__in=found):
        row.withdrawn_at, row.withdrawn_by, row.withdrawn_because = at, by, because
        row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
        starts_on = max(row.starts_on, on)
        if not _has_own(kept, row.group, starts_on, row.ends_on):
            row.pk, row.person, row.starts_on = None, kept, starts_on
            row.withdrawn_at, row.withdrawn_by, row.withdrawn_because = None, None, ""
            row.save(force_insert=True)
    return found


def _has_own(kept: Person, group: str, first: date, last: date | None) -> bool:
    """Whether something stands decided about the group on one of the days from `first` to `last` (not included)."""
    rows = kept.priority_decisions.standing().filter(Q(ends_on=None) | Q(ends_on__gt=first), group=group)
    return (rows.filter(starts_on__lt=last) if last else rows).exists()


def _carry_mark(gone: Person, kept: Person, because: str, *, by: Staff, at: datetime) -> int | None:
    """The mark that stands here, from the day of the merge on: before it the checks are those of the number that goes.

    A session under the number that stays has ended it as well as one under the other.
    """
    on = london_day(at)
    mark = mark_of(gone, on)
    gone.key_work_not_possible.filter(withdrawn_at=None).update(
        withdrawn_at=at, withdrawn_by=by, withdrawn_because=because
    )
    if mark is None or mark.prison_id != kept.prison_id or mark_of(kept, on):
        return None
    sessions = kept.contacts.current().filter(kind=ContactKind.SESSION, on__gte=mark.from_on, on__lt=on)
    if sessions.exists():
        return None
    NotPossible.objects.create(
        person=kept, prison=mark.prison, from_on=on, because=mark.because,
        marked_by=mark.marked_by, marked_at=mark.marked_at,
    )  # fmt: skip
    return mark.pk
