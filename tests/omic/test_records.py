"""A Prisoner Search record: every reason for refusing one, and what the accepted one says."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omic.fictional import CORRUPTIONS, FictionalPrison, Mix, corrupt, roll
from omic.nomis.cells import RowErrors
from omic.nomis.records import (
    KNOWN_FIELDS,
    Leaving,
    RollAlert,
    RollRecord,
    SentenceKind,
    from_flat,
    parse_record,
    unknown_fields,
)
from omic.nomis.roll_fields import FIELDS

TODAY = date(2026, 11, 21)
PRISONS = frozenset({"LEI", "MDI"})
GOOD = {
    "prisonerNumber": "A1234AA",
    "bookingId": "1200924",
    "firstName": "Ann-Marie",
    "lastName": "O'Neil",
    "dateOfBirth": "1990-02-28",
    "gender": "Female",
    "status": "ACTIVE IN",
    "inOutStatus": "IN",
    "prisonId": "LEI",
    "lastMovementTypeCode": "ADM",
    "lastMovementDate": "2026-03-01",
    "cellLocation": "LEI-A-1-002",
    "legalStatus": "SENTENCED",
    "sentenceStartDate": "2026-03-01",
    "sentenceExpiryDate": "2029-03-01",
    "conditionalReleaseDate": "2027-08-31",
    "alerts": [{"alertType": "H", "alertCode": "HA", "active": True, "expired": False}],
}


def parsed(**changes: object) -> RollRecord | RowErrors:
    return parse_record(GOOD | changes, prisons=PRISONS, today=TODAY)


def accepted(**changes: object) -> RollRecord:
    record = parsed(**changes)
    assert isinstance(record, RollRecord), record
    return record


def only_error(**changes: object) -> tuple[str, str, str]:
    refused = parsed(**changes)
    assert isinstance(refused, RowErrors)
    assert len(refused.errors) == 1, refused.errors
    return refused.errors[0].field, refused.errors[0].value, refused.errors[0].reason


def test_good_record_becomes_typed_facts() -> None:
    record = accepted()
    assert (record.prison_number, record.sex, record.sed) == ("A1234AA", "female", date(2029, 3, 1))
    assert record.alerts == (RollAlert("HA", "H", True),)
    assert (record.held_at, record.leaving, record.legal) == ("LEI", None, "sentenced")


def test_cell_loses_the_prison_prefix_and_gives_the_wing() -> None:
    assert (accepted().cell_location, accepted().wing) == ("A-1-002", "A")
    assert accepted(cellLocation="RECP").wing is None


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("prisonerNumber", "A123", "is not a prison number"),
        ("prisonerNumber", "a1234aa", "is not a prison number"),
        ("prisonerNumber", None, "is missing"),
        ("lastName", "  ", "is missing"),
        ("lastName", "Sm1th", "no name holds"),
        ("lastName", "=HYPERLINK()", "no name holds"),
        ("firstName", "Jo\x00e", "control or invisible"),
        ("firstName", "Jo\u202ee", "control or invisible"),
        ("firstName", "J" * 51, "51 characters long"),
        ("cellLocation", "A" * 61, "61 characters long"),
        ("cellLocation", 12, "is a number, not text"),
        ("dateOfBirth", "1990-02-30", "not a day that exists"),
        ("dateOfBirth", "2026-11-22", "is in the future"),
        ("dateOfBirth", "1915-01-01", "over 110"),
        ("dateOfBirth", "2020-01-01", "under 10"),
        ("conditionalReleaseDate", "31/08/2027", "not a date written as"),
        ("conditionalReleaseDate", "2027-08-31T00:00:00", "not a date written as"),
        ("conditionalReleaseDate", "20270831", "not a date written as"),
        ("conditionalReleaseDate", 46630, "is a number, not a date"),
        ("conditionalReleaseDate", "0202-08-31", "is not between 1900 and 2199"),
        ("sentenceExpiryDate", "2026-02-28", "before the sentence started"),
        ("sentenceStartDate", "1990-02-28", "not after the date of birth"),
        ("lastMovementDate", "2026-11-23", "is in the future"),
        ("status", "ACTIVE", "is not one of ACTIVE IN"),
        ("inOutStatus", "OUT", "contradicts the status"),
        ("prisonId", "OUT", "names no prison"),
        ("prisonId", "ZZZ", "not the code of a prison known here"),
        ("prisonId", "leeds", "is not a code"),
        ("category", "Y", "is not one of A, B"),
        ("complexityOfNeedLevel", "extreme", "is not one of low"),
        ("recall", "yes", "is text, not true or false"),
        ("recall", 1, "is a number, not true or false"),
        ("alerts", "HA", "is text, not a list"),
        ("alerts", [["HA"]], "holds a list where"),
        ("alerts", [{"active": True}], "without an alertCode"),
        ("alerts", [{"alertCode": "HA", "active": "Y"}], "not true or false"),
        ("supportingPrisonId", "ZZZ", "not the code of a prison known here"),
        ("bookingId", True, "not text"),
    ],
)
def test_impossible_cell_is_named_with_value_and_reason(field: str, value: object, reason: str) -> None:
    named, _, why = only_error(**{field: value})
    assert named == field
    assert reason in why


def test_every_bad_cell_of_a_row_is_reported_at_once() -> None:
    refused = parsed(prisonerNumber="?", dateOfBirth="soon", recall="no", prisonId="ZZZ")
    assert isinstance(refused, RowErrors)
    assert [error.field for error in refused.errors] == ["prisonerNumber", "dateOfBirth", "recall", "prisonId"]
    assert refused.prison_number == "?"


def test_reported_value_is_cut_and_visible() -> None:
    assert only_error(firstName="a\x00b")[1] == "a\\u0000b"
    assert only_error(cellLocation="A" * 500)[1] == "A" * 80 + "…"


@pytest.mark.parametrize("how", CORRUPTIONS)
def test_every_corruption_of_the_fictional_roll_is_refused(how: str) -> None:
    assert isinstance(parse_record(corrupt(GOOD, how), prisons=PRISONS, today=TODAY), RowErrors)


@pytest.mark.parametrize(
    ("changes", "held_at", "leaving"),
    [
        ({"status": "ACTIVE OUT", "inOutStatus": "OUT", "lastMovementTypeCode": "CRT"}, "LEI", None),
        ({"status": "INACTIVE OUT", "prisonId": "OUT", "lastMovementTypeCode": "REL"}, None, Leaving.RELEASED),
        ({"status": "INACTIVE TRN", "prisonId": "TRN", "lastMovementTypeCode": "TRN"}, None, Leaving.TRANSFERRED),
        ({"status": "INACTIVE OUT", "prisonId": "OUT", "lastMovementTypeCode": None}, None, Leaving.UNEXPLAINED),
        ({"status": "INACTIVE OUT", "prisonId": "OUT", "lastMovementDate": None}, None, Leaving.UNEXPLAINED),
    ],
)
def test_who_is_held_and_how_people_left(changes: dict[str, object], held_at: str, leaving: Leaving) -> None:
    record = accepted(**{"inOutStatus": None} | changes)
    assert (record.held_at, record.leaving) == (held_at, leaving)


def test_restricted_patient_stays_with_the_supporting_prison() -> None:
    outside = {"status": "INACTIVE OUT", "inOutStatus": "OUT", "prisonId": "OUT", "restrictedPatient": True}
    assert accepted(**outside, supportingPrisonId="MDI").held_at == "MDI"
    assert only_error(**outside)[0] == "supportingPrisonId"


def test_status_left_out_follows_from_the_prison() -> None:
    assert accepted(status=None).status == "ACTIVE IN"
    assert accepted(status=None, inOutStatus="OUT").status == "ACTIVE OUT"
    assert accepted(status=None, inOutStatus=None, prisonId="TRN").status == "INACTIVE TRN"


@pytest.mark.parametrize(
    ("changes", "kind", "recalled"),
    [
        ({}, SentenceKind.DETERMINATE, False),
        ({"indeterminateSentence": True}, SentenceKind.INDETERMINATE, False),
        ({"legalStatus": "INDETERMINATE_SENTENCE"}, SentenceKind.INDETERMINATE, False),
        ({"legalStatus": "RECALL"}, SentenceKind.DETERMINATE, True),
        ({"legalStatus": "RECALL", "indeterminateSentence": True}, SentenceKind.INDETERMINATE, True),
        ({"recall": True}, SentenceKind.DETERMINATE, True),
        ({"legalStatus": "REMAND"}, SentenceKind.NONE, False),
        ({"legalStatus": None}, SentenceKind.DETERMINATE, False),
        ({"legalStatus": None, "sentenceStartDate": None, "sentenceExpiryDate": None}, SentenceKind.NONE, False),
    ],
)
def test_sentence_facts(changes: dict[str, object], kind: SentenceKind, recalled: bool) -> None:
    record = accepted(**changes)
    assert (record.sentence_kind, record.recalled) == (kind, recalled)


def test_alerts_are_one_a_code_in_order_and_expired_ones_are_not_active() -> None:
    record = accepted(
        alerts=[
            {"alertCode": "XTACT", "active": True, "expired": True},
            {"alertCode": "HA", "active": False},
            {"alertCode": "HA", "active": True},
        ]
    )
    assert record.alerts == (RollAlert("HA", None, True), RollAlert("XTACT", None, False))


def test_unknown_fields_are_named_and_ignored() -> None:
    assert accepted(shoeSize=9).prison_number == "A1234AA"
    assert unknown_fields(GOOD | {"shoeSize": 9, "prisonName": "Leeds"}) == {"shoeSize"}


def test_csv_cells_read_like_json() -> None:
    flat = {name: value for name, value in GOOD.items() if isinstance(value, str)}
    raw = from_flat(flat | {"alerts": "XTACT; HA;", "recall": "No", "restrictedPatient": "false"})
    record = parse_record(raw, prisons=PRISONS, today=TODAY)
    assert isinstance(record, RollRecord)
    assert [alert.code for alert in record.alerts] == ["HA", "XTACT"]
    assert record.recall is False


def test_csv_flag_in_other_words_is_refused() -> None:
    refused = parse_record(GOOD | from_flat({"recall": "perhaps"}), prisons=PRISONS, today=TODAY)
    assert isinstance(refused, RowErrors)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(sorted(KNOWN_FIELDS)) | st.text()


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(NAMES, JSON, max_size=12))
def test_no_object_whatever_raises(raw: dict[str, object]) -> None:
    assert isinstance(parse_record(raw, prisons=PRISONS, today=TODAY), RowErrors)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([field.name for field in FIELDS]), JSON)
def test_any_one_cell_replaced_is_loaded_or_refused_by_name(name: str, value: object) -> None:
    found = parsed(**{name: value})
    assert isinstance(found, RollRecord) or all(error.reason for error in found.errors)


def test_a_thousand_records_with_three_bad_ones() -> None:
    prison = FictionalPrison(code="LEI", name="Fictional", mix=Mix.LOCAL, size=1000, number_from=0)
    records = list(roll(prison, on=TODAY))
    for place, how in ((10, "no_such_day"), (500, "unknown_prison"), (999, "bad_number")):
        records[place] = corrupt(records[place], how)
    found = [parse_record(record, prisons=PRISONS, today=TODAY) for record in records]
    refused = [one for one in found if isinstance(one, RowErrors)]
    assert (len(found) - len(refused), len(refused)) == (997, 3)
    assert [one.errors[0].field for one in refused] == ["sentenceExpiryDate", "prisonId", "prisonerNumber"]
