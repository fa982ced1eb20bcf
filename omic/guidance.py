"""The prison's own guidance on its duties (XC-56): HOMS keeps an address for each kind, pages of a duty link to it."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from omic import audit
from omic.access import Action, requires
from omic.audit import Actor
from omic.forms import BaseForm
from omic.http import PrisonRequest
from omic.models import DutyGuidance, ObligationKind, Prison, Staff
from omic.models.guidance import LONGEST_ADDRESS


def guidance_on(prison: Prison, kind: str) -> str:
    """The address of the prison's guidance on a kind of duty; empty where it keeps none."""
    return prison.guidance.filter(kind=kind).values_list("address", flat=True).first() or ""


@transaction.atomic
def set_duty_guidance(*, prison: Prison, kind: ObligationKind, address: str, by: Staff, at: datetime) -> None:
    """From now on the guidance on a kind of duty stands at `address`; an empty one means that there is none."""
    Prison.objects.select_for_update().get(pk=prison.pk)
    before = guidance_on(prison, kind)
    if address == before:
        return
    if address:
        facts = {"address": address, "recorded_by": by, "recorded_at": at}
        DutyGuidance.objects.update_or_create(prison=prison, kind=kind, defaults=facts)
    else:
        prison.guidance.filter(kind=kind).delete()
    audit.record(
        by=Actor(staff=by),
        action="set_duty_guidance",
        at=at,
        prison=prison,
        kind=kind,
        address=address,
        before=before,
    )


class GuidanceForm(BaseForm):
    """One address. Empty takes it away."""

    address = forms.CharField(required=False, max_length=LONGEST_ADDRESS, widget=forms.URLInput)

    def __init__(self, *args: Any, kind: ObligationKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["address"]
        field.label = f"Address of the guidance on: {kind.label}"
        field.help_text = "A page that staff here can open, such as EQuIP’s, beginning with https://"

    def clean_address(self) -> str:
        """A whole address of a page, reached by https alone: staff follow it from a page about a person."""
        address: str = self.cleaned_data["address"].strip()
        if not address:
            return ""
        parts = _parts(address)
        if parts is None or parts.scheme != "https" or not parts.hostname or parts.username is not None:
            raise ValidationError("Enter a whole address that begins with https://, like https://equip.example/page")
        return address


def _parts(address: str) -> Any:
    if any(letter.isspace() or not letter.isprintable() for letter in address):
        return None
    try:
        return urlsplit(address)
    except ValueError:
        return None


@requires(Action.EDIT_PRISON)
def duty_guidance(request: PrisonRequest, code: str) -> HttpResponse:
    """Every kind of duty with the address of the prison's guidance on it."""
    kept = {row.kind: row for row in request.prison.guidance.select_related("recorded_by")}
    rows = [(kind, kept.get(kind)) for kind in ObligationKind]
    back = reverse("prison-settings", args=[code])
    context = {"title": "Guidance on duties", "rows": rows, "known": len(kept), "back": back}
    return render(request, "omic/duty_guidance.html", context)


@requires(Action.EDIT_PRISON)
def edit_guidance(request: PrisonRequest, code: str, kind: str) -> HttpResponse:
    """Set, change or take away the address for one kind of duty."""
    if kind not in ObligationKind.values:
        raise Http404("No such kind of duty.")
    chosen = ObligationKind(kind)
    form = GuidanceForm(request.POST or None, kind=chosen, initial={"address": guidance_on(request.prison, kind)})
    back = reverse("duty-guidance", args=[code])
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"]
        set_duty_guidance(prison=request.prison, kind=chosen, address=address, by=request.user, at=request.now)
        messages.success(request, f"{chosen.label}: guidance {'saved' if address else 'taken away'}")
        return redirect(back)
    context = {"title": chosen.label, "form": form, "submit": "Save", "cancel": back, "back": back}
    return render(request, "omic/form.html", context)


urls = [
    path("guidance/", duty_guidance, name="duty-guidance"),
    path("guidance/<str:kind>/", edit_guidance, name="edit-guidance"),
]
