"""Days out: who may record them, what they take away at once, and that taking one back brings it back."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from omic.models import DayOut, Person, Role
from tests.cast import Cast, signed_in
from tests.factories import (
    TODAY,
    CohortDecisionFactory,
    ContactFactory,
    PostingFactory,
    PrisonFactory,
    WingFactory,
    days,
)
from tests.wellbeing.test_pipeline import duties, settle, woman

pytestmark = pytest.mark.django_db


def posted(role: Role, person: Person, **place: Any) -> Client:
    """Somebody posted to the person's prison; a wing officer to the person's wing."""
    wing = person.wing if role == Role.WING_OFFICER else None
    return signed_in(PostingFactory(role=role, **{"prison": person.prison, "wing": wing, **place}).staff)


def typed(on: date = TODAY, why: str = "court") -> dict[str, Any]:
    return {"on": on.isoformat(), "why": why}


def page_of(person: Person) -> str:
    return reverse("wellbeing:day-out", args=["EWI", person.ref])


@pytest.fixture
def person(cast: Cast) -> Person:
    """A woman with daily checks in EWI."""
    person = woman()
    CohortDecisionFactory(person=person, starts_on=days(-3))
    settle(person, since=days(-3))
    return person


def test_a_day_out_voids_the_check_at_once_and_taking_it_back_brings_it_back(person: Person) -> None:
    officer = posted(Role.WING_OFFICER, person)
    answer = officer.post(page_of(person), typed(), follow=True)
    assert "is out on 18 November 2026" in answer.content.decode()
    assert (str(TODAY), "open") not in duties(person, "daily_check")
    out = person.days_out.get()
    assert officer.post(reverse("wellbeing:take-back-day-out", args=["EWI", person.ref, out.pk]), {}).status_code == 200
    taken = reverse("wellbeing:take-back-day-out", args=["EWI", person.ref, out.pk])
    assert officer.post(taken, {"because": "The hearing was put off"}).status_code == 302
    assert (str(TODAY), "open") in duties(person, "daily_check")
    assert "The hearing was put off" in officer.get(page_of(person)).content.decode()
    assert officer.post(taken, {"because": "Again"}).status_code == 404


def test_four_days_out_leave_no_weeks_session(cast: Cast) -> None:
    person = cast.person(arrived_on=days(-30))
    settle(person)
    assert duties(person, "key_work_session")[0] == ("2026-11-16", "open")
    manager = cast.client(Role.KEY_WORK_MANAGER)
    address = reverse("wellbeing:day-out", args=["LEI", person.ref])
    for number in range(-2, 2):
        assert ("2026-11-16", "open") in duties(person, "key_work_session")
        assert manager.post(address, typed(days(number))).status_code == 302
    assert ("2026-11-16", "open") not in duties(person, "key_work_session")


@pytest.mark.parametrize(("number", "saved"), [(-63, False), (-62, True), (14, True), (15, False)])
def test_how_far_back_and_ahead(person: Person, number: int, saved: bool) -> None:
    answer = posted(Role.KEY_WORK_MANAGER, person).post(page_of(person), typed(days(number)))
    assert DayOut.objects.exists() == saved
    assert saved or "must be within the last 62 or the next 14 days" in answer.content.decode()


def test_whoever_was_seen_here_was_not_out(person: Person) -> None:
    ContactFactory(person=person, kind="check")
    answer = posted(Role.KEY_WORK_MANAGER, person).post(page_of(person), typed())
    assert "saw Person" in " ".join(answer.content.decode().split())
    assert not DayOut.objects.exists()


def test_who_may(cast: Cast, person: Person) -> None:
    address = page_of(person)
    assert posted(Role.SAFER_CUSTODY, person).get(address).status_code == 200
    assert posted(Role.GOVERNOR, person).get(address).status_code == 403
    other_wing = WingFactory(prison=PrisonFactory(code="EWI"), code="Z")
    assert posted(Role.WING_OFFICER, person, wing=other_wing).get(address).status_code == 403
    assert cast.client(Role.KEY_WORK_MANAGER).get(address).status_code == 404
    assert Client().get(address).status_code == 302
