"""The pages of the community pipeline, of the LDUs and of the reminders."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from handover.community_lists import LISTS
from handover.models import CommunityRequest
from handover.reminder_mails import SENT, mail_of
from omic.formats import short_day
from omic.models import Ldu, Message, Person, Role
from omic.obligations import meet
from tests.cast import Cast
from tests.factories import TODAY, days
from tests.handover.community import STEPS, case, ldu, settle, short_case
from tests.nights import small_hours

SEES = (Role.HOMD, Role.HOMS, Role.CASE_ADMINISTRATOR, Role.GOVERNOR, Role.NATIONAL)
SEES_NOT = (Role.POM, Role.KEY_WORKER, Role.SAFER_CUSTODY)
PAGES = (*(row.name for row in LISTS), "community-asked", "reminders-waiting")


@pytest.fixture(autouse=True)
def _quick(settings: Any) -> None:
    settings.RECONCILE_STEPS = STEPS


def url(name: str, *args: object) -> str:
    return reverse(f"handover:{name}", args=["LEI", *args])


@pytest.mark.parametrize(("role", "status"), [(r, 200) for r in SEES] + [(r, 403) for r in SEES_NOT])
def test_who_sees_the_pipeline(cast: Cast, role: Role, status: int) -> None:
    assert {cast.client(role).get(url(name)).status_code for name in PAGES} == {status}


@pytest.mark.parametrize("name", [*PAGES, "ldus", "reminders"])
def test_another_prison_and_anonymous(cast: Cast, client: Client, name: str) -> None:
    assert cast.stranger.get(url(name)).status_code == 404
    assert client.get(url(name)).status_code == 302


def test_what_needs_somebody_comes_first_and_every_tab_counts_its_list(cast: Cast) -> None:
    ldu()
    case(days(9), ldu=None, surname="Nobody")
    case(days(9), ldu="Nowhere", surname="Unknown")
    case(days(9), surname="Fine")
    case(days(9), com="Cam", surname="Known")
    client = cast.client(Role.HOMD)
    page = client.get(url("pipeline"))
    words = page.content.decode()
    assert "No LDU recorded" in words and "LDU without a mailbox" in words and "Fine, " not in words
    for tab in page.context["tabs"]:
        if tab.count is not None:
            assert client.get(tab.url).context["list"].count == tab.count
    assert [tab.count for tab in page.context["tabs"][:4]] == [2, 2, 0, 4]


@pytest.mark.parametrize(
    ("role", "enters", "keeps"),
    [(Role.HOMD, True, False), (Role.HOMS, True, True), (Role.GOVERNOR, False, False), (Role.NATIONAL, False, False)],
)
def test_a_case_without_an_ldu_leads_to_where_it_is_entered(cast: Cast, role: Role, enters: bool, keeps: bool) -> None:
    nobody, _ = case(days(9), ldu=None), case(days(9), ldu="Nowhere")
    page = cast.client(role).get(url("pipeline")).content.decode()
    assert (reverse("edit-details", args=["LEI", nobody.ref]) + "#id_ldu" in page) == enters
    assert ("Give it a mailbox" in page) == keeps


def silent_and_undelivered(cast: Cast) -> tuple[Person, Person]:
    ldu()
    late, lost = short_case(surname="Late"), short_case(surname="Lost")
    CommunityRequest.objects.filter(person=late).update(asked_at=small_hours(days(-8)))
    Message.objects.filter(community_requests__person=lost).update(state=Message.State.FAILED)
    return late, lost


def test_no_answer_for_a_week_and_what_did_not_arrive_need_somebody(cast: Cast) -> None:
    silent_and_undelivered(cast)
    short_case(surname="Fresh")
    words = cast.client(Role.HOMD).get(url("pipeline-unanswered")).content.decode()
    assert "Late, " in words and "did not reach the LDU" in words and "Fresh, " not in words


def test_a_list_that_asks_again_does_not_hide_that_nobody_answered(cast: Cast) -> None:
    late, _ = silent_and_undelivered(cast)
    row = CommunityRequest.objects.get(person=late)
    row.pk, row.kind, row.slot, row.asked_at = None, CommunityRequest.Kind.PIPELINE, "2026-11", small_hours(days(-1))
    row.save()
    words = cast.client(Role.HOMD).get(url("pipeline-unanswered")).content.decode()
    assert f"Asked on {short_day(days(-8))}, last on {short_day(days(-1))}, no answer yet" in words


def test_names_are_for_those_who_may_open_people(cast: Cast) -> None:
    silent_and_undelivered(cast)
    for name in ("pipeline-all", "community-asked"):
        assert "Late, " in cast.client(Role.HOMD).get(url(name)).content.decode()
        assert "Late, " not in cast.client(Role.NATIONAL).get(url(name)).content.decode()


def test_the_email_is_shown_as_it_was_read(cast: Cast) -> None:
    ldu()
    person = short_case()
    row = CommunityRequest.objects.get()
    page = cast.client(Role.HOMD).get(url("community-email", row.pk))
    assert person.prison_number in page.content.decode()


@pytest.mark.parametrize("name", ["pipeline-all", "community-asked"])
def test_as_many_queries_for_ten_as_for_one_and_an_export(cast: Cast, name: str) -> None:
    ldu()
    client = cast.client(Role.HOMD)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(url(name))
        return len(captured)

    short_case()
    one = queries()
    for _ in range(9):
        short_case()
    assert queries() == one
    assert client.get(url(name) + "?export=csv").status_code == 200


def test_an_answer_is_recorded_and_names_the_com(cast: Cast) -> None:
    ldu()
    person = short_case(pom=cast.of(Role.POM))
    client, address = cast.client(Role.POM), url("community-answer", person.ref)
    assert "None yet" in client.get(address).content.decode()
    typed = {"answer": "Cam takes it.", "com_name": "Cam Community", "com_email": ""}
    assert client.post(address, typed).status_code == 302
    page = client.get(address).content.decode()
    assert "Cam takes it." in page and "Record an answer" not in page
    person.details.refresh_from_db()
    assert person.details.com_name == "Cam Community"
    assert "No question to an LDU is open" in client.post(address, typed).content.decode()


def test_an_answer_is_for_ones_own_people(cast: Cast) -> None:
    other = short_case()
    assert cast.client(Role.POM).get(url("community-answer", other.ref)).status_code == 403
    assert cast.client(Role.HOMD).get(url("community-answer", other.ref)).status_code == 200


@pytest.mark.parametrize(("role", "status"), [(Role.HOMS, 200), (Role.CASE_ADMINISTRATOR, 200), (Role.HOMD, 403)])
def test_who_keeps_the_ldus(cast: Cast, role: Role, status: int) -> None:
    assert cast.client(role).get(url("ldus")).status_code == status


def test_an_unknown_ldu_is_added_from_its_name_and_changed_and_ended(cast: Cast) -> None:
    case(days(9), ldu="Moor & Dale")
    client = cast.client(Role.HOMS)
    page = client.get(url("ldus")).content.decode()
    assert "Moor &amp; Dale</strong>: 1 case" in page and "?name=Moor%20%26%20Dale" in page
    assert 'value="Moor &amp; Dale"' in client.get(url("ldu-add") + "?name=Moor%20%26%20Dale").content.decode()
    client.post(url("ldu-add"), {"name": "Moor & Dale", "email": "moor@probation.invalid"})
    row = Ldu.objects.get()
    client.post(url("ldu-change", row.pk), {"email": "dale@probation.invalid", "version": "1"})
    assert "You proposed it" in client.get(url("ldus")).content.decode()
    own = client.post(url("ldu-decide", row.pk), {"confirmed": "yes", "version": "2"})
    assert "has to decide" in own.content.decode() and Ldu.objects.get().email == "moor@probation.invalid"
    second = cast.client(Role.CASE_ADMINISTRATOR)
    assert "dale@probation.invalid, proposed by" in second.get(url("ldus")).content.decode()
    second.post(url("ldu-decide", row.pk), {"confirmed": "yes", "version": "2"})
    new = Ldu.objects.get(ends_on=None)
    assert (new.name, new.email, new.starts_on) == ("Moor & Dale", "dale@probation.invalid", TODAY)
    client.post(url("ldu-end", new.pk), {"version": "1"})
    assert not Ldu.objects.filter(ends_on=None).exists()


def timed_out(cast: Cast, role: Role, address: str, **typed: str) -> Client:
    """Their browser, signed in again after the session ended before what they typed was saved."""
    author = cast.client(role).get(address).context["form"]["typed_by"].value()
    client = Client()
    client.post(address, {**typed, "typed_by": author})
    client.force_login(cast.of(role))
    return client


def test_what_was_typed_is_kept_while_somebody_signs_in_again(cast: Cast) -> None:
    row, person = ldu(), short_case()
    email = "dale@probation.invalid"
    for name, args, typed in (
        ("ldu-add", (), {"name": "Dale", "email": email}),
        ("ldu-change", (row.pk,), {"email": email, "version": "1"}),
    ):
        page = timed_out(cast, Role.HOMS, url(name, *args), **typed).get(url(name, *args))
        assert page.context["form"]["email"].value() == email
    assert not Ldu.objects.filter(name="Dale").exists()
    address = url("community-answer", person.ref)
    client = timed_out(cast, Role.HOMD, address, answer="She has no COM yet")
    page = client.get(address)
    assert page.context["form"]["answer"].value() == "She has no COM yet"
    client.post(address, page.context["form"].data)
    assert person.community_requests.get().answer == "She has no COM yet"


@pytest.mark.parametrize(
    ("name", "typed"), [("ldu-decide", {"confirmed": "no", "version": "2"}), ("ldu-end", {"version": "1"})]
)
def test_a_decision_about_an_ldu_is_kept_and_made_by_nobody_else(cast: Cast, name: str, typed: dict[str, str]) -> None:
    row = ldu()
    if name == "ldu-decide":
        cast.client(Role.CASE_ADMINISTRATOR).post(url("ldu-change", row.pk), {"email": "x@y.invalid", "version": "1"})
    address = url(name, row.pk)
    client = timed_out(cast, Role.HOMS, address, **typed)
    page = client.get(address)
    assert "You were signed out before this was saved" in page.content.decode()
    assert Ldu.objects.get().ends_on is None
    assert client.post(address, page.context["form"].data).status_code == 302


def test_an_ended_ldu_that_comes_back_with_another_mailbox_waits_on_the_page(cast: Cast) -> None:
    row, client = ldu(), cast.client(Role.HOMS)
    case(days(9))
    client.post(url("ldu-end", row.pk), {"version": "1"})
    said = client.post(url("ldu-add"), {"name": "Weald", "email": "new@probation.invalid"}, follow=True)
    page = said.content.decode()
    assert "Nothing is written to either until a second person confirms it" in page
    assert "nothing is written to either until it is confirmed" in page and "You proposed it" in page
    assert "Its mailbox waits for a second person, above" in page
    second = cast.client(Role.CASE_ADMINISTRATOR)
    asked = second.get(url("ldu-decide", row.pk)).content.decode()
    assert "is written to nowhere now" in asked and "No: all stays as it is" in asked
    second.post(url("ldu-decide", row.pk), {"confirmed": "yes", "version": "3"})
    assert Ldu.objects.get(ends_on=None).email == "new@probation.invalid"


def test_before_an_ldu_ends_the_page_says_how_many_cases_it_leaves(cast: Cast) -> None:
    row, client = ldu(), cast.client(Role.HOMS)
    ldu("Wealden", "wealden@probation.invalid")
    for name in ("Weald", "Weald", "Wealden"):
        case(days(900), ldu=name)
    case(days(9), prison=cast.elsewhere)
    page = client.get(url("ldu-end", row.pk)).content.decode()
    assert "3 cases will be without an LDU, 2 of them here" in page and Ldu.objects.filter(ends_on=None).count() == 2
    listed = f"{url('everyone')}?ldu=Weald"
    assert f'href="{listed}">2</a>' in client.get(url("ldus")).content.decode()
    assert client.get(listed).context["list"].count == 2
    said = client.post(url("ldu-end", row.pk), {"version": "7"}).content.decode()
    assert "Somebody has changed Weald" in said and Ldu.objects.filter(ends_on=None).count() == 2
    assert (
        "is written to no more" in client.post(url("ldu-end", row.pk), {"version": "1"}, follow=True).content.decode()
    )
    assert Ldu.objects.get(ends_on=None).name == "Wealden"


def test_two_of_a_name_and_a_lost_race_say_so(cast: Cast) -> None:
    row, client = ldu(), cast.client(Role.HOMS)
    page = client.post(url("ldu-add"), {"name": "Weald", "email": "w@probation.invalid"})
    assert "already" in page.content.decode()
    page = client.post(url("ldu-change", row.pk), {"email": "w@probation.invalid", "version": "7"})
    assert "Somebody has changed Weald" in page.content.decode()


def test_reminders_that_reach_nobody_are_named_with_why(cast: Cast) -> None:
    person = case(TODAY, com="Cam", surname="Alone")
    page = cast.client(Role.CASE_ADMINISTRATOR).get(url("reminders-waiting")).content.decode()
    assert "Alone, " in page and "No POM" in page
    Person.objects.filter(pk=person.pk).update(pom=cast.of(Role.POM))
    settle(person, TODAY)
    assert "Goes out with the next night" in cast.client(Role.HOMS).get(url("reminders-waiting")).content.decode()


def test_a_reminder_that_did_not_arrive_is_counted_wherever_those_that_wait_are(cast: Cast, settings: Any) -> None:
    settings.HOME_TILES = ["handover.community_tabs.home_tiles"]
    pom = cast.of(Role.POM)
    person = case(days(-1), com="Cam", surname="Unreached", pom=pom)
    client, at = cast.client(Role.HOMD), small_hours(days(-60))
    reminder = person.obligations.get(kind="remind_today")
    meet(reminder, by=None, at=at, because=SENT)
    times = {"on": days(-60), "created_at": at, "next_attempt_at": at}
    message = Message.objects.create(**mail_of(reminder, cast.prison, TODAY), **times)
    assert client.get(url("reminders-waiting")).context["list"].count == 0
    Message.objects.filter(pk=message.pk).update(state="failed", last_error="550 no such mailbox")
    page = client.get(url("reminders-waiting"))
    words = page.content.decode()
    assert "Unreached, " in words and f"to {pom.email}: Could not be sent: 550 no such mailbox" in words
    assert "That is good" not in words
    counted = [tab.count for tab in page.context["tabs"] if tab.text == "Reminders waiting"]
    tiles = client.get(reverse("home", args=["LEI"])).context["tiles"]
    assert counted == [tile.count for tile in tiles if "reached" in tile.text] == [1]


def test_a_pom_chooses_for_themselves(cast: Cast) -> None:
    client = cast.client(Role.POM)
    assert client.post(url("reminders"), {"wanted": "no"}).status_code == 302
    assert cast.of(Role.POM).reminder_choices.filter(ends_at=None).count() == 1
    client.post(url("reminders"), {"wanted": "yes"})
    assert not cast.of(Role.POM).reminder_choices.filter(ends_at=None).exists()
    assert cast.client(Role.HOMD).get(url("reminders")).status_code == 403


def test_the_home_tiles_open_lists_of_their_length(cast: Cast, settings: Any) -> None:
    settings.HOME_TILES = ["handover.community_tabs.home_tiles"]
    case(TODAY, ldu=None)
    client = cast.client(Role.HOMD)
    tiles = client.get(reverse("home", args=["LEI"])).context["tiles"]
    assert [client.get(tile.url).context["list"].count for tile in tiles] == [tile.count for tile in tiles] == [1, 2]
    assert cast.client(Role.POM).get(reverse("home", args=["LEI"])).context["tiles"] == []


def test_a_proposed_mailbox_is_on_the_home_page_of_whoever_can_decide(cast: Cast, settings: Any) -> None:
    settings.HOME_TILES = ["handover.ldu_pages.home_tiles"]
    row = ldu()
    row.proposed_email, row.proposed_by, row.proposed_at = "x@probation.invalid", cast.of(Role.HOMS), small_hours(TODAY)
    row.save()
    home = reverse("home", args=["LEI"])
    tiles = {role: cast.client(role).get(home).context["tiles"] for role in (Role.HOMS, Role.CASE_ADMINISTRATOR)}
    assert tiles[Role.HOMS] == [] and [tile.count for tile in tiles[Role.CASE_ADMINISTRATOR]] == [1]
    assert cast.client(Role.HOMD).get(url("ldu-decide", row.pk)).status_code == 403
