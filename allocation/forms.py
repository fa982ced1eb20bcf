"""What HOMDs fill in: an allocation, its end, parts beside the POM, a POM's profile, and extra resource for a case."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, TypeVar

from django import forms

from allocation.coworking import PARTS
from allocation.extra_resources import Agreed
from allocation.lists import TYPE_WORDS
from allocation.models import Pom, PomCourse, PomType
from allocation.profiles import Profile
from allocation.refusals import RefusedError
from omic import pending
from omic.forms import BaseForm, DateField
from omic.models import Staff

Done = TypeVar("Done")
SHORT = forms.NumberInput({"class": "govuk-input--width-3"})


def area(rows: int = 3) -> forms.Textarea:
    """A box for a few lines."""
    return forms.Textarea({"rows": rows})


class TypedForm(BaseForm):
    """A form whose typing is kept when the session ends before it is saved (see omic.pending)."""

    typed_by = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, staff: Staff, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial={"typed_by": pending.stamp(staff), **(initial or {})})

    def told(self) -> dict[str, Any]:
        """The valid form as its action takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "typed_by"}


def attempt(form: BaseForm, save: Callable[..., Done], **facts: Any) -> Done | None:
    """What the action gives; None after showing on the form why it refused. What was typed stays."""
    try:
        return save(**facts)
    except RefusedError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return None


def staff_choice(poms: Iterable[Staff], label: str, words: Callable[[Staff], str] = str) -> forms.TypedChoiceField:
    """One of some POMs, as radio buttons, each with its words."""
    known = {str(pom.pk): pom for pom in poms}
    return forms.TypedChoiceField(
        label=label,
        choices=[(key, words(pom)) for key, pom in known.items()],
        coerce=known.__getitem__,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a POM", "invalid_choice": "Choose a POM who is posted here today"},
    )


class AllocateForm(TypedForm):
    """Who becomes the POM. `replaces` names the open allocation that was shown beside the choice."""

    reason = forms.CharField(
        max_length=300,
        required=False,
        widget=area(),
        label="Why this POM",
        help_text="Needed when you choose against the recommendation, or where there is none.",
    )
    note = forms.CharField(
        max_length=1000,
        required=False,
        widget=area(),
        label="Note for the POM",
        help_text="Kept with the allocation. The email to the POM does not repeat it.",
    )
    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, poms: Iterable[Staff], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["staff"] = staff_choice(poms, "Who should be the POM?")


class EndForm(TypedForm):
    """Why nobody follows, for now."""

    reason = forms.CharField(
        max_length=300,
        widget=area(),
        label="Why does the allocation end?",
        error_messages={"required": "Say why the allocation ends"},
    )
    replaces = forms.IntegerField(widget=forms.HiddenInput)

    def renew(self, replaces: int | None) -> None:
        """Ask about the allocation that stands now, once the refusal has said that it is another."""
        self.data = self.data.copy()
        self.data["replaces"] = replaces or self.data["replaces"]


class ShareForm(TypedForm):
    """Who gets a part in a case beside the primary POM, and which. `poms` come with their loads."""

    part = forms.ChoiceField(
        label="Which part?", choices=[(part, part.label) for part, _ in PARTS], widget=forms.RadioSelect
    )
    reason = forms.CharField(max_length=300, widget=area(), label="Why?")
    note = forms.CharField(
        max_length=1000,
        required=False,
        widget=area(),
        label="Note for them",
        help_text="Kept with the case. The email does not repeat it.",
    )
    field_order = ("part", "staff", "reason", "note", "typed_by")

    def __init__(self, data: Any = None, *, poms: Iterable[Staff], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["staff"] = staff_choice(poms, "Who?", _with_type)
        self.order_fields(self.field_order)


def _with_type(pom: Any) -> str:
    return f"{pom} ({TYPE_WORDS[pom.pom_type]})"


class ReasonForm(TypedForm):
    """Why something ends."""

    reason = forms.CharField(max_length=300, widget=area(), label="Why does it end?")


class ProfileForm(TypedForm):
    """Type, days, grade and base of a POM, and from which day (AL-19)."""

    pom_type = forms.ChoiceField(choices=PomType.choices, widget=forms.RadioSelect, label="Type of POM")
    operational = forms.TypedChoiceField(
        choices=(("", "Not said, or a probation POM"), ("yes", "Operational"), ("no", "Non-operational")),
        coerce={"yes": True, "no": False}.__getitem__,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        label="Grade of a prison POM",
    )
    working_days = forms.DecimalField(
        min_value=Decimal("0.5"),
        max_value=7,
        decimal_places=1,
        widget=SHORT,
        label="Days a week",
        help_text="5 is full time. Halves are allowed, for example 2.5.",
    )
    base = forms.ChoiceField(choices=Pom.Base.choices, widget=forms.RadioSelect, label="Where are they based?")
    hub = forms.CharField(
        max_length=100, required=False, label="Name of the hub", help_text="Of a POM based in a community hub."
    )
    starts_on = DateField(label="From which day?", help_text="What was recorded until then stays on record.")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def told(self) -> dict[str, Any]:
        """The valid form as its action takes it."""
        said = super().told()
        kept = {name: said.pop(name) for name in ("starts_on", "version")}
        return {"profile": Profile(**said), **kept}


class CourseForm(TypedForm):
    """A priority course that a POM has done (AL-18)."""

    course = forms.ChoiceField(choices=PomCourse.choices, label="Course")
    completed_on = DateField(label="When was it completed?")


class ExtraForm(TypedForm):
    """More than the usual for one case, and what was weighed (AL-05)."""

    what = forms.CharField(max_length=300, label="What does this case get beyond the usual?", widget=area(2))
    because = forms.CharField(max_length=2000, label="Why does it need more?", widget=area())
    weighed = forms.CharField(
        max_length=2000,
        label="What does it mean for staffing, and who gets less?",
        widget=area(),
        help_text="The model asks the HOMD to weigh both before agreeing.",
    )
    starts_on = DateField(label="From which day?")
    ends_on = DateField(label="Until which day?", required=False, help_text="Leave it empty for until it is ended.")

    def told(self) -> dict[str, Any]:
        """The valid form as its action takes it."""
        return {"agreed": Agreed(**super().told())}
