"""What wellbeing shows on a person's page: who last saw them, the next check and why, the last ones recorded."""

from typing import Any

from omic.access import Action, Relation
from omic.http import PrisonRequest
from omic.models import SIGHTINGS, Contact, Obligation, ObligationKind, Person
from wellbeing.acct import acct_age, may_have_acct
from wellbeing.models import CohortDecision
from wellbeing.notes import OUTCOMES, late_entry
from wellbeing.roster import CHECKS

SHOWN = 5


def check_panel(request: PrisonRequest, person: Person) -> dict[str, Any] | None:
    """Wellbeing checks of somebody held here; not shown in men's prisons where there were none and none is owed."""
    contacts = Contact.objects.current().filter(person=person).order_by("-at", "-pk")
    contacts = contacts.select_related("by", "check_note__entered_by")
    last = list(contacts.filter(kind__in=OUTCOMES)[:SHOWN])
    duty = _next(request, person)
    age = acct_age(request.prison, at=request.now)
    suspect = age.stale and may_have_acct(request.prison.people.filter(pk=person.pk), request.on).exists()
    if not (request.prison.women or last or duty or suspect):
        return None
    return {
        "template": "wellbeing/roster_panel.html",
        "person": person,
        "seen": contacts.filter(kind__in=SIGHTINGS).first(),
        "duty": duty,
        "why": f"duty-{duty.pk}" if duty else "",
        "last": [(contact, late_entry(contact)) for contact in last],
        "cohort": CohortDecision.objects.standing().filter(person=person, starts_on__lte=request.on).first(),
        "treat_as_open": age.words if suspect else "",
        "may_check": _may(request, person, Action.RECORD_CHECK),
        "may_refer": request.prison.women and _may(request, person, Action.REFER_FOR_CHECKS),
        "may_decide": request.prison.women and _may(request, person, Action.DECIDE_COHORT),
        "may_tell": _untold(request, person) and _may(request, person, Action.TELL_STEP_DOWN),
    }


def _untold(request: PrisonRequest, person: Person) -> bool:
    """Whether she has still to be told that her checks are weekly from now (WB-11)."""
    if not request.prison.women:
        return False
    return person.obligations.demanding().filter(kind=ObligationKind.STEP_DOWN_TALK).exists()


def _next(request: PrisonRequest, person: Person) -> Obligation | None:
    rows = person.obligations.filter(prison=request.prison, kind__in=CHECKS, due_on__gte=request.on).demanding()
    return rows.order_by("due_on", "pk").first()


def _may(request: PrisonRequest, person: Person, action: Action) -> bool:
    reach = request.standing.relations(action)
    if Relation.PRISON in reach:
        return True
    return bool(reach) and request.standing.people(action).filter(pk=person.pk).exists()
