"""Stored tiers: custody tier now; community tier beside it from handover on."""

from django.db import models
from django.db.models import Q

from omic.models import Determination

TIERS = [(letter, letter) for letter in "ABCD"]


class TierDetermination(Determination):
    """One person's custody tier as determined: letter, protect points, and whether it is provisional (TI-01)."""

    letter = models.CharField(max_length=1, choices=TIERS, null=True)
    points = models.PositiveSmallIntegerField(null=True)
    breakdown = models.JSONField(default=list, help_text="[what scored, its points]; they add up to `points`")
    provisional = models.BooleanField(default=False)

    class Meta(Determination.Meta):
        constraints = [
            *Determination.Meta.constraints,
            models.CheckConstraint(
                condition=Q(letter__isnull=True, points__isnull=True) | Q(letter__isnull=False, points__isnull=False),
                name="tier_letter_and_points_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} tier {self.letter or 'unknown'}"
