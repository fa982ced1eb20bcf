"""A duty as pages show it: when it is due, whose it is, what it waits for, and where it is explained and recorded."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from handover.duties import missing_of
from omic.calendar import london_day, london_midnight
from omic.formats import day, moment
from omic.models import Obligation
from omic.models.obligation import OWNERS
from omic.why import OMU_ROLES

YEAR = timedelta(days=365)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One duty at one moment; `why` is empty for somebody who is not held where it is owed."""

    duty: Obligation
    at: datetime
    why: str

    @property
    def url(self) -> str:
        return reverse("handover:duty", args=[self.duty.prison_id, self.duty.pk])

    @property
    def when(self) -> str:
        """By when, in words: by the hour where the duty is counted in hours."""
        due_at = self.duty.due_at
        if due_at and due_at == london_midnight(london_day(due_at)):
            return f"the end of {day(london_day(due_at) - ONE_DAY)}"  # "20 May at midnight" is read as either end of it
        return (moment(due_at) if due_at else day(self.duty.due_on)) or "No date"

    @property
    def done(self) -> str:
        """When it was done, by the hour where it is counted in hours, and whether in time; empty where nobody did."""
        duty = self.duty
        if duty.met_at is None:
            return ""
        done = moment(duty.met_at) if duty.due_at else day(duty.met_at)
        if duty.due_before is None:
            return done
        return f"{done}, in time" if duty.met_at < duty.due_before else f"{done}, late"

    @property
    def late(self) -> bool:
        due_before = self.duty.due_before
        return self.duty.closed_at is None and due_before is not None and due_before <= self.at

    @property
    def whose(self) -> str:
        """The role, who holds it by name, and who must take part."""
        named = f"{self.duty.owner_words}, {self.duty.owner}" if self.duty.owner else self.duty.owner_words
        with_roles = " and ".join(OWNERS[role] for role in self.duty.with_roles)
        return f"{named}; together with: {with_roles}" if with_roles else named

    @property
    def missing(self) -> str:
        return missing_of(self.duty)


def row_of(duty: Obligation, at: datetime) -> DutyRow:
    """The duty as it stands at the moment; its person must have been read along with it."""
    here = duty.person.prison_id == duty.prison_id
    why = reverse("why", args=[duty.prison_id, duty.person.ref, f"duty-{duty.pk}"]) if here else ""
    return DutyRow(duty, at, why)


def omu_duties(duties: QuerySet[Obligation]) -> QuerySet[Obligation]:
    """Those of the OMU, without contacts: they are logged, and listed with key work."""
    return duties.filter(met_by="", owner_role__in=OMU_ROLES)


def shown_about_a_person(duties: QuerySet[Obligation], at: datetime) -> QuerySet[Obligation]:
    """A person's open duties, soonest first, and those of the last twelve months that are closed."""
    rows = omu_duties(duties).filter(Q(closed_at=None) | Q(closed_at__gt=at - YEAR))
    return rows.select_related("owner").order_by(F("due_on").asc(nulls_last=True), "opens_on", "pk")
