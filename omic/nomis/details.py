"""Facts that the roll does not hold, by prison number: risk, community staff, parole, OASys, sentence plans.

Pure. A row has a `kind` (details if it has none), its `source` and the day it was true, `as_at`; fields are named as
the calculator names them. A field that is missing or empty states nothing: it never wipes out a known fact.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from omic.nomis.cells import (
    BadCellError,
    Field,
    FieldError,
    RowErrors,
    choice,
    day,
    flag,
    kind_of,
    parse_fields,
    shown,
    text,
    unflatten,
    whole,
)
from omic.nomis.roll_fields import prison_number
from omic.nomis.rows import Layout

KEYS = ("prisonNumber", "prison_number", "prisonerNumber")
EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
SCORE = re.compile(r"[0-9]{1,3}(\.[0-9]+)?")
RSR_STEP, RSR_MOST = Decimal("0.01"), Decimal("99.98")
PAROLE_OUTCOMES = ("release", "not_release", "deferred")
OASYS_KINDS = ("initial", "review", "handover", "parole", "pre_release", "significant_event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What every row says: whom it is about, who stated it, and the day on which it was true."""

    prison_number: str
    source: str
    as_at: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsRow(Stated):
    """The facts stated, by the calculator's names; a fact not stated is not a key."""

    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OasysRow(Stated):
    """A completed OASys assessment, by the POM or the COM (pom, com) if that is known."""

    layer: int
    oasys_kind: str
    completed_on: date
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentencePlanRow(Stated):
    """The formal sentence plan, and the POM's agreement to a progression plan beside it (KW-12): day and name."""

    active: bool
    targets: tuple[str, ...]
    pom_agreed_on: date | None
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParoleReviewRow(Stated):
    """A parole review: its target hearing date and, once heard, the outcome and its day."""

    thd: date | None
    outcome: str | None
    outcome_on: date | None


Detail = DetailsRow | OasysRow | SentencePlanRow | ParoleReviewRow
Problem = tuple[str, str]  # field, reason


def parse_detail(raw: Mapping[str, Any], *, today: date) -> Detail | RowErrors:
    """The row's typed facts, or every cell that stops it. Never raises, whatever JSON the mapping holds."""
    key = next((name for name in KEYS if name in raw), KEYS[0])
    kind = raw.get("kind") or "details"
    if not isinstance(kind, str) or kind not in KINDS:
        reason = f"is not one of {', '.join(KINDS)}"
        return RowErrors(shown(raw.get(key) or ""), (FieldError("kind", shown(kind), reason),))
    fields, check, build = KINDS[kind]
    facts, errors = parse_fields(raw, (Field(key, "prison_number", prison_number), *COMMON, *fields))
    unreadable = {error.field for error in errors}
    for field, reason in (*_common_problems(key, facts), *_past(facts, today), *check(facts)):
        if field not in unreadable:
            errors.append(FieldError(field, shown(raw.get(field) or ""), reason))
    if errors:
        return RowErrors(shown(raw.get(key) or ""), tuple(errors))
    return build(facts)


def unknown_details(raw: Mapping[str, Any]) -> set[str]:
    """Names that no kind of row has; the import counts and ignores them."""
    return set(raw) - KNOWN_FIELDS


def from_flat(cells: Mapping[str, str]) -> dict[str, Any]:
    """A CSV row in the shape of a JSON row: yes/no and number cells typed, `targets` parted by semicolons."""
    raw = unflatten(cells, flags=FLAG_FIELDS, numbers=NUMBER_FIELDS)
    if "targets" in raw:
        raw["targets"] = [target.strip() for target in raw["targets"].split(";") if target.strip()]
    return raw


def _common_problems(key: str, facts: dict[str, Any]) -> Iterator[Problem]:
    for field, attribute in ((key, "prison_number"), ("source", "source"), ("as_at", "as_at")):
        if facts[attribute] is None:
            yield field, "is missing"


def _past(facts: dict[str, Any], today: date) -> Iterator[Problem]:
    """What is recorded as done cannot lie ahead; target and planned dates may."""
    for field in PAST:
        if facts.get(field) and facts[field] > today:
            yield field, "is in the future"


def _facts_problems(facts: dict[str, Any]) -> Iterator[Problem]:
    """A details row that states nothing is no error: a half-filled list of missing details comes back like that."""
    if facts["parole_outcome"] and not (facts["thd"] or facts["last_review_on"]):
        yield "parole_outcome", "belongs to no hearing: thd and last_review_on are missing"
    if facts["handover_oasys_not_needed"] and not facts["handover_oasys_reason"]:
        yield "handover_oasys_reason", "is missing: it says why no OASys review is needed (HO-32)"


def _oasys_problems(facts: dict[str, Any]) -> Iterator[Problem]:
    for field in ("layer", "oasys_kind", "completed_on"):
        if facts[field] is None:
            yield field, "is missing"
    if facts["layer"] == 2:
        yield "layer", "is not 1 or 3"


def _plan_problems(facts: dict[str, Any]) -> Iterator[Problem]:
    if facts["active"] is None:
        yield "active", "is missing"
    if (facts["pom_agreed_on"] is None) != (facts["by"] is None):
        yield ("by" if facts["by"] is None else "pom_agreed_on"), "is missing: agreement and day go together"


def _review_problems(facts: dict[str, Any]) -> Iterator[Problem]:
    if (facts["outcome"] is None) != (facts["outcome_on"] is None):
        yield ("outcome" if facts["outcome"] is None else "outcome_on"), "is missing: outcome and day go together"
    if facts["thd"] is None and facts["outcome"] is None:
        yield "thd", "is missing, and so is an outcome"


def _details(facts: dict[str, Any]) -> DetailsRow:
    stated = {field.attribute: facts[field.attribute] for field in DETAILS if facts[field.attribute] is not None}
    return DetailsRow(prison_number=facts["prison_number"], source=facts["source"], as_at=facts["as_at"], facts=stated)


def _plan(facts: dict[str, Any]) -> SentencePlanRow:
    return SentencePlanRow(**facts | {"targets": facts["targets"] or ()})


def _email(value: Any) -> str:
    address: str = LINE(value)
    if not EMAIL.fullmatch(address):
        raise BadCellError("is not an email address")
    return address


def _rsr(value: Any) -> Decimal:
    """The risk of serious recidivism in per cent, two decimals, half up (the calculator's reading)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise BadCellError(f"is {kind_of(value)}, not a score")
    written = shown(value).strip()
    if not SCORE.fullmatch(written):
        raise BadCellError("is not a score such as 4.31")
    score = Decimal(written).quantize(RSR_STEP, ROUND_HALF_UP)
    if score > RSR_MOST:
        raise BadCellError(f"is not between 0 and {RSR_MOST}")
    return score


def _targets(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise BadCellError(f"is {kind_of(value)}, not a list of targets")
    return tuple(TARGET(target) for target in value)


LINE, REASON, TARGET = text(120), text(300), text(500)
COMMON = (Field("source", "source", LINE), Field("as_at", "as_at", day))
DETAILS = (
    Field("rosh", "rosh", choice(("very_high", "high", "medium", "low"))),
    Field("mappa_level", "mappa_level", whole(0, 3)),
    Field("mappa_category", "mappa_category", whole(1, 4)),
    Field("rsr", "rsr", _rsr),
    Field("ogrs3", "ogrs3", whole(0, 100)),
    Field("provider", "provider", choice(("nps", "crc"))),
    Field("thd", "thd", day),
    Field("parole_outcome", "parole_outcome", choice(PAROLE_OUTCOMES)),
    Field("last_review_on", "last_review_on", day),
    Field("com_oasys_reviewed", "com_oasys_reviewed", flag),
    Field("recall_hearing_outcome", "recall_hearing_outcome", choice(("release", "not_release"))),
    Field("recall_type", "recall_type", choice(("standard", "fixed_14", "fixed_28"))),
    Field("com_name", "com_name", LINE),
    Field("com_email", "com_email", _email),
    Field("ldu", "ldu", LINE),
    Field("early_allocation", "early_allocation", flag),
    Field("early_allocation_agreed_on", "early_allocation_agreed_on", day),
    Field("care_experienced", "care_experienced", flag),
    Field("last_oasys_on", "last_oasys_on", day),
    Field("category_active_since", "category_active_since", day),
    Field("moved_to_open_on", "moved_to_open_on", day),
    Field("additional_isp", "additional_isp", flag),
    Field("welsh_open", "welsh_open", flag),
    Field("life", "life", flag),
    Field("opd_screened_in", "opd_screened_in", flag),
    Field("handover_oasys_not_needed", "handover_oasys_not_needed", flag),
    Field("handover_oasys_reason", "handover_oasys_reason", REASON),
    Field("separation_centre", "separation_centre", flag),
    Field("cppc_in_principle", "cppc_in_principle", flag),
    Field("nca_case", "nca_case", flag),
    Field("scpo", "scpo", flag),
    Field("high_profile", "high_profile", flag),
    Field("extremism_screening", "extremism_screening", flag),
    Field("mappa_level_needed", "mappa_level_needed", whole(1, 3)),
    Field("mappa_exceptional", "mappa_exceptional", flag),
    Field("early_allocation_rationale", "early_allocation_rationale", REASON),
    Field("hospital_transfer_on", "hospital_transfer_on", day),
    Field("remission_planned_on", "remission_planned_on", day),
    Field("remitted_on", "remitted_on", day),
    Field("planning_meeting_on", "planning_meeting_on", day),
    Field("closure_meeting_on", "closure_meeting_on", day),
)
OASYS = (
    Field("layer", "layer", whole(1, 3)),
    Field("oasys_kind", "oasys_kind", choice(OASYS_KINDS)),
    Field("completed_on", "completed_on", day),
    Field("by", "by", choice(("pom", "com"))),
)
PLAN = (
    Field("active", "active", flag),
    Field("targets", "targets", _targets),
    Field("pom_agreed_on", "pom_agreed_on", day),
    Field("by", "by", LINE),
)
REVIEW = (
    Field("thd", "thd", day),
    Field("outcome", "outcome", choice(PAROLE_OUTCOMES)),
    Field("outcome_on", "outcome_on", day),
)
KINDS: dict[str, tuple[tuple[Field, ...], Callable[..., Iterator[Problem]], Callable[..., Detail]]] = {
    "details": (DETAILS, _facts_problems, _details),
    "oasys": (OASYS, _oasys_problems, lambda facts: OasysRow(**facts)),
    "sentence_plan": (PLAN, _plan_problems, _plan),
    "parole_review": (REVIEW, _review_problems, lambda facts: ParoleReviewRow(**facts)),
}
PAST = (
    *("as_at", "last_review_on", "early_allocation_agreed_on", "last_oasys_on", "category_active_since"),
    *("moved_to_open_on", "completed_on", "pom_agreed_on", "outcome_on"),
    *("hospital_transfer_on", "remitted_on", "closure_meeting_on"),
)
ALL_FIELDS = (*COMMON, *DETAILS, *OASYS, *PLAN, *REVIEW)
FLAG_FIELDS = frozenset(field.name for field in ALL_FIELDS if field.parse is flag)
NUMBER_FIELDS = frozenset(("mappa_level", "mappa_level_needed", "mappa_category", "ogrs3", "layer"))
KNOWN_FIELDS = frozenset((*KEYS, "kind", *(field.name for field in ALL_FIELDS)))
DETAIL_FILE = Layout(
    keys=KEYS, dates=frozenset(field.name for field in ALL_FIELDS if field.parse is day), unflatten=from_flat
)
