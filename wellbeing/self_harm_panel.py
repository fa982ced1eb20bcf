"""What the person's and the home page show of self-harm, to those who may record it or watch over it."""

from typing import Any

from django.urls import reverse

from omic.access import Action, Relation
from omic.context import Tile
from omic.http import PrisonRequest
from omic.models import Person
from wellbeing.self_harm import known_of, weeks


def self_harm_panel(request: PrisonRequest, person: Person) -> dict[str, Any] | None:
    """The newest incidents in this prison, the watch after a step down, and the way to record one."""
    standing = request.standing
    reach = standing.relations(Action.RECORD_SELF_HARM)
    own = bool(reach) and standing.people(Action.RECORD_SELF_HARM).filter(pk=person.pk).exists()
    may_record = Relation.PRISON in reach or own
    if not may_record and not standing.may(Action.SEE_SAFETY):
        return None
    known = known_of(person, request.prison, on=request.on)
    standing_rows = [row for row in known["rows"] if row.withdrawn_at is None]
    panel = {"template": "wellbeing/self_harm_panel.html", "person": person, "may_record": may_record}
    return {**panel, **known, "rows": standing_rows}


def home_tiles(request: PrisonRequest) -> list[Tile]:
    """The running week's alert, for those who watch: urgent by its nature (WB-14). None without one."""
    if not request.standing.may(Action.SEE_SAFETY):
        return []
    week = weeks(request.prison, on=request.on, number=1)[0]
    if not week.compared.alert:
        return []
    url = reverse("wellbeing:safety", args=[request.prison.pk])
    return [Tile(week.people, "harmed themselves this week: alert", url, "red")]
