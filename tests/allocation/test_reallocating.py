"""POMs who are away, the cases that nobody has, and many cases given at once."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.actions import RefusedError, allocate_pom
from allocation.availability import alone_soon, end_pom_absence, left_alone, record_pom_absence
from allocation.models import Pom, PomAbsence, PomAllocation
from allocation.reallocating import read_cases, suggestions, takers
from allocation.suggesting import CaseToGive, Taker, suggest
from allocation.views import reallocate as reallocate_views
from omic.audit import Actor
from omic.formats import day, short_day
from omic.models import Cover, Message, Obligation, ObligationKind, Person, Role, Staff
from omic.postings import end_posting
from omic.reconcile import reconcile, window_of
from tests.allocation.cases import determine
from tests.cast import Cast
from tests.factories import NOW, TODAY, ObligationFactory, PomAllocationFactory, PostingFactory, StaffFactory, days

TYPES = ("probation", "prison")


# --- the suggestion ---------------------------------------------------------------------------------------------------

CASES = st.lists(st.tuples(st.sampled_from(TYPES), st.sets(st.integers(0, 3), max_size=2)), min_size=1, max_size=5)
POMS = st.lists(
    st.tuples(st.sampled_from(TYPES), st.integers(0, 6), st.sampled_from([1, 3, 5])), min_size=1, max_size=3
)


def load(takers: list[Taker], chosen: tuple[int, ...]) -> Fraction:
    return sum((Fraction((one.cases + chosen.count(one.id)) ** 2) / one.days for one in takers), Fraction(0))


@settings(max_examples=150, deadline=None)
@given(CASES, POMS)
def test_no_other_choice_of_the_same_type_and_continuity_levels_the_loads_better(cases: list, poms: list) -> None:
    takers = [Taker(number, kind, held, Fraction(worked)) for number, (kind, held, worked) in enumerate(poms)]
    given_to = [CaseToGive(number, kind, tuple(sorted(before))) for number, (kind, before) in enumerate(cases)]

    def allowed(case: CaseToGive) -> list[int]:
        fit = [one.id for one in takers if one.pom_type == case.pom_type] or [one.id for one in takers]
        kept = [one for one in case.before if one in fit]
        return kept[:1] or fit

    best = min(load(takers, chosen) for chosen in product(*map(allowed, given_to)))
    found = suggest(given_to, takers)
    assert [one.case for one in found] == [case.id for case in given_to]
    assert all(one.taker in allowed(case) for one, case in zip(found, given_to, strict=True))
    fallback = len({case.pom_type for case in given_to} - {one.pom_type for one in takers})
    assert fallback or load(takers, tuple(one.taker for one in found)) == best


def test_a_suggestion_counts_the_cases_that_come_with_it() -> None:
    takers = [Taker(1, "prison", 3, Fraction(5)), Taker(2, "prison", 4, Fraction(5))]
    found = suggest([CaseToGive(number, "prison") for number in range(3)], takers)
    assert [(one.taker, one.cases) for one in found] == [(1, 4), (1, 5), (2, 5)]


def test_nobody_here_suggests_nobody() -> None:
    assert suggest([CaseToGive(1, "prison")], []) == []


# --- absences ---------------------------------------------------------------------------------------------------------

db = pytest.mark.django_db


def pom(cast: Cast, name: str, pom_type: str = "prison") -> Staff:
    staff = StaffFactory(username=name, surname=name.title(), email=f"{name}@lei.example")
    PostingFactory(staff=staff, prison=cast.prison, role=Role.POM)
    about = {"staff": staff, "prison": cast.prison, "starts_on": days(-300), "recorded_at": NOW}
    Pom.objects.create(pom_type=pom_type, working_days=5, **about)
    return staff


def case_of(cast: Cast, staff: Staff) -> Person:
    person = cast.person()
    PomAllocationFactory(person=person, staff=staff)
    return person


def away(cast: Cast, staff: Staff, **facts: object) -> PomAbsence:
    said = {"kind": "away", "starts_on": TODAY, "returns_on": days(10), "because": "Leave"} | facts
    return record_pom_absence(staff=staff, prison=cast.prison, by=cast.of(Role.HOMD), at=NOW, **said)


def stand_in(cast: Cast, person: Person, staff: Staff, first: date, last: date | None = None) -> None:
    said = {"role": Role.POM, "because": "Leave", "recorded_by": cast.of(Role.HOMD), "recorded_at": NOW}
    Cover.objects.create(person=person, prison=cast.prison, staff=staff, starts_on=first, ends_on=last, **said)


def alone(cast: Cast, on: object = TODAY) -> list[Person]:
    return list(left_alone(cast.prison.people.all(), cast.prison, on=on))


@db
@pytest.mark.parametrize(("number", "left"), [(-1, False), (0, True), (9, True), (10, False)])
def test_whose_pom_is_away_is_left_alone_from_the_first_day_to_the_last(cast: Cast, number: int, left: bool) -> None:
    person = case_of(cast, pom(cast, "anna"))
    away(cast, person.pom)
    assert alone(cast, days(number)) == ([person] if left else [])


@db
def test_who_is_covered_or_whose_pom_only_takes_no_new_cases_is_not(cast: Cast) -> None:
    covered, busy = case_of(cast, pom(cast, "anna")), case_of(cast, pom(cast, "ben"))
    away(cast, covered.pom)
    away(cast, busy.pom, kind="full")
    Cover.objects.create(
        person=covered, prison=cast.prison, role=Role.POM, staff=busy.pom, starts_on=TODAY, because="Leave",
        recorded_by=cast.of(Role.HOMD), recorded_at=NOW,
    )  # fmt: skip
    assert alone(cast) == []


@db
def test_who_lost_the_posting_leaves_cases_that_nobody_has(cast: Cast) -> None:
    person = case_of(cast, pom(cast, "anna"))
    end_posting(posting=person.pom.postings.get(), ends_on=days(1), by=Actor(staff=cast.of(Role.HOMS)), at=NOW)
    assert (alone(cast), alone(cast, days(1))) == ([], [person])


@db
@pytest.mark.parametrize(
    "facts", [{"starts_on": days(5), "returns_on": None}, {"starts_on": days(-3)}, {"kind": "full"}]
)
def test_two_absences_do_not_overlap(cast: Cast, facts: dict) -> None:
    staff = pom(cast, "anna")
    away(cast, staff)
    with pytest.raises(RefusedError, match="recorded already"):
        away(cast, staff, **facts)


@db
def test_back_today_ends_it_and_a_planned_one_is_taken_back(cast: Cast) -> None:
    staff = pom(cast, "anna")
    row = away(cast, staff, starts_on=days(-5))
    end_pom_absence(absence=row, version=1, on=TODAY, by=cast.of(Role.HOMD), at=NOW)
    assert PomAbsence.objects.get().returns_on == TODAY
    with pytest.raises(RefusedError, match="Somebody else"):
        end_pom_absence(absence=row, version=1, on=TODAY, by=cast.of(Role.HOMD), at=NOW)
    planned = away(cast, staff, starts_on=days(3))
    end_pom_absence(absence=planned, version=1, on=TODAY, by=cast.of(Role.HOMD), at=NOW)
    assert PomAbsence.objects.count() == 1


@db
def test_nobody_is_given_to_a_pom_who_is_away(cast: Cast) -> None:
    staff = pom(cast, "anna")
    away(cast, staff)
    with pytest.raises(RefusedError, match="away from work"):
        allocate_pom(person=cast.person(), staff=staff, replaces=None, reason="No", by=cast.of(Role.HOMD), at=NOW)


# --- many at once -----------------------------------------------------------------------------------------------------


def page(staff: Staff) -> str:
    return reverse("allocation:reallocate", args=["LEI", staff.pk])


def said(people: list[Person], to: Staff, step: str = "save", **more: str) -> dict[str, str]:
    form = {"batch": uuid4().hex, "step": step}
    for person in people:
        form |= {f"to_{person.pk}": str(to.pk), f"reason_{person.pk}": "Away until spring"}
        form[f"replaces_{person.pk}"] = str(person.pom_allocations.get(ended_at=None).pk)
    return form | more


def give(client: Client, staff: Staff, form: dict[str, str], **changed: str) -> HttpResponse:
    """The preview, and then what is saved of it; `changed` is what the browser sends otherwise than was shown."""
    shown = client.post(page(staff), form | {"step": "look"})
    return client.post(page(staff), form | {"seal": shown.context["seal"], "step": "save"} | changed)


@db
def test_an_absence_leads_to_the_cases_and_shows_what_giving_them_does(cast: Cast) -> None:
    gone, other = pom(cast, "anna"), pom(cast, "ben")
    people = [case_of(cast, gone) for _ in range(3)]
    client = cast.client(Role.HOMD)
    form = {"kind": "away", "starts_on_day": "18", "starts_on_month": "11", "starts_on_year": "2026"}
    answer = client.post(reverse("allocation:pom-absence", args=["LEI", gone.pk]), form)
    assert answer.url == page(gone)
    body = client.post(page(gone), said(people, other, step="look")).content.decode()
    assert "Give 3 cases" in body
    assert all(person.pom_id == gone.pk for person in Person.objects.filter(pk__in=[one.pk for one in people]))


@db
def test_each_is_given_by_itself_and_conflicts_are_told_one_by_one(cast: Cast) -> None:
    gone, other = pom(cast, "anna"), pom(cast, "ben")
    people = [case_of(cast, gone) for _ in range(4)]
    form = said(people, other)
    taken = people[0].pom_allocations.get(ended_at=None)
    allocate_pom(
        person=people[0], staff=pom(cast, "cleo"), replaces=taken.pk, reason="First", by=cast.of(Role.HOMD),
        at=NOW - timedelta(minutes=1),
    )  # fmt: skip
    answer = give(cast.client(Role.HOMD), gone, form)
    assert answer.context["form"]["batch"].value() not in ("", form["batch"]), "what is given next is told by email too"
    body = answer.content.decode()
    now = {person.pk: person.pom.username for person in Person.objects.filter(pom__isnull=False).select_related("pom")}
    assert [now[person.pk] for person in people] == ["cleo", "ben", "ben", "ben"]
    assert f"{people[0].name}: " in body
    assert "Your choice was not saved" in body
    summary = body.partition("govuk-error-summary")[2].partition("<h2")[2].partition("</ul>")[0]
    assert people[0].name in summary, "the summary says of whom"
    kept = people[0].pom_allocations.get(ended_at=None)
    for words in ("Away until spring", f'<option value="{other.pk}" selected>', f'value="{kept.pk}"'):
        assert words in body
    assert people[1].name not in body


@db
@pytest.mark.parametrize("changed", ["seal", "to", "reason"])
def test_only_what_was_shown_is_saved(cast: Cast, changed: str) -> None:
    gone, other, third = (pom(cast, name) for name in ("anna", "ben", "cleo"))
    person = case_of(cast, gone)
    name = changed if changed == "seal" else f"{changed}_{person.pk}"
    answer = give(cast.client(Role.HOMD), gone, said([person], other), **{name: str(third.pk)})
    assert "look at what this does" in answer.content.decode()
    assert answer.context["seal"]
    assert Person.objects.get(pk=person.pk).pom_id == gone.pk


@db
def test_a_preview_can_be_gone_back_from_with_what_was_chosen(cast: Cast) -> None:
    gone, other = pom(cast, "anna"), pom(cast, "ben")
    person = case_of(cast, gone)
    client = cast.client(Role.HOMD)
    shown = client.post(page(gone), said([person], other, step="look")).content.decode()
    assert "<select" not in shown.split("<main")[1]
    again = client.post(page(gone), said([person], other, step="change")).content.decode()
    assert f'<option value="{other.pk}" selected>' in again
    assert "Away until spring" in again


@db
def test_who_leaves_within_days_is_suggested_for_nothing_and_can_be_chosen(cast: Cast) -> None:
    gone, leaver, other = (pom(cast, name) for name in ("anna", "ben", "cleo"))
    people = [case_of(cast, gone)]
    case_of(cast, other)
    end_posting(posting=leaver.postings.get(), ends_on=days(14), by=Actor(staff=cast.of(Role.HOMS)), at=NOW)
    poms = takers(cast.prison, on=TODAY, besides=gone.pk)
    cases = read_cases(cast.prison.people.filter(pk=people[0].pk), on=TODAY)
    assert [(one.username, one.going) for one in poms] == [("cleo", ""), ("ben", "Leaves on 2 Dec 2026")]
    assert suggestions(cases, poms, on=TODAY)[people[0].pk].taker == other.pk


@db
@pytest.mark.parametrize(("number", "suggested"), [(1, "cleo"), (14, "cleo"), (15, "ben")])
def test_whose_absence_begins_within_days_is_suggested_for_nothing_and_says_from_when(
    cast: Cast, number: int, suggested: str
) -> None:
    soon, other = pom(cast, "ben"), pom(cast, "cleo")
    case_of(cast, other)
    away(cast, soon, starts_on=days(number), returns_on=days(30))
    person = cast.person()
    form = cast.client(Role.HOMD).get(reverse("allocation:allocate-many", args=["LEI"])).context["form"]
    assert form[f"to_{person.pk}"].initial == str({"ben": soon, "cleo": other}[suggested].pk)
    words = f"away from {short_day(days(number))} until 18 Dec 2026"
    assert (words in str(form[f"to_{person.pk}"])) == (suggested == "cleo")


@db
@pytest.mark.parametrize("number", [0, 1, 14, 15])
def test_who_will_have_nobody_within_days_is_to_be_put_right_beforehand(cast: Cast, number: int) -> None:
    away(cast, case_of(cast, pom(cast, "anna")).pom, starts_on=days(number), returns_on=None)
    ends = case_of(cast, pom(cast, "ben")).pom.postings.get()
    case_of(cast, pom(cast, "cleo"))
    end_posting(posting=ends, ends_on=days(max(number, 1)), by=Actor(staff=cast.of(Role.HOMS)), at=NOW)
    client = cast.client(Role.HOMD)
    found = {one.url: one for one in client.get(reverse("allocation:dashboard", args=["LEI"])).context["attention"]}
    url = reverse("allocation:alone-soon", args=["LEI"])
    assert (found[url].count if url in found else 0) == {0: 1, 1: 2, 14: 2, 15: 0}[number]
    page = client.get(url)
    assert page.context["list"].count == {0: 1, 1: 2, 14: 2, 15: 0}[number]
    if number == 14:
        assert found[url].text == "2 cases whose POM is away or leaves within 14 days, and nobody stands in"
        assert "Away from 2 Dec 2026" in page.content.decode()
        assert reverse("allocation:pom-cover", args=["LEI", ends.staff_id]) in page.content.decode()


@db
@pytest.mark.parametrize(
    ("first", "last", "away_on", "left"),
    [(5, None, None, False), (4, 6, None, False), (6, None, None, True), (0, 5, None, True), (5, None, 3, True)],
)
def test_who_has_a_stand_in_from_the_first_day_on_is_not(
    cast: Cast, first: int, last: int | None, away_on: int | None, left: bool
) -> None:
    person, other = case_of(cast, pom(cast, "anna")), pom(cast, "ben")
    away(cast, person.pom, starts_on=days(5))
    if away_on:
        away(cast, other, starts_on=days(away_on))
    stand_in(cast, person, other, days(first), days(last) if last else None)
    assert list(alone_soon(cast.prison.people.all(), cast.prison, on=TODAY)) == ([person] if left else [])


@db
def test_a_posting_that_follows_on_leaves_nobody_alone(cast: Cast) -> None:
    staff = case_of(cast, pom(cast, "anna")).pom
    end_posting(posting=staff.postings.get(), ends_on=days(3), by=Actor(staff=cast.of(Role.HOMS)), at=NOW)
    PostingFactory(staff=staff, prison=cast.prison, role=Role.POM, starts_on=days(3))
    assert not alone_soon(cast.prison.people.all(), cast.prison, on=TODAY).exists()


@db
@pytest.mark.parametrize(("kind", "starts_on"), [("leaving", TODAY), ("away", days(40))])
def test_what_stays_with_who_has_gone_is_said_and_asked_again(cast: Cast, kind: str, starts_on: date) -> None:
    gone, other = pom(cast, "anna"), pom(cast, "ben")
    people = [case_of(cast, gone) for _ in range(3)]
    about = {"person": case_of(cast, other), "prison": cast.prison, "staff": gone, "started_at": NOW}
    share = PomAllocation.objects.create(part="coworking", **about)
    away(cast, gone, kind=kind, starts_on=starts_on, returns_on=None)
    client = cast.client(Role.HOMD)
    answer = give(client, gone, said(people[:1], other))
    assert answer.url == page(gone)
    body = client.get(answer.url).content.decode()
    assert f"Robin Anna is not there from {day(starts_on)} and still has 2 cases and 1 part beside another POM" in body
    PomAllocation.objects.filter(pk=share.pk).update(ended_at=NOW, ended_because="Left")
    assert give(client, gone, said(people[1:], other)).url != page(gone)


@db
@pytest.mark.parametrize("ends_on", [None, days(15)])
def test_who_stays_keeps_cases_without_a_word(cast: Cast, ends_on: date | None) -> None:
    staff, other = pom(cast, "anna"), pom(cast, "ben")
    staff.postings.update(ends_on=ends_on)
    people = [case_of(cast, staff) for _ in range(2)]
    answer = give(cast.client(Role.HOMD), staff, said(people[:1], other))
    assert answer.url == reverse("allocation:pom-profile", args=["LEI", staff.pk])


@db
def test_for_whom_a_leaver_stands_in_is_asked_too(cast: Cast) -> None:
    person, gone = case_of(cast, pom(cast, "anna")), pom(cast, "ben")
    away(cast, person.pom, returns_on=days(60))
    stand_in(cast, person, gone, TODAY, days(60))
    client, later = cast.client(Role.HOMD), days(6)
    form = {"kind": "leaving", "starts_on": later.isoformat()}
    answer = client.post(reverse("allocation:pom-absence", args=["LEI", gone.pk]), form)
    assert answer.url == page(gone)
    body = client.get(answer.url).content.decode()
    cover = f"{reverse('allocation:pom-cover', args=['LEI', person.pom_id])}?starts_on={later}"
    assert f"{person.name}, {person.prison_number}" in body
    assert cover in body
    asked = client.get(cover).context["form"]
    assert (asked.cases, asked["starts_on"].initial) == ([person], later)
    assert "Robin Ben from 18 Nov 2026 until 17 Jan 2027" in client.get(cover).content.decode()


@db
def test_poms_to_choose_stand_by_type_the_recommended_first_with_their_days_and_cases(cast: Cast) -> None:
    gone, untyped = pom(cast, "anna"), PostingFactory(role=Role.POM, prison=cast.prison).staff
    plain, part_time = pom(cast, "ben"), pom(cast, "cleo", "probation")
    Pom.objects.filter(staff=part_time).update(working_days=3)
    person = determine(case_of(cast, gone), tier="C")
    answer = cast.client(Role.HOMD).get(page(gone))
    assert answer.context["form"].fields[f"to_{person.pk}"].choices[1:] == [
        ("Recommended: Prison POM", [(str(plain.pk), "Robin Ben, prison POM: 0 cases")]),
        (
            "Probation POM",
            [(str(part_time.pk), "Robin Cleo, probation POM, 3 days a week: 0 cases, planning figure 48")],
        ),
        ("Type not recorded", [(str(untyped.pk), f"{untyped}, type not recorded: 0 cases, planning figure 80")]),
    ]
    assert "<td>Prison POM<br>" in answer.content.decode()
    listed = cast.client(Role.HOMD).get(reverse("allocation:pom-cover", args=["LEI", gone.pk]))
    assert "Robin Ben, prison POM: 0 cases" in listed.content.decode()


@db
def test_an_absence_refused_keeps_what_was_typed(cast: Cast) -> None:
    staff = pom(cast, "anna")
    away(cast, staff)
    form = {"kind": "full", "because": "Typed before"}
    form |= {"starts_on_day": "18", "starts_on_month": "11", "starts_on_year": "2026"}
    answer = cast.client(Role.HOMD).post(reverse("allocation:pom-absence", args=["LEI", staff.pk]), form)
    assert "recorded already" in answer.content.decode()
    assert "Typed before" in answer.content.decode()


@db
def test_a_batch_writes_one_email_to_each_side(cast: Cast) -> None:
    gone, other = pom(cast, "anna"), pom(cast, "ben")
    people = [case_of(cast, gone) for _ in range(5)]
    give(cast.client(Role.HOMD), gone, said(people, other))
    mails = Message.objects.filter(kind="allocation").values_list("recipient", flat=True)
    assert sorted(mails) == ["anna@lei.example", "ben@lei.example"]


@db
def test_a_reason_is_asked_where_the_type_is_not_the_recommended(cast: Cast) -> None:
    gone, other = pom(cast, "anna"), pom(cast, "ben", "probation")
    person = case_of(cast, gone)
    form = said([person], other, **{f"reason_{person.pk}": ""})
    assert "Say why" in cast.client(Role.HOMD).post(page(gone), form).content.decode()
    assert Person.objects.get(pk=person.pk).pom_id == gone.pk


@db
@pytest.mark.parametrize("role", [Role.POM, Role.HOMS, Role.CASE_ADMINISTRATOR, Role.GOVERNOR, Role.KEY_WORKER])
def test_only_the_homd_gives_cases(cast: Cast, role: Role) -> None:
    staff = pom(cast, "anna")
    for name in ("reallocate", "pom-absence"):
        url = reverse(f"allocation:{name}", args=["LEI", staff.pk])
        assert (cast.client(role).get(url).status_code, cast.stranger.get(url).status_code) == (403, 404)


@db
def test_as_many_queries_for_ten_cases_as_for_one(cast: Cast) -> None:
    gone = pom(cast, "anna")
    client = cast.client(Role.HOMD)
    pages = [page(gone), reverse("allocation:pom-cover", args=["LEI", gone.pk])]
    pages.append(reverse("allocation:alone-soon", args=["LEI"]))
    away(cast, gone, starts_on=days(3))
    asked = []
    for more in (1, 9):
        for _ in range(more):
            stand_in(cast, case_of(cast, gone), pom(cast, uuid4().hex), days(5))
            stand_in(cast, case_of(cast, pom(cast, uuid4().hex)), gone, TODAY)
        with CaptureQueriesContext(connection) as queries:
            assert all(client.get(url).status_code == 200 for url in pages)
        asked.append(len(queries))
    assert asked[0] == asked[1]


@db
def test_those_who_waited_are_given_many_at_once_and_wait_no_more(cast: Cast) -> None:
    people, staff = [cast.person() for _ in range(3)], pom(cast, "anna")
    with transaction.atomic():
        reconcile([person.pk for person in people], window_of(TODAY, NOW))
    client, url = cast.client(Role.HOMD), reverse("allocation:allocate-many", args=["LEI"])
    assert url in client.get(reverse("allocation:people", args=["LEI"])).content.decode()
    shown = client.get(url).content.decode()
    for words in ("Tier: ", "Part: Responsible", "Waiting for ", "levels the loads; 3 cases with this one"):
        assert words in shown
    assert reverse("person", args=["LEI", people[0].ref]) in shown and "smallest load" not in shown
    form = {"batch": "b", "step": "look"}
    for person in people:
        form |= {
            f"to_{person.pk}": str(staff.pk),
            f"reason_{person.pk}": "Nothing known yet",
            f"replaces_{person.pk}": "",
        }
    seal = client.post(url, form).context["seal"]
    assert client.post(url, form | {"seal": seal, "step": "save"}).status_code == 302
    assert set(Person.objects.filter(pom=staff)) == set(people)
    assert not Obligation.objects.demanding().filter(kind=ObligationKind.ALLOCATE_POM).exists()
    assert Obligation.objects.filter(kind=ObligationKind.ALLOCATE_POM, state="met").count() == 3


@db
def test_who_has_gone_and_has_no_case_any_more_is_no_dead_end(cast: Cast) -> None:
    gone, other, client = StaffFactory(surname="Gone"), pom(cast, "ben"), cast.client(Role.HOMD)
    form = said([case_of(cast, gone)], other)
    assert client.get(give(client, gone, form).url).context["title"] == "POMs"
    assert "No case waits here" in client.get(page(gone)).content.decode()
    late = client.post(page(gone), form | {"step": "look"})
    assert "Away until spring" in late.content.decode()
    by = {"recorded_by": cast.of(Role.HOMD), "recorded_at": NOW}
    row = cast.prison.pom_absences.create(staff=gone, kind="away", starts_on=TODAY, **by)
    back = client.post(reverse("allocation:pom-back", args=["LEI", row.pk]), {"version": row.version})
    assert back.url == reverse("allocation:poms", args=["LEI"])


@db
def test_who_has_waited_longest_is_given_first_and_the_page_says_how_many_wait(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    lately = cast.person(surname="Lately", arrived_on=days(-90))
    no_day = {"due_on": None, "due_before": None, "met_by": ""}
    ObligationFactory(person=lately, kind="allocate_pom", slot="1", opens_on=days(-2), **no_day)
    long = cast.person(surname="Long", arrived_on=days(-40))
    url = reverse("allocation:allocate-many", args=["LEI"])
    assert cast.client(Role.HOMD).get(url).context["form"].cases == [long, lately]
    monkeypatch.setattr(reallocate_views, "AT_ONCE", 1)
    answer = cast.client(Role.HOMD).get(url)
    assert answer.context["form"].cases == [long]
    assert "1 of 2 people" in answer.content.decode()
