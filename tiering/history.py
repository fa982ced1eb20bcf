"""Every answer about one person's tiers: the facts it stood on, how long it stood, and what then was different."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.safestring import SafeString

from omic.formats import shown
from omic.lists import Column, link
from omic.models import Person
from omic.why import changes, in_words
from tiering.models import TierDetermination
from tiering.policy import STORED_REASONS
from tiering.why import LABELS, readable


def answers(person: Person) -> QuerySet[TierDetermination]:
    """The person's stored answers, each with the facts of the one before it."""
    before = TierDetermination.objects.filter(person=OuterRef("person"), pk__lt=OuterRef("pk")).order_by("-pk")
    rows = person.tierdeterminations.select_related("person", "entry__entered_by")
    return rows.annotate(facts_before=Subquery(before.values("facts")[:1]))


def _custody(row: TierDetermination) -> str:
    return _letter(row.letter, row.provisional)


def _community(row: TierDetermination) -> str:
    return _letter(row.community_letter, row.community_provisional)


def _letter(letter: str | None, provisional: bool) -> str:
    return f"{letter or 'None'} (provisional)" if provisional else letter or "None"


def _origin(row: TierDetermination) -> str:
    return f"{row.get_origin_display()}; worked out: {row.computed_letter or 'none'}" if row.entry else "Worked out"


def _facts(row: TierDetermination) -> str:
    facts = readable(row).facts
    return "; ".join(f"{label}: {_known(facts[name])}" for name, label in LABELS.items() if name in facts)


def _changed(row: Any) -> str:
    """What was different from the answer before; facts that both answers read."""
    if row.facts_before is None:
        return "First answer"
    before, after = TierDetermination(facts=row.facts_before), readable(row)
    found = changes(readable(before).facts, after.facts, LABELS)
    told = (f"{change.label}: {_known(change.before)} to {_known(change.after)}" for change in found)
    return "; ".join(told) or "No fact: an entry or a rule was corrected"


def _known(fact: Any) -> Any:
    return "not known" if fact is None else shown(in_words(fact))


def _why(row: TierDetermination) -> SafeString:
    url = reverse("why", args=[row.person.prison_id, row.person.ref, "tier"])
    return link(f"{url}?answer={row.pk}", _custody(row))


COLUMNS = (
    Column("since", "From", "determined_at", order=("pk",)),
    Column("until", "Until", "superseded_at", order=("superseded_at",)),
    Column("custody", "Custody tier", _custody, order=("letter",), cell=_why),
    Column("origin", "Where from", _origin, order=("origin",)),
    Column("community", "Community tier", _community, order=("community_letter",)),
    Column("points", "Points", "points", order=("points",), numeric=True),
    Column("reason", "Reason", lambda row: STORED_REASONS[row.reason]),
    Column("facts", "Facts", _facts),
    Column("changed", "What changed", _changed),
)
