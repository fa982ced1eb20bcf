"""The source of what a merge of two prison numbers stated of the number that stayed."""

from omic.models import Person

_BY_MERGE = "Carried over from "


def stated_by_merge(gone: Person) -> str:
    """The source of what a merge took over from `gone`."""
    return f"{_BY_MERGE}{gone.prison_number}"


def is_by_merge(source: str) -> bool:
    """Whether a merge, and nobody else, stated it of the number that stayed."""
    return source.startswith(_BY_MERGE)
