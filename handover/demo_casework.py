"""The demonstration's casework: handovers under way, early allocations at every stage, recalls and parole reviews."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from handover.casework_actions import record_step
from handover.duty_actions import RefusedError
from handover.early_actions import Answers, approve_early, assess_early, record_early_decision, refer_early
from handover.early_forms import CRITERIA
from handover.models import EarlyAssessment, ExecutiveReview, HandoverStep
from handover.parole_actions import ReviewRecord, record_review
from handover.queries import UPCOMING
from handover.recall_actions import ReviewOfRelease, record_release_review
from handover.report_actions import save_report, send_report
from handover.report_text import PARTS
from omic.calendar import london_day
from omic.demo.places import Demonstration
from omic.demo.year import evening_before
from omic.models import Obligation, ObligationKind, ParoleReview, Person, Prison, Role, Sentence, Staff
from omic.reconcile import postponed, reconcile_in_batches, window_of

UNDER_WAY, EARLY, RECALLED, HEARD = 4, 5, 2, 4  # in each prison
ONE_DAY = timedelta(days=1)
Kind = HandoverStep.Kind
MEETING = {"attendees": "POM, COM, the person", "looking_back": "A course done", "looking_forward": "A hostel place"}


@dataclass(frozen=True, slots=True)
class Unit:
    """An OMU on the last evening of the past."""

    prison: Prison
    homd: Staff
    at: datetime
    chance: Random

    def request_id(self) -> UUID:
        """The same in every load from the same seed."""
        return UUID(int=self.chance.getrandbits(128), version=4)

    def done(self, by: Staff | None) -> dict[str, Any]:
        """Who does something, and when: the POM, else the HOMD."""
        return {"by": by or self.homd, "at": self.at}


def work(demo: Demonstration) -> dict[str, int]:
    """In every prison a few of each, by the product's own actions; those that a rule refuses are left out.

    What follows from them is settled once for all: by itself each would take as long as all of them.
    """
    units = [_unit(demo, place.code) for place in demo.places]
    with postponed():
        made = {words: [person.pk for unit in units for person in part(unit)] for words, part in CASEWORK.items()}
    people, at = sorted({pk for found in made.values() for pk in found}), evening_before(demo)
    reconcile_in_batches(people, window_of(london_day(at), at))
    return {words: len(found) for words, found in made.items()}


def _unit(demo: Demonstration, code: str) -> Unit:
    prison = Prison.objects.get(pk=code)
    homd = prison.postings.filter(role=Role.HOMD).earliest("staff").staff
    return Unit(prison, homd, evening_before(demo), demo.chance("handover casework", code))


def _hand_over(unit: Unit) -> list[Person]:
    """The next handovers that POMs have: each is one step further than the one before."""
    on = london_day(unit.at)
    due = Obligation.objects.demanding().filter(kind=ObligationKind.HANDOVER, prison=unit.prison)
    soon = due.filter(due_on__range=(on + 7 * ONE_DAY, on + UPCOMING), person__pom__isnull=False)
    rows = list(soon.select_related("person__pom").order_by("due_on", "pk")[:UNDER_WAY])
    for number, row in enumerate(rows):
        _take_steps(unit, row.person, number)
    return [row.person for row in rows]


def _take_steps(unit: Unit, person: Person, number: int) -> None:
    steps = (Kind.COM_CONTACT, Kind.OASYS_REVIEWED, Kind.MAPPA_SCREEN, Kind.MEETING)
    done: dict[str, Any] = {"done_on": london_day(unit.at) - ONE_DAY, **unit.done(person.pom)}
    for kind in steps[: number + 1]:
        texts = {"note": "Done as planned.", **(MEETING if kind == Kind.MEETING else {})}
        with suppress(RefusedError):
            record_step(person=person, kind=kind, texts=texts, request_id=unit.request_id(), **done)
    if number:
        texts = dict.fromkeys(PARTS, "What the next manager needs to know.")
        draft = save_report(person=person, texts=texts, version=0, **unit.done(person.pom))
        if number > 1:
            sent: dict[str, Any] = {"version": draft.version, "to": "Robin Fielding", "sent_on": london_day(unit.at)}
            about: dict[str, Any] = {"person": person, "request_id": unit.request_id(), "completes": False}
            send_report(**about, **sent, **unit.done(person.pom))


def _allocate_early(unit: Unit) -> list[Person]:
    """One assessment at each stage: to approve, to refer, to decide, accepted, and one from which nothing follows."""
    on, people = london_day(unit.at), _released_soon(unit)[:EARLY]
    for stages, person in enumerate(people):
        criteria = dict.fromkeys(CRITERIA) | ({} if stages == EARLY - 1 else {"high_profile": True})
        answers = Answers(oasys_on=on - 20 * ONE_DAY, criteria=criteria, rationale="The move needs more time.")
        with suppress(RefusedError):
            about: dict[str, Any] = {"person": person, "answers": answers, "request_id": unit.request_id()}
            row = assess_early(**about, **unit.done(person.pom))
            _go_on(unit, row, stages=stages)
    return people


def _released_soon(unit: Unit) -> list[Person]:
    on = london_day(unit.at)
    terms = Sentence.objects.filter(
        closed_at=None, recalled=False, kind="determinate", crd__range=(on + 300 * ONE_DAY, on + 520 * ONE_DAY)
    )
    people = unit.prison.people.filter(pk__in=terms.values("person"), pom__isnull=False).exclude(pom=unit.homd)
    return list(people.select_related("pom").order_by("earliest_release_on", "pk"))


def _go_on(unit: Unit, row: EarlyAssessment, *, stages: int) -> None:
    """So many stages on, where anything follows from the assessment."""
    if row.klass == EarlyAssessment.Class.NONE or not row.in_window:
        return
    on = london_day(unit.at)
    decided: dict[str, Any] = {"decision": EarlyAssessment.Decision.ACCEPTED, "words": "Agreed.", "decided_on": on}
    for stage, take in enumerate((
        lambda: approve_early(assessment=row.pk, approved=True, approval="Agreed.", **unit.done(None)),
        lambda: refer_early(
            assessment=row.pk, referred_on=on, referred_to="The gatekeeper", **unit.done(row.assessed_by)
        ),
        lambda: record_early_decision(assessment=row.pk, decided_by="R. Gate", **decided, **unit.done(None)),
    )):  # fmt: skip
        if stage < stages:
            take()


def _review_recalls(unit: Unit) -> list[Person]:
    """Of people recalled: one is to stay in custody, one waits for an answer; each has a next review."""
    on = london_day(unit.at)
    outcomes = (ExecutiveReview.Outcome.STAY, ExecutiveReview.Outcome.WAITING)
    recalled = unit.prison.people.filter(sentences__closed_at=None, sentences__recalled=True, arrived_on__lt=on)
    people = list(recalled.select_related("pom").order_by("prison_number")[:RECALLED])
    for person, outcome in zip(people, outcomes, strict=False):
        review = ReviewOfRelease(ExecutiveReview.Route.EXECUTIVE, on, "Robin Fielding", outcome, "", on + 60 * ONE_DAY)
        with suppress(RefusedError):
            record_release_review(person=person, review=review, **unit.done(person.pom))
    return people


def _review_parole(unit: Unit) -> list[Person]:
    """Two hearings to come, one that was put off, and one that said no."""
    people = unit.prison.people.filter(sentences__closed_at=None, sentences__kind="indeterminate", pom__isnull=False)
    rows = list(people.select_related("pom").order_by("prison_number")[:HEARD])
    for person, record in zip(rows, _records(unit), strict=False):
        with suppress(RefusedError):
            record_review(person=person, record=record, **unit.done(person.pom))
    return rows


def _records(unit: Unit) -> Iterator[ReviewRecord]:
    on, outcome = london_day(unit.at), ParoleReview.Outcome
    past = on - 30 * ONE_DAY
    yield ReviewRecord(on + 50 * ONE_DAY)
    yield ReviewRecord(past, outcome.DEFERRED, past, past + ONE_DAY, on + 90 * ONE_DAY)
    yield ReviewRecord(past, outcome.NOT_RELEASE, past, past + ONE_DAY)
    yield ReviewRecord(on + 120 * ONE_DAY)


CASEWORK: dict[str, Callable[[Unit], list[Person]]] = {
    "Handovers under way": _hand_over,
    "Early allocations": _allocate_early,
    "Reviews of people recalled": _review_recalls,
    "Parole reviews": _review_parole,
}
