"""Quality assurance of key work notes: drawing samples, reviewing them, reading what was said of one's own (KW-19)."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import transaction

from keywork import quality
from keywork.actions.refusals import RefusedError
from keywork.models import NoteSample
from keywork.rules.sampling import Sample
from omic import audit
from omic.audit import Actor
from omic.formats import day
from omic.models import Contact, ContactKind, Prison, Staff

Drawn = list[tuple[int, int]]  # author, contact
ONE_DAY = timedelta(days=1)


@transaction.atomic
def draw_samples(*, prison: Prison, on: date, by: Actor, at: datetime) -> int:
    """Draw what the samples of the period that holds `on` and of the one before still miss; returns how many notes.

    From the sessions of each so far, by author: the one before too, else what was said after its last draw could never
    be sampled. Which ones follows from prison, period, author and note alone, so that nobody chooses; drawing again
    takes nothing back and adds only what is missing.
    """
    Prison.objects.select_for_update(no_key=True).get(pk=prison.pk)
    before = quality.sample_of(prison, on).value.first - ONE_DAY
    return sum(_draw(prison, until, by=by, at=at) for until in (before, on))


def _draw(prison: Prison, until: date, *, by: Actor, at: datetime) -> int:
    """Draw for the period that holds `until`, of its days up to then."""
    sample = quality.sample_of(prison, until).value
    drawn = _missing(prison, sample, until) if sample.number else []
    NoteSample.objects.bulk_create(
        NoteSample(contact_id=contact, prison=prison, staff_id=staff, period_start=sample.first, drawn_at=at)
        for staff, contact in drawn
    )
    if drawn:
        audit.record(
            by=by, action="draw_samples", at=at, prison=prison, period=sample.first.isoformat(), notes=len(drawn)
        )
    return len(drawn)


def _missing(prison: Prison, sample: Sample, until: date) -> Drawn:
    """For each author the next notes of the period in drawing order, as many as their sample is short of."""
    sessions = Contact.objects.current().filter(prison=prison, kind=ContactKind.SESSION, session_note__isnull=False)
    of_period = sessions.happened(sample.first, until).filter(samples=None)
    candidates: dict[int, list[int]] = defaultdict(list)
    for staff, contact in of_period.values_list("by", "pk"):
        candidates[staff].append(contact)
    have: dict[int, int] = defaultdict(int)
    rows = quality.samples(prison).filter(period_start__gte=sample.first, period_start__lte=until)
    for staff in rows.values_list("staff", flat=True):
        have[staff] += 1
    return [
        (staff, contact)
        for staff, contacts in sorted(candidates.items())
        for contact in _in_drawing_order(contacts, prison, sample, staff)[: max(0, sample.number - have[staff])]
    ]


def _in_drawing_order(contacts: list[int], prison: Prison, sample: Sample, staff: int) -> list[int]:
    seed = f"{prison.pk}/{sample.first.isoformat()}/{staff}"
    return sorted(contacts, key=lambda contact: sha256(f"{seed}/{contact}".encode()).digest())


@transaction.atomic
def review_note(
    *, sample: NoteSample, finding: str, findings: str, feedback: str, by: Staff, at: datetime
) -> NoteSample:
    """Record what the reviewer found and what the key worker is told. Raises RefusedError: reviewed already, or own."""
    sample = NoteSample.objects.select_for_update(of=("self",)).select_related("contact__person").get(pk=sample.pk)
    if sample.staff_id == by.pk:
        raise RefusedError("This is your own note: somebody else has to review it")
    if sample.reviewed_at:
        raise RefusedError(f"{sample.reviewer} has reviewed this note already, on {day(sample.reviewed_at)}")
    sample.finding, sample.findings, sample.feedback = finding, findings, feedback
    sample.reviewer, sample.reviewed_at = by, at
    sample.save(update_fields=["finding", "findings", "feedback", "reviewer", "reviewed_at"])
    _audit("review_note", sample, by=by, at=at)
    return sample


@transaction.atomic
def read_feedback(*, sample: NoteSample, by: Staff, at: datetime) -> NoteSample:
    """Record that the key worker has read what was said of their note. Reading it a second time changes nothing."""
    sample = NoteSample.objects.select_for_update(of=("self",)).select_related("contact__person").get(pk=sample.pk)
    if sample.read_at is None:
        sample.read_at = at
        sample.save(update_fields=["read_at"])
        _audit("read_feedback", sample, by=by, at=at)
    return sample


def _audit(action: str, sample: NoteSample, *, by: Staff, at: datetime) -> None:
    contact = sample.contact
    audit.record(
        by=Actor(staff=by),
        action=action,
        at=at,
        prison=sample.prison,
        person=contact.person,
        contact=contact.pk,
        key_worker=sample.staff_id,
    )
