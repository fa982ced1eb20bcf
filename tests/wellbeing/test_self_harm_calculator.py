"""The calculator kind `self-harm` (WB-14): the case file, what is refused, and an oracle of its own."""

import json
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omic.calculator import answer_line
from omic.policy import DEFAULT_POLICY
from tests.case_files import Case, read_cases
from wellbeing.calculate.self_harm import answer
from wellbeing.rules import Alert, SelfHarmWeek, compare, policy_on

CASES = read_cases("self_harm")
ON = date(2026, 11, 25)


def ask(facts: dict[str, Any]) -> dict[str, Any]:
    return answer_line(json.dumps(facts), kind=answer, on=ON, policy=DEFAULT_POLICY)


def known(**facts: Any) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value not in ("", "?")}


def incident(written: str) -> dict[str, Any]:
    """`A 2026-11-17 x2`: person, day, how often; a question mark for what is not known."""
    person, on, *count = written.split()
    return known(person=person, on=on, count=int(count[0].removeprefix("x")) if count else "?")


def week(written: str) -> dict[str, Any]:
    return {
        name: int(figure)
        for name, figure in zip(("people", "incidents"), written.split("/"), strict=True)
        if figure != "?"
    }


def facts_of(case: Case) -> dict[str, Any]:
    incidents = [incident(one) for one in case["incidents"].split(";") if one]
    history = [week(one) for one in case["history"].split()]
    return known(id=case["id"], **{"from": case["from"]}, to=case["to"]) | {"incidents": incidents, "history": history}


def number(cell: str) -> float | None:
    return float(cell) if cell else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_self_harm(case: Case) -> None:
    found = ask(facts_of(case))
    if case["error"]:
        return _refuses(found, case["error"])
    assert (found["people"], found["incidents"]) == (number(case["people"]), number(case["incidents_counted"]))
    assert (found["mean_people"], found["mean_incidents"]) == (
        number(case["mean_people"]), number(case["mean_incidents"]),
    )  # fmt: skip
    assert found["alert"] == case["alert"].split()
    assert {step["rule"] for step in found["because"]} == {"WB-14"}
    assert {step["source"] for step in found["because"]} == {"000_f67943382f35f8af.txt"}
    return None


def _refuses(found: dict[str, Any], fact: str) -> None:
    assert (found["ok"], set(found["errors"])) == (False, {fact})


@pytest.mark.parametrize(
    ("facts", "fact"),
    [
        ({"weeks": 8}, "weeks"),
        ({"from": 20261116}, "from"),
        ({"to": "16/11/2026"}, "to"),
        ({"incidents": {}}, "incidents"),
        ({"incidents": [{"person": 7}]}, "incidents"),
        ({"incidents": [{"person": "A", "count": 1.5}]}, "incidents"),
        ({"incidents": [{"who": "A"}]}, "incidents"),
        ({"incidents": ["A"]}, "incidents"),
        ({"history": [[1, 2]]}, "history"),
        ({"history": [{"people": True}]}, "history"),
        ({"history": [{"women": 2}]}, "history"),
    ],
)
def test_what_cannot_be_read_is_refused(facts: dict[str, Any], fact: str) -> None:
    _refuses(ask(facts), fact)


def test_every_key_is_there_when_nothing_is_known() -> None:
    found = ask({"id": "p", "incidents": None, "history": None})
    assert found.pop("because")
    figures = dict.fromkeys(("people", "incidents", "mean_people", "mean_incidents"))
    assert found == {"id": "p", "ok": True, "policy": "wellbeing_2021_05", "alert": [], **figures}


# --- an oracle that shares nothing with the rule ---------------------------------------------------------------------

DAYS = st.dates(date(2026, 10, 1), date(2026, 12, 31))
INCIDENTS = st.lists(st.tuples(st.sampled_from("ABCDE"), DAYS, st.integers(0, 4)), max_size=25)
PAST = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 30)), max_size=12)


def hundredths(mean: Fraction) -> float:
    """Half to even, by hand."""
    whole, rest = divmod(mean * 100, 1)
    up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1)
    return float(Fraction(whole + up, 100))


@settings(max_examples=100, deadline=None)
@given(DAYS, st.integers(0, 30), INCIDENTS, PAST)
def test_the_oracle_agrees(first: date, length: int, incidents: list, past: list) -> None:
    last = first + timedelta(days=length)
    found = answer(
        {
            "from": str(first),
            "to": str(last),
            "incidents": [{"person": person, "on": str(on), "count": count} for person, on, count in incidents],
            "history": [{"people": people, "incidents": number} for people, number in past],
        },
        on=ON,
        policy=DEFAULT_POLICY,
    )
    often = dict.fromkeys("ABCDE", 0)
    for person, on, count in incidents:
        often[person] += count if not (on < first or on > last) else 0
    figures = {"people": len([person for person in often if often[person] > 0]), "incidents": sum(often.values())}
    assert {name: found[name] for name in figures} == figures
    above = []
    for place, name in enumerate(figures):
        series = [Fraction(one[place]) for one in past[-8:]]
        mean = sum(series, Fraction(0)) / len(series) if series else None
        assert found[f"mean_{name}"] == (None if mean is None else hundredths(mean))
        above += [name] if mean is not None and figures[name] > mean else []
    assert found["alert"] == above


@settings(max_examples=100, deadline=None)
@given(st.tuples(st.integers(0, 15), st.integers(0, 40)), PAST, st.integers(0, 3), st.integers(1, 5))
def test_the_pages_alert_agrees(now: tuple[int, int], past: list, deviations: int, people_above: int) -> None:
    found = compare(
        SelfHarmWeek(*now),
        [SelfHarmWeek(*one) for one in past],
        alert=Alert(deviations, people_above),
        policy=policy_on(ON),
    ).value
    expected = []
    for place, name in enumerate(("people", "incidents")):
        series = [Fraction(one[place]) for one in past[-8:]]
        if not series:
            continue
        mean = sum(series, Fraction(0)) / len(series)
        variance = sum(((one - mean) ** 2 for one in series), Fraction(0)) / len(series)
        distance = now[place] - mean
        many = place == 0 and distance >= people_above
        if many or (distance > 0 and distance**2 > deviations**2 * variance):
            expected.append(name)
    assert list(found.alert) == expected
