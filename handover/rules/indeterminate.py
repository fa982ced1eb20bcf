"""Indeterminate sentences in the `omic_*` versions: the months before tariff or hearing, and open conditions."""

from datetime import date
from functools import lru_cache

from handover.policy import MEN_OPEN_FROM, WELSH_OPEN_FROM, Reason
from handover.rules.facts import KEPT, Answer, Case, HandoverFacts, Release, count_back, dated, named
from omic.policy import Step


def before_tariff_or_hearing(case: Case, release: Release) -> Answer:
    """HO-04 before tariff expiry and PA-06 before a hearing, by the version's months; HO-22 in open conditions."""
    facts, rule_id = case.facts, "HO-04" if release.kind == "ted" else "PA-06"
    handover_on, step = count_back(rule_id, release, case.timing.indeterminate)
    answer = dated(Reason.INDETERMINATE, handover_on, _chosen(release, facts.ted, facts.thd), step)
    return with_open_estate(case, answer, Reason.INDETERMINATE_OPEN)


@lru_cache(maxsize=KEPT)
def _chosen(release: Release, ted: date | None, thd: date | None) -> Step:
    return Step("HO-21", f"tariff expiry {ted or 'unknown'}, hearing {thd or 'unknown'}: {named(release)} counts")


def with_open_estate(case: Case, answer: Answer, reason: Reason) -> Answer:
    """HO-22: in open conditions the answer has its own `reason`, and the COM supports from a move before handover."""
    facts, handover_on = case.facts, answer.handover_on
    if handover_on is None or not _in_open_conditions(facts):
        return answer
    support_on, found = _support(facts)
    if support_on is None or support_on >= handover_on:
        step = Step("HO-22", f"open conditions, {found}: support starts with responsibility")
        return answer._replace(reason=reason, steps=(*answer.steps, step))
    step = Step("HO-22", f"open conditions, {found}: the COM supports from {support_on}")
    return answer._replace(reason=reason, steps=(*answer.steps, step), start_on=support_on)


def _in_open_conditions(facts: HandoverFacts) -> bool:
    return facts.open_conditions or (facts.welsh_open and not facts.womens_estate)


def _support(facts: HandoverFacts) -> tuple[date | None, str]:
    """The day open conditions began under HO-22, None where unknown or too early for it, and what was found."""
    if facts.womens_estate:
        since = facts.category_active_since
        return since, f"category open since {since or 'a day unknown'}"
    arrived = _arrived_on(facts)
    if arrived is None:
        return None, "arrival unknown"
    first = WELSH_OPEN_FROM if facts.welsh_open else MEN_OPEN_FROM
    if arrived < first:
        return None, f"arrival {arrived}, before {first}"
    return arrived, f"arrival {arrived}"


def _arrived_on(facts: HandoverFacts) -> date | None:
    """The later of the last movement into this prison and the sentence's start."""
    arrival, start = facts.prison_arrival, facts.sentence_start
    return start if arrival is not None and start is not None and start > arrival else arrival
