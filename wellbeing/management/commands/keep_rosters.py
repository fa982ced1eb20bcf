"""`manage.py keep_rosters [--prison CODE]`: write the copies for an outage now, by hand or from cron."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from omic import clock
from omic.models import Prison
from wellbeing.paper import forget_copies, keep_roster, prisons_of_copies


class Command(BaseCommand):
    """Writes whether or not there is a copy of this hour. Exit status 1 when a prison's could not be written."""

    help = "Write today's rosters of each prison to ROSTER_FOLDER, and delete copies older than 48 hours."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--prison", help="one prison's code (every prison that holds people)")

    def handle(self, *, prison: str | None, **options: Any) -> None:
        at, failed = clock.now(), []
        for each in self._prisons(prison):
            try:
                self.stdout.write(f"{each}: {keep_roster(each, at=at)}")
            except Exception as error:  # one prison's trouble is not another's
                failed.append(each.pk)
                self.stderr.write(f"{each}: not written: {error}")
        forget_copies(at=at)
        if failed:
            raise CommandError(f"Not written: {', '.join(failed)}.")

    def _prisons(self, code: str | None) -> list[Prison]:
        found = prisons_of_copies()
        if code is None:
            return found
        if not (chosen := [prison for prison in found if prison.pk == code.upper()]):
            raise CommandError(f"There is no prison with the code {code} that holds people.")
        return chosen
