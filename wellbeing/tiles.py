"""What wellbeing shows on the home page: who is still to be seen, who was missed, what waits, the email's absence."""

from collections.abc import Iterator

from django.urls import reverse

from omic.access import Action, Relation
from omic.context import Tile
from omic.formats import day
from omic.http import PrisonRequest
from omic.tonight import absent
from wellbeing import cohorts
from wellbeing.acct import left_unseen
from wellbeing.check_figures import checks_stand
from wellbeing.days_out import unconfirmed
from wellbeing.missed import missed_yesterday
from wellbeing.paper import copy_of
from wellbeing.roster import expected_by, not_yet_seen, roster


def home_tiles(request: PrisonRequest) -> list[Tile]:
    """By what somebody may do: Safer Custody first who is not seen, a Governor what waits, an officer their wing."""
    may = request.standing.may
    if request.standing.relations(Action.SEE_ROSTER) == {Relation.WING}:
        return _wing(request)
    tiles: list[Tile] = []
    if may(Action.DECIDE_SUSPENSION):
        tiles += _suspensions_waiting(request)
    safer_custody = may(Action.SEE_SAFETY) and may(Action.RECORD_CHECK)
    if safer_custody:
        tiles += [*_today(request), *_treated_as_open(request), *_days_out(request)]
    if may(Action.SEE_MISSED):
        tiles += _missed(request)
    if safer_custody:
        tiles += [*_email(request), *_copy(request), *_cohorts(request)]
    return tiles


def _url(request: PrisonRequest, name: str) -> str:
    return reverse(name, args=[request.prison.pk])


def _suspensions_waiting(request: PrisonRequest) -> list[Tile]:
    waiting = request.prison.suspensions.waiting().count()
    url = f"{_url(request, 'wellbeing:suspensions')}?stands=waiting"
    return [Tile(waiting, "suspension to approve or refuse", url, "yellow")] if waiting else []


def _today(request: PrisonRequest) -> list[Tile]:
    """Late from the hour by which today's checks are expected. Men's prisons may have none at all."""
    if not (request.prison.women or checks_stand(request.prison, request.on)):
        return []
    left = not_yet_seen(request.prison, at=request.now).count()
    late = left and request.now >= expected_by(request.prison, request.on)
    tone = "red" if late else "yellow" if left else ""
    return [Tile(left, "not yet seen today", _url(request, "wellbeing:not-seen"), tone)]


def _treated_as_open(request: PrisonRequest) -> list[Tile]:
    """H3: who may have an ACCT and was not seen today. No duty stands for them, so no other tile counts them."""
    people = left_unseen(request.prison, request.on, at=request.now).count()
    late = request.now >= expected_by(request.prison, request.on)
    url, words = _url(request, "wellbeing:not-seen"), "treated as open, not seen today"
    return [Tile(people, words, url, "red" if late else "yellow")] if people else []


def _days_out(request: PrisonRequest) -> list[Tile]:
    """Who leaves *not yet seen* by a day out that the roll does not bear out."""
    people = unconfirmed(request.prison, request.on, request.on).count()
    url, words = _url(request, "wellbeing:not-seen"), "recorded as out today, though the roll has them here"
    return [Tile(people, words, url, "yellow")] if people else []


def _missed(request: PrisonRequest) -> list[Tile]:
    people = missed_yesterday(request.prison, request.on).order_by().values("person").distinct().count()
    url = f"{_url(request, 'wellbeing:missed')}?yesterday=true"
    if not people and not (request.prison.women and request.standing.may(Action.SEE_SAFETY)):
        return []
    return [Tile(people, "missed yesterday", url, "red" if people else "")]


def _email(request: PrisonRequest) -> list[Tile]:
    """H8: an email that has not come says so here."""
    night = absent(request.prison, at=request.now)
    words = f"nightly email has not arrived: night of {day(night)}"
    return [Tile(1, words, _url(request, "mail"), "red")] if night else []


def _cohorts(request: PrisonRequest) -> Iterator[Tile]:
    """Reviews due and who stepped down lately, where either is."""
    if not request.prison.women:
        return
    women = cohorts.with_cohort(request.prison.people.all(), on=request.on)
    if due := cohorts.to_review(women, on=request.on).count():
        yield Tile(due, "reviews of daily checks due", _url(request, "wellbeing:cohorts"), "yellow")
    if watched := cohorts.stepped_down(women).count():
        yield Tile(watched, "watched after stepping down", _url(request, "wellbeing:cohort-stepped-down"))


def _copy(request: PrisonRequest) -> list[Tile]:
    """H16: without a fresh copy an outage would leave no roster."""
    copy = copy_of(request.prison, request.now)
    if not copy.too_old or not not_yet_seen(request.prison, at=request.now).exists():
        return []
    return [Tile(1, "roster copy for an outage is missing or old", _url(request, "wellbeing:wings"), "red")]


def _wing(request: PrisonRequest) -> list[Tile]:
    """An officer's own wings, as the page of wings counts them."""
    people = request.standing.people(Action.SEE_ROSTER)
    rows = roster(request.prison, on=request.on, at=request.now, people=people)
    left = [row for row in rows if row.left]
    is_late = request.now >= expected_by(request.prison, request.on)
    late = is_late and any(row.due_by == request.on for row in left)
    url = _url(request, "wellbeing:wings")
    tiles = [Tile(len(left), "left to see on my wing", url, "red" if late else "yellow" if left else "")]
    if more := left_unseen(request.prison, request.on, at=request.now).filter(pk__in=people.values("pk")).count():
        tiles.append(Tile(more, "treated as open on my wing, not seen today", url, "red" if is_late else "yellow"))
    return tiles
