"""Days from which people have nobody able to do their key work: no key worker, or one who is away without cover.

Nothing ends an allocation or a cover on the day on which a posting ends, so nobody is able beyond their posting.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from keywork.models import KeyWorkerAbsence, KeyWorkerAllocation
from keywork.rules import Lockdown
from omic.calendar import london_day
from omic.models import Cover, Posting, Role

ONE_DAY = timedelta(days=1)
Key = tuple[int, str]  # a person and a prison


class Span(NamedTuple):
    """From a day until a day (not included)."""

    first: date
    until: date


def gaps_of(
    rows: Mapping[Key, Mapping[str, Any]], locked: Mapping[str, Sequence[Lockdown]], on: date
) -> dict[Key, list[date]]:
    """The first day of every such time up to a day, the present one included; four queries.

    `locked` is when each prison was at level 4: what lay outside opened nothing (ED-08).
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
        gaps[key] = sorted(_starts(able, row["arrived_on"], locked[key[1]], on))
    return gaps


def _holders(keys: Collection[Key]) -> dict[Key, list[tuple[int, Span]]]:
    """Who is or was the key worker, or stands in, and when, as long as they are posted there as a key worker."""
    chosen = list(_chosen([person for person, _ in keys]))
    posted = _posted({staff for _, staff, _ in chosen})
    found: dict[Key, list[tuple[int, Span]]] = defaultdict(list)
    for key, staff, held in chosen:
        for span in posted[staff, key[1]]:
            first, until = max(held.first, span.first), min(held.until, span.until)
            if first < until:
                found[key].append((staff, Span(first, until)))
    return found


def _chosen(people: Collection[int]) -> Iterator[tuple[Key, int, Span]]:
    """The allocations and covers."""
    allocations = KeyWorkerAllocation.objects.filter(person__in=people)
    for person, prison, staff, begun, ended in allocations.values_list(
        "person_id", "prison_id", "staff_id", "started_at", "ended_at"
    ):
        yield (person, prison), staff, Span(london_day(begun), london_day(ended) if ended else date.max)
    covers = Cover.objects.filter(person__in=people, role=Role.KEY_WORKER)
    for person, prison, staff, starts_on, ends_on in covers.values_list(
        "person_id", "prison_id", "staff_id", "starts_on", "ends_on"
    ):
        yield (person, prison), staff, Span(starts_on, ends_on or date.max)


def _posted(staff: Collection[int]) -> Mapping[tuple[int, str], Sequence[Span]]:
    posted: dict[tuple[int, str], list[Span]] = defaultdict(list)
    postings = Posting.objects.filter(staff__in=staff, role=Role.KEY_WORKER)
    for one, prison, starts_on, ends_on in postings.values_list("staff_id", "prison_id", "starts_on", "ends_on"):
        posted[one, prison or ""].append(Span(starts_on, ends_on or date.max))
    return posted


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


def _starts(able: Collection[Span], arrived_on: date, locked: Sequence[Lockdown], on: date) -> set[date]:
    """The first day of each time at level 4, and every end of a span in it, where no other span covers that day."""
    days = set()
    for time in locked:
        first, last = max(arrived_on, time.first), min(on, time.until - ONE_DAY)
        days |= {day for day in (first, *(span.until for span in able)) if first <= day <= last}
    return {day for day in days if not any(span.first <= day < span.until for span in able)}
