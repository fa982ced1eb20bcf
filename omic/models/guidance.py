"""Where a prison keeps its own guidance on a kind of duty (XC-56: the process itself stands outside, in EQuIP)."""

from django.db import models
from django.db.models import Q

from omic.history import tracked
from omic.models.obligation import ObligationKind
from omic.models.prison import Prison

LONGEST_ADDRESS = 500


@tracked()
class DutyGuidance(models.Model):
    """The address of a prison's guidance on one kind of duty."""

    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="guidance")
    kind = models.CharField(max_length=30, choices=ObligationKind)
    address = models.URLField(max_length=LONGEST_ADDRESS)
    recorded_by = models.ForeignKey("omic.Staff", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["prison_id", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["prison", "kind"], name="guidance_once_a_kind"),
            models.CheckConstraint(condition=Q(address__startswith="https://"), name="guidance_by_https"),
        ]

    def __str__(self) -> str:
        return f"{self.prison_id} {self.kind}: {self.address}"
