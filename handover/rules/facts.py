"""What the handover rules are told and what they answer: frozen facts, the determination, and a branch's own answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from handover.policy import Reason, Responsibility, Timing
from omic.policy import Steps


class Release(NamedTuple):
    """The date that time is counted to, and which one it is: ard, crd, ped, ted, thd."""

    kind: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverFacts:
    """What is known of one sentence on `today`. None is unknown; an unknown yes/no is no.

    `sentence_type` determinate|indeterminate, `legal_status` sentenced|remand|civil|immigration, `provider` nps|crc,
    `parole_outcome` release|not_release|deferred (latest review), `recall_hearing_outcome` release|not_release.
    `thd` is the next or latest parole review's target date: later than `last_review_on`, it is the next one's.
    `moved_to_open_on` for a woman is the day she was found suitable for open conditions.
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


@dataclass(frozen=True, slots=True)
class Determination:
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
    """What a branch is asked about: the facts, the day, the version's numbers and the earliest release."""

    facts: HandoverFacts
    today: date
    timing: Timing
    release: Release | None


class Answer(NamedTuple):
    """What a branch answers: a fixed responsibility, or the day the COM starts and the day of handover."""

    reason: Reason
    steps: Steps
    fixed: Responsibility | None = None
    start_on: date | None = None
    handover_on: date | None = None
    blocking: tuple[str, ...] = ()


Branch = Callable[[Case], Answer | None]


def dated(reason: Reason, handover_on: date, steps: Steps) -> Answer:
    """An answer by dates in which the COM is allocated and responsible on one day."""
    return Answer(reason, steps, start_on=handover_on, handover_on=handover_on)


def named(release: Release) -> str:
    """The release date as steps print it: `CRD 2027-05-01`."""
    return f"{release.kind.upper()} {release.on}"
