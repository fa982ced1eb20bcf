"""The pages of the reminders: which wait because they reach nobody, and a POM's choice to get none."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from handover.community_forms import ReminderForm
from handover.community_lists import lost_reminders
from handover.community_tabs import community_tabs
from handover.reminders import choose_reminders, due_reminders, posted_in, unreachable
from omic import audit
from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.lists import Column, ListPage, link
from omic.models import Obligation


@requires(Action.SEE_PIPELINE)
def waiting(request: PrisonRequest, code: str) -> HttpResponseBase:
    """The reminders that are due and reach nobody, each with why; the next night sends what can be sent."""
    posted, named = posted_in(request.prison, request.on), request.standing.may(Action.SEE_PERSON)
    page = ListPage(
        request,
        due_reminders(request.prison, request.on).select_related("person__pom"),
        title="Reminders waiting",
        columns=_columns(code, posted, named),
        sort="due",
        noun="reminder,reminders",
        empty="Every reminder that was due has gone to its POM. That is good.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "reminders-waiting"),
    )
    lost = lost_reminders(request.prison, request.now)
    return page.response("handover/reminders_waiting.html", {"tabs": community_tabs(request), "lost": lost})


def _columns(code: str, posted: set[int], named: bool) -> tuple[Column, ...]:
    def about(row: Obligation) -> str:
        return link(reverse("person", args=[code, row.person.ref]), row.person.name)

    def why(row: Obligation) -> str:
        return unreachable(row.person, posted) or "Goes out with the next night"

    who = (Column("name", "Name", "person.name", order=("person__surname", "person__forename"), cell=about),)
    return (
        *(who if named else ()),
        Column("number", "Prison number", "person.prison_number", order=("person__prison_number",)),
        Column("kind", "Reminder", "get_kind_display", order=("kind",)),
        Column("due", "Due on", "due_on", order=("due_on",)),
        Column("why", "Why it waits", why),
    )


@requires(Action.CHOOSE_REMINDERS)
def choose(request: PrisonRequest, code: str) -> HttpResponse:
    """Whether to get the reminders, for oneself."""
    standing = request.user.reminder_choices.filter(ends_at=None).first()
    form = ReminderForm(request.POST or None, initial={"wanted": "no" if standing else "yes"})
    back = reverse("handover:upcoming", args=[code])
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data["wanted"]
        choose_reminders(wanted=wanted, by=request.user, at=request.now)
        messages.success(request, "You get handover reminders by email." if wanted else "You get no reminders.")
        return redirect(back)
    context = {"title": "Handover reminders", "form": form, "submit": "Save", "cancel": back, "back": back}
    return render(request, "omic/form.html", context)
