"""A stored answer of a rule, superseded only when the facts or the answer change."""

from datetime import date

from django.db import models
from django.db.models import Q

from omic.models.person import Person


class DeterminationQuerySet(models.QuerySet):
    """Stored answers: the current one, or the one that stood on a past day."""

    def current(self) -> "DeterminationQuerySet":
        return self.filter(superseded_at__isnull=True)

    def fallen_due(self, on: date) -> "DeterminationQuerySet":
        """Current answers that time alone has changed by `on`."""
        return self.current().filter(next_change_on__lte=on)


class Determination(models.Model):
    """What a rule answered about one person, the facts it stood on, its steps and its policy version.

    `digest` covers facts (less the day asked about) and answer: an equal digest writes nothing. `next_change_on` is
    the first day on which time alone changes the answer.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="%(class)ss")
    reason = models.CharField(max_length=40)
    policy = models.CharField(max_length=30)
    facts = models.JSONField()
    steps = models.JSONField()
    digest = models.CharField(max_length=64)
    determined_on = models.DateField()
    determined_at = models.DateTimeField()
    next_change_on = models.DateField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = DeterminationQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["person_id", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(superseded_at__isnull=True), name="%(class)s_one_current"
            )
        ]
        indexes = [
            models.Index(
                fields=["next_change_on"],
                condition=Q(superseded_at__isnull=True, next_change_on__isnull=False),
                name="%(class)s_next",
            )
        ]
