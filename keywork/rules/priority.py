"""Which priority groups somebody is in (PG-1 to PG-5), when a dated group holds, and what a person must decide."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from keywork.policy import Group, KeyWorkPolicy
from keywork.rules.facts import policy_on
from omic.calendar import add_months
from omic.policy import Outcome, Step, Steps

HIGH_ROSH = ("high", "very_high")


@dataclass(frozen=True, slots=True)
class PriorityFacts:
    """What the priority groups are computed from. `release_on` is the earliest release, None when unknown.

    `acct_kept` is the decision on an ACCT in post-closure, None until there is one. `irmm_weeks` and
    `pathfinder_months` are the recommended lengths before release, which can only lengthen. `stated` are groups that
    somebody decided outright, whatever the other facts say.
    """

    acct_open: bool
    rosh: str | None
    tact: bool
    release_on: date | None
    acct_post_closure: bool = False
    acct_kept: bool | None = None
    irmm_weeks: int | None = None
    extremist_concern: bool = False
    pathfinder_recommends: bool = False
    pathfinder_months: int | None = None
    shielding: bool = False
    local_group: bool = False
    pgd_agreed: bool = False
    stated: tuple[str, ...] = ()


class PriorityWindow(NamedTuple):
    """The days on which a dated group holds, both included."""

    opens_on: date
    closes_on: date


@dataclass(frozen=True, slots=True)
class Priority:
    """The groups on a day, in the order of the rulebook, and the windows of the dated ones.

    `to_decide` are the groups that no fact decides: the release date is unknown, or the ACCT is in post-closure.
    """

    groups: tuple[Group, ...]
    windows: dict[Group, PriorityWindow]
    to_decide: tuple[Group, ...]


def priority_groups(facts: PriorityFacts, *, on: date) -> Outcome[tuple[Group, ...]]:
    """The priority groups a person is in on a day. A window never opens on an unknown release date (PG-2, PG-3a)."""
    outcome = priority_on(facts, on=on)
    return Outcome(outcome.value.groups, outcome.reason, outcome.policy, outcome.steps)


def priority_on(facts: PriorityFacts, *, on: date) -> Outcome[Priority]:
    """The priority groups on a day, their windows, and those to decide; a step for each that was a question."""
    policy = policy_on(on)
    asked = [_acct(facts), *_dated_groups(facts, policy, on), _shielding(facts), _local(facts)]
    answers = {answer.group: answer for answer in asked}
    groups = tuple(group for group in Group if answers[group].holds or group in facts.stated)
    windows = {group: answer.window for group, answer in answers.items() if answer.window is not None}
    to_decide = tuple(group for group in Group if answers[group].undecided and group not in groups)
    steps = tuple(step for group in Group for step in _steps(answers[group], facts))
    reason = "priority" if groups else "none"
    return Outcome(Priority(groups, windows, to_decide), reason, policy.id, steps)


class _Answer(NamedTuple):
    """What one group's rule found. `found` is empty where the group was no question."""

    group: Group
    rule: str
    holds: bool = False
    found: str = ""
    window: PriorityWindow | None = None
    undecided: bool = False


def _steps(answer: _Answer, facts: PriorityFacts) -> Steps:
    if answer.group in facts.stated and not answer.holds:
        return (Step(answer.rule, "Decided to be in the group"),)
    return (Step(answer.rule, answer.found),) if answer.found else ()


def _acct(facts: PriorityFacts) -> _Answer:
    """PG-1: an open ACCT; in post-closure whatever was decided."""
    if facts.acct_open:
        return _Answer(Group.ACCT, "PG-1", holds=True, found="ACCT open")
    if not facts.acct_post_closure:
        return _Answer(Group.ACCT, "PG-1")
    decided = {None: "not decided yet", True: "kept", False: "not kept"}[facts.acct_kept]
    return _Answer(
        Group.ACCT,
        "PG-1",
        holds=facts.acct_kept is True,
        found=f"ACCT in post-closure, {decided}",
        undecided=facts.acct_kept is None,
    )


def _dated_groups(facts: PriorityFacts, policy: KeyWorkPolicy, on: date) -> tuple[_Answer, ...]:
    """PG-2 and PG-3: the time before release, longer where it was recommended."""
    days = max(policy.high_rosh_days_before_release, 7 * (facts.irmm_weeks or 0))
    months = max(policy.tact_months_before_release, facts.pathfinder_months or 0)
    high = facts.rosh in HIGH_ROSH
    non_tact = facts.extremist_concern and facts.pathfinder_recommends and not facts.tact
    rosh = f"RoSH {(facts.rosh or 'unknown').replace('_', ' ')}"
    release = facts.release_on
    before_days = None if release is None else PriorityWindow(release - timedelta(days=days), release)
    before_months = None if release is None else PriorityWindow(add_months(release, -months), release)
    return (
        _dated(Group.HIGH_ROSH, "PG-2", high, rosh, before_days, on),
        _dated(Group.TACT, "PG-3a", facts.tact, "TACT", before_months, on),
        _dated(Group.NON_TACT, "PG-3b", non_tact, "Recommended by Pathfinder", before_months, on),
    )


def _dated(group: Group, rule: str, applies: bool, what: str, window: PriorityWindow | None, on: date) -> _Answer:
    if not applies:
        return _Answer(group, rule)
    if window is None:
        return _Answer(group, rule, found=f"{what}, release date unknown: decide", undecided=True)
    holds = window.opens_on <= on <= window.closes_on
    found = f"{what}, from {window.opens_on} to release {window.closes_on}: {'in' if holds else 'not in'} on {on}"
    return _Answer(group, rule, holds=holds, found=found, window=window)


def _shielding(facts: PriorityFacts) -> _Answer:
    """PG-4: while advised to shield."""
    return _Answer(Group.SHIELDING, "PG-4", facts.shielding, "Advised to shield" if facts.shielding else "")


def _local(facts: PriorityFacts) -> _Answer:
    """PG-5: the governor's addition, once the PGD has agreed."""
    if not facts.local_group:
        return _Answer(Group.LOCAL, "PG-5")
    found = f"Local addition, {'agreed' if facts.pgd_agreed else 'not agreed'} by the Prison Group Director"
    return _Answer(Group.LOCAL, "PG-5", facts.pgd_agreed, found)
