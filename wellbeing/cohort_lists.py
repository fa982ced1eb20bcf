"""The columns and filters of the lists about daily and weekly checks."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from keywork import columns
from keywork.policy import GROUP_WORDS
from keywork.priority import in_words
from omic.access import Action
from omic.formats import short_day, short_moment
from omic.http import PrisonRequest
from omic.lists import Column, link
from omic.models import Obligation, Person, Wing
from omic.policy import Step
from omic.templatetags.govuk import due, tag
from wellbeing.models import Cohort, CohortDecision

COHORTS = (("daily", "Daily"), ("weekly", "Weekly"), ("undecided", "Weekly, nothing decided"))


def _wings(request: Any) -> QuerySet[Wing]:
    wings: QuerySet[Wing] = request.prison.wings.all()
    return wings


class WomenFilter(django_filters.FilterSet):
    """By wing and priority group, of people `with_cohort`."""

    wing = django_filters.ModelChoiceFilter(queryset=_wings, label="Wing", empty_label="Any")
    priority = django_filters.ChoiceFilter(
        choices=tuple(item for item in GROUP_WORDS.items() if item[0] != "none"),
        method="in_group",
        label="Priority group",
        empty_label="Any",
    )

    def in_group(self, people: QuerySet[Person], _name: str, group: str) -> QuerySet[Person]:
        """People in a group, whatever other groups they are in."""
        return people.filter(priority__contains=[group])


class EveryoneFilter(WomenFilter):
    """Also by how often they are checked."""

    cohort = django_filters.ChoiceFilter(choices=COHORTS, method="by_cohort", label="Checks", empty_label="Any")

    def by_cohort(self, people: QuerySet[Person], _name: str, cohort: str) -> QuerySet[Person]:
        """The three answers leave nobody out and count nobody twice."""
        if cohort == "undecided":
            return people.filter(decided=False)
        return people.filter(decided=True, cohort=cohort)


class ToldFilter(WomenFilter):
    """Also by whether they have been told."""

    untold = django_filters.BooleanFilter(label="Still to be told")


class HistoryFilter(django_filters.FilterSet):
    """By what was decided."""

    cohort = django_filters.ChoiceFilter(choices=Cohort.choices, label="Decided", empty_label="Either")
    stepped_down = django_filters.BooleanFilter(label="Stepped down")


# --- what a row says --------------------------------------------------------------------------------------------------


def why_words(review: Obligation) -> str:
    """Why a review is asked for, with its days as pages show them."""
    return in_words(Step(*review.steps[0]))


def _why(person: Any) -> str:
    return "; ".join(map(why_words, person.reviews))


def standing_words(person: Any) -> str:
    """Who decided what stands, and when."""
    made = next(iter(person.standing), None)
    return f"{made.decided_by}, {short_day(made.starts_on)}" if made else ""


def _cohort(person: Any) -> SafeString:
    return tag(Cohort(person.cohort).label, "purple" if person.cohort == Cohort.DAILY else "grey")


def _checks(person: Any) -> str:
    return f"{person.checks_done} of {person.checks_owed}" if person.checks_owed else ""


def _self_harm(person: Any) -> object:
    return tag(person.harmed, "red") if person.harmed else 0


def _last_seen(person: Any) -> object:
    return short_moment(person.last_seen_at) if person.last_seen_at else tag("Never", "red")


# --- columns ----------------------------------------------------------------------------------------------------------

COHORT = Column("cohort", "Checks", lambda row: Cohort(row.cohort).label, order=("cohort",), cell=_cohort)
DECIDED = Column("decided", "Decided by", standing_words)
LAST_SEEN = Column("seen", "Last seen", "last_seen_at", order=("last_seen_at",), cell=_last_seen)
CHECKS_DONE = Column("checks", "Checks done in 7 days", _checks, order=("checks_done",))
SELF_HARM = Column("self_harm", "Self-harm in 28 days", "harmed", order=("harmed",), cell=_self_harm, numeric=True)
STEPPED_DOWN = Column("down", "Stepped down", "stepped_down_on", order=("stepped_down_on",))
FACTS = (LAST_SEEN, CHECKS_DONE, SELF_HARM)


def review_column(request: PrisonRequest) -> Column:
    """When the next review is due."""
    return Column(
        "review",
        "Review due",
        "review_on",
        order=("review_on",),
        cell=lambda row: due(row.review_on, request.on) if row.review_on else "–",
    )


def due_columns(request: PrisonRequest) -> tuple[Column, ...]:
    """Who is to be reviewed, why, and what is known of them."""
    why = Column("why", "Why", _why)
    first = (*columns.who(request), columns.WHERE, columns.PRIORITY, review_column(request), why)
    return (*first, COHORT, DECIDED, *FACTS, *_decide(request))


def women_columns(request: PrisonRequest) -> tuple[Column, ...]:
    """Who, how often checked, by whose decision and until when."""
    first = (*columns.who(request), columns.WHERE, columns.PRIORITY, COHORT, DECIDED, review_column(request))
    return (*first, *FACTS, *_decide(request))


def stepped_down_columns(request: PrisonRequest) -> tuple[Column, ...]:
    """Who is checked less often than before, whether they have been told, and what happened since."""
    told = Column("told", "Told", lambda row: not row.untold, order=("-untold", "stepped_down_on"), cell=_told(request))
    first = (*columns.who(request), columns.WHERE, STEPPED_DOWN, told, COHORT, DECIDED)
    return (*first, *FACTS, *_decide(request))


def _told(request: PrisonRequest) -> Any:
    may = request.standing.may(Action.TELL_STEP_DOWN)

    def cell(row: Any) -> object:
        if not row.untold:
            return "Yes"
        return _link_about(request, row, "wellbeing:told", "Tell") if may else tag("Not yet", "yellow")

    return cell


def _decide(request: PrisonRequest) -> tuple[Column, ...]:
    if not request.standing.may(Action.DECIDE_COHORT):
        return ()
    shown = lambda row: _link_about(request, row, "wellbeing:decide-cohort", "Decide")  # noqa: E731
    return (Column("decide", "Decide", cell=shown, export=False),)


def _link_about(request: PrisonRequest, row: Person, name: str, words: str) -> SafeString:
    url = reverse(name, args=[request.prison.pk, row.ref])
    return link(url, format_html('{}<span class="govuk-visually-hidden"> {}</span>', words, row.name))


def history_columns(request: PrisonRequest) -> tuple[Column, ...]:
    """Every decision made here, with who made it and why; today's can be taken back."""
    return (
        Column("on", "Decided", "starts_on", order=("starts_on", "pk")),
        Column("person", "Person", "person.name", order=("person__surname", "person__forename"), cell=_about(request)),
        Column("number", "Number", "person.prison_number", order=("person__prison_number",)),
        Column("cohort", "Checks", "get_cohort_display", order=("cohort",), cell=_outcome),
        Column("because", "Why", "because"),
        Column("by", "By", "decided_by", order=("decided_by__surname", "decided_by__forename")),
        Column("review", "Next review", "next_review_on", order=("next_review_on",)),
        Column("withdrawn", "Taken back", withdrawn_words, cell=_withdraw(request)),
    )


def _about(request: PrisonRequest) -> Any:
    """The name, as a link where she is still held here."""
    return lambda row: columns.about(row) if row.person.prison_id == request.prison.pk else row.person.name


def _outcome(row: CohortDecision) -> object:
    down = tag("Stepped down", "yellow") if row.stepped_down else ""
    return format_html("<span>{} {}</span>", row.get_cohort_display(), down)


def withdrawn_words(row: CohortDecision) -> str:
    """Who took a decision back, when and why; empty while it stands or was followed by another."""
    if row.withdrawn_at is None:
        return ""
    return f"{row.withdrawn_by}, {short_day(row.withdrawn_at)}: {row.withdrawn_because}"


def _withdraw(request: PrisonRequest) -> Any:
    may, here = request.standing.may(Action.DECIDE_COHORT), request.prison.pk

    def cell(row: CohortDecision) -> object:
        if row.withdrawn_at or not may or row.starts_on != request.on or row.person.prison_id != here:
            return withdrawn_words(row) or "–"
        url = reverse("wellbeing:withdraw-cohort", args=[here, row.pk])
        hidden = format_html('<span class="govuk-visually-hidden"> the decision about {}</span>', row.person.name)
        return link(url, format_html("Take back{}", hidden))

    return cell
