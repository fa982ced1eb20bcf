"""What of imports is a prison's business, and how its rows read on a list."""

from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from omic.access import Action
from omic.context import Tab, Tile
from omic.formats import plural, short_day
from omic.http import PrisonRequest
from omic.lists import Column, link
from omic.models import ImportRow, Obligation, ObligationKind, Person, Presence, Prison, RollImport
from omic.nomis.facts import DATES
from omic.nomis.verdicts import TO_DECIDE, Outcome
from omic.templatetags.govuk import tag

STATE_COLOURS = {"running": "blue", "done": "green", "held": "yellow", "refused": "red"}
OUTCOME_COLOURS = {"added": "green", "changed": "blue", "held": "yellow", "quarantined": "red", "missing": "orange"}
COUNTS = ("added", "changed", "unchanged", "held", "quarantined")
WORDS = {
    "started_on": "Sentence start",
    "hdc_actual": "HDC actual date",
    "confirmed_release_on": "Confirmed release",
    "sentence": "Sentence",
    "csra": "CSRA",
    "alerts_started": "Alerts begun",
    "alerts_ended": "Alerts ended",
    "rosh": "RoSH",
    "rsr": "RSR",
    "ogrs3": "OGRS3",
    "ldu": "LDU",
    "oasys": "OASys",
}


def imports_here(prison: Prison) -> QuerySet[RollImport]:
    """The prison's own imports, and those of several prisons that brought it rows."""
    brought = ImportRow.objects.filter(roll_import=OuterRef("pk"), prison=prison)
    return RollImport.objects.filter(Q(prison=prison) | Q(Exists(brought), prison__isnull=True)).select_related(
        "prison", "uploaded_by", "decided_by"
    )


def rows_here(prison: Prison) -> QuerySet[ImportRow]:
    """Rows on the prison's list: about its people, or from its own files."""
    rows = ImportRow.objects.filter(Q(prison=prison) | Q(roll_import__prison=prison))
    return rows.select_related("roll_import", "person", "decided_by")


def waiting_here(prison: Prison) -> QuerySet[Any]:
    """Held and quarantined rows that wait for somebody; a held one with the day by which it is to be decided."""
    duties = Obligation.objects.demanding().filter(kind=ObligationKind.HELD_CHANGE, person=OuterRef("person"))
    waiting = rows_here(prison).filter(outcome__in=TO_DECIDE, decision=ImportRow.Decision.WAITING)
    return waiting.annotate(due_on=Subquery(duties.values("due_on")[:1]), since=F("roll_import__started_at"))


def rows_of(taken: RollImport, prison: Prison) -> QuerySet[ImportRow]:
    """An import's rows as far as they are the prison's business."""
    rows = taken.import_rows.select_related("person", "decided_by")
    return rows if taken.prison_id == prison.pk else rows.filter(prison=prison)


def field_words(name: str) -> str:
    """A column's name as people know it: CRD, Sentence start, Cell."""
    return WORDS.get(name) or (name.upper() if name in DATES else name.replace("_", " ").capitalize())


def value_words(value: Any) -> str:
    """A value of a change: days short, nothing as a dash."""
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    try:
        return short_day(date.fromisoformat(value))
    except (TypeError, ValueError):
        return str(value)


def changes_of(row: ImportRow) -> list[tuple[str, str, str]]:
    """What, before and after."""
    return [(field_words(name), value_words(old), value_words(new)) for name, (old, new) in row.changes.items()]


def _changes_text(row: ImportRow) -> str:
    return "; ".join(f"{name}: {old} → {new}" for name, old, new in changes_of(row))


def _changes_cell(row: ImportRow) -> SafeString:
    return format_html_join("", "<div>{}: {} → {}</div>", changes_of(row))


def _of_errors(part: str) -> Any:
    return lambda row: "; ".join(error[part] for error in row.errors if error[part])


def _errors_cell(row: ImportRow) -> SafeString:
    parts = (" ".join(filter(None, (e["cell"], e["value"], e["reason"]))) for e in row.errors)
    return format_html_join("", "<div>{}</div>", ((part,) for part in parts))


def row_url(row: ImportRow, prison: Prison) -> str:
    """The page of one row."""
    return reverse("import-row", args=[prison.pk, row.pk])


def columns(prison: Prison, *, waiting: bool = False, exporting: bool = False) -> tuple[Column, ...]:
    """A list of rows; of waiting ones with the day by which each is to be decided. A file has each cell apart."""
    return (
        *(WAITING if waiting else ()),
        Column("row", "Row", "number", order=("number",), numeric=True),
        Column(
            "number",
            "Prison number",
            "prison_number",
            order=("prison_number",),
            cell=lambda row: link(row_url(row, prison), row.prison_number or f"Row {row.number}"),
        ),
        Column("name", "Name", "person.name", order=("person__surname", "person__forename")),
        Column(
            "outcome",
            "Outcome",
            "get_outcome_display",
            order=("outcome",),
            cell=lambda row: tag(row.get_outcome_display(), OUTCOME_COLOURS[row.outcome]),
        ),
        *(APART if exporting else (Column("why", "Why", cell=_errors_cell),)),
        Column("changes", "Changes", _changes_text, cell=_changes_cell),
        *(() if waiting else (Column("decision", "Decision", "get_decision_display", order=("decision",)),)),
    )


WAITING = (
    Column("due", "Decide by", "due_on", order=("due_on",), cell="omic/imports/_due.html"),
    Column("since", "Since", "since", order=("since",)),
)
APART = (
    Column("cell", "Cell", _of_errors("cell")),
    Column("value", "Value", _of_errors("value")),
    Column("reason", "Reason", _of_errors("reason")),
)
FILES = (
    Column("started", "Taken in", "started_at", order=("started_at",), cell="omic/imports/_file.html"),
    Column("name", "File", "file_name", order=("file_name",)),
    Column("kind", "Kind", "get_kind_display", order=("kind",)),
    Column("by", "By", "uploaded_by", order=("uploaded_by__surname",)),
    Column(
        "state",
        "State",
        "get_state_display",
        order=("state",),
        cell=lambda taken: tag(taken.get_state_display(), STATE_COLOURS[taken.state]),
    ),
    *(Column(name, name.capitalize(), name, order=(name,), numeric=True) for name in (*COUNTS, "missing")),
)
MISSING = (
    Column("name", "Name", "name", order=("surname", "forename"), cell="omic/imports/_person.html"),
    Column("number", "Prison number", "prison_number", order=("prison_number",)),
    Column("wing", "Wing", "wing.code", order=("wing__code",)),
    Column("cell", "Cell", "cell", order=("cell",)),
    Column("key_worker", "Key worker", "key_worker", order=("key_worker__surname",)),
    Column("pom", "POM", "pom", order=("pom__surname",)),
    Column("seen", "Last changed by a roll", "seen_on_roll_at", order=("seen_on_roll_at",)),
)


def people_missing(prison: Prison) -> QuerySet[Person]:
    """Whom the newest full roll left out."""
    return prison.people.filter(presence=Presence.MISSING).select_related("wing", "key_worker", "pom")


def counts_words(taken: RollImport) -> str:
    """Every row of the file in exactly one count."""
    counts = ", ".join(f"{getattr(taken, name):,} {name}" for name in COUNTS)
    missing = f" {plural(taken.missing, 'person is,people are')} missing from the roll." if taken.snapshot else ""
    return f"{plural(taken.rows, 'row,rows')}: {counts}.{missing}"


def changed_fields(taken: RollImport) -> list[tuple[str, int]]:
    """Which columns changed, and for how many people; the commonest first."""
    counted = sorted(taken.changed_fields.items(), key=lambda item: (-item[1], item[0]))
    return [(field_words(name), number) for name, number in counted]


def home_tiles(request: PrisonRequest) -> list[Tile]:
    """What of imports waits for a decision, for those who decide it."""
    if not request.standing.may(Action.IMPORT):
        return []
    due = list(waiting_here(request.prison).values_list("due_on", flat=True))
    late = any(day and day < request.on for day in due)
    url = reverse("imports", args=[request.prison.pk])
    return [Tile(len(due), "rows of imports to decide", url, "red" if late else "")]


def index_tabs(prison: Prison) -> list[Tab]:
    """The pages about imports, each with what waits on it."""
    return [
        Tab("To decide", reverse("imports", args=[prison.pk]), waiting_here(prison).count()),
        Tab("Missing from the roll", reverse("import-missing", args=[prison.pk]), people_missing(prison).count()),
        Tab("Files", reverse("import-files", args=[prison.pk])),
    ]


def report_tabs(taken: RollImport, prison: Prison) -> list[Tab]:
    """An import's rows by what became of them."""
    by_outcome = rows_of(taken, prison).order_by().values_list("outcome").annotate(number=Count("pk"))
    counts = dict.fromkeys(Outcome.values, 0) | dict(by_outcome)
    here = reverse("import", args=[prison.pk, taken.pk])
    tabs = [Tab("All", here, sum(counts.values()))]
    order = (Outcome.HELD, Outcome.QUARANTINED, Outcome.MISSING, Outcome.ADDED, Outcome.CHANGED)
    return tabs + [Tab(outcome.label, f"{here}{outcome}/", counts[outcome]) for outcome in order]
