"""The preview of an adoption as a list: its columns, its filter, and rows that were computed instead of queried."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models.expressions import OrderBy
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from handover.adoption import day_refusal
from handover.models import Responsibility
from handover.preview import Change, Difference, Effect
from handover.preview_duties import PREVIEWED, DutyChange
from omic.formats import plural, short_day, shown
from omic.forms import DateField
from omic.lists import Column, link
from omic.models import Person, Staff, Wing
from omic.templatetags.govuk import why_link

EFFECTS = {
    Effect.RESPONSIBILITY: "Responsibility changes",
    Effect.DATES: "Dates move",
    Effect.DUTIES: "Only duties change",
    Effect.KEPT: "Stays: handed over already",
    Effect.SAME: "Nothing changes",
}
LEADS = {
    Responsibility.POM: "POM",
    Responsibility.POM_WITH_COM: "POM, COM supporting",
    Responsibility.COM: "COM, POM supporting",
}
NO_DATE = "No date"
VERBS = {"opens": "duty opens,duties open", "moves": "duty moves,duties move", "goes": "duty goes,duties go"}


class Rows(list[Change]):
    """Computed rows for a ListPage, which asks them for what it asks a queryset."""

    def order_by(self, *order: Any) -> "Rows":
        """Sorted by attribute paths; unknown last, whichever way round."""
        rows = list(self)
        for key in reversed([item for item in order if isinstance(item, OrderBy)]):
            value = partial(_at, key.expression.name.split("__"))  # type: ignore[union-attr]
            known = sorted((row for row in rows if value(row) is not None), key=value, reverse=key.descending)
            rows = [*known, *(row for row in rows if value(row) is None)]
        return Rows(rows)

    def iterator(self, chunk_size: int) -> Iterator[Change]:  # noqa: ARG002 - as a queryset's
        return iter(self)


def _at(path: Iterable[str], row: Any) -> Any:
    for name in path:
        row = None if row is None else getattr(row, name)
    return row


class DayFilter(django_filters.DateFilter):
    """The day from which the version would be in force: what is asked, not who is listed."""

    field_class = DateField

    def filter(self, people: Any, _on: date) -> Any:
        return people


class PreviewFilter(django_filters.FilterSet):
    """From which day, and of whom. Those with a duty of a kind that changes are told from the computed rows."""

    from_on = DayFilter(label="From which day?")
    pom = django_filters.ModelChoiceFilter(
        label="POM",
        empty_label="Any",
        null_label="Nobody",
        queryset=lambda request: Staff.objects.filter(pom_people__prison=request.prison).distinct(),
    )
    wing = django_filters.ModelChoiceFilter(
        label="Wing", empty_label="Any", queryset=lambda request: Wing.objects.filter(prison=request.prison)
    )
    duty = django_filters.ChoiceFilter(
        label="Duty that changes", choices=[(kind.value, kind.label) for kind in PREVIEWED], method="everybody"
    )

    class Meta:
        model = Person
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form.fields["from_on"].validators.append(self._must_be_ahead)
        self.form.fields["from_on"].initial = self.request.on

    def everybody(self, people: Any, _name: str, _kind: str) -> Any:
        return people

    def _must_be_ahead(self, on: date) -> None:
        if because := day_refusal(on, today=self.request.on):
            raise ValidationError(because)

    @property
    def from_day(self) -> date:
        """The day asked about; today where none is, or none that can be."""
        return self._asked("from_on") or self.request.on

    def with_duty(self, changes: Iterable[Change]) -> list[Change]:
        """Those of the computed rows in which a duty of the kind asked for changes; all, when none is."""
        kind = self._asked("duty")
        return [change for change in changes if not kind or any(duty.kind == kind for duty in change.duties)]

    def _asked(self, name: str) -> Any:
        return self.form.cleaned_data.get(name) if self.form.is_bound and not self.form.errors.get(name) else None


def in_words(value: Any) -> str:
    """One side of a difference: who is responsible, a day, a release date with its kind, or that there is none."""
    if isinstance(value, Responsibility):
        return LEADS[value]
    if isinstance(value, tuple):
        return f"{value[0]} {short_day(value[1])}"
    return str(shown(value)) if value else "none"


def _line(row: Difference) -> str:
    return f"{row.label}: {in_words(row.before)} → {in_words(row.after)}"


def lines(change: Change) -> list[str]:
    """What changes for one person, each thing in a line."""
    verbs = [duty.verb for duty in change.duties]
    counts = [plural(verbs.count(verb), words) for verb, words in VERBS.items() if verb in verbs]
    return [_line(row) for row in change.differences()] + counts


def _lines(change: Change) -> SafeString:
    return format_html_join("", "<div>{}</div>", ((line,) for line in lines(change)))


def columns(version: str, *, explained: bool) -> tuple[Column, ...]:
    """The preview's columns; for those who may read people's dates with links to the person and to the reasons."""
    plain = (
        Column("name", "Name", "person.name", order=("person__surname", "person__forename")),
        Column("number", "Prison number", "person.prison_number", order=("person__prison_number",)),
        Column("wing", "Wing", "person.wing.code", order=("person__wing__code",)),
        Column("pom", "POM", "person.pom", order=("person__pom__surname",)),
        Column("effect", "Effect", lambda change: EFFECTS[change.effect], order=("rank",)),
        Column("before", "Handover as it stands", "before.handover_on", order=("before__handover_on",)),
        Column("after", "Handover then", "after.handover_on", order=("after__handover_on",)),
        Column("changes", "What changes", lambda change: "; ".join(lines(change)), cell=_lines),
    )
    return tuple(_linked(column, version) for column in plain) if explained else plain


def _linked(column: Column, version: str) -> Column:
    """The column with its links: to the person, to why a date stands, and to why it would move."""
    cells: dict[str, Callable[[Change], Any]] = {
        "name": lambda change: link(_url("person", change), change.person.name),
        "before": lambda change: why_link(_url("why", change, "handover"), change.before.handover_on or NO_DATE),
        "after": lambda change: why_link(person_url(change, version), change.after.handover_on or NO_DATE),
        "effect": lambda change: link(person_url(change, version), EFFECTS[change.effect]),
    }
    return replace(column, cell=cells[column.key]) if column.key in cells else column


def person_url(change: Change, version: str) -> str:
    """Where what changes for one person is shown with its reasons."""
    return f"{_url('handover:preview-person', change, version)}?from_on={change.on}"


def _url(name: str, change: Change, *rest: str) -> str:
    return reverse(name, args=[change.person.prison_id, change.person.ref, *rest])


def by_kind(changes: Iterable[Change]) -> list[tuple[str, str, dict[str, int]]]:
    """How many duties of each kind open, move and go: (kind, its label, the counts)."""
    found: dict[str, dict[str, int]] = {}
    for duty in _duties(changes):
        counts = found.setdefault(str(duty.kind), dict.fromkeys(VERBS, 0))
        counts[duty.verb] += 1
    return [(kind.value, kind.label, found[kind]) for kind in PREVIEWED if kind in found]


def _duties(changes: Iterable[Change]) -> Iterator[DutyChange]:
    return (duty for change in changes for duty in change.duties)
