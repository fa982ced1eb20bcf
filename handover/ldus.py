"""LDUs and their mailboxes: added, moved to another mailbox by two people, ended. The nation's, whoever records them.

A mailbox is never overwritten: each is a row of its own with its days, and what was asked says which it went to.
Whatever reaches one is about people in prison, so where an LDU's mail goes is not for one person to change.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, F, Q

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
TWO_PEOPLE = "You proposed this mailbox yourself: another HOMS or case administrator, of any prison, has to decide"
_SAME = ("person_id", "prison_id", "sentence_id", "kind", "slot", "com_from_on", "answer")
PROPOSED = ("proposed_email", "proposed_by", "proposed_at")
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


def cases_everywhere(ldu: str) -> int:
    """How many people under sentence, of all prisons, an LDU has."""
    return Person.objects.filter(prison__isnull=False, details__ldu=ldu).sentenced().count()


@transaction.atomic
def add_ldu(*, name: str, email: str, prison: Prison, by: Staff, at: datetime) -> Ldu:
    """From today the LDU can be written to, and is at once where a COM is needed at once.

    One that was ended comes back so with its old mailbox alone. With another it comes back as a proposal, which its
    ended row bears: nothing is written anywhere until a second person confirms (`decide_mailbox`). The row returned
    says which it is by `proposed_email`. `prison` is where whoever records it works. Raises RefusedError when an LDU of
    this name stands, or waits for a second person.
    """
    before = list(Ldu.objects.select_for_update().filter(name=name).order_by("starts_on", "pk"))
    if any(row.ends_on is None for row in before):
        raise RefusedError("There is an LDU of this name already: change its mailbox instead", field="name")
    if waiting := next((row for row in before if row.proposed_by), None):
        raise RefusedError(_waits(waiting), field="name")
    if before and before[-1].email != email:
        return _propose(before[-1], email, prison, by, at)
    row = _begin(name, email, by, at)
    _audit("add_ldu", row, prison, by, at)
    return row


def proposals() -> LduQuerySet:
    """The LDUs for which another mailbox waits for a second person, longest waiting first; also those ended before."""
    waiting: LduQuerySet = Ldu.objects.exclude(proposed_email="").select_related("proposed_by")
    return waiting.order_by("proposed_at", "pk")


def proposals_to_decide(prison: Prison, by: Staff, on: date) -> LduQuerySet:
    """Those that `by` can decide and that are anything to `prison`: it has cases there, or a colleague proposed it."""
    here = Q(name__in=prison.people.filter(details__ldu__gt="").values("details__ldu"))
    colleagues = Q(proposed_by__in=prison.postings.on(on).values("staff"))
    decided: LduQuerySet = proposals().exclude(proposed_by=by).filter(here | colleagues)
    return decided


@transaction.atomic
def propose_mailbox(*, ldu: int, email: str, version: int, prison: Prison, by: Staff, at: datetime) -> Ldu:
    """Propose another mailbox for an LDU; until a second person confirms it, mail goes to the one that stands.

    Raises RefusedError when another proposal waits, when it is the mailbox already, or when somebody else changed or
    ended the LDU since `version` was shown.
    """
    row = _standing(ldu, version)
    if row.proposed_by:
        raise RefusedError(_waits(row))
    if row.email == email:
        raise RefusedError("This is its mailbox already", field="email")
    return _propose(row, email, prison, by, at)


@transaction.atomic
def decide_mailbox(*, ldu: int, confirmed: bool, version: int, prison: Prison, by: Staff, at: datetime) -> Ldu:
    """Confirm or reject the mailbox that somebody else proposed; the LDU as it stands then.

    Once confirmed the LDU's mail goes there from today, and what has not reached the old one is written again; one
    that was ended stands again by that. Rejected, all is as before the proposal. Raises RefusedError when whoever
    proposed it decides, when nothing waits, or when somebody else changed or ended the LDU since `version` was shown.
    """
    row = _locked(ldu, version)
    if row.proposed_by is None or row.proposed_at is None:
        raise RefusedError(f"No other mailbox is proposed for {row.name}. Look again")
    if row.proposed_by == by:
        raise RefusedError(TWO_PEOPLE)
    told = {"proposed": row.proposed_email, "proposed_by": str(row.proposed_by), "before": row.email}
    email = row.proposed_email
    if confirmed and row.ends_on is None:
        _finish(row, at)
    else:
        _drop_proposal(row)
        row.version += 1
        row.save(update_fields=[*PROPOSED, "version"])
    if confirmed:
        row = _begin(row.name, email, by, at)
    _audit("confirm_mailbox" if confirmed else "reject_mailbox", row, prison, by, at, **told)
    return row


@transaction.atomic
def end_ldu(*, ldu: int, version: int, prison: Prison, by: Staff, at: datetime) -> None:
    """Nothing is written to the LDU any more, what waits for it included; its cases are listed as without an LDU.

    Raises RefusedError when somebody else changed or ended it since `version` was shown.
    """
    row = _standing(ldu, version)
    _finish(row, at)
    _audit("end_ldu", row, prison, by, at)


def _standing(ldu: int, version: int) -> Ldu:
    row = _locked(ldu, version)
    if row.ends_on is not None:
        raise _changed(row)
    return row


def _locked(ldu: int, version: int) -> Ldu:
    row = Ldu.objects.select_for_update(of=("self",)).select_related("proposed_by").get(pk=ldu)
    if row.version != version:
        raise _changed(row)
    return row


def _changed(row: Ldu) -> RefusedError:
    return RefusedError(f"Somebody has changed {row.name} since this page was shown. Look again")


def _waits(row: Ldu) -> str:
    return f"{row.proposed_by} proposed {row.proposed_email}: that has to be decided first"


def _propose(row: Ldu, email: str, prison: Prison, by: Staff, at: datetime) -> Ldu:
    row.proposed_email, row.proposed_by, row.proposed_at, row.version = email, by, at, row.version + 1
    row.save(update_fields=[*PROPOSED, "version"])
    _audit("propose_mailbox", row, prison, by, at, proposed=email)
    return row


def _finish(row: Ldu, at: datetime) -> None:
    _drop_proposal(row)
    row.ends_on, row.version = max(london_day(at), row.starts_on), row.version + 1
    row.save(update_fields=["ends_on", *PROPOSED, "version"])


def _drop_proposal(row: Ldu) -> None:
    row.proposed_email, row.proposed_by, row.proposed_at = "", None, None


def _begin(name: str, email: str, by: Staff, at: datetime) -> Ldu:
    row = Ldu.objects.create(name=name, email=email, starts_on=london_day(at), recorded_by=by, recorded_at=at)
    _write_again(row, at)
    waiting = Person.objects.filter(details__ldu=name, prison__isnull=False).order_by("pk")
    follow_community(list(waiting.values_list("pk", flat=True)), window_of(london_day(at), at))
    return row


def _write_again(ldu: Ldu, at: datetime) -> None:
    """What no earlier mailbox of the LDU has got, and nothing has ended, goes to this one in the same words.

    What still waits to be sent to this very mailbox goes out by itself, once.
    """
    asked = CommunityRequest.objects.filter(NOT_OVER, ldu__name=ldu.name, message__state__in=UNSENT)
    asked = asked.exclude(message__state=Message.State.QUEUED, message__recipient=ldu.email)
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
