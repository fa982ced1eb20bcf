"""What a handover is made of, what of it is done, and what comes first (rulebook 5d). Pure.

The form is HO-30's (`handover_form`), unless somebody has decided on another with a reason. What goes with the case and
not with how it is told (HO-32, HO-33, HO-40) goes by HO-30's form whatever was decided.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from handover.policy import Responsibility
from handover.policy.casework import BEGINS_DAYS, COM_VISITS
from handover.timetable.policy import HandoverForm
from omic.policy import Outcome, Step


class Item(StrEnum):
    """One thing that a handover may be made of."""

    OASYS = "oasys"
    COM_NAMED = "com_named"
    COM_CONTACT = "com_contact"
    MAPPA_SCREEN = "mappa_screen"
    MEETING = "meeting"
    REPORT = "report"
    RECORDED = "recorded"
    LICENCE = "licence"
    RELEASE_REPORT = "release_report"
    COM_VISITS = "com_visits"


class Stage(StrEnum):
    """Where the casework stands. The words are in STAGES."""

    NOT_A_CASE = "not_a_case"
    NO_DATE = "no_date"
    NOT_YET = "not_yet"
    UNDER_WAY = "under_way"
    COMPLETE = "complete"


STAGES = {
    Stage.NOT_A_CASE: "Nobody’s case: there is nothing to hand over.",
    Stage.NO_DATE: "The POM has the case, and no handover date applies.",
    Stage.NOT_YET: "Nothing has to be done yet.",
    Stage.UNDER_WAY: "Under way.",
    Stage.COMPLETE: "Everything is done.",
}


# What may be done, and counted as done, though nothing asks for it in this case; the rule that tells what it is.
BESIDE = {
    Item.OASYS: "HO-32",
    Item.MAPPA_SCREEN: "HO-33",
    Item.MEETING: "HO-30",
    Item.REPORT: "HO-30",
    Item.LICENCE: "HO-35",
    Item.RELEASE_REPORT: "HO-40",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseworkFacts:
    """What is known of one handover on `today`.

    `ruled` is the form that HO-30 gives, `decided` the one decided on instead. `oasys_owed`: the OASys before handover
    is a duty of the timetable, open or not. `duty`: there is, or was, a duty to hand over. `owed_on` is the day on
    which the first of its duties that wait is due. `done` is what is done already, by a step or by a fact; `visits` the
    times the COM has seen the person.
    """

    today: date
    ruled: HandoverForm
    decided: HandoverForm | None = None
    responsibility: Responsibility | None = None
    handover_on: date | None = None
    start_on: date | None = None
    from_the_start: bool = False
    indeterminate: bool = False
    oasys_owed: bool = False
    duty: bool = False
    owed_on: date | None = None
    done: frozenset[Item] = frozenset()
    visits: int = 0


class Line(NamedTuple):
    """One line of what a handover is made of; the rule that asks for it. `asked` is false for a mere counter, and for
    what is done though nothing asks for it here."""

    item: Item
    rule: str
    done: bool
    asked: bool = True


class Casework(NamedTuple):
    """A handover's form and lines in the order in which they are done; `first` is what to do now, if anything is."""

    form: HandoverForm
    lines: tuple[Line, ...]
    first: Item | None
    begins_on: date | None


def casework(facts: CaseworkFacts, *, policy: str) -> Outcome[Casework]:
    """The form, what belongs to it, and what comes first; the reason is the Stage that the casework is in."""
    form = facts.decided or facts.ruled
    lines = tuple(_every_line(facts, form))
    begins_on = _begins_on(facts)
    stage = _stage(facts, lines, begins_on)
    open_lines = (line.item for line in lines if line.asked and not line.done)
    first = next(open_lines, None) if stage is Stage.UNDER_WAY else None
    return Outcome(Casework(form, lines, first, begins_on), stage, policy, tuple(_steps(facts, begins_on)))


def _begins_on(facts: CaseworkFacts) -> date | None:
    """HO-24: eight weeks before the handover, or what is owed before it; no later than the COM's part begins."""
    if facts.handover_on is None:
        return None
    first_on = min(facts.handover_on, facts.owed_on or facts.handover_on)
    ahead = first_on - timedelta(days=BEGINS_DAYS)
    return min(ahead, facts.start_on) if facts.start_on else ahead


def _stage(facts: CaseworkFacts, lines: tuple[Line, ...], begins_on: date | None) -> Stage:
    if facts.responsibility is None:
        return Stage.NOT_A_CASE
    if facts.responsibility == Responsibility.POM:
        if begins_on is None:
            return Stage.NO_DATE
        if begins_on > facts.today:
            return Stage.NOT_YET
    return Stage.COMPLETE if all(line.done or not line.asked for line in lines) else Stage.UNDER_WAY


def _every_line(facts: CaseworkFacts, form: HandoverForm) -> Iterator[Line]:
    """The lines that are asked for; then what is recorded beside them, so that it is seen and can be taken back."""
    asked = tuple(_lines(facts, form))
    beside = facts.done - {line.item for line in asked} - {Item.RECORDED}
    yield from asked
    yield from (Line(item, rule, done=True, asked=False) for item, rule in BESIDE.items() if item in beside)
    yield Line(Item.COM_VISITS, "HO-38", facts.visits >= COM_VISITS, asked=False)


def _lines(facts: CaseworkFacts, form: HandoverForm) -> Iterator[Line]:
    """In the order in which they are done: what the POM has to bring, the COM, the handover itself, then release."""
    ruled_meeting = facts.ruled == HandoverForm.MEETING
    if not facts.from_the_start and (ruled_meeting or facts.oasys_owed):
        yield _line(facts, Item.OASYS, "HO-32")
    yield _line(facts, Item.COM_NAMED, "HO-24")
    yield _line(facts, Item.COM_CONTACT, "HO-33")
    if ruled_meeting or facts.from_the_start:
        yield _line(facts, Item.MAPPA_SCREEN, "HO-34" if facts.from_the_start else "HO-33")
    if form == HandoverForm.MEETING:
        yield _line(facts, Item.MEETING, "HO-36" if facts.indeterminate else "HO-30")
    elif form == HandoverForm.REPORT:
        yield _line(facts, Item.REPORT, "HO-30")
    if facts.duty:
        yield _line(facts, Item.RECORDED, "HO-24")
    if not facts.indeterminate:
        yield _line(facts, Item.LICENCE, "HO-35")
        if not report_is_last(facts.ruled, form):
            yield _line(facts, Item.RELEASE_REPORT, "HO-40")


def report_is_last(ruled: HandoverForm, form: HandoverForm) -> bool:
    """HO-31: where the rule itself asks for the report, the one sent is also the POM's report before release."""
    return ruled == form == HandoverForm.REPORT


def _line(facts: CaseworkFacts, item: Item, rule: str) -> Line:
    return Line(item, rule, item in facts.done)


def _steps(facts: CaseworkFacts, begins_on: date | None) -> Iterator[Step]:
    if facts.decided:
        yield Step("HO-30", f"by decision: {facts.decided}; by the rule: {facts.ruled}")
    else:
        yield Step("HO-31" if facts.ruled == HandoverForm.REPORT else "HO-30", f"form: {facts.ruled}")
    if facts.from_the_start:
        yield Step("HO-34", "with the community from the start")
    if begins_on and facts.handover_on:
        earlier = facts.owed_on if facts.owed_on and facts.owed_on < facts.handover_on else None
        owed = f", something before it due {earlier}" if earlier else ""
        yield Step("HO-24", f"handover {facts.handover_on}{owed}: begins {begins_on}")
