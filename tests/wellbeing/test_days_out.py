"""Days out: who may record them, what they take away at once, and that taking one back brings it back."""

from datetime import date, datetime
from typing import Any

import pgtrigger
import pytest
from django.test import Client
from django.urls import reverse

from omic.calendar import LONDON
from omic.models import DayOut, Movement, Obligation, Person, PrisonSetting, Role
from tests.cast import Cast, signed_in
from tests.factories import (
    NOW,
    TODAY,
    CohortDecisionFactory,
    ContactFactory,
    PostingFactory,
    PrisonFactory,
    StaffFactory,
    WingFactory,
    days,
)
from tests.wellbeing.test_pipeline import MONDAY, duties, settle, woman
from wellbeing.days_out import unconfirmed
from wellbeing.doubts import doubts
from wellbeing.figures import figures
from wellbeing.lines import State
from wellbeing.roster import roster
from wellbeing.sheets import sheets_for_outage

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


# --- what a day out may hide ------------------------------------------------------------------------------------------


def expected_from_nine(person: Person) -> None:
    facts = {"kind": "checks_expected_by", "value": "09:00", "starts_on": days(-9), "recorded_at": NOW}
    PrisonSetting.objects.create(prison=person.prison, **facts)


@pytest.mark.parametrize(
    ("role", "on", "hour_is_past", "saved"),
    [
        (Role.WING_OFFICER, TODAY, True, False),
        (Role.SAFER_CUSTODY, TODAY, True, True),
        (Role.WING_OFFICER, TODAY, False, True),
        (Role.WING_OFFICER, days(1), True, True),
    ],
)
def test_a_daily_check_that_is_late_is_taken_away_by_who_oversees(
    person: Person, role: Role, on: date, hour_is_past: bool, saved: bool
) -> None:
    if hour_is_past:
        expected_from_nine(person)
    answer = posted(role, person).post(page_of(person), typed(on), follow=True).content.decode()
    assert DayOut.objects.exists() == saved
    assert ("was to be checked by 9:00am and nobody has" in answer) != saved
    assert ((str(on), "open") in duties(person, "daily_check")) != saved


def test_who_is_owed_no_daily_check_goes_out_at_any_hour(cast: Cast) -> None:
    person = woman()
    settle(person)
    expected_from_nine(person)
    posted(Role.WING_OFFICER, person).post(page_of(person), typed())
    assert person.days_out.exists()


def out(person: Person, on: date) -> DayOut:
    facts = {"why": "court", "recorded_by": StaffFactory(), "recorded_at": NOW}
    made = DayOut.objects.create(person=person, prison=person.prison, on=on, **facts)
    settle(person, since=on)
    return made


def moves(person: Person) -> None:
    Movement.objects.create(
        person=person, kind="CRT", on=days(-1), from_prison=person.prison, recorded_at=NOW, source="roll"
    )


@pytest.mark.parametrize(
    ("bears_out", "listed"),
    [
        (lambda person: None, True),
        (moves, False),
        (lambda person: Person.objects.filter(pk=person.pk).update(presence="court"), False),
        (lambda person: DayOut.objects.update(withdrawn_by=1, withdrawn_at=NOW, withdrawn_because="Wrong"), False),
    ],
)
def test_a_day_out_that_the_roll_does_not_bear_out_is_listed_and_a_doubt(
    person: Person, bears_out: Any, listed: bool
) -> None:
    made = out(person, days(-1))
    DayOut.objects.update(recorded_by=StaffFactory(pk=1))
    bears_out(person)
    assert list(unconfirmed(person.prison, days(-1), TODAY)) == [made] * listed
    found = doubts(person.prison, figures(person.prison, on=TODAY), at=NOW)
    assert any("recorded as out all day yesterday" in one for one in found) == listed


def transferred(person: Person) -> None:
    """Yesterday she was here; today she has gone."""
    person.stays.update(left_on=TODAY, ended_because="transfer")
    sister = PrisonFactory(code="STI", estate="women")
    person.stays.create(prison=sister, arrived_on=TODAY)
    Person.objects.filter(pk=person.pk).update(prison=sister, wing=None, arrived_on=TODAY)


def at_court_only_today(person: Person) -> None:
    known_since(person, days(-9))
    Person.objects.filter(pk=person.pk).update(presence="court")


def at_court_that_day(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(presence="court")
    known_since(person, days(-1))
    Person.objects.filter(pk=person.pk).update(presence="in")


def known_since(person: Person, on: date) -> None:
    history = Person.pgh_event_model.objects.filter(pgh_obj=person)
    with pgtrigger.ignore("omic.PersonEvent:append_only"):
        history.update(pgh_created_at=datetime(on.year, on.month, on.day, 18, tzinfo=LONDON))


@pytest.mark.parametrize(
    ("since_then", "listed"), [(transferred, True), (at_court_only_today, True), (at_court_that_day, False)]
)
def test_a_past_day_out_is_judged_by_that_day_whatever_became_of_her_since(
    person: Person, since_then: Any, listed: bool
) -> None:
    here, made = person.prison, out(person, days(-1))
    since_then(person)
    assert list(unconfirmed(here, days(-1), days(-1))) == [made] * listed


def test_a_day_after_she_had_left_is_not_in_doubt(person: Person) -> None:
    here, made = person.prison, out(person, TODAY)
    person.stays.update(left_on=days(-1), ended_because="transfer")
    assert not unconfirmed(here, made.on, made.on).exists()


def test_missed_and_not_yet_seen_say_who_recorded_it_and_lead_to_taking_it_back(person: Person) -> None:
    today, yesterday = out(person, TODAY), out(person, days(-1))
    links = [reverse("wellbeing:take-back-day-out", args=["EWI", person.ref, one.pk]) for one in (today, yesterday)]
    for role, may in ((Role.SAFER_CUSTODY, True), (Role.GOVERNOR, False)):
        client = posted(role, person)
        missed, not_seen = (
            client.get(reverse(f"wellbeing:{name}", args=["EWI"])).content.decode() for name in ("missed", "not-seen")
        )
        assert f"{yesterday.recorded_by}, 18 November 2026 at 10:00am" in missed
        assert [link in missed for link in links] == [may, may]
        assert [link in not_seen for link in links] == [may, False]
    home = posted(Role.SAFER_CUSTODY, person).get("/prisons/EWI/").content.decode()
    assert "recorded as out today, though the roll has them here" in home


# --- the week's check -------------------------------------------------------------------------------------------------


@pytest.fixture
def weekly(cast: Cast) -> Person:
    """A woman with a check a week in EWI."""
    person = woman(wing=WingFactory(prison=PrisonFactory(code="EWI", estate="women"), code="A"))
    settle(person)
    return person


def test_a_day_out_leaves_the_weeks_check_owed_and_the_list_to_tick(weekly: Person) -> None:
    officer = posted(Role.WING_OFFICER, weekly)
    answer = officer.post(page_of(weekly), typed(), follow=True).content.decode()
    assert "the week’s check is still owed by Sunday 22 November 2026" in answer
    assert (str(MONDAY), "open") in duties(weekly, "weekly_check")
    page = officer.get("/prisons/EWI/wellbeing/roster/A/")
    assert not page.context["left"] and not page.context["lines"]
    assert [row.words for row in page.context["settled"]] == [
        "Out all day: at court. The week’s check is owed by 22 Nov 2026"
    ]
    assert [row.state for row in roster(weekly.prison, on=days(1), at=NOW)] == [State.OWED]
    tomorrows = [sheet for sheet in sheets_for_outage(weekly.prison, at=NOW) if sheet.on == days(1)]
    assert [one.row.person for sheet in tomorrows for one in sheet.rows] == [weekly]


def test_on_the_last_day_of_the_week_she_stays_due_and_the_page_says_why(weekly: Person) -> None:
    sunday = days(4)
    officer = posted(Role.WING_OFFICER, weekly)
    answer = officer.post(page_of(weekly), typed(sunday), follow=True).content.decode()
    assert "the last day of the week’s check, which is still owed" in answer
    row = roster(weekly.prison, on=sunday, at=NOW)[0]
    assert row.left and row.due_by == sunday and "take the day out back and see them" in row.why_due
    assert row.why_due in officer.get(f"/prisons/EWI/wellbeing/roster/A/?on={sunday}").content.decode()
    assert Obligation.objects.demanding().filter(kind="weekly_check", due_on=sunday).exists()
