"""What the person's page shows of a case beside its POM: risk and the community, and that there is victim liaison."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from allocation.risk_warnings import ALERTS, COMPARED, RiskFacts, Said, risk_warnings
from allocation.victim_liaison import officers_of
from omic.access import Action
from omic.details import newest
from omic.details_pages import label
from omic.http import PrisonRequest
from omic.models import Alert, CaseDetails, Person

SHOWN = ("rosh", "mappa_level", "mappa_category", "rsr", "ogrs3", "provider", "com_name", "com_email", "ldu")


def risk_panel(request: PrisonRequest, person: Person) -> dict[str, Any] | None:
    """RoSH, MAPPA, RSR, COM and LDU, each with its source, and what contradicts itself; None for the wings."""
    if not request.standing.may(Action.SEE_DATES):
        return None
    details = getattr(person, "details", None) or CaseDetails(person=person)
    entries = list(person.detail_entries.filter(field__in=SHOWN).order_by("pk"))
    stands = newest(entries)
    edit = reverse("edit-details", args=[request.prison.pk, person.ref])
    return {
        "template": "allocation/risk_panel.html",
        "rows": [(label(name), _value(details, name), stands.get(name)) for name in SHOWN],
        "warnings": risk_warnings(_facts(details, entries, _active(person))),
        "edit": edit if request.standing.may(Action.EDIT_DETAILS) else "",
    }


def warnings_about(person: Person) -> tuple[str, ...]:
    """What is known of somebody's risk that contradicts itself, in words; three queries."""
    details = CaseDetails.objects.filter(person=person).first() or CaseDetails(person=person)
    return risk_warnings(_facts(details, person.detail_entries.filter(field__in=COMPARED), _active(person)))


def _active(person: Person) -> QuerySet[Alert]:
    return person.alerts.filter(code__in=ALERTS, ends_on__isnull=True)


def _facts(details: CaseDetails, entries: Any, alerts: Any) -> RiskFacts:
    said = (Said(entry.field, entry.value, entry.source, entry.as_at) for entry in entries)
    return RiskFacts(
        rosh=details.rosh,
        mappa_level=details.mappa_level,
        mappa_category=details.mappa_category,
        said=tuple(said),
        alerts=frozenset(alert.code for alert in alerts),
    )


def _value(details: CaseDetails, name: str) -> Any:
    shown = getattr(details, f"get_{name}_display", None)
    return shown() if shown and getattr(details, name) is not None else getattr(details, name)


def victim_liaison_panel(request: PrisonRequest, person: Person) -> dict[str, Any] | None:
    """How many victim liaison officers there are, never who; None for those who need not know."""
    if not request.standing.reaches(Action.VICTIM_LIAISON, person):
        return None
    url = reverse("allocation:victim-liaison", args=[request.prison.pk, person.ref])
    count = officers_of(person).filter(ended_at=None).count()
    return {"template": "allocation/victim_liaison_panel.html", "count": count, "url": url}
