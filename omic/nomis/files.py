"""The files of imports that wait, for the worker or for a person: kept in one folder, removed when done with."""

import shutil
from pathlib import Path

from django.conf import settings

from omic.devstack.paths import private_folder
from omic.models import RollImport
from omic.nomis.reading import JSON_SUFFIXES


def kept_file(taken: RollImport) -> Path:
    """Where the import's file is, or would be, kept. Its ending tells the format, as the sender's did."""
    suffix = Path(taken.file_name).suffix.lower()
    return Path(settings.IMPORT_FOLDER) / f"{taken.pk}{suffix if suffix in JSON_SUFFIXES else ''}"


def keep_file(taken: RollImport, path: Path) -> None:
    """Keep a copy of the file until it is done with."""
    private_folder(Path(settings.IMPORT_FOLDER))
    if path != kept_file(taken):
        shutil.copyfile(path, kept_file(taken))


def drop_file(taken: RollImport) -> None:
    """The file is done with: nobody needs a copy of everybody's data."""
    kept_file(taken).unlink(missing_ok=True)
