"""What must hold of the timetable for any facts, on any day and under any version."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from handover.policy import Responsibility
from handover.rules import HandoverFacts, Override, determine, state_on
from handover.timetable import (
    EarlyAllocationFacts,
    HospitalFacts,
    OasysFacts,
    PersonFacts,
    RecallFacts,
    Task,
    TimetableFacts,
    YouthFacts,
    timetable,
)
from handover.timetable.citations import RULES_BY_ID
from handover.timetable.policy import CONTACT_MONTHS, RECALL_TERMS, Kind, Owner, State
from omic.calculator import moment
from omic.policy import POLICY_IDS

HOSPITAL_KINDS = {
    Kind.OASYS_SIGNIFICANT_EVENT,
    Kind.OASYS_BEFORE_REMISSION,
    Kind.AFTERCARE_MEETING,
    Kind.HOSPITAL_LIAISON,
}
days = st.dates(date(2015, 1, 1), date(2032, 12, 31))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))
maybe, maybe_at, said = st.none() | days, st.none() | moments, st.booleans()


def facts_of(kind: type[Any], **known: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Facts of one theme: yes/no facts, moments and days are drawn by what they are, the others as said."""
    rest = {name: written for name, written in kind.__annotations__.items() if name not in known}
    return st.builds(kind, **{name: drawn(name, written) for name, written in rest.items()}, **known)


def drawn(name: str, written: object) -> st.SearchStrategy[Any]:
    if written is bool:
        return said
    return maybe_at if name.endswith("_at") else maybe


def one_of(*codes: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, *codes])


handovers = facts_of(
    HandoverFacts,
    today=days,
    sentence_type=st.sampled_from(["determinate", "indeterminate"]),
    legal_status=st.sampled_from(["sentenced", "sentenced", "sentenced", "remand", "civil", "immigration"]),
    provider=one_of("nps", "crc"),
    mappa_level=st.sampled_from([None, 0, 1, 2, 3]),
    parole_outcome=one_of("release", "not_release", "deferred"),
    recall_hearing_outcome=one_of("release", "not_release"),
    override=st.none() | st.builds(Override, st.sampled_from([Responsibility.POM, Responsibility.COM]), days),
)
any_facts = st.builds(
    TimetableFacts,
    handover=handovers,
    person=facts_of(PersonFacts, rosh=one_of(*CONTACT_MONTHS), sex=one_of("male", "female")),
    oasys=facts_of(OasysFacts, handover_oasys_reason=one_of("Recent")),
    early=facts_of(EarlyAllocationFacts, mappa_level_needed=st.sampled_from([None, 1, 2, 3]), rationale=one_of("Time")),
    recall=facts_of(RecallFacts, recall_type=one_of("standard", *RECALL_TERMS)),
    youth=facts_of(YouthFacts),
    hospital=facts_of(HospitalFacts),
)
policies = st.sampled_from(POLICY_IDS)


def key(task: Task) -> tuple[object, ...]:
    return task.kind, task.cause, task.due_on, task.due_at


@given(any_facts, policies)
@settings(max_examples=300, deadline=None)
def test_duties_are_in_order_and_cited(facts: TimetableFacts, policy: str) -> None:
    found = timetable(facts, policy=policy)
    for task in found.tasks:
        assert task.due_on is None or task.due_at is None
        assert task.opens_on is None or task.due_on is None or task.due_on >= task.opens_on
        assert task.until is None or task.due_on is None or task.due_on <= task.until
        assert task.rule in [step.rule_id for step in task.steps]
        assert {step.rule_id for step in task.steps} <= set(RULES_BY_ID)
        assert (task.state is State.MET) <= (task.missing == ())
    assert {step.rule_id for step in found.steps} <= set(RULES_BY_ID)
    assert len({(task.kind, task.cause) for task in found.tasks}) == len(found.tasks)
    assert len({task.steps for task in found.tasks}) == len(found.tasks)


@given(any_facts, policies, st.integers(1, 3000))
@settings(max_examples=200, deadline=None)
def test_what_is_met_or_waived_stays_so(facts: TimetableFacts, policy: str, later: int) -> None:
    handover = replace(facts.handover, today=facts.handover.today + timedelta(days=later))
    decided = facts.handover.override
    if decided is not None:  # by people, who may open again what was met: one that begins in between is another case
        assume(not facts.handover.today < decided.from_on <= handover.today)
    then = {key(task): task.state for task in timetable(replace(facts, handover=handover), policy=policy).tasks}
    for task in timetable(facts, policy=policy).tasks:
        if task.state is not State.OPEN:
            assert then.get(key(task), State.MET) in (State.MET, task.state)


@given(any_facts, policies)
@settings(max_examples=100, deadline=None)
def test_hospital_adds_its_own_kinds_alone(facts: TimetableFacts, policy: str) -> None:
    inside = timetable(facts, policy=policy)
    outside = timetable(replace(facts, hospital=HospitalFacts()), policy=policy)
    assert set(outside.tasks) <= set(inside.tasks)
    assert {task.kind for task in set(inside.tasks) - set(outside.tasks)} <= HOSPITAL_KINDS


@given(any_facts, policies)
@settings(max_examples=100, deadline=None)
def test_the_responsible_managers_duties_are_those_of_the_due_day(facts: TimetableFacts, policy: str) -> None:
    for task in timetable(facts, policy=policy).tasks:
        if task.follows_responsible:
            on = task.due_on or facts.handover.today
            state = state_on(determine(replace(facts.handover, today=on), policy=policy).value, on)
            assert task.owner == (Owner.COM if state == "COM" else Owner.POM)


@given(any_facts, policies)
@settings(max_examples=100, deadline=None)
def test_without_a_sentence_there_is_neither_oasys_nor_handover(facts: TimetableFacts, policy: str) -> None:
    remand = replace(facts, handover=replace(facts.handover, legal_status="remand"), hospital=HospitalFacts())
    found = timetable(remand, policy=policy)
    assert not any(task.kind.startswith(("oasys", "ea_", "parole", "recall")) for task in found.tasks)
    assert (found.layer3_in_scope, found.additional_tasks, found.handover_form) == (False, False, "none")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-31T14:30", datetime(2026, 3, 31, 13, 30, tzinfo=UTC)),
        ("2026-10-25T01:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25T01:30Z", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-10-25T01:30+01:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_londons_unless_it_says_otherwise(written: str, read: datetime) -> None:
    assert moment(written) == read
