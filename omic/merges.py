"""Two prison numbers that are one person: one member of staff asks, a second confirms, and one number goes.

A merge is a mapping: what is closed keeps the number that it was written under, what is open under the number that
goes is ended. The number that stays has its own sessions, duties and holders; what was passed on about risk and is
unread, and what `settings.MERGE_STEPS` say binds the person, is carried over to it.

A merge that was a mistake is undone in the same way. The number that went stands again, with its own record and
address: it is held nowhere until a roll names it, and every row that does is judged again. What was carried over is
taken back where it would say something untrue of the number that stayed (`settings.UNMERGE_STEPS`).
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat, Greatest
from django.utils.module_loading import import_string

from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import moment, plural
from omic.models import MergeUndo, ObligationKind, Person, PersonMerge, Presence, Prison, Staff, Stay
from omic.models.merge import MergeUndos, PersonMerges
from omic.models.obligation import ObligationQuerySet
from omic.reconcile import lock, reconcile, window_of

TWO_PEOPLE = "You asked for this yourself: another HOMS or case administrator has to decide it"
MERGED = "Merged into another number"
TO_READ = (ObligationKind.RISK_TO_READ, ObligationKind.SHARED_TO_READ)  # what somebody must learn of the person


class CannotMergeError(Exception):
    """These two numbers cannot be merged or parted, or not by this person; the message is fit to show."""


@transaction.atomic
def ask_merge(*, kept: Person, prison_number: str, because: str, by: Staff, at: datetime) -> PersonMerge:
    """Ask that `prison_number` be merged into `kept`; until a second person confirms, nothing moves.

    Raises CannotMergeError.
    """
    gone = Person.objects.filter(prison_number=prison_number).first()
    if gone is None:
        raise CannotMergeError("No person with this prison number is known here")
    lock([kept.pk, gone.pk])
    kept, gone = _now(kept), _now(gone)
    if kept.prison is None:
        raise CannotMergeError(f"{kept} is not held here any more")
    _refuse(_obstacles(kept, gone, kept.prison))
    if waiting := gone.merges_away.waiting().first():
        raise CannotMergeError(f"{waiting.asked_by} asked for this on {moment(waiting.asked_at)}: decide that first")
    merge = PersonMerge.objects.create(
        kept=kept, gone=gone, prison=kept.prison, because=because, asked_by=by, asked_at=at
    )
    _audit("ask_merge", merge, merge.prison, by=by, at=at)
    return merge


@transaction.atomic
def decide_merge(*, merge: int, confirmed: bool, decision: str, by: Staff, at: datetime) -> None:
    """Confirm or refuse what somebody else has asked for. Once confirmed, the number that goes is held nowhere.

    Raises CannotMergeError when whoever asked decides, when it has been decided meanwhile, or when the two numbers
    can be merged no more.
    """
    row = _locked(merge)
    _expect_second(row, by)
    if confirmed:
        _refuse(_obstacles(row.kept, row.gone, row.prison))
    _decide(row, confirmed=confirmed, decision=decision, by=by, at=at)
    if confirmed:
        _end_number(row.gone, row.kept, on=london_day(at), at=at)
        for step in settings.MERGE_STEPS:
            import_string(step)(gone=row.gone, kept=row.kept, by=by, at=at)
        reconcile([row.gone_id, row.kept_id], window_of(london_day(at), at))
    _audit("decide_merge", row, row.prison, by=by, at=at, confirmed=confirmed)


@transaction.atomic
def ask_undo(*, merge: int, prison: Prison, because: str, by: Staff, at: datetime) -> MergeUndo:
    """Say that a merge was a mistake; until a second person in `prison` confirms, nothing moves.

    Raises CannotMergeError.
    """
    row = _locked(merge)
    _refuse(_obstacles_to_undo(row))
    if waiting := row.undos.waiting().select_related("asked_by").first():
        raise CannotMergeError(f"{waiting.asked_by} asked for this on {moment(waiting.asked_at)}: decide that first")
    undo = row.undos.create(prison=prison, because=because, asked_by=by, asked_at=at)
    _audit("ask_undo_merge", row, prison, by=by, at=at, undo=undo.pk)
    return undo


@transaction.atomic
def decide_undo(*, undo: int, confirmed: bool, decision: str, by: Staff, at: datetime) -> None:
    """Confirm or refuse what somebody else has asked for. Once confirmed, both numbers stand for themselves.

    Raises CannotMergeError when whoever asked decides, or when it has been decided meanwhile.
    """
    row = _locked(MergeUndo.objects.values_list("merge", flat=True).get(pk=undo))
    asked = row.undos.select_related("prison").get(pk=undo)
    _expect_second(asked, by)
    _decide(asked, confirmed=confirmed, decision=decision, by=by, at=at)
    if confirmed:
        _refuse(_obstacles_to_undo(row))
        row.undone_at = at
        row.save(update_fields=["undone_at"])
        _part_risk(row)
        for step in settings.UNMERGE_STEPS:
            import_string(step)(merge=row, by=by, at=at)
        reconcile([row.gone_id, row.kept_id], window_of(london_day(at), at))
    _audit("decide_undo_merge", row, asked.prison, by=by, at=at, undo=asked.pk, confirmed=confirmed)


def merged_in(prison: Prison) -> PersonMerges:
    """The merges that stand and are for `prison` to undo: it holds the number that stayed, or nobody does any more.

    `waits` says whether undoing it has been asked for.
    """
    here = Q(kept__prison=prison) | Q(kept__prison=None, prison=prison)
    waiting = MergeUndo.objects.waiting().filter(merge=OuterRef("pk"))
    merges: PersonMerges = PersonMerge.objects.standing().filter(here).annotate(waits=Exists(waiting))
    return merges.select_related("kept__wing", "kept__prison", "gone__wing", "gone__prison", "asked_by", "decided_by")


def undos_to_decide(prison: Prison, by: Staff) -> MergeUndos:
    """What `by` can decide in `prison`: somebody else has asked to undo a merge."""
    waiting: MergeUndos = MergeUndo.objects.waiting().exclude(asked_by=by)
    return waiting.filter(merge__in=merged_in(prison).values("pk"))


def carried_over(merge: PersonMerge) -> list[str]:
    """What the number that stayed has been given by a merge, in words, each with what becomes of it when undone."""
    unread = risk_carried(merge).demanding().count()
    found = [f"{plural(unread, 'piece,pieces')} of unread risk information: stays to be read, marked"] if unread else []
    return found + [words for name in settings.MERGE_CARRIED for words in import_string(name)(merge)]


def risk_carried(merge: PersonMerge) -> ObligationQuerySet:
    """The duties to read what was passed on about risk under the number that went, which the other one was given."""
    contacts = [str(pk) for pk in merge.gone.contacts.values_list("pk", flat=True)]
    duties: ObligationQuerySet = merge.kept.obligations.filter(kind__in=TO_READ, slot__in=contacts)
    return duties


def _part_risk(merge: PersonMerge) -> None:
    """What has been read goes back under its number. What is unread says whom it is about, and stays to be read.

    Nobody holds the number that stands again, so nobody would ever read it there (KW-10).
    """
    duties = risk_carried(merge)
    duties.demanding().update(note=Concat(Value(f"About {merge.gone}, who is somebody else. "), F("note")))
    duties.filter(closed_at__isnull=False).update(person=merge.gone)


def _expect_second(row: PersonMerge | MergeUndo, by: Staff) -> None:
    """Raises CannotMergeError where the decision is not for `by`, or has been taken."""
    if row.asked_by_id == by.pk:
        raise CannotMergeError(TWO_PEOPLE)
    if row.decided_at:
        raise CannotMergeError("Somebody has decided this already. Look again")


def _decide(row: PersonMerge | MergeUndo, *, confirmed: bool, decision: str, by: Staff, at: datetime) -> None:
    row.confirmed, row.decided_by, row.decided_at, row.decision = confirmed, by, at, decision
    row.save(update_fields=["confirmed", "decided_by", "decided_at", "decision"])


def _end_number(gone: Person, kept: Person, *, on: date, at: datetime) -> None:
    """Leave the number nowhere, with nothing open that the pipeline would not end. No digest: a roll is judged anew.

    What was passed on to the OMU or the wing and is unread is about the person: it stays to be read (KW-10, WB-13).
    """
    unread = gone.obligations.demanding().filter(kind__in=TO_READ)
    unread.filter(kind=ObligationKind.RISK_TO_READ).update(owner=kept.pom)
    unread.update(person=kept, prison=kept.prison, wing=kept.wing)
    stays = Stay.objects.filter(person=gone, left_on=None)
    stays.update(left_on=Greatest(F("arrived_on"), on), ended_because=Stay.Ended.MERGE)
    expected = gone.expected_arrivals.filter(closed_at=None)
    expected.update(closed_at=at, closed_because=MERGED, version=F("version") + 1)
    covers = gone.covers.exclude(ends_on__lte=on)
    covers.update(ends_on=Greatest(F("starts_on"), on), ended_because=MERGED)
    nowhere: dict[str, Any] = {"prison": None, "wing": None, "arrived_on": None, "presence": Presence.OUT}
    nobody = {"pom": None, "key_worker": None}
    empty = {"cell": "", "hospital": "", "roll_digest": ""}
    Person.objects.filter(pk=gone.pk).update(**nowhere, **nobody, **empty, version=F("version") + 1)


def _obstacles(kept: Person, gone: Person, prison: Prison) -> Iterator[str]:
    """Why `gone` cannot be merged into `kept`, in words. A chain would leave a number that leads to another."""
    if kept.pk == gone.pk:
        yield "This is the same number"
    for merge in kept.merges_away.standing().select_related("kept"):
        yield f"{kept.prison_number} was itself merged into {merge.kept.prison_number}"
    for merge in gone.merges_away.standing().select_related("kept"):
        yield f"{gone.prison_number} has been merged into {merge.kept.prison_number} already"
    for merge in gone.numbers_taken_in.standing().select_related("gone"):
        yield f"{merge.gone.prison_number} was merged into {gone.prison_number}, so that is the number that has to stay"
    if kept.prison_id != prison.pk:
        yield f"{kept} is not held here any more"
    if gone.prison_id not in (None, prison.pk):
        yield f"{gone.prison_number} is held in another prison: both numbers have to be here before they are merged"


def _obstacles_to_undo(merge: PersonMerge) -> Iterator[str]:
    if not merge.confirmed:
        yield "These two numbers were not merged"
    if merge.undone_at:
        yield f"This was undone on {moment(merge.undone_at)}"


def _refuse(obstacles: Iterator[str]) -> None:
    if why := next(obstacles, None):
        raise CannotMergeError(why)


def _now(person: Person) -> Person:
    return Person.objects.select_related("prison").get(pk=person.pk)


def _locked(merge: int) -> PersonMerge:
    """The row, behind the rows of both people: whoever decides about either of them waits."""
    lock(PersonMerge.objects.values_list("kept", "gone").get(pk=merge))
    return PersonMerge.objects.select_related("kept", "gone", "prison").get(pk=merge)


def _audit(action: str, merge: PersonMerge, prison: Prison, *, by: Staff, at: datetime, **detail: object) -> None:
    audit.record(
        by=Actor(staff=by),
        action=action,
        at=at,
        prison=prison,
        person=merge.kept,
        merge=merge.pk,
        gone=merge.gone.prison_number,
        **detail,
    )
