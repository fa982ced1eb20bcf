"""Two prison numbers that are one person: one member of staff asks, a second confirms, and one number goes.

A merge is a mapping: what is closed keeps the number that it was written under, what is open under the number that
goes is ended. The number that stays has its own sessions, duties and holders; what was passed on about risk and is
unread, and what `settings.MERGE_STEPS` say binds the person, is carried over to it.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.module_loading import import_string

from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import moment
from omic.models import ObligationKind, Person, PersonMerge, Presence, Prison, Staff, Stay
from omic.reconcile import lock, reconcile, window_of

TWO_PEOPLE = "You asked for this yourself: another HOMS or case administrator has to decide it"
MERGED = "Merged into another number"


class CannotMergeError(Exception):
    """These two numbers cannot be merged, or not by this person; the message is fit to show."""


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
    _audit("ask_merge", merge, by=by, at=at)
    return merge


@transaction.atomic
def decide_merge(*, merge: int, confirmed: bool, decision: str, by: Staff, at: datetime) -> None:
    """Confirm or refuse what somebody else has asked for. Once confirmed, the number that goes is held nowhere.

    Raises CannotMergeError when whoever asked decides, when it has been decided meanwhile, or when the two numbers
    can be merged no more.
    """
    row = _locked(merge)
    if row.asked_by_id == by.pk:
        raise CannotMergeError(TWO_PEOPLE)
    if row.decided_at:
        raise CannotMergeError("Somebody has decided this already. Look again")
    if confirmed:
        _refuse(_obstacles(row.kept, row.gone, row.prison))
    row.confirmed, row.decided_by, row.decided_at, row.decision = confirmed, by, at, decision
    row.save(update_fields=["confirmed", "decided_by", "decided_at", "decision"])
    if confirmed:
        _end_number(row.gone, row.kept, on=london_day(at), at=at)
        for step in settings.MERGE_STEPS:
            import_string(step)(gone=row.gone, kept=row.kept, by=by, at=at)
        reconcile([row.gone_id, row.kept_id], window_of(london_day(at), at))
    _audit("decide_merge", row, by=by, at=at, confirmed=confirmed)


def _end_number(gone: Person, kept: Person, *, on: date, at: datetime) -> None:
    """Leave the number nowhere, with nothing open that the pipeline would not end. No digest: a roll is judged anew.

    What was passed on about risk and is unread is about the person, so it stays to be read (KW-10).
    """
    unread = gone.obligations.demanding().filter(kind=ObligationKind.RISK_TO_READ)
    unread.update(person=kept, prison=kept.prison, wing=kept.wing, owner=kept.pom)
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


def _refuse(obstacles: Iterator[str]) -> None:
    if why := next(obstacles, None):
        raise CannotMergeError(why)


def _now(person: Person) -> Person:
    return Person.objects.select_related("prison").get(pk=person.pk)


def _locked(merge: int) -> PersonMerge:
    """The row, behind the rows of both people: whoever decides about either of them waits."""
    lock(PersonMerge.objects.values_list("kept", "gone").get(pk=merge))
    return PersonMerge.objects.select_related("kept", "gone", "prison").get(pk=merge)


def _audit(action: str, merge: PersonMerge, *, by: Staff, at: datetime, **detail: object) -> None:
    audit.record(
        by=Actor(staff=by),
        action=action,
        at=at,
        prison=merge.prison,
        person=merge.kept,
        merge=merge.pk,
        gone=merge.gone.prison_number,
        **detail,
    )
