"""Quality assurance of key work notes: the samples, one note with its review, and a key worker's own feedback."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from keywork import quality
from keywork.actions.quality import draw_samples, read_feedback, review_note
from keywork.forms import attempt
from keywork.models import NoteSample
from keywork.notes import answers
from keywork.quality_forms import ReviewForm
from omic import audit, pending
from omic.access import Action, requires
from omic.audit import Actor
from omic.formats import day, plural
from omic.http import PrisonRequest
from omic.lists import ListPage


@requires(Action.SEE_QUALITY)
def samples(request: PrisonRequest, code: str) -> HttpResponseBase:
    """The notes drawn for review: those that wait first, longest first, then the reviewed ones."""
    may = request.standing.may
    page = ListPage(
        request,
        quality.samples(request.prison).select_related("contact__person", "staff", "reviewer"),
        title="Quality of key work notes",
        columns=quality.SAMPLE_COLUMNS,
        sort="state",
        noun="note,notes",
        filterset=quality.SampleFilter,
        empty="No note has been drawn yet. Notes are drawn from the sessions of the present period.",
        may_export=may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "note-samples"),
    )
    outcome = quality.sample_of(request.prison, request.on)
    crumbs = [("Key work", reverse("keywork:overdue", args=[code]))]
    context = {
        "crumbs": crumbs,
        "sample": outcome.value,
        "found": outcome.steps[-1].found,
        "may_draw": may(Action.REVIEW_NOTES),
    }
    return page.response("keywork/quality.html", context)


@requires(Action.REVIEW_NOTES)
@require_POST
def draw(request: PrisonRequest, code: str) -> HttpResponse:
    """Draw what the samples of the present period and of the one before still lack."""
    drawn = draw_samples(prison=request.prison, on=request.on, by=Actor(staff=request.user), at=request.now)
    if drawn:
        messages.success(request, f"{plural(drawn, 'note was,notes were')} drawn.")
    else:
        messages.info(request, "Nothing more is to be drawn: the sample is complete as far as sessions are recorded.")
    return redirect("keywork:quality", code)


def _sample(rows: Any, pk: int) -> NoteSample:
    related = ("contact__person", "contact__session_note", "contact__by", "staff", "reviewer", "prison")
    return get_object_or_404(rows.select_related(*related), pk=pk)


def _shown(request: PrisonRequest, found: NoteSample) -> dict[str, Any]:
    """The note with what it says and which one it reads like; reading it is kept."""
    contact = found.contact
    audit.record(
        by=Actor(staff=request.user), action="see_session", at=request.now, prison=request.prison,
        person=contact.person, contact=contact.pk,
    )  # fmt: skip
    here = request.standing.people(Action.SEE_PERSON).filter(pk=contact.person_id).exists()
    back = reverse("keywork:quality", args=[request.prison.pk])
    reviews = request.standing.may(Action.REVIEW_NOTES)
    shown = {"title": f"Note of {day(contact.on)} by {found.staff}", "contact": contact, "held": here, "back": back}
    shown |= {"answers": answers(contact.session_note), "alike": quality.alike(contact)}
    return shown | quality.shown_context(found, request.user, reviews=reviews)


@requires(Action.SEE_QUALITY)
def sample(request: PrisonRequest, code: str, sample: int) -> HttpResponse:
    """One sampled note, and what its review said."""
    found = _sample(quality.samples(request.prison), sample)
    may_review = request.standing.may(Action.REVIEW_NOTES) and found.staff_id != request.user.pk
    context = {"may_review": may_review and not found.reviewed_at}
    return render(request, "keywork/quality_sample.html", _shown(request, found) | context)


@requires(Action.REVIEW_NOTES)
def review(request: PrisonRequest, code: str, sample: int) -> HttpResponse:
    """The note beside the form; nobody reviews their own."""
    found = _sample(quality.samples(request.prison), sample)
    if found.staff_id == request.user.pk:
        raise PermissionDenied("This is your own note: somebody else has to review it.")
    if request.method == "GET" and found.reviewed_at:
        return redirect("keywork:sample", code, sample)
    form = ReviewForm(pending.typed(request), staff=request.user)
    save = partial(review_note, sample=found, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.said()):
        messages.success(request, f"Review saved. {found.staff} is shown your feedback.")
        return redirect("keywork:quality", code)
    context = {"form": form, "submit": "Save the review", "cancel": reverse("keywork:quality", args=[code])}
    return render(request, "keywork/quality_review.html", _shown(request, found) | context)


@requires(Action.MY_KEY_WORK)
def feedback(request: PrisonRequest, code: str) -> HttpResponseBase:
    """What was said of my own notes, unread first."""
    rows = quality.with_read(quality.feedback_for(request.prison, request.user))
    page = ListPage(
        request,
        rows.select_related("contact"),
        title="Feedback on my notes",
        columns=quality.FEEDBACK_COLUMNS,
        sort="unread",
        noun="note,notes",
        empty="No note of yours has been reviewed yet. A few are drawn now and then, by chance.",
    )
    return page.response(context={"crumbs": [("My people", reverse("keywork:mine", args=[code]))]})


@requires(Action.MY_KEY_WORK)
def one_feedback(request: PrisonRequest, code: str, sample: int) -> HttpResponse:
    """What was said of one of my notes, and one button to say that I have read it."""
    found = _sample(quality.feedback_for(request.prison, request.user), sample)
    if request.method == "POST":
        read_feedback(sample=found, by=request.user, at=request.now)
        return redirect("keywork:feedback", code)
    contact = found.contact
    held = request.standing.people(Action.SEE_PERSON).filter(pk=contact.person_id).exists()
    audit.record(
        by=Actor(staff=request.user), action="see_session", at=request.now, prison=request.prison,
        person=contact.person, contact=contact.pk,
    )  # fmt: skip
    context = {"title": f"Feedback on your note of {day(contact.on)}", "sample": found, "contact": contact}
    context |= {"held": held, "answers": answers(contact.session_note) if held else []}
    context |= {"finding_tag": quality.finding_tag(found), "back": reverse("keywork:feedback", args=[code])}
    return render(request, "keywork/quality_feedback.html", context)
