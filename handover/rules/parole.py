"""Indeterminate sentences in `seed_2019`: before the tariff expires, in and after the parole window, and recalls."""

from datetime import date

from handover.policy import Blocking, Reason, Responsibility
from handover.rules.facts import Answer, Case, HandoverFacts, Release, count_back, dated, settled, supported
from omic.calendar import add_months
from omic.policy import Step, Steps


def recall(case: Case) -> Answer | None:
    """HO-08. After "no release" the general parole process decides, once a date or a later review is there."""
    facts = case.facts
    if not facts.recalled:
        return None
    outcome = facts.recall_hearing_outcome
    if outcome != "not_release":
        step = Step("HO-08", f"recalled, recall hearing outcome: {outcome or 'not known'}")
        return settled(Reason.ISP_RECALL, Responsibility.COM, step)
    if _tariff_ahead(case) or next_review_on(case) is not None or _review_decides(case):
        return None
    step = Step("HO-08", "recalled, release not directed, next parole date not known")
    return settled(Reason.ISP_RECALL, Responsibility.POM, step)


def indeterminate(case: Case, release: Release) -> Answer:
    """HO-04, HO-05, PA-05 to PA-08."""
    if _review_decides(case):
        return _parole_window(case)
    return _before_parole(case, release, ())


def _parole_window(case: Case) -> Answer:
    """PA-05: the COM's until all three conditions hold, then the POM's until PA-06."""
    facts = case.facts
    blocking = _blocking(facts)
    steps: Steps = (Step("PA-05", _window_found(facts, blocking)),)
    if facts.parole_outcome == "deferred":
        steps += (Step("PA-08", "the review is adjourned or deferred"),)
    if blocking:
        return Answer(Reason.PAROLE_WINDOW, Responsibility.COM, None, None, blocking, steps)
    next_on = next_review_on(case)
    if next_on is None:
        steps += (Step("PA-06", "next parole date not known"),)
        return settled(Reason.PAROLE_WINDOW, Responsibility.POM, *steps)
    last_on = facts.last_review_on
    override_months = case.timing.override_months or 0
    if last_on is not None and next_on <= add_months(last_on, override_months):
        steps += (Step("PA-07", f"last review {last_on}, next {next_on}: the HOMD may override"),)
    return _before_parole(case, Release("thd", next_on), steps)


def _before_parole(case: Case, release: Release, steps: Steps) -> Answer:
    """HO-04 and PA-06: the COM is responsible 8 months before; HO-05: and supports from the move to open conditions."""
    moved_on = case.facts.moved_to_open_on
    rule_id = "HO-04" if release.kind == "ted" else "PA-06"
    handover_on, step = count_back(rule_id, release, case.timing.indeterminate)
    if moved_on is None or moved_on >= handover_on:
        return dated(Reason.INDETERMINATE, handover_on, *steps, step)
    moved = Step("HO-05", f"open conditions from {moved_on}")
    return supported(Reason.ISP_OPEN, moved_on, handover_on, *steps, step, moved)


def next_review_on(case: Case) -> date | None:
    """The next parole date: `thd` while ahead, or overdue since the last review; else `thd` is that review's own."""
    thd, last_on = case.facts.thd, case.facts.last_review_on
    if thd is not None and (thd > case.today or (last_on is not None and thd > last_on)):
        return thd
    return None


def _tariff_ahead(case: Case) -> bool:
    return case.facts.ted is not None and case.facts.ted > case.today


def _review_decides(case: Case) -> bool:
    """A review while the tariff lies ahead changes nothing, nor does one that ended in release."""
    facts = case.facts
    return facts.parole_outcome in ("not_release", "deferred") and facts.ted is not None and facts.ted <= case.today


def _blocking(facts: HandoverFacts) -> tuple[str, ...]:
    blocking: list[str] = []
    if facts.parole_outcome == "deferred":
        blocking.append(Blocking.OUTCOME)
    if not facts.com_oasys_reviewed:
        blocking.append(Blocking.COM_OASYS_REVIEW)
    if facts.mappa_level in (2, 3):
        blocking.append(Blocking.MAPPA_ACTIVE)
    return tuple(blocking)


def _window_found(facts: HandoverFacts, blocking: tuple[str, ...]) -> str:
    outcome = "deferred" if facts.parole_outcome == "deferred" else "no release"
    reviewed = "reviewed" if facts.com_oasys_reviewed else "not yet reviewed"
    mappa = "unknown" if facts.mappa_level is None else facts.mappa_level
    kept = "the COM keeps the case" if blocking else "the POM takes the case back"
    return f"tariff expired {facts.ted}, outcome {outcome}, OASys and plan {reviewed}, MAPPA level {mappa}: {kept}"
