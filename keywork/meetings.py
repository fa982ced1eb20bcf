"""The meeting of POM, key worker and person when somebody on remand is sentenced and stays (KW-13)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from keywork.rules import KeyWorkFacts, Spell, entitled, policy_on
from omic.formats import day
from omic.models import SENTENCED_STATUSES, LegalStatus, ObligationKind, Person, Presence, Role, Sentence
from omic.obligations import Wanted
from omic.policy import Step
from omic.reconcile import Window

Row = dict[str, Any]
ON_REMAND = (LegalStatus.REMAND, LegalStatus.CONVICTED_UNSENTENCED)
_FACTS = (
    "pk", "started_on", "person_id", "person__prison_id", "person__prison__estate", "person__arrived_on",
    "person__complexity", "person__presence", "person__key_worker_id", "person__wing_id",
)  # fmt: skip


def meetings_wanted(people: Sequence[int], window: Window) -> list[Wanted]:
    """One duty for each of `people` whom this prison held on remand, who was sentenced here and is here still.

    That they were on remand is what was recorded of them here: of an earlier time nobody can say whether they met. The
    key worker's duty, with the POM; it has no due day. Who is to have no key worker is owed none. Synchronise it as
    kind THREE_WAY_MEETING: after a move or a release nobody wants it any more.
    """
    rows = _sentenced_where_they_were(people, window.on).order_by("person").values(*_FACTS)
    return [_meeting(row) for row in rows if _may_have_key_worker(row, window.on)]


def _sentenced_where_they_were(people: Sequence[int], on: date) -> QuerySet[Sentence]:
    """The current sentences that are the first recorded, and began during the stay that the remand belongs to."""
    before = Sentence.objects.filter(person=OuterRef("person"), started_on__lt=OuterRef("started_on"))
    remand = Person.pgh_event_model.objects.filter(  # type: ignore[attr-defined]
        pgh_obj=OuterRef("person"),
        prison=OuterRef("person__prison"),
        arrived_on=OuterRef("person__arrived_on"),
        legal_status__in=ON_REMAND,
    )
    now = Sentence.objects.filter(person__in=people, closed_at=None, started_on__lte=on)
    here = now.filter(
        person__prison__isnull=False,
        person__legal_status__in=SENTENCED_STATUSES,
        person__arrived_on__lt=F("started_on"),
    )
    return here.filter(~Exists(before), Exists(remand))


def _may_have_key_worker(row: Row, on: date) -> bool:
    facts = KeyWorkFacts(
        estate=row["person__prison__estate"],
        complexity=row["person__complexity"],
        spells=(Spell(row["person__arrived_on"], None),),
        in_hospital=row["person__presence"] == Presence.HOSPITAL,
    )
    return entitled(facts, on=on).value


def _meeting(row: Row) -> Wanted:
    found = f"On remand here since {day(row['person__arrived_on'])}, sentenced on {day(row['started_on'])}"
    return Wanted(
        person_id=row["person_id"],
        prison_id=row["person__prison_id"],
        kind=ObligationKind.THREE_WAY_MEETING,
        slot=f"sentence-{row['pk']}",
        owner_role=Role.KEY_WORKER,
        owner_id=row["person__key_worker_id"],
        wing_id=row["person__wing_id"],
        opens_on=row["started_on"],
        due_on=None,
        with_roles=(Role.POM,),
        rule="KW-13",
        policy=policy_on(row["started_on"]).id,
        steps=(Step("KW-13", found),),
    )
