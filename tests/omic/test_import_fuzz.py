"""Rolls with cells spoilt at random: whatever is in a file, every row is accounted for and the tables agree."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db.models import F

from omic.fictional import FictionalPrison, Mix, roll
from omic.models import Person, Prison, Stay
from omic.nomis.roll_fields import FIELDS
from tests.factories import NOW, TODAY, PrisonFactory
from tests.omic.roll_files import Raw, counts, left, record, take_in

pytestmark = pytest.mark.django_db
SMALL = FictionalPrison(code="LEI", name="HMP Leeds", mix=Mix.LOCAL, size=60, number_from=0)
NAMES = [field.name for field in FIELDS]
HOSTILE: tuple[Any, ...] = (
    *(None, "", 0, True, False, [], {}, 10**30, 1.5, float("nan"), "\u0000", "\ud800", "A" * 40, "é" * 41),
    *("2026-11-17", "2026-11-19", "2020-01-01", "1900-01-01", "2199-12-31", "31/03/2026", "LEI", "MDI", "OUT", "TRN"),
    *("ADM", "REL", "CRT", "TAP", "ACTIVE OUT", "INACTIVE OUT", "INACTIVE TRN", "RECALL", "DEAD", "REMAND", "LEI-X-1"),
    [{"alertCode": "HA", "active": True}],
)


def spoilt(rng: Random, row: Raw) -> Raw:
    """Up to three cells changed, to something hostile, another cell's value, or any day; some people leave."""
    if rng.random() < 0.2:
        return left(row["prisonerNumber"], how=rng.choice(("REL", "TRN")), on=TODAY - timedelta(rng.randint(0, 300)))
    row = dict(row)
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        day = (TODAY + timedelta(rng.randint(-900, 2))).isoformat()
        row[rng.choice(NAMES)] = rng.choice((rng.choice(HOSTILE), row.get(rng.choice(NAMES)), day))
    return row


def rounds(seed: int, many: int) -> Iterator[tuple[list[Raw], int, dict[str, Any]]]:
    rng, base = Random(seed), list(roll(SMALL, on=TODAY))
    for number in range(many):
        prison = rng.choice((None, *Prison.objects.filter(pk__in=("LEI", "MDI"))))
        yield [spoilt(rng, row) for row in base], number, {"prison": prison, "snapshot": rng.random() < 0.5}


@pytest.mark.parametrize("seed", [1, 2])
def test_spoilt_rolls(tmp_path: Path, seed: int) -> None:
    PrisonFactory(code="LEI")
    PrisonFactory(code="MDI")
    for rows, number, options in rounds(seed, 8):
        later = timedelta(number)
        taken = take_in(tmp_path, rows, on=TODAY + later, at=NOW + later, confirmed=True, **options)
        assert sum(counts(taken)) == taken.rows == len(rows)
        here = Stay.objects.filter(left_on=None, prison=F("person__prison"), arrived_on=F("person__arrived_on"))
        assert here.count() == Stay.objects.filter(left_on=None).count() == Person.objects.exclude(prison=None).count()


@pytest.mark.parametrize("number", ["\u0000", "\ud800", "A1234AA\u0000", 7, None, ["A1234AA"]])
def test_a_prison_number_that_is_none_stops_its_own_row_alone(tmp_path: Path, number: object) -> None:
    PrisonFactory(code="LEI")
    assert counts(take_in(tmp_path, [record() | {"prisonerNumber": number}, record()])) == (1, 0, 0, 0, 1)
