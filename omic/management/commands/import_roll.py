"""`manage.py import_roll FILE`: take in a roll of Prisoner Search records, or a CSV of them."""

from omic.models import RollImport
from omic.nomis.command import ImportCommand


class Command(ImportCommand):
    help = "Take in a roll: Prisoner Search records as a JSON array or JSON Lines, or CSV with a header."
    kind = RollImport.Kind.ROLL
