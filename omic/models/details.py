"""Facts about a case that the roll does not hold: typed in or imported, each with source and date."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from omic.history import tracked
from omic.models.person import Person
from omic.models.staff import Staff


class Rosh(models.TextChoices):
    """Risk of serious harm, overall; nDelius registers RVHR, RHRH, RMRH, RLRH."""

    VERY_HIGH = "very_high", "Very high"
    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


class Provider(models.TextChoices):
    NPS = "nps", "NPS"
    CRC = "crc", "CRC"


@tracked()
class CaseDetails(models.Model):
    """What is known now of one person's case beside the roll. Unknown is empty, never a default.

    Each change is also a `DetailEntry` with its source and date, in the same transaction.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="details")
    rosh = models.CharField(max_length=10, choices=Rosh, null=True, blank=True, verbose_name="RoSH")
    mappa_level = models.PositiveSmallIntegerField(
        null=True, blank=True, choices=[(0, "None"), (1, "1"), (2, "2"), (3, "3")], verbose_name="MAPPA level"
    )
    mappa_category = models.PositiveSmallIntegerField(
        null=True, blank=True, choices=[(n, str(n)) for n in range(1, 5)], verbose_name="MAPPA category"
    )
    rsr = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(99.98)],
        verbose_name="RSR (per cent)",
    )
    ogrs3 = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(100)], verbose_name="OGRS3"
    )
    provider = models.CharField(max_length=3, choices=Provider, null=True, blank=True)
    com_name = models.CharField(max_length=200, null=True, blank=True, verbose_name="COM's name")
    com_email = models.EmailField(null=True, blank=True, verbose_name="COM's email")
    ldu = models.CharField(max_length=200, null=True, blank=True, verbose_name="LDU")
    early_allocation = models.BooleanField(null=True, blank=True)
    early_allocation_agreed_on = models.DateField(null=True, blank=True)
    care_experienced = models.BooleanField(null=True, blank=True)
    category_active_since = models.DateField(null=True, blank=True)
    moved_to_open_on = models.DateField(null=True, blank=True)
    additional_isp = models.BooleanField(null=True, blank=True, verbose_name="additional ISP")
    welsh_open = models.BooleanField(null=True, blank=True, verbose_name="Welsh case at Prescoed")
    com_oasys_reviewed = models.BooleanField(null=True, blank=True, verbose_name="COM has reviewed OASys and plan")
    recall_hearing_outcome = models.CharField(
        max_length=12, null=True, blank=True, choices=[("release", "Release"), ("not_release", "No release")]
    )
    life = models.BooleanField(null=True, blank=True, verbose_name="life sentence")
    opd_screened_in = models.BooleanField(null=True, blank=True, verbose_name="screened in for the OPD pathway")
    handover_oasys_not_needed = models.BooleanField(
        null=True, blank=True, verbose_name="OASys review before handover not needed"
    )
    handover_oasys_reason = models.CharField(
        max_length=300, null=True, blank=True, verbose_name="why no OASys review is needed before handover"
    )
    # What the class of early allocation is read from, in the order of EA-02 to EA-10.
    separation_centre = models.BooleanField(null=True, blank=True, verbose_name="in an extremism separation centre")
    cppc_in_principle = models.BooleanField(
        null=True, blank=True, verbose_name="Critical Public Protection (CPPC) registration decided in principle"
    )
    nca_case = models.BooleanField(null=True, blank=True, verbose_name="National Crime Agency case")
    scpo = models.BooleanField(null=True, blank=True, verbose_name="Serious Crime Prevention Order")
    high_profile = models.BooleanField(null=True, blank=True, verbose_name="high-profile or notorious")
    extremism_screening = models.BooleanField(
        null=True, blank=True, verbose_name="managed by the multi-agency extremism screening meeting"
    )
    mappa_level_needed = models.PositiveSmallIntegerField(
        null=True, blank=True, choices=[(n, str(n)) for n in range(1, 4)], verbose_name="MAPPA level needed"
    )
    mappa_exceptional = models.BooleanField(
        null=True, blank=True, verbose_name="exceptional case that needs MAPPA level 2 earlier"
    )
    early_allocation_rationale = models.CharField(
        max_length=300, null=True, blank=True, verbose_name="why release needs more time to coordinate"
    )
    hospital_transfer_on = models.DateField(null=True, blank=True, verbose_name="transferred to hospital on")
    remission_planned_on = models.DateField(null=True, blank=True, verbose_name="return to prison planned for")
    remitted_on = models.DateField(null=True, blank=True, verbose_name="returned to prison on")
    planning_meeting_on = models.DateField(null=True, blank=True, verbose_name="first sentence planning meeting on")
    closure_meeting_on = models.DateField(null=True, blank=True, verbose_name="transition closure meeting on")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "case details"
        constraints = [
            models.CheckConstraint(condition=Q(rsr__isnull=True) | Q(rsr__gte=0, rsr__lte=99.98), name="rsr_possible"),
            models.CheckConstraint(condition=Q(rosh__isnull=True) | Q(rosh__in=Rosh.values), name="rosh_known_value"),
            models.CheckConstraint(
                condition=Q(mappa_level__isnull=True) | Q(mappa_level__lte=3), name="mappa_level_possible"
            ),
            models.CheckConstraint(
                condition=Q(mappa_level_needed__isnull=True) | Q(mappa_level_needed__gte=1, mappa_level_needed__lte=3),
                name="mappa_level_needed_possible",
            ),
            models.CheckConstraint(  # HO-32
                condition=Q(handover_oasys_not_needed__isnull=True)
                | Q(handover_oasys_not_needed=False)
                | (Q(handover_oasys_reason__isnull=False) & ~Q(handover_oasys_reason="")),
                name="handover_oasys_reason_given",
            ),
        ]

    def __str__(self) -> str:
        return f"details of {self.person_id}"


class DetailEntry(models.Model):
    """One value of one detail as somebody or some file stated it. Append-only; newest last."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="detail_entries")
    field = models.CharField(max_length=40)
    value = models.CharField(max_length=300, null=True)
    source = models.CharField(max_length=100)
    as_at = models.DateField(help_text="The day the value was true by its source")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["person_id", "field", "id"]
        verbose_name_plural = "detail entries"
        indexes = [models.Index(fields=["person", "field", "-id"], name="detail_entry_newest")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.field}={self.value}"


class OasysAssessmentQuerySet(models.QuerySet["OasysAssessment"]):
    """OASys assessments, less those taken back."""

    def standing(self) -> "OasysAssessmentQuerySet":
        return self.filter(withdrawn_at__isnull=True)


class OasysAssessment(models.Model):
    """A completed OASys: layer, kind, day and by whom. Never changed.

    One that was recorded in error is taken back with a reason, and then says nothing about anybody.
    """

    class Kind(models.TextChoices):
        INITIAL = "initial", "Initial"
        REVIEW = "review", "Review"
        HANDOVER = "handover", "Handover"
        PRE_RELEASE = "pre_release", "Pre-release"
        PAROLE = "parole", "Parole"
        SIGNIFICANT_EVENT = "significant_event", "Significant event"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="oasys")
    layer = models.PositiveSmallIntegerField(choices=[(1, "1"), (3, "3")])
    kind = models.CharField(max_length=20, choices=Kind)
    completed_on = models.DateField()
    completed_by = models.CharField(max_length=10, choices=[("pom", "POM"), ("com", "COM")])
    source = models.CharField(max_length=100)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.TextField(blank=True)

    objects = OasysAssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["person_id", "-completed_on"]
        verbose_name_plural = "OASys assessments"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "layer", "kind", "completed_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="oasys_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="oasys_withdrawn_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} layer {self.layer} {self.completed_on}"


@tracked()
class SentencePlan(models.Model):
    """A person's formal sentence plan, its targets, and the POM's agreement to a progression plan beside it (KW-12)."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="sentence_plan")
    active = models.BooleanField()
    targets = models.TextField(blank=True)
    pom_agreed_on = models.DateField(null=True, blank=True)
    pom_agreed_by = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=100)
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pom_agreed_on__isnull=True, pom_agreed_by="")
                | (Q(pom_agreed_on__isnull=False) & ~Q(pom_agreed_by="")),
                name="plan_agreement_day_and_name",
            )
        ]

    def __str__(self) -> str:
        return f"plan of {self.person_id}"
