"""The roster's pages: who may open them, a page ticked off line by line, two officers at once, old data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from omic.models import Alert, Contact, Person, Prison, Role, RollImport, Staff
from omic.reconcile import reconcile, window_of
from tests.cast import Cast, signed_in
from tests.factories import (
    NOW,
    TODAY,
    CohortDecisionFactory,
    ContactFactory,
    ObligationFactory,
    PersonFactory,
    PostingFactory,
    PrisonFactory,
    StaffFactory,
    WingFactory,
    days,
)
from wellbeing.roster_forms import prefix_of
from wellbeing.ticking import stamp_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
DONE = {"identified": "number", "spoken_to": "on", "raised": "nothing", "family": "yes", "understood": "yes"}
URL = "/prisons/EWI/wellbeing/"
A = f"{URL}roster/A/"


@dataclass
class Landing:
    """A women's prison with wing A, an officer of that wing, and a manager."""

    prison: Prison

    @cached_property
    def officer(self) -> Staff:
        return self.of(Role.WING_OFFICER, wing=WingFactory(prison=self.prison, code="A"))

    @cached_property
    def client(self) -> Client:
        return signed_in(self.officer)

    def of(self, role: Role, **where: object) -> Staff:
        staff = StaffFactory(forename="Ben", surname=f"Landing{Staff.objects.count()}")
        PostingFactory(staff=staff, prison=self.prison, role=role, **where)
        return staff

    def woman(self, surname: str, **facts: object) -> Person:
        person = PersonFactory(prison=self.prison, surname=surname, **facts)
        CohortDecisionFactory(person=person)
        with transaction.atomic():
            reconcile([person.pk], window_of(TODAY, NOW))
        return person

    def post(self, *lines: dict[str, str], client: Client | None = None, url: str = A) -> str:
        """What the page answers to these lines; each with the hidden fields that the page drew."""
        client = client or self.client
        typed = {name: value for line in lines for name, value in line.items()}
        answer = client.post(url, {**hidden(client.get(url)), **typed}, follow=True)
        assert answer.status_code == 200
        return answer.content.decode()


def hidden(page: object) -> dict[str, str]:
    found = {"drawn": page.context["drawn"]}
    for line in page.context["form"].lines:
        typed = line.form.typed
        found |= {line.form.add_prefix(name): str(typed[name]) for name in ("request_id", "day")}
    return found


def line(person: Person, **facts: str) -> dict[str, str]:
    return {f"{prefix_of(person)}-{name}": value for name, value in facts.items()}


@pytest.fixture
def landing(db: None) -> Landing:
    return Landing(PrisonFactory(code="EWI", estate="women"))


def test_who_may_open_a_roster(landing: Landing, cast: Cast) -> None:
    landing.woman("Ashdown")
    landing.woman("Hidden", wing=WingFactory(prison=landing.prison, code="B"))
    page = landing.client.get(A).content.decode()
    assert "Ashdown" in page and "Hidden" not in page
    assert landing.client.get(f"{URL}roster/B/").status_code == 404
    assert landing.client.get(f"{URL}roster/none/").status_code == 404
    assert [row.words for row in landing.client.get(URL).context["wings"]] == ["Wing A"]
    manager = signed_in(landing.of(Role.KEY_WORK_MANAGER))
    assert manager.get(f"{URL}roster/B/").status_code == manager.get(f"{URL}roster/none/").status_code == 200
    for address in (URL, A):
        assert signed_in(landing.of(Role.HOMS)).get(address).status_code == 403
        assert cast.stranger.get(address).status_code == 404
        assert Client().get(address).url.startswith("/sign-in")


def test_the_governor_reads_and_records_nothing(landing: Landing) -> None:
    person = landing.woman("Ashdown")
    client = signed_in(landing.of(Role.GOVERNOR))
    page = client.get(A)
    assert "Ashdown" in page.content.decode() and not page.context["form"]
    assert client.post(A, line(person, **DONE)).status_code == 403
    assert client.get(f"/prisons/EWI/people/{person.ref}/check/").status_code == 403


def test_as_many_queries_for_20_people_as_for_one(landing: Landing) -> None:
    landing.woman("First")
    counts = []
    for number in range(2):
        landing.client.get(A)
        for address in (A, URL):
            with CaptureQueriesContext(connection) as queries:
                landing.client.get(address)
            counts.append(len(queries))
        for _ in range(19 * (1 - number)):
            person = PersonFactory(prison=landing.prison)
            ObligationFactory(person=person, kind="daily_check", opens_on=TODAY, due_on=TODAY, met_by="check")
    assert counts[:2] == counts[2:]


def test_whole_lines_are_saved_and_the_others_come_back_as_typed(landing: Landing) -> None:
    whole, half, left = (landing.woman(name) for name in ("Whole", "Half", "Left"))
    typed = line(half, identified="birth_date", spoken_to="on", raised="something", concern="Bruises", told="")
    page = landing.post(line(whole, **DONE), typed)
    assert "1 wellbeing check saved." in page
    for words in ("write what was raised", "say to whom you passed the concern on", "family or friends"):
        assert f"Half, Sam: {words}" in page or f"Half, Sam: say whether there is contact with {words}" in page
    assert "Bruises" in page and f'<a href="#id_{prefix_of(half)}-told">' in page
    assert [one.person for one in Contact.objects.all()] == [whole]
    assert whole.obligations.get(kind="daily_check", due_on=TODAY).state == "met"
    assert not left.contacts.exists()


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"identified": "number", "outcome": "seen"}, "seen"),
        ({"identified": "birth_date", "outcome": "declined"}, "declined"),
        ({"outcome": "unavailable", "away": "court"}, "unavailable"),
        ({"outcome": "attempt", "because": "No answer"}, "attempt"),
        ({**DONE, "outcome": "done", "concern": "Low", "told": "The nurse"}, "check"),
        ({**DONE, "leave_out": "on"}, None),
    ],
)
def test_what_a_line_is_stored_as(landing: Landing, facts: dict[str, str], kind: str | None) -> None:
    person = landing.woman("Ashdown")
    landing.post(line(person, **facts))
    assert [one.kind for one in person.contacts.all()] == ([kind] if kind else [])
    met = person.obligations.get(kind="daily_check", due_on=TODAY).state == "met"
    assert met == (kind == "check")


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({**DONE, "identified": ""}, "say how you made sure of who this was"),
        ({**DONE, "outcome": "declined"}, "choose one"),
        ({"outcome": "declined"}, "say how you made sure of who this was"),
        ({"outcome": "unavailable"}, "choose where they were"),
        ({"outcome": "attempt"}, "say why it was not possible"),
        ({**DONE, "clock": "23:00"}, "must not be in the future"),
        ({**DONE, "clock": "25:99"}, "must have a real time"),
    ],
)
def test_h2_what_a_line_must_say(landing: Landing, facts: dict[str, str], says: str) -> None:
    person = landing.woman("Ashdown")
    page = landing.post(line(person, **facts))
    assert says in page and "Error:" in page
    assert not person.contacts.exists()


def test_h2_the_cell_at_the_time_is_kept_and_a_move_meanwhile_loses_nothing(landing: Landing) -> None:
    person = landing.woman("Ashdown")
    sent = {**hidden(landing.client.get(A)), **line(person, **DONE)}
    person.cell, person.wing = "B-2-002", WingFactory(prison=landing.prison, code="B")
    person.save()
    landing.client.post(A, sent)
    note = person.contacts.get().check_note
    assert (note.location, note.wing.code, note.identified) == ("B-2-002", "B", "number")
    unstamped = {name: value for name, value in sent.items() if name != "drawn"}
    assert "not on your wing any more" in landing.client.post(A, unstamped, follow=True).content.decode()


def test_the_same_page_sent_twice_saves_each_line_once(landing: Landing) -> None:
    person = landing.woman("Ashdown")
    sent = {**hidden(landing.client.get(A)), **line(person, **DONE)}
    landing.client.post(A, sent)
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        assert landing.client.post(A, sent).status_code == 302
    assert person.contacts.get().at == NOW


def test_two_officers_on_one_page_overwrite_nothing_and_are_told(landing: Landing) -> None:
    person, other = landing.woman("Ashdown"), signed_in(landing.of(Role.WING_OFFICER, wing=landing.woman("X").wing))
    mine = {**hidden(landing.client.get(A)), **line(person, **DONE)}
    landing.post(line(person, **DONE, concern="Crying", told="Orderly officer"), client=other)
    page = landing.client.post(A, mine, follow=True).content.decode()
    assert "recorded Ashdown, Sam too" in page and "All entries are kept." in page
    assert person.contacts.filter(kind="check").count() == 2
    duty = person.obligations.get(kind="daily_check", due_on=TODAY)
    assert (duty.state, duty.done) == ("met", 2)


def test_one_officer_with_two_tabs_saves_a_check_once_unless_it_is_another(landing: Landing) -> None:
    person, other = landing.woman("Ashdown"), landing.woman("Birch")
    second = {**hidden(landing.client.get(A)), **line(person, **DONE | {"family": "no"}), **line(other, **DONE)}
    landing.post(line(person, **DONE))
    with time_machine.travel(NOW + timedelta(minutes=59), tick=False):
        page = landing.client.post(A, second).content.decode()
        assert "Ashdown, Sam: “Wellbeing check” by you at 10:00am is saved already" in page
        assert "1 wellbeing check saved." in page and f'name="{prefix_of(person)}-another"' in page
        assert 'value="no" checked' in page and f'name="{prefix_of(other)}-another"' not in page
        assert (person.contacts.count(), other.contacts.count()) == (1, 1)
        landing.client.post(A, {**second, **line(person, another="on")})
    assert (person.contacts.count(), other.contacts.count()) == (2, 1)


def test_after_an_hour_or_of_another_kind_nothing_is_asked(landing: Landing) -> None:
    person = landing.woman("Ashdown")
    landing.post(line(person, outcome="attempt", because="No answer"))
    landing.post(line(person, **DONE))
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        client = signed_in(landing.officer)
        drawn = {f"{prefix_of(person)}-request_id": "6f2a3c70-0000-4000-8000-000000000003"}
        client.post(A, {"drawn": stamp_page(landing.officer, [person.pk], at=NOW), **drawn, **line(person, **DONE)})
    assert person.contacts.count() == 3


def test_a_page_of_yesterday_does_not_tick_off_today(landing: Landing) -> None:
    person = landing.woman("Ashdown")
    sent = {**hidden(landing.client.get(A)), **line(person, **DONE)}
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        client = signed_in(landing.officer)
        assert "the day has changed" in client.post(A, sent).content.decode()
        client.post(A, {**sent, **line(person, clock="09:30")})
    contact = person.contacts.get()
    assert (contact.on, contact.check_note.late) == (TODAY, True)


def test_past_and_future_days_and_shifts(landing: Landing) -> None:
    person = landing.woman("Ashdown")
    landing.post(line(person, **DONE))
    shown = {shift: len(landing.client.get(f"{A}?shift={shift}").context["done"]) for shift in ("early", "late", "")}
    assert shown == {"early": 1, "late": 0, "": 1}
    tomorrow = landing.client.get(f"{A}?on={days(1)}")
    assert len(tomorrow.context["left"]) == 1 and not tomorrow.context["form"]


def roll(landing: Landing, hours: int) -> None:
    RollImport.objects.create(
        prison=landing.prison, kind="roll", snapshot=True, file_name="roll.json", file_digest="x", file_format="json",
        on=TODAY, started_at=NOW - timedelta(hours=hours), finished_at=NOW, state="done",
    )  # fmt: skip


@pytest.fixture
def fed(landing: Landing) -> Iterator[Landing]:
    """Whoever had an ACCT a week ago, or has one, is checked weekly; nothing is due today."""
    for surname, ended in (("Open", None), ("Ended", days(-7)), ("Long", days(-8))):
        person = PersonFactory(prison=landing.prison, surname=surname)
        Alert.objects.create(
            person=person, code="HA", starts_on=days(-30), ends_on=ended, first_seen_at=NOW, last_seen_at=NOW
        )
        with transaction.atomic():
            reconcile([person.pk], window_of(TODAY, NOW))
    yield landing


@pytest.mark.parametrize(("hours", "names"), [(23, []), (24, ["Ended", "Open"])])
def test_h3_old_acct_data_turn_to_treat_as_open(fed: Landing, hours: int, names: list[str]) -> None:
    roll(fed, hours)
    page = fed.client.get(A)
    assert [one.row.person.surname for one in page.context["extra"]] == names
    assert ("ACCT data are 24 hours old" in page.content.decode()) == bool(names)
    assert fed.client.get(URL).context["wings"][0].also == len(names)
    person = Person.objects.get(surname="Open")
    assert ("treat as open" in fed.client.get(f"/prisons/EWI/people/{person.ref}/").content.decode()) == bool(names)
    if names:
        assert "1 wellbeing check saved" in fed.post(line(person, **DONE))
        assert [one.row.person.surname for one in fed.client.get(A).context["extra"]] == ["Ended"]


@pytest.mark.parametrize(("nights", "said"), [(14, False), (15, True)])
def test_h1_a_roster_that_no_night_stands_behind_says_so(landing: Landing, nights: int, said: bool) -> None:
    landing.prison.runs.create(
        job="nightly", on=days(-nights), state="done", started_at=NOW, finished_at=NOW
    )  # fmt: skip
    for address in (URL, A):
        assert ("The night has not run for long" in landing.client.get(address).content.decode()) == said


def test_what_is_left_after_the_hour_is_late(landing: Landing) -> None:
    landing.woman("Ashdown")
    for hours, late in ((5, False), (6, True)):  # 4pm in November
        with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
            assert ("Not yet seen" in signed_in(landing.officer).get(A).content.decode()) == late


def test_one_persons_check_late_and_taken_back(landing: Landing) -> None:
    person = landing.woman("Ashdown")
    url = f"/prisons/EWI/people/{person.ref}/check/"
    (drawn,) = landing.client.get(url).context["form"].lines
    when = {"when_day": "18", "when_month": "11", "when_year": "2026", "when_time": "07:15"}
    landing.client.post(url, line(person, request_id=str(drawn.form.typed["request_id"]), **DONE, **when))
    contact = person.contacts.get()
    assert (contact.at, person.obligations.get(due_on=TODAY, kind="daily_check").state) == (
        NOW.replace(hour=7, minute=15), "met",
    )  # fmt: skip
    undo = f"{URL}checks/{contact.pk}/undo/"
    reason = {"because": "Wrong person", "request_id": "6f2a3c70-0000-4000-8000-000000000001"}
    assert landing.client.post(undo, reason).status_code == 302
    assert person.obligations.get(due_on=TODAY, kind="daily_check").state == "open"
    assert "Somebody has taken this back" in landing.client.post(
        undo, reason | {"request_id": "6f2a3c70-0000-4000-8000-000000000002"}
    ).content.decode()  # fmt: skip


@pytest.mark.parametrize("code", ["A/B", "none", "..", "~1"])
def test_a_wing_whose_code_breaks_an_address_has_a_roster_all_the_same(landing: Landing, code: str) -> None:
    """NOMIS names wings: to refuse such a code would lose everybody who lives there."""
    wing = WingFactory(prison=landing.prison, code=code)
    landing.woman("Ashdown", wing=wing)
    manager = signed_in(landing.of(Role.KEY_WORK_MANAGER))
    assert f"{URL}roster/~{wing.pk}/" in manager.get(URL).content.decode()
    for page in ("", "print/", "paper/"):
        assert "Ashdown" in manager.get(f"{URL}roster/~{wing.pk}/{page}").content.decode()
    assert landing.client.get(f"{URL}roster/~{wing.pk}/").status_code == 404


def test_the_panel_says_who_saw_her_last_and_what_is_next(landing: Landing) -> None:
    person = landing.woman("Ashdown")
    seen = ContactFactory(person=person, kind="check", at=NOW - timedelta(days=2))
    page = landing.client.get(f"/prisons/EWI/people/{person.ref}/").content.decode()
    for words in ("Wellbeing checks", f"by {seen.by}", "Due today", "Record a check", "Refer for daily checks"):
        assert words in page
