"""The proof that a person's current holders are who the open allocation rows name. `manage.py check_holders` prints it.

Apps name in `settings.HOLDER_CHECKS`, for each pointer on the person, a function that gives their open rows.
"""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import BooleanField, Case, F, OuterRef, Q, Subquery, When
from django.utils.module_loading import import_string

from omic.models import Person


def disagreements() -> Iterator[str]:
    """Each person whose pointer is not the holder that the open row names, or whose open row is another prison's."""
    for pointer, name in settings.HOLDER_CHECKS.items():
        rows = import_string(name)().filter(person=OuterRef("pk")).order_by()
        people = Person.objects.annotate(
            row_staff=Subquery(rows.values("staff")[:1]), row_prison=Subquery(rows.values("prison")[:1])
        )
        neither = Q(row_staff__isnull=True, **{f"{pointer}__isnull": True})
        same = Q(row_staff=F(pointer), row_prison=F("prison"))
        agrees = Case(When(neither | same, then=True), default=False, output_field=BooleanField())
        wrong = people.annotate(agrees=agrees).filter(agrees=False).order_by("prison_number")
        for person in wrong.iterator():
            points_at = getattr(person, f"{pointer}_id") or "nobody"
            yield (
                f"{person.prison_number} in {person.prison_id or 'no prison'}: {pointer} points at staff {points_at}, "
                f"the open row names staff {person.row_staff or 'nobody'} in {person.row_prison or 'no prison'}"
            )
