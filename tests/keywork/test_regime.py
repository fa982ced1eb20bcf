"""Changing the regime level and asking for fortnightly key work: dated, with papers, and what stands in the way."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from keywork import regime
from keywork.actions import (
    RefusedError,
    ask_for_fortnightly,
    change_level,
    decide_fortnightly,
    end_fortnightly,
    finish_level_task,
    withdraw_level,
)
from keywork.actions.regime import Papers, possible_ends
from keywork.demo.regime import set_levels
from keywork.models import FortnightlyVariant, NotPossible, RegimeLevel
from omic.demo.loading import plan
from omic.demo.personas import LOCAL, TRAINER, WOMENS
from omic.demo.staffing import make_prisons, make_staff
from omic.models import Alert, AuditEvent, Person, Prison, Staff
from omic.reconcile import AHEAD, reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, PersonFactory, PrisonFactory, SentenceFactory, StaffFactory, days

pytestmark = pytest.mark.django_db
PAPERS = Papers("NF-12", "RA-3", "SSoW-3", "Branch meeting", "RRMP-2")
MONDAY = date(2026, 11, 23)


def change(prison: Prison, level: int, starts_on: date = TODAY, **more: Any) -> RegimeLevel:
    newest = regime.newest_level(prison)
    facts = {"instead_of": newest and newest.pk, "papers": PAPERS, "because": "Outbreak", "at": NOW} | more
    facts.setdefault("by", StaffFactory(username="governor"))
    return change_level(prison=prison, level=level, starts_on=starts_on, **facts)


def ask(prison: Prison, starts_on: date = MONDAY, at: Any = NOW) -> FortnightlyVariant:
    by = StaffFactory(username="homs")
    return ask_for_fortnightly(prison=prison, starts_on=starts_on, because="Long stays", by=by, at=at)


def decide(variant: FortnightlyVariant, approved: bool = True, at: Any = NOW) -> FortnightlyVariant:
    by = StaffFactory(username="pgd")
    return decide_fortnightly(variant=variant, approved=approved, decision="As asked", by=by, at=at)


def test_a_change_opens_two_tasks_and_is_audited(cast: Cast) -> None:
    made = change(cast.prison, 3)
    assert [task.kind for task in regime.open_tasks(cast.prison)] == ["review", "tell"]
    assert regime.level_on(cast.prison, TODAY) == made
    assert AuditEvent.objects.get(action="change_level").detail == {"level": 3, "starts_on": TODAY.isoformat()}


def test_everybody_here_is_reconciled_at_once(cast: Cast) -> None:
    person = cast.person()
    change(cast.prison, 4)
    assert person.obligations.exists()


@pytest.mark.parametrize("level", [4, 3])
def test_a_change_leaves_nothing_for_the_whole_pipeline_to_do(cast: Cast, level: int) -> None:
    people = [cast.person(), PersonFactory(prison=PrisonFactory(code="EWI", estate="women"))]
    for person in people:
        SentenceFactory(person=person)
        Alert.objects.create(person=person, code="HA", starts_on=TODAY, first_seen_at=NOW, last_seen_at=NOW)
        bring_up_to_date(person)
        assert change(person.prison, level)
        assert not bring_up_to_date(person)


def bring_up_to_date(person: Person) -> bool:
    """Whether anything had drifted."""
    with transaction.atomic():
        return any(reconcile([person.pk], window_of(TODAY, NOW)).values())


def test_the_same_change_twice_is_one(cast: Cast) -> None:
    assert change(cast.prison, 3) == change(cast.prison, 3, instead_of=None)


def test_levels_by_day(cast: Cast) -> None:
    change(cast.prison, 4, days(-2))
    change(cast.prison, 3, days(2))
    assert regime.level_on(cast.prison, days(-3)) is None
    assert [regime.level_on(cast.prison, days(n)).level for n in (-2, 1, 2)] == [4, 4, 3]
    dated = regime.dated_levels(["LEI", "MDI"])
    assert {code: [(one.from_on, one.level) for one in rows] for code, rows in dated.items()} == {
        "LEI": [(days(-2), 4), (days(2), 3)]
    }


@pytest.mark.parametrize(
    ("level", "starts_on", "more", "words"),
    [
        (2, TODAY, {}, "is in force since"),
        (3, days(-2), {}, "The level in force began on"),
        (3, days(400), {}, "within the next 12 months"),
        (3, TODAY, {"papers": Papers("a", "b", "c", "d")}, "regime recovery plan"),
        (3, TODAY, {"instead_of": None}, "Since you opened this page"),
    ],
)
def test_what_stands_in_the_way(cast: Cast, level: int, starts_on: date, more: dict[str, Any], words: str) -> None:
    change(cast.prison, 2, days(-2))
    with pytest.raises(RefusedError, match=words):
        change(cast.prison, level, starts_on, **more)


def test_a_change_beyond_the_days_ahead_tells_on_the_month_at_once(cast: Cast) -> None:
    """The level of most of December's days governs its floor, which is kept as soon as the days ahead reach it."""
    person, beyond = cast.person(), TODAY + AHEAD + timedelta(days=1)
    reconcile([person.pk], window_of(TODAY, NOW))
    floor = person.obligations.demanding().filter(kind="key_work_floor", due_on=date(2026, 12, 31))
    assert floor.exists()
    change(cast.prison, 3, beyond)
    assert not floor.exists()


def test_back_to_this_weeks_monday_and_no_further(cast: Cast) -> None:
    with pytest.raises(RefusedError, match="or later: the weeks before it have been reported"):
        change(cast.prison, 3, days(-3))
    assert change(cast.prison, 3, days(-2))


def test_a_planned_change_is_withdrawn_before_its_day_and_asks_nothing(cast: Cast) -> None:
    planned = change(cast.prison, 3, days(3))
    with pytest.raises(RefusedError, match="Withdraw that first"):
        change(cast.prison, 4)
    by = StaffFactory(username="governor")
    withdraw_level(change=planned, because="Not needed", by=by, at=NOW)
    assert regime.planned_level(cast.prison, TODAY) is None
    assert not regime.open_tasks(cast.prison)
    assert withdraw_level(change=planned, because="Again", by=by, at=NOW).withdrawn_because == "Not needed"
    with pytest.raises(RefusedError, match="the planned change has been withdrawn"):
        change(cast.prison, 4, instead_of=planned.pk)
    assert change(cast.prison, 4)


def test_what_has_begun_is_reversed_not_withdrawn(cast: Cast) -> None:
    with pytest.raises(RefusedError, match="as a new change"):
        withdraw_level(change=change(cast.prison, 3), because="Wrong", by=StaffFactory(), at=NOW)


def test_a_task_is_done_once(cast: Cast) -> None:
    change(cast.prison, 3)
    task, by = regime.open_tasks(cast.prison)[0], StaffFactory()
    finish_level_task(task=task, note="Wing meeting", by=by, at=NOW)
    with pytest.raises(RefusedError, match=f"{by} recorded this on"):
        finish_level_task(task=task, note="Again", by=by, at=NOW)
    assert len(regime.open_tasks(cast.prison)) == 1


def test_the_database_wants_a_recovery_plan_at_level_2(cast: Cast) -> None:
    row = change(cast.prison, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        RegimeLevel.objects.filter(pk=row.pk).update(recovery_plan="")


def test_kw_04_weekly_until_the_pgd_approves(cast: Cast) -> None:
    asked = ask(cast.prison)
    assert regime.fortnightly_on(cast.prison, MONDAY) is None
    with pytest.raises(RefusedError, match="the PGD has not answered"):
        ask(cast.prison)
    decide(asked)
    assert regime.fortnightly_times(["LEI"]) == {"LEI": ((MONDAY, None),)}
    with pytest.raises(RefusedError, match="answered on"):
        decide(asked, approved=False)


def test_a_refusal_leaves_weekly_and_one_may_ask_again(cast: Cast) -> None:
    decide(ask(cast.prison), approved=False)
    assert regime.fortnightly_times(["LEI"]) == {}
    assert ask(cast.prison)


@pytest.mark.parametrize("starts_on", [TODAY, MONDAY - timedelta(days=7)])
def test_only_a_monday_to_come(cast: Cast, starts_on: date) -> None:
    with pytest.raises(RefusedError, match="Choose a Monday, today or later"):
        ask(cast.prison, starts_on)


def test_an_approval_never_works_backwards(cast: Cast) -> None:
    late = NOW + timedelta(days=8)  # a Thursday after the Monday
    assert decide(ask(cast.prison), at=late).starts_on == date(2026, 11, 30)


def test_it_ends_where_a_fortnight_ends(cast: Cast) -> None:
    variant = decide(ask(cast.prison))
    assert possible_ends(variant, on=TODAY)[:2] == [MONDAY, MONDAY + timedelta(days=14)]
    assert possible_ends(variant, on=MONDAY + timedelta(days=1))[0] == MONDAY + timedelta(days=14)
    with pytest.raises(RefusedError, match="a fortnight ends"):
        end_fortnightly(variant=variant, ends_on=MONDAY + timedelta(days=7), by=StaffFactory(), at=NOW)
    end_fortnightly(variant=variant, ends_on=MONDAY, by=StaffFactory(), at=NOW)
    assert regime.fortnightly_times(["LEI"]) == {}


def at_once(calls: list[Callable[[], object]]) -> list[object]:
    """What each call gives, or the refusal it met, when all start together in threads of their own."""
    start = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        start.wait()
        try:
            return call()
        except RefusedError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_race_two_governors_on_the_same_day_one_wins_and_the_other_is_told(frozen: object) -> None:
    prison, governors = PrisonFactory(code="LEI"), [StaffFactory(), StaffFactory()]
    PersonFactory(prison=prison)

    def moved(by: Staff, level: int) -> RegimeLevel:
        return change(prison, level, by=by, instead_of=None)

    results = at_once([lambda: moved(governors[0], 3), lambda: moved(governors[1], 4)])
    won = [result for result in results if isinstance(result, RegimeLevel)]
    (told,) = [result for result in results if isinstance(result, RefusedError)]
    assert [row.pk for row in prison.regime_levels.all()] == [won[0].pk]
    assert f"{won[0].recorded_by} has recorded" in str(told)


def test_what_each_estate_is_asked(cast: Cast) -> None:
    women, open_prison = PrisonFactory(code="WXF", estate="women"), PrisonFactory(code="OPN", estate="men_open")
    assert next(rule.id for rule in regime.asked_for(cast.prison, None)) == "ED-15"
    assert [rule.id for rule in regime.asked_for(cast.prison, 4)][:2] == ["ED-01", "ED-08"]
    assert "KW-17" in [rule.id for rule in regime.asked_for(women, 4)]
    assert [rule.id for rule in regime.asked_for(open_prison, 1)] == ["ED-15"]


def test_who_is_long_term_training_is_known_by_the_day(cast: Cast) -> None:
    assert regime.long_term_training(cast.prison, TODAY) is None
    cast.prison.settings.create(kind="long_term_training", value="yes", starts_on=TODAY, recorded_at=NOW)
    assert regime.long_term_training(cast.prison, TODAY) is True


@pytest.mark.long
def test_the_demonstration_has_each_kind_of_row(db: None) -> None:
    demo = plan(now=NOW, sizes={LOCAL: 40, WOMENS: 25, TRAINER: 25})
    make_prisons(demo)
    make_staff(demo)
    for code, number in ((LOCAL, 8), (WOMENS, 7)):
        for _ in range(number):
            PersonFactory(prison=Prison.objects.get(pk=code), wing=None)
    assert set_levels(demo) == {"Regime levels": 8, "Priority decisions": 14}
    assert FortnightlyVariant.objects.filter(prison=TRAINER, approved=None).exists()
    assert NotPossible.objects.filter(withdrawn_at=None).count() == 2
    assert {regime.level_on(Prison.objects.get(pk=code), TODAY).level for code in (LOCAL, WOMENS)} == {1, 2}
