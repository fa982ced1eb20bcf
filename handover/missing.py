"""What responsibility and handover miss when it is not recorded."""

from datetime import date

from django.db.models import FilteredRelation, Q

from handover.models import Responsibility
from handover.policy import PROVIDER_UNKNOWN, Reason
from handover.queries import COM_KNOWN, UPCOMING
from omic.missing import Missing
from omic.models import SENTENCED_STATUSES, UNCLEAR_STATUSES, Sentence

_OVERRIDDEN = Reason.OVERRIDDEN
_WITH_COM = (Responsibility.COM, Responsibility.POM_WITH_COM)
_NO_DATE = Q(answer__fixed=Responsibility.POM) & ~Q(answer__reason=_OVERRIDDEN) | Q(
    answer__earliest_release_on=None, answer__reason=_OVERRIDDEN
)
SENTENCED = Q(legal_status__in=SENTENCED_STATUSES)
_ANSWER = {
    "answer": FilteredRelation(
        "handoverdeterminations", condition=Q(handoverdeterminations__superseded_at__isnull=True)
    )
}
_TERM = {"term": FilteredRelation("sentences", condition=Q(sentences__closed_at__isnull=True))}


def _com_has_a_part(on: date) -> Q:
    """The COM is responsible or supports, or will within the 8 weeks in which a COM has to be found."""
    return SENTENCED & (Q(answer__fixed__in=_WITH_COM) | Q(answer__start_on__lte=on + UPCOMING))


def _no_start(_on: date) -> Q:
    """Asked of determinate sentences alone: HO-02 asks no other whether it is short."""
    return SENTENCED & Q(term__started_on__isnull=True) & ~Q(term__kind=Sentence.Kind.INDETERMINATE)


MISSING = (
    Missing(
        "provider",
        "Provider",
        "The handover date is provisional",
        lambda _on: SENTENCED & Q(answer__provisional__contains=[PROVIDER_UNKNOWN]),
        joins=_ANSWER,
    ),
    Missing("com", "COM", "Nobody to hand over to", lambda on: _com_has_a_part(on) & ~COM_KNOWN, joins=_ANSWER),
    Missing(
        "ldu", "LDU", "No COM can be asked for", lambda on: _com_has_a_part(on) & ~Q(details__ldu__gt=""), joins=_ANSWER
    ),
    Missing(
        "release",
        "Release or parole date",
        "There is no handover date",
        lambda _on: SENTENCED & _NO_DATE,
        by_roll=True,
        joins=_ANSWER,
    ),
    Missing("start", "Sentence start", "Whether the sentence is short cannot be told", _no_start, True, _TERM),
    Missing(
        "status",
        "Legal status",
        "Whether this is a case cannot be told",
        lambda _on: Q(legal_status__in=UNCLEAR_STATUSES),
        by_roll=True,
    ),
)
