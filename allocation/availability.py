"""When POMs take no new cases, are away or leave; and the cases that nobody has meanwhile."""

from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from allocation.candidates import soon
from allocation.caseload import posted_poms
from allocation.covers import end_covers, pom_covers, standing_in
from allocation.leaving import open_shares
from allocation.models import PomAbsence, PomAllocation
from allocation.refusals import RefusedError
from omic import audit
from omic.audit import Actor
from omic.formats import day
from omic.models import Cover, Person, Prison, Staff

Kind = PomAbsence.Kind


@transaction.atomic
def record_pom_absence(
    *,
    staff: Staff,
    prison: Prison,
    kind: str,
    starts_on: date,
    returns_on: date | None,
    because: str,
    by: Staff,
    at: datetime,
) -> PomAbsence:
    """From a day until a day (not included) a POM takes no new cases, is away, or has left; they return by themselves.

    Raises RefusedError when another absence stands in those days, or who leaves is said to return.
    """
    Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)
    if kind == Kind.LEAVING and returns_on:
        raise RefusedError(
            "Who leaves does not return: leave the day empty, or choose another kind", field="returns_on"
        )
    if returns_on and returns_on <= starts_on:
        raise RefusedError("The day of return must be after the first day", field="returns_on")
    others = PomAbsence.objects.filter(staff=staff, prison=prison)
    others = others.filter(Q(returns_on__isnull=True) | Q(returns_on__gt=starts_on))
    if returns_on:
        others = others.filter(starts_on__lt=returns_on)
    if stands := others.first():
        raise RefusedError(
            f"{stands.get_kind_display()} is recorded already from {day(stands.starts_on)}. End that first"
        )
    absence = PomAbsence.objects.create(
        staff=staff,
        prison=prison,
        kind=kind,
        starts_on=starts_on,
        returns_on=returns_on,
        because=because,
        recorded_by=by,
        recorded_at=at,
    )
    _audit("record_pom_absence", absence, by, at)
    return absence


@transaction.atomic
def end_pom_absence(*, absence: PomAbsence, version: int, on: date, by: Staff, at: datetime) -> None:
    """The POM is back on a day, and cover of their cases ends; what has not begun is taken back.

    Raises RefusedError if it was changed meanwhile.
    """
    rows = PomAbsence.objects.filter(pk=absence.pk, version=version)
    begun = rows.filter(Q(returns_on__isnull=True) | Q(returns_on__gt=on), starts_on__lt=on)
    if not (begun.update(returns_on=on, version=F("version") + 1) or rows.filter(starts_on__gte=on).delete()[0]):
        raise RefusedError("Somebody else has changed this meanwhile. Look again before you save")
    _end_covers(absence, on=max(on, absence.starts_on), by=by, at=at)
    _audit("end_pom_absence", absence, by, at, on=on.isoformat())


def _end_covers(absence: PomAbsence, *, on: date, by: Staff, at: datetime) -> None:
    """Cover in the time of an absence ends on the day of return; cover of a later absence stays."""
    covers = pom_covers(absence.prison).filter(person__pom=absence.staff).exclude(ends_on__lte=absence.starts_on)
    if absence.returns_on:
        covers = covers.filter(starts_on__lt=absence.returns_on)
    end_covers(covers, on=on, because=f"{absence.staff} is back", by=by, at=at)


def left_alone(people: QuerySet[Person], prison: Prison, *, on: date) -> QuerySet[Person]:
    """Of people with a POM those whose POM is away, leaving or no longer posted here, and for whom nobody stands in."""
    away = Exists(PomAbsence.objects.on(on).gone().filter(prison=prison, staff=OuterRef("pom")))
    posted = Exists(posted_poms(prison, on=on).filter(staff=OuterRef("pom")))
    covered = Exists(standing_in(prison, on=on).filter(person=OuterRef("pk")))
    return people.filter(pom__isnull=False).filter(away | ~posted).exclude(covered)


def alone_soon(people: QuerySet[Person], prison: Prison, *, on: date) -> QuerySet[Person]:
    """Of people with a POM those whose POM is away, or leaves, from a day within the next days (`soon`), and for whom
    nobody stands in on that day."""
    absences = PomAbsence.objects.gone().filter(prison=prison, starts_on__gt=on, starts_on__lte=soon(on))
    renewed = posted_poms(prison, on=OuterRef("ends_on")).filter(staff=OuterRef("staff"))
    postings = posted_poms(prison, on=on).filter(ends_on__lte=soon(on)).exclude(Exists(renewed))
    goes = _alone_from("starts_on", absences, prison) | _alone_from("ends_on", postings, prison)
    return people.filter(goes, pom__isnull=False)


def _alone_from(field: str, rows: QuerySet[Any], prison: Prison) -> Q:
    covered = standing_in(prison, on=OuterRef(field)).filter(person=OuterRef(OuterRef("pk")))
    goes = Q(pom__in=rows.values("staff"))  # few do: the database asks of their cases alone who stands in
    return goes & Q(Exists(rows.filter(staff=OuterRef("pom")).exclude(Exists(covered))))


class Left(NamedTuple):
    """What a POM leaves behind who is away or leaves, from the day `on`: the cases for which nobody stands in, the
    parts beside other POMs, and the cases in which they stand in themselves."""

    on: date
    cases: QuerySet[Person]
    shares: QuerySet[PomAllocation]
    covers: QuerySet[Cover]


def left_by(staff: Staff, prison: Prison, *, on: date) -> Left | None:
    """What somebody leaves behind; None for who stays: no absence is recorded, now or later."""
    first = _gone_from(staff, prison, on=on)
    if first is None:
        return None
    covered = standing_in(prison, on=first).filter(person=OuterRef("pk"))
    covers = pom_covers(prison).filter(staff=staff).exclude(ends_on__lte=first).exclude(ends_on=F("starts_on"))
    return Left(
        on=first,
        cases=prison.people.filter(pom=staff).exclude(Exists(covered)),
        shares=open_shares(prison).filter(staff=staff),
        covers=covers,
    )


def _gone_from(staff: Staff, prison: Prison, *, on: date) -> date | None:
    """The first day from `on` on which somebody is away, has left, or, within days, is posted here no more."""
    absences = PomAbsence.objects.gone().filter(staff=staff, prison=prison).exclude(returns_on__lte=on)
    posting = posted_poms(prison, on=on).filter(staff=staff).first()
    ends_on = posting.ends_on if posting else on
    days = [*absences.values_list("starts_on", flat=True), *([ends_on] if ends_on and ends_on <= soon(on) else [])]
    return max(min(days), on) if days else None


def _audit(action: str, absence: PomAbsence, by: Staff, at: datetime, **detail: str) -> None:
    said = {"staff_id": absence.staff_id, "kind": absence.kind, "starts_on": absence.starts_on.isoformat(), **detail}
    audit.record(by=Actor(staff=by), action=action, at=at, prison=absence.prison, **said)
