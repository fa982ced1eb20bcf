"""Regime levels and the fortnightly variant: what a prison as a whole has decided, dated, with its papers."""

from django.db import models
from django.db.models import Q

from omic.models import Prison, Staff


class Levels(models.QuerySet["RegimeLevel"]):
    """Regime levels, less those that were taken back before their day."""

    def standing(self) -> "Levels":
        return self.filter(withdrawn_at__isnull=True)


class RegimeLevel(models.Model):
    """From a day on the prison is at this regime level, until the next one starts (ED-11).

    The papers are ED-16's: where the sign-off, risk assessment, safe system of work and consultation can be found; the
    regime recovery plan at 3 and 2. A move is reversed by the next row, one that has not begun by taking it back.
    """

    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="regime_levels")
    level = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    because = models.TextField()
    sign_off = models.CharField(max_length=300)
    risk_assessment = models.CharField(max_length=300)
    safe_system = models.CharField(max_length=300)
    consultation = models.CharField(max_length=300)
    recovery_plan = models.CharField(max_length=300, blank=True)
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    objects = Levels.as_manager()

    class Meta:
        ordering = ["prison_id", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["prison", "starts_on"], condition=Q(withdrawn_at__isnull=True), name="one_regime_level_a_day"
            ),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=4), name="regime_level_1_to_4"),
            models.CheckConstraint(
                condition=~Q(because="")
                & ~Q(sign_off="")
                & ~Q(risk_assessment="")
                & ~Q(safe_system="")
                & ~Q(consultation="")
                & (~Q(level__in=[2, 3]) | ~Q(recovery_plan="")),
                name="regime_level_has_its_papers",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="regime_level_withdrawn_says_who_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prison_id} level {self.level} from {self.starts_on}"


class LevelTask(models.Model):
    """What a change of level asks of the prison: review the priority list (ED-11), tell everybody (ED-12)."""

    class Kind(models.TextChoices):
        REVIEW = "review", "Review the priority list"
        TELL = "tell", "Tell everybody what changes and how to reach support"

    level = models.ForeignKey(RegimeLevel, on_delete=models.PROTECT, related_name="tasks")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="level_tasks")
    kind = models.CharField(max_length=10, choices=Kind)
    opened_at = models.DateTimeField()
    done_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["level_id", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["level", "kind"], name="level_task_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | (Q(done_at__isnull=False, done_by__isnull=False) & ~Q(note="")),
                name="level_task_done_says_who_and_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.level_id}"


class FortnightlyVariant(models.Model):
    """Key work of 90 minutes a fortnight: asked for by the prison, in force only once the PGD approves (KW-04)."""

    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="fortnightly_variants")
    starts_on = models.DateField(help_text="A Monday; fortnights are counted from it")
    ends_on = models.DateField(null=True, blank=True)
    because = models.TextField()
    asked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    approved = models.BooleanField(null=True)
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)

    class Meta:
        ordering = ["prison_id", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["prison"], condition=Q(approved__isnull=True), name="one_variant_waiting_a_prison"
            ),
            models.CheckConstraint(condition=Q(starts_on__iso_week_day=1), name="variant_starts_on_a_monday"),
            models.CheckConstraint(
                condition=Q(approved__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(approved__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="variant_decided_says_who",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prison_id} fortnightly from {self.starts_on}"
