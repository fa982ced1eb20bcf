"""The lists of priority groups: who is in one, what waits for a decision, what waits for the PGD; their columns."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import django_filters
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from keywork import columns
from keywork.models import PriorityDecision, PriorityGroup
from keywork.policy import GROUP_WORDS
from keywork.priority import OPEN_ACCT, POST_CLOSURE, SELF_HARM, SHORT, TACT
from keywork.regime import in_force
from keywork.rules import Priority
from keywork.rules.priority import HIGH_ROSH
from omic.access import Action
from omic.formats import short_day
from omic.http import PrisonRequest
from omic.lists import Column, link
from omic.models import Alert, Person, Prison
from omic.policy import Outcome
from omic.templatetags.govuk import tag


class Ask(StrEnum):
    """Why a decision is asked for, most pressing first."""

    POST_CLOSURE = "post_closure"
    SELF_HARM = "self_harm_alert"
    UNKNOWN_ROSH = "unknown_rosh"
    UNKNOWN_TACT = "unknown_tact"
    NO_IRMM = "no_irmm"


ASKS: dict[Ask, tuple[str, PriorityGroup]] = {
    Ask.POST_CLOSURE: ("ACCT in post-closure: keep as a priority?", PriorityGroup.ACCT_POST_CLOSURE),
    Ask.SELF_HARM: ("Self-harm alert without an ACCT", PriorityGroup.ACCT_POST_CLOSURE),
    Ask.UNKNOWN_ROSH: ("High RoSH, release date unknown or past", PriorityGroup.HIGH_ROSH),
    Ask.UNKNOWN_TACT: ("TACT, release date unknown or past", PriorityGroup.TACT),
    Ask.NO_IRMM: ("High RoSH: no IRMM recommendation yet", PriorityGroup.HIGH_ROSH),
}
UNKNOWN_DATE = (Ask.UNKNOWN_ROSH, Ask.UNKNOWN_TACT)
Found = Mapping[int, Outcome[Priority]]


# --- people ----------------------------------------------------------------------------------------------------------


def in_a_group(people: QuerySet[Person], found: Found) -> QuerySet[Person]:
    """Those whom the rule finds in a group, with the groups as `priority`."""
    by_groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for pk, outcome in found.items():
        if outcome.value.groups:
            by_groups[tuple(map(str, outcome.value.groups))].append(pk)
    kind = ArrayField(CharField())
    whens = [When(pk__in=pks, then=Value(list(groups), output_field=kind)) for groups, pks in by_groups.items()]
    wanted = [pk for pks in by_groups.values() for pk in pks]
    return people.filter(pk__in=wanted).annotate(priority=Case(*whens, default=Value([], kind), output_field=kind))


def to_decide(people: QuerySet[Person], on: date) -> QuerySet[Person]:
    """Those about whom somebody must decide, with a yes or no for each `Ask`; `urgency` is 0 for the most pressing."""
    acct, high, unknown = _alert(OPEN_ACCT), Q(details__rosh__in=HIGH_ROSH), ~Q(earliest_release_on__gte=on)
    irmm, post_closure = ~_decided(PriorityGroup.HIGH_ROSH, on), _alert(POST_CLOSURE)
    undecided = ~acct & ~_decided(PriorityGroup.ACCT_POST_CLOSURE, on)
    asks = {
        Ask.POST_CLOSURE: post_closure & undecided,
        Ask.SELF_HARM: _alert(SELF_HARM) & ~post_closure & undecided,
        Ask.UNKNOWN_ROSH: high & unknown & irmm,
        Ask.UNKNOWN_TACT: _alert(TACT) & unknown & ~_decided(PriorityGroup.TACT, on),
        Ask.NO_IRMM: high & Q(earliest_release_on__gte=on) & irmm,
    }
    annotated = people.annotate(
        **{
            name: Case(When(asked, then=True), default=False, output_field=BooleanField())
            for name, asked in asks.items()
        }
    )
    rank = Case(*(When(**{name: True}, then=Value(number)) for number, name in enumerate(Ask)), default=Value(len(Ask)))
    return annotated.filter(_any(Ask)).annotate(urgency=rank)


def _any(asks: Iterable[Ask]) -> Q:
    wanted = Q()
    for name in asks:
        wanted |= Q(**{name: True})
    return wanted


def unknown_dates(people: QuerySet[Person]) -> QuerySet[Person]:
    """Of people `to_decide`, those whose release date is unknown, or has passed while they are still here."""
    return people.filter(_any(UNKNOWN_DATE))


def _alert(code: str) -> Q:
    return Q(Exists(Alert.objects.filter(person=OuterRef("pk"), code=code, ends_on=None)))


def _decided(group: PriorityGroup, on: date) -> Q:
    return Q(Exists(in_force(PriorityDecision.objects.filter(person=OuterRef("pk"), group=group), on)))


def local_additions(prison: Prison, on: date) -> QuerySet[PriorityDecision]:
    """Local additions that stand or are still to come, of people held here; `waiting` for the PGD first (PG-5)."""
    rows = prison.priority_decisions.standing().filter(group=PriorityGroup.LOCAL, included=True, person__prison=prison)
    rows = rows.exclude(ends_on__lte=on).select_related("person__wing", "decided_by", "pgd_decided_by")
    return rows.annotate(waiting=Case(When(pgd_agreed=None, then=True), default=False, output_field=BooleanField()))


# --- filters ---------------------------------------------------------------------------------------------------------


class AskFilter(django_filters.FilterSet):
    """By wing and by what is asked, of people `to_decide`."""

    wing = django_filters.ModelChoiceFilter(
        queryset=lambda request: request.prison.wings.all(), label="Wing", empty_label="Any"
    )
    why = django_filters.ChoiceFilter(
        choices=[("unknown_date", "Release date unknown"), *((name.value, words) for name, (words, _) in ASKS.items())],
        method="by_ask",
        label="What is asked",
        empty_label="Anything",
    )

    def by_ask(self, people: QuerySet[Person], _name: str, why: str) -> QuerySet[Person]:
        """One question, or both of those about an unknown date."""
        return unknown_dates(people) if why == "unknown_date" else people.filter(**{why: True})


class LocalFilter(django_filters.FilterSet):
    """By whether the PGD has still to answer, of `local_additions`."""

    waiting = django_filters.BooleanFilter(label="Waits for the PGD")


# --- columns ---------------------------------------------------------------------------------------------------------

RELEASE = Column("release", "Release", "earliest_release_on", order=("earliest_release_on",))


def group_columns(request: PrisonRequest, found: Found, decided: Iterable[PriorityDecision]) -> tuple[Column, ...]:
    """Who is in which group, in which window, and who decided what."""
    by_person: dict[int, list[PriorityDecision]] = defaultdict(list)
    for decision in decided:
        by_person[decision.person_id].append(decision)
    return (
        *columns.who(request),
        columns.WHERE,
        Column("groups", "Groups", columns.priority_words, cell=lambda row: columns.PRIORITY.shown(row, {})),
        Column("window", "Window", lambda row: _windows(found[row.pk].value)),
        Column("decided", "Decided", lambda row: "; ".join(map(decided_words, by_person[row.pk]))),
        columns.KEY_WORKER,
    )


def _windows(value: Priority) -> str:
    """The windows of the groups that hold."""
    held = [(group, value.windows[group]) for group in value.groups if group in value.windows]
    return "; ".join(
        f"{GROUP_WORDS[group]}: {short_day(window.opens_on)} to {short_day(window.closes_on)}" for group, window in held
    )


def decided_words(decision: PriorityDecision) -> str:
    """One decision in a sentence: about what, yes or no, for how long, by whom and until when."""
    answer = "yes" if decision.included else "no"
    if decision.length:
        answer += f", {decision.length} {'weeks' if decision.group == PriorityGroup.HIGH_ROSH else 'months'}"
    until = f", until {short_day(decision.ends_on)}" if decision.ends_on else ""
    made = f"{SHORT[PriorityGroup(decision.group)]}: {answer}, by {decision.decided_by}"
    return f"{made} on {short_day(decision.decided_at)}{until}{_of_the_pgd(decision)}"


def _of_the_pgd(decision: PriorityDecision) -> str:
    if decision.group != PriorityGroup.LOCAL or not decision.included:
        return ""
    words = {None: "waits for the PGD", True: "agreed by the PGD", False: "not agreed by the PGD"}
    return f", {words[decision.pgd_agreed]}"


def ask_columns(request: PrisonRequest) -> tuple[Column, ...]:
    """Who, what is asked, and for whoever may decide the way to the answer."""
    may = request.standing.may(Action.DECIDE_PRIORITY)
    shown = _asked_links if may else _asked_tags
    asked = Column("asked", "To decide", _asked_words, order=("urgency", "earliest_release_on"), cell=shown)
    return (*columns.who(request), columns.WHERE, asked, RELEASE, columns.KEY_WORKER)


def _asked(person: Person) -> list[Ask]:
    return [name for name in Ask if getattr(person, name)]


def _asked_words(person: Person) -> str:
    return "; ".join(ASKS[name][0] for name in _asked(person))


def _asked_tags(person: Person) -> SafeString:
    return format_html_join(" ", "{}", ((tag(ASKS[name][0], "yellow"),) for name in _asked(person)))


def _asked_links(person: Person) -> SafeString:
    links = ((link(decide_url(person, ASKS[name][1]), ASKS[name][0]),) for name in _asked(person))
    return format_html_join(mark_safe("<br>"), "{}", links)


def decide_url(person: Person, group: str) -> str:
    """Where one decides about somebody and a group."""
    return reverse("keywork:decide-priority", args=[person.prison_id, person.ref, group])


def local_columns(request: PrisonRequest) -> tuple[Column, ...]:
    """Whom the governor wants to add, why, and what the PGD says."""
    may = request.standing.may
    number = Column("number", "Number", "person.prison_number", order=("person__prison_number",))
    name = Column(
        "person",
        "Person",
        "person.name",
        order=("person__surname", "person__forename"),
        cell=lambda row: link(columns.person_url(row.person), row.person.name),
    )
    answered: Any = _answer_link if may(Action.APPROVE_LOCAL_GROUP) else _answer
    return (
        *((name, number) if may(Action.SEE_PERSON) else (number,)),
        Column("because", "Why", "because"),
        Column("from", "From", "starts_on", order=("starts_on",)),
        Column("until", "Until", "ends_on", order=("ends_on",)),
        Column("by", "Decided by", "decided_by", order=("decided_by__surname", "decided_by__forename")),
        Column("pgd", "PGD", _answer_words, order=("-waiting", "starts_on"), cell=answered),
    )


def _answer_words(row: PriorityDecision) -> str:
    if row.pgd_agreed is None:
        return "Waits for the PGD"
    return f"{'Agreed' if row.pgd_agreed else 'Not agreed'} by {row.pgd_decided_by}, {short_day(row.pgd_decided_at)}"


def _answer(row: PriorityDecision) -> SafeString:
    colour = {None: "yellow", True: "green", False: "grey"}[row.pgd_agreed]
    words = {None: "Waiting", True: "Agreed", False: "Not agreed"}[row.pgd_agreed]
    return format_html("{} {}", tag(words, colour), "" if row.pgd_agreed is None else _answer_words(row))


def _answer_link(row: PriorityDecision) -> SafeString:
    if row.pgd_agreed is not None:
        return _answer(row)
    url = reverse("keywork:answer-local", args=[row.prison_id, row.pk])
    hidden = format_html('<span class="govuk-visually-hidden"> about {}</span>', row.person.prison_number)
    return link(url, format_html("Answer{}", hidden))
