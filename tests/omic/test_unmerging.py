"""A merge that was a mistake: two people decide again, and each number has its own as before (H18)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from keywork.models import DoNotPair, PriorityDecision
from omic.merges import CannotMergeError, ask_merge, ask_undo, carried_over, decide_merge, decide_undo, merged_in
from omic.models import AuditEvent, MergeUndo, Obligation, Person, PersonMerge, Prison, Role, Stay
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, ContactFactory, ObligationFactory, SentenceFactory, days
from tests.omic.roll_files import counts, record, take_in

pytestmark = pytest.mark.django_db
KEPT, GONE = "A1111AA", "A2222BB"
LATER = NOW + timedelta(hours=1)
WHY = "Two birth certificates"


@pytest.fixture
def kept(cast: Cast) -> Person:
    return cast.person(surname="Marlowe", prison_number=KEPT)


@pytest.fixture
def gone(cast: Cast) -> Person:
    """Held, with a conflict, a priority decision and a session with unread risk information."""
    person = SentenceFactory(person=cast.person(surname="Marlow", prison_number=GONE)).person
    DoNotPair.objects.create(
        person=person, prison=cast.prison, staff=cast.of(Role.KEY_WORKER), kind="conflict", because="Cousins",
        recorded_by=cast.of(Role.HOMD), recorded_at=NOW - timedelta(days=3),
    )  # fmt: skip
    PriorityDecision.objects.create(
        person=person, prison=cast.prison, group="shielding", included=True, because="Shields", starts_on=days(-9),
        decided_by=cast.of(Role.GOVERNOR), decided_at=NOW - timedelta(days=9),
    )  # fmt: skip
    contact = ContactFactory(person=person, at=NOW - timedelta(days=9))
    ObligationFactory(
        person=person, kind="risk_to_read", slot=str(contact.pk), owner_role="homd", due_on=None, due_before=None,
        met_by="", note="Knives", opens_on=days(-9),
    )  # fmt: skip
    reconcile([person.pk], window_of(TODAY, NOW))
    return person


@pytest.fixture
def merge(cast: Cast, kept: Person, gone: Person) -> PersonMerge:
    asked = ask_merge(kept=kept, prison_number=GONE, because="Alike", by=cast.of(Role.HOMS), at=NOW)
    decide_merge(merge=asked.pk, confirmed=True, decision="", by=cast.of(Role.CASE_ADMINISTRATOR), at=NOW)
    return PersonMerge.objects.get()


def asked(cast: Cast, merge: PersonMerge) -> MergeUndo:
    return ask_undo(merge=merge.pk, prison=cast.prison, because=WHY, by=cast.of(Role.HOMS), at=LATER)


def undone(cast: Cast, merge: PersonMerge, *, confirmed: bool = True) -> MergeUndo:
    undo = asked(cast, merge)
    second = cast.of(Role.CASE_ADMINISTRATOR)
    decide_undo(undo=undo.pk, confirmed=confirmed, decision="", by=second, at=LATER)
    return undo


def test_nothing_moves_until_a_second_person_confirms(cast: Cast, merge: PersonMerge) -> None:
    undo = asked(cast, merge)
    with pytest.raises(CannotMergeError, match="You asked for this yourself"):
        decide_undo(undo=undo.pk, confirmed=True, decision="", by=cast.of(Role.HOMS), at=LATER)
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        MergeUndo.objects.update(confirmed=True, decided_by=cast.of(Role.HOMS), decided_at=LATER)
    with pytest.raises(CannotMergeError, match="decide that first"):
        asked(cast, merge)
    decide_undo(undo=undo.pk, confirmed=False, decision="", by=cast.of(Role.CASE_ADMINISTRATOR), at=LATER)
    assert PersonMerge.objects.standing().exists()
    assert asked(cast, merge).pk, "what was refused can be asked again"


def test_it_cannot_be_undone_twice(cast: Cast, merge: PersonMerge) -> None:
    undo = undone(cast, merge)
    with pytest.raises(CannotMergeError, match="decided this already"):
        decide_undo(undo=undo.pk, confirmed=True, decision="", by=cast.of(Role.CASE_ADMINISTRATOR), at=LATER)
    with pytest.raises(CannotMergeError, match="This was undone"):
        asked(cast, merge)


def rows(person: Person) -> tuple[Any, ...]:
    """What stands about somebody, without the keys."""
    pairs = person.not_to_be_paired.filter(lifted_at=None).values_list("staff", "kind", "because", "recorded_at")
    decided = person.priority_decisions.standing().values_list("group", "because", "decided_by", "decided_at")
    return list(pairs), list(decided)


def test_merging_and_undoing_leaves_each_number_with_its_own(cast: Cast, kept: Person, gone: Person) -> None:
    PriorityDecision.objects.create(
        person=kept, prison=cast.prison, group="tact", included=True, because="Own", starts_on=days(-3),
        decided_by=cast.of(Role.GOVERNOR), decided_at=NOW,
    )  # fmt: skip
    before = [rows(person) for person in (kept, gone)]
    row = ask_merge(kept=kept, prison_number=GONE, because="Alike", by=cast.of(Role.HOMS), at=NOW)
    decide_merge(merge=row.pk, confirmed=True, decision="", by=cast.of(Role.CASE_ADMINISTRATOR), at=NOW)
    assert [rows(person) for person in (kept, gone)] != before
    undone(cast, row)
    assert [rows(person) for person in (kept, gone)] == before
    assert DoNotPair.objects.filter(lifted_because=f"Taken back: {GONE} is somebody else").count() == 1


def test_unread_risk_stays_to_be_read_and_says_whom_it_is_about(cast: Cast, merge: PersonMerge) -> None:
    undone(cast, merge)
    duty = Obligation.objects.demanding().get(kind="risk_to_read")
    assert (duty.person, duty.prison) == (merge.kept, cast.prison)
    assert duty.note == "About Marlow, Sam (A2222BB), who is somebody else. Knives"


def test_risk_that_has_been_read_goes_back_under_its_number(cast: Cast, merge: PersonMerge) -> None:
    Obligation.objects.filter(kind="risk_to_read").update(state="met", met_at=NOW, closed_at=NOW)
    undone(cast, merge)
    assert Obligation.objects.get(kind="risk_to_read").person == merge.gone


def test_the_number_is_held_nowhere_until_a_roll_names_it(
    cast: Cast, kept: Person, gone: Person, tmp_path: Path
) -> None:
    both = [record(KEPT), record(GONE)]
    take_in(tmp_path, both)
    row = ask_merge(kept=kept, prison_number=GONE, because="Alike", by=cast.of(Role.HOMS), at=NOW)
    decide_merge(merge=row.pk, confirmed=True, decision="", by=cast.of(Role.CASE_ADMINISTRATOR), at=NOW)
    undone(cast, row)
    gone.refresh_from_db()
    assert (gone.prison, gone.key_worker, gone.pom) == (None, None, None)
    assert counts(take_in(tmp_path, both))[-1] == 0, "no row is set aside"
    gone.refresh_from_db()
    assert (gone.prison, gone.presence) == (cast.prison, "in")
    assert Stay.objects.filter(person=gone, left_on=None).count() == 1
    assert gone.obligations.demanding().filter(kind="allocate_key_worker").exists()


def test_both_are_said_in_the_audit_and_can_be_merged_again(cast: Cast, merge: PersonMerge) -> None:
    undo = undone(cast, merge)
    event = AuditEvent.objects.get(action="decide_undo_merge")
    assert (event.person, event.prison) == (merge.kept, cast.prison)
    assert event.detail == {"merge": merge.pk, "gone": GONE, "undo": undo.pk, "confirmed": True}
    again = ask_merge(kept=merge.kept, prison_number=GONE, because="After all", by=cast.of(Role.HOMS), at=LATER)
    assert again.pk != merge.pk


def test_the_prison_that_holds_the_number_now_undoes_it(cast: Cast, merge: PersonMerge) -> None:
    def found() -> list[bool]:
        return [merged_in(prison).exists() for prison in (cast.prison, cast.elsewhere)]

    assert found() == [True, False]
    Person.objects.filter(pk=merge.kept_id).update(prison=cast.elsewhere, wing=None)
    assert found() == [False, True]
    Person.objects.filter(pk=merge.kept_id).update(prison=None, pom=None, key_worker=None)
    assert found() == [True, False], "whom nobody holds is for those who merged the numbers"
    assert Prison.objects.count() > 2


def test_the_page_lists_what_was_carried_over(cast: Cast, merge: PersonMerge) -> None:
    words = carried_over(merge)
    assert [any(part in line for line in words) for part in ("unread risk", "Cousins", "Shields")] == [True] * 3
    page = cast.client(Role.HOMS).get(reverse("merge-undo", args=["LEI", merge.pk])).text
    assert "Cousins" in page and "held nowhere until a roll names it" in page


def test_asking_and_deciding_on_the_pages(cast: Cast, merge: PersonMerge) -> None:
    homs, second = cast.client(Role.HOMS), cast.client(Role.CASE_ADMINISTRATOR)
    address, listed = reverse("merge-undo", args=["LEI", merge.pk]), reverse("merged-numbers", args=["LEI"])
    assert homs.post(address, {"because": ""}).status_code == 200
    assert homs.post(address, {"because": WHY}).status_code == 302
    decide = reverse("merge-undo-decide", args=["LEI", merge.pk])
    assert decide in second.get(listed).text and decide in homs.get(reverse("merge", args=["LEI", merge.kept.ref])).text
    assert "to confirm: undo a merge" in second.get(reverse("home", args=["LEI"])).text
    assert "You asked for this yourself" in homs.post(decide, {"confirmed": "yes"}).text
    answer = second.post(decide, {"confirmed": "yes"}, follow=True)
    assert f"{GONE} and {KEPT} are two people again." in answer.text
    others = (cast.client(Role.HOMD), cast.stranger, Client())
    assert [client.get(listed).status_code for client in others] == [403, 404, 302]


def test_the_address_of_a_merged_number_leads_to_the_other_as_long_as_it_is_merged(
    cast: Cast, merge: PersonMerge
) -> None:
    client, old, new = (
        cast.client(Role.HOMD),
        *(reverse("person", args=["LEI", person.ref]) for person in (merge.gone, merge.kept)),
    )
    assert client.get(old).url == new
    assert cast.stranger.get(old).status_code == 404
    undone(cast, merge)
    assert client.get(old).status_code == 404
    Person.objects.filter(pk=merge.gone_id).update(prison=cast.prison, arrived_on=TODAY)
    assert [client.get(address).status_code for address in (old, new)] == [200, 200]


def test_case_history_tells_what_is_under_the_merged_number_and_which(cast: Cast, merge: PersonMerge) -> None:
    client, address = cast.client(Role.HOMD), reverse("case-history", args=["LEI", merge.kept.ref])
    text = client.get(address).text
    assert ", as A2222BB</h2>" in text and "Key work session" in text
    assert f"{GONE} merged into {KEPT}" in text
    undone(cast, merge)
    text = client.get(address).text
    assert "as A2222BB" not in text and "Key work session" not in text
    assert f"Undone: {GONE} merged into {KEPT}" in text
