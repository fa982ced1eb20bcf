"""A small prison that lives for years, and beside it, in plain Python over the raw facts, what it must have sent.

Nothing here asks the product what it thinks: dates are counted by dateutil, and each true situation is remembered by
the days on which something was sent about it.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from dateutil.relativedelta import relativedelta

WEEKS_8, FORTNIGHT, WEEK, LIST = (timedelta(days=number) for number in (56, 14, 7, 45))
REMINDERS = {"remind_ahead": -WEEKS_8, "remind_today": timedelta(0), "remind_no_com": FORTNIGHT}
LDUS = ("Harbour", "Moor", "Weald")
MISSING = "Nowhere"  # named in case details; its mailbox is recorded late
Event = tuple[str, int, str]  # what was sent, about whom, to which POM or LDU


@dataclass
class Question:
    """Something an LDU was asked: on which day, whether it is still open, and whether it is over."""

    kind: str
    on: date
    slot: str = ""
    open: bool = True
    over: bool = False


@dataclass
class Case:
    """The raw facts of one person."""

    number: int
    started_on: date
    crd: date
    ldu: str | None
    pom: int | None
    com: bool = False
    term: int = 0
    recorded: date | None = None  # the handover date by which the handover was recorded
    again: bool = False  # since then the POM has the case back, with a later date
    settled: dict[str, date] = field(default_factory=dict)
    over: bool = False  # a COM was named since the last reminder that none is
    asked: dict[str, list[Question]] = field(default_factory=lambda: defaultdict(list))

    @property
    def short(self) -> bool:
        return self.started_on + relativedelta(months=10) >= self.crd

    @property
    def handover_on(self) -> date | None:
        return None if self.short else self.crd - relativedelta(months=8)

    @property
    def com_from(self) -> date:
        return self.handover_on or self.started_on

    @property
    def owed(self) -> bool:
        return self.handover_on is not None and (self.recorded is None or self.again)

    def come_back(self, on: date) -> None:
        """What was recorded is over, unless its date moves to a later one that is still ahead."""
        later = self.recorded and self.handover_on and self.handover_on > self.recorded
        self.again = bool(later and (self.again or self.handover_on > on))

    def sentence(self, started_on: date, crd: date) -> None:
        """A new sentence: nothing of the one before counts."""
        self.term, self.started_on, self.crd = self.term + 1, started_on, crd
        self.recorded, self.settled, self.over, self.asked = None, {}, False, defaultdict(list)
        self.again = False

    def name_com(self) -> None:
        self.com = True
        self.over = self.over or "remind_no_com" in self.settled
        for question in self.questions():
            question.over, question.open = True, False

    def questions(self) -> Iterator[Question]:
        return (question for rows in self.asked.values() for question in rows)


@dataclass
class World:
    """Everybody, who can be written to, and what must have been sent so far."""

    cases: list[Case]
    mailboxes: set[str]
    poms: dict[int, bool]  # by number: whether they have an address
    silent: set[int] = field(default_factory=set)  # POMs who want no reminders
    told: set[tuple[int, int]] = field(default_factory=set)  # months whose list has gone

    def settle(self, case: Case, on: date) -> list[Event]:
        """What an edit does at once: a case comes back, questions that are over close, short sentences are asked of."""
        case.come_back(on)
        for name, rows in case.asked.items():
            for question in rows:
                if question.open and (name != case.ldu or not _lacks(case, question.kind, on)):
                    question.open, question.over = False, True
        if case.com or not case.short or case.ldu not in self.mailboxes:
            return []
        return self._ask(case, "short", on)

    def night(self, on: date) -> list[Event]:
        """What the night of `on` sends."""
        sent = [event for case in self.cases for event in (*self.settle(case, on), *self._remind(case, on))]
        first = (on.year, on.month) not in self.told
        self.told.add((on.year, on.month))
        open_cases = [case for case in self.cases if not case.com and case.ldu in self.mailboxes]
        for case in open_cases if first else ():
            if _lacks(case, "pipeline", on) and f"{on:%Y-%m}" not in _slots(case):
                sent += self._asked(case, Question("pipeline", on, slot=f"{on:%Y-%m}"))
        for case in open_cases:
            last = max((row.on for row in case.asked[case.ldu or ""]), default=case.com_from)
            if max(case.com_from, last) + WEEK <= on:
                sent += self._ask(case, "chaser", on)
        return sent

    def _ask(self, case: Case, kind: str, on: date) -> list[Event]:
        before = [row for row in case.asked[case.ldu or ""] if row.kind == kind]
        return [] if before and not before[-1].over else self._asked(case, Question(kind, on))

    def _asked(self, case: Case, question: Question) -> list[Event]:
        case.asked[case.ldu or ""].append(question)
        return [(question.kind, case.number, case.ldu or "")]

    def _remind(self, case: Case, on: date) -> Iterator[Event]:
        if case.handover_on is None or case.pom is None:
            return
        for kind, after in REMINDERS.items():
            due, last = case.handover_on + after, case.settled.get(kind)
            again = last is None or due > last or (kind == "remind_no_com" and case.over)
            if not (due <= on and again and _true(case, kind, on)):
                continue
            if case.pom not in self.silent and not self.poms[case.pom]:
                continue  # waits for an address
            case.settled[kind] = on
            case.over = case.over and kind != "remind_no_com"
            if case.pom not in self.silent:
                yield kind, case.number, f"pom{case.pom}"


def _true(case: Case, kind: str, on: date) -> bool:
    if kind == "remind_no_com":
        return not case.com and (case.owed or case.recorded == case.handover_on)
    return case.owed and (kind == "remind_today" or case.com_from > on)


def _lacks(case: Case, kind: str, on: date) -> bool:
    if case.com:
        return False
    return {"short": case.short, "chaser": case.com_from <= on, "pipeline": case.com_from <= on + LIST}[kind]


def _slots(case: Case) -> set[str]:
    return {row.slot for row in case.asked[case.ldu or ""]}


def counts(world: World, on: date) -> dict[str, int]:
    """How long the lists must be on a day, by their printed definitions."""
    no_mailbox = [case for case in world.cases if case.ldu not in world.mailboxes]
    return {
        "upcoming": sum(case.owed and on <= case.com_from <= on + WEEKS_8 for case in world.cases),
        "overdue": sum(case.owed and case.com_from < on for case in world.cases),
        "no-com": sum(not case.com and case.com_from + timedelta(days=2) <= on for case in world.cases),
        "everyone": len(world.cases),
        "pipeline-all": sum(case.com_from <= on + LIST for case in world.cases),
        "without-ldu": sum(_lacks(case, "pipeline", on) for case in no_mailbox),
    }


def populate(chance: Random, people: int, on: date) -> World:
    """Sentences that end at any time within two years, some of them short."""
    world = World([], set(LDUS), {0: True, 1: True, 2: False})
    for number in range(people):
        started_on = on - timedelta(days=chance.randint(10, 250))
        crd = started_on + timedelta(days=chance.choice((200, 400, 500, 600, 700)) + chance.randint(0, 60))
        ldu = chance.choice((*LDUS, *LDUS, MISSING, None))
        world.cases.append(Case(number, started_on, crd, ldu, chance.choice((0, 0, 1, 1, 2, None))))
    return world
