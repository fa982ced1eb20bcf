"""Key worker allocations, and what a session or entry recorded beside the contact itself."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value

from omic.models import Contact, Person, Prison, Staff, TstzRange


class KeyWorkerAllocation(models.Model):
    """One key worker's time with one person in one prison; one key worker at a time (KW-14)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="key_worker_allocations")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="key_worker_allocations")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="key_worker_allocations")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    started_because = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    ended_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["person", "-started_at"]
        constraints = [
            ExclusionConstraint(
                name="one_key_worker_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (TstzRange("started_at", "ended_at", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="")
                | (Q(ended_at__gte=F("started_at")) & ~Q(ended_because="")),
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


class Mode(models.TextChoices):
    """How a session was held; none needs to be face to face (ED-13)."""

    INTERVIEW_ROOM = "interview_room", "Interview room"
    CELL_DOOR = "cell_door", "Cell door"
    IN_CELL_PHONE = "in_cell_phone", "In-cell phone"
    OTHER = "other", "Other"


class SessionNote(models.Model):
    """What a key work session or entry recorded beside its contact: the EDM's prompts (ED-10), mood, concerns, actions.

    `contact_minutes` is the time with the person; the contact's own `minutes` is the total (ED-06). Person and prison
    repeat the contact's, because the row is sensitive: whoever may read it can be told from the row alone.
    """

    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, related_name="session_note")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="session_notes")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="session_notes")
    mode = models.CharField(max_length=15, choices=Mode)
    contact_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    prompts = models.JSONField(default=dict, help_text="ED-10 prompt: answer; only those that were answered")
    mood = models.TextField(blank=True)
    engagement = models.TextField(blank=True)
    concerns = models.TextField(blank=True)
    actions = models.TextField(blank=True)
    risk_information = models.TextField(blank=True, help_text="For the OMU (KW-10): a duty to read")

    class Meta:
        triggers = [
            pgtrigger.Protect(name="session_note_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"note of {self.contact_id}"
