"""The What if page: what would move with other facts or another version, and that nothing is ever saved."""

from dataclasses import fields
from datetime import date, datetime
from typing import Any

import pytest
from django.db import InternalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from handover.timetable.calculate import FACTS, facts_of
from handover.timetable_cases import read_duties
from handover.what_if import read_only, standing_facts
from handover.what_if_answers import ask
from handover.what_if_compare import Comparison, Row, compare
from handover.what_if_forms import COMMON, FURTHER, WhatIfForm
from omic.models import OasysAssessment, Person, Role, Sentence
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, CaseDetailsFactory, SentenceFactory, days
from tiering.models import AdditionalFactors

pytestmark = pytest.mark.django_db
CRD = date(2027, 9, 18)  # eight months before it is 18 January 2027


@pytest.fixture
def person(cast: Cast) -> Person:
    """A man with 18 months to serve from sentence, whose handover date lies two months ahead."""
    person = cast.person(surname="Marlowe")
    SentenceFactory(person=person, started_on=date(2026, 3, 18), crd=CRD, sed=date(2029, 3, 18))
    CaseDetailsFactory(person=person, rosh="low", mappa_level=None, rsr=2)
    reconcile([person.pk], window_of(TODAY, NOW))
    return person


def url(person: Person) -> str:
    return reverse("handover:what-if", args=["LEI", person.ref])


def typed(person: Person, **changes: Any) -> dict[str, Any]:
    """What a browser posts: every fact as the page shows it, some of them changed."""
    form = form_of(person)
    posted = {bound.name: _as_posted(bound.value()) for bound in form} | {
        name: _as_posted(value) for name, value in changes.items()
    }
    return {name: value for name, value in posted.items() if value not in (None, False, "")}


def _as_posted(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M}"
    return value.isoformat() if isinstance(value, date) else "on" if value is True else value


def form_of(person: Person) -> WhatIfForm:
    return WhatIfForm(None, standing=standing(person))


def standing(person: Person) -> dict[str, Any]:
    case = next(read_duties([person.pk], TODAY))
    return standing_facts(case.facts, case.timetable.policy, Person.objects.get(pk=person.pk))


def asked(person: Person, **changes: Any) -> Comparison:
    form = WhatIfForm(typed(person, **changes), standing=standing(person))
    assert form.is_valid(), form.errors
    return compare(ask(standing(person)), ask(form.asked))


def moving(person: Person, **changes: Any) -> dict[str, Row]:
    return {row.what: row for table in asked(person, **changes).moving for row in table.rows}


def said(row: Row) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (row.before.lines if row.before else ()), (row.after.lines if row.after else ())


def page(cast: Cast, person: Person, **changes: Any) -> str:
    return cast.client(Role.HOMD).post(url(person), typed(person, **changes)).content.decode()


def test_the_page_shows_the_facts_and_todays_answer_with_its_why(cast: Cast, person: Person) -> None:
    shown = cast.client(Role.POM).get(url(person)).content.decode()
    assert "Nothing here is saved." in shown
    assert "18 January 2027" in shown and "Rule HO-26." in shown
    assert form_of(person)["crd"].value() == CRD


def test_every_fact_of_the_calculator_can_be_changed() -> None:
    grouped = [name for _, names in (*COMMON, *FURTHER) for name in names]
    assert sorted(grouped) == sorted([*FACTS, "today", "policy_version", "rsr"])


def test_the_facts_as_they_stand_are_those_of_the_pipeline(person: Person) -> None:
    case = next(read_duties([person.pk], TODAY))
    assert facts_of(standing(person), on=TODAY) == case.facts
    assert len(standing(person)) == sum(
        len(fields(part)) for part in (getattr(case.facts, field.name) for field in fields(case.facts))
    ) + len(("policy_version", "rsr", "additional"))


def test_todays_facts_asked_again_change_nothing(cast: Cast, person: Person) -> None:
    assert asked(person).moves == 0
    shown = page(cast, person)
    assert "Nothing would change." in shown and "You changed no fact." in shown
    assert "What would stay as it is" in shown


def test_a_later_release_moves_the_handover_and_says_by_how_much(cast: Cast, person: Person) -> None:
    rows = moving(person, crd=date(2027, 9, 19))
    assert said(rows["Handover"]) == (("18 January 2027",), ("19 January 2027",))
    assert rows["Handover"].news == ("1 day later",)
    shown = page(cast, person, crd=date(2027, 9, 19))
    assert "CRD: 18 September 2027 → 19 September 2027" in shown
    assert "As it stands: 18 September 2027" in shown


@pytest.mark.parametrize(
    ("day", "who"),
    [
        (date(2027, 1, 17), "POM responsible"),
        (date(2027, 1, 18), "COM responsible"),
        (date(2027, 1, 19), "COM responsible"),
    ],
)
def test_the_day_asked_about_either_side_of_the_handover(person: Person, day: date, who: str) -> None:
    rows = moving(person, today=day)
    after = rows["Responsible"].after.lines if "Responsible" in rows else ("POM responsible",)
    assert after == (who,)


@pytest.mark.parametrize(("release", "reason"), [(date(2027, 1, 18), True), (date(2027, 1, 19), False)])
def test_ten_months_left_at_sentence_is_short(person: Person, release: date, reason: bool) -> None:
    rows = moving(person, crd=release)
    assert ("Reason" in rows) is reason
    assert (rows["Handover"].after.lines == ("No date applies",)) is reason


def test_a_newer_version_moves_the_dates(cast: Cast, person: Person) -> None:
    rows = moving(person, policy_version="omic_2019")
    assert rows["Handover"].before.lines != rows["Handover"].after.lines
    assert "(omic_2019)" in page(cast, person, policy_version="omic_2019")


def test_duties_open_go_move_and_change_their_owner(person: Person) -> None:
    kinds = {row.what: row.news for row in moving(person, sentence_start=date(2026, 3, 25)).values()}
    assert kinds["Initial categorisation"] == ("7 days later",)
    recalled = moving(person, recalled=True, recall_type="standard", returned_at=NOW)
    assert recalled["Post-recall meeting"].news == ("New",)
    assert recalled["Responsible"].after.lines == ("COM responsible",)
    unknown = moving(person, crd=None)
    assert unknown["Handover OASys"].news == ("No longer",)


def test_an_owner_who_changes_is_named(person: Person) -> None:
    row = moving(person, crd=date(2027, 1, 10))["Initial OASys"]
    assert said(row) == (("Due by 27 May 2026", "POM"), ("Due by 15 April 2026", "COM"))
    assert row.news == ("42 days earlier", "Other owner")


def test_a_moved_duty_has_its_why_on_both_sides(person: Person) -> None:
    row = moving(person, sentence_start=date(2026, 3, 25))["Initial categorisation"]
    assert [step.rule for step in row.before.steps] == [step.rule for step in row.after.steps] == ["AL-21"]
    assert row.before.steps != row.after.steps


def test_the_tier_moves_with_its_facts(person: Person) -> None:
    rows = moving(person, rosh="very_high")
    assert said(rows["Custody tier"]) == (("D, 0 points",), ("A, 150 points",))
    remand = moving(person, legal_status="remand")
    assert remand["Custody tier"].after.lines == ("None: not serving a sentence",)


def test_the_community_tier_counts_what_was_looked_up(cast: Cast, person: Person) -> None:
    told = {"source": "OASys", "recorded_at": NOW, "recorded_by": cast.of(Role.HOMD)}
    AdditionalFactors.objects.create(person=person, prison=person.prison, as_at=TODAY, **told)
    assert not ask(standing(person)).groups["Tier"].said["Community tier"].lines[0].endswith("provisional")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sed": "2026-03-17"}, "SED is before the sentence starts, 18 March 2026"),
        ({"crd": "2027-02-30"}, "CRD must be a real date"),
        ({"crd": "2027-13"}, "CRD must include a month and year"),
        ({"ped": "1066-10-14"}, "PED must be a date from 1 January 1900 to 31 December 9990"),
        ({"rsr": "99.99"}, "RSR (per cent) must be between 0 and 99.98, not 99.99"),
        ({"today": ""}, "Enter day asked about"),
        ({"policy_version": "omic_1999"}, "Select one of the options shown"),
        ({"handover_oasys_not_needed": True}, "is needed where the handover OASys is not"),
    ],
)
def test_what_cannot_be_is_said_by_field_and_stays(
    cast: Cast, person: Person, changes: dict[str, Any], words: str
) -> None:
    shown = page(cast, person, **changes, sentence_start="2026-03-18", rationale="Typed before")
    assert "There is a problem" in shown and words in shown
    assert "Typed before" in shown
    assert "would change" not in shown.replace("Show what would change", "")


def test_what_was_typed_stays_beside_the_answer(cast: Cast, person: Person) -> None:
    shown = page(cast, person, crd=date(2028, 12, 5), rsr="7.5")
    assert 'name="crd_year" type="text" inputmode="numeric" autocomplete="off" value="2028"' in shown
    assert "As it stands: 18 September 2027" in shown and 'value="7.5"' in shown


def test_moments_are_exact_unless_they_are_changed(person: Person) -> None:
    Sentence.objects.update(returned_at=NOW.replace(second=17), recall_kind="standard", recalled=True)
    form = WhatIfForm(typed(person), standing=standing(person))
    assert form.is_valid() and form.changed_data == []
    assert form.asked["returned_at"] == NOW.replace(second=17)


def test_who_has_no_answer_yet_is_told_so(cast: Cast) -> None:
    client, person = cast.client(Role.HOMD), cast.person(legal_status="UNKNOWN")
    for answer in (client.get(url(person)), client.post(url(person), {"today": "x"})):
        assert answer.status_code == 200 and b"There is nothing to ask yet" in answer.content


def rows_of_every_table() -> dict[str, int]:
    with connection.cursor() as cursor:
        return {name: _count(cursor, name) for name in connection.introspection.table_names(cursor)}


def _count(cursor: Any, name: str) -> int:
    cursor.execute(f'SELECT count(*) FROM "{name}"')
    return cursor.fetchone()[0]


def test_nothing_is_written(cast: Cast, person: Person) -> None:
    client, posted = cast.client(Role.HOMD), typed(person, crd=date(2028, 1, 1), policy_version="omic_2026")
    before = rows_of_every_table()
    with CaptureQueriesContext(connection) as captured:
        client.get(url(person))
        client.post(url(person), posted)
    assert rows_of_every_table() == before
    verbs = {query["sql"].split()[0] for query in captured}
    assert verbs <= {"SELECT", "SAVEPOINT", "RELEASE", "SET"}
    assert sum(query["sql"] == "SET TRANSACTION READ ONLY" for query in captured) == 2


def test_the_database_itself_refuses_to_write(person: Person) -> None:
    with pytest.raises(InternalError, match="read-only transaction"), read_only():
        Person.objects.update(surname="Changed")
    assert Person.objects.update(surname="Afterwards") == 1


def test_facts_stand_in_no_address(cast: Cast, person: Person) -> None:
    answer = cast.client(Role.HOMD).post(url(person), typed(person, crd=date(2028, 1, 1)))
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "?" not in answer.request["QUERY_STRING"] and f'method="post" action="{url(person)}"' in shown
    assert person.prison_number not in url(person)


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.HOMD, 200), (Role.POM, 200), (Role.GOVERNOR, 200), (Role.KEY_WORKER, 403), (Role.SAFER_CUSTODY, 403)],
)
def test_it_is_for_those_who_see_dates(cast: Cast, person: Person, role: Role, status: int) -> None:
    client = cast.client(role)
    assert {client.get(url(person)).status_code, client.post(url(person), typed(person)).status_code} == {status}


def test_another_prison_and_anonymous(cast: Cast, person: Person, client: Client) -> None:
    assert cast.stranger.post(url(person), typed(person)).status_code == 404
    assert client.post(url(person)).status_code == 302


def test_links_lead_here(cast: Cast, person: Person) -> None:
    client = cast.client(Role.HOMD)
    for address in (reverse("person", args=["LEI", person.ref]), reverse("why", args=["LEI", person.ref, "handover"])):
        assert url(person) in client.get(address).content.decode()
    assert url(person) not in client.get(reverse("why", args=["LEI", person.ref, "tier"])).content.decode()


def test_as_many_queries_for_a_long_history_as_for_none(cast: Cast, person: Person) -> None:
    def queries() -> int:
        client = cast.client(Role.HOMD)
        with CaptureQueriesContext(connection) as captured:
            client.get(url(person))
        return len(captured)

    one = queries()
    for number in range(50):
        told = {"source": "OASys", "recorded_at": NOW, "completed_by": "pom", "layer": 3, "kind": "review"}
        OasysAssessment.objects.create(person=person, completed_on=days(-number), **told)
    assert queries() == one
