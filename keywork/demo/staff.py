"""Key workers' profiles in the demonstration: nearly all trained, a few away, and cover for some of their people."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from keywork.models import Absence, Ceiling, Course, KeyWorker, KeyWorkerAbsence, Training
from keywork.policy import VERSIONS
from keywork.staffing import cover_needed, staff_of
from omic.demo.personas import PERSONAS
from omic.demo.places import Demonstration, Place
from omic.models import Cover, Posting, Prison, Role

UNTRAINED = 2  # key workers of each prison who lack a course: those with fewest people
HOURS = (Decimal("6.0"), Decimal("7.5"), Decimal("9.0"))
# Why key workers are away, from and until how many days after today: those with most people, one each.
AWAY = (
    (Absence.ANNUAL_LEAVE, -3, 11),
    (Absence.LONG_TERM_ABSENCE, -40, None),
    (Absence.NO_PRISONER_CONTACT, -10, None),
    (Absence.ANNUAL_LEAVE, 5, 19),
)
FIRST_TRAINED, TRAINED_SINCE, LATELY = timedelta(days=900), 700, timedelta(days=120)
RAISED_FOR = timedelta(days=60)
LEFT_UNCOVERED = 3  # of every so many people who need cover, one still does


def make_profiles(demo: Demonstration) -> dict[str, int]:
    """Profiles, training, absences with some of the cover that they ask for, and a raised ceiling, in each prison.

    Allocations stand already: whoever has most people is away, so that their people are seen to need cover.
    """
    counts = {"Key worker profiles": 0, "Key workers' absences": 0, "Covers": 0}
    for place in demo.places:
        prison = Prison.objects.get(pk=place.code)
        workers = _profiles(demo, place)
        counts["Key worker profiles"] += len(workers)
        by = Posting.objects.on(demo.on).filter(prison=prison, role=Role.KEY_WORK_MANAGER).earliest("staff_id").staff_id
        ordered = [workers[worker.pk] for worker in _unnamed(prison, demo.on)]
        trained = [worker for worker in workers.values() if worker not in ordered[-UNTRAINED:]]
        Training.objects.bulk_create(_training(demo, place, trained, ordered[-UNTRAINED:], by))
        away = KeyWorkerAbsence.objects.bulk_create(_absences(demo, ordered, by))
        Ceiling.objects.bulk_create(_raised(demo, ordered[len(AWAY) :][:1], by))
        counts["Key workers' absences"] += len(away)
        counts["Covers"] += len(Cover.objects.bulk_create(_covers(demo, prison, by)))
    return counts


def _profiles(demo: Demonstration, place: Place) -> dict[int, KeyWorker]:
    """A profile for everybody posted as a key worker today, by staff, with the wing of their posting."""
    chance = demo.chance("key workers' profiles", place.code)
    postings = Posting.objects.on(demo.on).filter(prison=place.code, role=Role.KEY_WORKER).order_by("staff_id")
    wings = dict(postings.values_list("staff_id", "wing_id"))
    made = KeyWorker.objects.bulk_create(
        KeyWorker(staff_id=staff, prison_id=place.code, profiled_hours=chance.choice(HOURS)) for staff in wings
    )
    link = KeyWorker.wings.through
    placed = [worker for worker in made if wings[worker.staff_id]]
    link.objects.bulk_create(link(keyworker_id=worker.pk, wing_id=wings[worker.staff_id]) for worker in placed)
    return {worker.staff_id: worker for worker in made}


def _unnamed(prison: Prison, on: date) -> list[Any]:
    """Key workers as whom nobody signs in, those with most people first."""
    personas = [persona.username for persona in PERSONAS]
    return list(staff_of(prison, on=on).exclude(username__in=personas).order_by("-load", "pk"))


def _training(
    demo: Demonstration, place: Place, trained: Sequence[KeyWorker], untrained: Sequence[KeyWorker], by: int
) -> Iterator[Training]:
    chance = demo.chance("training", place.code)
    courses = [Course.FMI, Course.KEY_WORK, Course.TRAUMA_INFORMED]
    for worker in trained:
        for course in courses:
            yield _completed(demo, worker, course, _long_ago(demo, chance), by)
        if chance.random() < 0.6:
            yield _completed(demo, worker, Course.HALF_DAY, demo.on - LATELY * chance.random(), by)
    for worker in untrained:
        yield _completed(demo, worker, Course.FMI, _long_ago(demo, chance), by)


def _long_ago(demo: Demonstration, chance: Random) -> date:
    return demo.on - FIRST_TRAINED + timedelta(days=chance.randrange(TRAINED_SINCE))


def _completed(demo: Demonstration, worker: KeyWorker, course: Course, on: date, by: int) -> Training:
    return Training(key_worker=worker, course=course, completed_on=on, recorded_by_id=by, recorded_at=demo.at)


def _absences(demo: Demonstration, workers: Sequence[KeyWorker], by: int) -> Iterator[KeyWorkerAbsence]:
    for worker, (kind, first, back) in zip(workers, AWAY, strict=False):
        yield KeyWorkerAbsence(
            key_worker=worker, kind=kind, starts_on=demo.on + timedelta(days=first),
            returns_on=None if back is None else demo.on + timedelta(days=back), recorded_by_id=by, recorded_at=demo.at,
        )  # fmt: skip


def _raised(demo: Demonstration, workers: Sequence[KeyWorker], by: int) -> Iterator[Ceiling]:
    """Whoever has most people of those who are here may have more for a time (KW-03)."""
    for worker in workers:
        yield Ceiling(
            key_worker=worker, people=VERSIONS[-1].caseload_ceiling + 2, starts_on=demo.on,
            ends_on=demo.on + RAISED_FOR, because="Two colleagues of the wing are away", recorded_by_id=by,
            recorded_at=demo.at,
        )  # fmt: skip


def _covers(demo: Demonstration, prison: Prison, by: int) -> Iterator[Cover]:
    """A stand-in for most people whose key worker is away, by turns; the others are still to be covered."""
    free = staff_of(prison, on=demo.on).filter(absent=False, trained=True, away_from=None).order_by("load", "pk")
    stand_ins = list(free.values_list("pk", flat=True))
    needed = cover_needed(prison, on=demo.on).exclude(away_kind="").order_by("pk")
    for number, person in enumerate(needed):
        if stand_ins and number % LEFT_UNCOVERED:
            yield Cover(
                person=person, prison=prison, role=Role.KEY_WORKER, staff_id=stand_ins[number % len(stand_ins)],
                starts_on=demo.on, ends_on=person.returns_on, because=Absence(person.away_kind).label,  # type: ignore[attr-defined]
                recorded_by_id=by, recorded_at=demo.at,
            )  # fmt: skip
