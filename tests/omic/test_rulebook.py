"""Every id of the rulebook on the OMU is implemented and cited, or says why not (tests/cases/rulebook.csv)."""

import pytest

from handover.timetable.policy import NOT_DUTIES
from omic.why import rulebook
from tests.case_files import read_cases

ROWS = {row["id"]: row for row in read_cases("rulebook")}
CHAPTERS = ("KW", "ED", "PG", "WB", "AL", "TI", "HO", "EA", "PA", "RC", "OA", "XC")
STATUSES = {"cited", "no duty", "elsewhere", "not applicable", "not yet"}


def test_each_id_stands_once_with_a_known_status() -> None:
    assert len(ROWS) == len(read_cases("rulebook"))
    assert {row["status"] for row in ROWS.values()} <= STATUSES


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: row["id"])
def test_what_is_not_cited_says_why(row: dict[str, str]) -> None:
    assert (row["status"] == "cited") == (row["id"] in rulebook())
    assert bool(row["reason"]) == (row["status"] != "cited")


def test_every_rule_of_these_chapters_is_in_the_list() -> None:
    assert {rule for rule in rulebook() if rule.split("-")[0] in CHAPTERS} <= set(ROWS)


def test_the_ids_that_make_no_duty_say_so_in_the_timetables_words() -> None:
    assert {name: row["reason"] for name, row in ROWS.items() if row["status"] == "no duty"} == {
        name: reason for name, reason in NOT_DUTIES.items() if name not in rulebook()
    }


def test_every_citation_names_a_source_and_a_place() -> None:
    assert all(rule.words and rule.cite.locator and rule.cite.source.name for rule in rulebook().values())
