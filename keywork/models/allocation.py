"""Who is whose key worker, and which of them must not be brought together."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value

from omic.models import Person, Prison, Staff, TstzRange


class StartKind(models.TextChoices):
    """How an allocation came about; an edited suggestion is manual."""

    RECOMMENDED = "recommended", "Recommended and accepted"
    MANUAL = "manual", "Chosen by hand"
    EXPECTED = "expected", "Expected arrival"


class EndKind(models.TextChoices):
    """Why an allocation ended."""

    REPLACED = "replaced", "Replaced by another key worker"
    TAKEN_OFF = "taken_off", "Taken off by a manager"
    ROLE_LOST = "role_lost", "No longer a key worker here"
    TRANSFERRED = "transferred", "Transferred"
    RELEASED = "released", "Released"
    COMPLEXITY = "complexity", "Complexity of need is high"
    HOSPITAL = "hospital", "In hospital as a restricted patient"
    MERGED = "merged", "Two numbers, one person"


# An end that a manager decided: such a key worker is not recommended for the person again.
BY_MANAGER = (EndKind.REPLACED, EndKind.TAKEN_OFF)


class KeyWorkerAllocation(models.Model):
    """One key worker's time with one person in one prison; one key worker at a time (KW-14)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="key_worker_allocations")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="key_worker_allocations")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="key_worker_allocations")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    started_because = models.CharField(max_length=300, blank=True)
    started_kind = models.CharField(max_length=12, choices=StartKind, default=StartKind.MANUAL)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    ended_because = models.CharField(max_length=300, blank=True)
    ended_kind = models.CharField(max_length=12, choices=EndKind, blank=True)

    class Meta:
        ordering = ["person_id", "-started_at"]
        constraints = [
            ExclusionConstraint(
                name="one_key_worker_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (TstzRange("started_at", "ended_at", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="", ended_kind="")
                | (Q(ended_at__gte=F("started_at")) & ~Q(ended_because="") & ~Q(ended_kind="")),
                name="key_worker_allocation_end_and_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["staff", "prison"], condition=Q(ended_at__isnull=True), name="key_worker_allocation_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} for {self.person_id}"


class DoNotPair(models.Model):
    """A key worker and a person who must not be brought together, from the day it is recorded until it is lifted."""

    class Kind(models.TextChoices):
        DO_NOT_PAIR = "do_not_pair", "Do not pair"
        CONFLICT = "conflict", "Conflict of interest"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="not_to_be_paired")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="not_to_be_paired")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="not_to_be_paired")
    kind = models.CharField(max_length=12, choices=Kind)
    because = models.CharField(max_length=300)
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    lifted_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["person_id", "staff_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "prison", "staff"], condition=Q(lifted_at__isnull=True), name="one_do_not_pair"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lifted_because="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_because="")),
                name="do_not_pair_lifted_says_who_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} not with {self.person_id}"
