"""Which policy version binds a prison's cases, what another would change, and adopting it (HO-20)."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from handover.adoption import (
    VERSIONS,
    AdoptionRefusedError,
    adopt_policy,
    planned,
    refusal,
    version_on,
    withdraw_adoption,
)
from handover.adoption_forms import AdoptForm, WithdrawForm
from handover.cases import newer
from handover.preview import Change, Effect, preview
from handover.preview_duties import DutyChange
from handover.preview_lists import EFFECTS, PreviewFilter, Rows, by_kind, columns, in_words
from handover.why import in_a_sentence
from omic import audit, pending
from omic.access import Action, requires
from omic.context import Tab
from omic.formats import day, plural
from omic.http import PrisonRequest
from omic.lists import ListPage
from omic.models.obligation import OWNERS
from omic.people import identity
from omic.policy import PolicyVersion, steps_from_json
from omic.why import policy_in_words, rendered

CHANGING = (Effect.RESPONSIBILITY, Effect.DATES, Effect.DUTIES)
# Each list of the preview: the effects that it holds, and what it says when it is empty.
PARTS: dict[str, tuple[str, tuple[Effect, ...], str]] = {
    "changes": ("Everything that changes", CHANGING, "Nothing would change for anybody here."),
    **{effect.value: (EFFECTS[effect], (effect,), "Nobody.") for effect in Effect},
}


@requires(Action.SEE_OMU)
def policy(request: PrisonRequest, code: str) -> HttpResponse:
    """The version in force and since when, what may be adopted, and every adoption so far."""
    adoptions = list(request.prison.policy_adoptions.select_related("recorded_by", "withdrawn_by"))
    current = version_on(request.prison, request.on)
    began = [row.from_on for row in adoptions if row.version == current and row.withdrawn_at is None]
    ahead = planned(request.prison, request.on)
    context = {
        "title": "Policy version",
        "version": VERSIONS[current],
        "since": min(began, default=None),
        "planned": ahead,
        "versions": [(row, _here(row, current, ahead and ahead.version)) for row in VERSIONS.values()],
        "adoptions": [(row, VERSIONS[row.version].words) for row in adoptions],
        "may_adopt": request.standing.may(Action.ADOPT_POLICY),
    }
    return render(request, "handover/adopt_policy.html", context)


def _here(version: PolicyVersion, current: str, ahead: str | None) -> str:
    """What the version is to this prison today: in force, planned, newer (it may be adopted) or older."""
    if version.id == current:
        return "in force"
    if version.id == ahead:
        return "planned"
    return "newer" if newer(current, version.id) != current else "older"


def _known(version: str) -> PolicyVersion:
    """The version by its id, or 404."""
    if version not in VERSIONS:
        raise Http404("There is no such version.")
    return VERSIONS[version]


@requires(Action.SEE_OMU)
def preview_list(request: PrisonRequest, code: str, version: str, part: str) -> HttpResponseBase:
    """Whose dates, responsibility or duties the version would change from a day, in one of the preview's lists."""
    chosen = _known(version)
    filters = PreviewFilter(request.GET or None, request.prison.people.all(), request=request)
    on = filters.from_day
    everybody = [change for change in preview(filters.qs, version=version, on=on, today=request.on) if change.is_case]
    found = filters.with_duty(everybody)
    title, effects, empty = PARTS[part]
    page = ListPage(
        request,
        Rows([change for change in found if change.effect in effects]),
        title=f"{title} with {version} from {day(on)}",
        columns=columns(version, explained=request.standing.may(Action.SEE_DATES)),
        sort="effect" if part == "changes" else "name",
        noun="person,people",
        empty=empty,
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, f"policy-preview-{part}"),
    )
    page.filterset = filters  # it has narrowed down whom the rows were computed for
    tabs = _tabs(request, version, found)
    refused = refusal(request.prison, version, on, today=request.on)
    context = {"version": chosen, "on": on, "tabs": tabs, "people": len(everybody), "refused": refused}
    context |= {"kinds": by_kind(found), "back": reverse("handover:policy", args=[code]), "lede": ""}
    context |= {"may_adopt": request.standing.may(Action.ADOPT_POLICY) and not refused}
    return page.response("handover/adopt_preview.html", context)


def _tabs(request: PrisonRequest, version: str, changes: Iterable[Change]) -> list[Tab]:
    """Every list with its length; what was filtered stays filtered, so that a tab counts what it opens."""
    counts = Counter(change.effect for change in changes)
    query = request.GET.copy()
    for name in ("page", "sort", "print", "export"):
        query.pop(name, None)
    return [
        Tab(
            title,
            f"{_address(request, version, part)}?{query.urlencode()}",
            sum(counts[effect] for effect in effects),
        )
        for part, (title, effects, _empty) in PARTS.items()
    ]


def _address(request: PrisonRequest, version: str, part: str) -> str:
    return reverse(f"handover:preview-{part}", args=[request.prison.pk, version])


@requires(Action.SEE_DATES)
def preview_person(request: PrisonRequest, code: str, ref: str, version: str) -> HttpResponse:
    """What the version would change for one person, with the steps of both answers."""
    chosen = _known(version)
    filters = PreviewFilter(request.GET or None, request.prison.people.all(), request=request)
    on = filters.from_day
    found = preview(request.prison.people.filter(pk=request.person.pk), version=version, on=on, today=request.on)
    change = found[0]
    context = {
        "title": f"What {version} would change",
        "person": request.person,
        "crumbs": [(request.person.name, reverse("person", args=[code, ref]))],
        "version": chosen,
        "change": change,
        "differences": [(row.label, in_words(row.before), in_words(row.after)) for row in change.differences()],
        "answers": [_answered(change, "before"), _answered(change, "after")],
        "duties": [_duty(duty) for duty in change.duties],
    }
    return render(request, "handover/adopt_person.html", context | identity(request.person))


def _answered(change: Change, side: str) -> dict[str, Any]:
    row = getattr(change, side)
    return {
        "words": policy_in_words(row.policy),
        "sentence": in_a_sentence(row, change.on),
        "steps": rendered(steps_from_json(row.steps)),
    }


def _duty(duty: DutyChange) -> dict[str, Any]:
    wanted = duty.after or duty.before
    assert wanted is not None
    return {
        "label": duty.kind.label,
        "verb": duty.verb,
        "before": duty.before,
        "after": duty.after,
        "owner": OWNERS[wanted.owner_role],
        "because": duty.because,
        "steps": rendered(steps_from_json(wanted.steps)),
    }


@requires(Action.ADOPT_POLICY)
def adopt(request: PrisonRequest, code: str, version: str) -> HttpResponse:
    """Confirm, with a reason, what the preview has shown for a day."""
    chosen = _known(version)
    asked = _asked(request)
    form = AdoptForm(pending.typed(request), staff=request.user, initial={"from_on": asked})
    if request.method == "POST" and form.is_valid() and _adopted(request, version, form):
        return redirect("handover:policy", code)
    on = form.cleaned_data.get("from_on", asked) if form.is_bound else asked
    return render(request, "handover/adopt_confirm.html", _confirming(request, chosen, form, on))


def _asked(request: PrisonRequest) -> date:
    """The day that the preview was for; today where the address names none."""
    try:
        return date.fromisoformat(request.GET.get("from_on", ""))
    except ValueError:
        return request.on


def _adopted(request: PrisonRequest, version: str, form: AdoptForm) -> bool:
    from_on = form.cleaned_data["from_on"]
    facts = {"version": version, "from_on": from_on, "reason": form.cleaned_data["reason"]}
    try:
        adopt_policy(prison=request.prison, by=request.user, at=request.now, **facts)
    except AdoptionRefusedError as error:
        form.add_error(None, f"{error}.")
        return False
    since = "now" if from_on <= request.on else f"from {day(from_on)}"
    messages.success(request, f"{request.prison} works by {policy_in_words(version)} {since}.")
    return True


def _confirming(request: PrisonRequest, version: PolicyVersion, form: AdoptForm, on: date) -> dict[str, Any]:
    """The page that asks for the reason, with the counts of the preview for that day."""
    refused = refusal(request.prison, version.id, on, today=request.on)
    changes = [] if refused else preview(request.prison.people.all(), version=version.id, on=on, today=request.on)
    counts = Counter(change.effect for change in changes if change.is_case)
    lists = {part: f"{_address(request, version.id, part)}?{urlencode({'from_on': on})}" for part in PARTS}
    back = lists["changes"]
    return {
        "title": f"Adopt {version.id} from {day(on)}",
        "version": version,
        "on": on,
        "form": form,
        "refused": refused,
        "counts": [
            (EFFECTS[effect], plural(counts[effect], "person,people"), counts[effect] and lists[effect.value])
            for effect in Effect
        ],
        "submit": f"Adopt from {'today' if on == request.on else day(on)}",
        "back": back,
        "cancel": back,
    }


@requires(Action.ADOPT_POLICY)
def withdraw(request: PrisonRequest, code: str, number: int) -> HttpResponse:
    """Take back a planned adoption, with a reason."""
    adoption = get_object_or_404(request.prison.policy_adoptions, pk=number)
    back = reverse("handover:policy", args=[code])
    form = WithdrawForm(pending.typed(request), staff=request.user)
    if request.method == "POST" and form.is_valid() and _withdrawn(request, adoption, form):
        return redirect(back)
    title = f"Withdraw {adoption.version} from {day(adoption.from_on)}"
    context = {"title": title, "form": form, "submit": "Withdraw", "cancel": back, "back": back}
    return render(request, "omic/form.html", context)


def _withdrawn(request: PrisonRequest, adoption: Any, form: WithdrawForm) -> bool:
    try:
        withdraw_adoption(adoption=adoption, reason=form.cleaned_data["reason"], by=request.user, at=request.now)
    except AdoptionRefusedError as error:
        form.add_error(None, f"{error}.")
        return False
    messages.success(request, f"{adoption.version} from {day(adoption.from_on)} is withdrawn. Nothing has changed.")
    return True
