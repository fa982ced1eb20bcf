"""What is owed and which priority groups apply: the case file, and what stands beside every rule."""

from datetime import date

import pytest

from keywork.policy import GROUP_TAGS, GROUP_WORDS, PROMPTS, REASONS, RULES_BY_ID, VERSIONS
from keywork.rules import (
    KeyWorkFacts,
    PriorityFacts,
    Spell,
    entitled,
    full_time,
    is_short,
    policy_on,
    priority_groups,
)
from tests.case_files import Case, read_cases

CASES = read_cases("keywork")
ON = date(2026, 11, 18)


def asking(what: str) -> pytest.MarkDecorator:
    cases = [case for case in CASES if case["asks"] == what]
    return pytest.mark.parametrize("case", cases, ids=lambda case: case["id"])


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@asking("priority")
def test_priority_groups(case: Case) -> None:
    facts = PriorityFacts(
        acct_open=case["acct_open"] == "yes",
        rosh=case["rosh"] or None,
        tact=case["tact"] == "yes",
        release_on=day(case["release_on"]),
    )
    outcome = priority_groups(facts, on=day(case["on"]))
    assert (outcome.value, outcome.reason) == (tuple(case["groups"].split()), case["reason"])


@pytest.mark.parametrize("minutes, short", [(44, True), (45, False), (90, False), (None, False)])
def test_ED_06_a_shortened_session_is_pointed_out(minutes: int | None, short: bool) -> None:  # noqa: N802
    assert is_short(minutes, full=full_time(estate="men_closed", on=ON)) is short


@pytest.mark.parametrize(
    "estate, level, fortnightly, full",
    [
        ("men_closed", 1, False, 45),
        ("men_closed", 1, True, 90),
        ("men_closed", 2, False, None),
        ("men_open", 1, False, None),
        ("women", None, False, None),
    ],
)
def test_ED_06_is_of_mens_closed_prisons(estate: str, level: int, fortnightly: bool, full: int | None) -> None:  # noqa: N802
    assert full_time(estate=estate, on=ON, level=level, fortnightly=fortnightly) == full


def test_every_reason_has_words() -> None:
    assert {case["reason"] for case in CASES} <= set(REASONS)
    facts = KeyWorkFacts("women", "high", (Spell(ON, None),))
    assert entitled(facts, on=ON).reason in REASONS


def test_every_rule_of_the_cases_is_known_and_every_group_has_words() -> None:
    assert {case["rule"] for case in CASES} <= set(RULES_BY_ID)
    assert set(GROUP_TAGS) | {"none"} == set(GROUP_WORDS)
    assert len(PROMPTS) == 7


def test_a_day_before_the_first_version_reads_as_the_first() -> None:
    assert policy_on(date(2019, 6, 1)) is VERSIONS[0]
