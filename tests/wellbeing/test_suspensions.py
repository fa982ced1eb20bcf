"""ED-09: who asks, who approves, and that what was missed inside is excepted at once, never deleted."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keywork.actions import RefusedError
from omic.models import AuditEvent, Obligation, Person, Prison, Role, Staff, Suspension
from omic.obligations import stamp_missed
from omic.reconcile import reconcile_in_batches, window_of
from tests.cast import Cast, signed_in
from tests.factories import (
    NOW,
    TODAY,
    CohortDecisionFactory,
    ContactFactory,
    PersonFactory,
    PostingFactory,
    PrisonFactory,
    StaffFactory,
    WingFactory,
    days,
)
from wellbeing.actions.suspensions import (
    Asked,
    ask_suspension,
    decide_suspension,
    enter_suspension,
    withdraw_suspension,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
STATES = """
    SELECT o.state, count(*) FROM omic_obligation o
    WHERE o.prison_id = 'EWI' AND o.met_by IN ('session', 'check') AND o.state <> 'void'
      AND o.due_on BETWEEN %s AND %s GROUP BY 1
"""


@pytest.fixture
def governor(prison: Prison) -> Staff:
    return post(prison, Role.GOVERNOR)


@pytest.fixture
def prison() -> Prison:
    """Two women who are checked daily since ten days ago and whom nobody checked; everything is stamped."""
    prison = PrisonFactory(code="EWI", estate="women")
    for code in ("A", "B"):
        person = PersonFactory(prison=prison, wing=WingFactory(prison=prison, code=code))
        CohortDecisionFactory(person=person, starts_on=days(-10))
    people = list(prison.people.values_list("pk", flat=True))
    reconcile_in_batches(people, window_of(TODAY, NOW, since=days(-10)))
    stamp_missed("EWI", on=TODAY, at=NOW)
    return prison


def post(prison: Prison, role: Role) -> Staff:
    staff = StaffFactory(username=f"{prison.pk}-{role}")
    PostingFactory(staff=staff, prison=prison, role=role)
    return staff


def states(since: int = -10) -> dict[str, int]:
    """By plain SQL: how the sessions and checks of the days before today stand."""
    with connection.cursor() as cursor:
        cursor.execute(STATES, [days(since), days(-1)])
        return dict(cursor.fetchall())


def asked(**changes: Any) -> Asked:
    facts = {"covers": "checks", "wing": None, "starts_on": days(-4), "ends_on": days(2), "because": "Outbreak"}
    return Asked(**{**facts, **changes})


def suspend(prison: Prison, by: Staff, **changes: Any) -> Suspension:
    return enter_suspension(prison=prison, asked=asked(**changes), by=by, at=NOW)


def test_nothing_changes_until_the_governor_approves(prison: Prison, governor: Staff) -> None:
    before = states()
    row = ask_suspension(prison=prison, asked=asked(), by=post(prison, Role.SAFER_CUSTODY), at=NOW)
    assert states() == before
    decide_suspension(suspension=row, approved=False, decision="We have the staff", by=governor, at=NOW)
    assert states() == before


def test_approval_acts_at_once_and_deletes_nothing(prison: Prison, governor: Staff) -> None:
    assert states() == {"missed": 20}
    row = suspend(prison, governor)
    assert states() == {"missed": 12, "excepted": 8}
    assert Obligation.objects.filter(suspension=row, due_on__gte=TODAY, state="open").count() == 6
    assert Obligation.objects.owed(days(-10), days(-1)).filter(kind="daily_check").count() == 12


def test_withdrawal_brings_the_misses_back(prison: Prison, governor: Staff) -> None:
    row = suspend(prison, governor)
    withdraw_suspension(suspension=row, because="It was one wing", by=governor, at=NOW)
    assert states() == {"missed": 20}
    assert not Obligation.objects.filter(suspension__isnull=False).exists()


def test_what_was_given_all_the_same_stays_met(prison: Prison, governor: Staff) -> None:
    person = prison.people.first()
    ContactFactory(person=person, kind="check", at=NOW.replace(day=15))
    reconcile_in_batches([person.pk], window_of(TODAY, NOW))
    suspend(prison, governor)
    assert states() == {"missed": 12, "excepted": 7, "met": 1}


def test_a_wing_and_what_is_covered_bound_it(prison: Prison, governor: Staff) -> None:
    suspend(prison, governor, covers="key_work")
    assert states() == {"missed": 20}
    suspend(prison, governor, wing=prison.wings.get(code="B"))
    assert states() == {"missed": 16, "excepted": 4}


def test_who_has_left_since_is_excepted_too(prison: Prison, governor: Staff) -> None:
    Person.objects.filter(wing__code="A").update(prison=None, wing=None)
    suspend(prison, governor)
    assert states()["excepted"] == 8


def test_it_ends_with_its_last_day(prison: Prison, governor: Staff) -> None:
    suspend(prison, governor, ends_on=days(-2))
    assert states(-5) == {"missed": 4, "excepted": 6}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_on": days(-29), "ends_on": days(-2)}, "starts_on"),
        ({"starts_on": days(29), "ends_on": days(30)}, "starts_on"),
        ({"ends_on": days(-5)}, "ends_on"),
        ({"starts_on": TODAY, "ends_on": days(28)}, "ends_on"),
    ],
)
def test_days_that_cannot_be_asked_for(prison: Prison, governor: Staff, changes: dict, field: str) -> None:
    with pytest.raises(RefusedError) as refused:
        suspend(prison, governor, **changes)
    assert refused.value.field == field


@pytest.mark.parametrize("changes", [{"starts_on": days(-28), "ends_on": days(-1)}, {"ends_on": days(23)}])
def test_the_furthest_days_that_can(prison: Prison, governor: Staff, changes: dict) -> None:
    assert suspend(prison, governor, **changes).approved


def test_the_same_twice_is_one_and_an_overlap_is_refused(prison: Prison, governor: Staff) -> None:
    assert suspend(prison, governor) == suspend(prison, governor)
    with pytest.raises(RefusedError, match="overlaps"):
        suspend(prison, governor, starts_on=days(2), ends_on=days(5))


def test_the_second_answer_is_told_of_the_first(prison: Prison, governor: Staff) -> None:
    row = suspend(prison, governor)
    with pytest.raises(RefusedError, match="approved this on 18 November 2026 at 10:00am"):
        decide_suspension(suspension=row, approved=False, decision="No", by=governor, at=NOW)
    withdraw_suspension(suspension=row, because="Over", by=governor, at=NOW)
    with pytest.raises(RefusedError, match="withdrew this"):
        withdraw_suspension(suspension=row, because="Over", by=governor, at=NOW)


def test_the_governors_own_leaves_two_lines_in_the_audit(prison: Prison, governor: Staff) -> None:
    row = suspend(prison, governor)
    written = AuditEvent.objects.filter(detail__suspension=row.pk).order_by("pk").values_list("action", flat=True)
    assert list(written) == ["ask_suspension", "decide_suspension"]


# --- pages ------------------------------------------------------------------------------------------------------------

PAGES = ("suspensions", "suspension-ask", "suspension-decide", "suspension-withdraw")
ASKERS = {Role.KEY_WORK_MANAGER, Role.SAFER_CUSTODY, Role.GOVERNOR}
FORM = {"covers": "checks", "wing": "", "starts_on": str(days(-4)), "ends_on": str(days(2)), "because": "Outbreak"}


def url(name: str, *args: object, code: str = "LEI") -> str:
    return reverse(f"wellbeing:{name}", args=[code, *args])


@pytest.fixture
def waiting(cast: Cast) -> Suspension:
    return ask_suspension(prison=cast.prison, asked=asked(), by=cast.of(Role.SAFER_CUSTODY), at=NOW)


@pytest.mark.parametrize("name", PAGES)
def test_the_right_roles_see_it_and_no_other(cast: Cast, waiting: Suspension, name: str) -> None:
    place = url(name, *([waiting.pk] if name in PAGES[2:] else []))
    allowed = {Role.GOVERNOR} if name == "suspension-decide" else ASKERS
    answers = {role: cast.client(role).get(place).status_code for role in set(Role) - {Role.PGD, Role.NATIONAL}}
    assert {role for role, status in answers.items() if status == 200} == allowed
    assert {status for role, status in answers.items() if role not in allowed} == {403}
    assert cast.stranger.get(place).status_code == 404
    assert Client().get(place)["Location"].startswith("/sign-in/")


def test_asking_answering_and_taking_back_by_the_pages(cast: Cast) -> None:
    safer, governor = cast.client(Role.SAFER_CUSTODY), cast.client(Role.GOVERNOR)
    safer.post(url("suspension-ask"), FORM)
    row = Suspension.objects.get()
    assert row.approved is None
    assert "Waits for the Governor" in safer.get(url("suspensions")).content.decode()
    governor.post(url("suspension-decide", row.pk), {"approved": "yes", "decision": "Yes"})
    shown = safer.get(url("suspensions")).content.decode()
    assert "Suspended until 20 November 2026, approved after the fact by Gale Governor" in shown
    assert safer.get(url("suspension-withdraw", row.pk)).status_code == 404  # it binds: the Governor's
    governor.post(url("suspension-withdraw", row.pk), {"because": "Over"})
    assert not Suspension.objects.binding().exists()


def test_the_governors_own_holds_as_soon_as_it_is_saved(cast: Cast) -> None:
    cast.client(Role.GOVERNOR).post(url("suspension-ask"), FORM)
    assert Suspension.objects.binding().get().asked_by == cast.of(Role.GOVERNOR)


def test_a_wrong_day_is_said_beside_its_field_and_nothing_is_lost(cast: Cast) -> None:
    answer = cast.client(Role.GOVERNOR).post(url("suspension-ask"), FORM | {"ends_on": str(days(60))})
    assert "ends_on" in answer.context["form"].errors
    assert "Outbreak" in answer.content.decode()


def test_another_prisons_is_not_here(cast: Cast, prison: Prison, governor: Staff) -> None:
    row = ask_suspension(prison=prison, asked=asked(), by=governor, at=NOW)
    for name in PAGES[2:]:
        assert cast.client(Role.GOVERNOR).get(url(name, row.pk)).status_code == 404


def test_it_is_shown_where_key_work_and_checks_are(cast: Cast, waiting: Suspension) -> None:
    client = cast.client(Role.GOVERNOR)
    words = "Wellbeing checks in the whole prison, 14 November 2026 to 20 November 2026"
    assert words in client.get(url("missed")).content.decode()
    regime = reverse("keywork:regime", args=["LEI"])
    assert words not in client.get(regime).content.decode()
    Suspension.objects.update(covers="all")
    assert "Key work and wellbeing checks in the whole prison" in client.get(regime).content.decode()


def test_queries_are_constant(prison: Prison, governor: Staff) -> None:
    client, counts = signed_in(governor), []
    for rows in (1, 27):
        for number in range(len(counts), rows):
            day = days(-number)
            ask_suspension(prison=prison, asked=asked(starts_on=day, ends_on=day), by=governor, at=NOW)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url("suspensions", code="EWI")).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 15
