"""`manage.py import_details FILE`: take in facts that the roll does not hold, by prison number."""

from omic.models import RollImport
from omic.nomis.command import ImportCommand


class Command(ImportCommand):
    help = "Take in details, OASys, sentence plans and parole reviews by prison number: JSON Lines, JSON array or CSV."
    kind = RollImport.Kind.DETAILS
