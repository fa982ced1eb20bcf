"""What the lists of key work show: overdue first, counts that agree with their lists, nobody never seen hidden."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from keywork.panels import home_tiles, key_work_panel
from omic.access import standing_in
from omic.models import AuditEvent, ExpectedArrival, Person, Prison, Role
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    KeyWorkerAllocationFactory,
    KeyWorkerFactory,
    PersonFactory,
    WingFactory,
    days,
)

pytestmark = pytest.mark.django_db


def known_for(person: Person, weeks: int) -> None:
    """The pipeline has kept what is owed for so many weeks."""
    with transaction.atomic():
        reconcile([person.pk], window_of(TODAY, NOW, since=TODAY - timedelta(weeks=weeks)))


@pytest.fixture
def late(cast: Cast) -> Person:
    """Two weeks overdue."""
    return kays(cast, surname="Late", weeks=2)


@pytest.fixture
def later(cast: Cast) -> Person:
    """Four weeks overdue, although seen once before that."""
    person = kays(cast, surname="Later", weeks=4)
    ContactFactory(person=person, at=NOW - timedelta(days=60))
    return person


@pytest.fixture
def seen(cast: Cast) -> Person:
    person = kays(cast, surname="Seen", weeks=2)
    ContactFactory(person=person)
    known_for(person, 0)
    return person


def kays(cast: Cast, *, weeks: int, **facts: object) -> Person:
    person = cast.person(**facts)
    KeyWorkerAllocationFactory(person=person, staff=cast.of(Role.KEY_WORKER))
    known_for(person, weeks)
    return person


def names(cast: Cast, role: Role, page: str, **query: str) -> list[str]:
    answer = cast.client(role).get(reverse(f"keywork:{page}", args=["LEI"]), query)
    return [person.surname for person in answer.context["list"].page]


def test_my_people_come_overdue_first(cast: Cast, seen: Person, late: Person, later: Person) -> None:
    cast.person(surname="Other")
    assert names(cast, Role.KEY_WORKER, "mine") == ["Later", "Late", "Seen"]


def test_the_tiles_agree_with_the_lists_they_open(cast: Cast, seen: Person, late: Person, later: Person) -> None:
    client = cast.client(Role.KEY_WORKER)
    kays(cast, surname="Due", weeks=0)
    tiles = client.get(reverse("keywork:mine", args=["LEI"])).context["numbers"]
    assert [tile.count for tile in tiles] == [2, 1, 1]
    assert [client.get(tile.url).context["list"].count for tile in tiles] == [2, 1, 1]


def test_who_is_due_after_this_week_is_not_to_be_seen_this_week(cast: Cast) -> None:
    """Owed by the month or the fortnight."""
    kays(cast, surname="Monthly", weeks=0).obligations.filter(kind="key_work_session").update(due_on=days(12))
    answer = cast.client(Role.KEY_WORKER).get(reverse("keywork:mine", args=["LEI"]))
    assert [tile.count for tile in answer.context["numbers"]] == [0, 0, 0]
    assert names(cast, Role.KEY_WORKER, "mine", owed="later") == ["Monthly"]
    Prison.objects.update(estate="women")
    assert names(cast, Role.KEY_WORKER, "mine", owed="now") == ["Monthly"]


def test_whoever_was_only_owed_what_is_void_is_owed_nothing(cast: Cast, late: Person) -> None:
    late.obligations.update(state="void", closed_at=NOW)
    assert names(cast, Role.HOMD, "unseen") == []


def test_my_people_list_who_is_expected(cast: Cast) -> None:
    young = PersonFactory(prison=cast.elsewhere, surname="Youngman")
    arrival = ExpectedArrival.objects.create(
        person=young, prison=cast.prison, expected_on=days(3), key_worker=cast.of(Role.KEY_WORKER),
        recorded_by=cast.of(Role.HOMD), recorded_at=NOW,
    )  # fmt: skip
    page = cast.client(Role.KEY_WORKER).get(reverse("keywork:mine", args=["LEI"])).content.decode()
    assert "Youngman" in page
    assert reverse("keywork:log-expected", args=["LEI", arrival.pk]) in page


def test_overdue_is_one_row_a_person_oldest_first(cast: Cast, late: Person, later: Person, seen: Person) -> None:
    page = cast.client(Role.KEY_WORK_MANAGER).get(reverse("keywork:overdue", args=["LEI"]))
    rows = [(row.surname, row.overdue, row.next_due_on) for row in page.context["list"].page]
    assert rows == [("Later", 4, days(-24)), ("Late", 2, days(-10))]


def test_overdue_narrows_by_wing_key_worker_and_priority(cast: Cast, late: Person, later: Person) -> None:
    wing = WingFactory(prison=cast.prison, code="B")
    Person.objects.filter(pk=late.pk).update(wing=wing)
    later.alerts.create(code="HA", first_seen_at=NOW, last_seen_at=NOW)
    known_for(later, 0)
    assert names(cast, Role.HOMD, "overdue", wing=str(wing.pk)) == ["Late"]
    assert names(cast, Role.HOMD, "overdue", priority="acct_open") == ["Later"]
    assert names(cast, Role.HOMD, "overdue", priority="none") == ["Late"]
    assert names(cast, Role.HOMD, "overdue", key_worker=str(cast.of(Role.KEY_WORKER).pk)) == ["Later", "Late"]


def test_h21_whoever_was_never_seen_stands_by_the_day_of_arrival(cast: Cast, late: Person, later: Person) -> None:
    """Never seen, here for 200 days: before whoever was last seen 60 days ago."""
    assert names(cast, Role.KEY_WORK_MANAGER, "unseen") == ["Late", "Later"]


def test_people_without_a_key_worker_longest_first(cast: Cast, late: Person) -> None:
    for surname, arrived in (("New", -2), ("Old", -90)):
        known_for(cast.person(surname=surname, arrived_on=days(arrived)), 0)
    assert names(cast, Role.KEY_WORK_MANAGER, "unallocated") == ["Old", "New"]


def test_an_allocation_takes_them_off_the_list(cast: Cast) -> None:
    person, worker = cast.person(), KeyWorkerFactory(prison=cast.prison).staff
    known_for(person, 0)
    client = cast.client(Role.KEY_WORK_MANAGER)
    answer = client.post(reverse("keywork:allocate", args=["LEI", person.ref]), {"staff": worker.pk, "because": ""})
    assert answer.status_code == 302
    assert names(cast, Role.KEY_WORK_MANAGER, "unallocated") == []


def test_who_is_full_is_not_offered_and_is_refused_with_a_reason(cast: Cast) -> None:
    person, worker = cast.person(), KeyWorkerFactory(prison=cast.prison).staff
    for _ in range(9):
        KeyWorkerAllocationFactory(person=cast.person(), staff=worker)
    client, url = cast.client(Role.KEY_WORK_MANAGER), reverse("keywork:allocate", args=["LEI", person.ref])
    form = client.get(url).context["form"]
    assert (form.left_out, worker.pk in dict(form.fields["staff"].choices)) == (1, False)
    assert "which is the ceiling" in client.post(url, {"staff": worker.pk}).content.decode()


def test_ending_through_the_page_asks_for_a_reason_and_another(cast: Cast, late: Person) -> None:
    client, url = cast.client(Role.HOMD), reverse("keywork:end", args=["LEI", late.ref])
    current = late.key_worker_allocations.get().pk
    assert client.post(url, {"because": "", "instead_of": current}).context["form"].errors
    assert client.post(url, {"because": "Moved wing", "instead_of": current}).status_code == 302
    assert names(cast, Role.HOMD, "unallocated") == ["Late"]


def test_names_appear_only_to_those_who_may_open_somebodys_page(cast: Cast, late: Person) -> None:
    page = cast.client(Role.NATIONAL).get(reverse("keywork:overdue", args=["LEI"])).content.decode()
    assert late.prison_number in page
    assert late.surname not in page.replace("Latest", "")


def test_an_export_is_logged_and_not_for_key_workers(cast: Cast, late: Person) -> None:
    manager, url = cast.client(Role.KEY_WORK_MANAGER), reverse("keywork:overdue", args=["LEI"])
    rows = b"".join(manager.get(url, {"export": "csv"}).streaming_content).decode().splitlines()
    assert rows[1].startswith('"Late, Sam",')
    assert AuditEvent.objects.get(action="export").detail == {"list": "overdue-key-work", "format": "csv", "rows": 1}
    assert cast.client(Role.KEY_WORKER).get(reverse("keywork:mine", args=["LEI"]), {"export": "csv"}).status_code == 403


class Asked:
    """What a panel needs of a request."""

    def __init__(self, cast: Cast, role: Role) -> None:
        self.user, self.prison, self.on = cast.of(role), cast.prison, TODAY
        self.standing = standing_in(self.user, "LEI", on=TODAY)


def test_the_panel_shows_what_is_owed_and_the_last_sessions(cast: Cast, late: Person) -> None:
    ContactFactory(person=late, kind="entry", nomis_type="KA/KE")
    late.refresh_from_db()
    panel = key_work_panel(Asked(cast, Role.KEY_WORKER), late)
    assert (len(panel["owed"]), len(panel["last"]), panel["may_log"], panel["may_allocate"]) == (3, 1, True, False)
    assert key_work_panel(Asked(cast, Role.HOMD), late)["may_log"] is False


def test_home_tiles_by_role(cast: Cast, late: Person) -> None:
    known_for(cast.person(), 0)
    assert [tile.count for tile in home_tiles(Asked(cast, Role.KEY_WORKER))] == [1, 0]
    assert [tile.count for tile in home_tiles(Asked(cast, Role.KEY_WORK_MANAGER))] == [1, 1]
    assert home_tiles(Asked(cast, Role.POM)) == []
