"""Forms of the import pages: the upload, and what people decide about a row or a file."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from omic.forms import BaseForm, DateField
from omic.models import ImportRow, Prison, RollImport
from omic.nomis.csv_rows import DateFormat
from omic.nomis.details import KEYS, KINDS
from omic.nomis.kinds import file_kind
from omic.nomis.retry import in_text
from omic.nomis.roll_fields import FIELDS
from omic.nomis.rows import MAX_BYTES

FULL, PART, DETAILS, SELF_HARM = "full", "part", "details", "self_harm"
DATE_FORMATS = [
    ("", "It is not a CSV file"),
    (DateFormat.ISO, "2026-03-31"),
    (DateFormat.DAY_FIRST, "31/03/2026"),
    (DateFormat.MONTH_FIRST, "03/31/2026"),
]
LEFT = [("REL", "Released"), ("TRN", "Transferred to another prison")]
ROLL_NAMES = [field.name for field in FIELDS]
LISTS = ("alerts", "targets")


class UploadForm(BaseForm):
    """A file, what it is, and how it writes its dates."""

    file = forms.FileField(label="File", help_text="JSON, JSON Lines or CSV UTF-8. Not an Excel workbook")
    content = forms.ChoiceField(label="What is it?", widget=forms.RadioSelect, initial=FULL)
    date_format = forms.ChoiceField(
        label="How does a CSV file write 31 March 2026?",
        choices=DATE_FORMATS,
        widget=forms.RadioSelect,
        required=False,
        initial="",
    )
    dry_run = forms.BooleanField(label="Only show what would happen, and change nothing", required=False)
    mark_optional = False

    def __init__(self, *args: Any, prison: Prison, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["content"].choices = [  # type: ignore[attr-defined]
            (FULL, f"The full roll of {prison}: whoever is not in it is marked as missing"),
            (PART, f"Records of some people of {prison}"),
            (DETAILS, "Details that the roll does not hold: RoSH, MAPPA, RSR, COM, OASys, parole and the like"),
            (SELF_HARM, "Self-harm incidents: prison_number, on, reference (the incident’s number), note"),
        ]

    def clean_file(self) -> Any:
        """Not beyond what an import takes."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(f"The file is over {MAX_BYTES // 1024**2} MB: send each prison's roll by itself")
        return file

    def what(self) -> dict[str, Any]:
        """The answers as an import has them."""
        content, date_format = self.cleaned_data["content"], self.cleaned_data["date_format"]
        return {
            "kind": content if content in RollImport.Kind else RollImport.Kind.ROLL,
            "snapshot": content == FULL,
            "date_format": DateFormat(date_format) if date_format else None,
        }


class DecisionForm(BaseForm):
    """A decision with its reason, and the version of what was shown."""

    because = forms.CharField(label="Why?", max_length=500, widget=forms.Textarea({"rows": 2}))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: int, **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": version}, **kwargs)


class ConfirmForm(DecisionForm):
    """What the roll says is right; where you have checked it."""

    because = forms.CharField(
        label="How do you know?", max_length=500, help_text="For example: checked in NOMIS with the offender manager"
    )


class LeftForm(ConfirmForm):
    """Somebody has left whom the roll counts as gone without saying how and when."""

    kind = forms.ChoiceField(label="How did they leave?", choices=LEFT, widget=forms.RadioSelect)
    on = DateField(label="On which day did they leave?")
    field_order = ("kind", "on", "because", "version")


class RejectForm(DecisionForm):
    """What the roll says is wrong."""


class CellsForm(BaseForm):
    """The cells of a quarantined row, those that are wrong first."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    mark_optional = False

    def __init__(self, *args: Any, row: ImportRow, cells: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = row.version
        known = _names(row.roll_import.kind, cells)
        wrong = [name for name in dict.fromkeys(error["cell"] for error in row.errors) if name in known]
        others = [name for name in known if name in cells and name not in wrong]
        for name in (*wrong, *others):
            self.fields[name] = _cell(name, cells.get(name))
        self.fieldsets = (("Wrong", tuple(wrong)), ("The other cells", tuple(others)))

    def typed(self) -> dict[str, str]:
        """What each box holds."""
        return {name: self.cleaned_data[name] for name in self.fields if name != "version"}


class RawForm(BaseForm):
    """A row that could not be read at all, as the file has it."""

    raw = forms.CharField(label="The row", widget=forms.Textarea({"rows": 6}), strip=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: ImportRow, **kwargs: Any) -> None:
        super().__init__(*args, initial={"raw": row.raw, "version": row.version}, **kwargs)
        if row.roll_import.header:
            self.fields["raw"].help_text = format_html("Under this header: {}", row.roll_import.header.strip())


def _cell(name: str, value: Any) -> forms.CharField:
    help_text = "Several are parted by semicolons" if name in LISTS else ""
    return forms.CharField(label=name, required=False, initial=in_text(value), help_text=help_text)


def _names(kind: str, cells: dict[str, Any]) -> list[str]:
    """What the cells of a kind of file may be called."""
    if other := file_kind(kind):
        return list(other.names)
    return ROLL_NAMES if kind == RollImport.Kind.ROLL else _detail_names(cells)


def _detail_names(cells: dict[str, Any]) -> list[str]:
    kind = cells.get("kind") or "details"
    fields = KINDS[kind][0] if isinstance(kind, str) and kind in KINDS else ()
    return [*KEYS, "kind", "source", "as_at", *(field.name for field in fields)]
