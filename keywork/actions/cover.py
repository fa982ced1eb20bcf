"""Cover: a dated stand-in while a key worker is away. No second allocation, and no place under a ceiling (KW-14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, QuerySet

from keywork.actions.lockdown import follow_at_level_4
from keywork.actions.refusals import RefusedError
from keywork.placing import not_to_be_paired, pair_hindrance
from keywork.regime import locked_down
from keywork.staffing import hindrance_to_key_work, staff_of, standing_in
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import day
from omic.models import Cover, Person, Prison, Role, Staff
from omic.reconcile import lock


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is to stand in for somebody's key worker, from a day until a day (not included; None: until their return)."""

    person: Person
    staff: Staff
    starts_on: date
    ends_on: date | None
    because: str


def cover_people(
    *, choices: Sequence[Choice], prison: Prison, by: Staff, at: datetime
) -> tuple[list[Cover], dict[int, str]]:
    """Save each choice that can be: the covers made and, by person, why the others were refused.

    A refused one takes none of the others with it.
    """
    made, refused = [], {}
    for choice in choices:
        try:
            made.append(cover_person(choice=choice, prison=prison, by=by, at=at))
        except RefusedError as error:
            refused[choice.person.pk] = str(error)
    return made, refused


@transaction.atomic
def cover_person(*, choice: Choice, prison: Prison, by: Staff, at: datetime) -> Cover:
    """Let somebody stand in, at the longest until other cover begins. A stand-in who is away themselves gives way.

    Raises RefusedError when the person has left or somebody stands in already; when the stand-in is their key worker,
    not to be paired with them, away on the first day, or not a trained key worker here (KW-06).
    """
    lock([choice.person.pk])
    person = Person.objects.get(pk=choice.person.pk)
    _check_person(person, choice, prison)
    _check_stand_in(person, choice, prison)
    ends_on = _make_way(person, choice, prison)
    cover = Cover.objects.create(
        person=person, prison=prison, role=Role.KEY_WORKER, staff=choice.staff, starts_on=choice.starts_on,
        ends_on=ends_on, because=choice.because, recorded_by=by, recorded_at=at,
    )  # fmt: skip
    follow_at_level_4(prison, [person.pk], at=at)
    _audit("cover_person", cover, by, at, starts_on=str(cover.starts_on), ends_on=str(cover.ends_on or ""))
    return cover


@transaction.atomic
def end_cover(*, cover: Cover, because: str, by: Staff, at: datetime) -> Cover:
    """End cover today, with the reason; cover that has not begun never does. Raises RefusedError when it has ended."""
    lock([cover.person_id])
    today = london_day(at)
    if not Cover.objects.filter(pk=cover.pk).end(on=today, because=because):
        raise RefusedError("This cover has ended already")
    follow_at_level_4(cover.prison, [cover.person_id], at=at)
    _audit("end_cover", cover, by, at)
    return cover


def end_covers(covers: QuerySet[Cover], *, on: date, because: str, by: Staff, at: datetime) -> None:
    """End on a day those that would go on beyond it. Call it inside the writer's transaction."""
    for cover in covers.exclude(ends_on__lte=on).select_related("person", "prison"):
        Cover.objects.filter(pk=cover.pk).end(on=on, because=because)
        _audit("end_cover", cover, by, at)


def _check_person(person: Person, choice: Choice, prison: Prison) -> None:
    if person.prison_id != prison.pk:
        raise RefusedError(f"{person.name} is no longer in this prison")
    if person.key_worker_id is None:
        raise RefusedError(f"{person.name} has no key worker to stand in for: allocate one")
    if person.key_worker_id == choice.staff.pk:
        raise RefusedError(f"{choice.staff} is the key worker of {person.name}: choose somebody else to stand in")
    if choice.ends_on and choice.ends_on <= choice.starts_on:
        raise RefusedError("Cover must end after it begins")


def _check_stand_in(person: Person, choice: Choice, prison: Prison) -> None:
    on = choice.starts_on
    worker = staff_of(prison, on=on).filter(pk=choice.staff.pk).first()
    if worker is None:
        raise RefusedError(f"{choice.staff} is not posted here as a key worker on {day(on)}")
    pairs = {"forbidden": not_to_be_paired(prison), "locked": locked_down(prison, on=on)}
    if because := hindrance_to_key_work(worker, on=on) or pair_hindrance(person, worker, **pairs):
        raise RefusedError(because)


def _make_way(person: Person, choice: Choice, prison: Prison) -> date | None:
    """One stand-in at a time: end cover that helps nobody, and give the day until which nobody else stands in."""
    first = choice.starts_on
    helping = standing_in(prison, on=first).filter(person=person).select_related("staff", "recorded_by").first()
    if helping:
        chosen = f"{helping.recorded_by} has chosen {helping.staff}"
        raise RefusedError(f"{chosen} to stand in already. End that cover first, or leave it")
    covers = Cover.objects.filter(person=person, role=Role.KEY_WORKER)
    covers.on(first).end(on=first, because=f"{choice.staff} stands in from then")
    ahead = covers.filter(starts_on__gt=first).exclude(ends_on=F("starts_on")).order_by("starts_on")
    days = (choice.ends_on, ahead.values_list("starts_on", flat=True).first())
    return min((day for day in days if day), default=None)


def _audit(action: str, cover: Cover, by: Staff, at: datetime, **detail: object) -> None:
    audit.record(
        by=Actor(staff=by), action=action, at=at, prison=cover.prison, person=cover.person, stand_in=cover.staff_id,
        **detail,
    )  # fmt: skip
