"""Who works as a key worker on a day: load, training, absence, ceiling; all by date, none by a night."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keywork.actions import RefusedError, allocate_key_worker
from keywork.actions.profiles import (
    change_return,
    edit_profile,
    end_ceiling,
    record_absence,
    record_training,
    set_ceiling,
    withdraw_training,
)
from keywork.models import Absence, Course, KeyWorker
from keywork.staffing import hindrance, readiness, staff_of
from omic.models import AuditEvent, Person, Prison, Staff
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    KeyWorkerAllocationFactory,
    KeyWorkerFactory,
    PersonFactory,
    PostingFactory,
    PrisonFactory,
    WingFactory,
    days,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def kay(cast: Cast) -> Staff:
    return KeyWorkerFactory(prison=cast.prison).staff


def row(staff: Staff, prison: Prison, on: date = TODAY) -> Staff:
    return staff_of(prison, on=on).get(pk=staff.pk)


def told(staff: Staff, prison: Prison) -> dict[str, object]:
    return {"staff": staff, "prison": prison, "by": staff, "at": NOW}


def leave(staff: Staff, prison: Prison, first: int, back: int | None, kind: Absence = Absence.ANNUAL_LEAVE) -> object:
    returns_on = None if back is None else days(back)
    return record_absence(kind=kind, starts_on=days(first), returns_on=returns_on, **told(staff, prison))


def allocate(person: Person, staff: Staff) -> object:
    return allocate_key_worker(
        person=person, prison=person.prison, staff=staff, instead_of=None, because="", by=staff, at=NOW
    )


def test_kw_06_without_training_nobody_is_allocated(cast: Cast) -> None:
    staff = PostingFactory(prison=cast.prison).staff
    record_training(course=Course.FMI, completed_on=days(-30), **told(staff, cast.prison))
    with pytest.raises(RefusedError, match=r"no training recorded in Key work \(KW-06\)\. Record it, or choose"):
        allocate(cast.person(), staff)
    record_training(course=Course.KEY_WORK, completed_on=TODAY, **told(staff, cast.prison))
    assert allocate(cast.person(), staff)


@pytest.mark.parametrize(("estate", "trained"), [("women", False), ("men_closed", True), ("men_open", True)])
def test_kw_06_trauma_informed_is_asked_for_in_womens_prisons_alone(db: None, estate: str, trained: bool) -> None:
    prison = PrisonFactory(code="WXF", estate=estate)
    staff = KeyWorkerFactory(prison=prison, trained=False).staff
    for course in (Course.FMI, Course.KEY_WORK):
        record_training(course=course, completed_on=TODAY, **told(staff, prison))
    found = row(staff, prison)
    assert (found.trained, not hindrance(found, on=TODAY)) == (trained, trained)


def test_training_of_another_prison_counts_for_nothing_here(cast: Cast, kay: Staff) -> None:
    PostingFactory(staff=kay, prison=cast.elsewhere)
    assert row(kay, cast.prison).trained
    assert not row(kay, cast.elsewhere).trained


def test_training_to_come_is_refused_and_a_mistake_is_taken_back(cast: Cast, kay: Staff) -> None:
    with pytest.raises(RefusedError, match="future"):
        record_training(course=Course.HALF_DAY, completed_on=days(1), **told(kay, cast.prison))
    training = kay.key_worker_profiles.get().training.get(course=Course.FMI)
    withdraw_training(training=training, by=kay, at=NOW)
    assert not row(kay, cast.prison).trained
    assert AuditEvent.objects.get(action="withdraw_training").detail["course"] == "fmi"


@pytest.mark.parametrize(("day", "absence"), [(2, ""), (3, "annual_leave"), (16, "annual_leave"), (17, ""), (-1, "")])
def test_an_absence_begins_and_ends_by_itself(cast: Cast, kay: Staff, day: int, absence: str) -> None:
    """From the 21st of November to the 5th of December: across the end of the month, and no row changes."""
    leave(kay, cast.prison, 3, 17)
    found = row(kay, cast.prison, on=days(day))
    assert (found.absence, found.away_from) == (absence, days(3) if day < 3 else None)


def test_who_is_away_takes_nobody_and_it_says_until_when(cast: Cast, kay: Staff) -> None:
    leave(kay, cast.prison, -1, 5)
    with pytest.raises(RefusedError, match=r"is on annual leave, back on 23 November 2026\. Choose somebody else"):
        allocate(cast.person(), kay)


def test_an_absence_here_is_none_elsewhere(cast: Cast, kay: Staff) -> None:
    KeyWorkerFactory(staff=kay, prison=cast.elsewhere)
    leave(kay, cast.prison, 0, 5)
    assert (row(kay, cast.prison).absent, row(kay, cast.elsewhere).absent) == (True, False)


@pytest.mark.parametrize(
    ("first", "back", "kind", "words"),
    [
        (1, None, Absence.ANNUAL_LEAVE, "annual leave always has one"),
        (1, 1, Absence.INACTIVE, "must be after"),
        (-3, 1, Absence.INACTIVE, "Annual leave from 18 November 2026 until 23 November 2026 is recorded already"),
        (4, None, Absence.LONG_TERM_ABSENCE, "recorded already"),
    ],
)
def test_absences_that_cannot_be(
    cast: Cast, kay: Staff, first: int, back: int | None, kind: Absence, words: str
) -> None:
    leave(kay, cast.prison, 0, 5)
    with pytest.raises(RefusedError, match=words):
        leave(kay, cast.prison, first, back, kind)


def test_returning_early_and_one_that_never_was(cast: Cast, kay: Staff) -> None:
    change_return(absence=leave(kay, cast.prison, -3, 5), returns_on=TODAY, by=kay, at=NOW)
    assert not row(kay, cast.prison).absent
    change_return(absence=leave(kay, cast.prison, 7, 9), returns_on=TODAY, by=kay, at=NOW)
    assert row(kay, cast.prison).away_from is None


def ceiling(staff: Staff, prison: Prison, people: int, until: int | None, first: int = 0) -> object:
    ends_on = None if until is None else days(until)
    return set_ceiling(
        people=people, starts_on=days(first), ends_on=ends_on, because="Two officers away", **told(staff, prison)
    )


def test_kw_03_a_raised_ceiling_holds_until_its_end_and_is_hard_itself(cast: Cast, kay: Staff) -> None:
    for _ in range(9):
        KeyWorkerAllocationFactory(staff=kay)
    ceiling(kay, cast.prison, 10, 14)
    allocate(cast.person(), kay)
    with pytest.raises(RefusedError, match="has 10 people already, which is the ceiling"):
        allocate(cast.person(), kay)
    assert row(kay, cast.prison, on=days(14)).ceiling == 9


def test_kw_03_a_higher_ceiling_must_end_and_a_lower_one_need_not(cast: Cast, kay: Staff) -> None:
    with pytest.raises(RefusedError, match="never stands for good"):
        ceiling(kay, cast.prison, 10, None)
    lower = ceiling(kay, cast.prison, 4, None)
    assert row(kay, cast.prison, on=days(400)).ceiling == 4
    end_ceiling(ceiling=lower, by=kay, at=NOW)
    assert row(kay, cast.prison).ceiling == 9


def test_a_ceiling_follows_the_one_before_and_never_one_that_is_planned(cast: Cast, kay: Staff) -> None:
    ceiling(kay, cast.prison, 12, 30, first=10)
    with pytest.raises(RefusedError, match="A ceiling of 12 begins on 28 November 2026"):
        ceiling(kay, cast.prison, 11, 20)
    ceiling(kay, cast.prison, 11, 5)
    ceiling(kay, cast.prison, 10, 7)
    assert [row(kay, cast.prison, on=days(day)).ceiling for day in (0, 6, 7, 10, 30)] == [10, 10, 9, 12, 9]


def test_the_loser_of_a_race_reads_what_was_saved(cast: Cast, kay: Staff) -> None:
    wing = WingFactory(prison=cast.prison, code="A")
    edit_profile(wings=[wing], profiled_hours=Decimal(12), version=1, **told(kay, cast.prison))
    with pytest.raises(RefusedError, match=r"it was changed to A, 12\.0 hours"):
        edit_profile(wings=[], profiled_hours=None, version=1, **told(kay, cast.prison))
    found = row(kay, cast.prison)
    assert (found.wing_codes, found.profiled_hours) == (["A"], Decimal(12))


def test_a_profile_begins_with_the_first_edit(cast: Cast) -> None:
    staff = PostingFactory(prison=cast.prison, wing=WingFactory(prison=cast.prison, code="B")).staff
    assert row(staff, cast.prison).wing_codes == ["B"]
    edit_profile(wings=[], profiled_hours=Decimal(6), version=0, **told(staff, cast.prison))
    assert KeyWorker.objects.get(staff=staff).version == 2


def test_load_is_this_prisons_and_half_days_are_this_years(cast: Cast, kay: Staff) -> None:
    KeyWorkerAllocationFactory(staff=kay)
    KeyWorkerAllocationFactory(person=PersonFactory(prison=cast.elsewhere), staff=kay)
    for completed_on in (TODAY, days(-20), days(-365)):
        record_training(course=Course.HALF_DAY, completed_on=completed_on, **told(kay, cast.prison))
    assert (row(kay, cast.prison).load, row(kay, cast.prison).half_days) == (1, 2)


def test_kw_07_readiness_warns_of_staffing_and_training(cast: Cast, kay: Staff) -> None:
    untrained = PostingFactory(prison=cast.prison).staff
    found = readiness(cast.prison, on=TODAY)
    assert (found.above_target_staffing, found.untrained, found.ready) == (None, (untrained,), False)
    cast.prison.settings.create(kind="above_target_staffing", value="yes", starts_on=TODAY, recorded_at=NOW)
    for course in (Course.FMI, Course.KEY_WORK):
        record_training(course=course, completed_on=TODAY, **told(untrained, cast.prison))
    assert readiness(cast.prison, on=TODAY).ready


def test_one_query_whatever_the_number(cast: Cast, kay: Staff) -> None:
    for _ in range(5):
        KeyWorkerAllocationFactory(staff=KeyWorkerFactory(prison=cast.prison).staff)
    with CaptureQueriesContext(connection) as captured:
        assert len(staff_of(cast.prison, on=TODAY)) == 6
    assert len(captured) == 1
