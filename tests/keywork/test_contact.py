"""What one person is owed in contact and whether it was given: case files that a policy officer can read."""

from datetime import date, timedelta
from typing import Any

import pytest

from keywork.calculate.contact import answer
from keywork.policy import REASONS, RULES_BY_ID, VERSIONS, WHY_WORDS, Level, Why
from keywork.rules import (
    KeyWorkFacts,
    LevelFrom,
    Spell,
    Trigger,
    WeekLevel,
    level_of_month,
    level_of_week,
    month_cadence,
    policy_on,
    week_cadence,
)
from omic.calculator import BadFactsError
from omic.policy import DEFAULT_POLICY
from tests.case_files import Case, read_cases

CONTACT = read_cases("contact")
LEVELS = read_cases("contact_levels")
PEOPLE = read_cases("contact_people")
LISTS = ("sessions", "checks", "pom_engagements", "out_on", "suspensions", "priority_groups")
FORTNIGHTLY = {"frequency": "fortnightly", "prison_function": "long_term_training", "pgd_approved": True}


def asked(facts: dict[str, Any], today: str) -> dict[str, Any]:
    return answer(facts, on=date.fromisoformat(today), policy=DEFAULT_POLICY)


def facts_of(written: str) -> dict[str, Any]:
    """Facts written `name=value; name=value`: yes and no for yes/no, lists with blanks between."""
    pairs = (pair.split("=", 1) for pair in written.split("; ") if pair)
    return {
        name: [item(name, one) for one in value.split()] if name in LISTS else plain(value) for name, value in pairs
    }


def plain(value: str) -> bool | int | str:
    if value in ("yes", "no"):
        return value == "yes"
    return int(value) if value.isdigit() else value


def item(name: str, written: str) -> Any:
    """One of a list: `day/minutes/type/mode`, as far as they are known, and of suspensions `from..to/approved by`."""
    parts = written.split("/")
    if name == "suspensions":
        first, last = parts[0].split("..")
        return {"from": first, "to": last or None, "approved_by": parts[1], "reason": "Outbreak"}
    if len(parts) == 1:
        return written
    known = dict(zip(("on", "minutes", "type", "mode"), parts, strict=False))
    return {**known, "minutes": int(known["minutes"])}


def spans(days: list[str]) -> str:
    """Days as the case files write them: runs of three and more as `first..last`."""
    runs: list[list[date]] = []
    for day in map(date.fromisoformat, days):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return " ".join(f"{run[0]}..{run[-1]}" if len(run) > 2 else " ".join(map(str, run)) for run in runs)


def in_words(one: dict[str, Any]) -> str:
    without = f", without {spans(one['missed'])}" if one["missed"] else ""
    owed = f"{one['kind']}: {one['count']} a {one['period']} {one['basis']}, due {spans(one['due_on'])}"
    return f"{owed}, {one['done']} done{without}, {one['state']} ({one['rule']})"


def owed_in_words(found: dict[str, Any]) -> str:
    parts = (f"{one['kind']}: {one['count']} a {one['period']} {one['basis']}" for one in found["obligations"])
    rules = (one["rule"] for one in found["obligations"])
    return " | ".join(f"{part} ({rule})" for part, rule in zip(parts, rules, strict=True))


@pytest.mark.parametrize("case", CONTACT, ids=lambda case: case["id"])
def test_obligations(case: Case) -> None:
    found = asked(facts_of(case["facts"]), case["today"])
    words = [in_words(one) for one in found["obligations"]]
    assert sorted(words) == sorted(one for one in case["expected"].split(" | ") if one)
    rules = [step["rule"] for step in found["because"]]
    assert case["rule"] in rules
    assert {one["rule"] for one in found["obligations"]} <= set(rules)


@pytest.mark.parametrize("case", LEVELS, ids=lambda case: case["id"])
def test_every_estate_level_and_group(case: Case) -> None:
    facts = {name: case[name] for name in ("estate", "complexity", "cohort") if case[name]}
    facts |= {"regime_level": int(case["level"])} if case["level"] else {}
    facts |= {"acct": "open"} if case["priority"] == "yes" else {}
    facts |= FORTNIGHTLY if case["frequency"] else {}
    week = asked({**facts, "week_start": "2026-03-02"}, "2026-03-02")
    month = asked({**facts, "month": "2026-03"}, "2026-03-02")
    both = asked({**facts, "week_start": "2026-03-02", "month": "2026-03"}, "2026-03-02")
    assert (owed_in_words(week), owed_in_words(month)) == (case["week"], case["month"])
    assert both["obligations"] == [*week["obligations"], *month["obligations"]]
    assert case["rule"] in [step["rule"] for step in both["because"]]


@pytest.mark.parametrize("case", PEOPLE, ids=lambda case: case["id"])
def test_entitlement_priority_and_frequency(case: Case) -> None:
    found = asked(facts_of(case["facts"]), case["today"])
    windows = [f"{name} {one['opens_on']}..{one['closes_on']}" for name, one in found["priority_windows"].items()]
    answered = {
        "has_key_worker": "yes" if found["has_key_worker"] else "no",
        "priority_windows": " ".join(windows),
        "frequency": found["frequency"],
        **{name: " ".join(found[name]) for name in ("priority_groups", "to_decide", "short_sessions")},
    }
    assert answered == {name: case[name] for name in answered}
    assert found["priority"] is bool(case["priority_groups"])
    assert case["rule"] in [step["rule"] for step in found["because"]]


def levels(*written: str) -> list[LevelFrom]:
    """Levels written `2026-03-04 2`: from that day on level 2."""
    pairs = (one.split() for one in written)
    return [LevelFrom(date.fromisoformat(day), Level(int(level))) for day, level in pairs]


@pytest.mark.parametrize(
    ("written", "level", "since"),
    [
        ([], None, "2026-03-02"),
        (["2026-01-01 3"], 3, "2026-03-02"),
        (["2026-01-01 3", "2026-03-02 2"], 2, "2026-03-02"),  # on the Monday itself
        (["2026-01-01 3", "2026-03-03 2"], 3, "2026-03-02"),  # down in the week: next Monday
        (["2026-01-01 1", "2026-03-03 3"], 1, "2026-03-02"),  # up, but not to 4: next Monday
        (["2026-01-01 3", "2026-03-03 4"], 4, "2026-03-03"),
        (["2026-01-01 3", "2026-03-08 4"], 4, "2026-03-08"),
        (["2026-01-01 3", "2026-03-09 4"], 3, "2026-03-02"),
        (["2026-01-01 3", "2026-03-03 4", "2026-03-05 2"], 4, "2026-03-03"),  # down again: next Monday
        (["2026-01-01 4", "2026-03-03 2"], 4, "2026-03-02"),
        (["2026-01-01 4", "2026-03-03 2", "2026-03-06 4"], 4, "2026-03-02"),
        (["2026-03-05 4"], 4, "2026-03-05"),
    ],
)
def test_ED_11_the_level_that_governs_a_week(written: list[str], level: int | None, since: str) -> None:  # noqa: N802
    found = level_of_week(levels(*written), week_start=date(2026, 3, 2))
    assert found == WeekLevel(None if level is None else Level(level), date.fromisoformat(since))


@pytest.mark.parametrize(
    ("written", "level"),
    [
        ([], None),
        (["2026-05-01 3"], None),
        (["2026-04-30 3"], 1),  # 29 days without a level count as level 1
        (["2026-01-01 3"], 3),
        (["2026-01-01 3", "2026-04-16 2"], 3),  # 15 days each: the stricter
        (["2026-01-01 2", "2026-04-16 3"], 3),
        (["2026-01-01 3", "2026-04-15 2"], 2),
        (["2026-01-01 1", "2026-04-11 2", "2026-04-21 3"], 3),  # 10 days each
        (["2026-01-01 1", "2026-04-11 2", "2026-04-22 4"], 2),  # 10, 11 and 9
    ],
)
def test_a_month_follows_the_level_of_most_of_its_days(written: list[str], level: int | None) -> None:
    assert level_of_month(levels(*written), month=date(2026, 4, 9)) == level


@pytest.mark.parametrize(
    ("facts", "fact"),
    [
        ({"week_start": "2026-03-03"}, "week_start"),
        ({"month": "2026-13"}, "month"),
        ({"month": "2026-03-01"}, "month"),
        ({"month": "0001-01"}, "month"),
        ({"regime_level": 5}, "regime_level"),
        ({"estate": "open"}, "estate"),
        ({"sessions": "2026-03-03"}, "sessions"),
        ({"sessions": [{"minutes": 45}]}, "sessions"),
        ({"sessions": [{"on": "2026-03-03", "type": "KS"}]}, "sessions"),
        ({"sessions": [{"on": "2026-03-03", "minutes": -1}]}, "sessions"),
        ({"sessions": [None]}, "sessions"),
        ({"checks": [{"on": "2026-03-03"}]}, "checks"),
        ({"out_on": ["2026-02-29"]}, "out_on"),
        ({"suspensions": [{"from": "2026-03-03", "to": "2026-03-02"}]}, "suspensions"),
        ({"suspensions": [{"from": "2026-03-03", "by": "Governor"}]}, "suspensions"),
        ({"here_from": "2026-03-03", "here_to": "2026-03-02"}, "here_to"),
        ({"priority_groups": ["acct"]}, "priority_groups"),
        ({"youth_arrived_at": "2026-03-03"}, "youth_arrived_at"),
        ({"level": 4}, "level"),
    ],
)
def test_an_error_is_keyed_by_its_fact(facts: dict[str, Any], fact: str) -> None:
    with pytest.raises(BadFactsError) as bad:
        asked(facts, "2026-03-04")
    assert list(bad.value.errors) == [fact]


def held(**known: Any) -> KeyWorkFacts:
    return KeyWorkFacts("men_closed", None, (Spell(date(2026, 3, 4), None),), **known)


def test_what_is_owed_says_when_it_opens_and_why() -> None:
    outcome = week_cadence(held(), week_start=date(2026, 3, 2), level=WeekLevel(None, date(2026, 3, 2)))
    one = outcome.value[0]
    assert (outcome.reason, one.opens_on, one.closes_on) == ("owed", date(2026, 3, 4), date(2026, 3, 8))
    assert (one.period_start, one.steps) == (date(2026, 3, 2), outcome.steps)


def test_daily_checks_open_and_close_with_their_days() -> None:
    facts = held(
        priority=True, triggers=(Trigger(Why.NO_KEY_WORKER, date(2026, 3, 1)),), sessions_on=(date(2026, 3, 6),)
    )
    outcome = week_cadence(facts, week_start=date(2026, 3, 2), level=WeekLevel(Level.LOCKDOWN, date(2026, 3, 2)))
    checks = outcome.value[-1]
    assert (checks.opens_on, checks.closes_on, len(checks.due_on)) == (date(2026, 3, 4), date(2026, 3, 6), 3)
    assert [step.rule_id for step in checks.steps] == ["ED-08"]


def test_nothing_is_owed_in_hospital() -> None:
    facts = held(in_hospital=True)
    week = week_cadence(facts, week_start=date(2026, 3, 2), level=WeekLevel(None, date(2026, 3, 2)))
    month = month_cadence(facts, month=date(2026, 3, 2), level=None)
    assert (week.value, month.value) == ((), ())
    assert {week.reason, month.reason} == {"nothing_owed"}


def test_a_suspension_that_does_not_say_since_when_excepts_nothing() -> None:
    facts = {"week_start": "2026-03-02", "suspensions": [{"to": "2026-03-31", "approved_by": "Governor"}]}
    assert asked(facts, "2026-03-09")["obligations"][0]["state"] == "not_met"


def test_every_key_is_answered() -> None:
    found = asked({}, "2026-03-04")
    assert found.pop("because")[0]["rule"] == "KW-01"
    assert found == {
        "policy": "key_work_2021_05",
        "has_key_worker": True,
        "priority": False,
        "priority_groups": [],
        "priority_windows": {},
        "to_decide": [],
        "frequency": "weekly",
        "short_sessions": [],
        "obligations": [],
    }


def test_every_rule_of_the_cases_is_known_and_every_code_has_words() -> None:
    assert {case["rule"] for case in (*CONTACT, *LEVELS, *PEOPLE)} <= set(RULES_BY_ID)
    assert set(WHY_WORDS) == set(Why)
    assert {"owed", "nothing_owed", "allowed", "not_allowed"} <= set(REASONS)
    assert policy_on(date(2019, 6, 1)) is VERSIONS[0]
