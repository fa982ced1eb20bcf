"""Handover's reminders as rows: the step of the pipeline that opens and moves them, and who gets none."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from handover.community_cases import com_named_since
from handover.community_lists import LOST
from handover.models import HandoverDetermination, ReminderChoice
from handover.pipeline import CAUSED_BY, causes_of
from handover.rules.reminders import Reminder, ReminderFacts, Settled, reminders_owed
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.models import Message, Obligation, ObligationKind, ObligationState, Person, Prison, Staff
from omic.models.obligation import SYSTEM, ObligationQuerySet
from omic.obligations import Wanted, synchronise
from omic.outbox import MailKind
from omic.reconcile import Window

ABOUT = "reminder:"  # what an email is about: this and the number of the reminder
KINDS = tuple(ObligationKind(kind) for kind in Reminder)
_ROWS = (
    *CAUSED_BY, "handover_on", "policy", "person__prison_id", "person__wing_id",
    "person__details__com_name", "person__details__com_email",
)  # fmt: skip


def keep_reminders(people: Sequence[int], window: Window) -> dict[str, int]:
    """Keep the reminders of the handovers of those of `people` who are held, each due from its day (HO-24)."""
    held = HandoverDetermination.objects.current().filter(person__in=people, person__prison__isnull=False)
    rows = list(held.filter(handover_on__isnull=False, sentence__isnull=False).values(*_ROWS))
    standing = _standing(people)
    if not rows and not standing:
        return {}
    handovers, causes = _handovers(people), causes_of(rows)
    return synchronise(
        (
            wanted
            for row in rows
            for wanted in _wanted(row, handovers[row["person_id"], causes[row["person_id"]]], standing, window.on)
        ),
        people=people,
        kinds=KINDS,
        first=date.min,
        last=date.max,
        on=window.on,
        at=window.at,
        void_because="There is nothing to remind of any more",
    )


class Standing(NamedTuple):
    """One reminder that there is: settled on which day, if it is, and whether a COM was named since."""

    kind: Reminder
    number: int
    settled_on: date | None
    com_named_since: bool


def _handovers(people: Sequence[int]) -> dict[tuple[int, str], set[str]]:
    """How the duties to hand over stand, by person and by what caused them, whichever date they had or have."""
    duties = Obligation.objects.filter(person__in=people, kind=ObligationKind.HANDOVER)
    found: dict[tuple[int, str], set[str]] = defaultdict(set)
    for person, slot, state in duties.values_list("person_id", "slot", "state"):
        cause = "-".join(slot.split("-")[:2])  # "-2" behind it: recorded, come back, and owed anew
        found[person, cause].add(state)
    return found


def _standing(people: Sequence[int]) -> dict[str, list[Standing]]:
    """The reminders there are, oldest first, by what their slots begin with."""
    rows = Obligation.objects.filter(person__in=people, kind__in=KINDS).exclude(state=ObligationState.VOID)
    rows = rows.annotate(named_since=com_named_since("closed_at")).order_by("pk")
    found: dict[str, list[Standing]] = defaultdict(list)
    for kind, slot, closed_at, named in rows.values_list("kind", "slot", "closed_at", "named_since"):
        cause, _, number = slot.rpartition("-")
        found[cause].append(Standing(Reminder(kind), int(number), closed_at and london_day(closed_at), named))
    return found


def _wanted(
    row: dict[str, Any], handovers: Collection[str], standing: dict[str, list[Standing]], on: date
) -> Iterator[Wanted]:
    cause = f"sentence-{row['sentence_id']}"
    known = standing.get(cause, [])
    facts = ReminderFacts(
        today=on,
        handover_on=row["handover_on"],
        owed=ObligationState.OPEN in handovers,
        recorded=ObligationState.MET in handovers,
        com_known=bool(row["person__details__com_name"] or row["person__details__com_email"]),
        settled={
            one.kind: Settled(one.number, one.settled_on, one.kind is Reminder.NO_COM and one.com_named_since)
            for one in known
            if one.settled_on
        },
        open=frozenset(one.kind for one in known if not one.settled_on),
    )
    for kind, number, due_on in reminders_owed(facts):
        yield _reminder(row, kind, f"{cause}-{number}", due_on)


def _reminder(row: dict[str, Any], kind: Reminder, slot: str, due_on: date) -> Wanted:
    return Wanted(
        person_id=row["person_id"],
        prison_id=row["person__prison_id"],
        wing_id=row["person__wing_id"],
        kind=ObligationKind(kind),
        slot=slot,
        owner_role=SYSTEM,
        owner_id=None,
        opens_on=due_on,
        due_on=due_on,
        rule="HO-24",
        policy=row["policy"],
        steps=(("HO-24", f"handover on {row['handover_on']}: due on {due_on}"),),
    )


def due_reminders(prison: Prison, on: date) -> ObligationQuerySet:
    """The reminders about people of a prison that are due by `on` and neither sent nor set aside."""
    return _reminders(prison).filter(_due(on)).order_by("due_on", "pk")


def lost_reminders(prison: Prison, mails: QuerySet[Message]) -> ObligationQuerySet:
    """The reminders about people of a prison that were sent in these emails of `lost_mails`."""
    return _reminders(prison).filter(_lost_in(mails))


def waiting_reminders(prison: Prison, on: date) -> ObligationQuerySet:
    """The reminders about people of a prison that are due by `on` and have reached nobody: neither sent nor set aside,
    or sent in an email that did not arrive, until another does."""
    return _reminders(prison).filter(_due(on) | _lost_in(lost_mails(prison))).order_by("due_on", "pk")


def lost_mails(prison: Prison, *, unless: Collection[str] = (Message.State.SENT,)) -> QuerySet[Message]:
    """The prison's emails of reminders that did not arrive, `unless` another of the same one is in such a state."""
    mails = prison.messages.filter(kind=MailKind.HANDOVER)
    others = mails.filter(about=OuterRef("about"), state__in=unless)
    return mails.filter(~Exists(others), state__in=LOST)


def _reminders(prison: Prison) -> ObligationQuerySet:
    """Those about people of a prison, with what their emails are about."""
    rows = Obligation.objects.filter(prison=prison, person__prison=prison, kind__in=KINDS)
    return rows.annotate(mail=Concat(Value(ABOUT), Cast("pk", CharField())))


def _due(on: date) -> Q:
    return Q(closed_at=None, due_on__lte=on)


def _lost_in(mails: QuerySet[Message]) -> Q:
    return Q(state=ObligationState.MET, mail__in=mails.values("about"))


def unreachable(person: Person, posted: set[int]) -> str:
    """Why the person's POM cannot be written to, in words; empty if they can. `posted` are the staff posted here."""
    if person.pom is None:
        return "No POM"
    if not person.pom.email:
        return f"{person.pom} has no email address"
    return "" if person.pom.pk in posted else f"{person.pom} is not posted here any more"


def posted_in(prison: Prison, on: date) -> set[int]:
    """Everybody who is posted in the prison on a day."""
    return set(prison.postings.on(on).values_list("staff_id", flat=True))


def wants_none(at: datetime) -> set[int]:
    """The staff who have chosen to get no reminders."""
    rows = ReminderChoice.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), starts_at__lte=at)
    return set(rows.values_list("staff_id", flat=True))


@transaction.atomic
def choose_reminders(*, wanted: bool, by: Staff, at: datetime) -> None:
    """Get the reminders by email, or none, from now on; for oneself alone. Choosing the same again changes nothing."""
    Staff.objects.select_for_update(no_key=True).get(pk=by.pk)
    standing = by.reminder_choices.filter(ends_at=None).first()
    if wanted == (standing is None):
        return
    if standing is None:
        by.reminder_choices.create(starts_at=at)
    else:
        standing.ends_at = at
        standing.save(update_fields=["ends_at"])
    audit.record(by=Actor(staff=by), action="choose_reminders", at=at, wanted=wanted)
