"""Files that come through the browser: kept for the worker, or looked at and forgotten."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from omic import audit
from omic.audit import Actor
from omic.devstack.paths import private_folder
from omic.models import Prison, RollImport, Staff
from omic.nomis.files import kept_file
from omic.nomis.run import Rehearsal, new_import, rehearse


@transaction.atomic
def begin_upload(
    *, upload: UploadedFile, what: dict[str, Any], prison: Prison, by: Staff, on: date, at: datetime
) -> RollImport:
    """Keep the file and begin its import, which may change this prison's people alone."""
    taken = new_import(file_name=_name(upload), prison=prison, by=Actor(staff=by), on=on, at=at, **what)
    taken.save()
    private_folder(Path(settings.IMPORT_FOLDER))
    _write(upload, kept_file(taken))
    audit.record(by=Actor(staff=by), action="upload_import", at=at, prison=prison, roll_import=taken.pk)
    return taken


def rehearse_upload(
    *, upload: UploadedFile, what: dict[str, Any], prison: Prison, by: Staff, on: date, at: datetime
) -> Rehearsal:
    """What its import would do."""
    actor = Actor(staff=by)
    taken = new_import(file_name=_name(upload), prison=prison, by=actor, on=on, at=at, **what)
    with _on_disk(upload) as path:
        return rehearse(taken, path, by=actor, at=at)


@contextmanager
def _on_disk(upload: UploadedFile) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{Path(_name(upload)).suffix}"
        _write(upload, path)
        yield path


def _write(upload: UploadedFile, path: Path) -> None:
    with path.open("wb") as file:
        for chunk in upload.chunks():
            file.write(chunk)


def _name(upload: UploadedFile) -> str:
    return upload.name or "upload"
