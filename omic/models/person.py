"""People, and what the roll says of them now."""

import uuid

from django.db import models
from django.db.models import Q

from omic.history import tracked
from omic.models.prison import Prison, Wing
from omic.models.staff import Staff


class LegalStatus(models.TextChoices):
    """Prison Search's legal status; sentenced, indeterminate and recalled people are the OMU's cases (AL-01)."""

    RECALL = "RECALL", "Recalled"
    DEAD = "DEAD", "Died"
    INDETERMINATE_SENTENCE = "INDETERMINATE_SENTENCE", "Sentenced (indeterminate)"
    SENTENCED = "SENTENCED", "Sentenced"
    CONVICTED_UNSENTENCED = "CONVICTED_UNSENTENCED", "Convicted, awaiting sentence"
    CIVIL_PRISONER = "CIVIL_PRISONER", "Civil"
    IMMIGRATION_DETAINEE = "IMMIGRATION_DETAINEE", "Immigration"
    REMAND = "REMAND", "Remand"
    UNKNOWN = "UNKNOWN", "Not known"
    OTHER = "OTHER", "Other"


SENTENCED_STATUSES = (LegalStatus.RECALL, LegalStatus.INDETERMINATE_SENTENCE, LegalStatus.SENTENCED)
UNCLEAR_STATUSES = (LegalStatus.UNKNOWN, LegalStatus.OTHER)  # whether they are a case cannot be said


class Presence(models.TextChoices):
    """Where a person is, as far as the prison that holds or supports them is concerned."""

    IN = "in", "In the prison"
    COURT = "court", "At court"
    TEMPORARY = "temporary", "Temporarily out"
    HOSPITAL = "hospital", "In hospital (restricted patient)"
    MISSING = "missing", "Missing from the roll"
    OUT = "out", "Released"
    TRANSFER = "transfer", "Being transferred"


class Complexity(models.TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


class PersonQuerySet(models.QuerySet["Person"]):
    """People; every page starts from `request.prison.people`."""

    def sentenced(self) -> "PersonQuerySet":
        return self.filter(legal_status__in=SENTENCED_STATUSES)


# What every roll writes has no history: the imports themselves are kept.
@tracked(exclude=["roll_digest", "seen_on_roll_at", "version"])
class Person(models.Model):
    """A person in or known to prison. `prison` is the one that holds or supports them now; empty after release.

    `pom` and `key_worker` point at the current holders: `allocation` and `keywork` alone write them, in the
    transaction that opens or ends the allocation row. `manage.py check_holders` proves that they agree.
    """

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    prison_number = models.CharField(max_length=7, unique=True)
    forename = models.CharField(max_length=100)
    middle_names = models.CharField(max_length=200, blank=True)
    surname = models.CharField(max_length=100)
    date_of_birth = models.DateField()
    sex = models.CharField(max_length=6, choices=[("male", "Male"), ("female", "Female")])
    legal_status = models.CharField(max_length=25, choices=LegalStatus)
    imprisonment_status = models.CharField(max_length=20, blank=True)

    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, null=True, blank=True, related_name="people")
    presence = models.CharField(max_length=10, choices=Presence)
    wing = models.ForeignKey(Wing, on_delete=models.PROTECT, null=True, blank=True, related_name="people")
    cell = models.CharField(max_length=40, blank=True)
    reception_on = models.DateField(null=True, blank=True, help_text="Start of this term in custody")
    arrived_on = models.DateField(null=True, blank=True, help_text="Arrival in the present prison")
    restricted_patient = models.BooleanField(default=False)
    hospital = models.CharField(max_length=240, blank=True)
    location_description = models.CharField(max_length=240, blank=True)

    csra = models.CharField(max_length=20, blank=True)
    category = models.CharField(max_length=2, blank=True)
    complexity = models.CharField(max_length=6, choices=Complexity, null=True, blank=True)
    roll_complexity = models.CharField(
        max_length=6, choices=Complexity, null=True, blank=True, help_text="What the roll last stated"
    )

    earliest_release_on = models.DateField(null=True, blank=True, help_text="Written by the handover determination")
    earliest_release_kind = models.CharField(max_length=10, blank=True, help_text="Which date that is: crd, ped …")

    pom = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="pom_people")
    key_worker = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="key_people")

    booking_id = models.CharField(max_length=20, blank=True)
    roll_digest = models.CharField(max_length=64, blank=True, help_text="Digest of the roll record last applied")
    seen_on_roll_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering = ["surname", "forename", "prison_number"]
        verbose_name_plural = "people"
        constraints = [
            models.CheckConstraint(
                condition=Q(prison_number__regex=r"^[A-Z]\d{4}[A-Z]{2}$"), name="prison_number_form"
            ),
            models.CheckConstraint(
                condition=Q(earliest_release_on__isnull=True, earliest_release_kind="")
                | (Q(earliest_release_on__isnull=False) & ~Q(earliest_release_kind="")),
                name="person_release_says_which",
            ),
            models.CheckConstraint(
                condition=Q(prison__isnull=False, arrived_on__isnull=False)
                | Q(prison__isnull=True, wing__isnull=True, pom__isnull=True, key_worker__isnull=True),
                name="person_held_or_free_of_holders",
            ),
        ]
        indexes = [
            models.Index(fields=["prison", "surname", "forename", "id"], name="person_by_prison_name"),
            models.Index(fields=["key_worker"], name="person_by_key_worker", condition=Q(key_worker__isnull=False)),
            models.Index(fields=["pom"], name="person_by_pom", condition=Q(pom__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prison_number})"

    @property
    def name(self) -> str:
        """Surname first, as rolls and wings read it."""
        return f"{self.surname}, {self.forename}"

    @property
    def sentenced(self) -> bool:
        return self.legal_status in SENTENCED_STATUSES


class Alert(models.Model):
    """An active or past NOMIS alert. It says only what it states: HA is an open ACCT, ROH is no RoSH."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="alerts")
    code = models.CharField(max_length=12)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        ordering = ["person_id", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "code"], condition=Q(ends_on__isnull=True), name="one_active_alert_a_code"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.code}"


@tracked()
class ExpectedArrival(models.Model):
    """Somebody who will come: before a move from youth custody POM and key worker are already in contact (XC-10)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="expected_arrivals")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="expected_arrivals")
    expected_on = models.DateField()
    pom = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="expected_as_pom")
    key_worker = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="expected_as_key_worker"
    )
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["prison_id", "expected_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "prison"], condition=Q(closed_at__isnull=True), name="one_expected_arrival"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} to {self.prison_id} on {self.expected_on}"
