"""Suspensions: exceptional local circumstances that defeat what is owed for some days (ED-09)."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from omic.models.prison import Prison, Wing
from omic.models.staff import Staff


class Suspensions(models.QuerySet["Suspension"]):
    """Suspensions, asked for what binds."""

    def binding(self) -> "Suspensions":
        """Approved, and not taken back since."""
        return self.filter(approved=True, withdrawn_at__isnull=True)

    def waiting(self) -> "Suspensions":
        return self.filter(approved__isnull=True, withdrawn_at__isnull=True)


class Suspension(models.Model):
    """Days (both included) in which what is missed counts as *excepted*, once the Governor has approved them.

    `covers` says whether key work, wellbeing checks or both; without a wing it is the whole prison's. Nothing is
    deleted by it: what is given all the same is met, and when it is taken back the rest is a miss again.
    """

    class Covers(models.TextChoices):
        ALL = "all", "Key work and wellbeing checks"
        KEY_WORK = "key_work", "Key work"
        CHECKS = "checks", "Wellbeing checks"

    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="suspensions")
    wing = models.ForeignKey(Wing, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    covers = models.CharField(max_length=10, choices=Covers)
    starts_on = models.DateField()
    ends_on = models.DateField()
    because = models.TextField()
    asked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    approved = models.BooleanField(null=True)
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)
    withdrawn_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    objects = Suspensions.as_manager()

    class Meta:
        ordering = ["prison_id", "-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="suspension_ends_later"),
            models.CheckConstraint(condition=~Q(because=""), name="suspension_has_a_reason"),
            models.CheckConstraint(
                condition=Q(approved__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(approved__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="suspension_decided_says_who",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="suspension_withdrawn_says_who_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prison_id} {self.covers} from {self.starts_on} to {self.ends_on}"

    def includes(self, on: date) -> bool:
        """Whether a day lies in it."""
        return self.starts_on <= on <= self.ends_on
