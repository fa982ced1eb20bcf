"""What prisons have decided about regime levels, fortnightly key work and priority groups, asked by the day."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest

from keywork.models import FortnightlyVariant, LevelTask, NotPossible, PriorityDecision, PriorityGroup, RegimeLevel
from keywork.policy import RULES_BY_ID, Level, Why
from keywork.rules import LevelFrom, Trigger
from omic.calendar import london_day
from omic.models import Contact, ContactKind, Estate, Person, Prison, PrisonSetting, SettingKind
from omic.policy import Rule

LEVEL_NAMES = {
    Level.LOCKDOWN: "Level 4 (lockdown)",
    Level.RESTRICT: "Level 3 (restrict)",
    Level.REDUCE: "Level 2 (reduce)",
    Level.PREPARE: "Level 1 (prepare)",
}
# The rules that say what each level asks for, in the words that staff read.
_ASKED = {
    Level.LOCKDOWN: ("ED-01", "ED-08", "ED-13", "KW-16"),
    Level.RESTRICT: ("ED-02", "KW-16"),
    Level.REDUCE: ("ED-03", "ED-07", "KW-16"),
    Level.PREPARE: ("ED-04", "ED-05", "ED-06"),
}
_ASKED_OF_WOMEN = ("ED-15", "KW-17", "WB-02", "WB-04", "WB-05", "WB-06")


class Fortnightly(NamedTuple):
    """Approved fortnightly key work from a Monday until a Monday (not included; None while it goes on)."""

    starts_on: date
    ends_on: date | None

    def holds(self, on: date) -> bool:
        """Whether key work goes by the fortnight on a day."""
        return self.starts_on <= on and (self.ends_on is None or on < self.ends_on)


class Decision(NamedTuple):
    """What stands decided about one group: in or not, with weeks (RoSH) or months (extremism), and the PGD's word.

    From a day until a day (not included; None while it goes on).
    """

    included: bool
    length: int | None
    pgd_agreed: bool | None
    starts_on: date
    ends_on: date | None


# --- for the pipeline: many prisons or people, one query each --------------------------------------------------------


def dated_levels(prisons: Collection[str]) -> dict[str, tuple[LevelFrom, ...]]:
    """Every regime level of the prisons (by code), oldest first, those to come included. No key: none recorded."""
    found: dict[str, list[LevelFrom]] = defaultdict(list)
    rows = RegimeLevel.objects.standing().filter(prison__in=prisons).order_by("starts_on")
    for code, starts_on, level in rows.values_list("prison_id", "starts_on", "level"):
        found[code].append(LevelFrom(starts_on, Level(level)))
    return {code: tuple(levels) for code, levels in found.items()}


def fortnightly_times(prisons: Collection[str]) -> dict[str, tuple[Fortnightly, ...]]:
    """When key work has been approved as fortnightly in the prisons (by code), oldest first (KW-04)."""
    found: dict[str, list[Fortnightly]] = defaultdict(list)
    rows = FortnightlyVariant.objects.filter(prison__in=prisons, approved=True).order_by("starts_on")
    for code, starts_on, ends_on in rows.values_list("prison_id", "starts_on", "ends_on"):
        if ends_on is None or ends_on > starts_on:
            found[code].append(Fortnightly(starts_on, ends_on))
    return {code: tuple(times) for code, times in found.items()}


def binding_fortnights(prisons: Collection[str], on: date) -> dict[str, tuple[Fortnightly, ...]]:
    """KW-04: of the approved times those of prisons that are long-term training prisons on a day; no others bind."""
    times = fortnightly_times(prisons)
    said = PrisonSetting.objects.filter(prison__in=times, kind=SettingKind.LONG_TERM_TRAINING, value="yes")
    training = set(said.in_force(on).values_list("prison_id", flat=True)) if times else set()
    return {code: rows for code, rows in times.items() if code in training}


def decisions_on(people: Collection[int], on: date) -> dict[int, dict[str, Decision]]:
    """What stands decided on a day about each of the people, by `PriorityGroup`. No key: nothing is decided.

    A local addition binds in its own prison alone: another's governor and PGD have not agreed to it (PG-5).
    """
    return {person: dict(found) for person, found in decisions_from(people, on, on).items()}


def decisions_from(people: Collection[int], first: date, last: date) -> dict[int, list[tuple[str, Decision]]]:
    """What stands decided about each of the people on a day or from one after it up to `last`: groups and decisions.

    Oldest first; local additions as in `decisions_on`.
    """
    found: dict[int, list[tuple[str, Decision]]] = defaultdict(list)
    rows = (
        PriorityDecision.objects.standing().filter(person__in=people, starts_on__lte=last).exclude(ends_on__lte=first)
    )
    rows = rows.exclude(~Q(prison=F("person__prison")), group=PriorityGroup.LOCAL).order_by("starts_on", "pk")
    columns = ("person_id", "group", *Decision._fields)
    for person, group, *decided in rows.values_list(*columns):
        found[person].append((group, Decision(*decided)))
    return dict(found)


def not_possible_marks(people: Collection[int]) -> dict[tuple[int, str], list[Trigger]]:
    """The marks by person and prison, with the day on which one was taken back; a later session ends each (ED-08)."""
    found: dict[tuple[int, str], list[Trigger]] = defaultdict(list)
    rows = NotPossible.objects.filter(person__in=people).order_by("from_on")
    for person, prison, from_on, back_at in rows.values_list("person_id", "prison_id", "from_on", "withdrawn_at"):
        found[person, prison].append(Trigger(Why.NOT_POSSIBLE, from_on, back_at and london_day(back_at)))
    return found


def in_force(decisions: QuerySet[PriorityDecision], on: date) -> QuerySet[PriorityDecision]:
    """Of `decisions`, those that stand on a day; what waits for the PGD is among them."""
    rows = decisions.filter(withdrawn_at=None, starts_on__lte=on)
    return rows.filter(Q(ends_on=None) | Q(ends_on__gt=on))


# --- for pages: one prison -------------------------------------------------------------------------------------------


def level_on(prison: Prison, on: date) -> RegimeLevel | None:
    """The regime level in force on a day; None where none is recorded, which is read as level 1 (ED-15)."""
    return prison.regime_levels.standing().filter(starts_on__lte=on).order_by("-starts_on").first()


def locked_down(prison: Prison, *, on: date) -> bool:
    """Whether the prison is at level 4 on a day, in what that asks for; it binds no women's prison (ED-15)."""
    level = None if prison.women else level_on(prison, on)
    return level is not None and level.level == Level.LOCKDOWN


def planned_level(prison: Prison, on: date) -> RegimeLevel | None:
    """The change whose day has not come; there is at most one."""
    return prison.regime_levels.standing().filter(starts_on__gt=on).order_by("starts_on").first()


def newest_level(prison: Prison) -> RegimeLevel | None:
    """The level that was recorded to start last, in force or still to come."""
    return prison.regime_levels.standing().select_related("recorded_by").order_by("-starts_on").first()


def open_tasks(prison: Prison) -> QuerySet[LevelTask]:
    """What changes of level still ask of the prison, oldest first; a change that was withdrawn asks nothing."""
    rows = prison.level_tasks.filter(done_at=None, level__withdrawn_at=None)
    return rows.select_related("level").order_by("opened_at", "pk")


def level_words(level: int) -> str:
    """The level with its name."""
    return LEVEL_NAMES[Level(level)]


def asked_for(prison: Prison, level: int | None) -> list[Rule]:
    """The rules that say what a level asks of this prison; `None` is no level recorded."""
    if prison.women:
        ids: Sequence[str] = _ASKED_OF_WOMEN
    elif prison.estate == Estate.MEN_OPEN:
        ids = ("ED-15", *(_ASKED[Level(level)] if level and level > Level.PREPARE else ()))
    else:
        ids = _ASKED[Level(level)] if level else ("ED-15", *_ASKED[Level.PREPARE])
    return [RULES_BY_ID[rule_id] for rule_id in ids]


def fortnightly_on(prison: Prison, on: date) -> FortnightlyVariant | None:
    """The approved fortnightly variant in force on a day, or the next one to come; None is weekly (KW-04)."""
    rows = prison.fortnightly_variants.filter(approved=True).exclude(ends_on__lte=Greatest(F("starts_on"), on))
    return rows.select_related("asked_by", "decided_by").order_by("starts_on").first()


def fortnightly_waiting(prison: Prison) -> FortnightlyVariant | None:
    """The request that the PGD has not answered; there is at most one."""
    return prison.fortnightly_variants.filter(approved=None).select_related("asked_by").first()


def long_term_training(prison: Prison, on: date) -> bool | None:
    """Whether the prison is a long-term training prison on a day; None when HOMS has not said."""
    row = prison.settings.filter(kind=SettingKind.LONG_TERM_TRAINING).in_force(on).first()
    return row and row.value == "yes"


# --- for pages: people -----------------------------------------------------------------------------------------------


def mark_of(person: Person, on: date) -> NotPossible | None:
    """The mark that key work is not possible, while it stands: to the day of the next session, included (ED-08)."""
    sessions = Contact.objects.current().filter(
        person=OuterRef("person"), kind=ContactKind.SESSION, on__gte=OuterRef("from_on"), on__lt=on
    )
    rows = person.key_work_not_possible.filter(~Exists(sessions), withdrawn_at=None, from_on__lte=on)
    return rows.select_related("marked_by").order_by("-from_on").first()


def present_decision(person: Person, group: str, on: date) -> PriorityDecision | None:
    """The newest decision about somebody and a group that has not ended by a day; it may be still to come."""
    rows = person.priority_decisions.standing().filter(group=group).exclude(ends_on__lte=on)
    return rows.select_related("decided_by").order_by("-starts_on").first()


def decisions_of(person: Person) -> QuerySet[PriorityDecision]:
    """Everything that was decided about somebody, newest first, withdrawn or not, here or elsewhere."""
    rows = person.priority_decisions.select_related("prison", "decided_by", "pgd_decided_by", "withdrawn_by")
    return rows.order_by("-decided_at", "-pk")
