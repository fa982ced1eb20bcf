"""What HOMS keeps about the prison itself, by date: unknown until somebody sets it, and listed as unknown."""

from datetime import date, datetime

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from omic import audit
from omic.access import Action, requires
from omic.audit import Actor
from omic.calendar import london_day
from omic.forms import BaseForm, DateField
from omic.http import PrisonRequest
from omic.models import Prison, PrisonSetting, SettingKind, Staff
from omic.reconcile import reconcile_in_batches, window_of

YES_NO = (("yes", "Yes"), ("no", "No"))
# AL-15: what a prison is for decides which duties of the OMU fall here.
FUNCTIONS = (
    ("reception", "Reception"),
    ("training", "Training"),
    ("training_and_resettlement", "Training and resettlement"),
    ("resettlement", "Resettlement"),
)
VALUES: dict[str, tuple[tuple[str, str], ...]] = {
    SettingKind.FUNCTION: FUNCTIONS,
    SettingKind.LONG_TERM_TRAINING: YES_NO,
    SettingKind.HIGH_SECURITY: YES_NO,
    SettingKind.UNDER_18_SIDE: YES_NO,
    SettingKind.ABOVE_TARGET_STAFFING: YES_NO,
    SettingKind.NOTES_SAMPLED: tuple((str(number), str(number)) for number in range(6)),
    SettingKind.ROLLED_OUT: YES_NO,
    SettingKind.CHECKS_EXPECTED_BY: (("12", "Midday"), *((str(hour), f"{hour - 12}pm") for hour in range(13, 21))),
    SettingKind.SELF_HARM_DEVIATIONS: tuple((str(number), str(number)) for number in range(1, 5)),
    SettingKind.SELF_HARM_PEOPLE: tuple((str(number), str(number)) for number in range(1, 11)),
}
MEANS = {
    SettingKind.FUNCTION: "Decides which duties of the OMU fall here",
    SettingKind.LONG_TERM_TRAINING: "Fortnightly key work needs it, and the PGD's approval",
    SettingKind.HIGH_SECURITY: "Supports category A restricted patients",
    SettingKind.GROUP: "Which PGD office sees this prison",
    SettingKind.UNDER_18_SIDE: "Whether people under 18 are held here",
    SettingKind.ABOVE_TARGET_STAFFING: "Whether there are staff enough to run key work (KW-07): warns, never stops",
    SettingKind.NOTES_SAMPLED: "How many notes are drawn for quality assurance in each period (KW-19)",
    SettingKind.ROLLED_OUT: "In women’s prisons: then weekly wellbeing checks are owed no more, daily ones are (WB-05)",
    SettingKind.CHECKS_EXPECTED_BY: "Who is not seen by then today is shown to Safer Custody; without it from 4pm on",
    SettingKind.SELF_HARM_DEVIATIONS: "How far above the mean of 8 weeks raises the alert; without it 2 (WB-14)",
    SettingKind.SELF_HARM_PEOPLE: "How many more people than that mean raise the alert; without it 3 (WB-14)",
}


class OverlapError(Exception):
    """A setting already stands from that day or later; the message is fit to show."""


@transaction.atomic
def set_prison_setting(
    *, prison: Prison, kind: SettingKind, value: str, starts_on: date, by: Staff, at: datetime
) -> PrisonSetting:
    """From `starts_on` the setting has this value; what stood before ends the day before. Raises OverlapError."""
    Prison.objects.select_for_update().get(pk=prison.pk)
    rows = prison.settings.filter(kind=kind)
    if later := rows.filter(starts_on__gte=starts_on).first():
        raise OverlapError(f"A value already starts on {later.starts_on:%-d %B %Y}. Choose a later day.")
    rows.in_force(starts_on).update(ends_on=starts_on)
    setting = prison.settings.create(kind=kind, value=value, starts_on=starts_on, recorded_by=by, recorded_at=at)
    audit.record(by=Actor(staff=by), action="set_prison_setting", at=at, prison=prison, kind=kind, value=value)
    _follow(prison, kind, at)
    return setting


def _follow(prison: Prison, kind: SettingKind, at: datetime) -> None:
    """KW-04, WB-05: whether key work goes by the fortnight, and weekly checks are owed, depends on it."""
    if kind in (SettingKind.LONG_TERM_TRAINING, SettingKind.ROLLED_OUT):
        people = list(prison.people.order_by("pk").values_list("pk", flat=True))
        reconcile_in_batches(people, window_of(london_day(at), at), cadence=True)


@transaction.atomic
def withdraw_prison_setting(*, prison: Prison, kind: SettingKind, by: Staff, at: datetime) -> None:
    """Take back the newest value, mistyped in value or day; what stood before it stands again. Its history is kept."""
    Prison.objects.select_for_update().get(pk=prison.pk)
    newest = prison.settings.filter(kind=kind).order_by("-starts_on").first()
    if newest is None:
        return
    audit.record(
        by=Actor(staff=by), action="withdraw_prison_setting", at=at, prison=prison, kind=kind, value=newest.value
    )
    newest.delete()
    prison.settings.filter(kind=kind, ends_on=newest.starts_on).update(ends_on=None)
    _follow(prison, kind, at)


class SettingForm(BaseForm):
    """One value from a day. The group is free text; all others are choices."""

    value = forms.CharField(max_length=100)
    starts_on = DateField(label="From which day?")

    def __init__(self, *args: object, kind: SettingKind, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if kind in VALUES:
            self.fields["value"] = forms.ChoiceField(choices=VALUES[kind], widget=forms.RadioSelect)
        self.fields["value"].label = kind.label
        self.fields["value"].help_text = MEANS[kind]
        self.order_fields(["value", "starts_on"])


@requires(Action.EDIT_PRISON)
def prison_settings(request: PrisonRequest, code: str) -> HttpResponse:
    """Every setting with its value today, unknown ones first."""
    recorded = list(request.prison.settings.order_by("starts_on"))
    today = {row.kind: row for row in recorded if row.starts_on <= request.on < (row.ends_on or date.max)}
    newest = {row.kind: row for row in recorded}
    rows = [
        {
            "kind": kind,
            "label": kind.label,
            "value": _in_words(kind, today.get(kind)),
            "means": MEANS[kind],
            "since": getattr(today.get(kind), "starts_on", None),
            "newest": newest.get(kind),
        }
        for kind in sorted(SettingKind, key=lambda kind: kind in today)
    ]
    unknown = sum(row["value"] is None for row in rows)
    return render(request, "omic/prison_settings.html", {"title": "Prison settings", "rows": rows, "unknown": unknown})


def _in_words(kind: SettingKind, row: PrisonSetting | None) -> str | None:
    return dict(VALUES.get(kind, ())).get(row.value, row.value) if row else None


@requires(Action.EDIT_PRISON)
def edit_prison_setting(request: PrisonRequest, code: str, kind: str) -> HttpResponse:
    """Set one setting from a day on."""
    if kind not in SettingKind.values:
        raise Http404("No such setting.")
    chosen = SettingKind(kind)
    form = SettingForm(request.POST or None, kind=chosen, initial={"starts_on": request.on})
    back = reverse("prison-settings", args=[code])
    if request.method == "POST" and form.is_valid():
        try:
            set_prison_setting(prison=request.prison, kind=chosen, by=request.user, at=request.now, **form.cleaned_data)
        except OverlapError as error:
            form.add_error("starts_on", str(error))
        else:
            messages.success(request, f"{chosen.label} saved")
            return redirect(back)
    context = {"title": chosen.label, "form": form, "submit": "Save", "cancel": back, "back": back}
    return render(request, "omic/form.html", context)


@requires(Action.EDIT_PRISON)
@require_POST
def withdraw_setting(request: PrisonRequest, code: str, kind: str) -> HttpResponse:
    """Take back the newest value of one setting."""
    if kind not in SettingKind.values:
        raise Http404("No such setting.")
    withdraw_prison_setting(prison=request.prison, kind=SettingKind(kind), by=request.user, at=request.now)
    messages.success(request, f"{SettingKind(kind).label}: the newest value was taken back")
    return redirect("prison-settings", code)


urls = [
    path("settings/", prison_settings, name="prison-settings"),
    path("settings/<str:kind>/", edit_prison_setting, name="edit-prison-setting"),
    path("settings/<str:kind>/withdraw/", withdraw_setting, name="withdraw-prison-setting"),
]
