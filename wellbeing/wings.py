"""Today's wings at a glance: how many are left to see on each, and since when the longest of them is unseen."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from omic.access import Action
from omic.http import PrisonRequest
from omic.models import Wing
from wellbeing.acct import acct_age, treat_as_open
from wellbeing.known import Sighting
from wellbeing.lines import RosterRow, State
from wellbeing.paper import copy_shown
from wellbeing.places import path_of, sees_all, wings_open_to, words_of
from wellbeing.roster import NO_WING, Roster, expected_by, read_roster
from wellbeing.roster_page import unvouched
from wellbeing.tabs import tabs_of


@dataclass(frozen=True, slots=True)
class WingToday:
    """One wing today. `today` are those left whose check is due today; `longest` is the last sighting of whoever is
    unseen longest, None where that is nobody or somebody who was never seen."""

    words: str
    path: str
    left: int
    today: int
    also: int
    done: int
    others: int
    never: int
    longest: Sighting | None


def wings_page(request: PrisonRequest) -> dict[str, Any]:
    """The context of the page of wings."""
    prison, on, at = request.prison, request.on, request.now
    people = request.standing.people(Action.SEE_ROSTER)
    found, age = read_roster(prison, on=on, at=at, people=people), acct_age(prison, at=at)
    also = treat_as_open(prison, on=on, at=at, people=people) if age.stale else []
    expected = expected_by(prison, on)
    return {
        "wings": _wings(request, found, also),
        "age": age,
        "unvouched": unvouched(prison, on),
        "expected": expected,
        "late": at >= expected,
        "tabs": tabs_of(request),
        **copy_shown(request),
    }


def _wings(request: PrisonRequest, found: Roster, also: Sequence[RosterRow]) -> list[WingToday]:
    apart = {row.person.pk for row in also}
    rows: dict[int | None, list[RosterRow]] = defaultdict(list)
    more: dict[int | None, list[RosterRow]] = defaultdict(list)
    lives: dict[int | None, int] = defaultdict(int)
    for row in found.rows:
        if row.person.pk not in apart:
            rows[row.person.wing_id].append(row)
    for row in also:
        more[row.person.wing_id].append(row)
    for home in found.homes.values():
        lives[home.wing] += 1
    places: list[Wing | Literal["none"]] = [*wings_open_to(request)]
    if sees_all(request) and lives[None]:
        places.append(NO_WING)
    keys = [place.pk if isinstance(place, Wing) else None for place in places]
    return [_wing(place, rows[key], more[key], lives[key], found) for place, key in zip(places, keys, strict=True)]


def _wing(
    place: Wing | Literal["none"], rows: Sequence[RosterRow], more: Sequence[RosterRow], lives: int, found: Roster
) -> WingToday:
    left = [row for row in [*rows, *more] if row.left]
    seen = [row.last_seen for row in left if row.last_seen]
    return WingToday(
        words=words_of(place),
        path=path_of(place),
        left=sum(row.left for row in rows),
        today=sum(row.left and row.due_by == found.on for row in rows),
        also=sum(row.left for row in more),
        done=sum(row.state == State.DONE for row in [*rows, *more]),
        others=lives - len(rows) - len(more),
        never=len(left) - len(seen),
        longest=min(seen, key=lambda one: one.at, default=None),
    )
