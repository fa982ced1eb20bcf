"""The figures against an independent count of a generated season; key workers add to wings, wings to the prison."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

import pgtrigger
import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from keywork import eligible
from keywork.eligible import mean_days
from keywork.figure_words import FIGURES
from keywork.lists import shortened_below
from keywork.measured import measure
from keywork.measured_people import WAITS, people, waits
from keywork.measures import CONTACTS, DUTIES, NONE, Scope, bars, contact_counts, contacts, duties, tallies
from keywork.models import KeyWorkerAllocation
from keywork.periods import Period
from omic.calendar import london_day
from omic.models import Contact, Obligation, Person, Prison, Stay
from omic.reconcile import reconcile_in_batches, window_of
from tests.factories import (
    ContactFactory,
    KeyWorkerAllocationFactory,
    PersonFactory,
    PrisonFactory,
    days,
)
from tests.keywork.season import END, LEVEL_3_FROM, ON, START, WEEKS, make
from tests.nights import small_hours

SEASON = Period(START, END)
SCOPED = (
    Period(START, END),
    Period(date(2026, 9, 1), date(2026, 9, 30)),
    Period(date(2026, 10, 1), END),
    Period(END, END),
)


@pytest.fixture(scope="module")
def season(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Prison]:
    """Thirty people on three wings with five key workers, ten weeks, level 3 from the sixth; made once, undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make(Random(20261122))
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _on_top(season: Prison, db: None) -> None:
    """Each test in a savepoint of its own, on top of the season."""


def scopes(prison: Prison, period: Period) -> list[Scope]:
    wings, staff = (
        prison.wings.values_list("pk", flat=True),
        prison.key_worker_allocations.values_list("staff", flat=True),
    )
    whole = Scope(prison, period, ON)
    by_wing = [Scope(prison, period, ON, wing=wing) for wing in (*wings, NONE)]
    return [whole, *by_wing, *(Scope(prison, period, ON, worker=worker) for worker in {*staff, NONE})]


# --- an independent count --------------------------------------------------------------------------------------------


def counted_by_hand(prison: Prison, period: Period) -> Counter[tuple[object, ...]]:
    """(kind, wing, key worker, outcome) of everything that fell due, by the contacts themselves, not by states."""
    found: Counter[tuple[object, ...]] = Counter()
    held = list(Contact.objects.filter(prison=prison, kind="session", superseded_at=None).values_list("person", "at"))
    for duty in Obligation.objects.filter(prison=prison, kind__startswith="key_work_"):
        if duty.state in ("void", "waived", "excepted") or not period.first <= duty.due_on <= period.last:
            continue
        times = [at for person, at in held if person == duty.person_id]
        met = sum(duty.opens_on <= london_day(at) <= duty.due_on for at in times) >= duty.quantity
        outcome = (
            "delivered"
            if met
            else {"target": "below_target", "where_possible": "where_possible"}.get(duty.basis, "breaches")
        )
        found[duty.kind, duty.wing_id or NONE, duty.owner_id or NONE, outcome] += 1
    return found


def hand(found: Counter[tuple[object, ...]], figure: str, **of: int) -> int:
    kind, outcome = DUTIES[figure]
    return sum(
        number
        for (its, wing, worker, what), number in found.items()
        if its == kind and outcome in ("", what) and of.get("wing", wing) == wing and of.get("worker", worker) == worker
    )


@pytest.mark.parametrize("period", SCOPED, ids=str)
def test_every_duty_is_counted_as_by_hand(season: Prison, period: Period) -> None:
    by_hand = counted_by_hand(season, period)
    found = tallies(Scope(season, period, ON))
    assert found.whole == {figure: hand(by_hand, figure) for figure in DUTIES}
    for part in found.wings:
        assert part.tally == {figure: hand(by_hand, figure, wing=part.pk) for figure in DUTIES}
    for part in found.workers:
        assert part.tally == {figure: hand(by_hand, figure, worker=part.pk) for figure in DUTIES}


def test_the_season_holds_every_outcome(season: Prison) -> None:
    whole = tallies(Scope(season, SEASON, ON)).whole
    assert [name for name, number in whole.items() if not number] == ["to_come", "floor_to_come"]
    assert {part.name for part in tallies(Scope(season, SEASON, ON)).wings} == {"A", "B", "C", "No wing"}


@pytest.mark.parametrize("period", SCOPED, ids=str)
def test_key_workers_add_to_the_prison_and_so_do_wings_and_people(season: Prison, period: Period) -> None:
    scope = Scope(season, period, ON)
    found = tallies(scope)
    for parts in (found.wings, found.workers):
        for figure in DUTIES:
            assert sum(part.tally[figure] for part in parts) == found.whole[figure]
    rows = people(scope, "people")
    assert sum(row.owed for row in rows) == found.whole["owed"]
    assert sum(row.delivered for row in rows) == found.whole["delivered"]
    assert sum(bar.owed for bar in bars(scope) if bar.first >= SEASON.first) >= found.whole["owed"]


def test_what_one_wing_or_key_worker_is_asked_is_their_part_of_the_whole(season: Prison) -> None:
    scope = Scope(season, SEASON, ON)
    found = tallies(scope)
    for scoped in scopes(season, SEASON)[1:]:
        parts = found.wings if scoped.wing is not None else found.workers
        mine = [part.tally for part in parts if part.pk == (scoped.wing if scoped.wing is not None else scoped.worker)]
        assert tallies(scoped).whole == (mine[0] if mine else dict.fromkeys(DUTIES, 0))


@pytest.mark.parametrize("name", ["wing", "worker"])
def test_contacts_add_up_too(season: Prison, name: str) -> None:
    counts = [contact_counts(scope) for scope in scopes(season, SEASON) if getattr(scope, name) is not None]
    whole = contact_counts(Scope(season, SEASON, ON))
    assert {figure: sum(part[figure] for part in counts) for figure in CONTACTS} == {
        figure: whole[figure] for figure in CONTACTS
    }


def test_contacts_are_counted_as_by_hand(season: Prison) -> None:
    rows = [row for row in Contact.objects.filter(prison=season) if START <= london_day(row.at) <= END]
    sessions = [row for row in rows if row.kind == "session"]
    short = [row for row in sessions if london_day(row.at) < LEVEL_3_FROM and (row.minutes or 45) < 45]
    assert short
    assert contact_counts(Scope(season, SEASON, ON)) == {
        "sessions": len(sessions),
        "entries": sum(row.kind == "entry" for row in rows),
        "short": len(short),
        "people_seen": len({row.person_id for row in sessions}),
    }


@pytest.mark.parametrize("number", range(6))
def test_every_figure_opens_the_rows_it_counts(season: Prison, number: int) -> None:
    scope = scopes(season, SEASON)[number * 2 % 10]
    found = measure(scope, tallies(scope).whole)
    opened = {figure: duties(scope, figure).count() for figure in DUTIES}
    opened |= {figure: contacts(scope, figure).count() for figure in CONTACTS}
    named = ("people_seen", "never_seen", *(("eligible", "allocated") if scope.worker is None else ()))
    opened |= {figure: len(people(scope, figure)) for figure in named}
    assert {figure: found[figure] for figure in opened} == opened
    assert {one.rows for one in FIGURES.values()} <= {
        *opened,
        *WAITS,
        "eligible",
        "allocated",
        "mean_eligible",
        "people",
    }


# --- past days -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("week", range(0, WEEKS, 3))
def test_who_was_here_and_who_had_a_key_worker_on_a_past_day(season: Prison, week: int) -> None:
    day = START + timedelta(weeks=week, days=3)
    here = {
        stay.person_id
        for stay in Stay.objects.filter(prison=season)
        if stay.arrived_on <= day and (stay.left_on is None or stay.left_on > day)
    }
    held = {
        row.person_id
        for row in KeyWorkerAllocation.objects.filter(prison=season)
        if london_day(row.started_at) <= day and (row.ended_at is None or london_day(row.ended_at) > day)
    }
    scope = Scope(season, Period(START, day), ON)
    assert set(people(scope, "eligible").values_list("pk", flat=True)) == here
    assert set(people(scope, "allocated").values_list("pk", flat=True)) == here & held


def test_the_mean_day_is_the_mean_of_the_days(season: Prison) -> None:
    each = [
        people(Scope(season, Period(day, day), ON), "eligible").count() for day in _days(END - timedelta(days=20), END)
    ]
    assert eligible.mean_eligible(season, Period(END - timedelta(days=20), END)) == sum(each) // 21


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def test_newcomers_wait_from_reception_to_the_first(season: Prison) -> None:
    scope = Scope(season, SEASON, ON)
    expected = []
    for person in Person.objects.filter(stays__prison=season, arrived_on__gt=START - timedelta(days=60)):
        first = Contact.objects.filter(person=person, kind="session").order_by("at").first()
        if first and START <= first.on <= END:
            expected.append((first.on - person.arrived_on).days)
    found = waits(scope, "days_to_first_session")
    assert expected
    assert sorted(wait.days for wait in found.values()) == sorted(expected)
    assert mean_days(found.values()) == sum(expected) // len(expected)


# --- the edges -------------------------------------------------------------------------------------------------------


@pytest.fixture
def woman() -> Callable[[str], Person]:
    """Of high complexity from her arrival 400 days ago until 20 days ago, as the history of her facts has it."""
    prison = PrisonFactory(code="WXF", estate="women")

    def make(complexity: str) -> Person:
        person = PersonFactory(prison=prison, sex="female", complexity="high", arrived_on=days(-400))
        Person.objects.filter(pk=person.pk).update(complexity=complexity)
        events = Person.pgh_event_model.objects.filter(pgh_obj=person)
        with pgtrigger.ignore("omic.PersonEvent:append_only"):
            for label, ago in (("insert", -400), ("update", -20)):
                events.filter(pgh_label=label).update(pgh_created_at=small_hours(days(ago)))
        return person

    return make


def test_kw_15_a_woman_becomes_eligible_when_complexity_stops_being_high(woman: Callable[[str], Person]) -> None:
    person = woman("low")
    prison, period = person.prison, Period(days(-30), days(0))
    assert not people(Scope(prison, Period(days(-30), days(-21)), days(0)), "eligible")
    assert people(Scope(prison, period, days(0)), "eligible").get() == person
    allocation = KeyWorkerAllocationFactory(person=person, started_at=small_hours(days(-15)))
    found = waits(Scope(prison, period, days(0)), "days_to_key_worker")
    assert {pk: wait.days for pk, wait in found.items()} == {allocation.pk: 5}


def test_who_became_eligible_over_six_months_before_does_not_count_as_a_newcomer() -> None:
    for ago in (-200, -100):
        person = PersonFactory(arrived_on=days(ago))
        KeyWorkerAllocationFactory(person=person, started_at=small_hours(days(-5)))
    found = waits(Scope(person.prison, Period(days(-7), days(0)), days(0)), "days_to_key_worker")
    assert [wait.days for wait in found.values()] == [95]


def test_a_first_session_written_up_weeks_later_counts_on_its_day() -> None:
    person = PersonFactory(arrived_on=days(-40))
    at = small_hours(days(-35))
    ContactFactory(person=person, at=at, recorded_at=at + timedelta(days=30))
    ContactFactory(person=person, at=at + timedelta(days=20), recorded_at=at + timedelta(days=20))
    found = waits(Scope(person.prison, Period(days(-40), days(-30)), days(0)), "days_to_first_session")
    assert [wait.days for wait in found.values()] == [5]


def test_nothing_delivered_is_nought_and_nothing_owed_is_no_rate() -> None:
    person = PersonFactory(arrived_on=days(-30))
    reconcile_in_batches([person.pk], window_of(days(-14), small_hours(days(-14))))
    owed = Scope(person.prison, Period(days(-14), days(-1)), days(0))
    before = owed.over(Period(days(-60), days(-50)))
    assert measure(owed, tallies(owed).whole)["delivery_rate"] == 0
    assert measure(before, tallies(before).whole)["delivery_rate"] is None
    assert measure(before, tallies(before).whole)["projected_rate"] is None


@pytest.mark.parametrize(("estate", "below"), [("men_closed", 45), ("men_open", None), ("women", None)])
def test_ed_06_figure_and_page_agree_on_what_is_short(estate: str, below: int | None) -> None:
    person = PersonFactory(
        prison=PrisonFactory(code="OTH", estate=estate), sex="female" if estate == "women" else "male"
    )
    contact = ContactFactory(person=person, at=small_hours(days(-2)), minutes=30)
    contact.refresh_from_db()
    assert shortened_below(contact) == below
    assert contact_counts(Scope(person.prison, Period(days(-7), days(0)), days(0)))["short"] == (below is not None)


def test_an_open_prison_has_nobody_to_be_eligible() -> None:
    person = PersonFactory(prison=PrisonFactory(code="OPN", estate="men_open"))
    assert not people(Scope(person.prison, Period(days(-1), days(0)), days(0)), "eligible")
