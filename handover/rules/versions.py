"""Which questions each policy version asks, in its order, and which days alone can change its answer."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from handover.policy import TIMING_BY_VERSION, Timing
from handover.rules import determinate, early, fixed, indeterminate, parole, release
from handover.rules.facts import Answer, Case, DatedBranch, FixedBranch, HandoverFacts, Release
from handover.rules.release import ReleaseDate
from omic.policy import Step, Steps

TurningDays = Callable[[HandoverFacts, Timing, Answer], tuple[date | None, ...]]


class Order(NamedTuple):
    """The questions about one kind of sentence, and the rule that answers when none of them does.

    `fixed` can only apply to the unsentenced, recalls and immigration, unless it holds `special_cases`. Without
    `turning_days` the answer never changes by itself.
    """

    release: ReleaseDate
    fixed: tuple[FixedBranch, ...]
    dated: tuple[DatedBranch, ...]
    rest: Callable[[Case, Release], Answer]
    turning_days: TurningDays | None = None
    special_cases: bool = False


class Version(NamedTuple):
    """A policy version: its numbers, its questions by kind of sentence, and the step that names it (HO-20)."""

    timing: Timing
    determinate: Order
    indeterminate: Order
    named: Steps


def _tariff(facts: HandoverFacts, _timing: Timing, _answer: Answer) -> tuple[date | None, ...]:
    return (facts.ted,)


def _tariff_and_hearing(facts: HandoverFacts, _timing: Timing, _answer: Answer) -> tuple[date | None, ...]:
    return (facts.ted, facts.thd)


def _tariff_and_far_hearing(facts: HandoverFacts, timing: Timing, answer: Answer) -> tuple[date | None, ...]:
    """A tariff's expiry counts if a later hearing then takes over, a hearing's coming near if its distance decided."""
    ted, thd, months = facts.ted, facts.thd, timing.far_hearing_months
    if thd is None or months is None:
        return ()
    far = answer.reason in fixed.FAR_HEARING
    return (ted if ted is not None and ted < thd else None, fixed.no_longer_far_on(thd, months) if far else None)


# HO-26's order: immigration, recall, short, CRC, early allocation, indeterminate, parole eligibility, the rest.
_BY_IMMIGRATION_FIRST = (fixed.unsentenced, fixed.immigration, fixed.determinate_recall)
_ISP_BY_IMMIGRATION_FIRST = (fixed.unsentenced, fixed.immigration, fixed.unheard_recall)
# The national service's order of 2026: recall before immigration, and the special cases of HO-23 before both.
_BY_RECALL_FIRST = (fixed.unsentenced, fixed.determinate_recall, fixed.immigration)
_ISP_SPECIAL_CASES_FIRST = (
    fixed.unsentenced,
    fixed.additional_sentence,
    fixed.far_hearing,
    fixed.other_recall,
    fixed.immigration,
)

_SEED = Order(
    release=release.determinate_release,
    fixed=_BY_IMMIGRATION_FIRST,
    dated=(determinate.short, determinate.crc, early.agreed_early_allocation, determinate.parole),
    rest=determinate.standard,
)
_SEED_ISP = Order(
    release=release.parole_date,
    fixed=(fixed.unsentenced, fixed.immigration, parole.recall),
    dated=(determinate.crc,),
    rest=parole.indeterminate,
    turning_days=_tariff_and_hearing,
)
_2019 = Order(
    release=release.release_or_curfew,
    fixed=_BY_IMMIGRATION_FIRST,
    dated=(determinate.short, determinate.crc, early.early_allocation, determinate.parole),
    rest=determinate.by_mappa,
)
_2022 = _2019._replace(rest=determinate.standard)
_2023_04 = Order(
    release=release.determinate_release,
    fixed=_BY_IMMIGRATION_FIRST,
    dated=(determinate.short, early.early_allocation, determinate.parole),
    rest=determinate.standard,
)
_2023_11 = _2023_04._replace(dated=(early.early_allocation, determinate.short, determinate.parole))
_2026 = _2023_11._replace(fixed=_BY_RECALL_FIRST)
# An indeterminate sentence is never a CRC case here: the service passed over such a marking.
_ISP_FROM_2019 = Order(
    release=release.tariff_or_hearing,
    fixed=_ISP_BY_IMMIGRATION_FIRST,
    dated=(),
    rest=indeterminate.before_tariff_or_hearing,
    turning_days=_tariff,
)
_ISP_2023_11 = _ISP_FROM_2019._replace(dated=(early.early_allocation_of_indeterminate,))
_ISP_2026 = _ISP_2023_11._replace(
    release=release.parole_date,
    fixed=_ISP_SPECIAL_CASES_FIRST,
    special_cases=True,
    turning_days=_tariff_and_far_hearing,
)
_ORDERS = {
    "seed_2019": (_SEED, _SEED_ISP),
    "omic_2019": (_2019, _ISP_FROM_2019),
    "omic_2022": (_2022, _ISP_FROM_2019),
    "omic_2023_04": (_2023_04, _ISP_FROM_2019),
    "omic_2023_11": (_2023_11, _ISP_2023_11),
    "omic_2026": (_2026, _ISP_2026),
}
VERSIONS = {
    version: Version(TIMING_BY_VERSION[version], *orders, (Step("HO-20", version),))
    for version, orders in _ORDERS.items()
}
