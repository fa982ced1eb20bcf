"""What the handover rules are told and what they answer: frozen facts, the determination, and a branch's own answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from handover.policy import Reason, Responsibility, Span, Timing
from omic.calendar import add_months
from omic.policy import Step, Steps

# A NamedTuple's own constructor costs as much as a rule; this one is called with the tuple.
make = tuple.__new__


class Release(NamedTuple):
    """The date that time is counted to, and which one it is: ard, crd, ped, ted, thd, hdced, hdc_actual."""

    kind: str
    on: date


class Override(NamedTuple):
    """Whom a confirmed decision makes responsible, and from which day it binds."""

    responsibility: Responsibility
    from_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverFacts:
    """What is known of one sentence on `today`. None is unknown; an unknown yes/no is no.

    `sentence_type` determinate|indeterminate, `legal_status` sentenced|remand|civil|immigration, `provider` nps|crc,
    `parole_outcome` release|not_release|deferred (latest review), `recall_hearing_outcome` release|not_release.
    `thd` is the next or latest parole review's target date: later than `last_review_on`, it is the next one's.
    `moved_to_open_on` for a woman is the day she was found suitable for open conditions; `category_active_since` is
    the day her category became open. `welsh_open` is a Welsh case at HMP Prescoed.
    """

    today: date
    sentence_type: str = "determinate"
    legal_status: str = "sentenced"
    sentence_start: date | None = None
    ard: date | None = None
    crd: date | None = None
    ped: date | None = None
    ted: date | None = None
    hdced: date | None = None
    hdc_actual: date | None = None
    sed: date | None = None
    thd: date | None = None
    recalled: bool = False
    immigration: bool = False
    provider: str | None = None
    mappa_level: int | None = None
    early_allocation: bool = False
    early_allocation_agreed_on: date | None = None
    parole_outcome: str | None = None
    com_oasys_reviewed: bool = False
    last_review_on: date | None = None
    recall_hearing_outcome: str | None = None
    additional_isp: bool = False
    open_conditions: bool = False
    womens_estate: bool = False
    prison_arrival: date | None = None
    category_active_since: date | None = None
    moved_to_open_on: date | None = None
    welsh_open: bool = False
    override: Override | None = None


class Determination(NamedTuple):
    """The answer to store. `responsibility_fixed` stands where no dates decide; both empty means unsentenced.

    `next_change_on` is the first day after the day asked about on which time alone changes this answer (None: never).
    """

    responsibility_fixed: Responsibility | None
    start_on: date | None
    handover_on: date | None
    earliest_release: Release | None
    blocking: tuple[str, ...]
    provisional: tuple[str, ...]
    next_change_on: date | None


class Case(NamedTuple):
    """What a branch is asked about: the facts, the day, and the version's numbers."""

    facts: HandoverFacts
    today: date
    timing: Timing


class Answer(NamedTuple):
    """What a branch answers: a fixed responsibility, or the day the COM starts and the day of handover."""

    reason: Reason
    fixed: Responsibility | None
    start_on: date | None
    handover_on: date | None
    blocking: tuple[str, ...]
    steps: Steps


# A branch answers, or passes the question on. The dated ones count from a release date and are asked only with one.
FixedBranch = Callable[[Case], Answer | None]
DatedBranch = Callable[[Case, Release], Answer | None]


def settled(reason: Reason, lead: Responsibility | None, *steps: Step) -> Answer:
    """An answer without dates. No lead: nobody's case."""
    return make(Answer, (reason, lead, None, None, (), steps))


def dated(reason: Reason, handover_on: date, *steps: Step) -> Answer:
    """An answer by dates in which the COM is allocated and responsible on one day."""
    return make(Answer, (reason, None, handover_on, handover_on, (), steps))


def supported(reason: Reason, start_on: date, handover_on: date, *steps: Step) -> Answer:
    """An answer by dates in which the COM supports before being responsible."""
    return make(Answer, (reason, None, start_on, handover_on, (), steps))


_LABELS = {"hdc_actual": "HDC granted,"}
KEPT = 2**16


def named(release: Release) -> str:
    """The release date as steps print it: `CRD 2027-05-01`."""
    kind, on = release
    return f"{_LABELS.get(kind) or kind.upper()} {on}"


@lru_cache(maxsize=KEPT)
def months_after(on: date, months: int) -> date:
    """`add_months`, kept."""
    return add_months(on, months)


@lru_cache(maxsize=KEPT)
def count_back(rule_id: str, release: Release, span: Span, words: str = "") -> tuple[date, Step]:
    """The day that lies `span` before, and the step that says so: `CRD 2027-05-01 − 8 months = 2026-09-01`.

    `words` go before the sum. Results are kept, as many as KEPT: the dates of a caseload recur.
    """
    before = add_months(release.on, -span.months) - timedelta(days=span.days)
    return before, Step(rule_id, f"{words}{named(release)} − {_in_words(span)} = {before}")


def _in_words(span: Span) -> str:
    months, days = span
    if not months:
        return f"{days // 7} weeks"
    return f"{months} months" + (f" − {days} days" if days else "")
