"""Recording that somebody harmed themselves, and taking back what was recorded in error."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from keywork.forms import attempt
from omic import pending
from omic.access import Action, Relation, requires
from omic.formats import day
from omic.http import PrisonRequest
from omic.models import Person, Prison
from omic.people import identity
from wellbeing.acct import acct_age
from wellbeing.actions.self_harm import record_self_harm, withdraw_self_harm
from wellbeing.self_harm import known_of
from wellbeing.self_harm_forms import IncidentForm, WithdrawIncidentForm


@requires(Action.RECORD_SELF_HARM)
def record(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Record an incident; what it calls for, and those recorded here already, stand beside the form."""
    person, back = request.person, reverse("person", args=[code, ref])
    form = IncidentForm(pending.typed(request), staff=request.user, initial={"on": request.on})
    save = partial(record_self_harm, person=person, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and (made := attempt(form, save, **form.told())):
        messages.success(request, f"Recorded: {person.name} harmed themselves on {day(made.on)}.")
        return redirect("wellbeing:record-self-harm", code, ref)
    context = {"title": f"Self-harm: {person.name}", "form": form, "submit": "Record the incident", "cancel": back}
    context |= {"person": person, "back": back, "age": acct_age(request.prison, at=request.now), **identity(person)}
    context |= known_of(person, request.prison, on=request.on)
    return render(request, "wellbeing/self_harm.html", context)


@requires(Action.RECORD_SELF_HARM)
def withdraw(request: PrisonRequest, code: str, incident: int) -> HttpResponse:
    """Take an incident back, also of somebody who has left since."""
    found = get_object_or_404(request.prison.self_harm.standing().select_related("person", "recorded_by"), pk=incident)
    if not _within_reach(request, found.person_id):
        raise PermissionDenied("This person is not one of yours.")
    back = _page_of(found.person, request.prison)
    form = WithdrawIncidentForm(pending.typed(request), staff=request.user)
    save = partial(withdraw_self_harm, incident=found, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, "Taken back. It counts no more, and stays on record with your reason.")
        return redirect(back)
    context = {"title": "Take an incident back", "form": form, "submit": "Take back", "incident": found}
    return render(request, "wellbeing/self_harm_withdraw.html", {**context, "back": back, "cancel": back})


def _within_reach(request: PrisonRequest, person: int) -> bool:
    """A wing officer's reach is their wing; everybody else's goes on to those who have left."""
    if Relation.PRISON in request.standing.relations(Action.RECORD_SELF_HARM):
        return True
    return request.standing.people(Action.RECORD_SELF_HARM).filter(pk=person).exists()


def _page_of(person: Person, prison: Prison) -> str:
    """Where the incidents of somebody held here are recorded; the home page for one who has left."""
    if person.prison_id != prison.pk:
        return reverse("home", args=[prison.pk])
    return reverse("wellbeing:record-self-harm", args=[prison.pk, person.ref])
