"""The tiering step: everyone held has one current answer, old answers stay, and nothing is written twice."""

from decimal import Decimal

import pytest

from omic.models import Person
from omic.reconcile import window_of
from tests.factories import NOW, TODAY, CaseDetailsFactory, PersonFactory, days
from tiering.models import TierDetermination
from tiering.pipeline import answer, determine_tiers

pytestmark = pytest.mark.django_db
WINDOW = window_of(TODAY, NOW)
NOTHING = {"tiers_first": 0, "tiers_fell_due": 0, "tiers_changed": 0, "tier_entries_ended": 0}


def determine(person: Person) -> dict[str, int]:
    return determine_tiers([person.pk], WINDOW)


def current(person: Person) -> TierDetermination:
    return person.tierdeterminations.get(superseded_at=None)


def test_a_tier_is_stored_with_its_points_facts_and_steps() -> None:
    person = CaseDetailsFactory(rosh="medium", mappa_level=1, rsr=2).person
    assert determine(person) == NOTHING | {"tiers_first": 1}
    row = current(person)
    assert (row.letter, row.points, row.provisional, row.reason) == ("C", 15, False, "settled")
    assert row.breakdown == [["rosh", 10], ["mappa", 5]]
    assert row.facts == {"rosh": "medium", "mappa_level": 1, "rsr": "2.00", "registers": None}
    assert [rule for rule, _found in row.steps] == ["TI-02", "TI-07", "TI-03"]
    assert (row.origin, row.worked_out, row.entry) == ("computed", "C", None)


def test_a_second_run_writes_nothing() -> None:
    person = CaseDetailsFactory().person
    determine(person)
    assert determine(person) == NOTHING


def test_a_changed_fact_supersedes_and_the_past_answer_can_be_read() -> None:
    details = CaseDetailsFactory(rosh="low", rsr=1)
    determine(details.person)
    details.rosh = "very_high"
    details.save()
    assert determine(details.person) == NOTHING | {"tiers_changed": 1}
    old, new = details.person.tierdeterminations.order_by("id")
    assert (old.letter, old.facts["rosh"], old.superseded_at) == ("D", "low", NOW)
    assert (new.letter, new.superseded_at) == ("A", None)


def test_missing_risk_is_a_provisional_tier() -> None:
    person = PersonFactory()
    determine(person)
    assert (current(person).letter, current(person).reason) == ("D", "provisional")


@pytest.mark.parametrize(
    ("status", "reason"),
    [("REMAND", "unsentenced"), ("CIVIL_PRISONER", "unsentenced"), ("UNKNOWN", "legal_status_unknown")],
)
def test_who_is_not_sentenced_has_a_reason_and_no_letter(status: str, reason: str) -> None:
    person = PersonFactory(legal_status=status)
    determine(person)
    assert (current(person).letter, current(person).reason) == (None, reason)


def facts_row(**facts: object) -> dict[str, object]:
    known = {"details__rosh": "low", "details__mappa_level": None, "details__rsr": Decimal(1)}
    entry = {"entry": None, "entered": None, "entered_by": None}
    return {"pk": 1, "sex": "male", "legal_status": "SENTENCED", "factors": None} | known | entry | facts


def test_an_impossible_score_gives_no_letter_but_a_reason() -> None:
    found = answer(facts_row(details__rsr=Decimal("150")))
    assert (found.columns["letter"], found.columns["community_letter"], found.reason) == (None, None, "invalid_fact")


def test_beside_an_impossible_score_an_entered_tier_counts() -> None:
    found = answer(facts_row(details__rsr=Decimal("150"), entry=7, entered="B", entered_by=3))
    counts = [found.columns[name] for name in ("letter", "computed_letter", "points", "origin", "entry_id")]
    assert counts == ["B", None, None, "entered", 7]


def test_the_community_tier_is_provisional_until_the_additional_factors_are_looked_up() -> None:
    person = CaseDetailsFactory(rosh="medium", mappa_level=1, rsr=2).person
    determine(person)
    row = current(person)
    assert (row.letter, row.provisional) == ("C", False)
    assert (row.community_letter, row.community_points, row.community_provisional) == ("C", 15, True)


def test_who_has_left_keeps_the_last_answer() -> None:
    person = CaseDetailsFactory().person
    determine(person)
    Person.objects.filter(pk=person.pk).update(prison=None, wing=None)
    CaseDetailsFactory._meta.model.objects.filter(person=person).update(rosh="high")
    assert determine(person) == NOTHING
    assert current(person).letter == "C"


def test_many_people_take_as_many_queries_as_one(django_assert_num_queries) -> None:
    people = [CaseDetailsFactory().person.pk for _ in range(20)]
    with django_assert_num_queries(7):
        determine_tiers(people, WINDOW)


def test_an_answer_given_for_a_later_day_stands_when_an_earlier_one_is_replayed() -> None:
    person = CaseDetailsFactory().person
    determine(person)
    assert determine_tiers([person.pk], window_of(days(-1), NOW)) == NOTHING
