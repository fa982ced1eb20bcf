"""Cases whose handover day is chosen, LDUs, and nights that do nothing but handover's part."""

from datetime import date
from typing import Any

from omic.audit import Actor
from omic.calendar import shift
from omic.details import record_details
from omic.models import Ldu, Person, Prison, Run
from omic.nightly import run_night
from omic.reconcile import reconcile_in_batches, window_of
from tests.factories import CaseDetailsFactory, PersonFactory, SentenceFactory, StaffFactory, days
from tests.nights import small_hours

STEPS = [
    "handover.pipeline.determine_handovers",
    "handover.pipeline.open_obligations",
    "handover.reminders.keep_reminders",
    "handover.community.follow_community",
]
NIGHT = ["handover.reminder_mails.send_reminders", "handover.community_night.write_to_community"]
EVE = days(-1)


def settle(person: Person, on: date) -> None:
    reconcile_in_batches([person.pk], window_of(on, small_hours(on)))


def case(handover_on: date, *, ldu: str | None = "Weald", com: str | None = None, **held: Any) -> Person:
    """A case that passes to the COM on a day: 8 months before release."""
    person = PersonFactory(arrived_on=days(-900), **held)
    SentenceFactory(person=person, started_on=days(-900), crd=shift(handover_on, months=8), sed=None)
    CaseDetailsFactory(person=person, com_name=com, ldu=ldu)
    settle(person, EVE)
    return person


def short_case(ldu: str | None = "Weald", **held: Any) -> Person:
    """10 months or less left at sentence: the COM's from the start."""
    person = PersonFactory(arrived_on=days(-20), **held)
    SentenceFactory(person=person, started_on=days(-20), crd=days(100), sed=None)
    CaseDetailsFactory(person=person, com_name=None, ldu=ldu)
    settle(person, EVE)
    return person


def ldu(name: str = "Weald", email: str = "weald@probation.invalid") -> Ldu:
    by = StaffFactory(username="recorder")
    return Ldu.objects.create(
        name=name, email=email, starts_on=days(-900), recorded_by=by, recorded_at=small_hours(days(-900))
    )


def name_com(person: Person, name: str | None, *, on: date) -> None:
    """Somebody records who the COM is, or that nobody is any more."""
    told = {"values": {"com_name": name}, "source": "nDelius", "as_at": on}
    record_details(person=person, by=Actor(job="test"), at=small_hours(on), **told)


def night(on: date, code: str = "LEI") -> Run:
    run = run_night(Prison.objects.get(pk=code), on=on, at=small_hours(on))
    assert run
    return run
