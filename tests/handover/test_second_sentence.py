"""Who the COM is belongs to one sentence: a second one begins without the COM of the first."""

from datetime import date, timedelta

import pytest

from handover.queries import list_counts
from handover.resetting import SENTENCE_SOURCE
from omic.audit import Actor
from omic.details import record_details
from omic.models import Person
from tests.cast import Cast
from tests.factories import NOW, TODAY, SentenceFactory, days
from tests.handover.casework import case, follow

pytestmark = pytest.mark.django_db
COM = {"com_name": "Cam Community", "com_email": "cam@probation.invalid"}


def name_com(person: Person, as_at: int, at: int, **values: str) -> None:
    """Somebody, or a file, states who the COM is."""
    told = {"values": values or COM, "source": "nDelius", "as_at": days(as_at), "by": Actor(job="test")}
    record_details(person=person, at=NOW + timedelta(days=at), **told)


def second_sentence(person: Person, started_on: int, noticed: int) -> None:
    person.sentences.update(closed_at=NOW + timedelta(days=noticed))
    SentenceFactory(person=person, started_on=days(started_on), crd=date(2031, 1, 10), sed=None)
    follow(person, after=noticed)


def com(person: Person) -> tuple[str | None, str | None]:
    person.details.refresh_from_db()
    return person.details.com_name, person.details.com_email


def test_a_second_sentence_begins_without_the_com_of_the_first(cast: Cast) -> None:
    person = case(cast)
    name_com(person, -20, -20)
    second_sentence(person, -2, 0)
    assert com(person) == (None, None)
    entry = person.detail_entries.filter(field="com_name").latest("pk")
    assert (entry.value, entry.source, entry.as_at) == (None, SENTENCE_SOURCE, days(-2))
    assert list_counts(person.prison, TODAY)["in-progress"] == 0
    follow(person, after=1)
    assert person.detail_entries.filter(field="com_name").count() == 2, "once"
    name_com(person, 1, 1, com_name="Alex Community")
    follow(person, after=2)
    assert com(person) == ("Alex Community", None)


@pytest.mark.parametrize(("as_at", "at"), [(-2, -1), (-2, 1), (-20, 1)], ids=["a file", "by hand", "a late file"])
def test_a_com_who_is_named_for_the_new_sentence_stays(cast: Cast, as_at: int, at: int) -> None:
    person = case(cast)
    if at < 0:
        name_com(person, as_at, at)
    second_sentence(person, -2, 0)
    if at > 0:
        name_com(person, as_at, at)
    follow(person, after=2)
    assert com(person)[0] == "Cam Community"


def test_a_recall_is_the_same_sentence_and_keeps_its_com(cast: Cast) -> None:
    person = case(cast)
    name_com(person, -20, -20)
    person.sentences.update(recalled=True, returned_at=NOW)
    follow(person, after=1)
    assert com(person)[0] == "Cam Community"


def test_a_first_sentence_takes_over_the_com_of_remand(cast: Cast) -> None:
    person = case(cast)
    name_com(person, -20, -20)
    person.sentences.update(started_on=days(-2))
    follow(person)
    assert com(person)[0] == "Cam Community"
