"""Whom lists put first at level 3 (ED-14), and that what a suspension or days out excuse is asked of nobody (ED-09)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from keywork import lists
from keywork.calculate.contact import answer
from keywork.measures import Scope, tallies
from keywork.models import RegimeLevel
from keywork.periods import Period
from omic.models import DayOut, ParoleReview, Person, Role, Suspension
from omic.obligations import stamp_missed
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    KeyWorkerAllocationFactory,
    ObligationFactory,
    SentenceFactory,
    days,
)

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)


def level(cast: Cast, number: int) -> None:
    papers = dict.fromkeys(("because", "sign_off", "risk_assessment", "safe_system", "consultation"), "kept")
    RegimeLevel.objects.create(
        prison=cast.prison, level=number, starts_on=days(-60), recovery_plan="kept", recorded_at=NOW,
        recorded_by=cast.of(Role.GOVERNOR), **papers,
    )  # fmt: skip


class TestNeed:
    """The most vulnerable, then who is near a milestone of the sentence, then everybody else."""

    @pytest.fixture(autouse=True)
    def people(self, cast: Cast) -> None:
        """By need: who is later in the list has waited longer."""
        self.of(cast, "Acct", 1, groups=["acct_open"])
        self.of(cast, "Parole", 2, ped=days(30))
        self.of(cast, "Hearing", 3)
        ParoleReview.objects.create(
            person=Person.objects.get(surname="Hearing"), target_hearing_on=days(40), source="PPUD", recorded_at=NOW
        )
        self.of(cast, "Release", 4, crd=days(60))
        self.of(cast, "Passed", 5, ped=days(-30), crd=days(400))

    def of(self, cast: Cast, surname: str, weeks: int, groups: list[str] | None = None, **dates: date) -> None:
        release = {"earliest_release_on": dates["crd"], "earliest_release_kind": "crd"} if "crd" in dates else {}
        person = SentenceFactory(person=cast.person(surname=surname, **release), **dates).person
        due = days(-7 * weeks)
        ObligationFactory(person=person, opens_on=due, due_on=due, priority_groups=groups or [])
        KeyWorkerAllocationFactory(person=person, staff=cast.of(Role.KEY_WORKER))

    @pytest.mark.parametrize("name", ["mine", "overdue"])
    @pytest.mark.parametrize(("number", "first"), [(3, "Acct"), (2, "Passed"), (None, "Passed")])
    def test_order_of_the_lists(self, cast: Cast, name: str, number: int | None, first: str) -> None:
        by_need = ["Acct", "Parole", "Hearing", "Release", "Passed"]
        if number:
            level(cast, number)
        client = cast.client(Role.KEY_WORKER if name == "mine" else Role.KEY_WORK_MANAGER)
        answer = client.get(reverse(f"keywork:{name}", args=["LEI"]))
        found = [person.surname for person in answer.context["list"].page]
        assert found == (by_need if first == "Acct" else by_need[::-1])
        assert ("(ED-14)" in answer.text) == (first == "Acct")

    def test_the_next_to_see(self, cast: Cast) -> None:
        def following() -> str:
            facts: dict[str, Any] = {"on": TODAY, "after": Person.objects.get(surname="Acct")}
            return lists.next_to_see(cast.prison, cast.of(Role.KEY_WORKER), **facts).surname

        assert following() == "Passed"
        level(cast, 3)
        assert following() == "Parole"


@pytest.fixture
def person(cast: Cast) -> Person:
    return KeyWorkerAllocationFactory(person=cast.person(), staff=cast.of(Role.KEY_WORKER)).person


def settle(person: Person, since: date | None = None) -> None:
    with transaction.atomic():
        reconcile([person.pk], window_of(TODAY, NOW, since=since))


def out(cast: Cast, person: Person, count: int) -> list[date]:
    found = [MONDAY + timedelta(days=number) for number in range(count)]
    facts = {"person": person, "prison": cast.prison, "why": "court", "recorded_at": NOW}
    DayOut.objects.bulk_create(DayOut(on=on, recorded_by=cast.of(Role.KEY_WORKER), **facts) for on in found)
    return found


@pytest.mark.parametrize(("count", "owed"), [(3, True), (4, False)])
def test_four_days_out_leave_no_session_owed_in_the_pipeline_and_the_calculator(
    cast: Cast, person: Person, count: int, owed: bool
) -> None:
    settle(person)
    week = person.obligations.get(kind="key_work_session", slot=f"{MONDAY}@LEI")
    away = out(cast, person, count)
    settle(person)
    week.refresh_from_db()
    assert (week.state == "open") == owed
    facts = {"estate": "men_closed", "week_start": str(MONDAY), "out_on": [str(on) for on in away]}
    assert len(answer(facts, on=TODAY, policy="")["obligations"]) == owed


def suspend(cast: Cast, first: date, last: date) -> None:
    by = cast.of(Role.GOVERNOR)
    Suspension.objects.create(
        prison=cast.prison, covers="key_work", starts_on=first, ends_on=last, because="Outbreak", asked_by=by,
        asked_at=NOW, approved=True, decided_by=by, decided_at=NOW,
    )  # fmt: skip


def test_ed_09_a_suspended_week_is_asked_of_nobody_and_owed_in_no_figure(cast: Cast, person: Person) -> None:
    settle(person, since=days(-14))
    suspend(cast, days(-30), days(30))
    settle(person, since=days(-14))
    found = lists.my_people(cast.prison, cast.of(Role.KEY_WORKER), on=TODAY).get()
    assert (found.overdue, found.next_due_on) == (0, None)
    page = cast.client(Role.KEY_WORKER).get(reverse("person", args=["LEI", person.ref])).text
    assert "Nothing now" in page
    whole = tallies(Scope(cast.prison, Period(days(-14), days(14)), TODAY)).whole
    assert not any(whole.values())


def test_ed_08_a_suspended_week_without_a_session_opens_the_checks_stamped_or_not(cast: Cast, person: Person) -> None:
    """Key work alone is suspended: nobody is to go unseen for it."""
    level(cast, 4)
    person.alerts.create(code="HA", starts_on=days(-60), first_seen_at=NOW, last_seen_at=NOW)
    suspend(cast, days(-30), days(30))
    settle(person, since=days(-14))
    checks = person.obligations.filter(kind="daily_check", state="open")
    before = list(checks.values_list("slot", flat=True))
    stamp_missed("LEI", on=TODAY, at=NOW)
    settle(person)
    assert before and before == list(checks.values_list("slot", flat=True))
    assert set(person.obligations.filter(due_on__lt=MONDAY).values_list("state", flat=True)) == {"excepted"}
