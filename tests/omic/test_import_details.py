"""Taking in the facts that the roll does not hold."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from handover.early_stated import withdraw_stated
from handover.oasys_actions import withdraw_oasys
from handover.parole_actions import withdraw_review
from omic.details import in_text
from omic.fictional import FictionalPrison, Mix, details, roll
from omic.models import CaseDetails, DetailEntry, OasysAssessment, ParoleReview, SentencePlan
from omic.nomis.csv_rows import DateFormat
from omic.nomis.run import import_details
from tests.factories import NOW, PrisonFactory, StaffFactory, days
from tests.omic.roll_files import (
    BY,
    TODAY,
    counts,
    csv_file,
    fingerprint,
    him,
    reasons,
    record,
    take_in,
    take_in_details,
)
from tiering.models import TierDetermination

pytestmark = pytest.mark.django_db
SMALL = FictionalPrison(code="LEI", name="HMP Leeds", mix=Mix.LOCAL, size=60, number_from=0)


@pytest.fixture(autouse=True)
def _known(tmp_path: Path) -> None:
    PrisonFactory(code="LEI")
    take_in(tmp_path, [record()])


def row(**fields: Any) -> dict[str, Any]:
    return {"prisonNumber": "A1234AA", "source": "nDelius", "as_at": days(-1).isoformat()} | fields


def test_details_are_stated_with_source_and_date_and_the_tier_follows(tmp_path: Path) -> None:
    taken = take_in_details(tmp_path, [row(rosh="high", mappa_level=2, rsr=4.31, com_name="Jo Com")])
    assert counts(taken) == (0, 1, 0, 0, 0)
    assert taken.import_rows.get().changes["rosh"] == [None, "high"]
    assert (him().details.rosh, him().details.version) == ("high", 1)
    entry = DetailEntry.objects.get(field="rosh")
    assert (entry.value, entry.source, entry.as_at) == ("high", "nDelius", days(-1))
    assert TierDetermination.objects.current().get(person=him()).letter == "A"


TIMETABLE = {
    "life": True,
    "opd_screened_in": True,
    "handover_oasys_not_needed": True,
    "handover_oasys_reason": "Reviewed last month",
    "separation_centre": True,
    "cppc_in_principle": False,
    "nca_case": True,
    "scpo": True,
    "high_profile": False,
    "extremism_screening": True,
    "mappa_level_needed": 2,
    "mappa_exceptional": True,
    "early_allocation_rationale": "Three areas have to agree",
    "hospital_transfer_on": days(-35),  # a day after the 12th, which proves the order in CSV
    "remission_planned_on": days(10),
    "remitted_on": days(-1),
    "planning_meeting_on": days(-3),
    "closure_meeting_on": days(-2),
}


def known_of_the_timetable() -> dict[str, Any]:
    return CaseDetails.objects.values(*TIMETABLE).get(person=him())


def test_every_fact_of_the_timetable_finds_its_column(tmp_path: Path) -> None:
    taken = take_in_details(tmp_path, [json.loads(json.dumps(row(**TIMETABLE), default=str))])
    assert (counts(taken), taken.ignored_fields) == ((0, 1, 0, 0, 0), {})
    assert known_of_the_timetable() == TIMETABLE
    entries = DetailEntry.objects.values_list("field", "value")
    assert dict(entries) == {name: in_text(value) for name, value in TIMETABLE.items()}


def test_every_fact_of_the_timetable_comes_from_csv_too(tmp_path: Path) -> None:
    def cell(value: Any) -> str:
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else {True: "yes", False: "No"}.get(value, str(value))

    flat = {name: cell(value) for name, value in row(as_at=days(-1), **TIMETABLE).items()}
    given = {"file_name": "d.csv", "by": BY, "on": TODAY, "at": NOW, "date_format": DateFormat.DAY_FIRST}
    taken = import_details(path=csv_file(tmp_path, [flat]), **given)
    assert (counts(taken), taken.ignored_fields) == ((0, 1, 0, 0, 0), {})
    assert known_of_the_timetable() == TIMETABLE


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    people = list(roll(SMALL, on=TODAY))
    take_in(tmp_path, people)
    rows = list(details(people, on=TODAY))
    first = take_in_details(tmp_path, rows)
    assert (first.changed + first.unchanged, first.quarantined) == (len(rows), 0)
    before = fingerprint()
    assert counts(take_in_details(tmp_path, rows)) == (0, 0, len(rows), 0, 0)
    assert fingerprint() == before


def test_every_kind_of_row_finds_its_table(tmp_path: Path) -> None:
    day = days(-3).isoformat()
    rows = [
        row(kind="oasys", layer=3, oasys_kind="review", completed_on=day, by="com"),
        row(kind="sentence_plan", active=True, targets=["Read", "Write"], pom_agreed_on=day, by="A POM"),
        row(kind="parole_review", thd=day, outcome="not_release", outcome_on=day),
    ]
    assert counts(take_in_details(tmp_path, rows)) == (0, 3, 0, 0, 0)
    assert OasysAssessment.objects.get().completed_by == "com"
    assert SentencePlan.objects.get().targets == "Read\nWrite"
    assert (ParoleReview.objects.get().outcome, ParoleReview.objects.get().target_hearing_on) == (
        "not_release",
        days(-3),
    )


def test_a_plan_row_without_targets_leaves_them(tmp_path: Path) -> None:
    take_in_details(tmp_path, [row(kind="sentence_plan", active=True, targets=["Read"])])
    take_in_details(tmp_path, [row(kind="sentence_plan", active=False)])
    assert (SentencePlan.objects.get().active, SentencePlan.objects.get().targets) == (False, "Read")


def test_an_older_statement_is_kept_and_changes_nothing(tmp_path: Path) -> None:
    take_in_details(tmp_path, [row(rosh="high")])
    taken = take_in_details(tmp_path, [row(rosh="low", as_at=days(-30).isoformat())])
    assert (counts(taken), him().details.rosh) == ((0, 0, 1, 0, 0), "high")
    assert DetailEntry.objects.filter(field="rosh").count() == 2


def test_a_later_row_of_the_same_file_stands(tmp_path: Path) -> None:
    rows = [row(rosh="high"), row(rosh="medium"), row(rosh="low", as_at=days(-9).isoformat())]
    assert counts(take_in_details(tmp_path, rows)) == (0, 2, 1, 0, 0)
    assert (him().details.rosh, him().details.version) == ("medium", 1)


def test_parole_facts_become_a_review_and_a_recall_its_kind(tmp_path: Path) -> None:
    him().sentences.update(recalled=True)
    take_in_details(
        tmp_path, [row(thd=days(90).isoformat(), recall_type="standard", last_oasys_on=days(-50).isoformat())]
    )
    assert ParoleReview.objects.get().target_hearing_on == days(90)
    assert him().sentences.get().recall_kind == "standard"
    assert DetailEntry.objects.get(field="last_oasys_on").value == days(-50).isoformat()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"prisonNumber": "Z9999ZZ"}, "prisonNumber is nobody known here: import the roll first"),
        ({"rosh": "huge"}, "rosh is not one of"),
        ({"com_email": "jo@probation.x"}, "com_email Enter a valid email address."),
        ({"kind": "gossip"}, "kind is not one of"),
        ({"parole_outcome": "release"}, "parole_outcome belongs to no hearing"),
        ({"handover_oasys_not_needed": True}, "handover_oasys_reason is missing"),
    ],
)
def test_what_cannot_be_stated_is_quarantined(tmp_path: Path, fields: dict[str, Any], reason: str) -> None:
    taken = take_in_details(tmp_path, [row(**fields), row(ogrs3=50)])
    assert counts(taken) == (0, 1, 0, 0, 1)
    assert reasons(taken)[0].startswith(reason)


def test_another_prisons_people_are_not_this_prisons_business(tmp_path: Path) -> None:
    taken = take_in_details(tmp_path, [row(rosh="low")], prison=PrisonFactory(code="MDI"))
    assert reasons(taken) == ["prisonNumber is not held by MDI, whose people alone this import may change"]
    assert not CaseDetails.objects.exists()


def test_csv(tmp_path: Path) -> None:
    rows = [{"prison_number": "A1234AA", "source": "OASys", "as_at": "17/11/2026", "mappa_level": "2", "rsr": "4.315"}]
    given = {"file_name": "d.csv", "by": BY, "on": TODAY, "at": NOW, "date_format": DateFormat.DAY_FIRST}
    taken = import_details(path=csv_file(tmp_path, rows), **given)
    assert counts(taken) == (0, 1, 0, 0, 0)
    assert (him().details.mappa_level, str(him().details.rsr)) == (2, "4.32")


def heard(on: int, outcome: str = "not_release", **facts: Any) -> dict[str, Any]:
    facts = {"thd": days(on).isoformat(), "outcome": outcome, "outcome_on": days(on).isoformat()} | facts
    return row(kind="parole_review", **facts)


def test_pa_05_an_outcome_from_a_file_asks_the_com_to_review_again(tmp_path: Path) -> None:
    take_in_details(tmp_path, [row(com_oasys_reviewed=True, as_at=days(-20).isoformat())])
    take_in_details(tmp_path, [heard(-30)])
    assert him().details.com_oasys_reviewed, "an outcome from before it was told"
    taken = take_in_details(tmp_path, [heard(-9)])
    assert taken.import_rows.get().changes["com_oasys_reviewed"] == ["true", "false"]
    assert not him().details.com_oasys_reviewed
    take_in_details(tmp_path, [row(com_oasys_reviewed=True)])
    assert counts(take_in_details(tmp_path, [heard(-9)])) == (0, 0, 1, 0, 0)
    assert him().details.com_oasys_reviewed


def test_pa_05_what_a_row_tells_of_the_com_beside_an_outcome_counts(tmp_path: Path) -> None:
    take_in_details(tmp_path, [row(com_oasys_reviewed=True, as_at=days(-20).isoformat())])
    told = {"parole_outcome": "not_release", "last_review_on": days(-1).isoformat(), "com_oasys_reviewed": True}
    take_in_details(tmp_path, [row(**told)])
    assert him().details.com_oasys_reviewed


def test_no_file_brings_back_a_review_that_somebody_took_back(tmp_path: Path) -> None:
    take_in_details(tmp_path, [row(kind="parole_review", thd=days(-9).isoformat())])
    take_in_details(tmp_path, [heard(-9)])
    withdraw_review(review=ParoleReview.objects.get(), because="Of another person", by=StaffFactory(), at=NOW)
    for again in (heard(-9), row(kind="parole_review", thd=days(-9).isoformat()), row(thd=days(-9).isoformat())):
        assert counts(take_in_details(tmp_path, [again | {"as_at": TODAY.isoformat()}])) == (0, 0, 1, 0, 0)
    assert not ParoleReview.objects.standing().exists()
    assert counts(take_in_details(tmp_path, [heard(-9, "release")])) == (0, 1, 0, 0, 0), "that is news"
    assert ParoleReview.objects.standing().get().outcome == "release"


def test_no_file_brings_back_an_early_allocation_that_somebody_took_back_but_another_day_counts(tmp_path: Path) -> None:
    def stated(ahead: int, **agreed: Any) -> dict[str, Any]:
        return row(early_allocation=True, as_at=days(ahead).isoformat(), **agreed)

    same = {"early_allocation_agreed_on": days(-30).isoformat()}
    take_in_details(tmp_path, [stated(-1, **same)])
    withdraw_stated(person=him(), because="Of another person", by=StaffFactory(), at=NOW)
    for again in (stated(0, **same), stated(0, source="Another file", **same), stated(0)):
        assert counts(take_in_details(tmp_path, [again])) == (0, 0, 1, 0, 0)
    assert him().details.early_allocation is None
    take_in_details(tmp_path, [stated(0, rosh="high", **same)])
    assert (him().details.early_allocation, him().details.rosh) == (None, "high"), "what else the row states counts"
    take_in_details(tmp_path, [stated(0, early_allocation_agreed_on=days(-2).isoformat())])
    assert (him().details.early_allocation, him().details.early_allocation_agreed_on) == (True, days(-2))
    take_in_details(tmp_path, [stated(0, **same)])
    assert him().details.early_allocation_agreed_on == days(-2), "what was taken back stays so"


def test_what_was_taken_back_in_another_sentence_says_nothing_of_this_one(tmp_path: Path) -> None:
    stated = row(early_allocation=True)
    take_in_details(tmp_path, [stated])
    withdraw_stated(person=him(), because="Of another person", by=StaffFactory(), at=NOW)
    him().sentences.update(started_on=days(1))
    take_in_details(tmp_path, [stated | {"as_at": TODAY.isoformat()}])
    assert him().details.early_allocation is True


def test_no_file_brings_back_an_oasys_that_somebody_took_back(tmp_path: Path) -> None:
    same = row(kind="oasys", layer=3, oasys_kind="review", completed_on=days(-3).isoformat(), by="com")
    take_in_details(tmp_path, [same])
    withdraw_oasys(assessment=OasysAssessment.objects.get(), because="Of another", by=StaffFactory(), at=NOW)
    assert counts(take_in_details(tmp_path, [same | {"as_at": TODAY.isoformat()}])) == (0, 0, 1, 0, 0)
    assert not OasysAssessment.objects.standing().exists()
