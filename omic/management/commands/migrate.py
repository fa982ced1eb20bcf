"""`migrate`, as the login itself: the application's role owns nothing and may change no table."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connection


@contextmanager
def as_owner() -> Iterator[None]:
    """Work as the login itself, the database's owner, instead of as the application's role."""
    options = connection.settings_dict["OPTIONS"]
    role = options.pop("options", None)
    if role is None:
        yield
        return
    connection.close()
    try:
        yield
    finally:
        connection.close()
        options["options"] = role


class Command(Migrate):
    def execute(self, *args: Any, **options: Any) -> str | None:
        """Checks included: in a new database the application's role does not exist yet."""
        with as_owner():
            return super().execute(*args, **options)
