"""POMs' case notes, who may read them, and who has (XC-54); victim liaison contacts."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from omic.history import tracked
from omic.models import Person, Prison, Staff


class CaseNote(models.Model):
    """A note about a case, with how far it reaches. Append-only; a correction is a row that amends the old.

    An *open* note is for everybody who works on cases here; a *restricted* one for the POMs of the case and the HOMD; a
    *confidential* one for its author, the readers they name and the HOMD. Whoever else must read one says why, and is
    reported (`NoteReading`).
    """

    class Level(models.TextChoices):
        OPEN = "open", "Open to the OMU"
        RESTRICTED = "restricted", "Restricted to the case"
        CONFIDENTIAL = "confidential", "Confidential"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="case_notes")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="case_notes")
    level = models.CharField(max_length=12, choices=Level)
    text = models.TextField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="case_notes")
    at = models.DateTimeField()
    readers = models.ManyToManyField(Staff, related_name="+", blank=True)
    request_id = models.UUIDField(default=uuid.uuid4, unique=True)
    amends = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="amended_by")
    amended_because = models.TextField(blank=True)

    class Meta:
        ordering = ["person_id", "-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="case_note_says_something"),
            models.CheckConstraint(
                condition=Q(amends__isnull=True, amended_because="")
                | (Q(amends__isnull=False) & ~Q(amended_because="")),
                name="case_note_amendment_says_why",
            ),
        ]
        indexes = [models.Index(fields=["person", "-at"], name="case_note_by_person")]
        triggers = [pgtrigger.Protect(name="case_note_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"note {self.pk} on {self.person_id}"


class NoteReading(models.Model):
    """That somebody outside a note's reach has read it, and why: broken glass, reported to the Governor."""

    note = models.ForeignKey(CaseNote, on_delete=models.PROTECT, related_name="readings")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="note_readings")
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    because = models.TextField()

    class Meta:
        ordering = ["prison_id", "-at"]
        constraints = [models.CheckConstraint(condition=~Q(because=""), name="note_reading_says_why")]
        triggers = [pgtrigger.Protect(name="note_reading_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.by_id} read {self.note_id}"


@tracked()
class VictimLiaisonContact(models.Model):
    """A victim liaison officer of a case. What this says is not to be disclosed to the person."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="victim_liaison")
    forename = models.CharField(max_length=100)
    surname = models.CharField(max_length=100)
    email = models.EmailField()
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["person_id", "surname", "forename"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "email"], condition=Q(ended_at__isnull=True), name="victim_liaison_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.surname} for {self.person_id}"
