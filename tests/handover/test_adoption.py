"""Adopting a version of the policy: what is previewed is what happens, and nothing is taken back."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from handover.adoption import AdoptionRefusedError, planned, version_on, withdraw_adoption
from handover.cases import adopted_by
from handover.models import HandoverDetermination
from handover.preview import Change, Effect, preview
from handover.preview_duties import PREVIEWED
from omic.models import AuditEvent, Obligation, Person, PolicyAdoption, Prison
from omic.nightly import run_night
from tests.factories import (
    NOW,
    TODAY,
    PrisonFactory,
    StaffFactory,
    days,
)
from tests.handover.adopting import NEW, adopt, handed_over, mixed_prison, settle_on
from tests.nights import small_hours, small_prison

pytestmark = pytest.mark.django_db


def previewed(prison: Prison, version: str = NEW, on: date = TODAY) -> dict[int, Change]:
    return {change.person.pk: change for change in preview(prison.people.all(), version=version, on=on, today=TODAY)}


ANSWER = (
    "policy",
    "reason",
    "fixed",
    "start_on",
    "handover_on",
    "earliest_release_on",
    "earliest_release_kind",
    "steps",
)


DUTY = ("opens_on", "due_on", "due_before", "owner_role", "until_on", "with_roles")


def answers(prison: Prison) -> dict[int, tuple[Any, ...]]:
    rows = HandoverDetermination.objects.current().filter(person__prison=prison)
    return {row.person_id: tuple(getattr(row, name) for name in ANSWER) for row in rows}


def open_duties(prison: Prison) -> dict[tuple[int, str, str], tuple[Any, ...]]:
    rows = Obligation.objects.demanding().filter(person__prison=prison, kind__in=PREVIEWED)
    return {(row.person_id, row.kind, row.slot): tuple(getattr(row, name) for name in DUTY) for row in rows}


def duty_verbs(before: dict[Any, Any], after: dict[Any, Any]) -> set[tuple[int, str, str]]:
    """(person, kind, what happened) of the duties that differ between two days of the database."""
    changed = {key for key in (*before, *after) if before.get(key) != after.get(key)}
    verb = {key: "opens" if key not in before else "moves" if key in after else "goes" for key in changed}
    return {(person, kind, verb[person, kind, slot]) for person, kind, slot in changed}


def promised(changes: dict[int, Change]) -> set[tuple[int, str, str]]:
    return {(pk, str(duty.kind), duty.verb) for pk, change in changes.items() for duty in change.duties}


def promised_days(changes: dict[int, Change]) -> dict[tuple[int, str, str], date | None]:
    after = [duty.after for change in changes.values() for duty in change.duties if duty.after]
    return {(duty.person_id, str(duty.kind), duty.slot): duty.due_on for duty in after}


@pytest.fixture
def prison(db: None, frozen: object) -> Prison:
    prison = PrisonFactory(code="LEI")
    mixed_prison(prison)
    return prison


@pytest.mark.parametrize("version", ["omic_2019", "omic_2022", "omic_2023_04", "omic_2023_11", NEW])
def test_what_is_previewed_is_what_happens(prison: Prison, version: str) -> None:
    changes, duties = previewed(prison, version), open_duties(prison)
    adopt(prison, version)
    after = answers(prison)
    assert {pk: tuple(getattr(row.after, name) for name in ANSWER) for pk, row in changes.items()} == after
    assert promised(changes) == duty_verbs(duties, open_duties(prison))
    assert promised_days(changes).items() <= {key: row[1] for key, row in open_duties(prison).items()}.items()
    effects = {change.effect for change in changes.values()}
    assert effects >= {Effect.DATES, Effect.SAME}
    assert (Effect.KEPT in effects) == (version in ("omic_2019", "omic_2022"))


def test_what_is_previewed_for_a_later_day_is_what_that_days_night_does(prison: Prison) -> None:
    on = days(20)
    adopt(prison, from_on=on)
    settle_on(prison, on - timedelta(days=1))  # what time alone has changed until then
    changes, duties = previewed(prison, NEW, on), open_duties(prison)
    settle_on(prison, on)
    assert {pk: tuple(getattr(row.after, name) for name in ANSWER) for pk, row in changes.items()} == answers(prison)
    assert promised(changes) == duty_verbs(duties, open_duties(prison))


def test_what_stands_is_what_is_stored(prison: Prison) -> None:
    stands = {pk: tuple(getattr(row.before, name) for name in ANSWER) for pk, row in previewed(prison).items()}
    assert stands == answers(prison)


def test_a_preview_only_reads(prison: Prison) -> None:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        previewed(prison)
    assert all(re.match(r"SELECT\b", query["sql"]) for query in captured)
    assert not any("FOR UPDATE" in query["sql"] for query in captured)


def test_a_preview_asks_the_same_number_of_queries_of_more_people(prison: Prison) -> None:
    with CaptureQueriesContext(connection) as few:
        previewed(prison)
    mixed_prison(prison)
    with CaptureQueriesContext(connection) as many:
        previewed(prison)
    assert len(many) == len(few)


def test_a_handover_that_has_happened_is_not_taken_back(frozen: object) -> None:
    prison = PrisonFactory(code="LEI")
    person = handed_over(prison)
    change = previewed(prison, "omic_2022")[person.pk]
    assert (change.kept, change.effect, change.duties) == (True, Effect.KEPT, ())
    adopt(prison, "omic_2022")
    assert person.handoverdeterminations.current().get().policy == "seed_2019"
    assert person.sentences.get().policy == "seed_2019"


def test_a_transfer_never_moves_a_case_back(prison: Prison) -> None:
    adopt(prison)
    elsewhere = PrisonFactory(code="MDI")
    person = prison.people.first()
    Person.objects.filter(pk=person.pk).update(prison=elsewhere, wing=None, pom=None)
    settle_on(elsewhere, TODAY)
    assert person.handoverdeterminations.current().get().policy == NEW
    assert previewed(elsewhere, "omic_2022")[person.pk].effect == Effect.SAME


def test_everybody_carries_the_new_version_at_once(prison: Prison) -> None:
    adopt(prison)
    assert version_on(prison, TODAY) == NEW
    assert {policy for policy, *_rest in answers(prison).values()} <= {NEW, "seed_2019"}
    assert PolicyAdoption.objects.get().recorded_by.username == "homs"
    assert AuditEvent.objects.get(action="adopt_policy").detail["written"]["handovers_changed"] > 5


def test_the_same_adoption_twice_is_one(prison: Prison) -> None:
    assert adopt(prison) == adopt(prison)
    assert AuditEvent.objects.filter(action="adopt_policy").count() == 1


@pytest.mark.parametrize(
    ("version", "from_on", "words"),
    [
        ("seed_2019", days(1), "only ever moves on"),
        ("omic_2022", days(1), "only ever moves on"),
        (NEW, TODAY, "Choose a later day"),
        ("omic_2019", days(3), "only ever moves on"),
        (NEW, days(-1), "today or later"),
        (NEW, days(400), "within the next 12 months"),
    ],
)
def test_what_cannot_be_adopted(frozen: object, version: str, from_on: date, words: str) -> None:
    prison = PrisonFactory(code="LEI")
    adopt(prison, "omic_2022")
    with pytest.raises(AdoptionRefusedError, match=words):
        adopt(prison, version, from_on)
    assert PolicyAdoption.objects.count() == 1


def test_a_version_is_not_adopted_before_it_is_national_practice(frozen: object) -> None:
    early = NOW.replace(year=2026, month=6)
    with pytest.raises(AdoptionRefusedError, match="1 August 2026"):
        adopt(PrisonFactory(), from_on=early.date(), at=early)


def test_one_adoption_is_planned_at_a_time_and_can_be_withdrawn(frozen: object) -> None:
    prison = PrisonFactory(code="LEI")
    first = adopt(prison, "omic_2022", days(10))
    with pytest.raises(AdoptionRefusedError, match="Withdraw that first"):
        adopt(prison, NEW)
    for _ in range(2):
        withdraw_adoption(adoption=first, reason="Too early", by=StaffFactory(username="homs"), at=NOW)
    assert planned(prison, TODAY) is None
    assert adopted_by({"LEI"}, days(11)) == {"LEI": "seed_2019"}
    assert adopt(prison, NEW, days(10)).version == NEW
    assert AuditEvent.objects.filter(action="withdraw_adoption").count() == 1


def test_what_is_in_force_cannot_be_withdrawn(frozen: object) -> None:
    adoption = adopt(PrisonFactory(code="LEI"))
    with pytest.raises(AdoptionRefusedError, match="in force"):
        withdraw_adoption(adoption=adoption, reason="Oh", by=adoption.recorded_by, at=NOW)


def test_a_withdrawal_says_who_and_why(frozen: object) -> None:
    adoption = adopt(PrisonFactory(code="LEI"), from_on=days(5))
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyAdoption.objects.filter(pk=adoption.pk).update(withdrawn_at=NOW)


def test_all_or_nothing(prison: Prison, settings: Any) -> None:
    settings.RECONCILE_STEPS = ["handover.pipeline.determine_handovers", "tests.handover.test_adoption.fail"]
    before = answers(prison)
    with pytest.raises(RuntimeError), transaction.atomic():
        adopt(prison)
    assert (answers(prison), PolicyAdoption.objects.count()) == (before, 0)


def fail(_people: object, _window: object) -> dict[str, int]:
    raise RuntimeError


def test_the_night_of_its_day_counts_it_as_fallen_due() -> None:
    prison = small_prison(since=days(-2))
    run_night(prison, on=days(-1), at=small_hours(days(-1)))
    adopt(prison, at=small_hours(days(-1)), from_on=TODAY)
    counts = run_night(prison, on=TODAY, at=small_hours(TODAY)).counts
    assert counts["fell_due"] >= 3 and not counts.get("drift", 0)
    counts = run_night(prison, on=days(1), at=small_hours(days(1))).counts
    assert not counts.get("drift", 0) and not counts.get("fell_due", 0)


def test_adopted_by_hand_leaves_the_night_nothing_to_correct() -> None:
    prison = small_prison(since=days(-2))
    run_night(prison, on=TODAY, at=small_hours(TODAY))
    adopt(prison, at=NOW)
    counts = run_night(prison, on=days(1), at=small_hours(days(1))).counts
    assert not counts.get("drift", 0)
