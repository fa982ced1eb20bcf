"""The calculator kind `handover`: every key in every version, London's day, and whose facts are read."""

import io
import json
import sys
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from handover.bench.rules import measure, synthetic_people
from handover.calculate import answer
from omic.policy import POLICY_IDS

KEYS = {
    "policy", "responsibility", "handover_on", "start_on", "reason", "earliest_release", "blocking", "provisional",
    "because",
}  # fmt: skip
ON = date(2026, 1, 15)


def ask(policy: str, **facts: Any) -> dict[str, Any]:
    return answer(facts, on=ON, policy=policy)


@pytest.mark.parametrize("policy", POLICY_IDS)
@pytest.mark.parametrize("facts", [{}, {"crd": "2027-03-31"}, {"sentence_type": "indeterminate", "recalled": True}])
def test_every_key_is_always_there(policy: str, facts: dict[str, Any]) -> None:
    found = ask(policy, **facts)
    assert set(found) == KEYS
    assert found["policy"] == policy
    assert all(step["text"] and step["found"] and step["source"] and step["locator"] for step in found["because"])


@pytest.mark.parametrize("policy", POLICY_IDS)
def test_an_unknown_sentence_start_leaves_the_short_test_unasked_and_says_so(policy: str) -> None:
    found = [step["found"] for step in ask(policy, crd="2026-03-01")["because"]]
    assert "sentence start unknown: whether the sentence is short was not asked" in found


def test_only_versions_that_read_the_provider_are_provisional() -> None:
    marked = [policy for policy in POLICY_IDS if ask(policy, crd="2027-03-31")["provisional"]]
    assert marked == ["seed_2019", "omic_2019", "omic_2022"]


def test_a_curfew_date_names_itself() -> None:
    facts = {"sentence_start": "2019-01-10", "provider": "crc", "crd": "2020-06-30"}
    assert ask("omic_2019", **facts, hdced="2020-05-30")["earliest_release"] == {"kind": "hdced", "on": "2020-05-30"}
    granted = ask("omic_2022", **facts, hdc_actual="2020-06-10")["earliest_release"]
    assert granted == {"kind": "hdc_actual", "on": "2020-06-10"}


def test_a_later_agreement_and_review_are_the_first_versions_facts_alone() -> None:
    facts = {"sentence_type": "indeterminate", "ted": "2024-06-01", "parole_outcome": "deferred"}
    assert ask("seed_2019", **facts)["blocking"] == ["outcome", "com_oasys_review"]
    assert ask("omic_2026", **facts)["blocking"] == []


@pytest.mark.parametrize(("moment", "lead"), [("2026-07-16T22:59Z", "POM"), ("2026-07-16T23:00Z", "COM")])
def test_the_day_is_londons(monkeypatch: pytest.MonkeyPatch, moment: str, lead: str) -> None:
    line = json.dumps({"id": "a", "sentence_start": "2024-01-10", "crd": "2027-03-31"}).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line)))
    out = io.StringIO()
    with time_machine.travel(moment, tick=False):
        call_command("calculate", "handover", "--policy", "omic_2026", stdout=out)
    assert json.loads(out.getvalue())["responsibility"] == lead


@pytest.mark.long
def test_the_bench_asks_the_same_people_each_time() -> None:
    people = list(synthetic_people(50, seed=1))
    assert people == list(synthetic_people(50, seed=1))
    assert measure(people, "omic_2026").middle > 0
