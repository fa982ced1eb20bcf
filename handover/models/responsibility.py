"""Stored responsibility and handover dates, and decisions over them.

Dates are stored; who is responsible on a day follows from them in SQL.
"""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, Value, When

from omic.models import Determination, Person, Prison, Sentence, Staff
from omic.models.determination import DeterminationQuerySet


class Responsibility(models.TextChoices):
    """Who is responsible: the POM, the POM with the COM supporting, or the COM with the POM supporting (HO-13)."""

    POM = "POM", "POM responsible"
    POM_WITH_COM = "POM_WITH_COM", "POM responsible, COM supporting"
    COM = "COM", "COM responsible"


def responsibility_on(on: date, prefix: str = "") -> Case:
    """SQL for who is responsible on a day; boundary days belong to the later state. `prefix` is the path to the row."""
    return Case(
        When(Q(**{f"{prefix}fixed__isnull": False}), then=F(f"{prefix}fixed")),
        When(Q(**{f"{prefix}handover_on__lte": on}), then=Value(Responsibility.COM)),
        When(Q(**{f"{prefix}start_on__lte": on}), then=Value(Responsibility.POM_WITH_COM)),
        When(Q(**{f"{prefix}handover_on__gt": on}), then=Value(Responsibility.POM)),
        default=None,
        output_field=models.CharField(),
    )


class HandoverQuerySet(DeterminationQuerySet):
    """Handover determinations, with the state of a day."""

    def with_responsibility(self, on: date) -> "HandoverQuerySet":
        return self.annotate(responsibility=responsibility_on(on))


class HandoverDetermination(Determination):
    """Who is responsible for one person, from when COM support starts and when responsibility passes.

    Either `fixed` holds (a fixed rule or the short-sentence rule decides), or both dates do, or, for people without
    case responsibility (HO-09), neither.
    """

    fixed = models.CharField(max_length=12, choices=Responsibility, null=True)
    start_on = models.DateField(null=True)
    handover_on = models.DateField(null=True)
    earliest_release_kind = models.CharField(max_length=10, null=True)
    earliest_release_on = models.DateField(null=True)
    blocking = ArrayField(models.CharField(max_length=30), default=list)
    provisional = ArrayField(models.CharField(max_length=30), default=list)
    sentence = models.ForeignKey("omic.Sentence", on_delete=models.SET_NULL, null=True, related_name="+")

    objects = HandoverQuerySet.as_manager()

    class Meta(Determination.Meta):
        constraints = [
            *Determination.Meta.constraints,
            models.CheckConstraint(
                condition=Q(start_on__isnull=True, handover_on__isnull=True)
                | Q(fixed__isnull=True, start_on__isnull=False, handover_on__isnull=False),
                name="handover_dates_or_fixed",
            ),
            models.CheckConstraint(
                condition=Q(start_on__isnull=True) | Q(start_on__lte=F("handover_on")),
                name="handover_support_before_responsibility",
            ),
            models.CheckConstraint(
                condition=Q(earliest_release_kind__isnull=True, earliest_release_on__isnull=True)
                | Q(earliest_release_kind__isnull=False, earliest_release_on__isnull=False),
                name="earliest_release_says_which",
            ),
        ]
        indexes = [
            *Determination.Meta.indexes,
            models.Index(fields=["handover_on"], condition=Q(superseded_at__isnull=True), name="handover_by_date"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.fixed or self.handover_on}"


class OverrideQuerySet(models.QuerySet["ResponsibilityOverride"]):
    """Overrides of responsibility, by where they stand."""

    def open(self) -> "OverrideQuerySet":
        """Asked for or confirmed; neither refused nor taken back."""
        return self.filter(Q(confirmed=True) | Q(confirmed__isnull=True), ended_at__isnull=True)

    def waiting(self) -> "OverrideQuerySet":
        """Asked for, and neither confirmed, refused nor withdrawn."""
        return self.open().filter(confirmed__isnull=True)


class ResponsibilityOverride(models.Model):
    """A decision that the POM, or the COM, is responsible whatever the rules compute, for one sentence.

    It binds from the moment a second person confirms it until somebody takes it back with a reason, or the sentence
    ends, which the pipeline sees: then nobody stands as who ended it.
    """

    class Reason(models.TextChoices):
        SHORT = "short", "Under 10 months left to serve"
        COMMUNITY = "community", "The community team is to take the case"
        RECALLED = "recalled", "Recalled"
        CUSTODY = "custody", "The work in custody is not finished"
        PAROLE = "parole", "The next parole review is 12 months or less after the last (PA-07)"
        OTHER = "other", "Another reason"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="responsibility_overrides")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="responsibility_overrides")
    sentence = models.ForeignKey(Sentence, on_delete=models.PROTECT, related_name="responsibility_overrides")
    responsibility = models.CharField(
        max_length=12, choices=[(one.value, one.label) for one in (Responsibility.POM, Responsibility.COM)]
    )
    reason = models.CharField(max_length=10, choices=Reason)
    because = models.TextField()
    asked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed = models.BooleanField(null=True)
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)
    ended_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_because = models.TextField(blank=True)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        ordering = ["person_id", "-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(ended_at__isnull=True) & (Q(confirmed=True) | Q(confirmed__isnull=True)),
                name="one_override_at_a_time",
            ),
            models.CheckConstraint(condition=~Q(because=""), name="override_has_a_reason"),
            models.CheckConstraint(
                condition=Q(confirmed__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | (
                    Q(confirmed__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=F("asked_by"))
                ),
                name="override_decided_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, ended_because="")
                | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="override_end_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.responsibility}"
