"""Two numbers that are one person: the casework of their handover goes along, and goes back when it was a mistake."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from handover.actions import record_handover
from handover.casework_actions import decide_form
from handover.duty_actions import HANDED_OVER
from handover.early_actions import approve_early
from handover.models import (
    EarlyAssessment,
    FormDecision,
    HandoverReport,
    HandoverStep,
    ResponsibilityOverride,
    SendingNote,
)
from handover.override_actions import ask_override, decide_override
from handover.report_actions import save_report
from handover.report_text import PARTS
from omic.audit import Actor
from omic.details import Statement, record_details, record_oasys
from omic.merges import ask_merge, ask_undo, carried_over, decide_merge, decide_undo
from omic.models import Person, PersonMerge, Role, Sentence, Stay
from tests.cast import Cast
from tests.factories import NOW, TODAY, ContactFactory, ObligationFactory, PrisonFactory, days
from tests.handover import test_early_allocation as early
from tests.handover import test_parole as parole
from tests.handover.casework import Kind, case, follow, stands, take

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def merge(cast: Cast, kept: Person, gone: Person) -> PersonMerge:
    asked = ask_merge(kept=kept, prison_number=gone.prison_number, because="Alike", by=cast.of(Role.HOMS), at=NOW)
    decide_merge(merge=asked.pk, confirmed=True, decision="", by=cast.of(Role.CASE_ADMINISTRATOR), at=NOW)
    return PersonMerge.objects.get(pk=asked.pk)


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


def test_an_early_allocation_that_was_worked_on_since_stays_and_that_is_said(cast: Cast) -> None:
    kept, gone = early.case(cast), early.case(cast)
    early.decided(cast, early.referred(cast, gone))
    early.assessed(cast, gone, cppc_in_principle=True)
    row = merge(cast, kept, gone)
    waits = kept.early_assessments.to_approve().get()
    approve_early(assessment=waits.pk, approved=True, approval="", by=cast.of(Role.HOMD), at=LATER)
    told = [words for words in carried_over(row) if words.startswith("Early allocation")]
    assert [("worked on since" in words, "look through it" in words) for words in told] == [
        (True, True),
        (False, False),
    ]
    undo(cast, row)
    stays = kept.early_assessments.standing().get()
    assert (stays, stays.approved_by) == (waits, cast.of(Role.HOMD))
    details = Person.objects.get(pk=kept.pk).details
    assert (details.early_allocation, details.high_profile, details.cppc_in_principle) == (False, None, True)


def overridden(cast: Cast, person: Person, *, confirmed: bool) -> ResponsibilityOverride:
    words = {"responsibility": "COM", "reason": "community", "because": "They know him."}
    row = ask_override(person=person, by=cast.of(Role.HOMD), at=NOW, **words)
    if confirmed:
        decide_override(override=row.pk, confirmed=True, decision="", by=cast.of(Role.GOVERNOR), at=NOW)
    return row


def test_an_override_binds_under_the_number_that_stays_and_is_taken_back(cast: Cast) -> None:
    kept, gone = case(cast), case(cast)
    overridden(cast, gone, confirmed=True)
    row = merge(cast, kept, gone)
    carried = kept.responsibility_overrides.open().get()
    assert kept.handoverdeterminations.current().get().reason == "overridden"
    assert (carried.asked_at, carried.because.splitlines()[-1]) == (NOW, f"Carried over from {gone.prison_number}")
    assert [words[:9] for words in carried_over(row)] == ["Override,"]
    undo(cast, row)
    assert kept.handoverdeterminations.current().get().reason != "overridden"
    assert ResponsibilityOverride.objects.open().get().person == gone


def test_an_override_confirmed_since_stays_and_an_own_one_is_not_doubled(cast: Cast) -> None:
    kept, gone = case(cast), case(cast)
    overridden(cast, gone, confirmed=False)
    row = merge(cast, kept, gone)
    carried = kept.responsibility_overrides.waiting().get()
    decide_override(override=carried.pk, confirmed=True, decision="", by=cast.of(Role.GOVERNOR), at=LATER)
    assert "confirmed since" in carried_over(row)[0]
    undo(cast, row)
    assert kept.responsibility_overrides.open().get() == carried
    merge_again = merge(cast, kept, gone)
    assert kept.responsibility_overrides.open().get() == carried and merge_again.pk != row.pk


@pytest.mark.parametrize("own_duty", [True, False])
def test_a_recorded_handover_is_recorded_for_both_and_owed_again_when_undone(cast: Cast, own_duty: bool) -> None:
    kept, gone = case(cast), case(cast)
    duties = kept.obligations.filter(kind="handover").exclude(state="void")
    if not own_duty:
        duties.delete()
    record_handover(person=gone, on=TODAY, note="By phone", by=cast.of(Role.POM), at=NOW)
    row = merge(cast, kept, gone)
    assert [(one.state, one.met_at, one.closed_by, one.note) for one in duties.all()] == [
        ("met", NOW, cast.of(Role.POM), "By phone")
    ]
    assert [words[:18] for words in carried_over(row)] == ["Handover, recorded"]
    undo(cast, row)
    assert [one.state for one in duties.all()] == ["open"]
    assert gone.obligations.get(kind="handover").state == "met"


def test_a_handover_with_another_recorded_since_stays(cast: Cast) -> None:
    kept, gone = case(cast), case(cast)
    record_handover(person=gone, on=TODAY, note="By phone", by=cast.of(Role.POM), at=NOW)
    row = merge(cast, kept, gone)
    since = {"state": "met", "met_at": LATER, "closed_at": LATER, "closed_because": HANDED_OVER}
    ObligationFactory(person=kept, kind="handover", slot="sentence-0-2", met_by="", **since)
    assert "another since. Both stay" in carried_over(row)[0]
    undo(cast, row)
    assert set(kept.obligations.filter(kind="handover").values_list("state", flat=True)) == {"met"}


def test_completed_assessments_go_along_and_back(cast: Cast) -> None:
    kept, gone = case(cast), case(cast)
    Sentence.objects.filter(person=gone).update(started_on=days(-400))
    told = {"layer": 3, "completed_by": "pom", "kind": "initial"}
    by = Statement("OASys", TODAY, Actor(staff=cast.of(Role.POM)), NOW)
    for person, on in ((kept, days(-150)), (gone, days(-150)), (gone, days(-9))):
        record_oasys(person=person, statement=by, completed_on=on, **told)
    row = merge(cast, kept, gone)
    found = list(kept.oasys.values_list("completed_on", "source"))
    assert found == [(days(-9), f"Carried over from {gone.prison_number}"), (days(-150), "OASys")]
    assert carried_over(row) == [f"1 OASys assessment. Under {gone.prison_number} alone again"]
    undo(cast, row)
    assert kept.oasys.get().completed_on == days(-150) and gone.oasys.count() == 2


def test_parole_reviews_go_along_once_and_back_and_pa_05_follows(cast: Cast) -> None:
    """One of both numbers has its outcome under the other alone."""
    kept, gone = parole.lifer(cast, ted=days(-100)), parole.lifer(cast, ted=days(-100))
    by = Actor(staff=cast.of(Role.POM))
    told = {"values": {"com_oasys_reviewed": True}, "source": "nDelius", "as_at": days(-30)}
    record_details(person=kept, by=by, at=NOW, **told)
    parole.recorded(cast, kept, target_hearing_on=days(-20))
    parole.recorded(cast, gone, target_hearing_on=days(-20), outcome="not_release", outcome_on=days(-10))
    parole.recorded(cast, gone, target_hearing_on=days(90))
    row = merge(cast, kept, gone)
    hearings = kept.parole_reviews.order_by("target_hearing_on")
    columns = ("target_hearing_on", "outcome", "outcome_on", "source")
    carried = f"Carried over from {gone.prison_number}"
    assert list(hearings.values_list(*columns)) == [
        (days(-20), "not_release", days(-10), carried), (days(90), "", None, carried)
    ]  # fmt: skip
    assert follow(kept).details.com_oasys_reviewed is False
    undo(cast, row)
    assert list(hearings.values_list(*columns)) == [(days(-20), "", None, "Recorded with the parole reviews")]
    assert (Person.objects.get(pk=kept.pk).details.com_oasys_reviewed, gone.parole_reviews.count()) == (True, 2)


def test_a_parole_review_with_something_recorded_since_stays(cast: Cast) -> None:
    kept, gone = parole.lifer(cast, ted=days(-100)), parole.lifer(cast, ted=days(-100))
    parole.recorded(cast, gone, target_hearing_on=days(-20))
    row = merge(cast, kept, gone)
    parole.recorded(cast, kept, target_hearing_on=days(-20), outcome="release", outcome_on=days(-1))
    assert "recorded since the merge" in carried_over(row)[0]
    undo(cast, row)
    assert kept.parole_reviews.get().outcome == "release"


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
