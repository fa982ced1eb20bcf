"""`manage.py calculate`: JSON Lines in, cited answers out."""

import io
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils.module_loading import import_string

from omic.calculator import answer_line
from omic.policy import POLICY_IDS

TODAY = date(2026, 1, 15)
NEEDED = {"may": {"action": "join_daily_cohort"}}  # what a kind cannot do without
STANDARD = {"id": "p1", "sentence_start": "2024-01-10", "crd": "2027-03-31", "provider": "nps"}


def ask(kind: str, line: object, **options: Any) -> dict[str, Any]:
    answer = import_string(settings.CALCULATOR_KINDS[kind])
    written = line if isinstance(line, str | bytes) else json.dumps(line)
    return answer_line(written, kind=answer, on=TODAY, policy=options.get("policy", "seed_2019"))


def run(monkeypatch: pytest.MonkeyPatch, lines: str, *arguments: str) -> list[dict[str, Any]]:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
    call_command("calculate", *arguments, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_handover_answers_every_key() -> None:
    answer = ask("handover", STANDARD)
    because = answer.pop("because")
    assert answer == {
        "id": "p1",
        "ok": True,
        "policy": "seed_2019",
        "responsibility": "POM",
        "start_on": "2026-07-31",
        "handover_on": "2026-07-31",
        "reason": "determinate",
        "earliest_release": {"kind": "crd", "on": "2027-03-31"},
        "blocking": [],
        "provisional": [],
    }
    assert because[2]["rule"] == "HO-26"
    assert all(set(step) == {"rule", "text", "found", "source", "locator"} for step in because)


def test_tier_answers_every_key() -> None:
    facts = {"rosh": "medium", "rsr": 1.0, "mappa_level": 1, "complexity_registers": ["RMDO", "ALSH", "STRG"]}
    answer = ask("tier", {"id": "p1", **facts})
    assert answer.pop("because")[0]["rule"] == "TI-02"
    assert answer == {
        "id": "p1",
        "ok": True,
        "policy": "custody_v2",
        "custody_tier": "C",
        "community_tier": "B",
        "custody_points": 15,
        "community_points": 21,
        "change_level": 2,
        "change_points": 0,
        "provisional": False,
    }


def test_a_score_is_read_exactly_as_written() -> None:
    assert ask("tier", '{"rosh": "low", "rsr": 6.995}')["custody_tier"] == "B"
    assert ask("tier", '{"rosh": "low", "rsr": 6.9949}')["custody_tier"] == "C"


@pytest.mark.parametrize(
    ("kind", "facts", "fact"),
    [
        ("handover", {"release": "2027-03-31"}, "release"),
        ("handover", {"crd": "2027-02-29"}, "crd"),
        ("handover", {"crd": "20270228"}, "crd"),
        ("handover", {"crd": "2027-W09-1"}, "crd"),
        ("handover", {"crd": 20270228}, "crd"),
        ("handover", {"crd": "0001-03-01"}, "crd"),
        ("handover", {"recalled": "yes"}, "recalled"),
        ("handover", {"recalled": 1}, "recalled"),
        ("handover", {"mappa_level": True}, "mappa_level"),
        ("handover", {"mappa_level": 4}, "mappa_level"),
        ("handover", {"provider": "NPS"}, "provider"),
        ("handover", {"sentence_start": "2024-01-10", "sed": "2024-01-09"}, "sed"),
        ("handover", {"policy_version": "omic_1999"}, "policy_version"),
        ("handover", {"today": "yesterday"}, "today"),
        ("handover", {"id": 7}, "id"),
        ("tier", {"rsr": 99.985}, "rsr"),
        ("tier", {"rsr": 1e300}, "rsr"),
        ("tier", {"rsr": "7"}, "rsr"),
        ("tier", {"rsr": True}, "rsr"),
        ("tier", {"ogrs3": 101}, "ogrs3"),
        ("tier", {"complexity_registers": "RMDO"}, "complexity_registers"),
        ("tier", {"complexity_registers": ["XXXX"]}, "complexity_registers"),
        ("tier", {"women_factors": {"impulsivity": 3}}, "women_factors"),
        ("tier", {"women_factors": []}, "women_factors"),
        ("tier", {"needs": {"sleep": "none"}}, "needs"),
        ("tier", {"ruleset": "v9"}, "ruleset"),
    ],
)
def test_an_error_is_keyed_by_its_fact(kind: str, facts: dict[str, Any], fact: str) -> None:
    answer = ask(kind, {"id": "p1", **facts})
    assert answer["ok"] is False
    assert list(answer["errors"]) == [fact]


def test_every_error_of_a_line_is_given() -> None:
    answer = ask("handover", {"id": "p1", "crd": "x", "ard": 1, "colour": "red"})
    assert answer["id"] == "p1"
    assert set(answer["errors"]) == {"crd", "ard", "colour"}


@pytest.mark.parametrize("line", ["", "[]", "null", "{", '"text"', "NaN", '{"rsr": NaN}', b"\xff\xfe{}", "[" * 100_000])
def test_a_line_that_is_no_object_is_refused(line: str | bytes) -> None:
    assert ask("tier", line) == {"id": None, "ok": False, "errors": {"line": "is not a JSON object"}}


def test_null_is_unknown_and_facts_that_no_rule_reads_are_ignored() -> None:
    unread = {"ard": None, "ted": "2020-01-01", "hdced": "2026-01-01", "additional_isp": True, "welsh_open": None}
    assert ask("handover", STANDARD | unread) == ask("handover", STANDARD)
    assert ask("tier", {"rosh": "low", "arp": 12.5, "latest_release_on": "2020-01-01"})["ok"]


def test_a_lines_own_today_and_policy_win() -> None:
    assert ask("handover", STANDARD | {"today": "2026-07-31"})["responsibility"] == "COM"
    assert ask("handover", STANDARD | {"policy_version": "seed_2019"}, policy="omic_2026")["ok"]


@pytest.mark.parametrize("policy", POLICY_IDS)
def test_every_version_answers(policy: str) -> None:
    assert ask("handover", STANDARD, policy=policy)["policy"] == policy


def test_lines_are_answered_in_order_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = '{"id": "a", "crd": "2027-03-31"}\nnonsense\n{"id": "c"}\n'
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
    with pytest.raises(CommandError) as failed:
        call_command("calculate", "handover", "--on", "2026-01-15", stdout=out)
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(answer["id"], answer["ok"]) for answer in answers] == [("a", True), (None, False), ("c", True)]
    assert failed.value.returncode == 1


def test_on_is_the_day_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps(STANDARD) + "\n"
    assert run(monkeypatch, line, "handover", "--on", "2026-07-30")[0]["responsibility"] == "POM"
    assert run(monkeypatch, line, "handover", "--on", "2026-07-31")[0]["responsibility"] == "COM"


EACH_KIND = """
import io, json, runpy, sys
from pathlib import Path
_, manage, asked = sys.argv
sys.path.insert(0, str(Path(manage).parent))
for kind, lines in json.loads(asked).items():
    sys.argv, sys.stdin = [manage, "calculate", kind], io.TextIOWrapper(io.BytesIO(lines.encode()))
    try:
        runpy.run_path(manage, run_name="__main__")
    except SystemExit as end:
        print(json.dumps({"kind": kind, "code": end.code}))
"""


def test_no_kind_needs_a_database_or_an_environment(tmp_path: Path) -> None:
    """One process runs `manage.py calculate KIND` for every kind: starting a process is what takes its time."""
    kinds = sorted(settings.CALCULATOR_KINDS)
    bad = '\n{"id": "b", "colour": "red"}\n'
    lines = {kind: json.dumps({"id": "a", **NEEDED.get(kind, {})}) + bad for kind in kinds}
    asked = subprocess.run(
        [sys.executable, "-c", EACH_KIND, str(Path(settings.BASE_DIR) / "manage.py"), json.dumps(lines)],
        capture_output=True, text=True, cwd=tmp_path, env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )  # fmt: skip
    answers = [json.loads(line) for line in asked.stdout.splitlines()]
    assert [answer.get("ok", answer) for answer in answers] == [
        said for kind in kinds for said in (True, False, {"kind": kind, "code": 1})
    ]
