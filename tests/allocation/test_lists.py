"""What the lists say: who waits since when and for whom, cases by every filter, duties by owner, a POM's own page."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.http import HttpResponseBase

from omic.models import AuditEvent, Cover, ObligationKind, Person, Role
from omic.reconcile import reconcile, window_of
from tests.allocation.cases import determine, held_until_now, profile
from tests.allocation.test_pages import address
from tests.cast import Cast
from tests.factories import NOW, TODAY, ObligationFactory, PomAllocationFactory, PostingFactory, days

pytestmark = pytest.mark.django_db
NO_DATE = {"due_on": None, "due_before": None, "met_by": "", "slot": "1"}


def rows(cast: Cast, name: str, role: Role = Role.HOMD, **query: str) -> list[list[str]]:
    """The list's cells as text, row by row."""
    found = cast.client(role).get(address(name), query).context["list"]
    return [[str(cell) for _, cell in row] for row in found.rows()]


def people_on(cast: Cast, name: str, **query: str) -> set[int]:
    return {person.pk for person in cast.client(Role.HOMD).get(address(name), query).context["list"].queryset}


def test_who_waits_longest_comes_first_counted_in_working_days(cast: Cast) -> None:
    short, long = cast.person(arrived_on=days(-6), surname="Short"), cast.person(arrived_on=days(-13), surname="Long")
    for person in (short, long):
        reconcile([person.pk], window_of(TODAY, NOW))
    found = rows(cast, "people")
    assert [("Long" in row[0], row[3]) for row in found] == [(True, "9"), (False, "4")]


def test_bank_holidays_are_no_working_days(cast: Cast) -> None:
    cast.person(arrived_on=date(2026, 12, 24))
    with time_machine.travel(datetime(2026, 12, 29, 10, tzinfo=UTC), tick=False):
        assert rows(cast, "people")[0][3] == "1"


def test_the_recommended_type_says_why(cast: Cast) -> None:
    for tier in ("B", "C", None):
        determine(cast.person(surname=f"Tier {tier}"), tier=tier)
    determine(cast.person(surname="With the COM"), tier="B", fixed="COM")
    cast.person(surname="Held", legal_status="IMMIGRATION_DETAINEE")
    assert [row[5] for row in rows(cast, "people", sort="name")] == [
        "Prison POM: an immigration case has a prison POM",
        "Probation POM: POM responsible, tier B",
        "Prison POM: POM responsible, tier C",
        "None: the tier is not known",
        "Prison POM: COM responsible, tier B",
    ]


def test_the_last_pom_here_is_named(cast: Cast) -> None:
    person = cast.person()
    held_until_now(person, cast.of(Role.POM))
    assert "POM here was Pat Offender" in rows(cast, "people")[0][7]


def test_remand_waits_for_nobody(cast: Cast) -> None:
    cast.person(legal_status="REMAND")
    assert rows(cast, "people") == []


def test_cases_by_every_filter(cast: Cast) -> None:
    mine = determine(cast.person(), tier="A")
    theirs = determine(cast.person(), tier="B", fixed="COM")
    PomAllocationFactory(person=mine, staff=cast.of(Role.POM))
    PomAllocationFactory(person=theirs)
    assert people_on(cast, "cases") == {mine.pk, theirs.pk}
    for query in ({"tier": "A"}, {"part": "responsible"}, {"pom": str(cast.of(Role.POM).pk)}):
        assert people_on(cast, "cases", **query) == {mine.pk}
    assert people_on(cast, "cases", tier="A", part="supporting") == set()


def test_a_pom_reads_the_whole_prisons_caseload(cast: Cast) -> None:
    PomAllocationFactory(person=cast.person(surname="Another"))
    client = cast.client(Role.POM)
    page = client.get(address("cases"))
    assert "Another" in page.content.decode() and [tab.text for tab in page.context["tabs"]][-1] == "Whole prison"
    assert address("cases") in client.get(address("mine")).content.decode()
    assert [cast.client(role).get(address("cases")).status_code for role in (Role.HOMD, Role.KEY_WORKER)] == [200, 403]
    assert [cast.client(Role.POM).get(address(name)).status_code for name in ("dashboard", "poms", "people")] == [
        403
    ] * 3
    assert cast.stranger.get(address("cases")).status_code == 404


def test_the_part_changes_on_the_day_of_handover(cast: Cast) -> None:
    person = determine(cast.person(), start_on=days(1), handover_on=days(1))
    PomAllocationFactory(person=person)
    assert people_on(cast, "cases", part="responsible") == {person.pk}
    with time_machine.travel(datetime(2026, 11, 19, 0, 30, tzinfo=UTC), tick=False):
        assert people_on(cast, "cases", part="supporting") == {person.pk}


def test_duties_of_the_omu_by_owner_kind_and_day(cast: Cast) -> None:
    person, pom = cast.person(), cast.of(Role.POM)
    late = ObligationFactory(person=person, kind="handover", owner_role="pom", owner=pom, due_on=days(-1), met_by="")
    risk = ObligationFactory(person=person, kind="risk_to_read", owner_role="homd", **NO_DATE)
    ObligationFactory(person=person)  # a session, the wing's
    assert people_on(cast, "duties") == {late.pk, risk.pk}
    for query in ({"when": "overdue"}, {"owner": str(pom.pk)}, {"kind": "handover"}, {"role": "pom"}):
        assert people_on(cast, "duties", **query) == {late.pk}
    for query in ({"when": "no_date"}, {"owner": "null"}, {"role": "homd"}):
        assert people_on(cast, "duties", **query) == {risk.pk}


def test_met_duties_are_on_no_list(cast: Cast) -> None:
    met = {"state": "met", "met_at": NOW, "closed_at": NOW, "closed_because": "met"}
    ObligationFactory(person=cast.person(), kind="handover", owner_role="pom", due_on=days(-1), met_by="", **met)
    assert people_on(cast, "duties") == set()


@pytest.fixture
def mine(cast: Cast) -> Person:
    person = determine(cast.person(surname="Mine"), tier="B", start_on=days(9), handover_on=days(9))
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    return person


def test_my_cases_are_mine_alone_with_what_comes_next(cast: Cast, mine: Person) -> None:
    PomAllocationFactory(person=cast.person())
    found = rows(cast, "mine", Role.POM)
    assert len(found) == 1
    assert "27 Nov 2026, handover" in found[0][5]


def test_what_is_due_comes_before_the_caseload(cast: Cast, mine: Person) -> None:
    duty = {"person": mine, "owner": cast.of(Role.POM), "owner_role": "pom", "met_by": ""}
    ObligationFactory(kind="handover", slot="late", due_on=days(-2), **duty)
    ObligationFactory(kind="handover", slot="soon", due_on=days(56), **duty)
    ObligationFactory(kind="handover", slot="far", due_on=days(57), **duty)
    context = cast.client(Role.POM).get(address("mine")).context
    assert ["2 days overdue" in str(when) for when, _, _ in context["due"]] == [True, False]


def test_risk_information_is_shown_to_its_reader_and_the_showing_is_logged(cast: Cast, mine: Person) -> None:
    ObligationFactory(
        person=mine, kind="risk_to_read", owner_role="pom", owner=cast.of(Role.POM), note="A debt", **NO_DATE
    )
    ObligationFactory(person=cast.person(), kind="risk_to_read", owner_role="homd", note="Not his", **NO_DATE)
    page = cast.client(Role.POM).get(address("mine")).content.decode()
    assert "A debt" in page
    assert "Not his" not in page
    event = AuditEvent.objects.get(action="see_risk")
    assert (event.staff, event.person) == (cast.of(Role.POM), mine)


def test_my_duties_leave_out_other_poms(cast: Cast, mine: Person) -> None:
    ObligationFactory(person=cast.person(), kind=ObligationKind.HANDOVER, owner_role="pom", met_by="")
    assert rows(cast, "my-duties", Role.POM) == []


def test_part_time_and_unknown_types_are_told(cast: Cast) -> None:
    assert [row[1] for row in rows(cast, "poms")] == []
    cast.of(Role.POM)
    assert [row[1] for row in rows(cast, "poms", type="unknown")] == ["Type not recorded"]
    profile(cast.of(Role.POM), cast.prison, "prison", 3.5)
    assert [row[1] for row in rows(cast, "poms")] == ["Prison POM, 3.5 days a week"]


def test_who_may_open_nobodys_page_reads_the_number_alone(cast: Cast) -> None:
    staff, given = cast.of(Role.POM), {"started_at": NOW, "started_by": cast.of(Role.HOMD)}
    held, covered, gone = (cast.person(surname="Unmistakable", arrived_on=TODAY) for _ in range(3))
    cast.person(surname="Unmistakable")
    for person in (held, covered):
        PomAllocationFactory(person=person, staff=staff, **given)
        late = {"kind": "risk_to_read", "slot": "1", "due_on": days(-1), "met_by": ""}
        ObligationFactory(person=person, owner=staff, owner_role="pom", **late)
    leaver = PomAllocationFactory(person=cast.person(surname="Unmistakable")).staff
    for pom, first in ((staff, TODAY), (leaver, days(3))):
        cast.prison.pom_absences.create(staff=pom, kind="away", starts_on=first, recorded_by=staff, recorded_at=NOW)
    who = {"prison": cast.prison, "role": "pom", "staff": PostingFactory(role=Role.POM, prison=cast.prison).staff}
    Cover.objects.create(person=covered, starts_on=TODAY, recorded_by=staff, recorded_at=NOW, **who)
    gone.stays.update(left_on=TODAY, ended_because="transfer")
    Person.objects.filter(pk=gone.pk).update(prison=cast.elsewhere, wing=None)
    mine = [(name, staff.pk) for name in ("pom", "pom-duties", "pom-risk")]
    pages = [(name,) for name in ("people", "cases", "duties", "alone", "alone-soon", "pom-covers")] + mine
    for name, *about in pages + [("changes", key) for key in ("arrived", "left", "given", "overdue")]:
        for query in ({}, {"export": "csv"}):
            seen = {role: text_of(cast.client(role).get(address(name, *about), query)) for role in HOMD_AND_NATIONAL}
            assert "Unmistakable" in seen[Role.HOMD], (name, about, query)
            assert "Unmistakable" not in seen[Role.NATIONAL], (name, about, query)
            assert any(person.prison_number in seen[Role.NATIONAL] for person in Person.objects.all()), (name, about)
    assert cast.client(Role.NATIONAL).post(address("pom", staff.pk), {"q": "unmist"}).context["search"] is None


HOMD_AND_NATIONAL = (Role.HOMD, Role.NATIONAL)


def text_of(answer: HttpResponseBase) -> str:
    assert answer.status_code == 200
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
