"""POMs, and their allocations: who was whose POM, from when until when, by whom and why."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value

from allocation import policy
from omic.history import tracked
from omic.models import DateRange, Person, Prison, Staff, TstzRange


class PomType(models.TextChoices):
    PROBATION = policy.PomType.PROBATION.value, "Probation POM"
    PRISON = policy.PomType.PRISON.value, "Prison POM"


class PomQuerySet(models.QuerySet["Pom"]):
    """POM profiles, asked by the day."""

    def on(self, day: date) -> "PomQuerySet":
        """Profiles that hold on `day`."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)


@tracked()
class Pom(models.Model):
    """Of which type somebody is as a POM in a prison, and how many days a week, from a day until a day (not included).

    The posting gives the right to hold cases; this says what sort of POM they are. A POM without a row is of unknown
    type, and is listed so.
    """

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="pom_profiles")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="poms")
    pom_type = models.CharField(max_length=10, choices=PomType)
    working_days = models.DecimalField(
        max_digits=2, decimal_places=1, validators=[MinValueValidator(0.5), MaxValueValidator(7)]
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = PomQuerySet.as_manager()

    class Meta:
        ordering = ["prison", "staff", "-starts_on"]
        verbose_name = "POM"
        constraints = [
            ExclusionConstraint(
                name="pom_one_type_at_a_time",
                expressions=[
                    ("staff", RangeOperators.EQUAL),
                    ("prison", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="pom_ends_later"
            ),
            models.CheckConstraint(
                condition=Q(working_days__gte=0.5, working_days__lte=7), name="pom_working_days_possible"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.pom_type} in {self.prison_id}"


class PomAllocationQuerySet(models.QuerySet["PomAllocation"]):
    """Allocations, open and ended."""

    def primary(self) -> "PomAllocationQuerySet":
        return self.filter(part=PomAllocation.Part.PRIMARY)

    def open(self) -> "PomAllocationQuerySet":
        """Those that have not ended."""
        return self.filter(ended_at__isnull=True)


class PomAllocation(models.Model):
    """One POM's time with one person in one prison. At most one primary POM at any moment; the database sees to it.

    `pom_type` and `recommended_type` are what stood when it was decided; where they differ, `started_because` says
    why (TI-14).
    """

    class Part(models.TextChoices):
        PRIMARY = "primary", "Primary POM"
        COWORKING = "coworking", "Co-working POM"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="pom_allocations")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="pom_allocations")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="pom_allocations")
    part = models.CharField(max_length=10, choices=Part, default=Part.PRIMARY)
    pom_type = models.CharField(max_length=10, choices=PomType, blank=True)
    recommended_type = models.CharField(max_length=10, choices=PomType, blank=True)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    started_because = models.CharField(max_length=300, blank=True)
    note = models.TextField(blank=True, help_text="What the HOMD wants the POM to know")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    ended_because = models.CharField(max_length=300, blank=True)

    objects = PomAllocationQuerySet.as_manager()

    class Meta:
        ordering = ["person", "-started_at"]
        constraints = [
            ExclusionConstraint(
                name="one_primary_pom_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (TstzRange("started_at", "ended_at", Value("[)")), RangeOperators.OVERLAPS),
                ],
                condition=Q(part="primary"),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="")
                | (Q(ended_at__gte=F("started_at")) & ~Q(ended_because="")),
                name="pom_allocation_end_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(pom_type="")
                | Q(recommended_type="")
                | Q(pom_type=F("recommended_type"))
                | ~Q(started_because=""),
                name="pom_allocation_override_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["staff", "prison"], condition=Q(ended_at__isnull=True), name="pom_allocation_open"),
            models.Index(fields=["person", "prison", "-ended_at"], name="pom_allocation_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} for {self.person_id}"
