"""What the nightly email asks handover before it calls itself complete."""

from django.db.models import Exists, OuterRef

from handover.models import HandoverDetermination
from omic.models import Prison


def undetermined(prison: Prison) -> int:
    """How many people held in the prison have no current answer about responsibility and handover."""
    current = HandoverDetermination.objects.current().filter(person=OuterRef("pk"))
    return prison.people.filter(~Exists(current)).count()
