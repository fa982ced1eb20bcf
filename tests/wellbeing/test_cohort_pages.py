"""The pages about daily and weekly checks: who sees them, what stands on which list, and what their forms do."""

import csv
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from omic.models import AuditEvent, Person, Role, SettingKind
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    CohortDecisionFactory,
    ContactFactory,
    KeyWorkerAllocationFactory,
    PersonFactory,
    PomAllocationFactory,
    PrisonFactory,
    SelfHarmFactory,
    StaffFactory,
    WingFactory,
    days,
)
from tests.keywork.test_regime import change
from wellbeing.actions.cohorts import decide_cohort, newest_decision
from wellbeing.models import Cohort, CohortDecision, Referral

pytestmark = pytest.mark.django_db
LISTS = ("cohorts", "cohort-daily", "cohort-stepped-down", "cohort-everyone", "cohort-history")
SEE = {Role.KEY_WORK_MANAGER, Role.SAFER_CUSTODY, Role.GOVERNOR, Role.HOMD}
DECIDE = SEE - {Role.HOMD}
ON_WING = {Role.KEY_WORKER, Role.WING_OFFICER}
ALLOWED = {
    **dict.fromkeys(LISTS, SEE),
    **dict.fromkeys(("decide-cohort", "withdraw-cohort"), DECIDE),
    "refer": SEE | ON_WING | {Role.HOMS, Role.POM},
    "told": {Role.KEY_WORK_MANAGER, Role.SAFER_CUSTODY, *ON_WING},
}


@pytest.fixture
def women(db: None, frozen: Any) -> Cast:
    """EWI's staff; the wing officer works on wing A."""
    prison = PrisonFactory(code="EWI", estate="women")
    cast = Cast(prison=prison, elsewhere=PrisonFactory(code="MDI"))
    cast.of(Role.WING_OFFICER).postings.update(wing=WingFactory(prison=prison, code="A"))
    prison.settings.create(kind=SettingKind.GROUP, value="Yorkshire", starts_on=TODAY, recorded_at=NOW)
    return cast


def woman(cast: Cast, *alerts: str, **facts: Any) -> Person:
    person = cast.person(sex="female", **facts)
    for code in alerts:
        person.alerts.create(code=code, starts_on=TODAY, first_seen_at=NOW, last_seen_at=NOW)
    reconcile([person.pk], window_of(TODAY, NOW))
    return person


def decided(person: Person, *cohorts: Cohort) -> Person:
    """Decided so, one day after the other, the last one today."""
    for number, cohort in enumerate(cohorts, start=1 - len(cohorts)):
        present = newest_decision(person)
        seen = {"instead_of": present and present.pk, "next_review_on": days(number + 7)}
        made = {"cohort": cohort, "because": "It was said", "by": StaffFactory(), "at": NOW + (days(number) - TODAY)}
        decide_cohort(person=person, prison=person.prison, **seen, **made)
    return person


@pytest.fixture
def stepped(women: Cast) -> Person:
    """One of the key worker's people on wing A, who stepped down today."""
    person = woman(women)
    KeyWorkerAllocationFactory(person=person, staff=women.of(Role.KEY_WORKER))
    return decided(person, Cohort.DAILY, Cohort.WEEKLY)


def url_of(name: str, person: Person, code: str = "EWI") -> str:
    about = [] if name in LISTS else [person.ref]
    if name == "withdraw-cohort":
        about = [person.cohort_decisions.latest("pk").pk]
    return reverse(f"wellbeing:{name}", args=[code, *about])


def test_the_right_roles_see_each_page_and_nobody_else(women: Cast, stepped: Person) -> None:
    PomAllocationFactory(person=stepped, staff=women.of(Role.POM))
    clients = {role: women.client(role) for role in Role}
    for name, allowed in ALLOWED.items():
        url, refused = url_of(name, stepped), {Role.NATIONAL} | {Role.HOMD} - allowed
        seen = sorted(allowed)[:2] if name in LISTS else allowed  # tests/omic/test_access_matrix.py asks every role
        assert {role for role in seen if clients[role].get(url).status_code != 200} == set(), name
        assert {clients[role].get(url).status_code for role in refused} == {403}, name
        assert women.stranger.get(url).status_code == 404
        assert Client().get(url)["Location"] == f"/sign-in/?next={url}"


def test_other_wings_other_peoples_and_men(women: Cast) -> None:
    other = woman(women, wing=WingFactory(prison=women.prison, code="B"))
    for role, name in ((Role.KEY_WORKER, "told"), (Role.WING_OFFICER, "told"), (Role.WING_OFFICER, "refer")):
        assert women.client(role).get(url_of(name, other)).status_code == 403
    man, governor = PersonFactory(prison=PrisonFactory(code="LEI")), women.of(Role.GOVERNOR)
    governor.postings.create(prison=man.prison, role=Role.GOVERNOR, starts_on=days(-9))
    client = women.client(Role.GOVERNOR)
    for name in (*LISTS, "decide-cohort", "refer"):
        assert client.get(url_of(name, man, "LEI")).status_code == 404, name


def on_the_list(client: Client, name: str, query: str = "") -> list[Any]:
    page = client.get(reverse(f"wellbeing:{name}", args=["EWI"]) + query)
    return list(page.context["list"].page)


def test_who_stands_on_which_list(women: Cast, stepped: Person) -> None:
    referred, acct = decided(woman(women), Cohort.DAILY), woman(women, "HA")
    Referral.objects.create(
        person=referred, prison=women.prison, because="Quiet", referred_by=women.of(Role.HOMD), referred_at=NOW
    )
    reconcile([referred.pk], window_of(TODAY, NOW))
    client = women.client(Role.SAFER_CUSTODY)
    assert set(on_the_list(client, "cohorts")) == {referred, acct}
    assert on_the_list(client, "cohort-daily") == [referred]
    assert on_the_list(client, "cohort-stepped-down", "?untold=true") == [stepped]
    assert set(on_the_list(client, "cohort-everyone")) == {referred, acct, stepped}
    assert on_the_list(client, "cohort-everyone", "?cohort=undecided") == [acct]
    assert on_the_list(client, "cohort-everyone", "?priority=acct_open") == [acct]
    assert len(on_the_list(client, "cohort-history")) == 3
    assert len(on_the_list(client, "cohort-history", "?stepped_down=true")) == 1


def test_a_watch_ends_after_28_days_but_not_before_she_is_told(women: Cast, stepped: Person) -> None:
    watched = woman(women)
    for back in (30, 29):
        CohortDecisionFactory(person=watched, cohort="weekly", stepped_down=True, starts_on=days(-back))
    client = women.client(Role.GOVERNOR)
    assert on_the_list(client, "cohort-stepped-down") == [stepped]
    CohortDecisionFactory(person=watched, cohort="weekly", stepped_down=True, starts_on=days(-28))
    assert watched in on_the_list(client, "cohort-stepped-down")
    CohortDecision.objects.filter(person=stepped).update(starts_on=days(-40))
    assert stepped in on_the_list(client, "cohort-stepped-down")


def test_what_a_row_says_and_what_goes_into_a_file(women: Cast) -> None:
    person = decided(woman(women, "HA", surname="Rowan", cell="A-2-007"), Cohort.DAILY, Cohort.DAILY)
    SelfHarmFactory(person=person, on=days(-28))
    SelfHarmFactory(person=person, on=days(-29))
    ContactFactory(person=person, kind="check", at=NOW)
    client = women.client(Role.SAFER_CUSTODY)
    url = reverse("wellbeing:cohort-daily", args=["EWI"])
    assert "Rowan" in client.get(url).content.decode()
    file = b"".join(client.get(f"{url}?export=csv").streaming_content).decode("utf-8-sig")
    row = next(csv.DictReader(file.splitlines()))
    assert (row["Priority"], row["Checks"], row["Self-harm in 28 days"]) == ("Open ACCT", "Daily", "1")
    assert row["Checks done in 7 days"] == "0 of 1"
    assert client.get(f"{url}?print=1").status_code == 200


def test_as_many_queries_for_six_as_for_one(women: Cast) -> None:
    client, urls = women.client(Role.GOVERNOR), [reverse(f"wellbeing:{name}", args=["EWI"]) for name in LISTS]

    def queries(number: int) -> list[int]:
        for _ in range(number):
            person = woman(women, "HA")
            CohortDecisionFactory(person=person, cohort="weekly", stepped_down=True, starts_on=days(-1))
            CohortDecisionFactory(person=person)
        return [asked(client, url) for url in urls]

    client.get(urls[0])
    assert queries(1) == queries(5)


def asked(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        client.get(url)
    return len(found)


def posted(client: Client, url: str, **answers: Any) -> Any:
    hidden = client.get(url).context["form"].initial
    sent = {name: value for name, value in hidden.items() if value is not None}
    return client.post(url, {**sent, **answers})


def test_deciding_from_the_page(women: Cast) -> None:
    person = woman(women, "HA")
    client, url = women.client(Role.SAFER_CUSTODY), url_of_decide(person)
    page = client.get(url).content.decode()
    assert "In a priority group, nothing decided" in page
    assert client.post(url, {}).status_code == 200
    assert posted(client, url, cohort="daily", because="Open ACCT").status_code == 302
    made = CohortDecision.objects.get()
    assert (made.cohort, made.next_review_on, made.decided_by) == ("daily", days(7), women.of(Role.SAFER_CUSTODY))
    assert AuditEvent.objects.filter(action="see_cohort_facts", person=person).exists()
    down = posted(client, url, cohort="weekly", because="ACCT will close")
    assert down["Location"] == reverse("wellbeing:cohort-stepped-down", args=["EWI"])


def url_of_decide(person: Person) -> str:
    return reverse("wellbeing:decide-cohort", args=["EWI", person.ref])


def test_the_loser_of_a_race_is_told_and_keeps_what_was_typed(women: Cast) -> None:
    person = woman(women, "HA")
    client, url = women.client(Role.GOVERNOR), url_of_decide(person)
    seen = client.get(url).context["form"].initial
    decided(person, Cohort.DAILY)
    sent = {"cohort": "weekly", "because": "Typed at length", "next_review_on": seen["next_review_on"]}
    page = client.post(url, sent).content.decode()
    assert "has decided daily checks" in page
    assert "Typed at length" in page
    assert CohortDecision.objects.count() == 1


def test_a_change_of_level_since_the_last_decision_is_told(women: Cast) -> None:
    person = woman(women, "HA")
    CohortDecisionFactory(person=person, starts_on=days(-10), groups=["acct_open"])
    change(women.prison, 3)
    page = women.client(Role.GOVERNOR).get(url_of_decide(person)).content.decode()
    assert "at Level 3 (restrict) since" in page


def test_taking_back_from_the_page(women: Cast, stepped: Person) -> None:
    client = women.client(Role.GOVERNOR)
    posted(client, url_of("withdraw-cohort", stepped), because="Wrong person")
    assert newest_decision(stepped).cohort == "daily"
    history = client.get(reverse("wellbeing:cohort-history", args=["EWI"])).content.decode()
    assert "Wrong person" in history


def test_referring_from_the_wing_shows_on_safer_custodys_list(women: Cast) -> None:
    person = woman(women)
    client = women.client(Role.WING_OFFICER)
    assert posted(client, url_of("refer", stub(person)), because="Gives her things away").status_code == 302
    assert on_the_list(women.client(Role.SAFER_CUSTODY), "cohorts") == [person]
    assert "Gives her things away" in women.client(Role.GOVERNOR).get(url_of_decide(person)).content.decode()


def stub(person: Person) -> Person:
    CohortDecisionFactory(person=person, cohort="weekly", starts_on=days(-3))
    return person


def test_the_notice_and_the_talk(women: Cast, stepped: Person) -> None:
    client, url = women.client(Role.KEY_WORKER), url_of("told", stepped)
    page = client.get(url).content.decode()
    assert "Your key worker is <strong>Kay Weaver</strong>" in page
    assert "no Prison Offender Manager" in page
    assert posted(client, url, how="private", note="Calm", on=str(days(1))).status_code == 200
    assert posted(client, url, how="private", note="Calm", on=str(TODAY)).status_code == 302
    assert stepped.obligations.get(kind="step_down_talk").closed_by == women.of(Role.KEY_WORKER)
    assert "Kay Weaver told her" in client.get(url).content.decode()
    assert on_the_list(women.client(Role.GOVERNOR), "cohort-stepped-down", "?untold=true") == []
