"""What the night writes to LDUs: the list of each month, and the reminder that a COM still lacks (HO-24).

One email to an LDU and prison. A case without an LDU, or with one that has no mailbox here, is left out of all of
them, and listed; it keeps nobody else's from being written.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from handover.community import Question, write
from handover.community_cases import (
    CommunityCase,
    History,
    asked_about,
    community_cases,
    history_of,
    mailboxes,
    next_slot,
)
from handover.community_mails import Letter, chaser_letter, list_letter
from handover.models import CommunityRequest
from handover.rules.community import Ask, chased, lacks_com
from omic.ledger import Coverage
from omic.models import Ldu, Prison, Run
from omic.models.person import PersonQuerySet
from omic.nightly import JOB, Night
from omic.reconcile import lock

STEP = "handover.community_night.write_to_community"  # as settings name it
# What asks for a COM: only such a question puts a reminder off.
FOR_A_COM = (*Ask, CommunityRequest.Kind.OVERRIDE)
SlotOf = Callable[[CommunityCase, History], str | None]
Words = Callable[[Sequence[CommunityCase]], Letter]


def write_to_community(night: Night) -> Coverage:
    """Queue the month's lists that have not gone yet, and the reminders; answers how many.

    A list goes with the first night of the month that runs, and to an LDU that is added later with its first night.
    """
    where = {"on": night.on, "at": night.at}
    written = write_lists(night.prison, told=_told_already(night), **where)
    written += _write_chasers(night.prison, **where)
    return {"letters_to_community": written} if written else {}


def _told_already(night: Night) -> set[str]:
    """The names of the LDUs that stood when a night of the month told of it; one caught up, or that failed, has not."""
    runs = night.prison.runs.filter(job=JOB, state=Run.State.DONE, on__gte=night.on.replace(day=1), on__lt=night.on)
    nights = [run for run in runs if _tells(run.coverage)]
    return {ldu.name for ldu in Ldu.objects.all() if any(_stood(ldu, run) for run in nights)} if nights else set()


def _tells(coverage: dict[str, Any]) -> bool:
    return "caught_up_on" not in coverage and STEP not in coverage.get("failed", {})


def _stood(ldu: Ldu, run: Run) -> bool:
    """Whether the LDU could be written to while a night ran."""
    return ldu.recorded_at <= run.started_at and (ldu.ends_on is None or ldu.ends_on >= run.on)


def write_lists(prison: Prison, *, on: date, at: datetime, told: Collection[str] = ()) -> int:
    """The list of the month of `on`, to each LDU that has cases on it and was not `told` yet, by name; how many."""
    month = f"{on:%Y-%m}"

    def listed(case: CommunityCase, history: History) -> str | None:
        """The month, which is the situation: whoever is on the list already came from another prison."""
        if case.ldu in told or not lacks_com(Ask.PIPELINE, case.need, on):
            return None
        return None if any(row.slot == month for row in asked_about(history, case, Ask.PIPELINE)) else month

    return _write(prison, Ask.PIPELINE, listed, lambda cases: list_letter(cases, f"{on:%B %Y}"), on=on, at=at)


def _write_chasers(prison: Prison, *, on: date, at: datetime) -> int:
    def missing(case: CommunityCase, history: History) -> str | None:
        last = max((row.on for row in asked_about(history, case) if row.kind in FOR_A_COM), default=None)
        return next_slot(history, case, Ask.CHASER) if chased(case.need, last_asked_on=last, on=on) else None

    return _write(prison, Ask.CHASER, missing, chaser_letter, on=on, at=at)


@transaction.atomic
def _write(prison: Prison, ask: Ask, slot_of: SlotOf, words: Words, *, on: date, at: datetime) -> int:
    """One letter to each LDU that has such cases. Who is written about is locked first, and looked at again."""
    found = [question.case.person_id for _, question in _questions(prison.people.all(), ask, slot_of, on)]
    lock(found)
    by_ldu: dict[Ldu, list[Question]] = defaultdict(list)
    for ldu, question in _questions(prison.people.filter(pk__in=found), ask, slot_of, on):
        by_ldu[ldu].append(question)
    for ldu, questions in by_ldu.items():
        letter = words([question.case for question in questions])
        write(prison, ldu, questions, letter, about=f"{ask}:{ldu.pk}", on=on, at=at)
    return len(by_ldu)


def _questions(people: PersonQuerySet, ask: Ask, slot_of: SlotOf, on: date) -> Iterator[tuple[Ldu, Question]]:
    """What is to be asked about those of `people` whose LDU has a mailbox."""
    cases = [case for case in community_cases(people, on) if not case.need.com_known]
    ldus = mailboxes(cases, on)
    history = history_of([case.sentence_id for case in cases])
    for case in cases:
        if case.ldu in ldus and (slot := slot_of(case, history)):
            yield ldus[case.ldu], Question(case, ask, slot)
