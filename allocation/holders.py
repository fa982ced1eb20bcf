"""Which rows say who the POM is, for `omic.holders`."""

from allocation.models import PomAllocation, PomAllocationQuerySet


def open_rows() -> PomAllocationQuerySet:
    """The primary allocations that have not ended."""
    return PomAllocation.objects.primary().open()
