"""Times of checks in the nights on which the clocks change, on the roster and on one person's page (H15)."""

from datetime import UTC, date, datetime

import pytest

from omic.models import Person
from tests.factories import NOW, PersonFactory, PrisonFactory
from tests.wellbeing.test_roster_page import DONE, line
from wellbeing.roster_forms import PersonCheckForm, RowForm

pytestmark = pytest.mark.django_db


def form(page: str, on: date, typed: str) -> RowForm:
    """A whole line of the roster, or the form of one person, with this time on that day."""
    person: Person = PersonFactory(prison=PrisonFactory(code="EWI", estate="women"))
    facts = line(person, **DONE, request_id="6f2a3c70-0000-4000-8000-000000000001", day=str(on), clock=typed)
    when = line(person, when_day=str(on.day), when_month=str(on.month), when_year=str(on.year), when_time=typed)
    return (RowForm if page == "line" else PersonCheckForm)(facts | when, person=person, on=on)


@pytest.mark.parametrize("page", ["line", "person"])
@pytest.mark.parametrize(("typed", "at", "twice"), [("01:30", (0, 30), True), ("02:30", (2, 30), False)])
def test_h15_the_hour_that_comes_twice_is_taken_and_the_first_is_told(
    page: str, typed: str, at: tuple[int, int], twice: bool
) -> None:
    filled = form(page, date(2026, 10, 25), typed)
    assert filled.is_valid(), filled.errors
    assert filled.record(at=NOW).at == datetime(2026, 10, 25, *at, tzinfo=UTC)
    assert ("came twice on 25 October 2026" in filled.which_of_two()) is twice


@pytest.mark.parametrize("page", ["line", "person"])
def test_h15_an_hour_that_never_was_is_refused(page: str) -> None:
    assert "did not exist that night" in str(form(page, date(2026, 3, 29), "01:30").errors)
