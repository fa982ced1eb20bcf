"""`manage.py import_roll` and `import_details`."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from omic.models import Person, RollImport
from tests.factories import PrisonFactory
from tests.omic.roll_files import him, jsonl, numbers, record, take_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture(autouse=True)
def _prison(settings: LazySettings, tmp_path: Path) -> None:
    settings.IMPORT_FOLDER = str(tmp_path / "kept")
    PrisonFactory(code="LEI")


def run(capsys: pytest.CaptureFixture[str], name: str, *arguments: Any) -> str:
    call_command(name, *map(str, arguments))
    return capsys.readouterr().out


def test_the_report_accounts_for_every_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [record(), record("A1235AA", recall="perhaps", colour="blue")]
    said = run(capsys, "import_roll", jsonl(tmp_path, rows), "--prison", "LEI")
    assert "2 rows: 1 added, 0 changed, 0 unchanged, 0 held, 1 quarantined. 0 people are missing from the roll." in said
    assert "quarantined row 2 A1235AA: recall perhaps is text, not true or false" in said
    assert "ignored: colour (1)" in said
    assert RollImport.objects.get().snapshot


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "import_roll", jsonl(tmp_path, [record(), "{"]), "--dry-run")
    assert "Would be: 2 rows: 1 added" in said
    assert "quarantined row 2" in said
    assert not (Person.objects.exists() or RollImport.objects.exists())


def test_changes_and_holds_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    take_in(tmp_path, [record(), record("A1235AA")])
    rows = [record(cellLocation="B-1-001"), record("A1235AA", sentenceExpiryDate="2033-01-01")]
    said = run(capsys, "import_roll", jsonl(tmp_path, rows), "--on", "2026-11-19")
    assert "changed cell: 1" in said
    assert "held row 2 A1235AA: sentenceExpiryDate 2033-01-01 moves by" in said


@pytest.mark.parametrize(
    ("content", "arguments", "code", "words"),
    [
        ("", [], 1, "The file is empty"),
        ("prisonerNumber,dateOfBirth\nA1234AA,17/05/1990", ["--format", "csv"], 1, "Say how dates are written"),
        ("[]", ["--prison", "QQQ"], 1, "QQQ is not the code of a prison known here"),
        (
            "prisonerNumber,dateOfBirth\nA1234AA,05/04/1990",
            ["--date-format", "DD/MM/YYYY"],
            3,
            "Nothing of it was used",
        ),
    ],
)
def test_why_not(tmp_path: Path, content: str, arguments: list[str], code: int, words: str) -> None:
    path = tmp_path / "file"
    path.write_text(content)
    with pytest.raises(CommandError, match=words) as refused:
        call_command("import_roll", str(path), *arguments)
    assert refused.value.returncode == code
    assert not Person.objects.exists()


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_roll", "/nowhere/at/all")


def test_a_file_that_waits_can_be_confirmed_in_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "import_roll", jsonl(tmp_path, [record(n) for n in numbers(20)]), "--prison", "LEI")
    short = jsonl(tmp_path, [record(n) for n in numbers(5)])
    with pytest.raises(CommandError, match="Nothing of it was used"):
        call_command("import_roll", str(short), "--prison", "LEI")
    assert "15 people are missing" in run(capsys, "import_roll", short, "--prison", "LEI", "--confirm")
    assert RollImport.objects.count() == 2


def test_details(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    take_in(tmp_path, [record()])
    row = {"prisonNumber": "A1234AA", "source": "OASys", "as_at": "2026-11-01", "rosh": "low"}
    path = tmp_path / "details.json"
    path.write_text(json.dumps([row]))
    assert "1 row: 0 added, 1 changed" in run(capsys, "import_details", path)
    assert him().details.rosh == "low"
