"""A person's parole: what is next, who writes and who attends, and every review that is known."""

from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from handover.early_forms import EarlyForm, WithdrawForm
from handover.parole_actions import ReviewRecord, record_review, withdraw_review
from handover.person_pages import about
from handover.timetable_cases import DutyCase, read_duties
from omic import pending
from omic.access import Action, requires
from omic.forms import DateField
from omic.http import PrisonRequest
from omic.models import ObligationKind, ParoleReview, Person
from omic.recorded import RecordedError, reviews_seen
from omic.why import rendered

AUTHORS = {"pom": "The POM", "com_with_pom_sections": "The COM, with the POM’s sections"}
DUTIES = (ObligationKind.PAROLE_REVIEW, ObligationKind.PRE_TARIFF_REVIEW, ObligationKind.OASYS_PAROLE)
RULES = ("PA-",)


class ReviewForm(EarlyForm):
    """A review, or what came of one."""

    target_hearing_on = DateField(
        label="Target hearing date", required=False, help_text="A review is known by it: type it also with an outcome"
    )
    outcome = forms.ChoiceField(
        label="Outcome",
        choices=[("", "Not known yet"), *ParoleReview.Outcome.choices],
        required=False,
        widget=forms.RadioSelect,
        help_text="With a new outcome, “COM has reviewed OASys and plan” goes back to no, unless it was recorded of a "
        "later day (PA-05)",
    )
    outcome_on = DateField(label="Day of the outcome", required=False)
    received_on = DateField(label="When was the outcome received here?", required=False)
    next_hearing_on = DateField(label="If adjourned or deferred: the new hearing date", required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def told(self) -> dict[str, Any]:
        """The review as the action takes it, and what the page showed."""
        said = super().told()
        return {"seen": said.pop("seen"), "record": ReviewRecord(**said)}


@requires(Action.SEE_DATES)
def parole(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """What is next first; then who writes and attends, then the reviews, newest first."""
    case = next(read_duties([request.person.pk], request.on), None)
    args = [code, ref]
    duties = request.person.obligations.demanding().filter(kind__in=DUTIES).order_by("due_on", "opens_on")
    context = {
        "title": "Parole",
        "case": case and case.facts.handover,
        "duties": list(duties),
        "reviews": _reviews(request.person),
        "put_off": _put_off(request.person),
        "why_url": reverse("why", args=[*args, "handover"]),
        "override_url": _override_url(request, case),
        "record_url": _record_url(request),
        **(_who(case) if case else {}),
    }
    return render(request, "handover/parole.html", context | about(request, reverse("person", args=args)))


def _reviews(person: Person) -> QuerySet[ParoleReview]:
    """The newest first, those taken back at the end."""
    order = (F("withdrawn_at").asc(nulls_first=True), F("target_hearing_on").desc(nulls_last=True), "-pk")
    return person.parole_reviews.select_related("recorded_by", "withdrawn_by").order_by(*order)


def _put_off(person: Person) -> ParoleReview | None:
    """The review of the present sentence that was adjourned or deferred, while no new date is known."""
    sentence = person.sentences.filter(closed_at=None).first()
    began = (sentence and sentence.started_on) or date.min
    return person.parole_reviews.put_off().filter(dated_on__gte=began).first()


def _record_url(request: PrisonRequest) -> str:
    may = request.standing.reaches(Action.RECORD_PAROLE, request.person)
    return reverse("handover:parole-record", args=[request.prison.pk, request.person.ref]) if may else ""


def _who(case: DutyCase) -> dict[str, Any]:
    """Who writes the one report and who attends (PA-03), with the rules that say so."""
    found = case.timetable.parole
    steps = [step for step in case.timetable.steps if step.rule_id.startswith(RULES)]
    return {
        "author": AUTHORS.get(found.report_author or "", "Nobody: no parole in this sentence"),
        "attendees": " and ".join(str(owner).upper() for owner in found.hearing_attendees),
        "explained": {"steps": rendered(tuple(steps))},
    }


def _override_url(request: PrisonRequest, case: DutyCase | None) -> str:
    """PA-07: where the HOMD may keep the case from going back to the POM."""
    available = case is not None and case.timetable.parole.homd_override_available
    if not available or not request.standing.may(Action.OVERRIDE_RESPONSIBILITY):
        return ""
    return reverse("handover:override-ask", args=[request.prison.pk, request.person.ref]) + "?reason=parole"


@requires(Action.RECORD_PAROLE)
def record(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Record a review, or the outcome of one."""
    back = reverse("handover:parole", args=[code, ref])
    form = ReviewForm(pending.typed(request), request=request, initial={"seen": reviews_seen(request.person)})
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        return redirect(back)
    context = {"title": "Record a parole review", "form": form, "submit": "Record review"}
    return render(request, "handover/person_form.html", context | about(request, back))


def _saved(request: PrisonRequest, form: ReviewForm) -> bool:
    try:
        return form.attempt(partial(_save, request))
    except RecordedError as error:
        form.add_error(error.field, str(error))
        form.data = form.data.dict() | {"seen": reviews_seen(request.person)}  # saving once more is then a decision
        return False


def _save(request: PrisonRequest, record: ReviewRecord, seen: str) -> None:
    if record_review(person=request.person, record=record, seen=seen, by=request.user, at=request.now):
        messages.success(request, "The review is recorded. Dates and duties follow it.")
    else:
        messages.info(request, "Nothing has changed: the review was recorded so before.")


@requires(Action.RECORD_PAROLE)
def withdraw(request: PrisonRequest, code: str, ref: str, number: int) -> HttpResponse:
    """Take a review back."""
    row, back = (
        get_object_or_404(request.person.parole_reviews, pk=number),
        reverse("handover:parole", args=[code, ref]),
    )
    form = WithdrawForm(pending.typed(request), request=request)
    save = partial(withdraw_review, review=row, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and form.attempt(save):
        messages.success(request, "The review is taken back. Dates and duties follow.")
        return redirect(back)
    context = {"title": "Take the review back", "form": form, "submit": "Take back", "review": row}
    return render(request, "handover/parole_withdraw.html", context | about(request, back))
