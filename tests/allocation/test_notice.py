"""Telling somebody who their POM is: asked for by each allocation, met from the notice, void with the next (WB-11)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from allocation.actions import allocate_pom
from allocation.models import PomAllocation
from omic.models import Person, Role
from tests.cast import Cast
from tests.factories import NOW, PostingFactory

pytestmark = pytest.mark.django_db


def give(cast: Cast, person: Person, **facts: object) -> PomAllocation:
    facts = {"staff": cast.of(Role.POM), "replaces": None, "at": NOW, **facts}
    return allocate_pom(person=person, reason="Knows the case", by=cast.of(Role.HOMD), **facts)


def test_the_pom_tells_the_person_from_the_notice(cast: Cast) -> None:
    person = cast.person()
    allocation = give(cast, person)
    client, facts = cast.client(Role.POM), ["LEI", person.ref]
    page = client.get(reverse("allocation:notice", args=facts)).content.decode()
    assert "(POM) is <strong>Pat Offender</strong>" in page
    assert f'name="allocation" value="{allocation.pk}"' in page
    assert client.post(reverse("allocation:told", args=facts), {"allocation": allocation.pk}).status_code == 302
    duty = person.obligations.get(kind="tell_pom")
    assert (duty.state, duty.slot, duty.rule) == ("met", f"allocation-{allocation.pk}", "WB-11")
    assert "They have been told." in client.get(reverse("allocation:notice", args=facts)).content.decode()


def test_the_next_pom_is_told_of_instead(cast: Cast) -> None:
    person, second = cast.person(), PostingFactory(role=Role.POM, prison=cast.prison).staff
    first = give(cast, person)
    give(cast, person, staff=second, replaces=first.pk, at=NOW + timedelta(minutes=5))
    duties = person.obligations.filter(kind="tell_pom").order_by("pk")
    assert list(duties.values_list("state", "owner")) == [("void", first.staff_id), ("open", second.pk)]


def test_the_duty_page_leads_to_the_notice(cast: Cast) -> None:
    person = cast.person()
    give(cast, person)
    duty = person.obligations.get(kind="tell_pom")
    page = cast.client(Role.POM).get(reverse("handover:duty", args=["LEI", duty.pk])).content.decode()
    assert reverse("allocation:notice", args=["LEI", person.ref]) in page


def test_a_page_that_named_another_pom_meets_no_duty(cast: Cast) -> None:
    person, second = cast.person(), PostingFactory(role=Role.POM, prison=cast.prison).staff
    first = give(cast, person)
    give(cast, person, staff=second, replaces=first.pk, at=NOW + timedelta(minutes=5))
    told = reverse("allocation:told", args=["LEI", person.ref])
    answer = cast.client(Role.HOMD).post(told, {"allocation": first.pk}, follow=True)
    assert "The POM has changed while this page was open" in answer.content.decode()
    assert person.obligations.get(kind="tell_pom", owner=second).state == "open"
