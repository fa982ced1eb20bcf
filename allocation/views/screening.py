"""A woman's complexity of need: the screening, and what was said before."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from allocation.models import ComplexityScreening
from allocation.policy import INDICATORS
from allocation.refusals import RefusedError
from allocation.rules import ComplexityFacts, complexity
from allocation.screening import newest_screening, screen_complexity
from allocation.screening_forms import ScreeningForm
from omic import pending
from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.models import Person
from omic.people import identity


@requires(Action.SCREEN_COMPLEXITY)
def screening(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Seven questions; the level they make holds, unless the HOMD says otherwise and why."""
    person = request.person
    if not request.prison.women:
        raise Http404("Complexity of need is screened in women's prisons.")
    overrides = request.standing.may(Action.OVERRIDE_COMPLEXITY)
    form = ScreeningForm(pending.typed(request), staff=request.user, may_override=overrides, initial=_shown_now(person))
    if request.method == "POST" and form.is_valid() and (done := _screened(request, form, overrides)):
        messages.success(request, f"Complexity of need of {person.name}: {done.get_level_display().lower()}.")
        return redirect("person", code, ref)
    rows = person.complexity_screenings.select_related("screened_by", "prison")
    context = {
        "title": "Complexity of need",
        "form": form,
        "submit": "Save",
        "person": person,
        "earlier": [(row, [INDICATORS[name] for name in INDICATORS if row.indicators.get(name)]) for row in rows],
        "cancel": reverse("person", args=[code, ref]),
        "back": reverse("person", args=[code, ref]),
        **identity(person),
    }
    return render(request, "allocation/screening.html", context)


def _screened(request: PrisonRequest, form: ScreeningForm, overrides: bool) -> ComplexityScreening | None:
    """The screening; None, with the reason on the form, where it was refused."""
    said, answers = form.cleaned_data, form.answers
    computed = complexity(ComplexityFacts(**answers), on=request.on).value.level
    try:
        return screen_complexity(
            person=request.person,
            prison=request.prison,
            answers=answers,
            level=said.get("level") or computed,
            because=said.get("because", ""),
            before=said["before"],
            after=said["after"],
            may_override=overrides,
            by=request.user,
            at=request.now,
        )
    except RefusedError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        # What is typed again stands on what is shown now.
        form.data = form.data.dict() | _shown_now(request.person)
        return None


def _shown_now(person: Person) -> dict[str, str | int]:
    """What the page shows, as its hidden fields say: the level, and the newest screening."""
    newest = newest_screening(person)
    return {"before": person.complexity or "", "after": newest.pk if newest else ""}
