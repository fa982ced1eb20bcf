"""Cover: a dated stand-in for whoever holds a person, while they are away. It is no second allocation (KW-14)."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from omic.history import tracked
from omic.models.person import Person
from omic.models.prison import DateRange, Prison
from omic.models.staff import Role, Staff


class Covers(models.QuerySet["Cover"]):
    """Cover, asked by the day."""

    def on(self, day: date) -> "Covers":
        """Cover that stands on `day`."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)

    def end(self, *, on: date, because: str) -> int:
        """End on a day whatever would go on beyond it; what begins later never does. How many that ended."""
        running = self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on) & Q(ends_on__gt=F("starts_on")))
        return running.update(ends_on=Greatest(F("starts_on"), on), ended_because=because[:300])


@tracked()
class Cover(models.Model):
    """`staff` stands in for a person's key worker (or POM) from a day until a day (not included)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="covers")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="covers")
    role = models.CharField(max_length=20, choices=[(role, role.label) for role in (Role.KEY_WORKER, Role.POM)])
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="covers")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    because = models.CharField(max_length=300)
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_because = models.CharField(max_length=300, blank=True)

    objects = Covers.as_manager()

    class Meta:
        ordering = ["person_id", "-starts_on"]
        constraints = [
            ExclusionConstraint(
                name="one_cover_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="cover_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} covers {self.person_id} from {self.starts_on}"
