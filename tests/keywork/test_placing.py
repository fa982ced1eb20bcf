"""Key workers for many with one save: the optimum suggested, each choice for itself, and what forbids a pair."""

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keywork.actions import RefusedError, allocate_key_worker
from keywork.actions.key_workers import Choice
from keywork.actions.pairs import forbid_pair, lift_pair
from keywork.actions.placing import place_people
from keywork.models import DoNotPair, KeyWorkerAllocation
from keywork.regime import locked_down
from omic.models import Message, Obligation, Person, PersonMerge, Role, Staff
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, KeyWorkerAllocationFactory, KeyWorkerFactory, PrisonFactory, WingFactory, days

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)
CHOOSE = "/prisons/LEI/key-work/allocate/choose/"


def waiting(cast: Cast, number: int = 1, **facts: object) -> list[Person]:
    people = [cast.person(**facts) for _ in range(number)]
    with transaction.atomic():
        reconcile([person.pk for person in people], window_of(TODAY, NOW))
    return people


def workers(cast: Cast, number: int) -> list[Staff]:
    return [KeyWorkerFactory(prison=cast.prison).staff for _ in range(number)]


def place(cast: Cast, *choices: Choice, at: object = NOW) -> object:
    return place_people(prison=cast.prison, choices=choices, by=cast.of(Role.KEY_WORK_MANAGER), at=at)


def forbid(cast: Cast, person: Person, staff: Staff) -> DoNotPair:
    why = {"kind": "conflict", "because": "Neighbours", "by": cast.of(Role.HOMD), "at": NOW}
    return forbid_pair(person=person, prison=cast.prison, staff=staff, **why)


def posted(page: object, *suggested: Person, **changed: object) -> dict[str, object]:
    """The page's form as it was drawn, with some of the choices changed."""
    words = page.content.decode()
    chosen = re.findall(r'name="(staff_\d+)"[^>]*>.*?</select>', words, re.DOTALL)
    rows = {}
    for name in chosen:
        drawn = re.search(rf'name="{name}".*?</select>', words, re.DOTALL)[0]
        found = re.search(r'value="(\d+)" selected', drawn)
        rows[name] = found[1] if found else ""
    return {"seen": page.context["seen"], **rows, **changed}


def test_one_save_gives_many_tells_each_key_worker_once_and_asks_to_tell_the_people(cast: Cast) -> None:
    people, (worker, other) = waiting(cast, 3), workers(cast, 2)
    given = [Choice(people[0].pk, worker.pk, None), Choice(people[1].pk, worker.pk, None)]
    placed = place(cast, *given, Choice(people[2].pk, other.pk, None))
    assert len(placed.begun) == 3
    assert placed.refused == {}
    mails = dict(Message.objects.filter(kind="key_work").values_list("recipient", "title"))
    assert mails[worker.email].endswith("you are the key worker of 2 more people")
    assert mails[other.email].endswith("you are the key worker of 1 more person")
    told = Obligation.objects.demanding().filter(kind="tell_key_worker")
    assert set(told.values_list("slot", "owner")) == {
        (f"allocation-{row.pk}", row.staff_id) for row in KeyWorkerAllocation.objects.all()
    }
    assert not Obligation.objects.demanding().filter(kind="allocate_key_worker").exists()


def test_who_loses_a_race_loses_nothing_else(cast: Cast) -> None:
    (first, second), (worker, winner) = waiting(cast, 2), workers(cast, 2)
    place(cast, Choice(first.pk, winner.pk, None))
    placed = place(cast, Choice(first.pk, worker.pk, None), Choice(second.pk, worker.pk, None), at=LATER)
    assert [row.person for row in placed.begun] == [second]
    assert f"{winner} has become the key worker (Morgan Custodial, 10am" in placed.refused[first.pk].replace(":00", "")


def test_the_last_place_goes_to_the_first_of_the_list(cast: Cast) -> None:
    people, (worker,) = waiting(cast, 2), workers(cast, 1)
    for _ in range(8):
        KeyWorkerAllocationFactory(staff=worker, person=cast.person())
    placed = place(cast, *(Choice(person.pk, worker.pk, None) for person in people))
    assert [row.person for row in placed.begun] == people[:1]
    assert "which is the ceiling" in placed.refused[people[1].pk]


def test_a_move_frees_a_place_for_the_next_choice(cast: Cast) -> None:
    (person,), (full, free) = waiting(cast), workers(cast, 2)
    held = [KeyWorkerAllocationFactory(staff=full, person=cast.person()) for _ in range(9)]
    placed = place(cast, Choice(held[0].person_id, free.pk, held[0].pk), Choice(person.pk, full.pk, None))
    assert placed.refused == {}
    held[0].refresh_from_db()
    assert held[0].ended_kind == "replaced"


def test_do_not_pair_is_hard_until_it_is_lifted(cast: Cast) -> None:
    (person,), (worker,) = waiting(cast), workers(cast, 1)
    pair = forbid(cast, person, worker)
    assert "not to be brought together" in place(cast, Choice(person.pk, worker.pk, None)).refused[person.pk]
    with pytest.raises(RefusedError, match="has recorded this"):
        forbid(cast, person, worker)
    lift_pair(pair=pair, because="Moved away", by=cast.of(Role.HOMD), at=LATER)
    assert place(cast, Choice(person.pk, worker.pk, None)).begun


def test_at_level_4_a_key_worker_keeps_to_their_wings(cast: Cast) -> None:
    (person,) = waiting(cast)
    tied = KeyWorkerFactory(prison=cast.prison)
    tied.wings.set([WingFactory(prison=cast.prison, code="B")])
    papers = dict.fromkeys(("because", "sign_off", "risk_assessment", "safe_system", "consultation"), "Outbreak")
    recorded = {"recorded_by": cast.of(Role.GOVERNOR), "recorded_at": NOW, "starts_on": days(-1)}
    level = cast.prison.regime_levels.create(level=4, **recorded, **papers)
    assert "people of B only (ED-01)" in place(cast, Choice(person.pk, tied.staff_id, None)).refused[person.pk]
    assert not locked_down(PrisonFactory.build(pk="LEI", estate="women"), on=TODAY), "ED-15"
    level.delete()
    assert place(cast, Choice(person.pk, tied.staff_id, None)).begun


def test_nobody_begins_before_the_last_one_ended(cast: Cast) -> None:
    (person,), (first, second) = waiting(cast), workers(cast, 2)
    one = {"person": person, "prison": cast.prison, "because": "", "by": first}
    begun = allocate_key_worker(staff=first, instead_of=None, at=LATER, **one)
    again = allocate_key_worker(staff=second, instead_of=begun.pk, at=NOW, **one)
    assert again.started_at == LATER


def test_a_suggestion_accepted_is_recommended_and_an_edited_one_manual(cast: Cast) -> None:
    people, (low, high) = waiting(cast, 2), workers(cast, 2)
    client = cast.client(Role.KEY_WORK_MANAGER)
    data = posted(client.get(f"{CHOOSE}?recommend=1"))
    assert {data[f"staff_{person.pk}"] for person in people} == {str(low.pk), str(high.pk)}
    assert not KeyWorkerAllocation.objects.exists()
    other = {str(low.pk): high, str(high.pk): low}[data[f"staff_{people[0].pk}"]]
    data[f"staff_{people[0].pk}"] = str(other.pk)
    assert client.post(f"{CHOOSE}?recommend=1", data).status_code == 302
    kinds = dict(KeyWorkerAllocation.objects.values_list("person", "started_kind"))
    assert kinds == {people[0].pk: "manual", people[1].pk: "recommended"}


def test_the_page_says_why_and_what_the_next_best_would_cost(cast: Cast) -> None:
    (person,), (one, other) = waiting(cast), workers(cast, 2)
    former = KeyWorkerAllocationFactory(person=person, staff=other, started_at=NOW - timedelta(days=90))
    former.ended_at, former.ended_because, former.ended_kind = NOW - timedelta(days=50), "Released", "released"
    former.save()
    Person.objects.filter(pk=person.pk).update(key_worker=None)
    words = cast.client(Role.HOMD).get(f"{CHOOSE}?recommend=1").content.decode()
    assert "Was their key worker here before" in words
    assert f"Next best: {one}, not their previous key worker" in words


def test_who_cannot_be_placed_says_why(cast: Cast) -> None:
    (person,), (worker,) = waiting(cast), workers(cast, 1)
    forbid(cast, person, worker)
    page = cast.client(Role.HOMD).get(f"{CHOOSE}?recommend=1")
    assert "Every active key worker is excluded for them." in page.content.decode()
    assert f'<option value="{worker.pk}"' not in page.content.decode()


def test_refused_choices_stay_and_the_others_are_saved(cast: Cast) -> None:
    (first, second), (worker, winner) = waiting(cast, 2), workers(cast, 2)
    client = cast.client(Role.KEY_WORK_MANAGER)
    data = posted(client.get(CHOOSE)) | {f"staff_{first.pk}": worker.pk, f"staff_{second.pk}": worker.pk}
    place(cast, Choice(first.pk, winner.pk, None))
    page = client.post(CHOOSE, data)
    assert page.status_code == 200
    assert f"{winner} has become the key worker" in page.content.decode()
    assert posted(page)[f"staff_{first.pk}"] == str(worker.pk)
    assert Person.objects.get(pk=second.pk).key_worker == worker
    assert client.post(CHOOSE, posted(page)).status_code == 302
    assert Person.objects.get(pk=first.pk).key_worker == worker


def test_the_people_of_one_who_will_not_return_move_and_nobody_else_does(cast: Cast) -> None:
    gone, stays = workers(cast, 2)
    moved = [KeyWorkerAllocationFactory(person=cast.person(), staff=gone).person for _ in range(3)]
    kept = KeyWorkerAllocationFactory(person=cast.person(), staff=stays).person
    client, url = cast.client(Role.KEY_WORK_MANAGER), f"{CHOOSE}?of={gone.pk}&recommend=1"
    page = client.get(url)
    assert f"Choose key workers instead of {gone}" in page.content.decode()
    assert client.post(url, posted(page)).status_code == 302
    assert set(Person.objects.filter(key_worker=stays)) == {*moved, kept}
    assert kept.key_worker_allocations.count() == 1


def test_what_was_not_signed_is_not_saved(cast: Cast) -> None:
    (person,), (worker,) = waiting(cast), workers(cast, 1)
    page = cast.client(Role.HOMD).post(CHOOSE, {"seen": "made up", f"staff_{person.pk}": worker.pk})
    assert "Choose a key worker for at least one person" in page.content.decode()
    assert not KeyWorkerAllocation.objects.exists()


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("query", ["", "?recommend=1"])
def test_as_many_queries_for_ten_as_for_one(cast: Cast, query: str) -> None:
    workers(cast, 2)
    client = cast.client(Role.KEY_WORK_MANAGER)
    waiting(cast)
    once = queries(client, CHOOSE + query)
    waiting(cast, 9)
    assert queries(client, CHOOSE + query) == once


PAGES = ("place", "do-not-pairs", "to-tell")


@pytest.mark.parametrize("name", PAGES)
def test_another_prison_is_not_there_and_anonymous_signs_in(cast: Cast, name: str) -> None:
    address = reverse(f"keywork:{name}", args=["LEI"])
    assert cast.stranger.get(address).status_code == 404
    assert Client().get(address).headers["Location"].startswith("/sign-in/")


def test_pairs_are_recorded_listed_and_lifted(cast: Cast) -> None:
    person, (worker,) = cast.person(), workers(cast, 1)
    KeyWorkerAllocationFactory(person=person, staff=worker)
    client, facts = cast.client(Role.KEY_WORK_MANAGER), ["LEI", person.ref]
    said = {"staff": worker.pk, "kind": "do_not_pair", "because": "Threats"}
    page = client.post(reverse("keywork:do-not-pair", args=facts), said, follow=True)
    assert "is the key worker still: choose somebody else now" in page.content.decode()
    assert "Threats" in client.get(reverse("keywork:do-not-pairs", args=["LEI"])).content.decode()
    lift = reverse("keywork:lift-do-not-pair", args=[*facts, DoNotPair.objects.get().pk])
    assert client.post(lift, {"because": "Settled"}).status_code == 302
    assert DoNotPair.objects.get().lifted_because == "Settled"


def test_the_person_is_told_from_the_notice(cast: Cast) -> None:
    (person,), kay = waiting(cast), cast.of(Role.KEY_WORKER)
    place(cast, Choice(person.pk, kay.pk, None))
    client, facts = cast.client(Role.KEY_WORKER), ["LEI", person.ref]
    assert person.name in client.get(reverse("keywork:to-tell", args=["LEI"])).content.decode()
    assert (
        "Your key worker is <strong>Kay Weaver</strong>"
        in client.get(reverse("keywork:notice", args=facts)).content.decode()
    )
    assert client.post(reverse("keywork:told", args=facts)).status_code == 302
    duty = person.obligations.get(kind="tell_key_worker")
    assert (duty.state, duty.closed_by, duty.rule) == ("met", kay, "WB-11")


def test_nobody_is_told_of_a_key_worker_who_is_it_no_more(cast: Cast) -> None:
    (person,), (first, second) = waiting(cast), workers(cast, 2)
    begun = place(cast, Choice(person.pk, first.pk, None)).begun[0]
    place(cast, Choice(person.pk, second.pk, begun.pk), at=LATER)
    states = person.obligations.filter(kind="tell_key_worker").order_by("pk").values_list("state", flat=True)
    assert list(states) == ["void", "open"]


def test_the_history_goes_across_prisons_newest_first(cast: Cast) -> None:
    person, (before, now) = cast.person(), workers(cast, 2)
    KeyWorkerAllocationFactory(
        person=person, staff=before, prison=cast.elsewhere, ended_at=NOW - timedelta(days=9),
        ended_because="Transferred", ended_kind="transferred", started_at=NOW - timedelta(days=99),
    )  # fmt: skip
    KeyWorkerAllocationFactory(person=person, staff=now, started_at=NOW - timedelta(days=8))
    page = cast.client(Role.HOMD).get(reverse("keywork:key-worker-history", args=["LEI", person.ref]))
    words = page.content.decode()
    assert words.index(f">{now}<") < words.index("Moorland")
    assert "Transferred" in words


def test_the_history_goes_on_under_a_number_that_was_merged_into_the_persons(cast: Cast) -> None:
    person, gone = cast.person(), cast.person()
    KeyWorkerAllocationFactory(person=gone, ended_at=NOW, ended_kind="transferred", ended_because="Transferred")
    merge = PersonMerge.objects.create(
        kept=person, gone=gone, prison=cast.prison, because="One man", asked_by=cast.of(Role.HOMS), asked_at=NOW
    )
    page = reverse("keywork:key-worker-history", args=["LEI", person.ref])
    assert cast.client(Role.HOMD).get(page).context["list"].count == 0
    decided = {"confirmed": True, "decided_by": cast.of(Role.HOMD), "decided_at": NOW}
    PersonMerge.objects.filter(pk=merge.pk).update(**decided)
    assert f">{gone.prison_number}<" in cast.client(Role.HOMD).get(page).content.decode()
