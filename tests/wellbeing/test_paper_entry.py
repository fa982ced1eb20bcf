"""Entering a sheet that was filled in by hand: whose checks, on which day, at which time, and by whom (H16)."""

from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from time_machine import travel

from omic.models import Contact, ObligationState, Person, Posting, Prison, Role, Staff, Stay, Wing
from omic.obligations import stamp_missed
from omic.reconcile import reconcile, window_of
from tests.cast import Cast, signed_in
from tests.factories import (
    NOW,
    TODAY,
    CohortDecisionFactory,
    PersonFactory,
    PostingFactory,
    PrisonFactory,
    WingFactory,
    days,
)
from tests.wellbeing.test_days_out import posted
from tests.wellbeing.test_pipeline import settle, woman
from wellbeing.models import CohortDecision
from wellbeing.paper import keep_roster
from wellbeing.paper_entry import officers_of

pytestmark = pytest.mark.django_db
YESTERDAY = days(-1)


@pytest.fixture
def person(cast: Cast) -> Person:
    """A woman of EWI whose check of yesterday was missed."""
    person = woman(surname="Ash")
    CohortDecisionFactory(person=person, starts_on=days(-3))
    settle(person, since=days(-3))
    stamp_missed("EWI", on=TODAY, at=NOW)
    return person


@pytest.fixture
def officer(person: Person) -> Staff:
    place = {"prison": person.prison, "wing": person.wing}
    staff = PostingFactory(role=Role.WING_OFFICER, **place).staff
    Staff.objects.filter(pk=staff.pk).update(forename="Wyn", surname="Landing")
    staff.refresh_from_db()
    return staff


def page_of(on: date = YESTERDAY, wing: str = "A") -> str:
    return f"{reverse('wellbeing:enter-paper', args=['EWI', wing])}?on={on}"


def line(person: Person, **typed: Any) -> dict[str, str]:
    """A line that says all that a check must say, unless `typed` says otherwise."""
    whole = {
        "outcome": "done", "clock": "18:40", "identified": "birth_date", "spoken_to": "on", "raised": "nothing",
        "family": "yes", "understood": "yes", "request_id": str(uuid4()),
    }  # fmt: skip
    return {f"p{person.ref.hex}-{name}": value for name, value in (whole | typed).items() if value}


def words(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def states(person: Person) -> list[str]:
    return list(person.obligations.filter(kind="daily_check").order_by("due_on").values_list("state", flat=True)[:4])


def test_a_check_from_paper_meets_its_own_day_at_its_own_time(person: Person, officer: Staff) -> None:
    manager = posted(Role.KEY_WORK_MANAGER, person)
    assert states(person) == ["missed", "missed", "missed", "open"]
    answer = manager.post(page_of(), {"officer": "Wyn Landing", **line(person)}, follow=True)
    assert "1 line is saved for 17 November 2026." in words(answer)
    assert states(person) == ["missed", "missed", "met", "open"]
    contact = Contact.objects.select_related("check_note__entered_by").get()
    assert (contact.at, contact.by, contact.recorded_at) == (datetime(2026, 11, 17, 18, 40, tzinfo=UTC), officer, NOW)
    note = contact.check_note
    assert (note.from_paper, note.late, str(note.entered_by)) == (True, True, str(Posting.objects.last().staff))


def test_the_same_page_twice_and_the_same_sheet_by_two_people_is_entered_once(person: Person, officer: Staff) -> None:
    client, typed = signed_in(officer), {"officer": "Wyn Landing", **line(person)}
    client.post(page_of(), typed)
    assert client.post(page_of(), typed).status_code == 302
    again = posted(Role.SAFER_CUSTODY, person).post(page_of(), {"officer": "Wyn Landing", **line(person)})
    assert "Ash, Sam: this is recorded already: Wyn Landing, 6:40pm" in words(again)
    assert Contact.objects.count() == 1


def test_what_was_ticked_off_is_not_entered_from_paper_again_unasked(person: Person, officer: Staff) -> None:
    manager, first, again = posted(Role.KEY_WORK_MANAGER, person), line(person), line(person, clock="18:55")
    manager.post(page_of(), {"officer": "Wyn Landing", **first})
    answer = manager.post(page_of(), {"officer": "Wyn Landing", **again})
    assert "Ash, Sam: “Wellbeing check” by Wyn Landing at 6:40pm is saved already" in words(answer)
    assert f'name="p{person.ref.hex}-another"' in words(answer) and Contact.objects.count() == 1
    manager.post(page_of(), {"officer": "Wyn Landing", **again, f"p{person.ref.hex}-another": "on"})
    assert Contact.objects.count() == 2


WRONG = (
    ({"clock": ""}, "enter the time of the check"),
    ({"clock": "25:00"}, "must have a real time"),
    ({"spoken_to": ""}, "tick that you spoke together"),
    ({"identified": ""}, "say how you made sure"),
    ({"officer": "Nobody Here"}, "choose an officer from the list"),
    ({"raised": "something"}, "write what was raised"),
)


def test_what_is_not_whole_is_kept_and_says_why(person: Person, officer: Staff) -> None:
    client = signed_in(officer)
    for typed, message in WRONG:
        answer = client.post(page_of(), line(person, family="no", **typed))
        assert (answer.status_code, message in words(answer)) == (200, True), message
        assert '<option value="no" selected>No contact</option>' in words(answer)
    assert not Contact.objects.exists()


def test_whole_lines_are_saved_though_others_are_not(person: Person, officer: Staff) -> None:
    other = PersonFactory(prison=person.prison, surname="Birch")
    CohortDecisionFactory(person=other, starts_on=days(-3))
    settle(other, since=days(-3))
    answer = signed_in(officer).post(page_of(), {"officer": "Wyn Landing", **line(person), **line(other, clock="")})
    assert "1 line is saved" in words(answer)
    assert "Birch, Sam: enter the time of the check" in words(answer)
    assert (states(person)[2], states(other)[2]) == ("met", "open")


def test_what_was_no_check_is_kept_and_meets_nothing(person: Person, officer: Staff) -> None:
    blank = dict.fromkeys(("spoken_to", "raised", "family", "understood"), "")
    typed = line(person, outcome="declined", officer="Wyn Landing", **blank)
    assert signed_in(officer).post(page_of(), typed).status_code == 302
    assert Contact.objects.get().kind == "declined"
    assert states(person)[2] == "missed"


def test_who_moved_while_the_page_was_open_keeps_their_line(person: Person, officer: Staff) -> None:
    client = signed_in(officer)
    drawn = client.get(page_of(TODAY)).context["entry"].drawn
    Person.objects.filter(pk=person.pk).update(wing=WingFactory(prison=person.prison, code="Z"))
    typed = {"drawn": drawn, "officer": "Wyn Landing", **line(person, clock="8:15")}
    assert client.post(page_of(TODAY), typed).status_code == 302
    assert states(person)[3] == "met"
    assert client.post(page_of(TODAY), {**line(person, clock="8:30"), "drawn": ""}).status_code == 302
    assert Contact.objects.count() == 1, "nobody who was not on the page"


@pytest.mark.parametrize(
    ("on", "time", "at", "said"),
    [
        (date(2026, 10, 25), "1:30am", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "The first of the two was taken"),
        (date(2026, 10, 25), "0:30", datetime(2026, 10, 24, 23, 30, tzinfo=UTC), "1 line is saved"),
        (date(2026, 3, 29), "1:30am", None, "did not exist that night"),
    ],
)
def test_nights_on_which_the_clocks_change(cast: Cast, on: date, time: str, at: datetime | None, said: str) -> None:
    now = datetime(on.year, on.month, on.day, 22, tzinfo=UTC)
    person = woman(arrived_on=on - timedelta(days=30))
    CohortDecisionFactory(person=person, starts_on=on)
    with transaction.atomic():
        reconcile([person.pk], window_of(on, now))
    with travel(now, tick=False):
        client = posted(Role.KEY_WORK_MANAGER, person)
        client.get(page_of(on))
        name = next(iter(officers_of(person.prison, on)))
        answer = client.post(page_of(on), line(person, clock=time, officer=name), follow=True)
    assert said in words(answer)
    assert list(Contact.objects.values_list("at", flat=True)) == ([at] if at else [])
    assert Contact.objects.filter(on=on).count() == (1 if at else 0)


def test_which_days_and_who_may(cast: Cast, person: Person, officer: Staff) -> None:
    manager = posted(Role.KEY_WORK_MANAGER, person)
    assert "Ash, Sam" in words(manager.get(page_of()))
    for on, status in ((days(-62), 200), (days(-63), 404), (days(1), 404)):
        assert manager.get(page_of(on)).status_code == status
    assert signed_in(officer).get(page_of()).status_code == 200
    assert signed_in(officer).get(page_of(wing="Z")).status_code == 404
    assert posted(Role.GOVERNOR, person).get(page_of()).status_code == 403
    assert cast.client(Role.KEY_WORK_MANAGER).get(page_of()).status_code == 404
    assert Client().get(page_of()).status_code == 302


def test_the_page_asks_as_much_for_five_as_for_one(person: Person, officer: Staff) -> None:
    client = signed_in(officer)
    with CaptureQueriesContext(connection) as few:
        client.get(page_of(TODAY))
    for other in PersonFactory.create_batch(4, prison=person.prison):
        settle(other)
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(page_of(TODAY)).context["entry"].lines) == 5
    assert len(many) == len(few)


def test_who_shares_a_name_can_be_told_apart(person: Person) -> None:
    for number in range(2):
        PostingFactory(
            prison=person.prison, role=Role.WING_OFFICER, staff__username=f"twin{number}", staff__surname="Same"
        )
    assert list(officers_of(person.prison, TODAY)) == ["Robin Same (twin0)", "Robin Same (twin1)"]


def test_h16_an_evening_without_the_system_and_200_checks_entered_from_paper(
    cast: Cast, settings: Any, tmp_path: Any
) -> None:
    settings.ROSTER_FOLDER, last_hour = str(tmp_path), NOW - timedelta(hours=12)  # the system goes down at 10pm
    prison = PrisonFactory(code="EWI", estate="women")
    people = daily(prison, WingFactory(prison=prison), 200, since=YESTERDAY)
    with transaction.atomic():
        reconcile([person.pk for person in people], window_of(YESTERDAY, last_hour))
    text = keep_roster(prison, at=last_hour).read_text()
    assert all(text.count(person.prison_number) == 2 for person in people), "due that evening, and after midnight"
    stamp_missed("EWI", on=TODAY, at=NOW)
    officer = PostingFactory(prison=prison, role=Role.KEY_WORK_MANAGER).staff
    typed = {"officer": str(officer)}
    for number, person in enumerate(people):
        typed |= line(person, clock=f"{22 + number // 120}:{number // 2 % 60:02}")
    assert signed_in(officer).post(page_of(), typed).status_code == 302
    checks = prison.obligations.filter(kind="daily_check")
    assert checks.filter(due_on=YESTERDAY, state=ObligationState.MET).count() == 200
    assert checks.filter(due_on=TODAY, state=ObligationState.OPEN).count() == 200
    assert Contact.objects.filter(on=YESTERDAY, at__gte=last_hour, recorded_at=NOW).count() == 200


def daily(prison: Prison, wing: Wing, number: int, *, since: date) -> list[Person]:
    """Women who are checked daily since a day."""
    people = PersonFactory.build_batch(number, prison=None)
    for person in people:
        person.prison, person.wing = prison, wing
    Person.objects.bulk_create(people)
    Stay.objects.bulk_create(Stay(person=one, prison=prison, arrived_on=one.arrived_on) for one in people)
    by = PostingFactory(prison=prison, role=Role.SAFER_CUSTODY).staff
    CohortDecision.objects.bulk_create(
        CohortDecision(
            person=one, prison=prison, cohort="daily", because="Found at risk", starts_on=since,
            next_review_on=days(7), decided_by=by, decided_at=NOW,
        )
        for one in people
    )  # fmt: skip
    return people
