"""The page on which a completed OASys is taken back; those that are known stand beside the case details."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from handover.early_forms import WithdrawForm
from handover.oasys_actions import withdraw_oasys
from handover.person_pages import about
from omic import pending
from omic.access import Action, requires
from omic.http import PrisonRequest


@requires(Action.EDIT_DETAILS)
def withdraw(request: PrisonRequest, code: str, ref: str, number: int) -> HttpResponse:
    """Take an OASys back."""
    row, back = get_object_or_404(request.person.oasys, pk=number), reverse("edit-details", args=[code, ref])
    form = WithdrawForm(pending.typed(request), request=request)
    save = partial(withdraw_oasys, assessment=row, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and form.attempt(save):
        messages.success(request, "The OASys is taken back. Duties follow.")
        return redirect(back)
    context = {"title": "Take the OASys back", "form": form, "submit": "Take back", "assessment": row}
    return render(request, "handover/oasys_withdraw.html", context | about(request, back))
