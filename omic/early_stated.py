"""Early allocations that files stated and somebody took back: files are read each night and would bring each back.

Only an assessment or a person states that it is in force after that, or a file that gives another day of agreement.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from omic.details import BY_ASSESSMENT, in_text, newest
from omic.models import DetailEntry

IN_FORCE, AGREED_ON = BY_ASSESSMENT


def less_taken_back(
    facts: Mapping[str, Any], entries: Iterable[DetailEntry], sentenced_on: date | None
) -> dict[str, Any]:
    """What a file states of a case, without an early allocation that was taken back in the present sentence.

    It is the same one if it bears the same day of agreement, or none. `entries` are the person's; `sentenced_on` is
    when the sentence began: what was taken back before that was of another.
    """
    present = [entry for entry in entries if sentenced_on is None or entry.as_at >= sentenced_on]
    gone, agreed_on = taken_back(present), in_text(facts.get(AGREED_ON))
    if not gone or facts.get(IN_FORCE) is False or (agreed_on is not None and agreed_on not in gone):
        return dict(facts)
    return {name: value for name, value in facts.items() if name not in BY_ASSESSMENT}


def taken_back(entries: Iterable[DetailEntry]) -> set[str | None]:
    """The days of agreement of what was taken back, as entries keep them; None for one that bore none.

    Files state nothing by leaving a field empty, and no page asks for it: an empty entry is somebody taking back.
    """
    saved = sorted((entry for entry in entries if entry.pk and entry.field in BY_ASSESSMENT), key=lambda row: row.pk)
    days: set[str | None] = set()
    for number, entry in enumerate(saved):
        if entry.field == IN_FORCE and entry.value is None:
            agreed = newest(before for before in saved[:number] if before.field == AGREED_ON).get(AGREED_ON)
            days.add(agreed.value if agreed else None)
    return days
