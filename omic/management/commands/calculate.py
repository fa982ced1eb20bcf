"""`manage.py calculate KIND`: facts as JSON Lines in, cited answers as JSON Lines out, one a line and in order."""

import json
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.module_loading import import_string

from omic.calculator import answer_line
from omic.policy import DEFAULT_POLICY, POLICY_IDS


class Command(BaseCommand):
    """Needs neither database nor broker: rules are pure, and the clock is read once, here."""

    help = "Answer facts given as JSON Lines on standard input; exit status 1 if any line could not be answered."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(settings.CALCULATOR_KINDS))
        parser.add_argument("--on", type=date.fromisoformat, help="the day asked about, where a line names no today")
        parser.add_argument("--policy", choices=POLICY_IDS, default=DEFAULT_POLICY)

    def handle(self, *, kind: str, on: date | None, policy: str, **options: Any) -> None:
        answer = import_string(settings.CALCULATOR_KINDS[kind])
        on = on or timezone.localdate()
        refused = 0
        for line in sys.stdin.buffer:
            answered = answer_line(line, kind=answer, on=on, policy=policy)
            refused += not answered["ok"]
            self.stdout.write(json.dumps(answered))
        if refused:
            raise CommandError(f"Lines that could not be answered: {refused}.")
