"""Which date of release pages and lists show: the next one."""

import pytest
from django.db.models import FilteredRelation

from omic.models import Person
from omic.releases import release_kind, release_on, release_words, with_release
from tests.factories import TODAY, PersonFactory, SentenceFactory, days

pytestmark = pytest.mark.django_db

# What handover counts to, whether recalled, the roll's dates, and what is shown; all as days from today.
CASES = (
    (("crd", 9), False, {"sed": 90}, "crd", 9),
    (("crd", 0), False, {"crd": 0, "sed": 90}, "crd", 0),
    (("crd", -1), False, {"crd": -1, "sed": 90}, "crd", -1),
    (("ped", -1), False, {"ped": -1, "crd": 30, "sed": 90}, "crd", 30),
    (("ted", -1), False, {"ted": -1, "apd": 7}, "apd", 7),
    (None, True, {"prrd": 3, "sed": 3, "led": 40}, "prrd", 3),
    (("crd", -50), True, {"crd": -50, "prrd": 3, "sed": 90}, "prrd", 3),
    (("crd", 50), True, {"crd": 50, "prrd": 3}, "prrd", 3),
    (("crd", -50), True, {"crd": -50, "prrd": -2, "sed": 90}, "sed", 90),
    (None, False, {"sed": 90, "led": 40}, "led", 40),
    (None, True, {"prrd": -2, "led": -9}, "prrd", -2),
    (None, False, {}, "", None),
)


@pytest.mark.parametrize(("earliest", "recalled", "dates", "kind", "shown"), CASES)
def test_the_next_release_and_which_date_it_is(
    earliest: tuple[str, int] | None, recalled: bool, dates: dict[str, int], kind: str, shown: int | None
) -> None:
    named, number = earliest or ("", None)
    known = {name: days(dates[name]) if name in dates else None for name in ("crd", "sed", *dates)}
    on = None if number is None else days(number)
    person = PersonFactory(earliest_release_on=on, earliest_release_kind=named)
    sentence = SentenceFactory(person=person, recalled=recalled, started_on=days(-900), **known)
    people = Person.objects.annotate(current=FilteredRelation("sentences"))
    found = with_release(people, on=TODAY).get(pk=person.pk)
    expected = None if shown is None else days(shown)
    assert (found.release_on, found.release_kind) == (expected, kind)
    assert release_words(found).endswith(f"({kind.upper()})" if kind else "Not known")
    rows = type(sentence).objects.annotate(release_on=release_on(TODAY, sentence="", person="person__"))
    rows = rows.annotate(release_kind=release_kind(sentence="", person="person__"))
    assert rows.get(pk=sentence.pk).release_kind == kind
