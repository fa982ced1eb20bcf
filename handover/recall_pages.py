"""A person's recall: the 48 hours on the clock, the meeting after it, where they go, and reviews of re-release."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from handover.duty_rows import row_of
from handover.early_forms import EarlyForm
from handover.models import ExecutiveReview, FunctionDecision
from handover.person_pages import about
from handover.recall_actions import ReviewOfRelease, decide_function, record_release_review, withdraw_release_review
from handover.timetable_cases import read_duties
from omic import pending
from omic.access import Action, requires
from omic.formats import plural
from omic.forms import DateField
from omic.http import PrisonRequest
from omic.models import Obligation, ObligationKind
from omic.why import rendered

DUTIES = (ObligationKind.RECALL_EXPLANATION, ObligationKind.POST_RECALL_MEETING)
LINES = forms.Textarea({"rows": 3})
HOUR = 3600


class FunctionForm(EarlyForm):
    """Another function than the rule advises."""

    function = forms.ChoiceField(
        label="Where do they go?", choices=FunctionDecision.Function.choices, widget=forms.RadioSelect
    )
    because = forms.CharField(
        label="Why?", help_text="For example an intervention there, or likely release", max_length=2000, widget=LINES
    )


class ReviewForm(EarlyForm):
    """A review of re-release."""

    route = forms.ChoiceField(label="By whom?", choices=ExecutiveReview.Route.choices, widget=forms.RadioSelect)
    reviewed_on = DateField(label="On which day?")
    reviewed_by = forms.CharField(label="Which COM reviewed it?", max_length=200)
    outcome = forms.ChoiceField(
        label="What came of it?", choices=ExecutiveReview.Outcome.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(label="Note", required=False, max_length=2000, widget=LINES)
    next_review_on = DateField(label="Next review, if a day is set", required=False)

    def told(self) -> dict[str, Any]:
        """The review as the action takes it."""
        return {"review": ReviewOfRelease(**super().told())}


class BackForm(EarlyForm):
    """Why a review is taken back."""

    because = forms.CharField(label="Why is it taken back?", max_length=2000, widget=LINES)


@requires(Action.SEE_DATES)
def recall(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """The clock first: how long there is to explain the recall, or since when it is overdue."""
    person, args = request.person, [code, ref]
    case = next(read_duties([person.pk], request.on), None)
    sentence = person.sentences.filter(closed_at=None, recalled=True).first()
    duties = person.obligations.filter(kind__in=DUTIES).exclude(state="void").select_related("person", "owner")
    steps = [step for step in case.timetable.steps if step.rule_id.startswith("RC-")] if case else []
    context = {
        "title": "Recall",
        "sentence": sentence,
        "clock": [
            (row_of(duty, request.now), clock_words(duty, request.now))
            for duty in duties.order_by(F("closed_at").desc(nulls_first=True), "due_before")
        ],
        "advice": case.timetable.recall if case else None,
        "explained": {"steps": rendered(tuple(steps))},
        "decision": sentence and sentence.function_decisions.select_related("decided_by").first(),
        "reviews": sentence and sentence.executive_reviews.select_related("recorded_by", "withdrawn_by"),
        "may_decide": request.standing.reaches(Action.DECIDE_FUNCTION, request.person),
        "may_record": request.standing.reaches(Action.RECORD_RECALL, request.person),
        "may_close": request.standing.reaches(Action.RECORD_DUTY, request.person),
    }
    return render(request, "handover/recall.html", context | about(request, reverse("person", args=args)))


def clock_words(duty: Obligation, at: datetime) -> str:
    """How long there is, in hours while less than two days are left; since when it is over; empty once it is closed."""
    if duty.closed_at or duty.due_before is None:
        return ""
    last = duty.due_at or duty.due_before
    hours = int(abs((last - at).total_seconds()) // HOUR)
    words = plural(hours, "hour,hours") if hours < 48 else plural(hours // 24, "day,days")
    return f"Overdue for {words}" if duty.due_before <= at else f"{words} left"


@requires(Action.DECIDE_FUNCTION)
def function(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """The HOMD decides otherwise."""
    save = partial(decide_function, person=request.person, by=request.user, at=request.now)
    return _form(request, FunctionForm, save, "Decide where they go", "Save decision")


@requires(Action.RECORD_RECALL)
def review(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Record a review of re-release."""
    save = partial(record_release_review, person=request.person, by=request.user, at=request.now)
    return _form(request, ReviewForm, save, "Record a review of re-release", "Record review")


@requires(Action.RECORD_RECALL)
def withdraw(request: PrisonRequest, code: str, ref: str, number: int) -> HttpResponse:
    """Take a review back."""
    row = get_object_or_404(request.person.executive_reviews, pk=number)
    save = partial(withdraw_release_review, review=row, by=request.user, at=request.now)
    return _form(request, BackForm, save, "Take the review back", "Take back")


def _form(
    request: PrisonRequest, form_class: type[EarlyForm], save: Callable[..., Any], title: str, submit: str
) -> HttpResponse:
    back = reverse("handover:recall", args=[request.prison.pk, request.person.ref])
    form = form_class(pending.typed(request), request=request)
    if request.method == "POST" and form.is_valid() and form.attempt(save):
        messages.success(request, "Saved.")
        return redirect(back)
    context = {"title": title, "form": form, "submit": submit}
    return render(request, "handover/person_form.html", context | about(request, back))
