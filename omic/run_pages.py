"""The runs of a prison in words: what each night did, what its email could vouch for, and which nights are missing."""

from datetime import date, timedelta

import django_filters
from django.http import HttpResponseBase
from django.utils.html import format_html_join

from omic import ledger
from omic.access import Action, requires
from omic.formats import day, plural
from omic.http import PrisonRequest
from omic.lists import Column, ListPage
from omic.models import Run
from omic.nightly import JOB, hour_of
from omic.templatetags.govuk import tag

ONE_DAY = timedelta(days=1)
JOBS = {JOB: "Night"}
# What a night counts, in the order in which it is read.
COUNTS = {
    "opened": "duty opened,duties opened",
    "fell_due": "row changed because its day came,rows changed because their day came",
    "drift": "row corrected (drift),rows corrected (drift)",
    "stamped": "contact stamped as missed,contacts stamped as missed",
    "flagged_overdue": "flag raised: overdue,flags raised: overdue",
    "flagged_upcoming": "flag raised: upcoming,flags raised: upcoming",
    "flags_reopened": "flag opened again,flags opened again",
    "flags_followed": "flag moved here with a person,flags moved here with people",
    "flags_closed": "flag taken down,flags taken down",
}


def counted(run: Run) -> list[str]:
    """The counts of a run in words; drift is said even when there was none."""
    numbers = {name: run.counts.get(name, 0) for name in COUNTS}
    return [plural(number, COUNTS[name]) for name, number in numbers.items() if number or name == "drift"]


def covered(run: Run) -> list[str]:
    """What a run's email could vouch for, and whom it went to, in words."""
    coverage = run.coverage
    if run.state != Run.State.DONE:
        return ["Not known until it has finished"]
    if "caught_up_on" in coverage:
        night = day(date.fromisoformat(coverage["caught_up_on"]))
        return [f"Did not run; caught up by the night of {night}, without an email of its own"]
    told = (
        ["Complete"] if coverage.get("complete") else [f"Cannot confirm: {why}" for why in coverage.get("doubts", [])]
    )
    addresses = coverage.get("recipients", 0)
    return [
        *told,
        f"Emailed to {plural(addresses, 'address,addresses')}" if addresses else "Nobody to email: no address",
        *(f"Failed, tried again the next night: {name}. {why}" for name, why in coverage.get("failed", {}).items()),
    ]


def _lines(words: list[str]) -> str:
    return format_html_join("", "<div>{}</div>", ((line,) for line in words))


def _state(run: Run) -> str:
    return tag(run.get_state_display(), "green" if run.state == Run.State.DONE else "yellow")


COLUMNS = (
    Column("on", "Date", "on", order=("on",)),
    Column("job", "Job", lambda run: JOBS.get(run.job, run.job), order=("job",)),
    Column("state", "State", "get_state_display", order=("state",), cell=_state),
    Column("started", "Started", "started_at", order=("started_at",)),
    Column("finished", "Finished", "finished_at", order=("finished_at",)),
    Column("counts", "Did", lambda run: "; ".join(counted(run)), cell=lambda run: _lines(counted(run))),
    Column("coverage", "Could vouch for", lambda run: "; ".join(covered(run)), cell=lambda run: _lines(covered(run))),
)


class RunFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=Run.State.choices, label="State")


@requires(Action.SEE_RUNS)
def runs(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Last night first, and above it the nights that did not run."""
    page = ListPage(
        request,
        request.prison.runs.all(),
        title="Runs",
        columns=COLUMNS,
        sort="-on",
        noun="run,runs",
        filterset=RunFilter,
        empty="No night has run for this prison yet. The first runs the night after a roll is imported.",
    )
    return page.response("omic/runs.html", {"missing": [day(on) for on in _missing(request)]})


def _missing(request: PrisonRequest) -> list[date]:
    """Nights after the last one done whose hour has passed; the next run catches them up."""
    ended = request.on if request.now >= hour_of(request.on) else request.on - ONE_DAY
    return ledger.lost(JOB, request.prison, before=ended + ONE_DAY)
