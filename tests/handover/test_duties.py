"""The OMU's timetable as stored duties: they open, move, are met by facts, and go void with the reason."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from handover.duties import ALL_KINDS, keep_timetable, missing_of
from omic.calendar import add_months
from omic.models import Alert, CaseDetails, Contact, OasysAssessment, Obligation, Person, PrisonSetting, Sentence, Stay
from omic.obligations import meet
from omic.reconcile import reconcile, window_of
from tests.factories import (
    NOW,
    TODAY,
    CaseDetailsFactory,
    ContactFactory,
    PersonFactory,
    PomAllocationFactory,
    PrisonFactory,
    SentenceFactory,
    StaffFactory,
    days,
)

pytestmark = pytest.mark.django_db


def follow(person: Person, after: int = 0) -> dict[str, int]:
    counts = reconcile([person.pk], window_of(days(after), NOW + timedelta(days=after)))
    return {name: counts[name] for name in ("opened", "moved", "void", "timetable_settled")}


def new_case(**facts: object) -> Person:
    """Sentenced a week ago, and known here since then."""
    person = PersonFactory(arrived_on=days(-7), reception_on=days(-7))
    SentenceFactory(person=person, **{"started_on": days(-7), "crd": days(900), "sed": days(1800)} | facts)
    return CaseDetailsFactory(person=person).person


def duty(person: Person, kind: str) -> Obligation:
    return person.obligations.exclude(state="void").get(kind=kind)


def open_kinds(person: Person) -> set[str]:
    return set(person.obligations.demanding().filter(kind__in=ALL_KINDS).values_list("kind", flat=True))


def assess(person: Person, on: date, kind: str = "initial") -> OasysAssessment:
    row = {"layer": 3, "completed_by": "pom", "source": "test", "recorded_at": NOW}
    return OasysAssessment.objects.create(person=person, kind=kind, completed_on=on, **row)


def test_a_new_sentence_opens_its_timetable_with_owner_rule_and_steps() -> None:
    person = new_case()
    pom = PomAllocationFactory(person=person).staff
    follow(person)
    row = duty(person, "oasys_initial")
    assert (row.due_on, row.owner_role, row.owner, row.rule) == (days(63), "pom", pom, "OA-03")
    assert row.slot == f"sentence-{person.sentences.get().pk}" and row.steps[0][0] == "OA-03"
    assert {"public_protection_screen", "initial_categorisation", "oasys_handover", "ea_first_review"} <= open_kinds(
        person
    )


def test_a_second_run_writes_nothing() -> None:
    person = new_case()
    follow(person)
    assert not any(follow(person).values())


def test_a_date_that_moves_moves_the_duty_and_keeps_its_slot() -> None:
    person = new_case()
    follow(person)
    before = duty(person, "oasys_handover")
    Sentence.objects.update(crd=days(930))
    assert follow(person)["moved"] >= 1
    after = duty(person, "oasys_handover")
    assert (after.pk, after.slot) == (before.pk, before.slot) and after.due_on > before.due_on


def test_a_recorded_oasys_meets_the_first_and_opens_the_review() -> None:
    person = new_case(crd=days(3000), sed=days(6000))
    follow(person)
    done = assess(person, TODAY)
    follow(person)
    assert duty(person, "oasys_initial").state == "met"
    review = duty(person, "oasys_review")
    assert (review.slot, review.due_on) == (f"oasys-{done.pk}", date(2028, 11, 18))


def test_the_next_oasys_meets_the_review_before_it() -> None:
    person = new_case(crd=days(3000), sed=days(6000))
    first = assess(person, days(-3))
    follow(person)
    assess(person, days(20), "review")
    follow(person, after=21)
    assert person.obligations.get(kind="oasys_review", slot=f"oasys-{first.pk}").state == "met"
    assert person.obligations.demanding().filter(kind="oasys_review").count() == 1


def test_the_next_engagement_meets_the_contact_before_it() -> None:
    person = new_case()
    first = ContactFactory(person=person, kind="engagement", nomis_type="", at=NOW - timedelta(days=5))
    follow(person)
    before = duty(person, "pom_contact")
    assert (before.slot, before.rule) == (f"contact-{first.pk}", "AL-12")
    ContactFactory(person=person, kind="engagement", nomis_type="")
    follow(person)
    before.refresh_from_db()
    after = person.obligations.demanding().get(kind="pom_contact")
    assert before.state == "met"
    assert after.slot == f"contact-{Contact.objects.latest('pk').pk}"


def test_al_12_whom_no_pom_has_seen_is_owed_a_contact_from_the_first_day_it_could_be_recorded() -> None:
    person = new_case()
    PomAllocationFactory(person=person)
    CaseDetails.objects.update(rosh="high")
    follow(person)
    owed = duty(person, "pom_contact")
    assert (owed.slot, owed.due_on) == (f"contact-first-{person.sentences.get().pk}", add_months(TODAY, 1))
    assert person.obligations.overdue(owed.due_on + timedelta(days=1)).filter(pk=owed.pk).exists()
    ContactFactory(person=person, kind="engagement", nomis_type="", at=NOW)
    follow(person)
    owed.refresh_from_db()
    assert owed.state == "met" and person.obligations.demanding().filter(kind="pom_contact").count() == 1


def test_a_second_sentence_counts_its_first_contact_from_its_own_start() -> None:
    person = new_case()
    PomAllocationFactory(person=person)
    CaseDetails.objects.update(rosh="high")
    follow(person)
    Sentence.objects.update(started_on=days(40))
    follow(person, after=40)
    assert duty(person, "pom_contact").due_on == add_months(days(40), 1)


def test_without_a_pom_no_contact_is_owed_by_one() -> None:
    person = new_case()
    follow(person)
    assert not person.obligations.filter(kind="pom_contact").exists()


def test_what_facts_make_needless_goes_void_with_the_reason_and_is_kept() -> None:
    person = new_case()
    follow(person)
    Person.objects.update(legal_status="REMAND")
    follow(person)
    gone = person.obligations.get(kind="oasys_initial")
    assert (gone.state, gone.closed_because) == ("void", "The facts do not ask for it any more")


def test_a_met_duty_stays_met() -> None:
    person = new_case()
    follow(person)
    row = duty(person, "public_protection_screen")
    meet(row, by=StaffFactory(), at=NOW)
    follow(person, after=30)
    row.refresh_from_db()
    assert row.state == "met" and person.obligations.filter(kind="public_protection_screen").count() == 1


def test_a_waiver_is_taken_back_with_its_fact() -> None:
    person = new_case(started_on=days(-7), crd=days(320), sed=days(900))
    follow(person)
    CaseDetails.objects.update(handover_oasys_not_needed=True, handover_oasys_reason="Reviewed last month")
    follow(person)
    assert duty(person, "oasys_handover").state == "waived"
    CaseDetails.objects.update(handover_oasys_not_needed=False, handover_oasys_reason=None)
    follow(person)
    assert duty(person, "oasys_handover").state == "open"


def test_a_recall_is_explained_within_48_hours_by_the_clock() -> None:
    person = new_case(recalled=True, recall_kind="standard", returned_at=NOW - timedelta(hours=47))
    follow(person)
    row = duty(person, "recall_explanation")
    assert row.due_at == NOW + timedelta(hours=1)
    rows = Obligation.objects.filter(pk=row.pk)
    assert not rows.overdue(NOW + timedelta(hours=1)).exists()
    assert rows.overdue(NOW + timedelta(hours=1, seconds=1)).exists()
    assert not rows.overdue(TODAY).exists()


@pytest.mark.parametrize(("returned", "owed"), [(-2, True), (-3, True), (-10, True), (-11, False), (-200, False)])
def test_a_recall_that_comes_onto_a_roll_late_is_explained_late(returned: int, owed: bool) -> None:
    """An old import owes nobody what was done long before it."""
    person = new_case(recalled=True, recall_kind="standard", returned_at=NOW + timedelta(days=returned))
    Person.objects.update(arrived_on=days(returned), legal_status="RECALL")
    follow(person)
    rows = person.obligations.overdue(NOW + timedelta(minutes=1)).filter(kind="recall_explanation")
    assert rows.exists() == owed


def test_what_fell_due_before_anything_was_recorded_here_does_not_open() -> None:
    person = PersonFactory()
    SentenceFactory(person=person, started_on=days(-200))
    CaseDetailsFactory(person=person)
    follow(person)
    assert not {"oasys_initial", "public_protection_screen", "initial_categorisation"} & open_kinds(person)
    assert "oasys_handover" in open_kinds(person)


def test_what_is_counted_from_something_recorded_opens_however_late_it_is() -> None:
    person = PersonFactory()
    SentenceFactory(person=person, started_on=days(-2000), crd=days(2000), sed=days(4000))
    CaseDetailsFactory(person=person)
    assess(person, days(-900))
    follow(person)
    assert person.obligations.overdue(NOW).filter(kind="oasys_review").exists()


def test_many_people_take_as_many_queries_as_one() -> None:
    counts = []
    for number in (1, 8):
        people = [new_case().pk for _ in range(number)]
        reconcile(people, window_of(TODAY, NOW))
        with CaptureQueriesContext(connection) as asked:
            keep_timetable(people, window_of(TODAY, NOW))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 22


def acct(person: Person, **facts: object) -> Alert:
    seen = {"first_seen_at": NOW, "last_seen_at": NOW}
    return Alert.objects.create(person=person, code="HA", **{"starts_on": days(-2)} | seen | facts)


def test_an_open_acct_asks_the_pom_to_attend_its_reviews_until_it_is_closed() -> None:
    person = new_case()
    pom = PomAllocationFactory(person=person).staff
    alert = acct(person)
    follow(person)
    row = duty(person, "acct_review")
    assert (row.slot, row.owner, row.due_on, row.opens_on, row.rule) == (
        f"alert-{alert.pk}", pom, None, days(-2), "AL-17",
    )  # fmt: skip
    assert not any(follow(person).values())
    Alert.objects.update(ends_on=days(5))
    follow(person, after=6)
    row.refresh_from_db()
    assert (row.state, row.closed_because) == ("met", f"ACCT closed on {days(5)}")
    assert not any(follow(person, after=7).values())


def test_a_second_acct_opens_another_duty_and_the_first_stays_met() -> None:
    person = new_case()
    acct(person)
    follow(person)
    Alert.objects.update(ends_on=TODAY)
    follow(person)
    acct(person, starts_on=TODAY)
    follow(person)
    assert sorted(person.obligations.filter(kind="acct_review").values_list("state", flat=True)) == ["met", "open"]


def test_an_acct_on_remand_is_no_duty_of_a_pom() -> None:
    person = new_case()
    Person.objects.update(legal_status="REMAND")
    acct(person)
    follow(person)
    assert "acct_review" not in open_kinds(person)


def test_hdc_is_assessed_while_its_date_lies_ahead_and_the_step_names_it() -> None:
    person = new_case(hdced=days(300))
    follow(person)
    row = duty(person, "hdc_assessment")
    assert (row.slot, row.due_on, row.rule) == (f"sentence-{person.sentences.get().pk}", None, "HO-35")
    assert row.steps == [["AL-15", "Function of the prison: not known"], ["HO-35", f"HDCED {days(300)} lies ahead"]]
    assert not any(follow(person).values())
    Sentence.objects.update(hdced=days(20))
    assert follow(person, after=19)["void"] == 0
    assert follow(person, after=20)["void"] == 1


@pytest.mark.parametrize(
    ("facts", "function", "asked"),
    [
        ({}, "resettlement", True),
        ({}, "training_and_resettlement", True),
        ({}, "training", False),
        ({}, "reception", False),
        ({"kind": "indeterminate", "crd": None, "ted": days(900)}, "resettlement", False),
        ({"recalled": True, "recall_kind": "standard"}, "resettlement", False),
        ({"hdced": None}, "resettlement", False),
    ],
)
def test_hdc_is_assessed_where_there_is_resettlement(facts: dict[str, object], function: str, asked: bool) -> None:
    person = new_case(**{"hdced": days(300)} | facts)
    PrisonSetting.objects.create(
        prison_id="LEI", kind="function", value=function, starts_on=days(-900), recorded_at=NOW
    )
    follow(person)
    assert ("hdc_assessment" in open_kinds(person)) == asked


def test_hdc_that_is_granted_has_been_assessed() -> None:
    person = new_case(hdced=days(300))
    follow(person)
    Sentence.objects.update(hdc_actual=days(310))
    follow(person)
    assert duty(person, "hdc_assessment").state == "met"


def transfer(person: Person, to: str = "MDI", on: int = 0) -> Stay:
    """As the roll does it: the stay, then the place, while the POM is still the old one."""
    here, there = person.stays.get(left_on=None), PrisonFactory(code=to)
    Stay.objects.filter(pk=here.pk).update(left_on=days(on), ended_because="transfer")
    Stay.objects.create(person=person, prison=there, arrived_on=days(on))
    Person.objects.filter(pk=person.pk).update(prison=there, wing=None, arrived_on=days(on))
    return here


def test_after_a_transfer_the_pom_before_owes_a_sending_note_by_name() -> None:
    person = new_case()
    before = PomAllocationFactory(person=person).staff
    follow(person)
    stay = transfer(person)
    follow(person)
    row = duty(person, "sending_note")
    assert (row.slot, row.owner, row.due_on, row.opens_on) == (f"stay-{stay.pk}", before, None, TODAY)
    assert row.prison_id == "MDI", "it goes along with the person, as all duties of the OMU do"
    assert not any(follow(person).values())
    after = PomAllocationFactory(person=Person.objects.get(pk=person.pk), started_at=NOW).staff
    follow(person)
    assert duty(person, "oasys_initial").owner == after
    row.refresh_from_db()
    assert row.owner == before


def test_a_sending_note_that_was_written_is_not_asked_for_again() -> None:
    person = new_case()
    PomAllocationFactory(person=person)
    follow(person)
    transfer(person)
    follow(person)
    meet(duty(person, "sending_note"), by=StaffFactory(), at=NOW)
    assert not any(follow(person, after=1).values())
    transfer(Person.objects.get(pk=person.pk), to="LEI", on=3)
    follow(person, after=3)
    assert person.obligations.filter(kind="sending_note").count() == 1, "nobody was the POM there"


def test_nobody_writes_to_their_own_prison_about_somebody_who_is_back() -> None:
    person = new_case()
    PomAllocationFactory(person=person)
    follow(person)
    transfer(person, to="LEI", on=1)
    follow(person, after=1)
    assert "sending_note" not in open_kinds(person), "a day between prisons"
    last = transfer(Person.objects.get(pk=person.pk), on=3)
    follow(person, after=3)
    assert duty(person, "sending_note").slot == f"stay-{last.pk}", "once, of the last time there"
    transfer(Person.objects.get(pk=person.pk), to="LEI", on=5)
    follow(person, after=5)
    assert "sending_note" not in open_kinds(person), "the note came to nothing, and the other prison had no POM"


def test_what_waits_for_others_says_for_whom() -> None:
    person = new_case()
    follow(person)
    row = duty(person, "oasys_initial")
    assert missing_of(row) == ""
    row.steps = [*row.steps, ["XC-10", "Still missing: a POM, a key worker"]]
    assert missing_of(row) == "a POM, a key worker"
