"""How key workers and their cover are listed: columns and filters. Rows come from `keywork.staffing`."""

from datetime import date
from functools import partial
from typing import Any

import django_filters
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from keywork import columns
from keywork.lists import with_key_work
from keywork.models import Absence
from keywork.rules import policy_on
from keywork.staffing import cover_needed, lacking, staff_of
from omic.access import Action
from omic.formats import plural, short_day
from omic.forms import DateField
from omic.http import PrisonRequest
from omic.lists import Column, link
from omic.models import Cover, Person, Staff, Wing
from omic.templatetags.govuk import due, tag

HERE, AWAY = "here", "away"


def status_words(worker: Any) -> str:
    """What a key worker is today, and what is to come: "Active", "Annual leave"."""
    return Absence(worker.absence).label if worker.absence else "Active"


def training_words(worker: Any, *, on: date) -> str:
    """Trained, or what is missing of what the gate asks for here (KW-06)."""
    courses = lacking(worker, on=on)
    return f"Missing: {', '.join(course.label for course in courses)}" if courses else "Trained"


def half_days_words(worker: Any, *, on: date) -> str:
    """Learning half-days of the year, of those owed (KW-06)."""
    return f"{worker.half_days} of {policy_on(on).learning_half_days_a_year}"


def status_tag(worker: Any) -> SafeString:
    """The status as a tag, with the next absence below it."""
    now = tag(status_words(worker), "yellow" if worker.absence else "green")
    if not worker.away_from:
        return now
    return format_html("<span>{}<br>{} from {}</span>", now, *_ahead(worker))


def _ahead(worker: Any) -> tuple[str, str]:
    return Absence(worker.next_absence).label, short_day(worker.away_from)


def _name(code: str, worker: Any) -> SafeString:
    page = link(reverse("keywork:staff-member", args=[code, worker.pk]), worker)
    return format_html("<span>{} {}</span>", page, tag("Champion", "purple")) if worker.champion else page


def _training(on: date, worker: Any) -> SafeString:
    return tag(training_words(worker, on=on), "green" if worker.trained else "red")


def _ceiling(worker: Any) -> str:
    return f"{worker.ceiling} until {short_day(worker.ceiling_until)}" if worker.ceiling_until else str(worker.ceiling)


def _cover(code: str, worker: Any) -> SafeString | str:
    covers = f"Covers {plural(worker.covering, 'person,people')}" if worker.covering else ""
    if not worker.cover_needed:
        return covers or "–"
    url = f"{reverse('keywork:cover', args=[code])}?key_worker={worker.pk}"
    needed = link(url, f"{plural(worker.cover_needed, 'person needs,people need')} cover")
    return format_html("<span>{}{}{}</span>", needed, "; " * bool(covers), covers)


def staff_columns(request: PrisonRequest) -> tuple[Column, ...]:
    """The columns of a prison's key workers."""
    name, code, on = ("surname", "forename"), request.prison.pk, request.on
    return (
        Column("name", "Key worker", str, order=name, cell=partial(_name, code)),
        Column("status", "Status", status_words, order=("rank", *name), cell=status_tag),
        Column("back", "Back on", "returns_on", order=("returns_on",)),
        Column("load", "People", "load", order=("load",), cell="keywork/staff_load.html"),
        Column("ceiling", "Ceiling", "ceiling", order=("ceiling",), cell=_ceiling),
        Column("training", "Training", partial(training_words, on=on), order=("trained",), cell=partial(_training, on)),
        Column("half_days", "Learning half-days", partial(half_days_words, on=on), order=("half_days",)),
        Column("wings", "Wings", "wing_codes", order=("wing_codes",)),
        Column("hours", "Hours a week", "profiled_hours", order=("profiled_hours",), numeric=True),
        Column("cover", "Cover", "cover_needed", order=("cover_needed",), cell=partial(_cover, code)),
    )


def _wings(request: HttpRequest | None) -> QuerySet[Wing]:
    return request.prison.wings.all()  # type: ignore[union-attr]


class StaffFilter(django_filters.FilterSet):
    """By status, training, load and wing, of rows of `staff_of`."""

    status = django_filters.ChoiceFilter(
        choices=((HERE, "Active"), (AWAY, "Away"), *Absence.choices),
        method="by_status",
        label="Status",
        empty_label="Any",
    )
    trained = django_filters.BooleanFilter(label="Trained")
    load = django_filters.ChoiceFilter(
        choices=(("over", "Over target"), ("full", "At or above the ceiling"), ("room", "Room for more")),
        method="by_load",
        label="People",
        empty_label="Any",
    )
    wing = django_filters.ModelChoiceFilter(queryset=_wings, method="on_wing", label="Wing", empty_label="Any")

    def by_status(self, staff: QuerySet[Staff], _name: str, status: str) -> QuerySet[Staff]:
        """Here, away, or away for one reason."""
        return staff.filter(absent=status == AWAY) if status in (HERE, AWAY) else staff.filter(absence=status)

    def by_load(self, staff: QuerySet[Staff], _name: str, load: str) -> QuerySet[Staff]:
        """Whoever is over target may have room still."""
        return staff.filter({"over": Q(over_target=True), "full": Q(full=True), "room": Q(full=False)}[load])

    def on_wing(self, staff: QuerySet[Staff], _name: str, wing: Wing) -> QuerySet[Staff]:
        """Those who work on a wing."""
        return staff.filter(wing_codes__contains=[wing.code])


class DayFilter(django_filters.DateFilter):
    """Which day is asked about."""

    field_class = DateField


def people_to_cover(request: PrisonRequest, on: date) -> QuerySet[Person]:
    """Whose key worker is away on a day without a stand-in, with when they are next owed a session."""
    people = with_key_work(cover_needed(request.prison, on=on), on=request.on)
    return people.select_related("wing", "key_worker")


class CoverFilter(django_filters.FilterSet):
    """People who need cover, on which day, by key worker and wing."""

    day = DayFilter(method="on_day", label="On which day?")
    key_worker = django_filters.ModelChoiceFilter(
        queryset=lambda request: Staff.objects.filter(key_people__prison=request.prison).distinct(),
        label="Key worker",
        empty_label="Any",
    )
    wing = django_filters.ModelChoiceFilter(queryset=_wings, label="Wing", empty_label="Any")

    def on_day(self, _people: QuerySet[Person], _name: str, day: date) -> QuerySet[Person]:
        """The first filter, so that the others narrow what it starts from. Days that have passed are today."""
        return people_to_cover(self.request, max(day, self.request.on))

    @property
    def chosen_day(self) -> date:
        """The day asked about; today where none is, or one that has passed."""
        asked = self.form.cleaned_data.get("day") if self.is_bound and self.form.is_valid() else None
        return max(asked or self.request.on, self.request.on)


def why_away(person: Any) -> str:
    """Why somebody's key worker is not there, in words."""
    return Absence(person.away_kind).label if person.away_kind else "No longer a key worker here"


def needed_columns(request: PrisonRequest) -> tuple[Column, ...]:
    """The columns of people who need cover."""
    return (
        *columns.who(request),
        columns.WHERE,
        columns.KEY_WORKER,
        Column("why", "Why", why_away, order=("away_kind",)),
        Column("until", "Back on", "returns_on", order=("returns_on",)),
        Column("next", "Next session due", "next_due_on", order=("next_due_on",), cell=partial(_next_due, request.on)),
    )


def _next_due(on: date, person: Any) -> Any:
    return due(person.next_due_on, on) if person.next_due_on else "Nothing owed now"


def cover_columns(request: PrisonRequest) -> tuple[Column, ...]:
    """The columns of cover in place and to come; managers may end it."""
    end = Column("end", "End", cell="keywork/cover_end.html", export=False)
    if request.standing.may(Action.SEE_PERSON):
        name = ("person__surname", "person__forename")
        who = Column("person", "Person", "person.name", order=name, cell=_opened)
    else:
        who = Column("person", "Number", "person.prison_number", order=("person__prison_number",))
    return (
        who,
        Column("key_worker", "Key worker", "person.key_worker", order=("person__key_worker__surname",)),
        Column("stand_in", "Stand-in", "staff", order=("staff__surname", "staff__forename")),
        Column("from", "From", "starts_on", order=("starts_on",)),
        Column("until", "Until", "ends_on", order=("ends_on",)),
        Column("why", "Why", "because"),
        *((end,) if request.standing.may(Action.MANAGE_KEY_WORKERS) else ()),
    )


def _opened(row: Cover) -> SafeString:
    return link(columns.person_url(row.person), row.person.name)


class InPlaceFilter(django_filters.FilterSet):
    """Cover by who stands in."""

    staff = django_filters.ModelChoiceFilter(
        queryset=lambda request: staff_of(request.prison, on=request.on), label="Stand-in", empty_label="Anybody"
    )
    begun = django_filters.BooleanFilter(method="by_begin", label="Begun")

    def by_begin(self, covers: QuerySet[Cover], _name: str, begun: bool) -> QuerySet[Cover]:
        """In place today, or still to come."""
        today = Q(starts_on__lte=self.request.on)
        return covers.filter(today if begun else ~today).order_by(F("starts_on"))
