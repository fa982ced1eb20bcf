"""Taking back a completed OASys that was recorded in error; recording one is the kernel's (omic.details)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from handover.duties_by_fact import HAND
from handover.duty_actions import ASSESSMENTS, DONE, RefusedError
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day, london_midnight
from omic.formats import moment
from omic.models import OasysAssessment, Obligation, ObligationKind, ObligationState, Staff
from omic.reconcile import lock, reconcile, window_of

ONE_DAY = timedelta(days=1)


@transaction.atomic
def withdraw_oasys(*, assessment: OasysAssessment, because: str, by: Staff, at: datetime) -> None:
    """Take an OASys back; what it met is owed again, and dates stand at once as if it had never been.

    No file that states the same again brings it back. Raises RefusedError when somebody has taken it back already.
    """
    lock([assessment.person_id])
    row = OasysAssessment.objects.select_related("person__prison", "withdrawn_by").get(pk=assessment.pk)
    if row.withdrawn_at:
        raise RefusedError(f"{row.withdrawn_by} took this back on {moment(row.withdrawn_at)}. Look again")
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_because = by, at, because
    row.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
    open_again(row)
    reconcile([row.person_id], window_of(london_day(at), at))
    facts = {"assessment": row.pk, "on": row.completed_on.isoformat(), "kind": row.kind, "because": because}
    audit.record(
        by=Actor(staff=by), action="withdraw_oasys", at=at, prison=row.person.prison, person=row.person, **facts
    )


def open_again(row: OasysAssessment) -> None:
    """The duties it met that the pipeline would leave met: of a round of parole, and what staff opened themselves.

    All others open with the facts, so that what another OASys has met keeps its moment (handover.duties).
    """
    on, after = london_midnight(row.completed_on), london_midnight(row.completed_on + ONE_DAY)
    kinds = [kind for kind, assessed in ASSESSMENTS.items() if assessed == row.kind]
    left_alone = Q(kind=ObligationKind.OASYS_PAROLE) | Q(slot__startswith=HAND)
    said = Q(closed_because=DONE, met_at__gte=on, met_at__lt=after)  # whoever said so, that day it was this one
    by_fact = Q(closed_by=None, met_at=row.recorded_at)
    met = Obligation.objects.filter(left_alone, said | by_fact, kind__in=kinds, person=row.person)
    met = met.filter(state=ObligationState.MET)
    met.update(state=ObligationState.OPEN, met_at=None, closed_at=None, closed_by=None, closed_because="")
