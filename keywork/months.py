"""Months in which a woman's complexity of need changed once her time with the POM had been given (rulebook 0).

A change of level works at once (AL-33), so that what is still open of the month goes with it. What was given by then
stays given; whether the month asks for a session as well follows, as under two regime levels, the level with more of
her days here, and on a tie the stricter: high.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from keywork.rules import days_here
from keywork.situation import Held
from omic.calendar import london_day, month_bounds
from omic.models import Complexity, Estate, Obligation, ObligationKind, ObligationState, Person

Slot = tuple[int, str]  # person and slot
Known = Sequence[tuple[date, bool]]  # from which day on it was high or not, oldest first


def given_months(held: Sequence[Held], first: date) -> dict[Slot, bool]:
    """For each month since `first` whose time with the POM was given: whether it was mostly one of high complexity.

    Two queries in women's prisons where anybody had her time, one where nobody had, else none.
    """
    women = {one.last["person_id"]: one for one in held if one.facts.estate == Estate.WOMEN}
    if not women:
        return {}
    rows = Obligation.objects.filter(person__in=list(women), kind=ObligationKind.POM_ENGAGEMENT, due_on__gte=first)
    met = rows.filter(state=ObligationState.MET).values_list("person_id", "slot", "due_on")
    months = [(person, slot, due_on) for person, slot, due_on in met]
    history = _history({person for person, _, _ in months}) if months else {}
    return {(person, slot): _mostly_high(history[person], women[person], due_on) for person, slot, due_on in months}


def _history(people: Iterable[int]) -> Mapping[int, Known]:
    """Since when each of the people was of high complexity or not, as the history of their facts has it."""
    events = Person.pgh_event_model.objects.filter(pgh_obj__in=people).order_by("pgh_id")  # type: ignore[attr-defined]
    found: dict[int, list[tuple[date, bool]]] = defaultdict(list)
    for person, at, complexity in events.values_list("pgh_obj_id", "pgh_created_at", "complexity"):
        found[person].append((london_day(at), complexity == Complexity.HIGH))
    return found


def _mostly_high(known: Known, held: Held, due_on: date) -> bool:
    """Whether on half of her days here or more; a day counts as it ended, and days to come as the level is now."""
    days = days_here(held.facts, first=month_bounds(due_on)[0], last=due_on)
    return 2 * sum(_high_on(known, day) for day in days) >= len(days)


def _high_on(known: Known, day: date) -> bool:
    """What was known first is read as so before."""
    return next((high for since, high in reversed(known) if since <= day), known[0][1] if known else True)
