"""Early allocation: each assessment with its answers, class, approval, referral and the community's decision."""

import uuid

from django.db import models
from django.db.models import Q

from omic.models import Person, Prison, Sentence, Staff


class EarlyAssessmentQuerySet(models.QuerySet["EarlyAssessment"]):
    """Assessments, newest first, and where they stand."""

    def standing(self) -> "EarlyAssessmentQuerySet":
        """Not taken back."""
        return self.filter(withdrawn_at__isnull=True)

    def under_way(self) -> "EarlyAssessmentQuerySet":
        """In the window, eligible, not refused by the HOMD, not decided by the community, of a present sentence."""
        eligible = self.standing().filter(in_window=True, decision="", sentence__closed_at=None).exclude(klass="none")
        return eligible.exclude(approved=False)

    def in_force(self) -> "EarlyAssessmentQuerySet":
        """Accepted by the community and not taken back, of a present sentence."""
        return self.standing().filter(decision="accepted", sentence__closed_at=None)

    def to_approve(self) -> "EarlyAssessmentQuerySet":
        return self.under_way().filter(approved=None)

    def to_refer(self) -> "EarlyAssessmentQuerySet":
        return self.under_way().filter(approved=True, referred_at=None)

    def to_decide(self) -> "EarlyAssessmentQuerySet":
        """Referred, and the community has not answered."""
        return self.under_way().filter(referred_at__isnull=False)


class EarlyAssessment(models.Model):
    """One assessment for early allocation: EA-01 to EA-10, and what became of it (EA-20 to EA-25).

    `answers` holds each criterion's answer by the name that the rule gives it, as `release_on` and `limit_on` hold what
    the window was judged by; neither changes later. Stages follow one another: assessed, approved or refused by the
    HOMD, referred, decided by the community; each bears who and when.
    """

    class Class(models.TextChoices):
        AUTOMATIC = "automatic", "Automatic"
        DISCRETIONARY = "discretionary", "Discretionary"
        NONE = "none", "Not eligible"

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Rejected"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="early_assessments")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="early_assessments")
    sentence = models.ForeignKey(Sentence, on_delete=models.PROTECT, related_name="early_assessments")
    oasys_on = models.DateField(help_text="The day of the OASys that it rests on")
    answers = models.JSONField()
    klass = models.CharField(max_length=15, choices=Class)
    policy = models.CharField(max_length=30)
    steps = models.JSONField(default=list)
    rationale = models.TextField(blank=True)
    release_on = models.DateField(null=True, blank=True)
    in_window = models.BooleanField(help_text="Whether the referral could be made on the day of the assessment (EA-22)")
    assessed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    assessed_at = models.DateTimeField()
    approved = models.BooleanField(null=True)
    approved_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approval = models.TextField(blank=True)
    referred_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    referred_at = models.DateTimeField(null=True, blank=True)
    referred_to = models.CharField(max_length=254, blank=True)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decided_by = models.CharField(max_length=200, blank=True, help_text="The gatekeeper, by name")
    decision_words = models.TextField(blank=True)
    decision_recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    decision_recorded_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.TextField(blank=True)
    request_id = models.UUIDField(default=uuid.uuid4, unique=True)

    objects = EarlyAssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["person_id", "-assessed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sentence"],
                condition=Q(withdrawn_at__isnull=True, decision="", in_window=True)
                & ~Q(klass="none")
                & (Q(approved__isnull=True) | Q(approved=True)),
                name="one_early_assessment_under_way",
            ),
            models.CheckConstraint(
                condition=~Q(klass="discretionary") | ~Q(rationale=""), name="discretionary_needs_a_rationale"
            ),
            models.CheckConstraint(
                condition=Q(approved__isnull=True, approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved__isnull=False, approved_by__isnull=False, approved_at__isnull=False),
                name="early_approval_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(referred_at__isnull=True, referred_by__isnull=True, referred_to="")
                | (Q(referred_at__isnull=False, referred_by__isnull=False, approved=True) & ~Q(referred_to="")),
                name="early_referral_after_approval",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_on__isnull=True, decision_recorded_at__isnull=True)
                | (
                    ~Q(decision="")
                    & Q(
                        decided_on__isnull=False, decision_recorded_by__isnull=False, decision_recorded_at__isnull=False
                    )
                    & Q(referred_at__isnull=False)
                ),
                name="early_decision_after_referral",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="early_withdrawal_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.klass}"

    @property
    def declined(self) -> bool:
        """Refused by the HOMD, or rejected by the community: the normal rules apply (EA-25)."""
        return self.approved is False or self.decision == self.Decision.REJECTED
