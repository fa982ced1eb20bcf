"""Checks of a stay that is over, of somebody who is back: what is taken back later opens none of them again."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from omic.models import Person, Suspension
from omic.obligations import stamp_missed
from tests.factories import NOW, TODAY, CohortDecisionFactory, ContactFactory, StaffFactory, days
from tests.wellbeing.test_pipeline import settle, woman

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.mark.parametrize("reopens", ["taken back", "withdrawn", "withdrawn, stamped while here"])
def test_what_reopens_of_an_earlier_stay_stands_as_if_it_had_never_been_met_or_excepted(reopens: str) -> None:
    person = woman()
    CohortDecisionFactory(person=person, starts_on=days(-4))
    settle(person, on=days(-4))
    undo = checked_and_taken_back(person) if reopens == "taken back" else suspended_and_withdrawn(person)
    if reopens.endswith("here"):
        settle(person, on=days(-2), since=days(-3))
        stamp_missed(person.prison_id, on=days(-2), at=NOW)
    leaves_and_returns(person, left=days(-2), back=days(-1))
    undo()
    settle(person, since=days(-3))
    checks = person.obligations.filter(kind="daily_check").exclude(state="void")
    duty = checks.get(due_on=days(-3))
    assert (duty.state, duty.closed_because) == ("missed", "left")
    assert [row.due_on for row in checks.overdue(TODAY)] == [days(-1)]


def checked_and_taken_back(person: Person) -> Callable[[], None]:
    """A check of three days ago, and what takes it back."""
    contact = ContactFactory(person=person, kind="check", at=NOW - timedelta(days=3))

    def undo() -> None:
        ContactFactory(person=person, kind="deleted", amends=contact, amended_because="Wrong person")
        type(contact).objects.filter(pk=contact.pk).update(superseded_at=NOW)

    return undo


def suspended_and_withdrawn(person: Person) -> Callable[[], None]:
    """A suspension of three days ago, and what withdraws it."""
    governor = StaffFactory()
    row = Suspension.objects.create(
        prison=person.prison, covers="checks", starts_on=days(-3), ends_on=days(-3), because="Outbreak",
        asked_by=governor, asked_at=NOW, approved=True, decided_by=governor, decided_at=NOW,
    )  # fmt: skip

    def undo() -> None:
        Suspension.objects.filter(pk=row.pk).update(withdrawn_by=governor, withdrawn_at=NOW, withdrawn_because="x")

    return undo


def leaves_and_returns(person: Person, *, left: date, back: date) -> None:
    here = person.prison
    person.stays.update(left_on=left, ended_because="release")
    person.prison, person.wing, person.presence = None, None, "out"
    person.save()
    settle(person, on=left, since=days(-3))
    stamp_missed(here.pk, on=left, at=NOW)
    person.prison, person.presence, person.arrived_on = here, "in", back
    person.stays.create(prison=here, arrived_on=back)
    person.save()
    settle(person, on=back)
