"""Whose checks and reviews change with the calendar alone: the night tells that apart from drift."""

from datetime import date

from keywork.priority import found_on
from omic.models import Prison, SettingKind


def people_changed(prison: Prison, since: date, on: date) -> set[int]:
    """The women of a prison whose priority groups a day after `since` up to `on` changes, whatever anybody does.

    Everybody, where such a day begins or ends that OMiC is fully rolled out.
    """
    if not prison.women:
        return set()
    said = prison.settings.filter(kind=SettingKind.ROLLED_OUT)
    if said.filter(starts_on__gt=since, starts_on__lte=on).exists():
        return set(prison.people.values_list("pk", flat=True))
    before, after = found_on(prison.people.all(), since), found_on(prison.people.all(), on)
    return {pk for pk in before | after if _groups(before, pk) != _groups(after, pk)}


def _groups(found: dict, pk: int) -> tuple[str, ...]:
    return found[pk].value.groups if pk in found else ()
