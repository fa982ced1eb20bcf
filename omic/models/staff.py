"""Staff who sign in, and their dated postings: the only place from which a role comes."""

from datetime import date
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from omic.history import tracked
from omic.models.prison import DateRange, Prison, Wing


class Role(models.TextChoices):
    KEY_WORKER = "key_worker", "Key worker"
    WING_OFFICER = "wing_officer", "Wing officer"
    KEY_WORK_MANAGER = "key_work_manager", "Key work manager"
    KEY_WORK_CHAMPION = "key_work_champion", "Key work champion"
    POM = "pom", "POM"
    HOMD = "homd", "HOMD"
    HOMS = "homs", "HOMS"
    CASE_ADMINISTRATOR = "case_administrator", "Case administrator"
    SAFER_CUSTODY = "safer_custody", "Safer Custody"
    GOVERNOR = "governor", "Governor"
    PGD = "pgd", "PGD office"
    NATIONAL = "national", "National"


PRISON_ROLES = tuple(role for role in Role if role not in (Role.PGD, Role.NATIONAL))


class StaffManager(BaseUserManager["Staff"]):
    """Makes staff who can sign in."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "Staff":
        staff = self.model(username=username, **fields)
        staff.set_password(password)
        staff.save()
        return staff


@tracked(exclude=["password", "last_login"])
class Staff(AbstractBaseUser):
    """A member of staff. What they may do comes from today's postings alone."""

    username = models.CharField(max_length=100, unique=True)
    forename = models.CharField(max_length=100)
    surname = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    objects = StaffManager()

    class Meta:
        ordering = ["surname", "forename", "id"]
        verbose_name_plural = "staff"

    def __str__(self) -> str:
        return f"{self.forename} {self.surname}"


class PostingQuerySet(models.QuerySet["Posting"]):
    """Postings, asked by the day."""

    def on(self, day: date) -> "PostingQuerySet":
        """Postings that stand on `day`."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)


@tracked()
class Posting(models.Model):
    """A role held in a prison, a prison group or nationally, from a day until a day (not included)."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="postings")
    role = models.CharField(max_length=20, choices=Role)
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, null=True, blank=True, related_name="postings")
    wing = models.ForeignKey(Wing, on_delete=models.PROTECT, null=True, blank=True, related_name="postings")
    group = models.CharField(max_length=100, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        ordering = ["staff_id", "prison_id", "role", "starts_on"]
        constraints = [
            ExclusionConstraint(
                name="posting_once_at_a_time",
                expressions=[
                    ("staff", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (Coalesce(F("prison"), Value("")), RangeOperators.EQUAL),
                    (Coalesce(F("wing"), Value(0)), RangeOperators.EQUAL),
                    ("group", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="posting_ends_later"
            ),
            models.CheckConstraint(
                condition=Q(role=Role.NATIONAL, prison__isnull=True, group="")
                | (Q(role=Role.PGD, prison__isnull=True) & ~Q(group=""))
                | (~Q(role__in=[Role.PGD, Role.NATIONAL]) & Q(prison__isnull=False, group="")),
                name="posting_place_fits_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.role} {self.prison_id or self.group}"
