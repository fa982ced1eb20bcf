"""Taking in a roll: what must be so after it, whatever the file."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omic.fictional import CORRUPTIONS, corrupt, next_day, roll
from omic.models import Alert, ImportRow, Movement, Obligation, Person, Prison, RollImport, Stay, Wing
from omic.nomis import going
from omic.nomis.csv_rows import DateFormat
from omic.nomis.run import import_roll, new_import, rehearse
from omic.nomis.run import take_in as take_in_file
from omic.nomis.turns import TURN, AlreadyRunningError, is_running
from tests.factories import NOW, TODAY, KeyWorkerAllocationFactory, PomAllocationFactory, PrisonFactory
from tests.omic.roll_files import (
    BY,
    LEEDS,
    NEXT,
    TOMORROW,
    Raw,
    counts,
    csv_file,
    fingerprint,
    him,
    jsonl,
    left,
    numbers,
    reasons,
    record,
    take_in,
)

pytestmark = pytest.mark.django_db
BAD = {10: "bad_number", 500: "no_such_day", 999: "ends_before_start"}


@pytest.fixture(autouse=True)
def prison() -> Prison:
    return PrisonFactory(code="LEI")


@pytest.fixture
def a_thousand(tmp_path: Path, prison: Prison) -> list[Raw]:
    """LEI's full roll of 1,000 records, taken in; three of them are bad."""
    records = list(roll(LEEDS, on=TODAY))
    spoilt = [corrupt(row, BAD[place]) if place in BAD else row for place, row in enumerate(records)]
    taken = take_in(tmp_path, spoilt, prison=prison)
    assert counts(taken) == (997, 0, 0, 0, 3)
    assert [reason.split()[0] for reason in reasons(taken)] == ["prisonerNumber", *["sentenceExpiryDate"] * 2]
    return spoilt


def test_a_thousand_records_three_of_them_bad_and_the_same_file_again(
    tmp_path: Path, a_thousand: list[Raw], prison: Prison
) -> None:
    assert Person.objects.count() == prison.people.count() == Stay.objects.filter(left_on=None).count() == 997
    before = fingerprint()
    assert counts(take_in(tmp_path, a_thousand, prison=prison)) == (0, 0, 997, 0, 3)
    assert fingerprint() == before


def test_the_next_days_roll_does_exactly_what_it_states(tmp_path: Path, prison: Prison) -> None:
    here = replace(LEEDS, size=200)
    good = list(roll(here, on=TODAY))
    assert counts(take_in(tmp_path, good, prison=prison)) == (200, 0, 0, 0, 0)
    after = next_day(good, here, on=TOMORROW, arrivals=5, transfers=3, releases=2)
    leavers = [him(row["prisonerNumber"]) for row in after if row["lastMovementTypeCode"] in ("REL", "TRN")]
    leavers = [person for person in leavers if not person.restricted_patient]
    allocations = [
        make(person=person) for person in leavers for make in (KeyWorkerAllocationFactory, PomAllocationFactory)
    ]
    assert counts(take_in(tmp_path, after, prison=prison, on=TOMORROW, at=NEXT)) == (5, 5, 195, 0, 0)

    ended = Stay.objects.filter(left_on=TOMORROW).values_list("ended_because", flat=True)
    assert sorted(ended) == ["release", "release", "transfer", "transfer", "transfer"]
    assert prison.people.count() == 200
    assert not any(type(row).objects.get(pk=row.pk).ended_at is None for row in allocations)
    assert not Obligation.objects.demanding().filter(person__in=leavers).exists()
    arrived = set(Person.objects.filter(arrived_on=TOMORROW))
    owed = Obligation.objects.demanding().filter(person__in=arrived, kind="key_work_session")
    assert len(arrived) == len({duty.person_id for duty in owed}) == 5


@pytest.mark.parametrize(("dies_in", "done"), [(1, 0), (2, 3), (3, 6)])
def test_a_file_killed_half_way_goes_on_and_ends_the_same(
    tmp_path: Path, prison: Prison, monkeypatch: pytest.MonkeyPatch, dies_in: int, done: int
) -> None:
    monkeypatch.setattr(going, "AT_ONCE", 3)
    rows = [record(number) for number in numbers(9)]
    rows[1], rows[5] = rows[1] | {"recall": "perhaps"}, rows[0]
    batches = iter(range(1, 10))

    def die(*arguments: Any) -> None:
        if next(batches) == dies_in:
            raise KeyboardInterrupt

    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(going, "reconcile", die)
        take_in(tmp_path, rows, prison=prison)
    assert RollImport.objects.get().rows == ImportRow.objects.count() == done
    taken = take_in(tmp_path, rows, prison=prison)
    assert RollImport.objects.get() == taken
    assert (counts(taken), taken.rows, taken.missing) == ((7, 0, 0, 0, 2), 9, 0)


def test_people_are_as_their_records_state(tmp_path: Path) -> None:
    alerts = [{"alertCode": "HA", "alertType": "H", "active": True}, {"alertCode": "HC", "active": False}]
    take_in(tmp_path, [record(alerts=alerts, cellLocation="LEI-B-2-014", csra="High", category="C", middleNames="Ann")])
    person = him()
    assert (person.name, person.prison_id, person.wing.code, person.cell) == ("Example, Sam", "LEI", "B", "B-2-014")
    assert (person.presence, person.csra, person.category, person.middle_names) == ("in", "high", "C", "Ann")
    assert person.sentences.get().crd.isoformat() == record()["conditionalReleaseDate"]
    assert [alert.code for alert in Alert.objects.filter(person=person, ends_on=None)] == ["HA"]
    assert Movement.objects.get(person=person).to_prison_id == "LEI"


def test_an_alert_begins_when_seen_and_ends_when_gone(tmp_path: Path) -> None:
    take_in(tmp_path, [record(alerts=[{"alertCode": "HA", "active": True}])])
    taken = take_in(tmp_path, [record()], on=TOMORROW, at=NEXT)
    alert = Alert.objects.get()
    assert (alert.starts_on, alert.ends_on) == (TODAY, TOMORROW)
    assert taken.changed_fields == {"alerts_ended": 1}


def test_what_changed_is_told_by_field(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    taken = take_in(tmp_path, [record(cellLocation="C-1-003", lastName="Sample")])
    row = taken.import_rows.get()
    assert row.changes == {"surname": ["Example", "Sample"], "cell": ["A-1-001", "C-1-003"], "wing": ["A", "C"]}
    assert taken.changed_fields == {"surname": 1, "cell": 1, "wing": 1}
    assert Wing.objects.count() == 2


def test_the_same_number_twice_in_a_file_is_quarantined_the_second_time(tmp_path: Path) -> None:
    taken = take_in(tmp_path, [record(), record("A1235AA"), record(cellLocation="B-1-001")])
    assert counts(taken) == (2, 0, 0, 0, 1)
    assert reasons(taken) == ["prisonerNumber stands in the file twice: row 1 is about the same person"]
    assert him().cell == "A-1-001"


def test_a_roll_of_one_prison_changes_nobody_elses_people(tmp_path: Path, prison: Prison) -> None:
    PrisonFactory(code="MDI")
    theirs = record("A1235AA", prisonId="MDI", lastPrisonId="MDI")
    take_in(tmp_path, [theirs])
    taken = take_in(tmp_path, [record(), theirs, left("A1236AA", lastPrisonId="MDI")], prison=prison)
    assert counts(taken) == (1, 0, 0, 0, 2)
    assert "is not the business of LEI" in reasons(taken)[0]
    assert him("A1235AA").prison_id == "MDI"


def test_rows_that_cannot_be_read_are_kept_with_their_reason(tmp_path: Path) -> None:
    taken = take_in(tmp_path, [record(), "{nonsense", "[1]"])
    assert counts(taken) == (1, 0, 0, 0, 2)
    assert "is not JSON" in reasons(taken)[0]
    assert taken.import_rows.filter(decision="waiting", raw="{nonsense").exists()


def test_fields_that_mean_nothing_here_are_counted(tmp_path: Path) -> None:
    rows = [record(number, favouriteColour="blue", **{"\u0000": 1}) for number in numbers(2)]
    assert take_in(tmp_path, rows).ignored_fields == {"favouriteColour": 2, "\\u0000": 2}


def test_fields_that_nobody_reads_change_nothing(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    assert counts(take_in(tmp_path, [record(currentIncentive={"level": "STD"})])) == (0, 0, 1, 0, 0)


def test_a_damaged_file_is_refused_whole(tmp_path: Path) -> None:
    path = tmp_path / "roll.json"
    path.write_text(json.dumps([record()])[:-20])
    taken = import_roll(path=path, file_name="roll.json", by=BY, on=TODAY, at=NOW)
    assert taken.state == RollImport.State.REFUSED
    assert "breaks off" in taken.refused_because
    assert not Person.objects.exists()


def test_csv_states_only_the_columns_it_has(tmp_path: Path) -> None:
    take_in(tmp_path, [record(csra="High")])
    names = ["prisonerNumber", "firstName", "lastName", "dateOfBirth", "prisonId", "status", "cellLocation"]
    path = csv_file(tmp_path, [record(cellLocation="B-1-001", dateOfBirth="17/05/1990")], names)
    taken = import_roll(
        path=path, file_name="roll.csv", by=BY, on=TODAY, at=NOW, date_format=DateFormat.DAY_FIRST, confirmed=True
    )
    assert (counts(taken), taken.changed_fields) == ((0, 1, 0, 0, 0), {"cell": 1, "wing": 1})
    assert (him().csra, him().sentences.get().crd.isoformat()) == ("high", record()["conditionalReleaseDate"])


def test_a_rehearsal_counts_the_same_and_writes_nothing(tmp_path: Path, prison: Prison) -> None:
    take_in(tmp_path, [record(number) for number in numbers(12)], prison=prison)
    rows = [record(number, cellLocation="B-1-001") for number in numbers(11)] + [
        record("A1235AA"),
        "{",
        left("B0011XX"),
    ]
    before, imports = fingerprint(), RollImport.objects.count()
    taken = new_import(kind=RollImport.Kind.ROLL, file_name="r", by=BY, on=TODAY, at=NOW, prison=prison, snapshot=True)
    rehearsal = rehearse(taken, jsonl(tmp_path, rows), by=BY, at=NOW)
    assert (fingerprint(), RollImport.objects.count()) == (before, imports)
    assert [row.outcome for row in rehearsal.rows] == ["quarantined"]
    assert counts(taken) == counts(take_in(tmp_path, rows, prison=prison)) == (1, 12, 0, 0, 1)


def test_two_processes_do_not_take_the_same_file_in_at_once(tmp_path: Path) -> None:
    taken = new_import(kind=RollImport.Kind.ROLL, file_name="r", by=BY, on=TODAY, at=NOW)
    taken.save()
    elsewhere = connection.copy()
    with elsewhere.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [TURN, taken.pk])
        assert is_running(taken)
        with pytest.raises(AlreadyRunningError):
            take_in_file(taken, jsonl(tmp_path, [record()]), by=BY, at=NOW)
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [TURN, taken.pk])
    elsewhere.close()
    assert not Person.objects.exists()
    assert not is_running(taken)


def test_people_missing_from_a_full_roll_are_kept_and_come_back_with_the_next(tmp_path: Path, prison: Prison) -> None:
    rows = [record(number) for number in numbers(20)]
    take_in(tmp_path, rows, prison=prison)
    taken = take_in(tmp_path, rows[1:], prison=prison)
    assert (counts(taken), taken.missing) == ((0, 0, 19, 0, 0), 1)
    assert (him("B0000XX").presence, him("B0000XX").prison_id) == ("missing", "LEI")
    assert taken.import_rows.get().changes == {"presence": ["in", "missing"]}
    assert take_in(tmp_path, rows[1:], prison=prison, on=TOMORROW, at=NEXT).missing == 1
    assert counts(take_in(tmp_path, rows, prison=prison, on=TOMORROW, at=NEXT)) == (0, 1, 19, 0, 0)
    assert him("B0000XX").presence == "in"


def test_absence_from_a_part_of_a_roll_says_nothing(tmp_path: Path, prison: Prison) -> None:
    take_in(tmp_path, [record(number) for number in numbers(3)])
    taken = take_in(tmp_path, [record("B0001XX")], prison=prison, snapshot=False)
    assert (counts(taken), taken.missing) == ((0, 0, 1, 0, 0), 0)
    assert not Person.objects.filter(presence="missing").exists()


def test_a_bad_row_is_in_the_file_all_the_same(tmp_path: Path, prison: Prison) -> None:
    rows = [record(number) for number in numbers(12)]
    take_in(tmp_path, rows, prison=prison)
    taken = take_in(tmp_path, [rows[0] | {"recall": "perhaps"}, *rows[1:]], prison=prison)
    assert (counts(taken), taken.missing) == ((0, 0, 11, 0, 1), 0)


ROWS = st.lists(
    st.one_of(
        st.sampled_from(numbers(4)).map(record),
        st.sampled_from(numbers(4)).map(left),
        st.builds(
            record, st.sampled_from(numbers(4)), conditionalReleaseDate=st.sampled_from(["2027-02-01", "2029-01-01"])
        ),
        st.builds(corrupt, st.sampled_from(numbers(4)).map(record), st.sampled_from(sorted(CORRUPTIONS))),
        st.builds(record, st.sampled_from(numbers(4)), prisonId=st.just("MDI"), lastPrisonId=st.just("MDI")),
        st.just("{}"),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(ROWS, min_size=1, max_size=3), whole=st.booleans())
def test_every_row_is_in_exactly_one_count_and_again_changes_nothing(
    tmp_path: Path, prison: Prison, files: list[Any], whole: bool
) -> None:
    with transaction.atomic():
        PrisonFactory(code="MDI")
        for rows in files:
            _accounted_for(tmp_path, rows, prison if whole else None)
        _again_changes_nothing(tmp_path, rows, prison if whole else None)
        assert Stay.objects.filter(left_on=None).count() == Person.objects.exclude(prison=None).count()
        transaction.set_rollback(True)


def _accounted_for(folder: Path, rows: list[Any], prison: Prison | None) -> None:
    taken = take_in(folder, rows, prison=prison, confirmed=True)
    assert sum(counts(taken)) == taken.rows == len(rows)
    kept = ImportRow.objects.filter(roll_import=taken).exclude(outcome="missing").count()
    assert kept == len(rows) - taken.unchanged


def _again_changes_nothing(folder: Path, rows: list[Any], prison: Prison | None) -> None:
    before = fingerprint()
    again = take_in(folder, rows, prison=prison, confirmed=True)
    assert (again.added, again.changed) == (0, 0)
    assert fingerprint() == before


@pytest.mark.parametrize(("stated", "holds"), [("low", "high"), ("medium", "medium")])
def test_the_roll_takes_a_screening_back_only_by_saying_something_new(tmp_path: Path, stated: str, holds: str) -> None:
    prison = PrisonFactory(code="LEI")
    take_in(tmp_path, [record(complexityOfNeedLevel="low")], prison=prison)
    Person.objects.update(complexity="high")  # as a screening does
    take_in(tmp_path, [record(complexityOfNeedLevel=stated, cellLocation="B-9-9")], prison=prison, on=TOMORROW, at=NEXT)
    person = Person.objects.get()
    assert (person.complexity, person.cell) == (holds, "B-9-9")
