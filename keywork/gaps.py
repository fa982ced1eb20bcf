"""Days from which people had nobody able to do their key work: no key worker, or one who is away without cover."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from keywork.models import KeyWorkerAbsence, KeyWorkerAllocation
from omic.calendar import london_day
from omic.models import Cover, Role

Key = tuple[int, str]  # a person and a prison


class Span(NamedTuple):
    """From a day until a day (not included)."""

    first: date
    until: date


def gaps_of(rows: Mapping[Key, Mapping[str, Any]], since: Mapping[str, date], on: date) -> dict[Key, list[date]]:
    """The first day of every such time up to a day, the present one included; three queries.

    `since` is when each prison went to level 4: what was over by then opened nothing (ED-08).
    """
    holders = _holders(rows)
    staff = {one for spans in holders.values() for one, _ in spans}
    away: dict[tuple[int, str], list[Span]] = defaultdict(list)
    found = KeyWorkerAbsence.objects.filter(key_worker__staff__in=staff).values_list(
        "key_worker__staff_id", "key_worker__prison_id", "starts_on", "returns_on"
    )
    for one, prison, starts_on, returns_on in found:
        away[one, prison].append(Span(starts_on, returns_on or date.max))
    gaps = {}
    for key, row in rows.items():
        able = [span for one, held in holders[key] for span in _less(held, away[one, key[1]])]
        gaps[key] = list(_starts(able, max(row["arrived_on"], since[key[1]]), on))
    return gaps


def _holders(keys: Collection[Key]) -> dict[Key, list[tuple[int, Span]]]:
    """Who has been the key worker, or stood in, and when."""
    people = [person for person, _ in keys]
    found: dict[Key, list[tuple[int, Span]]] = defaultdict(list)
    allocations = KeyWorkerAllocation.objects.filter(person__in=people)
    for person, prison, staff, begun, ended in allocations.values_list(
        "person_id", "prison_id", "staff_id", "started_at", "ended_at"
    ):
        until = london_day(ended) if ended else date.max
        found[person, prison].append((staff, Span(london_day(begun), until)))
    covers = Cover.objects.filter(person__in=people, role=Role.KEY_WORKER)
    for person, prison, staff, starts_on, ends_on in covers.values_list(
        "person_id", "prison_id", "staff_id", "starts_on", "ends_on"
    ):
        found[person, prison].append((staff, Span(starts_on, ends_on or date.max)))
    return found


def _less(span: Span, away: Iterable[Span]) -> Iterator[Span]:
    """What is left of a span without the times away."""
    first = span.first
    for gone in sorted(away):
        if gone.until <= first or gone.first >= span.until:
            continue
        if gone.first > first:
            yield Span(first, gone.first)
        first = max(first, gone.until)
    if first < span.until:
        yield Span(first, span.until)


def _starts(able: Collection[Span], first: date, on: date) -> Iterator[date]:
    """The first day and every end of a span behind it, where no other span covers that day."""
    for day in sorted({first, *(span.until for span in able)}):
        if first <= day <= on and not any(span.first <= day < span.until for span in able):
            yield day
