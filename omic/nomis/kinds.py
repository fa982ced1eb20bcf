"""Kinds of files that the apps above take in through the same import: found by the names that settings give them."""

from datetime import date, datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from omic.audit import Actor
from omic.nomis.going import Batches
from omic.nomis.rows import Layout


class FileKind(Protocol):
    """One kind of file: how it lies in columns, the names of its cells, and how its rows are judged and applied."""

    layout: Layout
    names: tuple[str, ...]

    def batches(self, *, scope: str | None, on: date, by: Actor, at: datetime) -> Batches:
        """For one file; `scope` is the prison whose people it may be about, if any."""


def file_kind(kind: str) -> FileKind | None:
    """What settings name for a kind of file; None for those that the kernel knows by itself."""
    name = settings.IMPORT_KINDS.get(kind)
    found: FileKind | None = import_string(name) if name else None
    return found
