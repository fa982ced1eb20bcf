"""The fictional roll: always the same, always loadable, and what the demonstration needs is in it."""

import re
from datetime import date, timedelta
from itertools import islice

import pytest

from omic.fictional import FictionalPrison, Mix, details, next_day, person, prison_number, roll
from omic.nomis.cells import RowErrors
from omic.nomis.details import parse_detail, unknown_details
from omic.nomis.records import Leaving, RollRecord, SentenceKind, parse_record, unknown_fields

TODAY = date(2026, 11, 21)
LOCAL = FictionalPrison(code="QLA", name="HMP Local", mix=Mix.LOCAL, size=1000, number_from=0)
WOMEN = FictionalPrison(code="QWB", name="HMP Women", mix=Mix.WOMEN, size=350, number_from=10_000)
TRAINER = FictionalPrison(code="QTC", name="HMP Trainer", mix=Mix.TRAINER, size=700, number_from=20_000)
ALL = (LOCAL, WOMEN, TRAINER)
CODES = frozenset(prison.code for prison in ALL)


def parsed(records: list[dict], on: date = TODAY) -> list[RollRecord]:
    found = [parse_record(record, prisons=CODES, today=on) for record in records]
    assert not [one for one in found if isinstance(one, RowErrors)]
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("prison", ALL, ids=lambda prison: prison.code)
@pytest.mark.parametrize("on", [TODAY, date(2028, 2, 29), date(2027, 1, 1)])
def test_every_record_loads_and_counts_here(prison: FictionalPrison, on: date) -> None:
    records = list(roll(prison, on=on))
    assert {record.held_at for record in parsed(records, on)} == {prison.code}
    assert not set().union(*map(unknown_fields, records))


@pytest.mark.parametrize("prison", ALL, ids=lambda prison: prison.code)
def test_every_row_of_details_loads(prison: FictionalPrison) -> None:
    rows = list(details(roll(prison, on=TODAY), on=TODAY))
    assert not [row for row in rows if isinstance(parse_detail(row, today=TODAY), RowErrors)]
    assert {row["kind"] for row in rows} == {"details", "oasys", "sentence_plan", "parole_review"}
    assert not set().union(*map(unknown_details, rows))


def test_details_hold_cases_for_the_timetable() -> None:
    rows = [row for prison in ALL for row in details(roll(prison, on=TODAY), on=TODAY) if row["kind"] == "details"]
    for name in (
        *("life", "opd_screened_in", "handover_oasys_not_needed", "separation_centre", "cppc_in_principle", "nca_case"),
        *("scpo", "high_profile", "extremism_screening", "mappa_level_needed", "mappa_exceptional"),
        *("early_allocation_rationale", "hospital_transfer_on", "remission_planned_on"),
    ):
        assert 0 < sum(name in row for row in rows) < len(rows) / 5, name


def test_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    assert list(roll(LOCAL, on=TODAY)) == list(roll(LOCAL, on=TODAY))
    assert list(details(roll(WOMEN, on=TODAY), on=TODAY)) == list(details(roll(WOMEN, on=TODAY), on=TODAY))
    assert person(LOCAL, 5, on=TODAY, seed=2) != person(LOCAL, 5, on=TODAY)


def test_prison_numbers_never_collide() -> None:
    numbers = [record["prisonerNumber"] for prison in ALL for record in roll(prison, on=TODAY)]
    assert len(set(numbers)) == 2050
    assert len({prison_number(serial) for serial in range(100_000)}) == 100_000
    assert all(re.fullmatch(r"[Q-Z][0-9]{4}[A-Z]{2}", number) for number in numbers)


def test_local_prison_holds_a_case_of_each_kind() -> None:
    records = parsed(list(roll(LOCAL, on=TODAY)))
    assert {record.sentence_kind for record in records} == set(SentenceKind)
    assert {record.legal for record in records} == {"sentenced", "remand", "civil", "immigration"}
    assert {record.status.value for record in records} == {"ACTIVE IN", "ACTIVE OUT", "INACTIVE OUT"}
    active = {alert.code for record in records for alert in record.alerts if alert.active}
    assert {"HA", "HA1", "XTACT", "LCE"} <= active


def test_everybody_in_custody_has_a_release_ahead_if_any() -> None:
    records = parsed([record for prison in ALL for record in roll(prison, on=TODAY)])
    assert all(record.crd >= TODAY for record in records if record.crd)
    assert any(record.crd <= TODAY + timedelta(days=28) for record in records if record.crd)


def test_women_have_levels_of_complexity_and_men_have_none() -> None:
    assert {record.complexity for record in parsed(list(roll(WOMEN, on=TODAY)))} == {"low", "medium", "high", None}
    assert {record.complexity for record in parsed(list(roll(TRAINER, on=TODAY)))} == {None}


def test_next_day_brings_arrivals_transfers_and_releases_and_nothing_else() -> None:
    before, tomorrow = list(roll(LOCAL, on=TODAY)), TODAY + timedelta(days=1)
    after = next_day(before, LOCAL, on=tomorrow, arrivals=5, transfers=3, releases=2)
    left = [record.leaving for record in parsed(after, tomorrow)]
    old = {record["prisonerNumber"]: record for record in before}
    assert (left.count(Leaving.TRANSFERRED), left.count(Leaving.RELEASED), left.count(Leaving.UNEXPLAINED)) == (3, 2, 0)
    assert len([record for record in after if record["prisonerNumber"] not in old]) == 5
    assert len([record for record in after if old.get(record["prisonerNumber"]) == record]) == 995


def test_leavers_are_gone_the_day_after_and_nobody_arrives_twice() -> None:
    days = [TODAY + timedelta(days=ahead) for ahead in range(3)]
    second = next_day(list(roll(WOMEN, on=days[0])), WOMEN, on=days[1], arrivals=4, releases=4)
    third = next_day(second, WOMEN, on=days[2], arrivals=4, first_arrival=WOMEN.size + 4)
    assert len(third) == len({record["prisonerNumber"] for record in third}) == 354
    assert not [record for record in parsed(third, days[2]) if record.leaving]


def test_huge_prison_streams() -> None:
    huge = FictionalPrison(code="QLA", name="HMP Local", mix=Mix.LOCAL, size=100_000, number_from=1_000_000)
    assert len(list(islice(roll(huge, on=TODAY), 10))) == 10
