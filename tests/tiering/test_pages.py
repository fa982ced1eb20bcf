"""The tier's pages: entering one by hand, taking it back, additional factors, and the history of every answer."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from omic.audit import Actor
from omic.models import CaseDetails, Person, Role
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, CaseDetailsFactory, SentenceFactory, days
from tiering.actions import enter_tier
from tiering.models import TierEntry

pytestmark = pytest.mark.django_db
PAGES = ("enter", "withdraw", "factors", "history")
TYPED = {"letter": "B", "source": "nDelius", "reason": "It says B there.", "seen": ""}


def known(cast: Cast, held: dict[str, Any] | None = None, **facts: Any) -> Person:
    person = SentenceFactory(person=cast.person(**held or {})).person
    CaseDetailsFactory(person=person, **{"rosh": "low", "rsr": None} | facts)
    reconcile([person.pk], window_of(TODAY, NOW))
    return person


def at(person: Person, page: str) -> str:
    return reverse(f"tiering:{page}", args=["LEI", person.ref])


def entered(cast: Cast, person: Person, letter: str = "B") -> TierEntry:
    standing = person.tier_entries.standing().first()
    told = {"reason": "It says so there.", "source": "nDelius", "seen": standing and standing.pk}
    return enter_tier(person=person, letter=letter, by=Actor(staff=cast.of(Role.HOMD)), at=NOW, **told)


def read(cast: Cast, url: str, role: Role = Role.HOMD) -> str:
    return cast.client(role).get(url).content.decode()


def person_page(cast: Cast, person: Person, role: Role = Role.HOMD) -> str:
    return read(cast, reverse("person", args=["LEI", person.ref]), role)


@pytest.mark.parametrize("role", [Role.HOMD, Role.CASE_ADMINISTRATOR])
def test_a_tier_is_entered_and_shown_as_entered_with_the_computed_one_beside_it(cast: Cast, role: Role) -> None:
    person = known(cast)
    answered = cast.client(role).post(at(person, "enter"), TYPED, follow=True)
    page, name = answered.content.decode(), str(cast.of(role))
    assert f"Tier B, entered by {name} on 18 November 2026 because: It says B there." in page
    assert "Worked out from the facts: tier D, 0 points. Provisional" in page
    assert "Entered by hand" in page and "Tier B is entered for" in page


@pytest.mark.parametrize("role", [Role.HOMS, Role.POM, Role.GOVERNOR, Role.KEY_WORKER])
def test_no_other_role_enters_one(cast: Cast, role: Role) -> None:
    person = known(cast, held={"pom": cast.of(Role.POM), "key_worker": cast.of(Role.KEY_WORKER)})
    for page in ("enter", "withdraw"):
        assert cast.client(role).get(at(person, page)).status_code == 403
        assert cast.client(role).post(at(person, page), TYPED).status_code == 403
    assert not TierEntry.objects.exists()


def test_another_prison_and_anonymous(cast: Cast, client: Client) -> None:
    person = known(cast)
    for page in PAGES:
        assert cast.stranger.get(at(person, page)).status_code == 404
        assert client.get(at(person, page)).headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"letter": ""}, "Select custody tier"),
        ({"letter": "E"}, "Select one of the options shown"),
        ({"reason": ""}, "Enter reason"),
        ({"source": ""}, "Enter source"),
        ({"reason": "x" * 501}, "Reason must be 500 characters or fewer"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(cast: Cast, typed: dict[str, str], error: str) -> None:
    person = known(cast)
    page = cast.client(Role.HOMD).post(at(person, "enter"), TYPED | typed).content.decode()
    assert error in page and "There is a problem" in page
    assert not TierEntry.objects.exists()


def test_there_is_nothing_to_enter_where_the_facts_settle_the_tier(cast: Cast) -> None:
    person = known(cast, rsr=2)
    page = read(cast, at(person, "enter"))
    assert "There is nothing to enter" in page and "<textarea" not in page
    refused = cast.client(Role.HOMD).post(at(person, "enter"), TYPED).content.decode()
    assert "The tier was not entered: RoSH and RSR are known" in refused


def test_a_tier_below_what_is_proved_is_refused_on_the_page(cast: Cast) -> None:
    person = known(cast, rosh="high")
    page = cast.client(Role.HOMD).post(at(person, "enter"), TYPED | {"letter": "D"}).content.decode()
    assert "The tier was not entered: what is recorded already proves a higher tier" in page


def test_whoever_is_second_is_told_and_may_then_decide(cast: Cast) -> None:
    person = known(cast)
    client = cast.client(Role.HOMD)
    first = entered(cast, person, "A")
    page = client.post(at(person, "enter"), TYPED)
    assert "tier A was entered meanwhile" in page.content.decode()
    assert page.context["form"]["seen"].value() == first.pk
    assert client.post(at(person, "enter"), TYPED | {"seen": first.pk}).status_code == 302
    assert person.tier_entries.standing().get().letter == "B"


def test_an_entered_tier_is_withdrawn_with_a_reason(cast: Cast) -> None:
    person = known(cast)
    entry = entered(cast, person)
    assert "It says so there." in read(cast, at(person, "withdraw"))
    typed = {"reason": "It was the wrong person", "seen": entry.pk}
    page = cast.client(Role.HOMD).post(at(person, "withdraw"), typed, follow=True).content.decode()
    assert "is withdrawn" in page and "by Hollis Delivery: It was the wrong person" in page
    assert person.tierdeterminations.get(superseded_at=None).letter == "D"


def test_withdrawing_needs_a_reason_and_an_entry(cast: Cast) -> None:
    person = known(cast)
    client = cast.client(Role.HOMD)
    assert client.get(at(person, "withdraw")).headers["Location"] == at(person, "enter")
    entry = entered(cast, person)
    assert "Enter reason" in client.post(at(person, "withdraw"), {"reason": "", "seen": entry.pk}).content.decode()
    gone = client.post(at(person, "withdraw"), {"reason": "Wrong", "seen": ""}).content.decode()
    assert "tier B was entered meanwhile" in gone


def test_both_tiers_stand_on_the_persons_page_with_when_they_are_used(cast: Cast) -> None:
    page = person_page(cast, known(cast, rosh="medium", rsr=2))
    assert "Custody tier" in page and "until handover" in page
    assert "Community tier" in page and "used from handover on" in page


@pytest.mark.parametrize(
    ("role", "links"),
    [(Role.HOMD, {"enter", "factors", "history"}), (Role.HOMS, {"factors", "history"}), (Role.POM, {"history"})],
)
def test_the_persons_page_links_what_the_reader_may_open(cast: Cast, role: Role, links: set[str]) -> None:
    person = known(cast, held={"pom": cast.of(Role.POM)})
    page = person_page(cast, person, role)
    assert {name for name in PAGES if f'href="{at(person, name)}"' in page} == links


def test_the_tier_is_not_for_those_who_do_not_see_dates(cast: Cast) -> None:
    person = known(cast, held={"key_worker": cast.of(Role.KEY_WORKER)})
    assert "Community tier" not in person_page(cast, person, Role.KEY_WORKER)
    assert cast.client(Role.KEY_WORKER).get(at(person, "history")).status_code == 403


@pytest.mark.parametrize(("role", "linked"), [(Role.CASE_ADMINISTRATOR, True), (Role.HOMS, False)])
def test_the_missing_details_lead_to_it(cast: Cast, role: Role, linked: bool) -> None:
    person, settled = known(cast), known(cast, rsr=2, mappa_level=None)
    page = read(cast, reverse("missing-details", args=["LEI"]), role)
    assert (f'href="{at(person, "enter")}"' in page) is linked
    assert at(settled, "enter") not in page


def test_the_why_page_tells_the_entry_and_both_tiers(cast: Cast) -> None:
    person = known(cast)
    entered(cast, person)
    page = read(cast, reverse("why", args=["LEI", person.ref, "tier"]))
    assert "Tier B, entered by Hollis Delivery on 18 November 2026 because: It says so there." in page
    assert "Community tier, used from handover on: D (provisional), 0 points" in page
    assert "Tier entered by hand from none to B" in page
    assert "entered by hand: tier B, which counts; worked out: D" in page


def test_the_history_has_every_answer_with_facts_days_and_what_changed(cast: Cast) -> None:
    person = known(cast)
    entered(cast, person)
    CaseDetails.objects.filter(person=person).update(rsr="7.00")
    reconcile([person.pk], window_of(TODAY, NOW))
    page = read(cast, at(person, "history"))
    assert "3 answers" in page and "First answer" in page
    assert "RSR (per cent): not known to 7.00" in page and "Tier entered by hand: none to B" in page
    assert "Entered by hand; worked out: D" in page
    assert "Superseded on 18 November 2026 at 10:00am: RoSH and RSR are known" in page


def test_the_history_is_filtered_and_exported(cast: Cast) -> None:
    person = known(cast)
    entered(cast, person)
    client = cast.client(Role.HOMD)
    assert client.get(at(person, "history"), {"origin": "entered"}).context["list"].count == 1
    exported = client.get(at(person, "history"), {"export": "csv"})
    assert b"RoSH: low" in b"".join(exported.streaming_content if exported.streaming else [exported.content])


def test_the_history_of_nobody_with_a_tier_says_so(cast: Cast) -> None:
    assert "No tier has been worked out yet" in read(cast, at(cast.person(), "history"))


def test_additional_factors_are_recorded_and_the_community_tier_follows(cast: Cast) -> None:
    person = known(cast, rosh="medium", mappa_level=1, rsr=2)
    date = {"as_at_0": "18", "as_at_1": "11", "as_at_2": "2026", "as_at": "2026-11-18"}
    typed = {"registers": ["RMDO", "ALSH", "STRG"], "source": "nDelius"} | date
    page = cast.client(Role.HOMS).post(at(person, "factors"), typed, follow=True).content.decode()
    assert "Community tier" in page and "Tier B" in page
    row = person.tierdeterminations.get(superseded_at=None)
    assert (row.letter, row.community_letter, row.community_provisional) == ("C", "B", False)


def test_a_man_is_not_asked_the_factors_of_women(cast: Cast) -> None:
    man, woman = known(cast), known(cast, held={"sex": "female"})
    assert "Parenting" not in read(cast, at(man, "factors"))
    assert "Parenting" in read(cast, at(woman, "factors"))


def test_factors_of_a_day_ahead_are_refused(cast: Cast) -> None:
    person = known(cast)
    typed = {"source": "nDelius", "as_at": days(1).isoformat()}
    page = cast.client(Role.HOMD).post(at(person, "factors"), typed).content.decode()
    assert "The day must be today or in the past" in page
    assert not person.additional_factors.exists()


def test_as_many_queries_for_ten_rows_as_for_one(cast: Cast) -> None:
    person = known(cast)
    entered(cast, person, "C")

    def queries(which: str) -> int:
        client = cast.client(Role.HOMD)
        with CaptureQueriesContext(connection) as captured:
            client.get(at(person, which))
        return len(captured)

    pages = ("enter", "factors", "history")
    one = [queries(which) for which in pages]
    for letter in "BCBCBCBCB":
        entered(cast, person, letter)
    assert [queries(which) for which in pages] == one
