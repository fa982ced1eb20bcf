"""An early allocation that a file or another record states, without an assessment here: shown as such, taken back."""

from datetime import datetime

from django.db import transaction

from handover.cases import before_the_sentence
from handover.duty_actions import RefusedError
from handover.early_actions import DECISION
from handover.early_known import TAKEN_BACK
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.details import BY_ASSESSMENT, newest, record_details
from omic.early_stated import IN_FORCE
from omic.models import CaseDetails, DetailEntry, Person, Staff
from omic.reconcile import lock


def stated_elsewhere(person: Person) -> DetailEntry | None:
    """What says that early allocation is in force, where no assessment of the present sentence does."""
    details = CaseDetails.objects.filter(person=person).first()
    sentence = person.sentences.filter(closed_at=None).first()
    if details is None or not details.early_allocation or sentence is None:
        return None
    if person.early_assessments.in_force().filter(sentence=sentence).exists():
        return None
    entry = newest(person.detail_entries.filter(field=IN_FORCE)).get(IN_FORCE)
    if entry is None or before_the_sentence(details.early_allocation_agreed_on or entry.as_at, sentence.started_on):
        return None  # of an earlier sentence (EA-23)
    return entry if entry.source != DECISION else None


def stated_before(person: Person) -> DetailEntry | None:
    """By what an early allocation that was stated elsewhere in the present sentence is taken back, while it is."""
    entry = newest(person.detail_entries.filter(field=IN_FORCE).select_related("recorded_by")).get(IN_FORCE)
    if entry is None or entry.value is not None:
        return None
    since = person.sentences.filter(closed_at=None).values_list("started_on", flat=True).first()
    return entry if since is None or since <= entry.as_at else None


@transaction.atomic
def withdraw_stated(*, person: Person, because: str, by: Staff, at: datetime) -> None:
    """Take back what was stated elsewhere, which no page can enter; dates follow at once.

    No file that goes on stating the same brings it back (omic.early_stated). Raises RefusedError.
    """
    lock([person.pk])
    entry = stated_elsewhere(person)
    if entry is None:
        raise RefusedError("Nothing stands here that was stated elsewhere. Look again")
    audit.record(
        by=Actor(staff=by), action="withdraw_stated_early", at=at, prison=person.prison, person=person,
        source=entry.source, because=because,
    )  # fmt: skip
    values = dict.fromkeys(BY_ASSESSMENT)
    as_at = max(london_day(at), entry.as_at)
    record_details(person=person, values=values, source=TAKEN_BACK, as_at=as_at, by=Actor(staff=by), at=at)
