"""Web, worker and commands work as `omic_app`: it owns nothing, is no superuser, and can do its work."""

from collections.abc import Iterator

import pytest
from django.db import ProgrammingError, connection, transaction

from omic import obligations
from tests.factories import ContactFactory, ObligationFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_application() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE omic_app")
        yield
        cursor.execute("RESET ROLE")


def scalar(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def test_it_is_neither_superuser_nor_owner(as_application: None) -> None:
    assert scalar("SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user") is False
    assert scalar("SELECT count(*) FROM pg_tables WHERE tableowner = current_user") == 0


@pytest.mark.parametrize(
    "statement",
    ["DROP TABLE omic_contact", "TRUNCATE omic_contact CASCADE", "ALTER TABLE omic_contact DISABLE TRIGGER ALL"],
)
def test_it_can_change_no_structure(as_application: None, statement: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_it_can_do_the_work_with_history(as_application: None) -> None:
    person = PersonFactory()
    ObligationFactory(person=person)
    ContactFactory(person=person)
    assert obligations.settle([person.pk]) == 1
    assert scalar("SELECT count(*) FROM omic_personevent") == 1
