"""The pages of parole and recall: taking a review back, the hour of return, and a recall of which facts are missing."""

from typing import Any

import pytest
from django.urls import reverse

from handover.recall_actions import ReviewOfRelease, record_release_review
from omic.audit import Actor
from omic.calendar import london_midnight
from omic.details import Statement, record_oasys
from omic.models import CaseDetails, ParoleReview, Person, Role
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, SentenceFactory, days
from tests.handover.test_parole import lifer, recorded
from tests.handover.test_recall import recalled

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def url(name: str, person: Person, *rest: Any) -> str:
    return reverse(f"handover:{name}", args=[person.prison_id, person.ref, *rest])


def shown(cast: Cast, role: Role, place: str) -> str:
    return cast.client(role).get(place).content.decode()


def test_a_review_is_taken_back_with_a_reason_and_shown_as_that(cast: Cast) -> None:
    person = lifer(cast, ted=days(-100))
    recorded(cast, person, target_hearing_on=days(-20))
    place = url("parole-withdraw", person, ParoleReview.objects.get().pk)
    assert place in shown(cast, Role.POM, url("parole", person))
    assert "Enter" in cast.client(Role.POM).post(place, {"because": ""}).content.decode()
    page = cast.client(Role.POM).post(place, {"because": "Of another person"}, follow=True).content.decode()
    assert "Of another person" in page
    assert place not in page
    history = shown(cast, Role.HOMD, reverse("case-history", args=[person.prison_id, person.ref]))
    assert "taken back" in history
    assert "None recorded" in shown(cast, Role.HOMD, reverse("edit-details", args=[person.prison_id, person.ref]))


def test_an_oasys_is_taken_back_beside_the_details_and_shown_as_that(cast: Cast) -> None:
    person = lifer(cast, ted=days(-100))
    facts = {"layer": 3, "kind": "review", "completed_on": days(-3), "completed_by": "pom"}
    by = Statement("OASys", TODAY, Actor(staff=cast.of(Role.HOMD)), NOW)
    record_oasys(person=person, statement=by, **facts)
    beside = reverse("edit-details", args=[person.prison_id, person.ref])
    place = url("oasys-withdraw", person, person.oasys.get().pk)
    assert place in shown(cast, Role.HOMD, beside)
    assert cast.client(Role.POM).get(place).status_code == 403
    assert cast.client(Role.HOMD).get(place.replace(person.prison_id, cast.elsewhere.pk)).status_code in (403, 404)
    assert "Enter" in cast.client(Role.HOMD).post(place, {"because": ""}).content.decode()
    page = cast.client(Role.HOMD).post(place, {"because": "Of another person"}, follow=True).content.decode()
    assert "Of another person" in page and place not in page
    history = shown(cast, Role.HOMD, reverse("case-history", args=[person.prison_id, person.ref]))
    assert "review, layer 3: taken back" in history


def test_the_page_says_that_the_hour_of_return_is_not_known_until_it_is_entered(cast: Cast) -> None:
    person = recalled(cast, returned_at=london_midnight(days(-1)))
    assert "counted from the start of the day" in shown(cast, Role.POM, url("recall", person))
    page = cast.client(Role.POM).get(url("recall-return", person))
    typed = {"seen": page.context["form"]["seen"].value(), "returned_at": f"{days(-1)}T14:30"}
    page = cast.client(Role.POM).post(url("recall-return", person), typed, follow=True).content.decode()
    assert "counted from the start of the day" not in page
    assert "2:30pm" in page
    assert "Returned on" in shown(cast, Role.HOMD, reverse("case-history", args=[person.prison_id, person.ref]))


def test_a_moment_that_somebody_else_entered_is_told_and_then_may_be_replaced(cast: Cast) -> None:
    person = recalled(cast, returned_at=london_midnight(days(-1)))
    place, client = url("recall-return", person), cast.client(Role.POM)
    stale = {"seen": client.get(place).context["form"]["seen"].value()}
    client.post(place, stale | {"returned_at": f"{days(-1)}T10:00"})
    page = client.post(place, stale | {"returned_at": f"{days(-1)}T11:00"})
    assert "is recorded by now" in page.content.decode()
    again = {"seen": page.context["form"]["seen"].value(), "returned_at": f"{days(-1)}T11:00"}
    assert client.post(place, again).status_code == 302


@pytest.mark.parametrize("name", ["recall-return", "parole-withdraw"])
def test_who_may_and_may_not(cast: Cast, name: str) -> None:
    person = recalled(cast)
    rest = [ParoleReview.objects.create(person=person, target_hearing_on=TODAY, recorded_at=NOW).pk]
    place = url(name, person, *(rest if name == "parole-withdraw" else []))
    assert cast.client(Role.POM).get(place).status_code == 200
    assert cast.client(Role.GOVERNOR).get(place).status_code == 403
    elsewhere = place.replace(person.prison_id, cast.elsewhere.pk)
    assert cast.client(Role.POM).get(elsewhere).status_code in (403, 404)


def test_the_next_review_stands_on_the_page_and_leads_to_its_duty(cast: Cast) -> None:
    person = recalled(cast)
    review = ReviewOfRelease("board", TODAY, "C. Om", "stay", next_review_on=days(60))
    record_release_review(person=person, review=review, by=cast.of(Role.POM), at=NOW)
    page = shown(cast, Role.POM, url("recall", person))
    assert "Outcome of the recall hearing: No release" in page
    duty = person.obligations.get(kind="release_review")
    assert reverse("handover:duty", args=[person.prison_id, duty.pk]) in page
    page = shown(cast, Role.HOMD, reverse("handover:duty", args=[person.prison_id, duty.pk]))
    assert "Record the review" in page


@pytest.mark.parametrize(("sentenced", "said"), [(False, "none is known here"), (True, "not marked as recalled")])
def test_recalled_by_legal_status_alone_the_page_says_what_is_missing(cast: Cast, sentenced: bool, said: str) -> None:
    person = cast.person(legal_status="RECALL", reception_on=None)
    if sentenced:
        SentenceFactory(person=person, started_on=days(-700), crd=days(-100), recalled=False)
    reconcile([person.pk], window_of(TODAY, NOW))
    page = shown(cast, Role.HOMD, url("recall", person))
    assert said in page
    assert "The day of their return" in page
    assert "Ask the case administrator" in page
    assert url("recall", person) in shown(cast, Role.HOMD, reverse("person", args=[person.prison_id, person.ref]))
    for name in ("recall-return", "recall-review", "recall-function"):
        place = url(name, person)
        assert place not in page
        assert cast.client(Role.HOMD).get(place).status_code == 200
    typed = {"returned_at": f"{days(-1)}T14:30"}
    page = cast.client(Role.HOMD).post(url("recall-return", person), typed).content.decode()
    assert "not known on which sentence" in page
    assert not CaseDetails.objects.filter(person=person).exists()
