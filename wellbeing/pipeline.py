"""Wellbeing's step of the pipeline: the checks owed, the reviews of who has them daily, the talks after a step down."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from itertools import chain
from typing import Any

from django.db.models import Q

from keywork.owed import fallback_checks
from keywork.policy import Kind
from keywork.regime import dated_levels
from keywork.rules import Owed, policy_on
from keywork.situation import Held, Recorded, is_locked, read_held
from omic.calendar import london_day, week_start
from omic.models import ContactKind, Estate, Obligation, ObligationKind, PrisonSetting, Role, SettingKind, Stay
from omic.models.obligation import ObligationState
from omic.obligations import Wanted, synchronise
from omic.policy import Outcome
from omic.reconcile import Window
from wellbeing.models import Cohort, CohortDecision, Referral
from wellbeing.rules import CohortFrom, checks_of_week

CHECKS = (ObligationKind.DAILY_CHECK, ObligationKind.WEEKLY_CHECK)
AFTERWARDS = (ObligationKind.COHORT_REVIEW, ObligationKind.STEP_DOWN_TALK)
WEEK, ONE_DAY = timedelta(days=7), timedelta(days=1)
Key = tuple[int, str, str]  # person, kind, slot


@dataclass(frozen=True, slots=True)
class Decided:
    """What women's prisons have decided about the people asked about, each read once for all."""

    decisions: Mapping[int, Sequence[CohortDecision]]  # in the order in which they begin
    referrals: Mapping[int, Sequence[Referral]]
    rolled_out: Mapping[str, Sequence[tuple[date, date | None]]]
    standing: Mapping[Key, date]  # when the duties opened that stand already

    def of(self, person: int) -> Sequence[CohortDecision]:
        """The decisions about a person; the last one stands."""
        return self.decisions.get(person, ())

    def is_rolled_out(self, prison: str, on: date) -> bool:
        """Whether the prison has recorded that OMiC is fully rolled out (WB-05)."""
        return any(first <= on and (last is None or on < last) for first, last in self.rolled_out.get(prison, ()))


def open_obligations(people: Sequence[int], window: Window) -> dict[str, int]:
    """The checks owed on every day or in every week that the window touches, with what hangs off who is checked."""
    concerned = _concerned(people, window)
    if not concerned:
        return {}
    held, recorded = read_held(concerned, window)
    women = [one for one in held if one.facts.estate == Estate.WOMEN]
    decided = _decided([one.last["person_id"] for one in women], {one.last["prison_id"] for one in women}, window)
    sync = partial(synchronise, people=concerned, last=window.last, on=window.on, at=window.at)
    checks = chain(
        fallback_checks(held, recorded, window),
        chain.from_iterable(_checks(one, decided, window) for one in women),
    )
    counts = Counter(sync(checks, kinds=CHECKS, first=window.first, void_because="No longer owed here"))
    # A review or talk that nothing asks for any more is void however long ago it was due.
    rest = chain.from_iterable(chain(_reviews(one, recorded, decided, window), _talks(one, decided)) for one in women)
    counts.update(sync(rest, kinds=AFTERWARDS, first=date.min, void_because="No longer asked for"))
    return dict(counts)


def _concerned(people: Sequence[int], window: Window) -> list[int]:
    """Who can be owed a check in the window: the women's estate, prisons at level 4, and whoever was owed one."""
    stays = Stay.objects.filter(person__in=people, arrived_on__lte=window.last).exclude(
        left_on__lt=week_start(window.first)
    )
    rows = list(stays.values_list("person_id", "prison_id", "prison__estate"))
    levels = dated_levels({prison for _, prison, estate in rows if estate != Estate.WOMEN})
    locked = {prison for prison, found in levels.items() if is_locked(found, window)}
    still = Q(kind__in=CHECKS, due_on__gte=window.first) | Q(kind__in=AFTERWARDS, closed_at=None)
    owed = Obligation.objects.filter(still, person__in=people)
    found = set(owed.exclude(state=ObligationState.VOID).order_by().values_list("person_id", flat=True))
    return sorted(found | {person for person, prison, estate in rows if estate == Estate.WOMEN or prison in locked})


def _decided(people: Sequence[int], prisons: Collection[str], window: Window) -> Decided:
    decisions: dict[int, list[CohortDecision]] = defaultdict(list)
    for row in CohortDecision.objects.standing().filter(person__in=people).order_by("starts_on", "pk"):
        decisions[row.person_id].append(row)
    referrals: dict[int, list[Referral]] = defaultdict(list)
    for referral in Referral.objects.filter(person__in=people, decision__isnull=True).order_by("pk"):
        referrals[referral.person_id].append(referral)
    rolled_out: dict[str, list[tuple[date, date | None]]] = defaultdict(list)
    settings = PrisonSetting.objects.filter(prison__in=prisons, kind=SettingKind.ROLLED_OUT, value="yes")
    for prison, first, last in settings.values_list("prison_id", "starts_on", "ends_on"):
        rolled_out[prison].append((first, last))
    return Decided(decisions, referrals, rolled_out, _standing(people, window))


def _standing(people: Sequence[int], window: Window) -> dict[Key, date]:
    """When each review opened, and the checks of the days in the window that are over."""
    rows = Obligation.objects.filter(person__in=people, kind__in=(*CHECKS, ObligationKind.COHORT_REVIEW))
    rows = rows.filter(
        Q(kind=ObligationKind.COHORT_REVIEW) | Q(due_on__gte=window.first, opens_on__lte=window.on)
    ).exclude(state=ObligationState.VOID)
    return {(person, kind, slot): opens for person, kind, slot, opens in rows.values_list(*_STANDING)}


_STANDING = ("person_id", "kind", "slot", "opens_on")


# --- checks -----------------------------------------------------------------------------------------------------------


def _checks(one: Held, decided: Decided, window: Window) -> Iterator[Wanted]:
    """WB-04 and WB-05: the checks of a woman in one prison."""
    prison = one.last["prison_id"]
    rows = decided.of(one.last["person_id"])
    cohorts = [CohortFrom(on, row.cohort) for row in rows if (on := _binds_from(one, row, rows)) is not None]
    # In hospital now: nothing opens from today on, and what stands already stood on facts of its day, which it keeps.
    # What is over follows from the days in hospital, which are known.
    facts = replace(one.facts, in_hospital=False)
    monday = week_start(max(window.first, one.stays[0]["arrived_on"]))
    while monday <= window.last:
        rolled_out = decided.is_rolled_out(prison, monday)
        for owed, outcome in checks_of_week(facts, cohorts, monday=monday, rolled_out=rolled_out):
            yield from _each(one, owed, outcome, decided, window)
        monday += WEEK


def _binds_from(one: Held, decision: CohortDecision, decisions: Sequence[CohortDecision]) -> date | None:
    """From when a decision binds here: another prison's from when she next comes here; in a prison that she has left,
    not on the day on which the next one decided.

    A step down binds from the next day: who was to be checked daily this morning is to be seen today, whatever the hour
    at which it was decided, and however often that day. More checks begin at once.
    """
    if decision.prison_id == one.last["prison_id"]:
        return decision.starts_on + ONE_DAY if _lowers(decision, decisions) else decision.starts_on
    otherwise = decision.starts_on if one.last["left_on"] is None else None
    back = (stay["arrived_on"] for stay in one.stays if stay["arrived_on"] >= decision.starts_on)
    return min(back, default=otherwise)


def _lowers(decision: CohortDecision, decisions: Sequence[CohortDecision]) -> bool:
    """Whether it is the step down of its day, or says the same again after it."""
    before = (row for row in decisions if row.starts_on == decision.starts_on and row.pk <= decision.pk)
    return decision.cohort == Cohort.WEEKLY and any(row.stepped_down for row in before)


def _each(
    one: Held, owed: Owed, outcome: Outcome[tuple[Owed, ...]], decided: Decided, window: Window
) -> Iterator[Wanted]:
    if owed.kind == Kind.WEEKLY_CHECK:
        duties = [_check(one, owed, outcome, ObligationKind.WEEKLY_CHECK, owed.period_start)]
    else:
        days = [day for day in owed.due_on if window.first <= day <= window.last]
        duties = [
            _check(one, replace(owed, opens_on=day, due_on=(day,), count=1), outcome, ObligationKind.DAILY_CHECK, day)
            for day in days
        ]
    for duty in duties:
        is_over = duty.due_on is not None and duty.due_on < window.on
        if not one.facts.in_hospital or is_over or (duty.opens_on <= window.on and _stood(duty, decided)):
            yield duty


def _stood(duty: Wanted, decided: Decided) -> bool:
    return (duty.person_id, str(duty.kind), duty.slot) in decided.standing


def _check(one: Held, owed: Owed, outcome: Outcome[tuple[Owed, ...]], kind: ObligationKind, slot: date) -> Wanted:
    weekly = kind == ObligationKind.WEEKLY_CHECK
    return Wanted(
        person_id=one.last["person_id"],
        prison_id=one.last["prison_id"],
        kind=kind,
        slot=f"{slot}@{one.last['prison_id']}",
        owner_role=Role.WING_OFFICER,
        owner_id=None,
        wing_id=one.last["person__wing_id"] if one.here else None,
        priority_groups=one.groups,
        opens_on=owed.opens_on,
        due_on=owed.due_on[-1],
        met_by=ContactKind.CHECK,
        waived_by=(ContactKind.SESSION, ContactKind.ENGAGEMENT) if weekly else (),
        rule=owed.rule,
        policy=outcome.policy,
        steps=tuple((step.rule_id, step.found) for step in owed.steps),
    )


# --- who is checked daily ---------------------------------------------------------------------------------------------


def _reviews(one: Held, recorded: Recorded, decided: Decided, window: Window) -> Iterator[Wanted]:
    """WB-03: one review at a time, and one for each referral, for as long as she is here.

    Due on the day on which it opens, or on the day that the last decision named.
    """
    if not _present(one):
        return
    for referral in decided.referrals.get(one.last["person_id"], ()):
        if referral.prison_id == one.last["prison_id"]:
            on = london_day(referral.referred_at)
            yield _review(one, f"referral-{referral.pk}", opens_on=on, due_on=on, found="Referred for consideration")
    decisions = decided.of(one.last["person_id"])
    last = decisions[-1] if decisions else None
    if last is None:
        if one.groups:
            yield _review_now(one, f"stay-{one.last['pk']}", decided, window, "In a priority group, nothing decided")
    elif last.prison_id != one.last["prison_id"] or last.starts_on < one.last["arrived_on"]:
        arrived, found = one.last["arrived_on"], f"Arrived with {last.get_cohort_display().lower()} checks"
        yield _review(one, f"arrival-{one.last['pk']}", opens_on=arrived, due_on=arrived, found=found)
    elif (moved := _level_since(one, recorded, window)) and last.starts_on < moved and _is_watched(one, last):
        found = f"The regime level changed on {moved}"
        yield _review(one, f"level-{moved}-{last.pk}", opens_on=moved, due_on=moved, found=found)
    elif set(one.groups) - set(last.groups):
        yield _review_now(one, f"group-{last.pk}", decided, window, "In another priority group since the last decision")
    elif _is_watched(one, last):
        found = f"{last.get_cohort_display()} checks decided on {last.starts_on}"
        yield _review(one, f"decision-{last.pk}", opens_on=last.starts_on, due_on=last.next_review_on, found=found)


def _level_since(one: Held, recorded: Recorded, window: Window) -> date | None:
    """WB-05, ED-11: since when the present regime level stands; None where it has never changed."""
    begun = [level.from_on for level in recorded.levels.get(one.last["prison_id"], ()) if level.from_on <= window.on]
    return max(begun) if len(begun) > 1 else None


def _is_watched(one: Held, last: CohortDecision) -> bool:
    """Whether the decision about her is reviewed at all: she is in a priority group, or checked daily."""
    return bool(one.groups) or last.cohort == Cohort.DAILY


def _review_now(one: Held, slot: str, decided: Decided, window: Window, found: str) -> Wanted:
    key = (one.last["person_id"], str(ObligationKind.COHORT_REVIEW), slot)
    on = decided.standing.get(key, window.on)
    return _review(one, slot, opens_on=on, due_on=on, found=found)


def _review(one: Held, slot: str, *, opens_on: date, due_on: date, found: str) -> Wanted:
    return _duty(one, ObligationKind.COHORT_REVIEW, slot, opens_on, due_on, Role.SAFER_CUSTODY, ("WB-03", found))


def _talks(one: Held, decided: Decided) -> Iterator[Wanted]:
    """WB-11: whoever went from daily to weekly is told, wherever she is by then; only daily checks again end that."""
    if not _present(one):
        return
    for row in reversed(decided.of(one.last["person_id"])):
        if row.cohort == Cohort.DAILY:
            return
        if row.stepped_down:
            found = ("WB-11", f"From daily to weekly checks on {row.starts_on}")
            yield _duty(
                one, ObligationKind.STEP_DOWN_TALK, f"decision-{row.pk}", row.starts_on, None, Role.WING_OFFICER, found
            )
            return


def _present(one: Held) -> bool:
    return one.here and one.last["left_on"] is None and not one.facts.in_hospital


def _duty(
    one: Held,
    kind: ObligationKind,
    slot: str,
    opens_on: date,
    due_on: date | None,
    role: Role,
    step: tuple[str, str],
) -> Wanted:
    facts: dict[str, Any] = one.last
    return Wanted(
        person_id=facts["person_id"],
        prison_id=facts["prison_id"],
        kind=kind,
        slot=slot,
        owner_role=role,
        owner_id=None,
        wing_id=facts["person__wing_id"],
        priority_groups=one.groups,
        opens_on=opens_on,
        due_on=due_on,
        rule=step[0],
        policy=policy_on(opens_on).id,
        steps=(step,),
    )
