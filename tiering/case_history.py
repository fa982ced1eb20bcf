"""What case history tells of tiers."""

from collections.abc import Iterator

from omic.case_history import Event
from omic.models import Person


def tiers(person: Person) -> Iterator[Event]:
    """Each tier as it was determined, entered or imported."""
    for row in person.tierdeterminations.select_related("entry__entered_by"):
        letter = f"Tier {row.letter}" if row.letter else "Tier not known"
        title = f"{letter} (provisional)" if row.provisional else letter
        said = row.entry
        text = f"{row.get_origin_display()}: {said.reason}" if said else row.get_origin_display()
        yield Event(row.determined_at, "rule", title, text, (said and said.entered_by) or "")
