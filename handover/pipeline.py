"""Handover's steps of the pipeline: who is responsible and until when, and the duty to hand over."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from handover.cases import Case, Reviews, read_cases, reviews_of, stated
from handover.models import HandoverDetermination, HandoverQuerySet
from handover.policy import LEGAL_STATUS_UNKNOWN, WORK_LISTS, Responsibility
from handover.rules import Determination, HandoverFacts, determine, state_on
from omic.determinations import Answer, store
from omic.models import Obligation, ObligationKind, ObligationState, Role, Sentence
from omic.obligations import RELEASED, Wanted, synchronise
from omic.policy import Outcome, Step
from omic.reconcile import Window

Row = dict[str, Any]
NO_DATE = "There is no handover date any more"
OTHER_DATE = "The handover date has changed, and this is not owed by the new one"
# By person and slot each duty to hand over that stands: the day a recorded one was due, None for one that is owed.
Standing = Mapping[tuple[int, str], date | None]
NO_CASE = {
    "fixed": None,
    "start_on": None,
    "handover_on": None,
    "earliest_release_kind": None,
    "earliest_release_on": None,
    "blocking": (),
    "provisional": (),
}
# The kernel's summary, which lists and key work read.
_SUMMARISE = """
    UPDATE omic_person p
    SET earliest_release_on = h.earliest_release_on, earliest_release_kind = coalesce(h.earliest_release_kind, '')
    FROM handover_handoverdetermination h
    WHERE h.person_id = p.id AND h.superseded_at IS NULL AND p.id = ANY(%s) AND p.prison_id IS NOT NULL
      AND (p.earliest_release_on, p.earliest_release_kind)
          IS DISTINCT FROM (h.earliest_release_on, coalesce(h.earliest_release_kind, ''))
"""

# An override is about one sentence and ends with it; a new sentence, or a return to prison, begins without it.
# One that was refused never began.
_END_OVERRIDES = """
    UPDATE handover_responsibilityoverride o SET ended_at = %s, ended_because = 'The sentence ended'
    FROM omic_sentence s
    WHERE s.id = o.sentence_id AND s.closed_at IS NOT NULL AND o.ended_at IS NULL AND o.confirmed IS NOT FALSE
      AND o.person_id = ANY(%s)
"""
# HO-20: the version belongs to the case.
_KEEP_VERSION = """
    UPDATE omic_sentence s SET policy = h.policy FROM handover_handoverdetermination h
    WHERE h.sentence_id = s.id AND h.superseded_at IS NULL AND h.person_id = ANY(%s) AND s.policy <> h.policy
"""


def determine_handovers(people: Sequence[int], window: Window) -> dict[str, int]:
    """Store responsibility and handover dates of those of `people` who are held. Who has left keeps the last answer."""
    with connection.cursor() as cursor:
        cursor.execute(_END_OVERRIDES, [window.at, list(people)])
    answers = (answer_of(case) for case in read_cases(people, window.on))
    counts = store(HandoverDetermination, answers, at=window.at, on=window.on)
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_VERSION, [list(people)])
        cursor.execute(_SUMMARISE, [list(people)])
        return {f"handovers_{name}": number for name, number in counts.items()} | {"release_dates": cursor.rowcount}


def answer_of(case: Case) -> Answer:
    """The answer about one case as it is stored: also where no rule could be asked."""
    if case.facts is None:
        return _no_legal_status(case)
    outcome = _outcome(case.facts, case.policy, case.kept)
    found = outcome.value
    kind, on = found.earliest_release or (None, None)
    return Answer(
        person_id=case.person_id,
        reason=outcome.reason,
        policy=outcome.policy,
        facts=stated(case.facts, outcome.policy),
        steps=outcome.steps,
        next_change_on=found.next_change_on,
        columns={
            "fixed": found.responsibility_fixed,
            "start_on": found.start_on,
            "handover_on": found.handover_on,
            "earliest_release_kind": kind,
            "earliest_release_on": on,
            "blocking": found.blocking,
            "provisional": found.provisional,
            "sentence_id": case.sentence_id,
        },
    )


def _outcome(facts: HandoverFacts, policy: str, kept: str | None) -> Outcome[Determination]:
    outcome = determine(facts, policy=policy)
    if kept and state_on(outcome.value, facts.today) != Responsibility.COM:
        return determine(facts, policy=kept)
    return outcome


def _no_legal_status(case: Case) -> Answer:
    return Answer(
        person_id=case.person_id,
        reason=LEGAL_STATUS_UNKNOWN,
        policy=case.policy,
        facts={},
        steps=(Step("HO-20", case.policy), Step("HO-09", "legal status not known: no rule could be asked")),
        columns={**NO_CASE, "sentence_id": case.sentence_id},
    )


CAUSED_BY = ("person_id", "steps", "facts", "sentence_id", "sentence__started_on")
_DUTY = (
    *CAUSED_BY, "handover_on", "policy",
    "person__prison_id", "person__wing_id", "person__pom_id", "person__arrived_on",
)  # fmt: skip


def open_obligations(people: Sequence[int], window: Window) -> dict[str, int]:
    """Keep the duty to hand each case over to the COM by its handover date (HO-24), until somebody records it.

    A handover that lay before the person came here, or before the sentence, was never this prison's to do: no duty
    opens for it, else a first import would owe hundreds. A duty that is already open stays, wherever its date moves.
    A handover that was recorded is over, unless the POM has the case back with a later date: that is owed anew.
    """
    held = HandoverDetermination.objects.current().filter(person__in=people, person__prison__isnull=False)
    dated, undated = held.filter(handover_on__isnull=False), held.filter(handover_on__isnull=True)
    wanted = wanted_handovers(dated.values(*_DUTY), standing_handovers(people), window.on)
    counts = Counter(_keep(wanted, dated, OTHER_DATE, window))
    counts.update(_keep((), undated, NO_DATE, window))
    return dict(counts)


def _keep(wanted: Iterable[Wanted], held: HandoverQuerySet, void_because: str, window: Window) -> dict[str, int]:
    return synchronise(
        wanted,
        people=list(held.values_list("person_id", flat=True)),
        kinds=[ObligationKind.HANDOVER],
        first=date.min,
        last=date.max,
        on=window.on,
        at=window.at,
        void_because=void_because,
    )


def standing_handovers(people: Sequence[int]) -> Standing:
    """The duties to hand over that there are: open, recorded, or set aside for as long as nothing could be owed.

    That was so while the person was held nowhere, be it a day between two prisons, and while there was no date, be it
    by an override: once they are held and there is one, it is owed as before, unless they came back by recall since.
    """
    recalled = Sentence.objects.filter(
        person=OuterRef("person"), closed_at__isnull=True, returned_at__gt=OuterRef("closed_at")
    )
    duties = Obligation.objects.filter(person__in=people, kind=ObligationKind.HANDOVER)
    set_aside = Q(state=ObligationState.VOID, closed_because__in=(RELEASED, NO_DATE)) & ~Exists(recalled)
    rows = duties.filter(~Q(state=ObligationState.VOID) | set_aside).order_by("pk")  # what stands replaces what did
    found = rows.values_list("person_id", "slot", "state", "closed_at", "due_on")
    return {
        (person, slot): due_on if closed_at and state != ObligationState.VOID else None
        for person, slot, state, closed_at, due_on in found
    }


def wanted_handovers(rows: Iterable[Row], standing: Standing, on: date) -> Iterator[Wanted]:
    """The duty to hand over of each row (columns of _DUTY) that has one on a day, beside those that are `standing`."""
    rows = list(rows)
    causes = causes_of(rows)
    for row in rows:
        slot = _slot(row, causes[row["person_id"]], standing, on)
        if row["handover_on"] >= _never_before(row) or (row["person_id"], slot) in standing:
            yield _duty(row, slot)


def _slot(row: Row, cause: str, standing: Standing, on: date) -> str:
    """The cause's own slot; where that handover was recorded and the case came back, the next one: `sentence-5-2`.

    The case has come back when its date is now later than the one that stood when it was recorded, and the COM is not
    responsible by the new one. From then on the next handover is owed until it is recorded, or the date goes back.
    """
    slot, number = cause, 1
    while (recorded_for := standing.get((row["person_id"], slot))) and row["handover_on"] > recorded_for:
        number += 1
        following = f"{cause}-{number}"
        if row["handover_on"] <= on and (row["person_id"], following) not in standing:
            break
        slot = following
    return slot


def causes_of(rows: Collection[Row]) -> dict[int, str]:
    """What causes the handover of each row (columns of CAUSED_BY), by person: what the slots of its duty begin with."""
    reviews = reviews_of({row["person_id"]: row["sentence__started_on"] for row in rows if _came_back(row)})
    return {row["person_id"]: _cause(row, reviews.get(row["person_id"])) for row in rows}


def _cause(row: Row, reviews: Reviews | None) -> str:
    """What causes the handover: the sentence, a recall after which the POM has the case, or the last parole review."""
    if reviews is not None:
        return f"review-{reviews.last_id}"
    return f"{'recall' if row['facts']['recalled'] else 'sentence'}-{row['sentence_id']}"


def _came_back(row: Row) -> bool:
    """Whether the POM has taken the case back after a parole review (PA-05): that review causes the next handover."""
    return any(rule == "PA-05" for rule, _found in row["steps"])


def _never_before(row: Row) -> date:
    """The day from which this prison could have handed the case over."""
    reviewed = row["facts"].get("last_review_on")
    days = (row["person__arrived_on"], row["sentence__started_on"], reviewed and date.fromisoformat(reviewed))
    return max(day for day in days if day)


def _duty(row: Row, slot: str) -> Wanted:
    opens_on = row["handover_on"] - timedelta(days=WORK_LISTS.upcoming_days)
    steps = [*row["steps"], ("HO-24", f"comes up on {opens_on}, owed by {row['handover_on']}")]
    return Wanted(
        person_id=row["person_id"],
        prison_id=row["person__prison_id"],
        kind=ObligationKind.HANDOVER,
        slot=slot,
        owner_role=Role.POM,
        owner_id=row["person__pom_id"],
        wing_id=row["person__wing_id"],
        opens_on=opens_on,
        due_on=row["handover_on"],
        rule=row["steps"][-1][0],
        policy=row["policy"],
        steps=tuple((rule, found) for rule, found in steps),
    )
