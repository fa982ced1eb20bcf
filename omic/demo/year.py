"""The pipeline of the demonstration: its year at once, and the night that ends in today."""

from datetime import datetime, timedelta

from django.db.models import Q

from omic import nightly, obligations
from omic.copying import tell_planner
from omic.demo.places import Demonstration
from omic.models import Message, Obligation, Person, Prison
from omic.outbox import send_waiting
from omic.reconcile import reconcile_in_batches, window_of

ONE_DAY = timedelta(days=1)


def evening_before(demo: Demonstration) -> datetime:
    """When the first roll came in: the evening of the day before yesterday."""
    return nightly.hour_of(demo.on - ONE_DAY) - timedelta(hours=9)


def reconcile_year(demo: Demonstration) -> dict[str, int]:
    """Everything that was owed in the year, met by what was held, as of the evening before last night."""
    at = evening_before(demo) + timedelta(hours=1)
    on = demo.on - 2 * ONE_DAY
    reconcile_in_batches(_everyone(demo), window_of(on, at, since=on - timedelta(days=365)))
    tell_planner("omic_obligation", "omic_obligationcontact")
    for place in demo.places:
        obligations.stamp_missed(place.code, on=on, at=at)
    owed = Obligation.objects.owed(demo.since, on).filter(prison__in=demo.codes)
    met = owed.filter(state="met").count()
    return {"Duties": Obligation.objects.filter(prison__in=demo.codes).count(), "Of the year’s, met": met}


def run_night(demo: Demonstration) -> dict[str, int]:
    """The night of today, over this morning's rolls: everyone reconciled, flags raised, the emails written."""
    runs = [nightly.run_night(prison, on=demo.on, at=demo.at) for prison in Prison.objects.filter(pk__in=demo.codes)]
    drift = sum(run.counts.get("drift", 0) for run in runs if run)
    return {"Found amiss by the night": drift}


def send_mail(demo: Demonstration) -> dict[str, int]:
    """What the night has written."""
    send_waiting(demo.at)
    return {"Nightly emails sent": Message.objects.filter(state=Message.State.SENT).count()}


def _everyone(demo: Demonstration) -> list[int]:
    """Who is held, and whoever else is still owed something."""
    owed = Q(obligations__prison__in=demo.codes, obligations__closed_at__isnull=True)
    people = Person.objects.filter(Q(prison__in=demo.codes) | owed)
    return list(people.values_list("pk", flat=True).distinct())
