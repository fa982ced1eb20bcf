"""Why pages: the answer, its steps with their sources, the facts, and what was answered before."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from handover.pipeline import determine_handovers, open_obligations
from omic.models import Person, Role, Sentence
from omic.reconcile import window_of
from omic.why import rulebook
from tests.cast import Cast
from tests.factories import NOW, TODAY, CaseDetailsFactory, ObligationFactory, SentenceFactory, days
from tiering.pipeline import determine_tiers

pytestmark = pytest.mark.django_db


def determined(cast: Cast, **sentence: Any) -> Person:
    person = cast.person(key_worker=cast.of(Role.KEY_WORKER))
    SentenceFactory(person=person, **sentence)
    CaseDetailsFactory(person=person)
    determine(person)
    return person


def determine(person: Person) -> None:
    for step in (determine_tiers, determine_handovers, open_obligations):
        step([person.pk], window_of(TODAY, NOW))


def address(person: Person, kind: str) -> str:
    return reverse("why", args=["LEI", person.ref, kind])


def read(cast: Cast, person: Person, kind: str, query: str = "") -> str:
    return cast.client(Role.HOMD).get(address(person, kind) + query).content.decode()


def test_a_tier_is_explained_with_answer_points_steps_source_facts_and_policy(cast: Cast) -> None:
    page = read(cast, determined(cast), "tier")
    assert "Tier C, 10 points. RoSH and RSR are known." in page
    assert "Points: RoSH 10, MAPPA 0; together 10." in page
    assert "Rule TI-02. 002_3686c8077551630d.txt, “HMPPS tiering model”" in page
    assert "medium" in page and "custody_v2" in page and "18 November 2026 at 10:00am" in page


def test_a_handover_is_explained_with_the_state_of_today(cast: Cast) -> None:
    page = read(cast, determined(cast, crd=days(700)), "handover")
    assert "The POM is responsible until the COM takes over on 18 February 2028." in page
    assert "COM responsible from 2028-02-18" in page
    assert "The operating model of spring 2019, in its own words (seed_2019)" in page


@pytest.mark.parametrize(
    ("sentence", "cited", "not_cited"),
    [
        ({"crd": days(700)}, "Rule HO-26.", "Rule HO-06."),
        ({"crd": days(700), "ped": days(500)}, "Rule HO-06.", "Rule HO-26."),
        ({"crd": days(60)}, "Rule HO-02.", "Rule HO-26."),
        ({"crd": None, "sed": None}, "Rule HO-12.", "Rule HO-13."),
        ({"crd": days(300), "recalled": True}, "Rule HO-07.", "Rule HO-02."),
    ],
)
def test_different_branches_print_different_steps(
    cast: Cast, sentence: dict[str, Any], cited: str, not_cited: str
) -> None:
    page = read(cast, determined(cast, **sentence), "handover")
    assert cited in page and not_cited not in page


def test_an_earlier_answer_can_be_opened_and_says_what_then_changed(cast: Cast) -> None:
    person = determined(cast, crd=days(700))
    Sentence.objects.update(crd=days(1065))
    determine(person)
    page = read(cast, person, "handover")
    assert "Then changed: CRD from 18 Oct 2028 to 18 Oct 2029." in page
    old = person.handoverdeterminations.order_by("id").first()
    past = read(cast, person, "handover", f"?answer={old.pk}")
    assert "This is an earlier answer." in past
    assert "until the COM takes over on 18 February 2028" in past


def test_nobody_elses_answer_opens_here(cast: Cast) -> None:
    mine, other = determined(cast), determined(cast)
    theirs = other.handoverdeterminations.get().pk
    for query in (f"?answer={theirs}", "?answer=x"):
        assert cast.client(Role.HOMD).get(address(mine, "handover") + query).status_code == 404


def test_a_duty_explains_itself(cast: Cast) -> None:
    person = determined(cast, crd=days(700))
    page = read(cast, person, f"duty-{person.obligations.get().pk}")
    assert "Handover to the community: due by 18 February 2028. It is open." in page
    assert "Rule HO-24." in page


def test_a_duty_without_a_deadline_says_so(cast: Cast) -> None:
    duty = ObligationFactory(
        person=cast.person(), kind="risk_to_read", slot="1", due_on=None, due_before=None, met_by="", owner_role="pom"
    )
    assert "No document gives it a deadline." in read(cast, duty.person, f"duty-{duty.pk}")


def test_who_has_no_answer_yet_is_told_so(cast: Cast) -> None:
    assert "Nothing has been worked out" in read(cast, cast.person(), "tier")


@pytest.mark.parametrize("kind", ["nonsense", "duty-", "duty-x", "duty-999999"])
def test_there_are_no_other_answers(cast: Cast, kind: str) -> None:
    assert cast.client(Role.HOMD).get(address(determined(cast), kind)).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [(Role.HOMD, 200), (Role.POM, 200), (Role.GOVERNOR, 200), (Role.KEY_WORKER, 403)]
)
def test_dates_and_tier_are_for_those_who_see_dates(cast: Cast, role: Role, status: int) -> None:
    person = determined(cast)
    duty = f"duty-{person.obligations.get().pk}"
    assert {cast.client(role).get(address(person, kind)).status_code for kind in ("tier", "handover", duty)} == {status}


def test_a_key_worker_reads_why_their_own_session_is_owed(cast: Cast) -> None:
    person = cast.person(key_worker=cast.of(Role.KEY_WORKER))
    kind = f"duty-{ObligationFactory(person=person, steps=[['KW-02', 'seven whole days here']]).pk}"
    assert b"seven whole days here" in cast.client(Role.KEY_WORKER).get(address(person, kind)).content
    assert cast.client(Role.NATIONAL).get(address(person, kind)).status_code == 403


def test_another_prison_and_anonymous(cast: Cast, client: Client) -> None:
    person = determined(cast)
    assert cast.stranger.get(address(person, "tier")).status_code == 404
    assert client.get(address(person, "tier")).status_code == 302


def test_as_many_queries_for_many_earlier_answers_as_for_one(cast: Cast) -> None:
    person = determined(cast)

    def queries() -> int:
        client = cast.client(Role.HOMD)
        with CaptureQueriesContext(connection) as captured:
            client.get(address(person, "handover"))
        return len(captured)

    one = queries()
    for day in range(701, 721):
        Sentence.objects.update(crd=days(day))
        determine(person)
    assert person.handoverdeterminations.count() == 21
    assert queries() == one


def test_no_rule_is_worded_twice() -> None:
    assert {"TI-01", "HO-24", "KW-02"} <= set(rulebook())
