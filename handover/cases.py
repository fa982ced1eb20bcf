"""The facts that the handover rules are told, read for many people at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Case as Choice
from django.db.models import FilteredRelation, OuterRef, Q, Subquery, When

from handover.models import HandoverDetermination, responsibility_on
from handover.policy import Responsibility
from handover.rules import HandoverFacts, Override
from omic.calendar import london_day
from omic.models import DetailEntry, Estate, LegalStatus, ParoleReview, Person, PolicyAdoption
from omic.policy import DEFAULT_POLICY, POLICY_IDS, in_force

Row = dict[str, Any]
OPEN_WOMAN = "T"  # a woman's security category for open conditions (AL-34)

LEGAL_STATUS = {
    LegalStatus.SENTENCED: "sentenced",
    LegalStatus.INDETERMINATE_SENTENCE: "sentenced",
    LegalStatus.RECALL: "sentenced",
    LegalStatus.REMAND: "remand",
    LegalStatus.CONVICTED_UNSENTENCED: "remand",
    LegalStatus.CIVIL_PRISONER: "civil",
    LegalStatus.IMMIGRATION_DETAINEE: "immigration",
}
_DATES = ("ard", "crd", "ped", "ted", "hdced", "hdc_actual", "sed")
_DETAILS = (
    "provider", "mappa_level", "early_allocation", "early_allocation_agreed_on", "com_oasys_reviewed",
    "recall_hearing_outcome", "moved_to_open_on", "additional_isp", "category_active_since", "welsh_open",
)  # fmt: skip
# What a determination stands on: what its version reads. A fact that no rule reads supersedes nothing.
_READ_BY_ALL = (
    "legal_status", "sentence_type", "sentence_start", "ard", "crd", "ped", "ted", "thd", "parole_outcome",
    "last_review_on", "recalled", "provider", "mappa_level", "early_allocation", "early_allocation_agreed_on",
    "com_oasys_reviewed", "recall_hearing_outcome", "moved_to_open_on",
)  # fmt: skip
_READ_BY_LATER = (
    *_READ_BY_ALL, "hdced", "hdc_actual", "additional_isp", "open_conditions", "womens_estate", "prison_arrival",
    "category_active_since", "welsh_open",
)  # fmt: skip
_COLUMNS = (
    "pk", "prison_id", "prison__estate", "legal_status", "arrived_on", "category", "sentence__id",
    "sentence__policy", "sentence__kind", "sentence__started_on", "sentence__recalled", "sentence__returned_at",
    "heard_as_at", "early_as_at",
    "override__responsibility", "override__decided_at", "override__sentence_id",
    *(f"sentence__{name}" for name in _DATES), *(f"details__{name}" for name in _DETAILS),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One person's case: `facts` is None where it is not known whether they are serving a sentence.

    `policy` is the version that binds it now, and `kept` the one before where the COM is responsible under that: a
    newer version moves the case on, but takes back no handover that has happened.
    """

    person_id: int
    sentence_id: int | None
    policy: str
    facts: HandoverFacts | None
    kept: str | None = None


class Reviews(NamedTuple):
    """A sentence's parole reviews in short: `thd` is the next one's target date, else the last one's own."""

    thd: date | None = None
    outcome: str | None = None
    last_on: date | None = None
    last_id: int | None = None
    decided: frozenset[int] = frozenset()  # all with an outcome


def read_cases(people: Sequence[int], on: date) -> Iterator[Case]:
    """The cases of those of `people` who are held, as they stand on `on`, in five queries."""
    rows = read_rows(people)
    reviews = reviews_of({row["pk"]: row["sentence__started_on"] for row in rows})
    adopted = adopted_by({row["prison_id"] for row in rows}, on)
    with_com = _with_com([row["pk"] for row in rows], on)
    for row in rows:
        known = row["legal_status"] in LEGAL_STATUS
        facts = facts_of(row, reviews[row["pk"]], on) if known else None
        own = row["sentence__policy"]
        policy = newer(own, adopted[row["prison_id"]])
        kept = own if own != policy and row["sentence__id"] in with_com else None
        yield Case(row["pk"], row["sentence__id"], policy, facts, kept or None)


def read_rows(people: Sequence[int], *more: str) -> list[Row]:
    """What is known of those of `people` who are held, with their current sentence; `more` columns on request."""
    current = FilteredRelation("sentences", condition=Q(sentences__closed_at__isnull=True))
    standing = FilteredRelation(
        "responsibility_overrides",
        condition=Q(responsibility_overrides__confirmed=True, responsibility_overrides__ended_at__isnull=True),
    )
    undated = Q(details__early_allocation=True, details__early_allocation_agreed_on=None)
    held = Person.objects.filter(pk__in=people, prison__isnull=False).annotate(sentence=current, override=standing)
    held = held.annotate(
        heard_as_at=Choice(When(sentence__recalled=True, then=_as_at("recall_hearing_outcome"))),
        early_as_at=Choice(When(undated, then=_as_at("early_allocation"))),
    )
    return list(held.values(*_COLUMNS, *more))


def _as_at(detail: str) -> Subquery:
    """The day of what stands of a detail of the case."""
    entries = DetailEntry.objects.filter(person=OuterRef("pk"), field=detail).order_by("-as_at", "-pk")
    return Subquery(entries.values("as_at")[:1])


def stated(facts: HandoverFacts, policy: str) -> Row:
    """The facts that the version reads, as JSON, less the day asked about: what a determination stands on."""
    names = _READ_BY_ALL if policy == DEFAULT_POLICY else _READ_BY_LATER
    read = {name: getattr(facts, name) for name in names}
    if facts.override:
        read["override"] = " from ".join(map(str, facts.override))
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in read.items()}


def reviews_of(starts: Mapping[int, date | None]) -> dict[int, Reviews]:
    """Each person's parole reviews in short, those before the start of the present sentence left out."""
    found: dict[int, list[ParoleReview]] = {person: [] for person in starts}
    for review in ParoleReview.objects.standing().filter(person__in=starts):
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
    ids = frozenset(review.pk for review in decided)
    return Reviews(thd, last.outcome, last.outcome_on or last.target_hearing_on, last.pk, ids)


def _dated(review: ParoleReview) -> date:
    """The day that puts a review in order; the table makes sure that there is one."""
    return review.target_hearing_on or review.outcome_on  # type: ignore[return-value]


def before_the_sentence(on: date | None, started_on: date | None) -> bool:
    """Whether a day is of an earlier sentence: case details are the person's, and keep beyond one what was for it."""
    return on is not None and started_on is not None and on < started_on


def before_this_return(on: date | None, returned_at: datetime | None) -> bool:
    """Whether a day, as that of a recall hearing, is of the time before the return from the present recall (HO-08)."""
    return on is not None and returned_at is not None and on < london_day(returned_at)


def facts_of(row: Row, reviews: Reviews, on: date) -> HandoverFacts:
    details = {name: row[f"details__{name}"] for name in _DETAILS}
    dates = {name: row[f"sentence__{name}"] for name in _DATES}
    details["moved_to_open_on"] = _moved_to_open(row) or _arrival_in_open_conditions(row)
    early_on = details["early_allocation_agreed_on"] or row["early_as_at"]
    if before_the_sentence(early_on, row["sentence__started_on"]):  # EA-23: agreed for one sentence
        details["early_allocation"] = details["early_allocation_agreed_on"] = None
    if before_this_return(row["heard_as_at"], row["sentence__returned_at"]):
        details["recall_hearing_outcome"] = None
    for name in ("early_allocation", "com_oasys_reviewed", "additional_isp", "welsh_open"):
        details[name] = bool(details[name])
    women = row["prison__estate"] == Estate.WOMEN
    arrivals = (row["arrived_on"], row["sentence__started_on"])
    return HandoverFacts(
        today=on,
        sentence_type=row["sentence__kind"] or _kind_by_status(row["legal_status"]),
        legal_status=LEGAL_STATUS[row["legal_status"]],
        sentence_start=row["sentence__started_on"],
        recalled=bool(row["sentence__recalled"]) or row["legal_status"] == LegalStatus.RECALL,
        thd=reviews.thd,
        parole_outcome=reviews.outcome,
        last_review_on=reviews.last_on,
        womens_estate=women,
        open_conditions=row["category"] == OPEN_WOMAN if women else row["prison__estate"] == Estate.MEN_OPEN,
        prison_arrival=max((day for day in arrivals if day), default=None),
        override=_override(row),
        **dates,
        **details,
    )


def _override(row: Row) -> Override | None:
    """The decision that stands for this sentence; one about an earlier sentence ended with it."""
    if row["override__responsibility"] is None or row["override__sentence_id"] != row["sentence__id"]:
        return None
    return Override(Responsibility(row["override__responsibility"]), london_day(row["override__decided_at"]))


def _kind_by_status(legal_status: str) -> str:
    """Where the roll gave no sentence, its legal status still says whether it is indeterminate."""
    return "indeterminate" if legal_status == LegalStatus.INDETERMINATE_SENTENCE else "determinate"


def _moved_to_open(row: Row) -> date | None:
    """HO-05: a move brings in a COM until a recall takes the person back into closed conditions."""
    moved_on: date | None = row["details__moved_to_open_on"]
    returned_at, started_on = row["sentence__returned_at"], row["sentence__started_on"]
    undone = before_the_sentence(moved_on, started_on) or before_this_return(moved_on, returned_at)
    return None if undone else moved_on


def _arrival_in_open_conditions(row: Row) -> date | None:
    """HO-05: a man in an open prison has moved to open conditions, at the latest when he arrived there."""
    arrived_on: date | None = row["arrived_on"]
    return arrived_on if row["prison__estate"] == Estate.MEN_OPEN else None


def newer(own: str, adopted: str) -> str:
    """HO-20: the version belongs to the case, and only ever moves on: never to an older one, wherever it is."""
    return max(own or DEFAULT_POLICY, adopted, key=POLICY_IDS.index)


def _with_com(people: Sequence[int], on: date) -> set[int]:
    """The sentences among those of `people` for which the COM is responsible on `on` by what is stored."""
    current = HandoverDetermination.objects.current().filter(person__in=people, sentence__isnull=False)
    stand = current.annotate(leads=responsibility_on(on)).filter(leads=Responsibility.COM)
    return set(stand.values_list("sentence_id", flat=True))


def adopted_by(prisons: set[str], on: date) -> dict[str, str]:
    """The version that each prison has adopted by `on`, else the first."""
    rows: dict[str, list[PolicyAdoption]] = {prison: [] for prison in prisons}
    for adoption in PolicyAdoption.objects.standing().filter(prison__in=prisons):
        rows[adoption.prison_id].append(adoption)
    newest = {prison: in_force(adoptions, on) for prison, adoptions in rows.items()}
    return {prison: adoption.version if adoption else DEFAULT_POLICY for prison, adoption in newest.items()}
