"""Tiers entered by hand: they count, end and are taken back in one transaction with what follows, and are all kept."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from omic.audit import Actor
from omic.details import record_details
from omic.models import AuditEvent, Person, Staff
from omic.reconcile import reconcile, window_of
from tests.factories import NOW, TODAY, CaseDetailsFactory, PersonFactory, PrisonFactory, StaffFactory, days
from tiering.actions import (
    EntryChangedError,
    RefusedError,
    enter_tier,
    record_additional_factors,
    withdraw_tier_entry,
)
from tiering.models import TierDetermination, TierEntry
from tiering.pipeline import determine_tiers

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def hollis() -> Staff:
    return StaffFactory(username="hollis")


def without_rsr(**facts: Any) -> Person:
    """Sentenced, RoSH low and no RSR: a provisional tier D."""
    person = CaseDetailsFactory(**{"rosh": "low", "rsr": None} | facts).person
    reconcile([person.pk], window_of(TODAY, NOW))
    return person


def enter(person: Person, letter: str = "B", *, seen: int | None = None, by: Actor | None = None) -> TierEntry:
    by = by or Actor(staff=hollis())
    told = {"reason": "On the case record", "source": "nDelius"}
    return enter_tier(person=person, letter=letter, seen=seen, by=by, at=NOW, **told)


def state(person: Person, **values: Any) -> None:
    by = Actor(staff=hollis())
    record_details(person=person, values=values, source="OASys", as_at=TODAY, by=by, at=LATER)


def current(person: Person) -> TierDetermination:
    return person.tierdeterminations.get(superseded_at=None)


def test_an_entered_tier_counts_and_says_whose_it_is_with_the_computed_one_beside_it() -> None:
    person = without_rsr()
    entry = enter(person)
    row = current(person)
    assert (row.letter, row.origin, row.entry, row.provisional) == ("B", "entered", entry, False)
    assert (row.computed_letter, row.worked_out, row.points, row.reason) == ("D", "D", 0, "provisional")
    assert row.steps[-1] == ["TI-08", "entered by hand: tier B, which counts; worked out: D"]
    assert row.facts["entered"] == "B"


def test_entering_is_audited_without_the_free_text() -> None:
    person = without_rsr()
    entry = enter(person)
    event = AuditEvent.objects.get(action="enter_tier")
    assert (event.person, event.staff, event.detail["letter"], event.detail["entry"]) == (
        person,
        hollis(),
        "B",
        entry.pk,
    )
    assert "case record" not in str(event.detail)


def test_what_a_job_brings_is_labelled_imported() -> None:
    person = without_rsr()
    enter(person, by=Actor(job="import_details"))
    assert (current(person).origin, current(person).letter) == ("imported", "B")


def test_a_fact_that_settles_the_tier_ends_the_entry_in_its_own_transaction() -> None:
    person = without_rsr()
    entry = enter(person)
    state(person, rsr=Decimal("3.50"))
    entry.refresh_from_db()
    assert (current(person).letter, current(person).origin, current(person).entry) == ("C", "computed", None)
    assert (entry.ended_at, entry.ended_by) == (LATER, None)
    assert entry.ended_because == "RoSH and RSR are known, so the tier worked out from them counts"


def test_an_ended_entry_does_not_come_back() -> None:
    person = without_rsr()
    enter(person)
    state(person, rsr=Decimal("3.50"))
    state(person, rsr=None)
    assert (current(person).letter, current(person).origin, current(person).reason) == ("D", "computed", "provisional")


def test_a_fact_that_leaves_the_tier_provisional_lets_the_entry_stand() -> None:
    person = without_rsr()
    entry = enter(person)
    state(person, rosh="medium")
    assert (current(person).letter, current(person).computed_letter, current(person).entry) == ("B", "C", entry)


def test_known_facts_are_never_presented_as_a_lower_tier() -> None:
    person = without_rsr()
    entry = enter(person, "C")
    state(person, rosh="very_high")
    entry.refresh_from_db()
    assert (current(person).letter, current(person).origin) == ("A", "computed")
    assert entry.ended_because == "what is recorded already proves a higher tier, which counts"


@pytest.mark.parametrize(
    ("facts", "letter", "because"),
    [
        ({"rsr": 2}, "B", "RoSH and RSR are known"),
        ({"rosh": "high"}, "C", "proves a higher tier"),
    ],
)
def test_a_tier_that_would_not_count_is_refused_and_nothing_is_written(
    facts: dict[str, Any], letter: str, because: str
) -> None:
    person = without_rsr(**facts)
    with pytest.raises(RefusedError, match=because):
        enter(person, letter)
    assert not TierEntry.objects.exists()
    assert not AuditEvent.objects.filter(action="enter_tier").exists()


def test_who_is_not_sentenced_gets_no_tier() -> None:
    person = PersonFactory(legal_status="REMAND")
    with pytest.raises(RefusedError, match="serving a sentence"):
        enter(person)


def test_another_entry_replaces_the_one_that_was_seen_and_keeps_it() -> None:
    person = without_rsr()
    first = enter(person)
    second = enter(person, "A", seen=first.pk)
    first.refresh_from_db()
    assert (first.ended_because, first.ended_by) == ("another tier was entered", hollis())
    assert (current(person).letter, current(person).entry) == ("A", second)


@pytest.mark.parametrize("seen", [None, 999_999])
def test_nobodys_entry_is_replaced_unseen(seen: int | None) -> None:
    person = without_rsr()
    first = enter(person)
    with pytest.raises(EntryChangedError) as refused:
        enter(person, "A", seen=seen)
    assert (refused.value.standing, current(person).letter) == (first, "B")


def test_withdrawn_the_computed_tier_counts_again_and_another_may_be_entered() -> None:
    person = without_rsr()
    entry = enter(person)
    withdraw_tier_entry(person=person, seen=entry.pk, reason="Wrong person", by=hollis(), at=LATER)
    entry.refresh_from_db()
    assert (entry.ended_at, entry.ended_by, entry.ended_because) == (LATER, hollis(), "Wrong person")
    assert (current(person).letter, current(person).origin) == ("D", "computed")
    assert enter(person, "C").letter == current(person).letter == "C"


def test_nothing_can_be_withdrawn_twice() -> None:
    person = without_rsr()
    entry = enter(person)
    withdraw_tier_entry(person=person, seen=entry.pk, reason="Wrong", by=hollis(), at=LATER)
    for seen in (entry.pk, None):
        with pytest.raises(EntryChangedError):
            withdraw_tier_entry(person=person, seen=seen, reason="Wrong", by=hollis(), at=LATER)


def test_release_ends_the_entry_and_a_return_starts_without_it() -> None:
    person = without_rsr()
    entry = enter(person)
    Person.objects.filter(pk=person.pk).update(prison=None, wing=None)
    counts = determine_tiers([person.pk], window_of(TODAY, LATER))
    entry.refresh_from_db()
    assert (counts["tier_entries_ended"], entry.ended_because) == (1, "the person has left custody")
    assert current(person).letter == "B", "the last answer stays"
    Person.objects.filter(pk=person.pk).update(prison=PrisonFactory())
    determine_tiers([person.pk], window_of(days(1), LATER))
    assert (current(person).letter, current(person).origin) == ("D", "computed")


def test_nothing_is_entered_for_somebody_who_has_left() -> None:
    person = without_rsr()
    Person.objects.filter(pk=person.pk).update(prison=None, wing=None)
    with pytest.raises(RefusedError, match="left custody"):
        enter(person)


def test_a_transfer_keeps_the_entry() -> None:
    person = without_rsr()
    entry = enter(person)
    Person.objects.filter(pk=person.pk).update(prison=PrisonFactory(code="MDI"), wing=None)
    assert determine_tiers([person.pk], window_of(TODAY, LATER))["tiers_changed"] == 0
    assert current(person).entry == entry


def test_the_night_finds_no_drift_in_entered_tiers() -> None:
    person = without_rsr()
    enter(person)
    assert not any(determine_tiers([person.pk], window_of(days(1), LATER)).values())


def test_additional_factors_move_the_community_tier_alone() -> None:
    person = without_rsr(rosh="medium", mappa_level=1, rsr=2)
    record_additional_factors(
        person=person, registers=["STRG", "RMDO", "ALSH"], source="nDelius", as_at=TODAY, by=hollis(), at=NOW
    )
    row = current(person)
    assert (row.letter, row.community_letter, row.community_points) == ("C", "B", 21)
    assert (row.community_provisional, row.facts["registers"]) == (False, ["ALSH", "RMDO", "STRG"])
    assert row.community_breakdown == [["rosh", 10], ["mappa", 5], ["registers", 6]]


def test_the_additional_factors_of_the_latest_day_stand() -> None:
    person = without_rsr(rsr=2)
    for registers, as_at in ((["STRG"], TODAY), (["STRG", "RMDO"], days(-9))):
        record_additional_factors(
            person=person, registers=registers, source="nDelius", as_at=as_at, by=hollis(), at=NOW
        )
    assert current(person).community_points == 2


def test_a_womans_further_factors_count_and_are_stored_by_name() -> None:
    details = CaseDetailsFactory(rosh="low", rsr=1, person=PersonFactory(sex="female"))
    facts = {"parenting": True, "temper": 1, "impulsivity": 2, "enforcement": True}
    record_additional_factors(
        person=details.person, registers=[], source="OASys", as_at=TODAY, by=hollis(), at=NOW, **facts
    )
    row = current(details.person)
    assert (row.community_points, row.facts["womens_factors"]) == (
        6,
        [*("parenting", "impulsivity"), *("temper", "enforcement")],
    )
