"""Self-harm, one row an incident (WB-14)."""

from django.db import models
from django.db.models import Q

from omic.models import Person, Prison, Staff


class Incidents(models.QuerySet["SelfHarmIncident"]):
    """Incidents, less those recorded in error."""

    def standing(self) -> "Incidents":
        return self.filter(withdrawn_at__isnull=True)


class SelfHarmIncident(models.Model):
    """That somebody harmed themselves in a prison on a London day. The row counts; what happened stands in NOMIS.

    `reference` is the incident's own number where it came from, so that an import twice is one incident.
    """

    class Source(models.TextChoices):
        RECORDED = "recorded", "Recorded here"
        IMPORTED = "imported", "Imported"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="self_harm")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="self_harm")
    on = models.DateField()
    reference = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    source = models.CharField(max_length=10, choices=Source)
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True, null=True, help_text="Makes a repeated save one incident")
    withdrawn_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    objects = Incidents.as_manager()

    class Meta:
        ordering = ["prison_id", "-on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["prison", "reference"], condition=~Q(reference=""), name="self_harm_reference_once"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="self_harm_withdrawn_says_who_and_why",
            ),
        ]
        indexes = [models.Index(fields=["prison", "on"], name="self_harm_by_day")]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.on}"
