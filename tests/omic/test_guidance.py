"""The prison's own guidance on its duties: HOMS keeps the address, pages of such a duty link to it."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from omic.guidance import guidance_on
from omic.models import AuditEvent, DutyGuidance, Role
from tests.cast import Cast
from tests.factories import NOW, ObligationFactory

pytestmark = pytest.mark.django_db
ADDRESS = "https://equip.example/oasys?id=1&view=all"
WRONG = (
    *("http://equip.example/", "javascript:alert(1)", "equip.example", "https://", "https://a b"),
    *("https://me:x@y.example", "https://[x"),
)
EDIT = reverse("edit-guidance", args=["LEI", "oasys_review"])


def save(cast: Cast, address: str) -> object:
    return cast.client(Role.HOMS).post(EDIT, {"address": address})


def test_an_address_is_kept_changed_and_taken_away(cast: Cast) -> None:
    save(cast, ADDRESS)
    save(cast, "https://other.example/")
    assert guidance_on(cast.prison, "oasys_review") == "https://other.example/"
    save(cast, "")
    assert guidance_on(cast.prison, "oasys_review") == ""
    assert [event.detail["before"] for event in AuditEvent.objects.order_by("id")] == [
        "",
        ADDRESS,
        "https://other.example/",
    ]


def test_the_same_address_again_is_no_change(cast: Cast) -> None:
    save(cast, ADDRESS)
    save(cast, ADDRESS)
    assert AuditEvent.objects.filter(action="set_duty_guidance").count() == 1


@pytest.mark.parametrize("address", WRONG)
def test_only_a_whole_https_address(cast: Cast, address: str) -> None:
    answer = save(cast, address)
    assert b"begins with https://" in answer.content and not DutyGuidance.objects.exists()


def test_the_database_refuses_another_scheme(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyGuidance.objects.create(
            prison=cast.prison, kind="lisp1", address="ftp://x", recorded_by=cast.of(Role.HOMS), recorded_at=NOW
        )


def test_the_page_lists_every_kind_of_duty(cast: Cast) -> None:
    save(cast, ADDRESS)
    answer = cast.client(Role.HOMS).get(reverse("duty-guidance", args=["LEI"]))
    assert answer.context["known"] == 1
    assert b"equip.example/oasys?id=1&amp;view=all" in answer.content and b"Parole review" in answer.content


def test_the_why_page_of_such_a_duty_links_to_it(cast: Cast) -> None:
    save(cast, ADDRESS)
    person = cast.person()
    facts = {"person": person, "met_by": "", "owner_role": "pom", "rule": "OA-05"}
    for kind, shown in (("oasys_review", True), ("oasys_initial", False)):
        duty = ObligationFactory(kind=kind, **facts)
        answer = cast.client(Role.HOMD).get(reverse("why", args=["LEI", person.ref, f"duty-{duty.pk}"]))
        assert (b"guidance on this duty" in answer.content) is shown


def test_the_page_on_which_a_duty_is_done_links_to_it(cast: Cast) -> None:
    cast.client(Role.HOMS).post(reverse("edit-guidance", args=["LEI", "handover"]), {"address": ADDRESS})
    person = ObligationFactory(person=cast.person(), kind="handover", met_by="", owner_role="pom").person
    answer = cast.client(Role.HOMD).get(reverse("handover:record", args=["LEI", person.ref]))
    assert b"guidance on this duty" in answer.content


@pytest.mark.parametrize(("role", "status"), [(Role.HOMS, 200), (Role.HOMD, 403), (Role.KEY_WORKER, 403)])
def test_only_homs(cast: Cast, role: Role, status: int) -> None:
    assert cast.client(role).get(reverse("duty-guidance", args=["LEI"])).status_code == status
    assert cast.client(role).get(EDIT).status_code == status


def test_another_prison_anonymous_and_no_such_kind(cast: Cast) -> None:
    assert cast.stranger.get(EDIT).status_code == 404
    assert Client().get(EDIT).status_code == 302
    assert cast.client(Role.HOMS).get(reverse("edit-guidance", args=["LEI", "tea"])).status_code == 404


def test_another_prisons_guidance_is_not_ours(cast: Cast) -> None:
    save(cast, ADDRESS)
    assert guidance_on(cast.elsewhere, "oasys_review") == ""
