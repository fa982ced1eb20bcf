"""The demonstration's handovers: nearly all that have come due were recorded, a few are waiting."""

from datetime import timedelta

from handover.actions import record_handover
from omic.calendar import london_midnight
from omic.demo.places import Demonstration
from omic.demo.year import evening_before
from omic.models import Obligation, ObligationKind, Posting, Role

WAITING = 4  # in each prison: those that came due last


def hand_over(demo: Demonstration) -> dict[str, int]:
    """Record the handovers of the past within days of their dates, by the POM or else a HOMD."""
    chance, recorded = demo.chance("handovers"), 0
    homds = {posting.prison_id: posting.staff for posting in Posting.objects.filter(role=Role.HOMD)}
    for place in demo.places:
        rows = Obligation.objects.overdue(demo.on).filter(kind=ObligationKind.HANDOVER, prison=place.code)
        for duty in rows.select_related("person__pom", "person__prison").order_by("-due_on", "pk")[WAITING:]:
            done_on = min(duty.due_on + timedelta(days=chance.randint(-5, 3)), evening_before(demo).date())
            at = min(london_midnight(done_on) + timedelta(hours=11), evening_before(demo))
            by = duty.person.pom or homds[place.code]
            record_handover(person=duty.person, on=done_on, note="", by=by, at=at)
            recorded += 1
    return {"Handovers recorded": recorded}
