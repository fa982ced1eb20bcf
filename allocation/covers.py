"""Cover for a POM who is away: a dated stand-in, and no second allocation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from allocation.caseload import posted_poms
from allocation.mails import mail_pom
from allocation.models import PomAbsence
from allocation.refusals import RefusedError
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import day
from omic.models import Cover, Person, Prison, Role, Staff
from omic.reconcile import lock


@dataclass(frozen=True, slots=True)
class StandIn:
    """Who is to stand in for somebody's POM, from a day until a day (not included; None: until it is ended)."""

    person: Person
    staff: Staff
    starts_on: date
    ends_on: date | None


def pom_covers(prison: Prison) -> QuerySet[Cover]:
    """Every cover of a POM in a prison."""
    return Cover.objects.filter(prison=prison, role=Role.POM)


def covered_by(staff: Staff, prison: Prison, *, on: date) -> QuerySet[Any]:
    """The people in a prison for whose POM somebody stands in on a day."""
    return Cover.objects.on(on).filter(staff=staff, prison=prison, role=Role.POM).order_by().values("person")


def standing_in(prison: Prison, *, on: date | OuterRef) -> QuerySet[Cover]:
    """Cover that helps on a day: whoever stands in is posted here as a POM and not away themselves.

    The day may be a field of the rows about which this is asked.
    """
    that_day: Any = OuterRef(on) if isinstance(on, OuterRef) else on  # the same field, from one query further in
    posted = posted_poms(prison, on=that_day).filter(staff=OuterRef("staff"))
    away = PomAbsence.objects.on(that_day).gone().filter(prison=prison, staff=OuterRef("staff"))
    return Cover.objects.on(on).filter(Exists(posted), ~Exists(away), prison=prison, role=Role.POM)


def cover_cases(
    *, stand_ins: Sequence[StandIn], prison: Prison, because: str, batch: str, by: Staff, at: datetime
) -> tuple[list[Cover], dict[int, str]]:
    """Save each stand-in that can be: the covers made and, by person, why the others were refused.

    A refused one takes none of the others with it; who stands in gets one email for all of a `batch`.
    """
    made, refused = [], {}
    for stand_in in stand_ins:
        try:
            made.append(cover_case(stand_in=stand_in, prison=prison, because=because, batch=batch, by=by, at=at))
        except RefusedError as error:
            refused[stand_in.person.pk] = str(error)
    return made, refused


@transaction.atomic
def cover_case(*, stand_in: StandIn, prison: Prison, because: str, batch: str, by: Staff, at: datetime) -> Cover:
    """Let a POM stand in for another, at the longest until other cover begins. One who is away themselves gives way.

    Raises RefusedError when the person has left or has no POM, somebody stands in already, the stand-in is their POM,
    or is not posted here as a POM or away on the first day.
    """
    lock([stand_in.person.pk])
    person = Person.objects.select_related("pom").get(pk=stand_in.person.pk)
    _check_person(person, stand_in, prison)
    _check_stand_in(stand_in, prison)
    covers = pom_covers(prison).filter(person=person)
    cover = Cover.objects.create(
        person=person,
        prison=prison,
        role=Role.POM,
        staff=stand_in.staff,
        starts_on=stand_in.starts_on,
        ends_on=_make_way(covers, person, stand_in, prison),
        because=because,
        recorded_by=by,
        recorded_at=at,
    )
    _audit("cover_case", cover, by, at)
    _tell(cover, batch, at)
    return cover


@transaction.atomic
def end_cover(*, cover: Cover, reason: str, by: Staff, at: datetime) -> Cover:
    """End cover today, with the reason; cover that has not begun never does. Raises RefusedError when it has ended."""
    lock([cover.person_id])
    if not Cover.objects.filter(pk=cover.pk).end(on=london_day(at), because=reason):
        raise RefusedError("This cover has ended already")
    _audit("end_cover", cover, by, at)
    return cover


def end_covers(covers: QuerySet[Cover], *, on: date, because: str, by: Staff, at: datetime) -> None:
    """End on a day those that would go on beyond it. Call it inside the writer's transaction."""
    for cover in covers.exclude(ends_on__lte=on).select_related("person", "prison"):
        Cover.objects.filter(pk=cover.pk).end(on=on, because=because)
        _audit("end_cover", cover, by, at)


def _check_person(person: Person, stand_in: StandIn, prison: Prison) -> None:
    if person.prison_id != prison.pk:
        raise RefusedError(f"{person.name} is no longer in this prison")
    if person.pom is None:
        raise RefusedError(f"{person.name} has no POM to stand in for: allocate one")
    if person.pom_id == stand_in.staff.pk:
        raise RefusedError(f"{stand_in.staff} is the POM of {person.name}: choose somebody else to stand in")


def _check_stand_in(stand_in: StandIn, prison: Prison) -> None:
    first, staff = stand_in.starts_on, stand_in.staff
    if stand_in.ends_on and stand_in.ends_on <= first:
        raise RefusedError("Cover must end after it begins")
    if not posted_poms(prison, on=first).filter(staff=staff).exists():
        raise RefusedError(f"{staff} is not posted here as a POM on {day(first)}")
    if absence := PomAbsence.objects.on(first).gone().filter(prison=prison, staff=staff).first():
        raise RefusedError(f"Recorded of {staff}: {absence.get_kind_display().lower()}. Choose somebody else")


def _make_way(covers: QuerySet[Cover], person: Person, stand_in: StandIn, prison: Prison) -> date | None:
    """One stand-in at a time: end cover that helps nobody, and give the day until which nobody else stands in."""
    first = stand_in.starts_on
    helping = standing_in(prison, on=first).filter(person=person).select_related("staff", "recorded_by").first()
    if helping:
        chosen = f"{helping.recorded_by} has chosen {helping.staff}"
        raise RefusedError(f"{chosen} to stand in already. End that cover first, or leave it")
    covers.filter(starts_on__lte=first).end(on=first, because=f"{stand_in.staff} stands in from then")
    ahead = covers.filter(starts_on__gt=first).exclude(ends_on=F("starts_on")).order_by("starts_on")
    days = (stand_in.ends_on, ahead.values_list("starts_on", flat=True).first())
    return min((one for one in days if one), default=None)


def _tell(cover: Cover, batch: str, at: datetime) -> None:
    until = f" until {day(cover.ends_on)}" if cover.ends_on else ""
    opening = f"From {day(cover.starts_on)}{until} you stand in for {cover.person.pom} in cases"
    mail_pom(
        cover.staff,
        cover.prison,
        about=f"cover:{batch}",
        title="you stand in for another POM",
        opening=opening,
        page="cases/mine",
        on=london_day(at),
        at=at,
    )


def _audit(action: str, cover: Cover, by: Staff, at: datetime) -> None:
    said = {"stand_in": cover.staff_id, "starts_on": str(cover.starts_on), "role": Role.POM}
    audit.record(by=Actor(staff=by), action=action, at=at, prison=cover.prison, person=cover.person, **said)
