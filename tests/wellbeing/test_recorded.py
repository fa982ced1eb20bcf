"""Taking back what was recorded, also of a past day and of who has left: the prison where it was recorded decides."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from omic.models import Contact, Person, Role, Wing
from omic.reconcile import reconcile_in_batches, window_of
from tests.cast import Cast, signed_in
from tests.factories import NOW, TODAY, PersonFactory, WingFactory, days
from tests.wellbeing.test_checks import WHOLE
from tests.wellbeing.test_roster_page import URL, Landing, landing  # noqa: F401 - the fixture
from wellbeing.actions.checks import record_check

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
LIST = f"{URL}checks/"


def recorded(landing: Landing, surname: str = "Ashdown", when: int = -2) -> Contact:  # noqa: F811
    person = landing.woman(surname, arrived_on=days(-9))
    person.cohort_decisions.update(starts_on=days(-5))
    reconcile_in_batches([person.pk], window_of(TODAY, NOW, since=days(-5)))
    at = NOW + timedelta(days=when)
    facts = {"record": replace(WHOLE, at=at), "request_id": uuid4(), "by": landing.officer, "at": at}
    return record_check(person=person, prison=landing.prison, **facts)


def gone(person: Person) -> None:
    person.stays.update(left_on=TODAY, ended_because="release")
    Person.objects.filter(pk=person.pk).update(prison=None, wing=None)


def take_back(client: Client, contact: Contact) -> str:
    answer = client.post(f"{LIST}{contact.pk}/undo/", {"because": "Wrong person", "request_id": str(uuid4())})
    return answer["Location"] if answer.status_code == 302 else str(answer.status_code)


@pytest.mark.parametrize("left", [False, True])
def test_h2_a_check_of_a_past_day_is_taken_back_from_that_days_roster(landing: Landing, left: bool) -> None:  # noqa: F811
    contact = recorded(landing)
    if left:
        gone(contact.person)
    page = landing.client.get(f"{URL}roster/A/?on={days(-2)}").content.decode()
    assert f"{LIST}{contact.pk}/undo/" in page
    where = take_back(landing.client, contact)
    ref = contact.person.ref
    assert where == (f"{LIST}?person={ref}" if left else f"/prisons/EWI/people/{ref}/")
    assert landing.client.get(where).status_code == 200
    duty = contact.person.obligations.exclude(state="void").get(kind="daily_check", due_on=days(-2))
    assert duty.state in ("open", "missed") and duty.met_at is None


def test_everything_recorded_of_somebody_who_has_left_is_on_the_list(landing: Landing) -> None:  # noqa: F811
    contact, other = recorded(landing), recorded(landing, "Birch")
    panel = landing.client.get(f"/prisons/EWI/people/{contact.person.ref}/").content.decode()
    assert f"{LIST}?person={contact.person.ref}" in panel
    gone(contact.person)
    manager = signed_in(landing.of(Role.KEY_WORK_MANAGER))
    for asked in (f"?person={contact.person.ref}", "?who=ashd", f"?on={days(-2)}&who=Ash"):
        assert list(manager.get(LIST + asked).context["list"].page) == [contact]
    assert set(manager.get(LIST).context["list"].page) == {contact, other}
    assert "no longer here" in manager.get(LIST).content.decode()


def test_who_may_take_it_back(landing: Landing, cast: Cast) -> None:  # noqa: F811
    contact = recorded(landing)
    WingFactory(prison=landing.prison, code="B")
    elsewhere = signed_in(landing.of(Role.WING_OFFICER, wing=Wing.objects.get(prison=landing.prison, code="B")))
    gone(contact.person)
    PersonFactory(prison=cast.prison)
    for page in (LIST, f"{LIST}{contact.pk}/undo/"):
        assert signed_in(landing.of(Role.GOVERNOR)).get(page).status_code == 403
        assert cast.client(Role.SAFER_CUSTODY).get(page).status_code == 404
        assert Client().get(page).url.startswith("/sign-in")
    here = f"/prisons/{cast.prison.pk}/wellbeing/checks/{contact.pk}/undo/"
    assert cast.client(Role.SAFER_CUSTODY).get(here).status_code == 404
    assert (take_back(elsewhere, contact), list(elsewhere.get(LIST).context["list"].page)) == ("404", [])
    assert take_back(landing.client, contact).startswith(LIST)


def test_queries_are_constant(landing: Landing) -> None:  # noqa: F811
    client, counts = landing.client, []
    for names in (("One",), ("Two", "Three", "Four")):
        for name in names:
            recorded(landing, name)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LIST).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
