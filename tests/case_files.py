"""Case files that a policy officer can read: one row a case, an empty cell is unknown, yes and no for yes/no."""

import csv
from pathlib import Path
from typing import Any

Case = dict[str, str]


def read_cases(name: str) -> list[Case]:
    """The rows of tests/cases/<name>.csv."""
    with (Path(__file__).parent / "cases" / f"{name}.csv").open(newline="") as rows:
        return list(csv.DictReader(rows))


def given(case: Case, facts: list[str]) -> dict[str, Any]:
    """The case's known facts as JSON would bring them."""
    return {fact: _value(case[fact]) for fact in facts if case[fact]}


def _value(cell: str) -> bool | int | str:
    if cell in ("yes", "no"):
        return cell == "yes"
    return int(cell) if cell.isdigit() else cell
