"""What the community was asked for, and what it answered; who wants no reminders."""

from django.db import models
from django.db.models import F, Q

from omic.models import Ldu, Message, Person, Prison, Sentence, Staff


class CommunityRequest(models.Model):
    """That an LDU was asked, in an email, for a COM for one person.

    `slot` names the true situation that it was asked in, so that one that comes again is asked for again and one that
    goes on is not. `message` is the email, which several requests to one LDU share. Answered when a COM is named, or
    when somebody records what the LDU said.
    """

    class Kind(models.TextChoices):
        PIPELINE = "pipeline", "Monthly list of cases to come"
        CHASER = "chaser", "Reminder: no COM yet"
        SHORT = "short", "Short sentence: a COM from the start"
        OPEN = "open", "Move to open conditions: a supporting COM"
        OVERRIDE = "override", "Responsibility changed by decision"
        EARLY = "early", "Early allocation referred"
        INFORMATION = "info", "Information asked for"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="community_requests")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="community_requests")
    sentence = models.ForeignKey(Sentence, on_delete=models.PROTECT, related_name="community_requests")
    ldu = models.ForeignKey(Ldu, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=10, choices=Kind)
    slot = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    com_from_on = models.DateField(null=True, blank=True, help_text="From when a COM was said to be needed")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="community_requests")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)
    answer_recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["prison_id", "-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["sentence", "kind", "slot", "ldu"], name="community_asked_once"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="community_answer_says_something",
            ),
        ]
        indexes = [
            models.Index(fields=["prison"], condition=Q(answered_at__isnull=True), name="community_unanswered"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.person_id}"


class ReminderChoice(models.Model):
    """That a POM wants no handover reminders by email, from when until when; without a row they get them all."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="reminder_choices")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["staff_id", "-starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["staff"], condition=Q(ends_at__isnull=True), name="one_reminder_choice_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="reminder_choice_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"no reminders for {self.staff_id}"
