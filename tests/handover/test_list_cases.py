"""The case file of the handover lists: each definition at its boundaries, a day on either side of it."""

from datetime import date, timedelta
from typing import Any

import pytest

from handover.lists import handover
from handover.models import HandoverDetermination, HandoverStep, ResponsibilityOverride
from handover.queries import LISTS, list_counts, with_handover
from omic.models import Person, Role, Sentence
from tests.case_files import Case, read_cases
from tests.cast import Cast
from tests.factories import NOW, TODAY, CaseDetailsFactory, ObligationFactory, SentenceFactory, days

pytestmark = pytest.mark.django_db
CASES = read_cases("handover_lists")
COMS = {"": {}, "name": {"com_name": "Cam Community"}, "email": {"com_email": "cam@probation.invalid"}}


def day(cell: str) -> date | None:
    return days(int(cell)) if cell else None


def make(cast: Cast, case: Case) -> Person:
    sentence: Sentence = SentenceFactory(person=cast.person(surname=case["id"]), crd=days(900))
    person: Person = sentence.person
    CaseDetailsFactory(person=person, **COMS[case["com"]])
    if case["start"] != "none":
        facts = {"start_on": day(case["start"]), "handover_on": day(case["handover"]), "fixed": case["fixed"] or None}
        HandoverDetermination.objects.create(
            person=person, sentence=sentence, determined_at=NOW, determined_on=TODAY, reason=case["reason"],
            policy="seed_2019", facts={}, steps=[], **facts,
        )  # fmt: skip
    if case["duty"]:
        owner = "omic" if case["duty"].startswith("remind") else "pom"
        facts = {"opens_on": days(-100), "due_on": day(case["due"]), "kind": case["duty"], "met_by": ""}
        ObligationFactory(person=person, owner_role=owner, **facts)
    if case["step"]:
        facts = {"kind": "licence", "done_on": TODAY, "recorded_by": cast.of(Role.HOMD), "recorded_at": NOW}
        HandoverStep.objects.create(person=person, prison=cast.prison, sentence=sentence, **facts)
    if case["override"]:
        override(cast, sentence, case["override"])
    return person


def override(cast: Cast, sentence: Sentence, words: str) -> None:
    """COM@-2: confirmed two days ago; COM?: waits; COM!: refused; COM#: taken back."""
    lead, mark = words.rstrip("?!#-0123456789@"), words.lstrip("POMC")
    decided: dict[str, Any] = {}
    if mark != "?":
        at = NOW + timedelta(days=int(mark[1:] or 0)) if mark.startswith("@") else NOW
        decided = {"confirmed": mark != "!", "decided_by": cast.of(Role.GOVERNOR), "decided_at": at}
    if mark == "#":
        decided |= {"ended_at": NOW, "ended_by": cast.of(Role.HOMD), "ended_because": "No room"}
    facts = {"reason": "other", "because": "Because", "asked_by": cast.of(Role.HOMD), "asked_at": NOW}
    ResponsibilityOverride.objects.create(
        person=sentence.person, prison=cast.prison, sentence=sentence, responsibility=lead, **facts, **decided
    )


def test_each_case_is_in_its_list_or_not(cast: Cast) -> None:
    for case in CASES:
        make(cast, case)
    people = with_handover(cast.prison.people.all(), TODAY)
    members = {row.key: set(people.filter(row.where(TODAY)).values_list("surname", flat=True)) for row in LISTS}
    assert {case["id"]: "yes" if case["id"] in members[case["list"]] else "no" for case in CASES} == {
        case["id"]: case["in"] for case in CASES
    }
    assert list_counts(cast.prison, TODAY) == {key: len(found) for key, found in members.items()}
    assert members["everyone"] == {case["id"] for case in CASES}, "nobody is in none of the lists"


def test_no_date_is_not_known_for_those_alone_on_the_list_of_unknown_dates(cast: Cast) -> None:
    for case in CASES:
        make(cast, case)
    people = with_handover(cast.prison.people.all(), TODAY)
    unknown = next(row for row in LISTS if row.key == "unknown-date").where(TODAY)
    said = {person.surname: handover(person) for person in people}
    assert {name for name, words in said.items() if words == "Not known"} == {
        person.surname for person in people.filter(unknown)
    }
    assert said["com-fixed"] == "None: with the COM" and said["unknown-override"] == "None: with the POM by decision"
    assert said["need-named"] == "None: with the POM, the COM supports" and said["up-today"] == TODAY


def test_every_list_has_cases_on_both_sides_but_the_one_of_everyone() -> None:
    found = {row.key: {case["in"] for case in CASES if case["list"] == row.key} for row in LISTS}
    assert found == {row.key: {"yes", "no"} if row.key != "everyone" else {"yes"} for row in LISTS}
