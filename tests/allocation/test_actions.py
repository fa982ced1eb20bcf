"""Allocating, changing and ending a POM: one holder, the loser told who won, the pointer true, the duty met."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from allocation.actions import RefusedError, allocate_pom, end_pom_allocation
from allocation.models import PomAllocation
from omic.models import AuditEvent, Message, Obligation, ObligationKind, Person, Role, Staff
from omic.reconcile import reconcile, window_of
from tests.allocation.cases import determine, profile
from tests.cast import Cast
from tests.factories import NOW, TODAY, PomAllocationFactory, PostingFactory, StaffFactory, days

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


def give(cast: Cast, person: Person, staff: Staff, **more: object) -> PomAllocation:
    more = {"replaces": None, "by": cast.of(Role.HOMD), "at": NOW, **more}
    return allocate_pom(person=person, staff=staff, **more)


def another_pom(cast: Cast) -> Staff:
    return PostingFactory(role=Role.POM, prison=cast.prison).staff


def test_allocating_opens_a_row_and_sets_the_pointer(cast: Cast) -> None:
    person, pom = cast.person(), cast.of(Role.POM)
    allocation = give(cast, person, pom, note="Knows the family")
    person.refresh_from_db()
    assert person.pom == pom
    assert (allocation.started_at, allocation.started_by, allocation.ended_at) == (NOW, cast.of(Role.HOMD), None)
    event = AuditEvent.objects.get(action="allocate_pom")
    assert (event.person, event.prison, event.detail["staff_id"]) == (person, cast.prison, pom.pk)
    assert "note" not in event.detail


def test_allocating_meets_the_duty(cast: Cast) -> None:
    person = cast.person()
    reconcile([person.pk], window_of(TODAY, NOW))
    give(cast, person, cast.of(Role.POM))
    duty = Obligation.objects.get(kind=ObligationKind.ALLOCATE_POM)
    assert (duty.state, duty.met_at, duty.closed_by) == ("met", NOW, cast.of(Role.HOMD))


def test_changing_the_pom_ends_the_old_row_and_opens_the_new(cast: Cast) -> None:
    person, second = cast.person(), another_pom(cast)
    first = give(cast, person, cast.of(Role.POM))
    new = give(cast, person, second, replaces=first.pk, at=LATER)
    first.refresh_from_db()
    assert (first.ended_at, first.ended_by, new.started_at) == (LATER, cast.of(Role.HOMD), LATER)
    assert Person.objects.get(pk=person.pk).pom == second
    assert PomAllocation.objects.open().count() == 1


def test_a_page_opened_before_the_present_allocation_cannot_end_it_before_it_began(cast: Cast) -> None:
    person = cast.person()
    first = give(cast, person, cast.of(Role.POM), at=LATER)
    new = give(cast, person, another_pom(cast), replaces=first.pk, at=NOW)
    assert new.started_at == LATER


def test_the_second_to_decide_is_told_who_was_first(cast: Cast) -> None:
    person, second = cast.person(), another_pom(cast)
    give(cast, person, cast.of(Role.POM))
    with pytest.raises(RefusedError, match="Hollis Delivery allocated Pat Offender at 10:00am on 18 November 2026"):
        give(cast, person, second)
    assert Person.objects.get(pk=person.pk).pom == cast.of(Role.POM)


def test_an_allocation_ended_meanwhile_is_told(cast: Cast) -> None:
    person = cast.person()
    first = give(cast, person, cast.of(Role.POM))
    end_pom_allocation(person=person, replaces=first.pk, reason="Left", by=cast.of(Role.HOMD), at=LATER)
    with pytest.raises(RefusedError, match="has been ended"):
        give(cast, person, another_pom(cast), replaces=first.pk, at=LATER)


@pytest.mark.parametrize("role", [Role.KEY_WORKER, Role.HOMD])
def test_only_who_is_posted_here_as_a_pom(cast: Cast, role: Role) -> None:
    with pytest.raises(RefusedError, match="holds no POM posting") as refused:
        give(cast, cast.person(), cast.of(role))
    assert refused.value.field == "staff"


@pytest.mark.parametrize(
    "posting", [{"ends_on": TODAY}, {"starts_on": days(1)}], ids=["ended today", "starts tomorrow"]
)
def test_a_posting_counts_on_its_own_days_only(cast: Cast, posting: dict[str, object]) -> None:
    staff = PostingFactory(role=Role.POM, prison=cast.prison, **posting).staff
    with pytest.raises(RefusedError):
        give(cast, cast.person(), staff)


def test_a_pom_of_another_prison_is_refused(cast: Cast) -> None:
    with pytest.raises(RefusedError):
        give(cast, cast.person(), PostingFactory(role=Role.POM, prison=cast.elsewhere).staff)


def test_somebody_who_left_meanwhile_is_refused(cast: Cast) -> None:
    person = cast.person()
    Person.objects.filter(pk=person.pk).update(prison=cast.elsewhere, wing=None)
    with pytest.raises(RefusedError, match="has left"):
        give(cast, person, cast.of(Role.POM))


def test_another_type_than_recommended_needs_a_reason(cast: Cast) -> None:
    person, pom = cast.person(), cast.of(Role.POM)
    determine(person, tier="B")
    profile(pom, cast.prison, "prison")
    with pytest.raises(RefusedError, match="Say why") as refused:
        give(cast, person, pom)
    assert refused.value.field == "reason"
    assert not PomAllocation.objects.exists()
    allocation = give(cast, person, pom, reason="No probation POM has room")
    assert (allocation.pom_type, allocation.recommended_type) == ("prison", "probation")
    assert AuditEvent.objects.get(action="allocate_pom").detail["override"] is True


def test_without_a_recommendation_a_reason_is_needed_too(cast: Cast) -> None:
    person, pom = cast.person(), cast.of(Role.POM)
    profile(pom, cast.prison, "prison")
    with pytest.raises(RefusedError, match="No type can be recommended"):
        give(cast, person, pom)


@pytest.mark.parametrize("recorded", ["probation", None], ids=["as recommended", "type unknown"])
def test_no_reason_is_asked_for_otherwise(cast: Cast, recorded: str | None) -> None:
    person, pom = cast.person(), cast.of(Role.POM)
    determine(person, tier="B")
    if recorded:
        profile(pom, cast.prison, recorded)
    assert give(cast, person, pom).recommended_type == "probation"


def test_the_database_refuses_an_override_without_reason(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PomAllocationFactory(person=cast.person(), pom_type="prison", recommended_type="probation", started_because="")


def test_the_database_refuses_two_primary_poms(cast: Cast) -> None:
    person = cast.person()
    PomAllocationFactory(person=person)
    with pytest.raises(IntegrityError), transaction.atomic():
        PomAllocationFactory(person=person)


def test_both_poms_are_told_without_names(cast: Cast) -> None:
    person, second = cast.person(), another_pom(cast)
    first = give(cast, person, cast.of(Role.POM))
    give(cast, person, second, replaces=first.pk, at=LATER)
    mails = Message.objects.order_by("pk")
    told = [cast.of(Role.POM).email, second.email, cast.of(Role.POM).email]
    assert [mail.recipient for mail in mails] == told
    for mail in mails:
        assert str(person.ref) in mail.body
        assert person.surname not in mail.title + mail.body
        assert person.prison_number not in mail.title + mail.body


def test_back_and_forth_on_one_day_is_told_each_time(cast: Cast) -> None:
    person, second = cast.person(), another_pom(cast)
    first = give(cast, person, cast.of(Role.POM))
    middle = give(cast, person, second, replaces=first.pk)
    give(cast, person, cast.of(Role.POM), replaces=middle.pk)
    assert Message.objects.count() == 5


def test_a_pom_without_an_address_gets_no_mail(cast: Cast) -> None:
    staff = PostingFactory(role=Role.POM, prison=cast.prison, staff=StaffFactory(email="")).staff
    give(cast, cast.person(), staff)
    assert not Message.objects.exists()


def test_ending_opens_the_duty_again(cast: Cast) -> None:
    person = cast.person()
    allocation = give(cast, person, cast.of(Role.POM))
    end_pom_allocation(person=person, replaces=allocation.pk, reason="Long leave", by=cast.of(Role.HOMD), at=LATER)
    allocation.refresh_from_db()
    assert (allocation.ended_at, allocation.ended_because) == (LATER, "Long leave")
    assert Person.objects.get(pk=person.pk).pom is None
    assert Obligation.objects.demanding().get(kind=ObligationKind.ALLOCATE_POM).opens_on == TODAY


def test_a_failure_later_in_the_transaction_leaves_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allocation.mails.queue_message", lambda **mail: 1 / 0)
    person = cast.person()
    with pytest.raises(ZeroDivisionError):
        give(cast, person, cast.of(Role.POM))
    assert not PomAllocation.objects.exists()
    assert Person.objects.get(pk=person.pk).pom is None
