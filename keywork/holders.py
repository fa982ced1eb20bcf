"""Which rows say who the key worker is, for `omic.holders`."""

from django.db.models import QuerySet

from keywork.models import KeyWorkerAllocation


def open_rows() -> QuerySet[KeyWorkerAllocation]:
    """The allocations that have not ended."""
    return KeyWorkerAllocation.objects.filter(ended_at__isnull=True)
