"""Days out beside what else is known: those that the roll does not bear out, and the week's check that stays owed."""

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from omic.models import DayOut, Movement, Obligation, ObligationKind, Person, Presence, Prison, Stay


def unconfirmed(prison: Prison, first: date, last: date) -> QuerySet[DayOut]:
    """Days out of `first` to `last` of people whom the roll had in the prison, with no movement on that day.

    A day out takes a daily check away before anybody can miss it, on one officer's word. A past day is judged by where
    the person was then, and by the roll's last word of that day, whatever has become of them since. The roll knows one
    moment of a day only: whoever is still to leave today, or was back before it, is among them, so these are days to
    look at, no error.
    """
    here = Stay.objects.covering(OuterRef("on"))  # type: ignore[arg-type]
    here = here.filter(person=OuterRef("person"), prison=OuterRef("prison"))
    moved = Movement.objects.filter(person=OuterRef("person"), on=OuterRef("on"))
    said = Person.pgh_event_model.objects.filter(  # type: ignore[attr-defined]
        pgh_obj=OuterRef("person"), pgh_created_at__date__lte=OuterRef("on")
    ).order_by("-pgh_id")
    rows = DayOut.objects.standing().filter(Exists(here), ~Exists(moved), prison=prison, on__range=(first, last))
    # Somebody of whom nothing was known by then was as they are.
    presence = Coalesce(Subquery(said.values("presence")[:1]), "person__presence")
    rows = rows.annotate(presence_then=presence).filter(presence_then=Presence.IN)
    return rows.select_related("person__wing", "recorded_by").order_by("-on", "person__surname", "person__forename")


def check_of_week(person: Person, prison: Prison, on: date) -> Obligation | None:
    """The check of the week that holds `on` and is still asked for: a day out takes none of it away."""
    rows = person.obligations.filter(prison=prison, kind=ObligationKind.WEEKLY_CHECK, opens_on__lte=on, due_on__gte=on)
    found: Obligation | None = rows.demanding().first()
    return found
