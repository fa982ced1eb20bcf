"""The reminders that the night sends: the email's row and the end of the reminder in one transaction.

No mail names anybody: its link opens the person for those who may see them.
"""

from datetime import date, timedelta
from typing import Any

from django.conf import settings

from handover.reminders import (
    ABOUT,
    due_reminders,
    keep_reminders,
    lost_mails,
    lost_reminders,
    posted_in,
    unreachable,
    wants_none,
)
from handover.rules.reminders import DAYS_AFTER, Reminder
from omic.formats import day
from omic.ledger import Coverage
from omic.models import Message, Obligation, ObligationState, Prison
from omic.models.obligation import ObligationQuerySet
from omic.nightly import Night
from omic.obligations import meet
from omic.outbox import MailKind, queue_message
from omic.reconcile import lock, window_of

SENT = "sent by email"
UNWANTED = "The POM wants no reminders"
TOO_LATE = "The handover date came before this could be sent"
TITLES = {
    Reminder.AHEAD: "a handover comes up",
    Reminder.TODAY: "the day of a handover",
    Reminder.NO_COM: "handed over, and no COM is named",
}


def send_reminders(night: Night) -> Coverage:
    """Send what is due by tonight, made up for nights that were lost and for emails that did not arrive; answers how
    many. Who cannot be written to stays due, and is named on the pipeline's page until they can be."""
    due = due_reminders(night.prison, night.on)
    lost = lost_reminders(night.prison, lost_mails(night.prison, unless=(Message.State.SENT, Message.State.QUEUED)))
    lock(list({*due.values_list("person_id", flat=True), *lost.values_list("person_id", flat=True)}))
    _open_again(lost, night)
    posted, unwanted = posted_in(night.prison, night.on), wants_none(night.at)
    sent = 0
    for reminder in due.select_related("person__pom"):
        if _handover_on(reminder) <= night.on and reminder.kind == Reminder.AHEAD:
            _set_aside(reminder, ObligationState.VOID, TOO_LATE, night)
        elif reminder.person.pom_id in unwanted:
            _set_aside(reminder, ObligationState.WAIVED, UNWANTED, night)
        elif not unreachable(reminder.person, posted):
            _send(reminder, night)
            sent += 1
    return {"reminders": sent} if sent else {}


def _open_again(lost: ObligationQuerySet, night: Night) -> None:
    """What went out in an email that did not arrive is owed again, unless what it reminds of is over."""
    people = list(lost.values_list("person_id", flat=True))
    lost.update(state=ObligationState.OPEN, met_at=None, closed_at=None, closed_because="")
    keep_reminders(people, window_of(night.on, night.at))


def _handover_on(reminder: Obligation) -> date:
    return reminder.due_on - timedelta(days=DAYS_AFTER[Reminder(reminder.kind)])


def _set_aside(reminder: Obligation, state: ObligationState, because: str, night: Night) -> None:
    reminder.state, reminder.closed_at, reminder.closed_because = state, night.at, because
    reminder.save(update_fields=["state", "closed_at", "closed_because"])


def _send(reminder: Obligation, night: Night) -> None:
    queue_message(**mail_of(reminder, night.prison, night.on), on=night.on, at=night.at)
    meet(reminder, by=None, at=night.at, because=SENT)


def mail_of(reminder: Obligation, prison: Prison, on: date) -> dict[str, Any]:
    """The email of a reminder as it is sent on a day to the person's POM, whom it must have."""
    kind, place = Reminder(reminder.kind), f"{settings.SITE_URL}/prisons/{prison.pk}"
    return {
        "prison": prison,
        "kind": MailKind.HANDOVER,
        "recipient": reminder.person.pom.email,
        "about": f"{ABOUT}{reminder.pk}",
        "title": f"{prison.name}: {TITLES[kind]}",
        "body": f"{opening(kind, _handover_on(reminder), on)}\n\nSign in to see who, and what is still to do:\n"
        f"{place}/people/{reminder.person.ref}/\n\nTo get no reminders:\n{place}/handovers/reminders/\n",
    }


def opening(kind: Reminder, handover_on: date, on: date) -> str:
    """The first sentence: true on the day it is sent, also where that is later than it was due."""
    if kind is Reminder.AHEAD:
        return f"One of your cases is to be handed over to the community on {day(handover_on)}."
    if kind is Reminder.NO_COM:
        return f"One of your cases was due to pass to the community on {day(handover_on)}, and no COM is named."
    when = "is today" if handover_on == on else f"was {day(handover_on)}"
    return f"The handover date of one of your cases {when}."
