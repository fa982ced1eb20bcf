"""Self-harm of prisons by the week, beside the weeks before (WB-14), and who harmed themselves after a step down.

People and incidents are two series and never one. A prison's series begins with the week of its first incident: of
weeks before that nothing is known, which is not that nothing happened.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncWeek

from keywork.priority import OPEN_ACCT
from omic.calendar import week_start
from omic.models import Alert as PersonAlert
from omic.models import Person, PersonMerge, Prison, PrisonSetting, SettingKind
from wellbeing.models import Cohort, CohortDecision, SelfHarmIncident
from wellbeing.rules import Alert, Compared, SelfHarmWeek, compare, policy_on

WEEK, ONE_DAY = timedelta(days=7), timedelta(days=1)
NOTHING = SelfHarmWeek(0, 0)
SHOWN = 20  # of somebody's incidents, the newest


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a prison from `monday`: its two figures beside the weeks before. `known` once its series has begun.

    The running week is compared like any other: what is above already stays above.
    """

    monday: date
    people: int
    incidents: int
    compared: Compared
    known: bool

    @property
    def last(self) -> date:
        """The week's Sunday."""
        return self.monday + WEEK - ONE_DAY


def weeks(prison: Prison, *, on: date, number: int) -> list[Week]:
    """The last `number` weeks of a prison, oldest first; the last one holds the day `on` and is still running."""
    return weeks_of([prison.pk], on=on, number=number)[prison.pk]


def weeks_of(prisons: Collection[str], *, on: date, number: int) -> dict[str, list[Week]]:
    """As `weeks`, of several prisons by their codes, in as many queries as for one."""
    mondays = _mondays(on, number)
    past = policy_on(on).past_weeks
    counted = _counted(prisons, mondays[0] - past * WEEK, mondays[-1] + WEEK - ONE_DAY)
    began = dict(_standing(prisons).order_by().values_list("prison_id").annotate(Min("on")))
    alerts = alerts_of(prisons, on=on)
    return {code: _series(counted[code], began.get(code), alerts[code], mondays, past) for code in prisons}


def _mondays(on: date, number: int) -> list[date]:
    running = week_start(on)
    return [running - back * WEEK for back in range(number - 1, -1, -1)]


def _series(
    counted: Mapping[date, SelfHarmWeek], began: date | None, alert: Alert, mondays: Sequence[date], past: int
) -> list[Week]:
    start = week_start(began) if began else date.max
    found = []
    for monday in mondays:
        before = [monday - back * WEEK for back in range(past, 0, -1)]
        history = [counted.get(one, NOTHING) for one in before if one >= start]
        now = counted.get(monday, NOTHING)
        compared = compare(now, history, alert=alert, policy=policy_on(monday)).value
        found.append(Week(monday, now.people, now.incidents, compared, known=monday >= start))
    return found


def _standing(prisons: Collection[str]) -> QuerySet[SelfHarmIncident]:
    return SelfHarmIncident.objects.standing().filter(prison__in=prisons)


def _counted(prisons: Collection[str], first: date, last: date) -> dict[str, dict[date, SelfHarmWeek]]:
    """By prison and Monday. Two numbers that were merged are one person."""
    rows = _standing(prisons).filter(on__gte=first, on__lte=last).order_by()
    rows = rows.annotate(monday=TruncWeek("on"), one=surviving_person())
    grouped = rows.values_list("prison_id", "monday").annotate(Count("one", distinct=True), Count("pk"))
    found: dict[str, dict[date, SelfHarmWeek]] = defaultdict(dict)
    for prison, monday, people, incidents in grouped:
        found[prison][monday] = SelfHarmWeek(people, incidents)
    return found


def surviving_person() -> Coalesce:
    """The person of an incident, under the number that they are known by now."""
    merges = PersonMerge.objects.standing().filter(gone=OuterRef("person"))
    return Coalesce(Subquery(merges.values("kept")[:1]), F("person"))


def alerts_of(prisons: Collection[str], *, on: date) -> dict[str, Alert]:
    """What each prison has set for its alert on a day; the policy's own where it has set nothing."""
    policy = policy_on(on)
    kinds = (SettingKind.SELF_HARM_DEVIATIONS, SettingKind.SELF_HARM_PEOPLE)
    rows = PrisonSetting.objects.filter(prison__in=prisons, kind__in=kinds).in_force(on)
    said = {(prison, kind): int(value) for prison, kind, value in rows.values_list("prison_id", "kind", "value")}
    return {
        code: Alert(
            said.get((code, SettingKind.SELF_HARM_DEVIATIONS), policy.deviations),
            said.get((code, SettingKind.SELF_HARM_PEOPLE), policy.people_above),
        )
        for code in prisons
    }


def incidents_between(prison: Prison, first: date, last: date) -> QuerySet[SelfHarmIncident]:
    """A prison's incidents of the days `first` to `last`, those recorded in error left out."""
    return prison.self_harm.standing().filter(on__gte=first, on__lte=last)


def stepped_down(prison: Prison, first: date, last: date) -> QuerySet[CohortDecision]:
    """Decisions of the days `first` to `last` by which daily checks became weekly.

    One that a merge has carried over stands under two numbers and is one.
    """
    rows = prison.cohort_decisions.standing().filter(stepped_down=True)
    kept = PersonMerge.objects.standing().filter(gone=OuterRef(OuterRef("person"))).values("kept")
    carried = CohortDecision.objects.standing().filter(
        person__in=kept, stepped_down=True, starts_on=OuterRef("starts_on"), decided_at=OuterRef("decided_at")
    )
    return rows.filter(~Exists(carried), starts_on__gte=first, starts_on__lte=last)


def on_watch(person: int, *, on: date) -> CohortDecision | None:
    """The step down on whose watch somebody is on a day (WB-14); None where they are on none."""
    since = on - timedelta(days=policy_on(on).watch_days)
    rows = CohortDecision.objects.standing().filter(person=person, stepped_down=True)
    return rows.filter(starts_on__gte=since, starts_on__lte=on).order_by("-starts_on", "-pk").first()


def known_of(person: Person, prison: Prison, *, on: date) -> dict[str, Any]:
    """What stands beside somebody's incidents: an open ACCT, how often she is checked, her watch, and the newest."""
    decisions = CohortDecision.objects.standing().filter(person=person, starts_on__lte=on)
    last = decisions.order_by("-starts_on", "-pk").first() if prison.women else None
    rows = prison.self_harm.filter(person=person).select_related("recorded_by", "withdrawn_by")
    return {
        "acct": PersonAlert.objects.filter(person=person, code=OPEN_ACCT, ends_on=None).first(),
        "daily": last is not None and last.cohort == Cohort.DAILY,
        "watch": on_watch(person.pk, on=on) if prison.women else None,
        "watch_days": policy_on(on).watch_days,
        "rows": rows[:SHOWN],
    }


def harmed_after_step_down(prison: Prison, *, first: date, last: date) -> QuerySet[Any]:
    """Incidents of a period, each within the watch that follows a step down of the same person, wherever decided.

    With `stepped_down_on`, the day of the newest one; the day itself and the last day of the watch count.
    """
    watch = timedelta(days=policy_on(last).watch_days)
    downs = CohortDecision.objects.standing().filter(
        person=OuterRef("person"),
        stepped_down=True,
        starts_on__lte=OuterRef("on"),
        starts_on__gte=OuterRef("on") - watch,
    )
    newest = downs.order_by("-starts_on", "-pk").values("starts_on")[:1]
    found = incidents_between(prison, first, last).filter(Exists(downs))
    return found.annotate(stepped_down_on=Subquery(newest))
