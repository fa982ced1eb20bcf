"""Case notes: who reads which, by role and by part in the case; corrections; and glass that is broken with a reason."""

from uuid import uuid4

import pytest
from django.urls import reverse

from allocation.models import CaseNote, NoteReading, PomAllocation
from allocation.notes import write_note
from allocation.refusals import RefusedError
from omic.models import AuditEvent, Message, Person, PersonMerge, Role, Staff
from omic.nightly import run_night
from omic.outbox import MailKind
from tests.cast import Cast, signed_in
from tests.factories import NOW, TODAY, PomAllocationFactory, PostingFactory, StaffFactory

pytestmark = pytest.mark.django_db
SECRET = {level: f"What only {level} readers may know" for level in ("open", "restricted", "confidential")}


@pytest.fixture
def person(cast: Cast) -> Person:
    """Somebody whose POM has written a note of each level; the confidential one names no reader."""
    found = cast.person(pom=None)
    PomAllocationFactory(person=found, staff=cast.of(Role.POM))
    Person.objects.filter(pk=found.pk).update(pom=cast.of(Role.POM))
    for level, text in SECRET.items():
        note(found, cast.of(Role.POM), level, text)
    return found


def note(person: Person, by: Staff, level: str, text: str, readers: tuple[Staff, ...] = ()) -> CaseNote:
    return write_note(
        person=person, prison=person.prison, level=level, text=text, readers=readers, request_id=uuid4(), by=by, at=NOW
    )


def colleague(cast: Cast, role: Role = Role.POM) -> Staff:
    staff = StaffFactory(username="colleague")
    PostingFactory(staff=staff, prison=cast.prison, role=role)
    return staff


def url(person: Person, name: str = "notes", *more: int) -> str:
    return reverse(f"allocation:{name}", args=["LEI", person.ref, *more])


def read_by(staff: Staff, person: Person) -> set[str]:
    body = signed_in(staff).get(url(person)).content.decode()
    return {level for level, text in SECRET.items() if text in body}


# By role alone, and for a POM by the part in the case: which levels stand open.
@pytest.mark.parametrize(
    ("role", "part", "levels"),
    [
        (Role.HOMD, "", {"open", "restricted", "confidential"}),
        (Role.HOMS, "", {"open"}),
        (Role.CASE_ADMINISTRATOR, "", {"open"}),
        (Role.POM, "", {"open"}),
        (Role.POM, "coworking", {"open", "restricted"}),
        (Role.POM, "support", {"open", "restricted"}),
        (Role.POM, "ended", {"open"}),
        (Role.SAFER_CUSTODY, "", set()),
        (Role.GOVERNOR, "", set()),
    ],
)
def test_which_notes_stand_open(cast: Cast, person: Person, role: Role, part: str, levels: set[str]) -> None:
    staff = colleague(cast, role)
    if part:
        ended = {"ended_at": NOW, "ended_because": "Done"} if part == "ended" else {}
        kind = PomAllocation.Part.COWORKING if part == "ended" else part
        about = {"person": person, "prison": cast.prison, "staff": staff, "part": kind}
        PomAllocation.objects.create(started_at=NOW, **about, **ended)
    assert read_by(staff, person) == levels


@pytest.mark.parametrize("role", [Role.KEY_WORKER, Role.WING_OFFICER, Role.KEY_WORK_MANAGER, Role.NATIONAL])
def test_the_wings_and_the_group_have_no_such_page(cast: Cast, person: Person, role: Role) -> None:
    assert cast.client(role).get(url(person)).status_code == 403
    assert cast.stranger.get(url(person)).status_code == 404


def test_a_named_reader_reads_a_confidential_note(cast: Cast, person: Person) -> None:
    staff = colleague(cast)
    note(person, cast.of(Role.POM), "confidential", "For you too", readers=(staff,))
    body = signed_in(staff).get(url(person)).content.decode()
    assert "For you too" in body
    assert SECRET["confidential"] not in body


def test_reading_closed_notes_that_are_open_to_one_is_logged(cast: Cast, person: Person) -> None:
    read_by(cast.of(Role.HOMD), person)
    event = AuditEvent.objects.get(action="see_notes")
    assert (event.staff, len(event.detail["notes"])) == (cast.of(Role.HOMD), 2)


def test_who_is_not_on_the_case_writes_nothing(cast: Cast, person: Person) -> None:
    said = {"text": "No", "level": "open", "request_id": str(uuid4())}
    assert signed_in(colleague(cast)).post(url(person, "note-new"), said).status_code == 403
    assert CaseNote.objects.count() == 3


def test_a_note_is_written_once_and_corrected_by_its_author(cast: Cast, person: Person) -> None:
    client, said = cast.client(Role.POM), {"text": "First", "level": "open", "request_id": str(uuid4())}
    for _ in range(2):
        client.post(url(person, "note-new"), said)
    first = CaseNote.objects.get(text="First")
    fixed = {"text": "Second", "level": "restricted", "because": "Too open", "request_id": str(uuid4())}
    assert cast.client(Role.HOMD).post(url(person, "note-amend", first.pk), fixed).status_code == 403
    client.post(url(person, "note-amend", first.pk), fixed)
    body = client.get(url(person)).content.decode()
    assert 0 < body.index("Second") < body.index("What it said before it was corrected") < body.index("First")


def corrected(cast: Cast, closed: CaseNote, **said: object) -> None:
    fixed = {"text": "Now this", "because": "Wrong", "request_id": str(uuid4())} | said
    answer = cast.client(Role.POM).post(url(closed.person, "note-amend", closed.pk), fixed)
    assert answer.status_code == 302


def test_a_correction_names_its_readers_anew(cast: Cast, person: Person) -> None:
    staff, closed = colleague(cast), CaseNote.objects.get(level="confidential")
    corrected(cast, closed, level="confidential", readers=[staff.pk])
    body = signed_in(staff).get(url(person)).content.decode()
    assert "Now this" in body
    assert SECRET["confidential"] not in body
    assert "Robin" in cast.client(Role.POM).get(url(person, "note-amend", closed.amended_by.pk)).content.decode()


def test_the_first_wording_is_shown_to_whom_it_is_open(cast: Cast, person: Person) -> None:
    corrected(cast, CaseNote.objects.get(level="restricted"), level="open")
    outsider, homd = read_by(colleague(cast), person), read_by(cast.of(Role.HOMD), person)
    assert (outsider, homd) == ({"open"}, {"open", "restricted", "confidential"})
    assert len(AuditEvent.objects.get(action="see_notes").detail["notes"]) == 2


def test_a_note_under_a_merged_number_says_so(cast: Cast, person: Person) -> None:
    gone = cast.person()
    note(gone, cast.of(Role.HOMD), "open", "Under the other number")
    asked = {"asked_by": cast.of(Role.HOMD), "asked_at": NOW, "decided_by": cast.of(Role.HOMS), "decided_at": NOW}
    PersonMerge.objects.create(kept=person, gone=gone, prison=cast.prison, confirmed=True, because="Same", **asked)
    body = cast.client(Role.HOMD).get(url(person)).content.decode()
    assert "Under the other number" in body
    assert f"as {gone.prison_number}" in body


@pytest.mark.parametrize("role", [Role.POM, Role.GOVERNOR, Role.SAFER_CUSTODY, Role.HOMS])
def test_glass_is_broken_with_a_reason_that_is_kept_and_told(cast: Cast, person: Person, role: Role) -> None:
    staff, closed = colleague(cast, role), CaseNote.objects.get(level="confidential")
    client = signed_in(staff)
    page = url(person, "note-break", closed.pk)
    assert SECRET["confidential"] not in client.get(page).content.decode()
    assert SECRET["confidential"] not in client.post(page, {"because": ""}).content.decode()
    assert not NoteReading.objects.exists()
    assert SECRET["confidential"] in client.post(page, {"because": "Threat to life tonight"}).content.decode()
    assert SECRET["confidential"] not in client.get(url(person)).content.decode()
    log = cast.client(Role.GOVERNOR).get(reverse("access-log", args=["LEI"])).content.decode()
    assert "Threat to life tonight" in log


def test_an_administrator_breaks_no_glass(cast: Cast, person: Person) -> None:
    closed = CaseNote.objects.get(level="restricted")
    assert cast.client(Role.CASE_ADMINISTRATOR).get(url(person, "note-break", closed.pk)).status_code == 403


def test_the_governor_is_told_by_the_next_nights_email(cast: Cast, person: Person) -> None:
    governor = cast.of(Role.GOVERNOR)
    closed = CaseNote.objects.get(level="confidential")
    signed_in(colleague(cast)).post(url(person, "note-break", closed.pk), {"because": "Cover for a colleague"})
    run_night(cast.prison, on=TODAY, at=NOW)
    mail = Message.objects.get(kind=MailKind.ACCESS)
    assert (mail.recipient, "1 closed case note was" in mail.body) == (governor.email, True)
    assert SECRET["confidential"] not in mail.body


def test_as_many_queries_for_ten_notes_as_for_three(cast: Cast, person: Person, django_assert_max_num_queries) -> None:
    client = cast.client(Role.HOMD)
    for number in range(10):
        note(person, cast.of(Role.POM), "restricted", f"Note {number}")
    with django_assert_max_num_queries(16):
        client.get(url(person))


def test_sent_again_with_other_readers_or_words_is_refused(cast: Cast, person: Person) -> None:
    closed, pom = CaseNote.objects.get(level="confidential"), cast.of(Role.POM)
    about = {"level": "confidential", "by": pom, "at": NOW, "request_id": uuid4(), "text": "Kept"}
    written = write_note(person=person, prison=cast.prison, readers=(), **about)
    assert write_note(person=person, prison=cast.prison, readers=(), **about) == written
    with pytest.raises(RefusedError, match="before you changed it"):
        write_note(person=person, prison=cast.prison, readers=(colleague(cast),), **about)
    said = {"text": "Now this", "level": "confidential", "because": "Wrong", "request_id": str(uuid4())}
    address = url(person, "note-amend", closed.pk)
    answers = [cast.client(Role.POM).post(address, said | {"text": text}) for text in ("Now this", "Now this", "Else")]
    assert [answer.status_code for answer in answers] == [302, 302, 200]
    assert "This was saved before you changed it" in answers[2].content.decode()
    late = cast.client(Role.POM).post(address, said | {"request_id": str(uuid4())})
    assert "has been corrected already" in late.content.decode()
    assert CaseNote.objects.get(amends=closed).text == "Now this"


def test_a_closed_note_says_whom_to_ask_where_it_cannot_be_opened(person: Person, cast: Cast) -> None:
    words = "Ask Pat Offender or the HOMD if you need what it says."
    assert words in cast.client(Role.CASE_ADMINISTRATOR).get(url(person)).content.decode()
    assert words not in cast.client(Role.HOMD).get(url(person)).content.decode()
