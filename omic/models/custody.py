"""Time in custody: stays in prisons, movements between them, sentences and parole reviews."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from omic.history import tracked
from omic.models.person import Person
from omic.models.prison import DateRange, Prison


class StayQuerySet(models.QuerySet["Stay"]):
    """Stays, asked by the day."""

    def covering(self, on: date) -> "StayQuerySet":
        """Stays in which the person was in the prison at some time of `on`, days of arrival and leaving included."""
        return self.filter(Q(left_on__isnull=True) | Q(left_on__gte=on), arrived_on__lte=on)


@tracked()
class Stay(models.Model):
    """One unbroken time in one prison, court and temporary absence included. `left_on` is the day of leaving."""

    class Ended(models.TextChoices):
        TRANSFER = "transfer", "Transferred"
        RELEASE = "release", "Released"
        DEATH = "death", "Died"
        MERGE = "merge", "Merged into another number"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="stays")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="stays")
    arrived_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)
    ended_because = models.CharField(max_length=10, choices=Ended, blank=True)

    objects = StayQuerySet.as_manager()

    class Meta:
        ordering = ["person_id", "arrived_on"]
        constraints = [
            ExclusionConstraint(
                name="stay_in_one_prison_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (DateRange("arrived_on", "left_on", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True, ended_because="")
                | (Q(left_on__gte=F("arrived_on")) & ~Q(ended_because="")),
                name="stay_end_and_reason_together",
            ),
            models.UniqueConstraint(fields=["person"], condition=Q(left_on__isnull=True), name="one_open_stay"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.prison_id} from {self.arrived_on}"


class DaysOut(models.QuerySet["DayOut"]):
    """Days out, less those taken back."""

    def standing(self) -> "DaysOut":
        return self.filter(withdrawn_at__isnull=True)


class DayOut(models.Model):
    """A whole day out of the prison that holds the person: no check is owed for it, and it is no whole day here.

    The roll knows where somebody is at one moment; that they were away all day, somebody says.
    """

    class Why(models.TextChoices):
        COURT = "court", "At court"
        HOSPITAL = "hospital", "In hospital"
        TEMPORARY_RELEASE = "temporary_release", "On temporary release"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="days_out")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="days_out")
    on = models.DateField()
    why = models.CharField(max_length=20, choices=Why)
    recorded_by = models.ForeignKey("omic.Staff", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey("omic.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    objects = DaysOut.as_manager()

    class Meta:
        ordering = ["person_id", "-on"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "on"], condition=Q(withdrawn_at__isnull=True), name="day_out_once"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="day_out_withdrawn_says_who_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} out on {self.on}"


class Movement(models.Model):
    """A movement as the roll reports it (ADM, REL, TRN, CRT, TAP). Append-only."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="movements")
    kind = models.CharField(max_length=3)
    reason = models.CharField(max_length=12, blank=True)
    from_prison = models.ForeignKey(Prison, on_delete=models.PROTECT, null=True, related_name="departures")
    to_prison = models.ForeignKey(Prison, on_delete=models.PROTECT, null=True, related_name="arrivals")
    on = models.DateField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=100)

    class Meta:
        ordering = ["person_id", "on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "on", "from_prison", "to_prison"],
                nulls_distinct=False,
                name="movement_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.on}"


@tracked()
class Sentence(models.Model):
    """The sentence that a person's dates come from. One is current; a new one closes the old."""

    class Kind(models.TextChoices):
        DETERMINATE = "determinate", "Determinate"
        INDETERMINATE = "indeterminate", "Indeterminate"

    class RecallKind(models.TextChoices):
        STANDARD = "standard", "Standard"
        FIXED_14 = "fixed_14", "Fixed term, 14 days"
        FIXED_28 = "fixed_28", "Fixed term, 28 days"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sentences")
    kind = models.CharField(max_length=15, choices=Kind)
    started_on = models.DateField(null=True, blank=True)
    ard = models.DateField(null=True, blank=True)
    crd = models.DateField(null=True, blank=True)
    npd = models.DateField(null=True, blank=True)
    ped = models.DateField(null=True, blank=True)
    ted = models.DateField(null=True, blank=True)
    hdced = models.DateField(null=True, blank=True)
    hdc_actual = models.DateField(null=True, blank=True)
    apd = models.DateField(null=True, blank=True)
    prrd = models.DateField(null=True, blank=True)
    sed = models.DateField(null=True, blank=True)
    led = models.DateField(null=True, blank=True)
    confirmed_release_on = models.DateField(null=True, blank=True)
    recalled = models.BooleanField(default=False)
    recall_kind = models.CharField(max_length=10, choices=RecallKind, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    policy = models.CharField(max_length=20, blank=True, help_text="The version its case is determined under (HO-20)")
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["person_id", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(closed_at__isnull=True), name="one_current_sentence"
            ),
            models.CheckConstraint(
                condition=Q(sed__isnull=True) | Q(started_on__isnull=True) | Q(sed__gte=F("started_on")),
                name="sentence_expires_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} from {self.started_on}"


class ParoleReviewQuerySet(models.QuerySet["ParoleReview"]):
    """Parole reviews, less those taken back."""

    def standing(self) -> "ParoleReviewQuerySet":
        return self.filter(withdrawn_at__isnull=True)

    def put_off(self) -> "ParoleReviewQuerySet":
        """Those adjourned or deferred without a new date: neither another outcome nor a later hearing is known.

        `dated_on` puts a review in order.
        """
        dated, ended = Coalesce("target_hearing_on", "outcome_on"), Coalesce("outcome_on", "target_hearing_on")
        rows = ParoleReview.objects.standing().annotate(dated_on=dated, ended_on=ended)
        waiting = Q(outcome="", dated_on__gt=OuterRef("dated_on"))
        decided = Q(ended_on__gt=OuterRef("ended_on")) | Q(ended_on=OuterRef("ended_on"), pk__gt=OuterRef("pk"))
        later = rows.filter(waiting | ~Q(outcome="") & decided, person=OuterRef("person"))
        mine = self.filter(withdrawn_at__isnull=True, outcome=ParoleReview.Outcome.DEFERRED)
        return mine.annotate(dated_on=dated, ended_on=ended).exclude(Exists(later))


@tracked()
class ParoleReview(models.Model):
    """A parole review: its target hearing date and, when known, the outcome and when it was received.

    One that was recorded in error is taken back with a reason, and then says nothing about anybody.
    """

    class Outcome(models.TextChoices):
        RELEASE = "release", "Release"
        NOT_RELEASE = "not_release", "No release"
        DEFERRED = "deferred", "Adjourned or deferred"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="parole_reviews")
    target_hearing_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    outcome_on = models.DateField(null=True, blank=True)
    received_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=100)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("omic.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    withdrawn_by = models.ForeignKey("omic.Staff", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.TextField(blank=True)

    objects = ParoleReviewQuerySet.as_manager()

    class Meta:
        ordering = ["person_id", "target_hearing_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(target_hearing_on__isnull=False) | Q(outcome_on__isnull=False), name="parole_review_dated"
            ),
            models.UniqueConstraint(
                fields=["person", "target_hearing_on"],
                condition=Q(target_hearing_on__isnull=False, withdrawn_at__isnull=True),
                name="one_review_a_hearing_date",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="parole_review_withdrawn_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.target_hearing_on}"
