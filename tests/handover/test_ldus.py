"""LDUs: a mailbox is a dated row; what did not reach one is written to the next, and nothing twice."""

from typing import Any

import pytest

from handover.community_lists import list_counts
from handover.duty_actions import RefusedError
from handover.ldus import add_ldu, cases_of, decide_mailbox, end_ldu, proposals, propose_mailbox, unknown_ldus
from handover.models import CommunityRequest
from handover.override_actions import ask_override, decide_override, end_override
from omic.models import AuditEvent, Ldu, Message, Prison, Staff
from omic.outbox import send_waiting
from tests.factories import NOW, TODAY, PrisonFactory, StaffFactory, days
from tests.handover.community import STEPS, case, ldu, settle, short_case


@pytest.fixture
def prison(db: None, settings: Any) -> Prison:
    settings.RECONCILE_STEPS = STEPS
    return PrisonFactory(code="LEI")


@pytest.fixture
def by(db: None) -> Staff:
    return StaffFactory()


def add(prison: Prison, by: Staff, name: str = "Weald") -> Ldu:
    return add_ldu(name=name, email="weald@probation.invalid", prison=prison, by=by, at=NOW)


def change_mailbox(*, ldu: int, email: str, version: int, prison: Prison, by: Staff, at: Any) -> Ldu:
    """One person proposes it, another confirms it."""
    where = {"ldu": ldu, "prison": prison, "at": at}
    row = propose_mailbox(email=email, version=version, by=by, **where)
    return decide_mailbox(confirmed=True, version=row.version, by=StaffFactory(), **where)


def test_unknown_names_are_told_with_their_cases(prison: Prison, by: Staff) -> None:
    case(days(9), ldu="Moor")
    case(days(99), ldu="Moor")
    case(days(9), ldu=None)
    case(days(9))
    assert unknown_ldus(prison) == [("Moor", 2), ("Weald", 1)]
    add(prison, by)
    assert unknown_ldus(prison) == [("Moor", 2)]
    assert cases_of(prison) == {"Moor": 2, "Weald": 1}


def test_a_new_ldu_is_asked_at_once_what_waits(prison: Prison, by: Staff) -> None:
    short_case()
    assert not CommunityRequest.objects.exists()
    add(prison, by)
    assert [row.kind for row in CommunityRequest.objects.all()] == ["short"]


def test_two_of_a_name_are_refused(prison: Prison, by: Staff) -> None:
    add(prison, by)
    with pytest.raises(RefusedError, match="already"):
        add(prison, by)


def test_another_mailbox_is_another_row_and_gets_what_the_old_one_did_not(prison: Prison, by: Staff) -> None:
    old = ldu(email="wrong@probation.invalid")
    person = short_case()
    new = change_mailbox(ldu=old.pk, email="right@probation.invalid", version=old.version, prison=prison, by=by, at=NOW)
    old.refresh_from_db()
    assert (old.ends_on, new.starts_on) == (TODAY, TODAY)
    assert send_waiting(NOW) == {"withheld": 1, "sent": 1}
    assert Message.objects.get(state="sent").recipient == "right@probation.invalid"
    settle(person, days(1))
    assert [row.answered_at is None for row in CommunityRequest.objects.order_by("pk")] == [False, True]


def test_what_was_told_and_did_not_arrive_is_listed_and_goes_to_the_next_mailbox(prison: Prison, by: Staff) -> None:
    old = ldu()
    person = case(days(300), com="Cam")
    words = {"responsibility": "COM", "reason": "community", "because": "They know him."}
    row = ask_override(person=person, by=by, at=NOW, **words)
    decide_override(override=row.pk, confirmed=True, decision="", by=StaffFactory(), at=NOW)
    settle(person, TODAY)
    end_override(override=row.pk, because="Done", by=by, at=NOW)
    assert list_counts(prison, TODAY)["pipeline"] == 0
    Message.objects.update(state="failed")
    assert {key: found for key, found in list_counts(prison, TODAY).items() if found} == {
        "pipeline": 1, "unanswered": 1, "all": 1
    }  # fmt: skip
    change_mailbox(ldu=old.pk, email="new@probation.invalid", version=1, prison=prison, by=by, at=NOW)
    assert send_waiting(NOW) == {"sent": 2}
    assert list_counts(prison, TODAY)["pipeline"] == 0


def test_what_was_delivered_is_not_written_again(prison: Prison, by: Staff) -> None:
    old = ldu()
    person = short_case()
    send_waiting(NOW)
    change_mailbox(ldu=old.pk, email="new@probation.invalid", version=1, prison=prison, by=by, at=NOW)
    settle(person, days(1))
    assert Message.objects.count() == 1


def test_an_ended_ldu_gets_nothing_that_waits_and_comes_back_under_its_name(prison: Prison, by: Staff) -> None:
    row = ldu()
    short_case()
    end_ldu(ldu=row.pk, version=row.version, prison=prison, by=by, at=NOW)
    assert send_waiting(NOW) == {"withheld": 1}
    assert unknown_ldus(prison) == [("Weald", 1)]
    add(prison, by)
    assert send_waiting(NOW) == {"sent": 1}


def test_the_loser_of_a_race_is_told(prison: Prison, by: Staff) -> None:
    row = ldu()
    change_mailbox(ldu=row.pk, email="new@probation.invalid", version=1, prison=prison, by=by, at=NOW)
    with pytest.raises(RefusedError, match="Somebody has changed"):
        end_ldu(ldu=row.pk, version=1, prison=prison, by=by, at=NOW)


def test_a_mailbox_takes_two_people_and_the_old_one_is_used_meanwhile(prison: Prison, by: Staff) -> None:
    old = ldu()
    where = {"ldu": old.pk, "prison": prison, "at": NOW}
    row = propose_mailbox(email="new@probation.invalid", version=1, by=by, **where)
    short_case()
    assert send_waiting(NOW) == {"sent": 1}
    assert Message.objects.get().recipient == "weald@probation.invalid"
    with pytest.raises(RefusedError, match="You proposed this mailbox yourself"):
        decide_mailbox(confirmed=True, version=row.version, by=by, **where)
    with pytest.raises(RefusedError, match="has to be decided first"):
        propose_mailbox(email="other@probation.invalid", version=row.version, by=StaffFactory(), **where)
    new = decide_mailbox(confirmed=True, version=row.version, by=StaffFactory(), **where)
    assert (new.email, list(proposals())) == ("new@probation.invalid", [])
    deeds = AuditEvent.objects.filter(action__endswith="_mailbox").order_by("pk")
    assert list(deeds.values_list("action", flat=True)) == ["propose_mailbox", "confirm_mailbox"]


def test_a_rejected_mailbox_changes_nothing_and_can_be_proposed_again(prison: Prison, by: Staff) -> None:
    old = ldu()
    where = {"ldu": old.pk, "prison": prison, "at": NOW}
    row = propose_mailbox(email="new@probation.invalid", version=1, by=by, **where)
    decide_mailbox(confirmed=False, version=row.version, by=StaffFactory(), **where)
    row.refresh_from_db()
    assert (row.email, row.ends_on, row.proposed_by) == ("weald@probation.invalid", None, None)
    assert propose_mailbox(email="new@probation.invalid", version=row.version, by=by, **where)


def moved_by_ending(prison: Prison, by: Staff) -> Ldu:
    """Ended for its wrong mailbox with a question waiting, and added again with another."""
    row = ldu(email="wrong@probation.invalid")
    short_case()
    end_ldu(ldu=row.pk, version=row.version, prison=prison, by=by, at=NOW)
    return add(prison, by)


def test_an_ended_ldu_comes_back_with_another_mailbox_once_a_second_person_confirms(prison: Prison, by: Staff) -> None:
    row = moved_by_ending(prison, by)
    assert (row.proposed_email, list(proposals())) == ("weald@probation.invalid", [row])
    assert send_waiting(NOW) == {"withheld": 1}, "neither to the old mailbox nor to the new one"
    where = {"ldu": row.pk, "version": row.version, "prison": prison, "at": NOW}
    with pytest.raises(RefusedError, match="You proposed this mailbox yourself"):
        decide_mailbox(confirmed=True, by=by, **where)
    with pytest.raises(RefusedError, match="has to be decided first"):
        add_ldu(name="Weald", email="wrong@probation.invalid", prison=prison, by=StaffFactory(), at=NOW)
    new = decide_mailbox(confirmed=True, by=StaffFactory(), **where)
    assert (new.email, new.ends_on, list(proposals())) == ("weald@probation.invalid", None, [])
    assert send_waiting(NOW) == {"sent": 1}
    assert Message.objects.get(state="sent").recipient == "weald@probation.invalid"


def test_one_that_is_rejected_stays_ended_and_can_come_back_with_its_old_mailbox(prison: Prison, by: Staff) -> None:
    row = moved_by_ending(prison, by)
    where = {"ldu": row.pk, "version": row.version, "prison": prison, "at": NOW}
    decide_mailbox(confirmed=False, by=StaffFactory(), **where)
    assert not proposals().exists() and not Ldu.objects.filter(ends_on=None).exists()
    back = add_ldu(name="Weald", email="wrong@probation.invalid", prison=prison, by=by, at=NOW)
    assert back.ends_on is None
    assert send_waiting(NOW) == {"sent": 1}, "what waited goes out once"
