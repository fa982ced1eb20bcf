"""The community pipeline: cases by when a COM is needed, what LDUs were asked, and what they answered."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from handover import casework_pages
from handover.community_answers import record_answer
from handover.community_columns import COLOURS, asked_columns, case_columns
from handover.community_forms import AnswerForm, AskedFilter, InformationForm, PipelineFilter
from handover.community_information import NO_LDU, ask_for_information
from handover.community_lists import LISTS, pipeline_cases
from handover.community_tabs import community_tabs
from omic import audit, pending
from omic.access import Action, Relation, requires
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.outbox import as_email
from omic.people import identity

LIST_BY_KEY = {row.key: row for row in LISTS}


@requires(Action.SEE_PIPELINE)
def pipeline(request: PrisonRequest, code: str, key: str) -> HttpResponseBase:
    """One of the lists; the first is what needs somebody."""
    chosen, may = LIST_BY_KEY[key], request.standing.may
    cases = pipeline_cases(request.prison, request.on).filter(chosen.where(request.on))
    records = Relation.PRISON in request.standing.relations(Action.RECORD_COMMUNITY)
    page = ListPage(
        request,
        cases.select_related("pom", "details"),
        title=chosen.title,
        columns=case_columns(may(Action.SEE_PERSON), records),
        sort="com-from",
        noun="case,cases",
        filterset=PipelineFilter,
        empty=chosen.empty,
        may_export=may(Action.EXPORT),
        on_export=partial(audit.record_export, request, f"pipeline-{key}"),
        context={"on": request.on, "may_enter": may(Action.EDIT_DETAILS), "may_keep_ldus": may(Action.EDIT_LDUS)},
    )
    return page.response(context={"lede": chosen.definition, "tabs": community_tabs(request)})


@requires(Action.SEE_PIPELINE)
def asked(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Everything that LDUs were asked from here, newest first: to whom, when, answered or not."""
    may = request.standing.may
    page = ListPage(
        request,
        request.prison.community_requests.select_related("person", "ldu", "message"),
        title="Emails to the community",
        columns=asked_columns(code, may(Action.SEE_PERSON)),
        sort="-asked",
        noun="question,questions",
        filterset=AskedFilter,
        empty="Nothing was asked of an LDU from here yet.",
        may_export=may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "pipeline-asked"),
    )
    return page.response(context={"tabs": community_tabs(request)})


@requires(Action.SEE_PIPELINE)
def email(request: PrisonRequest, code: str, number: int) -> HttpResponse:
    """The email in which something was asked, as its reader sees it."""
    row = get_object_or_404(request.prison.community_requests.select_related("message"), pk=number)
    back = reverse("handover:community-asked", args=[code])
    context = {"title": row.message.title, "message": row.message, "email": as_email(row.message), "back": back}
    context["colour"] = COLOURS[row.message.state]
    return render(request, "omic/message.html", context)


@requires(Action.RECORD_COMMUNITY)
def answer(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """What was asked about one person, and recording what the LDU answered."""
    person = request.person
    rows = person.community_requests.select_related("ldu", "message", "answer_recorded_by").order_by("-pk")
    unanswered = [row for row in rows if row.answered_at is None]
    form = AnswerForm(pending.typed(request), request=request, unanswered=unanswered)
    save = partial(record_answer, person=person, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and form.attempt(save):
        messages.success(request, f"The answer about {person.name} is recorded.")
        return redirect("handover:community-answer", code, ref)
    context: dict[str, Any] = {"title": "What the community was asked", "form": form, "submit": "Record the answer"}
    context |= {"person": person, "rows": rows, "open": bool(unanswered)}
    context["ask"] = request.standing.reaches(Action.WORK_HANDOVER, person)
    context["back"] = context["cancel"] = reverse("person", args=[code, ref])
    return render(request, "handover/community_answer.html", context | identity(person))


@requires(Action.WORK_HANDOVER)
def information(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Ask the person's LDU for information (HO-35)."""
    form = InformationForm(pending.typed(request), staff=request.user, now=request.now)

    def save() -> str:
        given = {name: form.cleaned_data[name] for name in ("question", "request_id")}
        row = ask_for_information(person=request.person, by=request.user, at=request.now, **given)
        return f"Asked. The email to {row.ldu} goes out now."

    details = getattr(request.person, "details", None)
    to = f"It goes to the mailbox of {details.ldu}." if details and details.ldu else f"{NO_LDU}."
    com = details and (details.com_name or details.com_email)
    intro = f"{to} A COM is named, {com}: ask them first." if com else to
    return casework_pages.answer(
        request, form, title="Ask the community for information", submit="Ask", save=save, intro=intro
    )
