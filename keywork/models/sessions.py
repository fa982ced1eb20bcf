"""What a session or entry recorded beside the contact itself."""

import pgtrigger
from django.db import models

from omic.models import Contact, Person, Prison


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
