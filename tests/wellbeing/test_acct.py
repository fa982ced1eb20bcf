"""ACCT data that are too old (H3): how old they are, who is treated as open and was not seen, on screen and paper."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from keywork.actions.refusals import RefusedError
from omic.freshness import acct_as_of
from omic.models import Alert, Message, Person, Prison, Role, RollImport
from omic.nightly import run_night
from omic.reconcile import reconcile_in_batches, window_of
from tests.factories import NOW, TODAY, ContactFactory, PersonFactory, PrisonFactory, StaffFactory, days
from tests.nights import SAFER, approve, import_roll, small_hours
from tests.wellbeing.test_checks import WHOLE
from tests.wellbeing.test_tiles import client, tiles
from wellbeing import paper
from wellbeing.acct import left_unseen, treat_as_open
from wellbeing.actions.checks import record_check
from wellbeing.sheets import sheets_for_outage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
HOUR = timedelta(hours=1)
LINE = "treated as open, not seen today"


@pytest.fixture
def prison() -> Prison:
    """One of two women had an ACCT until a week ago; both are checked weekly, and the roll is 30 hours old."""
    prison = PrisonFactory(code="EWI", estate="women")
    person = PersonFactory(prison=prison, surname="Ended")
    PersonFactory(prison=prison, surname="Never")
    alert(person, ends_on=days(-6))
    import_roll(prison, at=NOW - 30 * HOUR)
    reconcile_in_batches(list(prison.people.values_list("pk", flat=True)), window_of(TODAY, NOW, since=days(-2)))
    return prison


def alert(person: Person, **facts: Any) -> None:
    before = NOW - 72 * HOUR
    Alert.objects.create(person=person, code="HA", starts_on=days(-30), first_seen_at=before, last_seen_at=NOW, **facts)


def age_the_roll(hours: int) -> None:
    at = NOW - hours * HOUR
    RollImport.objects.update(started_at=at, on=at.date())


def names(people: Any) -> list[str]:
    return [person.surname for person in people]


def text(prison: Prison, name: str, role: Role = Role.SAFER_CUSTODY) -> str:
    page = f"/prisons/EWI/wellbeing/{name}"
    return client(prison, role).get(page).content.decode()


# --- how old ----------------------------------------------------------------------------------------------------------


def taken_in(prison: Prison, hours: int, digest: str, **facts: Any) -> None:
    RollImport.objects.create(
        kind="roll", prison=prison, file_name="roll.json", file_digest=digest, file_format="json", state="done",
        started_at=NOW - hours * HOUR, finished_at=NOW, **({"on": TODAY, "snapshot": True} | facts),
    )  # fmt: skip


def test_h3_an_old_file_taken_in_again_is_as_old_as_it_was(prison: Prison) -> None:
    taken_in(prison, 50, "old", on=days(-2))
    taken_in(prison, 1, "new")
    assert acct_as_of(prison) == NOW - HOUR
    taken_in(prison, 0, "old")
    assert acct_as_of(prison) == NOW - 50 * HOUR
    assert LINE in tiles(prison)


def test_h3_a_first_import_that_was_held_or_in_part_counts_too(prison: Prison) -> None:
    taken_in(prison, 40, "same", on=days(-2), snapshot=False)
    taken_in(prison, 1, "same")
    assert acct_as_of(prison) == NOW - 40 * HOUR


def test_h3_a_roll_of_an_earlier_day_is_no_newer_than_that_day(prison: Prison) -> None:
    taken_in(prison, 1, "backdated", on=days(-1))
    assert acct_as_of(prison) == NOW - 34 * HOUR  # that day's midnight


# --- not seen ---------------------------------------------------------------------------------------------------------


def test_h3_safer_custody_sees_who_is_treated_as_open_and_not_seen(prison: Prison) -> None:
    tile = tiles(prison)[LINE]
    assert (tile.count, tile.url) == (1, "/prisons/EWI/wellbeing/missed/today/")
    page = text(prison, "missed/today/")
    assert "Treated as open, not seen today: 1" in page and "Ended, Sam" in page and "Never, Sam" not in page
    assert "1 person is treated as open and not seen yet" in text(prison, "missed/")
    wing = prison.people.first().wing
    assert tiles(prison, Role.WING_OFFICER, wing=wing)["treated as open on my wing, not seen today"].count == 1
    ContactFactory(person=Person.objects.get(surname="Ended"), kind="check")
    assert LINE not in tiles(prison)


def test_h3_the_line_names_whom_the_roster_names(prison: Prison) -> None:
    alert(Person.objects.get(surname="Never"))
    lines = [row.person for row in treat_as_open(prison, on=TODAY, at=NOW) if row.left]
    assert set(lines) == set(left_unseen(prison, TODAY, at=NOW)) != set()


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ("nothing", ["Ended"]),
        ("a check", []),
        ("a roll by then", []),
        ("a roll since", ["Ended"]),
        ("released since", ["Ended"]),
        ("released that day", []),
        ("known since", []),
    ],
)
def test_h3_who_was_not_seen_yesterday(prison: Prison, change: str, left: list[str]) -> None:
    person = Person.objects.get(surname="Ended")
    age_the_roll(72)
    if change == "a check":
        ContactFactory(person=person, kind="check", at=NOW - 24 * HOUR)
    elif change.startswith("a roll"):
        import_roll(prison, at=NOW - (20 if change == "a roll by then" else 1) * HOUR)
    elif change.startswith("released"):
        person.stays.update(left_on=TODAY if change == "released since" else days(-1), ended_because="release")
        Person.objects.filter(pk=person.pk).update(prison=None, wing=None)
    elif change == "known since":
        Alert.objects.update(first_seen_at=NOW)
    assert names(left_unseen(prison, days(-1), at=NOW)) == left
    assert ("Treated as open yesterday, not seen: 1" in text(prison, "missed/")) == bool(left)


def test_h9_the_email_doubts_what_no_duty_counts(prison: Prison, settings: Any, tmp_path: Any) -> None:
    settings.ROSTER_FOLDER, settings.COVERAGE = str(tmp_path), {}
    age_the_roll(60)
    approve(prison, SAFER)
    run_night(prison, on=TODAY, at=small_hours(TODAY))
    body = " ".join(Message.objects.get(recipient=SAFER).body.split())
    assert "1 person was to be treated as on an open ACCT yesterday and not checked" in body


# --- paper and prompt -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "days_marked"), [(2, [1]), (30, [0, 1])])
def test_h16_the_sheets_of_an_outage_have_whoever_will_be_treated_as_open(
    prison: Prison, settings: Any, tmp_path: Any, hours: int, days_marked: list[int]
) -> None:
    """Nothing is imported in an outage: what is fresh enough now is too old before tomorrow ends."""
    settings.ROSTER_FOLDER = str(tmp_path)
    age_the_roll(hours)
    marked = [
        ((sheet.on - TODAY).days, one.row.person.surname)
        for sheet in sheets_for_outage(prison, at=NOW)
        for one in sheet.rows
        if "A?" in one.letters
    ]
    assert marked == [(day, "Ended") for day in days_marked]
    copy = paper.keep_roster(prison, at=NOW).read_text()
    assert ("Without a newer roll they are too old from 19 November 2026 at 8:00am: see A?." in copy) == (hours == 2)


@pytest.mark.parametrize(("hours", "refused"), [(2, False), (30, True)])
def test_wb_09_a_concern_is_to_be_in_the_acct_that_is_treated_as_open(
    prison: Prison, hours: int, refused: bool
) -> None:
    age_the_roll(hours)
    person = Person.objects.get(surname="Ended")
    facts = {"concern": "Bruises", "told": "Orderly officer"}
    save = {"person": person, "prison": prison, "record": replace(WHOLE, **facts), "by": StaffFactory(), "at": NOW}
    if not refused:
        assert record_check(request_id=uuid4(), **save)
        return
    with pytest.raises(RefusedError, match="treat it as open") as error:
        record_check(request_id=uuid4(), **save)
    assert error.value.field == "acct_entry"
