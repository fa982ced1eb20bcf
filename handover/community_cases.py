"""The cases an LDU is written to about, and what it was asked about each before."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from handover.models import CommunityRequest
from handover.queries import with_handover
from handover.rules.community import ComNeed
from omic.calendar import london_day
from omic.models import DetailEntry, Ldu, Person

COM_FIELDS = ("com_name", "com_email")
_COLUMNS = (
    "pk", "prison_id", "prison_number", "current__id", "details__ldu", "details__com_name", "details__com_email",
    "handover__reason", "handover__handover_on", "com_since", "pom__forename", "pom__surname", "pom__email",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityCase:
    """One case as an LDU is written to about it; `ldu` is the name in its details, `pom` name and address."""

    person_id: int
    prison_id: str
    prison_number: str
    sentence_id: int
    ldu: str
    responsible_on: date | None
    pom: str
    need: ComNeed


def community_cases(people: QuerySet[Person], on: date) -> list[CommunityCase]:
    """The cases of those of `people` who serve a sentence here, those first whose COM is needed first."""
    rows = with_handover(people, on).filter(current__id__isnull=False, prison__isnull=False)
    found = {row["pk"]: _case(row) for row in rows.order_by("com_since", "pk").values(*_COLUMNS)}
    return list(found.values())


def _case(row: dict[str, Any]) -> CommunityCase:
    known = bool(row["details__com_name"] or row["details__com_email"])
    name = " ".join(filter(None, (row["pom__forename"], row["pom__surname"])))
    return CommunityCase(
        person_id=row["pk"],
        prison_id=row["prison_id"],
        prison_number=row["prison_number"],
        sentence_id=row["current__id"],
        ldu=row["details__ldu"] or "",
        responsible_on=row["handover__handover_on"],
        pom=", ".join(filter(None, (name, row["pom__email"]))),
        need=ComNeed(reason=row["handover__reason"], com_from_on=row["com_since"], com_known=known),
    )


class Asked(NamedTuple):
    """One request about a sentence to an LDU of a name: its kind and slot, on which day, and whether what it was about
    is over, so that the same comes as something new."""

    kind: str
    slot: str
    on: date
    over: bool


def com_named_since(moment: str) -> Exists:
    """For rows about a person: whether a COM was recorded at or after the moment in their column of that name."""
    entries = DetailEntry.objects.filter(person=OuterRef("person"), field__in=COM_FIELDS, value__isnull=False)
    return Exists(entries.filter(recorded_at__gte=OuterRef(moment)))


History = dict[tuple[int, str], list[Asked]]


def history_of(sentences: Collection[int]) -> History:
    """What was asked about these sentences, oldest first, by sentence and name of the LDU."""
    rows = CommunityRequest.objects.filter(sentence__in=sentences).order_by("pk")
    rows = rows.annotate(named_since=com_named_since("asked_at"))
    found: History = defaultdict(list)
    for row in rows.select_related("ldu"):
        over = row.named_since or (row.answered_at is not None and row.answer_recorded_by_id is None)
        found[row.sentence_id, row.ldu.name].append(Asked(row.kind, row.slot, london_day(row.asked_at), over))
    return found


def asked_about(history: History, case: CommunityCase, kind: str | None = None) -> list[Asked]:
    """What the case's LDU was asked about it, of one kind or of any; oldest first."""
    rows = history.get((case.sentence_id, case.ldu), [])
    return [row for row in rows if kind in (None, row.kind)]


def next_slot(history: History, case: CommunityCase, kind: str) -> str | None:
    """The number of a situation that its LDU was not asked about yet; None when it was."""
    asked = asked_about(history, case, kind)
    return str(len(asked) + 1) if not asked or asked[-1].over else None


def mailboxes(cases: Iterable[CommunityCase], on: date) -> dict[str, Ldu]:
    """The LDUs of these cases that can be written to on a day, by name."""
    return {ldu.name: ldu for ldu in Ldu.objects.on(on).filter(name__in={case.ldu for case in cases})}
