"""POMs: of which type, based where, trained in what, and when they are not there."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value

from allocation import policy
from omic.history import tracked
from omic.models import DateRange, Prison, Staff


class PomType(models.TextChoices):
    PROBATION = policy.PomType.PROBATION.value, "Probation POM"
    PRISON = policy.PomType.PRISON.value, "Prison POM"


class PomQuerySet(models.QuerySet["Pom"]):
    """POM profiles, asked by the day."""

    def on(self, day: date) -> "PomQuerySet":
        """Profiles that hold on `day`."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)


@tracked()
class Pom(models.Model):
    """Of which type somebody is as a POM in a prison, and how many days a week, from a day until a day (not included).

    The posting gives the right to hold cases; this says what sort of POM they are. A POM without a row is of unknown
    type, and is listed so. A prison POM may be operational or not (AL-19); one based in a community hub holds cases
    from there.
    """

    class Base(models.TextChoices):
        PRISON = "prison", "In the prison"
        HUB = "hub", "In a community hub"

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="pom_profiles")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="poms")
    pom_type = models.CharField(max_length=10, choices=PomType)
    working_days = models.DecimalField(
        max_digits=2, decimal_places=1, validators=[MinValueValidator(0.5), MaxValueValidator(7)]
    )
    operational = models.BooleanField(null=True, help_text="Of a prison POM: an operational grade or not (AL-19)")
    base = models.CharField(max_length=10, choices=Base, default=Base.PRISON)
    hub = models.CharField(max_length=100, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = PomQuerySet.as_manager()

    class Meta:
        ordering = ["prison_id", "staff_id", "-starts_on"]
        verbose_name = "POM"
        constraints = [
            ExclusionConstraint(
                name="pom_one_type_at_a_time",
                expressions=[
                    ("staff", RangeOperators.EQUAL),
                    ("prison", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="pom_ends_later"
            ),
            models.CheckConstraint(
                condition=Q(working_days__gte=0.5, working_days__lte=7), name="pom_working_days_possible"
            ),
            models.CheckConstraint(condition=Q(base="hub") | Q(hub=""), name="pom_hub_named_where_there_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.pom_type} in {self.prison_id}"


class PomAbsences(models.QuerySet["PomAbsence"]):
    """Absences, asked by the day."""

    def on(self, day: date) -> "PomAbsences":
        """Those that stand on `day`."""
        return self.filter(Q(returns_on__isnull=True) | Q(returns_on__gt=day), starts_on__lte=day)

    def gone(self) -> "PomAbsences":
        """Those that take POMs from the cases they hold, not only from new ones."""
        return self.filter(kind__in=(PomAbsence.Kind.AWAY, PomAbsence.Kind.LEAVING))


@tracked()
class PomAbsence(models.Model):
    """Why and when a POM takes no new cases, or is away from those they hold; they return by themselves.

    Who is too busy keeps their cases. Who is away, or leaves, has theirs covered or given to others, which is asked
    when this is recorded.
    """

    class Kind(models.TextChoices):
        FULL = "full", "Takes no new cases"
        AWAY = "away", "Away from work"
        LEAVING = "leaving", "Leaving"

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="pom_absences")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="pom_absences")
    kind = models.CharField(max_length=10, choices=Kind)
    starts_on = models.DateField()
    returns_on = models.DateField(null=True, blank=True)
    because = models.CharField(max_length=300, blank=True)
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = PomAbsences.as_manager()

    class Meta:
        ordering = ["prison_id", "staff_id", "-starts_on"]
        constraints = [
            ExclusionConstraint(
                name="one_pom_absence_at_a_time",
                expressions=[
                    ("staff", RangeOperators.EQUAL),
                    ("prison", RangeOperators.EQUAL),
                    (DateRange("starts_on", "returns_on", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(returns_on__isnull=True) | Q(returns_on__gt=F("starts_on")), name="pom_absence_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.kind} from {self.starts_on}"


class PomCourse(models.TextChoices):
    """The five priority courses of a POM (AL-18)."""

    CORE = "core", "Core concepts and skills"
    RISK = "risk", "Risk assessment and management"
    CHILDREN = "children", "Child safeguarding and domestic abuse"
    ADULTS = "adults", "Adult safeguarding"
    OASYS = "oasys", "OASys"


@tracked()
class PomTraining(models.Model):
    """A priority course that a POM has done, wherever they were posted then. A missing one warns (AL-18)."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="pom_training")
    course = models.CharField(max_length=10, choices=PomCourse)
    completed_on = models.DateField()
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["staff_id", "course"]
        constraints = [models.UniqueConstraint(fields=["staff", "course"], name="pom_course_once")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.course}"
