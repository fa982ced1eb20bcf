"""What one person's facts answer, in words, with the steps to each. Nothing is read or written here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from handover.models import Responsibility
from handover.policy import reason_words
from handover.rules import state_step
from handover.timetable import Task, Timetable, timetable
from handover.timetable.calculate import facts_of
from handover.timetable.citations import RULES_BY_ID
from handover.timetable.policy import Cause, Kind
from omic.formats import day, moment, plural
from omic.models import LegalStatus, ObligationState
from omic.models.obligation import OWNERS
from omic.policy import RenderedStep, Steps, render_steps
from tiering.policy import STORED_RULES_BY_ID as TIER_RULES
from tiering.rules import Tier, TierFacts, community_tier, custody_tier, has_tier

Facts = Mapping[str, Any]
DutyKey = tuple[Kind, Cause]

RELEASE_DATES = {
    "ard": "ARD", "crd": "CRD", "ped": "PED", "ted": "TED", "thd": "target hearing date", "hdced": "HDCED",
    "hdc_actual": "HDC granted",
}  # fmt: skip
# The roll's code by which tiering asks for each of the rules' own.
ROLL_STATUS = {
    "sentenced": LegalStatus.SENTENCED,
    "remand": LegalStatus.REMAND,
    "civil": LegalStatus.CIVIL_PRISONER,
    "immigration": LegalStatus.IMMIGRATION_DETAINEE,
}
CODES = {
    "none": "None",
    "pom": "POM",
    "com": "COM",
    "com_with_pom_sections": "COM, with sections by the POM",
    "com_oasys_review": "the COM's OASys review",
    "mappa_2_or_3_active": "MAPPA level 2 or 3",
    "outcome": "the outcome of the review",
    "pom_assigned": "POM",
    "key_worker_contact": "contact with the key worker",
    "key_worker_assigned": "key worker",
}


@dataclass(frozen=True, slots=True)
class Said:
    """One answer in words, a line each; the steps to it, where it has steps of its own; `on` is the date it gives."""

    lines: tuple[str, ...]
    steps: Sequence[RenderedStep] = ()
    on: date | None = None


class Group(NamedTuple):
    """Answers by their labels, and the steps to all of them."""

    said: Mapping[str, Said]
    steps: Sequence[RenderedStep]


class Answers(NamedTuple):
    """What one set of facts answers: groups by their titles, and the duties."""

    groups: Mapping[str, Group]
    duties: Mapping[DutyKey, Task]


def ask(facts: Facts) -> Answers:
    """The answers to one person's facts, by the calculator's names, `today` and `policy_version` among them.

    Beside them stand `rsr` and, where somebody looked them up, the community tier's `additional` factors.
    """
    on = facts["today"]
    found = timetable(facts_of(dict(facts), on=on), policy=facts["policy_version"])
    groups = {
        "Responsibility and handover": _case(found, on),
        "Tier": _tiers(facts),
        "What follows from the case": _beside(found),
    }
    return Answers(groups, {(task.kind, task.cause): task for task in found.tasks})


def _case(found: Timetable, on: date) -> Group:
    outcome, determined = found.determination, found.determination.value
    by_day, release = state_step(determined, on), determined.earliest_release
    who = Responsibility(found.responsibility).label if found.responsibility else "Nobody: not a case"
    said = {
        "Responsible": Said((who,)),
        "COM supports from": _dated(determined.start_on),
        "Handover": _dated(determined.handover_on),
        "Reason": Said((reason_words(outcome.reason, outcome.policy),)),
        "Earliest release": Said((f"{RELEASE_DATES[release.kind]}, {day(release.on)}",), on=release.on)
        if release
        else Said(("Not known",)),
        "What keeps the case with the COM": _listed(determined.blocking),
        "Provisional": Said(("Yes: the provider is not known",) if determined.provisional else ("No",)),
    }
    return Group(said, _rendered((*outcome.steps, *([by_day] if by_day else []))))


def _dated(on: date | None) -> Said:
    return Said((day(on) or "No date applies",), on=on)


def _listed(codes: Sequence[str], none: str = "Nothing") -> Said:
    return Said((_sentence(", ".join(map(_words, codes))) or none,))


def _beside(found: Timetable) -> Group:
    early, parole = found.early_allocation, found.parole
    said = {
        "Full OASys (layer 3)": _yes_no(found.layer3_in_scope),
        "Additional tasks of a full case": _yes_no(found.additional_tasks),
        "How the case is handed over": _code(found.handover_form),
        "Class of early allocation": _code(early.allocation_class),
        "Early allocation may be referred": _yes_no(early.can_submit),
        "What the referral still lacks": _listed(early.missing),
        "Who writes the parole report": _code(parole.report_author),
        "Who attends the hearing": _listed(parole.hearing_attendees, "Nobody"),
        "HOMD may override the move back to the POM": _yes_no(parole.homd_override_available),
        **_recall(found),
    }
    return Group(said, _rendered(found.steps))


def _recall(found: Timetable) -> dict[str, Said]:
    recall = found.recall
    if recall is None:
        return {}
    onward = f", then {_words(recall.onward_function)}" if recall.onward_function else ""
    return {
        "Where a recalled person goes": Said((f"{_sentence(_words(recall.function))}{onward}",)),
        "Term of the recall": Said((plural(recall.term_days, "day,days") if recall.term_days else "No fixed term",)),
        "Key work after recall": _yes_no(recall.key_work),
        "1-to-1 with the POM after recall": _yes_no(recall.one_to_one),
    }


def _tiers(facts: Facts) -> Group:
    status = has_tier(ROLL_STATUS[facts["legal_status"]])
    if not status.value:
        none = Said(("None: not serving a sentence",))
        return Group({"Custody tier": none, "Community tier": none}, render_steps(status.steps, TIER_RULES))
    known = tier_facts(facts)
    custody, community = custody_tier(known), community_tier(known)
    said = {"Custody tier": _tier(custody.value), "Community tier": _tier(community.value)}
    return Group(said, render_steps((*custody.steps, *community.steps), TIER_RULES))


def tier_facts(facts: Facts) -> TierFacts:
    """What tiering reads of the facts."""
    additional = facts.get("additional")
    read = {name: facts.get(name) for name in ("rosh", "mappa_level", "rsr", "sex")}
    return TierFacts(**read, additional_known=additional is not None, **(additional or {}))


def _tier(tier: Tier) -> Said:
    doubt = ", provisional" if tier.provisional else ""
    return Said((f"{tier.letter}, {plural(tier.points, 'point,points')}{doubt}",))


def duty(task: Task) -> Said:
    """A duty: by when, whose, and what else is said of it."""
    others = f", with {', '.join(OWNERS[role] for role in task.with_)}" if task.with_ else ""
    lines = (
        _due(task),
        f"{OWNERS[task.owner]}{others}",
        f"Opens on {day(task.opens_on)}" if task.opens_on else "",
        f"Until {day(task.until)}" if task.until else "",
        f"Still missing: {', '.join(map(_words, task.missing))}" if task.missing else "",
    )
    return Said(tuple(filter(None, lines)), _rendered(task.steps), task.due_on)


def _due(task: Task) -> str:
    when = moment(task.due_at) or day(task.due_on)
    due = f"Due by {when}" if when else "No deadline"
    return due if task.state == ObligationState.OPEN else f"{state(task)}. {due}"


def state(task: Task) -> str:
    """The state of a duty in a word."""
    return ObligationState(task.state).label


def _yes_no(value: bool) -> Said:
    return Said(("Yes" if value else "No",))


def _code(code: str | None) -> Said:
    return Said((_sentence(_words(code)) if code else "Nobody",))


def _words(code: str) -> str:
    return CODES.get(code) or code.replace("_", " ")


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _rendered(steps: Steps) -> Sequence[RenderedStep]:
    return render_steps(steps, RULES_BY_ID)
