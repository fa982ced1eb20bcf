"""What every test may ask for, and what makes each of them cheap."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tests.cast import Cast, make_cast
from tests.factories import NOW

# Rows are few and tables are many: looking for rows is ten times as quick as truncating. No trigger or key is asked.
# The prisons that a migration has made stand again afterwards, so that any test may follow any other.
DELETE_EVERYTHING = """
DO $$ DECLARE name text; any_row boolean; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT format('%I', tablename) FROM pg_tables
              WHERE schemaname = current_schema AND tablename !~ '^(django_migrations|django_content_type|auth_)' LOOP
    EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO any_row;
    IF any_row THEN EXECUTE 'DELETE FROM ' || name; END IF;
  END LOOP;
  INSERT INTO omic_prison SELECT * FROM kept.prison;
END $$
"""
KEEP = "CREATE SCHEMA kept; CREATE TABLE kept.prison AS SELECT * FROM omic_prison"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What each page says is left to `make test-all`: the walk and the access matrix open every page in CI."""
    for item in items:
        if item.path.name.endswith("pages.py"):
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session", autouse=True)
def _quick_clients() -> None:
    """Each test client makes the middleware anew, and WhiteNoise would look through all static files each time."""
    settings.WHITENOISE_USE_FINDERS = False


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The test database, and beside it a copy of what its migrations have filled in."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(KEEP)


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> Iterator[None]:
    """What a test has committed is deleted, where the login may: Django would truncate every table."""
    truncate = TransactionTestCase._fixture_teardown

    def delete(case: TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SHOW is_superuser")
            if cursor.fetchone() == ("on",):
                return cursor.execute(DELETE_EVERYTHING)
        return truncate(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", delete)
        yield


@pytest.fixture
def frozen() -> Iterator[datetime]:
    """The clock stands at `NOW`, a Wednesday morning in November 2026."""
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.fixture
def cast(db: None, frozen: datetime) -> Cast:
    """LEI's staff and a stranger, on a fixed day."""
    return make_cast()
