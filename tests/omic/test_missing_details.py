"""Missing details: who lacks what, what that blocks, and the page that enters it."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from handover.pipeline import determine_handovers, open_obligations
from omic.details import BY_ASSESSMENT, FIELDS
from omic.missing import checks, lacking, missing_of
from omic.models import CaseDetails, Person, Role
from omic.reconcile import window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, CaseDetailsFactory, SentenceFactory, days
from tiering.pipeline import determine_tiers

pytestmark = pytest.mark.django_db
LIST = "/prisons/LEI/allocation/missing/"
COMPLETE = {"com_name": "Cam Community", "ldu": "Leeds"}


def known(cast: Cast, held: dict[str, Any] | None = None, **facts: Any) -> Person:
    """Somebody of whom nothing is missing but what `facts` leave out."""
    person = cast.person(**(held or {}))
    dates = {name: facts.pop(name) for name in ("started_on", "crd", "sed", "kind", "recalled") if name in facts}
    SentenceFactory(person=person, **dates)
    CaseDetailsFactory(person=person, **facts)
    determine(person)
    return person


def determine(person: Person) -> None:
    for step in (determine_tiers, determine_handovers, open_obligations):
        step([person.pk], window_of(TODAY, NOW))


def missing(cast: Cast) -> set[str]:
    return {check.key for person in lacking(cast.prison.people.all(), TODAY) for check in missing_of(person)}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, set()),
        ({"rosh": None}, {"rosh"}),
        ({"rsr": None}, {"rsr"}),
        ({"mappa_level": None}, {"mappa"}),
        ({"provider": None}, set()),
        ({"provider": None, "started_on": days(-2200), "crd": days(900)}, {"provider"}),
        ({"crd": days(20)}, {"com", "ldu"}),
        ({"crd": days(20), "ldu": "Leeds", "com_email": "cam@probation.invalid"}, set()),
        ({"crd": days(280)}, {"com", "ldu"}),
        ({"crd": None, "sed": None}, {"release"}),
        ({"started_on": None, "crd": days(900)}, {"start"}),
    ],
)
def test_what_is_missing_of_a_sentenced_person(cast: Cast, facts: dict[str, Any], expected: set[str]) -> None:
    known(cast, **facts)
    assert missing(cast) == expected


def test_people_who_are_nobodys_case_lack_nothing_but_a_clear_status(cast: Cast) -> None:
    for status in ("REMAND", "UNKNOWN"):
        determine(cast.person(legal_status=status))
    assert missing(cast) == {"status"}


@pytest.mark.parametrize(
    ("estate", "held", "expected"),
    [
        ("women", {}, {"complexity"}),
        ("women", {"complexity": "low"}, set()),
        ("women", {"legal_status": "REMAND"}, set()),
        ("men_closed", {}, set()),
    ],
)
def test_a_sentenced_woman_whose_complexity_is_not_known_is_listed(
    cast: Cast, estate: str, held: dict[str, Any], expected: set[str]
) -> None:
    type(cast.prison).objects.filter(pk="LEI").update(estate=estate)
    person = known(cast, held)
    assert missing(cast) == expected
    page = cast.client(Role.HOMD).get(LIST).content.decode()
    assert (reverse("allocation:screening", args=["LEI", person.ref]) in page) is bool(expected)
    assert ("Complexity of need</option>" in page) is (estate == "women")
    numbers = cast.client(Role.HOMD).get(reverse("allocation:dashboard", args=["LEI"])).context["missing"]
    assert numbers[0].count == len(expected)


def test_the_list_says_what_is_missing_and_what_it_blocks(cast: Cast) -> None:
    known(cast, rosh=None, rsr=None)
    page = cast.client(Role.HOMS).get(LIST).content.decode()
    assert "RoSH, RSR" in page and page.count("The tier is provisional") == 1


def test_the_filter_finds_those_who_lack_one_thing(cast: Cast) -> None:
    known(cast, rosh=None)
    known(cast, rsr=None)
    rows = cast.client(Role.HOMS).get(LIST + "?what=rsr").context["list"].page
    assert [[check.key for check in missing_of(row)] for row in rows] == [["rsr"]]


def test_nothing_missing_is_said_to_be_good(cast: Cast) -> None:
    assert "That is good." in cast.client(Role.HOMD).get(LIST).content.decode()


def test_every_check_has_words() -> None:
    assert all(check.label and check.blocks for check in checks())
    assert len({check.key for check in checks()}) == len(checks())


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.HOMD, 200), (Role.HOMS, 200), (Role.CASE_ADMINISTRATOR, 200), (Role.POM, 403), (Role.KEY_WORKER, 403)],
)
def test_who_enters_details(cast: Cast, role: Role, status: int) -> None:
    person = known(cast, rosh=None)
    addresses = [LIST, edit(person), reverse("add-record", args=["LEI", person.ref, "oasys"])]
    assert {cast.client(role).get(address).status_code for address in addresses} == {status}


def test_another_prison_and_anonymous(cast: Cast, client: Client) -> None:
    person = known(cast, rosh=None)
    for address in (LIST, edit(person)):
        assert cast.stranger.get(address).status_code == 404
        assert client.get(address).status_code == 302


def test_as_many_queries_for_ten_as_for_one(cast: Cast) -> None:
    def queries(address: str) -> int:
        client = cast.client(Role.HOMS)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    person = known(cast, rosh=None)
    one = queries(LIST), queries(edit(person))
    for _ in range(9):
        known(cast, rosh=None, crd=days(20))
    for name in ("low", "high") * 4:
        save(cast, person, rosh=name)
    assert (queries(LIST), queries(edit(person))) == one


def test_the_home_tile_counts_the_list(cast: Cast, settings: Any) -> None:
    settings.HOME_TILES = ["omic.missing.home_tiles"]
    known(cast, rosh=None)
    tile = cast.client(Role.HOMS).get("/prisons/LEI/").context["tiles"][0]
    assert (tile.count, tile.url) == (1, LIST)
    assert cast.client(Role.KEY_WORKER).get("/prisons/LEI/").context["tiles"] == []


def edit(person: Person) -> str:
    return reverse("edit-details", args=["LEI", person.ref])


def form_of(cast: Cast, person: Person) -> dict[str, Any]:
    """What the browser would post of the page as it is drawn."""
    form = cast.client(Role.HOMD).get(edit(person)).context["form"]
    drawn = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in drawn.items()} | {"source": "nDelius"}


def save(cast: Cast, person: Person, **typed: Any) -> Any:
    return cast.client(Role.HOMD).post(edit(person), form_of(cast, person) | typed)


def test_only_what_was_typed_is_recorded(cast: Cast) -> None:
    person = known(cast, rosh=None)
    assert save(cast, person, rosh="high", ldu="Leeds").status_code == 302
    assert sorted(person.detail_entries.values_list("field", "value")) == [("ldu", "Leeds"), ("rosh", "high")]
    assert person.tierdeterminations.get(superseded_at=None).letter == "B"


def test_saving_what_the_page_showed_changes_nothing(cast: Cast) -> None:
    person = known(cast, early_allocation=False, moved_to_open_on=days(-5), rsr="4.30")
    save(cast, person)
    assert (person.detail_entries.count(), CaseDetails.objects.get(person=person).version) == (0, 1)


def test_two_people_at_one_page_the_second_is_told_who_changed_what_and_can_save_again(cast: Cast) -> None:
    person = known(cast)
    stale = form_of(cast, person) | {"ldu": "Bradford"}
    save(cast, person, rosh="very_high")
    page = cast.client(Role.CASE_ADMINISTRATOR).post(edit(person), stale)
    assert "Hollis Delivery changed RoSH to Very high on 18 November 2026 at 10:00am." in page.content.decode()
    assert page.context["form"]["ldu"].value() == "Bradford"
    again = stale | {"version": page.context["form"]["version"].value()}
    assert cast.client(Role.CASE_ADMINISTRATOR).post(edit(person), again).status_code == 302
    details = CaseDetails.objects.get(person=person)
    assert (details.rosh, details.ldu) == ("very_high", "Bradford")


def test_something_newer_is_named_beside_the_field(cast: Cast) -> None:
    person = known(cast)
    save(cast, person, rosh="high")
    page = save(cast, person, rosh="low", as_at=days(-3).isoformat())
    assert "RoSH is known as at 18 November 2026: High, from nDelius." in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"rsr": "150"}, "RSR must be between 0 and 99.98"),
        ({"rsr": "99.99"}, "RSR must be between 0 and 99.98"),
        ({"source": ""}, "Enter source"),
        ({"as_at": days(1).isoformat()}, "The day must be today or in the past"),
        ({"seen": "{"}, "Load the page again"),
        ({"hospital_transfer_on": days(1).isoformat()}, "The day must be today or in the past"),
        ({"closure_meeting_on": days(1).isoformat()}, "The day must be today or in the past"),
        ({"handover_oasys_not_needed": "true"}, "Say why no OASys review is needed before handover"),
        ({"early_allocation_rationale": "x" * 301}, "must be 300 characters or fewer"),
    ],
)
def test_errors_keep_what_was_typed(cast: Cast, typed: dict[str, str], error: str) -> None:
    page = save(cast, known(cast), ldu="Bradford", **typed).content.decode()
    assert error in page and "Bradford" in page


def folded(page: Any) -> dict[str, bool]:
    return {section.legend: section.is_open for section in page.context["form"].sections() if section.folded}


def test_what_few_people_have_is_folded_until_there_is_something(cast: Cast) -> None:
    person = known(cast, opd_screened_in=False)
    assert folded(cast.client(Role.HOMD).get(edit(person))) == {
        "Early allocation criteria": False,
        "OASys before handover, and the OPD pathway": True,
        "Hospital": False,
        "Sentence planning, and a move from youth custody": False,
    }
    page = save(cast, person, remitted_on=days(1).isoformat(), scpo="true")
    closed = [legend for legend, is_open in folded(page).items() if not is_open]
    assert closed == ["Sentence planning, and a move from youth custody"]
    assert page.content.decode().count('<details class="govuk-details" open>') == 3


def test_every_detail_is_on_the_page_once(cast: Cast) -> None:
    form = cast.client(Role.HOMD).get(edit(known(cast))).context["form"]
    drawn = [field.name for section in form.sections() for field in section.fields]
    assert sorted(drawn) == sorted({*FIELDS, "source", "as_at"} - set(BY_ASSESSMENT))


def test_an_early_allocation_is_not_entered_but_follows_from_an_assessment(cast: Cast) -> None:
    person = known(cast)
    save(cast, person, early_allocation="true", early_allocation_agreed_on=days(-1).isoformat())
    assert CaseDetails.objects.get(person=person).early_allocation is None
    page = cast.client(Role.HOMD).get(edit(person)).content.decode()
    assert reverse("handover:early", args=["LEI", person.ref]) in page


def test_facts_of_the_timetable_can_be_entered(cast: Cast) -> None:
    person, ahead = known(cast), days(30)
    reason = {"handover_oasys_not_needed": "true", "handover_oasys_reason": "Reviewed in May"}
    assert save(cast, person, remission_planned_on=ahead.isoformat(), scpo="false", **reason).status_code == 302
    details = CaseDetails.objects.get(person=person)
    assert (details.remission_planned_on, details.scpo, details.handover_oasys_not_needed) == (ahead, False, True)
    page = cast.client(Role.HOMD).get(edit(person)).content.decode()
    assert "Serious Crime Prevention Order</th>" in page and "Reviewed in May" in page


def test_a_reason_taken_away_from_what_somebody_else_just_judged_is_refused(cast: Cast) -> None:
    person = known(cast, handover_oasys_reason="Reviewed in May")
    stale = form_of(cast, person) | {"handover_oasys_reason": ""}
    save(cast, person, handover_oasys_not_needed="true")
    page = cast.client(Role.HOMD).post(edit(person), stale)
    page = cast.client(Role.HOMD).post(edit(person), stale | {"version": page.context["form"]["version"].value()})
    assert "Say why no OASys review is needed before handover" in page.content.decode()


def test_save_and_next_goes_to_the_next_person_who_lacks_something(cast: Cast) -> None:
    first, second = (known(cast, {"surname": name}, rosh=None) for name in ("Able", "Baker"))
    assert save(cast, first, rosh="low", also="1").url == edit(second)
    assert save(cast, second, rosh="low", also="1").url == LIST


def test_what_was_recorded_is_shown_with_source_and_author(cast: Cast) -> None:
    person = known(cast)
    save(cast, person, rosh="high")
    page = cast.client(Role.HOMD).get(edit(person)).content.decode()
    assert "nDelius" in page and "18 November 2026 at 10:00am, Hollis Delivery" in page


def add(cast: Cast, person: Person, record: str, **typed: str) -> Any:
    address = reverse("add-record", args=["LEI", person.ref, record])
    return cast.client(Role.HOMD).post(address, {"source": "nDelius", "as_at": TODAY.isoformat()} | typed)


def test_a_parole_review_can_be_entered(cast: Cast) -> None:
    person = known(cast, kind="indeterminate", crd=None, sed=None)
    assert person.handoverdeterminations.get(superseded_at=None).handover_on is None
    assert add(cast, person, "parole-review", target_hearing_on=days(900).isoformat()).status_code == 302
    assert person.handoverdeterminations.get(superseded_at=None).handover_on is not None


@pytest.mark.parametrize(
    ("record", "typed", "error"),
    [
        ("parole-review", {}, "Enter the target hearing date, or an outcome and its day"),
        ("parole-review", {"outcome": "release"}, "Enter the day of the outcome"),
        ("parole-review", {"outcome_on": "2026-01-01"}, "Select the outcome of that day"),
        ("oasys", {"layer": "3", "kind": "initial", "completed_by": "pom"}, "Enter completed on"),
        ("sentence-plan", {"active": "yes", "pom_agreed_by": "Pat"}, "Enter the day on which the POM agreed"),
    ],
)
def test_a_record_that_is_not_whole_is_refused(cast: Cast, record: str, typed: dict[str, str], error: str) -> None:
    assert error in add(cast, known(cast), record, **typed).content.decode()


def test_an_oasys_and_a_plan_can_be_entered_and_are_shown(cast: Cast) -> None:
    person = known(cast)
    oasys = {"layer": "3", "kind": "initial", "completed_on": "2026-05-01", "completed_by": "pom"}
    assert add(cast, person, "oasys", **oasys).status_code == 302
    assert add(cast, person, "sentence-plan", active="yes", targets="Find work", version="0").status_code == 302
    page = cast.client(Role.HOMD).get(edit(person)).content.decode()
    assert "1 May 2026: Initial, layer 3, POM" in page and "Find work" in page


def test_of_two_at_one_plan_the_second_sees_who_changed_what_and_keeps_what_they_typed(cast: Cast) -> None:
    person, second = known(cast), cast.client(Role.CASE_ADMINISTRATOR)
    assert add(cast, person, "sentence-plan", active="yes", targets="Find work", version="0").status_code == 302
    address = reverse("add-record", args=["LEI", person.ref, "sentence-plan"])
    mine = {"source": "OASys", "as_at": TODAY.isoformat(), "active": "yes", "targets": "Learn", "version": "0"}
    answer = second.post(address, mine)
    assert "Hollis Delivery changed the plan on 18 November 2026" in answer.content.decode()
    assert "active, Find work" in answer.content.decode()
    form = answer.context["form"]
    assert (form["targets"].value(), form["version"].value()) == ("Learn", 1)
    assert second.post(address, mine | {"version": "1"}).status_code == 302
    assert cast.client(Role.HOMD).get(address).context["form"]["targets"].value() == "Learn"


def test_there_are_no_other_records(cast: Cast) -> None:
    assert add(cast, known(cast), "nonsense").status_code == 404
