"""What is recorded of a POM: type, grade, base and days, each from a day on; and the priority courses done."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F, QuerySet

from allocation.models import Pom, PomTraining
from allocation.policy import REFUSALS, PomType
from allocation.refusals import RefusedError
from allocation.rules import ProfileFacts, check_profile
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.formats import day
from omic.models import Prison, Staff

CHANGED = "Somebody else has changed what is recorded of this POM. Look again before you save."
# The field of the form that each impossible profile is about.
_FIELDS = {"operational_probation_pom": "operational", "hub_unnamed": "hub", "hub_of_prison_based": "hub"}


@dataclass(frozen=True, slots=True)
class Profile:
    """Of which type a POM is, how many days a week they work, of which grade (None: not said) and where based."""

    pom_type: str
    working_days: Decimal
    operational: bool | None = None
    base: str = Pom.Base.PRISON
    hub: str = ""


@transaction.atomic
def set_pom_profile(
    *,
    staff: Staff,
    prison: Prison,
    profile: Profile,
    starts_on: date,
    version: int | None,
    on: date,
    by: Staff,
    at: datetime,
) -> Pom:
    """From `starts_on` all this is so: what held until then ends, and what was to hold from later gives way.

    `version` is that of the newest row the decision was made against, None where there was none; `on` is today. Raises
    RefusedError when somebody else has changed it since, when grade and base contradict each other (AL-19), or when
    `starts_on` lies before the day from which today's row holds.
    """
    checked = check_profile(_facts(profile), on=on)
    if not checked.value:
        raise RefusedError(REFUSALS[checked.reason], field=_FIELDS[checked.reason])
    Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)
    rows = Pom.objects.filter(staff=staff, prison=prison)
    _refuse(rows, version=version, starts_on=starts_on, on=on)
    rows.filter(starts_on__gte=starts_on).delete()
    rows.on(starts_on).update(ends_on=starts_on, version=F("version") + 1)
    saved = Pom.objects.create(
        staff=staff,
        prison=prison,
        starts_on=starts_on,
        recorded_by=by,
        recorded_at=at,
        version=(version or 0) + 1,
        **asdict(profile),
    )
    detail = {"staff_id": staff.pk, "pom_type": profile.pom_type, "working_days": str(profile.working_days)}
    audit.record(by=Actor(staff=by), action="set_pom_profile", at=at, prison=prison, starts_on=str(starts_on), **detail)
    return saved


@transaction.atomic
def record_course(
    *, staff: Staff, prison: Prison, course: str, completed_on: date, by: Staff, at: datetime
) -> PomTraining:
    """Keep that a POM has done a priority course (AL-18); a day said again corrects it.

    Raises RefusedError for a day to come.
    """
    if completed_on > london_day(at):
        raise RefusedError("The day must not lie ahead", field="completed_on")
    said = {"completed_on": completed_on, "recorded_by": by, "recorded_at": at}
    row, _ = PomTraining.objects.update_or_create(staff=staff, course=course, defaults=said)
    _audit("record_course", staff, prison, course, by, at)
    return row


@transaction.atomic
def take_back_course(*, staff: Staff, prison: Prison, course: str, by: Staff, at: datetime) -> None:
    """The POM has not done this course after all. Nothing happens where none is recorded."""
    if PomTraining.objects.filter(staff=staff, course=course).delete()[0]:
        _audit("take_back_course", staff, prison, course, by, at)


def _facts(profile: Profile) -> ProfileFacts:
    in_hub = profile.base == Pom.Base.HUB
    return ProfileFacts(PomType(profile.pom_type), profile.operational, in_hub, profile.hub)


def _refuse(rows: QuerySet[Pom], *, version: int | None, starts_on: date, on: date) -> None:
    newest = rows.order_by("-starts_on", "-pk").first()
    if (newest and newest.version) != version:
        raise RefusedError(CHANGED)
    present = rows.on(on).first()  # type: ignore[attr-defined]
    if present and starts_on < present.starts_on:
        words = f"What is recorded holds from {day(present.starts_on)}: choose that day or a later one"
        raise RefusedError(words, field="starts_on")


def _audit(action: str, staff: Staff, prison: Prison, course: str, by: Staff, at: datetime) -> None:
    audit.record(by=Actor(staff=by), action=action, at=at, prison=prison, staff_id=staff.pk, course=course)
