"""Casework of one handover: how it is held, the steps taken, the report, and the note from prison to prison."""

import uuid

from django.db import models
from django.db.models import Q

from omic.history import tracked
from omic.models import Person, Prison, Sentence, Staff, Stay


class HandoverForm(models.TextChoices):
    """How the case passes to the COM (HO-30)."""

    MEETING = "meeting", "Handover meeting"
    REPORT = "report", "Handover report"


class FormDecision(models.Model):
    """That a handover of this sentence is held in another form than the rule gives, and why. The newest stands."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="handover_forms")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="+")
    sentence = models.ForeignKey(Sentence, on_delete=models.PROTECT, related_name="handover_forms")
    form = models.CharField(max_length=10, choices=HandoverForm)
    because = models.TextField()
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["sentence_id", "-decided_at", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(because=""), name="handover_form_says_why")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.form}"


class HandoverStepQuerySet(models.QuerySet["HandoverStep"]):
    """Steps taken, also those that no longer count."""

    def counting(self) -> "HandoverStepQuerySet":
        """Neither taken back nor of a handover that came to nothing."""
        return self.filter(withdrawn_at__isnull=True, ended_at__isnull=True)


class HandoverStep(models.Model):
    """One step toward a handover: taken on which day, recorded by whom.

    `ended_at` is when it stopped counting because responsibility went back to the POM, or the sentence ended: the next
    handover begins with none. What was recorded in error is taken back with a reason.
    """

    class Kind(models.TextChoices):
        OASYS_REVIEWED = "oasys_reviewed", "OASys reviewed"
        OASYS_NOT_NEEDED = "oasys_not_needed", "OASys review judged unnecessary"
        COM_CONTACT = "com_contact", "Contact with the COM"
        MEETING = "meeting", "Handover meeting held"
        REPORT = "report", "Handover report sent"
        MAPPA_SCREEN = "mappa_screen", "MAPPA screen"
        LICENCE = "licence", "Licence conditions explained"
        COM_VISIT = "com_visit", "The COM saw the person"
        RELEASE_REPORT = "release_report", "Pre-release board or report"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="handover_steps")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="+")
    sentence = models.ForeignKey(Sentence, on_delete=models.PROTECT, related_name="handover_steps")
    kind = models.CharField(max_length=20, choices=Kind)
    done_on = models.DateField()
    note = models.TextField(blank=True, help_text="What was said or found; of a step not needed: why")
    attendees = models.TextField(blank=True)
    looking_back = models.TextField(blank=True)
    looking_forward = models.TextField(blank=True)
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    request_id = models.UUIDField(default=uuid.uuid4, unique=True)
    withdrawn_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=100, blank=True)

    objects = HandoverStepQuerySet.as_manager()

    class Meta:
        ordering = ["sentence_id", "done_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sentence", "kind"],
                condition=Q(withdrawn_at__isnull=True, ended_at__isnull=True)
                & ~Q(kind__in=["com_contact", "com_visit"]),
                name="handover_step_once",
            ),
            models.CheckConstraint(
                condition=~Q(kind="oasys_not_needed") | ~Q(note=""), name="handover_step_not_needed_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(kind="meeting") | (~Q(attendees="") & ~Q(looking_back="") & ~Q(looking_forward="")),
                name="handover_meeting_looks_both_ways",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="handover_step_withdrawn_says_why",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="")
                | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="handover_step_ended_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} on {self.done_on}"


@tracked()
class HandoverReport(models.Model):
    """What the POM writes for the COM about one handover, kept as a draft until it is sent; printable (HO-30, HO-31).

    Sending is a step (`HandoverStep.Kind.REPORT`); `sent_text` is what went out, whatever the draft says afterwards.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="handover_reports")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="+")
    sentence = models.ForeignKey(Sentence, on_delete=models.PROTECT, related_name="handover_reports")
    done_in_custody = models.TextField(blank=True)
    still_to_do = models.TextField(blank=True)
    risks = models.TextField(blank=True)
    release_needs = models.TextField(blank=True)
    written_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["sentence_id", "-written_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["sentence"], condition=Q(sent_at__isnull=True), name="one_draft_of_a_handover_report"
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, sent_text="") | (Q(sent_at__isnull=False) & ~Q(sent_text="")),
                name="handover_report_sent_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"report on {self.person_id}"


class SendingNote(models.Model):
    """What the POM of the prison that was left tells the POM of the next one; half of a pair with the allocation there
    (HO-39). Append-only but for who has read it."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sending_notes")
    stay = models.OneToOneField(Stay, on_delete=models.PROTECT, related_name="sending_note")
    text = models.TextField()
    written_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    read_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["person_id", "-written_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="sending_note_says_something"),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True, read_by__isnull=True)
                | Q(read_at__isnull=False, read_by__isnull=False),
                name="sending_note_read_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"note on {self.person_id} from {self.stay_id}"
