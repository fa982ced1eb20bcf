"""The calculator kind `tasks`: every dated duty of the OMU for one person."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from handover.calculate import FACTS as HANDOVER_FACTS
from handover.rules import HandoverFacts, state_step
from handover.timetable.citations import RULES_BY_ID
from handover.timetable.facts import (
    EarlyAllocationFacts,
    HospitalFacts,
    OasysFacts,
    PersonFacts,
    Recall,
    RecallFacts,
    Task,
    Timetable,
    TimetableFacts,
    YouthFacts,
)
from handover.timetable.policy import RECALL_TERMS
from handover.timetable.timetable import timetable
from omic.calculator import (
    COMMON,
    BadFactsError,
    Given,
    Reader,
    because,
    day,
    iso,
    moment,
    one_of,
    read_facts,
    text,
    whole,
    yes_no,
)
from omic.calendar import london_clock
from omic.policy import Step, render_steps

HANDOVER: dict[str, Reader] = HANDOVER_FACTS | {"legal_status": one_of("sentenced", "remand", "civil", "immigration")}
PERSON: dict[str, Reader] = {
    "rosh": one_of("very_high", "high", "medium", "low"),
    "sex": one_of("male", "female"),
    "date_of_birth": day,
    "life": yes_no,
    "care_experienced": yes_no,
    "opd_screened_in": yes_no,
    "last_pom_contact_on": day,
    "no_pom_contact_since": day,
}
OASYS: dict[str, Reader] = {
    "last_oasys_on": day,
    "significant_event_oasys_on": day,
    "handover_oasys_not_needed": yes_no,
    "handover_oasys_reason": text,
    "confirmed_release_on": day,
}
EARLY: dict[str, Reader] = {
    "tact": yes_no,
    "separation_centre": yes_no,
    "cppc_in_principle": yes_no,
    "nca_case": yes_no,
    "scpo": yes_no,
    "high_profile": yes_no,
    "extremism_screening": yes_no,
    "mappa_level_needed": whole(1, 3),
    "mappa_exceptional": yes_no,
    "rationale": text,
}
RECALL: dict[str, Reader] = {"recall_type": one_of("standard", *RECALL_TERMS), "returned_at": moment}
YOUTH: dict[str, Reader] = {
    "transfer_planned_on": day,
    "pom_assigned": yes_no,
    "key_worker_assigned": yes_no,
    "key_worker_contacted": yes_no,
    "youth_arrived_at": moment,
    "pom_met_at": moment,
    "key_worker_met_at": moment,
    "planning_meeting_on": day,
    "closure_meeting_on": day,
}
HOSPITAL: dict[str, Reader] = {"hospital_transfer_on": day, "remission_planned_on": day, "remitted_on": day}
FACTS = HANDOVER | PERSON | OASYS | EARLY | RECALL | YOUTH | HOSPITAL
READERS = COMMON | FACTS


def answer(given: Given, *, on: date, policy: str) -> dict[str, object]:
    """Every duty and what is said of the case, for one person's facts. Raises BadFactsError."""
    known = read_facts(given, READERS)
    version = known.get("policy_version", policy)
    check_facts(known)
    found = timetable(facts_of(known, on=on), policy=version)
    early, parole = found.early_allocation, found.parole
    return {
        "policy": found.policy,
        "tasks": [_task(task) for task in found.tasks],
        "layer3_in_scope": found.layer3_in_scope,
        "additional_tasks": found.additional_tasks,
        "early_allocation_class": early.allocation_class,
        "early_allocation_can_submit": early.can_submit,
        "early_allocation_missing": list(early.missing),
        "handover_form": found.handover_form,
        "report_author": parole.report_author,
        "hearing_attendees": list(parole.hearing_attendees),
        "homd_override_available": parole.homd_override_available,
        "recall": _recall(found.recall),
        "because": because(render_steps(_steps(found, on=known.get("today", on)), RULES_BY_ID)),
    }


def facts_of(known: dict[str, Any], *, on: date) -> TimetableFacts:
    """The facts as read, by theme. A type of recall says that there was a recall, a life sentence is indeterminate."""
    handover = {"today": on, **_those(known, ("today", *HANDOVER))}
    if "recall_type" in known:
        handover.setdefault("recalled", True)
    if known.get("life"):
        handover.setdefault("sentence_type", "indeterminate")
    return TimetableFacts(
        handover=HandoverFacts(**handover),
        person=PersonFacts(**_those(known, PERSON)),
        oasys=OasysFacts(**_those(known, OASYS)),
        early=EarlyAllocationFacts(**_those(known, EARLY)),
        recall=RecallFacts(**_those(known, RECALL)),
        youth=YouthFacts(**_those(known, YOUTH)),
        hospital=HospitalFacts(**_those(known, HOSPITAL)),
    )


def _those(known: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: known[name] for name in names if name in known}


def check_facts(known: dict[str, Any]) -> None:
    """Facts that cannot be true together. Raises BadFactsError."""
    errors: dict[str, str] = {}
    start, sed = known.get("sentence_start"), known.get("sed")
    if start is not None and sed is not None and sed < start:
        errors["sed"] = f"is before the sentence starts, {start}"
    if known.get("handover_oasys_not_needed") and not known.get("handover_oasys_reason", "").strip():
        errors["handover_oasys_reason"] = "is needed where the handover OASys is not"
    if errors:
        raise BadFactsError(errors)


def _task(task: Task) -> dict[str, object]:
    return {
        "kind": task.kind,
        "owner": task.owner,
        "with": list(task.with_),
        "opens_on": iso(task.opens_on),
        "due_on": iso(task.due_on),
        "due_at": None if task.due_at is None else london_clock(task.due_at),
        "until": iso(task.until),
        "state": task.state,
        "missing": list(task.missing),
        "rule": task.rule,
    }


def _recall(recall: Recall | None) -> dict[str, object] | None:
    if recall is None:
        return None
    return {
        "function": recall.function,
        "onward_function": recall.onward_function,
        "override_by": recall.override_by,
        "term_days": recall.term_days,
        "key_work": recall.key_work,
        "one_to_one": recall.one_to_one,
    }


def _steps(found: Timetable, *, on: date) -> Iterable[Step]:
    """Responsibility first, then the answers, then each duty; what several of them stand on is said once."""
    state = state_step(found.determination.value, on)
    steps = (*found.determination.steps, *([state] if state else []), *found.steps)
    return dict.fromkeys((*steps, *(step for task in found.tasks for step in task.steps)))
