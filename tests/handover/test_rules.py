"""Responsibility and handover under every policy version: the case files, and what must hold for any facts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from handover.calculate import FACTS
from handover.policy import REASONS, RULES_BY_ID, STORED_REASONS, TIMINGS, Reason, reason_words
from handover.rules import Determination, HandoverFacts, determine, state_on, state_step
from omic.calculator import day, read_facts, text
from omic.policy import POLICY_IDS, Outcome, render_steps
from tests.case_files import Case, given, read_cases

READERS = FACTS | {"today": day, "legal_status": text}
BY_DECISION = {"XC-55"}  # a decision and no fact of the calculator: tests/handover/test_overrides.py
WHERE_DATES_DECIDE = {"HO-13", "HO-20"}  # asked of every case; HO-20 decides only where the version's number is cited

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


def _cases() -> Iterator[Case]:
    """`handover.csv` is the first version's file; each later version has its own."""
    for policy in POLICY_IDS:
        name = "handover" if policy == POLICY_IDS[0] else f"handover_{policy}"
        for case in read_cases(name):
            yield {"blocking": ""} | case | {"policy": policy}


CASES = list(_cases())


def asked(case: Case) -> tuple[HandoverFacts, Outcome[Determination]]:
    known = [fact for fact in case if fact in READERS]
    facts = HandoverFacts(**read_facts(given(case, known), READERS))
    return facts, determine(facts, policy=case["policy"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['policy']}-{case['id']}")
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
    assert case["rule"] in [step.rule_id for step in outcome.steps[1:]]


def test_every_rule_has_a_case() -> None:
    assert {case["rule"] for case in CASES} >= set(RULES_BY_ID) - WHERE_DATES_DECIDE - BY_DECISION
    assert {case["rule"] for case in CASES} <= set(RULES_BY_ID)


def test_every_reason_has_words_and_a_case() -> None:
    assert {case["reason"] for case in CASES} | {Reason.OVERRIDDEN} == set(Reason) == set(REASONS)


def test_a_reason_says_by_how_many_months_its_version_counts() -> None:
    said = {version: reason_words(Reason.DETERMINATE, version).partition(" takes over ")[2] for version in POLICY_IDS}
    assert {words.removesuffix(" before release") for words in said.values()} == {
        *("8 months", "7 months and 15 days", "8 months and 14 days"),
    }
    assert "8 months and 14 days" in said["omic_2026"]
    assert "12 months before parole eligibility" in reason_words(Reason.DETERMINATE_PAROLE, "omic_2026")
    every = [reason_words(reason, version) for reason in STORED_REASONS for version in POLICY_IDS]
    assert not [words for words in every if "some months" in words]


def test_every_citation_names_a_source_and_a_place() -> None:
    assert all(rule.words and rule.cite.locator and rule.cite.source.name for rule in RULES_BY_ID.values())
    assert all(cite.locator for timing in TIMINGS for cite in timing.cites)


def test_case_ids_are_unique() -> None:
    assert len({(case["policy"], case["id"]) for case in CASES}) == len(CASES)


def test_two_different_branches_never_print_the_same_steps() -> None:
    printed: dict[object, str] = {}
    for case in CASES:
        _, outcome = asked(case)
        steps = tuple(render_steps(outcome.steps, RULES_BY_ID))
        assert printed.setdefault(steps, outcome.reason) == outcome.reason


def test_first_step_names_the_version() -> None:
    for case in CASES:
        _, outcome = asked(case)
        assert outcome.policy == case["policy"]
        assert outcome.steps[0] == ("HO-20", case["policy"])


def test_every_version_has_its_numbers() -> None:
    assert tuple(timing.version for timing in TIMINGS) == POLICY_IDS


def test_a_version_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError):
        determine(HandoverFacts(today=date(2026, 1, 15)), policy="omic_1999")


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
    immigration=st.booleans(),
    hdced=maybe,
    hdc_actual=maybe,
    additional_isp=st.booleans(),
    open_conditions=st.booleans(),
    womens_estate=st.booleans(),
    prison_arrival=maybe,
    category_active_since=maybe,
    welsh_open=st.booleans(),
)
any_version = st.sampled_from(POLICY_IDS)


@given_any(any_facts, any_version)
@settings(max_examples=600, deadline=None)
def test_exactly_one_lead_and_dates_in_order(facts: HandoverFacts, policy: str) -> None:
    outcome = determine(facts, policy=policy)
    value = outcome.value
    leads = state_on(value, facts.today)
    assert (leads is None) == (facts.legal_status in ("remand", "civil"))
    assert (value.start_on is None) == (value.handover_on is None)
    assert value.responsibility_fixed is None or value.handover_on is None
    if value.start_on and value.handover_on:
        assert value.start_on <= value.handover_on
    assert {step.rule_id for step in outcome.steps} <= set(RULES_BY_ID)


@given_any(any_facts, any_version, st.integers(0, 4000))
@settings(max_examples=600, deadline=None)
def test_nothing_changes_before_next_change_on(facts: HandoverFacts, policy: str, later: int) -> None:
    now = determine(facts, policy=policy)
    on = facts.today + timedelta(days=later)
    due = now.value.next_change_on
    assert due is None or due > facts.today
    then = determine(replace(facts, today=on), policy=policy)
    if due is None or on < due:
        assert answer(then) == answer(now)


@given_any(any_facts, any_version)
@settings(max_examples=600, deadline=None)
def test_on_next_change_on_the_answer_is_another(facts: HandoverFacts, policy: str) -> None:
    facts = replace(facts, sentence_type="indeterminate")
    now = determine(facts, policy=policy)
    if now.value.next_change_on is not None:
        then = determine(replace(facts, today=now.value.next_change_on), policy=policy)
        assert answer(then)[:-1] != answer(now)[:-1]


def answer(outcome: Outcome[Determination]) -> tuple[object, ...]:
    value = outcome.value
    dates = value.responsibility_fixed, value.start_on, value.handover_on, value.earliest_release
    return outcome.reason, *dates, value.blocking, value.provisional, outcome.steps
