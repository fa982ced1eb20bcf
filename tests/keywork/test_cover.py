"""Cover: needed at once, given by a stand-in whose sessions count, over by itself; no second allocation (KW-14)."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from keywork.actions import RefusedError, allocate_key_worker
from keywork.actions.cover import Choice, cover_people, cover_person, end_cover
from keywork.actions.profiles import change_return, record_absence
from keywork.lists import my_people
from keywork.models import Absence, DoNotPair, KeyWorkerAbsence
from keywork.staffing import cover_needed, staff_of
from omic.access import Action, standing_in
from omic.models import Cover, Obligation, Person, Role, Staff
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    KeyWorkerAllocationFactory,
    KeyWorkerFactory,
    PersonFactory,
    PostingFactory,
    days,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def kay(cast: Cast) -> Staff:
    """Away from yesterday, back in twenty days: across the end of the month."""
    staff = KeyWorkerFactory(prison=cast.prison).staff
    away(staff, -1, 20)
    return staff


@pytest.fixture
def robin(cast: Cast) -> Staff:
    """Who stands in."""
    return cast.of(Role.KEY_WORKER)


@pytest.fixture
def person(cast: Cast, kay: Staff) -> Person:
    return KeyWorkerAllocationFactory(person=cast.person(), staff=kay).person


def away(staff: Staff, first: int, back: int | None, kind: Absence = Absence.LONG_TERM_ABSENCE) -> KeyWorkerAbsence:
    prison = staff.postings.first().prison
    returns_on = None if back is None else days(back)
    return record_absence(
        staff=staff, prison=prison, kind=kind, starts_on=days(first), returns_on=returns_on, by=staff, at=NOW
    )


def cover(person: Person, staff: Staff, until: int | None = 20, first: int = 0) -> Cover:
    ends_on = None if until is None else days(until)
    choice = Choice(person=person, staff=staff, starts_on=days(first), ends_on=ends_on, because="Leave")
    return cover_person(choice=choice, prison=person.prison, by=staff, at=NOW)


def needing(cast: Cast, on: date = TODAY) -> list[Person]:
    return list(cover_needed(cast.prison, on=on))


def may_log(staff: Staff, on: date = TODAY) -> set[Person]:
    return set(standing_in(staff, "LEI", on=on).people(Action.LOG_SESSION))


@pytest.mark.parametrize(("day", "needed"), [(-2, False), (-1, True), (0, True), (19, True), (20, False)])
def test_cover_is_needed_as_long_as_the_key_worker_is_away(cast: Cast, person: Person, day: int, needed: bool) -> None:
    assert needing(cast, on=days(day)) == [person] * needed


def test_who_is_no_key_worker_here_any_more_leaves_people_to_cover(cast: Cast, robin: Staff) -> None:
    person = KeyWorkerAllocationFactory(person=cast.person(), staff=robin).person
    robin.postings.update(ends_on=TODAY)
    found = cover_needed(cast.prison, on=TODAY).get()
    assert (found, found.away_kind) == (person, "")


def test_a_stand_in_ends_the_need_until_the_cover_ends(cast: Cast, person: Person, robin: Staff) -> None:
    cover(person, robin, until=10)
    assert [needing(cast, on=days(day)) for day in (0, 9, 10, 20)] == [[], [], [person], []]


def test_a_stand_in_who_is_away_themselves_covers_nobody(cast: Cast, person: Person, robin: Staff) -> None:
    first = cover(person, robin)
    away(robin, 0, 3)
    assert needing(cast) == [person]
    second = cover(person, KeyWorkerFactory(prison=cast.prison).staff)
    first.refresh_from_db()
    assert (first.ends_on, needing(cast)) == (second.starts_on, [])


def test_cover_is_seen_by_the_stand_in_and_takes_no_place(cast: Cast, person: Person, robin: Staff) -> None:
    cover(person, robin, until=10)
    mine = my_people(cast.prison, robin, on=TODAY).get()
    assert (mine, mine.covered, mine.cover_until) == (person, True, days(10))
    found = staff_of(cast.prison, on=TODAY).get(pk=robin.pk)
    assert (found.load, found.covering) == (0, 1)
    assert Person.objects.get(pk=person.pk).key_worker != robin


@pytest.mark.parametrize(("day", "theirs"), [(-1, False), (0, True), (9, True), (10, False)])
def test_a_stand_in_may_log_sessions_as_long_as_cover_lasts(
    cast: Cast, person: Person, robin: Staff, day: int, theirs: bool
) -> None:
    cover(person, robin, until=10)
    assert may_log(robin, on=days(day)) == ({person} if theirs else set())


def test_the_key_worker_keeps_their_people_while_covered(cast: Cast, person: Person, kay: Staff, robin: Staff) -> None:
    cover(person, robin)
    assert may_log(kay) == {person}


def test_a_session_of_the_stand_in_counts(cast: Cast, person: Person, robin: Staff) -> None:
    cover(person, robin)
    ContactFactory(person=person, by=robin, at=NOW - timedelta(hours=1))
    with transaction.atomic():
        reconcile([person.pk], window_of(TODAY, NOW))
    week = person.obligations.get(kind="key_work_session", opens_on__lte=TODAY, due_on__gte=TODAY)
    assert (week.state, week.owner_id) == ("met", person.key_worker_id)


def test_returning_early_ends_the_cover_and_spares_that_of_a_later_absence(
    cast: Cast, person: Person, kay: Staff, robin: Staff
) -> None:
    away(kay, 40, 50)
    now, later = cover(person, robin), cover(person, robin, first=40, until=50)
    change_return(absence=KeyWorkerAbsence.objects.get(starts_on=days(-1)), returns_on=days(2), by=kay, at=NOW)
    for row in (now, later):
        row.refresh_from_db()
    assert (now.ends_on, now.ended_because, later.ends_on) == (days(2), f"{kay} is back", days(50))


def test_another_key_worker_ends_the_cover(cast: Cast, person: Person, robin: Staff) -> None:
    row, other = cover(person, robin), KeyWorkerFactory(prison=cast.prison).staff
    current = person.key_worker_allocations.get().pk
    allocate_key_worker(
        person=person, prison=cast.prison, staff=other, instead_of=current, because="", by=robin, at=NOW
    )
    row.refresh_from_db()
    assert (row.ends_on, row.ended_because) == (TODAY, f"{other} is the key worker now")


def test_ending_early_says_why_and_the_need_is_back(cast: Cast, person: Person, robin: Staff) -> None:
    row = cover(person, robin)
    end_cover(cover=row, because="Moved wing", by=robin, at=NOW)
    assert needing(cast) == [person]
    with pytest.raises(RefusedError, match="ended already"):
        end_cover(cover=row, because="Again", by=robin, at=NOW)


def test_cover_ends_where_planned_cover_begins(cast: Cast, person: Person, robin: Staff) -> None:
    other = KeyWorkerFactory(prison=cast.prison).staff
    cover(person, other, first=10, until=15)
    assert cover(person, robin).ends_on == days(10)


def refused(person: Person, staff: Staff) -> str:
    with pytest.raises(RefusedError) as error:
        cover(person, staff)
    return str(error.value)


def test_who_may_not_stand_in(cast: Cast, person: Person, kay: Staff, robin: Staff) -> None:
    untrained, stranger = PostingFactory(prison=cast.prison).staff, PostingFactory(prison=cast.elsewhere).staff
    pair = {"person": person, "prison": cast.prison, "staff": robin, "kind": "conflict"}
    DoNotPair.objects.create(because="Related", recorded_by=robin, recorded_at=NOW, **pair)
    assert "is the key worker of" in refused(person, kay)
    assert "no training recorded" in refused(person, untrained)
    assert "not posted here" in refused(person, stranger)
    assert "not to be brought together" in refused(person, robin)
    away(robin, 0, None)
    assert "is on long-term absence, with no date of return" in refused(person, robin)


def test_one_refusal_takes_no_other_choice_with_it(cast: Cast, person: Person, kay: Staff, robin: Staff) -> None:
    gone = KeyWorkerAllocationFactory(person=cast.person(), staff=kay).person
    Person.objects.filter(pk=gone.pk).update(prison=cast.elsewhere, wing=None)
    choices = [Choice(one, robin, TODAY, days(5), "Leave") for one in (gone, person)]
    made, why_not = cover_people(choices=choices, prison=cast.prison, by=robin, at=NOW)
    assert [row.person for row in made] == [person]
    assert why_not == {gone.pk: f"{gone.name} is no longer in this prison"}


def test_who_is_second_is_told_who_was_first(cast: Cast, person: Person, robin: Staff) -> None:
    cover(person, robin)
    other = KeyWorkerFactory(prison=cast.prison).staff
    assert refused(person, other) == (
        f"{robin} has chosen {robin} to stand in already. End that cover first, or leave it"
    )


class TestPages:
    """Choosing on one page with one save."""

    @pytest.fixture
    def url(self) -> str:
        return reverse("keywork:choose-cover", args=["LEI"])

    def sent(self, robin: Staff, **rows: object) -> dict[str, object]:
        day = {"starts_on_day": TODAY.day, "starts_on_month": TODAY.month, "starts_on_year": TODAY.year}
        return {"everyone": robin.pk, **day, **rows}

    def test_one_for_all_and_another_for_one(self, cast: Cast, person: Person, robin: Staff, url: str) -> None:
        second, third = (
            KeyWorkerAllocationFactory(person=cast.person(), staff=person.key_worker).person for _ in range(2)
        )
        other = KeyWorkerFactory(prison=cast.prison).staff
        rows = {f"staff_{person.pk}": "", f"staff_{second.pk}": other.pk, f"staff_{third.pk}": "nobody"}
        answer = cast.client(Role.KEY_WORK_MANAGER).post(url, self.sent(robin, **rows))
        assert answer.status_code == 302
        assert set(Cover.objects.values_list("person", "staff", "ends_on")) == {
            (person.pk, robin.pk, days(20)), (second.pk, other.pk, days(20)),
        }  # fmt: skip
        assert needing(cast) == [third]

    def test_nobody_chosen_keeps_the_page(self, cast: Cast, person: Person, robin: Staff, url: str) -> None:
        sent = self.sent(robin, **{f"staff_{person.pk}": ""}) | {"everyone": ""}
        page = cast.client(Role.KEY_WORK_MANAGER).post(url, sent).content.decode()
        assert "Choose a stand-in, for everybody or for at least one person" in page
        assert not Cover.objects.exists()

    def test_too_much_is_pointed_out(self, cast: Cast, person: Person, robin: Staff, url: str) -> None:
        for _ in range(9):
            KeyWorkerAllocationFactory(person=cast.person(), staff=robin)
        sent = self.sent(robin, **{f"staff_{person.pk}": ""})
        page = cast.client(Role.HOMD).post(url, sent, follow=True).content.decode()
        assert "has 9 people and stands in for 1: above the ceiling of 9 (KW-03)" in page

    def test_a_refused_choice_stays_with_its_reason(self, cast: Cast, person: Person, robin: Staff, url: str) -> None:
        pair = {"person": person, "prison": cast.prison, "staff": robin, "kind": "conflict"}
        DoNotPair.objects.create(because="Related", recorded_by=robin, recorded_at=NOW, **pair)
        page = cast.client(Role.HOMD).post(url, self.sent(robin, **{f"staff_{person.pk}": robin.pk})).content.decode()
        assert "are not to be brought together" in page
        assert f'<option value="{robin.pk}" selected>' in page

    def test_who_was_covered_meanwhile_stays_as_the_other_chose(
        self, cast: Cast, person: Person, robin: Staff, url: str
    ) -> None:
        cover(person, KeyWorkerFactory(prison=cast.prison).staff)
        sent = self.sent(robin, **{f"staff_{person.pk}": ""})
        page = cast.client(Role.HOMD).post(url, sent, follow=True).content.decode()
        assert "already. That stands." in page

    def test_cover_for_an_absence_to_come(self, cast: Cast, robin: Staff, url: str) -> None:
        away(robin, 5, 9)
        person = KeyWorkerAllocationFactory(person=cast.person(), staff=robin).person
        page = cast.client(Role.HOMD).get(url, {"day": days(5).isoformat()})
        assert [row.pk for row in page.context["list"].page] == [person.pk]
        assert page.context["chooser"]["starts_on"].value() == days(5)

    def test_the_stand_in_sees_it_on_my_people(self, cast: Cast, person: Person, robin: Staff) -> None:
        cover(person, robin, until=10)
        page = cast.client(Role.KEY_WORKER).get(reverse("keywork:mine", args=["LEI"])).content.decode()
        assert "Cover until 28 Nov 2026" in page

    def test_cover_is_ended_on_its_page(self, cast: Cast, person: Person, robin: Staff) -> None:
        row = cover(person, robin)
        url = reverse("keywork:end-cover", args=["LEI", row.pk])
        assert cast.client(Role.HOMD).post(url, {"because": "Moved wing"}).status_code == 302
        assert needing(cast) == [person]


def test_nothing_is_owed_twice_for_cover(cast: Cast, person: Person, robin: Staff) -> None:
    cover(person, robin)
    with transaction.atomic():
        reconcile([person.pk], window_of(TODAY, NOW))
    assert Obligation.objects.filter(kind="key_work_session", slot="2026-11-16@LEI").count() == 1
    assert not PersonFactory(prison=cast.prison).covers.exists()


class TestAfterwards:
    """What was said while somebody stood in may be written up for a week after; nothing else of the person is open."""

    @pytest.fixture
    def url(self, person: Person, robin: Staff) -> str:
        """Robin stood in on three days, the last of them yesterday."""
        row = cover(person, robin)
        Cover.objects.filter(pk=row.pk).update(starts_on=days(-3), ends_on=TODAY)
        return reverse("keywork:log-covered", args=["LEI", row.pk])

    def said(self, day: int) -> dict[str, str]:
        text = dict.fromkeys(("mood", "engagement", "concerns", "actions", "risk_information"), "Well")
        when = {"at_day": str(day), "at_month": "11", "at_year": "2026", "at_time": "09:15", "kind": "session"}
        time = {"mode": "interview_room", "contact_minutes": "30", "minutes": "45"}
        return {**text, **when, **time, "request_id": str(uuid.uuid4())}

    def test_yesterdays_session_is_written_up_and_no_other_day(
        self, cast: Cast, person: Person, robin: Staff, url: str
    ) -> None:
        client = cast.client(Role.KEY_WORKER)
        assert client.get(reverse("person", args=["LEI", person.ref])).status_code == 403
        assert client.get(reverse("keywork:log", args=["LEI", person.ref])).status_code == 403
        assert url in client.get(reverse("keywork:mine", args=["LEI"])).text
        for day in (18, 14):
            words = f"{person.name} was yours from 15 November 2026 to 17 November 2026"
            assert client.post(url, self.said(day)).context["form"].errors == {"at": [words]}
        assert client.post(url, self.said(17)).status_code == 302
        assert person.contacts.get().by == robin

    @pytest.mark.parametrize(("ended", "status"), [(0, 200), (-6, 200), (-7, 404)])
    def test_for_seven_days(self, cast: Cast, url: str, ended: int, status: int) -> None:
        Cover.objects.update(starts_on=days(-20), ends_on=days(ended))
        assert cast.client(Role.KEY_WORKER).get(url).status_code == status

    def test_by_the_stand_in_alone_and_not_while_it_lasts(self, cast: Cast, url: str) -> None:
        assert cast.client(Role.KEY_WORK_MANAGER).get(url).status_code == 404
        assert cast.client(Role.HOMD).get(url).status_code == 403
        assert cast.stranger.get(url).status_code == 404
        Cover.objects.update(ends_on=days(1))
        assert cast.client(Role.KEY_WORKER).get(url).status_code == 404
