"""The demonstration's handovers: nearly all that have come due were recorded, a few wait; and two overrides."""

from datetime import timedelta

from handover.actions import record_handover
from handover.models import Responsibility
from handover.override_actions import ask_override, decide_override
from handover.queries import with_handover
from omic.calendar import london_midnight
from omic.demo.places import Demonstration
from omic.demo.year import evening_before
from omic.models import Obligation, ObligationKind, Posting, Prison, Role
from omic.reconcile import postponed, reconcile_in_batches, window_of

WAITING = 4  # in each prison: those that came due last


def hand_over(demo: Demonstration) -> dict[str, int]:
    """Record the handovers of the past within days of their dates, by the POM or else a HOMD; what follows, at once."""
    chance, recorded = demo.chance("handovers"), []
    homds = {posting.prison_id: posting.staff for posting in Posting.objects.filter(role=Role.HOMD)}
    for place in demo.places:
        rows = Obligation.objects.overdue(demo.on).filter(kind=ObligationKind.HANDOVER, prison=place.code)
        for duty in rows.select_related("person__pom", "person__prison").order_by("-due_on", "pk")[WAITING:]:
            done_on = min(duty.due_on + timedelta(days=chance.randint(-5, 3)), evening_before(demo).date())
            at = min(london_midnight(done_on) + timedelta(hours=11), evening_before(demo))
            by = duty.person.pom or homds[place.code]
            with postponed():
                record_handover(person=duty.person, on=done_on, note="", by=by, at=at)
            recorded.append(duty.person_id)
    at = evening_before(demo)
    reconcile_in_batches(recorded, window_of(at.date(), at))
    return {"Handovers recorded": len(recorded)}


def override(demo: Demonstration) -> dict[str, int]:
    """In each prison one override of responsibility that is confirmed, and one that waits for a second person."""
    at, asked = evening_before(demo), 0
    for place in demo.places:
        prison = Prison.objects.get(pk=place.code)
        who = {posting.role: posting.staff for posting in prison.postings.filter(role__in=[Role.HOMD, Role.HOMS])}
        cases = with_handover(prison.people.all(), demo.on).filter(
            responsibility=Responsibility.POM, reason="determinate"
        )
        for number, person in enumerate(cases.filter(pom__isnull=False).order_by("handover_on", "pk")[5:7]):
            words = {"reason": "community", "because": "The COM has worked with the family for two years."}
            row = ask_override(person=person, responsibility=Responsibility.COM, by=who[Role.HOMD], at=at, **words)
            if number == 0:
                decide_override(override=row.pk, confirmed=True, decision="Agreed.", by=who[Role.HOMS], at=at)
            asked += 1
    return {"Overrides of responsibility": asked}
