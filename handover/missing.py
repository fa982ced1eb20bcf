"""What responsibility and handover miss when it is not recorded."""

from datetime import date

from django.db.models import Exists, OuterRef, Q

from handover.models import HandoverDetermination, Responsibility
from handover.policy import PROVIDER_UNKNOWN, Reason
from handover.queries import COM_KNOWN, UPCOMING
from omic.missing import Missing
from omic.models import SENTENCED_STATUSES, UNCLEAR_STATUSES, Sentence

_OVERRIDDEN = Reason.OVERRIDDEN
_WITH_COM = (Responsibility.COM, Responsibility.POM_WITH_COM)
_NO_DATE = Q(fixed=Responsibility.POM) & ~Q(reason=_OVERRIDDEN) | Q(earliest_release_on=None, reason=_OVERRIDDEN)
SENTENCED = Q(legal_status__in=SENTENCED_STATUSES)


def _determined(*where: Q, **facts: object) -> Exists:
    current = HandoverDetermination.objects.current()
    return Exists(current.filter(*where, person=OuterRef("pk"), **facts))


def _com_has_a_part(on: date) -> Q:
    """The COM is responsible or supports, or will within the 8 weeks in which a COM has to be found."""
    fixed, dated = _determined(fixed__in=_WITH_COM), _determined(start_on__lte=on + UPCOMING)
    return SENTENCED & (Q(fixed) | Q(dated))


def _no_start(_on: date) -> Q:
    """Asked of determinate sentences alone: HO-02 asks no other whether it is short."""
    enough = Q(started_on__isnull=False) | Q(kind=Sentence.Kind.INDETERMINATE)
    return SENTENCED & ~Q(Exists(Sentence.objects.filter(enough, person=OuterRef("pk"), closed_at=None)))


MISSING = (
    Missing(
        "provider",
        "Provider",
        "The handover date is provisional",
        lambda _on: SENTENCED & Q(_determined(provisional__contains=[PROVIDER_UNKNOWN])),
    ),
    Missing("com", "COM", "Nobody to hand over to", lambda on: _com_has_a_part(on) & ~COM_KNOWN),
    Missing("ldu", "LDU", "No COM can be asked for", lambda on: _com_has_a_part(on) & ~Q(details__ldu__gt="")),
    Missing(
        "release",
        "Release or parole date",
        "There is no handover date",
        lambda _on: SENTENCED & Q(_determined(_NO_DATE)),
        by_roll=True,
    ),
    Missing("start", "Sentence start", "Whether the sentence is short cannot be told", _no_start, by_roll=True),
    Missing(
        "status",
        "Legal status",
        "Whether this is a case cannot be told",
        lambda _on: Q(legal_status__in=UNCLEAR_STATUSES),
        by_roll=True,
    ),
)
