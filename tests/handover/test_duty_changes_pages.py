"""Duties not needed, taken back, or opened by hand."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from allocation.models import PomAllocation
from handover.duty_actions import RefusedError, record_duty_done, record_not_needed, take_back
from omic.models import AuditEvent, Person, Role, Sentence
from tests.cast import Cast
from tests.factories import (
    NOW,
    StaffFactory,
    days,
)
from tests.handover.duty_cases import by_hand, case, done, duty, follow, read, stood, url

pytestmark = pytest.mark.django_db


def test_the_handover_oasys_may_be_needless_by_judgement_with_a_reason(cast: Cast) -> None:
    person = case(cast)
    row, client = duty(person, "oasys_handover"), cast.client(Role.POM)
    assert b"Say why" in client.post(url(row, "duty-not-needed"), {"reason": ""}).content
    client.post(url(row, "duty-not-needed"), {"reason": "Reviewed last month"})
    person.details.refresh_from_db()
    assert (person.details.handover_oasys_not_needed, person.details.handover_oasys_reason) == (
        True, "Reviewed last month",
    )  # fmt: skip
    assert (stood(row).state, row.closed_by) == ("waived", cast.of(Role.POM))
    assert not any(follow(person).values())


def test_no_other_duty_of_the_timetable_can_be_left_undone(cast: Cast) -> None:
    row = duty(case(cast), "public_protection_screen")
    assert "not needed" not in read(cast, row)
    assert cast.client(Role.HOMD).get(url(row, "duty-not-needed")).status_code == 404
    with pytest.raises(RefusedError):
        record_not_needed(duty=row, reason="Too busy", by=cast.of(Role.HOMD), at=NOW)


def test_what_was_recorded_in_error_is_open_again_and_both_are_audited(cast: Cast) -> None:
    row, client = duty(case(cast), "public_protection_screen"), cast.client(Role.POM)
    done(client, row)
    assert "recorded in error" in read(cast, row, Role.POM)
    client.post(url(row, "duty-in-error"), {"reason": "Another person"})
    assert (stood(row).state, row.closed_by, row.closed_because) == ("open", None, "")
    assert AuditEvent.objects.get(action="take_back_duty").detail["because"] == "Another person"
    assert "Recorded in error: open again" in read(cast, row)
    assert not any(follow(row.person).values())
    assert done(client, row).status_code == 302


def test_after_its_day_only_the_homd_takes_it_back(cast: Cast) -> None:
    row = duty(case(cast), "public_protection_screen")
    yesterday = NOW - timedelta(days=1)
    record_duty_done(duty=row, done_at=yesterday, note="", by=cast.of(Role.POM), at=yesterday)
    assert cast.client(Role.POM).post(url(row, "duty-in-error"), {"reason": "No"}).status_code == 403
    assert cast.client(Role.HOMD).post(url(row, "duty-in-error"), {"reason": "No"}).status_code == 302
    assert stood(row).state == "open"


def test_what_facts_have_met_is_not_taken_back(cast: Cast) -> None:
    row = duty(case(cast), "oasys_initial")
    done(cast.client(Role.POM), row)
    assert cast.client(Role.HOMD).get(url(row, "duty-in-error")).status_code == 403
    with pytest.raises(RefusedError):
        take_back(duty=row, reason="No", by=cast.of(Role.HOMD), at=NOW)


# --- opened by hand ---------------------------------------------------------------------------------------------------


def test_a_duty_opened_by_hand_stays_however_often_the_pipeline_runs(cast: Cast) -> None:
    person = case(cast)
    client, key = cast.client(Role.POM), str(uuid4())
    typed = {"kind": "rotl_assessment", "due_on": days(9).isoformat(), "note": "Applied", "key": key}
    assert [client.post(reverse("handover:open-duty", args=["LEI", person.ref]), typed).status_code] * 2 == [302, 302]
    row = duty(person, "rotl_assessment")
    assert (row.slot, row.due_on, row.owner, row.rule, row.note) == (
        f"hand-{key}", days(9), cast.of(Role.POM), "HO-35", "Applied",
    )  # fmt: skip
    assert not any(follow(person).values()) and not follow(person, after=60)["void"]
    assert stood(row).state == "open"
    assert "Opened by Pat Offender on 18 November 2026" in cast.client(Role.HOMD).get(
        reverse("why", args=["LEI", person.ref, f"duty-{row.pk}"])
    ).content.decode()  # fmt: skip


def test_the_same_form_sent_twice_opens_one_duty(cast: Cast) -> None:
    person, key = case(cast), uuid4()
    assert by_hand(cast, person, key=key) == by_hand(cast, person, key=key)
    assert AuditEvent.objects.filter(action="open_duty").count() == 1


def test_it_follows_the_pom_and_ends_with_release(cast: Cast) -> None:
    person = case(cast)
    row = by_hand(cast, person, "categorisation_review")
    other = StaffFactory()
    PomAllocation.objects.update(staff=other)
    follow(person)
    assert stood(row).owner == other
    Person.objects.update(prison=None, wing=None, arrived_on=None, presence="out", pom=None)
    follow(person)
    assert (stood(row).state, row.closed_because) == ("void", "released")


def test_oasys_after_an_event_is_whoevers_is_responsible(cast: Cast) -> None:
    person = case(cast)
    row = by_hand(cast, person, "oasys_significant_event", due_on=days(5))
    assert (row.owner_role, row.owner, row.rule) == ("pom", cast.of(Role.POM), "OA-14")
    Sentence.objects.update(crd=days(100), sed=days(200))
    follow(person)
    assert (stood(row).owner_role, row.owner, row.due_on) == ("com", None, days(5))
    assert not any(follow(person).values())
    done(cast.client(Role.HOMD), row)
    assessment = person.oasys.get()
    assert (stood(row).state, assessment.kind, assessment.completed_by) == ("met", "significant_event", "com")


def test_it_may_be_left_undone_with_a_reason_and_that_taken_back(cast: Cast) -> None:
    row, client = by_hand(cast, case(cast)), cast.client(Role.POM)
    client.post(url(row, "duty-not-needed"), {"reason": "Withdrawn"})
    assert (stood(row).state, row.closed_because, row.closed_by) == ("waived", "Withdrawn", cast.of(Role.POM))
    assert not any(follow(row.person).values())
    client.post(url(row, "duty-in-error"), {"reason": "Not withdrawn"})
    assert stood(row).state == "open"


def test_it_cannot_be_done_before_it_was_opened(cast: Cast) -> None:
    row = by_hand(cast, case(cast))
    assert b"before 18 November 2026" in done(cast.client(Role.POM), row, done=days(-1).isoformat()).content


def test_a_due_day_in_the_past_is_refused(cast: Cast) -> None:
    person = case(cast)
    typed = {"kind": "rotl_assessment", "due_on": days(-1).isoformat(), "key": str(uuid4())}
    page = cast.client(Role.HOMD).post(reverse("handover:open-duty", args=["LEI", person.ref]), typed)
    assert b"must be today or later" in page.content


def test_nothing_is_opened_for_somebody_who_has_left(cast: Cast) -> None:
    person = case(cast)
    shown = Person.objects.select_related("prison").get(pk=person.pk)
    Person.objects.update(prison=cast.elsewhere, wing=None)
    with pytest.raises(RefusedError, match="has left"):
        by_hand(cast, shown)
