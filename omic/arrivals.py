"""People who will come here: before a move their POM and their key worker are already in contact (XC-10).

An expected arrival stands beside whatever the sending prison holds: its POM, its key worker and its contacts belong
to the prison that waits. It closes by itself when the person arrives, or by hand with a reason.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import connection, transaction
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.module_loading import import_string

from omic import audit
from omic.access import Action, requires
from omic.audit import Actor
from omic.forms import BaseForm, DateField
from omic.http import PrisonRequest
from omic.lists import Column, ListPage
from omic.models import ExpectedArrival, Person, Prison, Role, Staff
from omic.reconcile import Window, lock

_CLOSE_ARRIVED = """
    UPDATE omic_expectedarrival e SET closed_at = %(at)s, closed_because = 'Arrived', version = e.version + 1
    FROM omic_person p
    WHERE p.id = e.person_id AND p.id = ANY(%(people)s) AND e.closed_at IS NULL AND p.prison_id = e.prison_id
"""


class NotExpectedError(Exception):
    """An arrival cannot be expected, changed or closed so; the message is fit to show, `field` is what it is about."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic
def expect_arrival(
    *,
    prison: Prison,
    prison_number: str,
    expected_on: date,
    pom: Staff | None,
    key_worker: Staff | None,
    by: Staff,
    at: datetime,
) -> ExpectedArrival:
    """Record that somebody known by their prison number will come to `prison`. Raises NotExpectedError."""
    person = Person.objects.filter(prison_number=prison_number).first()
    if person is None:
        raise NotExpectedError("No person with this prison number is known here", "prison_number")
    lock([person.pk])
    if merged := person.merges_away.standing().select_related("kept").first():
        raise NotExpectedError(f"This number was merged into {merged.kept.prison_number}", "prison_number")
    if Person.objects.filter(pk=person.pk, prison=prison).exists():
        raise NotExpectedError(f"{person.name} is in this prison already", "prison_number")
    if prison.expected_arrivals.filter(person=person, closed_at=None).exists():
        raise NotExpectedError(f"{person.name} is expected already", "prison_number")
    _check_key_worker(person, prison, key_worker, at=at)
    arrival = prison.expected_arrivals.create(
        person=person, expected_on=expected_on, pom=pom, key_worker=key_worker, recorded_by=by, recorded_at=at
    )
    _audit("expect_arrival", arrival, by=by, at=at)
    return arrival


@transaction.atomic
def change_expected_arrival(
    *,
    arrival: ExpectedArrival,
    version: int,
    expected_on: date,
    pom: Staff | None,
    key_worker: Staff | None,
    by: Staff,
    at: datetime,
) -> None:
    """Another day, POM or key worker. Raises NotExpectedError when somebody changed it since `version`.

    A key worker who is chosen anew has to be free for it; one who stays is asked again on arrival.
    """
    if key_worker != arrival.key_worker:
        lock([arrival.person_id])
        _check_key_worker(arrival.person, arrival.prison, key_worker, at=at)
    _update(
        arrival, version, expected_on=expected_on, pom=pom, key_worker=key_worker, action="change_arrival", by=by, at=at
    )


@transaction.atomic
def close_expected_arrival(*, arrival: ExpectedArrival, version: int, because: str, by: Staff, at: datetime) -> None:
    """They will not come. Raises NotExpectedError when somebody changed it since `version`."""
    _update(arrival, version, closed_at=at, closed_because=because, action="close_arrival", by=by, at=at)


def _check_key_worker(person: Person, prison: Prison, staff: Staff | None, *, at: datetime) -> None:
    """Raise NotExpectedError where key work says that they may not be given one person more, or not this one."""
    refusal = import_string(settings.EXPECTED_KEY_WORKER)
    if staff and (because := refusal(person=person, prison=prison, staff=staff, at=at)):
        raise NotExpectedError(because, "key_worker")


def _update(arrival: ExpectedArrival, version: int, *, action: str, by: Staff, at: datetime, **values: object) -> None:
    unchanged = ExpectedArrival.objects.filter(pk=arrival.pk, version=version, closed_at=None)
    if not unchanged.update(**values, version=F("version") + 1):
        raise NotExpectedError("Somebody has changed this since you opened it. Look again before you save")
    arrival.refresh_from_db()
    _audit(action, arrival, by=by, at=at)


def _audit(action: str, arrival: ExpectedArrival, *, by: Staff, at: datetime) -> None:
    audit.record(
        by=Actor(staff=by),
        action=action,
        at=at,
        prison=arrival.prison,
        person=arrival.person,
        expected_on=arrival.expected_on.isoformat(),
        pom=arrival.pom_id,
        key_worker=arrival.key_worker_id,
    )


def close_arrived(people: Sequence[int], window: Window) -> dict[str, int]:
    """The pipeline's last step: whoever has come is expected no more, once the apps have taken over their holders."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE_ARRIVED, {"people": list(people), "at": window.at})
        return {"arrivals_closed": int(cursor.rowcount)}


def _posted(request: PrisonRequest, role: Role) -> QuerySet[Staff]:
    postings = request.prison.postings.on(request.on).filter(role=role)
    return Staff.objects.filter(pk__in=postings.values("staff"))


class ArrivalForm(BaseForm):
    """Who comes, when, and who is in contact before."""

    prison_number = forms.RegexField(
        r"^\s*[A-Za-z]\d{4}[A-Za-z]{2}\s*$",
        label="Prison number",
        help_text="Like A1234BC. The number stays the same when somebody moves from youth custody",
        widget=forms.TextInput({"class": "govuk-input--width-10", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"invalid": "Enter a prison number like A1234BC"},
    )
    expected_on = DateField(label="When are they expected?")
    pom = forms.ModelChoiceField(Staff.objects.none(), required=False, label="POM", empty_label="Not assigned yet")
    key_worker = forms.ModelChoiceField(
        Staff.objects.none(), required=False, label="Key worker", empty_label="Not assigned yet"
    )

    def __init__(self, *args: object, request: PrisonRequest, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pom"].queryset = _posted(request, Role.POM)  # type: ignore[attr-defined]
        self.fields["key_worker"].queryset = _posted(request, Role.KEY_WORKER)  # type: ignore[attr-defined]

    def clean_prison_number(self) -> str:
        return self.cleaned_data["prison_number"].strip().upper()


class ChangeForm(ArrivalForm):
    """Everything but who."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["prison_number"]


class CloseForm(BaseForm):
    """Why nobody is expected any more."""

    because = forms.CharField(max_length=200, label="Why are they not coming?")
    version = forms.IntegerField(widget=forms.HiddenInput)


COLUMNS = (
    Column("expected", "Expected", "expected_on", order=("expected_on",), cell="omic/_arrival_due.html"),
    Column("person", "Person", "person", order=("person__surname", "person__forename")),
    Column("from", "Now in", "person.prison", order=("person__prison__name",)),
    Column("pom", "POM", "pom", order=("pom__surname",)),
    Column("key_worker", "Key worker", "key_worker", order=("key_worker__surname",)),
    Column("contacts", "Contacts so far", "contacts", order=("contacts",), numeric=True),
    Column("change", "Change", cell="omic/_arrival_links.html", export=False),
)


@requires(Action.EXPECT_ARRIVAL)
def expected_arrivals(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Who is expected, soonest first, and whether POM and key worker are assigned and in contact."""
    ours = Count(
        "person__contacts", filter=Q(person__contacts__prison=request.prison, person__contacts__superseded_at=None)
    )
    rows = request.prison.expected_arrivals.filter(closed_at=None).annotate(contacts=ours)
    page = ListPage(
        request,
        rows.select_related("person__prison", "pom", "key_worker"),
        title="Expected arrivals",
        columns=COLUMNS,
        sort="expected",
        noun="person,people",
        empty="Nobody is expected. Record a young person as soon as a move from youth custody is planned.",
        context={"today": request.on},
    )
    return page.response("omic/expected_arrivals.html")


@requires(Action.EXPECT_ARRIVAL)
def new_expected_arrival(request: PrisonRequest, code: str) -> HttpResponse:
    """Record an expected arrival."""
    form = ArrivalForm(request.POST or None, request=request)
    back = reverse("expected-arrivals", args=[code])
    if _saved(request, form, partial(expect_arrival, prison=request.prison), "Expected arrival recorded."):
        return redirect(back)
    return _form(request, form, "Record an expected arrival", back)


@requires(Action.EXPECT_ARRIVAL)
def change_arrival(request: PrisonRequest, code: str, arrival: int) -> HttpResponse:
    """Another day, POM or key worker."""
    found = _open_arrival(request, arrival)
    initial = {name: getattr(found, name) for name in ("expected_on", "pom", "key_worker", "version")}
    form = ChangeForm(request.POST or None, request=request, initial=initial)
    back = reverse("expected-arrivals", args=[code])
    if _saved(request, form, partial(change_expected_arrival, arrival=found), f"{found.person} saved."):
        return redirect(back)
    return _form(request, form, f"Expected: {found.person}", back)


@requires(Action.EXPECT_ARRIVAL)
def close_arrival(request: PrisonRequest, code: str, arrival: int) -> HttpResponse:
    """They will not come."""
    found = _open_arrival(request, arrival)
    form = CloseForm(request.POST or None, initial={"version": found.version})
    back = reverse("expected-arrivals", args=[code])
    if _saved(request, form, partial(close_expected_arrival, arrival=found), f"{found.person} is no longer expected."):
        return redirect(back)
    return _form(request, form, f"Not coming: {found.person}", back)


def _saved(request: PrisonRequest, form: BaseForm, save: Callable[..., object], words: str) -> bool:
    """Whether the form was posted and saved; what stands in the way becomes an error of the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        save(by=request.user, at=request.now, **form.cleaned_data)
    except NotExpectedError as error:
        form.add_error(error.field, str(error))
        return False
    messages.success(request, words)
    return True


def _open_arrival(request: PrisonRequest, pk: int) -> ExpectedArrival:
    rows = request.prison.expected_arrivals.filter(closed_at=None).select_related("person", "prison")
    return get_object_or_404(rows, pk=pk)


def _form(request: PrisonRequest, form: BaseForm, title: str, back: str) -> HttpResponse:
    return render(request, "omic/form.html", {"title": title, "form": form, "back": back, "cancel": back})


urls = [
    path("expected-arrivals/", expected_arrivals, name="expected-arrivals"),
    path("expected-arrivals/new/", new_expected_arrival, name="new-expected-arrival"),
    path("expected-arrivals/<int:arrival>/", change_arrival, name="change-expected-arrival"),
    path("expected-arrivals/<int:arrival>/close/", close_arrival, name="close-expected-arrival"),
]
