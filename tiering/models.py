"""Stored tiers, those entered by hand where none can be settled, and the community tier's additional factors."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from omic.models import Determination, Person, Prison, Staff
from tiering.policy import COMPLEXITY_REGISTERS

TIERS = [(letter, letter) for letter in "ABCD"]
OASYS_SCORES = [(0, "0"), (1, "1"), (2, "2")]


class Origin(models.TextChoices):
    """Where the custody tier that counts comes from."""

    COMPUTED = "computed", "Worked out"
    ENTERED = "entered", "Entered by hand"
    IMPORTED = "imported", "Imported"


class TierEntryQuerySet(models.QuerySet["TierEntry"]):
    """Entered tiers, told apart by whether they still stand."""

    def standing(self) -> "TierEntryQuerySet":
        return self.filter(ended_at__isnull=True)


class TierEntry(models.Model):
    """A custody tier that somebody entered, or a file brought (`entered_by` empty), with the reason.

    Never changed: it ends when another is entered, when it is withdrawn (`ended_by`), or by itself as soon as the
    facts settle the tier (`tiering.rules.why_entry_ends`). An ended entry never counts again.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tier_entries")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="tier_entries")
    letter = models.CharField(max_length=1, choices=TIERS)
    reason = models.CharField(max_length=500)
    source = models.CharField(max_length=100)
    entered_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_because = models.CharField(max_length=500, blank=True)

    objects = TierEntryQuerySet.as_manager()

    class Meta:
        ordering = ["person_id", "-id"]
        verbose_name_plural = "tier entries"
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_at__isnull=True), name="tier_entry_one_standing"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="", ended_by__isnull=True)
                | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="tier_entry_ends_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} tier {self.letter} entered"

    @property
    def origin(self) -> Origin:
        return Origin.ENTERED if self.entered_by_id else Origin.IMPORTED


class AdditionalFactors(models.Model):
    """What the community tier adds (TI-03), as somebody looked it up. Append-only: the one of the latest day stands.

    `impulsivity` and `temper` are OASys 11.2 and 11.4; the last four are asked of women alone.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="additional_factors")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="additional_factors")
    registers = ArrayField(models.CharField(max_length=4, choices=list(COMPLEXITY_REGISTERS.items())), default=list)
    parenting = models.BooleanField(default=False)
    impulsivity = models.PositiveSmallIntegerField(default=0, choices=OASYS_SCORES)
    temper = models.PositiveSmallIntegerField(default=0, choices=OASYS_SCORES)
    enforcement = models.BooleanField(default=False)
    source = models.CharField(max_length=100)
    as_at = models.DateField(help_text="The day this was true by its source")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["person_id", "-as_at", "-id"]
        verbose_name_plural = "additional factors"
        constraints = [
            models.CheckConstraint(condition=Q(impulsivity__lte=2, temper__lte=2), name="additional_factors_scores"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} as at {self.as_at}"


class TierDetermination(Determination):
    """One person's tiers as determined: the custody tier that counts, and the community tier used from handover on.

    `letter` counts (TI-01). Where it was entered or imported, `entry` says by whom and why, and `computed_letter` is
    what the facts give beside it. Points and breakdown are the facts' always.
    """

    letter = models.CharField(max_length=1, choices=TIERS, null=True)
    points = models.PositiveSmallIntegerField(null=True)
    breakdown = models.JSONField(default=list, help_text="[what scored, its points]; they add up to `points`")
    provisional = models.BooleanField(default=False)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.COMPUTED)
    computed_letter = models.CharField(
        max_length=1, choices=TIERS, null=True, help_text="What the facts give where an entered tier counts"
    )
    entry = models.ForeignKey(TierEntry, on_delete=models.RESTRICT, null=True, related_name="+")
    community_letter = models.CharField(max_length=1, choices=TIERS, null=True)
    community_points = models.PositiveSmallIntegerField(null=True)
    community_breakdown = models.JSONField(default=list, help_text="As `breakdown`, with additional factors (TI-03)")
    community_provisional = models.BooleanField(default=False)

    class Meta(Determination.Meta):
        constraints = [
            *Determination.Meta.constraints,
            models.CheckConstraint(
                condition=Q(origin=Origin.COMPUTED, letter__isnull=True, points__isnull=True)
                | Q(origin=Origin.COMPUTED, letter__isnull=False, points__isnull=False)
                | (~Q(origin=Origin.COMPUTED) & Q(computed_letter__isnull=True, points__isnull=True))
                | (~Q(origin=Origin.COMPUTED) & Q(computed_letter__isnull=False, points__isnull=False)),
                name="tier_letter_and_points_together",
            ),
            models.CheckConstraint(
                condition=Q(origin=Origin.COMPUTED, entry__isnull=True, computed_letter__isnull=True)
                | (~Q(origin=Origin.COMPUTED) & Q(entry__isnull=False, letter__isnull=False)),
                name="tier_origin_says_which_entry",
            ),
            models.CheckConstraint(
                condition=Q(community_letter__isnull=True, community_points__isnull=True)
                | Q(community_letter__isnull=False, community_points__isnull=False),
                name="community_tier_letter_and_points_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} tier {self.letter or 'unknown'}"

    @property
    def worked_out(self) -> str | None:
        """The letter that the facts give, whether or not it is the one that counts."""
        return self.letter if self.origin == Origin.COMPUTED else self.computed_letter
