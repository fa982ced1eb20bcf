"""Beat and worker stopped for days: rosters and overdue lists are right all the same, and the night that returns is."""

from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest

from keywork.models import RegimeLevel
from omic.calendar import LONDON, in_utc
from omic.models import Alert, Flag, Person, Prison, Run
from omic.nightly import hour_of, run_night
from omic.reconcile import reconcile_in_batches, window_of
from tests.factories import CohortDecisionFactory, ContactFactory, PersonFactory, PrisonFactory, StaffFactory
from wellbeing.roster import roster

pytestmark = pytest.mark.django_db
LAST_NIGHT = date(2026, 11, 19)  # a Thursday; the nights of Friday to Monday do not run
STOPPED = [LAST_NIGHT + timedelta(days=number) for number in range(1, 5)]
BACK = STOPPED[-1] + timedelta(days=1)


def noon(on: date) -> datetime:
    return in_utc(datetime.combine(on, time(12), tzinfo=LONDON))


def night(on: date) -> None:
    for code in ("EWI", "LEI"):
        run_night(Prison.objects.get(pk=code), on=on, at=hour_of(on))


@pytest.fixture
def prisons() -> tuple[Prison, Prison]:
    """A woman checked daily and one weekly; at level 4 a man on an ACCT whose week ends without a session."""
    women, men = PrisonFactory(code="EWI", estate="women"), PrisonFactory(code="LEI")
    CohortDecisionFactory(person=PersonFactory(prison=women, surname="Daily"), starts_on=LAST_NIGHT)
    PersonFactory(prison=women, surname="Weekly")
    papers = dict.fromkeys(("because", "sign_off", "risk_assessment", "safe_system", "consultation"), "x")
    RegimeLevel.objects.create(
        prison=men, level=4, starts_on=LAST_NIGHT, recorded_by=StaffFactory(), recorded_at=noon(LAST_NIGHT), **papers
    )
    locked = PersonFactory(prison=men, surname="Locked")
    seen = {"first_seen_at": noon(LAST_NIGHT), "last_seen_at": noon(LAST_NIGHT)}
    Alert.objects.create(person=locked, code="HA", starts_on=LAST_NIGHT, **seen)
    reconcile_in_batches(list(Person.objects.values_list("pk", flat=True)), window_of(LAST_NIGHT, hour_of(LAST_NIGHT)))
    night(LAST_NIGHT)
    return women, men


def due(prison: Prison, on: date) -> dict[str, str]:
    return {row.person.surname: str(row.state) for row in roster(prison, on=on, at=noon(on))}


def overdue(prison: Prison, on: date) -> list[date]:
    rows = prison.obligations.overdue(noon(on)).filter(kind__in=("daily_check", "weekly_check"))
    return sorted(rows.values_list("due_on", flat=True))


def test_h1_rosters_and_overdue_lists_are_right_while_no_job_runs(prisons: tuple[Prison, Prison]) -> None:
    women, men = prisons
    for on in STOPPED:
        assert due(women, on) == {"Daily": "owed", "Weekly": "owed"}
        assert due(men, on) == {"Locked": "owed"}
        missed = [LAST_NIGHT + timedelta(days=number) for number in range((on - LAST_NIGHT).days)]
        assert overdue(men, on) == missed
        weekly = [date(2026, 11, 22)] if on == date(2026, 11, 23) else []
        assert overdue(women, on) == sorted(missed + weekly)


def test_h1_a_check_while_no_job_runs_counts_at_once_and_ends_what_was_missed_before(
    prisons: tuple[Prison, Prison],
) -> None:
    women, on = prisons[0], STOPPED[2]
    person = Person.objects.get(surname="Daily")
    ContactFactory(person=person, kind="check", at=noon(on), recorded_at=noon(on))
    reconcile_in_batches([person.pk], window_of(on, noon(on)))
    assert due(women, on)["Daily"] == "done"
    assert overdue(women, on) == []


def test_h1_the_night_that_returns_catches_up_in_order_and_flags_each_miss_once(prisons: tuple[Prison, Prison]) -> None:
    night(BACK)
    night(BACK)
    runs = Run.objects.filter(job="nightly", prison="LEI", on__gt=LAST_NIGHT).order_by("pk")
    assert sorted(runs.values_list("on", flat=True)) == [*STOPPED, BACK]
    assert all(run.state == Run.State.DONE for run in runs)
    flags = Flag.objects.filter(obligation__kind="daily_check", kind="overdue").select_related("obligation")
    told = Counter((flag.prison_id, flag.obligation.due_on, flag.first_flagged_on) for flag in flags)
    days = [LAST_NIGHT, *STOPPED]
    assert told == {(code, day, day + timedelta(days=1)): 1 for code in ("EWI", "LEI") for day in days}
    missed = Prison.objects.get(pk="EWI").obligations.filter(kind="daily_check", state="missed")
    assert sorted(missed.values_list("due_on", flat=True)) == days


def test_h1_a_miss_that_is_over_before_the_night_looks_is_flagged_all_the_same_and_once(
    prisons: tuple[Prison, Prison],
) -> None:
    person, at = Person.objects.get(surname="Daily"), noon(STOPPED[0]) - timedelta(hours=11, minutes=30)
    ContactFactory(person=person, kind="check", at=at, recorded_at=at)
    reconcile_in_batches([person.pk], window_of(STOPPED[0], at))
    for on in STOPPED[:2]:
        night(on)
    flags = Flag.objects.filter(obligation__person=person, obligation__due_on=LAST_NIGHT)
    assert [(flag.first_flagged_on, flag.closed_on) for flag in flags] == [(STOPPED[0], STOPPED[0])]


def test_h1_a_week_checked_before_she_was_put_on_daily_checks_hides_nothing_on_its_sunday(
    prisons: tuple[Prison, Prison],
) -> None:
    women, sunday = prisons[0], date(2026, 11, 22)
    person = Person.objects.get(surname="Weekly")
    ContactFactory(person=person, kind="check", at=noon(LAST_NIGHT), recorded_at=noon(LAST_NIGHT))
    CohortDecisionFactory(person=person, starts_on=sunday)
    reconcile_in_batches([person.pk], window_of(sunday, noon(sunday)))
    assert due(women, sunday)["Weekly"] == "owed"


# --- days of 25 and 23 hours ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("on", [date(2026, 10, 25), date(2027, 3, 28), date(2026, 10, 31), date(2026, 12, 31)])
@pytest.mark.parametrize("clock", [time(0, 30), time(23, 30)])
def test_a_check_lands_on_its_own_london_day(on: date, clock: time) -> None:
    """The days on which the clocks change, and the last days of a month and of the year."""
    person, before = PersonFactory(prison=PrisonFactory(code="EWI", estate="women")), on - timedelta(days=1)
    CohortDecisionFactory(person=person, starts_on=before)
    at = in_utc(datetime.combine(on, clock, tzinfo=LONDON))
    ContactFactory(person=person, kind="check", at=at, recorded_at=at)
    reconcile_in_batches([person.pk], window_of(before, noon(before)))
    states = dict(person.obligations.filter(kind="daily_check").order_by("due_on").values_list("due_on", "state")[:3])
    assert states == {before: "open", on: "met", on + timedelta(days=1): "open"}


@pytest.mark.parametrize("sunday", [date(2026, 10, 25), date(2027, 3, 28)])
@pytest.mark.parametrize(("after", "week"), [(timedelta(hours=-0.5), 0), (timedelta(hours=0.5), 1)])
def test_a_week_ends_with_its_london_sunday(sunday: date, after: timedelta, week: int) -> None:
    """Half an hour before and behind the midnight that ends a day of 25 or 23 hours."""
    person, monday = PersonFactory(prison=PrisonFactory(code="EWI", estate="women")), sunday - timedelta(days=6)
    midnight = in_utc(datetime.combine(sunday + timedelta(days=1), time(0), tzinfo=LONDON))
    ContactFactory(person=person, kind="check", at=midnight + after, recorded_at=midnight + after)
    reconcile_in_batches([person.pk], window_of(monday, noon(monday)))
    states = person.obligations.filter(kind="weekly_check").order_by("due_on").values_list("state", flat=True)
    assert [number for number, state in enumerate(states) if state == "met"] == [week]
