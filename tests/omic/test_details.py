"""Rows of details: typed facts by the calculator's names, or the cells that stop a row."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omic.nomis.cells import RowErrors
from omic.nomis.csv_rows import DateFormat
from omic.nomis.details import (
    DETAIL_FILE,
    KINDS,
    KNOWN_FIELDS,
    Detail,
    DetailsRow,
    OasysRow,
    ParoleReviewRow,
    SentencePlanRow,
    parse_detail,
    unknown_details,
)
from omic.nomis.reading import inspect_file, read_rows

TODAY = date(2026, 11, 21)
BASE = {"prisonNumber": "A1234AA", "source": "OASys", "as_at": "2026-11-20"}


def accepted(**fields: object) -> Detail:
    row = parse_detail(BASE | fields, today=TODAY)
    assert not isinstance(row, RowErrors), row
    return row


def errors(**fields: object) -> list[tuple[str, str]]:
    refused = parse_detail(BASE | fields, today=TODAY)
    assert isinstance(refused, RowErrors)
    return [(error.field, error.reason) for error in refused.errors]


def test_details_keep_only_what_is_stated() -> None:
    row = accepted(rosh="very_high", mappa_level=0, rsr=4.315, thd="2027-02-01", ldu=None, com_name=" ")
    assert isinstance(row, DetailsRow)
    assert row.facts == {"rosh": "very_high", "mappa_level": 0, "rsr": Decimal("4.32"), "thd": date(2027, 2, 1)}
    assert (row.prison_number, row.source, row.as_at) == ("A1234AA", "OASys", date(2026, 11, 20))


def test_row_that_states_nothing_is_no_error() -> None:
    assert accepted() == DetailsRow(prison_number="A1234AA", source="OASys", as_at=date(2026, 11, 20), facts={})


@pytest.mark.parametrize("key", ["prisonNumber", "prison_number", "prisonerNumber"])
def test_key_goes_by_each_of_its_names(key: str) -> None:
    stated = {name: value for name, value in BASE.items() if name != "prisonNumber"}
    row = parse_detail(stated | {key: "B1234BB"}, today=TODAY)
    assert isinstance(row, DetailsRow)
    assert row.prison_number == "B1234BB"


def test_oasys_plan_and_review_are_kinds_of_row() -> None:
    oasys = accepted(kind="oasys", layer=3, oasys_kind="review", completed_on="2026-05-01", by="POM")
    plan = accepted(
        kind="sentence_plan", active=True, targets=["Read", "Write"], pom_agreed_on="2026-05-02", by="A POM"
    )
    review = accepted(kind="parole_review", thd="2026-06-01", outcome="not_release", outcome_on="2026-06-01")
    assert isinstance(oasys, OasysRow) and (oasys.layer, oasys.oasys_kind) == (3, "review")
    assert isinstance(plan, SentencePlanRow) and plan.targets == ("Read", "Write")
    assert isinstance(review, ParoleReviewRow) and review.outcome == "not_release"


def test_plan_without_targets_has_none() -> None:
    plan = accepted(kind="sentence_plan", active=False)
    assert isinstance(plan, SentencePlanRow) and plan.targets == ()


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("prisonNumber", "A12", "is not a prison number"),
        ("prisonNumber", None, "is missing"),
        ("source", None, "is missing"),
        ("as_at", None, "is missing"),
        ("as_at", "2026-11-22", "is in the future"),
        ("kind", "gossip", "is not one of details, oasys"),
        ("kind", 3, "is not one of details, oasys"),
        ("rosh", "extreme", "is not one of very_high"),
        ("mappa_level", 4, "is not between 0 and 3"),
        ("mappa_level", 1.5, "is not whole"),
        ("mappa_level", True, "not a whole number"),
        ("mappa_category", 0, "is not between 1 and 4"),
        ("rsr", 99.99, "is not between 0 and 99.98"),
        ("rsr", 99.985, "is not between 0 and 99.98"),
        ("rsr", -1, "is not a score"),
        ("rsr", "4,31", "is not a score"),
        ("rsr", float("nan"), "is not a score"),
        ("rsr", True, "not a score"),
        ("ogrs3", 101, "is not between 0 and 100"),
        ("thd", "01/02/2027", "not a date written as"),
        ("last_oasys_on", "2026-11-22", "is in the future"),
        ("com_email", "jo at probation", "is not an email address"),
        ("care_experienced", "yes", "not true or false"),
        ("life", "yes", "not true or false"),
        ("separation_centre", 1, "not true or false"),
        ("mappa_level_needed", 0, "is not between 1 and 3"),
        ("mappa_level_needed", 4, "is not between 1 and 3"),
        ("early_allocation_rationale", "x" * 301, "300 is the most"),
        ("handover_oasys_reason", "x" * 301, "300 is the most"),
        ("hospital_transfer_on", "2026-11-22", "is in the future"),
        ("remitted_on", "2026-11-22", "is in the future"),
        ("closure_meeting_on", "2026-11-22", "is in the future"),
        ("remission_planned_on", "2026-02-29", "not a day that exists"),
    ],
)
def test_bad_cell_is_named(field: str, value: object, reason: str) -> None:
    ((named, why),) = errors(**{field: value})
    assert named == field
    assert reason in why


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        ({"kind": "oasys"}, ["layer", "oasys_kind", "completed_on"]),
        ({"kind": "oasys", "layer": 2, "oasys_kind": "review", "completed_on": "2026-05-01"}, ["layer"]),
        ({"kind": "sentence_plan", "targets": "Read"}, ["targets", "active"]),
        ({"kind": "parole_review", "thd": "2026-06-01", "outcome": "release"}, ["outcome_on"]),
        ({"kind": "parole_review", "thd": "2026-06-01", "outcome_on": "2026-06-01"}, ["outcome"]),
        ({"kind": "parole_review"}, ["thd"]),
        ({"kind": "sentence_plan", "active": True, "pom_agreed_on": "2026-06-01"}, ["by"]),
        ({"kind": "details", "parole_outcome": "release"}, ["parole_outcome"]),
        ({"handover_oasys_not_needed": True}, ["handover_oasys_reason"]),
        ({"handover_oasys_not_needed": True, "handover_oasys_reason": "  "}, ["handover_oasys_reason"]),
    ],
)
def test_incomplete_row_names_what_is_missing(row: dict[str, object], fields: list[str]) -> None:
    assert [field for field, _ in errors(**row)] == fields


def test_a_handover_with_oasys_needs_no_reason() -> None:
    row = accepted(handover_oasys_not_needed=False, remission_planned_on="2027-01-01")
    assert isinstance(row, DetailsRow)
    assert row.facts == {"handover_oasys_not_needed": False, "remission_planned_on": date(2027, 1, 1)}


def test_csv_cells_are_typed(tmp_path) -> None:
    path = tmp_path / "details.csv"
    path.write_text(
        "prison_number,kind,source,as_at,mappa_level,rsr,care_experienced,active,targets\n"
        "A1234AA,,OASys,20/11/2026,2,4.31,yes,,\nA1234AA,sentence_plan,OASys,20/11/2026,,,,no,Read;Write\n"
    )
    file = inspect_file(path, layout=DETAIL_FILE, date_format=DateFormat.DAY_FIRST)
    details, plan = [parse_detail(row.cells or {}, today=TODAY) for row in read_rows(file)]
    assert isinstance(details, DetailsRow) and isinstance(plan, SentencePlanRow)
    assert details.facts == {"mappa_level": 2, "rsr": Decimal("4.31"), "care_experienced": True}
    assert (plan.active, plan.targets) == (False, ("Read", "Write"))


def test_unknown_fields_are_named() -> None:
    assert unknown_details(BASE | {"shoe_size": 9, "rosh": "low"}) == {"shoe_size"}


JSON = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=2)
NAMES = st.sampled_from(sorted(KNOWN_FIELDS)) | st.text()


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([*KINDS, None]), st.dictionaries(NAMES, JSON, max_size=12))
def test_no_object_whatever_raises(kind: str | None, raw: dict[str, object]) -> None:
    parse_detail(BASE | raw | {"kind": kind}, today=TODAY)
