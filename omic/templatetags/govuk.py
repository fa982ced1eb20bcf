"""The tags and filters every template has without loading them (settings name this library as built in)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import template
from django.forms import BaseForm
from django.http import HttpRequest
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from omic import formats
from omic.context import Tab, Tile

register = template.Library()
for written in (formats.day, formats.short_day, formats.clock, formats.moment, formats.minutes, formats.plural):
    register.filter(written)


@register.filter
def known(value: Any) -> Any:
    """The value as a page shows it, or "Not known" for nothing."""
    return "Not known" if value is None or value == "" else formats.shown(value)


@register.simple_tag
def tag(text: object, colour: str = "") -> SafeString:
    """A status tag. Colour only repeats what the words say; the default is blue."""
    return format_html('<strong class="govuk-tag{}">{}</strong>', f" govuk-tag--{colour}" if colour else "", text)


@register.simple_tag
def due(on: date | None, today: date, closed: bool = False) -> str:
    """When something is due, seen from `today`: late in red, today in yellow, later or closed as a plain date."""
    if on is None:
        return "No date"
    late = (today - on).days
    if closed or late < 0:
        return formats.short_day(on)
    return tag(f"{formats.plural(late, 'day,days')} overdue", "red") if late else tag("Due today", "yellow")


@register.simple_tag(name="why")
def why_link(url: str, value: Any) -> SafeString:
    """A computed date or answer, linked to the page that explains it; "Not known" is explained too."""
    text = formats.day(value) if isinstance(value, date) else known(value)
    return format_html(
        '<a class="govuk-link omic-why" href="{}">{}<span class="govuk-visually-hidden"> (why)</span></a>', url, text
    )


@register.inclusion_tag("govuk/summary_row.html")
def summary_row(key: str, value: Any, href: str = "", action: str = "Change", why: str = "") -> dict[str, Any]:
    """One row of a `<dl class="govuk-summary-list">`: `why` links the value to its why page, `href` adds an action."""
    text = formats.day(value) if isinstance(value, date) else known(value)
    return {"key": key, "value": why_link(why, value) if why else text, "href": href, "action": action}


@register.simple_tag
def empty(text: str) -> SafeString:
    """What a list says instead of being empty: why, and whether that is good."""
    return format_html('<p class="govuk-body omic-empty">{}</p>', text)


@register.simple_block_tag
def panel(content: str, title: str, href: str = "", action: str = "See all") -> str:
    """A titled card around the block; `href` adds a link to the whole of what it shows a part of."""
    # The content is the output of the template around it, already escaped there.
    card = {"content": mark_safe(content), "title": title, "href": href, "action": action}  # noqa: S308
    return get_template("govuk/panel.html").render(card)


@register.simple_block_tag
def table(content: str, caption: str, quiet: bool = False) -> str:
    """A table around the block's `<thead>` and `<tbody>`, scrolled by keyboard where it is too wide for the screen.

    Cells need no class; numbers take `omic-number`. `quiet` hides the caption where a heading already says it.
    """
    drawn = {"content": mark_safe(content), "caption": caption, "quiet": quiet}  # noqa: S308 - as in `panel`
    return get_template("govuk/table.html").render(drawn)


@register.inclusion_tag("govuk/tiles.html")
def tiles(items: Iterable[Tile]) -> dict[str, Any]:
    """Numbers that open their lists, side by side."""
    return {"items": items}


@register.inclusion_tag("govuk/bar.html")
def bar(value: int, maximum: int) -> dict[str, Any]:
    """A load against its capacity. An SVG, as a page may carry no style of its own; the numbers stand beside it."""
    share = min(1.0, value / maximum) if maximum else float(value > 0)
    return {"value": value, "maximum": maximum, "width": round(100 * share), "over": value > maximum}


@register.inclusion_tag("govuk/sub_navigation.html", takes_context=True)
def sub_navigation(context: dict[str, Any], tabs: Iterable[Tab], label: str = "Sections") -> dict[str, Any]:
    """Tabs that are URLs. The one whose path is the request's is current."""
    request: HttpRequest = context["request"]
    return {"label": label, "tabs": [(tab, tab.url.split("?")[0] == request.path) for tab in tabs]}


@register.inclusion_tag("govuk/timeline.html")
def timeline(entries: Iterable[Any]) -> dict[str, Any]:
    """Events, in the order given. Each has `title`, `at` (datetime), `by` and `text`."""
    return {"entries": entries}


@register.inclusion_tag("govuk/error_summary.html")
def error_summary(*forms: BaseForm | str) -> dict[str, Any]:
    """Every error of the forms, each a link to the control that has to be put right. Draws nothing without errors."""
    return {"errors": [error for form in forms if form for error in _errors(form)]}


def _errors(form: Any) -> Iterable[tuple[str, str]]:
    """(id to link to, message); an error of the form as a whole links to its first visible control."""
    for name, messages in form.errors.items():
        field = form[name] if name in form.fields else next(iter(form.visible_fields()), None)
        target = field.first_control_id if field and not field.is_hidden else ""
        yield from ((target, message) for message in messages)


@register.inclusion_tag("govuk/form.html", takes_context=True)
def render_form(
    context: dict[str, Any], form: BaseForm, submit: str = "", cancel: str = "", action: str = "", also: str = ""
) -> dict[str, Any]:
    """The whole `<form>`: token, fields, one primary button, a way out. Errors show at the page's top by themselves.

    `also` is the text of a second, secondary button; pressing it posts `also=1`.
    """
    buttons = {"submit": submit or "Save", "cancel": cancel, "action": action, "also": also}
    return {"form": form, "csrf_token": context.get("csrf_token"), **buttons}
