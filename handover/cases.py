"""The facts that the handover rules are told, read for many people at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import FilteredRelation, Q

from handover.models import HandoverDetermination
from handover.policy import TIMING_BY_VERSION
from handover.rules import HandoverFacts
from omic.models import Estate, LegalStatus, ParoleReview, Person, PolicyAdoption
from omic.policy import DEFAULT_POLICY, in_force

Row = dict[str, Any]

LEGAL_STATUS = {
    LegalStatus.SENTENCED: "sentenced",
    LegalStatus.INDETERMINATE_SENTENCE: "sentenced",
    LegalStatus.RECALL: "sentenced",
    LegalStatus.REMAND: "remand",
    LegalStatus.CONVICTED_UNSENTENCED: "remand",
    LegalStatus.CIVIL_PRISONER: "civil",
    LegalStatus.IMMIGRATION_DETAINEE: "immigration",
}
_DATES = ("ard", "crd", "ped", "ted")
_DETAILS = (
    "provider", "mappa_level", "early_allocation", "early_allocation_agreed_on", "com_oasys_reviewed",
    "recall_hearing_outcome", "moved_to_open_on",
)  # fmt: skip
READ = (
    "legal_status", "sentence_type", "sentence_start", *_DATES, "thd", "parole_outcome", "last_review_on", "recalled",
    *_DETAILS,
)  # fmt: skip
_COLUMNS = (
    "pk", "prison_id", "prison__estate", "legal_status", "arrived_on", "sentence__id",
    "sentence__kind", "sentence__started_on", "sentence__recalled",
    *(f"sentence__{name}" for name in _DATES), *(f"details__{name}" for name in _DETAILS),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One person's case: `facts` is None where it is not known whether they are serving a sentence."""

    person_id: int
    sentence_id: int | None
    policy: str
    facts: HandoverFacts | None


class Reviews(NamedTuple):
    """A sentence's parole reviews in short: `thd` is the next one's target date, else the last one's own."""

    thd: date | None = None
    outcome: str | None = None
    last_on: date | None = None
    last_id: int | None = None


def read_cases(people: Sequence[int], on: date) -> Iterator[Case]:
    """The cases of those of `people` who are held, as they stand on `on`, in four queries."""
    current = FilteredRelation("sentences", condition=Q(sentences__closed_at__isnull=True))
    held = Person.objects.filter(pk__in=people, prison__isnull=False).annotate(sentence=current)
    rows = list(held.values(*_COLUMNS))
    reviews = reviews_of({row["pk"]: row["sentence__started_on"] for row in rows})
    versions = _versions(rows, on)
    for row in rows:
        known = row["legal_status"] in LEGAL_STATUS
        facts = _facts(row, reviews[row["pk"]], on) if known else None
        yield Case(row["pk"], row["sentence__id"], versions[row["pk"]], facts)


def stated(facts: HandoverFacts) -> Row:
    """The facts that were read, as JSON, without the day asked about: what a determination stands on."""
    read = {name: getattr(facts, name) for name in READ}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in read.items()}


def reviews_of(starts: Mapping[int, date | None]) -> dict[int, Reviews]:
    """Each person's parole reviews in short, those before the start of the present sentence left out."""
    found: dict[int, list[ParoleReview]] = {person: [] for person in starts}
    for review in ParoleReview.objects.filter(person__in=starts):
        start = starts[review.person_id]
        if start is None or _dated(review) >= start:
            found[review.person_id].append(review)
    return {person: summarise(reviews) for person, reviews in found.items()}


def summarise(reviews: Iterable[ParoleReview]) -> Reviews:
    """The last review with an outcome, and the one after it that still waits for its own.

    One review waits at a time: where several rows do, a hearing has been moved, and the newest row is right.
    """
    ordered = sorted(reviews, key=lambda review: (_dated(review), review.pk))
    decided = [review for review in ordered if review.outcome]
    last = max(decided, key=lambda review: (review.outcome_on or _dated(review), review.pk), default=None)
    waiting = [review for review in ordered if not review.outcome and (last is None or _dated(review) > _dated(last))]
    upcoming = max(waiting, key=lambda review: review.recorded_at, default=None)
    if last is None:
        return Reviews(thd=upcoming.target_hearing_on if upcoming else None)
    thd = upcoming.target_hearing_on if upcoming else last.target_hearing_on
    return Reviews(thd, last.outcome, last.outcome_on or last.target_hearing_on, last.pk)


def _dated(review: ParoleReview) -> date:
    """The day that puts a review in order; the table makes sure that there is one."""
    return review.target_hearing_on or review.outcome_on  # type: ignore[return-value]


def _facts(row: Row, reviews: Reviews, on: date) -> HandoverFacts:
    details = {name: row[f"details__{name}"] for name in _DETAILS}
    dates = {name: row[f"sentence__{name}"] for name in _DATES}
    details["moved_to_open_on"] = details["moved_to_open_on"] or _arrival_in_open_conditions(row)
    for name in ("early_allocation", "com_oasys_reviewed"):
        details[name] = bool(details[name])
    return HandoverFacts(
        today=on,
        sentence_type=row["sentence__kind"] or _kind_by_status(row["legal_status"]),
        legal_status=LEGAL_STATUS[row["legal_status"]],
        sentence_start=row["sentence__started_on"],
        recalled=bool(row["sentence__recalled"]) or row["legal_status"] == LegalStatus.RECALL,
        thd=reviews.thd,
        parole_outcome=reviews.outcome,
        last_review_on=reviews.last_on,
        **dates,
        **details,
    )


def _kind_by_status(legal_status: str) -> str:
    """Where the roll gave no sentence, its legal status still says whether it is indeterminate."""
    return "indeterminate" if legal_status == LegalStatus.INDETERMINATE_SENTENCE else "determinate"


def _arrival_in_open_conditions(row: Row) -> date | None:
    """HO-05: a man in an open prison has moved to open conditions, at the latest when he arrived there."""
    arrived_on: date | None = row["arrived_on"]
    return arrived_on if row["prison__estate"] == Estate.MEN_OPEN else None


def _versions(rows: Sequence[Row], on: date) -> dict[int, str]:
    """HO-20: a case keeps the version it was first determined under; a new one takes what its prison has adopted."""
    kept = {
        (answer["person_id"], answer["sentence_id"]): answer["policy"]
        for answer in HandoverDetermination.objects.current()
        .filter(person__in=[row["pk"] for row in rows], sentence__isnull=False)
        .values("person_id", "sentence_id", "policy")
    }
    adopted = _adopted({row["prison_id"] for row in rows}, on)
    return {row["pk"]: kept.get((row["pk"], row["sentence__id"])) or adopted[row["prison_id"]] for row in rows}


def _adopted(prisons: set[str], on: date) -> dict[str, str]:
    """The version that each prison determines new cases under: adopted by `on` and available here, else the first."""
    rows: dict[str, list[PolicyAdoption]] = {prison: [] for prison in prisons}
    for adoption in PolicyAdoption.objects.filter(prison__in=prisons, version__in=TIMING_BY_VERSION):
        rows[adoption.prison_id].append(adoption)
    newest = {prison: in_force(adoptions, on) for prison, adoptions in rows.items()}
    return {prison: adoption.version if adoption else DEFAULT_POLICY for prison, adoption in newest.items()}
