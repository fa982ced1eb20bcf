"""Who is whose key worker: for one person, its history, and telling the person."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from keywork import columns
from keywork.actions import allocate_key_worker, end_key_worker
from keywork.forms import attempt
from keywork.lists import key_workers_of
from keywork.models import KeyWorkerAllocation
from keywork.placing_forms import EndForm, KeyWorkerForm
from omic import audit
from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.lists import Column, ListPage, link
from omic.models import ObligationKind, Role
from omic.people import identity
from omic.telling import record_told, to_tell


@requires(Action.ALLOCATE_KEY_WORKER)
def allocate(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Choose who is to be somebody's key worker."""
    person = request.person
    current = person.key_worker_allocations.filter(ended_at=None).first()
    form = KeyWorkerForm(request.POST or None, request=request, initial={"instead_of": current and current.pk})
    save = partial(allocate_key_worker, person=person, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.cleaned_data):
        messages.success(request, f"{form.cleaned_data['staff']} is now the key worker of {person.name}.")
        return redirect("keywork:unallocated", code)
    pairs = request.prison.not_to_be_paired.filter(person=person, lifted_at=None)
    context = {"title": f"Key worker of {person.name}", "form": form, "submit": "Save", "current": current}
    context |= {"cancel": reverse("keywork:unallocated", args=[code]), "person": person, **identity(person)}
    return render(request, "keywork/allocate.html", context | {"pairs": pairs.select_related("staff", "recorded_by")})


@requires(Action.ALLOCATE_KEY_WORKER)
def end(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """End somebody's key worker without choosing another yet."""
    current = get_object_or_404(request.person.key_worker_allocations.select_related("staff"), ended_at=None)
    form = EndForm(request.POST or None, initial={"instead_of": current.pk})
    back = reverse("keywork:allocate", args=[code, ref])
    save = partial(end_key_worker, person=request.person, prison=request.prison, by=request.user, at=request.now)
    if request.method == "POST" and form.is_valid() and attempt(form, save, **form.cleaned_data):
        messages.success(request, f"{current.staff} is no longer the key worker of {request.person.name}.")
        return redirect("keywork:unallocated", code)
    title = f"End {current.staff} as key worker of {request.person.name}"
    return render(request, "omic/form.html", {"title": title, "form": form, "submit": "End", "cancel": back})


@requires(Action.SEE_PERSON)
def history(request: PrisonRequest, code: str, ref: str) -> HttpResponseBase:
    """Everybody who has been the person's key worker, in whichever prison and under whichever number, newest first."""
    rows = key_workers_of(request.person)
    page = ListPage(
        request,
        rows.select_related("staff", "person", "prison", "started_by", "ended_by"),
        title="Key workers, now and before",
        columns=_HISTORY,
        sort="-from",
        noun="key worker,key workers",
        empty="Nobody has been this person's key worker.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "key-worker-history"),
    )
    context = {"person": request.person, "back": reverse("person", args=[code, ref]), **identity(request.person)}
    return page.response("keywork/history.html", context)


def _started(row: KeyWorkerAllocation) -> str:
    return f"{row.get_started_kind_display()}: {row.started_because}" if row.started_because else _kind(row)


def _kind(row: KeyWorkerAllocation) -> str:
    return row.get_started_kind_display()


def _ended(row: KeyWorkerAllocation) -> str:
    kind = row.get_ended_kind_display()
    return kind if row.ended_because in ("", kind) else f"{kind}: {row.ended_because}"


_HISTORY = (
    Column("staff", "Key worker", "staff", order=("staff__surname", "staff__forename")),
    Column("prison", "Prison", "prison.name", order=("prison__name",)),
    Column("number", "Under number", "person.prison_number", order=("person__prison_number",)),
    Column("from", "From", "started_at", order=("started_at",)),
    Column("started", "How it began", _started),
    Column("started_by", "Begun by", "started_by"),
    Column("to", "To", "ended_at", order=("ended_at",)),
    Column("ended", "Why it ended", _ended),
    Column("ended_by", "Ended by", "ended_by"),
)


@requires(Action.TELL_KEY_WORKER)
def notice(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Who the key worker is, on paper and in plain words, for the person to keep (WB-11)."""
    current = get_object_or_404(request.person.key_worker_allocations.select_related("staff"), ended_at=None)
    context = {"title": "Your key worker", "person": request.person, "allocation": current}
    context |= {"duty": to_tell(request.person, Role.KEY_WORKER), "back": reverse("person", args=[code, ref])}
    return render(request, "keywork/notice.html", context)


@requires(Action.TELL_KEY_WORKER)
@require_POST
def told(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """The person knows who their key worker is."""
    if duty := to_tell(request.person, Role.KEY_WORKER):
        record_told(duty=duty, by=request.user, at=request.now)
    messages.success(request, f"{request.person.name} has been told who their key worker is.")
    return redirect("person", code, ref)


@requires(Action.TELL_KEY_WORKER)
def still_to_tell(request: PrisonRequest, code: str) -> HttpResponseBase:
    """People who have not been told yet: a key worker's own, for those who see to key work everybody's."""
    people = request.standing.people(Action.TELL_KEY_WORKER)
    rows = request.prison.obligations.demanding().filter(kind=ObligationKind.TELL_KEY_WORKER, person__in=people)
    page = ListPage(
        request,
        rows.select_related("person__wing", "owner"),
        title="People to tell who their key worker is",
        columns=_TO_TELL,
        sort="since",
        noun="person to tell,people to tell",
        empty="Everybody has been told who their key worker is. That is good.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "to-tell-key-worker"),
    )
    mine = request.standing.may(Action.MY_KEY_WORK)
    return page.response(context={"back": reverse("keywork:mine" if mine else "keywork:unallocated", args=[code])})


def _notice_link(duty: Any) -> Any:
    return link(reverse("keywork:notice", args=[duty.prison_id, duty.person.ref]), "Notice")


_TO_TELL = (
    Column("person", "Person", "person.name", order=("person__surname", "person__forename"), cell=columns.about),
    Column("number", "Number", "person.prison_number", order=("person__prison_number",)),
    Column("where", "Where", lambda duty: columns.place(duty.person), order=("person__wing__code", "person__cell")),
    Column("owner", "Key worker", "owner", order=("owner__surname", "owner__forename")),
    Column("since", "Since", "opens_on", order=("opens_on",)),
    Column("notice", "Tell", cell=_notice_link, export=False),
)
