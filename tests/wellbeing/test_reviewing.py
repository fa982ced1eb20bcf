"""Several reviews decided on one page: each its own decision, saved by itself; what fails is told and kept (WB-03)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from omic.models import Person, Role
from tests.cast import Cast
from tests.factories import TODAY, CohortDecisionFactory, days
from tests.wellbeing.test_cohort_pages import DECIDE, woman, women  # noqa: F401 - the fixture
from wellbeing.actions.cohorts import newest_decision
from wellbeing.models import CohortDecision
from wellbeing.roster_forms import prefix_of

pytestmark = pytest.mark.django_db
URL = "/prisons/EWI/wellbeing/cohorts/decide/"


def typed(client: Client, *answers: tuple[Person, str, str], **also: str) -> dict[str, Any]:
    """The page as it is posted: its hidden and preset fields, and for some women a decision and a reason."""
    context = client.get(URL).context
    sent = {"drawn": context["page"].drawn}
    for line in context["page"].lines:
        on = line.form["next_review_on"].value()
        sent[line.form.add_prefix("next_review_on")] = f"{on:%Y-%m-%d}"
        sent[line.form.add_prefix("instead_of")] = line.form["instead_of"].value() or ""
    for person, cohort, because in answers:
        sent |= {f"{prefix_of(person)}-cohort": cohort, f"{prefix_of(person)}-because": because}
    return sent | also


def decided(person: Person) -> tuple[str, str] | None:
    found = newest_decision(person)
    return found and (found.cohort, found.because)


def test_nothing_is_chosen_before_and_only_what_is_due_is_there(women: Cast) -> None:  # noqa: F811
    one, two = woman(women, "HA"), woman(women)
    page = women.client(Role.SAFER_CUSTODY).get(URL)
    assert [line.woman for line in page.context["page"].lines] == [one]
    assert "checked>" not in page.content.decode() and 'checked="' not in page.content.decode()
    assert one.name in page.content.decode() and two.name not in page.content.decode()


def test_each_decision_is_saved_by_itself_and_a_failure_is_told_and_kept(women: Cast) -> None:  # noqa: F811
    daily, weekly, bare, taken, left = (woman(women, "HA") for _ in range(5))
    client = women.client(Role.SAFER_CUSTODY)
    sent = typed(
        client,
        (daily, "daily", "At risk"),
        (weekly, "weekly", "Settled"),
        (bare, "daily", ""),
        (taken, "weekly", "Ours"),
    )
    CohortDecisionFactory(person=taken, because="Theirs")
    page = client.post(URL, sent)
    text = page.content.decode()
    assert (decided(daily), decided(weekly)) == (("daily", "At risk"), ("weekly", "Settled"))
    assert (decided(bare), decided(taken), decided(left)) == (None, ("daily", "Theirs"), None)
    assert "2 decisions saved" in text
    assert f"{bare.name}: enter reason" in text
    assert f"{taken.name}: since you opened this page" in text and "Ours" in text
    assert {line.woman for line in page.context["page"].lines} == {bare, taken, left}
    assert daily.obligations.filter(kind="daily_check", due_on=TODAY, state="open").exists()


def test_who_has_left_meanwhile_is_told_and_a_step_down_is_to_be_talked_about(women: Cast) -> None:  # noqa: F811
    gone, down = woman(women, "HA"), woman(women, "HA")
    CohortDecisionFactory(person=down, starts_on=days(-8), next_review_on=days(-1))
    client = women.client(Role.GOVERNOR)
    sent = typed(client, (gone, "daily", "At risk"), (down, "weekly", "Settled"))
    Person.objects.filter(pk=gone.pk).update(prison=None, wing=None)
    text = client.post(URL, sent).content.decode()
    assert "is no longer in this prison" in text
    assert f"To be told that checks are weekly from today: {down.name}" in text
    assert CohortDecision.objects.get(person=down, starts_on=TODAY).stepped_down


def test_the_same_page_twice_is_one_decision_each(women: Cast) -> None:  # noqa: F811
    person, client = woman(women, "HA"), women.client(Role.SAFER_CUSTODY)
    sent = typed(client, (person, "daily", "At risk"))
    later = {f"{prefix_of(person)}-next_review_on": f"{TODAY + timedelta(days=3):%Y-%m-%d}"}
    for _ in range(2):
        assert client.post(URL, sent | later).status_code == 302
    assert CohortDecision.objects.get(person=person).next_review_on == days(3)


def test_who_may_decide_many(women: Cast) -> None:  # noqa: F811
    answers = {role: women.client(role).get(URL).status_code for role in (*DECIDE, Role.HOMD, Role.WING_OFFICER)}
    assert {role for role, status in answers.items() if status == 200} == DECIDE
    assert women.stranger.get(URL).status_code == 404
    assert Client().get(URL).status_code == 302
    assert (
        "Decide several reviews"
        in women.client(Role.GOVERNOR).get(reverse("wellbeing:cohorts", args=["EWI"])).content.decode()
    )


def test_queries_are_constant(women: Cast) -> None:  # noqa: F811
    client, counts = women.client(Role.SAFER_CUSTODY), []
    for number in (1, 9):
        for _ in range(number):
            woman(women, "HA")
        with CaptureQueriesContext(connection) as captured:
            client.get(URL)
        counts.append(len(captured))
    assert counts[0] == counts[1]
