"""Obligations: what a person is owed or what is owed about them, what met it, and what the night flagged."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from omic.models.contact import Contact, ContactKind
from omic.models.person import Person
from omic.models.prison import Prison
from omic.models.staff import Staff


class ObligationKind(models.TextChoices):
    """Every kind of duty the product knows, in the words the pages use."""

    KEY_WORK_SESSION = "key_work_session", "Key work session"
    ALLOCATE_KEY_WORKER = "allocate_key_worker", "Identify a key worker"
    ALLOCATE_POM = "allocate_pom", "Allocate a POM"
    RISK_TO_READ = "risk_to_read", "Risk information to read"
    HANDOVER = "handover", "Handover to the community"
    HELD_CHANGE = "held_change", "Decide a held change of the roll"


class ObligationState(models.TextChoices):
    """`not_met` is a shortfall where the policy says "where possible"; `missed` is a breach."""

    OPEN = "open", "Open"
    MET = "met", "Met"
    WAIVED = "waived", "Waived"
    EXCEPTED = "excepted", "Excepted"
    NOT_MET = "not_met", "Not met"
    MISSED = "missed", "Missed"
    VOID = "void", "Void"


class ObligationQuerySet(models.QuerySet["Obligation"]):
    """Duties. Each question has one definition, here, whichever page, count, flag or email asks it."""

    def owed(self, first: date, last: date) -> "ObligationQuerySet":
        """Duties that fell due in the period, void, waived and excepted ones left out: the basis of every rate."""
        gone = (ObligationState.VOID, ObligationState.WAIVED, ObligationState.EXCEPTED)
        return self.filter(due_on__gte=first, due_on__lte=last).exclude(state__in=gone)

    def delivered(self) -> "ObligationQuerySet":
        return self.filter(state=ObligationState.MET)

    def demanding(self) -> "ObligationQuerySet":
        """Duties that still ask something of somebody."""
        return self.filter(closed_at__isnull=True)

    def overdue(self, on: date) -> "ObligationQuerySet":
        """Still demanding, and its last day in time lies before `on`; true with or without the night's stamp."""
        return self.demanding().filter(due_on__lt=on)

    def due_between(self, first: date, last: date) -> "ObligationQuerySet":
        return self.demanding().filter(due_on__gte=first, due_on__lte=last)


class Obligation(models.Model):
    """What a person is owed, or what is owed about them.

    `slot` never holds a computed date: it is the period's start for a recurring kind, the causing row for a one-off.
    `due_on` is the last day that is still in time, `due_before` the exclusive instant behind it. `closed_at` is the
    moment the duty stopped asking anything of anybody: met, void, excepted, waived or, for a contact that was missed,
    the next contact of that kind; the state stays `missed` then, because the figures count it.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="obligations", db_index=False)
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="obligations", db_index=False)
    kind = models.CharField(max_length=30, choices=ObligationKind)
    slot = models.CharField(max_length=60)
    owner_role = models.CharField(max_length=20)
    owner = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="obligations")
    wing = models.ForeignKey(
        "omic.Wing", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    priority_groups = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    opens_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    due_before = models.DateTimeField(null=True, blank=True)
    met_by = models.CharField(max_length=12, choices=ContactKind, blank=True)
    quantity = models.PositiveSmallIntegerField(default=1)
    unit = models.CharField(max_length=10, default="contacts")
    done = models.PositiveSmallIntegerField(default=0)
    basis = models.CharField(max_length=15, default="owed")
    rule = models.CharField(max_length=10)
    policy = models.CharField(max_length=30)
    steps = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=ObligationState, default=ObligationState.OPEN)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    closed_because = models.CharField(max_length=200, blank=True)

    objects = ObligationQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "person", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "slot"], condition=~Q(state="void"), name="obligation_once_a_slot"
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True, due_before__isnull=True)
                | Q(due_on__isnull=False, due_before__isnull=False),
                name="obligation_due_day_and_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["met", "void", "waived", "excepted"]) | Q(closed_at__isnull=False),
                name="obligation_settled_is_closed",
            ),
            models.CheckConstraint(
                condition=Q(state="met", met_at__isnull=False) | (~Q(state="met") & Q(met_at__isnull=True)),
                name="obligation_met_when_met",
            ),
        ]
        # Those of the foreign keys are left out where one of these begins with the same column: each more is written
        # at every change of state, and without statistics the planner combines them, which took settling 60 s for 0.5.
        indexes = [
            models.Index(fields=["prison", "kind", "due_on"], name="obligation_by_prison_due"),
            models.Index(fields=["prison", "due_on"], name="obligation_demanding", condition=Q(closed_at__isnull=True)),
            models.Index(fields=["person", "kind", "due_on"], name="obligation_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id} due {self.due_on}"


class ObligationContact(models.Model):
    """Which contact counts toward which obligation: one session meets a week and counts to a month."""

    obligation = models.ForeignKey(Obligation, on_delete=models.CASCADE, related_name="links", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="links")
    quantity = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["obligation", "contact"], name="contact_counts_once")]

    def __str__(self) -> str:
        return f"{self.contact_id} toward {self.obligation_id}"


class Flag(models.Model):
    """What the night raised about an obligation: that it is overdue, or comes up soon. Open until it is over."""

    class Kind(models.TextChoices):
        OVERDUE = "overdue", "Overdue"
        UPCOMING = "upcoming", "Upcoming"

    obligation = models.ForeignKey(Obligation, on_delete=models.CASCADE, related_name="flags")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="flags")
    kind = models.CharField(max_length=10, choices=Kind)
    first_flagged_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["first_flagged_on", "id"]
        constraints = [models.UniqueConstraint(fields=["obligation", "kind"], name="one_flag_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.obligation_id}"
