"""Women's complexity of need, screened in the prison (AL-30 to AL-32)."""

from django.db import models
from django.db.models import F, Q

from omic.models import Complexity, Person, Prison, Staff


class ComplexityScreening(models.Model):
    """One screening: the answers, the level they make, and the level that holds, with the reason where it differs.

    The latest word stands, whether a screening's or the roll's; `before` is what stood until then.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="complexity_screenings")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="complexity_screenings")
    indicators = models.JSONField(help_text="Each indicator of AL-31: yes or no")
    computed = models.CharField(max_length=6, choices=Complexity)
    level = models.CharField(max_length=6, choices=Complexity)
    because = models.TextField(blank=True)
    before = models.CharField(max_length=6, choices=Complexity, blank=True)
    screened_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    screened_at = models.DateTimeField()

    class Meta:
        ordering = ["person_id", "-screened_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level=F("computed")) | ~Q(because=""), name="complexity_override_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.level}"
