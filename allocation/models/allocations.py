"""Who was whose POM, from when until when, by whom and why; and what beyond the usual was agreed for a case."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value

from allocation.models.poms import PomType
from omic.history import tracked
from omic.models import Person, Prison, Staff, TstzRange


class PomAllocationQuerySet(models.QuerySet["PomAllocation"]):
    """Allocations, open and ended."""

    def primary(self) -> "PomAllocationQuerySet":
        return self.filter(part=PomAllocation.Part.PRIMARY)

    def open(self) -> "PomAllocationQuerySet":
        """Those that have not ended."""
        return self.filter(ended_at__isnull=True)


class PomAllocation(models.Model):
    """One POM's time with one person in one prison. At most one primary POM at any moment; the database sees to it.

    Beside the primary POM others may co-work, or do case management support under a probation POM (AL-10, AL-11);
    nobody has two parts in one case at a time.

    `pom_type` and `recommended_type` are what stood when it was decided; where they differ, `started_because` says
    why (TI-14).
    """

    class Part(models.TextChoices):
        PRIMARY = "primary", "Primary POM"
        COWORKING = "coworking", "Co-working POM"
        SUPPORT = "support", "Case management support"

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
        ordering = ["person_id", "-started_at"]
        constraints = [
            ExclusionConstraint(
                name="one_primary_pom_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (TstzRange("started_at", "ended_at", Value("[)")), RangeOperators.OVERLAPS),
                ],
                condition=Q(part="primary"),
            ),
            models.UniqueConstraint(
                fields=["person", "staff"], condition=Q(ended_at__isnull=True), name="one_part_in_a_case"
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


@tracked()
class ExtraResource(models.Model):
    """More than the usual for one case, agreed by the HOMD: what, and who goes without it (AL-05)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="extra_resources")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="extra_resources")
    what = models.CharField(max_length=300)
    because = models.TextField()
    weighed = models.TextField(help_text="What it means for staffing and for other cases")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    ended_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["person_id", "-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(what="") & ~Q(because="") & ~Q(weighed=""), name="extra_resource_says_what_and_why"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="extra_resource_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.what}"
