"""The pages of early allocation: where it stands and what is next; each step on a form of its own; the HOMD's list."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from handover.early_actions import (
    TWO_PEOPLE,
    approve_early,
    assess_early,
    record_early_decision,
    refer_early,
    withdraw_early,
)
from handover.early_forms import (
    ApproveForm,
    AssessForm,
    DecisionForm,
    EarlyFilter,
    EarlyForm,
    ReferForm,
    WithdrawForm,
    recorded_facts,
)
from handover.early_stages import LISTS, is_referral, next_of, stage_of
from handover.early_stated import stated_before, stated_elsewhere, withdraw_stated
from handover.models import EarlyAssessment
from handover.person_pages import about
from handover.timetable_cases import TACT_ALERT
from handover.why import in_a_sentence
from omic import audit, pending
from omic.access import Action, Relation, requires
from omic.context import Tab, Tile
from omic.formats import noun
from omic.http import PrisonRequest
from omic.lists import Column, ListPage
from omic.models import CaseDetails, ObligationKind
from omic.policy import steps_from_json
from omic.why import rendered

DUTIES = (
    ObligationKind.EA_FIRST_REVIEW,
    ObligationKind.EA_REVIEW,
    ObligationKind.EA_REFERRAL_REVIEW,
    ObligationKind.EA_TRANSFER,
    ObligationKind.EA_MAPPA_REFERRAL,
)
COLUMNS = (
    Column("name", "Name", "person.name", ("person__surname", "person__forename"), cell="handover/_early_name.html"),
    Column("number", "Prison number", "person.prison_number", ("person__prison_number",)),
    Column("pom", "POM", "person.pom", ("person__pom__surname", "person__pom__forename")),
    Column("class", "Class", "get_klass_display", ("klass",)),
    Column("assessed", "Assessed", "assessed_at", ("assessed_at",)),
    Column("release", "Earliest release", "release_on", ("release_on",)),
)


_COM_NAMED = Q(com_name__gt="") | Q(com_email__gt="")


@requires(Action.SEE_DATES)
def early_allocation(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Where the person stands, what is next and by when, then every assessment of theirs."""
    rows = list(_rows(request))
    standing = [row for row in rows if row.withdrawn_at is None and row.sentence.closed_at is None]
    present = next(iter(standing), None)
    in_force = next((row for row in standing if row.decision == EarlyAssessment.Decision.ACCEPTED), None)
    stated = stated_elsewhere(request.person)
    kinds = (*DUTIES, ObligationKind.HANDOVER) if in_force or stated else DUTIES
    duties = list(request.person.obligations.demanding().filter(kind__in=kinds))
    stored = request.person.handoverdeterminations.current().first()
    context = {
        "title": "Early allocation",
        "stage": stage_of(present),
        "next": next_of(present, duties),
        "sentence": in_a_sentence(stored, request.on) if stored else "",
        "why_url": reverse("why", args=[code, ref, "handover"]),
        "present": present,
        "in_force": in_force if in_force != present else None,
        "no_com": (in_force or stated) and not CaseDetails.objects.filter(_COM_NAMED, person=request.person).exists(),
        "stated": stated,
        "stated_before": stated_before(request.person),
        "may_end_stated": stated and request.standing.reaches(Action.APPROVE_EARLY, request.person),
        "explained": _explained(present),
        "rows": rows,
        "action": _action(request, present),
        "needs_another": TWO_PEOPLE if present is not None and _waits_for_another(request, present) else "",
        "may_print": present is not None and is_referral(present),
        "may_withdraw": present is not None and _may_withdraw(request, present),
        "may_end": in_force is not None and _may_withdraw(request, in_force),
    }
    return render(request, "handover/early.html", context | about(request, reverse("person", args=[code, ref])))


def _action(request: PrisonRequest, present: EarlyAssessment | None) -> dict[str, str] | None:
    """The one thing that whoever is signed in can do next."""
    args = [request.prison.pk, request.person.ref]
    stage = stage_of(present)
    if present is not None and stage.step and stage.action and request.standing.reaches(stage.action, request.person):
        url = reverse(f"handover:early-{stage.step}", args=[*args, present.pk])
        return None if _waits_for_another(request, present) else {"words": stage.button, "url": url}
    if not stage.step and request.standing.reaches(Action.ASSESS_EARLY, request.person):
        return {"words": "Assess", "url": reverse("handover:early-assess", args=args)}
    return None


def _waits_for_another(request: PrisonRequest, present: EarlyAssessment) -> bool:
    """Whether a HOMD is signed in who has assessed this themselves, so that another has to answer."""
    own = stage_of(present).action == Action.APPROVE_EARLY and present.assessed_by_id == request.user.pk
    return own and request.standing.reaches(Action.APPROVE_EARLY, request.person)


def _rows(request: PrisonRequest) -> Any:
    named = ("assessed_by", "approved_by", "referred_by", "decision_recorded_by", "withdrawn_by", "sentence")
    return request.person.early_assessments.select_related(*named)


def _explained(row: EarlyAssessment | None) -> dict[str, Any]:
    """What the class and the window rested on, as every why is shown."""
    return {"steps": rendered(steps_from_json(row.steps)) if row else []}


def _row(request: PrisonRequest, number: int) -> EarlyAssessment:
    return get_object_or_404(_rows(request), pk=number)


def _may_withdraw(request: PrisonRequest, row: EarlyAssessment) -> bool:
    action = Action.APPROVE_EARLY if row.referred_at else Action.ASSESS_EARLY
    return request.standing.reaches(action, request.person)


@requires(Action.ASSESS_EARLY)
def assess(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Answer the criteria; the class follows from them."""
    person = request.person
    form = AssessForm(pending.typed(request), request=request)
    save = partial(assess_early, person=person, by=request.user, at=request.now)
    tact = person.alerts.filter(code=TACT_ALERT, ends_on=None).exists()
    known = recorded_facts(CaseDetails.objects.filter(person=person).first(), tact=tact)
    return _form(request, form, save, "Assess for early allocation", "Save assessment", known=known)


@requires(Action.APPROVE_EARLY)
def approve(request: PrisonRequest, code: str, ref: str, number: int) -> HttpResponse:
    """The HOMD's answer."""
    return _step(request, number, ApproveForm, approve_early, "Approve the referral", "Save")


@requires(Action.ASSESS_EARLY)
def refer(request: PrisonRequest, code: str, ref: str, number: int) -> HttpResponse:
    """Record that it was referred, and to whom."""
    return _step(request, number, ReferForm, refer_early, "Record the referral", "Record referral")


@requires(Action.RECORD_COMMUNITY)
def decide(request: PrisonRequest, code: str, ref: str, number: int) -> HttpResponse:
    """Record the community's decision."""
    return _step(request, number, DecisionForm, record_early_decision, "Record the decision", "Record decision")


@requires(Action.ASSESS_EARLY)
def withdraw(request: PrisonRequest, code: str, ref: str, number: int) -> HttpResponse:
    """Take an assessment back; from the referral on, the HOMD alone."""
    if not _may_withdraw(request, _row(request, number)):
        raise PermissionDenied
    return _step(request, number, WithdrawForm, withdraw_early, "Take the assessment back", "Take back")


@requires(Action.APPROVE_EARLY)
def withdraw_stated_elsewhere(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Take back an early allocation that a file stated, without an assessment here."""
    form = WithdrawForm(pending.typed(request), request=request)
    save = partial(withdraw_stated, person=request.person, by=request.user, at=request.now)
    return _form(request, form, save, "Take back what was stated", "Take back")


@requires(Action.SEE_DATES)
def referral(request: PrisonRequest, code: str, ref: str, number: int) -> HttpResponse:
    """The referral on paper: who, the class with what it rests on, the rationale, and who approved it."""
    row = _row(request, number)
    if not is_referral(row):
        raise Http404("Nothing is to be referred by this assessment.")
    back = reverse("handover:early", args=[code, ref])
    context = {"title": "Early allocation: referral", "row": row, "explained": _explained(row)}
    return render(request, "handover/early_referral.html", context | about(request, back))


def _step(
    request: PrisonRequest,
    number: int,
    form_class: type[EarlyForm],
    act: Callable[..., EarlyAssessment],
    title: str,
    submit: str,
) -> HttpResponse:
    row = _row(request, number)
    form = form_class(pending.typed(request), request=request)
    save = partial(act, assessment=row.pk, by=request.user, at=request.now)
    return _form(request, form, save, title, submit, present=row)


def _form(
    request: PrisonRequest, form: EarlyForm, save: Callable[..., Any], title: str, submit: str, **more: Any
) -> HttpResponse:
    back = reverse("handover:early", args=[request.prison.pk, request.person.ref])
    if request.method == "POST" and form.is_valid() and form.attempt(save):
        messages.success(request, "Saved. Dates and duties follow it.")
        return redirect(back)
    context = {"title": title, "form": form, "submit": submit, **more}
    return render(request, "handover/early_form.html", context | about(request, back))


@requires(Action.SEE_DATES)
def early_list(request: PrisonRequest, code: str, stage: str) -> HttpResponseBase:
    """The assessments of people held here that wait at one stage."""
    assessments = EarlyAssessment.objects.filter(person__in=request.prison.people.all())
    chosen = LISTS[stage]
    rows = chosen.rows(assessments).select_related("person", "person__pom")
    page = ListPage(
        request,
        rows,
        title=f"Early allocation: {chosen.words.lower()}",
        columns=COLUMNS,
        sort="assessed",
        noun="assessment,assessments",
        filterset=EarlyFilter,
        empty=chosen.empty,
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, f"early-allocation-{stage}"),
    )
    tabs = [
        Tab(one.words, reverse(f"handover:early-{key}-list", args=[code]), one.rows(assessments).count())
        for key, one in LISTS.items()
    ]
    return page.response(context={"tabs": tabs, "lede": chosen.definition})


def home_tiles(request: PrisonRequest) -> list[Tile]:
    """What waits at each stage for whoever may take the next step: for a POM about their own people.

    A HOMD’s own assessments wait for another HOMD: they are left out.
    """
    tiles = []
    for stage, action in (
        ("approve", Action.APPROVE_EARLY),
        ("refer", Action.ASSESS_EARLY),
        ("decide", Action.ASSESS_EARLY),
    ):
        if request.standing.may(action):
            theirs = EarlyAssessment.objects.filter(person__in=request.standing.people(action))
            rows = LISTS[stage].rows(theirs)
            own = "" if Relation.PRISON in request.standing.relations(action) else f"?pom={request.user.pk}"
            if action == Action.APPROVE_EARLY:
                rows, own = rows.exclude(assessed_by=request.user), "?assessed=others"
            count = rows.count()
            url = reverse(f"handover:early-{stage}-list", args=[request.prison.pk]) + own
            words = noun(count, LISTS[stage].tile)
            tiles += [Tile(count, words, url, "yellow")] if count else []
    return tiles
