"""Parole as casework: what is recorded, what cannot be, and the HOMD's choice of PA-07."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from handover.duty_actions import RefusedError
from handover.override_actions import ask_override
from handover.parole_actions import ReviewRecord, record_review, withdraw_review
from omic.audit import Actor
from omic.details import Statement, record_details
from omic.formats import day
from omic.models import AuditEvent, CaseDetails, ParoleReview, Person, Role
from omic.parole_reviews import record_parole_review
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, CaseDetailsFactory, PomAllocationFactory, SentenceFactory, days

pytestmark = pytest.mark.django_db


def lifer(cast: Cast, *, ted: date) -> Person:
    person = cast.person(arrived_on=days(-900), reception_on=days(-900))
    SentenceFactory(person=person, kind="indeterminate", started_on=days(-4000), crd=None, ted=ted, sed=None)
    CaseDetailsFactory(person=person, mappa_level=1, com_oasys_reviewed=True)
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    reconcile([person.pk], window_of(TODAY, NOW))
    person.refresh_from_db()
    return person


def recorded(cast: Cast, person: Person, **facts: Any) -> bool:
    facts = {"target_hearing_on": None} | facts
    return record_review(person=person, record=ReviewRecord(**facts), by=cast.of(Role.POM), at=NOW)


def test_an_outcome_moves_the_case_at_once(cast: Cast) -> None:
    person = lifer(cast, ted=days(-100))
    recorded(cast, person, target_hearing_on=days(-20))
    assert person.handoverdeterminations.with_responsibility(TODAY).current().get().responsibility == "COM"
    facts = {"outcome": "not_release", "outcome_on": days(-10), "received_on": days(-3)}
    recorded(cast, person, target_hearing_on=days(-20), **facts)
    review = person.parole_reviews.get()
    assert (review.outcome, review.received_on, review.recorded_by) == ("not_release", days(-3), cast.of(Role.POM))
    assert AuditEvent.objects.filter(person=person, action="record_review").count() == 2
    assert not recorded(cast, person, target_hearing_on=days(-20), **facts)
    assert not recorded(cast, person, target_hearing_on=days(-20)), "it is known, and no outcome undoes its outcome"
    assert AuditEvent.objects.filter(person=person, action="record_review").count() == 2


def test_pa_05_what_the_com_reviewed_before_the_outcome_does_not_count(cast: Cast) -> None:
    person, by = lifer(cast, ted=days(-100)), Actor(staff=cast.of(Role.POM))
    rows = person.handoverdeterminations.with_responsibility(TODAY)
    facts = {"target_hearing_on": days(-20), "outcome": "not_release", "outcome_on": days(-10)}
    recorded(cast, person, **facts)
    assert (rows.current().get().responsibility, rows.current().get().blocking) == ("COM", ["com_oasys_review"])
    told = {"values": {"com_oasys_reviewed": True}, "source": "nDelius", "as_at": days(-9)}
    record_details(person=person, by=by, at=NOW, **told)
    recorded(cast, person, **facts | {"outcome_on": days(-11)})
    recorded(cast, person, **facts | {"target_hearing_on": days(-400), "outcome_on": days(-390)})
    assert rows.current().get().responsibility == "POM", "a day put right, or an older review, takes nothing back"


def test_one_that_was_deferred_gets_its_new_date_with_it_and_stays_with_the_com(cast: Cast) -> None:
    person = lifer(cast, ted=days(-100))
    facts = {"target_hearing_on": days(-20), "outcome": "deferred", "outcome_on": days(-20)}
    recorded(cast, person, next_hearing_on=days(200), **facts)
    assert set(person.parole_reviews.values_list("target_hearing_on", flat=True)) == {days(-20), days(200)}
    assert person.handoverdeterminations.with_responsibility(TODAY).current().get().responsibility == "COM", "PA-08"


def test_one_that_was_put_off_without_a_new_date_says_so_until_it_has_one(cast: Cast) -> None:
    person = lifer(cast, ted=days(-100))
    url = reverse("handover:parole", args=[person.prison_id, person.ref])
    recorded(cast, person, target_hearing_on=days(48), outcome="deferred", outcome_on=TODAY)
    page = cast.client(Role.POM).get(url).content.decode()
    assert "no new date is known" in page and "Was to be heard on" in page
    recorded(cast, person, target_hearing_on=days(200))
    assert "no new date is known" not in cast.client(Role.POM).get(url).content.decode()


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({}, "target_hearing_on"),
        ({"outcome": "release"}, "outcome_on"),
        ({"outcome_on": days(-1)}, "outcome"),
        ({"received_on": days(-1), "target_hearing_on": TODAY}, "outcome"),
        ({"outcome": "release", "outcome_on": days(1)}, "outcome_on"),
        ({"outcome": "release", "outcome_on": TODAY, "received_on": days(1)}, "received_on"),
        ({"outcome": "release", "outcome_on": TODAY, "received_on": days(-1)}, "received_on"),
        ({"outcome": "release", "outcome_on": TODAY, "next_hearing_on": days(9)}, "next_hearing_on"),
        ({"outcome": "deferred", "outcome_on": TODAY, "next_hearing_on": TODAY}, "next_hearing_on"),
        *(
            (
                {"target_hearing_on": days(9), "outcome": "deferred", "outcome_on": TODAY, "next_hearing_on": days(on)},
                "next_hearing_on",
            )
            for on in (8, 9)
        ),
    ],
)
def test_nothing_is_kept_that_cannot_be(cast: Cast, facts: dict[str, Any], field: str) -> None:
    with pytest.raises(RefusedError) as error:
        recorded(cast, lifer(cast, ted=days(900)), **facts)
    assert error.value.field == field
    assert not ParoleReview.objects.exists()


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"target_hearing_on": days(-4001)}, "target_hearing_on"),
        ({"outcome": "release", "outcome_on": days(-4001)}, "outcome_on"),
        ({"target_hearing_on": days(-20), "outcome": "release", "outcome_on": days(-4001)}, "outcome_on"),
    ],
)
def test_a_review_before_the_sentence_is_refused_with_the_day_it_began(
    cast: Cast, facts: dict[str, Any], field: str
) -> None:
    person = lifer(cast, ted=days(-100))
    with pytest.raises(RefusedError, match=f"The sentence began on {day(days(-4000))}") as error:
        recorded(cast, person, **facts)
    assert error.value.field == field
    assert not ParoleReview.objects.exists()
    assert recorded(cast, person, target_hearing_on=days(-4000))


@pytest.mark.parametrize(("next_on", "offered"), [(days(355), True), (days(356), False)])
def test_pa_07_offers_the_homd_a_choice_up_to_twelve_months(cast: Cast, next_on: date, offered: bool) -> None:
    person = lifer(cast, ted=days(-100))
    last_on = date(2025, 11, 3)
    next_on = date(2026, 11, 3) if offered else date(2026, 11, 4)
    recorded(cast, person, target_hearing_on=last_on, outcome="not_release", outcome_on=last_on)
    CaseDetails.objects.update(com_oasys_reviewed=True)
    recorded(cast, person, target_hearing_on=next_on)
    page = cast.client(Role.HOMD).get(reverse("handover:parole", args=[person.prison_id, person.ref]))
    assert ("may keep the case" in page.content.decode()) == offered
    facts = {"person": person, "responsibility": "COM", "because": "Soon", "by": cast.of(Role.HOMD), "at": NOW}
    if offered:
        assert ask_override(reason="parole", **facts)
    else:
        with pytest.raises(RefusedError, match="PA-07"):
            ask_override(reason="parole", **facts)


def test_the_page_records_and_keeps_what_was_typed_after_a_mistake(cast: Cast) -> None:
    person = lifer(cast, ted=days(-100))
    url = reverse("handover:parole-record", args=[person.prison_id, person.ref])
    wrong = {"target_hearing_on": days(-5).isoformat(), "outcome": "release"}
    page = cast.client(Role.POM).post(url, wrong).content.decode()
    assert "Enter the day of the outcome" in page
    right = wrong | {"outcome_on": days(-5).isoformat()}
    assert "The review is recorded" in cast.client(Role.POM).post(url, right, follow=True).content.decode()
    assert "Nothing has changed" in cast.client(Role.POM).post(url, right, follow=True).content.decode()


def test_an_outcome_recorded_meanwhile_by_somebody_else_is_told_and_not_lost(cast: Cast) -> None:
    person = lifer(cast, ted=days(-100))
    recorded(cast, person, target_hearing_on=days(-20))
    url = reverse("handover:parole-record", args=[person.prison_id, person.ref])
    client = cast.client(Role.HOMD)
    mine = {"target_hearing_on": days(-20).isoformat(), "outcome": "not_release", "outcome_on": days(-9).isoformat()}
    mine["seen"] = client.get(url).context["form"]["seen"].value()
    recorded(cast, person, target_hearing_on=days(-20), outcome="release", outcome_on=days(-10))
    page = client.post(url, mine)
    assert "Pat Offender recorded the outcome of this hearing" in page.content.decode()
    assert person.parole_reviews.get().outcome == "release"
    again = mine | {"seen": page.context["form"]["seen"].value()}
    assert client.post(url, again).status_code == 302
    assert person.parole_reviews.get().outcome == "not_release"


def withdrawn(cast: Cast, review: ParoleReview) -> None:
    withdraw_review(review=review, because="Of another person", by=cast.of(Role.POM), at=NOW)


def reviewed_by_com(cast: Cast, person: Person, as_at: date) -> None:
    told = {"values": {"com_oasys_reviewed": True}, "source": "nDelius", "as_at": as_at}
    record_details(person=person, by=Actor(staff=cast.of(Role.HOMD)), at=NOW, **told)


def leads(person: Person) -> str:
    return str(person.handoverdeterminations.with_responsibility(TODAY).current().get().responsibility)


def test_a_review_taken_back_says_nothing_and_may_be_recorded_again(cast: Cast) -> None:
    person = lifer(cast, ted=days(-100))
    facts = {"target_hearing_on": days(-20), "outcome": "deferred", "outcome_on": days(-20)}
    recorded(cast, person, **facts)
    review = person.parole_reviews.get()
    assert person.handoverdeterminations.current().get().facts["parole_outcome"] == "deferred"
    withdrawn(cast, review)
    assert person.handoverdeterminations.current().get().facts["parole_outcome"] is None
    with pytest.raises(RefusedError, match="took this back"):
        withdrawn(cast, review)
    assert AuditEvent.objects.filter(person=person, action="withdraw_review").count() == 1
    assert recorded(cast, person, **facts)
    assert person.parole_reviews.count() == 2


def test_pa_05_with_its_outcome_taken_back_what_the_com_reviewed_counts_again(cast: Cast) -> None:
    person = lifer(cast, ted=days(-100))
    recorded(cast, person, target_hearing_on=days(-40), outcome="not_release", outcome_on=days(-40))
    reviewed_by_com(cast, person, days(-30))
    recorded(cast, person, target_hearing_on=days(600))
    assert leads(person) == "POM"
    recorded(cast, person, target_hearing_on=days(-9), outcome="not_release", outcome_on=days(-9))
    assert leads(person) == "COM"
    withdrawn(cast, person.parole_reviews.get(target_hearing_on=days(-9)))
    assert leads(person) == "POM"
    recorded(cast, person, target_hearing_on=days(-10), outcome="not_release", outcome_on=days(-10))
    assert leads(person) == "COM", "what a review that is gone had reset holds up no other"


def test_pa_05_an_older_outcome_taken_back_brings_back_nothing_that_a_later_one_ended(cast: Cast) -> None:
    person = lifer(cast, ted=days(-100))
    reviewed_by_com(cast, person, days(-50))
    for on in (days(-40), days(-20)):
        recorded(cast, person, target_hearing_on=on, outcome="not_release", outcome_on=on)
    withdrawn(cast, person.parole_reviews.get(target_hearing_on=days(-40)))
    assert not CaseDetails.objects.get(person=person).com_oasys_reviewed


def test_pa_05_holds_on_the_page_of_case_details_too(cast: Cast) -> None:
    person = lifer(cast, ted=days(-100))
    statement = Statement("nDelius", TODAY, Actor(staff=cast.of(Role.HOMD)), NOW)
    facts = {"target_hearing_on": days(-9), "outcome": "not_release", "outcome_on": days(-9)}
    assert record_parole_review(person=person, statement=statement, **facts)
    assert not CaseDetails.objects.get(person=person).com_oasys_reviewed


def test_pa_07_the_next_review_is_counted_from_the_last_that_stands(cast: Cast) -> None:
    person = lifer(cast, ted=days(-900))
    for on in (days(-400), days(-9)):
        recorded(cast, person, target_hearing_on=on, outcome="not_release", outcome_on=on)
    old, wrong = person.parole_reviews.order_by("target_hearing_on")
    duties = person.obligations.filter(kind="parole_review")
    assert duties.get(slot=f"review-{old.pk}").state == "met"
    withdrawn(cast, wrong)
    assert dict(duties.values_list("slot", "state")) == {f"review-{old.pk}": "open", f"review-{wrong.pk}": "void"}
