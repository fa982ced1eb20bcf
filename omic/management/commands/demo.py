"""`manage.py demo [--on DATE] [--sign-ins]`: the demonstration, into an empty database."""

import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from omic import clock
from omic.demo.loading import NotEmptyError, load, plan
from omic.demo.personas import PASSWORD, PERSONAS
from omic.models import Prison

HEADINGS = ("Role", "Name", "Username", "Prison")


class Command(BaseCommand):
    """Makes three fictional prisons with a year behind them, or shows who can sign in there."""

    help = "Load the demonstration into an empty database; --sign-ins shows who can sign in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=date.fromisoformat, help="the day that counts as today")
        parser.add_argument("--sign-ins", action="store_true", help="only show who can sign in, and how")

    def handle(self, *, on: date | None, sign_ins: bool, **options: Any) -> None:
        if sign_ins:
            self.stdout.write(_table())
            return
        begun = time.monotonic()
        try:
            load(plan(now=clock.now(), on=on), self._tell)
        except NotEmptyError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"  Done in {time.monotonic() - begun:.0f} s")

    def _tell(self, what: str, number: int) -> None:
        self.stdout.write(f"  {what} … {number:,}")
        self.stdout.flush()


def _table() -> str:
    """The personas, a line each, and the password that they share."""
    names = dict(Prison.objects.filter(fictional=True).values_list("code", "name"))
    rows = [
        (one.role.label, f"{one.forename} {one.surname}", one.username, names.get(one.prison, "Prison group"))
        for one in PERSONAS
    ]
    widths = [max(map(len, column)) for column in zip(HEADINGS, *rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (HEADINGS, *rows))
    return "\n".join([*(line.rstrip() for line in lines), "", f"Password of all: {PASSWORD}"])
