"""Where people are after a roll: stays, movements and presence, and the day that is never guessed."""

from pathlib import Path

import pytest

from omic.models import ExpectedArrival, Movement, Obligation, Stay
from omic.nomis.terms import recall_kind
from tests.factories import NOW, PomAllocationFactory, PrisonFactory, StaffFactory, days
from tests.omic.roll_files import NEXT, TODAY, TOMORROW, counts, him, left, reasons, record, take_in

pytestmark = pytest.mark.django_db
ISO = {n: days(n).isoformat() for n in range(-400, 2)}


@pytest.fixture(autouse=True)
def _prisons() -> None:
    PrisonFactory(code="LEI")
    PrisonFactory(code="MDI")


def stays() -> list[tuple[str, int, int | None, str]]:
    """Each stay as prison, day of arrival and of leaving (days from today), and why it ended."""
    rows = Stay.objects.order_by("arrived_on", "id")
    return [
        (s.prison_id, (s.arrived_on - TODAY).days, (s.left_on - TODAY).days if s.left_on else None, s.ended_because)
        for s in rows
    ]


def there(**fields: object) -> dict:
    """He has come to MDI today."""
    came = {"prisonId": "MDI", "lastPrisonId": "MDI", "previousPrisonId": "LEI", "lastAdmissionDate": ISO[0]}
    return record(**(came | {"lastMovementDate": ISO[0], "lastMovementReasonCode": "INT"} | fields))


def test_release_ends_the_stay_and_frees_him(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    take_in(tmp_path, [left()])
    person = him()
    assert (person.prison, person.wing, person.cell, person.arrived_on, person.presence) == (
        None,
        None,
        "",
        None,
        "out",
    )
    assert stays() == [("LEI", -200, 0, "release")]


def test_death_ends_the_stay_as_death(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    take_in(tmp_path, [left(legalStatus="DEAD")])
    assert stays() == [("LEI", -200, 0, "death")]


def test_a_transfer_by_way_of_a_day_between_prisons(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    PomAllocationFactory(person=him())
    take_in(tmp_path, [left(how="TRN", on=days(-1))])
    assert (him().prison, him().presence, him().pom) == (None, "transfer", None)
    take_in(tmp_path, [there()])
    assert (him().prison_id, him().presence, him().arrived_on) == ("MDI", "in", TODAY)
    assert stays() == [("LEI", -200, -1, "transfer"), ("MDI", 0, None, "")]
    assert Obligation.objects.demanding().filter(kind="allocate_pom", prison="MDI").exists()


def test_a_transfer_that_only_the_new_prison_reports(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    take_in(tmp_path, [there(previousPrisonLeavingDate=ISO[-1])])
    assert stays() == [("LEI", -200, -1, "transfer"), ("MDI", 0, None, "")]
    moved = Movement.objects.get(on=TODAY)
    assert (moved.kind, moved.from_prison_id, moved.to_prison_id) == ("ADM", "LEI", "MDI")


def test_court_and_temporary_absence_stay_on_the_roll(tmp_path: Path) -> None:
    out = {"status": "ACTIVE OUT", "inOutStatus": "OUT", "lastMovementDate": ISO[0]}
    take_in(tmp_path, [record(), record("A1235AA")])
    take_in(tmp_path, [record(lastMovementTypeCode="CRT", **out), record("A1235AA", lastMovementTypeCode="TAP", **out)])
    assert (him().presence, him("A1235AA").presence) == ("court", "temporary")
    assert (him().prison_id, him().wing.code) == ("LEI", "A")
    assert [stay[2] for stay in stays()] == [None, None]


def test_a_restricted_patient_stays_with_the_supporting_prison(tmp_path: Path) -> None:
    hospital = {"restrictedPatient": True, "supportingPrisonId": "LEI", "locationDescription": "A hospital"}
    take_in(tmp_path, [record()])
    take_in(tmp_path, [left(**hospital)])
    person = him()
    assert (person.prison_id, person.presence, person.hospital) == ("LEI", "hospital", "A hospital")
    assert (person.wing, person.restricted_patient, person.arrived_on) == (None, True, days(-200))
    assert stays() == [("LEI", -200, None, "")]


def test_a_supporting_prison_that_never_held_him_has_him_from_the_day_of_hospital(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    take_in(tmp_path, [left(restrictedPatient=True, supportingPrisonId="MDI", lastPrisonId="LEI")])
    assert stays() == [("LEI", -200, 0, "transfer"), ("MDI", 0, None, "")]


def test_recall_opens_a_new_stay_under_the_same_sentence(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    take_in(tmp_path, [left(on=days(-30))])
    back = {"legalStatus": "RECALL", "recall": True, "imprisonmentStatus": "14FTR_ORA", "receptionDate": ISO[-1]}
    take_in(tmp_path, [record(lastAdmissionDate=ISO[-1], lastMovementDate=ISO[-1], **back)])
    sentence = him().sentences.get()
    assert (sentence.recalled, sentence.recall_kind, sentence.closed_at) == (True, "fixed_14", None)
    assert sentence.returned_at.date() == days(-1)
    assert stays() == [("LEI", -200, -30, "release"), ("LEI", -1, None, "")]


def test_a_return_under_a_new_sentence_closes_the_old_one(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    take_in(tmp_path, [left(on=days(-30))])
    new = {"sentenceStartDate": ISO[-2], "receptionDate": ISO[-2], "lastAdmissionDate": ISO[-2]}
    assert counts(take_in(tmp_path, [record(**new)])) == (0, 1, 0, 0, 0)
    old, current = him().sentences.order_by("id")
    assert (old.closed_at, current.closed_at, current.started_on) == (NOW, None, days(-2))


def test_away_and_back_between_two_rolls_is_two_stays(tmp_path: Path) -> None:
    take_in(tmp_path, [record()], on=days(-10), at=NOW.replace(day=8))
    take_in(tmp_path, [record(lastAdmissionDate=ISO[-3])])
    assert stays() == [("LEI", -200, -3, "release"), ("LEI", -3, None, "")]
    assert him().arrived_on == days(-3)


def test_a_day_of_arrival_put_right_later_is_the_same_stay(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    taken = take_in(tmp_path, [record(lastAdmissionDate=ISO[-201])])
    assert stays() == [("LEI", -201, None, "")]
    assert taken.changed_fields == {"arrived_on": 1}


def test_a_release_taken_back_opens_the_stay_again(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    take_in(tmp_path, [left()])
    take_in(tmp_path, [record()], on=TOMORROW, at=NEXT)
    assert stays() == [("LEI", -200, None, "")]
    assert (him().prison_id, him().presence, him().arrived_on) == ("LEI", "in", days(-200))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"lastAdmissionDate": None, "lastMovementTypeCode": "CRT"}, "lastAdmissionDate is missing, so the day"),
        ({"lastAdmissionDate": ISO[-300]}, "lastAdmissionDate is before they left MDI"),
    ],
)
def test_a_day_of_arrival_is_never_guessed(tmp_path: Path, fields: dict, reason: str) -> None:
    take_in(
        tmp_path,
        [
            record("A1234AA", prisonId="MDI", lastAdmissionDate=ISO[-250]),
        ],
    )
    take_in(tmp_path, [left(on=days(-220))])
    taken = take_in(tmp_path, [record(**fields)])
    assert reasons(taken)[0].startswith(reason)
    assert him().prison is None


def test_an_admission_tells_the_day_of_arrival_too(tmp_path: Path) -> None:
    take_in(tmp_path, [record(lastAdmissionDate=None)])
    assert stays() == [("LEI", -200, None, "")]


def test_leaving_before_arriving_is_impossible(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    taken = take_in(tmp_path, [left(on=days(-300))])
    assert reasons(taken) == ["lastMovementDate is before they came to LEI"]


def test_a_stranger_who_has_left_is_kept_outside(tmp_path: Path) -> None:
    assert counts(take_in(tmp_path, [left()])) == (1, 0, 0, 0, 0)
    assert (him().prison, stays()) == (None, [])


def test_the_same_movement_is_kept_once(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    take_in(tmp_path, [record(cellLocation="B-1-001")])
    assert Movement.objects.count() == 1


def test_an_expected_arrival_has_come(tmp_path: Path) -> None:
    take_in(tmp_path, [record()])
    ExpectedArrival.objects.create(
        person=him(), prison_id="MDI", expected_on=TODAY, recorded_by=StaffFactory(), recorded_at=NOW
    )
    take_in(tmp_path, [there()])
    assert ExpectedArrival.objects.get().closed_at == NOW


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("14FTR_ORA", "fixed_14"),
        ("28FTR_ORA", "fixed_28"),
        ("FTR_14_ORA", "fixed_14"),
        ("LR_ORA", "standard"),
        ("LR_LIFE", "standard"),
        ("FTR_ORA", ""),
        ("ADIMP_ORA20", ""),
    ],
)
def test_the_imprisonment_status_tells_the_kind_of_recall_or_nothing(status: str, kind: str) -> None:
    assert recall_kind(status) == kind
