"""Suspensions of key work and wellbeing checks (ED-09) as pages show them, whichever app asks."""

from datetime import date

from django.db.models import F, Q, QuerySet

from omic.calendar import london_day
from omic.formats import day
from omic.models import Prison, Suspension


def in_sight(prison: Prison, on: date, *covers: Suspension.Covers) -> QuerySet[Suspension]:
    """What still waits for the Governor, and what runs on a day or is to come; with `covers` only what touches those.

    Those that run come first, those that wait last.
    """
    waiting = Q(approved__isnull=True)
    rows = prison.suspensions.filter(withdrawn_at__isnull=True).filter(waiting | Q(approved=True, ends_on__gte=on))
    if covers:
        rows = rows.filter(covers__in=(Suspension.Covers.ALL, *covers))
    newest_last = (F("approved").desc(nulls_last=True), "starts_on", "pk")
    return rows.select_related("wing", "asked_by", "decided_by").order_by(*newest_last)


def in_words(row: Suspension) -> str:
    """What is suspended, where and when: "Wellbeing checks on wing A, 3 March 2026 to 9 March 2026"."""
    where = f"on wing {row.wing.code}" if row.wing else "in the whole prison"
    return f"{row.get_covers_display()} {where}, {day(row.starts_on)} to {day(row.ends_on)}"


def after_the_fact(row: Suspension) -> bool:
    """Whether the approval came when days of it had begun already."""
    return bool(row.approved and row.decided_at and london_day(row.decided_at) > row.starts_on)


def standing_words(row: Suspension, on: date) -> str:
    """How it stands on a day, in words that name who approved it."""
    if row.withdrawn_at:
        return "Withdrawn"
    if row.approved is None:
        return "Waits for the Governor"
    if not row.approved:
        return "Refused"
    late = " after the fact" if after_the_fact(row) else ""
    when = "Over" if row.ends_on < on else "To come" if row.starts_on > on else f"Suspended until {day(row.ends_on)}"
    return f"{when}, approved{late} by {row.decided_by}"


def shown(prison: Prison, on: date, *covers: Suspension.Covers) -> list[tuple[str, str]]:
    """`in_sight` in words, as `omic/_suspensions.html` draws them: what, and how it stands."""
    return [(in_words(row), standing_words(row, on)) for row in in_sight(prison, on, *covers)]
