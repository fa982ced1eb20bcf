"""`manage.py check_holders`: the pointers on the person are who the open rows name."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from omic.holders import disagreements
from omic.models import Person, Role
from tests.allocation.cases import held_until_now
from tests.cast import Cast
from tests.factories import KeyWorkerAllocationFactory, PomAllocationFactory

pytestmark = pytest.mark.django_db


def test_agreement_is_told(cast: Cast) -> None:
    person = cast.person()
    PomAllocationFactory(person=person)
    KeyWorkerAllocationFactory(person=person)
    held_until_now(cast.person(), cast.of(Role.POM))
    out = StringIO()
    call_command("check_holders", stdout=out)
    assert out.getvalue() == "Every pointer is the open row's.\n"


@pytest.mark.parametrize("factory", [PomAllocationFactory, KeyWorkerAllocationFactory])
def test_a_missing_or_other_pointer_is_found(cast: Cast, factory: type) -> None:
    pointer = "pom" if factory is PomAllocationFactory else "key_worker"
    person = cast.person()
    factory(person=person)
    for wrong in (None, cast.of(Role.POM)):
        Person.objects.filter(pk=person.pk).update(**{pointer: wrong})
        (line,) = disagreements()
        assert line.startswith(f"{person.prison_number} in LEI: {pointer} points at")


def test_a_pointer_without_a_row_is_found(cast: Cast) -> None:
    person = cast.person()
    Person.objects.filter(pk=person.pk).update(pom=cast.of(Role.POM))
    assert len(list(disagreements())) == 1


def test_an_open_row_of_another_prison_is_found(cast: Cast) -> None:
    person = cast.person()
    PomAllocationFactory(person=person, prison=cast.elsewhere)
    assert "in MDI" in next(disagreements())


def test_a_coworker_is_no_holder(cast: Cast) -> None:
    PomAllocationFactory(person=cast.person(), part="coworking")
    Person.objects.update(pom=None)
    assert list(disagreements()) == []


def test_the_command_fails_when_anything_disagrees(cast: Cast) -> None:
    Person.objects.filter(pk=cast.person().pk).update(pom=cast.of(Role.POM))
    with pytest.raises(CommandError, match="Holders that do not agree with the allocation rows: 1"):
        call_command("check_holders", stderr=StringIO())
