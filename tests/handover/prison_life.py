"""What happens to a prison in three years, done to the product and alike to its model (three_years.py beside this)."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

from handover.actions import record_handover
from handover.community_lists import list_counts as pipeline_counts
from handover.early_actions import record_early_decision, withdraw_early
from handover.ldus import add_ldu
from handover.models import CommunityRequest, EarlyAssessment
from handover.override_actions import ask_override, decide_override, end_override
from handover.queries import list_counts
from handover.reminders import choose_reminders
from omic.audit import Actor
from omic.details import record_details
from omic.ledger import done_on
from omic.models import Message, Obligation, Person, Prison, Staff
from omic.nightly import JOB, run_night
from omic.reconcile import reconcile_in_batches, window_of
from tests.factories import CaseDetailsFactory, PersonFactory, PostingFactory, PrisonFactory, SentenceFactory
from tests.handover.community import ldu
from tests.handover.three_years import LDUS, MISSING, Case, Event, populate
from tests.kills import killed, start
from tests.nights import small_hours

FIRST = date(2026, 11, 20)
SKIPPED, KILLED = 0.08, 0.18  # of all nights: those that nobody rings for, and with them those whose worker dies


class Life:
    """The prison in the database beside its model: what happens to one happens to the other."""

    def __init__(self, seed: int, people: int) -> None:
        self.chance, self.on = Random(seed), FIRST
        self.world = populate(self.chance, people, FIRST)
        self.prison: Prison = PrisonFactory(code="LEI")
        self.poms: list[Staff] = [PostingFactory(role="pom").staff for _ in self.world.poms]
        Staff.objects.filter(pk=self.poms[2].pk).update(email="")
        self.expected: Counter[tuple[date, Event]] = Counter()
        for name in LDUS:
            ldu(name, f"{name.lower()}@probation.invalid")
        self.people = [self._arrive(case) for case in self.world.cases]
        for case in self.world.cases:
            self._follow(case)

    def _arrive(self, case: Case) -> Person:
        person = PersonFactory(prison=self.prison, arrived_on=FIRST - timedelta(days=900), pom=self._pom(case))
        kind = "indeterminate" if case.life else "determinate"
        SentenceFactory(person=person, kind=kind, started_on=case.started_on, sed=None, **_release(case))
        CaseDetailsFactory(person=person, com_name=None, ldu=case.ldu)
        return person

    def _pom(self, case: Case) -> Staff | None:
        return None if case.pom is None else self.poms[case.pom]

    @property
    def noon(self) -> Any:
        return small_hours(self.on) + timedelta(hours=9)

    def _follow(self, case: Case) -> None:
        reconcile_in_batches([self.people[case.number].pk], window_of(self.on, self.noon))
        self._expect(self.world.settle(case, self.on))

    def _expect(self, events: list[Event]) -> None:
        self.expected.update((self.on, event) for event in events)

    def day(self) -> None:
        """What people do in the daytime."""
        for case in self.world.cases:
            for odds, deed in DEEDS:
                if self.chance.random() < odds:
                    deed(self, case)
        if self.chance.random() < 0.03:
            self._choose(self.chance.randrange(2))

    def move(self, case: Case) -> None:
        latest = case.crd + timedelta(days=80)
        first = FIRST + timedelta(days=1110) if case.life else case.started_on + timedelta(days=320)
        case.crd = max(first, latest - timedelta(days=self.chance.randrange(160)))
        self.people[case.number].sentences.filter(closed_at=None).update(**_release(case))
        self._follow(case)

    def com(self, case: Case) -> None:
        if case.com:
            case.com = False
        else:
            case.name_com()
        self._detail(case, com_name="Cam Community" if case.com else None)

    def change_ldu(self, case: Case) -> None:
        case.ldu = self.chance.choice((*LDUS, MISSING, None))
        self._detail(case, ldu=case.ldu)

    def open_up(self, case: Case) -> None:
        """To open conditions, or back."""
        if case.life:
            case.opened = None if case.opened else self.on
            self._detail(case, moved_to_open_on=case.opened)

    def override(self, case: Case) -> None:
        """Decided by two people; or taken back."""
        by, second = self.poms[:2]
        if case.override:
            end_override(override=case.override[0], because="Over", by=by, at=self.noon)
            case.taken_back.append(case.override[0])
            case.override = None
        else:
            lead = self.chance.choice(("COM", "COM", "POM"))
            if lead == "COM" and case.leads_from and case.leads_from <= self.on:
                return  # the COM is responsible already
            facts = {"responsibility": lead, "reason": "community", "because": "They know him"}
            row = ask_override(person=self.people[case.number], by=by, at=self.noon, **facts)
            decide_override(override=row.pk, confirmed=True, decision="", by=second, at=self.noon)
            case.override = (row.pk, lead, self.on)
        self._expect(self.world.settle(case, self.on))

    def early(self, case: Case) -> None:
        """Referred; then accepted, rejected or taken back; in force it is taken back at times."""
        if case.life:
            return
        if case.referral is not None:
            self._decide_early(case, self.chance.choice(("accepted", "rejected", "withdrawn")))
        elif case.accepted and self.chance.random() < 0.5:
            newest = max(case.accepted)
            withdraw_early(assessment=newest, because="No more", by=self.poms[0], at=self.noon)
            del case.accepted[newest]
            case.agreed = min(case.accepted.values(), default=None)
        else:
            case.referral = self._refer(self.people[case.number])
            self._follow(case)
            return
        self._expect(self.world.settle(case, self.on))

    def _refer(self, person: Person) -> int:
        by, second = self.poms[:2]
        stages = {"approved": True, "approved_by": second, "approved_at": self.noon, "referred_by": by}
        stages |= {"referred_at": self.noon, "referred_to": "Gatekeeper", "assessed_by": by, "assessed_at": self.noon}
        facts = {"prison": self.prison, "sentence": person.sentences.get(closed_at=None), "oasys_on": self.on}
        facts |= {"answers": {}, "in_window": True, "klass": "automatic", "policy": "seed_2019"}
        return person.early_assessments.create(**facts, **stages).pk

    def _decide_early(self, case: Case, decision: str) -> None:
        row, by = case.referral, {"by": self.poms[0], "at": self.noon}
        assert row is not None
        case.referral = None
        if decision == "withdrawn":
            withdraw_early(assessment=row, because="An error", **by)
            return
        EarlyAssessment.objects.filter(pk=row).update(klass="discretionary", rationale="Three areas")
        told = {"decided_on": self.on, "decided_by": "G. Keeper", "words": "", **by}
        record_early_decision(assessment=row, decision=decision, **told)
        if decision == "accepted":
            case.accepted[row] = self.on
        case.agreed = min(case.accepted.values(), default=None)

    def _detail(self, case: Case, **values: Any) -> None:
        told = {"values": values, "source": "nDelius", "as_at": self.on, "by": Actor(job="life"), "at": self.noon}
        record_details(person=self.people[case.number], **told)
        self._expect(self.world.settle(case, self.on))

    def change_pom(self, case: Case) -> None:
        case.pom = self.chance.choice((0, 1, 2, None))
        Person.objects.filter(pk=self.people[case.number].pk).update(pom=self._pom(case))
        self._follow(case)

    def record(self, case: Case) -> None:
        if case.owed and case.handover_on and case.handover_on <= self.on:
            record_handover(person=self.people[case.number], on=self.on, note="", by=self.poms[0], at=self.noon)
            case.recorded, case.again = case.handover_on, False

    def sentence(self, case: Case) -> None:
        if case.life or case.com_from is None or case.com_from + timedelta(days=30) > self.on:
            return
        crd = self.on + timedelta(days=self.chance.choice((100, 310, 320, 340, 400)))
        case.sentence(self.on, crd)
        person = self.people[case.number]
        person.sentences.update(closed_at=self.noon)
        SentenceFactory(person=person, started_on=self.on, crd=crd, sed=None)
        self._follow(case)

    def _choose(self, number: int) -> None:
        wanted = number in self.world.silent
        choose_reminders(wanted=wanted, by=self.poms[number], at=self.noon)
        self.world.silent ^= {number}

    def find_missing_ldu(self) -> None:
        """Its mailbox is recorded at last: what waited is asked at once."""
        add_ldu(name=MISSING, email="nowhere@probation.invalid", prison=self.prison, by=self.poms[0], at=self.noon)
        self.world.mailboxes.add(MISSING)
        for case in self.world.cases:
            self._expect(self.world.settle(case, self.on))

    def night(self) -> None:
        """Skipped, killed and left, killed and run again, or simply run. The ledger says whether it was."""
        work: Callable[[], object] = partial(run_night, self.prison, on=self.on, at=small_hours(self.on))
        fate = self.chance.random()
        if fate < SKIPPED:
            return
        left_dead = False
        if fate < KILLED:
            died = killed(start(work, killed_before=self.chance.randint(1, 160)))
            left_dead = died and self.chance.random() < 0.5
        while not (left_dead or done_on(JOB, self.prison, on=self.on)):
            work()
        if done_on(JOB, self.prison, on=self.on):
            self._expect(self.world.night(self.on))

    def sent(self) -> Counter[tuple[date, Event]]:
        """What the database says was sent, by night."""
        number = {person.pk: index for index, person in enumerate(self.people)}
        pom = {staff.email: f"pom{index}" for index, staff in enumerate(self.poms)}
        found: Counter[tuple[date, Event]] = Counter()
        for row in CommunityRequest.objects.select_related("ldu", "message"):
            found[row.message.on, (row.kind, number[row.person_id], row.ldu.name)] += 1
        reminders = {f"reminder:{row.pk}": row for row in Obligation.objects.filter(kind__startswith="remind_")}
        for message in Message.objects.filter(kind="handover"):
            row = reminders[message.about]
            found[message.on, (row.kind, number[row.person_id], pom[message.recipient])] += 1
        return found

    def lists(self) -> dict[str, int]:
        """How long the product's lists are."""
        found = list_counts(self.prison, self.on)
        pipeline = pipeline_counts(self.prison, self.on)
        named = {"pipeline-all": pipeline["all"]}
        return found | named | {key: pipeline[key] for key in ("without-ldu", "unanswered")}


def _release(case: Case) -> dict[str, date | None]:
    """The day of release as the sentence has it."""
    return {"crd": None, "ted": case.crd} if case.life else {"crd": case.crd}


DEEDS: tuple[tuple[float, Callable[[Life, Case], None]], ...] = (
    (0.008, Life.move),
    (0.008, Life.com),
    (0.004, Life.change_ldu),
    (0.004, Life.change_pom),
    (0.02, Life.record),
    (0.04, Life.sentence),
    (0.006, Life.override),
    (0.01, Life.early),
    (0.02, Life.open_up),
)
