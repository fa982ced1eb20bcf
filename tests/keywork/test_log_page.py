"""Logging a session in the browser: what is saved, what is asked, and that nothing typed is ever lost."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from keywork.models import KeyWorkerAllocation
from omic import pending
from omic.models import Contact, ExpectedArrival, Person, Role, Stay
from omic.reconcile import reconcile, window_of
from tests.cast import Cast, signed_in
from tests.factories import NOW, TODAY, ContactFactory, KeyWorkerAllocationFactory, PersonFactory, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(cast: Cast) -> Person:
    return of_kay(cast, surname="Ashdown")


@pytest.fixture
def kay(cast: Cast) -> Client:
    return cast.client(Role.KEY_WORKER)


def of_kay(cast: Cast, **facts: object) -> Person:
    person = cast.person(**facts)
    KeyWorkerAllocationFactory(person=person, staff=cast.of(Role.KEY_WORKER))
    reconcile([person.pk], window_of(TODAY, NOW))
    return person


def address(person: Person) -> str:
    return reverse("keywork:log", args=["LEI", person.ref])


def typed(**changes: object) -> dict[str, Any]:
    fields = {
        "kind": "session", "at_day": "18", "at_month": "11", "at_year": "2026", "at_time": "09:15",
        "mode": "in_cell_phone", "contact_minutes": "20", "minutes": "45", "prompt_family": "A visit on Sunday",
        "mood": "Bright", "engagement": "Asked questions", "concerns": "Owes tobacco", "actions": "Told the wing",
        "risk_information": "", "request_id": str(uuid.uuid4()),
    }  # fmt: skip
    return fields | changes


def words(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_a_session_is_saved_and_meets_what_is_owed(kay: Client, person: Person) -> None:
    answer = kay.post(address(person), typed())
    assert (answer.status_code, answer["Location"]) == (302, reverse("keywork:mine", args=["LEI"]))
    assert words(answer) == ["Key work session with Ashdown, Sam saved. It counts toward what is owed."]
    contact = person.contacts.get()
    assert (contact.at.isoformat(), contact.session_note.prompts) == (
        "2026-11-18T09:15:00+00:00",
        {"family": "A visit on Sunday"},
    )
    assert person.obligations.get(kind="key_work_session", due_on__lt="2026-11-23").state == "met"


def test_the_form_comes_with_today_and_no_time(kay: Client, person: Person) -> None:
    form = kay.get(address(person)).context["form"]
    assert form["at"].value() == ["18", "11", "2026", ""]


def test_last_times_concerns_and_actions_stand_beside_the_form(kay: Client, person: Person) -> None:
    kay.post(address(person), typed())
    page = kay.get(address(person)).content.decode()
    assert "Owes tobacco" in page
    assert "Told the wing" in page


@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"at_time": "10:01"}, "at", "Date and time must not be in the future"),
        ({"at_year": "2025"}, "at", "Date and time must not be before Ashdown, Sam arrived, on 2 May 2026"),
        ({"at_time": ""}, "at", "Date and time must include a time"),
        ({"mode": ""}, "mode", "Select how you talked"),
        ({"minutes": ""}, "minutes", "Enter minutes in all"),
        ({"minutes": "19"}, "minutes", "Minutes in all must not be fewer than the minutes together"),
        ({"minutes": "481"}, "minutes", "Minutes in all must be 480 or less"),
        ({"mood": ""}, "mood", "Enter mood"),
        ({"engagement": ""}, "engagement", "Enter engagement"),
    ],
)
def test_an_error_says_what_is_wrong_and_keeps_what_was_typed(
    kay: Client, person: Person, changes: dict[str, str], field: str, error: str
) -> None:
    page = kay.post(address(person), typed(**changes))
    assert page.context["form"].errors == {field: [error]}
    assert "A visit on Sunday" in page.content.decode()
    assert not Contact.objects.exists()


def test_an_entry_needs_no_minutes_and_no_mood_but_some_words(kay: Client, person: Person) -> None:
    bare = dict.fromkeys(("minutes", "contact_minutes", "mood", "engagement", "concerns", "actions"), "")
    entry = typed(kind="entry", prompt_family="", **bare)
    assert kay.post(address(person), entry).context["form"].errors == {"concerns": ["Enter what the entry is about"]}
    assert kay.post(address(person), entry | {"actions": "Rang the chaplain"}).status_code == 302
    assert person.contacts.get().nomis_type == "KA/KE"


def test_a_session_within_the_hour_is_asked_about_and_may_be_confirmed(kay: Client, person: Person) -> None:
    ContactFactory(person=person, at=NOW - timedelta(hours=1))
    answers = typed()
    page = kay.post(address(person), answers)
    assert "Is this the same session?" in page.content.decode()
    assert 'type="checkbox" name="another"' in page.content.decode()
    assert kay.post(address(person), answers | {"another": "on"}).status_code == 302
    assert person.contacts.count() == 2


def test_the_question_stays_while_something_else_is_wrong(kay: Client, person: Person) -> None:
    ContactFactory(person=person, at=NOW - timedelta(hours=1))
    page = kay.post(address(person), typed(another="on", mood=""))
    assert 'type="checkbox" name="another"' in page.content.decode()


def test_pressing_save_twice_is_one_session_and_the_same_answer(kay: Client, person: Person) -> None:
    answers = typed()
    first, second = kay.post(address(person), answers), kay.post(address(person), answers)
    assert first["Location"] == second["Location"]
    assert person.contacts.count() == 1


def test_going_back_and_changing_a_saved_form_is_not_lost(kay: Client, person: Person) -> None:
    answers = typed()
    kay.post(address(person), answers)
    page = kay.post(address(person), answers | {"mood": "Bright, then low"}).content.decode()
    assert "This was saved before you changed it" in page
    assert "Bright, then low" in page


def test_save_and_next_person_leads_to_who_is_owed_next(cast: Cast, kay: Client, person: Person) -> None:
    following = of_kay(cast, surname="Birch")
    answer = kay.post(address(person), typed(also="1"))
    assert answer["Location"] == address(following)
    last = kay.post(address(following), typed(also="1"))
    assert last["Location"] == reverse("keywork:mine", args=["LEI"])
    assert "That was everybody" in words(last)[-1]


def test_contact_with_an_expected_arrival(cast: Cast, kay: Client) -> None:
    young = PersonFactory(prison=cast.elsewhere, surname="Youngman")
    arrival = ExpectedArrival.objects.create(
        person=young, prison=cast.prison, expected_on=TODAY, key_worker=cast.of(Role.KEY_WORKER),
        recorded_by=cast.of(Role.HOMD), recorded_at=NOW,
    )  # fmt: skip
    answer = kay.post(reverse("keywork:log-expected", args=["LEI", arrival.pk]), typed())
    assert answer.status_code == 302
    assert young.contacts.get().prison == cast.prison


def test_what_was_said_before_somebody_left_is_written_up_for_a_fortnight(
    cast: Cast, kay: Client, person: Person
) -> None:
    move(person, cast, on=days(-1))
    allocation = person.key_worker_allocations.get()
    url = reverse("keywork:log-left", args=["LEI", allocation.pk])
    assert kay.get(address(person)).status_code == 404
    assert url in kay.get(reverse("keywork:mine", args=["LEI"])).content.decode()
    assert "was not in this prison" in kay.post(url, typed()).content.decode()
    assert kay.post(url, typed(at_day="16", risk_information="Owes money")).status_code == 302
    assert (person.contacts.get().prison, person.obligations.get(kind="risk_to_read").prison.pk) == (cast.prison, "MDI")
    person.key_worker_allocations.update(ended_at=NOW - timedelta(days=15))
    assert kay.get(url).status_code == 404


def test_only_their_own_key_worker_writes_up_who_has_left(cast: Cast, person: Person) -> None:
    move(person, cast, on=days(-1))
    url = reverse("keywork:log-left", args=["LEI", person.key_worker_allocations.get().pk])
    assert cast.client(Role.KEY_WORK_MANAGER).get(url).status_code == 404
    assert cast.client(Role.HOMD).get(url).status_code == 403
    assert cast.stranger.get(url).status_code == 404
    assert Client().get(url).status_code == 302


def test_what_was_typed_stands_on_the_page_that_says_no(cast: Cast, kay: Client, person: Person) -> None:
    """Somebody is transferred while their key worker types."""
    move(person, cast, on=TODAY)
    answer = kay.post(address(person), typed())
    assert answer.status_code == 404
    assert "A visit on Sunday" in answer.content.decode()


def move(person: Person, cast: Cast, *, on: date) -> None:
    Stay.objects.filter(person=person).update(left_on=on, ended_because="transfer")
    Stay.objects.create(person=person, prison=cast.elsewhere, arrived_on=on)
    Person.objects.filter(pk=person.pk).update(prison=cast.elsewhere, wing=None, arrived_on=on)
    reconcile([person.pk], window_of(TODAY, NOW))


class TestTimeOut:
    """A session that ends while somebody types: it is there again after signing in, for them alone, once."""

    def timed_out(self, cast: Cast, person: Person, **changes: object) -> Client:
        """A browser whose session has ended, after pressing save."""
        client = Client()
        answers = typed(typed_by=pending.stamp(cast.of(Role.KEY_WORKER)), **changes)
        answer = client.post(address(person), answers)
        assert answer["Location"] == f"/sign-in/?next={address(person)}"
        return client

    def test_what_was_typed_comes_back_unsaved(self, cast: Cast, person: Person) -> None:
        client = self.timed_out(cast, person)
        client.force_login(cast.of(Role.KEY_WORKER))
        page = client.get(address(person))
        assert "You were signed out before this was saved" in page.content.decode()
        assert page.context["form"]["concerns"].value() == "Owes tobacco"
        assert not Contact.objects.exists()

    def test_it_can_then_be_saved_and_is_forgotten(self, cast: Cast, person: Person) -> None:
        client = self.timed_out(cast, person)
        client.force_login(cast.of(Role.KEY_WORKER))
        shown = client.get(address(person)).context["form"].data
        assert client.post(address(person), shown).status_code == 302
        assert person.contacts.count() == 1
        assert client.get(address(person)).context["form"].data == {}

    def test_somebody_else_on_the_same_computer_never_sees_it(self, cast: Cast, person: Person) -> None:
        client = self.timed_out(cast, person)
        client.force_login(cast.of(Role.KEY_WORK_MANAGER))
        page = client.get(address(person))
        assert page.context["form"].data == {}
        assert b"Owes tobacco" not in page.content
        assert pending.KEY not in client.session

    def test_only_its_own_page_shows_it(self, cast: Cast, person: Person) -> None:
        other, client = of_kay(cast), self.timed_out(cast, person)
        client.force_login(cast.of(Role.KEY_WORKER))
        assert client.get(address(other)).context["form"].data == {}
        assert client.get(address(person)).context["form"].data != {}

    @pytest.mark.parametrize("author", ["", "nonsense", "1:forged:signature"])
    def test_nothing_is_kept_that_does_not_say_whose_it_is(self, person: Person, author: str) -> None:
        client = Client()
        client.post(address(person), typed(typed_by=author))
        assert pending.KEY not in client.session

    def test_it_is_kept_for_an_hour_and_the_session_then_lasts_as_always(self, cast: Cast, person: Person) -> None:
        client = self.timed_out(cast, person)
        assert client.session.get_expiry_age() == 3600
        client.force_login(cast.of(Role.KEY_WORKER))
        client.get(address(person))
        assert client.session.get_expiry_age() == 10 * 60 * 60

    def test_after_the_hour_it_is_gone(self, cast: Cast, person: Person) -> None:
        client = self.timed_out(cast, person)
        with time_machine.travel(NOW + timedelta(hours=2), tick=False):
            client.force_login(cast.of(Role.KEY_WORKER))
            assert client.get(address(person)).context["form"].data == {}

    def test_a_correction_comes_back_too(self, cast: Cast, kay: Client, person: Person) -> None:
        kay.post(address(person), typed())
        url = reverse("keywork:amend", args=["LEI", person.ref, person.contacts.get().pk])
        client, author = Client(), pending.stamp(cast.of(Role.KEY_WORKER))
        client.post(url, typed(typed_by=author, because="Wrong minutes", minutes="50"))
        client.force_login(cast.of(Role.KEY_WORKER))
        assert client.get(url).context["form"]["because"].value() == "Wrong minutes"


class TestCorrections:
    @pytest.fixture
    def contact(self, kay: Client, person: Person) -> Contact:
        kay.post(address(person), typed())
        return person.contacts.get()

    def url(self, name: str, person: Person, contact: Contact) -> str:
        return reverse(f"keywork:{name}", args=["LEI", person.ref, contact.pk])

    def test_the_form_shows_what_was_saved(self, kay: Client, person: Person, contact: Contact) -> None:
        page = kay.get(self.url("amend", person, contact))
        shown = page.content.decode()
        assert "A visit on Sunday" in shown
        assert 'value="09:15"' in shown
        assert page.context["form"]["mode"].value() == "in_cell_phone"

    def test_a_correction_leads_to_the_new_version_and_both_name_each_other(
        self, kay: Client, person: Person, contact: Contact
    ) -> None:
        answer = kay.post(self.url("amend", person, contact), typed(minutes="50", because="Wrong minutes"))
        new = person.contacts.current().get()
        assert answer["Location"] == self.url("session", person, new)
        assert "A correction: Wrong minutes" in kay.get(answer["Location"]).content.decode()
        assert self.url("session", person, new) in kay.get(self.url("session", person, contact)).content.decode()

    def test_a_correction_needs_a_reason(self, kay: Client, person: Person, contact: Contact) -> None:
        page = kay.post(self.url("amend", person, contact), typed())
        assert page.context["form"].errors == {"because": ["Enter an answer: Why are you correcting it?"]}

    def test_what_was_corrected_once_is_closed(self, kay: Client, person: Person, contact: Contact) -> None:
        kay.post(self.url("amend", person, contact), typed(minutes="50", because="Wrong minutes"))
        assert kay.get(self.url("amend", person, contact)).status_code == 403
        assert kay.get(self.url("withdraw", person, contact)).status_code == 403

    def test_a_manager_may_mark_it_as_recorded_in_error(self, cast: Cast, person: Person, contact: Contact) -> None:
        manager = cast.client(Role.KEY_WORK_MANAGER)
        assert manager.get(self.url("amend", person, contact)).status_code == 403
        reason = {"because": "Did not take place", "request_id": str(uuid.uuid4())}
        assert manager.post(self.url("withdraw", person, contact), reason).status_code == 302
        assert person.contacts.current().get().kind == "deleted"
        page = manager.get(self.url("session", person, contact)).content.decode()
        assert "Recorded in error by Morgan Custodial" in page

    def test_reading_one_is_audited(self, cast: Cast, person: Person, contact: Contact) -> None:
        cast.client(Role.HOMD).get(self.url("session", person, contact))
        event = person.audit_events.get(action="see_session")
        assert (event.staff, event.detail) == (cast.of(Role.HOMD), {"contact": contact.pk})

    def test_another_prisons_session_can_be_read_here_and_not_corrected(
        self, cast: Cast, kay: Client, person: Person
    ) -> None:
        there = ContactFactory(person=person, prison=cast.elsewhere, by=cast.of(Role.KEY_WORKER))
        assert kay.get(self.url("session", person, there)).status_code == 200
        assert kay.get(self.url("amend", person, there)).status_code == 403


def test_a_signed_in_worker_who_is_no_longer_posted_loses_the_page(cast: Cast, person: Person) -> None:
    worker = cast.of(Role.KEY_WORKER)
    worker.postings.update(ends_on=TODAY)
    assert signed_in(worker).get(address(person)).status_code == 404


def test_who_has_been_replaced_writes_up_what_was_said_before(cast: Cast, person: Person) -> None:
    allocation = person.key_worker_allocations.get()
    person.key_worker_allocations.update(ended_at=NOW, ended_because="Changed", ended_kind="replaced")
    Person.objects.filter(pk=person.pk).update(key_worker=None)
    client = cast.client(Role.KEY_WORKER)
    page = client.get(reverse("keywork:mine", args=["LEI"])).content.decode()
    assert "Replaced by another key worker" in page and "Changed" not in page
    assert client.get(reverse("keywork:log-left", args=["LEI", allocation.pk])).status_code == 200
    KeyWorkerAllocation.objects.update(ended_kind="merged")
    assert client.get(reverse("keywork:log-left", args=["LEI", allocation.pk])).status_code == 404
