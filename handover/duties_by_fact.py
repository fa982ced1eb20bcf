"""Duties that no rule dates (AL-17, HO-35, HO-39, RC-05): a fact opens and closes them, or staff open them by hand."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Exists, OuterRef, Q

from handover.policy import Responsibility
from handover.release_reviews import next_reviews, read_reviews, review_duty, slot_of
from handover.timetable.policy import Owner, State
from handover.timetable_cases import DutyCase
from omic.calendar import london_day
from omic.models import Alert, Obligation, ObligationKind, ObligationState, Person, PrisonSetting, SettingKind, Stay
from omic.obligations import Wanted

Row = dict[str, Any]
Place = tuple[str, date]  # a prison, since a day
ACCT_ALERT = "HA"
NO_RESETTLEMENT = ("reception", "training")  # the functions without one (AL-15)
LATER = "Done: a later one is counted from it"  # why a duty is met whose successor was recorded; undone with that
BY_FACT = (
    ObligationKind.ACCT_REVIEW,
    ObligationKind.HDC_ASSESSMENT,
    ObligationKind.SENDING_NOTE,
    ObligationKind.RELEASE_REVIEW,
)
# What staff open by hand, and the rule it is owed under.
BY_HAND = {
    ObligationKind.ACCT_REVIEW: "AL-17",
    ObligationKind.CATEGORISATION_REVIEW: "AL-17",
    ObligationKind.ROTL_ASSESSMENT: "HO-35",
    ObligationKind.HDC_ASSESSMENT: "HO-35",
    ObligationKind.OASYS_SIGNIFICANT_EVENT: "OA-14",
    ObligationKind.PRE_RELEASE_BOARD: "HO-40",
}
HAND = "hand-"  # what the slot of a duty begins with that staff have opened
ALERT = "alert-"


@dataclass(frozen=True, slots=True)
class Undated:
    """What is wanted of these people by fact, and what the facts show to be done (rows for `_CLOSE`)."""

    wanted: list[Wanted]
    done: list[Row]


@dataclass(slots=True)
class _Known:
    """The facts that no timetable is told, for many people."""

    functions: dict[str, str]
    accts: dict[int, list[Alert]] = field(default_factory=lambda: defaultdict(list))
    transfers: dict[int, list[tuple[Stay, int]]] = field(default_factory=lambda: defaultdict(list))  # with the POM
    by_hand: dict[int, list[Obligation]] = field(default_factory=lambda: defaultdict(list))


def undated(cases: Sequence[DutyCase], on: date) -> Undated:
    """The duties of `cases` that no rule dates, as they stand on `on`, in at most six queries."""
    known = _read(cases, on)
    reviews = read_reviews(cases)
    found = Undated([], [])
    for case in cases:
        person = case.row["pk"]
        found.wanted.extend(_by_hand(case, duty) for duty in known.by_hand[person])
        found.wanted.extend(_sending_notes(case, known.transfers[person]))
        found.wanted.extend(_acct_reviews(case, known.accts[person]))
        found.wanted.extend(_hdc(case, known.functions.get(case.row["prison_id"], ""), on))
        found.done.extend(_done(case, known.accts[person]))
        for due in next_reviews(reviews.get(person, ())):
            if due.done:
                found.done.append(_reviewed(person, slot_of(due.review)))
            else:
                found.wanted.append(review_duty(case, due.review))
    return found


def _reviewed(person: int, slot: str) -> Row:
    closed = {"kind": ObligationKind.RELEASE_REVIEW, "slot": slot, "state": State.MET, "because": LATER}
    return {"person_id": person, **closed}


def _read(cases: Sequence[DutyCase], on: date) -> _Known:
    people = [case.row["pk"] for case in cases]
    settings = PrisonSetting.objects.filter(kind=SettingKind.FUNCTION).in_force(on)
    known = _Known(dict(settings.values_list("prison_id", "value")))
    for alert in Alert.objects.filter(person__in=people, code=ACCT_ALERT):
        known.accts[alert.person_id].append(alert)
    standing = Obligation.objects.filter(person__in=people).exclude(state=ObligationState.VOID)
    notes: dict[str, Obligation] = {}
    for duty in standing.filter(Q(kind=ObligationKind.SENDING_NOTE) | Q(slot__startswith=HAND, closed_at=None)):
        if duty.slot.startswith(HAND):
            known.by_hand[duty.person_id].append(duty)
        else:
            notes[duty.slot] = duty
    for stay, pom in _transfers(cases, notes):
        known.transfers[stay.person_id].append((stay, pom))
    return known


def _transfers(cases: Sequence[DutyCase], notes: Mapping[str, Obligation]) -> Iterator[tuple[Stay, int]]:
    """Stays that ended by transfer since answers are kept, each with the POM there, unless its note is written.

    Of several stays in one prison the last counts: nobody tells their own prison, nor twice what was to be told.
    """
    since = {case.row["pk"]: case.known_since for case in cases}
    back = Stay.objects.filter(person=OuterRef("person"), prison=OuterRef("prison"), pk__gt=OuterRef("pk"))
    stays = Stay.objects.filter(~Exists(back), person__in=since, ended_because=Stay.Ended.TRANSFER)
    stays = stays.select_related("prison")
    moved = [stay for stay in stays if stay.left_on and stay.left_on >= since[stay.person_id]]
    poms = _last_poms({stay.person_id for stay in moved if _slot(stay) not in notes})
    for stay in moved:
        note = notes.get(_slot(stay))
        pom = note.owner_id if note else poms.get(stay.person_id, {}).get((stay.prison_id, stay.arrived_on))
        if pom is not None and (note is None or note.closed_at is None):
            yield stay, pom


def _slot(stay: Stay) -> str:
    return f"stay-{stay.pk}"


def _last_poms(people: set[int]) -> dict[int, dict[Place, int]]:
    """Who was these people's POM last in each place, by their history."""
    rows = Person.pgh_event_model.objects.filter(pgh_obj__in=people).order_by("pgh_obj_id", "pgh_id")
    events = rows.values_list("pgh_obj_id", "prison_id", "arrived_on", "pom_id")
    return {person: _by_place(history) for person, history in groupby(events, key=itemgetter(0))}


def _by_place(history: Iterable[tuple[int, str, date, int | None]]) -> dict[Place, int]:
    """The roll moves a person before the old POM's time ends: until the POM changes, a new place has none."""
    found: dict[Place, int] = {}
    place: Place | None = None
    pom = brought = None
    for _person, prison, since, now in history:
        if place and prison != place[0]:
            brought = pom
        place, pom = (prison, since), now
        if pom != brought:
            brought = None
        if pom is not None and brought is None:
            found[place] = pom
    return found


def _by_hand(case: DutyCase, duty: Obligation) -> Wanted:
    """As it was opened; the POM's follow the POM, and OASys (OA-14) whoever is responsible."""
    follows_responsible = duty.kind == ObligationKind.OASYS_SIGNIFICANT_EVENT
    with_com = follows_responsible and case.timetable.responsibility == Responsibility.COM
    return Wanted(
        person_id=duty.person_id,
        prison_id=case.row["prison_id"],
        kind=ObligationKind(duty.kind),
        slot=duty.slot,
        owner_role=str(Owner.COM if with_com else Owner.POM),
        owner_id=None if with_com else case.row["pom_id"],
        wing_id=case.row["wing_id"],
        opens_on=duty.opens_on,
        due_on=duty.due_on,
        rule=duty.rule,
        policy=duty.policy,
        steps=tuple((rule, found) for rule, found in duty.steps),
    )


def _acct_reviews(case: DutyCase, accts: Sequence[Alert]) -> Iterator[Wanted]:
    """AL-17: as long as an ACCT is open, its reviews are the POM's to attend. Only people under sentence are cases."""
    for alert in accts:
        if alert.ends_on is None and _sentenced(case):
            opened_on = alert.starts_on or london_day(alert.first_seen_at)
            steps = (("AL-17", f"ACCT open since {opened_on}: each review is to be attended"),)
            yield _undated(case, ObligationKind.ACCT_REVIEW, f"{ALERT}{alert.pk}", opened_on, steps)


def _hdc(case: DutyCase, function: str, on: date) -> Iterator[Wanted]:
    """HO-35: while the HDCED of a determinate sentence lies ahead, where HDC is assessed (AL-15)."""
    facts = case.facts.handover
    if facts.hdced is None or facts.hdced <= on or facts.recalled or facts.sentence_type != "determinate":
        return
    if facts.hdc_actual is not None or not _sentenced(case) or function in NO_RESETTLEMENT:
        return  # once it is granted, the assessment has been made
    place = f"Function of the prison: {function.replace('_', ' ') or 'not known'}"
    steps = (("AL-15", place), ("HO-35", f"HDCED {facts.hdced} lies ahead"))
    yield _undated(case, ObligationKind.HDC_ASSESSMENT, _hdc_slot(case), case.known_since, steps)


def _sending_notes(case: DutyCase, transfers: Sequence[tuple[Stay, int]]) -> Iterator[Wanted]:
    """HO-39: owed by name by the POM of the prison that was left. Where nobody was the POM, nobody owes it."""
    for stay, pom in transfers:
        assert stay.left_on is not None
        steps = (("HO-39", f"Transferred from {stay.prison} on {stay.left_on}: owed by the POM there"),)
        yield _undated(case, ObligationKind.SENDING_NOTE, _slot(stay), stay.left_on, steps, owner_id=pom)


def _undated(
    case: DutyCase,
    kind: ObligationKind,
    slot: str,
    opens_on: date,
    steps: tuple[tuple[str, str], ...],
    *,
    owner_id: int | None = None,
) -> Wanted:
    """The POM's, under the rule of the last step."""
    return Wanted(
        person_id=case.row["pk"],
        prison_id=case.row["prison_id"],
        kind=kind,
        slot=slot,
        owner_role=str(Owner.POM),
        owner_id=owner_id or case.row["pom_id"],
        wing_id=case.row["wing_id"],
        opens_on=opens_on,
        due_on=None,
        rule=steps[-1][0],
        policy=case.timetable.policy,
        steps=steps,
    )


def _done(case: DutyCase, accts: Sequence[Alert]) -> Iterator[Row]:
    """An ACCT that has ended asks for no more reviews; HDC that has been granted has been assessed."""
    person = case.row["pk"]
    for alert in accts:
        if alert.ends_on is not None:
            closed = {"kind": ObligationKind.ACCT_REVIEW, "slot": f"{ALERT}{alert.pk}"}
            yield closed | {"person_id": person, "state": State.MET, "because": f"ACCT closed on {alert.ends_on}"}
    if granted := case.facts.handover.hdc_actual:
        closed = {"kind": ObligationKind.HDC_ASSESSMENT, "slot": _hdc_slot(case)}
        yield closed | {"person_id": person, "state": State.MET, "because": f"HDC granted for {granted}"}


def _hdc_slot(case: DutyCase) -> str:
    return f"sentence-{case.row['sentence__id']}"


def _sentenced(case: DutyCase) -> bool:
    return case.facts.handover.legal_status == "sentenced"
