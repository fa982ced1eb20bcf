"""Two sets of answers about one person, side by side: what moves, and what stays as it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from handover.timetable import Task
from handover.timetable.policy import Kind
from handover.what_if_answers import Answers, DutyKey, Group, Said, duty, state
from omic.formats import plural
from omic.models import ObligationKind
from omic.policy import RenderedStep

DUTIES_NOTE = "What the rules ask for by the facts, past and future. What was recorded as done is not looked at here."


@dataclass(frozen=True, slots=True)
class Row:
    """One answer before and after; `news` says in a word or two what moves, and is empty where nothing does."""

    what: str
    before: Said | None
    after: Said | None
    news: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Answers of one kind. `before` and `after` are the steps that its rows share, `note` what to read them with."""

    title: str
    rows: Sequence[Row]
    before: Sequence[RenderedStep] = ()
    after: Sequence[RenderedStep] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every answer before and after."""

    tables: Sequence[Table]

    @property
    def moving(self) -> list[Table]:
        """What moves."""
        return _with_rows(self.tables, lambda row: bool(row.news))

    @property
    def staying(self) -> list[Table]:
        """What stays as it is."""
        return _with_rows(self.tables, lambda row: not row.news)

    @property
    def moves(self) -> int:
        """How many answers and duties move."""
        return sum(len(table.rows) for table in self.moving)

    @property
    def stays(self) -> int:
        """How many stay."""
        return sum(len(table.rows) for table in self.staying)


def _with_rows(tables: Sequence[Table], wanted: Callable[[Row], bool]) -> list[Table]:
    found = [replace(table, rows=[row for row in table.rows if wanted(row)]) for table in tables]
    return [table for table in found if table.rows]


def compare(before: Answers, after: Answers) -> Comparison:
    """The two sets of answers side by side; duties in the order in which they are due."""
    tables = [_table(title, before.groups[title], group) for title, group in after.groups.items()]
    return Comparison([*tables, Table("Duties", _duty_rows(before.duties, after.duties), note=DUTIES_NOTE)])


def _table(title: str, before: Group, after: Group) -> Table:
    labels = dict.fromkeys((*before.said, *after.said))
    return Table(
        title,
        [_row(label, before.said.get(label), after.said.get(label)) for label in labels],
        before.steps,
        after.steps,
    )


def _row(label: str, before: Said | None, after: Said | None) -> Row:
    return Row(label, before, after, _news(before, after))


def _news(before: Said | None, after: Said | None) -> tuple[str, ...]:
    if before is None or after is None:
        return ("New",) if before is None else ("No longer",)
    if before.lines == after.lines:
        return ()
    return (_moved(before.on, after.on) or "Changed",)


def _moved(before: date | None, after: date | None) -> str:
    if before is None or after is None or before == after:
        return ""
    days = (after - before).days
    return f"{plural(abs(days), 'day,days')} {'later' if days > 0 else 'earlier'}"


def _duty_rows(before: Mapping[DutyKey, Task], after: Mapping[DutyKey, Task]) -> list[Row]:
    keys = sorted(dict.fromkeys((*before, *after)), key=lambda key: _order(after.get(key) or before[key]))
    return [_duty_row(key[0], before.get(key), after.get(key)) for key in keys]


def _order(task: Task) -> tuple[date, str]:
    return task.due_on or (task.due_at.date() if task.due_at else date.max), task.kind


def _duty_row(kind: Kind, before: Task | None, after: Task | None) -> Row:
    was, now = duty(before) if before else None, duty(after) if after else None
    return Row(ObligationKind(kind).label, was, now, _duty_news(before, after) or _news(was, now))


def _duty_news(before: Task | None, after: Task | None) -> tuple[str, ...]:
    if before is None or after is None:
        return ()
    told = (
        _moved(before.due_on, after.due_on),
        "Other owner" if before.owner != after.owner else "",
        f"Now {state(after).lower()}" if before.state != after.state else "",
    )
    return tuple(filter(None, told))
