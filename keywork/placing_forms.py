"""The forms of who is whose key worker: for one person, for many at once, and who must not be brought together."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core import signing
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from keywork.actions.key_workers import Choice
from keywork.forms import KeyWorkForm
from keywork.models import DoNotPair, StartKind
from keywork.placing import Advice, Desk, desk_of
from keywork.staffing import with_capacity
from omic import pending
from omic.http import PrisonRequest
from omic.models import Person, Staff

REASON = forms.Textarea({"rows": 2})
SALT = "keywork.placing"


def load_words(worker: Any) -> str:
    """A key worker with what they hold of what they may."""
    return f"{worker}: {worker.load} of {worker.ceiling}"


class KeyWorkerForm(KeyWorkForm):
    """Who is to be the key worker. Left out is who is away, untrained, full or not to be paired (KW-06, KW-03)."""

    staff = forms.ModelChoiceField(Staff.objects.none(), label="Key worker", empty_label="Choose a key worker")
    because = forms.CharField(max_length=300, required=False, label="Reason")
    instead_of = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, request: PrisonRequest, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        desk = desk_of(request.prison, on=request.on)
        offered = desk.may_have(request.person)
        self.left_out = len(desk.workers) - len(offered)
        self.fields["staff"].queryset = with_capacity(request.prison, on=request.on)  # type: ignore[attr-defined]
        choices = [(worker.pk, load_words(worker)) for worker in offered]
        self.fields["staff"].choices = [("", "Choose a key worker"), *choices]  # type: ignore[attr-defined]


class EndForm(KeyWorkForm):
    """Why somebody is the key worker no more."""

    because = forms.CharField(max_length=300, label="Why does it end?")
    instead_of = forms.IntegerField(widget=forms.HiddenInput)


class DoNotPairForm(KeyWorkForm):
    """A key worker and a person who must not be brought together."""

    staff = forms.ModelChoiceField(Staff.objects.none(), label="Key worker", empty_label="Choose a key worker")
    kind = forms.ChoiceField(choices=DoNotPair.Kind.choices, widget=forms.RadioSelect, label="What is it?")
    because = forms.CharField(max_length=300, widget=REASON, label="Why?")

    def __init__(self, data: Any = None, *, request: PrisonRequest) -> None:
        super().__init__(data)
        workers = with_capacity(request.prison, on=request.on).order_by("surname", "forename")
        self.fields["staff"].queryset = workers  # type: ignore[attr-defined]


class LiftForm(KeyWorkForm):
    """Why two people may be brought together again."""

    because = forms.CharField(max_length=300, widget=REASON, label="Why may they be brought together again?")


class PlacingForm(KeyWorkForm):
    """A key worker for each person of a list, all saved at once.

    The choices stand in the rows of the list, as `staff_<person>`. `seen`, signed, says of each person shown which
    allocation they had (0: none) and who was suggested (0: nobody), so that what is saved is judged by that.
    """

    because = forms.CharField(
        max_length=300, required=False, label="Reason", help_text="Kept with each allocation of this page"
    )
    typed_by = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, request: PrisonRequest, desk: Desk) -> None:
        super().__init__(data, initial={"typed_by": pending.stamp(request.user)})
        self.prison, self.desk = request.prison, desk
        self.advice: Mapping[int, Advice] = {}
        self.refused: Mapping[int, str] = {}
        self.seen = self._read(self.data.get("seen", ""))
        rows = {key.removeprefix("staff_"): value for key, value in self.data.items() if key.startswith("staff_")}
        self.chosen = {int(pk): int(value) for pk, value in rows.items() if pk.isdecimal() and value.isdecimal()}
        self.options = {
            worker.pk: format_html('<option value="{}">{}</option>', worker.pk, load_words(worker))
            for worker in desk.workers
        }

    def _read(self, signed: str) -> dict[int, tuple[int, int]]:
        try:
            told = signing.loads(signed, salt=SALT)
        except signing.BadSignature:
            return {}
        rows = told["rows"] if told["prison"] == self.prison.pk else {}
        return {int(pk): (allocation, suggested) for pk, (allocation, suggested) in rows.items()}

    def clean(self) -> dict[str, Any]:
        """Somebody is chosen for at least one of the people who were shown."""
        if not self.choices():
            raise forms.ValidationError("Choose a key worker for at least one person")
        return self.cleaned_data

    def choices(self) -> list[Choice]:
        """What is to be saved, in the order of the list; a suggestion that nobody has changed is an accepted one."""
        because = self.cleaned_data.get("because", "")
        shown = ((pk, *seen, self.chosen[pk]) for pk, seen in self.seen.items() if pk in self.chosen)
        return [
            Choice(
                person=pk,
                staff=staff,
                instead_of=allocation or None,
                kind=StartKind.RECOMMENDED if staff == suggested else StartKind.MANUAL,
                because=because,
            )
            for pk, allocation, suggested, staff in shown
        ]

    def show(self, people: Iterable[Any]) -> str:
        """The signed `seen` of the people who are shown now. What was suggested before stays a suggestion."""
        rows = {}
        for person in people:
            advice = self.advice.get(person.pk)
            suggested = (advice.staff or 0) if advice else self.seen.get(person.pk, (0, 0))[1]
            rows[person.pk] = (person.allocation or 0, suggested)
        return signing.dumps({"prison": self.prison.pk, "rows": rows}, salt=SALT, compress=True)

    def words(self, person: Any) -> str:
        """Who is suggested for one person and why, as it stands on paper and in files."""
        advice = self.advice.get(person.pk)
        if advice is None:
            return ""
        named = next((f"{one}: " for one in self.desk.workers if one.pk == advice.staff), "")
        return f"{named}{advice.because} {advice.next_best}".strip()

    def cell(self, person: Any) -> SafeString:
        """The choice for one person, with why it is suggested; it belongs to the form though it stands outside."""
        advice, refused = self.advice.get(person.pk), self.refused.get(person.pk)
        words = " ".join(filter(None, (advice.because, advice.next_best))) if advice else ""
        error = '<p class="govuk-error-message" id="error_{}">{}</p>'
        why = '<p class="govuk-hint" id="because_{}">{}</p>'
        ids = [f"{name}_{person.pk}" for name, there in (("error", refused), ("because", words)) if there]
        return format_html(
            '{}<select class="govuk-select" name="staff_{}" id="staff_{}" form="placing" aria-label="Key worker of {}"'
            ' aria-describedby="{}">{}</select>{}',
            format_html(error, person.pk, refused) if refused else "", person.pk, person.pk, person.name,
            " ".join(ids), self._options(person, advice), format_html(why, person.pk, words) if words else "",
        )  # fmt: skip

    def _options(self, person: Person, advice: Advice | None) -> SafeString:
        """Whom the person may have, fewest held first; a choice that was refused stays, whoever it was."""
        chosen = self.chosen.get(person.pk, 0) if self.is_bound else (advice and advice.staff) or 0
        offered = [worker.pk for worker in self.desk.may_have(person)]
        if chosen in self.options and chosen not in offered:
            offered.insert(0, chosen)
        drawn = ((self._selected(pk) if pk == chosen else self.options[pk],) for pk in offered)
        return format_html('<option value="">—</option>{}', format_html_join("", "{}", drawn))

    def _selected(self, pk: int) -> SafeString:
        worker = next(one for one in self.desk.workers if one.pk == pk)
        return format_html('<option value="{}" selected>{}</option>', pk, load_words(worker))
