"""One person's priority: deciding about a group, taking a decision back, and marking key work as not possible."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from keywork.actions.priority import (
    decide_priority,
    mark_not_possible,
    mark_refusal,
    withdraw_decision,
    withdraw_not_possible,
)
from keywork.columns import person_url
from keywork.forms import attempt
from keywork.models import PriorityGroup
from keywork.policy import GROUP_WORDS
from keywork.priority import RULE_OF, SHORT, found_about, in_words, rule_of
from keywork.priority_forms import DecisionForm, NotPossibleForm
from keywork.priority_lists import decide_url, decided_words
from keywork.regime import decisions_of, mark_of, present_decision
from keywork.regime_forms import ReasonForm
from omic import pending
from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.models import Person
from omic.people import identity


@requires(Action.DECIDE_PRIORITY)
def priority(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Every group about which one can decide, with what stands, and what was decided before."""
    person = request.person
    decisions = list(decisions_of(person))
    context = {
        "title": f"Priority of {person.name}",
        "person": person,
        "crumbs": [(person.name, person_url(person))],
        "groups": [(rule_of(group), SHORT[group], decide_url(person, group)) for group in PriorityGroup],
        "decisions": [(row, decided_words(row)) for row in decisions],
    }
    return render(
        request, "keywork/priority_person.html", {**context, **found_today(request, person), **identity(person)}
    )


def found_today(request: PrisonRequest, person: Person) -> dict[str, Any]:
    """What the rule finds about somebody today, in words: the groups `now`, and the `steps` with their rules."""
    outcome = found_about(person, request.on)
    if outcome is None:
        return {"now": [], "steps": []}
    return {
        "now": [GROUP_WORDS[group] for group in outcome.value.groups],
        "steps": [(step.rule_id, in_words(step)) for step in outcome.steps],
    }


@requires(Action.DECIDE_PRIORITY)
def decide(request: PrisonRequest, code: str, ref: str, group: str) -> HttpResponse:
    """Decide whether somebody is in one group, from and until when, and why."""
    if group not in PriorityGroup.values:
        raise Http404("There is no such group.")
    person, chosen = request.person, PriorityGroup(group)
    present = present_decision(person, chosen, request.on)
    initial = {"instead_of": present and present.pk, "starts_on": request.on}
    facts = {"staff": request.user, "group": chosen, "release_on": person.earliest_release_on, "initial": initial}
    form = DecisionForm(pending.typed(request), **facts)
    save = partial(decide_priority, person=person, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, f"Decision about {person.name} saved: {SHORT[chosen]}.")
        return redirect("keywork:person-priority", code, ref)
    back = reverse("keywork:person-priority", args=[code, ref])
    context = {"title": SHORT[chosen], "form": form, "submit": "Save decision", "back": back, "cancel": back}
    context |= {"person": person, "present": present and decided_words(present), "rule": rule_of(chosen)}
    context |= {"found": _found(request, chosen), "local": chosen == PriorityGroup.LOCAL}
    return render(request, "keywork/priority_decide.html", {**context, **identity(person)})


def _found(request: PrisonRequest, group: PriorityGroup) -> list[str]:
    """What the rule of one group finds about the request's person today."""
    return [words for rule, words in found_today(request, request.person)["steps"] if rule == RULE_OF[group][0]]


@requires(Action.DECIDE_PRIORITY)
def withdraw_priority(request: PrisonRequest, code: str, decision: int) -> HttpResponse:
    """Take a decision back, with a reason."""
    rows = request.prison.priority_decisions.select_related("person", "decided_by")
    made = get_object_or_404(rows.filter(withdrawn_at=None, person__prison=request.prison), pk=decision)
    form = ReasonForm(pending.typed(request), staff=request.user)
    save = partial(withdraw_decision, decision=made, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, "The decision is taken back. It stays on record.")
        return redirect("keywork:person-priority", code, made.person.ref)
    back = reverse("keywork:person-priority", args=[code, made.person.ref])
    context = {"title": f"Take back a decision about {made.person.name}", "form": form, "submit": "Take back"}
    context |= {"words": decided_words(made), "back": back, "cancel": back}
    return render(request, "keywork/priority_withdraw.html", context)


@requires(Action.MARK_NOT_POSSIBLE)
def not_possible(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Mark that key work cannot be given to somebody, so that daily checks start; level 4 alone (ED-08)."""
    person = request.person
    form = NotPossibleForm(pending.typed(request), staff=request.user)
    save = partial(mark_not_possible, person=person, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, f"Marked: key work with {person.name} is not possible from today.")
        return redirect("person", code, ref)
    context = {"title": "Key work not possible", "form": form, "submit": "Mark as not possible", "person": person}
    context |= {"refused": mark_refusal(request.prison, request.on), "mark": mark_of(person, request.on)}
    context |= {
        **found_today(request, person),
        **identity(person),
        "back": person_url(person),
        "cancel": person_url(person),
    }
    return render(request, "keywork/priority_not_possible.html", context)


@requires(Action.MARK_NOT_POSSIBLE)
def possible_again(request: PrisonRequest, code: str, ref: str, mark: int) -> HttpResponse:
    """Take the mark back, with a reason."""
    made = get_object_or_404(request.person.key_work_not_possible.filter(prison=request.prison), pk=mark)
    form = ReasonForm(pending.typed(request), staff=request.user)
    save = partial(withdraw_not_possible, mark=made, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.told()):
        messages.success(request, f"Taken back: key work with {request.person.name} is possible.")
        return redirect("person", code, ref)
    back = person_url(request.person)
    context = {"title": "Key work is possible again", "form": form, "submit": "Take the mark back"}
    return render(request, "omic/form.html", {**context, "back": back, "cancel": back})
