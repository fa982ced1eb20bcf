"""The page of one handover, recording its steps, taking them back, and deciding on another form."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from handover.casework import current_sentence, look
from handover.casework_actions import decide_form, may_take_back, record_step, take_back_step
from handover.casework_forms import FORMS, FormForm, StepForm
from handover.casework_lines import FORM_WORDS, lines_of
from handover.duty_actions import RefusedError
from handover.duty_forms import DutyForm, ReasonForm
from handover.models import CommunityRequest, HandoverStep
from handover.other_numbers import of_other_numbers
from handover.panels import pages_on
from handover.sending import notes_about
from handover.timetable.casework import STAGES
from handover.why import in_a_sentence
from omic import audit, pending
from omic.access import Action, requires
from omic.audit import Actor
from omic.formats import day
from omic.http import PrisonRequest
from omic.models import ObligationKind
from omic.people import identity, tabs_of
from omic.why import rendered

Kind = HandoverStep.Kind
KINDS = tuple(kind for kind in Kind if kind != Kind.REPORT)  # a report is recorded by being sent


@requires(Action.SEE_DATES)
def case(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """One handover: its form and why, what comes first, every line with its steps, the report, and what came before."""
    person = request.person
    audit.record(
        by=Actor(staff=request.user), action="see_handover", at=request.now, prison=request.prison, person=person
    )
    stored = person.handoverdeterminations.current().select_related("sentence").first()
    works = may_work(request)
    context = {
        "title": "Handover",
        "person": person,
        "sentence": in_a_sentence(stored, request.on) if stored else "",
        "stored": stored,
        "why": reverse("why", args=[code, ref, "handover"]),
        "works": works,
        "notes": notes_about(person) if works else [],
        "information": list(_information(request)) if works else [],
        "others": of_other_numbers(person),
        "more": pages_on(request, person, stored),
        "tabs": tabs_of(request),
        **_handover(request, works=works),
    }
    return render(request, "handover/case.html", context | identity(person))


def _information(request: PrisonRequest) -> QuerySet[CommunityRequest]:
    """What the LDU was asked for about the person, newest first."""
    rows = request.person.community_requests.filter(kind=CommunityRequest.Kind.INFORMATION).order_by("-pk")
    return rows.select_related("ldu", "answer_recorded_by")


def _handover(request: PrisonRequest, *, works: bool) -> dict[str, Any]:
    found = look(request.person, request.on)
    if found is None:
        return {"handover": None}
    work = found.outcome.value
    return {
        "handover": found,
        "form_words": FORM_WORDS[work.form],
        "form_why": {"steps": rendered(found.outcome.steps)},
        "stage": found.outcome.reason,
        "stage_words": STAGES[found.outcome.reason],  # type: ignore[index]
        "begins_on": work.begins_on,
        "lines": lines_of(request, found, works=works),
    }


def may_work(request: PrisonRequest) -> bool:
    """Whether whoever is signed in works on this person's handover."""
    return request.standing.reaches(Action.WORK_HANDOVER, request.person)


@requires(Action.WORK_HANDOVER)
def step(request: PrisonRequest, code: str, ref: str, kind: Kind) -> HttpResponse:
    """Record one step."""
    if nothing := _nothing_to_work_on(request):
        return nothing
    completes = kind == Kind.MEETING and waits(request)
    form = FORMS.get(kind, StepForm)(
        pending.typed(request),
        initial={"done_on": request.on},
        staff=request.user,
        now=request.now,
        may_complete=completes,
    )

    def save() -> str:
        record_step(person=request.person, kind=kind, by=request.user, at=request.now, **form.told())
        return f"{kind.label}: recorded."

    return answer(request, form, title=kind.label, submit="Record it", save=save)


@requires(Action.WORK_HANDOVER)
def step_take_back(request: PrisonRequest, code: str, ref: str, number: int) -> HttpResponse:
    """Take back a step that was recorded in error: everybody on the same day, later the HOMD."""
    row = get_object_or_404(request.person.handover_steps.select_related("recorded_by"), pk=number)
    if not may_take_back(row, roles=request.standing.roles, on=request.on):
        raise PermissionDenied("What was recorded before today is taken back by the HOMD.")
    question = "What was recorded in error?"
    form = ReasonForm(pending.typed(request), question=question, staff=request.user, now=request.now)

    def save() -> str:
        take_back_step(step=row, because=form.cleaned_data["reason"], by=request.user, at=request.now)
        return f"{row.get_kind_display()}: taken back."

    intro = f"{row.get_kind_display()}, {day(row.done_on)}, recorded by {row.recorded_by}. It stays in the history."
    return answer(request, form, title="Recorded in error", submit="Take it back", save=save, intro=intro)


@requires(Action.WORK_HANDOVER)
def form_decision(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Decide on another form of handover than the rule gives."""
    if nothing := _nothing_to_work_on(request):
        return nothing
    form = FormForm(pending.typed(request), staff=request.user, now=request.now)

    def save() -> str:
        given = {name: form.cleaned_data[name] for name in ("form", "because")}
        decide_form(person=request.person, by=request.user, at=request.now, **given)
        return "Decided. What the rule gives stays on the page beside it."

    intro = "This changes how the COM is told, and nothing else: what the rules ask for beside it stays to be done."
    return answer(request, form, title="Hand over in another form", submit="Save", save=save, intro=intro)


def waits(request: PrisonRequest) -> bool:
    """Whether a handover of the person waits to be recorded."""
    return request.person.obligations.demanding().filter(kind=ObligationKind.HANDOVER).exists()


def _nothing_to_work_on(request: PrisonRequest) -> HttpResponse | None:
    if current_sentence(request.person):
        return None
    messages.info(request, f"{request.person.name} serves no sentence here, so there is no handover to work on.")
    return redirect("handover:case", request.prison.pk, request.person.ref)


def answer(
    request: PrisonRequest, form: DutyForm, *, title: str, submit: str, save: Callable[[], str], **more: Any
) -> HttpResponse:
    """The form, or back to the case when it is saved; a refusal stands on the form, with what was typed."""
    back = reverse("handover:case", args=[request.prison.pk, request.person.ref])
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, save())
            return redirect(back)
        except RefusedError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    context = {"title": title, "form": form, "submit": submit, "cancel": back, "back": back, "person": request.person}
    return render(request, "handover/case_form.html", context | more | identity(request.person))
