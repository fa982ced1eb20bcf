"""What must hold of `contact` for any facts, on any day."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from keywork.calculate.contact import answer
from omic.policy import DEFAULT_POLICY

MONDAY = date(2026, 3, 2)
near = st.integers(-21, 42).map(lambda number: (MONDAY + timedelta(days=number)).isoformat())
several = st.lists(near, max_size=12)
said = st.booleans()
notes = st.fixed_dictionaries(
    {"on": near}, optional={"type": st.sampled_from(["session", "entry"]), "minutes": st.integers(0, 120)}
)
suspensions = st.tuples(near, near, st.sampled_from([None, "", "Governor"])).map(
    lambda one: {"from": min(one[:2]), "to": max(one[:2]), "approved_by": one[2]}
)
FACTS: dict[str, st.SearchStrategy[Any]] = {
    "estate": st.sampled_from(["men_closed", "men_open", "women"]),
    "regime_level": st.sampled_from([1, 2, 3, 4, 4]),
    "level_4_from": near,
    "month": st.just("2026-03"),
    "legal_status": st.sampled_from(["sentenced", "remand"]),
    "complexity": st.sampled_from(["low", "medium", "high"]),
    "cohort": st.sampled_from(["daily", "weekly"]),
    "frequency": st.sampled_from(["weekly", "fortnightly"]),
    "prison_function": st.sampled_from(["long_term_training", "other"]),
    "pgd_approved": said,
    "acct": st.sampled_from(["open", "open", "post_closure", "closed"]),
    "acct_kept": said,
    "rosh": st.sampled_from(["high", "low"]),
    "release_on": near,
    "sessions": st.lists(near | notes, max_size=6),
    "checks": several,
    "pom_engagements": st.lists(near | st.fixed_dictionaries({"on": near, "minutes": st.integers(0, 60)}), max_size=4),
    "key_work_not_possible_from": near,
    "no_key_worker_from": near,
    "previous_week_missed": said,
    "out_on": several,
    "suspensions": st.lists(suspensions, max_size=3),
    "youth_arrived_at": near.map(lambda day: f"{day}T11:00"),
    "planning_meeting_on": near,
}
people = st.fixed_dictionaries({"week_start": st.just(MONDAY.isoformat()), "today": near}, optional=FACTS)
quick = settings(max_examples=200, deadline=None)


def owed(facts: dict[str, Any]) -> list[dict[str, Any]]:
    return answer(facts, on=MONDAY, policy=DEFAULT_POLICY)["obligations"]


@given(people)
@quick
def test_each_obligation_agrees_with_itself(facts: dict[str, Any]) -> None:
    for one in owed(facts):
        last = one["due_on"][-1]
        assert one["count"] > 0
        assert one["shortfall"] == max(0, one["count"] - one["done"])
        assert one["due_on"] == sorted(set(one["due_on"]))
        assert set(one["missed"]) <= {day for day in one["due_on"] if day < facts["today"]}
        assert (one["state"] == "met") == (one["shortfall"] == 0)
        assert one["state"] != "open" or facts["today"] <= last
        assert one["state"] != "missed" or (one["missed"] and one["basis"] in ("owed", "floor"))
        assert one["state"] != "not_met" or one["basis"] in ("target", "where_possible")


@given(people)
@quick
def test_one_cadence_a_period_and_daily_checks_that_nothing_waives(facts: dict[str, Any]) -> None:
    found = owed(facts)
    assert len({(one["kind"], one["period"]) for one in found}) == len(found)
    assert {one["period"] for one in found if one["kind"] == "session"} in (
        set(), {"week"}, {"fortnight"}, {"month"}, {"week", "month"}, {"fortnight", "month"},
    )  # fmt: skip
    for one in found:
        assert one["state"] != "waived" or one["kind"] == "weekly_check"
        if one["kind"] == "daily_check":
            assert one["count"] == len(one["due_on"])
            assert not set(one["due_on"]) & set(facts.get("out_on", ()))


@given(people)
@quick
def test_nothing_is_owed_to_somebody_who_is_not_here(facts: dict[str, Any]) -> None:
    assert owed({**facts, "here_from": "2026-04-20"}) == []
    assert owed({**facts, "here_to": "2026-02-01"}) == []


@given(people)
@quick
def test_only_an_approved_suspension_excepts(facts: dict[str, Any]) -> None:
    unnamed = [{**one, "approved_by": None} for one in facts.get("suspensions", ())]
    assert all(one["state"] != "excepted" for one in owed({**facts, "suspensions": unnamed}))


@given(people)
@quick
def test_a_session_more_never_leaves_more_undone(facts: dict[str, Any]) -> None:
    more = [*facts.get("sessions", ()), "2026-03-04"]
    before = {(one["kind"], one["period"]): one for one in owed(facts)}
    for one in owed({**facts, "sessions": more}):
        earlier = before.get((one["kind"], one["period"]))
        assert earlier is None or one["shortfall"] <= earlier["shortfall"]
