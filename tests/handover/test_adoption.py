"""Adopting a policy version: what the preview says is what happens, nothing moves back, and only HOMS may."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from handover.adoption import AdoptionRefusedError, adopt_policy, planned, version_on, withdraw_adoption
from handover.cases import adopted_by
from handover.models import HandoverDetermination
from handover.preview import Change, Effect, preview
from handover.preview_duties import PREVIEWED
from omic.models import AuditEvent, OasysAssessment, Obligation, ParoleReview, Person, PolicyAdoption, Prison, Role
from omic.nightly import run_night
from omic.reconcile import reconcile_in_batches, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    CaseDetailsFactory,
    PersonFactory,
    PomAllocationFactory,
    PrisonFactory,
    SentenceFactory,
    StaffFactory,
    days,
)
from tests.nights import small_hours, small_prison

pytestmark = pytest.mark.django_db
NEW = "omic_2026"
FACTS = (
    {"started_on": days(-100), "crd": days(700)},
    {"started_on": days(-100), "crd": days(240)},  # handed over by 8 months, not by 7 months 15 days
    {"started_on": days(-900), "crd": days(100)},
    {"started_on": days(-300), "crd": days(900), "ped": days(400)},
    {"started_on": days(-300), "crd": days(900), "ped": days(300)},  # 12 months before parole instead of 8
    {"started_on": days(-30), "crd": days(120)},
    {"crd": None, "sed": None},
    {"crd": None, "ard": days(300), "recalled": True},
)
OTHERS = ("REMAND", "UNKNOWN", "IMMIGRATION_DETAINEE")
LIFE = ({"ted": days(300)}, {"ted": days(900)}, {"ted": days(-200)}, {"ted": days(500), "recalled": True})


def mixed_prison(prison: Prison) -> list[Person]:
    """People of every kind, with details, reviews and OASys here and there, settled on TODAY."""
    people = [SentenceFactory(person=PersonFactory(prison=prison), **facts).person for facts in FACTS]
    for facts in LIFE:
        person = PersonFactory(prison=prison, legal_status="INDETERMINATE_SENTENCE")
        SentenceFactory(person=person, kind="indeterminate", crd=None, started_on=days(-2000), **facts)
        people.append(person)
    people += [PersonFactory(prison=prison, legal_status=status) for status in OTHERS]
    for number, person in enumerate(people):
        if number % 2:
            CaseDetailsFactory(person=person, mappa_level=number % 4, early_allocation=number % 5 == 0)
            PomAllocationFactory(person=person)
        if number % 3 == 0:
            OasysAssessment.objects.create(person=person, completed_on=days(-60), layer=3, recorded_at=NOW)
    refused = {"outcome": "not_release", "outcome_on": days(-40), "target_hearing_on": days(-40)}
    ParoleReview.objects.create(person=people[-5], recorded_at=NOW, **refused)
    settle_on(prison, TODAY)
    return people


def settle_on(prison: Prison, on: date) -> None:
    people = prison.people.values_list("pk", flat=True)
    reconcile_in_batches(people, window_of(on, small_hours(on)))


def adopt(prison: Prison, version: str = NEW, from_on: date = TODAY, **more: Any) -> PolicyAdoption:
    facts = {"reason": "The group moves on together", "by": StaffFactory(username="homs"), "at": NOW} | more
    return adopt_policy(prison=prison, version=version, from_on=from_on, **facts)


def previewed(prison: Prison, version: str = NEW, on: date = TODAY) -> dict[int, Change]:
    return {change.person.pk: change for change in preview(prison.people.all(), version=version, on=on, today=TODAY)}


ANSWER = (
    "policy",
    "reason",
    "fixed",
    "start_on",
    "handover_on",
    "earliest_release_on",
    "earliest_release_kind",
    "steps",
)
DUTY = ("opens_on", "due_on", "due_before", "owner_role", "until_on", "with_roles")


def answers(prison: Prison) -> dict[int, tuple[Any, ...]]:
    rows = HandoverDetermination.objects.current().filter(person__prison=prison)
    return {row.person_id: tuple(getattr(row, name) for name in ANSWER) for row in rows}


def open_duties(prison: Prison) -> dict[tuple[int, str, str], tuple[Any, ...]]:
    rows = Obligation.objects.demanding().filter(person__prison=prison, kind__in=PREVIEWED)
    return {(row.person_id, row.kind, row.slot): tuple(getattr(row, name) for name in DUTY) for row in rows}


def duty_verbs(before: dict[Any, Any], after: dict[Any, Any]) -> set[tuple[int, str, str]]:
    """(person, kind, what happened) of the duties that differ between two days of the database."""
    changed = {key for key in (*before, *after) if before.get(key) != after.get(key)}
    verb = {key: "opens" if key not in before else "moves" if key in after else "goes" for key in changed}
    return {(person, kind, verb[person, kind, slot]) for person, kind, slot in changed}


def promised(changes: dict[int, Change]) -> set[tuple[int, str, str]]:
    return {(pk, str(duty.kind), duty.verb) for pk, change in changes.items() for duty in change.duties}


def promised_days(changes: dict[int, Change]) -> dict[tuple[int, str, str], date | None]:
    after = [duty.after for change in changes.values() for duty in change.duties if duty.after]
    return {(duty.person_id, str(duty.kind), duty.slot): duty.due_on for duty in after}


@pytest.fixture
def prison(db: None, frozen: object) -> Prison:
    prison = PrisonFactory(code="LEI")
    mixed_prison(prison)
    return prison


@pytest.mark.parametrize("version", ["omic_2019", "omic_2022", "omic_2023_04", "omic_2023_11", NEW])
def test_what_is_previewed_is_what_happens(prison: Prison, version: str) -> None:
    changes, duties = previewed(prison, version), open_duties(prison)
    adopt(prison, version)
    after = answers(prison)
    assert {pk: tuple(getattr(row.after, name) for name in ANSWER) for pk, row in changes.items()} == after
    assert promised(changes) == duty_verbs(duties, open_duties(prison))
    assert promised_days(changes).items() <= {key: row[1] for key, row in open_duties(prison).items()}.items()
    effects = {change.effect for change in changes.values()}
    assert effects >= {Effect.DATES, Effect.SAME}
    assert (Effect.KEPT in effects) == (version in ("omic_2019", "omic_2022"))


def test_what_is_previewed_for_a_later_day_is_what_that_days_night_does(prison: Prison) -> None:
    on = days(20)
    adopt(prison, from_on=on)
    settle_on(prison, on - timedelta(days=1))  # what time alone has changed until then
    changes, duties = previewed(prison, NEW, on), open_duties(prison)
    settle_on(prison, on)
    assert {pk: tuple(getattr(row.after, name) for name in ANSWER) for pk, row in changes.items()} == answers(prison)
    assert promised(changes) == duty_verbs(duties, open_duties(prison))


def test_what_stands_is_what_is_stored(prison: Prison) -> None:
    stands = {pk: tuple(getattr(row.before, name) for name in ANSWER) for pk, row in previewed(prison).items()}
    assert stands == answers(prison)


def test_a_preview_only_reads(prison: Prison) -> None:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        previewed(prison)
    assert all(re.match(r"SELECT\b", query["sql"]) for query in captured)
    assert not any("FOR UPDATE" in query["sql"] for query in captured)


def test_a_preview_asks_the_same_number_of_queries_of_more_people(prison: Prison) -> None:
    with CaptureQueriesContext(connection) as few:
        previewed(prison)
    mixed_prison(prison)
    with CaptureQueriesContext(connection) as many:
        previewed(prison)
    assert len(many) == len(few)


def handed_over(prison: Prison) -> Person:
    """The COM's by 8 months before release; by 7 months and 15 days it would be the POM's still."""
    person = SentenceFactory(person=PersonFactory(prison=prison), started_on=days(-900), crd=days(236)).person
    settle_on(prison, TODAY)
    return person


def test_a_handover_that_has_happened_is_not_taken_back(frozen: object) -> None:
    prison = PrisonFactory(code="LEI")
    person = handed_over(prison)
    change = previewed(prison, "omic_2022")[person.pk]
    assert (change.kept, change.effect, change.duties) == (True, Effect.KEPT, ())
    adopt(prison, "omic_2022")
    assert person.handoverdeterminations.current().get().policy == "seed_2019"
    assert person.sentences.get().policy == "seed_2019"


def test_a_transfer_never_moves_a_case_back(prison: Prison) -> None:
    adopt(prison)
    elsewhere = PrisonFactory(code="MDI")
    person = prison.people.first()
    Person.objects.filter(pk=person.pk).update(prison=elsewhere, wing=None, pom=None)
    settle_on(elsewhere, TODAY)
    assert person.handoverdeterminations.current().get().policy == NEW
    assert previewed(elsewhere, "omic_2022")[person.pk].effect == Effect.SAME


def test_everybody_carries_the_new_version_at_once(prison: Prison) -> None:
    adopt(prison)
    assert version_on(prison, TODAY) == NEW
    assert {policy for policy, *_rest in answers(prison).values()} <= {NEW, "seed_2019"}
    assert PolicyAdoption.objects.get().recorded_by.username == "homs"
    assert AuditEvent.objects.get(action="adopt_policy").detail["written"]["handovers_changed"] > 5


def test_the_same_adoption_twice_is_one(prison: Prison) -> None:
    assert adopt(prison) == adopt(prison)
    assert AuditEvent.objects.filter(action="adopt_policy").count() == 1


@pytest.mark.parametrize(
    ("version", "from_on", "words"),
    [
        ("seed_2019", days(1), "only ever moves on"),
        ("omic_2022", days(1), "only ever moves on"),
        (NEW, TODAY, "Choose a later day"),
        ("omic_2019", days(3), "only ever moves on"),
        (NEW, days(-1), "today or later"),
        (NEW, days(400), "within the next 12 months"),
    ],
)
def test_what_cannot_be_adopted(frozen: object, version: str, from_on: date, words: str) -> None:
    prison = PrisonFactory(code="LEI")
    adopt(prison, "omic_2022")
    with pytest.raises(AdoptionRefusedError, match=words):
        adopt(prison, version, from_on)
    assert PolicyAdoption.objects.count() == 1


def test_a_version_is_not_adopted_before_it_is_national_practice(frozen: object) -> None:
    early = NOW.replace(year=2026, month=6)
    with pytest.raises(AdoptionRefusedError, match="1 August 2026"):
        adopt(PrisonFactory(), from_on=early.date(), at=early)


def test_one_adoption_is_planned_at_a_time_and_can_be_withdrawn(frozen: object) -> None:
    prison = PrisonFactory(code="LEI")
    first = adopt(prison, "omic_2022", days(10))
    with pytest.raises(AdoptionRefusedError, match="Withdraw that first"):
        adopt(prison, NEW)
    for _ in range(2):
        withdraw_adoption(adoption=first, reason="Too early", by=StaffFactory(username="homs"), at=NOW)
    assert planned(prison, TODAY) is None
    assert adopted_by({"LEI"}, days(11)) == {"LEI": "seed_2019"}
    assert adopt(prison, NEW, days(10)).version == NEW
    assert AuditEvent.objects.filter(action="withdraw_adoption").count() == 1


def test_what_is_in_force_cannot_be_withdrawn(frozen: object) -> None:
    adoption = adopt(PrisonFactory(code="LEI"))
    with pytest.raises(AdoptionRefusedError, match="in force"):
        withdraw_adoption(adoption=adoption, reason="Oh", by=adoption.recorded_by, at=NOW)


def test_a_withdrawal_says_who_and_why(frozen: object) -> None:
    adoption = adopt(PrisonFactory(code="LEI"), from_on=days(5))
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyAdoption.objects.filter(pk=adoption.pk).update(withdrawn_at=NOW)


def test_all_or_nothing(prison: Prison, settings: Any) -> None:
    settings.RECONCILE_STEPS = ["handover.pipeline.determine_handovers", "tests.handover.test_adoption.fail"]
    before = answers(prison)
    with pytest.raises(RuntimeError), transaction.atomic():
        adopt(prison)
    assert (answers(prison), PolicyAdoption.objects.count()) == (before, 0)


def fail(_people: object, _window: object) -> dict[str, int]:
    raise RuntimeError


def test_the_night_of_its_day_counts_it_as_fallen_due() -> None:
    prison = small_prison(since=days(-2))
    run_night(prison, on=days(-1), at=small_hours(days(-1)))
    adopt(prison, at=small_hours(days(-1)), from_on=TODAY)
    counts = run_night(prison, on=TODAY, at=small_hours(TODAY)).counts
    assert counts["fell_due"] >= 3 and not counts.get("drift", 0)
    counts = run_night(prison, on=days(1), at=small_hours(days(1))).counts
    assert not counts.get("drift", 0) and not counts.get("fell_due", 0)


def test_adopted_by_hand_leaves_the_night_nothing_to_correct() -> None:
    prison = small_prison(since=days(-2))
    run_night(prison, on=TODAY, at=small_hours(TODAY))
    adopt(prison, at=NOW)
    counts = run_night(prison, on=days(1), at=small_hours(days(1))).counts
    assert not counts.get("drift", 0)


def page(name: str, *rest: object) -> str:
    return reverse(f"handover:{name}", args=["LEI", *rest])


PAGES = [("policy", ()), ("preview-changes", (NEW,)), ("preview-same", (NEW,))]


@pytest.mark.parametrize(("name", "rest"), PAGES)
@pytest.mark.parametrize(
    ("role", "status"), [(Role.HOMS, 200), (Role.HOMD, 200), (Role.GOVERNOR, 200), (Role.POM, 403)]
)
def test_the_omu_and_the_governor_read(cast: Cast, role: Role, status: int, name: str, rest: tuple[str, ...]) -> None:
    assert cast.client(role).get(page(name, *rest)).status_code == status


@pytest.mark.parametrize(("role", "status"), [(Role.HOMS, 200), (Role.HOMD, 403), (Role.GOVERNOR, 403)])
def test_only_homs_adopts(cast: Cast, role: Role, status: int) -> None:
    assert cast.client(role).get(page("adopt", NEW)).status_code == status


def test_another_prison_and_anonymous(cast: Cast) -> None:
    assert cast.stranger.get(page("policy")).status_code == 404
    assert cast.stranger.get(page("adopt", NEW)).status_code == 404
    assert Client().get(page("preview-changes", NEW)).status_code == 302


def test_the_page_of_a_prison_that_has_adopted_nothing(cast: Cast) -> None:
    answer = cast.client(Role.HOMS).get(page("policy"))
    assert answer.context["version"].id == "seed_2019"
    assert b"has adopted no other version yet" in answer.content
    assert [here for _row, here in answer.context["versions"]] == ["in force", *["newer"] * 5]


def test_no_such_version(cast: Cast) -> None:
    client = cast.client(Role.HOMS)
    assert client.get(page("preview-changes", "omic_2050")).status_code == 404
    assert client.post(page("adopt", "omic_2050"), {}).status_code == 404


def test_every_person_is_in_one_list_and_a_tab_counts_what_it_opens(cast: Cast) -> None:
    mixed_prison(cast.prison)
    answer = cast.client(Role.HOMD).get(page("preview-changes", NEW))
    changes, *others = [tab.count for tab in answer.context["tabs"]]
    assert sum(others) == answer.context["people"] == 13
    assert changes == answer.context["list"].count == sum(others[:3]) > 3
    assert cast.client(Role.HOMD).get(page("preview-same", NEW)).context["list"].count == others[-1]


def test_the_preview_sorts_filters_and_exports(cast: Cast) -> None:
    mixed_prison(cast.prison)
    client, url = cast.client(Role.HOMD), page("preview-changes", NEW)
    rows = client.get(url, {"sort": "-after"}).context["list"].page.object_list
    dated = [row.after.handover_on for row in rows if row.after.handover_on]
    assert dated == sorted(dated, reverse=True) and len(dated) > 2
    handover = client.get(url, {"duty": "handover"}).context["list"]
    assert 0 < handover.count < len(rows)
    file = client.get(url, {"export": "csv"})
    assert len(b"".join(file.streaming_content).splitlines()) == len(rows) + 1


@pytest.mark.parametrize(("asked", "words"), [("2026-11-01", b"today or later"), ("2028-11-01", b"within the next")])
def test_a_day_that_cannot_be_asked_about(cast: Cast, asked: str, words: bytes) -> None:
    answer = cast.client(Role.HOMS).get(page("preview-changes", NEW), {"from_on": asked})
    assert words in answer.content and answer.context["on"] == TODAY


def test_the_preview_of_nobody(cast: Cast) -> None:
    assert b"Nothing would change for anybody here." in cast.client(Role.HOMS).get(page("preview-changes", NEW)).content


def test_a_persons_change_has_its_reasons(cast: Cast) -> None:
    person = SentenceFactory(person=cast.person(), crd=days(900), ped=days(300), started_on=days(-300)).person
    settle_on(cast.prison, TODAY)
    answer = cast.client(Role.POM).get(page("preview-person", person.ref, NEW))
    assert answer.context["change"].effect == Effect.RESPONSIBILITY
    before, after = answer.context["answers"]
    assert before["steps"] and after["steps"] and before["steps"] != after["steps"]
    assert b"Handover to the community: moves" in answer.content


def test_the_person_of_a_case_that_stays(cast: Cast) -> None:
    person = handed_over(cast.prison)
    answer = cast.client(Role.HOMD).get(page("preview-person", person.ref, "omic_2022"))
    assert b"This case stays with seed_2019" in answer.content


def test_homs_adopts_with_a_reason_and_the_page_says_so(cast: Cast) -> None:
    mixed_prison(cast.prison)
    client = cast.client(Role.HOMS)
    assert b"Dates move" in client.get(page("adopt", NEW), {"from_on": "2026-11-18"}).content
    for _ in range(2):
        answer = client.post(page("adopt", NEW), {"from_on": "2026-11-18", "reason": "The group"}, follow=True)
        assert b"works by National practice as read in August 2026 (omic_2026) now" in answer.content
    assert answer.context["version"].id == NEW and answer.context["since"] == TODAY
    assert PolicyAdoption.objects.get().reason == "The group"


def test_without_a_reason_nothing_is_adopted(cast: Cast) -> None:
    answer = cast.client(Role.HOMS).post(page("adopt", NEW), {"from_on": "2026-12-01", "reason": ""})
    assert "reason" in answer.context["form"].errors and not PolicyAdoption.objects.exists()


def test_a_refusal_keeps_what_was_typed(cast: Cast) -> None:
    adopt(cast.prison, NEW, days(5))
    answer = cast.client(Role.HOMS).post(page("adopt", "omic_2022"), {"from_on": "2026-11-18", "reason": "Typed"})
    assert b"Withdraw that first" in answer.content and b"Typed" in answer.content


def test_homs_withdraws_what_is_planned(cast: Cast) -> None:
    adoption = adopt(cast.prison, NEW, days(5))
    client, url = cast.client(Role.HOMS), page("withdraw-adoption", adoption.pk)
    assert client.get(url).status_code == 200
    answer = client.post(url, {"reason": "Not yet"}, follow=True)
    assert b"Nothing has changed" in answer.content and answer.context["planned"] is None
    assert cast.client(Role.HOMD).post(url, {"reason": "No"}).status_code == 403


def test_the_preview_of_what_is_planned_shows_what_it_will_change(cast: Cast) -> None:
    mixed_prison(cast.prison)
    before = cast.client(Role.HOMD).get(page("preview-changes", NEW), {"from_on": "2026-12-01"}).context["list"].count
    adopt(cast.prison, NEW, date(2026, 12, 1))
    answer = cast.client(Role.HOMD).get(page("preview-changes", NEW), {"from_on": "2026-12-01"})
    assert answer.context["list"].count == before > 0


def test_the_preview_page_costs_the_same_for_more_people(cast: Cast) -> None:
    client = cast.client(Role.HOMS)
    mixed_prison(cast.prison)
    with CaptureQueriesContext(connection) as few:
        client.get(page("preview-changes", NEW))
    for _ in range(3):
        mixed_prison(cast.prison)
    with CaptureQueriesContext(connection) as many:
        client.get(page("preview-changes", NEW))
    assert len(many) == len(few)
