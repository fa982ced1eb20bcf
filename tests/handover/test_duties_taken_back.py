"""A duty that a fact has met is owed again when the fact is taken back, and what was counted from the fact is not.

What a fact does not close, no fact opens: meetings and screenings are met by the word of whoever held them, and the
tests of those pages say how that word is taken back. The day planned for a meeting only dates the duty to attend it. A
COM who is named and then not known any more is a new reminder (test_reminders). A screening for complexity is never
taken back: it is corrected by another one, and she has been screened either way. A report that was sent has been
written, also where the handover that it was for came to nothing (handover.resetting).
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from allocation.engagements import Engagement, amend_engagement, log_engagement, withdraw_engagement
from handover.duty_actions import RefusedError, open_duty, record_duty_done
from handover.early_actions import approve_early, withdraw_early
from handover.oasys_actions import withdraw_oasys
from omic.audit import Actor
from omic.contacts import take_back
from omic.details import Statement, record_details, record_oasys
from omic.models import (
    Alert,
    AuditEvent,
    CaseDetails,
    Contact,
    ExpectedArrival,
    OasysAssessment,
    ObligationKind,
    Person,
    Prison,
    Role,
    Sentence,
)
from omic.obligations import meet
from tests.cast import Cast
from tests.factories import NOW, TODAY, ContactFactory, StaffFactory, days
from tests.handover.duty_cases import case, follow
from tests.handover.test_early_allocation import assessed
from tests.handover.test_early_allocation import case as early_case
from tests.handover.test_parole import lifer as parole_case

pytestmark = pytest.mark.django_db


def stands(person: Person, kind: str) -> list[tuple[date | None, str]]:
    """The duties of a kind that are not void, as they came about: when due, and how they stand."""
    rows = person.obligations.filter(kind=kind).exclude(state="void").order_by("pk")
    return list(rows.values_list("due_on", "state"))


# --- the POM's contact (AL-12): RoSH is medium, so two months from one to the next ------------------------------------


@pytest.fixture
def person(cast: Cast) -> Person:
    found = case(cast)
    CaseDetails.objects.filter(person=found).update(rosh="medium")
    return found


def said(on: int) -> Engagement:
    return Engagement(NOW + timedelta(days=on, hours=-1), 30, "We talked.")


def logged(cast: Cast, person: Person, on: int) -> Contact:
    facts = {"said": said(on), "request_id": uuid4(), "by": cast.of(Role.POM), "at": NOW}
    return log_engagement(person=person, prison=cast.prison, **facts)


def withdrawn(cast: Cast, contact: Contact) -> None:
    facts = {"because": "Of another person", "request_id": uuid4(), "by": cast.of(Role.POM), "at": NOW}
    withdraw_engagement(contact=contact, **facts)


def amended(cast: Cast, contact: Contact, on: int) -> Contact:
    facts = {"because": "The day", "request_id": uuid4(), "by": cast.of(Role.POM), "at": NOW}
    return amend_engagement(contact=contact, said=said(on), **facts)


FIRST, SECOND, THIRD = date(2027, 1, 13), date(2027, 1, 15), date(2027, 1, 17)  # due after contacts at -5, -3 and -1
NEVER_SEEN = date(2027, 1, 18)  # when the first was due, as long as none was recorded


def test_a_contact_taken_back_leaves_the_one_before_owed_and_its_own_void(cast: Cast, person: Person) -> None:
    logged(cast, person, -5)
    second = logged(cast, person, -3)
    assert stands(person, "pom_contact") == [(NEVER_SEEN, "met"), (FIRST, "met"), (SECOND, "open")]
    withdrawn(cast, second)
    assert stands(person, "pom_contact") == [(NEVER_SEEN, "met"), (FIRST, "open")]
    assert person.obligations.get(slot=f"contact-{second.pk}").state == "void"
    assert not any(follow(person).values())


def test_taken_back_one_after_the_other_each_opens_the_one_before(cast: Cast, person: Person) -> None:
    logged(cast, person, -5)
    second, third = logged(cast, person, -3), logged(cast, person, -1)
    withdrawn(cast, third)
    assert stands(person, "pom_contact") == [(NEVER_SEEN, "met"), (FIRST, "met"), (SECOND, "open")]
    withdrawn(cast, second)
    assert stands(person, "pom_contact") == [(NEVER_SEEN, "met"), (FIRST, "open")]


def test_the_only_contact_taken_back_leaves_the_first_of_all_owed(cast: Cast, person: Person) -> None:
    withdrawn(cast, logged(cast, person, -3))
    assert stands(person, "pom_contact") == [(NEVER_SEEN, "open")]


def test_while_a_later_contact_stands_nothing_opens_again(cast: Cast, person: Person) -> None:
    logged(cast, person, -5)
    second = logged(cast, person, -3)
    logged(cast, person, -1)
    before = stands(person, "pom_contact")
    withdrawn(cast, second)
    assert stands(person, "pom_contact") == before
    assert before == [(NEVER_SEEN, "met"), (FIRST, "met"), (SECOND, "met"), (THIRD, "open")]


def test_corrected_to_a_day_before_the_last_the_last_counts_again(cast: Cast, person: Person) -> None:
    logged(cast, person, -5)
    amended(cast, logged(cast, person, -3), -6)
    assert stands(person, "pom_contact") == [(NEVER_SEEN, "met"), (FIRST, "open")]


def test_corrected_to_another_day_after_the_last_its_own_duty_moves(cast: Cast, person: Person) -> None:
    logged(cast, person, -5)
    amended(cast, logged(cast, person, -3), -1)
    assert stands(person, "pom_contact") == [(NEVER_SEEN, "met"), (FIRST, "met"), (THIRD, "open")]


# --- every other duty that a fact closes ------------------------------------------------------------------------------

Deed = Callable[[Person], object]


def details(**facts: Any) -> Deed:
    return lambda person: CaseDetails.objects.filter(person=person).update(**facts)


def sentence(**facts: Any) -> Deed:
    return lambda person: Sentence.objects.filter(person=person).update(**facts)


def assess(person: Person) -> None:
    row = {"layer": 3, "completed_by": "pom", "source": "test", "recorded_at": NOW, "kind": "initial"}
    OasysAssessment.objects.create(person=person, completed_on=TODAY, **row)


def assess_with_the_duty(person: Person) -> None:
    duty = person.obligations.get(kind="oasys_initial")
    record_duty_done(duty=duty, done_at=NOW, note="", by=StaffFactory(), at=NOW)


def take_oasys_back(person: Person) -> None:
    withdraw_oasys(assessment=person.oasys.get(), because="Of another person", by=StaffFactory(), at=NOW)


def open_acct(person: Person) -> None:
    Alert.objects.create(person=person, code="HA", starts_on=days(-2), first_seen_at=NOW, last_seen_at=NOW)


def acct(ends_on: date | None) -> Deed:
    return lambda person: Alert.objects.filter(person=person).update(ends_on=ends_on)


def nothing(person: Person) -> None:
    pass


@pytest.mark.parametrize(
    ("kind", "before", "fact", "gone", "closed"),
    [
        ("acct_review", open_acct, acct(TODAY), acct(None), "met"),
        ("hdc_assessment", sentence(hdced=days(300)), sentence(hdc_actual=days(310)), sentence(hdc_actual=None), "met"),
        ("oasys_initial", nothing, assess, take_oasys_back, "met"),
        ("oasys_initial", nothing, assess_with_the_duty, take_oasys_back, "met"),
        ("oasys_initial", nothing, assess, sentence(started_on=days(1)), "met"),
        ("oasys_handover", sentence(crd=days(300)), assess, sentence(crd=days(800)), "met"),
        (
            "oasys_handover",
            nothing,
            details(handover_oasys_not_needed=True, handover_oasys_reason="Reviewed in May"),
            details(handover_oasys_not_needed=False, handover_oasys_reason=None),
            "waived",
        ),
        ("ea_first_review", nothing, details(early_allocation=True), details(early_allocation=False), "met"),
    ],
)
def test_what_a_fact_closed_is_owed_again_without_it(
    person: Person, kind: str, before: Deed, fact: Deed, gone: Deed, closed: str
) -> None:
    states = []
    for deed in (before, fact, gone):
        deed(person)
        follow(person)
        states += [(duty.state, duty.closed_at is None) for duty in person.obligations.filter(kind=kind)]
    assert states == [("open", True), (closed, False), ("open", True)]
    assert not any(follow(person).values())


def test_an_oasys_gone_leaves_the_review_counted_from_the_one_before(person: Person) -> None:
    Sentence.objects.update(crd=days(3000), sed=days(6000))
    assess(person)
    OasysAssessment.objects.update(completed_on=days(-3))
    follow(person)
    assess(person)
    follow(person)
    assert [state for _due, state in stands(person, "oasys_review")] == ["met", "open"]
    newest = person.oasys.get(completed_on=TODAY)
    withdraw_oasys(assessment=newest, because="Of another person", by=StaffFactory(), at=NOW)
    assert [state for _due, state in stands(person, "oasys_review")] == ["open"]
    with pytest.raises(RefusedError, match="took this back"):
        withdraw_oasys(assessment=newest, because="Again", by=StaffFactory(), at=NOW)


@pytest.mark.parametrize("with_the_duty", [True, False])
def test_an_oasys_for_a_round_of_parole_taken_back_is_owed_again(cast: Cast, with_the_duty: bool) -> None:
    lifer = parole_case(cast, ted=days(200))
    duty = lifer.obligations.get(kind="oasys_parole", rule="OA-11")
    by = cast.of(Role.HOMD)
    if with_the_duty:
        record_duty_done(duty=duty, done_at=NOW, note="", by=by, at=NOW)
    else:
        facts = {"layer": 3, "kind": "parole", "completed_on": TODAY, "completed_by": "com"}
        record_oasys(person=lifer, statement=Statement("OASys", TODAY, Actor(staff=by), NOW), **facts)
    duty.refresh_from_db()
    assert duty.state == "met"
    withdraw_oasys(assessment=lifer.oasys.get(), because="Of another person", by=by, at=NOW)
    duty.refresh_from_db()
    assert (duty.state, duty.closed_by) == ("open", None)


def test_an_oasys_taken_back_is_said_and_recorded_again(cast: Cast, person: Person) -> None:
    by = Statement("OASys", TODAY, Actor(staff=cast.of(Role.HOMD)), NOW)
    facts = {"layer": 3, "kind": "initial", "completed_on": TODAY, "completed_by": "pom"}
    assert record_oasys(person=person, statement=by, **facts)
    withdraw_oasys(assessment=person.oasys.get(), because="Of another person", by=cast.of(Role.HOMD), at=NOW)
    assert AuditEvent.objects.get(action="withdraw_oasys").detail["because"] == "Of another person"
    assert record_oasys(person=person, statement=by, **facts), "it was completed after all"
    assert person.oasys.standing().count() == 1


def test_what_staff_opened_and_closed_by_an_oasys_is_open_again(cast: Cast, person: Person) -> None:
    by = cast.of(Role.POM)
    facts = {"kind": ObligationKind.OASYS_SIGNIFICANT_EVENT, "key": uuid4(), "due_on": days(5), "note": ""}
    duty = open_duty(person=person, by=by, at=NOW, **facts)
    record_duty_done(duty=duty, done_at=NOW, note="", by=by, at=NOW)
    withdraw_oasys(assessment=person.oasys.get(), because="Of another person", by=cast.of(Role.HOMD), at=NOW)
    duty.refresh_from_db()
    assert (duty.state, duty.closed_by) == ("open", None)


def test_what_staff_closed_by_an_oasys_that_was_known_already_is_open_again_too(cast: Cast, person: Person) -> None:
    by = cast.of(Role.POM)
    facts = {"layer": 3, "kind": "significant_event", "completed_on": TODAY, "completed_by": "pom"}
    record_oasys(person=person, statement=Statement("OASys", TODAY, Actor(staff=cast.of(Role.HOMD)), NOW), **facts)
    opened = {"kind": ObligationKind.OASYS_SIGNIFICANT_EVENT, "key": uuid4(), "due_on": days(5), "note": ""}
    duty = open_duty(person=person, by=by, at=NOW, **opened)
    record_duty_done(duty=duty, done_at=NOW, note="", by=by, at=NOW)
    take_oasys_back(person)
    duty.refresh_from_db()
    assert (duty.state, duty.closed_by) == ("open", None)


def test_what_another_oasys_told_at_the_same_moment_has_met_keeps_its_moment(cast: Cast, person: Person) -> None:
    told = Statement("OASys", TODAY, Actor(staff=cast.of(Role.HOMD)), NOW)
    for kind in ("initial", "review"):
        facts = {"layer": 3, "kind": kind, "completed_on": TODAY, "completed_by": "pom"}
        record_oasys(person=person, statement=told, **facts)
    later = NOW + timedelta(days=70)
    review = person.oasys.get(kind="review")
    withdraw_oasys(assessment=review, because="Of another person", by=cast.of(Role.HOMD), at=later)
    duty = person.obligations.get(kind="oasys_initial")
    assert (duty.state, duty.met_at) == ("met", NOW)


def test_what_somebody_said_was_done_stays_done(person: Person) -> None:
    duty = person.obligations.get(kind="initial_categorisation")
    meet(duty, by=StaffFactory(), at=NOW)
    follow(person, after=1)
    assert stands(person, duty.kind) == [(duty.due_on, "met")]


# --- early allocation, assessed and taken back (EA-20 to EA-22) -------------------------------------------------------


def ea_open(person: Person) -> set[str]:
    rows = person.obligations.demanding().filter(kind__in=("ea_first_review", "ea_referral_review"))
    return set(rows.values_list("kind", flat=True))


def test_an_assessment_taken_back_leaves_owed_what_it_did(cast: Cast) -> None:
    person = early_case(cast)
    told = {"source": "nDelius file", "as_at": TODAY, "by": Actor(job="import"), "at": NOW}
    record_details(person=person, values={"extremism_screening": True}, **told)
    owed = ea_open(person)
    row = assessed(cast, person, extremism_screening=True, rationale="Time")
    approve_early(assessment=row.pk, approved=False, approval="", by=cast.of(Role.HOMD), at=NOW)
    assert ea_open(person) == set() != owed
    withdraw_early(assessment=row.pk, because="Of another person", by=cast.of(Role.HOMD), at=NOW)
    assert ea_open(person) == owed


def test_a_later_assessment_that_stands_has_done_it(cast: Cast) -> None:
    person = early_case(cast)
    first, second = assessed(cast, person), assessed(cast, person)
    withdraw_early(assessment=first.pk, because="Of another person", by=cast.of(Role.HOMD), at=NOW)
    assert "ea_first_review" not in ea_open(person)
    withdraw_early(assessment=second.pk, because="Of another person", by=cast.of(Role.HOMD), at=NOW)
    assert "ea_first_review" in ea_open(person)


# --- a move from youth custody (XC-10, XC-11) -------------------------------------------------------------------------


def expected(cast: Cast, person: Person, prison: Prison) -> None:
    ExpectedArrival.objects.create(
        person=person, prison=prison, expected_on=days(1), pom=cast.of(Role.POM), recorded_at=NOW,
        key_worker=cast.of(Role.KEY_WORKER), recorded_by=cast.of(Role.HOMD),
    )  # fmt: skip


def arrives(person: Person, on: date) -> None:
    arrival = person.expected_arrivals.get()
    Person.objects.filter(pk=person.pk).update(prison=arrival.prison, wing=None, arrived_on=on)
    person.expected_arrivals.update(closed_at=NOW, closed_because="Arrived")
    follow(person, after=(on - TODAY).days)


def take_back_session(cast: Cast, contact: Contact) -> None:
    facts = {"what": "The session", "nomis_type": "", "because": "Of another person", "by": cast.of(Role.KEY_WORKER)}
    take_back(contact, request_id=uuid4(), at=NOW, **facts)


def test_those_who_met_after_the_move_have_not_when_one_meeting_is_taken_back(cast: Cast, person: Person) -> None:
    expected(cast, person, cast.prison)
    arrives(person, TODAY)
    ContactFactory(person=person, kind="session")
    engagement = logged(cast, person, 0)
    assert [state for _due, state in stands(person, "transition_meeting")] == ["met"]
    withdrawn(cast, engagement)
    assert [state for _due, state in stands(person, "transition_meeting")] == ["open"]


def test_what_was_ready_before_the_move_stays_so_until_its_contact_is_taken_back(cast: Cast, person: Person) -> None:
    expected(cast, person, cast.elsewhere)
    follow(person)
    contact = ContactFactory(person=person, prison=cast.elsewhere, kind="session")
    follow(person)
    arrives(person, days(1))
    assert stands(person, "transition_ready") == [(TODAY, "met")]
    take_back_session(cast, contact)
    follow(person, after=1)
    assert stands(person, "transition_ready") == [(TODAY, "open")]
