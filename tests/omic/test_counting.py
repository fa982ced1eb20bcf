"""Questions whose SQL is kept: written once for the same arguments, and never with an answer in it."""

from datetime import date
from typing import Any

import pytest
from django.db.models import Q, QuerySet

from omic.counting import about, counted, kept, tally
from omic.models import Person, Prison
from tests.factories import TODAY, ObligationFactory, PersonFactory, PrisonFactory, days

pytestmark = pytest.mark.django_db


def test_the_sql_of_a_question_is_written_once_for_the_same_arguments_and_the_answer_is_never_kept() -> None:
    written: list[tuple[str, date]] = []

    @kept
    def arrived(prison: Prison, on: date) -> QuerySet[Any]:
        written.append((prison.pk, on))
        return about(prison, here=counted(prison.people.filter(arrived_on__lte=on)))

    one, other = PrisonFactory(code="AAA"), PrisonFactory(code="BBB")
    PersonFactory(prison=one, arrived_on=days(-1))
    asked = [arrived(one, TODAY), arrived(other, TODAY), arrived(one, days(-2)), arrived(one, TODAY)]
    assert [answer["here"] for answer in asked] == [1, 0, 0, 1]
    PersonFactory(prison=one, arrived_on=TODAY)
    assert arrived(Prison.objects.get(pk="AAA"), TODAY) == {"here": 2}
    assert written == [("AAA", TODAY), ("BBB", TODAY), ("AAA", days(-2))]


def test_a_tally_is_one_row_also_of_nobody_and_counts_each_once() -> None:
    prison = PrisonFactory()
    duties, other = Q(obligations__quantity=1), Q(surname="Other")
    count = kept(lambda prison: tally(prison.people.all(), duties=duties, other=other, all=Q()))
    assert count(prison) == {"duties": 0, "other": 0, "all": 0}
    person = PersonFactory(prison=prison, surname="Other")
    for slot in ("one", "another"):
        ObligationFactory(person=person, slot=slot)
    PersonFactory(prison=prison)
    assert count(prison) == {"duties": 1, "other": 1, "all": 2}


def test_a_question_that_asks_the_database_while_it_is_written_is_refused() -> None:
    @kept
    def nobody(prison: Prison) -> QuerySet[Any]:
        return about(prison, here=counted(prison.people.filter(pk__in=list(Person.objects.values_list("pk")))))

    with pytest.raises(RuntimeError, match="may not ask"):
        nobody(PrisonFactory())
