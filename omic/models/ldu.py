"""Local delivery units (LDUs) of the community, and the mailbox each answers to."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from omic.history import tracked
from omic.models.staff import Staff


class LduQuerySet(models.QuerySet["Ldu"]):
    """LDUs, asked by the day."""

    def on(self, day: date) -> "LduQuerySet":
        """Those that can be written to on a day."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)


@tracked()
class Ldu(models.Model):
    """One LDU: its name as case details bear it, and the functional mailbox that takes what is sent to it (HO-35).

    It is the nation's, not one prison's. A name in case details that no row bears is listed as unknown, and its cases
    are written to nobody. Another mailbox is proposed by one person and confirmed by another; until then the old one
    stands. An LDU that was ended bears the proposal too, and is written to nowhere until then.
    """

    name = models.CharField(max_length=200)
    email = models.EmailField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    proposed_email = models.EmailField(blank=True)
    proposed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)

    objects = LduQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = "LDU"
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(ends_on__isnull=True), name="one_ldu_of_a_name"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="ldu_ends_later"
            ),
            models.CheckConstraint(
                condition=Q(proposed_email="", proposed_by__isnull=True, proposed_at__isnull=True)
                | (~Q(proposed_email="") & Q(proposed_by__isnull=False, proposed_at__isnull=False)),
                name="ldu_mailbox_proposed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name
