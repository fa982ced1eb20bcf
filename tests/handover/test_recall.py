"""Recall as casework: the 48 hours, the function, reviews of re-release."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from handover.duty_actions import RefusedError, record_duty_done
from handover.models import ExecutiveReview, FunctionDecision
from handover.recall_actions import ReviewOfRelease, decide_function, record_release_review, withdraw_release_review
from handover.recall_pages import clock_words
from omic.calendar import london_midnight
from omic.formats import day, moment
from omic.models import Obligation, ObligationKind, Person, Role, Sentence
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, CaseDetailsFactory, PomAllocationFactory, SentenceFactory, days

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def recalled(cast: Cast, *, returned_at: datetime = NOW - 3 * HOUR, **facts: Any) -> Person:
    person = cast.person(arrived_on=days(-1), reception_on=days(-1))
    facts = {"recall_kind": "standard", "sed": days(900)} | facts
    SentenceFactory(person=person, started_on=days(-700), crd=days(-100), recalled=True, **facts)
    Sentence.objects.update(returned_at=returned_at)
    CaseDetailsFactory(person=person, provider="nps")
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    reconcile([person.pk], window_of(TODAY, NOW))
    person.refresh_from_db()
    return person


def explanation(person: Person) -> Obligation:
    return person.obligations.select_related("person", "owner").get(kind=ObligationKind.RECALL_EXPLANATION)


def duty_page(cast: Cast, person: Person) -> str:
    url = reverse("handover:duty", args=[person.prison_id, explanation(person).pk])
    return cast.client(Role.POM).get(url).content.decode()


def page(cast: Cast, person: Person, role: Role = Role.POM) -> str:
    return cast.client(role).get(reverse("handover:recall", args=[person.prison_id, person.ref])).content.decode()


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (timedelta(), "45 hours left"),
        (45 * HOUR - timedelta(seconds=1), "0 hours left"),
        (46 * HOUR, "Overdue for 1 hour"),
        (45 * HOUR + timedelta(days=3), "Overdue for 3 days"),
    ],
)
def test_the_clock_says_how_long_there_is(cast: Cast, later: timedelta, words: str) -> None:
    assert clock_words(explanation(recalled(cast)), NOW + later) == words


def test_explained_in_time_the_clock_stops(cast: Cast) -> None:
    person = recalled(cast)
    assert "45 hours left" in page(cast, person)
    record_duty_done(duty=explanation(person), done_at=NOW, note="Dossier given", by=cast.of(Role.POM), at=NOW)
    assert "hours left" not in page(cast, person)


@pytest.mark.parametrize(("later", "said"), [(0, "in time"), (46, "late")])
def test_the_hour_of_the_explanation_is_told_beside_its_deadline(cast: Cast, later: int, said: str) -> None:
    person = recalled(cast)
    done_at = NOW + later * HOUR
    record_duty_done(duty=explanation(person), done_at=done_at, note="", by=cast.of(Role.POM), at=done_at)
    for shown in (page(cast, person), duty_page(cast, person)):
        assert f"{moment(done_at)}, {said}" in shown
    assert f"due by {moment(NOW + 45 * HOUR)}" in page(cast, person)


def test_a_deadline_at_midnight_is_the_end_of_the_day_before(cast: Cast) -> None:
    person = recalled(cast, returned_at=london_midnight(days(-2)))
    assert f"It was due by the end of {day(days(-1))}" in page(cast, person)


def test_a_fixed_term_recall_stays_in_reception(cast: Cast) -> None:
    shown = page(cast, recalled(cast, recall_kind="fixed_14"))
    assert "Reception, until the fixed term ends" in shown and "not to be said yet" not in shown


def decided(cast: Cast, person: Person, function: str) -> FunctionDecision:
    return decide_function(person=person, function=function, because="A place there", by=cast.of(Role.HOMD), at=NOW)


def test_the_homd_decides_otherwise_than_the_rule_and_says_why(cast: Cast) -> None:
    person = recalled(cast)
    row = decided(cast, person, "resettlement")
    assert (row.advised, row.function) == ("training", "resettlement")
    assert "A place there" in page(cast, person, Role.HOMD)


def test_what_the_rule_advises_is_no_decision(cast: Cast) -> None:
    with pytest.raises(RefusedError, match="advises"):
        decided(cast, recalled(cast), "training")


def test_choosing_what_the_rule_advises_ends_the_decision_that_stands(cast: Cast) -> None:
    person = recalled(cast)
    decided(cast, person, "reception")
    assert "Decided by the HOMD" in page(cast, person, Role.HOMD)
    decided(cast, person, "training")
    assert "Decided by the HOMD" not in page(cast, person, Role.HOMD)
    history = reverse("case-history", args=[person.prison_id, person.ref])
    assert "Recalled: to training, as the rule advises" in cast.client(Role.HOMD).get(history).content.decode()
    with pytest.raises(RefusedError, match="advises"):
        decided(cast, person, "training")


def test_what_was_decided_after_an_earlier_recall_says_nothing_of_this_one(cast: Cast) -> None:
    person = recalled(cast)
    decided(cast, person, "reception")
    FunctionDecision.objects.update(decided_at=NOW - timedelta(days=60))
    assert "Decided by the HOMD" not in page(cast, person, Role.HOMD)
    with pytest.raises(RefusedError, match="advises"):
        decided(cast, person, "training")


@pytest.mark.parametrize(("known", "words"), [(True, "was before records are kept here"), (False, "is not known here")])
def test_where_nothing_is_counted_the_page_says_why(cast: Cast, known: bool, words: str) -> None:
    person = recalled(cast, returned_at=london_midnight(days(-200)))
    Obligation.objects.filter(person=person).update(state="void", closed_at=NOW)
    Sentence.objects.filter(person=person, closed_at=None).update(**({} if known else {"returned_at": None}))
    shown = page(cast, person)
    assert words in shown
    assert ("When they returned is not known" in shown) != known


def reviewed(cast: Cast, person: Person, **facts: Any) -> ExecutiveReview:
    facts = {"route": "executive", "reviewed_on": TODAY, "reviewed_by": "C. Om", "outcome": "stay"} | facts
    return record_release_review(person=person, review=ReviewOfRelease(**facts), by=cast.of(Role.POM), at=NOW)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"reviewed_on": days(1)}, "reviewed_on"),
        ({"reviewed_on": days(-2)}, "reviewed_on"),
        ({"next_review_on": TODAY}, "next_review_on"),
    ],
)
def test_a_review_has_its_place_in_time(cast: Cast, facts: dict[str, Any], field: str) -> None:
    with pytest.raises(RefusedError) as error:
        reviewed(cast, recalled(cast), **facts)
    assert error.value.field == field


def test_a_review_is_recorded_once_taken_back_with_a_reason_and_recorded_again(cast: Cast) -> None:
    person = recalled(cast)
    row = reviewed(cast, person)
    with pytest.raises(RefusedError, match="already"):
        reviewed(cast, person)
    withdraw_release_review(review=row, because="Of another person", by=cast.of(Role.POM), at=NOW)
    with pytest.raises(RefusedError, match="took this back"):
        withdraw_release_review(review=row, because="Again", by=cast.of(Role.POM), at=NOW)
    assert reviewed(cast, person).pk != row.pk
    assert "Of another person" in page(cast, person)


def test_nothing_is_recorded_of_somebody_who_is_not_recalled(cast: Cast) -> None:
    person = cast.person()
    with pytest.raises(RefusedError, match="not recalled"):
        reviewed(cast, person)
    assert "They are not recalled" in page(cast, person, Role.HOMD)


def test_the_forms_record_what_was_typed(cast: Cast) -> None:
    person, homd = recalled(cast), cast.client(Role.HOMD)
    args = [person.prison_id, person.ref]
    homd.post(reverse("handover:recall-function", args=args), {"function": "reception", "because": "Short"})
    said = {"route": "board", "reviewed_on": TODAY.isoformat(), "reviewed_by": "C. Om", "outcome": "release"}
    homd.post(reverse("handover:recall-review", args=args), said)
    assert FunctionDecision.objects.get().function == "reception"
    row = ExecutiveReview.objects.get()
    homd.post(reverse("handover:recall-review-withdraw", args=[*args, row.pk]), {"because": "Wrong day"})
    row.refresh_from_db()
    assert row.withdrawn_because == "Wrong day"
