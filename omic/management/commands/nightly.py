"""`manage.py nightly [--on DATE] [--prison CODE]`: what the bell does every night, by hand and at once."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from omic import clock, ledger
from omic.calendar import london_day
from omic.formats import day, plural
from omic.models import Prison, Run
from omic.nightly import JOB, LaterNightError, prisons_of_the_night, run_night
from omic.outbox import send_waiting


class Command(BaseCommand):
    """Runs the night of a date, catches up the nights lost before it, and sends what waits in the outbox."""

    help = "Settle duties, raise flags and send the compliance emails. A night that is done is left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=date.fromisoformat, help="the night's date (today)")
        parser.add_argument("--prison", help="one prison's code (every prison that holds people)")

    def handle(self, *, on: date | None, prison: str | None, **options: Any) -> None:
        today = london_day(clock.now())
        on = on or today
        if on > today and not settings.DEMONSTRATION:
            raise CommandError(f"{day(on)} has not come yet: its night can be run only in the demonstration.")
        refused = [each.pk for each in self._prisons(on, prison) if not self._run(each, on)]
        sent = send_waiting(clock.now())
        self.stdout.write(", ".join(f"{number} {state}" for state, number in sent.items()) or "No email was waiting.")
        if refused:
            raise CommandError(f"Not run: {', '.join(refused)}.")

    def _prisons(self, on: date, code: str | None) -> list[Prison]:
        if code is None:
            return prisons_of_the_night(on)
        if not (found := Prison.objects.filter(pk=code.upper()).first()):
            raise CommandError(f"There is no prison with the code {code}.")
        return [found]

    def _run(self, prison: Prison, on: date) -> bool:
        before = ledger.done_on(JOB, prison, on=on)
        try:
            run = run_night(prison, on=on, at=clock.now())
        except LaterNightError as error:
            self.stderr.write(str(error))
            return False
        if run is None:
            self.stderr.write(f"{prison}: another process is at work on this night.")
            return False
        self.stdout.write(_told(prison, run, before=before))
        return True


def _told(prison: Prison, run: Run, *, before: bool) -> str:
    """One line: what the night did, and whether its email is complete."""
    counts, coverage = run.counts, run.coverage
    flagged = counts.get("flagged_overdue", 0) + counts.get("flagged_upcoming", 0)
    verdict = "complete" if coverage.get("complete") else f"cannot confirm: {'; '.join(coverage.get('doubts', []))}"
    addresses = plural(coverage.get("recipients", 0), "address,addresses")
    already = "was done already" if before else "done"
    return (
        f"{prison}, {day(run.on)}: {already}; {plural(flagged, 'flag,flags')} raised, "
        f"{counts.get('flags_closed', 0)} closed, drift {counts.get('drift', 0)}; email to {addresses}, {verdict}"
    )
