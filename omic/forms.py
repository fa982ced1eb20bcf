"""How every form is drawn and speaks: GOV.UK components for Django's own fields and widgets, errors as sentences."""

from typing import Any

from django import forms
from django.db.models import BLANK_CHOICE_DASH
from django.forms.renderers import TemplatesSetting
from django.forms.utils import pretty_name
from django.forms.widgets import Input
from django.template.loader import select_template

from omic.fields import DateField, DateTimeField, DateTimeWidget, DateWidget

__all__ = [
    "BaseForm",
    "BaseModelForm",
    "DateField",
    "DateTimeField",
    "DateTimeWidget",
    "DateWidget",
    "GovukBoundField",
    "GovukRenderer",
]

# First match wins, so the special kinds stand before the kinds they are made from.
COMPONENTS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "govuk-checkboxes__input"),
    (forms.RadioSelect, ""),
    (forms.MultiWidget, "govuk-input"),
    (forms.FileInput, "govuk-file-upload"),
    (forms.Select, "govuk-select"),
    (forms.Textarea, "govuk-textarea"),
    (forms.PasswordInput, "govuk-input govuk-password-input__input govuk-js-password-input-input"),
    (Input, "govuk-input"),
)
# Browsers cut what is typed beyond these, or object in their own words: the server says it, and nothing is lost.
BROWSER_LIMITS = ("maxlength", "minlength", "min", "max", "step")
(NO_CHOICE,) = BLANK_CHOICE_DASH  # is no radio button: whoever has not chosen has ticked none
DJANGO_ROWS, OUR_ROWS = "10", "5"  # of a text area whose author chose nothing: ten is more than most answers need


class GovukBoundField(forms.BoundField):
    """A field as its template needs it: component classes, what describes it, and where an error's link must lead."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """The control's attributes; `False` takes one away that Django would write."""
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        if widget.is_hidden:
            return attrs
        attrs |= dict.fromkeys(("required", *BROWSER_LIMITS), False)
        attrs["class"] = self._classes(widget)
        if isinstance(widget, forms.NumberInput):
            fraction = isinstance(self.field, forms.FloatField | forms.DecimalField)
            attrs["inputmode"] = "decimal" if fraction else "numeric"
        if self.use_fieldset:
            attrs.pop("aria-invalid", None)
        if isinstance(widget, forms.Textarea):
            rows = str(widget.attrs["rows"])
            attrs["rows"] = OUR_ROWS if rows == DJANGO_ROWS else rows
        if self.character_limit:
            attrs["aria-describedby"] = f"{attrs.get('aria-describedby', '')} {self.auto_id}-info".strip()
        return attrs

    def _classes(self, widget: forms.Widget) -> str:
        component = next((name for kind, name in COMPONENTS if isinstance(widget, kind)), "")
        counted = "govuk-js-character-count" if self.character_limit else ""
        error = f"{component.split()[0]}--error" if component and self.errors else ""
        return " ".join(filter(None, (component, counted, widget.attrs.get("class"), error)))

    @property
    def character_limit(self) -> int | None:
        """How many characters a text area takes, where it has a limit."""
        return getattr(self.field, "max_length", None) if isinstance(self.field.widget, forms.Textarea) else None

    @property
    def is_one_checkbox(self) -> bool:
        """Whether the label stands beside the control instead of above it."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def is_marked_optional(self) -> bool:
        """Whether the label says "(optional)"."""
        return getattr(self.form, "mark_optional", False) and not self.field.required and not self.is_one_checkbox

    @property
    def first_control_id(self) -> str:
        """The id that an error summary's link leads to: the first box or the first choice of the field."""
        if not self.use_fieldset:
            return self.id_for_label or self.auto_id
        if isinstance(self.field.widget, forms.MultiWidget):
            return f"{self.auto_id}_0"
        drawn = (choice.data for choice in self.subwidgets if (choice.data["value"], choice.data["label"]) != NO_CHOICE)
        return next((choice["attrs"]["id"] for choice in drawn), self.auto_id)


class GovukRenderer(TemplatesSetting):
    """Draws with templates/govuk/ where it has a template of the same name, else with Django's own."""

    form_template_name = "govuk/fields.html"
    field_template_name = "govuk/field.html"
    bound_field_class = GovukBoundField

    def get_template(self, template_name: str) -> Any:
        """`django/forms/widgets/radio.html` is looked for as `govuk/widgets/radio.html` first."""
        return select_template([template_name.replace("django/forms/", "govuk/", 1), template_name])


class GovukForm:
    """What both kinds of form share. `fieldsets` groups fields: ((legend, (field name, …)), …)."""

    use_required_attribute = False
    mark_optional = True
    fieldsets: tuple[tuple[str, tuple[str, ...]], ...] = ()
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = field.label if field.label is not None else pretty_name(name)
            field.error_messages |= own_words(field)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Visible fields under their legends; those that no fieldset names come last, under none."""
        named = {name for _, names in self.fieldsets for name in names}
        visible = {field.name: field for field in self.visible_fields()}  # type: ignore[attr-defined]
        groups = [(legend, [visible[name] for name in names if name in visible]) for legend, names in self.fieldsets]
        return [*groups, ("", [field for name, field in visible.items() if name not in named])]

    def _widget_data_value(self, widget: forms.Widget, html_name: str) -> Any:
        # Browsers send a line's end as two characters and count it as one: the limit must mean the same on both sides.
        value = super()._widget_data_value(widget, html_name)  # type: ignore[misc]
        return value.replace("\r\n", "\n") if isinstance(value, str) else value


class BaseForm(GovukForm, forms.Form):
    """Every form of ours that is not a ModelForm."""


class BaseModelForm(GovukForm, forms.ModelForm):
    """Every ModelForm of ours; dates need `Meta.field_classes = {"born_on": DateField}`."""


def own_words(field: forms.Field) -> dict[str, str]:
    """Errors as sentences for every code whose message the form's author has left at Django's."""
    standard: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        standard |= getattr(kind, "default_error_messages", {})
    words = sentences(field)
    return {code: text for code, text in words.items() if field.error_messages.get(code) == standard.get(code)}


def sentences(field: forms.Field) -> dict[str, str]:
    """Our message for each of Django's error codes, naming the field by its label."""
    label = str(field.label)
    words = {
        "required": required_words(field, label),
        "max_length": f"{label} must be %(limit_value)d characters or fewer",
        "min_value": f"{label} must be %(limit_value)s or more",
        "max_value": f"{label} must be %(limit_value)s or less",
        "invalid_choice": "Select one of the options shown",
    }
    if isinstance(field, forms.IntegerField):
        whole = not isinstance(field, forms.FloatField | forms.DecimalField)
        words["invalid"] = f"{label} must be a {'whole ' if whole else ''}number"
    if isinstance(field, forms.EmailField):
        words["invalid"] = "Enter an email address in the correct format, like name@example.com"
    return words


def required_words(field: forms.Field, label: str) -> str:
    """What to do about an empty field: select, choose or enter it."""
    kinds = (
        (forms.CheckboxInput, "Confirm"),
        (forms.Select | forms.RadioSelect, "Select"),
        (forms.FileInput, "Choose"),
    )
    verb = next((word for kind, word in kinds if isinstance(field.widget, kind)), "Enter")
    if label.endswith("?") and isinstance(field.widget, DateWidget):
        return "Enter a date and time" if isinstance(field.widget, DateTimeWidget) else "Enter a date"
    return f"{verb} an answer: {label}" if label.endswith("?") else f"{verb} {in_sentence(label)}"


def in_sentence(label: str) -> str:
    """A label inside a sentence: "Minutes" becomes "minutes", "RoSH level" and "ACCT" stay."""
    first_word = label.split(" ", 1)[0]
    return label if any(letter.isupper() for letter in first_word[1:]) else label[:1].lower() + label[1:]
