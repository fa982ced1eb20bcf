"""What the nightly email asks tiering before it calls itself complete."""

from django.db.models import Exists, OuterRef

from omic.models import Prison
from tiering.models import TierDetermination


def undetermined(prison: Prison) -> int:
    """How many people held in the prison have no current answer about their tier."""
    current = TierDetermination.objects.current().filter(person=OuterRef("pk"))
    return prison.people.filter(~Exists(current)).count()
