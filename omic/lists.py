"""One machine for every list page: filter, count, sort, page, print and export one queryset."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.forms import BaseForm, BoundField, MultiWidget, NullBooleanField
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.template.loader import get_template
from django.utils import timezone
from django.utils.choices import flatten_choices
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django_filters import FilterSet

from omic.exports import FORMATS, file_response
from omic.formats import shown

PER_PAGE = 50
PRINT_LIMIT = 2000  # rows on paper; the page says so when there are more
OnExport = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list.

    `value` is an attribute path ("wing.code"; what is callable is called) or a function of the row: what is exported.
    `cell` is what is shown instead: a function of the row, or a template given `row`, `value` and the list's context.
    `order` names the fields that clicking the heading sorts by; a column without it does not sort.
    """

    key: str
    heading: str
    value: str | Callable[[Any], Any] = ""
    order: tuple[str, ...] = ()
    cell: str | Callable[[Any], Any] | None = None
    numeric: bool = False
    export: bool = True

    def value_of(self, row: Any) -> Any:
        """The row's value in this column; None where the path meets nothing."""
        if not isinstance(self.value, str):
            return self.value(row)
        value = row
        for name in self.value.split("."):
            if value is None:
                return None
            value = getattr(value, name)
            value = value() if callable(value) else value
        return value

    def shown(self, row: Any, context: Mapping[str, Any]) -> Any:
        """What the row's cell shows in this column."""
        if self.cell is None:
            return shown(self.value_of(row))
        if not isinstance(self.cell, str):
            return self.cell(row)
        value = self.value_of(row) if self.value else None
        return get_template(self.cell).render({**context, "row": row, "value": value})

    def opening(self) -> SafeString:
        """The opening tag of the column's cells; the label stands beside the value where the row is drawn as a card."""
        kind = mark_safe(' class="omic-number"') if self.numeric else ""
        return format_html('<td role="cell"{} data-label="{}">', kind, self.heading)


class Heading(NamedTuple):
    """A column's heading: its sort state for `aria-sort` and the address that sorts by it, both empty if it cannot."""

    column: Column
    state: str
    url: str


class ActiveFilter(NamedTuple):
    """A filter in force, in words, and the address of the list without it."""

    label: str
    text: Any
    url: str


def link(url: str, text: object) -> SafeString:
    """A link for a cell."""
    return format_html('<a class="govuk-link" href="{}">{}</a>', url, text)


class ListPage:
    """A list as one request asks for it. `response` answers with the page, or with the file when one is asked for."""

    def __init__(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        *,
        title: str,
        columns: tuple[Column, ...],
        sort: str,
        empty: str,
        noun: str = "row,rows",
        filterset: type[FilterSet] | None = None,
        may_export: bool = False,
        on_export: OnExport | None = None,
        context: Mapping[str, Any] | None = None,
        per_page: int = PER_PAGE,
    ) -> None:
        """`sort` is a column's key, "-key" for descending; `noun` is "person,people"; `empty` says why and whether that
        is good; `on_export(format, number of rows)` is called before a file is sent; cell templates see `context`."""
        self.request, self.title, self.columns, self.empty, self.noun = request, title, columns, empty, noun
        self.may_export, self.on_export, self.context = may_export, on_export, context or {}
        self.per_page = per_page
        self.filterset = filterset(request.GET or None, queryset, request=request) if filterset else None
        self.queryset = self.filterset.qs if self.filterset else queryset
        self.sort = self._sort(request.GET.get("sort", ""), sort)

    def response(self, template: str = "omic/list.html", context: Mapping[str, Any] | None = None) -> HttpResponseBase:
        """The page drawn with `template`, or the export. Without `may_export` an export is refused."""
        if kind := self.request.GET.get("export"):
            return self._export(kind)
        drawn = {"title": self.title, "list": self, "form": self.form, **(context or {})}
        return render(self.request, template, drawn)

    def _sort(self, asked: str, otherwise: str) -> str:
        sortable = {column.key for column in self.columns if column.order}
        return asked if asked.removeprefix("-") in sortable else otherwise

    @cached_property
    def form(self) -> BaseForm | None:
        """The filter's form, if the list has a filter. Yes-or-no filters say "Any" where Django says "Unknown"."""
        fields = self.filterset.form.fields.values() if self.filterset else ()
        for field in fields:
            if isinstance(field, NullBooleanField):
                field.widget.choices = [("", "Any"), ("true", "Yes"), ("false", "No")]
        return self.filterset.form if self.filterset else None

    @cached_property
    def ordered(self) -> QuerySet[Any]:
        """The filtered rows in the order asked for: unknown last, ties by primary key, so that pages never overlap."""
        backwards = self.sort.startswith("-")
        column = next(column for column in self.columns if column.key == self.sort.removeprefix("-"))
        order = [
            OrderBy(F(name.removeprefix("-")), descending=name.startswith("-") != backwards, nulls_last=True)
            for name in column.order
        ]
        return self.queryset.order_by(*order, "pk")

    @cached_property
    def paginator(self) -> "Paginator[Any]":
        """All rows, by the page; on paper one page of as many as may be printed."""
        return Paginator(self.ordered, PRINT_LIMIT if self.printing else self.per_page)

    @cached_property
    def page(self) -> "Page[Any]":
        """The page asked for; the nearest there is, if there is no such page."""
        return self.paginator.get_page(1 if self.printing else self.request.GET.get("page"))

    @property
    def printing(self) -> bool:
        """Whether the list is asked for on paper: every row at once."""
        return self.request.GET.get("print") == "1"

    @property
    def count(self) -> int:
        """How many rows there are, on all pages."""
        return self.paginator.count

    def rows(self) -> Iterator[list[tuple[SafeString, Any]]]:
        """The page's rows, each as (opening tag, what the cell shows). Tags are made once: cells are a list's cost."""
        columns = [(column.opening(), column) for column in self.columns]
        for row in self.page:
            yield [(opening, column.shown(row, self.context)) for opening, column in columns]

    def headings(self) -> list[Heading]:
        """The columns with their sort links: the sorted one turns round, the others sort ascending."""
        return [self._heading(column) for column in self.columns]

    def _heading(self, column: Column) -> Heading:
        if not column.order:
            return Heading(column, "", "")
        states = {column.key: "ascending", f"-{column.key}": "descending"}
        turned = f"-{column.key}" if self.sort == column.key else column.key
        return Heading(column, states.get(self.sort, "none"), self.url(sort=turned))

    def active_filters(self) -> list[ActiveFilter]:
        """The filters in force, each with the address that drops it."""
        if not self.form or not self.form.is_bound:
            return []
        values = {name: value for name, value in self.form.cleaned_data.items() if not _is_blank(value)}
        return [self._active_filter(self.form[name], value) for name, value in values.items()]

    def _active_filter(self, field: BoundField, value: Any) -> ActiveFilter:
        widget = field.field.widget
        boxes = widget.widgets_names if isinstance(widget, MultiWidget) else []  # type: ignore[attr-defined]
        dropped = dict.fromkeys([field.html_name, *(field.html_name + box for box in boxes)])
        return ActiveFilter(str(field.label), _in_words(field, value), self.url(**dropped))

    def page_links(self) -> list[tuple[str, str, bool]]:
        """(text, address, whether current) for the pagination; a gap has no address."""
        numbers = self.paginator.get_elided_page_range(self.page.number, on_each_side=1, on_ends=1)
        return [(str(n), self.url(page=n) if isinstance(n, int) else "", n == self.page.number) for n in numbers]

    def previous_url(self) -> str:
        """The page before, or nothing."""
        return self.url(page=self.page.previous_page_number()) if self.page.has_previous() else ""

    def next_url(self) -> str:
        """The page after, or nothing."""
        return self.url(page=self.page.next_page_number()) if self.page.has_next() else ""

    def print_url(self) -> str:
        """Every row at once, as filtered and sorted."""
        return self.url(print=1)

    def export_urls(self) -> list[tuple[str, str]]:
        """(name, address) of the files to download; none for those who may not export."""
        names = {"csv": "CSV", "xlsx": "Excel"}
        return [(names[kind], self.url(export=kind)) for kind in FORMATS] if self.may_export else []

    def url(self, **changes: object) -> str:
        """This list's address with some of the query string changed; None drops a key. A change starts at page one."""
        query = self.request.GET.copy()
        for key in ("page", "print", "export", *changes):
            query.pop(key, None)
        query.update({key: str(value) for key, value in changes.items() if value is not None})
        return f"?{query.urlencode()}"

    def _export(self, kind: str) -> HttpResponseBase:
        if not self.may_export:
            raise PermissionDenied
        if kind not in FORMATS:
            raise Http404
        if self.on_export:
            self.on_export(kind, self.count)
        columns = [column for column in self.columns if column.export and column.value]
        rows = ([column.value_of(row) for column in columns] for row in self.ordered.iterator(chunk_size=2000))
        prison = getattr(self.request, "prison", None)
        name = "-".join(filter(None, (slugify(self.title), prison and prison.code, f"{timezone.localdate():%Y-%m-%d}")))
        return file_response(kind, name, [column.heading for column in columns], rows)


def _is_blank(value: Any) -> bool:
    return value in (None, "", []) or (isinstance(value, QuerySet) and not value)


def _in_words(field: BoundField, value: Any) -> Any:
    """A filter's value as its form words it. Model choices word themselves, without asking the database again."""
    choices = () if hasattr(field.field, "queryset") else getattr(field.field, "choices", ())
    pairs: Any = flatten_choices(choices)
    labels = {str(key): label for key, label in pairs}
    values = value if isinstance(value, list | tuple | QuerySet) else [value]
    return shown([labels.get(str(item), item) for item in values])
