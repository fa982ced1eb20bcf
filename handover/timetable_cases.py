"""The facts that the timetable of duties is told, read for many people at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby, takewhile
from operator import attrgetter
from typing import Any

from django.db.models import Min, Q

from handover.cases import LEGAL_STATUS, Reviews, facts_of, read_rows, reviews_of
from handover.early_known import ANSWERED, CRITERIA, RATIONALE, known_before
from handover.models import EarlyAssessment, HandoverDetermination
from handover.timetable import (
    EarlyAllocationFacts,
    HospitalFacts,
    OasysFacts,
    PersonFacts,
    RecallFacts,
    Task,
    Timetable,
    TimetableFacts,
    YouthFacts,
    timetable,
)
from handover.timetable.case import case_of
from handover.timetable.early_allocation import meets_a_criterion
from handover.timetable.policy import Cause
from omic.calendar import london_day, london_midnight
from omic.models import Alert, Contact, ContactKind, DetailEntry, ExpectedArrival, OasysAssessment

Row = dict[str, Any]
TACT_ALERT = "XTACT"
_MET = (ContactKind.ENGAGEMENT, ContactKind.SESSION, ContactKind.ENTRY)
FULL = 3  # the layer of a full OASys
_PERSON = ("rosh", "life", "care_experienced", "opd_screened_in")
_OASYS = ("handover_oasys_not_needed", "handover_oasys_reason")
_HOSPITAL = ("hospital_transfer_on", "remission_planned_on", "remitted_on")
_MEETINGS = ("planning_meeting_on", "closure_meeting_on")
_DETAILS = (*_PERSON, *_OASYS, *ANSWERED, *_HOSPITAL, *_MEETINGS)
_COLUMNS = (
    "sex", "date_of_birth", "booking_id", "reception_on", "wing_id", "pom_id", "key_worker_id",
    "sentence__recall_kind", "sentence__confirmed_release_on",
    *(f"details__{name}" for name in _DETAILS),
)  # fmt: skip
FLAGS = {"life", "care_experienced", "opd_screened_in", "handover_oasys_not_needed"} | set(CRITERIA) - {
    "mappa_level_needed"
}


@dataclass(slots=True)
class Recorded:
    """What has been recorded about one person: the rows that duties are counted from."""

    oasys: list[OasysAssessment] = field(default_factory=list)  # full ones, the newest last
    events: list[OasysAssessment] = field(default_factory=list)
    pom_contact: Contact | None = None
    undone_contacts: set[int] = field(default_factory=set)  # the POM's, corrected or taken back
    tact_seen_at: datetime | None = None
    declined: bool = False  # early allocation, by the newest assessment of the present sentence
    assessed: EarlyAssessment | None = None  # what the newest goes back to, of those that found a criterion met
    stated: list[DetailEntry] = field(default_factory=list)  # of somebody assessed: the criteria, whoever stated them
    arrival: ExpectedArrival | None = None
    contacts: list[Contact] = field(default_factory=list)  # POM's and key worker's with somebody who was expected
    reviews: Reviews = field(default_factory=Reviews)


@dataclass(frozen=True, slots=True)
class DutyCase:
    """One person's timetable with what their duties need beside it: where they are, who holds them, what was recorded.

    `known_since` is the day from which their answers are kept here: nobody could record anything before it.
    """

    row: Row
    facts: TimetableFacts
    timetable: Timetable
    recorded: Recorded
    known_since: date

    def slot(self, task: Task) -> str:
        """The row that causes the duty: a date that moves never makes another duty of it."""
        sentence, hospital = self.row["sentence__id"], self.row["details__hospital_transfer_on"]
        caused_by = {
            Cause.CONTACT: f"first-{sentence}",
            Cause.RECEPTION: self.row["booking_id"] or self.row["reception_on"],
            Cause.RECALL: task.caused_on and after_return(sentence, task.caused_on),
            Cause.PAROLE: f"{sentence}-{self.recorded.reviews.last_id or 'first'}",
            Cause.TRANSFER: self.recorded.arrival and self.recorded.arrival.pk,
            Cause.HOSPITAL: hospital,
            Cause.REMISSION: hospital,
        }
        counted = self._counted_from().get(task.cause)
        return f"{task.cause}-{counted or caused_by.get(task.cause) or sentence or 'none'}"

    def is_past(self, slot: str) -> bool:
        """Whether a duty was counted from something older than what is known now: then it has been done.

        One counted from something that was corrected or taken back has not.
        """
        cause, _, caused_by = slot.partition("-")
        newest = self._counted_from().get(cause)
        return newest is not None and caused_by != str(newest) and self._stands(cause, caused_by)

    def _stands(self, cause: str, caused_by: str) -> bool:
        """Whether the row that a duty was counted from is still there to count from."""
        recorded = self.recorded
        if cause == Cause.CONTACT:
            return caused_by not in map(str, recorded.undone_contacts)
        rows = {
            Cause.OASYS: {row.pk for row in recorded.oasys},
            Cause.EVENT: {row.pk for row in recorded.events},
            Cause.REVIEW: recorded.reviews.decided,
        }
        return caused_by in map(str, rows[Cause(cause)])

    def _counted_from(self) -> dict[str, int | None]:
        """The newest row of each cause that is recorded again and again."""
        recorded = self.recorded
        return {
            Cause.OASYS: recorded.oasys[-1].pk if recorded.oasys else None,
            Cause.EVENT: recorded.events[-1].pk if recorded.events else None,
            Cause.CONTACT: recorded.pom_contact.pk if recorded.pom_contact else None,
            Cause.REVIEW: recorded.reviews.last_id,
        }


def after_return(sentence: int, returned_on: date) -> str:
    """What follows the cause in the slot of a duty of one return after a recall."""
    return f"{sentence}-{returned_on}"


def read_duties(people: Sequence[int], on: date, versions: Mapping[int, str] | None = None) -> Iterator[DutyCase]:
    """The timetables of those of `people` who are held, under the version of their current answer or of `versions`."""
    rows = read_rows(people, *_COLUMNS)
    answers = _answers([row["pk"] for row in rows])
    reviews = reviews_of({row["pk"]: row["sentence__started_on"] for row in rows})
    recorded = _recorded(rows)
    for row in rows:
        person = row["pk"]
        if person not in answers or row["legal_status"] not in LEGAL_STATUS:
            continue
        recorded[person].reviews = reviews[person]
        policy, known_since = answers[person]
        facts = _facts(row, facts_of(row, reviews[person], on), recorded[person], known_since)
        policy = versions[person] if versions else policy
        assessed_on = _assessed_on(facts, recorded[person], policy)
        if assessed_on:
            facts = replace(facts, early=replace(facts.early, assessed_on=assessed_on))
        yield DutyCase(row, facts, timetable(facts, policy=policy), recorded[person], known_since)


def _answers(people: Sequence[int]) -> dict[int, tuple[str, date]]:
    """The version of each person's current answer, and the day of the first one."""
    stored = HandoverDetermination.objects.filter(person__in=people).order_by()
    since = dict(stored.values_list("person").annotate(Min("determined_on")))
    return {person: (policy, since[person]) for person, policy in stored.current().values_list("person", "policy")}


def _recorded(rows: Sequence[Row]) -> dict[int, Recorded]:
    people = [row["pk"] for row in rows]
    here = {row["pk"]: row["prison_id"] for row in rows}
    found = {person: Recorded() for person in people}
    full = OasysAssessment.objects.standing().filter(person__in=people, layer=FULL)
    for assessment in full.order_by("completed_on", "pk"):
        found[assessment.person_id].oasys.append(assessment)
        if assessment.kind == OasysAssessment.Kind.SIGNIFICANT_EVENT:
            found[assessment.person_id].events.append(assessment)
    seen = Contact.objects.filter(person__in=people, kind=ContactKind.ENGAGEMENT)
    newest_seen = seen.current().order_by("person_id", "-at", "-pk").distinct("person_id")
    for contact in seen.filter(Q(pk__in=newest_seen.values("pk")) | Q(superseded_at__isnull=False)):
        if contact.superseded_at:
            found[contact.person_id].undone_contacts.add(contact.pk)
        else:
            found[contact.person_id].pom_contact = contact
    for alert in Alert.objects.filter(person__in=people, code=TACT_ALERT, ends_on=None):
        found[alert.person_id].tact_seen_at = alert.first_seen_at
    _read_assessments(found)
    arrivals = ExpectedArrival.objects.filter(Q(closed_at=None) | Q(closed_because="Arrived"), person__in=people)
    for arrival in arrivals.order_by("recorded_at", "pk"):
        if arrival.closed_at is None or arrival.prison_id == here[arrival.person_id]:
            found[arrival.person_id].arrival = arrival
    expected = [person for person, one in found.items() if one.arrival]
    for contact in Contact.objects.current().filter(person__in=expected, kind__in=_MET) if expected else ():
        found[contact.person_id].contacts.append(contact)
    return found


def _read_assessments(found: Mapping[int, Recorded]) -> None:
    """Of the present sentence: how the newest stands, and the first of those in a row that found a criterion met."""
    rows = EarlyAssessment.objects.standing().filter(person__in=found, sentence__closed_at=None)
    for person, newest_first in groupby(rows.order_by("person_id", "-assessed_at", "-pk"), attrgetter("person_id")):
        assessments = list(newest_first)
        found[person].declined = assessments[0].declined
        for assessment in takewhile(lambda one: one.klass != one.Class.NONE and not one.declined, assessments):
            found[person].assessed = assessment
    assessed = [person for person, one in found.items() if one.assessed]
    fields = [*CRITERIA, "rosh"]
    entries = DetailEntry.objects.filter(person__in=assessed, field__in=fields) if assessed else ()
    for entry in entries:
        found[entry.person_id].stated.append(entry)


def _assessed_on(facts: TimetableFacts, recorded: Recorded, policy: str) -> date | None:
    """The day of the assessment from which alone it is known that a criterion is met."""
    if recorded.assessed is None:
        return None
    at = recorded.assessed.assessed_at
    known = {"rosh": facts.person.rosh} | known_before(recorded.stated, at)
    person = replace(facts.person, rosh=known.pop("rosh"))
    known = {name: bool(value) if name in FLAGS else value for name, value in known.items()}
    tact = recorded.tact_seen_at is not None and recorded.tact_seen_at < at
    before = replace(facts, person=person, early=EarlyAllocationFacts(tact=tact, **known))
    return None if meets_a_criterion(case_of(before, policy)) else london_day(at)


def _facts(row: Row, handover: Any, recorded: Recorded, known_since: date) -> TimetableFacts:
    known = {name: row[f"details__{name}"] for name in _DETAILS}
    known = {name: bool(value) if name in FLAGS else value for name, value in known.items()}
    oasys, events, contact = recorded.oasys, recorded.events, recorded.pom_contact
    return TimetableFacts(
        handover=handover,
        person=PersonFacts(
            sex=row["sex"],
            date_of_birth=row["date_of_birth"],
            last_pom_contact_on=contact.on if contact else None,
            # Without a POM the gap is that nobody is theirs.
            no_pom_contact_since=_contact_owed_from(row, known_since) if row["pom_id"] else None,
            **{name: known[name] for name in _PERSON},
        ),
        oasys=OasysFacts(
            last_oasys_on=oasys[-1].completed_on if oasys else None,
            significant_event_oasys_on=events[-1].completed_on if events else None,
            confirmed_release_on=row["sentence__confirmed_release_on"],
            **{name: known[name] for name in _OASYS},
        ),
        early=EarlyAllocationFacts(
            tact=recorded.tact_seen_at is not None,
            declined=recorded.declined,
            rationale=known[RATIONALE],
            **{name: known[name] for name in CRITERIA},
        ),
        recall=RecallFacts(recall_type=row["sentence__recall_kind"] or None, returned_at=row["sentence__returned_at"]),
        youth=_youth(row, recorded, known),
        hospital=HospitalFacts(**{name: known[name] for name in _HOSPITAL}),
    )


def _contact_owed_from(row: Row, known_since: date) -> date:
    """The first day of the sentence on which a contact could have been recorded here."""
    return max(row["sentence__started_on"] or known_since, known_since)


def _youth(row: Row, recorded: Recorded, known: Mapping[str, Any]) -> YouthFacts:
    """XC-10 to XC-12, of somebody who was expected here or still is; a day of arrival counts from its first moment."""
    arrival = recorded.arrival
    if arrival is None:
        return YouthFacts()
    arrived_at = london_midnight(row["arrived_on"]) if arrival.prison_id == row["prison_id"] else None
    pom_met_at = _first(recorded, arrived_at, ContactKind.ENGAGEMENT)
    key_worker_met_at = _first(recorded, arrived_at, ContactKind.SESSION, ContactKind.ENTRY)
    known_at = _first(recorded, None, ContactKind.SESSION, ContactKind.ENTRY)
    return YouthFacts(
        transfer_planned_on=arrival.expected_on,
        pom_assigned=arrival.pom_id is not None,
        key_worker_assigned=arrival.key_worker_id is not None,
        key_worker_contacted=known_at is not None and (arrived_at is None or known_at < arrived_at),
        youth_arrived_at=arrived_at,
        pom_met_at=pom_met_at if arrived_at else None,
        key_worker_met_at=key_worker_met_at if arrived_at else None,
        **{name: known[name] for name in _MEETINGS},
    )


def _first(recorded: Recorded, since: datetime | None, *kinds: ContactKind) -> datetime | None:
    """The first contact of these kinds with the prison that expected the person, since the arrival if there was one."""
    prison = recorded.arrival and recorded.arrival.prison_id
    moments = (one.at for one in recorded.contacts if one.kind in kinds and one.prison_id == prison)
    return min((at for at in moments if since is None or at >= since), default=None)
