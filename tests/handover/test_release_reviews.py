"""Reviews of release after a recall: the next one as a duty, and the outcome of the recall hearing."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from handover.models import ExecutiveReview
from handover.recall_actions import ReviewOfRelease, record_release_review, withdraw_release_review
from handover.release_reviews import Due, next_reviews
from omic.audit import Actor
from omic.details import record_details
from omic.models import CaseDetails, Obligation, Person, Role, Sentence
from omic.reconcile import reconcile, window_of
from tests.case_files import Case, read_cases
from tests.cast import Cast
from tests.factories import NOW, TODAY, days
from tests.handover.test_recall import recalled


def review(number: int, written: str) -> ExecutiveReview:
    """A review as the case file writes it: `route day outcome [next day] [withdrawn]`."""
    route, on, outcome, *rest = written.split()
    next_on = date.fromisoformat(rest[rest.index("next") + 1]) if "next" in rest else None
    withdrawn_at = NOW if "withdrawn" in rest else None
    facts = {"reviewed_on": date.fromisoformat(on), "next_review_on": next_on, "withdrawn_at": withdrawn_at}
    return ExecutiveReview(pk=number, route=route, outcome=outcome, **facts)


def in_words(found: Iterable[Due]) -> str:
    return " ".join(f"{due.review.route} {due.review.next_review_on}" for due in found)


@pytest.mark.parametrize("case", read_cases("release_reviews"), ids=lambda case: case["id"])
def test_the_next_review(case: Case) -> None:
    written = [part for part in case["reviews"].split("; ") if part]
    found = list(next_reviews(review(number, words) for number, words in enumerate(written)))
    assert in_words(due for due in found if not due.done) == case["due"]
    assert in_words(due for due in found if due.done) == case["done"]


def reviewed(cast: Cast, person: Person, **facts: Any) -> ExecutiveReview:
    facts = {"route": "board", "reviewed_on": TODAY, "reviewed_by": "C. Om", "outcome": "waiting"} | facts
    return record_release_review(person=person, review=ReviewOfRelease(**facts), by=cast.of(Role.POM), at=NOW)


def withdrawn(cast: Cast, row: ExecutiveReview) -> None:
    withdraw_release_review(review=row, because="Wrong", by=cast.of(Role.POM), at=NOW)


def duties(person: Person) -> list[Obligation]:
    return list(person.obligations.filter(kind="release_review").exclude(state="void").order_by("pk"))


@pytest.mark.django_db
def test_the_day_that_a_review_sets_is_a_duty_met_by_the_next_and_owed_again_without_it(cast: Cast) -> None:
    person = recalled(cast, returned_at=NOW.replace(day=1))
    reviewed(cast, person, reviewed_on=days(-5), next_review_on=days(-1))
    [duty] = duties(person)
    assert (duty.due_on, duty.owner_role, duty.rule, duty.state) == (days(-1), "com", "RC-05", "open")
    following = reviewed(cast, person, next_review_on=days(30))
    assert [(row.due_on, row.state) for row in duties(person)] == [(days(-1), "met"), (days(30), "open")]
    withdrawn(cast, following)
    assert [(row.due_on, row.state) for row in duties(person)] == [(days(-1), "open")]


@pytest.mark.django_db
def test_it_is_the_poms_where_the_case_has_gone_back_and_nobodys_when_the_recall_is_over(cast: Cast) -> None:
    person = recalled(cast, returned_at=NOW.replace(day=1), kind="indeterminate", ted=days(-90), sed=None)
    reviewed(cast, person, reviewed_on=days(-5), next_review_on=days(30))
    assert duties(person)[0].owner_role == "com"
    reviewed(cast, person, outcome="stay", next_review_on=days(300))
    duty = duties(person)[1]
    assert (duty.owner_role, duty.owner, duty.with_roles) == ("pom", cast.of(Role.POM), ["com"])
    Sentence.objects.update(recalled=False)
    reconcile([person.pk], window_of(TODAY, NOW))
    assert [row.state for row in duties(person)] == ["met"]


def hearing(person: Person) -> str | None:
    return CaseDetails.objects.get(person=person).recall_hearing_outcome


@pytest.mark.django_db
def test_the_boards_review_is_the_outcome_of_the_recall_hearing(cast: Cast) -> None:
    person = recalled(cast, returned_at=NOW.replace(day=1))
    reviewed(cast, person, reviewed_on=days(-9), route="executive", outcome="release")
    assert hearing(person) is None, "executive release is no hearing"
    first = reviewed(cast, person, reviewed_on=days(-5), outcome="stay")
    reviewed(cast, person, reviewed_on=days(-2))
    assert hearing(person) == "not_release", "one that waits for an answer changes nothing"
    last = reviewed(cast, person, outcome="release")
    assert hearing(person) == "release"
    withdrawn(cast, last)
    assert hearing(person) == "not_release"
    withdrawn(cast, first)
    assert hearing(person) is None
    reviewed(cast, person, reviewed_on=days(-4), outcome="stay")
    assert hearing(person) == "not_release", "nothing that was taken back holds up an earlier day"


@pytest.mark.django_db
def test_what_was_told_of_the_hearing_itself_stands_before_an_older_review_and_after_one_taken_back(cast: Cast) -> None:
    person = recalled(cast, returned_at=NOW.replace(day=1))
    told = {"values": {"recall_hearing_outcome": "release"}, "source": "nDelius", "as_at": days(-4)}
    record_details(person=person, by=Actor(staff=cast.of(Role.HOMD)), at=NOW, **told)
    reviewed(cast, person, reviewed_on=days(-5), outcome="stay")
    assert hearing(person) == "release"
    later = reviewed(cast, person, reviewed_on=days(-3), outcome="stay")
    assert hearing(person) == "not_release"
    withdrawn(cast, later)
    assert hearing(person) == "release"


@pytest.mark.django_db
def test_ho_08_what_was_told_of_an_earlier_recalls_hearing_says_nothing_of_this_one(cast: Cast) -> None:
    person = recalled(cast, returned_at=NOW.replace(day=8), kind="indeterminate", ted=days(-90), sed=None)
    leads = person.handoverdeterminations.with_responsibility(TODAY).current()
    for as_at, expected in ((NOW.date().replace(day=7), "COM"), (NOW.date().replace(day=8), "POM")):
        told = {"values": {"recall_hearing_outcome": "not_release"}, "source": "nDelius", "as_at": as_at}
        record_details(person=person, by=Actor(staff=cast.of(Role.HOMD)), at=NOW, **told)
        assert leads.get().responsibility == expected
