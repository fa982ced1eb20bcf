"""The community pipeline's questions to the database, each defined once: list, count, tab and tile."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull

from handover.community import NO_ANSWER_NEEDED, NOT_OVER
from handover.models import CommunityRequest
from handover.policy import COMMUNITY_TIMES
from handover.queries import COM_KNOWN, with_handover
from omic.calendar import exclusive_due
from omic.counting import kept, tally
from omic.models import Ldu, Message, Prison
from omic.models.person import PersonQuerySet

LOST = (Message.State.FAILED, Message.State.WITHHELD)
ASKED = {
    "asked_at": "asked_at",
    "asked_kind": "kind",
    "asked_ldu": "ldu__name",
    "asked_mailbox": "message__recipient",
    "answered_at": "answered_at",
    "answer": "answer",
    "answered_by": "answer_recorded_by",
}
_NO_LDU = ~COM_KNOWN & Q(known_ldu=False)
_LOST = Q(lost=True)


@dataclass(frozen=True, slots=True)
class PipelineList:
    """One list of the cases in which a COM has, or will soon have, a part; `where` on a day."""

    key: str
    title: str
    definition: str
    empty: str
    where: Callable[[date], Q]

    @property
    def name(self) -> str:
        """The name of its address."""
        return self.key if self.key == "pipeline" else f"pipeline-{self.key}"


def _silent(on: date) -> Q:
    """Asked for so many days ago, as the calendar counts, that somebody has to ask in another way."""
    too_late = exclusive_due(on - timedelta(days=COMMUNITY_TIMES.chase_days))
    asked = ~COM_KNOWN & Q(open_since__lt=too_late)
    return (asked | Q(information_at__lt=too_late)) & ~_LOST


LISTS = (
    PipelineList(
        "pipeline",
        "Needs somebody",
        "No COM is known, and no LDU with a mailbox is recorded or it has not answered for 7 days; or information was "
        "asked for 7 days ago or longer and has not come; or an email about the case, whatever it says, did not reach "
        "the LDU.",
        "Every case that needs a COM has one, or was asked for within the last 7 days, and every email arrived. That "
        "is good.",
        lambda on: _NO_LDU | _LOST | _silent(on),
    ),
    PipelineList(
        "without-ldu",
        "Without an LDU",
        "No COM is known, and no LDU is recorded, or one of a name that has no mailbox here: nobody is written to.",
        "Every case that needs a COM has an LDU with a mailbox. That is good.",
        lambda _on: _NO_LDU,
    ),
    PipelineList(
        "unanswered",
        "Not answered",
        "No COM is known, and the LDU was asked 7 days ago or longer and has not answered; or information was asked "
        "for 7 days ago or longer and has not come; or an email about the case, whatever it says, did not reach the "
        "LDU.",
        "No LDU has left a question open for 7 days, and every email arrived. That is good.",
        lambda on: _LOST | _silent(on),
    ),
    PipelineList(
        "all",
        "All cases",
        "The COM’s part, support or responsibility, begins within 45 days or has begun; or the LDU was asked, about an "
        "early allocation or for information, and has not answered; or an email about the case did not reach the LDU.",
        "No case in which a COM has a part, now or within 45 days, and nothing is asked besides.",
        lambda _on: Q(),
    ),
)


def pipeline_cases(prison: Prison, on: date) -> QuerySet[Any]:
    """The people of a prison in whose case a COM has a part or will have within 45 days, or about whom an LDU was asked
    something, an early allocation or for information, and has not answered, or an email was `lost`.

    With the newest request for a COM that needs an answer, one that is open before all others; when the oldest of
    them that is open was asked (`open_since`: each month's list asks again and answers nothing); and when the oldest
    information that has not come was asked for.
    """
    requests = CommunityRequest.objects.filter(sentence=OuterRef("current__id"))
    information = requests.filter(kind=CommunityRequest.Kind.INFORMATION, answered_at=None).order_by("pk")
    for_a_com = requests.exclude(answer=NO_ANSWER_NEEDED).exclude(kind=CommunityRequest.Kind.INFORMATION)
    waiting = for_a_com.filter(answered_at=None).order_by("asked_at")
    last = for_a_com.order_by(IsNull(F("answered_at"), True).desc(), "-pk")
    lost = requests.filter(NOT_OVER, message__state__in=LOST, ldu__name=OuterRef("details__ldu"))
    people: PersonQuerySet = with_handover(prison.people.all(), on).annotate(
        lost=Exists(lost),
        open_since=Subquery(waiting.values("asked_at")[:1]),
        information_at=Subquery(information.values("asked_at")[:1]),
        known_ldu=Exists(Ldu.objects.on(on).filter(name=OuterRef("details__ldu"))),
        **{name: Subquery(last.values(path)[:1]) for name, path in ASKED.items()},
    )
    part = Q(com_since__lte=on + timedelta(days=COMMUNITY_TIMES.list_days))
    return people.filter(part | Q(open_since__isnull=False) | Q(information_at__isnull=False) | _LOST)


@kept
def list_counts(prison: Prison, on: date, lists: tuple[PipelineList, ...] = LISTS) -> QuerySet[Any]:
    """The length of every list, or of some, in one query."""
    return tally(pipeline_cases(prison, on), **{row.key: row.where(on) for row in lists})
