"""What somebody records about a session or an entry, and the words of it that go on NOMIS."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from keywork.models import Mode, SessionNote, TargetReview
from keywork.policy import PROMPTS
from omic.formats import minutes as in_words
from omic.models import Contact, ContactKind

# The fields of the note that are free text, with the words that go before each on NOMIS (ED-10, KW-10).
TEXTS = {
    "mood": "Mood",
    "engagement": "Engagement",
    "concerns": "Concerns",
    "actions": "Actions",
    "risk_information": "Risk information, passed on to the OMU",
}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """How far one target of the progression plan (by its id) has come, and what was said of it."""

    target: int
    target_words: str
    state: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A session or an entry as its author records it. `minutes` is the total, `contact_minutes` the time together."""

    kind: ContactKind
    at: datetime
    mode: str
    minutes: int | None = None
    contact_minutes: int | None = None
    prompts: Mapping[str, str] = field(default_factory=dict)
    mood: str = ""
    engagement: str = ""
    concerns: str = ""
    actions: str = ""
    risk_information: str = ""
    reviews: tuple[Reviewed, ...] = ()


def record_of(contact: Contact) -> Record:
    """A saved contact with its note as the record it was saved from."""
    note: SessionNote = contact.session_note
    reviews = contact.target_reviews.select_related("target").order_by("target")
    return Record(
        kind=ContactKind(contact.kind),
        at=contact.at,
        mode=note.mode,
        minutes=contact.minutes,
        contact_minutes=note.contact_minutes,
        prompts=note.prompts,
        reviews=tuple(Reviewed(row.target_id, row.target.words, row.state, row.words) for row in reviews),
        **{name: getattr(note, name) for name in TEXTS},
    )


def answers(record: Record | SessionNote) -> list[tuple[str, str]]:
    """What was answered, each answer after the words it answers, in the order of the form."""
    asked = [(words, record.prompts.get(key, "")) for key, words in PROMPTS.items()]
    written = [(words, getattr(record, name)) for name, words in TEXTS.items()]
    return [(words, answer) for words, answer in (*asked, *written) if answer]


def nomis_text(record: Record) -> str:
    """The record as one text to enter on NOMIS."""
    return "\n".join(_lines(record))


def _lines(record: Record) -> Iterator[str]:
    times = []
    if record.contact_minutes is not None:
        times.append(f"{in_words(record.contact_minutes)} together")
    if record.minutes is not None:
        times.append(f"{in_words(record.minutes)} in all")
    yield ", ".join([Mode(record.mode).label, *times]) + "."
    yield from (f"{words}: {answer}" for words, answer in answers(record))
    for review in record.reviews:
        state = TargetReview.State(review.state).label
        yield " – ".join(filter(None, (f"Progression plan, {review.target_words}: {state}", review.words)))
