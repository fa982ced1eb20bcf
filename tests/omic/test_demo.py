"""The demonstration, small: made by the importer and the pipeline as the application's role, and it holds together."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from keywork.measured_people import people
from keywork.measures import Scope, duties, tallies
from keywork.periods import Period
from omic.access import prisons_open_to
from omic.demo.loading import NotEmptyError, load, plan
from omic.demo.personas import LOCAL, PASSWORD, PERSONAS, TRAINER, WOMENS
from omic.holders import disagreements
from omic.models import (
    PRISON_ROLES,
    Contact,
    ImportRow,
    Message,
    Obligation,
    ObligationKind,
    Person,
    Posting,
    Prison,
    RollImport,
    Staff,
)
from omic.reconcile import reconcile_in_batches, window_of

pytestmark = pytest.mark.long
SIZES = {LOCAL: 150, WOMENS: 40, TRAINER: 40}
SMALL = {LOCAL: 40, WOMENS: 25, TRAINER: 25}
NOW = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
ON = date(2026, 11, 21)  # a Saturday
SESSION = ObligationKind.KEY_WORK_SESSION


@dataclass(frozen=True)
class Loaded:
    """What loading said; and the digests of all that chance had a hand in, of two smaller loads before it."""

    told: dict[str, int]
    digests: tuple[str, str]


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Loaded]:
    """Loaded from the seed; before it twice smaller, only as far as chance goes, and undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        digests = _load_and_undo(), _load_and_undo()
        told = _load(SIZES)
        connection.check_constraints()  # or the end of each test would check all that is pending
        yield Loaded(told, digests)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _on_top(loaded: Loaded, db: None) -> None:
    """Each test in a savepoint of its own, on top of the load."""


def _load(sizes: dict[str, int]) -> dict[str, int]:
    told: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE omic_app")
        load(plan(now=NOW, sizes=sizes), told.__setitem__, side_by_side=False)
        cursor.execute("RESET ROLE")
    return told


@transaction.atomic
def _load_and_undo() -> str:
    first, (_, (*parts, _year, _handovers)) = settings.DEMO_PARTS[:2]
    with override_settings(DEMO_PARTS=[first, ("whole", parts)]):
        _load(SMALL)
    digest = _digest()
    transaction.set_rollback(True)
    return digest


def _digest() -> str:
    rows = Contact.objects.order_by("request_id").values_list(
        "request_id", "person__prison_number", "by__username", "at", "text", "recorded_at", "nomis_entry__at"
    )
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()


def test_the_same_seed_makes_the_same_demonstration(loaded: Loaded) -> None:
    first, again = loaded.digests
    assert first == again


def test_nothing_has_drifted(loaded: Loaded) -> None:
    assert loaded.told["Found amiss by the night"] == 0
    everybody = list(Person.objects.values_list("pk", flat=True))
    assert not +reconcile_in_batches(everybody, window_of(ON, NOW))


def test_holders_are_who_the_open_allocations_name() -> None:
    assert list(disagreements()) == []


@pytest.mark.parametrize("code", SIZES)
def test_each_prison_has_an_example_of_everything(code: str) -> None:
    prison = Prison.objects.get(pk=code)
    waiting = ImportRow.objects.filter(prison=prison, decision=ImportRow.Decision.WAITING)
    sentenced = prison.people.sentenced()
    examples = {
        "overdue": prison.obligations.overdue(ON).filter(kind=SESSION),
        "held": waiting.filter(outcome=ImportRow.Outcome.HELD),
        "quarantined": waiting.filter(outcome=ImportRow.Outcome.QUARANTINED),
        "missing from roll": prison.people.filter(presence="missing"),
        "unknown release date": sentenced.filter(earliest_release_on=None),
        "restricted patient": prison.people.filter(presence="hospital"),
        "details missing": sentenced.filter(details=None),
        "waiting for a POM": prison.obligations.demanding().filter(kind=ObligationKind.ALLOCATE_POM),
        "waiting for a key worker": prison.obligations.demanding().filter(kind=ObligationKind.ALLOCATE_KEY_WORKER),
        "not yet on NOMIS": prison.contacts.not_yet_on_nomis(),
        "corrected": prison.contacts.exclude(superseded_at=None),
        "part beside a POM": prison.pom_allocations.open().exclude(part="primary"),
        "cover of a POM": prison.covers.filter(role="pom"),
        "extra resource": prison.extra_resources.all(),
        "note of a POM": prison.case_notes.all(),
        "review of a recall": sentenced.exclude(executive_reviews=None),
        "parole review": sentenced.exclude(parole_reviews=None),
        "unknown setting": set(range(5)) - set(range(prison.settings.in_force(ON).count())),
    }
    assert [name for name, rows in examples.items() if not len(rows)] == []


def test_three_in_four_sessions_of_the_year_were_held() -> None:
    year = Obligation.objects.filter(kind=SESSION).owed(ON - timedelta(days=365), ON - timedelta(days=7))
    assert year.count() > 2000
    assert 0.65 < year.delivered().count() / year.count() < 0.85


@pytest.mark.parametrize("code", SIZES)
def test_the_years_figures_reconcile(code: str) -> None:
    """Key workers add up to the prison, so do wings and so do people, and each figure counts the rows that it opens."""
    scope = Scope(Prison.objects.get(pk=code), Period(ON - timedelta(days=364), ON), ON)
    found = tallies(scope)
    assert found.whole["owed"] > 0
    assert found.whole["delivered"] == duties(scope, "owed").delivered().count()
    for figure, number in found.whole.items():
        assert duties(scope, figure).count() == number
        assert {sum(part.tally[figure] for part in parts) for parts in (found.wings, found.workers)} == {number}
    rows = list(people(scope, "people"))
    assert sum(row.owed for row in rows) == found.whole["owed"]
    assert sum(row.delivered for row in rows) == found.whole["delivered"]


def test_every_role_is_posted_in_every_prison() -> None:
    posted = set(Posting.objects.on(ON).filter(prison__fictional=True).values_list("prison", "role"))
    assert posted == {(code, role) for code in SIZES for role in PRISON_ROLES}


def test_the_personas_alone_can_sign_in() -> None:
    can = {staff.username for staff in Staff.objects.all() if staff.has_usable_password()}
    assert can == {persona.username for persona in PERSONAS}
    assert Staff.objects.get(username=PERSONAS[0].username).check_password(PASSWORD)


def test_the_key_worker_who_signs_in_has_one_of_each_case() -> None:
    mine = Person.objects.filter(key_worker__username="key.worker")
    sessions = Obligation.objects.demanding().filter(kind=SESSION, person__in=mine)
    assert mine.count() == 6
    assert sessions.overdue(ON).exists()
    assert sessions.due_between(ON, ON + timedelta(days=1)).exists()
    assert mine.filter(alerts__code="HA", alerts__ends_on=None).exists()
    assert sessions.exclude(priority_groups=[]).exists()


def test_the_pom_who_signs_in_has_something_to_read() -> None:
    unread = Obligation.objects.demanding().filter(kind=ObligationKind.RISK_TO_READ)
    assert unread.filter(owner__username="pom").exists()


def test_the_pgd_office_sees_the_whole_group() -> None:
    assert {prison.pk for prison in prisons_open_to(Staff.objects.get(username="pgd"), on=ON)} == set(SIZES)


def test_each_prisons_email_says_what_it_cannot_confirm() -> None:
    mails = {mail.prison_id: mail.body for mail in Message.objects.filter(on=ON, kind="compliance", state="sent")}
    assert set(mails) == set(SIZES)
    assert all("CANNOT CONFIRM" in body and "held" in body and "quarantine" in body for body in mails.values())


def test_the_newest_rolls_are_of_today_and_account_for_every_row() -> None:
    rolls = RollImport.objects.filter(kind="roll", on=ON)
    assert {(roll.prison_id, roll.state) for roll in rolls} == {(code, "done") for code in SIZES}
    assert all(NOW - roll.started_at < timedelta(hours=24) for roll in rolls)


def test_somebody_moved_between_the_prisons_and_somebody_is_expected() -> None:
    moved = Person.objects.filter(prison=TRAINER, stays__prison=LOCAL, stays__left_on=ON)
    assert moved.count() == 1
    assert Prison.objects.get(pk=TRAINER).expected_arrivals.filter(closed_at=None).count() == 1


def test_no_contact_lies_before_its_person_arrived() -> None:
    sessions = Contact.objects.filter(person__stays__prison=LOCAL, prison=LOCAL, at__lte=NOW)
    assert not sessions.extra(where=["omic_contact.on < omic_stay.arrived_on"]).exists()


def test_it_is_loaded_once() -> None:
    with pytest.raises(NotEmptyError, match="already"):
        load(plan(now=NOW), lambda what, number: None)


def test_it_is_never_loaded_in_production() -> None:
    with override_settings(PRODUCTION=True), pytest.raises(CommandError, match="production"):
        call_command("demo")


def test_the_sign_ins_are_shown() -> None:
    out = StringIO()
    call_command("demo", sign_ins=True, stdout=out)
    assert f"Password of all: {PASSWORD}" in out.getvalue()
    assert "Kit Okafor" in out.getvalue()


def test_another_day_is_its_morning() -> None:
    demo = plan(now=NOW, on=date(2026, 3, 29))
    assert (demo.on, demo.at) == (date(2026, 3, 29), datetime(2026, 3, 29, 9, tzinfo=UTC))


def test_the_years_checks_were_given_nearly_all_and_todays_in_part() -> None:
    checks = Obligation.objects.filter(
        kind__in=(ObligationKind.DAILY_CHECK, ObligationKind.WEEKLY_CHECK), prison=WOMENS
    )
    year = checks.owed(ON - timedelta(days=365), ON - timedelta(days=1))
    assert 0.88 < year.delivered().count() / year.count() < 0.97
    today = checks.filter(kind=ObligationKind.DAILY_CHECK, due_on=ON)
    assert {"met", "open"} <= set(today.values_list("state", flat=True))
    assert checks.overdue(ON).exists()


@pytest.mark.parametrize("code", SIZES)
def test_each_prison_has_had_something_excepted_and_self_harm(code: str) -> None:
    prison = Prison.objects.get(pk=code)
    assert prison.obligations.filter(state="excepted").exists()
    assert prison.self_harm.exists()
