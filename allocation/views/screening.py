"""A woman's complexity of need: the screening, and what was said before."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from allocation.actions import RefusedError
from allocation.models import ComplexityScreening
from allocation.policy import INDICATORS
from allocation.rules import ComplexityFacts, complexity
from allocation.screening import screen_complexity
from allocation.screening_forms import ScreeningForm
from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.people import identity


@requires(Action.SCREEN_COMPLEXITY)
def screening(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Seven questions; the level they make holds, unless the HOMD says otherwise and why."""
    person = request.person
    if not request.prison.women:
        raise Http404("Complexity of need is screened in women's prisons.")
    overrides = request.standing.may(Action.OVERRIDE_COMPLEXITY)
    form = ScreeningForm(request.POST or None, may_override=overrides, initial={"before": person.complexity or ""})
    if request.method == "POST" and form.is_valid() and (done := _screened(request, form, overrides)):
        messages.success(request, f"Complexity of need of {person.name}: {done.get_level_display().lower()}.")
        return redirect("person", code, ref)
    rows = person.complexity_screenings.filter(prison=request.prison).select_related("screened_by")
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
            may_override=overrides,
            by=request.user,
            at=request.now,
        )
    except RefusedError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        # What is typed again stands on what is shown now.
        form.data = form.data.copy() | {"before": request.person.complexity or ""}
        return None
