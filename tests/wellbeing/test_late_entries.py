"""What was entered after its day, or from paper, says so wherever it is shown, and is counted."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from omic.models import Contact, Person, Role
from omic.reconcile import reconcile_in_batches, window_of
from tests.cast import signed_in
from tests.factories import NOW, TODAY, CohortDecisionFactory, StaffFactory, days
from tests.wellbeing.test_checks import WHOLE
from tests.wellbeing.test_roster_page import URL, Landing, landing  # noqa: F401 - the fixture
from wellbeing.actions.checks import record_check
from wellbeing.assurance import Scope, cells, checks, total
from wellbeing.check_figures import safety_figures
from wellbeing.letter_safety import check_lines
from wellbeing.roster import roster

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def woman(landing: Landing, surname: str = "Ashdown") -> Person:  # noqa: F811
    person = landing.woman(surname, arrived_on=days(-9))
    person.cohort_decisions.all().delete()
    CohortDecisionFactory(person=person, starts_on=days(-5))
    reconcile_in_batches([person.pk], window_of(TODAY, NOW, since=days(-5)))
    return person


def entered(landing: Landing, person: Person, *, day: int, paper: bool = False) -> Contact:  # noqa: F811
    """A check made by the landing's officer so many days from today and entered today by a clerk."""
    record = replace(WHOLE, at=NOW + timedelta(days=day), from_paper=paper)
    clerk = StaffFactory(username="clerk", forename="W.", surname="Pryce")
    facts = {"record": record, "request_id": uuid4(), "by": landing.officer, "entered_by": clerk, "at": NOW}
    return record_check(person=person, prison=landing.prison, **facts)


@pytest.mark.parametrize(("day", "paper", "late"), [(0, False, False), (0, True, True), (-1, False, True)])
def test_the_case_note_says_when_a_check_was_entered_late(
    landing: Landing,  # noqa: F811
    day: int,
    paper: bool,
    late: bool,
) -> None:
    text = entered(landing, woman(landing), day=day, paper=paper).text
    assert text.endswith(" Entered late on 18 November 2026.") == late


def test_the_day_before_says_on_every_page_who_entered_it_when(landing: Landing) -> None:  # noqa: F811
    person = woman(landing)
    entered(landing, person, day=-1)
    words = "entered 18 Nov 2026, 10:00am by W. Pryce"
    met = next(row.met for row in roster(landing.prison, on=days(-1), at=NOW))
    assert met and met.entered == words
    manager, about = signed_in(landing.of(Role.KEY_WORK_MANAGER)), f"/prisons/EWI/people/{person.ref}/"
    listed = f"{URL}checks/?on={days(-1)}&kind=check&late=yes"
    for page in (f"{URL}roster/A/?on={days(-1)}", listed, f"{listed}&export=csv", about, f"{about}contacts/"):
        answer = manager.get(page)
        assert words in b"".join(answer).decode(), page
    missed = manager.get(f"{URL}missed/").content.decode()
    assert "1 check of yesterday entered late" in missed and listed.replace("&", "&amp;") in missed


def test_only_what_was_entered_late_is_counted(landing: Landing) -> None:  # noqa: F811
    person, other = woman(landing), woman(landing, "Birch")
    entered(landing, person, day=-1)
    entered(landing, other, day=0)
    scope = Scope(landing.prison, days(-1), TODAY, NOW)
    whole = total(cells(scope))
    assert (whole["done"], whole["late"], checks(scope, "late").count()) == (2, 1, 1)
    figures = safety_figures(landing.prison, on=days(1), first=days(-9), last=days(-3))
    assert "Entered late yesterday: 1 check" in list(check_lines(figures))
    assert not any("late" in line for line in check_lines(replace(figures, late=0)))


def test_as_many_queries_for_four_late_entries_as_for_one(landing: Landing) -> None:  # noqa: F811
    manager, person = signed_in(landing.of(Role.KEY_WORK_MANAGER)), woman(landing)
    addresses, counts = (f"{URL}checks/", f"/prisons/EWI/people/{person.ref}/contacts/"), []
    for entries in (1, 3):
        for number in range(entries):
            entered(landing, person, day=-entries - number)
        for address in addresses:
            manager.get(address)
            with CaptureQueriesContext(connection) as queries:
                manager.get(address)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
