"""The pages on which a HOMD chooses, changes and ends a POM."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse

from allocation.models import PomAllocation
from handover.models import ResponsibilityOverride
from omic.models import Person, Role, Staff
from tests.allocation.cases import determine, profile
from tests.allocation.test_pages import address
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    CaseDetailsFactory,
    PomAllocationFactory,
    PostingFactory,
    SentenceFactory,
    StaffFactory,
    days,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast) -> Person:
    """Tier B with the POM responsible: a probation POM is recommended."""
    person = determine(cast.person(surname="Asked"), tier="B")
    CaseDetailsFactory(person=person, rosh="high")
    profile(cast.of(Role.POM), cast.prison, "probation")
    return person


def prison_pom(cast: Cast) -> Staff:
    staff = PostingFactory(role=Role.POM, prison=cast.prison, staff=StaffFactory(forename="Ash", surname="Band")).staff
    profile(staff, cast.prison, "prison")
    return staff


def post(cast: Cast, person: Person, **typed: Any) -> HttpResponse:
    return cast.client(Role.HOMD).post(address("allocate", person.ref), {"replaces": "", **typed})


def test_the_recommendation_its_reason_and_its_rules_are_shown(cast: Cast, case: Person) -> None:
    page = cast.client(Role.HOMD).get(address("allocate", case.ref))
    advice = page.context["sight"].advice
    assert (advice.answer, advice.reason) == ("Probation POM", "POM responsible, tier B")
    for words in ("TI-12", "002_3686c8077551630d.txt", "A prison POM may do case support", "High"):
        assert words in page.content.decode()


def test_the_recommended_type_comes_first_then_the_smallest_load(cast: Cast, case: Person) -> None:
    busy, free = prison_pom(cast), prison_pom(cast)
    profile(other := PostingFactory(role=Role.POM, prison=cast.prison).staff, cast.prison, "probation")
    for staff in (busy, other):
        PomAllocationFactory(person=cast.person(), staff=staff)
    candidates = cast.client(Role.HOMD).get(address("allocate", case.ref)).context["sight"].candidates
    assert [row.load.staff for row in candidates] == [cast.of(Role.POM), other, free, busy]
    assert [row.fits for row in candidates] == [True, True, False, False]


def test_only_who_is_posted_today_can_be_chosen(cast: Cast, case: Person) -> None:
    PomAllocationFactory(person=cast.person(), staff=(ghost := StaffFactory()))
    gone = PostingFactory(role=Role.POM, prison=cast.prison, ends_on=days(0)).staff
    page = cast.client(Role.HOMD).get(address("allocate", case.ref))
    assert {row.load.staff for row in page.context["sight"].candidates} == {cast.of(Role.POM)}
    for staff in (ghost, gone):
        assert "Choose a POM who is posted here today" in post(cast, case, staff=staff.pk).content.decode()


def test_choosing_allocates_and_goes_on_to_the_next(cast: Cast, case: Person) -> None:
    answer = post(cast, case, staff=cast.of(Role.POM).pk, note="Knows the family")
    assert answer["Location"] == address("people")
    allocation = PomAllocation.objects.get()
    assert (allocation.staff, allocation.note) == (cast.of(Role.POM), "Knows the family")


def test_an_override_without_reason_keeps_what_was_typed(cast: Cast, case: Person) -> None:
    staff = prison_pom(cast)
    page = post(cast, case, staff=staff.pk, note="Typed before").content.decode()
    assert "Say why you choose a POM of another type than the recommended one" in page
    assert "Typed before" in page
    assert f'value="{staff.pk}" checked' in page
    assert post(cast, case, staff=staff.pk, reason="No probation POM has room")["Location"] == address("people")


def test_the_loser_is_told_and_can_decide_again(cast: Cast, case: Person) -> None:
    winner = PomAllocationFactory(person=case, started_by=cast.of(Role.HOMD), started_at=NOW)
    typed = {"staff": cast.of(Role.POM).pk, "note": "Typed before"}
    page = post(cast, case, **typed).content.decode()
    assert f"Hollis Delivery allocated {winner.staff} at 10:00am on 18 November 2026" in page
    assert "Typed before" in page
    assert f'name="replaces" value="{winner.pk}"' in page
    assert post(cast, case, **{**typed, "replaces": winner.pk}).status_code == 302
    assert Person.objects.get(pk=case.pk).pom == cast.of(Role.POM)


def test_the_present_pom_is_named_and_is_no_candidate(cast: Cast, case: Person) -> None:
    PomAllocationFactory(person=case, staff=cast.of(Role.POM))
    page = cast.client(Role.HOMD).get(address("allocate", case.ref))
    assert page.context["title"] == "Change the POM"
    assert page.context["sight"].candidates == ()
    assert "Pat Offender</strong> has been the POM since 10 August 2026" in page.content.decode()


def test_a_probation_pom_who_had_the_case_at_handover_may_stay_and_who_follows_is_a_prison_pom(
    cast: Cast, case: Person
) -> None:
    PomAllocationFactory(person=case, staff=cast.of(Role.POM))
    case.handoverdeterminations.update(start_on=days(-5), handover_on=days(-5))
    advice = cast.client(Role.HOMD).get(address("allocate", case.ref)).context["sight"].advice
    assert advice.type == "prison"
    assert advice.hints == (
        "The present probation POM stays with the case until a transfer, unless you change the POM.",
    )
    second = PostingFactory(role=Role.POM, prison=cast.prison).staff
    profile(second, cast.prison, "prison")
    assert post(cast, case, staff=second.pk, replaces=case.pom_allocations.get().pk).status_code == 302, "no reason"
    assert case.pom_allocations.get(ended_at=None).recommended_type == "prison"


def test_one_allocated_after_handover_does_not(cast: Cast, case: Person) -> None:
    PomAllocationFactory(person=case, staff=cast.of(Role.POM), started_at=NOW)
    case.handoverdeterminations.update(start_on=days(0), handover_on=days(0))
    assert cast.client(Role.HOMD).get(address("allocate", case.ref)).context["sight"].advice.type == "prison"


def coms(cast: Cast, case: Person, reason: str, **facts: Any) -> tuple[str, ...]:
    """What is pointed out of a case of the COM's that has no handover date."""
    sentence = SentenceFactory(person=case, started_on=days(-500), **facts)
    case.handoverdeterminations.update(
        start_on=None, handover_on=None, fixed="COM", reason=reason, sentence=sentence, determined_on=TODAY
    )
    PomAllocationFactory(person=case, staff=cast.of(Role.POM), started_at=NOW - timedelta(days=50))
    if reason == "overridden":
        decided = {"asked_by": cast.of(Role.HOMD), "decided_by": cast.of(Role.GOVERNOR), "confirmed": True}
        ResponsibilityOverride.objects.create(
            person=case, prison=cast.prison, sentence=sentence, responsibility="COM", reason="other",
            because="Because", asked_at=NOW, decided_at=NOW, **decided,
        )  # fmt: skip
    return cast.client(Role.HOMD).get(address("allocate", case.ref)).context["sight"].advice.hints


@pytest.mark.parametrize("reason", ["overridden", "parole_window"])
def test_a_probation_pom_stays_too_where_a_decision_or_a_review_made_it_the_coms(
    cast: Cast, case: Person, reason: str
) -> None:
    assert "The present probation POM stays" in "".join(coms(cast, case, reason))


@pytest.mark.parametrize(("returned", "stays"), [(-60, False), (-40, True)])
def test_after_a_recall_only_who_had_the_case_before_the_return_stays(
    cast: Cast, case: Person, returned: int, stays: bool
) -> None:
    hints = coms(cast, case, "recall_case", recalled=True, returned_at=NOW + timedelta(days=returned))
    assert ("The present probation POM stays" in "".join(hints)) is stays


def test_a_pom_who_had_the_case_before_is_marked(cast: Cast, case: Person) -> None:
    PomAllocationFactory(person=case, staff=cast.of(Role.POM), ended_at=NOW, ended_because="Leave", pointer=None)
    assert (
        "Had this case until 18 Nov 2026" in cast.client(Role.HOMD).get(address("allocate", case.ref)).content.decode()
    )


def test_ending_needs_a_reason(cast: Cast, case: Person) -> None:
    allocation = PomAllocationFactory(person=case, staff=cast.of(Role.POM))
    homd, url = cast.client(Role.HOMD), address("end", case.ref)
    assert "Say why the allocation ends" in homd.post(url, {"replaces": allocation.pk}).content.decode()
    assert homd.post(url, {"replaces": allocation.pk, "reason": "Long leave"})["Location"] == address("people")
    assert Person.objects.get(pk=case.pk).pom is None


def test_ending_what_another_has_changed_is_refused(cast: Cast, case: Person) -> None:
    allocation = PomAllocationFactory(person=case, staff=cast.of(Role.POM))
    typed = {"replaces": allocation.pk + 1, "reason": "Long leave"}
    assert "while this page was open" in cast.client(Role.HOMD).post(address("end", case.ref), typed).content.decode()


def test_nothing_to_end(cast: Cast, case: Person) -> None:
    assert cast.client(Role.HOMD).get(address("end", case.ref))["Location"] == address("allocate", case.ref)


def test_an_end_that_is_refused_can_be_said_of_the_next_pom(cast: Cast, case: Person) -> None:
    allocation = PomAllocationFactory(person=case, staff=cast.of(Role.POM))
    homd, url = cast.client(Role.HOMD), address("end", case.ref)
    page = homd.post(url, {"replaces": allocation.pk + 1, "reason": "Long leave"}).content.decode()
    assert f'name="replaces" value="{allocation.pk}"' in page
    assert "Long leave" in page


def test_an_end_of_what_somebody_has_ended_says_so_and_keeps_the_reason(cast: Cast, case: Person) -> None:
    allocation = PomAllocationFactory(
        person=case, staff=cast.of(Role.POM), ended_at=NOW, ended_because="x", pointer=None
    )
    homd, url = cast.client(Role.HOMD), address("end", case.ref)
    page = homd.post(url, {"replaces": allocation.pk, "reason": "Long leave"}).content.decode()
    assert "The POM has been ended while this page was open" in page
    assert "Long leave" in page
    assert homd.get(url)["Location"] == address("allocate", case.ref)
