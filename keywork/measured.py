"""The figures of one scope put together: a number for each key of `keywork.figure_words`, None where there is none."""

from decimal import Decimal

from keywork import eligible
from keywork.figures import projected_sessions, rate
from keywork.measured_people import WAITS, people, waits
from keywork.measures import Scope, Tally, contact_counts, frequency_weeks

Value = int | Decimal | None
WEEKS_WOMEN = 4  # KW-17: one a month; the national service counts in weeks


def measure(scope: Scope, duties: Tally) -> dict[str, Value]:
    """Every figure that a scope has, its `duties` tallied already: some are a prison's or a wing's alone."""
    found: dict[str, Value] = {**duties, **contact_counts(scope)}
    found["never_seen"] = people(scope, "never_seen").count()
    found["delivery_rate"] = rate(duties["delivered"], duties["owed"])
    found["floor_rate"] = rate(duties["floor_met"], duties["floor_owed"])
    if scope.worker is None:
        found |= _placed(scope)
    if scope.whole:
        found |= _national(scope, sessions=found["sessions"])
    return found


def _placed(scope: Scope) -> dict[str, Value]:
    placed = {name: people(scope, name).count() for name in ("eligible", "allocated")}
    means = {name: eligible.mean_days(waits(scope, name).values()) for name in WAITS}
    return {**placed, **means, "allocated_rate": rate(placed["allocated"], placed["eligible"])}


def _national(scope: Scope, *, sessions: Value) -> dict[str, Value]:
    """The national service's measure: for the whole establishment alone, and never summed."""
    mean = eligible.mean_eligible(scope.prison, scope.period)
    weeks = WEEKS_WOMEN if scope.prison.women else frequency_weeks(scope)
    projected = projected_sessions(mean, days=scope.period.days, frequency_weeks=weeks)
    return {"mean_eligible": mean, "projected": projected, "projected_rate": rate(int(sessions or 0), projected)}
