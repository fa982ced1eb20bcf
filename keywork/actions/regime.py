"""What a prison decides as a whole: its regime level with the papers (ED-16), and fortnightly key work (KW-04)."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from keywork.actions.refusals import RefusedError
from keywork.models import FortnightlyVariant, LevelTask, RegimeLevel
from keywork.regime import fortnightly_on, fortnightly_waiting, level_on, level_words, newest_level, planned_level
from omic import audit
from omic.audit import Actor
from omic.calendar import add_months, london_day, month_bounds, week_start
from omic.formats import day, moment
from omic.models import Prison, Staff
from omic.reconcile import AHEAD, reconcile_in_batches, window_of

FURTHEST_MONTHS = 12  # a day further off is a mistyped year
FORTNIGHT = timedelta(days=14)
ENDS_OFFERED = 6


@dataclass(frozen=True, slots=True)
class Papers:
    """Where what a change of level rests on can be found (ED-16); the recovery plan at levels 3 and 2."""

    sign_off: str
    risk_assessment: str
    safe_system: str
    consultation: str
    recovery_plan: str = ""


@transaction.atomic
def change_level(
    *,
    prison: Prison,
    level: int,
    starts_on: date,
    because: str,
    papers: Papers,
    instead_of: int | None,
    by: Staff,
    at: datetime,
) -> RegimeLevel:
    """From `starts_on` the prison is at `level`, in the place of the newest change `instead_of` (None: of none).

    What everybody here is owed follows at once, as far ahead as obligations stand; two tasks open (ED-11, ED-12). The
    same change a second time changes nothing. Raises RefusedError with what stands in the way.
    """
    _lock(prison)
    newest = newest_level(prison)
    if newest and (newest.level, newest.starts_on, newest.recorded_by_id) == (level, starts_on, by.pk):
        return newest
    _expect_newest(newest, instead_of)
    _check_change(prison, level, starts_on, papers, on=london_day(at))
    change = prison.regime_levels.create(
        level=level, starts_on=starts_on, because=because, recorded_by=by, recorded_at=at, **asdict(papers)
    )
    LevelTask.objects.bulk_create(
        LevelTask(level=change, prison=prison, kind=kind, opened_at=at) for kind in LevelTask.Kind
    )
    _follow(prison, starts_on, at)
    _note("change_level", prison, by, at, level=level, starts_on=starts_on.isoformat())
    return change


def _expect_newest(newest: RegimeLevel | None, seen: int | None) -> None:
    """Refuse when the newest change is not the one that whoever decides has seen."""
    if (newest.pk if newest else None) == seen:
        return
    if newest is None or RegimeLevel.objects.filter(pk=seen, withdrawn_at__isnull=False).exists():
        raise RefusedError("Since you opened this page the planned change has been withdrawn. Look again")
    now = f"{newest.recorded_by} has recorded {level_words(newest.level)} from {day(newest.starts_on)}"
    raise RefusedError(f"Since you opened this page {now}. Look again before you decide")


def _check_change(prison: Prison, level: int, starts_on: date, papers: Papers, *, on: date) -> None:
    if ahead := planned_level(prison, on):
        raise RefusedError(f"{level_words(ahead.level)} is planned from {day(ahead.starts_on)}. Withdraw that first")
    current = level_on(prison, on)
    if current and current.level == level:
        raise RefusedError(f"{level_words(level)} is in force since {day(current.starts_on)}", "level")
    if current and starts_on <= current.starts_on:
        raise RefusedError(f"The level in force began on {day(current.starts_on)}. Choose a later day", "starts_on")
    if starts_on < (monday := week_start(on)):
        raise RefusedError(
            f"The day must be {day(monday)} or later: the weeks before it have been reported", "starts_on"
        )
    if starts_on > add_months(on, FURTHEST_MONTHS):
        raise RefusedError(f"The day must lie within the next {FURTHEST_MONTHS} months", "starts_on")
    if level in (2, 3) and not papers.recovery_plan:
        raise RefusedError("At levels 3 and 2 key work is part of the regime recovery plan (ED-16)", "recovery_plan")


@transaction.atomic
def withdraw_level(*, change: RegimeLevel, because: str, by: Staff, at: datetime) -> RegimeLevel:
    """Take back a change before its day; a second time changes nothing. From its day on the next change reverses it."""
    change = RegimeLevel.objects.select_for_update(of=("self",)).select_related("prison").get(pk=change.pk)
    if change.withdrawn_at is not None:
        return change
    if change.starts_on <= london_day(at):
        raise RefusedError("It has begun: record the level to go back to as a new change")
    change.withdrawn_by, change.withdrawn_at, change.withdrawn_because = by, at, because
    change.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
    _follow(change.prison, change.starts_on, at)
    _note("withdraw_level", change.prison, by, at, level=change.level, starts_on=change.starts_on.isoformat())
    return change


@transaction.atomic
def finish_level_task(*, task: LevelTask, note: str, by: Staff, at: datetime) -> LevelTask:
    """What a change of level asked for is done. Raises RefusedError when somebody has recorded that already."""
    task = LevelTask.objects.select_for_update(of=("self",)).select_related("done_by", "prison").get(pk=task.pk)
    if task.done_by is not None:
        raise RefusedError(f"{task.done_by} recorded this on {moment(task.done_at)}")
    task.done_by, task.done_at, task.note = by, at, note
    task.save(update_fields=["done_by", "done_at", "note"])
    _note("finish_level_task", task.prison, by, at, task=task.kind, level=task.level_id)
    return task


@transaction.atomic
def ask_for_fortnightly(
    *, prison: Prison, starts_on: date, because: str, by: Staff, at: datetime
) -> FortnightlyVariant:
    """Ask the PGD for key work of 90 minutes a fortnight from a Monday on; until approved it stays weekly (KW-04)."""
    _lock(prison)
    on = london_day(at)
    if waiting := fortnightly_waiting(prison):
        raise RefusedError(f"{waiting.asked_by} asked for it from {day(waiting.starts_on)}: the PGD has not answered")
    standing = fortnightly_on(prison, starts_on)
    if standing:
        raise RefusedError(f"Fortnightly key work is approved from {day(standing.starts_on)} already", "starts_on")
    if starts_on != week_start(starts_on) or starts_on < on:
        raise RefusedError("Choose a Monday, today or later: fortnights are counted from it", "starts_on")
    if starts_on > add_months(on, FURTHEST_MONTHS):
        raise RefusedError(f"The day must lie within the next {FURTHEST_MONTHS} months", "starts_on")
    request = prison.fortnightly_variants.create(starts_on=starts_on, because=because, asked_by=by, asked_at=at)
    _note("ask_for_fortnightly", prison, by, at, starts_on=starts_on.isoformat())
    return request


@transaction.atomic
def decide_fortnightly(
    *, variant: FortnightlyVariant, approved: bool, decision: str, by: Staff, at: datetime
) -> FortnightlyVariant:
    """The PGD's answer. An approval never works backwards: past the day asked for, it starts on the next Monday."""
    variant = _locked(variant)
    if variant.decided_by is not None:
        raise RefusedError(f"{variant.decided_by} answered on {moment(variant.decided_at)}")
    if approved and variant.starts_on < london_day(at):
        variant.starts_on = next_monday(london_day(at))
    variant.approved, variant.decided_by, variant.decided_at, variant.decision = approved, by, at, decision
    variant.save(update_fields=["starts_on", "approved", "decided_by", "decided_at", "decision"])
    if approved:
        _follow(variant.prison, variant.starts_on, at)
    _note("decide_fortnightly", variant.prison, by, at, approved=approved, starts_on=variant.starts_on.isoformat())
    return variant


@transaction.atomic
def end_fortnightly(*, variant: FortnightlyVariant, ends_on: date, by: Staff, at: datetime) -> FortnightlyVariant:
    """From a Monday on key work is weekly again. Only where a fortnight ends, so that none is left half given."""
    variant = _locked(variant)
    if variant.ends_on is not None:
        raise RefusedError(f"It ends on {day(variant.ends_on)} already")
    if ends_on not in possible_ends(variant, on=london_day(at)):
        raise RefusedError("Choose a Monday on which a fortnight ends", "ends_on")
    variant.ends_on = ends_on
    variant.save(update_fields=["ends_on"])
    _follow(variant.prison, ends_on, at)
    _note("end_fortnightly", variant.prison, by, at, ends_on=ends_on.isoformat())
    return variant


def possible_ends(variant: FortnightlyVariant, *, on: date) -> list[date]:
    """The next Mondays, today included, on which one fortnight ends; the first of all is before any has begun."""
    return list(_ends(variant.starts_on, on))


def _ends(first: date, on: date) -> Iterator[date]:
    gone = max(0, -(-(on - first).days // FORTNIGHT.days))  # fortnights begun before today, rounded up
    yield from (first + FORTNIGHT * (gone + number) for number in range(ENDS_OFFERED))


def next_monday(on: date) -> date:
    """The Monday on or after a day."""
    return week_start(on + timedelta(days=6))


def _lock(prison: Prison) -> None:
    """One decision of a prison at a time; whoever only writes rows of this prison, a session say, need not wait."""
    Prison.objects.select_for_update(no_key=True).get(pk=prison.pk)


def _locked(variant: FortnightlyVariant) -> FortnightlyVariant:
    rows = FortnightlyVariant.objects.select_for_update(of=("self",)).select_related("prison", "decided_by")
    return rows.get(pk=variant.pk)


def _follow(prison: Prison, since: date, at: datetime) -> None:
    """Bring what everybody here is owed up to date; what starts after the months of the days ahead waits for its night.

    Months, because the level of a month is that of most of its days, those beyond the days ahead included.
    """
    on = london_day(at)
    if since <= month_bounds(on + AHEAD)[1]:
        people = list(prison.people.values_list("pk", flat=True))
        reconcile_in_batches(people, window_of(on, at, since=since), cadence=True)


def _note(action: str, prison: Prison, by: Staff, at: datetime, **detail: object) -> None:
    audit.record(by=Actor(staff=by), action=action, at=at, prison=prison, **detail)
