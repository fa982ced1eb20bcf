"""Decisions around a recall: where the person goes, and whether they may be released again."""

from django.db import models
from django.db.models import Q

from omic.models import Person, Prison, Sentence, Staff


class FunctionDecision(models.Model):
    """That a recalled person stays in, or goes to, another function than the rule advises, and why (RC-04).

    Append-only; a row for the function that the rule advises ends the one before it.
    """

    class Function(models.TextChoices):
        RECEPTION = "reception", "Reception"
        TRAINING = "training", "Training"
        RESETTLEMENT = "resettlement", "Resettlement"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="function_decisions")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="+")
    sentence = models.ForeignKey(Sentence, on_delete=models.PROTECT, related_name="function_decisions")
    advised = models.CharField(max_length=15, choices=Function, blank=True)
    function = models.CharField(max_length=15, choices=Function)
    because = models.TextField()
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["sentence_id", "-decided_at", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(because=""), name="function_decision_says_why")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.function}"


class ExecutiveReview(models.Model):
    """A review of whether somebody recalled may be released again, by the Board or by executive release (RC-05).

    Append-only; one that was recorded in error is taken back with a reason.
    """

    class Route(models.TextChoices):
        BOARD = "board", "Parole Board"
        EXECUTIVE = "executive", "Executive release (PPCS)"

    class Outcome(models.TextChoices):
        RELEASE = "release", "Release recommended or directed"
        STAY = "stay", "To stay in custody"
        WAITING = "waiting", "Waiting for an answer"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="executive_reviews")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="+")
    sentence = models.ForeignKey(Sentence, on_delete=models.PROTECT, related_name="executive_reviews")
    route = models.CharField(max_length=10, choices=Route)
    reviewed_on = models.DateField()
    reviewed_by = models.CharField(max_length=200, help_text="The COM, by name")
    outcome = models.CharField(max_length=10, choices=Outcome)
    note = models.TextField(blank=True)
    next_review_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.TextField(blank=True)

    class Meta:
        ordering = ["sentence_id", "-reviewed_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sentence", "route", "reviewed_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="executive_review_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="executive_review_withdrawn_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.route} {self.reviewed_on}"
