"""What the community is asked: which LDU, about whom, and when an open question is over (HO-24, HO-35).

A situation is asked about once. One that was over, because a COM was named, a date moved away or the case went to
another LDU, and that comes again, is asked about again. Without an LDU nobody can be asked: such cases are a list.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from handover.community_cases import (
    CommunityCase,
    History,
    asked_about,
    community_cases,
    history_of,
    mailboxes,
    next_slot,
)
from handover.community_mails import Letter, early_letter, override_letter, single_letter
from handover.models import (
    CommunityRequest,
    EarlyAssessment,
    HandoverDetermination,
    Responsibility,
    ResponsibilityOverride,
)
from handover.rules.community import OPEN, SHORT, Ask, lacks_com
from omic.calendar import london_day
from omic.models import Ldu, Message, Person, Presence, Prison
from omic.outbox import MailKind, queue_message
from omic.reconcile import Window, lock, window_of

Kind = CommunityRequest.Kind
NO_ANSWER_NEEDED = "No answer is needed"
COM_NAMED = "A COM is named"
# Requests whose email still has to arrive: nothing has ended them, or they tell of a decision, COM or no COM.
NOT_OVER = Q(answered_at=None) | Q(answer=NO_ANSWER_NEEDED) | Q(kind=Kind.OVERRIDE, answer=COM_NAMED)


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to be asked about one case; or, without an answer needed, to be told."""

    case: CommunityCase
    kind: str
    slot: str
    needs_answer: bool = True


def follow_community(people: Sequence[int], window: Window) -> dict[str, int]:
    """Ask at once what cannot wait for the night, and end what was asked and is over. A step of the pipeline."""
    unanswered = list(
        CommunityRequest.objects.filter(person__in=people, answered_at=None).select_related("ldu", "sentence", "person")
    )
    decisions = list(_decisions(people))
    concerned = {row.person_id for row in (*unanswered, *decisions)} | _pressing(people)
    if not concerned:
        return {}
    held = Person.objects.filter(pk__in=concerned)
    cases = {case.person_id: case for case in community_cases(held, window.on)}
    closed = sum(_end(row, _over(row, cases.get(row.person_id), window.on), window.at) for row in unanswered)
    return {"community_closed": closed, "opened": _ask(cases.values(), decisions, window)}


def _pressing(people: Sequence[int]) -> set[int]:
    """Who may need a COM at once."""
    current = HandoverDetermination.objects.current().filter(person__in=people, reason__in=[*SHORT, *OPEN])
    return set(current.values_list("person_id", flat=True))


Decision = ResponsibilityOverride | EarlyAssessment


def _decisions(people: Sequence[int]) -> Iterator[Decision]:
    """What was decided of present sentences and the community has to hear."""
    here = {"person__in": people, "sentence__closed_at": None}
    yield from ResponsibilityOverride.objects.filter(confirmed=True, **here).order_by("pk")
    yield from EarlyAssessment.objects.standing().filter(referred_at__isnull=False, decision="", **here).order_by("pk")


def _over(row: CommunityRequest, case: CommunityCase | None, on: date) -> str:
    """Why nothing more is asked by this request, in words; empty while it is."""
    if row.sentence.closed_at is not None or row.person.presence == Presence.OUT:
        return "The sentence or the time in custody has ended"
    if case is None:  # between prisons, or no legal status is known: a day of that ends nothing
        return ""
    if case.ldu != row.ldu.name:
        return "The case is with another LDU"
    if row.kind == Kind.INFORMATION:  # a COM does not answer it by being named
        return ""
    if row.kind == Kind.EARLY:
        return "" if _still_referred(row) else "The referral is decided or was taken back"
    if case.need.com_known:
        return COM_NAMED
    if row.kind == Kind.OVERRIDE:
        return "" if _still_overridden(row) else "The decision was taken back"
    return "" if lacks_com(Ask(row.kind), case.need, on) else "The dates have moved: no COM is needed for now"


def _still_referred(row: CommunityRequest) -> bool:
    return EarlyAssessment.objects.standing().filter(pk=_cause(row), decision="").exists()


def _still_overridden(row: CommunityRequest) -> bool:
    return ResponsibilityOverride.objects.filter(pk=_cause(row), ended_at=None).exists()


def _cause(row: CommunityRequest) -> str:
    return row.slot.split("-")[1]


def _end(row: CommunityRequest, because: str, at: datetime) -> bool:
    if not because:
        return False
    row.answered_at, row.answer = at, because
    row.save(update_fields=["answered_at", "answer"])
    return True


def _ask(cases: Collection[CommunityCase], decisions: Sequence[Decision], window: Window) -> int:
    ldus = mailboxes(cases, window.on)
    known = {case.person_id: case for case in cases if case.ldu in ldus}
    history = history_of([case.sentence_id for case in known.values()])
    prisons = Prison.objects.in_bulk({case.prison_id for case in known.values()})
    letters = [*_at_once(known.values(), history, window.on), *_told(known, decisions, history)]
    for question, letter in letters:
        case = question.case
        about = f"{question.kind}:{case.sentence_id}:{question.slot}"
        write(prisons[case.prison_id], ldus[case.ldu], [question], letter, about=about, on=window.on, at=window.at)
    return len(letters)


def _at_once(cases: Iterable[CommunityCase], history: History, on: date) -> Iterator[tuple[Question, Letter]]:
    """HO-02, HO-05, HO-22: a COM from the start, or from the move to open conditions."""
    for case in cases:
        for ask in (Ask.SHORT, Ask.OPEN):
            if lacks_com(ask, case.need, on) and (slot := next_slot(history, case, ask)):
                yield Question(case, ask, slot), single_letter(ask, case)


def _told(
    cases: dict[int, CommunityCase], decisions: Sequence[Decision], history: History
) -> Iterator[tuple[Question, Letter]]:
    for row in decisions:
        case = cases.get(row.person_id)
        if case is None or row.sentence_id != case.sentence_id:
            continue
        told = {asked.slot for asked in asked_about(history, case)}
        if isinstance(row, EarlyAssessment):
            question, letter = Question(case, Kind.EARLY, f"assessment-{row.pk}"), early_letter(case)
        else:
            question, letter = _override(row, case, told), override_letter(case, row)
        if question and question.slot not in told:
            yield question, letter


def _override(row: ResponsibilityOverride, case: CommunityCase, told: set[str]) -> Question | None:
    """XC-55: that somebody has decided who is responsible; taken back, that too, where the LDU was told of it."""
    slot = f"override-{row.pk}"
    if row.ended_at is None:
        return Question(case, Kind.OVERRIDE, slot, needs_answer=row.responsibility == Responsibility.COM)
    if row.ended_by_id and slot in told:
        return Question(case, Kind.OVERRIDE, f"{slot}-ended", needs_answer=False)
    return None


def write(
    prison: Prison, ldu: Ldu, questions: Sequence[Question], letter: Letter, *, about: str, on: date, at: datetime
) -> None:
    """One email to an LDU and what it asks, in the caller's transaction. `about` tells its emails of one day apart."""
    key = {"prison": prison, "on": on, "kind": MailKind.COMMUNITY, "recipient": ldu.email, "about": about}
    queue_message(**key, title=letter.title(prison), body=letter.body(prison, ldu), at=at)
    message = Message.objects.get(**key)
    CommunityRequest.objects.bulk_create(_request(prison, ldu, question, message) for question in questions)


def _request(prison: Prison, ldu: Ldu, question: Question, message: Message) -> CommunityRequest:
    case, at = question.case, message.created_at
    return CommunityRequest(
        person_id=case.person_id,
        prison=prison,
        sentence_id=case.sentence_id,
        ldu=ldu,
        kind=question.kind,
        slot=question.slot,
        asked_at=at,
        com_from_on=case.need.com_from_on,
        message=message,
        answered_at=None if question.needs_answer else at,
        answer="" if question.needs_answer else NO_ANSWER_NEEDED,
    )


@transaction.atomic
def ask_community(*, person: Person, kind: str, at: datetime) -> CommunityRequest | None:
    """Ask the person's LDU whatever is to be asked at once and was not yet; the newest request of `kind`.

    For actions after which nothing is reconciled. None where nobody was asked: then no LDU is recorded, or none of
    that name has a mailbox, and the pipeline asks as soon as there is one.
    """
    lock([person.pk])
    follow_community([person.pk], window_of(london_day(at), at))
    return person.community_requests.filter(kind=kind).order_by("-pk").first()
