"""Parts beside the primary POM: co-working, and case management support by prison staff (AL-10, AL-11)."""

from datetime import date, datetime

from django.db import transaction

from allocation.actions import check_takes_cases, end_allocation, locked_case, record_allocation
from allocation.mails import mail_about
from allocation.models import Pom, PomAllocation
from allocation.policy import REFUSALS, WARNINGS, PomType
from allocation.policy import Part as PartRule
from allocation.refusals import RefusedError
from allocation.rules import PartFacts, may_share
from omic.calendar import london_day
from omic.formats import clock, day
from omic.models import Person, Staff

Part = PomAllocation.Part
PARTS = ((Part.COWORKING, "co-working POM"), (Part.SUPPORT, "case management support"))
PART_WORDS = dict(PARTS)


@transaction.atomic
def share_case(
    *, person: Person, staff: Staff, part: str, reason: str, note: str = "", by: Staff, at: datetime
) -> tuple[PomAllocation, tuple[str, ...]]:
    """Give `staff` a part in somebody's case beside the primary POM, and what to point out about that, in words.

    Both are told by email. Raises RefusedError when the person has left or has no primary POM, when `staff` has a part
    in the case already (who gave it is named), takes no cases today, or is posted here no more, and when a probation
    POM would support it (AL-10).
    """
    case, on = locked_case(person, at), london_day(at)
    check_takes_cases(staff, case.prison, on=on)
    rows = list(case.pom_allocations.open().select_related("staff", "started_by"))
    primary = next((row for row in rows if row.part == Part.PRIMARY), None)
    _refuse_second(staff, rows)
    types = _types(case, on)
    facts = PartFacts(
        part=PartRule(part),
        pom_type=types.get(staff.pk),
        has_primary=primary is not None,
        is_primary=primary is not None and primary.staff_id == staff.pk,
        primary_type=types.get(primary.staff_id) if primary else None,
        supported=any(row.part == Part.SUPPORT for row in rows),
    )
    outcome = may_share(facts, on=on)
    if not outcome.value.allowed:
        words = REFUSALS[outcome.reason]
        raise RefusedError(f"{staff} {words}" if facts.is_primary else words, field="staff")
    allocation = PomAllocation.objects.create(
        person=case,
        prison=case.prison,
        staff=staff,
        part=part,
        pom_type=facts.pom_type or "",
        started_at=at,
        started_by=by,
        started_because=reason,
        note=note,
    )
    record_allocation("share_case", allocation, by=by, at=at, part=part)
    _tell(allocation, primary, on=on, at=at)
    return allocation, tuple(WARNINGS[code] for code in outcome.value.warnings)


@transaction.atomic
def end_share(*, allocation: PomAllocation, reason: str, batch: str = "", by: Staff, at: datetime) -> PomAllocation:
    """End a part beside the primary POM. Both are told, once for all of one `batch`. Raises RefusedError, naming who
    was first, when it has ended already, or the person has left."""
    case = locked_case(allocation.person, at)
    shares = case.pom_allocations.exclude(part=Part.PRIMARY).select_related("staff", "ended_by", "prison", "person")
    found = shares.get(pk=allocation.pk)
    if found.ended_at:
        who = found.ended_by or "It was"
        raise RefusedError(f"{who} ended this at {clock(found.ended_at)} on {day(found.ended_at)} already.")
    end_allocation(found, by=by, at=at, because=reason)
    record_allocation("end_share", found, by=by, at=at, part=found.part)
    primary = case.pom_allocations.primary().open().select_related("staff").first()
    _tell(found, primary, on=london_day(at), at=at, batch=batch and f"{batch}-{found.part}")
    return found


def _refuse_second(staff: Staff, rows: list[PomAllocation]) -> None:
    """Nobody has two parts in one case at a time."""
    for row in rows:
        if row.staff_id == staff.pk and row.part != Part.PRIMARY:
            given = f"{row.started_by or 'Somebody'} made {staff} {PART_WORDS[row.part]}"
            when = f"at {clock(row.started_at)} on {day(row.started_at)}"
            raise RefusedError(f"{given} {when} already. End that first, or choose another.", field="staff")


def _types(case: Person, on: date) -> dict[int, PomType]:
    """The recorded types of the POMs of the prison, by their ids."""
    rows = Pom.objects.on(on).filter(prison=case.prison).values_list("staff", "pom_type")
    return {staff: PomType(pom_type) for staff, pom_type in rows}


def _tell(share: PomAllocation, primary: PomAllocation | None, *, on: date, at: datetime, batch: str = "") -> None:
    """Mail to whoever has the part, and to the primary POM; those of a batch share one mail each."""
    cases, yours = ("people’s cases", "cases") if batch else ("somebody’s case", "a case")
    words, ended = PART_WORDS[share.part], share.ended_at is not None
    title = f"you are {'no longer ' if ended else ''}{words} in {cases}"
    opening = f"You are {'no longer' if ended else 'now'} {words} in {cases}"
    mail_about(share, to=share.staff, title=title, opening=opening, on=on, at=at, batch=batch)
    if primary:
        title = f"somebody {'no longer works' if ended else 'works'} beside you in {yours} of yours"
        opening = f"{share.staff} is {'no longer' if ended else 'now'} {words} in {yours} of yours"
        mail_about(share, to=primary.staff, title=title, opening=opening, on=on, at=at, batch=batch)
