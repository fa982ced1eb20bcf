"""The import pages: who opens them, what they show first, and what is done there."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from omic.celery import app as celery
from omic.models import AuditEvent, ImportRow, Person, Role, RollImport
from omic.nomis.files import kept_file
from omic.nomis.run import new_import
from omic.nomis.tasks import run_import
from tests.cast import Cast
from tests.factories import NOW, TODAY, days
from tests.omic.roll_files import BY, Raw, counts, him, left, numbers, record, take_in

pytestmark = pytest.mark.django_db
ROLES = [(Role.HOMS, 200), (Role.CASE_ADMINISTRATOR, 200), (Role.HOMD, 403), (Role.KEY_WORKER, 403)]
LISTS = ("imports", "import-files", "import-missing", "new-import")
LATER = days(760).isoformat()


@pytest.fixture(autouse=True)
def _folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.IMPORT_FOLDER = str(tmp_path / "kept")


@pytest.fixture
def homs(cast: Cast) -> Client:
    return cast.client(Role.HOMS)


def waiting(cast: Cast, folder: Path, many: int = 1) -> RollImport:
    """So many held changes, and as many bad rows, in LEI's own import."""
    rows = [record(number) for number in numbers(many)]
    take_in(folder, rows, prison=cast.prison, snapshot=False)
    moved = [record(number, conditionalReleaseDate=LATER) for number in numbers(many)]
    bad = [record(f"C{n:04d}XX", recall="perhaps") for n in range(many)]
    return take_in(folder, [*moved, *bad], prison=cast.prison, snapshot=False)


def url(name: str, *args: Any) -> str:
    return reverse(name, args=["LEI", *args])


def upload(client: Client, rows: list[Raw | str], **fields: str) -> Any:
    text = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    file = SimpleUploadedFile("roll.csv" if fields.get("date_format") else "roll.jsonl", text.encode())
    return client.post(url("new-import"), {"file": file, "content": "full", "date_format": "", **fields}, follow=True)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(("role", "status"), ROLES)
def test_only_homs_and_case_administrators(cast: Cast, name: str, role: Role, status: int) -> None:
    assert cast.client(role).get(url(name)).status_code == status


@pytest.mark.parametrize("name", LISTS)
def test_elsewhere_and_anonymous(cast: Cast, client: Client, name: str) -> None:
    assert cast.stranger.get(url(name)).status_code == 404
    assert client.get(url(name)).status_code == 302


def test_pages_of_one_import_and_one_row_are_scoped_too(cast: Cast, tmp_path: Path, client: Client) -> None:
    taken = waiting(cast, tmp_path)
    row = taken.import_rows.first()
    for page in (url("import", taken.pk), url("import-rows", taken.pk, "held"), url("import-row", row.pk)):
        assert cast.client(Role.HOMS).get(page).status_code == 200
        assert cast.client(Role.KEY_WORKER).get(page).status_code == 403
        assert cast.stranger.get(page).status_code == 404
        assert cast.stranger.get(page.replace("LEI", "MDI")).status_code == 404
        assert client.get(page).status_code == 302


@pytest.mark.parametrize(
    "name", ["confirm-row", "reject-row", "correct-row", "confirm-import", "reject-import", "go-on-import"]
)
def test_decisions_are_posted_by_who_may(cast: Cast, homs: Client, tmp_path: Path, name: str) -> None:
    taken = waiting(cast, tmp_path)
    page = url(name, taken.import_rows.first().pk if name.endswith("row") else taken.pk)
    assert homs.get(page).status_code == 405
    assert cast.client(Role.KEY_WORKER).post(page).status_code == 403
    assert cast.stranger.post(page).status_code == 404


@pytest.mark.parametrize("name", ["imports", "import-files", "import-missing", "import"])
def test_queries_do_not_grow_with_rows(cast: Cast, homs: Client, tmp_path: Path, name: str) -> None:
    def asked(many: int) -> int:
        taken = waiting(cast, tmp_path, many)
        Person.objects.update(presence="missing")
        with CaptureQueriesContext(connection) as queries:
            assert homs.get(url(name, *([taken.pk] if name == "import" else []))).status_code == 200
        return len(queries)

    assert asked(1) == asked(25)


def test_what_waits_stands_first_with_the_day_by_which(cast: Cast, homs: Client, tmp_path: Path) -> None:
    waiting(cast, tmp_path)
    page = homs.get(url("imports"))
    held, quarantined = page.context["list"].page
    assert (held.outcome, held.due_on, quarantined.outcome) == ("held", days(1), "quarantined")
    assert page.context["tabs"][0].count == 2
    assert b"moves by 60 days" in page.content


def test_a_held_row_shows_both_dates_and_is_confirmed(cast: Cast, homs: Client, tmp_path: Path) -> None:
    row = waiting(cast, tmp_path).import_rows.get(outcome="held")
    page = homs.get(url("import-row", row.pk))
    assert ("CRD", "18 Oct 2028", "17 Dec 2028") in page.context["changes"]
    homs.post(url("confirm-row", row.pk), {"version": 1, "because": "Checked in NOMIS"})
    row.refresh_from_db()
    assert (row.decision, row.decided_by) == ("confirmed", cast.of(Role.HOMS))
    assert him("B0000XX").sentences.get().crd.isoformat() == LATER


def test_a_decision_without_a_reason_is_asked_again(cast: Cast, homs: Client, tmp_path: Path) -> None:
    row = waiting(cast, tmp_path).import_rows.get(outcome="held")
    for name, prefix in (("confirm-row", ""), ("reject-row", "no-")):
        page = homs.post(url(name, row.pk), {f"{prefix}version": 1})
        assert b"error-summary" in page.content
    row.refresh_from_db()
    assert row.decision == "waiting"


def test_a_row_is_left_out_with_a_reason(cast: Cast, homs: Client, tmp_path: Path) -> None:
    row = waiting(cast, tmp_path).import_rows.get(outcome="quarantined")
    homs.post(url("reject-row", row.pk), {"no-version": 1, "no-because": "A test record"})
    row.refresh_from_db()
    assert (row.decision, row.decided_because) == ("rejected", "A test record")
    assert b"Rejected by Sandy Services" in homs.get(url("import-row", row.pk)).content


def test_who_comes_too_late_is_told(cast: Cast, homs: Client, tmp_path: Path) -> None:
    row = waiting(cast, tmp_path).import_rows.get(outcome="held")
    cast.client(Role.CASE_ADMINISTRATOR).post(url("reject-row", row.pk), {"no-version": 1, "no-because": "Wrong"})
    page = homs.post(url("confirm-row", row.pk), {"version": 1, "because": "Right"}, follow=True)
    assert b"Casey Admin has decided this: rejected" in page.content


def test_somebody_gone_without_a_word_asks_how_and_when(cast: Cast, homs: Client, tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    row = take_in(tmp_path, [left(lastMovementTypeCode=None)]).import_rows.get()
    answers = {"version": 1, "because": "Seen in NOMIS", "kind": "REL"}
    page = homs.post(url("confirm-row", row.pk), answers)
    assert b"On which day did they leave?" in page.content and b"error-summary" in page.content
    homs.post(url("confirm-row", row.pk), answers | {"on": TODAY.isoformat()})
    assert him().presence == "out"


def test_wrong_cells_stand_first_and_are_put_right(cast: Cast, homs: Client, tmp_path: Path) -> None:
    row = waiting(cast, tmp_path).import_rows.get(outcome="quarantined")
    form = homs.get(url("import-row", row.pk)).context["form"]
    assert form.fieldsets[0] == ("Wrong", ("recall",))
    typed = {name: form[name].initial or "" for name in form.fields} | {"recall": "still wrong"}
    page = homs.post(url("correct-row", row.pk), typed)
    assert b"recall still wrong is text, not true or false" in page.content
    homs.post(url("correct-row", row.pk), typed | {"recall": "no"})
    assert him("C0000XX").prison_id == "LEI"


def test_a_line_that_could_not_be_read_is_put_right_as_it_stands(cast: Cast, homs: Client, tmp_path: Path) -> None:
    row = take_in(tmp_path, ["{nonsense", record("A1235AA")], prison=cast.prison).import_rows.get(outcome="quarantined")
    assert b"{nonsense" in homs.get(url("import-row", row.pk)).content
    assert b"cannot be read" in homs.post(url("correct-row", row.pk), {"version": 1, "raw": "{"}).content
    homs.post(url("correct-row", row.pk), {"version": 1, "raw": json.dumps(record())})
    assert him().prison_id == "LEI"


def test_nothing_of_a_file_is_run_in_the_browser(cast: Cast, homs: Client) -> None:
    evil = "<script>alert(1)</script>"
    upload(homs, [f"prisonerNumber,{evil}", f"A1234AA,{evil},{evil}", f"{evil},1"], date_format="YYYY-MM-DD")
    rows = list(ImportRow.objects.filter(outcome="quarantined"))
    assert len(rows) == 2
    pages = [url("import", rows[0].roll_import_id), *(url("import-row", row.pk) for row in rows)]
    for page in pages:
        assert evil not in homs.get(page).content.decode()
    answer = homs.post(url("correct-row", rows[1].pk), {"version": 1, "prisonerNumber": evil})
    assert evil not in answer.content.decode() and "is not a prison number" in answer.content.decode()


def test_an_upload_is_taken_in_and_its_copy_goes(cast: Cast, homs: Client) -> None:
    page = upload(homs, [record(), record("A1235AA", recall="perhaps")])
    taken = RollImport.objects.get()
    assert page.redirect_chain[-1][0] == url("import", taken.pk)
    assert (counts(taken), taken.snapshot, taken.uploaded_by) == ((1, 0, 0, 0, 1), True, cast.of(Role.HOMS))
    assert not kept_file(taken).exists()
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {"upload_import", "import_roll"}


def test_an_upload_changes_the_people_of_this_prison_alone(cast: Cast, homs: Client, tmp_path: Path) -> None:
    take_in(tmp_path, [record("A1235AA", prisonId="MDI"), record("A1236AA", prisonId="MDI")])
    moved = record("A1236AA", lastAdmissionDate=TODAY.isoformat())
    upload(homs, [record(), record("A1235AA", prisonId="MDI", cellLocation="Z-1-001"), moved], content="part")
    assert counts(RollImport.objects.latest("pk")) == (1, 1, 0, 0, 1)
    assert (him("A1235AA").cell, him("A1236AA").prison_id) == ("A-1-001", "LEI")


def test_an_upload_that_is_only_looked_at_changes_nothing(cast: Cast, homs: Client) -> None:
    page = upload(homs, [record(), "{"], dry_run="on")
    assert b"Nothing has been changed" in page.content and b"is not JSON" in page.content
    assert not (Person.objects.exists() or RollImport.objects.exists())


def test_an_upload_that_is_no_roll_is_refused_in_words(cast: Cast, homs: Client) -> None:
    page = upload(homs, ["PK\x03\x04 a workbook"])
    assert RollImport.objects.get().state == "refused"
    assert b"is a zip or Excel workbook" in page.content


def test_without_a_file_the_form_asks_for_one(cast: Cast, homs: Client) -> None:
    page = homs.post(url("new-import"), {"content": "full"})
    assert b"Choose file" in page.content


def test_details_are_uploaded_too(cast: Cast, homs: Client, tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    fact = {"prisonNumber": "A1234AA", "source": "OASys", "as_at": "2026-11-01", "rosh": "low"}
    upload(homs, [fact], content="details")
    assert him().details.rosh == "low"


def test_while_it_runs_the_page_says_how_far_and_asks_again(cast: Cast, homs: Client) -> None:
    taken = new_import(kind=RollImport.Kind.ROLL, file_name="roll.json", by=BY, on=TODAY, at=NOW, prison=cast.prison)
    taken.rows, taken.expected_rows = 500, 1000
    taken.save()
    page = homs.get(url("import", taken.pk))
    assert page["Refresh"] == "2"
    assert b"500 of 1000 rows done" in page.content
    assert "Nobody is at work on this file" in page.content.decode()


def test_with_a_broker_the_worker_takes_it_in(
    cast: Cast, homs: Client, valkey_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(celery.conf, "broker_write_url", valkey_server)
    page = upload(homs, [record()])
    assert b"0 of ? rows done" in page.content
    with celery.connection_for_write() as broker:
        message = broker.SimpleQueue("celery").get(timeout=5)
    assert message.headers["task"] == "omic.nomis.tasks.run_import"
    run_import(*message.payload[0])
    assert RollImport.objects.get().state == "done"


def test_an_import_that_stopped_without_its_file_says_so(cast: Cast, homs: Client) -> None:
    taken = new_import(kind=RollImport.Kind.ROLL, file_name="roll.json", by=BY, on=TODAY, at=NOW, prison=cast.prison)
    taken.save()
    page = homs.post(url("go-on-import", taken.pk), follow=True)
    assert b"Stopped after 0 of its rows, and the file is not kept here" in page.content


def test_a_file_that_waits_is_confirmed_or_rejected(cast: Cast, homs: Client, tmp_path: Path) -> None:
    upload(homs, [record(number) for number in numbers(20)])
    page = upload(homs, [record(number) for number in numbers(5)])
    taken = RollImport.objects.latest("pk")
    assert b"would shrink from 20 people to 5" in page.content
    assert taken in homs.get(url("imports")).context["held_files"]
    assert b"error-summary" in homs.post(url("reject-import", taken.pk), {"no-version": 1}).content
    homs.post(url("confirm-import", taken.pk), {"version": 1, "because": "A wing has closed"})
    taken.refresh_from_db()
    assert (taken.state, taken.missing) == ("done", 15)
    assert len(homs.get(url("import-missing")).context["list"].page) == 15


@pytest.mark.parametrize(("outcome", "rows"), [("", 4), ("held", 2), ("quarantined", 2), ("missing", 0)])
def test_the_report_has_a_tab_for_each_outcome(
    cast: Cast, homs: Client, tmp_path: Path, outcome: str, rows: int
) -> None:
    taken = waiting(cast, tmp_path, 2)
    page = homs.get(url("import-rows", taken.pk, outcome) if outcome else url("import", taken.pk))
    assert page.context["list"].count == rows
    assert next(tab.count for tab in page.context["tabs"] if tab.url == page.request["PATH_INFO"]) == rows


def test_the_report_downloads_with_row_cell_value_and_reason(cast: Cast, homs: Client, tmp_path: Path) -> None:
    taken = waiting(cast, tmp_path)
    page = homs.get(url("import", taken.pk), {"export": "csv"})
    lines = b"".join(page.streaming_content).decode().splitlines()
    assert lines[0].endswith("Row,Prison number,Name,Outcome,Cell,Value,Reason,Changes,Decision")
    assert 'recall,perhaps,"is text, not true or false",,Waiting' in lines[2]
    assert AuditEvent.objects.filter(action="export").exists()


def test_an_import_of_several_prisons_shows_each_its_own_rows(cast: Cast, homs: Client, tmp_path: Path) -> None:
    taken = take_in(tmp_path, [record(), record("A1235AA", prisonId="MDI")])
    assert homs.get(url("import", taken.pk)).context["list"].count == 1
    row = ImportRow.objects.get(prison="MDI")
    assert homs.get(url("import-row", row.pk)).status_code == 404
