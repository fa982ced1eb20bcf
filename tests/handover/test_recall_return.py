"""The hour of return after a recall, from which the 48 hours count, and that the next roll leaves it."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from handover.duty_actions import RefusedError, record_duty_done
from handover.recall_actions import ReviewOfRelease, record_release_review
from handover.recall_return import hour_known, record_return, shown
from omic.calendar import london_midnight
from omic.models import AuditEvent, Person, Role, Sentence
from omic.nomis.facts import Stored
from omic.nomis.terms import returned_at
from tests.case_files import Case, read_cases
from tests.cast import Cast
from tests.factories import NOW, PrisonFactory, StaffFactory, days
from tests.handover.test_recall import explanation, recalled
from tests.omic.roll_files import counts, him, record, take_in

HOUR = timedelta(hours=1)
LONDON = ZoneInfo("Europe/London")


def moment(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=LONDON)


@pytest.mark.parametrize("case", read_cases("recall_returns"), ids=lambda case: case["id"])
def test_what_the_roll_says_of_the_return(case: Case) -> None:
    known = moment(case["known"]) if case["known"] else None
    reception_on = date.fromisoformat(case["reception"]) if case["reception"] else None
    sentence = {"recalled": case["recalled"] == "yes", "returned_at": known} if case["recalled"] else None
    stored = Stored(id=1, version=1, person={"reception_on": reception_on}, seen_on=None, sentence=sentence)
    assert returned_at(date.fromisoformat(case["roll"]), stored) == moment(case["expected"])


def entered(cast: Cast, person: Person, at: datetime, *, because: str = "", now: datetime = NOW, **facts: Any) -> bool:
    sentence = Sentence.objects.filter(person=person).get()
    facts = {"seen": shown(sentence), "by": cast.of(Role.POM)} | facts
    return record_return(person=person, returned_at=at, because=because, at=now, **facts)


@pytest.mark.django_db
def test_the_48_hours_count_from_the_hour(cast: Cast) -> None:
    start = london_midnight(days(-1))
    person = recalled(cast, returned_at=start)
    assert explanation(person).due_at == start + 48 * HOUR
    assert not hour_known(start)
    assert entered(cast, person, start + 14 * HOUR)
    assert explanation(person).due_at == start + 62 * HOUR
    assert AuditEvent.objects.get(action="record_return").detail["before"] == start.astimezone(NOW.tzinfo).isoformat()
    assert not entered(cast, person, start + 14 * HOUR), "no news"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("returned", "due"),
    [("2027-03-27T10:00", "2027-03-29T11:00"), ("2027-10-30T10:00", "2027-11-01T09:00")],
)
def test_across_a_change_of_the_clocks_48_hours_are_48_hours(cast: Cast, returned: str, due: str) -> None:
    person = recalled(cast, returned_at=london_midnight(moment(returned).date()))
    assert entered(cast, person, moment(returned), now=moment(returned) + HOUR)
    assert explanation(person).due_at == moment(due)


@pytest.mark.django_db
def test_another_day_needs_a_reason_and_takes_along_what_was_done_already(cast: Cast) -> None:
    person = recalled(cast, returned_at=london_midnight(days(-1)))
    record_duty_done(duty=explanation(person), done_at=NOW - HOUR, note="", by=cast.of(Role.POM), at=NOW)
    evening = london_midnight(days(-1)) - 2 * HOUR
    with pytest.raises(RefusedError, match="say why"):
        entered(cast, person, evening)
    assert entered(cast, person, evening, because="The reception desk opened the next day")
    assert explanation(person).state == "met"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hours", "said"), [(24 * 9, "in the past"), (0, "Midnight"), (-24 * 9999, "sentence began"), (30, "Explain")]
)
def test_nothing_is_kept_that_cannot_be(cast: Cast, hours: int, said: str) -> None:
    person = recalled(cast, returned_at=london_midnight(days(-1)) + HOUR)
    done_at = london_midnight(days(-1)) + 29 * HOUR
    record_duty_done(duty=explanation(person), done_at=done_at, note="", by=cast.of(Role.POM), at=NOW)
    with pytest.raises(RefusedError, match=said):
        entered(cast, person, london_midnight(days(-1)) + hours * HOUR, because="It was so")


@pytest.mark.django_db
def test_a_review_cannot_have_come_before_the_return(cast: Cast) -> None:
    person = recalled(cast, returned_at=london_midnight(days(-1)))
    facts = ReviewOfRelease("board", days(-1), "C. Om", "stay")
    record_release_review(person=person, review=facts, by=cast.of(Role.POM), at=NOW)
    with pytest.raises(RefusedError, match="A review"):
        entered(cast, person, london_midnight(days(0)) + HOUR, because="A day later")


@pytest.mark.django_db
def test_what_somebody_else_entered_meanwhile_is_told(cast: Cast) -> None:
    person = recalled(cast, returned_at=london_midnight(days(-1)))
    seen = shown(Sentence.objects.get(person=person))
    entered(cast, person, london_midnight(days(-1)) + HOUR)
    with pytest.raises(RefusedError, match="1:00am is recorded by now"):
        entered(cast, person, london_midnight(days(-1)) + 2 * HOUR, seen=seen)


@pytest.mark.django_db
def test_the_next_roll_leaves_the_hour(tmp_path: Path) -> None:
    PrisonFactory(code="LEI")
    back = {"legalStatus": "RECALL", "recall": True, "imprisonmentStatus": "LR_ORA"}
    back |= {"receptionDate": days(-1).isoformat(), "lastAdmissionDate": days(-1).isoformat()}
    take_in(tmp_path, [record(**back)])
    sentence, at = him().sentences.get(), london_midnight(days(-1)) + 14 * HOUR
    assert not hour_known(sentence.returned_at)
    facts = {"because": "", "seen": shown(sentence), "by": StaffFactory(), "at": NOW}
    record_return(person=him(), returned_at=at, **facts)
    assert counts(take_in(tmp_path, [record(**back, cellLocation="A-1-002")])) == (0, 1, 0, 0, 0)
    assert him().sentences.get().returned_at == at
