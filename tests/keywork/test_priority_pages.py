"""Who is in which priority group, what waits for a decision, deciding it, and that key work is not possible."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keywork.actions import RefusedError, answer_local_addition, decide_priority, mark_not_possible
from keywork.actions.priority import Choice
from keywork.models import NotPossible, PriorityDecision, PriorityGroup
from keywork.priority import found_on
from keywork.priority_lists import Ask, to_decide
from keywork.regime import mark_of
from omic.models import Person, Role
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    CaseDetailsFactory,
    ContactFactory,
    KeyWorkerAllocationFactory,
    SentenceFactory,
    StaffFactory,
    days,
)
from tests.keywork.test_regime import change

pytestmark = pytest.mark.django_db

LISTS = ("priority", "priority-to-decide", "priority-local")
READERS = {
    *(Role.KEY_WORK_MANAGER, Role.KEY_WORK_CHAMPION, Role.HOMD, Role.HOMS, Role.SAFER_CUSTODY),
    *(Role.GOVERNOR, Role.PGD, Role.NATIONAL),
}
DECIDERS = {Role.GOVERNOR, Role.KEY_WORK_MANAGER, Role.SAFER_CUSTODY}
ALLOWED = {
    **dict.fromkeys(LISTS, READERS),
    **dict.fromkeys(("person-priority", "decide-priority", "withdraw-priority"), DECIDERS),
    "answer-local": {Role.PGD},
    "not-possible": {Role.KEY_WORK_MANAGER, Role.KEY_WORKER},
    "possible-again": {Role.KEY_WORK_MANAGER, Role.KEY_WORKER},
}


def somebody(cast: Cast, *alerts: str, rosh: str | None = None, release: int | None = None, **facts: Any) -> Person:
    """A person with active alerts, a RoSH and so many days to release."""
    kind = "crd" if release is not None else ""
    person = cast.person(
        earliest_release_on=None if release is None else days(release), earliest_release_kind=kind, **facts
    )
    SentenceFactory(person=person, crd=None if release is None else days(release), sed=None)
    CaseDetailsFactory(person=person, rosh=rosh)
    for code in alerts:
        person.alerts.create(code=code, first_seen_at=NOW, last_seen_at=NOW)
    return person


def decide(person: Person, group: PriorityGroup, included: bool = True, **more: Any) -> PriorityDecision:
    seen = more.pop("instead_of", None)
    by = more.pop("by", None) or StaffFactory(username="decider")
    choice = Choice(group, included, **({"because": "The meeting said so", "starts_on": TODAY} | more))
    return decide_priority(person=person, prison=person.prison, choice=choice, instead_of=seen, by=by, at=NOW)


def groups_of(person: Person) -> tuple[str, ...]:
    found = found_on(Person.objects.filter(pk=person.pk), TODAY).get(person.pk)
    return tuple(map(str, found.value.groups)) if found else ()


@pytest.fixture
def url(cast: Cast) -> Callable[[str], str]:
    """The address of each page, about one of the key worker's people at level 4."""
    cast.prison.settings.create(kind="group", value="Yorkshire", starts_on=TODAY, recorded_at=NOW)
    person = somebody(cast, "HA1")
    KeyWorkerAllocationFactory(person=person, staff=cast.of(Role.KEY_WORKER))
    change(cast.prison, 4)
    local = decide(person, PriorityGroup.LOCAL)
    mark = mark_not_possible(person=person, prison=cast.prison, because="Ill", by=StaffFactory(), at=NOW)
    chosen: dict[str, tuple[Any, ...]] = dict.fromkeys(("answer-local", "withdraw-priority"), (local.pk,))
    chosen |= dict.fromkeys(("person-priority", "not-possible"), (person.ref,))
    chosen |= {"decide-priority": (person.ref, "acct_post_closure"), "possible-again": (person.ref, mark.pk)}
    return lambda name: reverse(f"keywork:{name}", args=["LEI", *chosen.get(name, ())])


@pytest.mark.parametrize("name", ALLOWED)
def test_the_right_roles_see_it_and_no_other(cast: Cast, url: Callable[[str], str], name: str) -> None:
    answers = {role: cast.client(role).get(url(name)).status_code for role in Role}
    assert {role for role, status in answers.items() if status == 200} == ALLOWED[name]
    assert {status for role, status in answers.items() if role not in ALLOWED[name]} == {403}


@pytest.mark.parametrize("name", ALLOWED)
def test_strangers_and_anonymous(cast: Cast, url: Callable[[str], str], name: str) -> None:
    assert cast.stranger.get(url(name)).status_code == 404
    assert Client().get(url(name))["Location"] == f"/sign-in/?next={url(name)}"


def test_an_unknown_group_or_decision_is_404(cast: Cast) -> None:
    client, person = cast.client(Role.GOVERNOR), cast.person()
    assert client.get(reverse("keywork:decide-priority", args=["LEI", person.ref, "x"])).status_code == 404
    assert client.get(reverse("keywork:withdraw-priority", args=["LEI", 999999])).status_code == 404


def test_names_only_for_who_may_see_people(cast: Cast, url: Callable[[str], str]) -> None:
    somebody(cast, "HA", surname="Secretly")
    for name in LISTS[:2]:
        page = cast.client(Role.PGD).get(url(name)).content.decode()
        assert "Secretly" not in page and "Person0" not in page
    assert "Secretly" in cast.client(Role.GOVERNOR).get(url("priority")).content.decode()


def test_in_a_group_today_by_fact_and_by_decision(cast: Cast) -> None:
    near = somebody(cast, rosh="high", release=20)
    far = somebody(cast, rosh="high", release=60)
    assert (groups_of(near), groups_of(far)) == (("high_rosh_last_4w",), ())
    decide(far, PriorityGroup.HIGH_ROSH, length=12)
    assert groups_of(far) == ("high_rosh_last_4w",)
    page = cast.client(Role.GOVERNOR).get(reverse("keywork:priority", args=["LEI"]))
    assert {row.pk for row in page.context["list"].page} == {near.pk, far.pk}
    assert "12 weeks, by Robin Officer" in page.content.decode()


@pytest.mark.parametrize(
    ("alerts", "facts", "asked"),
    [
        (("HA1",), {}, [Ask.POST_CLOSURE]),
        (("HC",), {}, [Ask.SELF_HARM]),
        (("HC", "HA1"), {}, [Ask.POST_CLOSURE]),
        (("HC", "HA1", "HA"), {}, []),
        ((), {"rosh": "very_high"}, [Ask.UNKNOWN_ROSH]),
        (("XTACT",), {}, [Ask.UNKNOWN_TACT]),
        (("XTACT",), {"release": 300}, []),
        ((), {"rosh": "high", "release": 300}, [Ask.NO_IRMM]),
        ((), {"rosh": "high", "release": -1}, [Ask.UNKNOWN_ROSH]),
        ((), {"rosh": "medium"}, []),
    ],
)
def test_what_is_asked(cast: Cast, alerts: tuple[str, ...], facts: dict[str, Any], asked: list[Ask]) -> None:
    somebody(cast, *alerts, **facts)
    rows = list(to_decide(cast.prison.people.all(), TODAY))
    assert [name for row in rows for name in Ask if getattr(row, name)] == asked


@pytest.mark.parametrize(
    ("group", "alerts", "facts", "more"),
    [
        (PriorityGroup.ACCT_POST_CLOSURE, ("HA1",), {}, {"ends_on": days(30)}),
        (PriorityGroup.ACCT_POST_CLOSURE, ("HC",), {}, {"ends_on": days(30)}),
        (PriorityGroup.HIGH_ROSH, (), {"rosh": "high"}, {}),
        (PriorityGroup.TACT, ("XTACT",), {}, {}),
    ],
)
def test_a_decision_either_way_answers_what_was_asked(
    cast: Cast, group: PriorityGroup, alerts: tuple[str, ...], facts: dict[str, Any], more: dict[str, Any]
) -> None:
    kept, not_kept = somebody(cast, *alerts, **facts), somebody(cast, *alerts, **facts)
    decide(kept, group, **more)
    decide(not_kept, group, included=False)
    assert not to_decide(cast.prison.people.all(), TODAY)
    assert (len(groups_of(kept)), groups_of(not_kept)) == (1, ())


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"group": PriorityGroup.ACCT_POST_CLOSURE}, "Enter until when"),
        ({"group": PriorityGroup.HIGH_ROSH, "length": 3}, "4 to 520 weeks"),
        ({"group": PriorityGroup.TACT, "length": 1}, "2 to 120 months"),
        ({"group": PriorityGroup.SHIELDING, "length": 3}, "A length belongs to"),
        ({"group": PriorityGroup.SHIELDING, "starts_on": days(-8)}, "must lie between"),
        ({"group": PriorityGroup.SHIELDING, "ends_on": TODAY}, "must end after"),
    ],
)
def test_what_stands_in_the_way(cast: Cast, more: dict[str, Any], words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        decide(cast.person(), more.pop("group"), **more)


def test_who_decides_on_an_old_page_is_told_and_the_next_decision_ends_the_one_before(cast: Cast) -> None:
    person = cast.person()
    first = decide(person, PriorityGroup.SHIELDING, starts_on=days(-2))
    with pytest.raises(RefusedError, match="Since you opened this page"):
        decide(person, PriorityGroup.SHIELDING, included=False)
    decide(person, PriorityGroup.SHIELDING, included=False, instead_of=first.pk)
    first.refresh_from_db()
    assert (first.ends_on, groups_of(person)) == (TODAY, ())


def test_pg_5_a_local_addition_binds_once_the_pgd_agrees(cast: Cast) -> None:
    person = cast.person()
    decision = decide(person, PriorityGroup.LOCAL)
    assert groups_of(person) == ()
    answer_local_addition(decision=decision, agreed=True, by=cast.of(Role.PGD), at=NOW)
    assert groups_of(person) == ("local",)
    with pytest.raises(RefusedError, match="answered on"):
        answer_local_addition(decision=decision, agreed=False, by=cast.of(Role.PGD), at=NOW)


def test_the_tile_of_the_pgd_opens_what_it_counts(cast: Cast, url: Callable[[str], str]) -> None:
    answered, client = decide(cast.person(), PriorityGroup.LOCAL), cast.client(Role.PGD)
    answer_local_addition(decision=answered, agreed=True, by=cast.of(Role.PGD), at=NOW)
    tile = next(tile for tile in client.get(reverse("home", args=["LEI"])).context["tiles"] if "local" in tile.text)
    assert (tile.count, tile.text) == (1, "local addition to answer")
    assert [row.pgd_agreed for row in client.get(tile.url).context["list"].page] == [None]
    assert client.get(url("priority-local")).context["list"].count == 2


def test_the_pages_of_deciding_answering_and_taking_back(cast: Cast, url: Callable[[str], str]) -> None:
    typed = {"included": "yes", "starts_on": TODAY.isoformat(), "because": "ACCT review"}
    client = cast.client(Role.SAFER_CUSTODY)
    assert "ends_on" in client.post(url("decide-priority"), typed).context["form"].errors
    assert client.post(url("decide-priority"), typed | {"ends_on": days(14).isoformat()}).status_code == 302
    cast.client(Role.PGD).post(url("answer-local"), {"agreed": "yes"})
    person = Person.objects.get(priority_decisions__group="local")
    assert groups_of(person) == ("acct_open", "local")
    client.post(url("withdraw-priority"), {"because": "Mistaken"})
    assert groups_of(person) == ("acct_open",)
    assert "Mistaken" in client.get(url("person-priority")).content.decode()


def test_the_weeks_of_a_yes_are_asked_for(cast: Cast) -> None:
    person = somebody(cast, rosh="high", release=60)
    address = reverse("keywork:decide-priority", args=["LEI", person.ref, "high_rosh_last_4w"])
    typed = {"included": "yes", "starts_on": TODAY.isoformat(), "because": "IRMM"}
    assert "length" in cast.client(Role.GOVERNOR).post(address, typed).context["form"].errors


def test_ed_08_only_at_level_4_and_until_the_next_session(cast: Cast) -> None:
    person, by = cast.person(), StaffFactory()
    facts = {"person": person, "prison": cast.prison, "because": "Isolating", "by": by, "at": NOW}
    with pytest.raises(RefusedError, match="only at level 4"):
        mark_not_possible(**facts)
    change(cast.prison, 4)
    mark = mark_not_possible(**facts)
    with pytest.raises(RefusedError, match="it still stands"):
        mark_not_possible(**facts)
    ContactFactory(person=person, prison=cast.prison, at=NOW)
    assert (mark_of(person, TODAY), mark_of(person, days(1))) == (mark, None)


def test_a_key_worker_marks_their_own_and_takes_it_back(cast: Cast, url: Callable[[str], str]) -> None:
    client, other = cast.client(Role.KEY_WORKER), cast.person()
    client.post(url("possible-again"), {"because": "Well again"})
    assert NotPossible.objects.get().withdrawn_because == "Well again"
    assert client.get(reverse("keywork:not-possible", args=["LEI", other.ref])).status_code == 403
    person = Person.objects.get(key_worker__isnull=False)
    page = client.get(reverse("person", args=["LEI", person.ref])).content.decode()
    assert "Mark key work as not possible" in page


@pytest.mark.parametrize("name", LISTS)
def test_as_many_queries_for_ten_as_for_one(cast: Cast, name: str) -> None:
    client, address = cast.client(Role.GOVERNOR), reverse(f"keywork:{name}", args=["LEI"])

    def crowd(number: int) -> int:
        for _ in range(number):
            person = somebody(cast, "HA1", rosh="high", release=20)
            PriorityDecision.objects.create(
                person=person, prison=cast.prison, group="local", included=True, because="Known", starts_on=TODAY,
                decided_by=cast.of(Role.GOVERNOR), decided_at=NOW,
            )  # fmt: skip
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address)
        assert len(page.context["list"].page.object_list) == len(Person.objects.all())
        return len(captured)

    assert crowd(1) == crowd(9)
