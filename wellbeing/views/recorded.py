"""What rosters have recorded, and taking back what was recorded in error, also when the person has left since."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from keywork.forms import attempt
from omic import audit, pending
from omic.access import Action, requires
from omic.formats import moment
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.models import Contact
from omic.people import identity
from wellbeing.actions.checks import undo_check
from wellbeing.recorded import RecordedFilter, opens, recorded_columns, recorded_for
from wellbeing.roster_forms import UndoForm
from wellbeing.tabs import tabs_of


@requires(Action.RECORD_CHECK)
def recorded(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Every check recorded here that stands, and every attempt at one, newest first."""
    page = ListPage(
        request,
        recorded_for(request).filter(superseded_at=None),
        title="Recorded checks",
        columns=recorded_columns(request),
        sort="-at",
        noun="entry,entries",
        filterset=RecordedFilter,
        empty="Nothing is recorded here, as far as you may see.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "recorded-checks"),
    )
    return page.response(context={"tabs": tabs_of(request)})


@requires(Action.RECORD_CHECK)
def undo(request: PrisonRequest, code: str, contact: int) -> HttpResponse:
    """Take back what was recorded in error, of whatever day: what it met is owed again, or was missed."""
    found = get_object_or_404(recorded_for(request), pk=contact)
    form = UndoForm(pending.typed(request), staff=request.user)
    save = partial(undo_check, contact=found, by=request.user, at=request.now)
    back = _back(request, found)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, "Taken back. What it had met is owed again, or was missed if its day is over.")
        return redirect(back)
    person, words = found.person, f"{found.get_kind_display()} by {found.by}, {moment(found.at)}"
    context = {"title": "Take a check back", "form": form, "submit": "Take back", "cancel": back, "back": back}
    context |= {"lede": f"{person.name}, {person.prison_number}: {words}", "person": person}
    here = identity(person) if opens(request, person) else {}
    return render(request, "omic/form.html", {**context, **here})


def _back(request: PrisonRequest, contact: Contact) -> str:
    """The person's page, or what else is recorded of them here where that does not open."""
    if opens(request, contact.person):
        return reverse("person", args=[request.prison.pk, contact.person.ref])
    return f"{reverse('wellbeing:recorded', args=[request.prison.pk])}?person={contact.person.ref}"
