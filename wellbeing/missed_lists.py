"""The lists of missed checks and of who is not yet seen today: their columns and filters."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from keywork import columns
from keywork.policy import GROUP_WORDS
from omic.formats import short_moment
from omic.lists import Column, link
from omic.models import Obligation, ObligationKind, Person, Prison, Wing
from omic.templatetags.govuk import tag

KINDS = (("daily", "Daily checks"), ("weekly", "Weekly checks"))


def _wings(request: HttpRequest | None) -> QuerySet[Wing]:
    return request.prison.wings.all()  # type: ignore[union-attr]


class MissedFilter(django_filters.FilterSet):
    """By wing, kind of check, yesterday alone, and whether it was followed up; of `people_missed`."""

    wing = django_filters.ModelChoiceFilter(queryset=_wings, label="Wing", empty_label="Any")
    kind = django_filters.ChoiceFilter(choices=KINDS, method="by_kind", label="Check", empty_label="Any")
    yesterday = django_filters.ChoiceFilter(
        choices=(("true", "Missed yesterday"),), method="by_day", label="When", empty_label="The last 14 days"
    )
    followed = django_filters.ChoiceFilter(
        choices=(("no", "To follow up"), ("yes", "Followed up")),
        method="by_follow_up",
        label="Followed up",
        empty_label="Either",
    )

    def by_kind(self, people: QuerySet[Any], _name: str, kind: str) -> QuerySet[Any]:
        """Who missed a check of that kind."""
        return people.filter(days__gt=0) if kind == "daily" else people.filter(weeks__gt=0)

    def by_day(self, people: QuerySet[Any], _name: str, _yesterday: str) -> QuerySet[Any]:
        """Who was missed yesterday."""
        return people.filter(yesterday=True)

    def by_follow_up(self, people: QuerySet[Any], _name: str, answer: str) -> QuerySet[Any]:
        """Whether anything was recorded about the last check missed."""
        return people.filter(note="") if answer == "no" else people.exclude(note="")


class NotSeenFilter(django_filters.FilterSet):
    """By wing and kind of check, of checks not yet made."""

    wing = django_filters.ModelChoiceFilter(queryset=_wings, field_name="person__wing", label="Wing", empty_label="Any")
    kind = django_filters.ChoiceFilter(choices=KINDS, method="by_kind", label="Check", empty_label="Any")

    def by_kind(self, checks: QuerySet[Obligation], _name: str, kind: str) -> QuerySet[Obligation]:
        """The checks of that kind."""
        daily = ObligationKind.DAILY_CHECK
        return checks.filter(kind=daily if kind == "daily" else ObligationKind.WEEKLY_CHECK)


def _seen_words(row: Any) -> str:
    return f"{short_moment(row.seen_at)} by {row.seen_by}" if row.seen_at else "Never"


LAST_SEEN = Column(
    "seen",
    "Last seen",
    _seen_words,
    order=("unseen_since",),
    cell=lambda row: _seen_words(row) if row.seen_at else tag("Never", "red"),
)


def missed_columns(prison: Prison) -> tuple[Column, ...]:
    """Who was missed when, how often and for how long, who last saw them, and what was done about it."""
    return (
        Column("person", "Person", "name", order=("surname", "forename"), cell=lambda row: _name(row, prison)),
        columns.NUMBER,
        Column("where", "Where", lambda row: _place(row, prison), order=("wing__code", "cell")),
        Column(
            "missed", "Last missed", "missed_on", order=("-yesterday", "-in_a_row", "unseen_since"), cell=_missed_cell
        ),
        Column("row", "Days in a row", "in_a_row", order=("in_a_row",), numeric=True),
        Column("days", "Days of 14", "days", order=("days",), numeric=True),
        Column("weeks", "Weekly checks", "weeks", order=("weeks",), numeric=True),
        LAST_SEEN,
        Column("note", "Followed up", "note", order=("note",), cell=lambda row: _follow_up(row, prison)),
    )


def _name(row: Person, prison: Prison) -> str:
    """Who has left has no page here any more."""
    return link(columns.person_url(row), row.name) if row.prison_id == prison.pk else row.name


def _place(row: Person, prison: Prison) -> str:
    return columns.place(row) if row.prison_id == prison.pk else "No longer here"


def _missed_cell(row: Any) -> SafeString:
    yesterday = tag("Yesterday", "red") if row.yesterday else ""
    return format_html("{} {}", rota_day(row.missed_on), yesterday)


def rota_day(on: date) -> str:
    """A weekday with its day, as somebody reads a rota: Tue 17 Nov."""
    return f"{on:%a} {on.day} {on:%b}"


def _follow_up(row: Any, prison: Prison) -> SafeString:
    words = "Open" if row.note else "Follow up"
    hidden = format_html('<span class="govuk-visually-hidden"> {}</span>', row.name)
    done = mark_safe("Yes. ") if row.note else ""
    return format_html(
        "{}{}",
        done,
        link(reverse("wellbeing:follow-up", args=[prison.pk, row.newest]), format_html("{}{}", words, hidden)),
    )


def not_seen_columns() -> tuple[Column, ...]:
    """Who is still to be seen today, where, and who last saw them."""
    return (
        Column("person", "Person", "person.name", order=("person__surname", "person__forename"), cell=columns.about),
        Column("number", "Number", "person.prison_number", order=("person__prison_number",)),
        Column(
            "where",
            "Where",
            lambda row: columns.place(row.person),
            order=("person__wing__code", "person__cell"),
            cell=_where_now,
        ),
        Column("kind", "Check", "get_kind_display", order=("kind",)),
        LAST_SEEN,
        Column("groups", "Priority", _group_words),
    )


def _group_words(row: Obligation) -> str:
    return ", ".join(GROUP_WORDS[group] for group in row.priority_groups)


def _where_now(row: Obligation) -> SafeString:
    away = tag(row.person.get_presence_display(), "grey") if row.person.presence != "in" else ""
    return format_html("{} {}", columns.place(row.person) or "–", away)
