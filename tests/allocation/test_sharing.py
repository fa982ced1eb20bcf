"""Co-working and case management support: given and ended with a reason, told to both, over with the stay."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from allocation.actions import allocate_pom
from allocation.coworking import end_share, share_case
from allocation.models import PomAllocation
from allocation.refusals import RefusedError
from omic.access import Action, standing_in
from omic.models import AuditEvent, Message, Person, Role, Staff
from omic.reconcile import reconcile, window_of
from tests.allocation.cases import profile
from tests.allocation.test_pages import address
from tests.cast import Cast, signed_in
from tests.factories import NOW, TODAY, PomAllocationFactory, PostingFactory, StaffFactory

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def case(cast: Cast) -> Person:
    """With the cast's POM, a probation POM, as primary."""
    profile(cast.of(Role.POM), cast.prison, "probation")
    return PomAllocationFactory(person=cast.person(), staff=cast.of(Role.POM)).person


@pytest.fixture
def ash(cast: Cast) -> Staff:
    """A prison POM."""
    staff = PostingFactory(role=Role.POM, prison=cast.prison, staff=StaffFactory(forename="Ash", surname="Band")).staff
    profile(staff, cast.prison, "prison")
    return staff


def share(cast: Cast, case: Person, staff: Staff, part: str = "coworking", **more: Any) -> PomAllocation:
    facts = {"reason": "Knows the family", "by": cast.of(Role.HOMD), "at": NOW} | more
    return share_case(person=case, staff=staff, part=part, **facts)[0]


def test_a_part_leaves_the_primary_pom_and_tells_both(cast: Cast, case: Person, ash: Staff) -> None:
    row = share(cast, case, ash)
    assert (row.part, row.pom_type, row.started_because) == ("coworking", "prison", "Knows the family")
    assert Person.objects.get(pk=case.pk).pom == cast.of(Role.POM)
    assert AuditEvent.objects.get(action="share_case").detail["part"] == "coworking"
    mails = Message.objects.values_list("recipient", "title")
    assert {recipient for recipient, _ in mails} == {ash.email, cast.of(Role.POM).email}
    assert not any(case.surname in title for _, title in mails)


def test_who_co_works_may_work_on_the_case_and_who_supports_it_holds_none(cast: Cast, case: Person, ash: Staff) -> None:
    row = share(cast, case, ash)
    assert case in standing_in(ash, "LEI", on=TODAY).people(Action.LOG_ENGAGEMENT)
    end_share(allocation=row, reason="Done", by=cast.of(Role.HOMD), at=LATER)
    assert case not in standing_in(ash, "LEI", on=TODAY).people(Action.LOG_ENGAGEMENT)
    share(cast, case, ash, "support", at=LATER)
    assert case not in standing_in(ash, "LEI", on=TODAY).people(Action.LOG_ENGAGEMENT)


@pytest.fixture
def probation(cast: Cast) -> Staff:
    posting = PostingFactory(role=Role.POM, prison=cast.prison, staff=StaffFactory(forename="Pru", surname="Bation"))
    profile(posting.staff, cast.prison, "probation")
    return posting.staff


def test_a_probation_pom_supports_no_case_and_is_not_offered_for_it(
    cast: Cast, case: Person, ash: Staff, probation: Staff
) -> None:
    with pytest.raises(RefusedError, match="done by prison staff, not by a probation POM") as refused:
        share(cast, case, probation, "support")
    assert refused.value.field == "staff"
    url = address("share", case.ref)
    both, offered = (cast.client(Role.HOMD).get(url + part).content.decode() for part in ("", "?part=support"))
    assert "Pru Bation (Probation POM)" in both and "Pru Bation" not in offered
    assert "Ash Band (Prison POM)" in offered and "Co-working POM" in offered


def test_a_second_who_supports_a_case_is_pointed_out_before_and_after(cast: Cast, case: Person, ash: Staff) -> None:
    share(cast, case, ash, "support")
    other = PostingFactory(role=Role.POM, prison=cast.prison).staff
    page = cast.client(Role.HOMD).get(address("share", case.ref)).content.decode()
    assert "Case management support already: Ash Band, since 18 November 2026" in page
    about = {"person": case, "staff": other, "part": "support", "reason": "Short", "by": cast.of(Role.HOMD), "at": NOW}
    assert share_case(**about)[1] == ("Somebody else does case management support in this case already",)


def test_the_second_homd_is_told_who_was_first(cast: Cast, case: Person, ash: Staff) -> None:
    share(cast, case, ash)
    with pytest.raises(RefusedError, match="Hollis Delivery made Ash Band co-working POM at 10:00am") as refused:
        share(cast, case, ash, "support", at=LATER)
    assert refused.value.field == "staff"


def test_no_part_for_the_primary_pom_or_without_one(cast: Cast, case: Person, ash: Staff) -> None:
    with pytest.raises(RefusedError, match="Pat Offender is the primary POM"):
        share(cast, case, cast.of(Role.POM))
    with pytest.raises(RefusedError, match="allocate one first"):
        share(cast, cast.person(), ash)


def test_ending_keeps_who_and_why_and_tells_both(cast: Cast, case: Person, ash: Staff) -> None:
    row = share(cast, case, ash)
    ended = end_share(allocation=row, reason="Handed back", by=cast.of(Role.HOMD), at=LATER)
    assert (ended.ended_at, ended.ended_because) == (LATER, "Handed back")
    assert Message.objects.filter(title__contains="no longer").count() == 2
    with pytest.raises(RefusedError, match="Hollis Delivery ended this at"):
        end_share(allocation=row, reason="Again", by=cast.of(Role.HOMD), at=LATER)


def test_a_part_ends_with_the_stay(cast: Cast, case: Person, ash: Staff) -> None:
    row = share(cast, case, ash)
    Person.objects.filter(pk=case.pk).update(prison=cast.elsewhere, wing=None)
    reconcile([case.pk], window_of(TODAY, LATER))
    row.refresh_from_db()
    assert (row.ended_at, row.ended_because) == (LATER, "Transferred")


def test_who_becomes_the_primary_pom_co_works_no_more(cast: Cast, case: Person, ash: Staff) -> None:
    row = share(cast, case, ash)
    primary = case.pom_allocations.primary().open().get()
    allocate_pom(person=case, staff=ash, replaces=primary.pk, reason="Short", by=cast.of(Role.HOMD), at=LATER)
    assert PomAllocation.objects.get(pk=row.pk).ended_because == "Became the primary POM"


def post(cast: Cast, case: Person, ash: Staff, **more: str) -> Any:
    typed = {"part": "coworking", "staff": str(ash.pk), "reason": "Knows the family", **more}
    return cast.client(Role.HOMD).post(address("share", case.ref), typed)


def test_a_part_in_the_browser(cast: Cast, case: Person, ash: Staff) -> None:
    back = reverse("person", args=["LEI", case.ref])
    assert post(cast, case, ash)["Location"] == back
    homd, row = cast.client(Role.HOMD), PomAllocation.objects.get(part="coworking")
    page = homd.get(back).content.decode()
    assert "Co-working POM" in page
    assert address("end-share", case.ref, row.pk) in page
    assert "Ash Band</strong> also works on your case" in homd.get(address("notice", case.ref)).content.decode()
    homd.post(address("end-share", case.ref, row.pk), {"reason": "Done"})
    row.refresh_from_db()
    assert row.ended_because == "Done"


def test_of_two_homds_the_second_sees_who_was_first_and_keeps_what_was_typed(
    cast: Cast, case: Person, ash: Staff
) -> None:
    first = signed_in(PostingFactory(role=Role.HOMD, prison=cast.prison, staff__forename="Flo").staff)
    url, typed = address("share", case.ref), {"staff": str(ash.pk), "reason": "Language", "part": "support"}
    assert b"Ash Band" in cast.client(Role.HOMD).get(url).content
    first.post(url, typed)
    page = post(cast, case, ash, note="Typed before").content.decode()
    assert "Flo " in page
    assert "made Ash Band case management support at 10:00am on 18 November 2026 already" in page
    assert "Typed before" in page
    assert PomAllocation.objects.filter(staff=ash).count() == 1


@pytest.mark.parametrize("role", [Role.POM, Role.HOMS, Role.CASE_ADMINISTRATOR, Role.GOVERNOR])
def test_only_the_homd_gives_parts(cast: Cast, case: Person, role: Role) -> None:
    assert cast.client(role).get(address("share", case.ref)).status_code == 403
    assert cast.stranger.get(address("share", case.ref)).status_code == 404


def test_a_primary_allocation_is_no_part_to_end(cast: Cast, case: Person) -> None:
    row = case.pom_allocations.get()
    assert cast.client(Role.HOMD).get(address("end-share", case.ref, row.pk)).status_code == 404


def test_what_a_leaver_does_beside_other_poms_is_listed_and_ended_together(
    cast: Cast, case: Person, ash: Staff
) -> None:
    second = PomAllocationFactory(person=cast.person(), staff=cast.of(Role.POM)).person
    for person in (case, second):
        share(cast, person, ash)
    client = cast.client(Role.HOMD)
    assert "of POMs who are not there" not in client.get(address("dashboard")).content.decode()
    ash.postings.update(ends_on=TODAY)
    number = client.get(address("dashboard")).context["attention"][0]
    assert (number.count, client.get(number.url).context["list"].count) == (2, 2)
    assert case.prison_number in client.get(address("reallocate", ash.pk)).content.decode()
    url = address("end-shares", ash.pk)
    assert case.prison_number in client.get(url).content.decode()
    before = Message.objects.count()
    assert client.post(url, {"reason": "Has left"}).status_code == 302
    rows = PomAllocation.objects.filter(staff=ash)
    assert {(row.ended_because, row.ended_by) for row in rows} == {("Has left", cast.of(Role.HOMD))}
    assert Message.objects.count() == before + 2, "one email to each side"
    assert "no part beside another POM" in client.get(url).content.decode()
    assert (cast.client(Role.HOMS).get(url).status_code, cast.stranger.get(url).status_code) == (403, 404)
