"""Parole reviews: stated, recorded at a page, and what an outcome makes of what the COM had reviewed before (PA-05).

Pages and files all write them by these rules. One that was taken back says nothing, and no file brings it back.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from omic.details import Statement, newest, record_stated, state_details, state_row
from omic.models import CaseDetails, DetailEntry, ParoleReview, Person
from omic.reconcile import lock
from omic.recorded import check_review

REVIEWED = "com_oasys_reviewed"
OF_AN_OUTCOME = "A parole outcome (PA-05)"  # the source of what follows from reviews, beside what was told of the COM


def state_parole_review(
    person: Person,
    statement: Statement,
    *,
    target_hearing_on: date | None,
    outcome: str = "",
    outcome_on: date | None = None,
    received_on: date | None = None,
) -> bool:
    """State one parole review, known by its hearing date, else by the day of its outcome. Says whether it was news."""
    key = {"target_hearing_on": target_hearing_on}
    if target_hearing_on is None:
        key["outcome_on"] = outcome_on
    known = person.parole_reviews.standing().select_for_update().filter(**key).first()
    if is_new_outcome(known, outcome):
        _ask_com_again(person, outcome_on or statement.as_at, statement)
    told = {"outcome": outcome, "outcome_on": outcome_on} if outcome else {}
    told |= {"received_on": received_on} if received_on else {}
    return state_row(known or ParoleReview(person=person, version=0, **key), told, statement)


def is_new_outcome(known: ParoleReview | None, outcome: str | None) -> bool:
    """Whether the review had no such outcome: the day of one may be put right, and that is no new outcome."""
    return bool(outcome) and (known is None or known.outcome != outcome)


def asked_again_as_at(entries: Iterable[DetailEntry], outcome_on: date) -> date | None:
    """As at which day the COM has to review again after an outcome (PA-05); None where they did so on a later day.

    `entries` are the person's. What followed from an outcome since taken back holds nothing up.
    """
    own = [entry for entry in entries if entry.field == REVIEWED]
    told = newest(entry for entry in own if entry.source != OF_AN_OUTCOME).get(REVIEWED)
    if told is not None and told.as_at > outcome_on:
        return None
    return max([outcome_on, *(entry.as_at for entry in own)])


def _ask_com_again(person: Person, outcome_on: date, statement: Statement) -> None:
    if not CaseDetails.objects.filter(person=person, com_oasys_reviewed=True).exists():
        return
    if as_at := asked_again_as_at(DetailEntry.objects.filter(person=person, field=REVIEWED), outcome_on):
        follows = replace(statement, source=OF_AN_OUTCOME, as_at=as_at)
        state_details(person, {REVIEWED: False}, follows, deliberate=True)


def give_back(person: Person, statement: Statement) -> None:
    """After a review was taken back: what the COM had reviewed counts again, unless another outcome came after it."""
    entries = list(DetailEntry.objects.filter(person=person, field=REVIEWED))
    standing = newest(entries).get(REVIEWED)
    told = newest(entry for entry in entries if entry.source != OF_AN_OUTCOME).get(REVIEWED)
    if standing is None or standing.source != OF_AN_OUTCOME or told is None or told.value != "true":
        return
    since = Q(outcome_on__gt=told.as_at) | Q(outcome_on=told.as_at, recorded_at__gt=told.recorded_at)
    if not person.parole_reviews.standing().exclude(outcome="").filter(since).exists():
        follows = replace(statement, source=OF_AN_OUTCOME, as_at=standing.as_at)
        state_details(person, {REVIEWED: True}, follows, deliberate=True)


@transaction.atomic
def record_parole_review(*, person: Person, statement: Statement, seen: str | None = None, **facts: Any) -> bool:
    """`state_parole_review` for one person at a page, which showed the reviews `seen`.

    Raises RecordedError when another outcome was recorded since.
    """
    lock([person.pk])
    if seen is not None:
        check_review(person, seen=seen, **facts)
    return record_stated("record_parole_review", state_parole_review, person, statement, facts)
