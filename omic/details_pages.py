"""The pages that enter what the roll does not hold, beside what is missing and what that blocks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from omic import audit, details, pending
from omic.access import Action, requires
from omic.audit import Actor
from omic.details import FIELDS, ConflictError, OlderError, PlanChangedError, Statement
from omic.details_forms import DetailsForm, OasysForm, Origin, ParoleReviewForm, SentencePlanForm, as_texts
from omic.formats import day, moment
from omic.http import PrisonRequest
from omic.missing import lacking, missing_of, with_missing
from omic.models import CaseDetails, DetailEntry, Person, SentencePlan
from omic.parole_reviews import record_parole_review
from omic.people import identity
from omic.recorded import RecordedError, reviews_seen
from omic.why import in_words

ENTRIES_SHOWN = 100
UNASKED = {"last_oasys_on": "Last OASys on"}  # facts that files alone state, where a name of theirs has initials


@dataclass(frozen=True, slots=True)
class Record:
    """A kind of record that is added on a page of its own."""

    title: str
    form: type[Origin]
    action: Callable[..., bool]


RECORDS = {
    "parole-review": Record("Parole review", ParoleReviewForm, record_parole_review),
    "oasys": Record("OASys assessment", OasysForm, details.record_oasys),
    "sentence-plan": Record("Sentence plan", SentencePlanForm, details.record_sentence_plan),
}


@requires(Action.EDIT_DETAILS)
def edit_details(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Enter or correct a person's details; everything that follows from them follows at once."""
    person = request.person
    known = getattr(person, "details", None) or CaseDetails(person=person)
    form = DetailsForm(pending.typed(request), instance=known, staff=request.user, today=request.on)
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        return redirect(_after(request))
    actor = Actor(staff=request.user)
    audit.record(by=actor, action="see_details", at=request.now, prison=request.prison, person=person)
    context = {"title": "Case details", "form": form, "submit": "Save details", "also": "Save and next person"}
    context |= {"person": person, "cancel": reverse("person", args=[code, ref]), **identity(person), **_beside(request)}
    return render(request, "omic/edit_details.html", context)


def _saved(request: PrisonRequest, form: DetailsForm) -> bool:
    given = {name: form.cleaned_data[name] for name in ("source", "as_at", "version")}
    actor = Actor(staff=request.user)
    try:
        stated = details.record_details(person=request.person, values=form.typed(), by=actor, at=request.now, **given)
    except ConflictError as error:
        form.show_conflict(error.details, _told(error.details, form.cleaned_data["seen"]))
        return False
    except OlderError as error:
        for name, entry in error.newer.items():
            form.add_error(name, _newer(entry))
        return False
    except ValidationError as error:  # of a fact that somebody else recorded meanwhile, together with what was typed
        form.add_error(None, error)
        return False
    _say(request, stated)
    return True


def _say(request: PrisonRequest, stated: details.Stated) -> None:
    name = request.person.name
    if stated.entries:
        messages.success(request, f"The details of {name} are saved. Tier, dates and duties follow them.")
    else:
        messages.info(request, f"Nothing was changed in the details of {name}.")


def _told(now: CaseDetails, seen: dict[str, str | None]) -> dict[str, str]:
    """Who changed which field since the page was drawn, in words."""
    texts = as_texts(now)
    moved = [name for name in FIELDS if texts[name] != seen.get(name)]
    entries = now.person.detail_entries.filter(field__in=moved).select_related("recorded_by").order_by("id")
    last = {entry.field: entry for entry in entries}
    return {name: _changed_by(last[name]) for name in moved if name in last}


def _changed_by(entry: DetailEntry) -> str:
    who = entry.recorded_by or entry.source
    return f"{who} changed {label(entry.field)} to {shown(entry)} on {moment(entry.recorded_at)}."


def _newer(entry: DetailEntry) -> str:
    return (
        f"{label(entry.field)} is known as at {day(entry.as_at)}: {shown(entry)}, from {entry.source}. "
        "Enter that day or a later one below, or leave this as it was."
    )


def label(name: str) -> str:
    """A detail's name as the form has it; files also state facts that no form asks for."""
    if field := DetailsForm.base_fields.get(name):
        return str(field.label)
    words = UNASKED.get(name) or str(FIELDS[name].verbose_name if name in FIELDS else name.replace("_", " "))
    return words[0].upper() + words[1:]


def shown(entry: DetailEntry) -> str:
    """An entry's value in the words of its field."""
    field = FIELDS.get(entry.field)
    if entry.value is None:
        return "Not known"
    if field is None:
        fact = in_words(entry.value)
        return day(fact) if isinstance(fact, date) else str(fact)
    if isinstance(field, models.BooleanField):
        return "Yes" if entry.value == "true" else "No"
    value = field.to_python(entry.value)
    if isinstance(value, date):
        return day(value)
    return str(dict(field.flatchoices).get(value, value))


def _after(request: PrisonRequest) -> str:
    """The person's page, or that of the next person who lacks something."""
    if "also" not in request.POST:
        return reverse("person", args=[request.prison.pk, request.person.ref])
    here = (request.person.surname, request.person.forename, request.person.pk)
    people = lacking(request.prison.people.all(), request.on).order_by("surname", "forename", "pk")
    rows = people.values_list("surname", "forename", "pk", "ref")
    later = next((ref for *place, ref in rows if tuple(place) > here), None)
    return (
        reverse("edit-details", args=[request.prison.pk, later])
        if later
        else reverse("missing-details", args=[request.prison.pk])
    )


def _beside(request: PrisonRequest) -> dict[str, Any]:
    """What is missing, what has been recorded before, and the records that are entered on pages of their own."""
    person = request.person
    entries = person.detail_entries.select_related("recorded_by").order_by("-id")[:ENTRIES_SHOWN]
    row = with_missing(request.prison.people.filter(pk=person.pk), request.on).get()
    return {
        "missing": missing_of(row),
        "entries": [(label(entry.field), shown(entry), entry) for entry in entries],
        "reviews": person.parole_reviews.standing().order_by("-target_hearing_on", "-id"),
        "oasys": person.oasys.select_related("withdrawn_by").order_by("-completed_on", "-id"),
        "plan": getattr(person, "sentence_plan", None),
    }


@requires(Action.EDIT_DETAILS)
def add_record(request: PrisonRequest, code: str, ref: str, record: str) -> HttpResponse:
    """Enter a parole review, a completed OASys or the sentence plan."""
    if record not in RECORDS:
        raise Http404("There is no such record.")
    kind, person = RECORDS[record], request.person
    initial = _shown_now(person, kind)
    form = kind.form(pending.typed(request), staff=request.user, today=request.on, initial=initial)
    back = reverse("edit-details", args=[code, ref])
    if request.method == "POST" and form.is_valid() and _added(request, kind, form):
        return redirect(back)
    context = {"title": kind.title, "form": form, "submit": "Save", "cancel": back, "back": back, "person": person}
    return render(request, "omic/add_record.html", context | identity(person))


def _shown_now(person: Person, kind: Record) -> dict[str, Any]:
    """What the page stands on, so that what somebody else records meanwhile is not lost."""
    if kind.form is ParoleReviewForm:
        return {"seen": reviews_seen(person)}
    return _plan_now(getattr(person, "sentence_plan", None)) if kind.form is SentencePlanForm else {}


def _plan_now(plan: SentencePlan | None) -> dict[str, Any]:
    """What the page shows of the plan: what is not touched stays as it is."""
    if plan is None:
        return {"version": 0}
    shown = {name: getattr(plan, name) for name in ("version", "targets", "pom_agreed_on", "pom_agreed_by")}
    return shown | {"active": "yes" if plan.active else "no"}


def _added(request: PrisonRequest, kind: Record, form: Origin) -> bool:
    """Whether the record is kept; where somebody else was first, the form says who, and keeps what was typed."""
    try:
        news = _add(request, kind, form)
    except PlanChangedError as error:
        form.add_error(None, _plan_changed_by(error.plan))
        form.data = {name: form.data[name] for name in form.data} | {"version": error.plan.version}
        return False
    except RecordedError as error:
        form.add_error(error.field, str(error))
        form.data = {name: form.data[name] for name in form.data} | {"seen": reviews_seen(request.person)}
        return False
    messages.success(request, f"{kind.title} saved." if news else f"{kind.title}: this was known already.")
    return True


def _plan_changed_by(plan: SentencePlan) -> str:
    deed = plan.person.audit_events.filter(action="record_sentence_plan").select_related("staff").first()
    who = (deed and deed.staff) or plan.source
    said = ", ".join(plan.targets.split("\n")) or "no targets"
    active = "active" if plan.active else "not active"
    return (
        f"{who} changed the plan on {moment(plan.recorded_at)}: {active}, {said}. "
        "Nothing of yours is saved yet: check what you typed and save again."
    )


def _add(request: PrisonRequest, kind: Record, form: Origin) -> bool:
    facts = {name: value for name, value in form.cleaned_data.items() if name not in ("source", "as_at", "typed_by")}
    given = form.cleaned_data
    statement = Statement(given["source"], given["as_at"], Actor(staff=request.user), request.now)
    return kind.action(person=request.person, statement=statement, **facts)


urls = [
    path("people/<uuid:ref>/details/", edit_details, name="edit-details"),
    path("people/<uuid:ref>/details/<str:record>/", add_record, name="add-record"),
]
