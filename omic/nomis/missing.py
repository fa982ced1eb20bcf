"""People of a prison whom its full roll leaves out: kept, and marked as missing from the roll."""

from collections.abc import Collection, Iterator, Sequence
from functools import partial

from django.db import transaction
from django.db.models import F

from omic.ledger import patiently
from omic.models import ImportRow, Person, Presence, RollImport
from omic.nomis.turns import take_turn
from omic.reconcile import Window, in_batches, lock, reconcile


def absent_people(taken: RollImport, present: Collection[str]) -> Iterator[int]:
    """Whoever the prison holds and the file does not name, less those this import has already marked."""
    assert taken.prison
    marked = set(taken.import_rows.filter(outcome=ImportRow.Outcome.MISSING).values_list("person", flat=True))
    for person, number in taken.prison.people.values_list("pk", "prison_number"):
        if number not in present and person not in marked:
            yield person


def mark_missing(taken: RollImport, people: Sequence[int], window: Window) -> None:
    """Mark and report them, at most 500 a transaction."""
    for batch in in_batches(people):
        patiently(partial(_mark, taken, batch, window))


@transaction.atomic
def _mark(taken: RollImport, people: Sequence[int], window: Window) -> None:
    """Their record counts as not applied, so that the next roll that names them brings them back."""
    take_turn()
    rows = list(Person.objects.filter(pk__in=lock(people)))
    ImportRow.objects.bulk_create(
        ImportRow(
            roll_import=taken,
            prison_id=person.prison_id,
            number=0,
            prison_number=person.prison_number,
            person=person,
            outcome=ImportRow.Outcome.MISSING,
            changes={} if person.presence == Presence.MISSING else {"presence": [person.presence, Presence.MISSING]},
        )
        for person in rows
    )
    newly = [person.pk for person in rows if person.presence != Presence.MISSING]
    marked = {"presence": Presence.MISSING, "roll_digest": "", "version": F("version") + 1}
    Person.objects.filter(pk__in=newly).update(**marked)
    RollImport.objects.filter(pk=taken.pk).update(missing=F("missing") + len(people))
    reconcile(newly, window)
