"""What tiering misses when it is not recorded."""

from django.db.models import Q

from omic.missing import Missing
from omic.models import SENTENCED_STATUSES

SENTENCED = Q(legal_status__in=SENTENCED_STATUSES)

MISSING = (
    Missing("rosh", "RoSH", "The tier is provisional", lambda _on: SENTENCED & Q(details__rosh=None)),
    Missing("rsr", "RSR", "The tier is provisional", lambda _on: SENTENCED & Q(details__rsr=None)),
    Missing("mappa", "MAPPA level", "The tier may be too low", lambda _on: SENTENCED & Q(details__mappa_level=None)),
)
