"""Import files: what each format yields, and every way in which a whole file is refused."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omic.nomis.csv_rows import DateFormat
from omic.nomis.reading import FileFormat, inspect_file, read_rows
from omic.nomis.records import ROLL
from omic.nomis.rows import MAX_ROW, Row, UnreadableFileError

ONE, TWO = {"prisonerNumber": "A1234AA"}, {"prisonerNumber": "B1234BB", "alerts": [{"alertCode": "HA"}]}
HEADER = "prisonerNumber,lastName,conditionalReleaseDate,recall\n"


@pytest.fixture
def write(tmp_path: Path):
    def write_file(content: str | bytes, name: str = "roll") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


def rows_of(path: Path, **declared) -> list[Row]:
    return list(read_rows(inspect_file(path, layout=ROLL, **declared)))


def refusal(path: Path, **declared) -> UnreadableFileError:
    with pytest.raises(UnreadableFileError) as refused:
        inspect_file(path, layout=ROLL, **declared)
    return refused.value


@pytest.mark.parametrize("indent", [None, 2])
def test_array_rows_are_numbered_and_keep_their_text(write, indent) -> None:
    rows = rows_of(write(json.dumps([ONE, TWO], indent=indent)))
    assert [(row.number, row.cells, row.problem) for row in rows] == [(1, ONE, ""), (2, TWO, "")]
    assert json.loads(rows[1].raw_text) == TWO


def test_json_lines_are_numbered_by_line(write) -> None:
    path = write(f"\n{json.dumps(ONE)}\n\n{json.dumps(TWO)}")
    assert [(row.number, row.cells) for row in rows_of(path)] == [(2, ONE), (4, TWO)]
    assert inspect_file(path, layout=ROLL).format == FileFormat.JSON_LINES


def test_csv_rows_come_in_json_shape_with_iso_dates(write) -> None:
    path = write(HEADER + 'A1234AA,"O\'Neil, Ann",31/03/2027,yes\nB1234BB,Ng,,\n')
    first, second = rows_of(path, date_format=DateFormat.DAY_FIRST)
    wanted = {"prisonerNumber": "A1234AA", "lastName": "O'Neil, Ann", "conditionalReleaseDate": "2027-03-31"}
    assert first.cells == wanted | {"recall": True}
    assert (second.number, second.raw_text) == (3, "B1234BB,Ng,,")


def test_byte_order_mark_and_windows_line_ends_are_read(write) -> None:
    path = write(b"\xef\xbb\xbf" + HEADER.replace("\n", "\r\n").encode() + b"A1234AA,Ng,2027-03-31,no\r\n")
    assert rows_of(path, date_format=DateFormat.ISO)[0].cells["prisonerNumber"] == "A1234AA"
    assert rows_of(write(b"\xef\xbb\xbf" + json.dumps([ONE]).encode()))[0].cells == ONE


def test_array_longer_than_the_window_is_split_whole(write, monkeypatch) -> None:
    monkeypatch.setattr("omic.nomis.json_rows.CHUNK", 7)
    records = [ONE, TWO, {"prisonerNumber": 'é\\"]},{' * 9}, {}]
    assert [row.cells for row in rows_of(write(json.dumps(records, ensure_ascii=False)))] == records


def test_inspection_counts_rows_and_knows_the_file_again(write) -> None:
    first = inspect_file(write(json.dumps([ONE, TWO]), "a"), layout=ROLL)
    again = inspect_file(write(json.dumps([ONE, TWO]), "b"), layout=ROLL)
    assert (first.rows, first.digest) == (2, again.digest)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"prisonerNumber": ', "breaks off"),
        ('{"prisonerNumber" "A"}', "expecting ':' delimiter"),
        ('["A1234AA"]', "is a list, not an object"),
        ("null", "is null, not an object"),
        ('{"a": 1, "a": 2}', "names the same field twice"),
        ('{"a": {"b": 1, "b": 2}}', "names the same field twice"),
        ("{} {}", "holds more after the end"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", "too long a number"),
    ],
)
def test_bad_json_line_costs_only_itself(write, line: str, problem: str) -> None:
    good, bad, last = rows_of(write(f"{json.dumps(ONE)}\n{line}\n{json.dumps(TWO)}\n"))
    assert (good.cells, last.cells) == (ONE, TWO)
    assert (bad.number, bad.cells, bad.raw_text) == (2, None, line)
    assert problem in bad.problem


@pytest.mark.parametrize(("element", "problem"), [("1", "is a number"), ('{"a": 1, "a": 2}', "twice")])
def test_array_element_that_is_no_record_costs_only_itself(write, element: str, problem: str) -> None:
    bad, good = rows_of(write(f"[{element}, {json.dumps(ONE)}]"))
    assert (good.cells, bad.cells) == (ONE, None)
    assert problem in bad.problem


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("A1234AA,Ng,2027-03-31", "has 3 cells where the header has 4"),
        ("A1234AA,Ng,2027-03-31,no,no", "has 5 cells"),
        ('A1234AA,"Ng,2027-03-31,no', "does not pair up"),
        ('A1234AA,"Ng"x,2027-03-31,no', "does not pair up"),
        ("A1234AA," + "x" * 200_000 + ",2027-03-31,no", "too long"),
    ],
)
def test_bad_csv_line_costs_only_itself(write, line: str, problem: str) -> None:
    bad, good = rows_of(write(f"{HEADER}{line}\nB1234BB,Ng,2027-03-31,no\n"), date_format=DateFormat.ISO)
    assert (bad.number, bad.cells, good.cells["prisonerNumber"]) == (2, None, "B1234BB")
    assert problem in bad.problem


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        (" \n ", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        ("[]", "holds no records"),
        (HEADER.replace("conditionalReleaseDate,", ""), "holds no records"),
        ("[1, 2]", "Not one of the file's 2 rows"),
        (b"PK\x03\x04xxxx", "zip or Excel workbook"),
        (b"\x1f\x8b\x08\x00", "is compressed"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel workbook"),
        ("[]".encode("utf-16"), "is UTF-16"),
        (b'{"lastName": "x"}\n{"lastName": "Jos\xe9"}', "Line 2 is not UTF-8 (byte 0xe9)"),
        (b'{"lastName": "x"}\n{"lastName": "Jos\xc3', "Line 2 is not UTF-8"),
        (b'[{}]\n\n{"a\0"}', "Line 3 holds a NUL byte"),
        ('[{"a": 1},', "Record 2 (line 1) cannot be read: it breaks off"),
        ('[{"a": 1}', "the file breaks off"),
        ('[{"a": 1},\n{"a": "tex', "Record 2 (line 2) cannot be read: it breaks off"),
        ('[{"a": 1},\n{"a" 2}]', "expecting ':' delimiter at its character 6"),
        ('[{"a": 1} {"a": 2}]', "'{' follows record 1"),
        ('[{"a": 1},]', "Record 2 (line 1) cannot be read: expecting value"),
        ('[{"a": 1}] []', "text follows the end of the array"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": "' + "x" * (MAX_ROW + 1), "Line 1 is over 1,000,000 characters"),
        ('[{"a": "' + "x" * 2 * MAX_ROW + '"}]', "it breaks off"),
        ("<html></html>", "no column prisonerNumber"),
        ("prisonerNumber,a,a\nA1234AA,1,2", "names a twice"),
        ("prisonerNumber,,b\nA1234AA,1,2", "Column 2 has no name"),
        ("prisonerNumber;lastName\nA1234AA;Ng", "parted by commas"),
        ('prisonerNumber,"a\nA1234AA,1', "does not pair up"),
    ],
)
def test_file_that_cannot_be_accounted_for_is_refused(write, content: str | bytes, words: str) -> None:
    assert words in str(refusal(write(content)))


@pytest.mark.parametrize(
    ("value", "declared"),
    [
        ("03/31/2027", DateFormat.DAY_FIRST),
        ("31/03/2027", DateFormat.MONTH_FIRST),
        ("2027-31-03", DateFormat.ISO),
        ("31/03/2027", DateFormat.ISO),
        ("2027-03-31", DateFormat.DAY_FIRST),
        ("1/3/2027", DateFormat.DAY_FIRST),
        ("31-MAR-2027", DateFormat.DAY_FIRST),
        ("31/03/27", DateFormat.DAY_FIRST),
        ("46477", DateFormat.DAY_FIRST),
    ],
)
def test_date_that_contradicts_the_declared_format_refuses_the_file(write, value: str, declared: DateFormat) -> None:
    good = "A1234AA,Ng,,no\n"
    refused = refusal(write(f"{HEADER}{good * 50}B1234BB,Ng,{value},no\n{good}"), date_format=declared)
    assert (refused.column, refused.row, refused.value) == ("conditionalReleaseDate", 52, value)
    assert all(words in str(refused) for words in ("conditionalReleaseDate", "line 52", value, declared))


@pytest.mark.parametrize("value", ["31/02/2027", "31/13/2027", "n/a"])
def test_date_of_no_calendar_is_left_for_the_row_to_answer_for(write, value: str) -> None:
    path = write(f"{HEADER}A1234AA,Ng,{value},no\n")
    assert rows_of(path, date_format=DateFormat.DAY_FIRST)[0].cells["conditionalReleaseDate"] == value


def test_dates_that_read_both_ways_are_shown_for_confirmation(write) -> None:
    unproved = write(f"{HEADER}A1234AA,Ng,03/04/2027,no\n", "unproved")
    proved = write(f"{HEADER}A1234AA,Ng,03/04/2027,no\nB1234BB,Ng,13/04/2027,no\n", "proved")
    columns = [
        inspect_file(path, layout=ROLL, date_format=DateFormat.DAY_FIRST).ambiguous_columns
        for path in (unproved, proved)
    ]
    assert columns == [("conditionalReleaseDate",), ()]


def test_csv_with_dates_needs_a_declared_format(write) -> None:
    assert "Say how dates are written" in str(refusal(write(HEADER + "A1234AA,Ng,,\n")))
    assert len(rows_of(write("prisonerNumber,lastName\nA1234AA,Ng\n"))) == 1


def test_declaration_must_fit_the_content(write) -> None:
    assert "declared as CSV but begins like a JSON array" in str(refusal(write("[{}]"), declared="csv"))
    assert "Dates in JSON are" in str(refusal(write("[{}]"), date_format=DateFormat.DAY_FIRST))
    lines = write(f"oops\n{json.dumps(ONE)}")
    assert [row.cells for row in rows_of(lines, declared="json")] == [None, ONE]


def test_file_over_the_limit_is_refused_unread(write, monkeypatch) -> None:
    monkeypatch.setattr("omic.nomis.rows.MAX_BYTES", 3)
    assert "send each prison's roll by itself" in str(refusal(write("[{}]")))


def test_file_of_more_rows_than_people_is_refused(write, monkeypatch) -> None:
    monkeypatch.setattr("omic.nomis.reading.MAX_ROWS", 2)
    assert "over 2 rows" in str(refusal(write("[{}, {}, {}]")))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_bytes_are_read_or_refused(tmp_path_factory, data) -> None:
    whole = json.dumps([ONE, TWO]).encode() if data.draw(st.booleans()) else (HEADER + "A1234AA,Ng,,no\n").encode()
    at = data.draw(st.integers(0, len(whole)))
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(whole[:at] + data.draw(st.binary(max_size=8)) + whole[at + data.draw(st.integers(0, 5)) :])
    try:
        assert rows_of(path, date_format=DateFormat.ISO)
    except UnreadableFileError as refused:
        assert str(refused).endswith(".")
