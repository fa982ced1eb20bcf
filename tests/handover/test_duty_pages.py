"""A duty's page and the panel of what is due: who sees them, and recording that it was done."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from allocation.models import PomAllocation
from handover.duty_actions import RefusedError, record_duty_done, take_back
from omic.models import AuditEvent, DutyGuidance, Obligation, Person, Role, Sentence
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    KeyWorkerAllocationFactory,
    ObligationFactory,
    StaffFactory,
    days,
)
from tests.handover.duty_cases import by_hand, case, done, duty, follow, read, stood, url

pytestmark = pytest.mark.django_db


def test_the_page_tells_what_whose_by_when_and_why(cast: Cast) -> None:
    row = duty(case(cast), "oasys_initial")
    page = read(cast, row)
    assert "OASys" in page and "POM, Pat Offender" in page and "20 January 2027" in page
    assert reverse("why", args=["LEI", row.person.ref, f"duty-{row.pk}"]) in page
    assert "the POM does the first OASys within 10 weeks of sentence. " in page and "Rule OA-03." in page


def test_a_duty_counted_in_hours_shows_and_asks_the_hour(cast: Cast) -> None:
    person = case(cast, recalled=True, recall_kind="standard", returned_at=NOW - timedelta(hours=47))
    page = read(cast, duty(person, "recall_explanation"))
    assert "18 November 2026 at 11:00am" in page and "done_time" in page


def test_the_prisons_own_guidance_is_linked(cast: Cast) -> None:
    row = duty(case(cast), "oasys_initial")
    facts = {"recorded_by": cast.of(Role.HOMS), "recorded_at": NOW}
    DutyGuidance.objects.create(prison=cast.prison, kind=row.kind, address="https://equip.example/oasys", **facts)
    assert "https://equip.example/oasys" in read(cast, row)


def test_a_duty_about_somebody_who_is_expected_explains_itself_and_is_recorded(cast: Cast) -> None:
    person = Cast(prison=cast.elsewhere, elsewhere=cast.prison).person(surname="Expected")
    facts = {"kind": "transition_ready", "slot": "transfer-1", "met_by": "", "owner_role": "homd", "rule": "XC-10"}
    steps = [["XC-10", "Transfer planned for 2026-12-01"], ["XC-10", "Still missing: a POM"]]
    row = ObligationFactory(person=person, prison=cast.prison, steps=steps, **facts)
    page = read(cast, row)
    assert "Expected, Sam" in page and "Transfer planned for 2026-12-01" in page and "a POM" in page
    assert reverse("why", args=["LEI", person.ref, f"duty-{row.pk}"]) not in page
    assert done(cast.client(Role.HOMD), row).status_code == 302 and stood(row).state == "met"


@pytest.mark.parametrize(
    ("role", "status"),
    [(role, 200) for role in (Role.POM, Role.HOMD, Role.HOMS, Role.CASE_ADMINISTRATOR, Role.GOVERNOR)]
    + [(role, 403) for role in (Role.KEY_WORKER, Role.SAFER_CUSTODY, Role.NATIONAL)],
)
def test_who_sees_a_duty(cast: Cast, role: Role, status: int) -> None:
    assert cast.client(role).get(url(duty(case(cast), "oasys_initial"))).status_code == status


def test_another_prison_anonymous_and_what_is_no_duty_of_the_omu(cast: Cast, client: Client) -> None:
    row = duty(case(cast), "oasys_initial")
    assert cast.stranger.get(url(row)).status_code == 404
    assert client.get(url(row)).status_code == 302
    session = row.person.obligations.get(kind="key_work_session", due_on__lte=days(6))
    assert cast.client(Role.HOMD).get(url(session)).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.POM, 302), (Role.HOMD, 302), (Role.CASE_ADMINISTRATOR, 302), (Role.HOMS, 403), (Role.GOVERNOR, 403)],
)
def test_who_records_a_duty(cast: Cast, role: Role, status: int) -> None:
    row = duty(case(cast), "public_protection_screen")
    assert ("Record as done" in read(cast, row, role)) == (status == 302)
    assert done(cast.client(role), row).status_code == status


def test_a_pom_records_their_own_cases_alone(cast: Cast) -> None:
    row = duty(case(cast), "public_protection_screen")
    PomAllocation.objects.update(staff=StaffFactory())
    follow(row.person)
    assert "Record as done" not in read(cast, row, Role.POM)
    assert done(cast.client(Role.POM), row).status_code == 403
    assert cast.client(Role.POM).get(url(row, "duty-not-needed")).status_code == 403


# --- recording --------------------------------------------------------------------------------------------------------


def test_recording_meets_the_duty_on_its_day_and_keeps_who_and_what(cast: Cast) -> None:
    row = duty(case(cast), "public_protection_screen")
    done(cast.client(Role.POM), row, done=days(-3).isoformat())
    stood(row)
    assert (row.state, row.met_at.date(), row.closed_by, row.note) == (
        "met", days(-3), cast.of(Role.POM), "Met the person",
    )  # fmt: skip
    assert AuditEvent.objects.get(action="record_duty_done").detail == {"duty": row.pk, "on": days(-3).isoformat()}
    page = read(cast, row)
    assert "Recorded as done" in page and "by Pat Offender" in page and "Done on 15 November 2026" in page


@pytest.mark.parametrize("kind", ["public_protection_screen", "oasys_initial"])
def test_recording_twice_changes_nothing(cast: Cast, kind: str) -> None:
    row = duty(case(cast), kind)
    assert done(cast.client(Role.POM), row).status_code == 302
    before = Obligation.objects.filter(pk=row.pk).values().get()
    assert done(cast.client(Role.POM), row, note="Again").status_code == 302
    assert Obligation.objects.filter(pk=row.pk).values().get() == before
    assert AuditEvent.objects.filter(action="record_duty_done").count() == 1


def test_whoever_is_later_is_told_who_was_first_and_keeps_what_they_typed(cast: Cast) -> None:
    row = duty(case(cast), "public_protection_screen")
    done(cast.client(Role.POM), row)
    page = done(cast.client(Role.HOMD), row, note="Another note").content.decode()
    assert "Pat Offender closed this duty on 18 November 2026" in page and "Another note" in page


def test_what_was_read_before_somebody_closed_it_closes_nothing(cast: Cast) -> None:
    row = duty(case(cast), "public_protection_screen")
    done(cast.client(Role.POM), row)
    with pytest.raises(RefusedError, match="Pat Offender closed this duty"):
        record_duty_done(duty=row, done_at=NOW, note="Late", by=cast.of(Role.HOMD), at=NOW)
    assert stood(row).note == "Met the person"


def test_a_day_ahead_and_one_before_the_cause_are_refused(cast: Cast) -> None:
    row = duty(case(cast), "public_protection_screen")
    client = cast.client(Role.POM)
    assert b"must be today or in the past" in done(client, row, done=days(1).isoformat()).content
    page = done(client, row, done=days(-8).isoformat()).content.decode()
    assert "It cannot have been done before 11 November 2026" in page
    assert done(client, row, done=days(-7).isoformat()).status_code == 302


@pytest.mark.parametrize(("clock", "said"), [("09:59", "before 18 November 2026 at 10:00am"), ("10:01", "or in the")])
def test_by_the_hour_neither_before_the_return_nor_ahead(cast: Cast, clock: str, said: str) -> None:
    person = case(cast, recalled=True, recall_kind="standard", returned_at=NOW)
    page = done(cast.client(Role.POM), duty(person, "recall_explanation"), done=f"{TODAY}T{clock}").content.decode()
    assert said in page


def test_an_hour_in_time_is_the_moment_it_was_met(cast: Cast) -> None:
    person = case(cast, recalled=True, recall_kind="standard", returned_at=NOW - timedelta(hours=9))
    row = duty(person, "recall_explanation")
    done(cast.client(Role.POM), row, done=f"{TODAY}T08:30")
    assert stood(row).met_at == NOW - timedelta(minutes=90)


def test_an_oasys_is_recorded_as_a_fact_and_the_fact_meets_the_duty(cast: Cast) -> None:
    person = case(cast, crd=days(3000), sed=days(6000))
    row = duty(person, "oasys_initial")
    done(cast.client(Role.POM), row, done=days(-1).isoformat())
    assessment = person.oasys.get()
    assert (assessment.layer, assessment.kind, assessment.completed_on, assessment.completed_by) == (
        3, "initial", days(-1), "pom",
    )  # fmt: skip
    assert (stood(row).state, row.met_at.date(), row.closed_by) == ("met", days(-1), cast.of(Role.POM))
    assert duty(person, "oasys_review").slot == f"oasys-{assessment.pk}", "the next one is counted from it"
    assert not any(follow(person).values())


def test_an_oasys_that_does_not_count_for_the_duty_is_refused_and_not_kept(cast: Cast) -> None:
    row = duty(case(cast), "oasys_handover")
    page = done(cast.client(Role.POM), row).content.decode()
    assert "does not meet this duty" in page
    assert stood(row).state == "open" and not row.person.oasys.exists()


def test_a_met_duty_stays_met_by_hand_when_its_facts_move(cast: Cast) -> None:
    row = duty(case(cast), "initial_categorisation")
    done(cast.client(Role.POM), row)
    Sentence.objects.update(started_on=days(-6))
    follow(row.person)
    assert stood(row).state == "met"


def test_what_is_done_elsewhere_links_there(cast: Cast) -> None:
    person = case(cast, started_on=days(-200), crd=days(250))
    row = duty(person, "handover")
    assert reverse("handover:record", args=["LEI", person.ref]) in read(cast, row)
    assert done(cast.client(Role.HOMD), row).status_code == 404


# --- the person's page ------------------------------------------------------------------------------------------------


def panel(cast: Cast, person: Person, role: Role = Role.HOMD) -> Any:
    page = cast.client(role).get(reverse("person", args=["LEI", person.ref]))
    return next((panel for panel in page.context["panels"] if "duties" in panel["template"]), None)


def test_what_is_due_soonest_first_overdue_marked_and_the_closed_folded(cast: Cast, settings: Any) -> None:
    settings.PERSON_PANELS = ["handover.panels.duties_panel"]
    person = case(cast)
    follow(person, after=8)
    done(cast.client(Role.POM), duty(person, "initial_categorisation"))
    Obligation.objects.filter(kind="public_protection_screen").update(due_on=days(-1), due_before=NOW)
    shown = panel(cast, person)
    rows = shown["open"]
    assert rows[0].duty.kind == "public_protection_screen" and rows[0].late and not rows[1].late
    assert sorted(row.duty.due_on for row in rows) == [row.duty.due_on for row in rows]
    assert [duty.kind for duty in shown["closed"]] == ["initial_categorisation"]
    assert "key_work_session" not in {row.duty.kind for row in rows}


def test_the_panel_is_for_those_who_see_dates_and_opens_for_those_who_may(cast: Cast, settings: Any) -> None:
    settings.PERSON_PANELS = ["handover.panels.duties_panel"]
    person = KeyWorkerAllocationFactory(person=case(cast), staff=cast.of(Role.KEY_WORKER)).person
    assert panel(cast, person, Role.KEY_WORKER) is None
    assert panel(cast, person, Role.POM)["opens"] and panel(cast, person, Role.HOMD)["opens"]
    assert not panel(cast, person, Role.CASE_ADMINISTRATOR)["opens"]


def test_as_many_queries_for_ten_duties_as_for_one(cast: Cast, settings: Any) -> None:
    settings.PERSON_PANELS = ["handover.panels.duties_panel"]
    person = case(cast)
    row = by_hand(cast, person)

    def queries(address: str) -> int:
        client = cast.client(Role.HOMD)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    addresses = (reverse("person", args=["LEI", person.ref]), url(row))
    before = [queries(address) for address in addresses]
    for _ in range(9):
        by_hand(cast, person)
    done(cast.client(Role.POM), row)
    take_back(duty=row, reason="No", by=cast.of(Role.HOMD), at=NOW)
    assert [queries(address) for address in addresses] == before
