"""Pages made only of the shared parts: a list, a form and every component. A urlconf for the tests of those parts."""

from collections.abc import Callable
from datetime import date

import django_filters
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template import engines
from django.urls import path

from omic.access import Action, requires
from omic.context import Tab, Tile
from omic.forms import BaseForm, DateField, DateTimeField
from omic.lists import Column, ListPage, link
from omic.models import Prison
from omic.models.prison import Estate, Operator
from tests.factories import NOW, TODAY, days

NAVIGATION = (("Prisons", "sample-list", Action.HOME), ("Sessions", "sample-form", Action.HOME))
EXPORTS: list[tuple[str, int]] = []
WINGS = [("", "---------"), ("A", "A wing"), ("B", "B wing")]
FLAGS = [("acct", "ACCT"), ("csip", "CSIP"), ("e-list", "E-list")]
MODES = [("room", "Interview room"), ("door", "Cell door"), ("phone", "In-cell phone"), ("other", "Other")]


class PrisonFilter(django_filters.FilterSet):
    name = django_filters.CharFilter(lookup_expr="icontains", label="Name")
    estate = django_filters.ChoiceFilter(choices=Estate.choices, label="Estate", empty_label="Any")
    operator = django_filters.MultipleChoiceFilter(
        choices=Operator.choices,
        label="Operator",
        widget=forms.CheckboxSelectMultiple({"class": "govuk-checkboxes--small"}),
    )
    fictional = django_filters.BooleanFilter(label="Fictional")


COLUMNS = (
    Column("name", "Prison", "name", order=("name",), cell=lambda row: link(f"#{row.code}", row.name)),
    Column("code", "Code", "code", order=("code",)),
    Column("country", "Country", "get_country_display", order=("country",)),
    Column("estate", "Estate", "get_estate_display", order=("estate", "country")),
    Column("due", "Assurance due", lambda row: TODAY, cell=lambda row: TODAY),
    Column("fictional", "Fictional", "fictional"),
    Column("see", "See", cell=lambda row: link("#", f"Open {row.code}"), export=False),
)


class SampleForm(BaseForm):
    at = DateTimeField(label="When was the session?", help_text="For example, 27 3 2026 at 14:30")
    born_on = DateField(label="Date of birth", required=False)
    mode = forms.ChoiceField(choices=MODES, widget=forms.RadioSelect, label="Mode")
    wing = forms.ChoiceField(choices=WINGS, label="Wing")
    flags = forms.MultipleChoiceField(choices=FLAGS, widget=forms.CheckboxSelectMultiple, label="Flags", required=False)
    length = forms.IntegerField(
        min_value=1, max_value=240, label="Minutes", widget=forms.NumberInput({"class": "govuk-input--width-3"})
    )
    rsr = forms.DecimalField(
        label="RSR score", required=False, widget=forms.NumberInput({"class": "govuk-input--width-3"})
    )
    officer = forms.CharField(max_length=20, label="Name of the officer")
    email = forms.EmailField(label="Email address", required=False)
    concerns = forms.CharField(max_length=200, required=False, widget=forms.Textarea, label="Concerns")
    password = forms.CharField(widget=forms.PasswordInput({"autocomplete": "current-password"}), label="Password")
    roll = forms.FileField(label="Roll file", required=False)
    agreed = forms.BooleanField(label="The person agreed to this note", help_text="Ask before you save")
    fieldsets = (
        ("The session", ("at", "mode", "wing", "length")),
        ("The person", ("born_on", "flags", "rsr", "concerns")),
    )

    def clean(self) -> None:
        if self.cleaned_data.get("officer") == "Nobody":
            raise forms.ValidationError("A session needs an officer who was there")


COMPONENTS = """{% extends "omic/base.html" %}
{% block identity %}
{% include "govuk/identity_bar.html" with name="Sam Example" number="A1234BC" facts=facts tags=tags %}
{% endblock %}
{% block actions %}
<a class="govuk-button govuk-button--secondary" href="#x" role="button" data-module="govuk-button">Enter</a>
<a class="govuk-button" href="#y" role="button" data-module="govuk-button">Log a session</a>
{% endblock %}
{% block content %}
{% tiles numbers %}
<div class="omic-grid">
{% panel "Who holds them" href="#all" action="See history" %}<dl class="govuk-summary-list">
{% summary_row "Key worker" "Kay Weaver" href="#change" %}{% summary_row "POM" None %}
{% summary_row "Handover" today why="#why" %}{% summary_row "Session due" due_tag %}</dl>{% endpanel %}
{% panel "Lately" %}{% timeline entries %}{% endpanel %}
</div>
{% table "POMs" %}<thead><tr><th scope="col">POM</th><th scope="col">Load</th><th scope="col">Next</th>
<th scope="col" class="omic-number">High tier</th></tr></thead>
<tbody>{% for name, load, on in poms %}<tr><td>{{ name }}</td><td>{% bar load 45 %}</td><td>{% due on today %}</td>
<td class="omic-number">{{ load }}</td></tr>{% endfor %}</tbody>{% endtable %}
<p class="govuk-body">{% tag "Not started" "grey" %} {% tag "Under way" %} {% tag "Done" "green" %}
{% why "#w" today %} {{ 75|minutes }} {{ now|moment }}</p>
{% empty "Nobody is waiting for a key worker. That is good." %}
{% endblock %}"""


@requires(Action.HOME)
def prisons(request: HttpRequest, code: str) -> HttpResponseBase:
    page = ListPage(
        request,
        Prison.objects.all(),
        title="Prisons",
        columns=COLUMNS,
        sort="name",
        noun="prison,prisons",
        filterset=PrisonFilter,
        empty="No prisons yet. Run the migrations.",
        may_export="refuse" not in request.GET,
        on_export=lambda kind, rows: EXPORTS.append((kind, rows)),
    )
    tabs = [Tab("All", request.path, 122), Tab("Overdue", "/prisons/LEI/parts/", 3), Tab("Upcoming", "#")]
    return page.response(context={"tabs": tabs, "lede": "Every prison in England and Wales."})


@requires(Action.HOME)
def form(request: HttpRequest, code: str) -> HttpResponse:
    form = SampleForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        messages.success(request, f"Session of {form.cleaned_data['at']:%H:%M} saved.")
        return redirect(request.path)
    words = {"submit": "Save session", "also": "Save and next person", "cancel": "/prisons/LEI/list/"}
    crumbs = [("My people", "/prisons/LEI/list/"), ("Sam Example", "/prisons/LEI/parts/")]
    return render(request, "omic/form.html", {"title": "Log a session", "form": form, "crumbs": crumbs, **words})


class Entry:
    title, at, by, text = "Session", NOW, "Kay Weaver", "Talked about release.\nWants a job in the kitchen."


@requires(Action.HOME)
def parts(request: HttpRequest, code: str) -> HttpResponse:
    context: dict[str, object] = {
        "title": "Overview",
        "back": "/prisons/LEI/list/",
        "facts": [("Location", "A-1-001"), ("Release", date(2027, 3, 3)), ("POM", None)],
        "tags": [("ACCT open", "red"), ("Tier B", "")],
        "numbers": [
            Tile(3, "sessions overdue", "#a", "red"),
            Tile(6, "due this week", "#b", "yellow"),
            Tile(0, "risks", "#c"),
        ],
        "entries": [Entry(), Entry()],
        "poms": [("Pat Offender", 52, days(-3)), ("Lee Probation", 20, TODAY), ("Jo Third", 0, days(12))],
        "today": TODAY,
        "now": NOW,
        "due_tag": "This week",
        "tabs": [Tab("Overview", request.path), Tab("Contacts", "#contacts", 14), Tab("Why", "#why")],
    }
    return HttpResponse(engines["django"].from_string(COMPONENTS).render(context, request))


@requires(Action.HOME)
def fault(request: HttpRequest, code: str) -> HttpResponse:
    raise RuntimeError("a fault of ours")


def _at(name: str, view: Callable[..., HttpResponseBase]) -> object:
    return path(f"prisons/<code>/{name}/", view, name=f"sample-{name}")


urlpatterns = [_at("list", prisons), _at("form", form), _at("parts", parts), _at("fault", fault)]
handler500 = "omic.errors.server_error"
