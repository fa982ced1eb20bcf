"""The first handover meeting of a parole case is the key worker's to attend (KW-13)."""

from typing import Any

import pytest

from handover.actions import record_handover
from keywork.actions.meetings import record_meeting
from keywork.plans import meetings_to_come
from omic.models import Obligation, ObligationKind, Person, Role, Sentence
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, CaseDetailsFactory, KeyWorkerAllocationFactory, SentenceFactory, days

pytestmark = pytest.mark.django_db


def case(cast: Cast, **sentence: Any) -> Person:
    """With a handover about a month from now, by the tariff's expiry, the PED or the CRD."""
    person = cast.person(arrived_on=days(-900), reception_on=days(-900))
    SentenceFactory(person=person, started_on=days(-900), **{"crd": None, "sed": None, **sentence})
    CaseDetailsFactory(person=person, provider="nps", com_name=None, com_email=None)
    KeyWorkerAllocationFactory(person=person, staff=cast.of(Role.KEY_WORKER))
    return follow(person)


def follow(person: Person) -> Person:
    reconcile([person.pk], window_of(TODAY, NOW))
    person.refresh_from_db()
    return person


def duties(person: Person) -> list[Obligation]:
    return list(person.obligations.demanding().filter(kind=ObligationKind.FIRST_HANDOVER_MEETING))


@pytest.mark.parametrize(
    ("sentence", "count"),
    [
        ({"kind": "indeterminate", "ted": days(270)}, 1),
        ({"ped": days(270), "crd": days(800), "sed": days(1500)}, 1),
        ({"crd": days(270), "sed": days(700)}, 0),
    ],
)
def test_it_is_owed_of_parole_cases_alone(cast: Cast, sentence: dict[str, Any], count: int) -> None:
    person = case(cast, **sentence)
    found = duties(person)
    assert len(found) == count
    assert all((duty.owner, duty.due_on) == (cast.of(Role.KEY_WORKER), None) for duty in found)


def test_it_shows_from_when_the_handover_comes_up(cast: Cast) -> None:
    (duty,) = duties(case(cast, kind="indeterminate", ted=days(3000)))
    shown = meetings_to_come(cast.prison.obligations.all(), duty.opens_on)
    assert list(shown) == [duty]
    assert not meetings_to_come(cast.prison.obligations.all(), TODAY)


def test_it_waits_for_an_answer_beyond_the_handover_and_is_asked_once(cast: Cast) -> None:
    person = case(cast, kind="indeterminate", ted=days(270))
    record_handover(person=person, on=TODAY, note="Met", by=cast.of(Role.HOMD), at=NOW)
    (duty,) = duties(follow(person))
    facts = {"prison": cast.prison, "held_on": TODAY, "by": cast.of(Role.KEY_WORKER), "at": NOW}
    record_meeting(duty=duty, **facts)
    assert not duties(follow(person))


def test_a_recall_or_a_woman_without_a_key_worker_owes_none(cast: Cast) -> None:
    person = case(cast, kind="indeterminate", ted=days(270))
    Sentence.objects.update(recalled=True)
    assert not duties(follow(person))
