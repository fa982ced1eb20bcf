"""Women's prisons: who is checked daily and who weekly, who decided it, and who was referred for it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from omic.models import Person, Prison, Staff


class Cohort(models.TextChoices):
    """How often a woman is checked (WB-04, WB-05). Nothing decided counts as weekly."""

    DAILY = "daily", "Daily"
    WEEKLY = "weekly", "Weekly"


class Decisions(models.QuerySet["CohortDecision"]):
    """Decisions, less those withdrawn on the day they were made."""

    def standing(self) -> "Decisions":
        return self.filter(withdrawn_at__isnull=True)


class CohortDecision(models.Model):
    """From a day on a woman is checked daily, or weekly, until the next decision (WB-03).

    The latest stands, also after a move until the new prison has decided: nobody falls off a roster by being moved.
    `stepped_down` is a decision from daily to weekly, which opens a talk with her and a watch (WB-11, WB-14). One made
    in error is withdrawn on its day; later a new decision follows it.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cohort_decisions")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="cohort_decisions")
    cohort = models.CharField(max_length=10, choices=Cohort)
    because = models.TextField()
    starts_on = models.DateField()
    next_review_on = models.DateField()
    groups = ArrayField(models.CharField(max_length=25), default=list, help_text="Priority groups that were known")
    stepped_down = models.BooleanField(default=False)
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    objects = Decisions.as_manager()

    class Meta:
        ordering = ["person_id", "-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(cohort__in=Cohort.values), name="cohort_known"),
            models.CheckConstraint(condition=~Q(because=""), name="cohort_decision_has_a_reason"),
            models.CheckConstraint(condition=Q(next_review_on__gt=F("starts_on")), name="cohort_review_lies_ahead"),
            models.CheckConstraint(
                condition=Q(stepped_down=False) | Q(cohort="weekly"), name="cohort_step_down_is_to_weekly"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="cohort_decision_withdrawn_says_why",
            ),
        ]
        indexes = [models.Index(fields=["prison", "starts_on"], name="cohort_decision_by_prison")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.cohort} from {self.starts_on}"


class Referral(models.Model):
    """Any member of staff asks that daily checks be considered for a woman; the next decision answers it (WB-03)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="check_referrals")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="check_referrals")
    because = models.TextField()
    referred_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    referred_at = models.DateTimeField()
    decision = models.ForeignKey(CohortDecision, on_delete=models.PROTECT, null=True, related_name="referrals")

    class Meta:
        ordering = ["prison_id", "referred_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(because=""), name="check_referral_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} referred {self.referred_at:%Y-%m-%d}"
