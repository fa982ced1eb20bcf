"""What stands beside the choice of a POM: who comes first and why, who is left out, and POMs side by side."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from allocation.actions import allocate_pom
from allocation.availability import record_pom_absence
from allocation.models import PomAllocation
from omic.audit import Actor
from omic.models import Person, Prison, Role, Staff, Stay
from omic.postings import end_posting
from tests.allocation.cases import determine, held_until_now, profile
from tests.allocation.links import numbers
from tests.allocation.test_pages import address
from tests.cast import Cast, signed_in
from tests.factories import (
    NOW,
    TODAY,
    CaseDetailsFactory,
    ObligationFactory,
    PomAllocationFactory,
    PostingFactory,
    StaffFactory,
    days,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast) -> Person:
    """Tier C: a prison POM is recommended. Waiting since she came, on a Monday nine days ago."""
    return determine(cast.person(surname="Asked", arrived_on=days(-9)), tier="C")


def pom(cast: Cast, name: str, pom_type: str = "prison", working_days: float = 5, cases: int = 0) -> Staff:
    staff = StaffFactory(username=name, forename=name.title(), surname="Pomm")
    PostingFactory(staff=staff, prison=cast.prison, role=Role.POM)
    profile(staff, cast.prison, pom_type, working_days)
    for _ in range(cases):
        PomAllocationFactory(person=cast.person(), staff=staff)
    return staff


def sight(cast: Cast, case: Person) -> Any:
    return cast.client(Role.HOMD).get(address("allocate", case.ref)).context["sight"]


def names(cast: Cast, case: Person) -> list[str]:
    return [one.load.staff.username for one in sight(cast, case).candidates]


def test_the_best_comes_first_type_then_before_then_load_by_days(cast: Cast, case: Person) -> None:
    pom(cast, "full", cases=2)
    pom(cast, "half", working_days=2.5, cases=2)
    held_until_now(case, pom(cast, "knows", cases=3))
    pom(cast, "other", "probation")
    assert names(cast, case) == ["knows", "full", "half", "other"]


@pytest.mark.parametrize("number", [14, 15])
def test_who_leaves_within_days_comes_last_and_says_why(cast: Cast, case: Person, number: int) -> None:
    leaver = pom(cast, "leaver")
    pom(cast, "stays", cases=1)
    end_posting(posting=leaver.postings.get(), ends_on=days(number), by=Actor(staff=cast.of(Role.HOMS)), at=NOW)
    found = sight(cast, case).candidates
    last = found[-1] if number == 14 else found[0]
    assert last.load.staff == leaver
    assert (last.why_not, last.fits) == (("Leaves on 2 Dec 2026", False) if number == 14 else ("", True))


def absent(cast: Cast, staff: Staff, **facts: Any) -> None:
    said = {"kind": "leaving", "starts_on": TODAY, "returns_on": None, "because": ""} | facts
    record_pom_absence(staff=staff, prison=cast.prison, by=cast.of(Role.HOMD), at=NOW, **said)


def test_who_is_away_today_is_named_apart_and_who_will_be_says_from_when(cast: Cast, case: Person) -> None:
    absent(cast, pom(cast, "full"), kind="full", returns_on=days(5))
    absent(cast, pom(cast, "soon"), kind="away", starts_on=days(3))
    absent(cast, pom(cast, "later", cases=1), kind="away", starts_on=days(15))
    absent(cast, pom(cast, "leaving"), starts_on=days(10))
    found = sight(cast, case)
    assert [words for _, words in found.absent] == ["Takes no new cases until 23 Nov 2026"]
    assert [(one.load.staff.username, one.away, one.why_not) for one in found.candidates] == [
        ("later", "3 Dec 2026", ""),
        ("leaving", "", "Leaves on 28 Nov 2026"),
        ("soon", "", "Away from 21 Nov 2026"),
    ]
    assert [one.fits for one in found.candidates] == [True, False, False]


def test_what_came_lately_what_comes_and_what_is_shared_are_counted(cast: Cast, case: Person) -> None:
    staff = pom(cast, "anna", cases=2)
    new = PomAllocationFactory(person=cast.person(complexity="high"), staff=staff, started_at=NOW - timedelta(days=6))
    ObligationFactory(person=new.person, kind="handover", slot="1", due_on=days(55), met_by="")
    ObligationFactory(person=cast.person(), kind="handover", slot="1", due_on=days(5), met_by="")
    about = {"person": cast.person(), "prison": cast.prison, "staff": staff, "started_at": NOW}
    PomAllocation.objects.create(part="coworking", **about)
    anna = sight(cast, case).candidates[0].load.staff
    assert (anna.cases, anna.lately, anna.handovers, anna.high_need, anna.coworking) == (3, 1, 1, 1, 1)


def test_working_days_waited_and_who_came_back(cast: Cast, case: Person) -> None:
    found = sight(cast, case)
    assert (found.waited, found.earlier) == (7, "New to this prison")
    Stay.objects.create(
        person=case, prison=cast.prison, arrived_on=days(-900), left_on=days(-500), ended_because="release"
    )
    held_until_now(case, pom(cast, "anna"))
    Person.objects.filter(pk=case.pk).update(legal_status="RECALL")
    found = sight(cast, case)
    assert found.earlier == "Recalled; here before, until 6 Jul 2025; POM here was Anna Pomm"
    assert found.terms_words == "Anna Pomm, 29 Sep 2026 to 18 Nov 2026"


def test_the_case_says_its_latest_oasys_and_who_is_named_in_the_community(cast: Cast, case: Person) -> None:
    assert "None recorded" in (before := facts(cast, case))
    assert "LDU" not in before
    said = {"layer": 3, "kind": "review", "completed_by": "pom", "source": "test", "recorded_at": NOW}
    for day in (-20, -10, -5):
        case.oasys.create(completed_on=days(day), **said)
    by = {"withdrawn_by": cast.of(Role.HOMD), "withdrawn_at": NOW, "withdrawn_because": "Wrong person"}
    case.oasys.filter(completed_on=days(-5)).update(**by)
    CaseDetailsFactory(person=case, ldu="Leeds North", com_name="Com Munity")
    for words in ("8 November 2026", "Leeds North", "Com Munity"):
        assert words in facts(cast, case)


def facts(cast: Cast, case: Person) -> str:
    page = cast.client(Role.HOMD).get(address("allocate", case.ref)).content.decode()
    return page.split("Custody tier")[1].split("</dl>")[0]


def test_the_list_of_those_who_wait_says_the_same(cast: Cast, case: Person) -> None:
    held_until_now(case, pom(cast, "anna"))
    page = cast.client(Role.HOMD).get(address("people")).content.decode()
    assert "New to this prison; POM here was Anna Pomm" in page


def test_a_private_prison_is_asked_for_case_support(cast: Cast) -> None:
    Prison.objects.filter(pk="LEI").update(operator="private")
    staff, person = pom(cast, "anna", "probation"), determine(cast.person(), tier="B")
    held = PomAllocationFactory(person=person, staff=staff)
    assert sight(cast, person).unsupported
    supporter = {"person": person, "prison": held.prison, "staff": pom(cast, "ben"), "started_at": NOW}
    PomAllocation.objects.create(part="support", **supporter)
    assert not sight(cast, person).unsupported


def test_up_to_four_side_by_side_and_one_to_choose(cast: Cast, case: Person) -> None:
    poms = [pom(cast, f"p{number}", cases=number) for number in range(5)]
    homd, url = cast.client(Role.HOMD), address("compare", case.ref)
    page = homd.get(url, {"pom": [str(one.pk) for one in poms[:4]]})
    lines = {line.heading: line.cells for line in page.context["lines"]}
    assert len(lines["Cases"]) == 4
    assert lines["Priority courses missing (AL-18)"] == ("5 courses",) * 4
    assert lines["Type"][0] == "Prison POM, recommended"
    assert "Women of high complexity of need" not in lines
    assert f'name="choose" value="{poms[2].pk}"' in page.content.decode()


def test_comparing_keeps_what_was_typed_and_saves_nothing(cast: Cast, case: Person) -> None:
    anna, ben = pom(cast, "anna"), pom(cast, "ben")
    homd, url = cast.client(Role.HOMD), address("allocate", case.ref)
    typed = {"staff": anna.pk, "reason": "Knows the family", "note": "Rings on Fridays", "replaces": ""}
    compared = homd.post(address("compare", case.ref), typed | {"pom": [anna.pk, ben.pk]}).content.decode()
    for name in ("reason", "note"):
        assert f'<input type="hidden" name="{name}" value="{typed[name]}">' in compared
    back = homd.post(url, typed | {"choose": ben.pk})
    form = back.context["form"]
    assert (form["reason"].value(), form["note"].value()) == (typed["reason"], typed["note"])
    assert f'value="{ben.pk}" checked' in back.content.decode()
    assert "There is a problem" not in back.content.decode()
    assert not PomAllocation.objects.exists()
    assert homd.post(url, typed | {"staff": ben.pk}).status_code == 302
    assert PomAllocation.objects.get().note == "Rings on Fridays"


@pytest.mark.parametrize("number", [0, 5])
def test_none_or_five_are_not_compared_and_stay_ticked(cast: Cast, case: Person, number: int) -> None:
    ticked = {"pom": [str(pom(cast, f"p{place}").pk) for place in range(number)]}
    pom(cast, "unticked")
    typed = {"reason": "Knows the family", **ticked}
    page = cast.client(Role.HOMD).post(address("compare", case.ref), typed)
    assert "Tick one to 4 POMs" in page.content.decode()
    assert page.context["compared"] == ticked["pom"]
    assert page.context["form"]["reason"].value() == "Knows the family"
    assert f'action="{address("allocate", case.ref)}"' in page.content.decode()


def busy(cast: Cast, case: Person) -> Staff:
    """A POM of whom everything can be counted, with what just misses each number beside it."""
    staff, other = pom(cast, "anna"), pom(cast, "ben", cases=2)
    for part in ("coworking", "support"):
        shared = Person.objects.filter(pom=other, pom_allocations__staff=other).exclude(pom_allocations__staff=staff)
        shared.first().pom_allocations.create(prison=cast.prison, staff=staff, part=part, started_at=NOW)  # type: ignore[union-attr]
    new, older = (PomAllocationFactory(person=cast.person(complexity="high"), staff=staff) for _ in range(2))
    PomAllocation.objects.filter(pk=new.pk).update(started_at=NOW - timedelta(days=2))
    low = PomAllocationFactory(person=cast.person(complexity="low"), staff=staff)
    for row, due in ((new, 56), (older, 57), (low, -1)):
        ObligationFactory(person=row.person, kind="handover", owner_role="pom", due_on=days(due), met_by="")
    Prison.objects.filter(pk=cast.prison.pk).update(estate="women")
    return staff


@pytest.mark.parametrize("name", ["allocate", "compare"])
def test_every_number_beside_a_pom_opens_what_it_counts(cast: Cast, case: Person, name: str) -> None:
    staff, homd = busy(cast, case), cast.client(Role.HOMD)
    found = numbers(homd.get(address(name, case.ref), {"pom": [staff.pk]}).content.decode())
    for number, url in found:
        assert homd.get(url).context["list"].count == number, url
    more = [number for number, url in found if str(staff.pk) in url][-4:]
    assert more == [1, 1, 1, 2]


def test_comparing_asks_no_more_for_four_than_for_one(cast: Cast, case: Person, django_assert_num_queries: Any) -> None:
    poms, homd, url = [pom(cast, f"p{place}") for place in range(4)], cast.client(Role.HOMD), None
    url = address("compare", case.ref)
    with django_assert_num_queries(13, exact=False) as few:
        homd.get(url, {"pom": [poms[0].pk]})
    with django_assert_num_queries(len(few), exact=True):
        homd.get(url, {"pom": [one.pk for one in poms]})


@pytest.mark.parametrize("role", [Role.POM, Role.HOMS, Role.GOVERNOR])
def test_only_the_homd_compares(cast: Cast, case: Person, role: Role) -> None:
    assert cast.client(role).get(address("compare", case.ref)).status_code == 403
    assert cast.stranger.get(address("compare", case.ref)).status_code == 404


def test_of_two_homds_with_the_page_open_one_wins_and_the_other_sees_it_and_keeps_what_was_typed(
    cast: Cast, case: Person
) -> None:
    anna, ben = pom(cast, "anna"), pom(cast, "ben")
    quick = signed_in(PostingFactory(role=Role.HOMD, prison=cast.prison, staff__forename="Flo").staff)
    slow, url = cast.client(Role.HOMD), address("allocate", case.ref)
    for client in (quick, slow):
        assert 'name="replaces" value=""' in client.get(url).content.decode()
    assert quick.post(url, {"replaces": "", "staff": str(anna.pk)}).status_code == 302
    typed = {"replaces": "", "staff": str(ben.pk), "reason": "Typed why", "note": "Typed note"}
    page = slow.post(url, typed).content.decode()
    assert "allocated Anna Pomm at 10:00am on 18 November 2026" in page
    assert "Flo " in page
    for words in ("Typed why", "Typed note", f'value="{ben.pk}" checked'):
        assert words in page
    assert Person.objects.get(pk=case.pk).pom == anna


def test_choosing_whom_somebody_else_has_chosen_already_says_who(cast: Cast, case: Person) -> None:
    anna = pom(cast, "anna")
    allocate_pom(person=case, staff=anna, replaces=None, by=cast.of(Role.HOMD), at=NOW)
    page = cast.client(Role.HOMD).post(address("allocate", case.ref), {"replaces": "", "staff": str(anna.pk)})
    assert "Hollis Delivery allocated Anna Pomm" in page.content.decode()


def test_the_person_page_leads_to_everything_a_homd_decides(cast: Cast, case: Person) -> None:
    PomAllocationFactory(person=case, staff=pom(cast, "anna"))
    page = cast.client(Role.HOMD).get(reverse("person", args=["LEI", case.ref])).content.decode()
    for name in ("allocate", "share", "extra"):
        assert address(name, case.ref) in page
