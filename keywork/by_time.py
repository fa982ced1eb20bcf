"""Whose key work changes with the calendar alone: the night tells that apart from drift."""

from datetime import date

from django.db.models import Q, QuerySet

from keywork.models import KeyWorkerAbsence
from keywork.policy import Level
from keywork.priority import found_on
from keywork.regime import level_on
from omic.models import Cover, Posting, Prison, Role


def people_changed(prison: Prison, since: date, on: date) -> set[int]:
    """Those of a prison for whom a day after `since` up to `on` opens or closes something, whatever anybody does.

    A planned level that begins concerns everybody. At levels 4 to 2 a priority group's window or a decision's days
    turn what is owed, at level 4 an absence, cover or their end as well. A posting that ends takes the key worker away
    at any level (KW-16).
    """
    people = prison.people.all()
    begun = prison.regime_levels.standing().filter(starts_on__gt=since, starts_on__lte=on)
    if begun.exists():
        return set(people.values_list("pk", flat=True))
    changed = set(people.filter(key_worker__in=_turned(prison, since, on)).values_list("pk", flat=True))
    level = level_on(prison, on)
    if level is None or level.level == Level.PREPARE:
        return changed
    before, after = found_on(people, since), found_on(people, on)
    changed |= {pk for pk in before | after if _groups(before, pk) != _groups(after, pk)}
    return changed | (_uncovered(prison, since, on) if level.level == Level.LOCKDOWN else set())


def _turned(prison: Prison, since: date, on: date) -> QuerySet[Posting]:
    """Whose posting as a key worker begins or ends in these days, as the ids of staff."""
    rows = prison.postings.filter(_within(since, on, "starts_on", "ends_on"), role=Role.KEY_WORKER)
    return rows.values("staff")


def _within(since: date, on: date, *names: str) -> Q:
    days = Q()
    for name in names:
        days |= Q(**{f"{name}__gt": since, f"{name}__lte": on})
    return days


def _groups(found: dict, pk: int) -> tuple[str, ...]:
    return found[pk].value.groups if pk in found else ()


def _uncovered(prison: Prison, since: date, on: date) -> set[int]:
    """Whose key worker or stand-in goes or comes back in these days, and whose cover begins or ends, or its posting."""
    away = KeyWorkerAbsence.objects.filter(_within(since, on, "starts_on", "returns_on"), key_worker__prison=prison)
    gone = away.values("key_worker__staff")
    mine = prison.people.filter(key_worker__in=gone)
    turned = _within(since, on, "starts_on", "ends_on") | Q(staff__in=_turned(prison, since, on)) | Q(staff__in=gone)
    covers = Cover.objects.filter(turned, prison=prison, role=Role.KEY_WORKER)
    return set(mine.values_list("pk", flat=True)) | set(covers.values_list("person_id", flat=True))
