"""Who is whose key worker: one at a time, trained and here, never above their ceiling."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Max

from keywork.actions.cover import end_covers
from keywork.actions.patience import patient
from keywork.actions.refusals import RefusedError
from keywork.models import EndKind, KeyWorkerAllocation, StartKind
from keywork.placing import not_to_be_paired, pair_hindrance
from keywork.regime import locked_down
from keywork.rules import policy_on
from keywork.staffing import hindrance, staff_of, with_capacity
from omic import audit, obligations
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import clock, day, plural
from omic.models import Complexity, Cover, Obligation, ObligationKind, Person, Presence, Prison, Role, Staff
from omic.outbox import MailKind, queue_message
from omic.reconcile import lock, reconcile, window_of
from omic.telling import ask_to_tell


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom somebody is to have as key worker, both by id, in the place of allocation `instead_of` (None: of nobody)."""

    person: int
    staff: int
    instead_of: int | None
    kind: StartKind = StartKind.MANUAL
    because: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides, where and when."""

    prison: Prison
    by: Staff
    at: datetime

    @property
    def on(self) -> date:
        return london_day(self.at)


@dataclass(slots=True)
class Held:
    """Everything that the choices of one save are judged by, read once their rows were locked, all by id.

    `workers` are rows of `with_capacity`, whose `load` follows what is given; `free_from` says when somebody's last
    time with a key worker ended.
    """

    people: dict[int, Person]
    current: dict[int, KeyWorkerAllocation]
    free_from: dict[int, datetime]
    workers: dict[int, Any]
    forbidden: dict[int, frozenset[int]]
    locked: bool


@patient
def allocate_key_worker(
    *, person: Person, prison: Prison, staff: Staff, instead_of: int | None, because: str, by: Staff, at: datetime
) -> KeyWorkerAllocation:
    """Make `staff` the person's key worker, in the place of allocation `instead_of` (None: of nobody).

    Raises RefusedError with what stands in the way: who was first, or why these two may not be brought together.
    """
    choice, decision = Choice(person.pk, staff.pk, instead_of, because=because), Decision(prison, by, at)
    allocation = give(choice, decision, hold([choice], decision))
    follow([allocation] if allocation.pk != instead_of else [], decision)
    return allocation


@patient
def end_key_worker(
    *, person: Person, prison: Prison, instead_of: int, because: str, by: Staff, at: datetime
) -> KeyWorkerAllocation | None:
    """End the allocation `instead_of`; the person then waits for another key worker. Raises RefusedError."""
    lock_people([person.pk])
    person = Person.objects.get(pk=person.pk)
    current = _open_allocations([person.pk]).get(person.pk)
    _expect_holder(person, prison, current, instead_of)
    if current is None:
        return None
    _end(current, EndKind.TAKEN_OFF, because=because, by=by, at=at)
    Person.objects.filter(pk=person.pk).update(key_worker=None)
    reconcile([person.pk], window_of(london_day(at), at))
    audit.record(
        by=Actor(staff=by), action="end_key_worker", at=at, prison=prison, person=person, key_worker=current.staff_id
    )
    return current


def hold(choices: Collection[Choice], decision: Decision) -> Held:
    """Lock everybody a save is about, people before staff, each in the order of their ids; then read them.

    Neither a second key worker nor a load above the ceiling can then slip in beside them (KW-03, KW-14).
    """
    people, staff = [choice.person for choice in choices], [choice.staff for choice in choices]
    lock_people(people)
    lock_staff(staff)
    prison, rows = decision.prison, Person.objects.filter(pk__in=people).select_related("wing")
    locked = locked_down(prison, on=decision.on)
    workers = (staff_of if locked else with_capacity)(prison, on=decision.on)  # the wings cost, and count then alone
    ended = KeyWorkerAllocation.objects.filter(person__in=people, ended_at__isnull=False).order_by().values("person")
    return Held(
        people=rows.in_bulk(),
        current=_open_allocations(people),
        free_from=dict(ended.annotate(last=Max("ended_at")).values_list("person", "last")),
        workers=workers.in_bulk(staff),
        forbidden=not_to_be_paired(prison),
        locked=locked,
    )


def lock_people(people: Sequence[int]) -> None:
    """Hold the people's rows until the end of the transaction."""
    lock(people)


def lock_staff(staff: Sequence[int]) -> None:
    """Hold the rows of staff until the end of the transaction."""
    rows = Staff.objects.filter(pk__in=staff).order_by("pk").select_for_update(no_key=True)
    list(rows.values_list("pk", flat=True))


def _open_allocations(people: Sequence[int]) -> dict[int, KeyWorkerAllocation]:
    rows = KeyWorkerAllocation.objects.filter(person__in=people, ended_at=None).select_related("staff", "started_by")
    return {row.person_id: row for row in rows}


def give(choice: Choice, decision: Decision, held: Held) -> KeyWorkerAllocation:
    """Open the allocation, ending the one before, and set the pointer; `follow` afterwards.

    The same key worker again stays as they were. Raises RefusedError before anything is written.
    """
    person, current = held.people[choice.person], held.current.get(choice.person)
    _expect_holder(person, decision.prison, current, choice.instead_of)
    if current and current.staff_id == choice.staff:
        return current
    worker = free_worker(choice, decision, held)
    if current:
        _take_from(current, choice, decision, held)
    allocation = KeyWorkerAllocation.objects.create(
        person=person,
        prison=decision.prison,
        staff=worker,
        # Never before the last one has ended, even when this was decided earlier.
        started_at=max(decision.at, held.free_from.get(person.pk, decision.at)),
        started_by=decision.by,
        started_because=choice.because,
        started_kind=choice.kind,
    )
    Person.objects.filter(pk=person.pk).update(key_worker=worker)
    worker.load += 1
    held.current[person.pk] = allocation
    return allocation


def _take_from(current: KeyWorkerAllocation, choice: Choice, decision: Decision, held: Held) -> None:
    _end(current, EndKind.REPLACED, because=choice.because or "Changed", by=decision.by, at=decision.at)
    held.free_from[choice.person] = current.ended_at
    if before := held.workers.get(current.staff_id):
        before.load -= 1


def follow(begun: Sequence[KeyWorkerAllocation], decision: Decision) -> None:
    """Everything that follows from new allocations: duties met and opened, cover ended, mail, audit, the pipeline."""
    _end_covers(begun, decision)
    announce(begun, decision)
    reconcile([allocation.person_id for allocation in begun], window_of(decision.on, decision.at))


def announce(begun: Sequence[KeyWorkerAllocation], decision: Decision) -> None:
    """What every new allocation asks for: the wait for it is over, the person is to be told, mail and audit."""
    at, by, people = decision.at, decision.by, [allocation.person_id for allocation in begun]
    duties = Obligation.objects.demanding().filter(person__in=people, kind=ObligationKind.ALLOCATE_KEY_WORKER)
    for duty in duties:
        obligations.meet(duty, by=by, at=at)
    policy = policy_on(decision.on).id
    for allocation in begun:
        ask_to_tell(allocation, role=Role.KEY_WORKER, policy=policy, at=at)
        audit.record(
            by=Actor(staff=by), action="allocate_key_worker", at=at, prison=decision.prison, person=allocation.person,
            key_worker=allocation.staff_id,
        )  # fmt: skip
    _mail(begun, decision)


def _end_covers(begun: Sequence[KeyWorkerAllocation], decision: Decision) -> None:
    staff = {allocation.person_id: allocation.staff for allocation in begun}
    covers = Cover.objects.filter(person__in=staff, role=Role.KEY_WORKER).exclude(ends_on__lte=decision.on)
    for person in sorted(set(covers.values_list("person", flat=True))):
        because = f"{staff[person]} is the key worker now"
        end_covers(covers.filter(person=person), on=decision.on, because=because, by=decision.by, at=decision.at)


def _mail(begun: Iterable[KeyWorkerAllocation], decision: Decision) -> None:
    """One mail to each key worker, at their own address. It names nobody: whoever may, sees them after signing in."""
    given: dict[Staff, list[KeyWorkerAllocation]] = {}
    for allocation in begun:
        given.setdefault(allocation.staff, []).append(allocation)
    prison = decision.prison
    link = f"{settings.SITE_URL}/prisons/{prison.code}/key-work/mine/"
    for staff, rows in given.items():
        if not staff.email:
            continue
        people = plural(len(rows), "more person,more people")
        queue_message(
            prison=prison,
            on=decision.on,
            kind=MailKind.KEY_WORK,
            recipient=staff.email,
            about=f"begun:{rows[0].pk}",
            title=f"{prison.name}: you are the key worker of {people}",
            body=f"You are now the key worker of {people} in {prison.name}.\n\n"
            f"Sign in to see who, to tell each of them, and to see what is due:\n{link}\n",
            at=decision.at,
        )


def _expect_holder(person: Person, prison: Prison, current: KeyWorkerAllocation | None, seen: int | None) -> None:
    """Refused when the open allocation is not the one that whoever decides has seen."""
    if person.prison_id != prison.pk:
        raise RefusedError(f"{person.name} is no longer in this prison")
    if (current.pk if current else None) != seen:
        now = f"Since you opened this page {_what_happened(current)}"
        raise RefusedError(f"{now}. Look again before you decide", "staff")


def _what_happened(current: KeyWorkerAllocation | None) -> str:
    if current is None:
        return "the key worker has been ended"
    when = f"{clock(current.started_at)} on {day(current.started_at)}"
    return f"{current.staff} has become the key worker ({current.started_by or 'by an arrival'}, {when})"


def free_worker(choice: Choice, decision: Decision, held: Held) -> Any:
    """The chosen key worker, a row of `with_capacity`, who may be given the person; raises RefusedError."""
    person, worker = held.people[choice.person], held.workers.get(choice.staff)
    if because := bar_to_key_work(person, decision.prison):
        raise RefusedError(because, "staff")
    if person.presence == Presence.HOSPITAL:
        raise RefusedError(f"{person.name} is in hospital as a restricted patient", "staff")
    if worker is None:
        raise RefusedError(f"{Staff.objects.get(pk=choice.staff)} is not posted here as a key worker today", "staff")
    pair = {"forbidden": held.forbidden, "locked": held.locked}
    if because := hindrance(worker, on=decision.on) or pair_hindrance(person, worker, **pair):
        raise RefusedError(because, "staff")
    return worker


def bar_to_key_work(person: Person, prison: Prison) -> str:
    """Why nobody may be the person's key worker in a prison; "" when somebody may."""
    if prison.women and person.complexity == Complexity.HIGH:
        return "Complexity of need is high: she has extra time with her POM instead (KW-15)"
    return ""


def _end(allocation: KeyWorkerAllocation, kind: EndKind, *, because: str, by: Staff, at: datetime) -> None:
    allocation.ended_at, allocation.ended_by = max(at, allocation.started_at), by
    allocation.ended_kind, allocation.ended_because = kind, because
    allocation.save(update_fields=["ended_at", "ended_by", "ended_kind", "ended_because"])
