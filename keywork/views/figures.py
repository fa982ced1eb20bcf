"""The figures of key work: a prison's, a wing's, a key worker's, and the rows behind each."""

from functools import partial

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keywork.figure_rows import rows_of
from keywork.figure_words import FIGURES, LISTS, NATIONAL, OWN_LISTS
from keywork.figures_forms import FiguresForm, PeriodForm, address, scope_of
from keywork.figures_shown import Lists, lines_of, shown
from keywork.measured_people import workers
from keywork.measures import Scope
from keywork.periods import establishment_period, key_worker_period
from keywork.views.regime import crumb
from omic import audit, suspensions
from omic.access import Action, requires
from omic.formats import day
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.models import Role, Staff, Suspension


@requires(Action.SEE_KEY_WORK)
def figures(request: PrisonRequest, code: str) -> HttpResponse:
    """The prison's figures, or those of one of its wings or key workers, with the parts that add up to them."""
    form = FiguresForm(request.GET or None, prison=request.prison, on=request.on)
    scope, compared = scope_of(form, request.prison, default=establishment_period(request.on))
    lists = Lists("keywork:figure-rows", code)
    context = shown(scope, compared, lists)
    if scope.whole:
        context["national"] = lines_of(NATIONAL, context["measured"], scope, lists)
    page = {"title": "Key work figures", "form": form, "crumbs": [crumb(request.prison)], **context}
    page["suspensions"] = suspensions.shown(request.prison, request.on, Suspension.Covers.KEY_WORK)
    return render(request, "keywork/figures.html", page)


@requires(Action.SEE_KEY_WORK)
def staff_figures(request: PrisonRequest, code: str, staff: int) -> HttpResponse:
    """One key worker's figures."""
    worker = get_object_or_404(workers(request.prison), pk=staff)
    back = reverse("keywork:staff-member", args=[code, staff])
    posted = worker.postings.on(request.on).filter(prison=request.prison, role=Role.KEY_WORKER).exists()
    return _of_worker(request, worker, Lists("keywork:figure-rows", code), f"Figures of {worker}", posted and back)


@requires(Action.MY_KEY_WORK)
def my_figures(request: PrisonRequest, code: str) -> HttpResponse:
    """My own figures."""
    lists = Lists("keywork:my-figure-rows", code, own=True)
    return _of_worker(request, request.user, lists, "My figures", reverse("keywork:mine", args=[code]))


def _of_worker(request: PrisonRequest, worker: Staff, lists: Lists, title: str, back: str | bool) -> HttpResponse:
    form = PeriodForm(request.GET or None, on=request.on)
    default = key_worker_period(request.on)
    scope, compared = scope_of(form, request.prison, default=default, worker=worker)
    context = {"title": title, "form": form, "back": back, **shown(scope, compared, lists)}
    return render(request, "keywork/figures.html", context)


# --- the rows behind a figure ----------------------------------------------------------------------------------------


@requires(Action.SEE_KEY_WORK)
def figure_rows(request: PrisonRequest, code: str, figure: str) -> HttpResponseBase:
    """The rows that one figure counts."""
    form = FiguresForm(request.GET or None, prison=request.prison, on=request.on)
    scope, _ = scope_of(form, request.prison, default=establishment_period(request.on))
    return _rows(request, figure, form, scope, address(reverse("keywork:figures", args=[code]), scope))


@requires(Action.MY_KEY_WORK)
def my_figure_rows(request: PrisonRequest, code: str, figure: str) -> HttpResponseBase:
    """The rows that one of my figures counts; a prison's own figures are not among them."""
    if figure not in OWN_LISTS:
        raise Http404
    form = PeriodForm(request.GET or None, on=request.on)
    default = key_worker_period(request.on)
    scope, _ = scope_of(form, request.prison, default=default, worker=request.user)
    return _rows(request, figure, form, scope, address(reverse("keywork:my-figures", args=[code]), scope, own=True))


def _rows(request: PrisonRequest, figure: str, form: PeriodForm, scope: Scope, back: str) -> HttpResponseBase:
    if figure not in LISTS:
        raise Http404
    rows = rows_of(request, scope, figure)
    page = ListPage(
        request,
        rows.queryset,
        title=f"{FIGURES[figure].label}, {day(scope.period.first)} to {day(scope.period.last)}",
        columns=rows.columns,
        sort=rows.sort,
        noun=rows.noun,
        empty="There are none in this period.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, f"key-work-figures-{figure}"),
    )
    return page.response("keywork/figures_rows.html", {"form": form, "back": back, "means": FIGURES[figure].means})
