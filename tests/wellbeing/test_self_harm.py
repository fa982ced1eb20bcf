"""Incidents of self-harm: by the week beside the weeks before, recorded, taken back, and who may do so (WB-14)."""

import uuid
from collections import defaultdict
from datetime import date, timedelta
from statistics import fmean, pstdev

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from keywork.actions.refusals import RefusedError
from omic.models import Alert, AuditEvent, Person, PersonMerge, Prison, Role
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    CohortDecisionFactory,
    PersonFactory,
    PrisonFactory,
    SelfHarmFactory,
    StaffFactory,
    WingFactory,
    days,
)
from wellbeing.actions.self_harm import record_self_harm, withdraw_self_harm
from wellbeing.models import SelfHarmIncident
from wellbeing.self_harm import harmed_after_step_down, on_watch, weeks, weeks_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
MONDAY = date(2026, 11, 16)


def back(number: int, day: int = 0) -> date:
    return MONDAY - timedelta(weeks=number) + timedelta(days=day)


def harmed(person: Person, *on: date) -> list[SelfHarmIncident]:
    return [SelfHarmFactory(person=person, on=day) for day in on]


# --- by the week -----------------------------------------------------------------------------------------------------


def test_people_and_incidents_are_two_series() -> None:
    one = PersonFactory()
    other = PersonFactory(prison=one.prison)
    harmed(one, back(1), back(1, 6), back(1, 6), MONDAY)
    harmed(other, back(1, 3))
    found = weeks(one.prison, on=TODAY, number=3)
    assert [(week.monday, week.people, week.incidents) for week in found] == [
        (back(2), 0, 0), (back(1), 2, 4), (MONDAY, 1, 1),
    ]  # fmt: skip
    assert [week.known for week in found] == [False, True, True]
    assert (found[2].compared.mean_people, found[2].compared.mean_incidents) == (2, 4)
    assert found[1].compared.mean_people is None


def test_what_was_taken_back_or_happened_elsewhere_is_left_out() -> None:
    person = PersonFactory()
    withdraw_self_harm(incident=harmed(person, MONDAY)[0], because="Twice", by=StaffFactory(), at=NOW)
    SelfHarmFactory(person=person, prison=PrisonFactory(code="MDI"))
    assert weeks(person.prison, on=TODAY, number=1)[0].incidents == 0


def test_two_numbers_that_were_merged_are_one_person() -> None:
    kept = PersonFactory()
    gone = PersonFactory(prison=kept.prison)
    harmed(kept, MONDAY)
    harmed(gone, MONDAY)
    PersonMerge.objects.create(
        kept=kept, gone=gone, prison=kept.prison, because="Same", asked_by=StaffFactory(), asked_at=NOW,
        confirmed=True, decided_by=StaffFactory(), decided_at=NOW,
    )  # fmt: skip
    found = weeks(kept.prison, on=TODAY, number=1)[0]
    assert (found.people, found.incidents) == (1, 2)


def test_the_running_week_raises_an_alert_as_soon_as_it_lies_above() -> None:
    people = [PersonFactory(prison=PrisonFactory(code="LEI")) for _ in range(4)]
    for week in range(1, 9):
        harmed(people[0], back(week))
    assert weeks(people[0].prison, on=TODAY, number=1)[0].compared.alert == ()
    for person in people:
        harmed(person, TODAY)
    assert weeks(people[0].prison, on=TODAY, number=1)[0].compared.alert == ("people", "incidents")


def test_a_prison_sets_its_own_alert() -> None:
    people = [PersonFactory(prison=PrisonFactory(code="LEI")) for _ in range(3)]
    prison = people[0].prison
    harmed(people[0], back(2), back(2), back(1))
    harmed(people[1], back(2))
    for person in people:
        harmed(person, MONDAY)
    assert "people" in weeks(prison, on=TODAY, number=1)[0].compared.alert  # mean 1.5, deviation 0.5
    for kind, value in (("self_harm_deviations", "4"), ("self_harm_people", "2")):
        prison.settings.create(kind=kind, value=value, starts_on=TODAY, recorded_at=NOW)
    assert weeks(prison, on=TODAY, number=1)[0].compared.alert == ()


def test_the_weeks_equal_plain_sql(django_assert_num_queries) -> None:
    for number in range(16):
        person = PersonFactory(prison=PrisonFactory(code="LEI" if number % 3 else "EWI"))
        harmed(person, *(days(-5 * number * step) for step in range(number % 7)))
    with django_assert_num_queries(3):
        found = weeks_of(["LEI", "EWI"], on=TODAY, number=26)
    with connection.cursor() as cursor:
        cursor.execute('SELECT prison_id, person_id, "on" FROM wellbeing_selfharmincident WHERE withdrawn_at IS NULL')
        facts = cursor.fetchall()
    for code in found:
        by_week: dict[date, list[int]] = defaultdict(list)
        for _, person, on in (row for row in facts if row[0] == code):
            by_week[on - timedelta(days=on.weekday())].append(person)
        for week in found[code]:
            there = by_week.get(week.monday, [])
            assert (week.people, week.incidents) == (len(set(there)), len(there))
            before = [week.monday - timedelta(weeks=past) for past in range(1, 9)]
            past = [len(by_week.get(one, [])) for one in before if one >= min(by_week)]
            if not past:
                assert week.compared.mean_incidents is None
                continue
            assert float(week.compared.mean_incidents) == pytest.approx(fmean(past), abs=0.0051)
            assert float(week.compared.limit_incidents) == pytest.approx(fmean(past) + 2 * pstdev(past), abs=0.0051)


# --- after a step down -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("after", "found"), [(-1, False), (0, True), (28, True), (29, False)])
def test_harmed_within_28_days_of_a_step_down(after: int, found: bool) -> None:
    person = PersonFactory(prison=PrisonFactory(code="EWI", estate="women"))
    CohortDecisionFactory(person=person, cohort="weekly", stepped_down=True, starts_on=days(-40))
    SelfHarmFactory(person=person, on=days(-40 + after))
    rows = harmed_after_step_down(person.prison, first=days(-60), last=TODAY)
    assert [row.stepped_down_on for row in rows] == [days(-40)] * found
    assert (on_watch(person.pk, on=days(-40 + after)) is not None) is found


def test_a_decision_taken_back_opens_no_watch() -> None:
    person = PersonFactory(prison=PrisonFactory(code="EWI", estate="women"))
    gone = {"withdrawn_at": NOW, "withdrawn_by": StaffFactory(), "withdrawn_because": "Wrong woman"}
    CohortDecisionFactory(person=person, cohort="weekly", stepped_down=True, **gone)
    SelfHarmFactory(person=person)
    assert not harmed_after_step_down(person.prison, first=TODAY, last=TODAY).exists()


# --- recording -------------------------------------------------------------------------------------------------------


def told(person: Person, **facts: object) -> dict:
    prison = person.prison or Prison.objects.get(pk="LEI")
    return {
        "person": person,
        "prison": prison,
        "on": TODAY,
        "request_id": uuid.uuid4(),
        "by": StaffFactory(),
        "at": NOW,
    } | facts


def test_a_repeated_save_is_one_incident() -> None:
    facts = told(PersonFactory(), reference="INC-1")
    assert record_self_harm(**facts) == record_self_harm(**facts)
    assert AuditEvent.objects.get(action="record_self_harm").detail["reference"] == "INC-1"
    with pytest.raises(RefusedError, match="saved before you changed it"):
        record_self_harm(**facts | {"on": days(-1)})


@pytest.mark.parametrize(("on", "words"), [(days(1), "today or in the past"), (days(-4000), "was not in this prison")])
def test_only_a_day_on_which_they_were_here(on: date, words: str) -> None:
    with pytest.raises(RefusedError, match=words) as refused:
        record_self_harm(**told(PersonFactory(), on=on))
    assert refused.value.field == "on"


def test_the_same_reference_is_shown_and_not_doubled() -> None:
    person = PersonFactory(surname="Ashdown")
    first = record_self_harm(**told(person, reference="INC-1", on=days(-1)))
    with pytest.raises(RefusedError, match="recorded already: it happened on 17 November 2026"):
        record_self_harm(**told(person, reference="INC-1"))
    with pytest.raises(RefusedError, match="for somebody else") as refused:
        record_self_harm(**told(PersonFactory(prison=person.prison), reference="INC-1"))
    assert "Ashdown" not in str(refused.value)
    withdraw_self_harm(incident=first, because="Never happened", by=StaffFactory(), at=NOW)
    with pytest.raises(RefusedError, match="because: Never happened"):
        record_self_harm(**told(person, reference="INC-1"))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"source": "recorded"}, "was recorded by Robin Landing on 18 November 2026"),
        ({"source": "imported", "reference": "INC-1"}, "was imported by Robin Landing on .*, with the number INC-1"),
    ],
)
def test_a_second_one_of_a_day_is_asked_about(facts: dict[str, str], words: str) -> None:
    person = PersonFactory()
    SelfHarmFactory(person=person, recorded_by=StaffFactory(surname="Landing"), **facts)
    with pytest.raises(RefusedError, match=words) as refused:
        record_self_harm(**told(person, reference="INC-2"))
    assert refused.value.field == "another"
    assert record_self_harm(**told(person, on=days(-1))) and record_self_harm(**told(person, another=True))


def test_one_taken_back_or_elsewhere_asks_nothing() -> None:
    person = PersonFactory()
    withdraw_self_harm(incident=harmed(person, TODAY)[0], because="Twice", by=StaffFactory(), at=NOW)
    SelfHarmFactory(person=person, prison=PrisonFactory(code="MDI"))
    assert record_self_harm(**told(person))


def test_the_second_to_take_it_back_is_told_who_was_first() -> None:
    incident = SelfHarmFactory()
    withdraw_self_harm(incident=incident, because="Twice", by=StaffFactory(surname="First"), at=NOW)
    with pytest.raises(RefusedError, match="First"):
        withdraw_self_harm(incident=incident, because="Twice", by=StaffFactory(), at=NOW)


# --- the pages -------------------------------------------------------------------------------------------------------


def page(person: Person) -> str:
    return reverse("wellbeing:record-self-harm", args=["LEI", person.ref])


@pytest.fixture
def his(cast: Cast) -> Person:
    """Somebody on the wing officer's wing."""
    person = cast.person(wing=WingFactory(prison=cast.prison, code="A"))
    cast.of(Role.WING_OFFICER).postings.update(wing=person.wing)
    return person


def test_who_may_record(cast: Cast, his: Person) -> None:
    answers = {role: cast.client(role).get(page(his)).status_code for role in (Role.WING_OFFICER, Role.GOVERNOR)}
    assert answers == {Role.WING_OFFICER: 200, Role.GOVERNOR: 403}
    other = cast.person(wing=WingFactory(prison=cast.prison, code="B"))
    incident = SelfHarmFactory(person=other)
    officer = cast.client(Role.WING_OFFICER)
    assert officer.get(page(other)).status_code == 403
    assert officer.get(reverse("wellbeing:withdraw-self-harm", args=["LEI", incident.pk])).status_code == 403
    assert cast.stranger.get(page(his)).status_code == 404
    assert Client().get(page(his))["Location"].startswith("/sign-in/?next=")


def test_record_see_and_take_back(cast: Cast, his: Person) -> None:
    client = cast.client(Role.WING_OFFICER)
    shown = client.get(page(his))
    assert "It is not known who has an ACCT: no full roll was imported. Treat as open." in shown.content.decode()
    typed = {"on": TODAY.isoformat(), "reference": "INC-7", "note": "", "request_id": str(uuid.uuid4())}
    saved = client.post(page(his), typed, follow=True).content.decode()
    assert "INC-7" in saved
    incident = SelfHarmIncident.objects.get()
    assert (incident.recorded_by, incident.source) == (cast.of(Role.WING_OFFICER), "recorded")
    again = client.post(page(his), typed | {"request_id": str(uuid.uuid4())}).content.decode()
    assert "recorded already: it happened on 18 November 2026" in again
    bare = typed | {"reference": "", "request_id": str(uuid.uuid4())}
    asked = client.post(page(his), bare).content.decode()
    assert "Tick that yours is another one" in asked and 'type="checkbox" name="another"' in asked
    assert SelfHarmIncident.objects.count() == 1
    client.post(page(his), bare | {"another": "on"})
    assert SelfHarmIncident.objects.count() == 2
    url = reverse("wellbeing:withdraw-self-harm", args=["LEI", incident.pk])
    assert "Taken back" in client.post(url, {"because": "Wrong person"}, follow=True).content.decode()
    assert client.get(url).status_code == 404


def test_what_the_page_of_a_woman_calls_for(cast: Cast, his: Person) -> None:
    Prison.objects.filter(pk="LEI").update(estate="women")
    Alert.objects.create(person=his, code="HA", starts_on=days(-3), first_seen_at=NOW, last_seen_at=NOW)
    CohortDecisionFactory(person=his, cohort="weekly", stepped_down=True, starts_on=days(-3))
    text = cast.client(Role.SAFER_CUSTODY).get(page(his)).content.decode()
    for words in ("An ACCT is open", "28-day watch", "Refer her for daily checks"):
        assert words in text


def test_the_panel_names_the_newest_to_those_who_may_record(cast: Cast, his: Person) -> None:
    SelfHarmFactory(person=his, reference="INC-9")
    url = reverse("person", args=["LEI", his.ref])
    assert "INC-9" in cast.client(Role.SAFER_CUSTODY).get(url).content.decode()
    assert "INC-9" not in cast.client(Role.CASE_ADMINISTRATOR).get(url).content.decode()
