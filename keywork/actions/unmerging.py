"""What key work takes back when a merge is undone: the two numbers are two people after all."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet

from keywork.models import DoNotPair, NotPossible, PriorityDecision
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import plural
from omic.models import PersonMerge, Staff


def take_back(*, merge: PersonMerge, by: Staff, at: datetime) -> None:
    """Give the number that stands again whom it must not be brought together with, its priority decisions and marks.

    Each stands anew under it, by whom and why as before, also where it was lifted under the other number since: a
    manager looks again. What the other number was given is taken from it, as it says something of somebody else; that
    key work is not possible stays, because daily checks come of it (ED-08). Call it inside the transaction.
    """
    because = f"Taken back: {merge.gone.prison_number} is somebody else"
    pairs = _part_pairs(merge, because, by=by, at=at)
    decisions = _part_decisions(merge, because, by=by, at=at)
    marks = _restore_marks(merge)
    if pairs or decisions or marks:
        audit.record(
            by=Actor(staff=by), action="take_back", at=at, prison=merge.kept.prison or merge.prison, person=merge.kept,
            gone=merge.gone.prison_number, pairs=pairs, decisions=decisions, not_possible=marks,
        )  # fmt: skip


def carried(merge: PersonMerge) -> Iterator[str]:
    """What key work carried over in a merge, each with what becomes of it when the merge is undone."""
    kept, gone = merge.kept.prison_number, merge.gone.prison_number
    for pair in _pairs(merge).select_related("staff"):
        words = f"{pair.get_kind_display()}, {pair.staff}: {pair.because}"
        yield f"{words}. Stands under {gone} again, is lifted under {kept}"
    for row in _decisions(merge):
        words = "in" if row.included else "not in"
        group = f"{row.get_group_display()}, {words} the group: {row.because}"
        yield f"{group}. Stands under {gone} again, is withdrawn under {kept}"
    if marks := _marks(merge).count():
        yield f"{plural(marks, 'mark,marks')} that key work is not possible. Stands under both numbers"


def _pairs(merge: PersonMerge) -> QuerySet[DoNotPair]:
    """As they stood under the number that went until the merge lifted them."""
    return DoNotPair.objects.filter(person=merge.gone, lifted_at=merge.decided_at)


def _decisions(merge: PersonMerge) -> QuerySet[PriorityDecision]:
    return PriorityDecision.objects.filter(person=merge.gone, withdrawn_at=merge.decided_at)


def _marks(merge: PersonMerge) -> QuerySet[NotPossible]:
    return NotPossible.objects.filter(person=merge.gone, withdrawn_at=merge.decided_at)


def _part_pairs(merge: PersonMerge, because: str, *, by: Staff, at: datetime) -> list[int]:
    """Lift the copies; what the number that stayed had of its own has another origin, and stays."""
    found = list(_pairs(merge))
    for pair in found:
        copies = DoNotPair.objects.filter(person=merge.kept, prison=pair.prison, staff=pair.staff, lifted_at=None)
        copies.filter(recorded_by=pair.recorded_by, recorded_at=pair.recorded_at).update(
            lifted_at=at, lifted_by=by, lifted_because=because
        )
        pair.pk, pair.lifted_at, pair.lifted_by, pair.lifted_because = None, None, None, ""
        pair.save(force_insert=True)
    return [pair.pk for pair in found]


def _part_decisions(merge: PersonMerge, because: str, *, by: Staff, at: datetime) -> list[int]:
    """From today on, as long as they were to stand."""
    on, merged_on, begun = london_day(at), london_day(merge.decided_at or at), []
    for row in _decisions(merge):
        copies = PriorityDecision.objects.standing().filter(
            person=merge.kept, group=row.group, starts_on=max(row.starts_on, merged_on), decided_at=row.decided_at,
            decided_by=row.decided_by,
        )  # fmt: skip
        copies.update(withdrawn_at=at, withdrawn_by=by, withdrawn_because=because)
        if row.ends_on is None or row.ends_on > on:
            begun.append(PriorityDecision(**_again(row, starts_on=max(row.starts_on, on))))
    return [row.pk for row in PriorityDecision.objects.bulk_create(begun)]


def _restore_marks(merge: PersonMerge) -> list[int]:
    marks = [NotPossible(**_again(row)) for row in _marks(merge)]
    return [row.pk for row in NotPossible.objects.bulk_create(marks)]


def _again(row: PriorityDecision | NotPossible, **changed: object) -> dict[str, object]:
    """The same row anew, standing."""
    facts = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
    facts = {name: value for name, value in facts.items() if not name.startswith("withdrawn")}
    return facts | changed
