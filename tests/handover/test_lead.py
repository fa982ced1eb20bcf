"""Every sentenced person on every day has exactly one lead, and stands in the lists that an independent count says."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from handover.models import HandoverDetermination
from handover.pipeline import determine_handovers, open_obligations
from handover.queries import by_week, list_counts, with_handover
from omic.models import CaseDetails, Obligation, ParoleReview, Person, Sentence
from omic.reconcile import window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, days

pytestmark = pytest.mark.django_db
STATUSES = ("SENTENCED", "SENTENCED", "INDETERMINATE_SENTENCE", "RECALL", "REMAND", "IMMIGRATION_DETAINEE", "UNKNOWN")
LEADS = {"POM", "POM_WITH_COM", "COM"}
ASKED = (0, 1, 30, 57, 400, 1500)


def people(cast: Cast, number: int, seed: int) -> list[Person]:
    """People of every legal status with sentences of every kind, many dates unknown, some close to a boundary."""
    random = Random(seed)
    rows = [_person(cast, random, place) for place in range(number)]
    made = Person.objects.bulk_create(rows)
    Sentence.objects.bulk_create(_sentence(random, person) for person in made if random.random() < 0.97)
    CaseDetails.objects.bulk_create(_details(random, person) for person in made if random.random() < 0.9)
    ParoleReview.objects.bulk_create(review for person in made for review in _reviews(random, person))
    return made


def _person(cast: Cast, random: Random, number: int) -> Person:
    return Person(
        prison_number=f"B{number:04d}AA",
        forename="Sam",
        surname=f"Person{number}",
        date_of_birth=date(1990, 1, 1),
        sex="male",
        legal_status=random.choice(STATUSES),
        prison=cast.prison,
        presence="in",
        arrived_on=days(-random.randint(0, 900)),
        reception_on=days(-900),
        category=random.choice(("C", "D", "T")),
    )


def _day(random: Random, low: int, high: int, known: float) -> date | None:
    if random.random() > known:
        return None
    near = random.choice((0, 1, -1, 56, 57, 240, 243, 244, 250, 300, 365))
    return days(near if random.random() < 0.3 else random.randint(low, high))


def _sentence(random: Random, person: Person) -> Sentence:
    indeterminate = person.legal_status == "INDETERMINATE_SENTENCE" or random.random() < 0.1
    dates: dict[str, Any] = (
        {"ted": _day(random, -900, 2500, 0.85)}
        if indeterminate
        else {
            "crd": _day(random, -10, 2500, 0.85),
            "ard": _day(random, -10, 2500, 0.4),
            "ped": _day(random, -10, 2500, 0.15),
        }
    )
    recalled = person.legal_status == "RECALL" or random.random() < 0.05
    start = days(-random.randint(901, 4000) if random.random() < 0.5 else -random.randint(0, 900))
    kind = "indeterminate" if indeterminate else "determinate"
    policy = random.choice(("", "omic_2019", "omic_2023_11", "omic_2026"))
    return Sentence(person=person, kind=kind, started_on=start, recalled=recalled, policy=policy, **dates)


def _details(random: Random, person: Person) -> CaseDetails:
    return CaseDetails(
        person=person,
        provider=random.choice((None, "nps", "crc")),
        mappa_level=random.choice((None, 0, 1, 2, 3)),
        com_name=random.choice((None, "Cam")),
        com_email=random.choice((None, None, "cam@probation.invalid")),
        early_allocation=random.choice((None, False, True)),
        moved_to_open_on=_day(random, -500, 100, 0.3),
        additional_isp=random.random() < 0.1,
        com_oasys_reviewed=random.random() < 0.5,
    )


def _reviews(random: Random, person: Person) -> Iterator[ParoleReview]:
    if person.legal_status == "INDETERMINATE_SENTENCE" and random.random() < 0.6:
        facts = {"recorded_at": NOW, "source": "Board"}
        outcome = random.choice(("release", "not_release", "deferred"))
        held_on = days(-random.randint(1, 700))
        yield ParoleReview(person=person, target_hearing_on=held_on, outcome=outcome, outcome_on=held_on, **facts)
        if hearing := _day(random, 1, 900, 0.7):
            yield ParoleReview(person=person, target_hearing_on=hearing, **facts)


def determine(made: list[Person], after: int) -> date:
    keys, window = [person.pk for person in made], window_of(days(after), NOW + timedelta(days=after))
    for step in (determine_handovers, open_obligations):
        step(keys, window)
    return days(after)


def lead_of(row: HandoverDetermination | None, on: date) -> str | None:
    """HO-13, counted independently of the query: who leads by a stored row on a day."""
    if row is None:
        return None
    if row.fixed:
        return str(row.fixed)
    if row.handover_on is None or row.start_on is None:
        return None
    return "COM" if on >= row.handover_on else "POM_WITH_COM" if on >= row.start_on else "POM"


def expected(made: list[Person], on: date) -> dict[str, set[int]]:
    """Who stands in which list, counted one by one from the rows."""
    found: dict[str, set[int]] = {
        key: set() for key in ("upcoming", "in-progress", "overdue", "com-needed", "unknown-date", "everyone")
    }
    rows = {row.person_id: row for row in HandoverDetermination.objects.current()}
    dues = dict(Obligation.objects.filter(kind="handover", closed_at=None).values_list("person", "due_on"))
    coms = {one.person_id for one in CaseDetails.objects.all() if one.com_name or one.com_email}
    for person in made:
        if person.legal_status not in ("SENTENCED", "INDETERMINATE_SENTENCE", "RECALL"):
            continue
        row, due = rows.get(person.pk), dues.get(person.pk)
        lead = lead_of(row, on)
        told = {
            "everyone": True,
            "upcoming": due is not None and on <= due <= on + timedelta(days=56),
            "overdue": due is not None and due < on,
            "com-needed": lead == "POM_WITH_COM" and person.pk not in coms,
            "unknown-date": row is None or row.fixed == "POM" or lead is None,
            "in-progress": due is not None
            and due >= on
            and (person.pk in coms or bool(row and row.start_on and row.start_on <= on)),
        }
        for key, is_in in told.items():
            if is_in:
                found[key].add(person.pk)
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_every_sentenced_person_has_one_lead_on_every_day_and_the_lists_say_so(cast: Cast, seed: int) -> None:
    made = people(cast, 150, seed)
    leads: set[str] = set()
    for after in ASKED:
        on = determine(made, after)
        sentenced = with_handover(cast.prison.people.all(), on)
        told = list(sentenced.values_list("pk", "responsibility"))
        assert len(told) == len({pk for pk, _ in told}), "each stands once"
        assert {lead for _, lead in told} <= LEADS, "nobody sentenced has no lead"
        rows = {row.person_id: row for row in HandoverDetermination.objects.current()}
        assert dict(told) == {pk: lead_of(rows[pk], on) for pk, _ in told}
        counts, mine = list_counts(cast.prison, on), expected(made, on)
        assert {key: counts[key] for key in mine} == {key: len(ids) for key, ids in mine.items()}
        assert sum(week.count for week in by_week(cast.prison.people.all(), on)) == counts["upcoming"]
        leads |= {lead for _, lead in told}
    assert leads == LEADS, "the people meet every state"


@pytest.mark.parametrize("step", [61, pytest.param(1, marks=pytest.mark.long)])
def test_a_stored_answer_has_one_lead_on_every_day_ahead(cast: Cast, step: int) -> None:
    made = people(cast, 150, 3)
    determine(made, 0)
    for ahead in range(0, 3000, step):
        on = TODAY + timedelta(days=ahead)
        told = with_handover(cast.prison.people.all(), on).values_list("responsibility", flat=True)
        assert set(told) <= LEADS
