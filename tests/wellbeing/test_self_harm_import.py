"""Files of self-harm incidents: the good rows load, the bad ones wait with cell and reason, nothing counts twice."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from omic.audit import Actor
from omic.models import ImportRow, Person, Role, RollImport
from omic.nomis.csv_rows import DateFormat
from omic.nomis.run import new_import, take_in
from tests.cast import Cast
from tests.factories import NOW, TODAY, PersonFactory, PrisonFactory, SelfHarmFactory, StaffFactory, days
from tests.omic.roll_files import BY
from wellbeing.models import SelfHarmIncident

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def person() -> Person:
    return PersonFactory(prison=PrisonFactory(code="LEI"), prison_number="A1234AA")


def row(**cells: Any) -> dict[str, Any]:
    return {"prison_number": "A1234AA", "on": days(-1).isoformat(), "reference": "INC-1"} | cells


def take(
    folder: Path, rows: list[dict[str, Any]], prison: str | None = None, name: str = "incidents", by: Actor = BY
) -> RollImport:
    path = folder / f"{name}.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in rows))
    scope = PrisonFactory(code=prison) if prison else None
    taken = new_import(kind=RollImport.Kind.SELF_HARM, file_name=path.name, by=by, on=TODAY, at=NOW, prison=scope)
    return take_in(taken, path, by=by, at=NOW)


def reasons(taken: RollImport) -> list[tuple[str, str]]:
    waiting = taken.import_rows.filter(decision="waiting").order_by("number")
    return [(error["cell"], error["reason"]) for one in waiting for error in one.errors]


def test_the_same_file_twice_is_each_incident_once(tmp_path: Path, person: Person) -> None:
    rows = [row(), row(reference="INC-2", note="In her cell"), row(reference="INC-3", on=TODAY.isoformat())]
    taken = take(tmp_path, rows)
    assert (taken.added, taken.unchanged, taken.quarantined) == (3, 0, 0)
    again = take(tmp_path, [*rows, row()], name="again")
    assert (again.added, again.unchanged) == (0, 4)
    found = SelfHarmIncident.objects.get(reference="INC-2")
    assert (found.person, found.prison_id, found.on, found.source) == (person, "LEI", days(-1), "imported")
    assert SelfHarmIncident.objects.count() == 3


@pytest.mark.parametrize(
    ("cells", "cell", "words"),
    [
        ({"prison_number": "A9999ZZ"}, "prison_number", "nobody known here"),
        ({"prison_number": "1234"}, "prison_number", "not a prison number"),
        ({"prison_number": None}, "prison_number", "is missing"),
        ({"on": "17/11/2026"}, "on", "not a date written as"),
        ({"on": days(1).isoformat()}, "on", "in the future"),
        ({"on": "2001-01-01"}, "on", "not in any prison known here"),
        ({"on": None}, "on", "is missing"),
        ({"reference": ""}, "reference", "could be counted twice"),
        ({"reference": 7}, "reference", "not text"),
        ({"another": "perhaps"}, "another", "not true or false"),
    ],
)
def test_a_bad_row_waits_with_its_cell_and_reason(
    tmp_path: Path, person: Person, cells: dict[str, Any], cell: str, words: str
) -> None:
    taken = take(tmp_path, [row(**cells), row(reference="INC-9")])
    assert (taken.added, taken.quarantined) == (1, 1)
    ((found, reason),) = reasons(taken)
    assert found == cell
    assert words in reason


def test_a_later_incident_of_the_same_person_settles_no_bad_row(tmp_path: Path, person: Person) -> None:
    first = take(tmp_path, [row(on="x"), row(on="y", reference="INC-2")])
    take(tmp_path, [row(reference="INC-3"), row(on="z", reference="INC-4")], name="later")
    assert first.import_rows.filter(decision="waiting").count() == 2
    take(tmp_path, [row(on="x")], name="again")
    assert first.import_rows.filter(decision="waiting").count() == 1
    assert ImportRow.objects.filter(decision="waiting").count() == 3


def test_one_reference_is_one_incident(tmp_path: Path, person: Person) -> None:
    PersonFactory(prison=person.prison, prison_number="B1234BB")
    taken = take(tmp_path, [row(), row(prison_number="B1234BB"), row(on=TODAY.isoformat())])
    assert (taken.added, taken.quarantined) == (1, 2)
    assert {cell for cell, _ in reasons(taken)} == {"reference"}


@pytest.mark.parametrize("typed", ["", "INC-7"])
def test_one_recorded_by_hand_is_not_counted_again_unasked(tmp_path: Path, person: Person, typed: str) -> None:
    SelfHarmFactory(person=person, on=days(-1), reference=typed)
    taken = take(tmp_path, [row(), row(reference="INC-2", another=True)])
    assert (taken.added, taken.quarantined) == (1, 1)
    assert {cell for cell, _ in reasons(taken)} == {"same", "another"}
    assert (typed or "one without a number") in reasons(taken)[0][1]


def test_a_number_that_the_file_states_too_raises_no_doubt(tmp_path: Path, person: Person) -> None:
    SelfHarmFactory(person=person, on=days(-1), reference="INC-1")
    taken = take(tmp_path, [row(), row(reference="INC-2")])
    assert (taken.added, taken.unchanged, taken.quarantined) == (1, 1, 0)


@pytest.mark.parametrize(
    ("cells", "hand_typed", "words"),
    [
        ({"same": True}, 1, "signed in"),
        ({"same": True}, 2, "which"),
        ({"same": True, "another": True}, 1, "another one"),
    ],
)
def test_which_is_the_same_is_for_somebody_to_say(
    tmp_path: Path, person: Person, cells: dict[str, Any], hand_typed: int, words: str
) -> None:
    for _ in range(hand_typed):
        SelfHarmFactory(person=person, on=days(-1))
    assert words in reasons(take(tmp_path, [row(**cells)]))[0][1]
    assert SelfHarmIncident.objects.standing().count() == hand_typed


def test_a_number_that_a_file_has_stated_raises_no_doubt_in_a_later_file(tmp_path: Path, person: Person) -> None:
    SelfHarmFactory(person=person, on=days(-1), reference="INC-1")
    take(tmp_path, [row()])
    assert take(tmp_path, [row(reference="INC-2")], name="later").added == 1


def test_the_same_as_nothing_waits(tmp_path: Path, person: Person) -> None:
    SelfHarmFactory(person=person, on=days(-2))
    taken = take(tmp_path, [row(same=True)], by=Actor(staff=StaffFactory()))
    assert [words.partition(":")[0] for _, words in reasons(taken)] == [
        "is nothing that is recorded here by hand for that day"
    ]
    assert SelfHarmIncident.objects.standing().count() == 1


@pytest.mark.parametrize("taken_back", [False, True])
def test_one_recorded_by_hand_after_the_import_is_the_same_unless_that_was_taken_back(
    tmp_path: Path, person: Person, taken_back: bool
) -> None:
    take(tmp_path, [row()])
    if taken_back:
        gone = {"withdrawn_at": NOW, "withdrawn_because": "Twice", "withdrawn_by": StaffFactory()}
        SelfHarmIncident.objects.update(**gone)
    SelfHarmFactory(person=person, on=days(-1))
    taken = take(tmp_path, [row(same=True)], name="again", by=Actor(staff=StaffFactory()))
    standing = SelfHarmIncident.objects.standing().values_list("reference", flat=True)
    assert (taken.quarantined, list(standing)) == ((1, [""]) if taken_back else (0, ["INC-1"]))


@pytest.mark.parametrize(("answer", "counted"), [("same", ["INC-1"]), ("another", ["INC-1", "INC-7"])])
def test_on_the_rows_page_somebody_says_whether_it_is_the_one_recorded_by_hand(
    tmp_path: Path, cast: Cast, answer: str, counted: list[str]
) -> None:
    person = cast.person(prison_number="A1234AA")
    SelfHarmFactory(person=person, on=days(-1), reference="INC-7", note="Told by the wing")
    waiting = take(tmp_path, [row()], prison="LEI").import_rows.get()
    client, url = cast.client(Role.HOMS), reverse("import-row", args=["LEI", waiting.pk])
    shown = client.get(url).content.decode()
    assert 'name="same"' in shown and 'name="another"' in shown and "INC-7" in shown
    typed = row() | {answer: "yes", "version": waiting.version}
    assert "what it states is added" in client.post(f"{url}correct/", typed, follow=True).content.decode()
    rows = SelfHarmIncident.objects.standing().order_by("reference")
    assert [one.reference for one in rows] == counted
    assert rows[0].note == ("Told by the wing" if answer == "same" else "")
    assert take(tmp_path, [row()], prison="LEI", name="again").unchanged == 1


def test_what_was_taken_back_does_not_come_again(tmp_path: Path, person: Person) -> None:
    gone = {"withdrawn_at": NOW, "withdrawn_because": "Twice", "withdrawn_by": StaffFactory()}
    SelfHarmFactory(person=person, on=days(-1), reference="INC-1", **gone)
    assert take(tmp_path, [row()]).unchanged == 1
    assert not SelfHarmIncident.objects.standing().exists()


def test_the_prison_is_where_they_were_that_day(tmp_path: Path, person: Person) -> None:
    stay = person.stays.get()
    stay.left_on, stay.ended_because = days(-5), "transfer"
    stay.save()
    person.stays.create(prison=PrisonFactory(code="MDI"), arrived_on=days(-5))
    rows = [row(on=days(-9).isoformat()), row(reference="INC-2"), row(reference="INC-3", on=days(-5).isoformat())]
    taken = take(tmp_path, rows)
    places = SelfHarmIncident.objects.order_by("reference").values_list("reference", "prison_id")
    assert list(places) == [("INC-1", "LEI"), ("INC-2", "MDI")]
    assert "two prisons" in reasons(taken)[0][1]
    scoped = take(tmp_path, rows, prison="MDI", name="mdi")
    assert (scoped.added, scoped.unchanged, scoped.quarantined) == (1, 1, 1)
    assert "not in MDI" in reasons(scoped)[0][1]


def test_the_command_takes_a_csv_and_reports(tmp_path: Path, person: Person) -> None:
    path = tmp_path / "incidents.csv"
    path.write_text("prison_number,on,reference,note,extra\nA1234AA,17/11/2026,INC-1,,x\nA1234AA,18/11/2026,,,\n")
    out = io.StringIO()
    call_command("import_self_harm", path, prison="LEI", date_format=DateFormat.DAY_FIRST, stdout=out)
    assert "1 added" in out.getvalue()
    assert "could be counted twice" in out.getvalue()
    assert "ignored: extra (1)" in out.getvalue()
    with pytest.raises(CommandError, match="not the code of a prison"):
        call_command("import_self_harm", path, prison="XXX")


def test_a_bad_row_is_put_right_on_its_page(tmp_path: Path, cast: Cast) -> None:
    cast.person(prison_number="A1234AA")
    taken = take(tmp_path, [row(reference="")], prison="LEI")
    waiting = taken.import_rows.get()
    client, url = cast.client(Role.HOMS), reverse("import-row", args=["LEI", waiting.pk])
    assert 'name="reference"' in client.get(url).content.decode()
    typed = {"reference": "INC-5", "prison_number": "A1234AA", "on": days(-1).isoformat(), "version": waiting.version}
    answer = client.post(f"{url}correct/", typed, follow=True).content.decode()
    assert "what it states is added" in answer
    assert SelfHarmIncident.objects.get().reference == "INC-5"
