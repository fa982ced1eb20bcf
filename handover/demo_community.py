"""The demonstration's community: LDUs but for one, what they were asked last month, and answers to some of it."""

from datetime import timedelta

from handover.community_answers import record_answer
from handover.community_night import write_lists
from handover.reminder_mails import SENT, mail_of
from handover.reminders import due_reminders
from omic.calendar import london_day
from omic.demo.places import Demonstration
from omic.demo.year import evening_before
from omic.fictional.facts import LDUS
from omic.models import Ldu, Message, Obligation, Person, Posting, Prison, Role
from omic.nightly import hour_of
from omic.reconcile import postponed, reconcile_in_batches, window_of

UNKNOWN = 1  # LDUs that case details name and nobody has recorded
LIST_DAYS_AGO, ANSWERED = 25, 6


def name_ldus(demo: Demonstration) -> dict[str, int]:
    """The LDUs that people's details name, recorded by a HOMS a year ago."""
    by = Posting.objects.filter(role=Role.HOMS, prison__fictional=True).order_by("pk")[0].staff
    rows = [
        Ldu(
            name=name,
            email=f"{name.lower().replace(' ', '.')}@probation.example",
            starts_on=demo.since,
            recorded_by=by,
            recorded_at=hour_of(demo.since),
        )
        for name in LDUS[UNKNOWN:]
    ]
    Ldu.objects.bulk_create(rows)
    return {"LDUs": len(rows)}


def remind(demo: Demonstration) -> dict[str, int]:
    """The reminders of the past, sent to POMs on their days."""
    messages, settled = [], []
    for prison in Prison.objects.filter(pk__in=demo.codes):
        rows = due_reminders(prison, london_day(evening_before(demo)))
        for reminder in rows.filter(person__pom__isnull=False).select_related("person__pom"):
            at = hour_of(reminder.due_on)
            times = {"on": reminder.due_on, "created_at": at, "next_attempt_at": at, "sent_at": at, "attempts": 1}
            messages.append(Message(**mail_of(reminder, prison, reminder.due_on), **times, state=Message.State.SENT))
            reminder.state, reminder.met_at, reminder.closed_at, reminder.closed_because = "met", at, at, SENT
            settled.append(reminder)
    Message.objects.bulk_create(messages)
    Obligation.objects.bulk_update(settled, ["state", "met_at", "closed_at", "closed_because"], batch_size=500)
    return {"Handover reminders sent": len(messages)}


def ask(demo: Demonstration) -> dict[str, int]:
    """Last month's lists to LDUs; some of what they asked is answered, with a COM here and there."""
    on, answered = demo.on - timedelta(days=LIST_DAYS_AGO), []
    for prison in Prison.objects.filter(pk__in=demo.codes):
        write_lists(prison, on=on, at=hour_of(on))
        sent = prison.messages.filter(kind="community", on=on)
        sent.update(state=Message.State.SENT, sent_at=hour_of(on), attempts=1)
        by = prison.postings.filter(role=Role.CASE_ADMINISTRATOR).order_by("pk")[0].staff
        asked = Person.objects.filter(community_requests__message__in=sent).distinct().order_by("pk")
        for number, person in enumerate(asked[:ANSWERED]):
            name = "Robin Fielding" if number % 2 else ""
            said = "The COM is Robin Fielding." if name else "A COM will be named by the end of the month."
            facts = {"answer": said, "com_name": name, "com_email": "", "by": by, "at": evening_before(demo)}
            with postponed():
                record_answer(person=person, **facts)
            answered.append(person.pk)
    at = evening_before(demo)
    reconcile_in_batches(answered, window_of(london_day(at), at))
    return {"Answers of LDUs": len(answered)}
