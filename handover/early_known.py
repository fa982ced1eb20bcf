"""What is known of the criteria of early allocation beside an assessment, and once it has been taken back.

The answers of an assessment become facts of the case (EA-01 to EA-10), as entries of the case details.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from handover.merged_source import is_by_merge
from omic.details import from_text, in_text, newest
from omic.models import DetailEntry, Person

ASSESSMENT = "Early allocation assessment"
TAKEN_BACK = "Early allocation taken back"
CRITERIA = (
    "separation_centre", "cppc_in_principle", "nca_case", "scpo", "high_profile", "extremism_screening",
    "mappa_level_needed", "mappa_exceptional",
)  # fmt: skip
RATIONALE = "early_allocation_rationale"
ANSWERED = (*CRITERIA, RATIONALE)


def restated(person: Person) -> dict[str, Any]:
    """What stands of `person` by an assessment that was taken back, each with what is known without it, or None.

    That is the answer of the assessment that stands before it, else what somebody else stated.
    """
    entries = list(person.detail_entries.filter(field__in=ANSWERED))
    rows = person.early_assessments.filter(withdrawn_at__isnull=False)
    gone, given = set(rows.values_list("assessed_at", flat=True)), _given(person)

    def counts(entry: DetailEntry) -> bool:
        if is_by_merge(entry.source):
            return (entry.field, entry.value) in given
        return entry.source != TAKEN_BACK and not (entry.source == ASSESSMENT and entry.recorded_at in gone)

    known = newest(filter(counts, entries))
    untrue = [name for name, entry in newest(entries).items() if not counts(entry)]
    return {name: from_text(name, known[name].value) if name in known else None for name in untrue}


def _given(person: Person) -> set[tuple[str, str | None]]:
    """The answers of the assessments that stand, as entries keep them."""
    rows = person.early_assessments.standing().filter(sentence__closed_at=None)
    return {(name, in_text(value)) for row in rows for name, value in row.answers.items()}


def known_before(entries: Iterable[DetailEntry], at: datetime) -> dict[str, Any]:
    """What others than assessments had stated by the moment `at`, of the fields that `entries` are of."""
    others = (
        entry
        for entry in entries
        if entry.recorded_at < at and entry.source not in (ASSESSMENT, TAKEN_BACK) and not is_by_merge(entry.source)
    )
    return {name: from_text(name, entry.value) for name, entry in newest(others).items()}
