"""Two prison numbers that are one person: two people decide, the number that goes is held nowhere and stays gone."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keywork.models import DoNotPair, PriorityDecision
from omic.merges import CannotMergeError, ask_merge, decide_merge
from omic.models import AuditEvent, Contact, ExpectedArrival, Obligation, Person, PersonMerge, Role, Stay
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    KeyWorkerAllocationFactory,
    PersonFactory,
    PomAllocationFactory,
    SentenceFactory,
    days,
)
from tests.omic.roll_files import counts, left, reasons, record, take_in, take_in_details

pytestmark = pytest.mark.django_db
KEPT, GONE = "A1111AA", "A2222BB"
WHY = "The same fingerprints"


@pytest.fixture
def kept(cast: Cast) -> Person:
    return cast.person(surname="Marlowe", prison_number=KEPT)


@pytest.fixture
def gone(cast: Cast) -> Person:
    """Held, with a POM, a key worker, a session behind him and all that the pipeline opens."""
    person = SentenceFactory(person=cast.person(surname="Marlow", prison_number=GONE)).person
    KeyWorkerAllocationFactory(person=person, staff=cast.of(Role.KEY_WORKER))
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    ContactFactory(person=person, at=NOW - timedelta(days=9))
    reconcile([person.pk], window_of(TODAY, NOW))
    return person


def asked(cast: Cast, kept: Person, number: str = GONE) -> PersonMerge:
    return ask_merge(kept=kept, prison_number=number, because=WHY, by=cast.of(Role.HOMS), at=NOW)


def merged(cast: Cast, kept: Person, *, confirmed: bool = True) -> PersonMerge:
    row = asked(cast, kept)
    decide_merge(merge=row.pk, confirmed=confirmed, decision="", by=cast.of(Role.CASE_ADMINISTRATOR), at=NOW)
    return row


def test_nothing_moves_until_a_second_person_confirms(cast: Cast, kept: Person, gone: Person) -> None:
    row = asked(cast, kept)
    with pytest.raises(CannotMergeError, match="You asked for this yourself"):
        decide_merge(merge=row.pk, confirmed=True, decision="", by=cast.of(Role.HOMS), at=NOW)
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        PersonMerge.objects.update(confirmed=True, decided_by=cast.of(Role.HOMS), decided_at=NOW)
    decide_merge(merge=row.pk, confirmed=False, decision="No", by=cast.of(Role.CASE_ADMINISTRATOR), at=NOW)
    gone.refresh_from_db()
    assert (gone.prison, gone.pom) == (cast.prison, cast.of(Role.POM))
    assert asked(cast, kept).pk, "what was refused can be asked again"


def test_everything_open_under_the_number_ends_and_what_is_closed_stays(cast: Cast, kept: Person, gone: Person) -> None:
    ExpectedArrival.objects.create(
        person=gone, prison=cast.elsewhere, expected_on=days(9), recorded_by=cast.of(Role.HOMD), recorded_at=NOW
    )
    row = merged(cast, kept)
    gone.refresh_from_db()
    assert (gone.prison, gone.wing, gone.arrived_on, gone.presence) == (None, None, None, "out")
    assert (gone.pom, gone.key_worker) == (None, None)
    assert Stay.objects.values_list("left_on", "ended_because").get(person=gone) == (TODAY, "merge")
    assert gone.key_worker_allocations.values_list("ended_at", "ended_kind").get() == (NOW, "merged")
    assert gone.pom_allocations.values_list("ended_at", "ended_because").get() == (NOW, "Merged")
    assert not gone.expected_arrivals.filter(closed_at=None).exists()
    assert not gone.obligations.demanding().exists()
    assert Contact.objects.get().person == gone
    event = AuditEvent.objects.get(action="decide_merge")
    assert (event.person, event.detail) == (kept, {"merge": row.pk, "gone": GONE, "confirmed": True})


def test_the_number_that_stays_keeps_its_own_and_the_night_finds_no_drift(
    cast: Cast, kept: Person, gone: Person
) -> None:
    KeyWorkerAllocationFactory(person=kept, staff=cast.of(Role.KEY_WORKER))
    reconcile([kept.pk], window_of(TODAY, NOW))
    before = list(Obligation.objects.filter(person=kept).order_by("pk").values())
    merged(cast, kept)
    kept.refresh_from_db()
    assert (kept.prison, kept.key_worker) == (cast.prison, cast.of(Role.KEY_WORKER))
    assert list(Obligation.objects.filter(person=kept).order_by("pk").values()) == before
    assert not any(reconcile([kept.pk, gone.pk], window_of(TODAY, NOW)).values())


def test_what_cannot_be_merged(cast: Cast, kept: Person, gone: Person) -> None:
    PersonFactory(prison=cast.elsewhere, prison_number="A3333CC")
    third = cast.person(prison_number="A4444DD")

    def refused(into: Person, number: str, words: str) -> None:
        with pytest.raises(CannotMergeError, match=words):
            asked(cast, into, number)

    refused(kept, "A9999ZZ", "No person with this prison number")
    refused(kept, KEPT, "the same number")
    refused(kept, "A3333CC", "held in another prison")
    row = asked(cast, kept)
    refused(third, GONE, "decide that first")
    decide_merge(merge=row.pk, confirmed=True, decision="", by=cast.of(Role.CASE_ADMINISTRATOR), at=NOW)
    refused(third, GONE, f"has been merged into {KEPT} already")
    refused(gone, "A4444DD", "not held here any more")
    refused(third, KEPT, f"{GONE} was merged into {KEPT}")


def test_what_has_become_impossible_is_not_confirmed(cast: Cast, kept: Person, gone: Person) -> None:
    row = asked(cast, kept)
    Person.objects.filter(pk=kept.pk).update(prison=None, wing=None, arrived_on=None)
    with pytest.raises(CannotMergeError, match="not held here any more"):
        decide_merge(merge=row.pk, confirmed=True, decision="", by=cast.of(Role.CASE_ADMINISTRATOR), at=NOW)
    assert PersonMerge.objects.get().confirmed is None


@pytest.mark.parametrize(("state", "whole"), [(record, False), (record, True), (left, False)])
def test_no_roll_brings_the_number_back(
    cast: Cast, kept: Person, gone: Person, tmp_path: Path, state: Any, whole: bool
) -> None:
    rows, scope = [record(KEPT), state(GONE)], {"prison": cast.prison if whole else None}
    take_in(tmp_path, [record(KEPT), record(GONE)])
    merged(cast, kept)
    taken = take_in(tmp_path, rows, **scope)
    assert counts(taken) == (0, 0, 1, 0, 1)
    assert reasons(taken) == [f"prisonerNumber was merged into {KEPT}: this person is known by that number now"]
    gone.refresh_from_db()
    assert (gone.prison, gone.presence) == (None, "out")
    assert not Stay.objects.filter(person=gone, left_on=None).exists()


def test_no_details_come_in_under_it_nor_is_it_expected(cast: Cast, kept: Person, gone: Person, tmp_path: Path) -> None:
    merged(cast, kept)
    row = {"prisonNumber": GONE, "source": "OASys", "as_at": TODAY.isoformat(), "rosh": "high"}
    assert reasons(take_in_details(tmp_path, [row])) == [
        f"prisonNumber was merged into {KEPT}: this person is known by that number now"
    ]
    typed = {"prison_number": GONE, "expected_on": days(9).isoformat(), "pom": "", "key_worker": ""}
    page = cast.client(Role.HOMD).post(reverse("new-expected-arrival", args=["LEI"]), typed)
    assert page.context["form"].errors["prison_number"] == [f"This number was merged into {KEPT}"]


def test_the_person_page_and_search_know_the_old_number(cast: Cast, kept: Person, gone: Person) -> None:
    merged(cast, kept)
    page, address = reverse("person", args=["LEI", kept.ref]), reverse("merge", args=["LEI", kept.ref])
    shown = {role: cast.client(role).get(page).text for role in (Role.HOMS, Role.HOMD)}
    assert all(f"Also known as {GONE}" in text for text in shown.values())
    assert [address in text for text in shown.values()] == [True, False]
    found = cast.client(Role.HOMD).post(reverse("search", args=["LEI"]), {"q": GONE.lower()})
    assert found.context["results"][1][1] == [kept]


def test_asking_and_deciding_on_the_pages(cast: Cast, kept: Person, gone: Person) -> None:
    address, homs = reverse("merge", args=["LEI", kept.ref]), cast.client(Role.HOMS)
    assert homs.post(address, {"prison_number": "a2222bb ", "because": ""}).status_code == 200
    assert homs.post(address, {"prison_number": "a2222bb ", "because": WHY}).status_code == 302
    decide = reverse("merge-decide", args=["LEI", gone.ref, PersonMerge.objects.get().pk])
    assert "You asked for this yourself" in homs.get(address).text
    assert "You asked for this yourself" in homs.post(decide, {"confirmed": "yes"}).text
    second = cast.client(Role.CASE_ADMINISTRATOR)
    assert all(number in second.get(decide).text for number in (KEPT, GONE))
    answer = second.post(decide, {"confirmed": "yes"}, follow=True)
    assert answer.redirect_chain == [(address, 302)]
    assert f"{GONE} is merged into {KEPT}." in answer.text


def test_as_many_queries_for_ten_requests_as_for_one(cast: Cast, kept: Person, gone: Person) -> None:
    row, client, address = asked(cast, kept), cast.client(Role.HOMS), reverse("merge", args=["LEI", kept.ref])
    with CaptureQueriesContext(connection) as once:
        client.get(address)
    facts = {"kept": kept, "prison": cast.prison, "because": WHY, "asked_by": row.asked_by, "asked_at": NOW}
    PersonMerge.objects.bulk_create(PersonMerge(gone=cast.person(), **facts) for _ in range(9))
    with CaptureQueriesContext(connection) as ten:
        client.get(address)
    assert len(ten) == len(once)


def test_what_waits_is_on_a_list_and_counted_for_whoever_can_decide(cast: Cast, kept: Person, gone: Person) -> None:
    asked(cast, kept)
    homs, second = (cast.client(role) for role in (Role.HOMS, Role.CASE_ADMINISTRATOR))
    home, address = reverse("home", args=["LEI"]), reverse("merges", args=["LEI"])
    words = "to confirm: two numbers, one person"
    assert [words in client.get(home).text for client in (homs, second)] == [False, True]
    page = second.get(address)
    assert page.context["list"].count == 1
    assert reverse("merge-decide", args=["LEI", kept.ref, PersonMerge.objects.get().pk]) in page.text
    others = (cast.client(Role.HOMD), cast.stranger, Client())
    assert [client.get(address).status_code for client in others] == [403, 404, 302]


def test_who_is_not_to_be_paired_and_standing_priorities_go_over(cast: Cast, kept: Person, gone: Person) -> None:
    kay, by = cast.of(Role.KEY_WORKER), {"recorded_by": cast.of(Role.HOMD), "recorded_at": NOW}
    for person in (kept, gone):
        facts = {"person": person, "prison": cast.prison, "kind": "conflict", "because": "Cousins", **by}
        DoNotPair.objects.create(staff=kay, **facts)
    DoNotPair.objects.create(staff=cast.of(Role.POM), **facts)
    decided = {"prison": cast.prison, "because": "Shields", "decided_by": cast.of(Role.GOVERNOR), "decided_at": NOW}
    for person, group, starts, ends in (
        (gone, "shielding", -9, None), (gone, "local", -9, 0), (gone, "tact", -9, None), (kept, "tact", -3, None),
    ):  # fmt: skip
        ends_on = None if ends is None else days(ends)
        PriorityDecision.objects.create(
            person=person, group=group, included=True, starts_on=days(starts), ends_on=ends_on, **decided
        )
    merged(cast, kept)
    pairs = DoNotPair.objects.filter(lifted_at=None).order_by("pk")
    assert [(pair.person, pair.staff) for pair in pairs] == [(kept, kay), (kept, cast.of(Role.POM))]
    standing = PriorityDecision.objects.standing().order_by("group").values_list("person", "group", "starts_on")
    assert list(standing) == [
        (gone.pk, "local", days(-9)), (kept.pk, "shielding", TODAY), (kept.pk, "tact", days(-3)),
    ]  # fmt: skip
    kept.refresh_from_db()
    week = kept.obligations.filter(kind="key_work_session").exclude(state="void").order_by("due_on").first()
    assert "shielding" in week.priority_groups
