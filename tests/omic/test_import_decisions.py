"""What people decide about imports: confirm, reject, put right; and two who decide at once."""

import threading
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection

from omic.models import AuditEvent, ImportRow, Obligation, Prison, RollImport, Staff, Stay
from omic.nomis.decisions import (
    DecidedError,
    Left,
    UnfitError,
    confirm_import,
    confirm_row,
    correct_row,
    reject_import,
    reject_row,
)
from omic.nomis.files import kept_file
from omic.nomis.retry import cells_of, layout_of, put_right
from omic.nomis.rows import UnreadableFileError
from omic.nomis.tasks import run_import
from tests.factories import NOW, TODAY, KeyWorkerAllocationFactory, PrisonFactory, StaffFactory, days
from tests.omic.roll_files import NEXT, TOMORROW, counts, duties, him, left, numbers, record, take_in

pytestmark = pytest.mark.django_db
LATER = days(760).isoformat()


@pytest.fixture(autouse=True)
def prison(settings: LazySettings, tmp_path: Path) -> Prison:
    settings.IMPORT_FOLDER = str(tmp_path / "kept")
    return PrisonFactory(code="LEI")


@pytest.fixture
def staff() -> Staff:
    return StaffFactory(forename="Sandy", surname="Services")


def decided(row: ImportRow, by: Staff) -> dict[str, Any]:
    return {"row": row, "version": row.version, "because": "Checked", "by": by, "at": NOW}


def held(folder: Path, **fields: Any) -> ImportRow:
    """His release date moves by 60 days."""
    take_in(folder, [record()])
    return take_in(folder, [record(conditionalReleaseDate=LATER, cellLocation="B-1-001", **fields)]).import_rows.get()


def vanished(folder: Path) -> ImportRow:
    """He is gone, and no movement says how."""
    take_in(folder, [record()])
    return take_in(folder, [left(lastMovementTypeCode=None, lastMovementDate=None)]).import_rows.get()


def spoilt(folder: Path, **fields: Any) -> ImportRow:
    return take_in(folder, [record(**fields)]).import_rows.get()


def test_a_confirmed_row_is_applied_with_all_that_follows(tmp_path: Path, staff: Staff) -> None:
    row = held(tmp_path)
    confirm_row(**decided(row, staff), on=TODAY)
    row.refresh_from_db()
    assert (him().cell, him().sentences.get().crd.isoformat()) == ("B-1-001", LATER)
    assert (row.decision, row.decided_by, row.decided_because) == ("confirmed", staff, "Checked")
    assert Obligation.objects.get(kind="held_change").state == "met"
    assert AuditEvent.objects.filter(action="import_row_confirmed", staff=staff, person=him()).exists()


def test_after_confirming_the_same_roll_changes_nothing(tmp_path: Path, staff: Staff) -> None:
    row = held(tmp_path)
    confirm_row(**decided(row, staff), on=TODAY)
    again = take_in(tmp_path, [record(conditionalReleaseDate=LATER, cellLocation="B-1-001")], on=TOMORROW, at=NEXT)
    assert counts(again) == (0, 0, 1, 0, 0)


def test_a_rejected_row_changes_nothing_and_is_not_asked_about_again(tmp_path: Path, staff: Staff) -> None:
    reject_row(**decided(held(tmp_path), staff))
    assert (him().cell, not duties()) == ("A-1-001", True)
    again = take_in(tmp_path, [record(conditionalReleaseDate=LATER, cellLocation="C-1-001")], on=TOMORROW, at=NEXT)
    assert (counts(again), him().cell) == ((0, 1, 0, 0, 0), "C-1-001")
    assert him().sentences.get().crd == days(700)
    other = take_in(tmp_path, [record(conditionalReleaseDate=days(800).isoformat())], on=TOMORROW, at=NEXT)
    assert counts(other) == (0, 0, 0, 1, 0)


def test_a_new_sentence_is_opened_when_confirmed(tmp_path: Path, staff: Staff) -> None:
    row = held(tmp_path, sentenceStartDate=days(-20).isoformat())
    confirm_row(**decided(row, staff), on=TODAY)
    old, new = him().sentences.order_by("id")
    assert (old.closed_at, new.closed_at, new.started_on) == (NOW, None, days(-20))


def test_somebody_who_has_left_needs_the_day_and_the_way(tmp_path: Path, staff: Staff) -> None:
    row = vanished(tmp_path)
    allocation = KeyWorkerAllocationFactory(person=him())
    with pytest.raises(UnfitError):
        confirm_row(**decided(row, staff), on=TODAY)
    confirm_row(**decided(row, staff), on=TODAY, left=Left("REL", days(-1)))
    allocation.refresh_from_db()
    assert (Stay.objects.get().left_on, Stay.objects.get().ended_because) == (days(-1), "release")
    assert (him().prison, him().key_worker, allocation.ended_at is None) == (None, None, False)
    assert counts(take_in(tmp_path, [left(lastMovementTypeCode=None)], on=TOMORROW, at=NEXT))[3] == 0


def test_a_day_of_leaving_before_the_arrival_is_told_and_nothing_is_decided(tmp_path: Path, staff: Staff) -> None:
    row = vanished(tmp_path)
    with pytest.raises(UnfitError) as told:
        confirm_row(**decided(row, staff), on=TODAY, left=Left("REL", days(-300)))
    assert told.value.errors[0].reason == "is before they came to LEI"
    assert ImportRow.objects.get(pk=row.pk).decision == "waiting"


def test_a_quarantined_row_is_put_right_and_taken_in(tmp_path: Path, staff: Staff) -> None:
    row = spoilt(tmp_path, conditionalReleaseDate="2027-02-30", recall="perhaps")
    typed = {"conditionalReleaseDate": "2027-02-28", "recall": "no"}
    cells = put_right(record(conditionalReleaseDate="2027-02-30", recall="perhaps"), typed, layout_of(row.roll_import))
    correct_row(row=row, version=row.version, cells=cells, by=staff, on=TODAY, at=NOW)
    row.refresh_from_db()
    assert (row.decision, row.person, him().presence) == ("corrected", him(), "in")
    taken = RollImport.objects.get()
    assert counts(taken) == (0, 0, 0, 0, 1)


def test_a_row_that_is_still_wrong_waits_on(tmp_path: Path, staff: Staff) -> None:
    row = spoilt(tmp_path, recall="perhaps")
    with pytest.raises(UnfitError) as told:
        correct_row(row=row, version=1, cells=record(prisonId="QQQ"), by=staff, on=TODAY, at=NOW)
    assert told.value.errors[0].field == "prisonId"
    assert ImportRow.objects.get(pk=row.pk).decision == "waiting"


def test_a_row_put_right_whose_dates_jump_is_held(tmp_path: Path, staff: Staff) -> None:
    take_in(tmp_path, [record()])
    row = spoilt(tmp_path, recall="perhaps")
    correct_row(row=row, version=1, cells=record(conditionalReleaseDate=LATER), by=staff, on=TODAY, at=NOW)
    row.refresh_from_db()
    assert (row.outcome, row.decision, len(duties())) == ("held", "waiting", 1)
    assert counts(row.roll_import) == (0, 0, 0, 1, 0)


def test_a_correction_stays_within_the_prison_of_its_import(tmp_path: Path, prison: Prison, staff: Staff) -> None:
    PrisonFactory(code="MDI")
    row = take_in(tmp_path, [record(recall="perhaps")], prison=prison).import_rows.get()
    with pytest.raises(UnfitError):
        correct_row(row=row, version=1, cells=record(prisonId="MDI"), by=staff, on=TODAY, at=NOW)


def test_a_raw_line_is_read_as_its_file_would_be(tmp_path: Path) -> None:
    csv = RollImport(kind="roll", header="prisonerNumber,dateOfBirth,recall\n", date_format="DD/MM/YYYY")
    assert cells_of(csv, "A1234AA,17/05/1990,no") == {
        "prisonerNumber": "A1234AA",
        "dateOfBirth": "1990-05-17",
        "recall": False,
    }
    for wrong in ("A1234AA,17/05/1990", "A1234AA,1990-05-17,no", "a,,\nb,,"):
        with pytest.raises(UnreadableFileError):
            cells_of(csv, wrong)
    assert cells_of(RollImport(kind="roll"), '{"prisonerNumber":\n "A1234AA"}') == {"prisonerNumber": "A1234AA"}


def test_the_second_of_two_is_told_who_was_first(tmp_path: Path, staff: Staff) -> None:
    row = held(tmp_path)
    reject_row(**decided(row, staff))
    with pytest.raises(DecidedError, match=r"Sandy Services has decided this: rejected on 18 November 2026"):
        confirm_row(**decided(row, StaffFactory()), on=TODAY)
    assert him().cell == "A-1-001"


def test_a_row_that_has_changed_since_it_was_shown_is_not_decided(tmp_path: Path, staff: Staff) -> None:
    row = held(tmp_path)
    with pytest.raises(DecidedError, match="Somebody has changed this row"):
        reject_row(**decided(row, staff) | {"version": row.version - 1})


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_decides(tmp_path: Path, staff: Staff) -> None:
    row, start, told = held(tmp_path), threading.Barrier(2), []

    def decide(action: Any, **more: Any) -> None:
        start.wait(10)
        try:
            action(**decided(row, staff), **more)
            told.append("decided")
        except DecidedError:
            told.append("too late")
        connection.close()

    threads = [threading.Thread(target=decide, args=[reject_row]), threading.Thread(target=decide, args=[confirm_row])]
    threads[1] = threading.Thread(target=decide, args=[confirm_row], kwargs={"on": TODAY})
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(told) == ["decided", "too late"]
    row.refresh_from_db()
    assert him().cell == ("B-1-001" if row.decision == "confirmed" else "A-1-001")


def shrunk(folder: Path, prison: Prison) -> RollImport:
    take_in(folder, [record(number) for number in numbers(20)], prison=prison)
    return take_in(folder, [record(number) for number in numbers(5)], prison=prison)


def test_a_file_confirmed_runs_and_its_copy_goes(tmp_path: Path, prison: Prison, staff: Staff) -> None:
    taken = shrunk(tmp_path, prison)
    confirm_import(taken=taken, version=taken.version, because="A wing has closed", by=staff, at=NOW)
    run_import(taken.pk)
    taken.refresh_from_db()
    assert (taken.state, taken.missing, taken.decided_by) == ("done", 15, staff)
    assert not kept_file(taken).exists()


def test_a_file_rejected_is_refused_and_its_copy_goes(tmp_path: Path, prison: Prison, staff: Staff) -> None:
    taken = shrunk(tmp_path, prison)
    reject_import(taken=taken, version=taken.version, because="Half of it is missing", by=staff, at=NOW)
    assert (taken.state, taken.refused_because) == ("refused", "Rejected by Sandy Services: Half of it is missing")
    assert not kept_file(taken).exists()
    with pytest.raises(DecidedError, match="Sandy Services has decided"):
        confirm_import(taken=taken, version=1, because="It is right", by=StaffFactory(), at=NOW)
    run_import(taken.pk)
    assert prison.people.filter(presence="missing").count() == 0
