"""What POMs have shared with the wing: the list, and one of it to read."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from omic import audit
from omic.access import Action, requires
from omic.audit import Actor
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.people import identity
from omic.sharing import read_share, readings
from wellbeing.shared import SharedFilter, columns, within_reach
from wellbeing.tabs import tabs_of


@requires(Action.READ_SHARED)
def shared(request: PrisonRequest, code: str) -> HttpResponseBase:
    """What was shared about the people of one's wing, or of the prison; longest waiting first."""
    page = ListPage(
        request,
        within_reach(request),
        title="From POMs to read",
        columns=columns(request),
        sort="since",
        noun="to read or read,to read or read",
        filterset=SharedFilter,
        empty="Nothing was shared. POMs share what residential staff must know when they log an engagement.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "from-poms"),
    )
    return page.response(context={"tabs": tabs_of(request)})


@requires(Action.READ_SHARED)
def read(request: PrisonRequest, code: str, duty: int) -> HttpResponse:
    """What was shared, who has read it, and one button to say that one has."""
    found = get_object_or_404(within_reach(request), pk=duty)
    back = reverse("wellbeing:shared", args=[code])
    if request.method == "POST":
        read_share(duty=found, by=request.user, at=request.now)
        messages.success(request, f"Kept that you have read what was shared about {found.person.name}.")
        return redirect(back)
    actor, about = Actor(staff=request.user), {"prison": request.prison, "person": found.person}
    audit.record(by=actor, action="see_shared", at=request.now, duty=found.pk, **about)
    read_by = readings([found])[found.pk]
    mine = any(one.by == request.user for one in read_by)
    context = {"title": f"From the POM of {found.person.name}", "duty": found, "readings": read_by, "mine": mine}
    return render(
        request, "wellbeing/shared_read.html", context | {"person": found.person, "back": back} | identity(found.person)
    )
