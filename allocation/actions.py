"""What HOMDs do: allocate a POM, change or end an allocation."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from allocation.caseload import posted_poms, recommendation, with_case
from allocation.covers import end_covers, pom_covers
from allocation.mails import mail_about
from allocation.models import Pom, PomAbsence, PomAllocation
from allocation.refusals import RefusedError
from allocation.rules import Recommendation, policy_on
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import clock, day
from omic.models import AuditEvent, Obligation, Person, Prison, Role, Staff
from omic.reconcile import lock, reconcile, window_of
from omic.telling import ask_to_tell

WHY_OVERRIDDEN = "Say why you choose a POM of another type than the recommended one"
WHY_UNADVISED = "No type can be recommended: say why you choose this POM"


@transaction.atomic
def allocate_pom(
    *,
    person: Person,
    staff: Staff,
    replaces: int | None,
    reason: str = "",
    note: str = "",
    batch: str = "",
    by: Staff,
    at: datetime,
) -> PomAllocation:
    """Make `staff` the primary POM of `person`; whoever was ends in the same transaction.

    Allocations of one `batch` share one email to each POM.

    `replaces` is the id of the open allocation that the decision was made against, None where there was none: of two
    who decide at once, the second is told who was first. Raises RefusedError when that happened, when the person has
    left, when `staff` holds no POM posting here today, or when a type other than the recommended has no reason.
    """
    case = locked_case(person, at)
    present = _present(case, replaces)
    on = london_day(at)
    chosen, advised = _chosen(case, staff, present, on)
    if advised.reason_required and not reason:
        raise RefusedError(WHY_OVERRIDDEN if advised.pom_type else WHY_UNADVISED, field="reason")
    started_at = end_allocation(present, by=by, at=at, because=f"Allocated to {staff}") if present else at
    for other in case.pom_allocations.open().filter(staff=staff):
        end_allocation(other, by=by, at=at, because="Became the primary POM")
    end_covers(pom_covers(case.prison).filter(person=case), on=on, because=f"{staff} is the POM now", by=by, at=at)
    allocation = PomAllocation.objects.create(
        person=case,
        prison=case.prison,
        staff=staff,
        pom_type=chosen,
        recommended_type=advised.pom_type or "",
        started_at=started_at,
        started_by=by,
        started_because=reason,
        note=note,
    )
    _follow(case, staff, on=on, at=at)
    ask_to_tell(allocation, role=Role.POM, policy=policy_on(on).id, at=at)
    record_allocation("allocate_pom", allocation, by=by, at=at, override=advised.reason_required, replaced=replaces)
    _tell(allocation, present, on=on, at=at, batch=batch)
    return allocation


@transaction.atomic
def end_pom_allocation(*, person: Person, replaces: int, reason: str, by: Staff, at: datetime) -> PomAllocation:
    """End the primary POM's time with `person` and put nobody in their place: the duty to allocate opens again.

    Raises RefusedError when somebody else has changed the POM since, or the person has left.
    """
    case = locked_case(person, at)
    present = _present(case, replaces)
    assert present is not None
    end_allocation(present, by=by, at=at, because=reason)
    on = london_day(at)
    end_covers(pom_covers(case.prison).filter(person=case), on=on, because="Nobody is the POM now", by=by, at=at)
    _follow(case, None, on=on, at=at)
    record_allocation("end_pom_allocation", present, by=by, at=at)
    _tell(None, present, on=on, at=at)
    return present


def record_risk_shown(*, duties: Sequence[Obligation], by: Staff, at: datetime) -> None:
    """Keep that the risk information of these duties was shown to `by`: one entry for each person, in one write."""
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=at,
            staff=by,
            action="see_risk",
            prison_id=duty.prison_id,
            person_id=duty.person_id,
            detail={"duty": duty.pk},
        )
        for duty in duties
    )


def locked_case(person: Person, at: datetime) -> Person:
    """The person's case as it stands now, with the row locked. Raises RefusedError when they have left the prison."""
    lock([person.pk])
    case = with_case(Person.objects.filter(pk=person.pk), on=london_day(at))
    found = case.select_related("prison").get()
    if found.prison is None or found.prison_id != person.prison_id:
        raise RefusedError(f"{found.name} has left {person.prison}. Nothing was changed.")
    return found


def _present(case: Person, replaces: int | None) -> PomAllocation | None:
    """The open primary allocation, which must be the one that the decision was made against."""
    present = case.pom_allocations.primary().open().select_related("staff", "started_by").first()
    if (present and present.pk) == replaces:
        return present
    if present is None:
        raise RefusedError("The POM has been ended while this page was open. Look again before you save.")
    when = f"at {clock(present.started_at)} on {day(present.started_at)}"
    raise RefusedError(
        f"{present.started_by or 'Somebody'} allocated {present.staff} {when}, while this page was open. "
        "Your choice was not saved. Look again before you change it."
    )


def _chosen(case: Person, staff: Staff, present: PomAllocation | None, on: date) -> tuple[str, Recommendation]:
    """The type of the POM chosen, empty where it is not recorded, and what is recommended beside it."""
    check_takes_cases(staff, case.prison, on=on)
    if present and present.staff_id == staff.pk:
        raise RefusedError(f"{staff} is this person’s POM already.", field="staff")
    profiles = Pom.objects.on(on).filter(staff=staff, prison=case.prison)
    chosen = profiles.values_list("pom_type", flat=True).first() or ""
    return chosen, recommendation(case, operator=case.prison.operator, on=on, chosen=chosen).value


def check_takes_cases(staff: Staff, prison: Prison, *, on: date) -> None:
    """Raises RefusedError when somebody holds no POM posting here on a day, or takes no cases because of an absence."""
    if not posted_poms(prison, on=on).filter(staff=staff).exists():
        raise RefusedError(f"{staff} holds no POM posting in {prison} today. Choose another POM.", field="staff")
    if absence := PomAbsence.objects.on(on).filter(staff=staff, prison=prison).first():
        words = absence.get_kind_display().lower()
        raise RefusedError(f"Recorded of {staff}: {words}. Choose another POM.", field="staff")


def end_allocation(allocation: PomAllocation, *, by: Staff, at: datetime, because: str) -> datetime:
    """End an allocation, and say when: never before it started, even when the page was opened earlier."""
    allocation.ended_at = max(at, allocation.started_at)
    allocation.ended_by, allocation.ended_because = by, because[:300]
    allocation.save(update_fields=["ended_at", "ended_by", "ended_because"])
    return allocation.ended_at


def _follow(case: Person, staff: Staff | None, *, on: date, at: datetime) -> None:
    """The pointer, and everything that follows from it."""
    Person.objects.filter(pk=case.pk).update(pom=staff)
    reconcile([case.pk], window_of(on, at))


def record_allocation(action: str, allocation: PomAllocation, *, by: Staff, at: datetime, **detail: object) -> None:
    """Keep in the audit what was done to an allocation of any part."""
    said = {"allocation_id": allocation.pk, "staff_id": allocation.staff_id, **detail}
    actor = Actor(staff=by)
    audit.record(by=actor, action=action, at=at, prison=allocation.prison, person=allocation.person, **said)


def _tell(begun: PomAllocation | None, ended: PomAllocation | None, *, on: date, at: datetime, batch: str = "") -> None:
    """Mail to the new POM and to the one before; those of a batch share one mail, which its first allocation writes."""
    whose, somebody = ("people’s", "people") if batch else ("somebody’s", "somebody")
    if begun:
        title, words = f"you have been made {whose} POM", f"You are now the primary POM of {somebody}"
        mail_about(begun, to=begun.staff, title=title, opening=words, on=on, at=at, batch=batch)
    if ended:
        title, words = f"you are no longer {whose} POM", f"You are no longer the primary POM of {somebody}"
        mail_about(ended, to=ended.staff, title=title, opening=words, on=on, at=at, batch=batch)
