"""The roster on paper and the hourly copy for an outage: who is on them, what they hold, how long they are kept."""

from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from omic.models import Alert, AuditEvent, Person, Prison, Role
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import (
    NOW,
    TODAY,
    CohortDecisionFactory,
    ContactFactory,
    PersonFactory,
    PrisonFactory,
    WingFactory,
    days,
)
from tests.wellbeing.test_days_out import posted
from tests.wellbeing.test_pipeline import settle
from wellbeing import paper
from wellbeing.sheets import sheet_of, sheets_for_outage
from wellbeing.tasks import ring_rosters

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.ROSTER_FOLDER = str(tmp_path / "rosters")
    return tmp_path / "rosters"


@pytest.fixture
def women(cast: Cast) -> list[Person]:
    """In EWI: two on wing A, one on wing B, one without a wing; the first is checked daily, the others weekly."""
    prison = PrisonFactory(code="EWI", estate="women")
    wing = WingFactory(prison=prison, code="B")
    people = [
        PersonFactory(prison=prison, surname="Ash", cell="A-1-002"),
        PersonFactory(prison=prison, surname="Birch", cell="A-1-001"),
        PersonFactory(prison=prison, surname="Cedar", wing=wing, cell="B-1-001"),
        PersonFactory(prison=prison, surname="Damson", wing=None, cell=""),
    ]
    CohortDecisionFactory(person=people[0], starts_on=days(-1))
    settle_all(people)
    return people


def settle_all(people: list[Person]) -> None:
    with transaction.atomic():
        reconcile([person.pk for person in people], window_of(TODAY, NOW, since=days(-1)))


def text_of(client: Client, address: str) -> str:
    return unescape(client.get(address).content.decode())


def names_on(text: str) -> list[str]:
    return [name for name in ("Ash", "Birch", "Cedar", "Damson") if f'<th scope="row">{name}, Sam' in text]


def test_a_printed_sheet_has_everybody_of_the_wing_once(women: list[Person]) -> None:
    client = posted(Role.SAFER_CUSTODY, women[0])
    for wing, names in {"A": ["Ash", "Birch"], "B": ["Cedar"], "none": ["Damson"]}.items():
        text = text_of(client, reverse("wellbeing:print-roster", args=["EWI", wing]))
        assert (names_on(text), text.count('<th scope="row">')) == (names, len(names))


def test_a_sheet_is_by_cell_and_says_who_is_unseen_longest(women: list[Person]) -> None:
    ContactFactory(person=women[1], kind="session", at=NOW - timedelta(days=3))
    sheet = sheet_of(women[0].prison, women[0].wing, on=TODAY, at=NOW)
    assert [one.row.person.surname for one in sheet.rows] == ["Birch", "Ash"]
    assert [one.row.person.surname for one in sheet.first] == ["Ash", "Birch"]
    assert (sheet.first[0].last_seen, sheet.rows[0].due) == ("Never", "by 22 Nov 2026")


def test_what_a_sheet_says_of_somebody(women: list[Person]) -> None:
    Alert.objects.create(person=women[0], code="HA", starts_on=TODAY, first_seen_at=NOW, last_seen_at=NOW)
    Person.objects.filter(pk=women[1].pk).update(surname="ASH")
    ContactFactory(person=women[0], kind="declined")
    ContactFactory(person=women[1], kind="check", by__forename="Robin", by__surname="Reed")
    settle(women[1])
    sheet = sheet_of(women[0].prison, women[0].wing, on=TODAY, at=NOW)
    done, left = sheet.rows
    assert done.settled == "Done 18 Nov 2026, 9:00am by Robin Reed"
    assert left.letters == "A"
    assert left.notes[-2:] == ("Wellbeing check declined, 9:00am", "Same surname: ASH, Sam (A-1-001)")
    text = text_of(posted(Role.WING_OFFICER, women[0]), reverse("wellbeing:print-roster", args=["EWI", "A"]))
    assert '<td class="paper-mark">A</td>' in text
    assert "ACCT" not in text[text.index("<tbody>") : text.index("</tbody>")], "the word stands in the key alone"


def test_who_may_print(cast: Cast, women: list[Person]) -> None:
    address = reverse("wellbeing:print-roster", args=["EWI", "A"])
    officer = posted(Role.WING_OFFICER, women[0])
    assert officer.get(address).status_code == 200
    assert officer.get(reverse("wellbeing:print-roster", args=["EWI", "B"])).status_code == 404
    assert officer.get(reverse("wellbeing:print-roster", args=["EWI", "none"])).status_code == 404
    assert posted(Role.HOMD, women[0]).get(address).status_code == 403
    assert cast.client(Role.SAFER_CUSTODY).get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_the_sheet_asks_as_much_for_ten_as_for_two(women: list[Person]) -> None:
    client, address = posted(Role.SAFER_CUSTODY, women[0]), reverse("wellbeing:print-roster", args=["EWI", "A"])
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    settle_all(PersonFactory.create_batch(8, prison=women[0].prison, surname="Elm"))
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)


# --- the copy for an outage -------------------------------------------------------------------------------------------


@pytest.fixture
def prison(cast: Cast) -> Prison:
    return PersonFactory(prison=PrisonFactory(code="EWI", estate="women")).prison


def test_the_copy_has_every_wing_and_the_night_after_midnight(women: list[Person]) -> None:
    prison = women[0].prison
    sheets = [(sheet.place, sheet.on) for sheet in sheets_for_outage(prison, at=NOW)]
    today = [(place, TODAY) for place in ("No wing recorded", "Wing A", "Wing B")]
    assert sheets == [*today, ("Wing A", days(1))]
    sunday = [(sheet.on, len(sheet.rows)) for sheet in sheets_for_outage(prison, at=NOW + timedelta(days=4))]
    assert sunday[3:] == [(days(5), 1), (days(5), 2), (days(5), 1)], "the checks of the next week stand on Monday's"


def test_h16_the_copy_can_be_read_with_everything_down(women: list[Person], folder: Path) -> None:
    path = paper.keep_roster(women[0].prison, at=NOW)
    with connection.execute_wrapper(refuse):
        text = (folder / "EWI" / "latest.html").read_text()
    assert path.name == "2026-11-18T10.html"
    assert path.read_text() == text
    assert names_on(text) == ["Ash", "Birch", "Cedar", "Damson"]
    assert not any(needs in text for needs in ("src=", "href=", "<script", "@import"))
    assert (path.parent.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o700, 0o600)


def refuse(*_: object) -> None:
    raise AssertionError("the database is down")


def test_the_copy_is_written_from_a_database_that_takes_no_writes(prison: Prison) -> None:
    with transaction.atomic():
        connection.cursor().execute("SET TRANSACTION READ ONLY")
        assert paper.keep_roster(prison, at=NOW).exists()
        transaction.set_rollback(True)  # and with it the setting


def test_a_copy_that_fails_leaves_the_one_before(prison: Prison, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paper.keep_roster(prison, at=NOW)
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", refuse)
        with pytest.raises(AssertionError):
            paper.keep_roster(prison, at=NOW + HOUR)
    assert "10:00am" in (folder / "EWI" / "latest.html").read_text()
    assert paper.copy_of(prison, NOW + HOUR).age == HOUR


def test_copies_are_kept_for_48_hours(prison: Prison, folder: Path) -> None:
    for hours in (0, 3, 51):
        paper.keep_roster(prison, at=NOW + hours * HOUR)
    assert paper.forget_copies(at=NOW + 51 * HOUR) == 1
    left = sorted(path.name for path in (folder / "EWI").iterdir())
    assert left == ["2026-11-18T13.html", "2026-11-20T13.html", "latest.html"]


def test_a_copy_is_too_old_after_two_hours(prison: Prison) -> None:
    assert paper.copy_of(prison, NOW).too_old, "there is none"
    paper.keep_roster(prison, at=NOW)
    assert not paper.copy_of(prison, NOW + 2 * HOUR).too_old
    assert paper.copy_of(prison, NOW + 2 * HOUR + timedelta(minutes=1)).too_old


def test_the_bell_asks_for_each_hour_once(prison: Prison, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("wellbeing.tasks.keep_roster.apply_async", lambda args, **_: asked.extend(args))
    assert (ring_rosters(), asked) == (1, ["EWI"])
    paper.keep_roster(prison, at=NOW - timedelta(minutes=1))
    assert ring_rosters() == 1
    paper.keep_roster(prison, at=NOW)
    assert ring_rosters() == 0


def test_by_hand(prison: Prison, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("keep_rosters")
    assert "2026-11-18T10.html" in capsys.readouterr().out
    assert (folder / "EWI" / "latest.html").exists()


def test_taking_the_copy_is_kept(cast: Cast, prison: Prison) -> None:
    address, person = reverse("wellbeing:roster-copy", args=["EWI"]), prison.people.get()
    manager = posted(Role.KEY_WORK_MANAGER, person)
    assert manager.get(address).status_code == 302, "there is none yet"
    paper.keep_roster(prison, at=NOW)
    answer = manager.get(address)
    assert answer["Content-Disposition"] == 'attachment; filename="rosters-EWI-2026-11-18T1000Z.html"'
    assert b"wellbeing rosters as of 18 November 2026" in b"".join(answer.streaming_content)
    wings = reverse("wellbeing:wings", args=["EWI"])
    assert "written on 18 November 2026 at 10:00am" in text_of(manager, wings)
    assert "Download it" not in text_of(posted(Role.WING_OFFICER, person), wings)
    assert AuditEvent.objects.get(action="export").detail["list"] == "roster-copy"
    assert posted(Role.WING_OFFICER, person).get(address).status_code == 403
    assert cast.client(Role.SAFER_CUSTODY).get(address).status_code == 404
    assert Client().get(address).status_code == 302
