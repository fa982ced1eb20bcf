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
    life: bool = False  # an indeterminate sentence: `crd` is the day on which its tariff expires
    opened: date | None = None  # moved to open conditions
    override: tuple[int, str, date] | None = None  # which, who is responsible by it, since when
    taken_back: list[int] = field(default_factory=list)  # the overrides of this sentence that somebody ended
    referral: int | None = None  # the early allocation that waits for the community
    accepted: dict[int, date] = field(default_factory=dict)  # those of this sentence in force, since when
    agreed: date | None = None  # what the case details say of it, whichever sentence it was about
    asked: dict[str, list[Question]] = field(default_factory=lambda: defaultdict(list))

    @property
    def short(self) -> bool:
        return not (self.life or self.override) and self.started_on + relativedelta(months=10) >= self.crd

    @property
    def handover_on(self) -> date | None:
        if self.short or self.override:
            return None
        standard = self.crd - relativedelta(months=8)
        if self.life or self.agreed is None or self.agreed < self.started_on:
            return standard
        return min(standard, max(self.crd - relativedelta(months=15), self.agreed))

    @property
    def leads_from(self) -> date | None:
        """From when the COM is responsible; None while the POM is by decision."""
        if self.override:
            return self.override[2] if self.override[1] == "COM" else None
        return self.handover_on or self.started_on

    @property
    def in_open(self) -> bool:
        """The COM supports because of open conditions."""
        return bool(self.life and self.opened and self.handover_on and self.opened < self.handover_on)

    @property
    def com_from(self) -> date | None:
        """From when the COM has a part."""
        return self.opened if self.in_open else self.leads_from

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
        self.again, self.override, self.referral, self.taken_back, self.accepted = False, None, None, [], {}

    def name_com(self) -> None:
        self.com = True
        self.over = self.over or "remind_no_com" in self.settled
        for question in self.questions():
            question.over, question.open = True, question.open and question.kind == "early"  # the LDU still decides it

    def questions(self) -> Iterator[Question]:
        return (question for rows in self.asked.values() for question in rows)


@dataclass
class World:
    """Everybody, who can be written to, and what must have been sent so far."""

    cases: list[Case]
    mailboxes: set[str]
    poms: dict[int, bool]  # by number: whether they have an address
    silent: set[int] = field(default_factory=set)  # POMs who want no reminders
    told: set[tuple[int, int, str]] = field(default_factory=set)  # months whose list has gone to an LDU

    def settle(self, case: Case, on: date) -> list[Event]:
        """What an edit does at once: a case comes back, questions that are over close, short sentences are asked of."""
        case.come_back(on)
        for name, rows in case.asked.items():
            for question in rows:
                if question.open and (name != case.ldu or not _asks(case, question, on)):
                    question.open, question.over = False, True
        if case.ldu not in self.mailboxes:
            return []
        wanted = [kind for kind in ("short", "open") if _lacks(case, kind, on)]
        return [event for kind in wanted for event in self._ask(case, kind, on)] + self._tell(case, on)

    def _tell(self, case: Case, on: date) -> list[Event]:
        """What was decided and the present LDU has not heard; taken back, where it had heard of it."""
        told = _slots(case)
        news = [("early", f"early-{case.referral}")] if case.referral is not None else []
        news += [("override", f"override-{case.override[0]}")] if case.override else []
        news += [("override", f"ended-{one}") for one in case.taken_back if f"override-{one}" in told]
        events = []
        for kind, slot in news:
            if slot not in told:
                question = Question(kind, on, slot, open=_asks(case, Question(kind, on, slot), on))
                events += self._asked(case, question)
        return events

    def night(self, on: date) -> list[Event]:
        """What the night of `on` sends."""
        sent = [event for case in self.cases for event in (*self.settle(case, on), *self._remind(case, on))]
        fresh = {name for name in self.mailboxes if (on.year, on.month, name) not in self.told}
        self.told |= {(on.year, on.month, name) for name in fresh}
        open_cases = [case for case in self.cases if not case.com and case.ldu in self.mailboxes]
        for case in open_cases:
            if case.ldu in fresh and _lacks(case, "pipeline", on) and f"{on:%Y-%m}" not in _slots(case):
                sent += self._asked(case, Question("pipeline", on, slot=f"{on:%Y-%m}"))
        for case in open_cases:
            asked = [row.on for row in case.asked[case.ldu or ""] if row.kind != "early"]
            if case.com_from and max([case.com_from, *asked]) + WEEK <= on:
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
        return not case.com  # owed, or recorded, by whichever date it was
    return case.owed and (kind == "remind_today" or (case.handover_on or on) > on)


def _asks(case: Case, question: Question, on: date) -> bool:
    """Whether a question that was put still waits for an answer."""
    if question.kind == "early":
        return question.slot == f"early-{case.referral}"
    if question.kind == "override":
        by_com = case.override is not None and case.override[1] == "COM"
        return not case.com and by_com and question.slot == f"override-{(case.override or [0])[0]}"
    return _lacks(case, question.kind, on)


def _lacks(case: Case, kind: str, on: date) -> bool:
    part = case.com_from
    if case.com or part is None:
        return False
    begun = part <= on
    return {"short": case.short, "open": case.in_open and begun, "chaser": begun, "pipeline": part <= on + LIST}[kind]


def _slots(case: Case) -> set[str]:
    return {row.slot for row in case.asked[case.ldu or ""]}


def counts(world: World, on: date) -> dict[str, int]:
    """How long the lists must be on a day, by their printed definitions."""
    due = [case.handover_on for case in world.cases if case.owed and case.handover_on]
    leads = [case.leads_from for case in world.cases if case.leads_from and not case.com]
    no_mailbox = [case for case in world.cases if case.ldu not in world.mailboxes]
    owed = [case for case in world.cases if case.owed and case.handover_on and case.handover_on >= on]
    return {
        "in-progress": sum(case.com or bool(case.com_from and case.com_from <= on) for case in owed),
        "com-needed": sum(_supported(case, on) and not case.com for case in world.cases),
        "unknown-date": 0,  # everybody has the dates that theirs is worked out from
        "unanswered": sum(not case.com and _silent(case, on) for case in world.cases),
        "upcoming": sum(on <= day <= on + WEEKS_8 for day in due),
        "overdue": sum(day < on for day in due),
        "no-com": sum(day + timedelta(days=2) <= on for day in leads),
        "overridden": sum(case.override is not None for case in world.cases),
        "everyone": len(world.cases),
        "pipeline-all": sum(_in_pipeline(case, on) for case in world.cases),
        "without-ldu": sum(_lacks(case, "pipeline", on) for case in no_mailbox),
    }


def _supported(case: Case, on: date) -> bool:
    return bool(case.com_from and case.handover_on and case.com_from <= on < case.handover_on)


def _in_pipeline(case: Case, on: date) -> bool:
    asked = any(question.open for question in case.questions())
    return asked or bool(case.com_from and case.com_from <= on + LIST)


def _silent(case: Case, on: date) -> bool:
    return any(question.open and question.on + WEEK <= on for question in case.questions())


def populate(chance: Random, people: int, on: date) -> World:
    """Sentences that end at any time within two years, some of them short; every fifth an indeterminate one, whose
    tariff expires after the last day that is lived."""
    world = World([], set(LDUS), {0: True, 1: True, 2: False})
    for number in range(people):
        started_on = on - timedelta(days=chance.randint(10, 250))
        crd = started_on + timedelta(days=chance.choice((200, 400, 500, 600, 700)) + chance.randint(0, 60))
        ldu = chance.choice((*LDUS, *LDUS, MISSING, None))
        life = number % 5 == 4
        crd = on + timedelta(days=1110 + chance.randint(0, 200)) if life else crd
        world.cases.append(Case(number, started_on, crd, ldu, chance.choice((0, 0, 1, 1, 2, None)), life=life))
    return world
