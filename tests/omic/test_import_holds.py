"""What waits for a person: a row with dates that jump, a release without a movement, a file as a whole."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from omic.models import ImportRow, Obligation, Person, Prison, RollImport
from omic.nomis.csv_rows import DateFormat
from omic.nomis.files import kept_file
from omic.nomis.run import import_roll
from tests.factories import NOW, PrisonFactory, days
from tests.omic.roll_files import (
    BY,
    NEXT,
    TODAY,
    TOMORROW,
    counts,
    csv_file,
    duties,
    him,
    left,
    numbers,
    reasons,
    record,
    take_in,
)

pytestmark = pytest.mark.django_db
LATER = {n: days(700 + n).isoformat() for n in (-29, -28, 0, 28, 29)}


@pytest.fixture(autouse=True)
def prison(settings: LazySettings, tmp_path: Path) -> Prison:
    settings.IMPORT_FOLDER = str(tmp_path / "kept")
    return PrisonFactory(code="LEI")


@pytest.mark.parametrize(("moves", "held"), [(-29, 1), (-28, 0), (28, 0), (29, 1)])
def test_a_date_that_moves_by_more_than_28_days_waits(tmp_path: Path, moves: int, held: int) -> None:
    take_in(tmp_path, [record()])
    taken = take_in(tmp_path, [record(conditionalReleaseDate=LATER[moves], cellLocation="B-1-001")])
    assert counts(taken) == (0, 1 - held, 0, held, 0)
    sentence = him().sentences.get()
    assert sentence.crd.isoformat() == (LATER[0] if held else LATER[moves])
    assert him().cell == ("A-1-001" if held else "B-1-001")


def test_a_held_row_shows_both_dates_and_is_a_duty_of_one_working_day(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    row = take_in(tmp_path, [record(conditionalReleaseDate=LATER[29])]).import_rows.get()
    assert row.changes == {"crd": [LATER[0], LATER[29]]}
    assert row.errors[0]["reason"] == f"moves by 29 days from {LATER[0]}"
    (duty,) = duties()
    assert (duty.person, duty.prison_id, duty.owner_role, duty.due_on) == (him(), "LEI", "homs", days(1))


def test_one_working_day_passes_over_the_weekend(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    take_in(tmp_path, [record(conditionalReleaseDate=LATER[29])], on=days(2), at=NEXT)
    assert duties()[0].due_on == days(5)


@pytest.mark.parametrize("name", ["conditionalReleaseDate", "sentenceExpiryDate", "sentenceStartDate"])
def test_a_lasting_date_that_vanishes_waits(tmp_path: Path, name: str) -> None:
    take_in(tmp_path, [record()])
    taken = take_in(tmp_path, [record(**{name: None})])
    assert (counts(taken), len(reasons(taken))) == ((0, 0, 0, 1, 0), 1)


def test_a_curfew_date_may_come_off(tmp_path: Path) -> None:
    take_in(tmp_path, [record(homeDetentionCurfewEligibilityDate=LATER[0])])
    assert counts(take_in(tmp_path, [record()])) == (0, 1, 0, 0, 0)


def test_a_first_date_is_no_move(tmp_path: Path) -> None:
    remand = {"legalStatus": "REMAND", "sentenceStartDate": None, "conditionalReleaseDate": None}
    take_in(tmp_path, [record(**remand, sentenceExpiryDate=None)])
    assert counts(take_in(tmp_path, [record()])) == (0, 1, 0, 0, 0)
    assert him().sentences.get().crd.isoformat() == LATER[0]


def test_nobody_asks_about_the_dates_of_somebody_released(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    assert counts(take_in(tmp_path, [left(conditionalReleaseDate=LATER[29])])) == (0, 1, 0, 0, 0)


def test_a_release_without_a_movement_waits(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    taken = take_in(tmp_path, [left(lastMovementTypeCode="ADM", lastMovementDate=days(-200).isoformat())])
    assert counts(taken) == (0, 0, 0, 1, 0)
    assert (him().prison_id, him().presence, len(duties())) == ("LEI", "in", 1)


def test_a_stranger_who_has_left_without_a_movement_is_quarantined(tmp_path: Path) -> None:
    taken = take_in(tmp_path, [left(lastMovementTypeCode=None)])
    assert "somebody not known here has left" in reasons(taken)[0]
    assert not Person.objects.exists()


def test_held_again_by_the_next_roll_it_is_one_row_and_one_duty(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    for day, at in ((TODAY, NOW), (TOMORROW, NEXT)):
        taken = take_in(tmp_path, [record(conditionalReleaseDate=LATER[29])], on=day, at=at)
    assert ImportRow.objects.get(decision="waiting").roll_import == taken
    assert [duty.due_on for duty in duties()] == [days(1)]


def test_a_roll_without_the_move_settles_what_was_held(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    take_in(tmp_path, [record(conditionalReleaseDate=LATER[29])])
    assert counts(take_in(tmp_path, [record()], on=TOMORROW, at=NEXT)) == (0, 0, 1, 0, 0)
    assert not ImportRow.objects.filter(decision="waiting").exists()
    assert not duties()
    assert Obligation.objects.get(kind="held_change").closed_because == "A later roll stated it again"


def test_a_quarantined_row_is_settled_by_a_later_good_one(tmp_path: Path) -> None:
    take_in(tmp_path, [record(recall="perhaps"), "{nonsense"])
    take_in(tmp_path, [record(), "{nonsense"], on=TOMORROW, at=NEXT)
    waiting = ImportRow.objects.get(decision="waiting")
    assert (waiting.raw, waiting.roll_import.on) == ("{nonsense", TOMORROW)


def test_a_bad_row_leaves_a_held_change_waiting(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    take_in(tmp_path, [record(conditionalReleaseDate=LATER[29])])
    take_in(tmp_path, [record(recall="perhaps")], on=TOMORROW, at=NEXT)
    assert set(ImportRow.objects.filter(decision="waiting").values_list("outcome", flat=True)) == {
        "held",
        "quarantined",
    }
    assert len(duties()) == 1


@pytest.mark.parametrize(("present", "state"), [(18, "done"), (17, "held")])
def test_a_full_roll_that_shrinks_by_more_than_a_tenth_waits(
    tmp_path: Path, prison: Prison, present: int, state: str
) -> None:
    take_in(tmp_path, [record(number) for number in numbers(20)], prison=prison)
    taken = take_in(tmp_path, [record(number) for number in numbers(present)], prison=prison)
    assert taken.state == state
    assert Person.objects.filter(presence="missing").count() == (2 if state == "done" else 0)
    assert kept_file(taken).exists() == (state == "held")


def test_a_held_file_is_taken_in_when_confirmed(tmp_path: Path, prison: Prison) -> None:
    take_in(tmp_path, [record(number) for number in numbers(20)], prison=prison)
    held = take_in(tmp_path, [record(number) for number in numbers(5)], prison=prison)
    assert held.held_because == "The roll would shrink from 20 people to 5, by more than 10%."
    taken = take_in(tmp_path, [record(number) for number in numbers(5)], prison=prison, confirmed=True)
    assert (taken, taken.state, taken.missing) == (held, RollImport.State.DONE, 15)
    assert not kept_file(taken).exists()


def test_dates_that_would_read_both_ways_hold_the_file(tmp_path: Path) -> None:
    names = ["prisonerNumber", "firstName", "lastName", "dateOfBirth", "prisonId", "lastAdmissionDate"]
    path = csv_file(tmp_path, [record(dateOfBirth="05/04/1990", lastAdmissionDate="01/02/2026")], names)
    taken = import_roll(path=path, file_name="r.csv", by=BY, on=TODAY, at=NOW, date_format=DateFormat.DAY_FIRST)
    assert taken.state == RollImport.State.HELD
    assert "dateOfBirth, lastAdmissionDate" in taken.held_because
    assert not Person.objects.exists()
