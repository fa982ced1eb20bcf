"""The HOMD's dashboard: every number is what its list counts, and nothing that cannot be opened is shown."""

from datetime import timedelta

import pytest
from django.test import Client

from allocation.changes import CHANGES
from allocation.models import PomAbsence, PomAllocation
from handover.models import HandoverDetermination
from omic.models import Person, Prison, Role, Staff
from tests.allocation.cases import determine, held_until_now, profile
from tests.allocation.links import numbers
from tests.allocation.test_pages import address
from tests.cast import Cast, signed_in
from tests.factories import NOW, ObligationFactory, PomAllocationFactory, PostingFactory, StaffFactory, days
from tiering.models import TierDetermination

pytestmark = pytest.mark.django_db


def duty(person: Person, kind: str, *, due: int | None, role: str = "pom", owner: Staff | None = None) -> None:
    when = {"due_on": None, "due_before": None} if due is None else {"due_on": days(due)}
    ObligationFactory(person=person, kind=kind, slot=kind, owner_role=role, owner=owner, met_by="", **when)


def hold(cast: Cast, staff: Staff, *, surname: str = "Held", **answers: object) -> Person:
    person = determine(cast.person(surname=surname), **answers)
    PomAllocationFactory(person=person, staff=staff)
    return person


def changed(cast: Cast, staff: Staff) -> None:
    """Since yesterday: one arrived, two left, three got a POM, four lost theirs; two tiers and a handover moved."""
    cast.person(arrived_on=days(-1), legal_status="REMAND")
    for _ in range(2):
        gone = cast.person(legal_status="REMAND")
        gone.stays.update(left_on=days(0), ended_because="transfer")
        Person.objects.filter(pk=gone.pk).update(prison=cast.elsewhere)
    for _ in range(3):
        PomAllocationFactory(person=determine(cast.person()), staff=staff, started_at=NOW)
    for _ in range(4):
        held_until_now(cast.person(legal_status="REMAND"), staff)
    for letter, handover in (("B", 300), ("D", 299)):
        person = hold(cast, staff, tier="C")
        for rows in (person.tierdeterminations, person.handoverdeterminations):
            rows.update(superseded_at=NOW, determined_at=NOW - timedelta(days=9))
        determine(person, tier=letter, start_on=days(handover), handover_on=days(handover))
    for row in (TierDetermination, HandoverDetermination):
        row.objects.exclude(person=person).filter(superseded_at=None).update(determined_at=NOW - timedelta(days=9))


def sessions(person: Person, *states: str) -> None:
    """Key work of October, by what became of it."""
    for number, state in enumerate(states):
        closed = {"met_at": NOW, "closed_at": NOW, "closed_because": "met"} if state == "met" else {}
        ObligationFactory(
            person=person, slot=str(number), opens_on=days(-30), due_on=days(-20 - number), state=state, **closed
        )


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
    duty(cast.person(legal_status="REMAND"), "bail_screening", due=-1, role="pom")
    duty(cast.person(), "risk_to_read", due=None, role="homd")
    changed(cast, prison)
    sessions(undetermined, "met", "met", "missed")
    sessions(cast.person(legal_status="REMAND"), "met")
    return cast


def agree(client: Client, url: str) -> int:
    """Each number of the page is the length of the list that it opens; how many numbers there were."""
    found = numbers(client.get(url).content.decode())
    for number, opens in found:
        assert number
        assert client.get(opens).context["list"].count == number, opens
    return len(found)


def test_every_number_is_what_its_list_counts(busy: Cast) -> None:
    client = busy.client(Role.HOMD)
    context = client.get(address("dashboard")).context
    assert all(context[panel] for panel in ("overdue", "weeks", "missing", "changes", "tiers", "panels"))
    assert len(context["changes"]) == len(CHANGES)
    assert agree(client, address("dashboard")) > 60


def test_what_has_changed_since_yesterday(busy: Cast) -> None:
    changes = busy.client(Role.HOMD).get(address("dashboard")).context["state"].changes
    found = {"arrived": 1, "left": 2, "given": 3, "ended": 4, "tiers": 1, "handovers": 2, "overdue": 1}
    assert changes == found


def test_what_stood_when_yesterday_began_is_compared_also_where_two_answers_came_since(cast: Cast) -> None:
    person = determine(cast.person(), tier="C", start_on=days(-200), handover_on=days(-1))
    person.tierdeterminations.update(superseded_at=NOW, determined_at=NOW - timedelta(days=9))
    for superseded_at in (NOW, None):
        TierDetermination.objects.create(
            person=person, letter="D", points=0, reason="settled", policy="test", facts={}, steps=[],
            determined_on=days(0), determined_at=NOW, superseded_at=superseded_at,
        )  # fmt: skip
    client = cast.client(Role.HOMD)
    (tier,) = client.get(address("changes", "tiers")).context["list"].page
    (passed,) = client.get(address("changes", "handovers")).context["list"].page
    assert (tier.letter_before, tier.letter) == ("C", "D")
    assert (passed.lead_before, passed.lead) == ("POM_WITH_COM", "COM"), "passed yesterday, with no new answer"


def test_who_is_away_and_the_cases_that_nobody_has_are_on_the_dashboard(cast: Cast) -> None:
    hold(cast, cast.of(Role.POM))
    away = {"starts_on": days(0), "recorded_by": cast.of(Role.HOMD), "recorded_at": NOW}
    PomAbsence.objects.create(staff=cast.of(Role.POM), prison=cast.prison, kind="away", **away)
    client = cast.client(Role.HOMD)
    page = client.get(address("dashboard"))
    assert page.context["attention"][0].text == "1 case that nobody has today"
    assert client.get(page.context["attention"][0].url).context["list"].count == 1
    for url in (address("dashboard"), address("poms")):
        assert "Away from work" in client.get(url).content.decode()


def test_what_is_wrong_stands_first_and_numbers_after_what_is_late(busy: Cast) -> None:
    page = busy.client(Role.HOMD).get(address("dashboard")).content.decode()
    found = ["To put right", "Since yesterday", ">Load of each POM<", "Overdue duties by owner", "POM in numbers"]
    places = [page.index(words) for words in found]
    assert places == sorted(places)


def test_the_chart_of_handovers_names_its_weeks_by_their_mondays(busy: Cast) -> None:
    page = busy.client(Role.HOMD).get(address("dashboard"))
    names = [column.text for column in page.context["week_chart"].columns]
    assert (len(names), names[0], names[1], names[-1]) == (9, "16 Nov", "23 Nov", "11 Jan")
    assert ">23 Nov</text>" in page.content.decode()
    assert "reach into 9 of them" in page.content.decode()


def test_key_work_of_those_with_a_pom(busy: Cast) -> None:
    (panel,) = busy.client(Role.HOMD).get(address("dashboard")).context["panels"]
    words, figures, rate = panel["rows"][0]
    assert (words, [number for number, _ in figures], rate) == (
        "1 October 2026 to 31 October 2026",
        [3, 2, 1],
        "66.67%",
    )


def test_time_with_the_pom_in_a_womens_prison(cast: Cast) -> None:
    Prison.objects.filter(pk=cast.prison.pk).update(estate="women")
    for done in (45, 20, 0):
        woman = hold(cast, cast.of(Role.POM))
        minutes = {"quantity": 45, "unit": "minutes", "done": done, "met_by": "engagement", "due_on": days(12)}
        ObligationFactory(person=woman, kind="pom_engagement", owner_role="pom", owner=cast.of(Role.POM), **minutes)
    homd, pom = cast.client(Role.HOMD), cast.client(Role.POM)
    engagement = homd.get(address("dashboard")).context["engagement"]
    assert (engagement["women"], engagement["wanting"]) == (3, 2)
    for url, number in (("minutes_url", 3), ("short_url", 2)):
        assert homd.get(engagement[url]).context["list"].count == number
    assert pom.get(address("my-engagement")).context["list"].count == 3


def test_tiles_and_totals(busy: Cast) -> None:
    context = busy.client(Role.HOMD).get(address("dashboard")).context
    tiles = {tile.text: tile.count for tile in context["tiles"]}
    assert tiles["without a POM"] == 5
    assert tiles["with missing details"] == context["missing"][0].count
    assert tiles["duties overdue"] == 3
    assert tiles["risk information unread"] == 2
    assert tiles["handovers in the next 8 weeks"] == 5
    assert context["loads"].cases.count == Person.objects.filter(pom__isnull=False).count()
    assert [number.count for number in context["weeks"]] == [2, 1, 0, 0, 1, 0, 0, 0, 1]


def test_parts_follow_the_day(busy: Cast) -> None:
    loads = busy.client(Role.HOMD).get(address("dashboard")).context["loads"]
    parts = {share.heading: number.count for share, number in zip(loads.shares, loads.together, strict=True)}
    assert (parts["Responsible"], parts["Supporting"], parts["Tasks only"], parts["Not determined"]) == (17, 3, 1, 1)
    assert [parts[f"Tier {tier}"] for tier in (*"ABCD", "not known")] == [2, 2, 7, 9, 2]


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


@pytest.mark.long
def test_every_number_of_the_case_mix_too(busy: Cast) -> None:
    assert agree(busy.client(Role.HOMD), address("case-mix")) > 40


@pytest.mark.long
@pytest.mark.parametrize("role", [Role.HOMS, Role.CASE_ADMINISTRATOR, Role.GOVERNOR, Role.NATIONAL])
def test_whoever_sees_a_number_can_open_it(busy: Cast, role: Role) -> None:
    assert agree(busy.client(role), address("dashboard"))


@pytest.mark.long
def test_the_numbers_of_a_poms_own_page_too(busy: Cast) -> None:
    staff = Staff.objects.filter(pom_people__isnull=False).order_by("pk").first()
    assert agree(busy.client(Role.HOMD), address("pom", staff.pk))
    tabs = busy.client(Role.HOMD).get(address("pom", staff.pk)).context["tabs"]
    for tab in tabs:
        if tab.count is not None:
            assert busy.client(Role.HOMD).get(tab.url).context["list"].count == tab.count, tab.text
