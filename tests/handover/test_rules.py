"""Responsibility and handover under `seed_2019`: the case file, boundaries, and what must hold for any facts."""

from datetime import date, timedelta

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from handover.calculate import FACTS
from handover.policy import REASONS, RULES_BY_ID, TIMINGS, Reason
from handover.rules import Determination, HandoverFacts, determine, state_on, state_step
from omic.calculator import day, read_facts, text
from omic.policy import Outcome
from tests.case_files import Case, given, read_cases

CASES = read_cases("handover")
READERS = FACTS | {"today": day, "legal_status": text}
WHERE_DATES_DECIDE = {"HO-13", "HO-20"}  # asked of every case, never the rule that decides

EXPECTED = (
    "reason",
    "responsibility",
    "start_on",
    "handover_on",
    "earliest_release",
    "blocking",
    "provisional",
    "next_change_on",
)


def asked(case: Case) -> tuple[HandoverFacts, Outcome[Determination]]:
    known = [fact for fact in case if fact in READERS]
    facts = HandoverFacts(**read_facts(given(case, known), READERS))
    return facts, determine(facts)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: Case) -> None:
    facts, outcome = asked(case)
    value = outcome.value
    release = value.earliest_release
    assert {
        "reason": outcome.reason,
        "responsibility": state_on(value, facts.today) or "",
        "start_on": str(value.start_on or ""),
        "handover_on": str(value.handover_on or ""),
        "earliest_release": f"{release.kind} {release.on}" if release else "",
        "blocking": " ".join(value.blocking),
        "provisional": " ".join(value.provisional),
        "next_change_on": str(value.next_change_on or ""),
    } == {column: case[column] for column in EXPECTED}
    assert case["rule"] in [step.rule_id for step in outcome.steps]


def test_every_rule_has_a_case() -> None:
    assert {case["rule"] for case in CASES} == set(RULES_BY_ID) - WHERE_DATES_DECIDE


def test_every_reason_has_words_and_a_case() -> None:
    assert {case["reason"] for case in CASES} == set(Reason) == set(REASONS)


def test_every_citation_names_a_source_and_a_place() -> None:
    assert all(rule.words and rule.cite.locator and rule.cite.source.name for rule in RULES_BY_ID.values())


def test_case_ids_are_unique() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES)


def test_first_step_names_the_version() -> None:
    _, outcome = asked(CASES[0])
    assert outcome.policy == "seed_2019"
    assert outcome.steps[0] == ("HO-20", "seed_2019")


def test_a_version_without_numbers_is_refused() -> None:
    with pytest.raises(KeyError):
        determine(HandoverFacts(today=date(2026, 1, 15)), policy="omic_2026")
    assert [timing.version for timing in TIMINGS] == ["seed_2019"]


@pytest.mark.parametrize(
    ("on", "state"),
    [
        (date(2026, 3, 1), "POM"),
        (date(2026, 3, 2), "POM_WITH_COM"),
        (date(2026, 6, 29), "POM_WITH_COM"),
        (date(2026, 6, 30), "COM"),
    ],
)
def test_HO_13_a_boundary_day_belongs_to_the_later_state(on: date, state: str) -> None:  # noqa: N802
    stored = Determination(None, date(2026, 3, 2), date(2026, 6, 30), None, (), (), None)
    assert state_on(stored, on) == state
    step = state_step(stored, on)
    assert step is not None
    assert step.rule_id in RULES_BY_ID


def test_HO_13_has_nothing_to_say_without_dates() -> None:  # noqa: N802
    _, outcome = asked({**CASES[0], "recalled": "yes"})
    assert state_step(outcome.value, date(2026, 1, 15)) is None


days = st.dates(date(2005, 1, 1), date(2035, 12, 31))
maybe = st.none() | days
any_facts = st.builds(
    HandoverFacts,
    today=days,
    sentence_type=st.sampled_from(["determinate", "indeterminate"]),
    legal_status=st.sampled_from(["sentenced", "sentenced", "sentenced", "remand", "civil", "immigration"]),
    sentence_start=maybe,
    ard=maybe,
    crd=maybe,
    ped=maybe,
    ted=maybe,
    thd=maybe,
    recalled=st.booleans(),
    provider=st.sampled_from([None, "nps", "crc"]),
    mappa_level=st.sampled_from([None, 0, 1, 2, 3]),
    early_allocation=st.booleans(),
    early_allocation_agreed_on=maybe,
    parole_outcome=st.sampled_from([None, "release", "not_release", "deferred"]),
    com_oasys_reviewed=st.booleans(),
    last_review_on=maybe,
    recall_hearing_outcome=st.sampled_from([None, "release", "not_release"]),
    moved_to_open_on=maybe,
)


@given_any(any_facts)
@settings(max_examples=400, deadline=None)
def test_exactly_one_lead_and_dates_in_order(facts: HandoverFacts) -> None:
    outcome = determine(facts)
    value = outcome.value
    leads = state_on(value, facts.today)
    assert (leads is None) == (facts.legal_status in ("remand", "civil"))
    assert (value.start_on is None) == (value.handover_on is None)
    assert value.responsibility_fixed is None or value.handover_on is None
    if value.start_on and value.handover_on:
        assert value.start_on <= value.handover_on
    assert {step.rule_id for step in outcome.steps} <= set(RULES_BY_ID)


indeterminate_facts = any_facts.filter(lambda facts: facts.sentence_type == "indeterminate")


@given_any(any_facts, st.integers(0, 4000))
@settings(max_examples=400, deadline=None)
def test_nothing_changes_before_next_change_on(facts: HandoverFacts, later: int) -> None:
    now = determine(facts)
    on = facts.today + timedelta(days=later)
    due = now.value.next_change_on
    assert due is None or due > facts.today
    then = determine(at(facts, on))
    if due is None or on < due:
        assert answer(then) == answer(now)


@given_any(indeterminate_facts)
@settings(max_examples=400, deadline=None)
def test_on_next_change_on_the_answer_is_another(facts: HandoverFacts) -> None:
    now = determine(facts)
    if now.value.next_change_on is not None:
        assert answer(determine(at(facts, now.value.next_change_on))) != answer(now)


def at(facts: HandoverFacts, on: date) -> HandoverFacts:
    """The same facts asked about on another day."""
    return HandoverFacts(**{name: getattr(facts, name) for name in facts.__slots__} | {"today": on})


def answer(outcome: Outcome[Determination]) -> tuple[object, ...]:
    value = outcome.value
    dates = value.responsibility_fixed, value.start_on, value.handover_on, value.earliest_release
    return outcome.reason, *dates, value.blocking, value.provisional, outcome.steps
