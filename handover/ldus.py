"""LDUs and their mailboxes: added, moved to another mailbox, ended. The nation's, whoever records them.

A mailbox is never overwritten: each is a row of its own with its days, and what was asked says which it went to.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, F

from handover.community import NOT_OVER, follow_community
from handover.duty_actions import RefusedError
from handover.models import CommunityRequest
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.models import Ldu, Message, Person, Prison, Staff
from omic.models.ldu import LduQuerySet
from omic.outbox import MailKind, queue_message
from omic.reconcile import window_of

MOVED_ON = "Sent again to the new mailbox"
_SAME = ("person_id", "prison_id", "sentence_id", "kind", "slot", "com_from_on", "answer")
UNSENT = (Message.State.QUEUED, Message.State.FAILED, Message.State.WITHHELD)


def mailboxes_today(on: date) -> LduQuerySet:
    """The LDUs that stand, to be shown and changed."""
    return Ldu.objects.on(on)


def unknown_ldus(prison: Prison) -> list[tuple[str, int]]:
    """The names in the case details of a prison's people that no LDU bears, each with how many cases; most first."""
    known = Ldu.objects.filter(ends_on=None).values("name")
    rows = prison.people.sentenced().filter(details__ldu__gt="").exclude(details__ldu__in=known)
    counted = rows.values(name=F("details__ldu")).annotate(cases=Count("pk")).order_by("-cases", "name")
    return [(row["name"], row["cases"]) for row in counted]


def cases_of(prison: Prison) -> dict[str, int]:
    """How many of a prison's people under sentence each LDU has, by its name."""
    rows = prison.people.sentenced().filter(details__ldu__gt="").values_list("details__ldu")
    return dict(rows.annotate(Count("pk")).order_by())


@transaction.atomic
def add_ldu(*, name: str, email: str, prison: Prison, by: Staff, at: datetime) -> Ldu:
    """From today the LDU can be written to, and is at once where a COM is needed at once.

    `prison` is where whoever records it works. Raises RefusedError when an LDU of this name stands.
    """
    if Ldu.objects.select_for_update().filter(name=name, ends_on=None).exists():
        raise RefusedError("There is an LDU of this name already: change its mailbox instead", field="name")
    row = _begin(name, email, by, at)
    _audit("add_ldu", row, prison, by, at)
    return row


@transaction.atomic
def change_mailbox(*, ldu: int, email: str, version: int, prison: Prison, by: Staff, at: datetime) -> Ldu:
    """From today the LDU's mail goes to another mailbox; what has not reached the old one is written again.

    Raises RefusedError when somebody else changed or ended it since `version` was shown.
    """
    old = _locked(ldu, version)
    if old.email == email:
        return old
    _finish(old, at)
    row = _begin(old.name, email, by, at)
    _audit("change_ldu", row, prison, by, at, before=old.email)
    return row


@transaction.atomic
def end_ldu(*, ldu: int, version: int, prison: Prison, by: Staff, at: datetime) -> None:
    """Nothing is written to the LDU any more, what waits for it included; its cases are listed as without an LDU.

    Raises RefusedError when somebody else changed or ended it since `version` was shown.
    """
    row = _locked(ldu, version)
    _finish(row, at)
    _audit("end_ldu", row, prison, by, at)


def _locked(ldu: int, version: int) -> Ldu:
    row = Ldu.objects.select_for_update().get(pk=ldu)
    if row.ends_on is not None or row.version != version:
        raise RefusedError(f"Somebody has changed {row.name} since this page was shown. Look again")
    return row


def _finish(row: Ldu, at: datetime) -> None:
    row.ends_on, row.version = max(london_day(at), row.starts_on), row.version + 1
    row.save(update_fields=["ends_on", "version"])


def _begin(name: str, email: str, by: Staff, at: datetime) -> Ldu:
    row = Ldu.objects.create(name=name, email=email, starts_on=london_day(at), recorded_by=by, recorded_at=at)
    _write_again(row, at)
    waiting = Person.objects.filter(details__ldu=name, prison__isnull=False).order_by("pk")
    follow_community(list(waiting.values_list("pk", flat=True)), window_of(london_day(at), at))
    return row


def _write_again(ldu: Ldu, at: datetime) -> None:
    """What no earlier mailbox of the LDU has got, and nothing has ended, goes to this one in the same words."""
    asked = CommunityRequest.objects.filter(NOT_OVER, ldu__name=ldu.name, message__state__in=UNSENT)
    asked = asked.filter(sentence__closed_at=None, person__details__ldu=ldu.name)
    for message in Message.objects.filter(pk__in=asked.values("message")).order_by("pk"):
        rows = list(asked.filter(message=message))
        again = _copy(message, ldu, at)
        CommunityRequest.objects.bulk_create(_moved(row, ldu, again, at) for row in rows)
        asked.filter(pk__in=[row.pk for row in rows]).update(answered_at=at, answer=MOVED_ON)


def _copy(message: Message, ldu: Ldu, at: datetime) -> Message:
    key = {"prison": message.prison, "on": london_day(at), "kind": MailKind.COMMUNITY, "recipient": ldu.email}
    key["about"] = f"again:{message.pk}"
    queue_message(**key, title=message.title, body=message.body, at=at)
    return Message.objects.get(**key)


def _moved(row: CommunityRequest, ldu: Ldu, message: Message, at: datetime) -> CommunityRequest:
    same = {name: getattr(row, name) for name in _SAME}
    answered_at = row.answered_at and at  # of what needs no answer
    return CommunityRequest(**same, ldu=ldu, asked_at=at, answered_at=answered_at, message=message)


def _audit(action: str, row: Ldu, prison: Prison, by: Staff, at: datetime, **detail: str) -> None:
    audit.record(by=Actor(staff=by), action=action, at=at, prison=prison, ldu=row.name, email=row.email, **detail)
