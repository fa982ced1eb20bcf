"""Key workers for many people with one save, the optimum suggested where it is asked for."""

from functools import partial

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from keywork.actions.placing import place_people
from keywork.forms import attempt
from keywork.placing import advise, desk_of, held_by, shown, these, waiting
from keywork.placing_forms import PlacingForm
from keywork.placing_lists import PlacingFilter, placing_columns
from omic import audit, pending
from omic.access import Action, requires
from omic.formats import plural
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.models import Person, Staff

AT_ONCE = 60  # people on one page, saved together
NOBODY = "Everybody who is to have a key worker has one. That is good."
NOBODY_HELD = "This key worker has nobody any more."


@requires(Action.ALLOCATE_KEY_WORKER)
def place(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Choose key workers for everybody listed. Nothing is stored until it is saved; who is refused stays here."""
    filters = PlacingFilter(request.GET or None, waiting(request.prison), request=request)
    of: Staff | None = filters.asked("of")
    desk = desk_of(request.prison, on=request.on, besides=of and of.pk)
    form = PlacingForm(pending.typed(request), request=request, desk=desk)
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        more = _everybody(request, of).exists()
        return redirect(request.get_full_path() if more else reverse("keywork:unallocated", args=[code]))
    everybody = _everybody(request, of)
    if filters.asked("recommend") and not form.refused:
        # All of them compete for the places, on whichever page or wing they are.
        form.advice = advise(list(everybody.select_related("wing")), desk, request.prison, on=request.on)
    return _drawn(request, form, these(request.prison, form.refused) if form.refused else everybody, of)


def _everybody(request: PrisonRequest, of: Staff | None) -> QuerySet[Person]:
    return held_by(request.prison, of) if of else waiting(request.prison)


def _saved(request: PrisonRequest, form: PlacingForm) -> bool:
    """Save what was chosen and say so; whether all of it could be saved."""
    save = partial(place_people, prison=request.prison, by=request.user, at=request.now)
    placed = attempt(form, save, choices=form.choices())
    if placed is None:
        return False
    if placed.begun:
        messages.success(request, f"{plural(len(placed.begun), 'person has a,people have a')} new key worker.")
    here = request.prison.people.filter(pk__in=placed.refused)
    names = {person.pk: f"{person.name}: " for person in here}
    for pk, words in placed.refused.items():
        form.add_error(None, f"{names.get(pk, '')}{words}")
    form.refused = placed.refused
    return not placed.refused


def _drawn(request: PrisonRequest, form: PlacingForm, people: QuerySet[Person], of: Staff | None) -> HttpResponseBase:
    page = ListPage(
        request,
        shown(people),
        title=f"Choose key workers instead of {of}" if of else "Choose key workers",
        columns=placing_columns(request, form, of),
        sort="where" if of or form.refused else "waiting",
        noun="person,people",
        filterset=None if form.refused else PlacingFilter,
        empty=NOBODY_HELD if of else NOBODY,
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "choose-key-workers"),
        per_page=AT_ONCE,
    )
    context = {
        "chooser": form,
        "seen": form.show(page.page),
        "left_out": len(form.desk.workers) - len(form.desk.free),
        "back": reverse("keywork:unallocated", args=[request.prison.pk]),
        "recommend_url": "" if form.advice or form.refused else page.url(recommend=1),
        "everybody_url": request.get_full_path() if form.refused else "",
    }
    return page.response("keywork/place.html", context)
