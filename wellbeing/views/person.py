"""One person's check on a page of its own."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from omic import pending
from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.people import identity
from wellbeing.acct import acct_age
from wellbeing.roster_forms import PersonCheckForm
from wellbeing.roster_page import line_of
from wellbeing.ticking import Ticks, save_lines
from wellbeing.views.roster import tell_of_twice


@requires(Action.RECORD_CHECK)
def check(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Record a check of one person: now, or late with its true time."""
    person, back = request.person, reverse("person", args=[code, ref])
    form = PersonCheckForm(pending.typed(request), person=person, on=request.on)
    save = partial(save_lines, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and (saved := save([form])):
        messages.success(request, f"{saved[0].get_kind_display()} of {person.name} saved.")
        tell_of_twice(request, [form])
        return redirect(back)
    line = line_of(request, form)
    age = acct_age(request.prison, at=request.now)
    context = {"title": f"Wellbeing check of {person.name}", "line": line, "form": Ticks([line]), "age": age}
    context |= {"typed_by": pending.stamp(request.user), "person": person, "back": back, "asked": {"on": request.on}}
    return render(request, "wellbeing/roster_person.html", {**context, **identity(person)})
