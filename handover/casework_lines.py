"""The lines of a handover as its page shows them: what each is, how it stands, by whom, and where it is done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse

from handover.casework import Handover
from handover.casework_actions import may_take_back
from handover.models import HandoverStep
from handover.policy.casework import COM_VISITS
from handover.timetable.casework import Item, Line
from handover.timetable.policy import HandoverForm
from omic.access import Action
from omic.http import PrisonRequest
from omic.models import Obligation, ObligationKind
from omic.why import rulebook

Kind = HandoverStep.Kind
WORDS = {
    Item.OASYS: "OASys reviewed before the handover",
    Item.COM_NAMED: "COM named",
    Item.COM_CONTACT: "Contact with the COM",
    Item.MAPPA_SCREEN: "MAPPA screen by the COM",
    Item.MEETING: "Handover meeting",
    Item.REPORT: "Handover report sent",
    Item.RECORDED: "Handover recorded",
    Item.LICENCE: "Licence conditions explained",
    Item.RELEASE_REPORT: "Pre-release board or report",
    Item.COM_VISITS: "Times the COM saw the person",
}
FORM_WORDS = {
    HandoverForm.MEETING: "Handover meeting",
    HandoverForm.REPORT: "Handover report",
    HandoverForm.NONE: "None: the case is the community’s from the start",
}
# The steps that are recorded for each line, with the words of the link.
STEPS: dict[Item, tuple[tuple[Kind, str], ...]] = {
    Item.OASYS: ((Kind.OASYS_REVIEWED, "Record the review"), (Kind.OASYS_NOT_NEEDED, "It is not needed")),
    Item.COM_CONTACT: ((Kind.COM_CONTACT, "Record a contact"),),
    Item.MAPPA_SCREEN: ((Kind.MAPPA_SCREEN, "Record it"),),
    Item.MEETING: ((Kind.MEETING, "Record the meeting"),),
    Item.LICENCE: ((Kind.LICENCE, "Record it"),),
    Item.RELEASE_REPORT: ((Kind.RELEASE_REPORT, "Record it"),),
    Item.COM_VISITS: ((Kind.COM_VISIT, "Record a visit"),),
}
AGAIN = (Item.COM_CONTACT, Item.COM_VISITS)
# The duties that show, without a step, that a line is done.
DUTIES = {
    Item.OASYS: (ObligationKind.OASYS_HANDOVER, ObligationKind.OASYS_PAROLE),
    Item.RECORDED: (ObligationKind.HANDOVER,),
    Item.RELEASE_REPORT: (ObligationKind.PRE_RELEASE_BOARD,),
}


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step, and where it is taken back, for whoever may."""

    step: HandoverStep
    take_back: str = ""


@dataclass(frozen=True, slots=True)
class LineShown:
    """One line: `links` are words and addresses, the first of them the page's own button where `first`."""

    words: str
    rule: str
    rule_words: str
    done: bool
    asked: bool
    first: bool
    steps: Sequence[StepShown]
    duty: Obligation | None
    count: str
    links: Sequence[tuple[str, str]]

    @property
    def beside(self) -> bool:
        """Recorded, though nothing asks for it in this case."""
        return not self.asked and not self.count


def lines_of(request: PrisonRequest, handover: Handover, *, works: bool) -> list[LineShown]:
    """Every line of the handover; links for whoever works on it."""
    work = handover.outcome.value
    return [_line(request, handover, line, first=line.item == work.first, works=works) for line in work.lines]


def _line(request: PrisonRequest, handover: Handover, line: Line, *, first: bool, works: bool) -> LineShown:
    duties = [duty for duty in handover.duties if duty.kind in DUTIES.get(line.item, ())]
    return LineShown(
        words=WORDS[line.item],
        rule=line.rule,
        rule_words=rulebook()[line.rule].words,
        done=line.done,
        asked=line.asked,
        first=first,
        steps=[_step(request, step, works=works) for step in handover.of(line.item)],
        duty=duties[0] if duties else None,
        count=f"{handover.visits} of {COM_VISITS}" if line.item == Item.COM_VISITS else "",
        links=list(_links(request, line)) if works else [],
    )


def _step(request: PrisonRequest, step: HandoverStep, *, works: bool) -> StepShown:
    if not works or not may_take_back(step, roles=request.standing.roles, on=request.on):
        return StepShown(step)
    return StepShown(step, reverse("handover:step-take-back", args=[request.prison.pk, request.person.ref, step.pk]))


def _links(request: PrisonRequest, line: Line) -> Iterator[tuple[str, str]]:
    args = [request.prison.pk, request.person.ref]
    if line.done and line.item not in AGAIN:
        return
    for kind, words in STEPS.get(line.item, ()):
        yield words, reverse(f"handover:step-{kind.value}", args=args)
    if line.item == Item.REPORT:
        yield "Write the report", reverse("handover:report", args=args)
    if line.item == Item.RECORDED:
        yield "Record the handover", reverse("handover:record", args=args)
    if line.item == Item.COM_NAMED and request.standing.may(Action.EDIT_DETAILS):
        yield "Enter the COM", reverse("edit-details", args=args)
