"""The words of the nightly email about checks, rosters, step-downs and self-harm. Counts; no names."""

from collections.abc import Iterator
from datetime import date, timedelta

from omic.formats import plural, short_day
from omic.models import Suspension
from wellbeing.check_figures import Missed, SafetyFigures
from wellbeing.missed import LOOKED_AT
from wellbeing.self_harm import Week


def age(old: timedelta) -> str:
    """In days from two on, before that in hours."""
    return plural(old.days, "day,days") if old.days > 1 else plural(old // timedelta(hours=1), "hour,hours")


def check_lines(safety: SafetyFigures) -> Iterator[str]:
    """Missed checks of last night's day and of the last seven; nothing owed is said, and is not "none missed".

    How many were entered late on that day is said where any were.
    """
    yield f"Yesterday: {_missed(safety.yesterday)}"
    if safety.late:
        yield f"Entered late yesterday: {plural(safety.late, 'check,checks')}"
    yield f"Last 7 days: {_missed(safety.week)}"
    if safety.longest:
        times = plural(safety.longest, "missed check,missed checks")
        yield f"Most for one person in the last {LOOKED_AT} days: {times}"


def _missed(counted: Missed) -> str:
    if not counted.owed:
        return "no check was owed"
    if not counted.missed:
        return f"none of {plural(counted.owed, 'check,checks')} missed"
    people, days = plural(counted.people, "person,people"), plural(counted.days, "day,days")
    return f"{counted.missed:,} of {plural(counted.owed, 'check,checks')} missed, for {people}, on {days}"


def suspended_line(row: Suspension) -> str:
    """One suspension that runs, or ended yesterday."""
    where = f"wing {row.wing.code}" if row.wing else "whole prison"
    return f"{row.get_covers_display()}, {where}: {short_day(row.starts_on)} to {short_day(row.ends_on)}"


def roster_lines(safety: SafetyFigures, *, women: bool) -> Iterator[str]:
    """Who is to be checked and stands on no wing's roster, and in women's prisons about whom nobody has decided."""
    yield f"To be checked, and no wing known: {safety.without_wing:,}"
    if women:
        yield f"In a priority group, daily checks not decided: {safety.undecided:,}"
        yield f"Reviews of daily checks overdue: {safety.reviews_late:,}"


def harm_lines(safety: SafetyFigures, *, women: bool) -> Iterator[str]:
    """People and incidents are two figures, each with its own alert (WB-14)."""
    if women:
        yield f"Stepped down from daily to weekly checks, last 7 days: {safety.stepped_down:,}"
        yield f"Watched after stepping down, or still to be told: {safety.on_watch:,}"
    last, running = safety.harm
    yield f"Self-harm last week: {_harm(last)}"
    yield f"Self-harm this week so far: {_harm(running)}"


def _harm(week: Week) -> str:
    counted = f"{plural(week.people, 'person,people')}, {plural(week.incidents, 'incident,incidents')}"
    if not week.known:
        return "nothing is known, no incident has ever been recorded or imported"
    raised = " and ".join(week.compared.alert)
    return f"{counted}. ALERT: {raised} above the limit" if raised else f"{counted}, no alert"


def priority_line(safety: SafetyFigures) -> str:
    """Of those in a priority group who were owed a session, how many had none."""
    return f"{safety.priority_without:,} of {plural(safety.priority, 'person,people')} had none"


def nomis_line(safety: SafetyFigures, on: date) -> str:
    """What is still to be typed into NOMIS, and since when."""
    if not safety.oldest_not_on_nomis:
        return "Nothing waits"
    waits = plural((on - safety.oldest_not_on_nomis).days, "day,days")
    return f"{plural(safety.not_on_nomis, 'contact,contacts')}, the oldest of {waits} ago"
