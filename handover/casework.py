"""One person's handover as pages show it: its form and lines by the rules, the steps, the report, and what is first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from handover.models import HandoverReport, HandoverStep
from handover.models.casework import FormDecision
from handover.timetable.case import case_of
from handover.timetable.casework import Casework, CaseworkFacts, Item, casework
from handover.timetable.policy import HandoverForm
from handover.timetable_cases import DutyCase, read_duties
from omic.models import CaseDetails, Obligation, ObligationKind, ObligationState, Person, Sentence
from omic.policy import Outcome

_Kind = HandoverStep.Kind
ITEM_OF = {
    _Kind.OASYS_REVIEWED: Item.OASYS,
    _Kind.OASYS_NOT_NEEDED: Item.OASYS,
    _Kind.COM_CONTACT: Item.COM_CONTACT,
    _Kind.MEETING: Item.MEETING,
    _Kind.REPORT: Item.REPORT,
    _Kind.MAPPA_SCREEN: Item.MAPPA_SCREEN,
    _Kind.LICENCE: Item.LICENCE,
    _Kind.RELEASE_REPORT: Item.RELEASE_REPORT,
}
DONE = (ObligationState.MET, ObligationState.WAIVED)


@dataclass(frozen=True, slots=True)
class Sent:
    """A report that was sent, and the step that was recorded with it: taken back, it counts as sent no more."""

    report: HandoverReport
    step: HandoverStep | None


@dataclass(frozen=True, slots=True)
class Handover:
    """One handover on a day. `steps` are those that count, `past` those taken back or ended; `duty` waits."""

    sentence: Sentence
    outcome: Outcome[Casework]
    decision: FormDecision | None
    steps: Sequence[HandoverStep]
    past: Sequence[HandoverStep]
    duties: Sequence[Obligation]
    draft: HandoverReport | None
    sent: Sequence[Sent]

    @property
    def duty(self) -> Obligation | None:
        """The duty to hand over that still waits."""
        waiting = (duty for duty in self.duties if duty.kind == ObligationKind.HANDOVER and not duty.closed_at)
        return next(waiting, None)

    @property
    def visits(self) -> int:
        return sum(step.kind == _Kind.COM_VISIT for step in self.steps)

    def of(self, item: Item) -> list[HandoverStep]:
        """The steps that count for one line."""
        if item == Item.COM_VISITS:
            return [step for step in self.steps if step.kind == _Kind.COM_VISIT]
        return [step for step in self.steps if ITEM_OF.get(_Kind(step.kind)) == item]


def current_sentence(person: Person) -> Sentence | None:
    """The sentence that is being served."""
    return person.sentences.filter(closed_at=None).first()


def look(person: Person, on: date) -> Handover | None:
    """The person's handover as it stands on a day; None without a sentence, or where no rule could be asked."""
    sentence = current_sentence(person)
    case = next(read_duties([person.pk], on), None) if sentence else None
    if sentence is None or case is None:
        return None
    every = list(person.handover_steps.select_related("recorded_by", "withdrawn_by", "sentence"))
    steps = [step for step in every if not step.withdrawn_at and not step.ended_at and step.sentence_id == sentence.pk]
    decision = person.handover_forms.filter(sentence=sentence).select_related("decided_by").first()
    duties = list(duties_of(person, sentence))
    done = frozenset(_done(person, steps, _of_this_handover(duties, every, sentence)))
    facts = _facts(case, steps, duties, decision, done, on)
    reports = list(person.handover_reports.filter(sentence=sentence).select_related("written_by"))
    return Handover(
        sentence=sentence,
        outcome=casework(facts, policy=case.timetable.policy),
        decision=decision,
        steps=steps,
        past=[step for step in every if step not in steps],
        duties=duties,
        draft=next((report for report in reports if report.sent_at is None), None),
        sent=[Sent(report, _sending(report, every)) for report in reports if report.sent_at],
    )


def _sending(report: HandoverReport, every: Sequence[HandoverStep]) -> HandoverStep | None:
    steps = (step for step in every if step.kind == _Kind.REPORT and step.sentence_id == report.sentence_id)
    return next((step for step in steps if step.recorded_at == report.sent_at), None)


def ruled_form(person: Person, on: date) -> HandoverForm | None:
    """The form that HO-30 gives, whatever was decided; None where no rule could be asked."""
    case = next(read_duties([person.pk], on), None)
    return case.timetable.handover_form if case else None


def duties_of(person: Person, sentence: Sentence) -> Iterator[Obligation]:
    """The duties that casework reads or settles, open or settled, of this sentence; those that wait come first."""
    # "-2" behind it: recorded, come back, and owed anew
    of_sentence = Q(slot__regex=rf"^(sentence|recall)-{sentence.pk}(-\d+)?$") | Q(slot__startswith="review-")
    oasys = Q(kind__in=(ObligationKind.OASYS_HANDOVER, ObligationKind.OASYS_PAROLE), slot=f"sentence-{sentence.pk}")
    board = Q(kind=ObligationKind.PRE_RELEASE_BOARD)
    if sentence.started_on:
        board &= Q(closed_at=None) | Q(closed_at__date__gte=sentence.started_on)
    rows = person.obligations.exclude(state=ObligationState.VOID).select_related("closed_by")
    found = rows.filter(Q(of_sentence, kind=ObligationKind.HANDOVER) | oasys | board)
    return iter(sorted(found, key=lambda duty: (duty.closed_at is not None, -duty.pk)))


def _of_this_handover(
    duties: Sequence[Obligation], every: Sequence[HandoverStep], sentence: Sentence
) -> list[Obligation]:
    """The duties without what was settled for a handover of the sentence that came to nothing (handover.resetting)."""
    ended = [step.ended_at for step in every if step.ended_at and step.sentence_id == sentence.pk]
    begun_at = max(ended, default=None)
    return [duty for duty in duties if not (duty.closed_at and begun_at) or duty.closed_at > begun_at]


def _facts(
    duty_case: DutyCase,
    steps: Sequence[HandoverStep],
    duties: Sequence[Obligation],
    decision: FormDecision | None,
    done: frozenset[Item],
    on: date,
) -> CaseworkFacts:
    case = case_of(duty_case.facts, duty_case.timetable.policy)
    return CaseworkFacts(
        today=on,
        ruled=duty_case.timetable.handover_form,
        decided=HandoverForm(decision.form) if decision else None,
        responsibility=case.responsibility,
        handover_on=case.determination.handover_on,
        start_on=case.determination.start_on,
        from_the_start=case.from_the_start,
        indeterminate=case.indeterminate,
        oasys_owed=_first(duties, ObligationKind.OASYS_HANDOVER, ObligationKind.OASYS_PAROLE) is not None,
        duty=_first(duties, ObligationKind.HANDOVER) is not None,
        owed_on=min((duty.due_on for duty in duties if duty.due_on and not duty.closed_at), default=None),
        done=done,
        visits=sum(step.kind == _Kind.COM_VISIT for step in steps),
    )


def _first(duties: Sequence[Obligation], *kinds: ObligationKind) -> Obligation | None:
    return next((duty for duty in duties if duty.kind in kinds), None)


def _done(person: Person, steps: Sequence[HandoverStep], duties: Sequence[Obligation]) -> Iterator[Item]:
    """By a step that counts, or by the fact that meets the duty: what was recorded elsewhere is not asked again."""
    yield from (ITEM_OF[_Kind(step.kind)] for step in steps if step.kind in ITEM_OF)
    settled = {
        Item.OASYS: _first(duties, ObligationKind.OASYS_HANDOVER, ObligationKind.OASYS_PAROLE),
        Item.RECORDED: _first(duties, ObligationKind.HANDOVER),
        Item.RELEASE_REPORT: _first(duties, ObligationKind.PRE_RELEASE_BOARD),
    }
    yield from (item for item, duty in settled.items() if duty is not None and duty.state in DONE)
    details = CaseDetails.objects.filter(person=person).first()
    if details and (details.com_name or details.com_email):
        yield Item.COM_NAMED
