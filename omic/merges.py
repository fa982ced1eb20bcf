"""Two prison numbers that are one person: one member of staff asks, a second confirms, and one number goes.

A merge is a mapping: what is closed keeps the number that it was written under, what is open under the number that
goes is ended. Nothing is carried over to the number that stays: its own sessions, duties and holders stand.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from omic import audit
from omic.access import Action, requires
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import moment
from omic.forms import BaseForm
from omic.http import PrisonRequest
from omic.models import ObligationKind, Person, PersonMerge, Presence, Prison, Staff, Stay
from omic.people import identity
from omic.reconcile import lock, reconcile, window_of

TWO_PEOPLE = "You asked for this yourself: another HOMS or case administrator has to decide it"
MERGED = "Merged into another number"


class CannotMergeError(Exception):
    """These two numbers cannot be merged, or not by this person; the message is fit to show."""


@transaction.atomic
def ask_merge(*, kept: Person, prison_number: str, because: str, by: Staff, at: datetime) -> PersonMerge:
    """Ask that `prison_number` be merged into `kept`; until a second person confirms, nothing moves.

    Raises CannotMergeError.
    """
    gone = Person.objects.filter(prison_number=prison_number).first()
    if gone is None:
        raise CannotMergeError("No person with this prison number is known here")
    lock([kept.pk, gone.pk])
    kept, gone = _now(kept), _now(gone)
    if kept.prison is None:
        raise CannotMergeError(f"{kept} is not held here any more")
    _refuse(_obstacles(kept, gone, kept.prison))
    if waiting := gone.merges_away.waiting().first():
        raise CannotMergeError(f"{waiting.asked_by} asked for this on {moment(waiting.asked_at)}: decide that first")
    merge = PersonMerge.objects.create(
        kept=kept, gone=gone, prison=kept.prison, because=because, asked_by=by, asked_at=at
    )
    _audit("ask_merge", merge, by=by, at=at)
    return merge


@transaction.atomic
def decide_merge(*, merge: int, confirmed: bool, decision: str, by: Staff, at: datetime) -> None:
    """Confirm or refuse what somebody else has asked for. Once confirmed, the number that goes is held nowhere.

    Raises CannotMergeError when whoever asked decides, when it has been decided meanwhile, or when the two numbers
    can be merged no more.
    """
    row = _locked(merge)
    if row.asked_by_id == by.pk:
        raise CannotMergeError(TWO_PEOPLE)
    if row.decided_at:
        raise CannotMergeError("Somebody has decided this already. Look again")
    if confirmed:
        _refuse(_obstacles(row.kept, row.gone, row.prison))
    row.confirmed, row.decided_by, row.decided_at, row.decision = confirmed, by, at, decision
    row.save(update_fields=["confirmed", "decided_by", "decided_at", "decision"])
    if confirmed:
        _end_number(row.gone, row.kept, on=london_day(at), at=at)
        reconcile([row.gone_id, row.kept_id], window_of(london_day(at), at))
    _audit("decide_merge", row, by=by, at=at, confirmed=confirmed)


def _end_number(gone: Person, kept: Person, *, on: date, at: datetime) -> None:
    """Leave the number nowhere, with nothing open that the pipeline would not end. No digest: a roll is judged anew.

    What was passed on about risk and is unread is about the person, so it stays to be read (KW-10).
    """
    unread = gone.obligations.demanding().filter(kind=ObligationKind.RISK_TO_READ)
    unread.update(person=kept, prison=kept.prison, wing=kept.wing, owner=kept.pom)
    stays = Stay.objects.filter(person=gone, left_on=None)
    stays.update(left_on=Greatest(F("arrived_on"), on), ended_because=Stay.Ended.MERGE)
    expected = gone.expected_arrivals.filter(closed_at=None)
    expected.update(closed_at=at, closed_because=MERGED, version=F("version") + 1)
    covers = gone.covers.exclude(ends_on__lte=on)
    covers.update(ends_on=Greatest(F("starts_on"), on), ended_because=MERGED)
    nowhere: dict[str, Any] = {"prison": None, "wing": None, "arrived_on": None, "presence": Presence.OUT}
    nobody = {"pom": None, "key_worker": None}
    empty = {"cell": "", "hospital": "", "roll_digest": ""}
    Person.objects.filter(pk=gone.pk).update(**nowhere, **nobody, **empty, version=F("version") + 1)


def _obstacles(kept: Person, gone: Person, prison: Prison) -> Iterator[str]:
    """Why `gone` cannot be merged into `kept`, in words. A chain would leave a number that leads to another."""
    if kept.pk == gone.pk:
        yield "This is the same number"
    for merge in kept.merges_away.standing().select_related("kept"):
        yield f"{kept.prison_number} was itself merged into {merge.kept.prison_number}"
    for merge in gone.merges_away.standing().select_related("kept"):
        yield f"{gone.prison_number} has been merged into {merge.kept.prison_number} already"
    for merge in gone.numbers_taken_in.standing().select_related("gone"):
        yield f"{merge.gone.prison_number} was merged into {gone.prison_number}, so that is the number that has to stay"
    if kept.prison_id != prison.pk:
        yield f"{kept} is not held here any more"
    if gone.prison_id not in (None, prison.pk):
        yield f"{gone.prison_number} is held in another prison: both numbers have to be here before they are merged"


def _refuse(obstacles: Iterator[str]) -> None:
    if why := next(obstacles, None):
        raise CannotMergeError(why)


def _now(person: Person) -> Person:
    return Person.objects.select_related("prison").get(pk=person.pk)


def _locked(merge: int) -> PersonMerge:
    """The row, behind the rows of both people: whoever decides about either of them waits."""
    lock(PersonMerge.objects.values_list("kept", "gone").get(pk=merge))
    return PersonMerge.objects.select_related("kept", "gone", "prison").get(pk=merge)


def _audit(action: str, merge: PersonMerge, *, by: Staff, at: datetime, **detail: object) -> None:
    audit.record(
        by=Actor(staff=by),
        action=action,
        at=at,
        prison=merge.prison,
        person=merge.kept,
        merge=merge.pk,
        gone=merge.gone.prison_number,
        **detail,
    )


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

    if _saved(request, form, save):
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

    if _saved(request, form, save):
        return redirect("merge", code, row.kept.ref)
    context = {"title": "Merge two numbers: confirm or refuse", "form": form, "submit": "Save", "merge": row}
    return _page(request, "omic/merge_decide.html", context, back=reverse("merge", args=[code, ref]))


def _merges(request: PrisonRequest) -> QuerySet[PersonMerge]:
    """Those in which the page's number stays, or goes, latest first."""
    rows = request.prison.person_merges.filter(Q(kept=request.person) | Q(gone=request.person))
    return rows.select_related("kept__wing", "gone__wing", "gone__prison", "asked_by", "decided_by").order_by(
        "-asked_at"
    )


def _saved(request: PrisonRequest, form: BaseForm, save: Callable[..., str]) -> bool:
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
    path("people/<uuid:ref>/merge/", merge, name="merge"),
    path("people/<uuid:ref>/merge/<int:number>/", decide, name="merge-decide"),
]
