"""The demonstration's key workers: each prison shows who is away, who is covered, and who still needs cover."""

import pytest

from keywork.demo.staff import AWAY, UNTRAINED, make_profiles
from keywork.staffing import cover_needed, staff_of
from omic.demo.places import PLACES, Demonstration
from omic.models import Estate
from tests.factories import (
    NOW,
    TODAY,
    KeyWorkerAllocationFactory,
    PersonFactory,
    PostingFactory,
    PrisonFactory,
    StaffFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("place", [place for place in PLACES if place.estate != Estate.MEN_OPEN])
def test_each_prison_shows_absence_cover_and_a_raised_ceiling(place: object) -> None:
    prison = PrisonFactory(code=place.code, estate=place.estate)
    PostingFactory(prison=prison, role="key_work_manager")
    for held in (4, 3, 3, 2, 2, 1, 0, 0):
        staff = PostingFactory(prison=prison, staff=StaffFactory()).staff
        for _ in range(held):
            KeyWorkerAllocationFactory(person=PersonFactory(prison=prison), staff=staff)
    counts = make_profiles(Demonstration(places=(place,), on=TODAY, at=NOW))
    workers = staff_of(prison, on=TODAY)
    assert counts == {"Key worker profiles": 8, "Key workers' absences": len(AWAY), "Covers": 6}
    assert cover_needed(prison, on=TODAY).count() == 4
    assert (workers.filter(trained=False).count(), workers.filter(ceiling=11).count()) == (UNTRAINED, 1)
