"""The pages of figures: who sees whose, what they say, and as many queries for a big prison as for a small one."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keywork.charts import chart, step_of
from keywork.figure_words import LISTS, OWN_LISTS
from keywork.measures import Bar
from omic.models import AuditEvent, Person, Role, Staff
from omic.reconcile import reconcile_in_batches, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, ContactFactory, KeyWorkerAllocationFactory, days
from tests.nights import small_hours

pytestmark = pytest.mark.django_db
READERS = {
    *(Role.KEY_WORK_MANAGER, Role.KEY_WORK_CHAMPION, Role.HOMD, Role.HOMS, Role.SAFER_CUSTODY),
    *(Role.GOVERNOR, Role.PGD, Role.NATIONAL),
}
PAGES = {
    "figure-rows": READERS,
    "staff-figures": READERS,
    "my-figure-rows": {Role.KEY_WORKER},
}
OCTOBER = "from=2026-10-01&to=2026-10-31"


def url(cast: Cast, name: str, figure: str = "owed") -> str:
    args = {"staff-figures": [cast.of(Role.KEY_WORKER).pk]}.get(name, [figure] if name.endswith("rows") else [])
    return reverse(f"keywork:{name}", args=["LEI", *args])


def october(cast: Cast, *people: Person, staff: Staff | None = None) -> None:
    """The people owed sessions through October by a key worker, the first of them seen once in its first week."""
    for person in people:
        KeyWorkerAllocationFactory(person=person, staff=staff or cast.of(Role.KEY_WORKER))
    at = small_hours(days(-43)) + timedelta(hours=7)
    ContactFactory(person=people[0], at=at, recorded_at=at, by=staff or cast.of(Role.KEY_WORKER), minutes=30)
    reconcile_in_batches(
        [person.pk for person in people], window_of(days(-35), small_hours(days(-35)), since=days(-50))
    )


@pytest.fixture
def known(cast: Cast) -> Person:
    cast.prison.settings.create(kind="group", value="Yorkshire", starts_on=TODAY, recorded_at=NOW)
    person = cast.person(surname="Ashdown")
    october(cast, person)
    return person


@pytest.mark.parametrize("name", PAGES)
def test_the_right_roles_see_it_and_no_other(cast: Cast, known: Person, name: str) -> None:
    answers = {role: cast.client(role).get(url(cast, name)).status_code for role in Role}
    assert {role for role, status in answers.items() if status == 200} == PAGES[name]
    assert {status for role, status in answers.items() if role not in PAGES[name]} == {403}
    assert cast.stranger.get(url(cast, name)).status_code == 404
    assert Client().get(url(cast, name))["Location"].startswith("/sign-in/?next=")


def test_what_is_not_there_is_404(cast: Cast) -> None:
    client = cast.client(Role.HOMD)
    assert client.get(reverse("keywork:staff-figures", args=["LEI", 999999])).status_code == 404
    assert client.get(reverse("keywork:staff-figures", args=["LEI", cast.of(Role.HOMS).pk])).status_code == 404
    assert client.get(url(cast, "figure-rows", "nonsense")).status_code == 404


def test_the_last_full_month_says_what_was_owed_and_delivered_and_what_each_means(cast: Cast, known: Person) -> None:
    page = cast.client(Role.GOVERNOR).get(url(cast, "figures")).content.decode()
    assert "1 October 2026 to 31 October 2026, compared with 1 September 2026 to 30 September 2026" in page
    assert re.search(r"1 of \d sessions delivered: \d\d\.\d\d%\.", page)
    assert "Key work sessions that fell due in the period" in page
    assert "never added to anything above" in page


def test_one_wing_and_one_key_worker_have_no_projected_sessions(cast: Cast, known: Person) -> None:
    client = cast.client(Role.GOVERNOR)
    assert "national" in client.get(url(cast, "figures")).context
    for narrowed in (f"wing={known.wing_id}", f"worker={cast.of(Role.KEY_WORKER).pk}", "wing=0"):
        assert "national" not in client.get(f"{url(cast, 'figures')}?{OCTOBER}&{narrowed}").context
    assert "national" not in client.get(url(cast, "staff-figures")).context


def test_the_whole_has_a_row_for_what_has_no_wing_and_no_key_worker(cast: Cast, known: Person) -> None:
    october(cast, cast.person(wing=None), staff=cast.of(Role.KEY_WORKER))
    loose = cast.person()
    reconcile_in_batches([loose.pk], window_of(days(-35), small_hours(days(-35))))
    tables = cast.client(Role.HOMD).get(url(cast, "figures")).context["tables"]
    names = [[row.name for row in table.rows] for table in tables]
    assert names == [["A", "No wing", "All"], ["Weaver, Kay", "No key worker", "All"]]


def test_every_list_opens_and_exports(cast: Cast, known: Person) -> None:
    client, own = cast.client(Role.KEY_WORK_MANAGER), cast.client(Role.KEY_WORKER)
    for figure in LISTS:
        address = f"{url(cast, 'figure-rows', figure)}?{OCTOBER}"
        assert (figure, client.get(address).status_code) == (figure, 200)
        status = 200 if figure in OWN_LISTS else 404
        assert (figure, own.get(url(cast, "my-figure-rows", figure)).status_code) == (figure, status)
        assert (figure, client.get(f"{address}&export=csv").status_code) == (figure, 200)
    assert AuditEvent.objects.filter(action="export").count() == len(LISTS)


def test_by_person_whoever_was_never_seen_comes_first(cast: Cast, known: Person) -> None:
    never = cast.person(surname="Unseen")
    october(cast, cast.person(surname="Seen"), never)
    rows = cast.client(Role.HOMD).get(f"{url(cast, 'figure-rows', 'people')}?{OCTOBER}").context["list"].page
    assert rows[0] == never


def test_who_may_open_nobodys_page_sees_numbers_and_no_names(cast: Cast, known: Person) -> None:
    page = cast.client(Role.NATIONAL).get(f"{url(cast, 'figure-rows', 'people')}?{OCTOBER}").content.decode()
    assert known.prison_number in page
    assert "Ashdown" not in page


def test_a_key_worker_sees_their_own_and_may_not_export(cast: Cast, known: Person) -> None:
    other = cast.person(surname="Elsewhere")
    october(cast, other, staff=KeyWorkerAllocationFactory(person=cast.person()).staff)
    client = cast.client(Role.KEY_WORKER)
    page = client.get(f"{url(cast, 'my-figure-rows')}?{OCTOBER}&worker={other.key_worker_id}").content.decode()
    assert "Ashdown" in page
    assert "Elsewhere" not in page
    assert client.get(f"{url(cast, 'my-figure-rows')}?export=csv").status_code == 403


def test_no_list_of_a_key_workers_own_shows_anybody_elses(cast: Cast, known: Person) -> None:
    """Neither those of another nor a newcomer who has nobody, whichever figure is asked for."""
    theirs, nobodys = cast.person(arrived_on=days(-40)), cast.person(arrived_on=days(-40))
    october(cast, theirs, staff=KeyWorkerAllocationFactory(person=cast.person()).staff)
    client, shown = cast.client(Role.KEY_WORKER), ""
    for figure in LISTS:
        shown += client.get(f"{url(cast, 'my-figure-rows', figure)}?{OCTOBER}").content.decode()
    assert known.prison_number in shown
    assert theirs.prison_number not in shown
    assert nobodys.prison_number not in shown


def test_the_comparison_is_of_its_own_days_alone(cast: Cast, known: Person) -> None:
    """Who left the key worker since counts in the months in which they were theirs."""
    known.key_worker_allocations.update(ended_at=NOW, ended_because="x", ended_kind="taken_off")
    query = "from=2026-11-01&to=2026-11-17&compare_from=2026-10-01&compare_to=2026-10-31"
    page = cast.client(Role.HOMD).get(f"{url(cast, 'staff-figures')}?{query}")
    assert page.context["measured"][1]["owed"] == 4
    assert page.context["measured"][1]["delivered"] == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [("from=2026-10-02", "last"), ("from=2026-10-02&to=2026-10-01", "last"), ("from=2026-11-01&to=2026-11-19", "last"),
     ("wing=x", "wing"), ("compare_to=2026-10-01", "compare_from"), ("from=40&to=2026-10-01", "first")],
)  # fmt: skip
def test_a_period_that_makes_no_sense_is_said_beside_the_field(cast: Cast, query: str, field: str) -> None:
    answer = cast.client(Role.HOMD).get(f"{url(cast, 'figures')}?{query}")
    assert field in answer.context["form"].errors
    assert (answer.context["period"].first, answer.context["period"].last) == (days(-48), days(-18))


@pytest.mark.parametrize("name", ["figures", "staff-figures", "my-figures"])
def test_as_many_queries_for_twenty_people_as_for_one(cast: Cast, known: Person, name: str) -> None:
    role = Role.KEY_WORKER if name == "my-figures" else Role.KEY_WORK_MANAGER
    assert asked(cast, role, url(cast, name), lambda: october(cast, *(cast.person() for _ in range(20)))) <= 45


@pytest.mark.parametrize("figure", ["owed", "sessions", "people", "days_to_key_worker", "mean_eligible"])
def test_as_many_queries_for_twenty_rows_as_for_one(cast: Cast, known: Person, figure: str) -> None:
    address = f"{url(cast, 'figure-rows', figure)}?from=2026-08-01&to=2026-11-17"
    more = lambda: october(cast, *(cast.person(arrived_on=days(-120)) for _ in range(20)))  # noqa: E731
    october(cast, cast.person(arrived_on=days(-120)))
    assert asked(cast, Role.KEY_WORK_MANAGER, address, more) <= 16


def asked(cast: Cast, role: Role, address: str, more: Callable[[], None]) -> int:
    client, counts = cast.client(role), []
    for change in (more, lambda: None):
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        counts.append(len(captured))
        change()
    assert len(set(counts)) == 1
    return counts[0]


@pytest.mark.parametrize(("most", "step"), [(0, 1), (4, 1), (5, 2), (8, 2), (9, 5), (21, 10), (410, 200), (4001, 2000)])
def test_the_scale_is_the_smallest_round_one_that_holds_the_bars(most: int, step: int) -> None:
    assert step_of(most) == step


def test_bars_stand_on_the_line_and_delivered_is_never_wider_than_owed() -> None:
    drawn = chart([Bar(days(7 * number), number, number // 2) for number in range(53)], monthly=False)
    assert {column.owed_y + column.owed_height for column in drawn.columns} == {float(drawn.base)}
    assert all(column.x < column.delivered_x and column.x + column.width <= drawn.width for column in drawn.columns)
    assert sum(bool(column.label) for column in drawn.columns) <= 13
