"""The pages of the reminders: which wait because they have reached nobody, and a POM's choice to get none."""

from collections.abc import Mapping
from functools import partial

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from handover.community_forms import ReminderForm
from handover.community_tabs import community_tabs
from handover.reminders import ABOUT, choose_reminders, lost_mails, posted_in, unreachable, waiting_reminders
from omic import audit
from omic.access import Action, requires
from omic.formats import day
from omic.http import PrisonRequest
from omic.lists import Column, ListPage, link
from omic.models import Message, Obligation


@requires(Action.SEE_PIPELINE)
def waiting(request: PrisonRequest, code: str) -> HttpResponseBase:
    """The reminders that are due and have reached nobody, each with why; the next night sends what can be sent."""
    posted, named = posted_in(request.prison, request.on), request.standing.may(Action.SEE_PERSON)
    lost = {mail.about: mail for mail in lost_mails(request.prison).order_by("pk")}  # of each the newest
    page = ListPage(
        request,
        waiting_reminders(request.prison, request.on).select_related("person__pom"),
        title="Reminders waiting",
        columns=_columns(code, posted, lost, named),
        sort="due",
        noun="reminder,reminders",
        empty="Every reminder that was due has gone to its POM. That is good.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "reminders-waiting"),
    )
    return page.response(context={"tabs": community_tabs(request)})


def _columns(code: str, posted: set[int], lost: Mapping[str, Message], named: bool) -> tuple[Column, ...]:
    def about(row: Obligation) -> str:
        return link(reverse("person", args=[code, row.person.ref]), row.person.name)

    def why(row: Obligation) -> str:
        mail = lost.get(f"{ABOUT}{row.pk}")
        return unreachable(row.person, posted) or (_lost(mail) if mail else "Goes out with the next night")

    who = (Column("name", "Name", "person.name", order=("person__surname", "person__forename"), cell=about),)
    return (
        *(who if named else ()),
        Column("number", "Prison number", "person.prison_number", order=("person__prison_number",)),
        Column("kind", "Reminder", "get_kind_display", order=("kind",)),
        Column("due", "Due on", "due_on", order=("due_on",)),
        Column("why", "Why it waits", why),
    )


def _lost(mail: Message) -> str:
    said = ": ".join(filter(None, (mail.get_state_display(), mail.last_error)))
    again = "The next night writes again, to the POM’s address as it stands then"
    return f"The email of {day(mail.on)} to {mail.recipient}: {said}. {again}"


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
