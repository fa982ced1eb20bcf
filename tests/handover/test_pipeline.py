"""The handover steps: one current answer a person, the summary on the person, and the duty to hand over."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from handover.early_stated import stated_elsewhere
from handover.models import HandoverDetermination, Responsibility
from handover.pipeline import determine_handovers, open_obligations
from omic.audit import Actor
from omic.details import record_details
from omic.models import CaseDetails, LegalStatus, Obligation, ParoleReview, Person, PolicyAdoption, Prison, Sentence
from omic.reconcile import reconcile, window_of
from tests.factories import (
    NOW,
    TODAY,
    CaseDetailsFactory,
    PersonFactory,
    PomAllocationFactory,
    PrisonFactory,
    SentenceFactory,
    StaffFactory,
    days,
)

pytestmark = pytest.mark.django_db
WINDOW = window_of(TODAY, NOW)
NOTHING = {"handovers_first": 0, "handovers_fell_due": 0, "handovers_changed": 0, "release_dates": 0}
QUIET = {"opened": 0, "moved": 0, "void": 0}


def determine(person: Person, on: date = TODAY) -> dict[str, int]:
    return determine_handovers([person.pk], window_of(on, NOW))


def duties(person: Person, on: date = TODAY) -> dict[str, int]:
    determine(person, on)
    return open_obligations([person.pk], window_of(on, NOW))


def current(person: Person) -> HandoverDetermination:
    return person.handoverdeterminations.with_responsibility(TODAY).get(superseded_at=None)


def duty(person: Person) -> Obligation:
    return person.obligations.get(kind="handover", closed_at=None)


def lifer(**facts: object) -> Person:
    person = PersonFactory(legal_status="INDETERMINATE_SENTENCE")
    SentenceFactory(person=person, kind="indeterminate", crd=None, sed=None, started_on=days(-4000), **facts)
    CaseDetailsFactory(person=person)
    return person


def case(**dates: object) -> Person:
    return CaseDetailsFactory(person=SentenceFactory(**dates).person).person


def test_an_answer_is_stored_with_dates_release_facts_and_steps() -> None:
    person = case(started_on=date(2026, 5, 2), crd=date(2028, 10, 18))
    assert determine(person) == NOTHING | {"handovers_first": 1, "release_dates": 1}
    row = current(person)
    assert (row.reason, row.handover_on, row.responsibility) == ("determinate", date(2028, 2, 18), "POM")
    assert row.sentence == person.sentences.get()
    assert row.facts["crd"] == "2028-10-18" and "today" not in row.facts and row.facts["mappa_level"] == 0
    assert [rule for rule, _found in row.steps] == ["HO-20", "HO-01", "HO-26"]


def test_the_release_date_is_summed_up_on_the_person() -> None:
    person = case(ped=days(600))
    determine(person)
    person.refresh_from_db()
    assert (person.earliest_release_on, person.earliest_release_kind) == (days(600), "ped")


def test_a_second_run_writes_nothing() -> None:
    person = case()
    duties(person)
    assert determine(person) == NOTHING
    assert open_obligations([person.pk], WINDOW) == QUIET


def test_an_edit_supersedes_in_its_own_transaction_and_takes_all_back_with_it() -> None:
    person = case(crd=date(2028, 10, 18))
    reconcile([person.pk], WINDOW)
    with pytest.raises(RuntimeError), transaction.atomic():
        Sentence.objects.update(crd=date(2029, 10, 18))
        reconcile([person.pk], WINDOW)
        assert current(person).handover_on == date(2029, 2, 18)
        raise RuntimeError
    assert current(person).handover_on == date(2028, 2, 18)


def test_a_past_answer_can_be_read_with_its_facts() -> None:
    person = case(crd=date(2028, 10, 18))
    determine(person)
    Sentence.objects.update(crd=date(2029, 10, 18))
    assert determine(person) == NOTHING | {"handovers_changed": 1, "release_dates": 1}
    old, new = person.handoverdeterminations.order_by("id")
    assert (old.handover_on, old.facts["crd"], old.superseded_at) == (date(2028, 2, 18), "2028-10-18", NOW)
    assert (new.handover_on, new.superseded_at) == (date(2029, 2, 18), None)


def test_what_time_alone_changes_is_counted_as_fallen_due() -> None:
    person = lifer(ted=days(100))
    ParoleReview.objects.create(
        person=person, target_hearing_on=days(-30), outcome="not_release", outcome_on=days(-30), recorded_at=NOW
    )
    determine(person)
    assert current(person).next_change_on == days(100)
    assert determine(person, days(99)) == NOTHING
    assert determine(person, days(100))["handovers_fell_due"] == 1


def test_a_change_of_facts_is_no_fall_due_even_on_the_day() -> None:
    person = lifer(ted=days(100))
    ParoleReview.objects.create(
        person=person, target_hearing_on=days(-30), outcome="not_release", outcome_on=days(-30), recorded_at=NOW
    )
    determine(person)
    Sentence.objects.update(ted=days(101))
    counts = determine(person, days(101))
    assert (counts["handovers_changed"], counts["handovers_fell_due"]) == (1, 0)


@pytest.mark.parametrize("status", LegalStatus.values)
def test_everyone_held_has_an_answer_and_everyone_sentenced_one_lead(status: str) -> None:
    person = PersonFactory(legal_status=status)
    determine(person)
    row = current(person)
    assert (row.responsibility in Responsibility.values) == (person.sentenced or status == "IMMIGRATION_DETAINEE")
    assert row.reason


@pytest.mark.parametrize(
    "facts",
    [
        {"crd": None, "sed": None},
        {"crd": days(60)},
        {"crd": days(900)},
        {"crd": days(900), "ped": days(500)},
        {"crd": None, "ard": days(300), "recalled": True},
        {"crd": None, "kind": "indeterminate"},
        {"crd": None, "kind": "indeterminate", "ted": days(-300)},
        {"crd": None, "kind": "indeterminate", "ted": days(300), "recalled": True},
        {"started_on": None, "crd": days(400)},
    ],
)
def test_every_sentence_has_exactly_one_lead(facts: dict[str, object]) -> None:
    person = SentenceFactory(**facts).person
    determine(person)
    assert current(person).responsibility in Responsibility.values


def test_who_has_left_keeps_the_last_answer() -> None:
    person = case()
    determine(person)
    Person.objects.filter(pk=person.pk).update(prison=None, wing=None)
    Sentence.objects.update(crd=days(900))
    assert determine(person) == NOTHING


def test_the_next_hearing_is_the_first_one_after_the_last_outcome() -> None:
    person = lifer(ted=days(-900))
    for hearing, outcome in ((-500, "not_release"), (-600, ""), (300, ""), (800, "")):
        ParoleReview.objects.create(
            person=person,
            target_hearing_on=days(hearing),
            outcome=outcome,
            outcome_on=days(hearing) if outcome else None,
            recorded_at=NOW,
        )
    determine(person)
    assert current(person).facts["thd"] == days(300).isoformat()
    assert current(person).facts["last_review_on"] == days(-500).isoformat()


def test_a_review_of_an_earlier_sentence_says_nothing() -> None:
    person = lifer(ted=days(300))
    ParoleReview.objects.create(
        person=person, target_hearing_on=days(-5000), outcome="not_release", outcome_on=days(-5000), recorded_at=NOW
    )
    determine(person)
    assert current(person).facts["parole_outcome"] is None


def test_a_man_in_an_open_prison_has_moved_to_open_conditions() -> None:
    person = PersonFactory(prison=PrisonFactory(code="LYI", estate="men_open"), legal_status="INDETERMINATE_SENTENCE")
    SentenceFactory(person=person, kind="indeterminate", crd=None, started_on=days(-4000), ted=days(900))
    determine(person)
    row = current(person)
    assert (row.reason, row.start_on, row.responsibility) == ("isp_open", person.arrived_on, "POM_WITH_COM")


@pytest.mark.parametrize(("moved", "com_supports"), [(-5000, False), (-31, False), (-30, True), (-5, True)])
def test_a_move_to_open_conditions_counts_until_a_recall_undoes_it(moved: int, com_supports: bool) -> None:
    person = lifer(ted=days(-900), recalled=True, returned_at=NOW - timedelta(days=30))
    ParoleReview.objects.create(person=person, target_hearing_on=days(600), recorded_at=NOW)
    CaseDetails.objects.update(recall_hearing_outcome="not_release", moved_to_open_on=days(moved))
    determine(person)
    assert current(person).responsibility == ("POM_WITH_COM" if com_supports else "POM")


def test_a_move_to_open_conditions_of_an_earlier_sentence_is_none_of_this_one() -> None:
    person = lifer(ted=days(900))
    CaseDetails.objects.update(moved_to_open_on=days(-4001))
    determine(person)
    assert (current(person).reason, current(person).responsibility) == ("indeterminate", "POM")


def test_an_early_allocation_without_a_day_belongs_to_the_sentence_it_was_stated_in() -> None:
    person = case(crd=days(900))
    told = {"values": {"early_allocation": True}, "source": "nDelius", "by": Actor(job="test"), "at": NOW}
    record_details(person=person, as_at=days(-30), **told)
    assert current(person).reason == "early_allocation"
    Sentence.objects.update(closed_at=NOW)
    SentenceFactory(person=person, started_on=days(-10), crd=days(900))
    determine(person)
    assert current(person).reason == "determinate"
    assert stated_elsewhere(person) is None
    record_details(person=person, as_at=TODAY, **told)
    assert current(person).reason == "early_allocation"
    entry = stated_elsewhere(person)
    assert entry is not None and entry.as_at == TODAY


def adopt(prison: Prison, version: str, from_on: date) -> None:
    by = {"reason": "test", "recorded_by": StaffFactory(), "recorded_at": NOW}
    PolicyAdoption.objects.create(prison=prison, version=version, from_on=from_on, **by)


def version(person: Person) -> tuple[str, str]:
    return current(person).policy, person.sentences.get().policy


def test_a_case_moves_on_to_what_its_prison_has_adopted_and_never_back() -> None:
    person = case(started_on=days(-200), crd=days(900))
    determine(person)
    assert version(person) == ("seed_2019", "seed_2019")
    adopt(person.prison, "omic_2026", days(1))
    determine(person)
    assert version(person) == ("seed_2019", "seed_2019")
    determine(person, days(1))
    assert version(person) == ("omic_2026", "omic_2026")
    Person.objects.update(prison=PrisonFactory(code="MDI"))
    determine(person, days(2))
    assert version(person) == ("omic_2026", "omic_2026")


def test_a_new_version_takes_no_handover_back() -> None:
    person = lifer(ted=days(-400))
    ParoleReview.objects.create(
        person=person, target_hearing_on=days(-100), outcome="not_release", outcome_on=days(-90), recorded_at=NOW
    )
    ParoleReview.objects.create(person=person, target_hearing_on=days(600), recorded_at=NOW)
    determine(person)
    assert (version(person)[0], current(person).responsibility) == ("seed_2019", "COM")
    adopt(person.prison, "omic_2026", days(1))
    determine(person, days(1))
    assert (version(person)[0], current(person).responsibility) == ("seed_2019", "COM")
    CaseDetails.objects.update(com_oasys_reviewed=True)
    determine(person, days(2))
    assert (version(person)[0], current(person).responsibility) == ("seed_2019", "POM")
    determine(person, days(3))
    assert (version(person)[0], current(person).responsibility) == ("omic_2026", "POM_WITH_COM")


def test_many_people_take_as_many_queries_as_one(django_assert_num_queries) -> None:
    people = [case().pk for _ in range(20)]
    with django_assert_num_queries(11):
        determine_handovers(people, WINDOW)


def test_the_duty_names_its_date_its_owner_its_rule_and_comes_up_eight_weeks_before() -> None:
    person = case(crd=date(2028, 10, 18))
    allocation = PomAllocationFactory(person=person)
    assert duties(person) == QUIET | {"opened": 1}
    row = duty(person)
    assert (row.due_on, row.opens_on) == (date(2028, 2, 18), date(2028, 2, 18) - timedelta(weeks=8))
    assert (row.owner_role, row.owner, row.rule, row.policy) == ("pom", allocation.staff, "HO-26", "seed_2019")
    assert row.slot == f"sentence-{person.sentences.get().pk}"
    assert [rule for rule, _found in row.steps] == ["HO-20", "HO-01", "HO-26", "HO-24"]


def test_a_date_that_moves_moves_the_duty() -> None:
    person = case(crd=date(2028, 10, 18))
    duties(person)
    Sentence.objects.update(crd=date(2029, 10, 18))
    assert duties(person) == QUIET | {"moved": 1}
    assert duty(person).due_on == date(2029, 2, 18)


def test_a_date_that_goes_makes_the_duty_void() -> None:
    person = case()
    duties(person)
    Sentence.objects.update(crd=None, sed=None)
    assert duties(person) == QUIET | {"void": 1}
    assert person.obligations.get().closed_because == "There is no handover date any more"


def test_an_overdue_duty_whose_date_goes_is_void_too() -> None:
    person = case(crd=days(200))
    duties(person, days(-100))
    Sentence.objects.update(crd=None, sed=None)
    assert duties(person) == QUIET | {"void": 1}


@pytest.mark.parametrize(("arrived", "opened"), [(-20, 0), (-60, 1)])
def test_a_handover_from_before_the_arrival_was_never_this_prisons(arrived: int, opened: int) -> None:
    person = PersonFactory(arrived_on=days(arrived))
    SentenceFactory(person=person, started_on=days(-700), crd=days(200))  # handed over some forty days ago
    assert duties(person)["opened"] == opened


def test_an_open_duty_outlives_a_transfer_and_goes_to_the_new_prisons_pom() -> None:
    person = PersonFactory(arrived_on=days(-60))
    SentenceFactory(person=person, started_on=days(-700), crd=days(200))
    duties(person)
    there = PrisonFactory(code="MDI")
    Person.objects.filter(pk=person.pk).update(prison=there, wing=None, arrived_on=days(-1), pom=None)
    assert duties(person) == QUIET | {"moved": 1}
    assert (duty(person).prison, duty(person).owner) == (there, None)


def test_a_case_that_came_back_after_a_review_is_handed_over_again() -> None:
    person = lifer(ted=days(-900))
    review = ParoleReview.objects.create(
        person=person, target_hearing_on=days(-60), outcome="not_release", outcome_on=days(-60), recorded_at=NOW
    )
    ParoleReview.objects.create(person=person, target_hearing_on=days(600), recorded_at=NOW)
    person.details.com_oasys_reviewed = True
    person.details.save()
    duties(person)
    assert duty(person).slot == f"review-{review.pk}"


def test_after_a_recall_that_kept_the_person_in_the_handover_is_owed_anew() -> None:
    person = lifer(ted=days(900), recalled=True)
    person.details.recall_hearing_outcome = "not_release"
    person.details.save()
    duties(person)
    assert duty(person).slot == f"recall-{person.sentences.get().pk}"


def test_short_sentences_and_unsentenced_people_owe_no_handover() -> None:
    short = SentenceFactory(crd=days(20)).person
    remand = PersonFactory(legal_status="REMAND")
    assert duties(short) == duties(remand) == QUIET
