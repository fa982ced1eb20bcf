"""A generated season of key work: ten weeks of a small prison, level 3 from the sixth, through the pipeline."""

from datetime import date, datetime, time, timedelta
from random import Random

from keywork.models import EndKind, KeyWorkerAllocation, RegimeLevel
from omic.calendar import in_utc, london_day
from omic.models import Alert, Person, Prison, Staff, Stay, Wing
from omic.obligations import stamp_missed
from omic.reconcile import reconcile_in_batches, window_of
from tests.factories import (
    ContactFactory,
    KeyWorkerAllocationFactory,
    PersonFactory,
    PrisonFactory,
    StaffFactory,
    WingFactory,
)
from tests.nights import small_hours

START = date(2026, 8, 31)  # a Monday
WEEKS = 10
END = START + timedelta(weeks=WEEKS, days=-1)
ON = END + timedelta(days=3)
LEVEL_3_FROM = START + timedelta(weeks=5)


def make(chance: Random) -> Prison:
    """Thirty people on three wings or none, with five key workers or none."""
    prison = PrisonFactory(code="SEA")
    wings = [*(WingFactory(prison=prison, code=code) for code in "ABC"), None]
    staff = [StaffFactory(username=f"worker{number}") for number in range(5)]
    people = [_person(prison, number, wings, staff, chance) for number in range(30)]
    _level_3(prison, staff[0])
    for week in range(WEEKS):
        _week(prison, people, START + timedelta(weeks=week), staff, chance)
    _reconcile(people, ON)
    # The last week has no stamp: every count is true without.
    stamp_missed(prison.pk, on=ON - timedelta(days=10), at=in_utc(datetime.combine(ON, time.min)))
    return prison


def _person(prison: Prison, number: int, wings: list[Wing | None], staff: list[Staff], chance: Random) -> Person:
    arrived = START + timedelta(days=chance.choice([-300, -300, -40, 3, 17, 40]))
    person = PersonFactory(prison=prison, wing=wings[number % 4], arrived_on=arrived)
    if number % 6 == 0:
        Alert.objects.create(
            person=person, code="HA", first_seen_at=small_hours(START), last_seen_at=small_hours(START)
        )
    if number % 7:
        at = small_hours(arrived + timedelta(days=chance.randint(0, 9)))
        KeyWorkerAllocationFactory(person=person, staff=staff[number % 5], started_at=at)
    return person


def _level_3(prison: Prison, by: Staff) -> None:
    named = ("because", "sign_off", "risk_assessment", "safe_system", "consultation", "recovery_plan")
    papers = dict.fromkeys(named, "x")
    at = small_hours(START)
    RegimeLevel.objects.create(prison=prison, level=3, starts_on=LEVEL_3_FROM, recorded_by=by, recorded_at=at, **papers)


def _week(prison: Prison, people: list[Person], monday: date, staff: list[Staff], chance: Random) -> None:
    here = [person for person in people if person.prison_id and person.arrived_on <= monday]
    _reconcile(here, monday)
    for person in here[1:]:
        for kind, likely in (("session", 0.6), ("session", 0.1), ("entry", 0.2), ("check", 0.2)):
            if chance.random() < likely:
                at = small_hours(monday + timedelta(days=chance.randint(0, 6))) + timedelta(hours=chance.randint(5, 15))
                minutes = chance.choice([30, 45, 60, None])
                ContactFactory(
                    person=person,
                    prison=prison,
                    kind=kind,
                    at=at,
                    recorded_at=at,
                    minutes=minutes,
                    by=chance.choice(staff),
                )
    _changes(here, monday, staff)
    _reconcile(here, monday + timedelta(days=6))


def _changes(here: list[Person], monday: date, staff: list[Staff]) -> None:
    """In the fourth week two people change key worker and one leaves."""
    if monday != START + timedelta(weeks=3):
        return
    at = small_hours(monday + timedelta(days=3))
    for person in here[2:4]:
        KeyWorkerAllocation.objects.filter(person=person, ended_at=None).update(
            ended_at=at, ended_because="x", ended_kind=EndKind.REPLACED
        )
        KeyWorkerAllocationFactory(person=person, staff=staff[0], started_at=at)
    gone = here[4]
    Stay.objects.filter(person=gone).update(left_on=london_day(at), ended_because="release")
    gone.prison, gone.wing, gone.key_worker, gone.presence = None, None, None, "out"
    gone.save()


def _reconcile(people: list[Person], on: date) -> None:
    reconcile_in_batches([person.pk for person in people], window_of(on, small_hours(on)))
