"""The calculator kind `key-worker-allocation`: one run, as the *recommend* page computes it."""

from datetime import date
from typing import Any

from keywork.calculate.readers import list_of, rows_by
from keywork.policy import RULES_BY_ID
from keywork.recommend import Cost, PastKeyWorker, PersonToPlace, Suggestion, Worker, recommend
from omic.calculator import COMMON, Given, Reader, because, day, one_of, read_facts, record, text, whole, yes_no
from omic.policy import render_steps

STATUSES = ("active", "annual_leave", "long_term_absence", "no_prisoner_contact", "inactive")
_CAPACITY = whole(0, 999)

PAST: dict[str, Reader] = {"staff": text, "from": day, "ended_because": one_of("manager", "other")}
PERSON: dict[str, Reader] = {
    "number": text,
    "surname": text,
    "forename": text,
    "wing": text,
    "complexity": one_of("low", "medium", "high"),
    "allocated": yes_no,
    "waiting_since": day,
    "previous_key_workers": list_of(record(PAST)),
    "do_not_pair": list_of(text),
}
KEY_WORKER: dict[str, Reader] = {
    "staff": text,
    "status": one_of(*STATUSES),
    "has_role": yes_no,
    "trained": yes_no,
    "capacity": _CAPACITY,
    "held": whole(0, 9999),
    "wings": list_of(text),
}
FACTS: dict[str, Reader] = {
    "prison": record({"capacity": _CAPACITY}),
    "people": rows_by("number", record(PERSON)),
    "key_workers": rows_by("staff", record(KEY_WORKER)),
}
READERS = COMMON | FACTS


def answer(given: Given, *, on: date, policy: str) -> dict[str, object]:  # noqa: ARG001 one rule set by date
    """The pairs recommended for one prison, who is left and why, and what each pair costs. Raises BadFactsError."""
    known = read_facts(given, READERS)
    outcome = recommend(
        [_person(row) for row in known.get("people", ())],
        [_worker(row) for row in known.get("key_workers", ())],
        on=known.get("today", on),
        capacity=known.get("prison", {}).get("capacity"),
    )
    found = outcome.value
    return {
        "policy": outcome.policy,
        "pairs": [[pair.number, pair.staff] for pair in found.pairs],
        "unallocated": [{"number": left.number, "why": left.why} for left in found.unallocated],
        "excluded": [{"number": left.number, "why": left.why} for left in found.excluded],
        "loads": found.loads,
        "terms": [_terms(pair) for pair in found.pairs],
        "because": because(render_steps(outcome.steps, RULES_BY_ID)),
    }


def _person(row: dict[str, Any]) -> PersonToPlace:
    past = (_past(time) for time in row.pop("previous_key_workers", ()) if "staff" in time)
    return PersonToPlace(past_key_workers=tuple(past), not_with=frozenset(row.pop("do_not_pair", ())), **row)


def _past(time: dict[str, Any]) -> PastKeyWorker:
    return PastKeyWorker(time["staff"], time.get("from"), time.get("ended_because") == "manager")


def _worker(row: dict[str, Any]) -> Worker:
    return Worker(wings=frozenset(row.pop("wings", ())), **row)


def _terms(pair: Suggestion) -> dict[str, object]:
    other = pair.next_best
    return {
        "number": pair.number,
        "staff": pair.staff,
        "cost": _cost(pair.cost),
        "because": list(pair.because),
        "next_best": None if other is None else {"staff": other.staff, "cost": _cost(other.cost)},
    }


def _cost(cost: Cost) -> dict[str, object]:
    """The cost in the order in which it counts; the load to four decimals, half to even."""
    load = float(round(cost.load, 4))
    return {"not_previous": cost.not_previous, "other_wing": cost.other_wing, "load": load}
