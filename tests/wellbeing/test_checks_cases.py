"""What is recorded of a woman, and which checks it meets or waives: case files that a policy officer can read."""

from datetime import date, datetime, time, timedelta
from itertools import groupby
from uuid import uuid4

import pytest
from django.db import transaction

from keywork.policy import RULES_BY_ID as KEY_WORK_RULES
from omic.calendar import LONDON, in_utc
from omic.models import Alert, DayOut, Obligation, Person, Prison, Staff, Stay, Suspension
from omic.obligations import stamp_missed
from omic.reconcile import reconcile, window_of
from tests.case_files import Case, read_cases
from tests.factories import CohortDecisionFactory, ContactFactory, PersonFactory, PrisonFactory, StaffFactory
from wellbeing.actions.checks import undo_check
from wellbeing.actions.cohorts import withdraw_decision
from wellbeing.models import Referral
from wellbeing.policy import RULES_BY_ID

CASES = read_cases("wellbeing_checks")
MONDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 22)
LONG_AGO = date(2026, 5, 1)
KINDS = {"daily_check": "daily", "weekly_check": "weekly", "cohort_review": "review", "step_down_talk": "talk"}


def noon(on: date) -> datetime:
    return in_utc(datetime.combine(on, time(12), tzinfo=LONDON))


def days(written: str) -> list[date]:
    """`2026-11-16..2026-11-18`, or one day."""
    first, _, last = written.partition("..")
    start, end = date.fromisoformat(first), date.fromisoformat(last or first)
    return [start + timedelta(days=number) for number in range((end - start).days + 1)]


def dated(written: str) -> list[tuple[date, str]]:
    """`2026-11-16 daily; 2026-11-18 weekly`."""
    return [(date.fromisoformat(one.split()[0]), one.split()[1]) for one in written.split("; ") if one]


def make(case: Case) -> Person:
    """The woman of a case, with everything that the case says of her."""
    women, by = PrisonFactory(code="EWI", estate="women"), StaffFactory(username="officer")
    arrived = date.fromisoformat(case["arrived"] or LONG_AGO.isoformat())
    person = PersonFactory(prison=women, arrived_on=arrived)
    groups, before = (["acct_open"] if "acct" in case["facts"] else []), ""
    for on, cohort in dated(case["cohort"]):
        decided_in = women if on >= arrived or not case["arrived"] else PrisonFactory(code="STI", estate="women")
        down = (before, cohort) == ("daily", "weekly")
        facts = {"cohort": cohort, "starts_on": on, "groups": groups, "stepped_down": down}
        CohortDecisionFactory(person=person, prison=decided_in, **facts)
        before = cohort
    for on, kind in dated(case["contacts"]):
        ContactFactory(person=person, kind=kind, at=noon(on), recorded_at=noon(on), by=by)
    for fact in filter(None, case["facts"].split("; ")):
        FACTS[fact.partition("=")[0]](person, women, days(fact.partition("=")[2]), by)
    return person


def be_out(person: Person, prison: Prison, on: list[date], by: Staff) -> None:
    for day in on:
        DayOut.objects.create(person=person, prison=prison, on=day, why="court", recorded_by=by, recorded_at=noon(day))


def suspend(person: Person, prison: Prison, on: list[date], by: Staff) -> None:
    asked, decided = {"asked_by": by, "asked_at": noon(on[0])}, {"decided_by": by, "decided_at": noon(on[0])}
    Suspension.objects.create(
        prison=prison, covers="checks", starts_on=on[0], ends_on=on[-1], because="x", approved=True, **asked, **decided
    )


def roll_out(person: Person, prison: Prison, on: list[date], by: Staff) -> None:
    prison.settings.create(kind="rolled_out", value="yes", starts_on=on[0], recorded_by=by, recorded_at=noon(on[0]))


def refer(person: Person, prison: Prison, on: list[date], by: Staff) -> None:
    Referral.objects.create(person=person, prison=prison, because="x", referred_by=by, referred_at=noon(on[0]))


def open_acct(person: Person, prison: Prison, on: list[date], by: Staff) -> None:
    seen = {"first_seen_at": noon(on[0]), "last_seen_at": noon(on[0])}
    Alert.objects.create(person=person, code="HA", starts_on=on[0], **seen)


FACTS = {"out": be_out, "suspended": suspend, "rolled_out": roll_out, "referred": refer, "acct": open_acct}


def leave(person: Person, on: date) -> None:
    Stay.objects.filter(person=person).update(left_on=on, ended_because="release")
    person.prison, person.wing, person.presence = None, None, "out"
    person.save()


def settle(person: Person, on: date) -> None:
    with transaction.atomic():
        reconcile([person.pk], window_of(on, noon(on), since=MONDAY))


def in_words(person: Person) -> str:
    """What stands of the week, and whether a review or a talk is open."""
    rows = person.obligations.filter(kind__in=KINDS).exclude(state="void").order_by("kind", "due_on")
    told = [row for row in rows if row.kind not in ("daily_check", "weekly_check") or MONDAY <= row.due_on <= SUNDAY]
    runs = groupby(enumerate(told), key=lambda one: (one[1].kind, one[1].state, _gap(*one)))
    words = [_run(kind, state, [row.slot.partition("@")[0] for _, row in run]) for (kind, state, _), run in runs]
    order = list(KINDS.values())
    return " | ".join(sorted(words, key=lambda one: order.index(one.split()[0])))


def _gap(number: int, row: Obligation) -> int:
    """The same for checks of one day after another."""
    return row.due_on.toordinal() - number if row.kind == "daily_check" and row.due_on else 0


def _run(kind: str, state: str, slots: list[str]) -> str:
    if kind not in ("daily_check", "weekly_check"):
        return f"{KINDS[kind]} {state}"
    span = slots[0] if len(slots) == 1 else f"{slots[0]}..{slots[-1]}"
    return f"{KINDS[kind]} {span} {state}"


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_what_each_record_meets(case: Case) -> None:
    person, today = make(case), date.fromisoformat(case["today"])
    settle(person, MONDAY if person.arrived_on <= MONDAY else person.arrived_on)
    if case["left"]:
        leave(person, date.fromisoformat(case["left"]))
    settle(person, today)
    stamp_missed("EWI", on=today, at=noon(today))
    reviewed = {one for one in case["expected"].split(" | ") if one.startswith("review")}
    found = [one for one in in_words(person).split(" | ") if reviewed or not one.startswith("review")]
    assert " | ".join(found) == case["expected"], case["note"]


def test_every_rule_of_the_cases_is_known() -> None:
    assert {case["rule"] for case in CASES} <= {*RULES_BY_ID, *KEY_WORK_RULES}


@pytest.mark.django_db
def test_a_check_taken_back_on_a_day_that_owed_none_after_all_is_no_miss() -> None:
    """She was checked, the decision was withdrawn that day, and days later the check turns out to be another's."""
    person, by = PersonFactory(prison=PrisonFactory(code="EWI", estate="women")), StaffFactory()
    decision = CohortDecisionFactory(person=person, starts_on=MONDAY, decided_at=noon(MONDAY))
    contact = ContactFactory(person=person, kind="check", at=noon(MONDAY), recorded_at=noon(MONDAY), by=by)
    settle(person, MONDAY)
    withdraw_decision(decision=decision, because="Another woman", by=by, at=noon(MONDAY))
    settle(person, MONDAY)
    on = MONDAY + timedelta(days=3)
    undo_check(contact=contact, because="Wrong person", request_id=uuid4(), by=by, at=noon(on))
    assert in_words(person) == "weekly 2026-11-16 open"


@pytest.mark.django_db
def test_a_day_out_told_after_the_next_check_is_no_miss() -> None:
    person, tuesday = PersonFactory(prison=PrisonFactory(code="EWI", estate="women")), MONDAY + timedelta(days=1)
    CohortDecisionFactory(person=person, starts_on=MONDAY)
    settle(person, MONDAY)
    ContactFactory(person=person, kind="check", at=noon(tuesday), recorded_at=noon(tuesday))
    settle(person, tuesday)
    stamp_missed("EWI", on=tuesday, at=noon(tuesday))
    be_out(person, person.prison, [MONDAY], StaffFactory())
    settle(person, tuesday)
    assert in_words(person) == "daily 2026-11-17 met | daily 2026-11-18..2026-11-22 open | review open"
