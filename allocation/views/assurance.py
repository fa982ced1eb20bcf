"""The HOMD's assurance that POMs hold their engagements, and that what they share is read."""

from datetime import timedelta
from functools import partial

from django.http import HttpResponseBase
from django.urls import reverse

from allocation import engagement_lists as lists
from omic import audit
from omic.access import Action, requires
from omic.context import Tab
from omic.formats import plural
from omic.http import PrisonRequest
from omic.lists import ListPage

SHARED_FOR = timedelta(days=366)


@requires(Action.SEE_ENGAGEMENT)
def minutes(request: PrisonRequest, code: str) -> HttpResponseBase:
    """What each woman of high complexity is owed of her POM's time in a month, and has had; the shortest first."""
    rows = lists.minutes_owed(request.prison)
    page = ListPage(
        request,
        rows if request.GET.get("month") else lists.in_month(rows, request.on),
        title="POM engagement of the month",
        columns=lists.MINUTES_COLUMNS,
        sort="-short",
        noun="woman’s month,women’s months",
        filterset=lists.MinutesFilter,
        empty="No woman of high complexity of need is owed time with her POM in this month.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "pom-engagement"),
    )
    return page.response(context={"lede": _lede(request), "tabs": _tabs(request)})


def _lede(request: PrisonRequest) -> str:
    words = "Women of high complexity of need are owed 45 minutes a month with their POM, in one engagement or several."
    if not (none := lists.owed_none(request.prison, request.on)):
        return words
    return f"{words} {plural(none, 'is,are')} owed none this month: they have been here for too few days of it."


def _tabs(request: PrisonRequest) -> list[Tab]:
    names = (("Minutes", "allocation:engagement-minutes"), ("Shared with wings", "allocation:shares"))
    return [Tab(words, reverse(name, args=[request.prison.pk])) for words, name in names]


@requires(Action.SEE_ENGAGEMENT)
def shares(request: PrisonRequest, code: str) -> HttpResponseBase:
    """What POMs have shared with residential staff, and who has read it or has not; newest first, of a year."""
    page = ListPage(
        request,
        lists.shared_here(request.prison).filter(created_at__gt=request.now - SHARED_FOR),
        title="Shared with the wings",
        columns=lists.share_columns(lists.Readers(request.prison, request.on)),
        sort="-since",
        noun="share,shares",
        filterset=lists.SharesFilter,
        empty="Nothing was shared in the last year. POMs share what the wing must know when they log an engagement.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "shared-with-wings"),
    )
    return page.response(context={"tabs": _tabs(request)})
