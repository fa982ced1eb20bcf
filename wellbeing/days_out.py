"""Days out beside what else is known: those that the roll does not bear out, and the week's check that stays owed."""

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from omic.models import DayOut, Movement, Obligation, ObligationKind, Person, Presence, Prison


def unconfirmed(prison: Prison, first: date, last: date) -> QuerySet[DayOut]:
    """Days out of `first` to `last` of people whom the roll has in the prison, with no movement on that day.

    A day out takes a daily check away before anybody can miss it, on one officer's word. The roll knows one moment
    only: whoever is still to leave today, or was back before it, is among them, so these are days to look at, no error.
    """
    moved = Movement.objects.filter(person=OuterRef("person"), on=OuterRef("on"))
    rows = DayOut.objects.standing().filter(prison=prison, on__range=(first, last))
    rows = rows.filter(~Exists(moved), person__prison=prison, person__presence=Presence.IN)
    return rows.select_related("person__wing", "recorded_by").order_by("-on", "person__surname", "person__forename")


def check_of_week(person: Person, prison: Prison, on: date) -> Obligation | None:
    """The check of the week that holds `on` and is still asked for: a day out takes none of it away."""
    rows = person.obligations.filter(prison=prison, kind=ObligationKind.WEEKLY_CHECK, opens_on__lte=on, due_on__gte=on)
    found: Obligation | None = rows.demanding().first()
    return found
