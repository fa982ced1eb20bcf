"""Two numbers that are one man: that his key work is not possible binds from the merge on (ED-08, H18)."""

import pytest

from keywork.actions.merging import carry_over
from keywork.models import NotPossible
from keywork.regime import mark_of
from omic.models import Person, Role
from tests.cast import Cast
from tests.factories import NOW, TODAY, ContactFactory, days

pytestmark = pytest.mark.django_db


def marked(cast: Cast) -> Person:
    person = cast.person()
    NotPossible.objects.create(
        person=person, prison=cast.prison, from_on=days(-5), because="Isolating",
        marked_by=cast.of(Role.KEY_WORK_MANAGER), marked_at=NOW,
    )  # fmt: skip
    return person


def test_the_mark_stands_under_the_number_that_stays_and_makes_no_past_miss(cast: Cast) -> None:
    gone, kept = marked(cast), cast.person()
    carry_over(gone=gone, kept=kept, by=cast.of(Role.HOMS), at=NOW)
    carried = mark_of(kept, TODAY)
    assert (carried.from_on, carried.because, carried.marked_by) == (TODAY, "Isolating", cast.of(Role.KEY_WORK_MANAGER))
    assert mark_of(gone, TODAY) is None
    assert (
        gone.key_work_not_possible.get().withdrawn_because == f"Carried over to {kept.prison_number}, the same person"
    )


def test_a_session_under_either_number_has_ended_it(cast: Cast) -> None:
    gone, kept = marked(cast), cast.person()
    ContactFactory(person=kept, kind="session", at=NOW.replace(day=16))
    carry_over(gone=gone, kept=kept, by=cast.of(Role.HOMS), at=NOW)
    assert mark_of(kept, TODAY) is None
