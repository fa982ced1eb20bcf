"""Prisons, their wings, the dated settings that HOMS keeps, and the policy version each prison has adopted."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from omic.history import tracked


class DateRange(Func):
    """`daterange(from, to, bounds)`; an empty end is open."""

    function = "DATERANGE"
    output_field = DateRangeField()


class TstzRange(Func):
    """`tstzrange(from, to, bounds)`; an empty end is open."""

    function = "TSTZRANGE"


class Estate(models.TextChoices):
    MEN_CLOSED = "men_closed", "Men's closed"
    MEN_OPEN = "men_open", "Men's open"
    WOMEN = "women", "Women's"


class Operator(models.TextChoices):
    PUBLIC = "public", "Public"
    PRIVATE = "private", "Private"


class Prison(models.Model):
    """A prison in England or Wales, by its NOMIS code (LEI)."""

    code = models.CharField(max_length=3, primary_key=True)
    name = models.CharField(max_length=100, unique=True)
    country = models.CharField(max_length=10, choices=[("england", "England"), ("wales", "Wales")])
    estate = models.CharField(max_length=12, choices=Estate)
    operator = models.CharField(max_length=10, choices=Operator)
    fictional = models.BooleanField(default=False, help_text="Made for the demonstration; no such place exists.")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z0-9]{3}$"), name="prison_code_form"),
            models.CheckConstraint(condition=Q(estate__in=Estate.values), name="prison_estate_known"),
            models.CheckConstraint(condition=Q(operator__in=Operator.values), name="prison_operator_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def women(self) -> bool:
        """Whether this is a prison of the women's estate."""
        return self.estate == Estate.WOMEN


class Wing(models.Model):
    """A residential wing, by the first part of a cell location (B in B-2-014)."""

    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="wings")
    code = models.CharField(max_length=40)

    class Meta:
        ordering = ["prison_id", "code"]
        constraints = [models.UniqueConstraint(fields=["prison", "code"], name="wing_once_a_prison")]

    def __str__(self) -> str:
        return self.code


class SettingKind(models.TextChoices):
    """What HOMS keeps about a prison, by date. Unset means *unknown*, and is listed."""

    FUNCTION = "function", "Prison function"
    LONG_TERM_TRAINING = "long_term_training", "Long-term training prison"
    HIGH_SECURITY = "high_security", "High security"
    GROUP = "group", "Prison group"
    UNDER_18_SIDE = "under_18_side", "Holds people under 18"
    ABOVE_TARGET_STAFFING = "above_target_staffing", "Band 3 staffing above its target"
    NOTES_SAMPLED = "notes_sampled", "Key work notes sampled for each key worker"
    ROLLED_OUT = "rolled_out", "OMiC fully rolled out"
    CHECKS_EXPECTED_BY = "checks_expected_by", "Hour by which the day’s wellbeing checks are expected"
    SELF_HARM_DEVIATIONS = "self_harm_deviations", "Self-harm alert: standard deviations above the mean"
    SELF_HARM_PEOPLE = "self_harm_people", "Self-harm alert: people more than the mean"


class DatedSettings(models.QuerySet["PrisonSetting"]):
    """Settings, asked by the day."""

    def in_force(self, on: date) -> "DatedSettings":
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), starts_on__lte=on)


@tracked()
class PrisonSetting(models.Model):
    """One value of one setting of one prison from a day until a day (not included)."""

    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="settings")
    kind = models.CharField(max_length=30, choices=SettingKind)
    value = models.CharField(max_length=500)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey("omic.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    objects = DatedSettings.as_manager()

    class Meta:
        ordering = ["prison_id", "kind", "-starts_on"]
        constraints = [
            ExclusionConstraint(
                name="prison_setting_one_value_a_day",
                expressions=[
                    ("prison", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="prison_setting_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prison_id} {self.kind}: {self.value}"


class Adoptions(models.QuerySet["PolicyAdoption"]):
    """Adoptions, less those that were withdrawn before their day."""

    def standing(self) -> "Adoptions":
        return self.filter(withdrawn_at__isnull=True)


@tracked()
class PolicyAdoption(models.Model):
    """From which day a prison's cases move on to which policy version. None recorded means `seed_2019`.

    One that was planned and taken back before its day is kept, with who withdrew it and why, and binds nobody.
    """

    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="policy_adoptions")
    version = models.CharField(max_length=20)
    from_on = models.DateField()
    reason = models.TextField()
    recorded_by = models.ForeignKey("omic.Staff", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey("omic.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    objects = Adoptions.as_manager()

    class Meta:
        ordering = ["prison_id", "-from_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["prison", "from_on"], condition=Q(withdrawn_at__isnull=True), name="one_adoption_a_day"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="adoption_withdrawn_says_who_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prison_id} {self.version} from {self.from_on}"
