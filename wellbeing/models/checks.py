"""What a wellbeing check recorded beside the contact itself."""

import pgtrigger
from django.db import models
from django.db.models import Q

from omic.models import Contact, Person, Prison, Staff, Wing


class CheckNote(models.Model):
    """What was found when somebody was checked, or why they could not be.

    A check that meets a duty records that the person was spoken to, what they raised or that it was nothing, whether
    they are in contact with family or friends, and whether the information they were given is understood (WB-01). A
    roll check, a refusal and an attempt have only the place and the identifiers. `location` is the cell at that time:
    people move. Person and prison repeat the contact's, so that whoever may read it can be told from the row alone.
    """

    class Identified(models.TextChoices):
        BIRTH_DATE = "birth_date", "Name and date of birth"
        NUMBER = "number", "Name and last three of the number"

    class Family(models.TextChoices):
        YES = "yes", "In contact"
        NO = "no", "No contact"
        NOT_WANTED = "not_wanted", "Does not want contact"

    class Understood(models.TextChoices):
        YES = "yes", "Understood"
        NO = "no", "Not understood"
        NONE_GIVEN = "none_given", "No information to give"

    class Away(models.TextChoices):
        COURT = "court", "At court"
        HOSPITAL = "hospital", "In hospital"
        TEMPORARY_RELEASE = "temporary_release", "On temporary release"
        ACTIVITY = "activity", "At work, education or a visit"
        ELSEWHERE = "elsewhere", "Elsewhere in the prison"
        OTHER = "other", "Another reason"

    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, related_name="check_note")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="check_notes")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="check_notes")
    wing = models.ForeignKey(Wing, on_delete=models.PROTECT, null=True, related_name="+")
    location = models.CharField(max_length=60, blank=True)
    identified = models.CharField(max_length=10, choices=Identified, blank=True)
    spoken_to = models.BooleanField(default=False)
    raised = models.TextField(blank=True, help_text="What was raised; empty: nothing")
    family = models.CharField(max_length=10, choices=Family, blank=True)
    understood = models.CharField(max_length=10, choices=Understood, blank=True)
    concern = models.TextField(blank=True)
    told = models.CharField(max_length=200, blank=True, help_text="To whom the concern was passed on")
    acct_entry = models.BooleanField(null=True, help_text="With an open ACCT: whether the concern is in it (WB-09)")
    away = models.CharField(max_length=20, choices=Away, blank=True)
    because = models.CharField(max_length=300, blank=True)
    from_paper = models.BooleanField(default=False)
    entered_by = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, related_name="+", help_text="Who typed it in, if not who checked"
    )
    late = models.BooleanField(default=False, help_text="Entered after its own day was over, or from paper")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(concern="") | ~Q(told=""), name="check_concern_says_who_was_told"),
            models.CheckConstraint(
                condition=Q(spoken_to=False) | (~Q(family="") & ~Q(understood="") & ~Q(identified="")),
                name="check_done_says_all",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="check_note_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"note of {self.contact_id}"
