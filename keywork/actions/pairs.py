"""Who must not be brought together: recorded and lifted with a reason, by prison."""

from datetime import datetime

from django.db import transaction

from keywork.actions.refusals import RefusedError
from keywork.models import DoNotPair
from omic import audit
from omic.audit import Actor
from omic.formats import day
from omic.models import Person, Prison, Staff
from omic.reconcile import lock


@transaction.atomic
def forbid_pair(
    *, person: Person, prison: Prison, staff: Staff, kind: str, because: str, by: Staff, at: datetime
) -> DoNotPair:
    """From now on nobody can make `staff` the key worker of the person here. A key worker they have already stays.

    Raises RefusedError when it is recorded already.
    """
    lock([person.pk])
    present = DoNotPair.objects.filter(person=person, prison=prison, staff=staff, lifted_at=None).first()
    if present:
        recorded = f"{present.recorded_by} has recorded this on {day(present.recorded_at)} already"
        raise RefusedError(recorded, "staff")
    pair = DoNotPair.objects.create(
        person=person, prison=prison, staff=staff, kind=kind, because=because, recorded_by=by, recorded_at=at
    )
    _audit("forbid_pair", pair, by, at)
    return pair


@transaction.atomic
def lift_pair(*, pair: DoNotPair, because: str, by: Staff, at: datetime) -> DoNotPair:
    """These two may be brought together again. Raises RefusedError, with who, when it has been lifted already."""
    found = DoNotPair.objects.select_for_update(of=("self",)).select_related("lifted_by", "person", "prison")
    pair = found.get(pk=pair.pk)
    if pair.lifted_at:
        raise RefusedError(f"{pair.lifted_by} has lifted this on {day(pair.lifted_at)} already")
    pair.lifted_at, pair.lifted_by, pair.lifted_because = at, by, because
    pair.save(update_fields=["lifted_at", "lifted_by", "lifted_because"])
    _audit("lift_pair", pair, by, at)
    return pair


def _audit(action: str, pair: DoNotPair, by: Staff, at: datetime) -> None:
    audit.record(
        by=Actor(staff=by), action=action, at=at, prison=pair.prison, person=pair.person, key_worker=pair.staff_id,
        pair=pair.pk,
    )  # fmt: skip
