"""What people decided about priority groups, and that key work is not possible for somebody."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value

from omic.models import DateRange, Person, Prison, Staff


class PriorityGroup(models.TextChoices):
    """The groups of PG-1 to PG-5 about which a person decides; what facts alone say is computed."""

    ACCT_POST_CLOSURE = "acct_post_closure", "ACCT in post-closure: keep as a priority"
    HIGH_ROSH = "high_rosh_last_4w", "High RoSH: weeks before release (IRMM)"
    TACT = "tact", "TACT: months before release (Pathfinder)"
    NON_TACT = "non_tact_recommended", "Extremist concern, recommended by Pathfinder"
    SHIELDING = "shielding", "Advised to shield"
    LOCAL = "local", "Local addition, agreed by the PGD"


class Decisions(models.QuerySet["PriorityDecision"]):
    """Decisions, less those that were withdrawn."""

    def standing(self) -> "Decisions":
        return self.filter(withdrawn_at__isnull=True)


class PriorityDecision(models.Model):
    """Who decided that somebody is, or is not, in a priority group, why, and until when (not included).

    `length` is what the IRMM recommends in weeks (PG-2) or Pathfinder in months (PG-3); without a known release date a
    plain yes stands from its own days. A local addition binds once the PGD has agreed (PG-5).
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="priority_decisions")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="priority_decisions")
    group = models.CharField(max_length=25, choices=PriorityGroup)
    included = models.BooleanField()
    length = models.PositiveSmallIntegerField(null=True, blank=True)
    because = models.TextField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    pgd_agreed = models.BooleanField(null=True)
    pgd_decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    pgd_decided_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    objects = Decisions.as_manager()

    class Meta:
        ordering = ["person_id", "group", "-starts_on"]
        constraints = [
            ExclusionConstraint(
                name="one_priority_decision_a_group_and_day",
                condition=Q(withdrawn_at__isnull=True),
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("group", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="priority_decision_ends_later"
            ),
            models.CheckConstraint(condition=~Q(because=""), name="priority_decision_has_a_reason"),
            models.CheckConstraint(
                condition=Q(pgd_agreed__isnull=True, pgd_decided_by__isnull=True)
                | Q(pgd_agreed__isnull=False, pgd_decided_by__isnull=False, pgd_decided_at__isnull=False),
                name="priority_decision_pgd_says_who",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="priority_decision_withdrawn_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.group} from {self.starts_on}"


class NotPossible(models.Model):
    """At level 4: key work cannot be given to somebody from a day on, so daily checks start (ED-08).

    It stands until the day after the next session, which the rule finds; nobody need end it, but may take it back.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="key_work_not_possible")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="key_work_not_possible")
    from_on = models.DateField()
    because = models.TextField()
    marked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    class Meta:
        ordering = ["person_id", "-from_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "from_on"], condition=Q(withdrawn_at__isnull=True), name="one_not_possible_a_day"
            ),
            models.CheckConstraint(condition=~Q(because=""), name="not_possible_has_a_reason"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="not_possible_withdrawn_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} from {self.from_on}"
