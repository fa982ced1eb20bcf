"""What the numbers of the assurance page are called, and the columns of the rows behind them."""

from typing import Any

from keywork.columns import person_url
from omic.lists import Column, link
from wellbeing.assurance import DECLINED, Scope

FIGURE_WORDS = {
    "due": "Due",
    "done": "Done",
    "late": "Done, entered late",
    "missed": "Missed",
    "to_come": "Not yet due",
    "waived": "Waived",
    "excepted": "Excepted",
    "not_here": "Left or out",
    "declined": "Declined",
}


def columns_of(figure: str, scope: Scope) -> tuple[Column, ...]:
    """Who and which check; of a refusal by whom. Somebody who has left is named, not linked."""

    def named(row: Any) -> Any:
        return link(person_url(row.person), row.person.name) if row.person.prison_id == scope.prison.pk else row.person

    who = (
        Column("person", "Person", "person.name", order=("person__surname", "person__forename"), cell=named),
        Column("number", "Number", "person.prison_number", order=("person__prison_number",)),
    )
    return (*who, *(REFUSALS if figure == DECLINED else CHECKS))


CHECKS = (
    Column("wing", "Wing", "wing.code", order=("wing__code",)),
    Column("kind", "Check", "get_kind_display", order=("kind",)),
    Column("on", "Due", "due_on", order=("due_on",)),
    Column("state", "State", "get_state_display", order=("state",)),
    Column("met", "Done at", "met_at", order=("met_at",)),
    Column("why", "Why", "suspension.because"),
)


def _wing(row: Any) -> str | None:
    """Where the person lived when they declined."""
    note = getattr(row, "check_note", None)
    return note.wing.code if note and note.wing else None


REFUSALS = (
    Column("wing", "Wing", _wing, order=("check_note__wing__code",)),
    Column("on", "When", "at", order=("at",)),
    Column("by", "Declined to", "by", order=("by__surname",)),
    Column("words", "Words", "text"),
)
