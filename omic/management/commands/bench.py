"""`manage.py bench NAME [--people N]`: figures beside floors that are timed in the same run; nothing is kept."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string


class Command(BaseCommand):
    """Prints each figure as it is measured. Compare ratios, not seconds: machines differ, and so does their load."""

    help = "Measure a part of the product beside its floor."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=sorted(settings.BENCHES))
        parser.add_argument("--people", type=int, default=100_000, help="how many made-up people (100,000)")

    def handle(self, *, name: str, people: int, **options: Any) -> None:
        for line in import_string(settings.BENCHES[name])(people):
            self.stdout.write(line)
            self.stdout.flush()
