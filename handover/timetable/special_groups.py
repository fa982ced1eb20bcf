"""Special groups (rulebook 7): care experienced, young people moving to the adult estate, restricted patients."""

from datetime import date, datetime, timedelta

from handover.timetable.case import Case, day_before
from handover.timetable.facts import Task
from handover.timetable.policy import NUMBERS, Cause, Kind, Missing, Owner, State
from omic.calendar import add_hours, add_months, london_clock, london_day, week_start
from omic.policy import Step

WEEK = timedelta(days=7)


def personal_adviser(case: Case) -> Task | None:
    """XC-01: owed on the days on which a care-experienced person is under 25."""
    born_on = case.facts.person.date_of_birth
    if not case.facts.person.care_experienced or born_on is None:
        return None
    birthday = add_months(born_on, NUMBERS.adviser_age * 12)
    if case.today >= birthday:
        return None
    return Task(
        kind=Kind.PERSONAL_ADVISER,
        owner=Owner.POM,
        rule="XC-01",
        cause=Cause.CARE,
        steps=(Step("XC-01", f"Care experienced, {NUMBERS.adviser_age} on {birthday}"),),
    )


def transition_ready(case: Case) -> Task | None:
    """XC-10: all in place before the transfer, so that the day before it is the last in time."""
    youth = case.facts.youth
    if youth.transfer_planned_on is None:
        return None
    wanted = (
        (youth.pom_assigned, Missing.POM_ASSIGNED),
        (youth.key_worker_assigned, Missing.KEY_WORKER_ASSIGNED),
        (youth.key_worker_contacted, Missing.KEY_WORKER_CONTACT),
    )
    missing = tuple(code for there, code in wanted if not there)
    due_on = day_before(youth.transfer_planned_on)
    return Task(
        kind=Kind.TRANSITION_READY,
        owner=Owner.HOMD,
        rule="XC-10",
        cause=Cause.TRANSFER,
        with_=(Owner.POM, Owner.KEY_WORKER),
        due_on=due_on,
        state=State.OPEN if missing else State.MET,
        missing=missing,
        steps=(Step("XC-10", f"Transfer planned for {youth.transfer_planned_on}: by {due_on}"),),
    )


def transition_meeting(case: Case) -> Task | None:
    """XC-11: POM and key worker both meet the person within 72 elapsed hours of arrival."""
    youth = case.facts.youth
    arrived_at = youth.youth_arrived_at
    if arrived_at is None:
        return None
    people = ((youth.pom_met_at, Missing.POM), (youth.key_worker_met_at, Missing.KEY_WORKER))
    missing = tuple(code for met_at, code in people if not _since(case, arrived_at, met_at))
    due_at = add_hours(arrived_at, NUMBERS.transition_hours)
    return Task(
        kind=Kind.TRANSITION_MEETING,
        owner=Owner.POM,
        rule="XC-11",
        cause=Cause.TRANSFER,
        caused_on=london_day(arrived_at),
        with_=(Owner.KEY_WORKER,),
        due_at=due_at,
        state=State.OPEN if missing else State.MET,
        missing=missing,
        steps=(Step("XC-11", f"Arrived {london_clock(arrived_at)} + 72 hours = {london_clock(due_at)}"),),
    )


def transition_key_work(case: Case) -> Task | None:
    """XC-12: the next weekly contact, until the planning meeting or, on remand, the closure meeting."""
    youth = case.facts.youth
    arrived_at = youth.youth_arrived_at
    remand = case.handover.legal_status == "remand"
    until = youth.closure_meeting_on if remand else youth.planning_meeting_on
    if arrived_at is None or (until is not None and until <= max(case.today, london_day(arrived_at))):
        return None
    met_at = youth.key_worker_met_at
    last_on = london_day(met_at) if met_at is not None and _since(case, arrived_at, met_at) else None
    due_on, step = _next_week(london_day(arrived_at), last_on)
    if until is not None and until < due_on:
        due_on, step = until, Step("XC-12", f"Weekly until the meeting on {until}")
    return Task(
        kind=Kind.TRANSITION_KEY_WORK,
        owner=Owner.KEY_WORKER,
        rule="XC-12",
        cause=Cause.TRANSFER,
        caused_on=london_day(arrived_at),
        due_on=due_on,
        until=until,
        steps=(step,),
    )


def _next_week(arrived_on: date, last_on: date | None) -> tuple[date, Step]:
    """The Sunday of the week after the last contact's; the first week owed has 4 whole days here or more."""
    first = week_start(arrived_on)
    whole_days = (first + WEEK - arrived_on).days - 1
    owed = first if whole_days >= NUMBERS.week_whole_days else first + WEEK
    after = owed if last_on is None else max(owed, week_start(last_on) + WEEK)
    due_on = day_before(after + WEEK)
    return due_on, Step("XC-12", f"Arrived {arrived_on}, last contact {last_on or 'none'}: in the week to {due_on}")


def _since(case: Case, arrived_at: datetime, met_at: datetime | None) -> bool:
    """Whether a meeting after the arrival has taken place by today."""
    return met_at is not None and met_at >= arrived_at and london_day(met_at) <= case.today


def oasys_on_transfer(case: Case) -> Task | None:
    """XC-30: OASys as a significant event on the transfer to hospital."""
    went_on = case.facts.hospital.hospital_transfer_on
    if went_on is None:
        return None
    return _hospital_oasys(case, Kind.OASYS_SIGNIFICANT_EVENT, Cause.HOSPITAL, went_on, counts_from=went_on)


def oasys_before_remission(case: Case) -> Task | None:
    """XC-30: OASys again before remission, so that the day before it is the last in time."""
    planned_on, went_on = case.facts.hospital.remission_planned_on, case.facts.hospital.hospital_transfer_on
    if planned_on is None:
        return None
    due_on = day_before(planned_on)
    counts_from = due_on - timedelta(days=NUMBERS.counts_days)
    if went_on is not None:
        counts_from = max(counts_from, went_on + timedelta(days=1))
    return _hospital_oasys(case, Kind.OASYS_BEFORE_REMISSION, Cause.REMISSION, due_on, counts_from=counts_from)


def aftercare_meeting(case: Case) -> Task | None:
    """XC-30: s.117 aftercare planning meetings, while in hospital."""
    return _while_in_hospital(case, Kind.AFTERCARE_MEETING, "section 117 aftercare")


def hospital_liaison(case: Case) -> Task | None:
    """XC-30: liaison with the Mental Health Casework Section and the clinician, while in hospital."""
    return _while_in_hospital(case, Kind.HOSPITAL_LIAISON, "liaison with casework and clinician")


def _hospital_oasys(case: Case, kind: Kind, cause: Cause, due_on: date, *, counts_from: date) -> Task:
    """Of whoever is responsible on the due day; met by an OASys completed on `counts_from` or later."""
    owner, last_on = case.responsible_on(due_on), case.last_oasys_on
    met = last_on is not None and last_on >= counts_from
    label = "Before remission" if cause == Cause.REMISSION else "Transfer to hospital"
    return Task(
        kind=kind,
        owner=owner,
        rule="XC-30",
        cause=cause,
        due_on=due_on,
        state=State.MET if met else State.OPEN,
        steps=(Step("XC-30", f"{label}: OASys by {due_on}, responsible then: the {owner.upper()}"),),
        follows_responsible=True,
    )


def _while_in_hospital(case: Case, kind: Kind, what: str) -> Task | None:
    if not case.in_hospital:
        return None
    owner = case.responsible_on(case.today)
    since = case.facts.hospital.hospital_transfer_on
    return Task(
        kind=kind,
        owner=owner,
        rule="XC-30",
        cause=Cause.HOSPITAL,
        caused_on=since,
        steps=(
            Step("HO-10", "Responsibility and handover dates go on as in prison"),
            Step("XC-30", f"In hospital since {since}: {what}, responsible today: the {owner.upper()}"),
        ),
        follows_responsible=True,
    )
