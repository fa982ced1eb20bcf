"""Quality assurance of key work notes: what was sampled, what the reviewer found, what the key worker was told."""

from django.db import models
from django.db.models import Q

from omic.models import Contact, Prison, Staff


class NoteSample(models.Model):
    """One session or entry drawn for quality assurance (KW-19), with what its reviewer found.

    `period_start` is the first day of the month or quarter that it was drawn for. What is told to the key worker stands
    in `feedback`; `read_at` is when they read it.
    """

    class Finding(models.TextChoices):
        GOOD = "good", "Good"
        COULD_BE_BETTER = "could_be_better", "Could be better"
        NOT_ENOUGH = "not_enough", "Not enough"

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="samples")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="note_samples")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="note_samples")
    period_start = models.DateField()
    drawn_at = models.DateTimeField()
    reviewer = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    finding = models.CharField(max_length=20, choices=Finding, blank=True)
    findings = models.TextField(blank=True, help_text="What the reviewer noted, for the HOMD and champions")
    feedback = models.TextField(blank=True, help_text="What the key worker is told")
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-period_start", "staff_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["contact"], name="note_sampled_once"),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewer__isnull=True, finding="")
                | (Q(reviewed_at__isnull=False, reviewer__isnull=False) & ~Q(finding="") & ~Q(feedback="")),
                name="review_says_who_and_what",
            ),
        ]

    def __str__(self) -> str:
        return f"sample {self.contact_id}"
