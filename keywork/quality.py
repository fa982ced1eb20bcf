"""Quality assurance of key work notes: what is sampled, what waits, what was told; and notes that read like copies."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import django_filters
from django.db.models import BooleanField, Case, Q, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from keywork import regime
from keywork.copied import Earlier, nearest
from keywork.models import NoteSample, SessionNote
from keywork.notes import TEXTS
from keywork.rules.sampling import Sample, SampleFacts, quality_policy, sample_wanted
from omic.access import Action
from omic.context import Tile
from omic.formats import day
from omic.http import PrisonRequest
from omic.lists import Column, link
from omic.models import Contact, ContactKind, Prison, SettingKind, Staff
from omic.policy import Outcome
from omic.templatetags.govuk import tag

FINDING_TAGS = {
    NoteSample.Finding.GOOD: "green",
    NoteSample.Finding.COULD_BE_BETTER: "yellow",
    NoteSample.Finding.NOT_ENOUGH: "red",
}
RISK = "risk_information"  # what was passed on may rightly be the same words again


class Alike(NamedTuple):
    """The note that one reads like, and the share of words they have in common, in whole per cent."""

    contact: Contact
    per_cent: int


# --- what is sampled -------------------------------------------------------------------------------------------------


def sample_of(prison: Prison, on: date) -> Outcome[Sample]:
    """How many notes of each key worker are drawn in the period of a day, and why so many (KW-19)."""
    level = regime.level_on(prison, on)
    own = prison.settings.filter(kind=SettingKind.NOTES_SAMPLED).in_force(on).values_list("value", flat=True).first()
    facts = SampleFacts(prison.estate, level and level.level, None if own is None else int(own))
    return sample_wanted(facts, on=on)


def samples(prison: Prison) -> QuerySet[NoteSample]:
    """The samples with `waiting`; a note that was corrected or withdrawn before its review is a sample no more."""
    waiting = Case(
        When(reviewed_at=None, then=Value(value=True)), default=Value(value=False), output_field=BooleanField()
    )
    rows = prison.note_samples.filter(Q(reviewed_at__isnull=False) | Q(contact__superseded_at=None))
    return rows.annotate(waiting=waiting)


def feedback_for(prison: Prison, staff: Staff) -> QuerySet[NoteSample]:
    """What a key worker has been told about notes of theirs; what only reviewers may read is not even loaded."""
    return prison.note_samples.filter(staff=staff, reviewed_at__isnull=False).defer("findings")


# --- notes that read like copies -------------------------------------------------------------------------------------


def alike(contact: Contact) -> Alike | None:
    """The author's note that this one reads like: of the last weeks about somebody else, or the last about the person.

    Notes of the same prison alone, and those recorded before. A hint: who said the same twice may have been right.
    """
    policy = quality_policy(contact.on)
    others = _recorded_before(contact, since=contact.on - timedelta(days=policy.copied_days))
    earlier = [Earlier(note.contact_id, _text(note)) for note in others]
    note = SessionNote.objects.get(contact=contact)
    found = nearest(_text(note), earlier, ratio=policy.copied_ratio, shortest=policy.copied_words)
    if found is None:
        return None
    like = Contact.objects.select_related("person").get(pk=found.contact_id)
    return Alike(like, round(100 * found.ratio))


def _recorded_before(contact: Contact, *, since: date) -> Sequence[SessionNote]:
    kinds = (ContactKind.SESSION, ContactKind.ENTRY)
    rows = SessionNote.objects.filter(
        contact__by=contact.by_id,
        contact__prison=contact.prison_id,
        contact__kind__in=kinds,
        contact__superseded_at=None,
        contact__on__gte=since,
        contact__recorded_at__lte=contact.recorded_at,
    ).exclude(contact=contact.pk)
    ordered = list(rows.order_by("-contact__at", "-contact_id"))
    own = [note for note in ordered if note.person_id == contact.person_id]
    return [note for note in ordered if note.person_id != contact.person_id] + own[:1]


def _text(note: SessionNote) -> str:
    written = (getattr(note, name) for name in TEXTS if name != RISK)
    return "\n".join([*note.prompts.values(), *written])


def hint_to_author(contact: Contact) -> str:
    """What the author is told after saving a note that reads like a copy; names nobody. Empty where it does not."""
    contact.refresh_from_db(fields=["on"])
    found = alike(contact)
    if found is None:
        return ""
    whom = "them" if found.contact.person_id == contact.person_id else "somebody else"
    return (
        f"This note reads much like yours about {whom} of {day(found.contact.on)}. It is saved. "
        "If it does not say what happened this time, correct it."
    )


# --- lists -----------------------------------------------------------------------------------------------------------


def _key_workers(request: HttpRequest | None) -> QuerySet[Staff]:
    return Staff.objects.filter(note_samples__prison=request.prison).distinct()  # type: ignore[union-attr]


class SampleFilter(django_filters.FilterSet):
    """By whether a note waits, by finding and by key worker."""

    waiting = django_filters.BooleanFilter(label="Waiting for review")
    finding = django_filters.ChoiceFilter(choices=NoteSample.Finding.choices, label="Finding", empty_label="Any")
    staff = django_filters.ModelChoiceFilter(queryset=_key_workers, label="Key worker", empty_label="Anyone")


def finding_tag(row: NoteSample) -> SafeString:
    """The finding as a tag; without one that the note waits."""
    if not row.finding:
        return tag("Waiting", "blue")
    return tag(row.get_finding_display(), FINDING_TAGS[NoteSample.Finding(row.finding)])


def _finding(row: NoteSample) -> str:
    return row.get_finding_display() if row.finding else "Waiting"


def _open(name: str, row: NoteSample, words: str) -> SafeString:
    return link(reverse(f"keywork:{name}", args=[row.prison_id, row.pk]), words)


def _review_link(row: NoteSample) -> SafeString:
    return _open("sample", row, f"Open the note of {day(row.contact.on)}")


def _feedback_link(row: NoteSample) -> SafeString:
    return _open("one-feedback", row, f"Note of {day(row.contact.on)}")


NOTE_ON = Column("note", "Note of", "contact.on", order=("contact__at",))
STAFF = Column("staff", "Key worker", "staff", order=("staff__surname", "staff__forename"))
NUMBER = Column("number", "Prison number", "contact.person.prison_number", order=("contact__person__prison_number",))
STATE = Column("state", "Finding", _finding, order=("-waiting", "drawn_at"), cell=finding_tag)
REVIEWER = Column("reviewer", "Reviewed by", "reviewer", order=("reviewer__surname",))
READ = Column("read", "Read by the key worker", "read_at", order=("read_at",))
OPEN = Column("open", "Open", cell=_review_link, export=False)
SAMPLE_COLUMNS = (STATE, NOTE_ON, STAFF, NUMBER, REVIEWER, READ, OPEN)

UNREAD = Column(
    "unread",
    "Read",
    lambda row: "Yes" if row.read_at else "Not yet",
    order=("read", "-reviewed_at"),
    cell=lambda row: "Yes" if row.read_at else tag("Not yet", "blue"),
)
REVIEWED = Column("reviewed", "Reviewed", "reviewed_at", order=("reviewed_at",))
FEEDBACK = Column("open", "Open", cell=_feedback_link, export=False)
FEEDBACK_COLUMNS = (UNREAD, STATE, REVIEWED, FEEDBACK)


def with_read(rows: QuerySet[NoteSample]) -> QuerySet[NoteSample]:
    """Feedback with `read`: whether the key worker has read it; and `waiting`, which none of it is."""
    read = Case(When(read_at=None, then=Value(value=False)), default=Value(value=True), output_field=BooleanField())
    return rows.annotate(read=read, waiting=Value(value=False))


def home_tiles(request: PrisonRequest) -> list[Tile]:
    """A key worker's feedback to read; for reviewers, the notes that wait."""
    code, may, tiles = request.prison.pk, request.standing.may, []
    if may(Action.MY_KEY_WORK) and (unread := feedback_for(request.prison, request.user).filter(read_at=None).count()):
        tiles.append(Tile(unread, "feedback to read", reverse("keywork:feedback", args=[code]), "yellow"))
    if may(Action.REVIEW_NOTES) and (waiting := samples(request.prison).filter(waiting=True).count()):
        url = f"{reverse('keywork:quality', args=[code])}?waiting=true"
        tiles.append(Tile(waiting, "notes to review", url))
    return tiles


def shown_context(sample: NoteSample, viewer: Staff, *, reviews: bool) -> dict[str, Any]:
    """What a page shows of a sample: findings to reviewers alone, and never to the author of the note."""
    findings = sample.findings if reviews and sample.staff_id != viewer.pk else ""
    return {"sample": sample, "findings": findings, "finding_tag": finding_tag(sample)}
