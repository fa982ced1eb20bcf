"""Two numbers that are one person: the casework of their handover goes along, and goes back when it was a mistake."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from handover.casework_actions import decide_form
from handover.models import EarlyAssessment, FormDecision, HandoverReport, HandoverStep, SendingNote
from handover.report_actions import PARTS, save_report
from omic.merges import ask_merge, ask_undo, carried_over, decide_merge, decide_undo
from omic.models import Person, PersonMerge, Role, Sentence, Stay
from tests.cast import Cast
from tests.factories import NOW, ContactFactory, PrisonFactory, days
from tests.handover import test_early_allocation as early
from tests.handover.casework import Kind, case, follow, stands, take

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def merge(cast: Cast, kept: Person, gone: Person) -> PersonMerge:
    asked = ask_merge(kept=kept, prison_number=gone.prison_number, because="Alike", by=cast.of(Role.HOMS), at=NOW)
    decide_merge(merge=asked.pk, confirmed=True, decision="", by=cast.of(Role.CASE_ADMINISTRATOR), at=NOW)
    return PersonMerge.objects.get()


def undo(cast: Cast, row: PersonMerge) -> None:
    asked = ask_undo(merge=row.pk, prison=cast.prison, because="Two", by=cast.of(Role.HOMS), at=LATER)
    decide_undo(undo=asked.pk, confirmed=True, decision="", by=cast.of(Role.CASE_ADMINISTRATOR), at=LATER)


def draft(cast: Cast, person: Person) -> HandoverReport:
    texts = dict.fromkeys(PARTS, "") | {"risks": "Alcohol"}
    return save_report(person=person, texts=texts, version=0, by=cast.of(Role.POM), at=NOW)


def worked_on(cast: Cast, **facts: Any) -> Person:
    """With a step, another form by decision, and a draft of the report."""
    person = case(cast, **facts)
    take(cast, person, Kind.LICENCE)
    take(cast, person, Kind.COM_CONTACT)
    decide_form(person=person, form="report", because="Asked for", by=cast.of(Role.HOMD), at=NOW)
    draft(cast, person)
    return person


def counting(person: Person) -> list[str]:
    return sorted(HandoverStep.objects.counting().filter(person=person).values_list("kind", flat=True))


def test_the_casework_of_the_same_sentence_goes_along_and_back(cast: Cast) -> None:
    kept, gone = case(cast), worked_on(cast)
    take(cast, kept, Kind.LICENCE, at=NOW - timedelta(minutes=5))
    row = merge(cast, kept, gone)
    assert counting(kept) == ["com_contact", "licence"], "its own step is not doubled"
    found = stands(kept)
    assert found.decision and found.decision.form == "report" and found.draft and found.draft.risks == "Alcohol"
    assert len(carried_over(row)) == 3
    undo(cast, row)
    assert (counting(kept), counting(gone)) == (["licence"], ["com_contact", "licence"])
    assert not FormDecision.objects.filter(person=kept).exists()
    assert list(HandoverReport.objects.values_list("person", flat=True)) == [gone.pk]


def test_a_draft_that_was_worked_on_since_stays(cast: Cast) -> None:
    kept, gone = case(cast), worked_on(cast)
    row = merge(cast, kept, gone)
    save_report(
        person=kept, texts=dict.fromkeys(PARTS, "More"), version=stands(kept).draft.version,
        by=cast.of(Role.HOMD), at=LATER,
    )  # fmt: skip
    undo(cast, row)
    assert stands(kept).draft is not None


def test_of_another_sentence_nothing_moves_and_the_page_shows_it(cast: Cast) -> None:
    kept, gone = case(cast), worked_on(cast)
    Sentence.objects.filter(person=gone).update(started_on=days(-400))
    merge(cast, kept, gone)
    assert counting(kept) == [] and stands(kept).draft is None
    client = cast.client(Role.POM)
    page = client.get(reverse("handover:case", args=["LEI", kept.ref])).content.decode()
    assert "Under other numbers" in page and gone.prison_number in page and "Licence conditions explained" in page
    report = HandoverReport.objects.get()
    address = reverse("handover:report-print", args=["LEI", kept.ref, report.pk])
    assert address in page and client.get(address).status_code == 200


def test_an_early_allocation_in_force_goes_along_with_its_date_and_back(cast: Cast) -> None:
    kept, gone = early.case(cast), early.case(cast)
    early.decided(cast, early.referred(cast, gone))
    row = merge(cast, kept, gone)
    answers = {name: getattr(follow(kept).details, name) for name in ("early_allocation", "high_profile")}
    assert answers == {"early_allocation": True, "high_profile": True}
    assert kept.handoverdeterminations.current().get().reason == "early_allocation"
    undo(cast, row)
    assert kept.handoverdeterminations.current().get().reason != "early_allocation"
    assert Person.objects.get(pk=kept.pk).details.high_profile is None
    assert list(EarlyAssessment.objects.standing().values_list("person", flat=True)) == [gone.pk]


def test_one_under_way_is_whose_turn_it_was(cast: Cast) -> None:
    kept, gone = early.case(cast), early.case(cast)
    early.assessed(cast, gone, high_profile=True)
    merge(cast, kept, gone)
    listed = cast.client(Role.HOMD).get(reverse("handover:early-approve-list", args=["LEI"]))
    assert [one.person for one in listed.context["list"].page] == [kept]


def test_a_note_from_another_prison_is_read_under_the_number_that_stays(cast: Cast) -> None:
    kept, gone = case(cast), case(cast)
    stay = Stay.objects.create(
        person=gone, prison=PrisonFactory(code="MDI"), arrived_on=days(-300), left_on=days(-190),
        ended_because=Stay.Ended.TRANSFER,
    )  # fmt: skip
    note = SendingNote.objects.create(
        person=gone, stay=stay, text="Brother", written_by=cast.of(Role.HOMD), written_at=NOW
    )
    merge(cast, kept, gone)
    client = cast.client(Role.POM)
    address = reverse("handover:sending-note-read", args=["LEI", kept.ref, note.pk])
    assert address in client.get(reverse("handover:sending-notes-unread", args=["LEI"])).content.decode()
    assert "Brother" in client.get(address).content.decode()
    client.post(reverse("handover:sending-note-mark", args=["LEI", kept.ref, note.pk]))
    note.refresh_from_db()
    assert note.read_by == cast.of(Role.POM)


def test_the_contacts_tab_tells_of_both_numbers_and_marks_them(cast: Cast) -> None:
    kept, gone = case(cast), case(cast)
    ContactFactory(person=kept)
    contact = ContactFactory(person=gone)
    merge(cast, kept, gone)
    client = cast.client(Role.POM)
    page = client.get(reverse("person-contacts", args=["LEI", kept.ref]))
    assert page.context["list"].count == 2 and gone.prison_number in page.content.decode()
    assert client.get(reverse("keywork:session", args=["LEI", kept.ref, contact.pk])).status_code == 200
