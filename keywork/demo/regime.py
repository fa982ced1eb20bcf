"""Regime levels, fortnightly key work and priority decisions of the demonstration: one of each kind, by place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import F, QuerySet

from keywork.actions.regime import next_monday
from keywork.models import FortnightlyVariant, LevelTask, NotPossible, PriorityDecision, PriorityGroup, RegimeLevel
from keywork.priority import OPEN_ACCT, POST_CLOSURE, TACT
from keywork.rules.priority import HIGH_ROSH
from omic.calendar import LONDON, in_utc
from omic.demo.personas import LOCAL, TRAINER, WOMENS
from omic.demo.places import Demonstration
from omic.models import Alert, Person, Posting, Role

LONG_HERE = timedelta(days=60)
NOTES = {
    LevelTask.Kind.REVIEW: "Went through the list with Safer Custody and the OMU at the morning meeting",
    LevelTask.Kind.TELL: "Notice on every wing, in-cell channel, and the peer mentors briefed",
}


@dataclass(frozen=True, slots=True)
class Move:
    """A change of level so many days ago, why, and which of its tasks are done."""

    days_ago: int
    level: int
    because: str
    done: tuple[LevelTask.Kind, ...] = tuple(LevelTask.Kind)
    withdrawn: str = ""


MOVES = {
    LOCAL: (
        Move(210, 3, "Respiratory infections on two wings"),
        Move(182, 4, "Outbreak declared, a quarter of staff absent"),
        Move(168, 3, "Outbreak over on all wings but one"),
        Move(91, 2, "No new infections for four weeks"),
        Move(21, 1, "Staffing near target, full regime", done=(LevelTask.Kind.REVIEW,)),
        Move(-10, 2, "Redecoration of B wing", withdrawn="The work was put off"),
    ),
    WOMENS: (
        Move(120, 3, "High staff absence"),
        Move(9, 2, "Absence has halved", done=()),
    ),
}


@dataclass(frozen=True, slots=True)
class Made:
    """A decision to be made: about which group, yes or no, since and until how many days from now."""

    group: PriorityGroup
    included: bool
    because: str
    since: int = -14
    until: int | None = None
    length: int | None = None
    pgd_agreed: bool | None = None
    withdrawn: str = ""


KEPT = Made(PriorityGroup.ACCT_POST_CLOSURE, True, "Still unsettled at the post-closure interview", until=21)
DROPPED = Made(PriorityGroup.ACCT_POST_CLOSURE, False, "Back at work and in touch with the family")
EXTENDED = Made(PriorityGroup.HIGH_ROSH, True, "The IRMM wants twelve weeks of preparation", length=12)
NOT_EXTENDED = Made(PriorityGroup.HIGH_ROSH, False, "The IRMM found four weeks enough")
UNKNOWN = Made(PriorityGroup.HIGH_ROSH, True, "The IRMM wants contact until there is a date")
PATHFINDER = Made(PriorityGroup.TACT, True, "Pathfinder Committee: six months", length=6)
RECOMMENDED = Made(PriorityGroup.NON_TACT, True, "Pathfinder Committee: four months", length=4)
EVERYWHERE = (
    Made(PriorityGroup.SHIELDING, True, "Advised by healthcare", since=-40),
    Made(PriorityGroup.SHIELDING, True, "Advised by healthcare until the operation", since=-50, until=-20),
    Made(PriorityGroup.LOCAL, True, "First time in custody, no visits yet"),
    Made(PriorityGroup.LOCAL, True, "Recently bereaved", pgd_agreed=True),
    Made(PriorityGroup.LOCAL, True, "Asked for more time with the key worker", pgd_agreed=False),
    Made(PriorityGroup.LOCAL, True, "Moved wings three times", withdrawn="Recorded for the wrong person"),
)


def set_levels(demo: Demonstration) -> dict[str, int]:
    """Levels with their tasks and papers, marks at level 4, requests for fortnightly key work, and decisions."""
    counts = {"Regime levels": 0, "Priority decisions": 0}
    for place in demo.places:
        counts["Regime levels"] += sum(1 for move in MOVES.get(place.code, ()) if _move(demo, place.code, move))
        counts["Priority decisions"] += _decide(demo, place.code)
        if place.code == LOCAL:
            _mark(demo)
        if place.code == TRAINER:
            _ask(demo)
    return counts


def _staff(code: str, role: Role, on: date) -> int:
    return Posting.objects.on(on).filter(prison=code, role=role).earliest("staff_id").staff_id


def _pgd(on: date) -> int:
    return Posting.objects.on(on).filter(role=Role.PGD).earliest("staff_id").staff_id


def _at(on: date, hour: int = 10) -> datetime:
    return in_utc(datetime.combine(on, time(hour), tzinfo=LONDON))


def _move(demo: Demonstration, code: str, move: Move) -> RegimeLevel:
    starts_on = demo.on - timedelta(days=move.days_ago)
    recorded_on = min(starts_on, demo.on) - timedelta(days=2)
    governor = _staff(code, Role.GOVERNOR, demo.on)
    withdrawn = {"withdrawn_by_id": governor, "withdrawn_at": _at(recorded_on, 16), "withdrawn_because": move.withdrawn}
    level = RegimeLevel.objects.create(
        prison_id=code,
        level=move.level,
        starts_on=starts_on,
        because=move.because,
        sign_off=f"National Framework {starts_on:%Y/%m}-{move.level}",
        risk_assessment=f"RA key work {move.level}, {starts_on:%B %Y}",
        safe_system=f"SSoW key work level {move.level}",
        consultation="Local branch meeting, minutes on the staff site",
        recovery_plan="Recovery plan, section 4" if move.level in (2, 3) else "",
        recorded_by_id=governor,
        recorded_at=_at(recorded_on),
        **(withdrawn if move.withdrawn else {}),
    )
    LevelTask.objects.bulk_create(_task(demo, level, kind, move) for kind in LevelTask.Kind)
    return level


def _task(demo: Demonstration, level: RegimeLevel, kind: LevelTask.Kind, move: Move) -> LevelTask:
    task = LevelTask(level=level, prison_id=level.prison_id, kind=kind, opened_at=level.recorded_at)
    if kind in move.done and not move.withdrawn:
        task.done_by_id = _staff(level.prison_id, Role.KEY_WORK_MANAGER, demo.on)
        task.done_at, task.note = level.recorded_at + timedelta(days=1), NOTES[kind]
    return task


def _decide(demo: Demonstration, code: str) -> int:
    by, pgd = _staff(code, Role.KEY_WORK_MANAGER, demo.on), _pgd(demo.on)
    rows = [_decision(demo, person, made, by, pgd) for person, made in _chosen(demo, code)]
    PriorityDecision.objects.bulk_create(rows)
    return len(rows)


def _chosen(demo: Demonstration, code: str) -> Iterator[tuple[Person, Made]]:
    """Each kind of decision about somebody whom it fits; where nobody does, it is left out."""
    people = Person.objects.filter(prison=code, arrived_on__lte=demo.on - LONG_HERE).order_by("prison_number")
    high = people.filter(details__rosh__in=HIGH_ROSH)
    ahead = high.filter(earliest_release_on__gt=demo.on + timedelta(days=30)).order_by(F("earliest_release_on"), "pk")
    acct = _with_alert(people, POST_CLOSURE).exclude(pk__in=_with_alert(people, OPEN_ACCT).values("pk"))
    tact = _with_alert(people, TACT)
    for some, made in (
        (acct, (KEPT, DROPPED)),
        (ahead, (EXTENDED, NOT_EXTENDED)),
        (high.filter(earliest_release_on=None), (UNKNOWN,)),
        (tact, (PATHFINDER,)),
        (people.exclude(pk__in=tact.values("pk")), (RECOMMENDED, *EVERYWHERE)),
    ):
        yield from zip(some[: len(made)], made, strict=False)


def _with_alert(people: QuerySet[Person], code: str) -> QuerySet[Person]:
    return people.filter(pk__in=Alert.objects.filter(code=code, ends_on=None).values("person"))


def _decision(demo: Demonstration, person: Person, made: Made, by: int, pgd: int) -> PriorityDecision:
    starts_on = demo.on + timedelta(days=made.since)
    row = PriorityDecision(
        person=person,
        prison_id=person.prison_id,
        group=made.group,
        included=made.included,
        length=made.length,
        because=made.because,
        starts_on=starts_on,
        ends_on=None if made.until is None else demo.on + timedelta(days=made.until),
        decided_by_id=by,
        decided_at=_at(starts_on),
    )
    if made.pgd_agreed is not None:
        row.pgd_agreed, row.pgd_decided_by_id, row.pgd_decided_at = made.pgd_agreed, pgd, _at(starts_on, 15)
    if made.withdrawn:
        row.withdrawn_by_id, row.withdrawn_at, row.withdrawn_because = by, _at(starts_on, 16), made.withdrawn
    return row


def _mark(demo: Demonstration) -> None:
    """At level 4 key work was not possible for three people; one mark was taken back."""
    on = demo.on - timedelta(days=180)
    people: Sequence[Person] = Person.objects.filter(prison=LOCAL, arrived_on__lt=on).order_by("prison_number")[:3]
    by = _staff(LOCAL, Role.KEY_WORK_MANAGER, demo.on)
    marks = [
        NotPossible(person=person, prison_id=LOCAL, from_on=on, because="Isolating", marked_by_id=by, marked_at=_at(on))
        for person in people
    ]
    for mark in marks[:1]:
        mark.withdrawn_by_id, mark.withdrawn_at, mark.withdrawn_because = by, _at(on, 14), "Marked for the wrong cell"
    NotPossible.objects.bulk_create(marks)


def _ask(demo: Demonstration) -> None:
    """The trainer has asked again: the first request was refused."""
    homs, asked_on = _staff(TRAINER, Role.HOMS, demo.on), demo.on - timedelta(days=150)
    FortnightlyVariant.objects.create(
        prison_id=TRAINER,
        starts_on=next_monday(asked_on + timedelta(days=7)),
        because="Most people stay for years",
        asked_by_id=homs,
        asked_at=_at(asked_on),
        approved=False,
        decided_by_id=_pgd(demo.on),
        decided_at=_at(asked_on + timedelta(days=6)),
        decision="Not before every key worker is trained",
    )
    FortnightlyVariant.objects.create(
        prison_id=TRAINER,
        starts_on=next_monday(demo.on + timedelta(days=7)),
        because="Every key worker is trained now, and most people stay for years",
        asked_by_id=homs,
        asked_at=_at(demo.on - timedelta(days=4)),
    )
