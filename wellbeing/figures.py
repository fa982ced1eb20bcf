"""The figures of the nightly email: duties by the kernel's own definitions, and people. Counts only, no names.

A session counts where and when it was owed. Each question is asked of `ObligationQuerySet`, so that the email and the
lists behind its link cannot disagree.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Min, QuerySet

from keywork.policy import GROUP_WORDS
from omic.calendar import month_bounds, week_start
from omic.models import Complexity, ImportRow, ObligationKind, Person, Presence, Prison
from omic.models.obligation import SYSTEM, ObligationQuerySet
from omic.nomis.desk import rows_here
from wellbeing.check_figures import SafetyFigures, safety_figures

ONE_DAY = timedelta(days=1)
WEEKS = 8  # of handovers to come
Counting = Callable[[ObligationQuerySet], Counter[str]]


@dataclass(frozen=True, slots=True)
class Period:
    """Days whose sessions are counted together, both ends included."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Line:
    """Sessions that fell due in a period. `overdue` still ask for one; `closed` were missed and ask no longer."""

    name: str
    owed: int
    delivered: int
    overdue: int

    @property
    def closed(self) -> int:
        return self.owed - self.delivered - self.overdue


@dataclass(frozen=True, slots=True)
class Overdue:
    """Duties of one kind that are overdue, of how many people, and by how many days the oldest."""

    name: str
    duties: int
    people: int
    days: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All that the email counts. `running` is the week (women's prisons: month) that has not ended."""

    people: int
    missing: int
    held: int
    quarantined: int
    closed: tuple[Line, ...]
    running: Line
    groups: tuple[Line, ...]
    wings: tuple[Line, ...]
    overdue: tuple[Overdue, ...]
    with_a_right_to_a_key_worker: int
    without_key_worker: int
    handovers: tuple[tuple[str, int], ...]
    safety: SafetyFigures


def figures(prison: Prison, *, on: date) -> Figures:
    """The figures of a prison as of the night of `on`; whatever ends, ends with the day before."""
    sessions = prison.obligations.filter(kind=ObligationKind.KEY_WORK_SESSION)
    closed, running = periods(women=prison.women, on=on)
    latest = sessions.owed(closed[0].first, closed[0].last)
    right = _with_a_right_to_a_key_worker(prison)
    return Figures(
        people=prison.people.count(),
        missing=prison.people.filter(presence=Presence.MISSING).count(),
        held=_waiting(prison, ImportRow.Outcome.HELD),
        quarantined=_waiting(prison, ImportRow.Outcome.QUARANTINED),
        closed=tuple(_line(sessions, period, on) for period in closed),
        running=_line(sessions, running, on),
        groups=_lines(latest, on, _by_group, GROUP_WORDS),
        wings=_lines(latest, on, _by_wing, {}),
        overdue=_overdue(prison, on),
        with_a_right_to_a_key_worker=right.count(),
        without_key_worker=right.filter(key_worker__isnull=True).count(),
        handovers=_handovers(prison, on),
        safety=safety_figures(prison, on=on, first=closed[0].first, last=closed[0].last),
    )


def periods(*, women: bool, on: date) -> tuple[tuple[Period, ...], Period]:
    """The periods that have ended before `on`, and the one that is running.

    Sessions are owed by the week, Monday to Sunday: the last whole week, and the days of the month so far (on the
    first of a month the whole month before). In women's prisons they are owed by the month (KW-17): the last one.
    """
    yesterday = on - ONE_DAY
    if women:
        first, last = month_bounds(on.replace(day=1) - ONE_DAY)
        return (Period(f"{first:%B %Y}", first, last),), Period(f"{on:%B %Y}", *month_bounds(on))
    monday = week_start(on)
    week = Period("Last week", monday - timedelta(days=7), monday - ONE_DAY)
    month = Period("Month so far", yesterday.replace(day=1), yesterday)
    return (_dated(week), _dated(month)), Period("This week", monday, monday + timedelta(days=6))


def _dated(period: Period) -> Period:
    return Period(f"{period.name}, {span(period.first, period.last)}", period.first, period.last)


def span(first: date, last: date) -> str:
    """9 to 15 Nov; 26 Oct to 1 Nov."""
    start = f"{first.day}" if (first.year, first.month) == (last.year, last.month) else f"{first.day} {first:%b}"
    return f"{start} to {last.day} {last:%b}"


def _waiting(prison: Prison, outcome: ImportRow.Outcome) -> int:
    """Rows of imports that wait for a person here, as the list of them has it."""
    return rows_here(prison).filter(outcome=outcome, decision=ImportRow.Decision.WAITING).count()


def _line(sessions: ObligationQuerySet, period: Period, on: date) -> Line:
    owed = sessions.owed(period.first, period.last)
    return Line(period.name, owed.count(), owed.delivered().count(), owed.overdue(on).count())


def _lines(owed: ObligationQuerySet, on: date, count: Counting, words: dict[str, str]) -> tuple[Line, ...]:
    """A line for each key that `count` finds, in the order of `words` where it has any."""
    total, delivered, overdue = count(owed), count(owed.delivered()), count(owed.overdue(on))
    keys = [key for key in words if total[key]] or sorted(total)
    return tuple(Line(words.get(key, key), total[key], delivered[key], overdue[key]) for key in keys)


def _by_group(rows: ObligationQuerySet) -> Counter[str]:
    """A duty of somebody in two priority groups counts in both."""
    counts: Counter[str] = Counter()
    for groups, number in rows.order_by().values_list("priority_groups").annotate(Count("pk")):
        for group in groups or ["none"]:
            counts[group] += number
    return counts


def _by_wing(rows: ObligationQuerySet) -> Counter[str]:
    """By the wing where the person lived when the duty last moved."""
    counted = rows.order_by().values_list("wing__code").annotate(Count("pk"))
    return Counter({f"Wing {code}" if code else "No wing recorded": number for code, number in counted})


def _overdue(prison: Prison, on: date) -> tuple[Overdue, ...]:
    """Every kind of duty that is overdue, oldest first."""
    rows = prison.obligations.overdue(on).exclude(owner_role=SYSTEM).order_by().values_list("kind")
    counted = rows.annotate(Count("pk"), Count("person", distinct=True), oldest=Min("due_on"))
    found = [
        Overdue(ObligationKind(kind).label, duties, people, (on - oldest).days)
        for kind, duties, people, oldest in counted
    ]
    return tuple(sorted(found, key=lambda row: (-row.days, row.name)))


def _with_a_right_to_a_key_worker(prison: Prison) -> QuerySet[Person]:
    """Everyone here, but in women's prisons those whose complexity of need is high (KW-15)."""
    return prison.people.exclude(complexity=Complexity.HIGH) if prison.women else prison.people.all()


def _handovers(prison: Prison, on: date) -> tuple[tuple[str, int], ...]:
    """Handovers to come, by the week; the first includes `on` itself, the last ends with the eighth week."""
    rows = prison.obligations.filter(kind=ObligationKind.HANDOVER).due_between(on, on + timedelta(weeks=WEEKS))
    weeks = Counter(max(0, (due_on - on).days - 1) // 7 for due_on in rows.values_list("due_on", flat=True))
    first = [on, *(on + timedelta(weeks=week, days=1) for week in range(1, WEEKS))]
    return tuple((span(start, on + timedelta(weeks=week + 1)), weeks[week]) for week, start in enumerate(first))
