"""Imports: every input row is added, changed, unchanged, held or quarantined, and can be found again here."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from omic.models.person import Person
from omic.models.prison import Prison
from omic.models.staff import Staff


class RollImport(models.Model):
    """One file taken in, and what became of each of its rows."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        HELD = "held", "Waiting for confirmation"
        REFUSED = "refused", "Refused"

    class Kind(models.TextChoices):
        ROLL = "roll", "Roll"
        DETAILS = "details", "Details"
        SELF_HARM = "self_harm", "Self-harm incidents"

    kind = models.CharField(max_length=10, choices=Kind)
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, null=True, blank=True, related_name="imports")
    snapshot = models.BooleanField(default=False, help_text="The file is the prison's full roll")
    file_name = models.CharField(max_length=255)
    file_digest = models.CharField(max_length=64)
    file_format = models.CharField(max_length=10)
    date_format = models.CharField(max_length=20, blank=True)
    header = models.TextField(blank=True, help_text="The first line of a CSV file, which gives its rows their meaning")
    uploaded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    on = models.DateField(help_text="The day the import counts as: arrivals without a date of their own are refused")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    rows = models.PositiveIntegerField(default=0)
    expected_rows = models.PositiveIntegerField(null=True, blank=True)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0, help_text="People of the prison whom a full snapshot left out")
    changed_fields = models.JSONField(default=dict)
    ignored_fields = models.JSONField(default=dict)
    prisons = ArrayField(
        models.CharField(max_length=3), default=list, blank=True, help_text="Prisons that hold somebody on the file"
    )
    refused_because = models.TextField(blank=True)
    held_because = models.TextField(blank=True, help_text="Why the file as a whole waits, or waited, for confirmation")
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_because = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(rows=F("added") + F("changed") + F("unchanged") + F("held") + F("quarantined")),
                name="import_accounts_for_every_row",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"


class ImportRow(models.Model):
    """One row of an import that changed something, is held, or could not be taken in. `raw` is the row as it came."""

    class Outcome(models.TextChoices):
        ADDED = "added", "Added"
        CHANGED = "changed", "Changed"
        HELD = "held", "Held for confirmation"
        QUARANTINED = "quarantined", "Quarantined"
        MISSING = "missing", "Missing from roll"

    class Decision(models.TextChoices):
        WAITING = "waiting", "Waiting"
        CONFIRMED = "confirmed", "Confirmed"
        REJECTED = "rejected", "Rejected"
        CORRECTED = "corrected", "Corrected"
        NOT_NEEDED = "not_needed", "Nothing to decide"

    roll_import = models.ForeignKey(RollImport, on_delete=models.CASCADE, related_name="import_rows")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, null=True, blank=True, related_name="import_rows")
    number = models.PositiveIntegerField(help_text="Position in the file, from 1")
    prison_number = models.CharField(max_length=20, blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="import_rows")
    outcome = models.CharField(max_length=12, choices=Outcome)
    changes = models.JSONField(default=dict, help_text="field: [before, after]")
    errors = models.JSONField(default=list, help_text="[{cell, value, reason}]")
    raw = models.TextField(blank=True)
    cells = models.TextField(blank=True, help_text="The row as JSON, where it could be read: what a decision works on")
    decision = models.CharField(max_length=12, choices=Decision, default=Decision.NOT_NEEDED)
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_because = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["roll_import_id", "number"]
        indexes = [
            models.Index(fields=["prison", "outcome"], name="import_row_waiting", condition=Q(decision="waiting")),
            models.Index(fields=["prison_number"], name="import_row_of_number", condition=Q(decision="waiting")),
        ]

    def __str__(self) -> str:
        return f"row {self.number} {self.outcome}"
