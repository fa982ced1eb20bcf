"""Assurance of wellbeing checks (WB-12): the numbers equal plain SQL, wings add up, names only for those entitled."""

import csv
import io
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from omic.models import AuditEvent, DayOut, Obligation, Person, Role, Suspension
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
    SelfHarmFactory,
    StaffFactory,
    WingFactory,
    days,
)
from wellbeing.assurance import FIGURES, Scope, cells, checks, declined, done_rate, people_missed, total
from wellbeing.models import CheckNote

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
SINCE = days(-9)
URL = reverse("wellbeing:assurance", args=["EWI"])
SEVERAL = reverse("assurance-of-several")


def woman(wing: str, *, daily: bool = True) -> Person:
    prison = PrisonFactory(code="EWI", estate="women")
    person = PersonFactory(prison=prison, wing=WingFactory(prison=prison, code=wing) if wing else None)
    if daily:
        CohortDecisionFactory(person=person, starts_on=SINCE)
    return person


def contact(person: Person, day: int, kind: str = "check") -> None:
    made = ContactFactory(person=person, kind=kind, at=NOW + timedelta(days=day) - timedelta(hours=1))
    if kind in ("check", "declined"):
        CheckNote.objects.create(contact=made, person=person, prison=person.prison, wing=person.wing)


def settle(*people: Person) -> None:
    """What was owed since nine days ago, as it stands today."""
    reconcile_in_batches([person.pk for person in people], window_of(TODAY, NOW, since=SINCE))


@pytest.fixture
def prison() -> str:
    """Wing A: two checked daily; B: one weekly, waived; no wing: one daily. One day suspended, one day out."""
    first, second, weekly, nowhere = woman("A"), woman("A"), woman("B", daily=False), woman("")
    for day in (-5, -4, -3, 0):
        contact(first, day)
    contact(second, -2, "declined")
    contact(weekly, -4, "session")
    governor = StaffFactory()
    Suspension.objects.create(
        prison_id="EWI", covers="checks", starts_on=days(-6), ends_on=days(-6), because="Outbreak", approved=True,
        asked_by=governor, asked_at=NOW, decided_by=governor, decided_at=NOW,
    )  # fmt: skip
    settle(first, second, weekly, nowhere)
    DayOut.objects.create(
        person=second, prison_id="EWI", on=days(-3), why="court", recorded_by=governor, recorded_at=NOW
    )
    settle(second)
    return "EWI"


def scope(first: int = -9, last: int = 0, wing: int | None = None) -> Scope:
    return Scope(PrisonFactory(code="EWI", estate="women"), days(first), days(last), NOW, wing)


def test_every_check_lies_in_one_figure(prison: str) -> None:
    whole = total(cells(scope(first=-7)))
    # Daily: 3 women × 8 days less one day out; weekly: last Sunday's. Three suspended, four done, today's still open.
    assert whole == {
        "due": 3 * 8 - 1 - 3, "done": 4, "late": 0, "missed": 14, "to_come": 2, "waived": 1, "excepted": 3,
        "not_here": 1, "declined": 1,
    }  # fmt: skip
    assert done_rate(whole) == Decimal("22.22")
    assert people_missed(scope(first=-7)) == 3


def test_it_equals_plain_sql_over_the_facts_and_adds_up(prison: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT COALESCE(w.code, 'No wing'), o.due_on, CASE
                 WHEN o.state = 'met' THEN 'done' WHEN o.state = 'waived' THEN 'waived'
                 WHEN EXISTS (SELECT FROM omic_suspension s WHERE s.approved AND s.withdrawn_at IS NULL
                              AND o.due_on BETWEEN s.starts_on AND s.ends_on) THEN 'excepted'
                 WHEN o.due_before > %s THEN 'to_come' ELSE 'missed' END
               FROM omic_obligation o LEFT JOIN omic_wing w ON w.id = o.wing_id
               WHERE o.prison_id = 'EWI' AND o.kind LIKE '%%\\_check' AND o.state <> 'void'
                 AND o.due_on BETWEEN %s AND %s""",
            [NOW, SINCE, TODAY],
        )
        expected = Counter(cursor.fetchall())
    names = ("done", "waived", "excepted", "to_come", "missed")
    found = {(c.wing_name, c.on, name): c.tally[name] for c in cells(scope()) for name in names if c.tally[name]}
    assert found == expected
    owed = Obligation.objects.filter(prison="EWI", kind__endswith="_check").owed(SINCE, TODAY)
    assert total(cells(scope()))["due"] == owed.count()

    whole = total(cells(scope()))
    wings = {cell.wing for cell in cells(scope())}
    assert whole == {name: sum(total(cells(scope(wing=wing)))[name] for wing in wings) for name in FIGURES}
    assert all(checks(scope(), name).count() == whole[name] for name in FIGURES if name != "declined")
    assert declined(scope()).count() == whole["declined"] == 1


def test_nothing_owed_has_no_rate() -> None:
    assert done_rate(total([])) is None


# --- the pages -------------------------------------------------------------------------------------------------------


def posted(role: Role) -> Client:
    staff = StaffFactory()
    PostingFactory(staff=staff, role=role, prison=PrisonFactory(code="EWI", estate="women"))
    return signed_in(staff)


def test_the_page_says_what_was_done_and_opens_each_number(prison: str) -> None:
    client = posted(Role.SAFER_CUSTODY)
    text = client.get(f"{URL}?from={days(-7)}&to={TODAY}").content.decode()
    assert "4 of 18 checks done: 22.22%" in " ".join(text.split())
    rows = reverse("wellbeing:assurance-rows", args=["EWI", "missed"])
    assert f"{rows}?from={days(-7)}&amp;to={TODAY}" in text
    assert client.get(f"{rows}?from={days(-7)}&to={TODAY}").context["list"].count == 14
    refused = reverse("wellbeing:assurance-rows", args=["EWI", "declined"])
    assert client.get(f"{refused}?from={days(-7)}&to={TODAY}").context["list"].count == 1
    assert client.get(reverse("wellbeing:assurance-rows", args=["EWI", "nonsense"])).status_code == 404


IMPOSSIBLE = ("2026-11-02", "2026-11-09&to=2026-11-02", "2026-01-01&to=2026-11-02", "2026-11-01&to=2027-01-01")


@pytest.mark.parametrize("asked", IMPOSSIBLE)
def test_a_period_that_cannot_be_is_told_and_the_last_week_shown(asked: str) -> None:
    answer = posted(Role.HOMD).get(f"{URL}?from={asked}")
    assert answer.context["form"].errors
    assert (answer.context["scope"].first, answer.context["scope"].last) == (days(-7), days(-1))
    assert "there is no rate" in answer.content.decode()


def test_the_file_has_each_wing_and_day(prison: str) -> None:
    answer = posted(Role.KEY_WORK_MANAGER).get(f"{URL}?from={days(-7)}&to={TODAY}&export=csv")
    lines = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert sum(int(line["Missed"]) for line in lines) == 14
    assert {line["Wing"] for line in lines} == {"A", "B", "No wing"}
    assert AuditEvent.objects.get(action="export").detail["list"] == "wellbeing-assurance"


def test_who_may_see_it(cast: Cast) -> None:
    PrisonFactory(code="EWI", estate="women")
    for url in (reverse("wellbeing:assurance", args=["LEI"]), SEVERAL):
        assert cast.client(Role.POM).get(url).status_code == 403
        assert Client().get(url)["Location"].startswith("/sign-in/?next=")
    national = cast.client(Role.NATIONAL)
    assert cast.client(Role.HOMD).get(URL).status_code == 404
    assert "/rows/" not in national.get(URL).content.decode()
    assert national.get(reverse("wellbeing:assurance-rows", args=["EWI", "missed"])).status_code == 403


def test_prisons_side_by_side(cast: Cast, prison: str) -> None:
    SelfHarmFactory(person=PersonFactory(prison=PrisonFactory(code="EWI")), on=days(-90))
    SelfHarmFactory(person=PersonFactory(prison=PrisonFactory(code="EWI")))
    lines = cast.client(Role.NATIONAL).get(SEVERAL).context["lines"]
    assert lines[0].prison.pk == "EWI"
    assert (lines[0].tally["missed"], lines[0].people, lines[0].rate) == (14, 3, Decimal("17.65"))
    assert lines[0].alerts == ["People, week from 16 Nov 2026", "Incidents, week from 16 Nov 2026"]
    assert all(line.rate is None for line in lines[1:])
    homd = cast.client(Role.HOMD).get(f"{SEVERAL}?days=28").context["lines"]
    assert [line.prison.pk for line in homd] == ["LEI"]
    exported = cast.client(Role.NATIONAL).get(f"{SEVERAL}?export=csv")
    assert b"EWI" not in (found := b"".join(exported.streaming_content))
    assert len(found.splitlines()) == 1 + len(lines)


def test_as_many_queries_for_many_as_for_one(cast: Cast, prison: str) -> None:
    manager, national = posted(Role.SAFER_CUSTODY), cast.client(Role.NATIONAL)
    urls = [(manager, URL), (manager, reverse("wellbeing:assurance-rows", args=["EWI", "due"])), (national, SEVERAL)]

    def asked() -> list[int]:
        counts = []
        for client, url in urls:
            with CaptureQueriesContext(connection) as queries:
                client.get(url)
            counts.append(len(queries))
        return counts

    before = asked()
    settle(*(woman(wing) for wing in "CDEFGHIJ"))
    for number in range(5):
        PrisonFactory(code=f"X{number}Z")
    assert asked() == before
