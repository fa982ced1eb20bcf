"""Serves the compiled GOV.UK and MoJ stylesheets and scripts from where npm put them, and nothing else of theirs."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage

MODULES = settings.BASE_DIR / "node_modules"
FOLDERS = {
    "govuk-frontend": MODULES / "govuk-frontend/dist/govuk",
    "moj-frontend": MODULES / "@ministryofjustice/frontend/moj",
}
# The maps too: a stylesheet that names a missing map stops `collectstatic` from hashing.
ENDINGS = (".min.css", ".min.css.map", ".min.js", ".min.js.map")


class DesignSystemFinder(BaseFinder):
    """Finds `govuk-frontend.min.css` and its like at the root of the static files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storages = {
            f"{package}{ending}": FileSystemStorage(location=folder)
            for package, folder in FOLDERS.items()
            for ending in ENDINGS
        }

    def check(self, **_: Any) -> list[Any]:
        """Nothing to configure, so nothing to check."""
        return []

    def find(self, path: str, find_all: bool = False) -> Any:
        """The file's place on disk; a list of places when `find_all`, an empty one when there is none."""
        storage = self.storages.get(path)
        found = [storage.path(path)] if storage and storage.exists(path) else []
        return found[0] if found and not find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Every file that npm has installed, for `collectstatic`."""
        for path, storage in self.storages.items():
            if storage.exists(path) and not matches_patterns(path, ignore_patterns or ()):
                yield path, storage
