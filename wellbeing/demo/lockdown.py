"""Level 4 in the demonstration's men's local: for some people key work was not possible, so they were checked daily."""

from datetime import datetime, time, timedelta

from keywork.models import NotPossible, PriorityDecision, PriorityGroup, RegimeLevel
from keywork.policy import Level
from omic.calendar import LONDON, in_utc
from omic.demo.personas import LOCAL
from omic.demo.places import Demonstration
from omic.models import Person, Posting, Prison, Role
from omic.reconcile import Window
from wellbeing.pipeline import open_obligations

PEOPLE, BEFORE, LENGTH = 12, timedelta(days=6), timedelta(days=14)
ADVISED, ISOLATING = (
    "Advised by healthcare to shield during the outbreak",
    "Isolating, nobody free to sit in the doorway",
)


def lock_down(demo: Demonstration) -> dict[str, int]:
    """The checks that were owed while it lasted, opened as they were then: from its first day."""
    if LOCAL not in demo.codes:
        return {}
    prison = Prison.objects.get(pk=LOCAL)
    begun = RegimeLevel.objects.standing().filter(prison=prison, level=Level.LOCKDOWN).latest("starts_on").starts_on
    people = prison.people.filter(arrived_on__lt=begun - BEFORE, priority_decisions=None, key_work_not_possible=None)
    chosen = list(people.order_by("prison_number")[:PEOPLE])
    at = in_utc(datetime.combine(begun, time(9), tzinfo=LONDON))
    _shield(prison, chosen, at)
    last = begun + LENGTH - timedelta(days=1)
    counts = open_obligations([person.pk for person in chosen], Window(first=begun, last=last, on=begun, at=at))
    return {"Daily checks of level 4": counts.get("opened", 0)}


def _shield(prison: Prison, people: list[Person], at: datetime) -> None:
    on = at.date()
    by = Posting.objects.filter(prison=prison, role=Role.KEY_WORK_MANAGER).earliest("staff_id").staff_id
    PriorityDecision.objects.bulk_create(
        PriorityDecision(
            person=person, prison=prison, group=PriorityGroup.SHIELDING, included=True, because=ADVISED,
            starts_on=on - BEFORE, ends_on=on + LENGTH, decided_by_id=by, decided_at=at - BEFORE,
        )
        for person in people
    )  # fmt: skip
    NotPossible.objects.bulk_create(
        NotPossible(person=person, prison=prison, from_on=on, because=ISOLATING, marked_by_id=by, marked_at=at)
        for person in people
    )
