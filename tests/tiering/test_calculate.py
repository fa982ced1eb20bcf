"""The calculator kind `tier`: errors by fact in every rule set, and what `because` cites."""

import json
from datetime import date
from typing import Any

import pytest

from omic.calculator import answer_line
from tiering.calculate import answer
from tiering.policy import RULESETS

ON = date(2026, 11, 22)


def ask(facts: dict[str, Any]) -> dict[str, Any]:
    return answer_line(json.dumps(facts), kind=answer, on=ON, policy="seed_2019")


@pytest.mark.parametrize("ruleset", RULESETS)
@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("rsr", 99.985),
        ("rsr", -0.01),
        ("ogrs3", 101),
        ("mappa_level", 4),
        ("rosh", "none"),
        ("arp", 100.01),
        ("arp", -1),
        ("csrp", 101),
        ("csrp", "6.9"),
        ("mappa_category", 0),
        ("dcsrp_band", "severe"),
        ("latest_release_on", "2026-02-30"),
        ("active_event", 1),
        ("needs", {"drugs": "some"}),
    ],
)
def test_a_value_that_cannot_be_is_an_error_of_its_fact(ruleset: str, fact: str, value: object) -> None:
    refused = ask({"id": "a", "ruleset": ruleset, "arp": 1, "csrp": 1, fact: value})
    assert (refused["ok"], list(refused["errors"])) == (False, [fact])


def test_a_medium_dcsrp_below_its_band_is_an_error_where_version_3_reads_it() -> None:
    facts = {"arp": 1, "csrp": 1, "dcsrp_band": "medium", "dcsrp_score": 0.5}
    assert list(ask(facts | {"ruleset": "v3"})["errors"]) == ["dcsrp_score"]
    assert ask(facts)["ok"]


@pytest.mark.parametrize("ruleset", RULESETS)
def test_nothing_known_is_answered(ruleset: str) -> None:
    answered = ask({"id": "a", "ruleset": ruleset})
    assert answered["ok"] and answered["policy"] == ruleset
    assert answered["because"] and all(line["rule"].startswith("TI-") for line in answered["because"])


def test_each_rule_set_cites_what_it_goes_by() -> None:
    found = {ruleset: ask({"ruleset": ruleset, "rosh": "low", "rsr": 1, "arp": 1, "csrp": 1}) for ruleset in RULESETS}
    criteria = {name: next(x for x in row["because"] if x["rule"] == "TI-07") for name, row in found.items()}
    assert len({line["text"] for line in criteria.values()}) == len(RULESETS)
    assert "NPS" not in criteria["custody_v2"]["source"] and criteria["v3"]["source"].startswith("HMPPS Tier")


def test_repeated_registers_and_womens_factors_come_as_documented() -> None:
    women = {"parenting": True, "impulsivity": 1, "temper": 2, "enforcement": None}
    facts = {"rosh": "low", "rsr": 1, "sex": "female", "complexity_registers": ["STRG", "STRG"], "women_factors": women}
    assert ask(facts)["community_points"] == 6
