"""The columns of the handover lists."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from handover.models import Responsibility, ResponsibilityOverride
from handover.policy import Reason, reason_words
from omic.formats import day
from omic.lists import Column, link
from omic.releases import release_words


def _name(person: Any) -> SafeString:
    return link(reverse("handover:case", args=[person.prison_id, person.ref]), person.name)


def _late(person: Any) -> str:
    return "; ".join(f"{duty.get_kind_display()} by {day(duty.due_on)}" for duty in person.late)


def _responsible(person: Any) -> str:
    return Responsibility(person.responsibility).label if person.responsibility else "Not worked out"


_NO_DATE = {
    Responsibility.POM_WITH_COM: "None: with the POM, the COM supports",
    Responsibility.COM: "None: with the COM",
}


def handover(person: Any) -> date | str:
    """The handover date, or in words that there is none; "Not known" for those alone on the list of unknown dates."""
    if person.handover_on:
        return person.handover_on
    if person.reason == Reason.OVERRIDDEN and person.responsibility == Responsibility.POM:
        return "None: with the POM by decision"
    return _NO_DATE.get(person.responsibility, "Not known")


def _reason(person: Any) -> str:
    return reason_words(person.reason, person.by_policy) if person.reason else "Not worked out yet"


def _override(person: Any) -> str:
    lead = Responsibility(person.override_asks).label
    return f"{lead}, confirmed" if person.override_confirmed else f"{lead}, waits for a second person"


def _decided(value: Callable[[ResponsibilityOverride], Any]) -> Callable[[Any], Any]:
    """Of the override that stands or waits, which `with_overrides` has read."""
    return lambda person: value(person.overrides[0])


def _details(name: str) -> Any:
    return lambda person: getattr(getattr(person, "details", None), name, None)


def _com(person: Any) -> str | None:
    return _details("com_name")(person) or _details("com_email")(person)


NAME = Column("name", "Name", "name", order=("surname", "forename"), cell=_name)
NUMBER = Column("number", "Prison number", "prison_number", order=("prison_number",))
WING = Column("wing", "Wing", "wing.code", order=("wing__code",))
POM = Column("pom", "POM", "pom", order=("pom__surname", "pom__forename"))
TIER = Column("tier", "Tier", "letter", order=("letter",))
HANDOVER = Column("handover", "Handover", handover, order=("handover_on",), cell="handover/_date.html")
RESPONSIBLE = Column("responsible", "Responsible today", _responsible, order=("responsibility",))
COM = Column("com", "COM", _com, order=("details__com_name",))
LDU = Column("ldu", "LDU", _details("ldu"), order=("details__ldu",))
RELEASE = Column("release", "Release", "release_on", order=("release_on",), cell=release_words)
COM_SINCE = Column(
    "com-since", "COM responsible since", "com_leads_since", order=("com_leads_since",), cell="handover/_why.html"
)
REASON = Column("reason", "Why", _reason, order=("reason",), cell="handover/_why.html")
RECORD = Column("record", "Record", cell="handover/_record.html", export=False)

STEPS = Column("steps", "Steps recorded", "steps", order=("steps",), numeric=True)
LATE = Column("late", "Overdue", _late, order=("late_since",), cell="handover/_late.html")

DATED = (NAME, NUMBER, WING, POM, TIER, HANDOVER, RESPONSIBLE, COM, LDU, STEPS, RELEASE, RECORD)
OVERRIDE = Column("override", "Decided", _override, order=("override_asks",), cell="handover/_override.html")
OVERRIDES = (
    OVERRIDE,
    Column("because", "Reason", _decided(lambda row: row.get_reason_display()), order=("override__reason",)),
    Column("asked-by", "Asked for by", _decided(lambda row: row.asked_by)),
    Column("confirmed-by", "Confirmed by", _decided(lambda row: row.decided_by)),
    Column("since", "Since", _decided(lambda row: row.decided_at), order=("override__decided_at",)),
)
COLUMNS = {
    "upcoming": DATED,
    "in-progress": DATED,
    "overdue": (NAME, NUMBER, WING, POM, TIER, LATE, HANDOVER, RESPONSIBLE, COM, STEPS, RECORD),
    "no-com": (NAME, NUMBER, WING, POM, TIER, COM_SINCE, RESPONSIBLE, LDU, RELEASE),
    "com-needed": (NAME, NUMBER, WING, POM, TIER, HANDOVER, RESPONSIBLE, REASON, LDU, RELEASE),
    "overridden": (NAME, NUMBER, WING, POM, TIER, *OVERRIDES, RESPONSIBLE, RELEASE),
    "unknown-date": (NAME, NUMBER, WING, POM, TIER, RESPONSIBLE, REASON),
    "everyone": (NAME, NUMBER, WING, POM, TIER, RESPONSIBLE, HANDOVER, COM, LDU, RELEASE),
}
