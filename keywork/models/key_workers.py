"""What a prison keeps about each of its key workers: always one prison's, never a person's across prisons."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value

from omic.history import tracked
from omic.models import DateRange, Prison, Staff, Wing


@tracked()
class KeyWorker(models.Model):
    """A member of staff as a key worker of one prison. That they are one today, their posting says."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="key_worker_profiles")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="key_workers")
    profiled_hours = models.DecimalField(
        max_digits=4, decimal_places=1, null=True, blank=True, help_text="Hours a week profiled for key work (KW-05)"
    )
    wings = models.ManyToManyField(Wing, related_name="key_workers", blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["prison_id", "staff_id"]
        constraints = [
            models.UniqueConstraint(fields=["staff", "prison"], name="one_key_worker_profile_a_prison"),
            models.CheckConstraint(
                condition=Q(profiled_hours__isnull=True) | Q(profiled_hours__gt=0), name="profiled_hours_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} at {self.prison_id}"


class Course(models.TextChoices):
    """What a key worker learns. The first three are the gate (KW-06); a learning half-day is owed twice a year."""

    FMI = "fmi", "Five Minute Intervention"
    KEY_WORK = "key_work", "Key work"
    TRAUMA_INFORMED = "trauma_informed", "Becoming Trauma Informed"
    HALF_DAY = "half_day", "Learning half-day"


class Training(models.Model):
    """One course that a key worker has completed, on a day."""

    key_worker = models.ForeignKey(KeyWorker, on_delete=models.PROTECT, related_name="training")
    course = models.CharField(max_length=20, choices=Course)
    completed_on = models.DateField()
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["key_worker_id", "course", "completed_on"]
        constraints = [
            models.UniqueConstraint(fields=["key_worker", "course", "completed_on"], name="training_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.course} of {self.key_worker_id}"


class Absence(models.TextChoices):
    """Why a key worker is not active. Without one that covers the day they are."""

    ANNUAL_LEAVE = "annual_leave", "Annual leave"
    LONG_TERM_ABSENCE = "long_term_absence", "Long-term absence"
    NO_PRISONER_CONTACT = "no_prisoner_contact", "No prisoner contact"
    INACTIVE = "inactive", "Inactive"


@tracked()
class KeyWorkerAbsence(models.Model):
    """A key worker is not active from a day until the day of return (not included), on which they are back."""

    key_worker = models.ForeignKey(KeyWorker, on_delete=models.PROTECT, related_name="absences")
    kind = models.CharField(max_length=20, choices=Absence)
    starts_on = models.DateField()
    returns_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["key_worker_id", "-starts_on"]
        constraints = [
            ExclusionConstraint(
                name="one_absence_at_a_time",
                expressions=[
                    ("key_worker", RangeOperators.EQUAL),
                    (DateRange("starts_on", "returns_on", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(returns_on__isnull=True) | Q(returns_on__gt=F("starts_on")), name="absence_returns_later"
            ),
            models.CheckConstraint(
                condition=~Q(kind=Absence.ANNUAL_LEAVE) | Q(returns_on__isnull=False), name="annual_leave_has_an_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key_worker_id} {self.kind} from {self.starts_on}"


class Ceiling(models.Model):
    """A ceiling of a key worker other than the policy's, from a day until a day (not included); KW-03.

    A higher one ends; a lower one (part-time, new) may stand without an end.
    """

    key_worker = models.ForeignKey(KeyWorker, on_delete=models.PROTECT, related_name="ceilings")
    people = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    because = models.CharField(max_length=300)
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["key_worker_id", "-starts_on"]
        constraints = [
            ExclusionConstraint(
                name="one_ceiling_at_a_time",
                expressions=[
                    ("key_worker", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="ceiling_ends_later"
            ),
            models.CheckConstraint(condition=Q(people__gt=0) & ~Q(because=""), name="ceiling_of_people_with_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.people} for {self.key_worker_id}"
