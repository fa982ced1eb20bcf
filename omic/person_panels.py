"""The kernel's own panels of a person's page: alerts by role, and the dates of the sentence as the roll has them."""

from typing import Any

from django.urls import reverse

from omic import alerts
from omic.access import Action
from omic.http import PrisonRequest
from omic.models import Person
from omic.releases import release_kind, release_on

# NOMIS's dates by their initials, in the order in which they are read.
DATES = (
    ("started_on", "Sentence began"),
    ("hdced", "Home detention curfew eligibility (HDCED)"),
    ("hdc_actual", "Home detention curfew granted"),
    ("ped", "Parole eligibility (PED)"),
    ("ted", "Tariff expiry (TED)"),
    ("apd", "Approved parole (APD)"),
    ("crd", "Conditional release (CRD)"),
    ("ard", "Automatic release (ARD)"),
    ("npd", "Non-parole (NPD)"),
    ("prrd", "Post-recall release (PRRD)"),
    ("confirmed_release_on", "Confirmed release"),
    ("led", "Licence expiry (LED)"),
    ("sed", "Sentence expiry (SED)"),
)


def alerts_panel(request: PrisonRequest, person: Person) -> dict[str, Any]:
    """The active alerts that whoever asks is shown, and since when."""
    rows = person.alerts.filter(ends_on__isnull=True)
    if (codes := alerts.shown_to(request.standing)) is not None:
        rows = rows.filter(code__in=codes)
    found = sorted((alerts.in_words(row.code), row.starts_on) for row in rows)
    return {"template": "omic/alerts_panel.html", "rows": found, "all": codes is None}


def dates_panel(request: PrisonRequest, person: Person) -> dict[str, Any] | None:
    """The current sentence and its dates; None for those who do not see dates."""
    if not request.standing.may(Action.SEE_DATES):
        return None
    rows = person.sentences.filter(closed_at=None)
    rows = rows.annotate(release_on=release_on(request.on, sentence="", person="person__"))
    sentence = rows.annotate(release_kind=release_kind(sentence="", person="person__")).first()
    known = [(words, getattr(sentence, name)) for name, words in DATES] if sentence else []
    return {
        "template": "omic/dates_panel.html",
        "sentence": sentence,
        "dates": [(words, day) for words, day in known if day],
        "release": sentence and sentence.release_on,
        "kind": sentence.release_kind.upper() if sentence else "",
        "why": reverse("why", args=[request.prison.pk, person.ref, "handover"]),
    }
