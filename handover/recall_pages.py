"""A person's recall: the 48 hours on the clock, the meeting after it, where they go, and reviews of re-release."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from handover.duty_rows import DutyRow, row_of
from handover.early_forms import EarlyForm, WithdrawForm
from handover.models import ExecutiveReview, FunctionDecision
from handover.person_pages import about
from handover.recall_actions import (
    ReviewOfRelease,
    decide_function,
    record_release_review,
    standing_decision,
    withdraw_release_review,
)
from handover.recall_return import AFTER_RETURN, hour_known, record_return, shown
from handover.timetable_cases import read_duties
from omic import pending
from omic.access import Action, requires
from omic.calendar import london_day
from omic.formats import day, plural
from omic.forms import DateField, DateTimeField
from omic.http import PrisonRequest
from omic.models import LegalStatus, Obligation, ObligationKind, Person, Sentence
from omic.why import rendered

LINES = forms.Textarea({"rows": 3})
HOUR = 3600
HEARD = {"release": "Release", "not_release": "No release"}


class FunctionForm(EarlyForm):
    """Another function than the rule advises, or after one the function that it advises."""

    function = forms.ChoiceField(
        label="Where do they go?",
        help_text="To end a decision that stands, choose what the rule advises",
        choices=FunctionDecision.Function.choices,
        widget=forms.RadioSelect,
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


class ReturnForm(EarlyForm):
    """When somebody recalled came back, by the hour."""

    returned_at = DateTimeField(label="When did they return to custody?", help_text="London time, as at the gate")
    because = forms.CharField(
        label="If it was another day than the roll says: why?", required=False, max_length=2000, widget=LINES
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def attempt(self, save: Callable[..., Any]) -> bool:
        """After somebody else's moment was told, saving once more is a decision."""
        if super().attempt(save):
            return True
        self.data = self.data.dict() | {"seen": self.initial["seen"]}
        return False


@requires(Action.SEE_DATES)
def recall(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """The clock first: how long there is to explain the recall, or since when it is overdue."""
    person, back = request.person, reverse("person", args=[code, ref])
    sentence = person.sentences.filter(closed_at=None, recalled=True).first()
    context = {
        "title": "Recall",
        "sentence": sentence,
        "missing": "" if sentence else missing_words(person),
        "by_the_hour": sentence and hour_known(sentence.returned_at),
        "may_decide": request.standing.reaches(Action.DECIDE_FUNCTION, person),
        "may_record": request.standing.reaches(Action.RECORD_RECALL, person),
        "may_close": request.standing.reaches(Action.RECORD_DUTY, person),
    }
    facts = _facts(request, sentence) if sentence else {}
    return render(request, "handover/recall.html", context | facts | about(request, back))


def _facts(request: PrisonRequest, sentence: Sentence) -> dict[str, Any]:
    """The duties on the clock, what the rules say, and what was decided and reviewed."""
    case = next(read_duties([request.person.pk], request.on), None)
    steps = [step for step in case.timetable.steps if step.rule_id.startswith("RC-")] if case else []
    return {
        "clock": _clock(request, AFTER_RETURN),
        "next_reviews": _clock(request, (ObligationKind.RELEASE_REVIEW,)),
        "advice": case.timetable.recall if case else None,
        "explained": {"steps": rendered(tuple(steps))},
        "decision": standing_decision(sentence),
        "reviews": sentence.executive_reviews.select_related("recorded_by", "withdrawn_by"),
        "outcome": HEARD.get(case.facts.handover.recall_hearing_outcome) if case else "",
    }


def _clock(request: PrisonRequest, kinds: Sequence[ObligationKind]) -> list[tuple[DutyRow, str]]:
    """The duties of these kinds with how long there is, those that are closed last."""
    duties = request.person.obligations.filter(kind__in=kinds).exclude(state="void").select_related("person", "owner")
    ordered = duties.order_by(F("closed_at").desc(nulls_first=True), "due_before")
    return [(row_of(duty, request.now), clock_words(duty, request.now)) for duty in ordered]


def missing_words(person: Person) -> list[str]:
    """What is not known of the recall of somebody who is recalled by legal status alone; nothing for all others."""
    if person.legal_status != LegalStatus.RECALL:
        return []
    sentence = person.sentences.filter(closed_at=None).first()
    if sentence is None:
        words = "The sentence they were recalled on: none is known here, so neither its kind nor its dates"
    else:
        began = day(sentence.started_on) or "a day not known"
        words = f"Whether the recall is of the sentence that began on {began}: it is not marked as recalled"
    returned = [] if person.reception_on else ["The day of their return"]
    return [words, "Whether the recall is standard or for a fixed term", *returned]


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
    return _form(request, WithdrawForm, save, "Take the review back", "Take back")


@requires(Action.RECORD_RECALL)
def returned(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Enter the hour of return, from which the 48 hours count."""
    sentence = request.person.sentences.filter(closed_at=None, recalled=True).first()
    save = partial(record_return, person=request.person, by=request.user, at=request.now)
    known = sentence.returned_at if sentence else None
    moment = known if known is None or hour_known(known) else london_day(known)
    initial = {"returned_at": moment, "seen": shown(sentence)}
    return _form(request, ReturnForm, save, "Enter the hour of return", "Save the hour", initial)


def _form(
    request: PrisonRequest,
    form_class: type[EarlyForm],
    save: Callable[..., Any],
    title: str,
    submit: str,
    initial: dict[str, Any] | None = None,
) -> HttpResponse:
    back = reverse("handover:recall", args=[request.prison.pk, request.person.ref])
    form = form_class(pending.typed(request), request=request, initial=initial)
    if request.method == "POST" and form.is_valid() and form.attempt(save):
        messages.success(request, "Saved.")
        return redirect(back)
    context = {"title": title, "form": form, "submit": submit}
    return render(request, "handover/person_form.html", context | about(request, back))
