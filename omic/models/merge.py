"""Two prison numbers that are one person, and that they are not after all: asked for by one, confirmed by a second."""

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from omic.models.person import Person
from omic.models.prison import Prison
from omic.models.staff import Staff


def _by_a_second_person(name: str) -> models.CheckConstraint:
    """Nobody decides what they have asked for themselves; a decision says who and when."""
    undecided = Q(confirmed__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
    decided = Q(confirmed__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
    return models.CheckConstraint(condition=undecided | (decided & ~Q(decided_by=F("asked_by"))), name=name)


class PersonMerges(models.QuerySet["PersonMerge"]):
    """Merges; those refused or undone stay as a record."""

    def standing(self) -> "PersonMerges":
        """Those that a second person has confirmed, and that have not been undone."""
        return self.filter(confirmed=True, undone_at=None)

    def waiting(self) -> "PersonMerges":
        """Those that nobody has decided yet."""
        return self.filter(confirmed=None)


class PersonMerge(models.Model):
    """`gone` is the same person as `kept`: a mapping, so whatever is closed keeps the number it was written under.

    Once confirmed, the number `gone` is held nowhere, and no roll or details row brings it back; until it is undone.
    """

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="numbers_taken_in")
    gone = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges_away")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="person_merges")
    because = models.TextField()
    asked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed = models.BooleanField(null=True)
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = PersonMerges.as_manager()

    class Meta:
        ordering = ["kept_id", "-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["gone"],
                condition=Q(undone_at__isnull=True) & (Q(confirmed__isnull=True) | Q(confirmed=True)),
                name="one_merge_of_a_number",
            ),
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two_numbers"),
            models.CheckConstraint(condition=~Q(because=""), name="merge_has_a_reason"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(confirmed=True), name="merge_undone_was_confirmed"
            ),
            _by_a_second_person("merge_decided_by_a_second_person"),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"

    @property
    def undoable(self) -> bool:
        """Whether it stands, and nobody has asked to undo it."""
        stands = bool(self.confirmed) and self.undone_at is None
        return stands and all(undo.decided_at for undo in self.undos.all())


class MergeUndos(models.QuerySet["MergeUndo"]):
    """Requests to undo a merge; those refused stay as a record."""

    def waiting(self) -> "MergeUndos":
        """Those that nobody has decided yet."""
        return self.filter(confirmed=None)


class MergeUndo(models.Model):
    """That `merge` was a mistake: the two numbers are two people. `prison` is where that is asked for and decided."""

    merge = models.ForeignKey(PersonMerge, on_delete=models.PROTECT, related_name="undos")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="merge_undos")
    because = models.TextField()
    asked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed = models.BooleanField(null=True)
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)

    objects = MergeUndos.as_manager()

    class Meta:
        ordering = ["merge_id", "-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["merge"], condition=Q(confirmed__isnull=True) | Q(confirmed=True), name="one_undo_of_a_merge"
            ),
            models.CheckConstraint(condition=~Q(because=""), name="merge_undo_has_a_reason"),
            _by_a_second_person("merge_undone_by_a_second_person"),
        ]

    def __str__(self) -> str:
        return f"{self.merge_id} undone"


def under_any_number(person: Person) -> Q:
    """Rows about somebody, under the number they have and under those that were merged into it."""
    return Q(person=person) | Q(person__in=person.numbers_taken_in.standing().values("gone"))


def surviving_number() -> Subquery:
    """For a query of people: the prison number that each was merged into, or None."""
    merges = PersonMerge.objects.standing().filter(gone=OuterRef("pk"))
    return Subquery(merges.values("kept__prison_number")[:1])
