"""What a check, or an attempt at one, records; and the words that go with it into NOMIS (WB-07, WB-08)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from omic.formats import day, short_moment
from omic.models import Contact, ContactKind
from wellbeing.models import CheckNote

# What a roster can record of one person; only the first meets a duty (WB-01).
OUTCOMES = (
    ContactKind.CHECK,
    ContactKind.SEEN,
    ContactKind.DECLINED,
    ContactKind.UNAVAILABLE,
    ContactKind.ATTEMPT,
)
_LEADS = {
    ContactKind.CHECK: "Wellbeing check. Spoken to.",
    ContactKind.SEEN: "Seen on a roll check.",
    ContactKind.DECLINED: "Wellbeing check offered and declined.",
    ContactKind.UNAVAILABLE: "Not available for a wellbeing check.",
    ContactKind.ATTEMPT: "Wellbeing check attempted.",
}


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """One line of a roster as an officer fills it in. `raised` empty is nothing raised; `told` is who was told."""

    kind: ContactKind
    at: datetime
    identified: str = ""
    spoken_to: bool = False
    raised: str = ""
    family: str = ""
    understood: str = ""
    concern: str = ""
    told: str = ""
    acct_entry: bool | None = None
    away: str = ""
    because: str = ""
    from_paper: bool = False


def record_of(contact: Contact) -> CheckRecord:
    """What a saved check says, as it was filled in."""
    note = contact.check_note
    return CheckRecord(
        kind=ContactKind(contact.kind),
        at=contact.at,
        identified=note.identified,
        spoken_to=note.spoken_to,
        raised=note.raised,
        family=note.family,
        understood=note.understood,
        concern=note.concern,
        told=note.told,
        acct_entry=note.acct_entry,
        away=note.away,
        because=note.because,
        from_paper=note.from_paper,
    )


def nomis_text(record: CheckRecord, *, late_at: datetime | None = None) -> str:
    """The case note of a check; `late_at` is when it was entered, if late."""
    said = _sentences(record)
    return " ".join([*said, late_sentence(late_at)] if late_at else said)


def late_sentence(at: datetime) -> str:
    """What a case note says of a check that was entered late, at `at`."""
    return f"Entered late on {day(at)}."


def entry_words(at: datetime, by: object) -> str:
    """When a late entry was made, and by whom."""
    return f"entered {short_moment(at)} by {by}"


def late_entry(contact: Contact) -> str:
    """When and by whom a check was entered that was entered late; empty for any other contact.

    Read it with `check_note__entered_by`, or it asks a query for each contact.
    """
    note = getattr(contact, "check_note", None)
    return entry_words(contact.recorded_at, note.entered_by or contact.by) if note and note.late else ""


def _sentences(record: CheckRecord) -> Iterator[str]:
    yield _LEADS[record.kind]
    if record.kind == ContactKind.CHECK:
        yield f"Raised: {_ended(record.raised)}" if record.raised else "Nothing raised."
        yield f"Family or friends: {_choice(CheckNote.Family(record.family).label)}."
        yield f"Information: {_choice(CheckNote.Understood(record.understood).label)}."
    if record.away:
        yield f"{CheckNote.Away(record.away).label}."
    if record.because:
        yield _ended(record.because)
    if record.concern:
        yield f"Concern: {_ended(record.concern)} Passed to: {_ended(record.told)}"
    if record.acct_entry is not None:
        yield "Entered in the ACCT document." if record.acct_entry else "Not yet entered in the ACCT document."


def _choice(label: str) -> str:
    return label[0].lower() + label[1:]


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
