"""Who works here as a key worker: what they carry, whether they are here, and whether they may take another.

Everything is asked by the day, so that an absence begins, ends and is covered without any night: no row is changed when
somebody comes back. Profiles belong to one prison: what a key worker is elsewhere counts for nothing here.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, NullIf

from keywork.models import Absence, Ceiling, Course, KeyWorker, KeyWorkerAbsence, KeyWorkerAllocation, Training
from keywork.rules import AllocationFacts, may_allocate, policy_on
from omic.formats import day, plural
from omic.models import Cover, Person, Prison, Role, SettingKind, Staff, Wing

AWAY_WORDS = {
    Absence.ANNUAL_LEAVE: "is on annual leave",
    Absence.LONG_TERM_ABSENCE: "is on long-term absence",
    Absence.NO_PRISONER_CONTACT: "has no prisoner contact at present",
    Absence.INACTIVE: "is inactive",
}
# What the rule calls a missing course, and the day of that course on a row of `with_capacity`.
COURSES = {
    "fmi_training": (Course.FMI, "fmi_on"),
    "key_work_training": (Course.KEY_WORK, "key_work_on"),
    "trauma_training": (Course.TRAUMA_INFORMED, "trauma_informed_on"),
}


def with_capacity(prison: Prison, *, on: date) -> QuerySet[Staff]:
    """Who is posted here as a key worker on a day, with what decides whether they may be given another person.

    `load` (people held here and expected, XC-10), `target` and `ceiling` (people), `ceiling_until` of one set for them,
    `fmi_on` `key_work_on` `trauma_informed_on` (days completed), `absence` (an `Absence`, "" when they are here) with
    `absent_since` and `returns_on` (the first day back, None when not known). Ask `hindrance` of a row.
    """
    absences = _absences(prison, on, OuterRef("pk"))
    ceilings = Ceiling.objects.filter(_of(OuterRef("pk"), prison), _standing("starts_on", "ends_on", on))
    held = KeyWorkerAllocation.objects.filter(staff=OuterRef("pk"), prison=prison, ended_at=None)
    expected = prison.expected_arrivals.filter(key_worker=OuterRef("pk"), closed_at=None)
    policy = policy_on(on)
    return _with_training(prison, on).annotate(
        load=_count(held, "staff") + _count(expected, "key_worker"),
        womens_estate=Value(prison.women),
        target=Value(policy.caseload_target),
        ceiling=Coalesce(Subquery(ceilings.values("people")[:1]), Value(policy.caseload_ceiling)),
        ceiling_until=Subquery(ceilings.values("ends_on")[:1]),
        absence=Coalesce(Subquery(absences.values("kind")[:1]), Value("")),
        absent_since=Subquery(absences.values("starts_on")[:1]),
        returns_on=Subquery(absences.values("returns_on")[:1]),
    )


def _with_training(prison: Prison, on: date) -> QuerySet[Staff]:
    completed = Training.objects.filter(_of(OuterRef("pk"), prison), completed_on__lte=on)
    return Staff.objects.filter(pk__in=_posted(prison, on).values("staff")).annotate(
        **{name: _latest(completed.filter(course=course)) for course, name in COURSES.values()}
    )


def _trained(prison: Prison) -> Q:
    trained = Q(fmi_on__isnull=False, key_work_on__isnull=False)
    return trained & Q(trauma_informed_on__isnull=False) if prison.women else trained


def staff_of(prison: Prison, *, on: date) -> QuerySet[Staff]:
    """Every key worker of a prison on a day, `with_capacity` and with what else their page and their list show.

    `trained` (KW-06), `absent`, `over_target`, `full`, `rank` (0 absent, 1 over target, 2 neither); `wing_codes` (the
    profile's, without any the postings'), `profiled_hours` a week, `half_days` of learning in the year of `on`,
    `champion`; `cover_needed` (their people who need a stand-in), `covering` (people they stand in for), `next_absence`
    and `away_from` of an absence to come. One query, whatever the number.
    """
    staff = with_capacity(prison, on=on).annotate(
        trained=ExpressionWrapper(_trained(prison), output_field=BooleanField()),
        absent=ExpressionWrapper(~Q(absence=""), output_field=BooleanField()),
        over_target=ExpressionWrapper(Q(load__gt=F("target")), output_field=BooleanField()),
        full=ExpressionWrapper(Q(load__gte=F("ceiling")), output_field=BooleanField()),
        rank=Case(When(~Q(absence=""), then=0), When(load__gt=F("target"), then=1), default=2),
    )
    return _with_cover(_with_profile(staff, prison, on=on), prison, on=on)


def _with_profile(staff: QuerySet[Staff], prison: Prison, *, on: date) -> QuerySet[Staff]:
    profile = KeyWorker.objects.filter(prison=prison, staff=OuterRef("pk"))
    own = Wing.objects.filter(key_workers__staff=OuterRef("pk"), key_workers__prison=prison)
    posted = Wing.objects.filter(pk__in=_posted(prison, on).filter(staff=OuterRef(OuterRef("pk"))).values("wing"))
    learnt = Training.objects.filter(_of(OuterRef("pk"), prison), course=Course.HALF_DAY, completed_on__year=on.year)
    ahead = KeyWorkerAbsence.objects.filter(_of(OuterRef("pk"), prison), starts_on__gt=on).order_by("starts_on")
    champion = prison.postings.on(on).filter(staff=OuterRef("pk"), role=Role.KEY_WORK_CHAMPION)
    nowhere = Value([], output_field=ArrayField(CharField()))
    return staff.annotate(
        profiled_hours=Subquery(profile.values("profiled_hours")[:1]),
        wing_codes=Coalesce(NullIf(_codes(own), nowhere), _codes(posted)),
        half_days=_count(learnt.filter(completed_on__lte=on), "key_worker"),
        champion=Exists(champion),
        next_absence=Coalesce(Subquery(ahead.values("kind")[:1]), Value("")),
        away_from=Subquery(ahead.values("starts_on")[:1]),
    )


def _with_cover(staff: QuerySet[Staff], prison: Prison, *, on: date) -> QuerySet[Staff]:
    covers = Cover.objects.on(on).filter(staff=OuterRef("pk"), prison=prison, role=Role.KEY_WORKER)
    wanting = _uncovered(prison, on).filter(key_worker=OuterRef("pk"))
    return staff.annotate(covering=_count(covers, "staff"), cover_needed=_count(wanting, "key_worker"))


def hindrance(worker: Any, *, on: date) -> str:
    """Why a key worker `with_capacity` may not be given one person more, and what to do; "" when they may.

    Training gates it (KW-06), whoever is away takes nobody, and the ceiling is hard (KW-03).
    """
    return hindrance_to_key_work(worker, on=on) or _no_room(worker, on=on)


def hindrance_to_key_work(worker: Any, *, on: date) -> str:
    """Why a key worker may not do key work today, for cover as well: not trained (KW-06) or away; "" when they may."""
    if courses := lacking(worker, on=on):
        words = " and ".join(course.label for course in courses)
        return f"{worker} has no training recorded in {words} (KW-06). Record it, or choose somebody else"
    return f"{away(worker)}. Choose somebody else" if worker.absence else ""


def lacking(worker: Any, *, on: date) -> list[Course]:
    """The courses that a key worker `with_capacity` lacks of those that this prison's estate asks for (KW-06)."""
    return [COURSES[code][0] for code in _missing(worker, on=on) if code in COURSES]


def _no_room(worker: Any, *, on: date) -> str:
    if "over_ceiling" not in _missing(worker, on=on):
        return ""
    people = plural(worker.load, "person,people")
    if worker.load == worker.ceiling:
        held = f"{people} already, which is the ceiling"
    else:
        held = f"{people} already, above the ceiling of {worker.ceiling}"
    return f"{worker} has {held} (KW-03). Raise it with a reason and an end date, or choose somebody else"


def _missing(worker: Any, *, on: date) -> tuple[str, ...]:
    facts = AllocationFacts(
        fmi_trained=worker.fmi_on is not None,
        key_work_trained=worker.key_work_on is not None,
        trauma_trained=worker.trauma_informed_on is not None,
        womens_estate=worker.womens_estate,
        has_key_worker=False,
        held=worker.load + 1,
        ceiling=worker.ceiling,
    )
    return may_allocate(facts, on=on).value.missing


def away(worker: Any) -> str:
    """That a key worker is away, why and until when: "Kay Weaver is on annual leave, back on 3 March 2026"."""
    back = f"back on {day(worker.returns_on)}" if worker.returns_on else "with no date of return"
    return f"{worker} {AWAY_WORDS[worker.absence]}, {back}"


def training_of(prison: Prison, staff: Staff) -> QuerySet[Training]:
    """What a key worker has completed, as this prison has recorded it."""
    return _kept(Training.objects.all(), prison, staff)


def absences_of(prison: Prison, staff: Staff) -> QuerySet[KeyWorkerAbsence]:
    """When a key worker was, is and will be away from this prison."""
    return _kept(KeyWorkerAbsence.objects.all(), prison, staff)


def ceilings_of(prison: Prison, staff: Staff) -> QuerySet[Ceiling]:
    """The ceilings set for a key worker here."""
    return _kept(Ceiling.objects.all(), prison, staff)


def _kept(rows: QuerySet[Any], prison: Prison, staff: Staff) -> QuerySet[Any]:
    own = rows.filter(key_worker__staff=staff, key_worker__prison=prison)
    return own.select_related("key_worker__staff", "key_worker__prison", "recorded_by")


def cover_needed(prison: Prison, *, on: date) -> QuerySet[Person]:
    """Whose key worker is away or works here no more on a day, and who has no stand-in who is here.

    `away_kind` (an `Absence`, "" for who works here no more), `away_since` and `returns_on` are the key worker's.
    """
    absences = _absences(prison, on, OuterRef("key_worker"))
    return _uncovered(prison, on).annotate(
        away_kind=Coalesce(Subquery(absences.values("kind")[:1]), Value("")),
        away_since=Subquery(absences.values("starts_on")[:1]),
        returns_on=Subquery(absences.values("returns_on")[:1]),
    )


def _uncovered(prison: Prison, on: date) -> QuerySet[Person]:
    absences = _absences(prison, on, OuterRef("key_worker"))
    posted = _posted(prison, on).filter(staff=OuterRef("key_worker"))
    people = prison.people.filter(key_worker__isnull=False).filter(Exists(absences) | ~Exists(posted))
    return people.filter(~Exists(standing_in(prison, on=on).filter(person=OuterRef("pk"))))


def standing_in(prison: Prison, *, on: date) -> QuerySet[Cover]:
    """Cover that helps on a day: whoever stands in is a key worker here and not away."""
    posted = _posted(prison, on).filter(staff=OuterRef("staff"))
    covers = Cover.objects.on(on).filter(prison=prison, role=Role.KEY_WORKER)
    return covers.filter(Exists(posted), ~Exists(_absences(prison, on, OuterRef("staff"))))


def _posted(prison: Prison, on: date) -> QuerySet[Any]:
    return prison.postings.on(on).filter(role=Role.KEY_WORKER)


def _absences(prison: Prison, on: date, staff: OuterRef) -> QuerySet[KeyWorkerAbsence]:
    return KeyWorkerAbsence.objects.filter(_of(staff, prison), _standing("starts_on", "returns_on", on))


def _of(staff: OuterRef, prison: Prison) -> Q:
    return Q(key_worker__staff=staff, key_worker__prison=prison)


def _standing(starts: str, ends: str, on: date) -> Q:
    return Q(**{f"{starts}__lte": on}) & (Q(**{f"{ends}__isnull": True}) | Q(**{f"{ends}__gt": on}))


def _count(rows: QuerySet[Any], by: str) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values(by).annotate(number=Count("pk")).values("number")), 0)


def _latest(training: QuerySet[Training]) -> Subquery:
    return Subquery(training.order_by().values("key_worker").annotate(on=Max("completed_on")).values("on"))


def _codes(wings: QuerySet[Wing]) -> ArraySubquery:
    return ArraySubquery(wings.order_by("code").values("code"))


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a prison is ready to run key work (KW-07). It warns and blocks nothing."""

    above_target_staffing: bool | None  # None: nobody has said
    untrained: tuple[Staff, ...]

    @property
    def ready(self) -> bool:
        """Staffed above target, and every key worker trained."""
        return self.above_target_staffing is True and not self.untrained


def readiness(prison: Prison, *, on: date) -> Readiness:
    """What stands against running key work in a prison on a day."""
    setting = prison.settings.filter(kind=SettingKind.ABOVE_TARGET_STAFFING).in_force(on).first()
    untrained = tuple(_with_training(prison, on).exclude(_trained(prison)).order_by("surname", "forename", "pk"))
    return Readiness(setting.value == "yes" if setting else None, untrained)
