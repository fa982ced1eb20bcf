"""What HOMDs do: allocate a POM, change or end an allocation, and say of which type a POM is."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import F

from allocation.caseload import posted_poms, recommendation, with_case, with_held_type
from allocation.models import Pom, PomAbsence, PomAllocation
from allocation.rules import Recommendation, policy_on
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import clock, day
from omic.models import AuditEvent, Obligation, Person, Prison, Role, Staff
from omic.outbox import MailKind, queue_message
from omic.reconcile import lock, reconcile, window_of
from omic.telling import ask_to_tell

WHY_OVERRIDDEN = "Say why you choose a POM of another type than the recommended one"
WHY_UNADVISED = "No type can be recommended: say why you choose this POM"


class RefusedError(Exception):
    """Something that cannot be done as asked. The message is fit to show; `field` is the form's field it is about."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


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
    case = _locked(person, at)
    present = _present(case, replaces)
    on = london_day(at)
    chosen, advised = _chosen(case, staff, present, on)
    if advised.reason_required and not reason:
        raise RefusedError(WHY_OVERRIDDEN if advised.pom_type else WHY_UNADVISED, field="reason")
    started_at = _end(present, by=by, at=at, because=f"Allocated to {staff}") if present else at
    for other in case.pom_allocations.open().filter(staff=staff):
        _end(other, by=by, at=at, because="Became the primary POM")
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
    _record("allocate_pom", allocation, by=by, at=at, override=advised.reason_required, replaced=replaces)
    _tell(allocation, present, on=on, at=at, batch=batch)
    return allocation


@transaction.atomic
def end_pom_allocation(*, person: Person, replaces: int, reason: str, by: Staff, at: datetime) -> PomAllocation:
    """End the primary POM's time with `person` and put nobody in their place: the duty to allocate opens again.

    Raises RefusedError when somebody else has changed the POM since, or the person has left.
    """
    case = _locked(person, at)
    present = _present(case, replaces)
    assert present is not None
    _end(present, by=by, at=at, because=reason)
    on = london_day(at)
    _follow(case, None, on=on, at=at)
    _record("end_pom_allocation", present, by=by, at=at)
    _tell(None, present, on=on, at=at)
    return present


@transaction.atomic
def set_pom_profile(
    *,
    staff: Staff,
    prison: Prison,
    pom_type: str,
    working_days: Decimal,
    version: int | None,
    on: date,
    by: Staff,
    at: datetime,
) -> Pom:
    """From `on` the POM is of this type and works so many days a week; what held before ends.

    `version` is that of the profile the decision was made against, None where there was none. Raises RefusedError
    when somebody else has changed it since.
    """
    Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)
    present = Pom.objects.on(on).filter(staff=staff, prison=prison).first()
    if (present and present.version) != version:
        raise RefusedError(f"Somebody else has changed what is recorded of {staff}. Look again before you save.")
    said = {"pom_type": pom_type, "working_days": working_days}
    if present and present.starts_on == on:
        changed = said | {"recorded_by": by, "recorded_at": at, "version": F("version") + 1}
        Pom.objects.filter(pk=present.pk).update(**changed)
        present.refresh_from_db()
        profile = present
    else:
        if present:
            Pom.objects.filter(pk=present.pk).update(ends_on=on, version=F("version") + 1)
        started = {"starts_on": on, "recorded_by": by, "recorded_at": at, "version": (version or 0) + 1}
        profile = Pom.objects.create(staff=staff, prison=prison, **said, **started)
    detail = {"staff_id": staff.pk, "pom_type": pom_type, "working_days": str(working_days)}
    audit.record(by=Actor(staff=by), action="set_pom_profile", at=at, prison=prison, **detail)
    return profile


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


def _locked(person: Person, at: datetime) -> Person:
    """The person's case as it stands now, with the row locked."""
    lock([person.pk])
    case = with_held_type(with_case(Person.objects.filter(pk=person.pk), on=london_day(at)), on=london_day(at))
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
    if not posted_poms(case.prison, on=on).filter(staff=staff).exists():
        raise RefusedError(f"{staff} holds no POM posting in {case.prison} today. Choose another POM.", field="staff")
    if absence := PomAbsence.objects.on(on).filter(staff=staff, prison=case.prison).first():
        words = absence.get_kind_display().lower()
        raise RefusedError(f"Recorded of {staff}: {words}. Choose another POM.", field="staff")
    if present and present.staff_id == staff.pk:
        raise RefusedError(f"{staff} is this person’s POM already.", field="staff")
    profiles = Pom.objects.on(on).filter(staff=staff, prison=case.prison)
    chosen = profiles.values_list("pom_type", flat=True).first() or ""
    return chosen, recommendation(case, operator=case.prison.operator, on=on, chosen=chosen).value


def _end(allocation: PomAllocation, *, by: Staff, at: datetime, because: str) -> datetime:
    """End an allocation, and say when: never before it started, even when the page was opened earlier."""
    allocation.ended_at = max(at, allocation.started_at)
    allocation.ended_by, allocation.ended_because = by, because[:300]
    allocation.save(update_fields=["ended_at", "ended_by", "ended_because"])
    return allocation.ended_at


def _follow(case: Person, staff: Staff | None, *, on: date, at: datetime) -> None:
    """The pointer, and everything that follows from it."""
    Person.objects.filter(pk=case.pk).update(pom=staff)
    reconcile([case.pk], window_of(on, at))


def _record(action: str, allocation: PomAllocation, *, by: Staff, at: datetime, **detail: object) -> None:
    said = {"allocation_id": allocation.pk, "staff_id": allocation.staff_id, **detail}
    actor = Actor(staff=by)
    audit.record(by=actor, action=action, at=at, prison=allocation.prison, person=allocation.person, **said)


def _tell(begun: PomAllocation | None, ended: PomAllocation | None, *, on: date, at: datetime, batch: str = "") -> None:
    """Mail to the new POM and to the one before. No names: the link opens the person for those who may see them."""
    whose, somebody = ("people’s", "people") if batch else ("somebody’s", "somebody")
    if begun:
        _mail(begun, f"You have been made {whose} POM", f"You are now the primary POM of {somebody}", on, at, batch)
    if ended:
        words = f"You are no longer the primary POM of {somebody}"
        _mail(ended, f"You are no longer {whose} POM", words, on, at, batch)


def _mail(allocation: PomAllocation, title: str, opening: str, on: date, at: datetime, batch: str) -> None:
    """One email, or of a batch the one that its first allocation writes."""
    if not allocation.staff.email:
        return
    prison, ref = allocation.prison, allocation.person.ref
    page = "cases/mine" if batch else f"people/{ref}"
    link = f"{settings.SITE_URL}/prisons/{prison.code}/{page}/"
    queue_message(
        prison=prison,
        on=on,
        kind=MailKind.ALLOCATION,
        recipient=allocation.staff.email,
        about=f"{'ended' if allocation.ended_at else 'begun'}:{batch or allocation.pk}",
        title=f"{prison.name}: {title[0].lower()}{title[1:]}",
        body=f"{opening} in {prison.name}.\n\nSign in to see who, and what is due:\n{link}\n",
        at=at,
    )
