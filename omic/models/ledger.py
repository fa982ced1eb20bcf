"""What the system itself did: runs of jobs, messages of the outbox with their approved recipients, and the audit."""

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Q

from omic.models.person import Person
from omic.models.prison import Prison
from omic.models.staff import Staff


class Run(models.Model):
    """That a job ran for a prison (or for all) and a London date: the truth that Celery beat only rings for."""

    class State(models.TextChoices):
        RUNNING = "running", "Not finished"
        DONE = "done", "Done"

    job = models.CharField(max_length=40)
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, null=True, blank=True, related_name="runs")
    on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    coverage = models.JSONField(default=dict)

    class Meta:
        ordering = ["-on", "job", "prison_id"]
        constraints = [
            models.UniqueConstraint(fields=["job", "prison", "on"], nulls_distinct=False, name="one_run_a_day"),
            models.CheckConstraint(
                condition=Q(state="running", finished_at__isnull=True) | Q(state="done", finished_at__isnull=False),
                name="run_done_when_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.prison_id or 'all'} {self.on}"


class RecipientQuerySet(models.QuerySet["Recipient"]):
    def approved(self, on: date) -> "RecipientQuerySet":
        """Recipients approved on `on`."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), starts_on__lte=on)


class Recipient(models.Model):
    """An address that a prison has approved for one kind of mail. Checked at making a message and at sending it."""

    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="recipients")
    kind = models.CharField(max_length=30)
    email = models.EmailField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    approved_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()

    objects = RecipientQuerySet.as_manager()

    class Meta:
        ordering = ["prison_id", "kind", "email"]
        constraints = [
            models.UniqueConstraint(
                fields=["prison", "kind", "email"], condition=Q(ends_on__isnull=True), name="recipient_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="recipient_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prison_id} {self.kind} {self.email}"


class Message(models.Model):
    """An email, written in the transaction that causes it and sent from here. Never deleted, so never sent twice.

    `about` names the obligation or person it is about, where there is one; it is part of the key.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Could not be sent"
        WITHHELD = "withheld", "Withheld: the address is no longer approved"

    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="messages")
    on = models.DateField()
    kind = models.CharField(max_length=30)
    recipient = models.EmailField()
    about = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=200)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["prison", "on", "kind", "recipient", "about"], name="message_once"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="message_sent_when_sent",
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="message_waiting", condition=Q(state="queued")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.prison_id} {self.on}"


class AuditEvent(models.Model):
    """Who did, or read, what, when and to whom. Append-only; written in the transaction of the deed."""

    at = models.DateTimeField()
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="audit_events")
    job = models.CharField(max_length=60, blank=True, help_text="The job or command, where no person acted")
    action = models.CharField(max_length=60)
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, null=True, related_name="audit_events")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="audit_events")
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(staff__isnull=False) | ~Q(job=""), name="audit_names_an_actor")
        ]
        indexes = [
            models.Index(fields=["person", "-at"], name="audit_by_person"),
            models.Index(fields=["prison", "-at"], name="audit_by_prison"),
        ]
        triggers = [
            pgtrigger.Protect(name="audit_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.action} at {self.at:%Y-%m-%d %H:%M}"
