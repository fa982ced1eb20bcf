"""What a prison keeps of its key workers: wings and hours, training, absences and ceilings. Profiles begin with it."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q, QuerySet

from keywork.actions.cover import end_covers
from keywork.actions.lockdown import follow_at_level_4, hold_people_of
from keywork.actions.refusals import RefusedError
from keywork.models import Absence, Ceiling, Course, KeyWorker, KeyWorkerAbsence, Training
from keywork.rules import policy_on
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import day
from omic.models import Cover, Prison, Role, Staff, Wing


@transaction.atomic
def edit_profile(
    *,
    staff: Staff,
    prison: Prison,
    wings: Iterable[Wing],
    profiled_hours: Decimal | None,
    version: int,
    by: Staff,
    at: datetime,
) -> KeyWorker:
    """Set a key worker's wings and hours a week (KW-05). `version` is the one that was seen, 0 of no profile yet.

    Raises RefusedError with what stands now when somebody changed it since.
    """
    profile = _profile(staff, prison)
    if profile.version != max(version, 1):
        codes = ", ".join(wing.code for wing in profile.wings.all()) or "no wing"
        hours = f"{profile.profiled_hours} hours" if profile.profiled_hours else "no hours"
        raise RefusedError(f"Since you opened this page it was changed to {codes}, {hours}. Look before you save again")
    chosen = list(wings)
    if changed := (profile.profiled_hours != profiled_hours or set(profile.wings.all()) != set(chosen)):
        KeyWorker.objects.filter(pk=profile.pk).update(profiled_hours=profiled_hours, version=F("version") + 1)
        profile.wings.set(chosen)
    if changed:
        codes = sorted(wing.code for wing in chosen)
        _audit("edit_key_worker", profile, by, at, wings=codes, hours=str(profiled_hours or ""))
    return profile


@transaction.atomic
def record_training(
    *, staff: Staff, prison: Prison, course: Course, completed_on: date, by: Staff, at: datetime
) -> Training:
    """A key worker has completed a course on a day. Raises RefusedError for a day to come or a second record of it."""
    if completed_on > london_day(at):
        raise RefusedError("The day must not be in the future", "completed_on")
    profile = _profile(staff, prison)
    if profile.training.filter(course=course, completed_on=completed_on).exists():
        raise RefusedError(f"{course.label} on {day(completed_on)} is recorded already", "completed_on")
    training = profile.training.create(course=course, completed_on=completed_on, recorded_by=by, recorded_at=at)
    _audit("record_training", profile, by, at, course=course, completed_on=str(completed_on))
    return training


@transaction.atomic
def withdraw_training(*, training: Training, by: Staff, at: datetime) -> None:
    """Take back what was recorded by mistake. The audit keeps that it stood."""
    profile = _profile(training.key_worker.staff, training.key_worker.prison)
    told = {"course": training.course, "completed_on": str(training.completed_on)}
    if Training.objects.filter(pk=training.pk).delete()[0]:
        _audit("withdraw_training", profile, by, at, **told)


@transaction.atomic
def record_absence(
    *,
    staff: Staff,
    prison: Prison,
    kind: Absence,
    starts_on: date,
    returns_on: date | None,
    by: Staff,
    at: datetime,
) -> KeyWorkerAbsence:
    """A key worker is away from `starts_on` until `returns_on`, the first day back; their people then need cover.

    Raises RefusedError for annual leave without a return, a return that is not later, or another absence in that time.
    """
    if kind == Absence.ANNUAL_LEAVE and returns_on is None:
        raise RefusedError("Enter the first day back: annual leave always has one", "returns_on")
    if returns_on and returns_on <= starts_on:
        raise RefusedError("The first day back must be after the absence begins", "returns_on")
    people = hold_people_of(staff, prison, at=at)
    profile = _profile(staff, prison)
    _refuse_overlap(profile, starts_on=starts_on, returns_on=returns_on)
    absence = profile.absences.create(
        kind=kind, starts_on=starts_on, returns_on=returns_on, recorded_by=by, recorded_at=at
    )
    follow_at_level_4(prison, people, at=at)
    _audit("record_absence", profile, by, at, absence=absence.pk, kind=kind, starts_on=str(starts_on))
    return absence


@transaction.atomic
def change_return(*, absence: KeyWorkerAbsence, returns_on: date, by: Staff, at: datetime) -> KeyWorkerAbsence:
    """Another first day back, earlier or later. On the day the absence begins, or before, it never took place.

    Cover of their people that would go on beyond that day ends with it. Raises RefusedError when another absence
    follows before.
    """
    staff, prison = absence.key_worker.staff, absence.key_worker.prison
    people = hold_people_of(staff, prison, at=at)
    profile = _profile(staff, prison)
    current = profile.absences.filter(pk=absence.pk).first()
    if current is None:
        raise RefusedError("Since you opened this page the absence was taken back")
    if returns_on <= current.starts_on:
        KeyWorkerAbsence.objects.filter(pk=current.pk).delete()
    else:
        _refuse_overlap(profile, starts_on=current.starts_on, returns_on=returns_on, besides=current.pk)
        KeyWorkerAbsence.objects.filter(pk=current.pk).update(returns_on=returns_on)
    _end_cover(profile, current, on=max(returns_on, current.starts_on), by=by, at=at)
    follow_at_level_4(prison, people, at=at)
    _audit("change_return", profile, by, at, absence=absence.pk, returns_on=str(returns_on))
    return current


def _end_cover(profile: KeyWorker, absence: KeyWorkerAbsence, *, on: date, by: Staff, at: datetime) -> None:
    """Cover in the time of an absence ends on the day of return; cover of a later absence stays."""
    covers = Cover.objects.filter(person__prison=profile.prison, person__key_worker=profile.staff, role=Role.KEY_WORKER)
    covers = covers.exclude(ends_on__lte=absence.starts_on)
    if absence.returns_on:
        covers = covers.filter(starts_on__lt=absence.returns_on)
    end_covers(covers, on=on, because=f"{profile.staff} is back", by=by, at=at)


@transaction.atomic
def set_ceiling(
    *,
    staff: Staff,
    prison: Prison,
    people: int,
    starts_on: date,
    ends_on: date | None,
    because: str,
    by: Staff,
    at: datetime,
) -> Ceiling:
    """Another ceiling of one key worker from a day until a day (not included), with the reason (KW-03).

    What stood before ends that day. Raises RefusedError when a higher one has no end, or another begins later.
    """
    if ends_on and ends_on <= starts_on:
        raise RefusedError("The last day must be after the first", "ends_on")
    if ends_on is None and people > policy_on(starts_on).caseload_ceiling:
        raise RefusedError("Enter when it ends: a ceiling above the usual one never stands for good (KW-03)", "ends_on")
    profile = _profile(staff, prison)
    later = profile.ceilings.filter(starts_on__gt=starts_on).order_by("starts_on").first()
    if later and (ends_on is None or ends_on > later.starts_on):
        raise RefusedError(f"A ceiling of {later.people} begins on {day(later.starts_on)}. End it first", "ends_on")
    _stop(profile.ceilings.all(), starts_on)
    ceiling = profile.ceilings.create(
        people=people, starts_on=starts_on, ends_on=ends_on, because=because, recorded_by=by, recorded_at=at
    )
    _audit("set_ceiling", profile, by, at, people=people, starts_on=str(starts_on), ends_on=str(ends_on or ""))
    return ceiling


@transaction.atomic
def end_ceiling(*, ceiling: Ceiling, by: Staff, at: datetime) -> None:
    """From today the usual ceiling counts again; one that has not begun never does."""
    profile, today = _profile(ceiling.key_worker.staff, ceiling.key_worker.prison), london_day(at)
    if not _stop(profile.ceilings.filter(pk=ceiling.pk), max(today, ceiling.starts_on)):
        raise RefusedError("This ceiling has ended already")
    _audit("end_ceiling", profile, by, at, people=ceiling.people, starts_on=str(ceiling.starts_on))


def _stop(ceilings: QuerySet[Ceiling], on: date) -> bool:
    """End those that stand on a day; one that begins that very day would never have stood, so it goes."""
    running = ceilings.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))
    gone, _ = running.filter(starts_on=on).delete()
    return bool(running.filter(starts_on__lt=on).update(ends_on=on) or gone)


def _profile(staff: Staff, prison: Prison) -> KeyWorker:
    """The profile, made when nothing was recorded yet. Its key worker is held, as an allocation to them would be."""
    Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)
    return KeyWorker.objects.select_related("staff", "prison").get_or_create(staff=staff, prison=prison)[0]


def _refuse_overlap(
    profile: KeyWorker, *, starts_on: date, returns_on: date | None, besides: int | None = None
) -> None:
    others = profile.absences.filter(Q(returns_on__isnull=True) | Q(returns_on__gt=starts_on)).exclude(pk=besides)
    if returns_on:
        others = others.filter(starts_on__lt=returns_on)
    if other := others.order_by("starts_on").first():
        until = f"until {day(other.returns_on)}" if other.returns_on else "with no date of return"
        words = f"{other.get_kind_display()} from {day(other.starts_on)} {until} is recorded already. Change that first"
        raise RefusedError(words, "starts_on")


def _audit(action: str, profile: KeyWorker, by: Staff, at: datetime, **detail: object) -> None:
    audit.record(by=Actor(staff=by), action=action, at=at, prison=profile.prison, key_worker=profile.staff_id, **detail)
