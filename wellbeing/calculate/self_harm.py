"""The calculator kind `self-harm`: people and incidents of a period, two figures beside the means of the weeks before.

An incident whose day is not known lies in no period; one of somebody unknown is an incident, and nobody is counted.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from keywork.calculate.readers import list_of
from omic.calculator import COMMON, BadFactsError, Given, Reader, because, day, read_facts, record, text, whole
from omic.policy import Outcome, Step, render_steps
from wellbeing.policy import RULES_BY_ID, WellbeingPolicy
from wellbeing.rules import Alert, Compared, SelfHarmWeek, compare, count_incidents, policy_on

COUNT = whole(0, 10**9)
FIGURES = ("people", "incidents")
FACTS: dict[str, Reader] = {
    "from": day,
    "to": day,
    "incidents": list_of(record({"person": text, "on": day, "count": COUNT})),
    "history": list_of(record(dict.fromkeys(FIGURES, COUNT))),
}
READERS = COMMON | FACTS


def answer(given: Given, *, on: date, policy: str) -> dict[str, object]:  # noqa: ARG001 one rule set by date
    """Both figures, both means and which figure lies above its mean; None where it is not known. Raises BadFactsError.

    Without both ends of the period nothing is counted.
    """
    known = read_facts(given, READERS)
    version = policy_on(known.get("to", known.get("today", on)))
    week = _counted(known)
    beside = {name: _beside(name, week or SelfHarmWeek(0, 0), known.get("history", ()), version) for name in FIGURES}
    means = {"people": beside["people"].value.mean_people, "incidents": beside["incidents"].value.mean_incidents}
    above = [name for name in FIGURES if week and name in beside[name].value.above_mean]
    return {
        "policy": version.id,
        "people": week and week.people,
        "incidents": week and week.incidents,
        "mean_people": _number(means["people"]),
        "mean_incidents": _number(means["incidents"]),
        "alert": above,
        "because": because(render_steps(_steps(known, week, means, above), RULES_BY_ID)),
    }


def _counted(known: dict[str, Any]) -> SelfHarmWeek | None:
    """The period's two figures; None while an end of the period is unknown."""
    if "from" not in known or "to" not in known:
        return None
    first, last = known["from"], known["to"]
    if last < first:
        raise BadFactsError({"to": "is before from"})
    placed = [row for row in known.get("incidents", ()) if "on" in row]
    named = [(row["person"], row["on"], row.get("count", 1)) for row in placed if "person" in row]
    counted = count_incidents(named, first=first, last=last)
    unnamed = sum(row.get("count", 1) for row in placed if "person" not in row and first <= row["on"] <= last)
    return SelfHarmWeek(counted.people, counted.incidents + unnamed)


def _beside(
    figure: str, week: SelfHarmWeek, history: Sequence[dict[str, int]], policy: WellbeingPolicy
) -> Outcome[Compared]:
    """One figure beside those of the last weeks in which it is known."""
    last = history[-policy.past_weeks :]
    past = [SelfHarmWeek(row[figure], row[figure]) for row in last if figure in row]
    return compare(week, past, alert=Alert(policy.deviations, policy.people_above), policy=policy)


def _number(mean: Decimal | None) -> float | None:
    return None if mean is None else float(mean)


def _steps(
    known: dict[str, Any], week: SelfHarmWeek | None, means: dict[str, Decimal | None], above: Sequence[str]
) -> tuple[Step, ...]:
    period = f"from {known['from']} to {known['to']}" if week else "the period is not known"
    counted = f"people {week.people}, incidents {week.incidents}, {period}" if week else period
    beside = ", ".join(f"{name} {'unknown' if mean is None else mean}" for name, mean in means.items())
    weeks = len(known.get("history", ()))
    return (
        Step("WB-14", counted),
        Step("WB-14", f"means of the weeks before ({weeks} given): {beside}; above: {', '.join(above) or 'neither'}"),
    )
