"""`manage.py check_holders`: prove that every person's holders are who the open allocation rows name."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from omic.holders import disagreements


class Command(BaseCommand):
    """Changes nothing. Exit status 1 when anything disagrees."""

    help = "Compare the current POM and key worker of every person with the open allocation rows."

    def handle(self, **options: Any) -> None:
        found = list(disagreements())
        for line in found:
            self.stderr.write(line)
        if found:
            raise CommandError(f"Holders that do not agree with the allocation rows: {len(found)}.")
        self.stdout.write("Every pointer is the open row's.")
