"""The pages on which a merge that was a mistake is undone: what was merged, asking, a second person's decision."""

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.safestring import SafeString

from omic.access import Action, requires
from omic.forms import BaseForm
from omic.http import PrisonRequest
from omic.lists import Column, ListPage, link
from omic.merge_pages import LINES, merge_tabs, saved
from omic.merges import TWO_PEOPLE, ask_undo, carried_over, decide_undo, merged_in
from omic.models import PersonMerge


class AskForm(BaseForm):
    """How it is known that the merge was a mistake."""

    because = forms.CharField(label="How is it known that these are two people?", max_length=2000, widget=LINES)


class DecideForm(BaseForm):
    """A second person's decision."""

    confirmed = forms.TypedChoiceField(
        label="Are they two people?",
        choices=[("yes", "Yes: undo the merge now"), ("no", "No: they stay one person")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    decision = forms.CharField(label="Note", required=False, max_length=2000, widget=LINES)


def _columns(request: PrisonRequest) -> tuple[Column, ...]:
    def undo(row: Any) -> SafeString:
        name, words = ("merge-undo-decide", "Decide about undoing it") if row.waits else ("merge-undo", "Undo")
        return link(reverse(name, args=[request.prison.pk, row.pk]), f"{words}: {row.gone.prison_number}")

    return (
        Column("merged", "Merged on", "decided_at", order=("decided_at",)),
        Column("kept", "The number that stayed", "kept", order=("kept__surname", "kept__forename")),
        Column("gone", "The number that went", "gone", order=("gone__surname", "gone__forename")),
        Column("because", "Why it is one person", "because"),
        Column("asked", "Asked by", "asked_by", order=("asked_by__surname",)),
        Column("by", "Confirmed by", "decided_by", order=("decided_by__surname",)),
        Column("undo", "Undo", cell=undo, order=("waits",), export=False),
    )


@requires(Action.MERGE_PEOPLE)
def merged_numbers(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Every merge that stands and is for this prison to undo; those first for which that has been asked."""
    page = ListPage(
        request,
        merged_in(request.prison),
        title="Merged numbers",
        columns=_columns(request),
        sort="-undo",
        noun="merge,merges",
        empty="No two numbers of anybody here have been merged.",
    )
    return page.response(context={"tabs": merge_tabs(request)})


@requires(Action.MERGE_PEOPLE)
def undo(request: PrisonRequest, code: str, number: int) -> HttpResponse:
    """Both numbers, what undoing means for them, and a form to ask for it."""
    row = get_object_or_404(merged_in(request.prison), pk=number)
    form = AskForm(request.POST or None)

    def save(**facts: Any) -> str:
        ask_undo(merge=row.pk, prison=request.prison, by=request.user, at=request.now, **facts)
        return "Asked for. The merge stands until a second person confirms."

    if saved(request, form, save):
        return redirect("merged-numbers", code)
    return _page(request, row, form, title="Undo a merge", submit="Ask to undo it")


@requires(Action.MERGE_PEOPLE)
def undo_decide(request: PrisonRequest, code: str, number: int) -> HttpResponse:
    """What was asked for and why, what it means, and the second person's decision."""
    row = get_object_or_404(merged_in(request.prison), pk=number)
    asked = get_object_or_404(row.undos.waiting().select_related("asked_by"))
    form = DecideForm(request.POST or None)

    def save(**facts: Any) -> str:
        decide_undo(undo=asked.pk, by=request.user, at=request.now, **facts)
        gone, kept = row.gone.prison_number, row.kept.prison_number
        return f"{gone} and {kept} are two people again." if facts["confirmed"] else "Refused: the merge stands."

    if saved(request, form, save):
        return redirect("merged-numbers", code)
    return _page(request, row, form, title="Undo a merge: confirm or refuse", submit="Save", asked=asked)


def _page(request: PrisonRequest, row: PersonMerge, form: BaseForm, **context: Any) -> HttpResponse:
    back = reverse("merged-numbers", args=[request.prison.pk])
    context |= {"form": form, "merge": row, "carried": carried_over(row), "back": back, "cancel": back}
    return render(request, "omic/merge_undo.html", {"needs_another": TWO_PEOPLE, **context})


urls = [
    path("merges/merged/", merged_numbers, name="merged-numbers"),
    path("merges/<int:number>/undo/", undo, name="merge-undo"),
    path("merges/<int:number>/undo/decide/", undo_decide, name="merge-undo-decide"),
]
