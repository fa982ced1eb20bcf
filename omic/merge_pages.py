"""The pages of merges: what waits for a second person, asking from a person's page, confirming or refusing.

That a merge is undone has pages of its own (omic/merge_undo_pages.py).
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.safestring import SafeString

from omic.access import Action, requires
from omic.context import Tab, Tile
from omic.forms import BaseForm
from omic.http import PrisonRequest
from omic.lists import Column, ListPage, link
from omic.merges import TWO_PEOPLE, CannotMergeError, ask_merge, decide_merge, undos_to_decide
from omic.models import PersonMerge
from omic.people import identity

LINES = forms.Textarea({"rows": 3})


class AskForm(BaseForm):
    """Which number goes, and how it is known that it is the same person."""

    prison_number = forms.RegexField(
        r"^\s*[A-Za-z]\d{4}[A-Za-z]{2}\s*$",
        label="The number that goes",
        help_text="Like A1234BC. To keep that number instead, ask from its own page",
        widget=forms.TextInput({"class": "govuk-input--width-10", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"invalid": "Enter a prison number like A1234BC"},
    )
    because = forms.CharField(label="How is it known that this is one person?", max_length=2000, widget=LINES)

    def clean_prison_number(self) -> str:
        return self.cleaned_data["prison_number"].strip().upper()


class DecideForm(BaseForm):
    """A second person's decision."""

    confirmed = forms.TypedChoiceField(
        label="Are both numbers one person?",
        choices=[("yes", "Yes: merge them now"), ("no", "No: leave both as they are")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    decision = forms.CharField(label="Note", required=False, max_length=2000, widget=LINES)


@requires(Action.MERGE_PEOPLE)
def merge(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """What was merged with this number and what waits to be decided; below it a form to ask."""
    form = AskForm(request.POST or None)

    def save(**facts: Any) -> str:
        ask_merge(kept=request.person, by=request.user, at=request.now, **facts)
        return "Asked for. Both numbers stay as they are until a second person confirms."

    if saved(request, form, save):
        return redirect("merge", code, ref)
    rows = _merges(request)
    context = {
        "title": "Two numbers, one person",
        "form": form,
        "submit": "Ask to merge them",
        "waiting": [row for row in rows if row.confirmed is None],
        "decided": [row for row in rows if row.confirmed is not None],
        "needs_another": TWO_PEOPLE,
    }
    return _page(request, "omic/merge.html", context, back=reverse("person", args=[code, ref]))


@requires(Action.MERGE_PEOPLE)
def decide(request: PrisonRequest, code: str, ref: str, number: int) -> HttpResponse:
    """Both numbers side by side, and the second person's decision."""
    row = get_object_or_404(_merges(request), pk=number)
    form = DecideForm(request.POST or None)

    def save(**facts: Any) -> str:
        decide_merge(merge=row.pk, by=request.user, at=request.now, **facts)
        gone, kept = row.gone.prison_number, row.kept.prison_number
        return f"{gone} is merged into {kept}." if facts["confirmed"] else "Refused: both numbers stay as they are."

    if saved(request, form, save):
        return redirect("merge", code, row.kept.ref)
    context = {"title": "Merge two numbers: confirm or refuse", "form": form, "submit": "Save", "merge": row}
    return _page(request, "omic/merge_decide.html", context, back=reverse("merge", args=[code, ref]))


def _decide_link(row: PersonMerge) -> SafeString | str:
    """Through the page of whichever number is held here."""
    here = next((person for person in (row.kept, row.gone) if person.prison_id == row.prison_id), None)
    if here is None:
        return "Neither number is held here now"
    return link(reverse("merge-decide", args=[row.prison_id, here.ref, row.pk]), f"Decide about {row.gone}")


COLUMNS = (
    Column("asked", "Asked on", "asked_at", order=("asked_at",)),
    Column("by", "Asked by", "asked_by", order=("asked_by__surname", "asked_by__forename")),
    Column("kept", "The number that stays", "kept", order=("kept__surname", "kept__forename")),
    Column("gone", "The number that goes", "gone", order=("gone__surname", "gone__forename")),
    Column("because", "Why it is one person", "because"),
    Column("decide", "Decide", cell=_decide_link, export=False),
)


@requires(Action.MERGE_PEOPLE)
def merges(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Every merge that waits for a second person, longest waiting first."""
    waiting = request.prison.person_merges.waiting()
    page = ListPage(
        request,
        waiting.select_related("kept", "gone", "asked_by"),
        title="Merges to confirm or refuse",
        columns=COLUMNS,
        sort="asked",
        noun="merge,merges",
        empty="No merge waits for a second person. Ask for one on the page of the number that stays.",
    )
    return page.response(context={"tabs": merge_tabs(request)})


def merge_tabs(request: PrisonRequest) -> list[Tab]:
    """What waits to be merged, and what was."""
    code = request.prison.pk
    return [
        Tab("To confirm or refuse", reverse("merges", args=[code]), request.prison.person_merges.waiting().count()),
        Tab("Merged numbers", reverse("merged-numbers", args=[code])),
    ]


def home_tiles(request: PrisonRequest) -> list[Tile]:
    """The merges that whoever is signed in can decide: somebody else has asked for them. None that is 0."""
    if not request.standing.may(Action.MERGE_PEOPLE):
        return []
    prison, code = request.prison, request.prison.pk
    tiles = [
        Tile(prison.person_merges.waiting().exclude(asked_by=request.user).count(),
             "to confirm: two numbers, one person", reverse("merges", args=[code]), "yellow"),
        Tile(undos_to_decide(prison, request.user).count(),
             "to confirm: undo a merge", reverse("merged-numbers", args=[code]), "yellow"),
    ]  # fmt: skip
    return [tile for tile in tiles if tile.count]


def _merges(request: PrisonRequest) -> QuerySet[PersonMerge]:
    """Those in which the page's number stays, or goes, wherever that was decided, latest first."""
    rows = request.person.numbers_taken_in.all() | request.person.merges_away.all()
    rows = rows.select_related("kept__wing", "kept__prison", "gone__wing", "gone__prison", "asked_by", "decided_by")
    return rows.prefetch_related("undos__asked_by", "undos__decided_by").order_by("-asked_at")


def saved(request: PrisonRequest, form: BaseForm, save: Callable[..., str]) -> bool:
    """Whether the form was posted and saved; what stands in the way becomes an error of the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        messages.success(request, save(**form.cleaned_data))
    except CannotMergeError as error:
        form.add_error("prison_number" if "prison_number" in form.fields else None, str(error))
        return False
    return True


def _page(request: PrisonRequest, template: str, context: dict[str, Any], *, back: str) -> HttpResponse:
    context |= {"person": request.person, "back": back, "cancel": back, **identity(request.person)}
    return render(request, template, context)


urls = [
    path("merges/", merges, name="merges"),
    path("people/<uuid:ref>/merge/", merge, name="merge"),
    path("people/<uuid:ref>/merge/<int:number>/", decide, name="merge-decide"),
]
