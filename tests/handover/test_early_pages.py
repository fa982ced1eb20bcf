"""The pages of early allocation, from the assessment to the new date, as each of those concerned uses them."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from handover.early_actions import approve_early
from handover.early_known import CRITERIA
from handover.models import EarlyAssessment
from omic.audit import Actor
from omic.details import record_details
from omic.models import CaseDetails, Person, Role
from tests.cast import Cast
from tests.factories import NOW, TODAY, days
from tests.handover.test_early_allocation import assessed, case, decided, refer, referred

pytestmark = pytest.mark.django_db


def url(person: Person, step: str = "", number: int | None = None) -> str:
    args = [person.prison_id, person.ref, *([number] if number else [])]
    return reverse(f"handover:early{step and '-' + step}", args=args)


def typed(**yes: Any) -> dict[str, Any]:
    said = dict.fromkeys(CRITERIA, "no") | {"mappa_level_needed": "none"}
    return said | {"oasys_on": TODAY.isoformat(), "request_id": str(uuid4()), "rationale": ""} | yes


def posted(client: Client, where: str, data: dict[str, Any]) -> str:
    return client.post(where, data, follow=True).content.decode()


def test_from_the_assessment_to_the_new_date_by_those_whose_turn_it_is(cast: Cast) -> None:
    person = case(cast)
    pom, homd = cast.client(Role.POM), cast.client(Role.HOMD)
    assert "Not assessed in this sentence" in pom.get(url(person)).content.decode()
    assert "Waits for the HOMD" in posted(pom, url(person, "assess"), typed(high_profile="yes"))
    row = EarlyAssessment.objects.get()
    assert url(person, "approve", row.pk) in homd.get(url(person)).content.decode()
    assert "to be referred" in posted(homd, url(person, "approve", row.pk), {"approved": "yes", "approval": ""})
    told = {"referred_on": TODAY.isoformat(), "referred_to": "Gatekeeper"}
    assert "Waits for the community" in posted(pom, url(person, "refer", row.pk), told)
    answer = {"decision": "accepted", "decided_on": TODAY.isoformat(), "decided_by": "G. Keeper", "words": ""}
    page = posted(pom, url(person, "decide", row.pk), answer)
    assert "In force" in page
    assert reverse("why", args=[person.prison_id, person.ref, "handover"]) in page


def test_what_a_file_states_is_marked_with_its_source_and_taken_back_by_the_homd(cast: Cast) -> None:
    person = case(cast)
    values = {"early_allocation": True, "early_allocation_agreed_on": days(-2)}
    told = {"source": "nDelius file", "as_at": days(-1), "by": Actor(job="import"), "at": NOW}
    record_details(person=person, values=values, **told)
    page = cast.client(Role.POM).get(url(person)).content.decode()
    assert "as nDelius file stated" in page and url(person, "stated") not in page
    assert cast.client(Role.POM).get(url(person, "stated")).status_code == 403
    page = posted(cast.client(Role.HOMD), url(person, "stated"), {"because": "Somebody else’s"})
    assert "nDelius file" not in page
    assert "A file that goes on stating it with the same day of agreement, or with none, changes nothing" in page
    assert person.handoverdeterminations.current().get().reason != "early_allocation"


def test_what_is_left_open_is_an_error_and_what_was_typed_stays(cast: Cast) -> None:
    person = case(cast)
    page = posted(cast.client(Role.POM), url(person, "assess"), typed(scpo="", rationale="Kept words"))
    assert "There is a problem" in page
    assert "Kept words" in page
    assert not EarlyAssessment.objects.exists()


def test_an_old_oasys_is_said_at_its_field(cast: Cast) -> None:
    page = posted(cast.client(Role.POM), url(case(cast), "assess"), typed(oasys_on=days(-200).isoformat()))
    assert "less than 3 months old" in page


@pytest.mark.parametrize(("step", "role"), [("assess", Role.GOVERNOR), ("approve", Role.POM), ("refer", Role.HOMS)])
def test_the_wrong_role_is_refused(cast: Cast, step: str, role: Role) -> None:
    person = case(cast)
    number = None if step == "assess" else assessed(cast, person, high_profile=True).pk
    assert cast.client(role).get(url(person, step, number)).status_code == 403


def test_a_pom_cannot_assess_whom_they_do_not_hold(cast: Cast) -> None:
    person = case(cast)
    Person.objects.filter(pk=person.pk).update(pom=None)
    assert cast.client(Role.POM).get(url(person, "assess")).status_code == 403


def test_from_the_referral_on_the_homd_alone_takes_it_back(cast: Cast) -> None:
    person = case(cast)
    row = referred(cast, person)
    assert cast.client(Role.POM).get(url(person, "withdraw", row.pk)).status_code == 403
    page = posted(cast.client(Role.HOMD), url(person, "withdraw", row.pk), {"because": "Wrong person"})
    assert "Not assessed in this sentence" in page


def test_what_waits_stands_on_the_home_page_of_whose_turn_it_is(cast: Cast) -> None:
    person = case(cast)
    assessed(cast, person, high_profile=True)
    where = reverse("handover:early-approve-list", args=[person.prison_id])
    assert where in cast.client(Role.HOMD).get(reverse("home", args=[person.prison_id])).content.decode()
    assert where not in cast.client(Role.POM).get(reverse("home", args=[person.prison_id])).content.decode()


def test_whoever_assessed_is_told_that_another_homd_answers_and_their_tile_counts_others_alone(cast: Cast) -> None:
    own, other, homd = case(cast), case(cast), cast.client(Role.HOMD)
    posted(homd, url(own, "assess"), typed(high_profile="yes"))
    page = homd.get(url(own)).content.decode()
    assert "You made this assessment yourself: another HOMD has to answer" in page
    assert "take it back and have the POM assess" in page
    home = reverse("home", args=["LEI"])
    assert "early-allocation" not in "".join(tile.url for tile in homd.get(home).context["tiles"])
    assessed(cast, other, high_profile=True)
    assert "You made this assessment yourself" not in homd.get(url(other)).content.decode()
    tile = next(tile for tile in homd.get(home).context["tiles"] if "to approve" in tile.text)
    listed = homd.get(tile.url).context["list"]
    assert (tile.count, listed.count, listed.page[0].person) == (1, 1, other)
    assert homd.get(tile.url.replace("others", "me")).context["list"].page[0].person == own


def test_a_poms_tile_opens_their_own_peoples_list(cast: Cast) -> None:
    person, other = case(cast), case(cast)
    for one in (person, other):
        row = assessed(cast, one, high_profile=True)
        approve_early(assessment=row.pk, approved=True, approval="", by=cast.of(Role.HOMD), at=NOW)
    Person.objects.filter(pk=other.pk).update(pom=cast.of(Role.HOMD))
    where = reverse("handover:early-refer-list", args=[person.prison_id])
    home, whole = reverse("home", args=[person.prison_id]), f'href="{where}"'
    theirs = f"{where}?pom={cast.of(Role.POM).pk}"
    for role, url_of, count in ((Role.POM, theirs, 1), (Role.HOMD, where, 2)):
        client = cast.client(role)
        page = client.get(home).content.decode()
        assert f'href="{url_of}"' in page and (whole in page) == (role == Role.HOMD)
        assert ("early allocation to refer" in page) == (count == 1)
        listed = client.get(url_of).content.decode()
        assert "Early allocation: to refer" in listed
        assert [str(one.prison_number) in listed for one in (person, other)] == [True, role == Role.HOMD]


def test_a_case_that_is_not_eligible_says_so_and_has_no_referral_to_print(cast: Cast) -> None:
    person = case(cast)
    CaseDetails.objects.update(rosh="high")
    row = assessed(cast, person)
    page = cast.client(Role.POM).get(url(person)).content.decode()
    assert "Not met: RoSH high" in page
    assert url(person, "referral", row.pk) not in page
    assert cast.client(Role.POM).get(url(person, "referral", row.pk)).status_code == 404


def test_what_is_next_is_the_step_that_the_assessment_waits_for(cast: Cast) -> None:
    person, pom = case(cast, crd=days(300), since=days(-400)), cast.client(Role.POM)
    row = assessed(cast, person, high_profile=True)
    assert "The HOMD’s answer, due 18 November 2026" in pom.get(url(person)).content.decode()
    approve_early(assessment=row.pk, approved=True, approval="", by=cast.of(Role.HOMD), at=NOW)
    assert "The referral to the community, due 18 November 2026" in pom.get(url(person)).content.decode()
    refer(cast, row)
    assert "The community’s decision, due 18 November 2026" in pom.get(url(person)).content.decode()


@pytest.mark.parametrize("com_name", ["", "Robin Fielding"])
def test_in_force_the_handover_is_next_and_a_com_who_lacks_is_said(cast: Cast, com_name: str) -> None:
    person = case(cast, crd=days(300), since=days(-400))
    CaseDetails.objects.update(com_name=com_name)
    decided(cast, referred(cast, person))
    page = cast.client(Role.POM).get(url(person)).content.decode()
    assert "Handover to the community, due 18 November 2026" in page
    assert ("Nobody is named to hand over to" in page) == (not com_name)


def test_the_referral_on_paper_says_what_the_class_rests_on(cast: Cast) -> None:
    person = case(cast)
    row = referred(cast, person)
    page = cast.client(Role.POM).get(url(person, "referral", row.pk)).content.decode()
    assert "High profile or notorious" in page
    assert "EA-05" in page


@pytest.mark.parametrize(("stage", "count"), [("approve", 0), ("refer", 0), ("decide", 1)])
def test_each_list_holds_what_waits_at_its_stage(cast: Cast, stage: str, count: int) -> None:
    person = case(cast)
    referred(cast, person)
    page = cast.client(Role.HOMD).get(reverse(f"handover:early-{stage}-list", args=[person.prison_id])).content.decode()
    assert page.count(str(person.prison_number)) == count


def test_another_persons_assessment_is_not_reached_through_somebody(cast: Cast) -> None:
    row = assessed(cast, case(cast), high_profile=True)
    assert cast.client(Role.HOMD).get(url(case(cast), "approve", row.pk)).status_code == 404
