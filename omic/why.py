"""Why the product says what it says: the answer in a sentence, the steps and their sources, the facts, earlier answers.

Apps name in `settings.WHY` a function for each kind of answer; `settings.RULEBOOKS` name the rules that stored steps
cite. A duty explains itself (`duty-12`): its steps were stored with it.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.module_loading import import_string

from omic.access import Action, declared_action, requires
from omic.calendar import london_day
from omic.formats import day, moment
from omic.guidance import guidance_on
from omic.http import PrisonRequest
from omic.models import Determination, Obligation, ObligationKind, Role
from omic.models.obligation import OUTSIDE, OWNERS, SYSTEM
from omic.people import identity
from omic.policy import POLICY_VERSIONS, RenderedStep, Rule, Steps, render_steps, steps_from_json

# Whose duties the OMU does or chases.
OMU_ROLES: tuple[str, ...] = (Role.POM, Role.HOMD, Role.HOMS, Role.CASE_ADMINISTRATOR, *OUTSIDE)
POLICY_WORDS = {version.id: version.words for version in POLICY_VERSIONS}
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that differs between an answer and the one that followed it."""

    label: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Earlier:
    """An answer that stood before: in a sentence, from when until when, and which facts then changed."""

    answer: str
    since: datetime
    until: datetime
    url: str
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything the why page prints. `until` is set when the answer no longer stands: another has taken its place."""

    title: str
    answer: str
    steps: Sequence[RenderedStep]
    policy: str
    determined_at: datetime
    facts: Sequence[tuple[str, Any]]
    until: datetime | None = None
    earlier: Sequence[Earlier] = ()
    note: str = ""
    guidance: str = ""  # the address of the prison's own, for a duty

    @property
    def past(self) -> bool:
        """Whether another answer stands now."""
        return self.until is not None


@dataclass(frozen=True, slots=True)
class Wording:
    """How an app words its stored answers.

    `labels` are the facts by the names they are stored under, in the order to print; `sentence` and `more_steps` take
    the row and the day it is read for, because who is responsible follows from that day.
    """

    title: str
    labels: Mapping[str, str]
    sentence: Callable[[Any, date], str]
    more_steps: Callable[[Any, date], Steps] = lambda _row, _on: ()
    note: Callable[[Any], str] = lambda _row: ""


@requires(Action.SEE_PERSON)
def why(request: PrisonRequest, code: str, ref: str, kind: str) -> HttpResponse:
    """One kind of answer about one person; `?answer=` asks for an earlier one."""
    explanation = _explain(request, kind)
    person = request.person
    context = {
        "title": explanation.title if explanation else "Why",
        "why": explanation,
        "person": person,
        "crumbs": [(person.name, reverse("person", args=[code, person.ref]))],
        "may_edit": request.standing.may(Action.EDIT_DETAILS) and kind in settings.WHY,
        **identity(person),
    }
    return render(request, "omic/why.html", context)


def _explain(request: PrisonRequest, kind: str) -> Explanation | None:
    if kind.startswith("duty-"):
        return explain_duty(request, kind.removeprefix("duty-"))
    if kind not in settings.WHY:
        raise Http404("There is no such answer.")
    explain = import_string(settings.WHY[kind])
    _admit(request, declared_action(explain) or Action.SEE_DATES)
    return explain(request)


def _admit(request: PrisonRequest, action: Action) -> None:
    if not request.standing.people(action).filter(pk=request.person.pk).exists():
        raise PermissionDenied("Your role does not see how this was worked out.")


def explain_stored(request: PrisonRequest, rows: Iterable[Determination], wording: Wording) -> Explanation | None:
    """The explanation of a person's stored answers, newest first: the current one, or the one that `?answer=` names."""
    answers = list(rows)
    asked = request.GET.get("answer")
    place = next((number for number, row in enumerate(answers) if str(row.pk) == asked), None if asked else 0)
    if place is None:
        raise Http404("There is no such answer.")
    if not answers:
        return None
    row = answers[place]
    on = _read_for(row, request.on)
    return Explanation(
        title=wording.title,
        answer=wording.sentence(row, on),
        steps=rendered((*steps_from_json(row.steps), *wording.more_steps(row, on))),
        policy=policy_in_words(row.policy),
        determined_at=row.determined_at,
        facts=_facts(row.facts, wording.labels),
        until=row.superseded_at,
        earlier=_earlier(answers[place:], wording, request),
        note=wording.note(row),
    )


def _facts(facts: Mapping[str, Any], labels: Mapping[str, str]) -> list[tuple[str, Any]]:
    """The labelled facts that were known, and in one line those that were not."""
    read = {name: label for name, label in labels.items() if name in facts}
    known = [(label, in_words(facts[name])) for name, label in read.items() if facts[name] is not None]
    unknown = [label for name, label in read.items() if facts[name] is None]
    return [*known, ("Not known", ", ".join(unknown))] if unknown else known


def _read_for(row: Determination, on: date) -> date:
    """The day whose state is told: today, or the last day on which a superseded answer stood."""
    return on if row.superseded_at is None else london_day(row.superseded_at)


def _earlier(answers: Sequence[Determination], wording: Wording, request: PrisonRequest) -> list[Earlier]:
    return [
        Earlier(
            answer=wording.sentence(row, _read_for(row, request.on)),
            since=row.determined_at,
            until=row.superseded_at or request.now,
            url=f"{request.path}?answer={row.pk}",
            changes=changes(row.facts, later.facts, wording.labels),
        )
        for later, row in pairwise(answers)
    ]


def changes(before: Mapping[str, Any], after: Mapping[str, Any], labels: Mapping[str, str]) -> list[Change]:
    """The labelled facts that differ, in words."""
    return [
        Change(label, in_words(before.get(name)), in_words(after.get(name)))
        for name, label in labels.items()
        if before.get(name) != after.get(name)
    ]


def in_words(fact: Any) -> Any:
    """A fact as it was stored, fit to print: days as dates, codes without underscores."""
    if not isinstance(fact, str):
        return fact
    return date.fromisoformat(fact) if ISO_DAY.fullmatch(fact) else fact.replace("_", " ")


def policy_in_words(policy: str) -> str:
    """A policy version as staff know it, with its id."""
    return f"{POLICY_WORDS[policy]} ({policy})" if policy in POLICY_WORDS else policy


def explain_duty(request: PrisonRequest, number: str) -> Explanation:
    """A duty of the request's person: what, by when, whose, and the rules that opened it."""
    duties = request.person.obligations.select_related("owner", "closed_by")
    duty = get_object_or_404(duties, pk=number) if number.isdecimal() else None
    if duty is None:
        raise Http404("There is no such duty.")
    if duty.owner_role in (*OMU_ROLES, SYSTEM):
        _admit(request, Action.SEE_DATES)
    return Explanation(
        title=duty.get_kind_display(),
        answer=_duty_in_words(duty, request.now),
        steps=rendered(steps_from_json(duty.steps)),
        policy=policy_in_words(duty.policy),
        determined_at=duty.created_at,
        facts=_duty_facts(duty),
        guidance=guidance_on(request.prison, duty.kind),
    )


def _duty_in_words(duty: Obligation, at: datetime) -> str:
    what = duty.get_kind_display()
    if duty.closed_at is not None:
        return f"{what}: {duty.get_state_display().lower()} on {day(duty.closed_at)}."
    if duty.due_on is None or duty.due_before is None:
        return f"{what}: open since {day(duty.opens_on)}. No document gives it a deadline."
    late = "It is overdue." if duty.due_before <= at else "It is open."
    return f"{what}: due by {moment(duty.due_at) if duty.due_at else day(duty.due_on)}. {late}"


def _duty_facts(duty: Obligation) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [
        ("Whose duty", duty.owner_words),
        ("Held by", duty.owner or "Nobody"),
        *([("Together with", ", ".join(OWNERS[role] for role in duty.with_roles))] if duty.with_roles else []),
        ("Comes up on", duty.opens_on),
        ("Last moment in time", moment(duty.due_at)) if duty.due_at else ("Last day in time", duty.due_on),
        ("State", duty.get_state_display()),
    ]
    if duty.closed_at is not None:
        facts += [("Closed", f"{moment(duty.closed_at)}: {duty.closed_because}"), ("Closed by", duty.closed_by)]
    if duty.kind == ObligationKind.HANDOVER and duty.note:
        facts.append(("What was recorded", duty.note))
    return facts


def rendered(steps: Steps) -> list[RenderedStep]:
    """Steps with the words and sources of their rules, whichever app's they are."""
    return render_steps(steps, rulebook())


@cache
def rulebook() -> dict[str, Rule]:
    """Every rule of every app, by id. Raises ValueError when two apps give one id to different rules."""
    found: dict[str, Rule] = {}
    for name in settings.RULEBOOKS:
        for rule in import_string(name).values():
            if found.setdefault(rule.id, rule) != rule:
                raise ValueError(f"Rule {rule.id} is defined twice: {name} words it differently.")
    return found


urls = [path("people/<uuid:ref>/why/<str:kind>/", why, name="why")]
