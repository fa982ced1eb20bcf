"""The HOMD's dashboard: every number is what its list counts, and nothing that cannot be opened is shown."""

import pytest

from allocation.models import PomAllocation
from omic.models import Person, Role, Staff
from tests.allocation.cases import determine, profile
from tests.allocation.links import numbers
from tests.allocation.test_pages import address
from tests.cast import Cast, signed_in
from tests.factories import NOW, ObligationFactory, PomAllocationFactory, PostingFactory, StaffFactory, days

pytestmark = pytest.mark.django_db


def duty(person: Person, kind: str, *, due: int | None, role: str = "pom", owner: Staff | None = None) -> None:
    when = {"due_on": None, "due_before": None} if due is None else {"due_on": days(due)}
    ObligationFactory(person=person, kind=kind, slot=kind, owner_role=role, owner=owner, met_by="", **when)


def hold(cast: Cast, staff: Staff, *, surname: str = "Held", **answers: object) -> Person:
    person = determine(cast.person(surname=surname), **answers)
    PomAllocationFactory(person=person, staff=staff)
    return person


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """A prison with something of everything that the dashboard counts."""
    probation, prison = cast.of(Role.POM), PostingFactory(role=Role.POM, prison=cast.prison).staff
    profile(probation, cast.prison, "probation", 3.5)
    profile(prison, cast.prison, "prison")
    for tier in "AABCCD":
        hold(cast, probation, tier=tier)
    for ahead in (-20, 0, 4, 5, 30, 56, 57):
        person = hold(cast, prison, tier="D", start_on=days(ahead), handover_on=days(ahead))
        duty(person, "handover", due=ahead, owner=prison)
    hold(cast, prison, tier=None, fixed="COM")
    hold(cast, StaffFactory(surname="Gone"), fixed="POM")
    undetermined = cast.person(surname="Undetermined")
    PomAllocationFactory(person=undetermined, staff=probation)
    duty(undetermined, "risk_to_read", due=None, owner=probation)
    civil = hold(cast, prison, start_on=None, handover_on=None)
    civil.handoverdeterminations.update(reason="unsentenced")
    for _ in range(3):
        determine(cast.person(surname="Waiting"))
    duty(cast.person(), "held_change", due=-2, role="homs")
    duty(cast.person(), "risk_to_read", due=None, role="homd")
    return cast


def test_every_number_is_what_its_list_counts(busy: Cast) -> None:
    client = busy.client(Role.HOMD)
    found = numbers(client.get(address("dashboard")).content.decode())
    assert len(found) > 40
    for number, url in found:
        assert client.get(url).context["list"].count == number, url


@pytest.mark.parametrize("role", [Role.HOMS, Role.CASE_ADMINISTRATOR, Role.GOVERNOR, Role.NATIONAL])
def test_whoever_sees_a_number_can_open_it(busy: Cast, role: Role) -> None:
    client = busy.client(role)
    for number, url in numbers(client.get(address("dashboard")).content.decode()):
        assert client.get(url).context["list"].count == number, url


def test_the_numbers_of_a_poms_own_page_too(busy: Cast) -> None:
    client = busy.client(Role.HOMD)
    for staff in Staff.objects.filter(pom_people__isnull=False).distinct():
        found = numbers(client.get(address("pom", staff.pk)).content.decode())
        assert found
        for number, url in found:
            assert client.get(url).context["list"].count == number, url


def test_tiles_and_totals(busy: Cast) -> None:
    context = busy.client(Role.HOMD).get(address("dashboard")).context
    tiles = {tile.text: tile.count for tile in context["tiles"]}
    assert tiles["without a POM"] == 5
    assert tiles["duties overdue"] == 2
    assert tiles["risk information unread"] == 2
    assert tiles["handovers in the next 8 weeks"] == 5
    assert context["loads"].cases.count == Person.objects.filter(pom__isnull=False).count()
    assert [number.count for number in context["weeks"]] == [2, 1, 0, 0, 1, 0, 0, 0, 1]


def test_parts_follow_the_day(busy: Cast) -> None:
    loads = busy.client(Role.HOMD).get(address("dashboard")).context["loads"]
    parts = {share.heading: number.count for share, number in zip(loads.shares, loads.together, strict=True)}
    assert (parts["Responsible"], parts["Supporting"], parts["Tasks only"], parts["Not determined"]) == (12, 3, 1, 1)
    assert [parts[f"Tier {tier}"] for tier in (*"ABCD", "not known")] == [2, 1, 4, 8, 2]


def test_what_is_to_be_put_right_is_listed(busy: Cast) -> None:
    attention = busy.client(Role.HOMD).get(address("dashboard")).context["loads"].attention
    assert [number.text for number in attention] == [
        "1 POM with cases but no POM posting today",
        "1 POM whose type is not recorded",
        "2 cases whose tier is not known",
        "1 case for which nothing says who is responsible",
    ]


def test_an_empty_prison_says_so(cast: Cast) -> None:
    page = cast.client(Role.HOMD).get(address("dashboard")).content.decode()
    assert "Nobody is posted here as a POM today" in page
    assert "No duty of the OMU is overdue" in page
    assert "No roll has been imported yet" in page


def test_a_night_that_has_not_run_is_told(cast: Cast) -> None:
    person = hold(cast, cast.of(Role.POM))
    person.handoverdeterminations.update(next_change_on=days(0))
    assert "The night has not run" in cast.client(Role.HOMD).get(address("dashboard")).content.decode()


def test_above_the_planning_figure_only_probation_poms_are_marked(cast: Cast) -> None:
    for pom_type in ("probation", "prison"):
        staff = PostingFactory(role=Role.POM, prison=cast.prison).staff
        profile(staff, cast.prison, pom_type)
        people = [cast.person() for _ in range(81)]
        PomAllocation.objects.bulk_create(
            PomAllocation(person=person, prison=cast.prison, staff=staff, started_at=NOW) for person in people
        )
        Person.objects.filter(pk__in=[person.pk for person in people]).update(pom=staff)
    rows = signed_in(cast.of(Role.HOMD)).get(address("dashboard")).context["loads"].rows
    assert {row.staff.pom_type: row.over for row in rows} == {"probation": True, "prison": False}
