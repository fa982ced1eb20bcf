"""Progression plans: voluntary, owned by the person, never a risk tool (KW-12)."""

import pgtrigger
from django.db import models
from django.db.models import Q

from omic.models import Contact, Person, Prison, Staff


class ProgressionPlan(models.Model):
    """One person's plan. Beside a formal sentence plan it needs the POM's recorded agreement (KW-12)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="progression_plans")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="progression_plans")
    started_on = models.DateField()
    own_words = models.TextField(help_text="What the person wants of it, in their own words")
    started_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    pom_agreed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    pom_agreed_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["person_id", "-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_at__isnull=True), name="one_progression_plan_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(pom_agreed_at__isnull=True, pom_agreed_by__isnull=True)
                | Q(pom_agreed_at__isnull=False, pom_agreed_by__isnull=False),
                name="plan_agreement_says_who",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="")
                | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="plan_end_and_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"plan of {self.person_id}"


class PlanTarget(models.Model):
    """One thing the person wants to reach."""

    plan = models.ForeignKey(ProgressionPlan, on_delete=models.PROTECT, related_name="targets")
    words = models.CharField(max_length=300)
    review_on = models.DateField(null=True, blank=True)
    set_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["plan_id", "pk"]

    def __str__(self) -> str:
        return self.words


class TargetReview(models.Model):
    """How far a target has come, as a session found; the newest is where it stands."""

    class State(models.TextChoices):
        GOING_ON = "going_on", "Going on"
        REACHED = "reached", "Reached"
        GIVEN_UP = "given_up", "Given up"

    target = models.ForeignKey(PlanTarget, on_delete=models.PROTECT, related_name="reviews")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="target_reviews")
    state = models.CharField(max_length=10, choices=State)
    words = models.TextField(blank=True)
    reviewed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()

    class Meta:
        ordering = ["target_id", "-reviewed_at", "-pk"]
        triggers = [
            pgtrigger.Protect(name="target_review_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.target_id}: {self.state}"
