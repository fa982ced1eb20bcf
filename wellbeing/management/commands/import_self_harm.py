"""`manage.py import_self_harm FILE`: take in self-harm incidents, by prison number, day and incident number."""

from omic.models import RollImport
from omic.nomis.command import ImportCommand


class Command(ImportCommand):
    help = (
        "Take in self-harm incidents: JSON Lines, JSON array or CSV with prison_number, on (2026-03-31), reference "
        "(the incident's number) and note. Rows that cannot be used wait on the Imports page."
    )
    kind = RollImport.Kind.SELF_HARM
