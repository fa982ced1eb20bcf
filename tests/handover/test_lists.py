"""The handover lists: each with one definition, tabs that count what they open, and recording a handover."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from handover.actions import record_handover
from handover.duty_actions import RefusedError, take_back
from handover.models import HandoverStep
from handover.pipeline import determine_handovers, open_obligations
from handover.queries import LISTS, by_week, list_counts, with_handover
from handover.why import in_a_sentence
from omic.models import AuditEvent, Person, Role
from omic.reconcile import window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    CaseDetailsFactory,
    ObligationFactory,
    PersonFactory,
    SentenceFactory,
    days,
)

pytestmark = pytest.mark.django_db


def case(*, crd: date | None, com: str | None = None, held: dict[str, Any] | None = None, **facts: Any) -> Person:
    """A person whose handover falls eight months before `crd`, determined as the pipeline does."""
    person = PersonFactory(**(held or {}))
    SentenceFactory(person=person, started_on=days(-190), crd=crd, sed=None, **facts)
    CaseDetailsFactory(person=person, com_name=com)
    determine(person)
    return person


def due(on: date, **facts: Any) -> Person:
    """A person whose handover is due on `on` exactly: eight months before a 15th or so."""
    month = on.month + 8
    release = date(on.year + (month - 1) // 12, (month - 1) % 12 + 1, on.day)
    return case(crd=release, **facts)


def determine(person: Person) -> None:
    determine_handovers([person.pk], window_of(TODAY, NOW))
    open_obligations([person.pk], window_of(TODAY, NOW))


def members(key: str) -> set[str]:
    people = with_handover(Person.objects.all(), TODAY)
    chosen = next(row for row in LISTS if row.key == key)
    return set(people.filter(chosen.where(TODAY)).values_list("surname", flat=True))


def named(surname: str) -> dict[str, Any]:
    return {"held": {"surname": surname}}


def url(name: str, *args: object) -> str:
    return reverse(f"handover:{name}", args=["LEI", *args])


def test_upcoming_holds_the_next_eight_weeks_today_and_the_last_day_included(cast: Cast) -> None:
    due(days(-1), **named("Yesterday"))
    due(TODAY, **named("Today"))
    due(date(2027, 1, 13), **named("Last"))  # 56 days ahead
    due(date(2027, 1, 14), **named("Later"))
    assert members("upcoming") == {"Today", "Last"}


def test_in_progress_needs_a_com_or_a_step_ahead_of_the_date(cast: Cast) -> None:
    due(days(5), **named("Nobody"))
    for surname, ended in (("Begun", {}), ("Ended", {"ended_at": NOW, "ended_because": "It moved"})):
        person = due(days(5), **named(surname))
        facts = {"kind": "com_contact", "done_on": TODAY, "recorded_by": cast.of(Role.HOMD), "recorded_at": NOW}
        sentence = person.sentences.get()
        HandoverStep.objects.create(person=person, prison=person.prison, sentence=sentence, **facts, **ended)
    due(days(5), com="Cam Community", **named("Named"))
    due(days(-5), com="Cam Community", **named("Past"))
    assert members("in-progress") == {"Named", "Begun"}


def test_overdue_holds_every_duty_about_a_handover(cast: Cast) -> None:
    due(days(-1), **named("Late"))
    due(TODAY, **named("Today"))
    for kind, rule in (
        ("oasys_handover", "OA-04"), ("oasys_parole", "OA-13"), ("oasys_pre_release", "OA-06"),
        ("ea_transfer", "EA-23"),
        ("pre_release_board", "HO-40"), ("oasys_parole", "OA-11"), ("oasys_review", "OA-05"),
    ):  # fmt: skip
        facts = {"met_by": "", "owner_role": "com", "due_on": days(-1), "kind": kind, "rule": rule}
        ObligationFactory(person=due(days(300), **named(f"{kind} {rule}")), **facts)
    assert members("overdue") == {
        "Late", "oasys_handover OA-04", "oasys_parole OA-13", "oasys_pre_release OA-06", "ea_transfer EA-23",
        "pre_release_board HO-40",
    }  # fmt: skip


def test_no_com_counts_48_hours_from_the_day_the_com_is_responsible(cast: Cast) -> None:
    due(days(-2), **named("TwoDays"))
    due(days(-1), **named("OneDay"))
    due(days(-9), com="Cam Community", **named("Named"))
    case(crd=days(60), **named("Short"))
    case(crd=None, recalled=True, **named("Recalled"))
    assert members("no-com") == {"TwoDays", "Short", "Recalled"}


def test_a_case_kept_by_a_review_is_the_coms_since_that_answer_began(cast: Cast) -> None:
    person = due(days(100), **named("Lifer"))
    fixed = {"fixed": "COM", "reason": "parole_window", "start_on": None, "handover_on": None}
    for on in (days(-5), days(-1)):
        person.handoverdeterminations.current().update(superseded_at=NOW)
        row = person.handoverdeterminations.order_by("pk").last()
        assert row
        for name, value in {"pk": None, "superseded_at": None, "determined_on": on, **fixed}.items():
            setattr(row, name, value)
        row.save()
        assert with_handover(Person.objects.all(), TODAY).get().com_leads_since == days(-5)
    assert members("no-com") == {"Lifer"}


def test_an_email_makes_a_com_known_too(cast: Cast) -> None:
    person = due(days(-9))
    person.details.com_email = "cam@probation.invalid"
    person.details.save()
    assert members("no-com") == set()


def test_unknown_date_holds_the_poms_cases_without_one_and_whoever_was_never_determined(cast: Cast) -> None:
    case(crd=None, **named("NoRelease"))
    PersonFactory(surname="Never")
    PersonFactory(surname="Remand", legal_status="REMAND")
    due(days(30), **named("Dated"))
    assert members("unknown-date") == {"NoRelease", "Never"}


def test_no_list_holds_anybody_unsentenced(cast: Cast) -> None:
    for status in ("REMAND", "CIVIL_PRISONER", "IMMIGRATION_DETAINEE", "UNKNOWN"):
        determine(PersonFactory(legal_status=status))
    assert all(members(row.key) == set() for row in LISTS)


def test_com_needed_is_support_without_a_name(cast: Cast) -> None:
    for surname, com in (("Nobody", None), ("Named", "Cam Community")):
        person = due(days(100), com=com, **named(surname))
        person.handoverdeterminations.update(fixed="POM_WITH_COM", start_on=None, handover_on=None)
    supported = due(days(100), **named("ByDate"))
    supported.handoverdeterminations.update(start_on=TODAY)
    due(days(100), **named("Alone")).handoverdeterminations.update(start_on=days(1))
    assert members("com-needed") == {"Nobody", "ByDate"}
    assert members("no-com") == set()


def test_the_weeks_add_up_to_the_upcoming_list(cast: Cast) -> None:
    for on in (TODAY, days(4), days(5), date(2027, 1, 13), date(2027, 1, 14)):
        due(on, held={"prison": cast.prison})
    weeks = by_week(cast.prison.people.all(), TODAY)
    assert [(week.start, week.count) for week in weeks if week.count] == [
        (days(-2), 2),
        (days(5), 1),
        (date(2027, 1, 11), 1),
    ]
    assert sum(week.count for week in weeks) == len(members("upcoming")) == 4
    assert len(weeks) == 9


@pytest.mark.parametrize("key", [row.key for row in LISTS])
def test_each_page_prints_its_definition_and_every_tab_counts_its_list(cast: Cast, key: str) -> None:
    due(days(5), com="Cam Community")
    due(days(-9))
    case(crd=None)
    page = cast.client(Role.HOMD).get(url(key))
    assert next(row.definition for row in LISTS if row.key == key) in page.content.decode()
    counts = {tab.url: tab.count for tab in page.context["tabs"]}
    client = cast.client(Role.HOMD)
    assert {address: client.get(address).context["list"].count for address in counts} == counts


def test_by_pom_the_tabs_count_that_poms_people(cast: Cast) -> None:
    due(days(5), held={"pom": cast.of(Role.POM), "surname": "Mine"})
    due(days(5), **named("Other"))
    page = cast.client(Role.POM).get(url("upcoming") + f"?pom={cast.of(Role.POM).pk}")
    assert "Mine" in page.content.decode() and "Other, Sam" not in page.content.decode()
    assert page.context["tabs"][0].count == 1
    assert page.context["tabs"][2].url.endswith(f"/overdue/?pom={cast.of(Role.POM).pk}")
    assert cast.client(Role.POM).get(url("upcoming") + "?pom=null").context["list"].count == 1


def test_every_date_links_to_its_why(cast: Cast) -> None:
    person = due(days(5))
    page = cast.client(Role.HOMD).get(url("upcoming")).content.decode()
    assert reverse("why", args=["LEI", person.ref, "handover"]) in page


SEES = (Role.POM, Role.HOMD, Role.HOMS, Role.CASE_ADMINISTRATOR, Role.GOVERNOR)
SEES_NOT = (Role.KEY_WORKER, Role.SAFER_CUSTODY, Role.NATIONAL)


@pytest.mark.parametrize(("role", "status"), [(r, 200) for r in SEES] + [(r, 403) for r in SEES_NOT])
def test_who_sees_the_lists(cast: Cast, role: Role, status: int) -> None:
    assert {cast.client(role).get(url(row.key)).status_code for row in LISTS} == {status}


def test_another_prison_and_anonymous(cast: Cast, client: Client) -> None:
    assert cast.stranger.get(url("overdue")).status_code == 404
    assert client.get(url("overdue")).status_code == 302


def test_as_many_queries_for_thirty_as_for_three(cast: Cast) -> None:
    def fill(number: int) -> None:
        for _ in range(number):
            due(days(5), com="Cam Community")
            due(days(-9))
            case(crd=None)

    def queries(key: str) -> int:
        client = cast.client(Role.HOMD)
        with CaptureQueriesContext(connection) as captured:
            client.get(url(key))
        return len(captured)

    fill(1)
    one = {row.key: queries(row.key) for row in LISTS}
    fill(9)
    assert {row.key: queries(row.key) for row in LISTS} == one


def test_a_date_that_is_not_known_is_not_said_to_apply_to_nobody(cast: Cast) -> None:
    said = {crd: in_a_sentence(case(crd=crd).handoverdeterminations.get(), TODAY) for crd in (None, days(20))}
    assert said[None].startswith("The POM is responsible, and no handover date can be worked out.")
    assert said[days(20)].startswith("The COM is responsible, and no handover date applies.")


def test_page_and_file_say_that_no_handover_date_applies(cast: Cast) -> None:
    case(crd=days(20))
    client = cast.client(Role.HOMD)
    file = b"".join(client.get(url("everyone") + "?export=csv")).decode()
    assert "None: with the COM" in client.get(url("everyone")).content.decode() and "None: with the COM" in file


def test_an_export_is_logged(cast: Cast) -> None:
    due(days(5))
    assert cast.client(Role.HOMD).get(url("upcoming") + "?export=csv").status_code == 200
    assert AuditEvent.objects.get(action="export").detail["list"] == "handovers-upcoming"


def record(client: Client, person: Person, **typed: str) -> Any:
    return client.post(url("record", person.ref), {"handed_on": TODAY.isoformat(), "note": "Met the COM"} | typed)


def test_recording_meets_the_duty_on_its_day_and_takes_it_off_the_list(cast: Cast) -> None:
    person = due(days(-9))
    record(cast.client(Role.HOMD), person, handed_on=days(-3).isoformat())
    duty = person.obligations.get(kind="handover")
    assert (duty.state, duty.met_at.date(), duty.closed_by, duty.note) == (
        "met",
        days(-3),
        cast.of(Role.HOMD),
        "Met the COM",
    )
    assert members("overdue") == set()
    assert AuditEvent.objects.get(action="record_handover").detail["on"] == days(-3).isoformat()


def shift(person: Person, crd: date) -> list[str]:
    """The duties to hand over, beginning with the first, when the release date has moved."""
    person.sentences.update(crd=crd)
    determine(person)
    return list(person.obligations.filter(kind="handover").order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("crd", [date(2027, 7, 17), date(2027, 7, 1), date(2027, 7, 12)])
def test_a_recorded_handover_stays_recorded_while_the_com_has_the_case(cast: Cast, crd: date) -> None:
    person = due(days(-9))
    record(cast.client(Role.HOMD), person)
    assert shift(person, crd) == ["met"]


def test_one_recorded_ahead_of_its_date_stays_recorded(cast: Cast) -> None:
    person = due(days(9), com="Cam")
    record(cast.client(Role.HOMD), person)
    assert shift(person, person.sentences.get().crd) == ["met"]


def test_with_a_later_date_the_pom_hands_over_again_and_again(cast: Cast) -> None:
    person = due(days(-9), held={"surname": "Back"})
    record(cast.client(Role.HOMD), person)
    assert shift(person, date(2027, 7, 28)) == ["met", "open"] == shift(person, date(2027, 7, 30))
    duty = person.obligations.demanding().get(kind="handover")
    assert (duty.slot, duty.due_on) == (f"sentence-{person.sentences.get().pk}-2", date(2026, 11, 30))
    assert members("upcoming") == {"Back"}
    assert shift(person, date(2027, 7, 17)) == ["met", "open"], "it stays owed when its date comes"
    assert members("overdue") == {"Back"}
    record(cast.client(Role.HOMD), person)
    assert shift(person, date(2027, 8, 10)) == ["met", "met", "open"]
    assert shift(person, date(2027, 7, 17)) == ["met", "met", "void"], "the date goes back: nothing is owed"


def test_days_that_cannot_be_and_days_far_ahead_of_the_date(cast: Cast) -> None:
    person, client = due(days(150)), cast.client(Role.HOMD)
    assert b"The sentence began on" in record(client, person, handed_on=days(-191).isoformat()).content
    assert b"Say why it was handed over before" in record(client, person, note="").content
    assert record(client, person, note="The COM asked for it").status_code == 302


def test_a_handover_recorded_in_error_is_taken_back(cast: Cast) -> None:
    person = due(days(-9), held={"pom": cast.of(Role.POM), "surname": "Error"})
    record(cast.client(Role.POM), person)
    duty = person.obligations.get(kind="handover")
    page = cast.client(Role.POM).get(reverse("handover:duty", args=["LEI", duty.pk])).content.decode()
    address = reverse("handover:duty-in-error", args=["LEI", duty.pk])
    assert address in page and "Recorded as handed over" in page
    assert cast.client(Role.CASE_ADMINISTRATOR).post(address, {"reason": "No"}).status_code == 403
    assert cast.client(Role.POM).post(address, {"reason": "Another person"}).status_code == 302
    duty.refresh_from_db()
    assert (duty.state, members("overdue")) == ("open", {"Error"})


def test_later_only_the_homd_takes_a_handover_back(cast: Cast) -> None:
    person = due(days(-9), held={"pom": cast.of(Role.POM)})
    record_handover(person=person, on=days(-1), note="", by=cast.of(Role.POM), at=NOW - timedelta(days=1))
    address = reverse("handover:duty-in-error", args=["LEI", person.obligations.get(kind="handover").pk])
    assert cast.client(Role.POM).post(address, {"reason": "Error"}).status_code == 403
    assert cast.client(Role.HOMD).post(address, {"reason": "Error"}).status_code == 302


def test_handovers_are_taken_back_from_the_last_on(cast: Cast) -> None:
    person, homd = due(days(-9)), cast.of(Role.HOMD)
    first = record_handover(person=person, on=TODAY, note="", by=homd, at=NOW)
    shift(person, date(2027, 7, 30))
    record_handover(person=person, on=TODAY, note="", by=homd, at=NOW)
    with pytest.raises(RefusedError, match="later handover"):
        take_back(duty=first, reason="Error", by=homd, at=NOW)


def test_a_pom_with_nobody_sees_nobody_under_mine(cast: Cast) -> None:
    due(days(5))
    client = cast.client(Role.POM)
    mine = client.get(url("upcoming")).context["whose"][0][1]
    assert client.get(mine).context["list"].count == 0


def test_a_second_record_says_who_was_quicker_and_keeps_what_was_typed(cast: Cast) -> None:
    person = due(days(-9))
    record(cast.client(Role.HOMD), person)
    page = record(cast.client(Role.HOMD), person, note="Another note").content.decode()
    assert "Hollis Delivery closed this on 18 November 2026" in page and "Another note" in page


def test_a_day_ahead_is_refused(cast: Cast) -> None:
    page = record(cast.client(Role.HOMD), due(days(9)), handed_on=days(1).isoformat())
    assert b"must be today or in the past" in page.content


def test_a_pom_records_their_own_cases_alone(cast: Cast) -> None:
    mine, other = due(days(5), held={"pom": cast.of(Role.POM)}), due(days(5))
    client = cast.client(Role.POM)
    assert record(client, mine).status_code == 302
    assert record(client, other).status_code == 403
    assert cast.client(Role.HOMS).get(url("record", mine.ref)).status_code == 403


def test_the_home_tiles_open_lists_of_their_length(cast: Cast, settings: Any) -> None:
    settings.HOME_TILES = ["handover.panels.home_tiles"]
    due(days(-9))
    due(days(5), held={"pom": cast.of(Role.POM)})
    for role, expected in ((Role.HOMD, [1, 1]), (Role.POM, [1]), (Role.KEY_WORKER, [])):
        client = cast.client(role)
        tiles = client.get(reverse("home", args=["LEI"])).context["tiles"]
        assert [client.get(tile.url).context["list"].count for tile in tiles] == expected
        assert [tile.count for tile in tiles] == expected


def test_the_person_page_tells_who_is_responsible_to_those_who_see_dates(cast: Cast, settings: Any) -> None:
    settings.PERSON_PANELS = ["tiering.panels.tier_panel", "handover.panels.handover_panel"]
    person = due(days(-9), held={"key_worker": cast.of(Role.KEY_WORKER)})
    address = reverse("person", args=["LEI", person.ref])
    page = cast.client(Role.HOMD).get(address).content.decode()
    assert "The COM has been responsible since 9 November 2026" in page and "9 days overdue" in page
    assert "COM has been responsible" not in cast.client(Role.KEY_WORKER).get(address).content.decode()


def test_counts_are_one_query(cast: Cast, django_assert_num_queries: Any) -> None:
    due(days(5))
    with django_assert_num_queries(1):
        assert list_counts(cast.prison, TODAY)["upcoming"] == 1


def test_weeks_start_on_monday(cast: Cast) -> None:
    weeks = by_week(cast.prison.people.all(), TODAY)
    assert {week.start.weekday() for week in weeks} == {0}
    assert weeks[-1].start + timedelta(days=6) >= TODAY + timedelta(weeks=8)
