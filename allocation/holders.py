"""Who the allocation rows say has a case, for `omic.holders` and `omic.access`."""

from django.db.models import QuerySet

from allocation.models import PomAllocation, PomAllocationQuerySet
from omic.models import Prison, Staff


def open_rows() -> PomAllocationQuerySet:
    """The primary allocations that have not ended."""
    return PomAllocation.objects.primary().open()


def shared_with(staff: Staff, prison: Prison) -> QuerySet[PomAllocation]:
    """The people in whose case `staff` co-works. Case management support holds no case (AL-10)."""
    rows = PomAllocation.objects.open().filter(staff=staff, prison=prison, part=PomAllocation.Part.COWORKING)
    return rows.values("person")
