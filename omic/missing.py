"""Missing details: what is not recorded about whom, and what that blocks. Each app says what it misses, once.

`settings.MISSING_DETAILS` name the apps' tuples of `Missing`; list, counts and the page that enters details read them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial, reduce
from operator import or_
from typing import Any

import django_filters
from django.conf import settings
from django.db.models import BooleanField, Case, FilteredRelation, Q, QuerySet, When
from django.http import HttpResponseBase
from django.urls import path, reverse
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from omic import audit
from omic.access import Action, requires
from omic.context import Tile
from omic.counting import kept, tally
from omic.http import PrisonRequest
from omic.lists import Column, ListPage, link
from omic.models import Person, Prison, Wing


@dataclass(frozen=True, slots=True)
class Missing:
    """One detail that people lack: `of(day)` finds them among people, `blocks` says what cannot be told without it.

    `by_roll` details come with the roll and cannot be typed in; those of `women` are asked of nobody else. `joins` are
    the rows beside a person that `of` reads by these names, one at the most: joined once for all details, where a
    question for each would be asked of everyone.
    """

    key: str
    label: str
    blocks: str
    of: Callable[[date], Q]
    by_roll: bool = False
    joins: Mapping[str, FilteredRelation] = field(default_factory=dict)
    women: bool = False


@cache
def checks() -> tuple[Missing, ...]:
    """Everything that can be missing, in the order of the list."""
    return tuple(check for name in settings.MISSING_DETAILS for check in import_string(name))


def joined(people: QuerySet[Person]) -> QuerySet[Person]:
    """People among whom `of` of every check can be asked."""
    # A clone each time: a query writes its own names into what it is given.
    return people.alias(**{name: rows.clone() for check in checks() for name, rows in check.joins.items()})


def with_missing(people: QuerySet[Person], on: date) -> QuerySet[Person]:
    """People with a column `missing_<key>` for each detail."""
    columns = {
        f"missing_{check.key}": Case(When(check.of(on), then=True), default=False, output_field=BooleanField())
        for check in checks()
    }
    return joined(people).annotate(**columns)


def lacking(people: QuerySet[Person], on: date) -> QuerySet[Person]:
    """Those who lack anything."""
    anything = Q(pk__in=[])
    for check in checks():
        anything |= Q(**{f"missing_{check.key}": True})
    return with_missing(people, on).filter(anything)


@kept
def lack_counts(prison: Prison, on: date) -> QuerySet[Any]:
    """How many people of a prison lack `anything`, and how many each detail (`missing_<key>`)."""
    each = {f"missing_{check.key}": check.of(on) for check in checks()}
    return tally(joined(prison.people.all()), anything=reduce(or_, each.values()), **each)


def missing_of(person: Person) -> list[Missing]:
    """What a person from `with_missing` lacks."""
    return [check for check in checks() if getattr(person, f"missing_{check.key}")]


class MissingFilter(django_filters.FilterSet):
    """By what is missing, and by wing."""

    what = django_filters.ChoiceFilter(label="Missing", empty_label="Anything", method="lacking_what")
    wing = django_filters.ModelChoiceFilter(
        label="Wing", empty_label="Any", queryset=lambda request: Wing.objects.filter(prison=request.prison)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = [check for check in checks() if self.request.prison.women or not check.women]
        self.filters["what"].extra["choices"] = [(check.key, check.label) for check in asked]

    def lacking_what(self, people: QuerySet[Person], _name: str, key: str) -> QuerySet[Person]:
        return people.filter(**{f"missing_{key}": True})


def _labels(person: Person) -> str:
    return ", ".join(check.label for check in missing_of(person))


def _blocked(person: Person) -> str:
    return "; ".join(dict.fromkeys(check.blocks for check in missing_of(person)))


def _person_link(person: Person) -> SafeString:
    return link(reverse("person", args=[person.prison_id, person.ref]), person.name)


COLUMNS = (
    Column("name", "Name", "name", order=("surname", "forename"), cell=_person_link),
    Column("number", "Prison number", "prison_number", order=("prison_number",)),
    Column("wing", "Wing", "wing.code", order=("wing__code",)),
    Column("arrived", "Arrived", "arrived_on", order=("arrived_on",)),
    Column("pom", "POM", "pom", order=("pom__surname", "pom__forename")),
    Column("missing", "Missing", _labels),
    Column("blocks", "What that blocks", _blocked),
    Column("enter", "Enter", cell="omic/_enter_details.html", export=False),
)


@requires(Action.EDIT_DETAILS)
def missing_details(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Who lacks a detail that a rule needs, what it is, and what it blocks."""
    people = lacking(request.prison.people.all(), request.on).select_related("wing", "pom")
    page = ListPage(
        request,
        people,
        title="Missing details",
        columns=COLUMNS,
        sort="name",
        noun="person,people",
        filterset=MissingFilter,
        empty="Nothing is missing: every tier is settled and every handover date can be worked out. That is good.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "missing-details"),
        context={
            "may_enter_tier": request.standing.may(Action.ENTER_TIER),
            "may_screen": request.standing.may(Action.SCREEN_COMPLEXITY),
        },
    )
    lede = "People about whom something is not recorded that a rule needs. Nothing is guessed: what it blocks says so."
    return page.response(context={"lede": lede})


def home_tiles(request: PrisonRequest) -> list[Tile]:
    """How many people lack something, for those who can enter it."""
    if not request.standing.may(Action.EDIT_DETAILS):
        return []
    count = lack_counts(request.prison, request.on)["anything"]
    return [Tile(count, "people with missing details", reverse("missing-details", args=[request.prison.pk]))]


urls = [path("allocation/missing/", missing_details, name="missing-details")]
