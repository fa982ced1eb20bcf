"""Contacts: somebody saw somebody. One append-only table for every app; a correction is a row that amends the old."""

import uuid
from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Func, Q

from omic.models.person import Person
from omic.models.prison import Prison
from omic.models.staff import Staff


class ContactKind(models.TextChoices):
    """What a contact was. A check is no session, an entry is no session, and being seen is neither (WB-01, KW-09).

    Who declined was seen but not checked; who was not available, or did not answer, was not seen at all.
    """

    SESSION = "session", "Key work session"
    ENTRY = "entry", "Key work entry"
    CHECK = "check", "Wellbeing check"
    SEEN = "seen", "Seen (roll check)"
    DECLINED = "declined", "Wellbeing check declined"
    UNAVAILABLE = "unavailable", "Not available for a wellbeing check"
    ATTEMPT = "attempt", "Wellbeing check attempted"
    ENGAGEMENT = "engagement", "POM engagement"
    MEETING = "meeting", "Meeting"
    DELETED = "deleted", "Recorded in error"


# KW-09, WB-08: the case note types of NOMIS that the national reports count.
NOMIS_TYPES = {
    ContactKind.SESSION: "KA/KS",
    ContactKind.ENTRY: "KA/KE",
    ContactKind.CHECK: "KA/KE",
    ContactKind.DECLINED: "KA/KE",
    ContactKind.ENGAGEMENT: "OMIC/OPE",
    ContactKind.MEETING: "OMIC/OPE",
}


# What says that somebody was seen alive: all but what failed and what was taken back.
SIGHTINGS = (
    ContactKind.SESSION, ContactKind.ENTRY, ContactKind.CHECK, ContactKind.SEEN, ContactKind.DECLINED,
    ContactKind.ENGAGEMENT, ContactKind.MEETING,
)  # fmt: skip


class LondonDay(Func):
    """The London day of a moment, as the database computes it."""

    template = "(%(expressions)s AT TIME ZONE 'Europe/London')::date"
    output_field = models.DateField()


class ContactQuerySet(models.QuerySet["Contact"]):
    """Contacts; `current` leaves out those that an amendment has replaced."""

    def current(self) -> "ContactQuerySet":
        return self.filter(superseded_at__isnull=True)

    def happened(self, first: date, last: date) -> "ContactQuerySet":
        """Contacts of the London days `first` to `last`, both included, on the day they happened."""
        return self.filter(on__gte=first, on__lte=last)

    def not_yet_on_nomis(self) -> "ContactQuerySet":
        return self.current().filter(nomis_entry__isnull=True).exclude(nomis_type="")


class Contact(models.Model):
    """Somebody saw somebody: who, whom, where, when and for how long. The owning app keeps its details beside it.

    `minutes` is the total time (interview, liaison and recording, ED-06). `prison` is where it counts: the prison of
    the author, which differs from the person's only before an expected arrival (XC-10). Nothing but `superseded_at`
    ever changes, and only once; the database sees to it.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contacts")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="contacts")
    kind = models.CharField(max_length=12, choices=ContactKind)
    at = models.DateTimeField()
    on = models.GeneratedField(
        expression=LondonDay("at"),
        output_field=models.DateField(),
        db_persist=True,
    )
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="contacts")
    text = models.TextField(blank=True)
    nomis_type = models.CharField(max_length=10, blank=True)
    recorded_at = models.DateTimeField()
    request_id = models.UUIDField(default=uuid.uuid4, unique=True, help_text="Makes a repeated save one contact")
    amends = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="amended_by")
    amended_because = models.TextField(blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amends__isnull=True, amended_because="")
                | (Q(amends__isnull=False) & ~Q(amended_because="")),
                name="amendment_and_reason_together",
            ),
            models.CheckConstraint(condition=Q(at__lte=F("recorded_at")), name="contact_not_in_the_future"),
        ]
        indexes = [
            models.Index(fields=["person", "kind", "-at"], name="contact_last_seen", condition=Q(superseded_at=None)),
            models.Index(fields=["prison", "kind", "on"], name="contact_by_day", condition=Q(superseded_at=None)),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="contact_append_only", exclude=["on", "superseded_at"]),
            pgtrigger.Protect(name="contact_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="contact_superseded_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__superseded_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="contact_superseded_by_its_amendment",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__superseded_at__isnull=False),
                func="""
                    IF NOT EXISTS (SELECT FROM omic_contact WHERE amends_id = NEW.id) THEN
                        RAISE EXCEPTION 'Cannot supersede a contact without the contact that amends it';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} with {self.person_id} at {self.at:%Y-%m-%d %H:%M}"


class NomisEntry(models.Model):
    """That somebody has copied a contact into NOMIS, who and when."""

    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, related_name="nomis_entry")
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "NOMIS entries"

    def __str__(self) -> str:
        return f"{self.contact_id} entered"
