"""The copy of the rosters for an outage (H16): one HTML file a prison, written every hour, that needs nothing else.

It is written by the worker, by `manage.py keep_rosters` or by cron, and reads the database only. Whoever holds the
folder can open the newest with any browser while this application, its database and its broker are all down.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from omic.access import Action
from omic.calendar import london_day
from omic.devstack.paths import private_folder
from omic.formats import london
from omic.http import PrisonRequest
from omic.models import Prison
from wellbeing.sheets import cautions_of_outage, sheets_for_outage

KEPT = timedelta(hours=48)
TOO_OLD = timedelta(hours=2)  # two bells were missed: what is on paper by now says otherwise
LATEST = "latest.html"
STYLES = settings.BASE_DIR / "static" / "omic" / "paper.css"


@dataclass(frozen=True, slots=True)
class Copy:
    """The newest copy of a prison as it stands at some moment: when it was written, if there is one at all."""

    written_at: datetime | None
    age: timedelta | None

    @property
    def too_old(self) -> bool:
        """Whether nobody should rely on it: missing, or older than `TOO_OLD`."""
        return self.age is None or self.age > TOO_OLD


def keep_roster(prison: Prison, *, at: datetime) -> Path:
    """Write the copy of a prison as of `at`, and beside it the same as `latest.html`; the path of the first."""
    folder = private_folder(folder_of(prison))
    context = {"prison": prison, "at": at, "sheets": sheets_for_outage(prison, at=at)}
    context |= {"cautions": cautions_of_outage(prison, on=london_day(at), at=at), "styles": STYLES.read_text()}
    text = render_to_string("wellbeing/paper_copy.html", context)
    path = folder / f"{london(at):%Y-%m-%dT%H}.html"
    for target in (path, folder / LATEST):
        _write(target, text, at)
    return path


def _write(path: Path, text: str, at: datetime) -> None:
    """All of a file or nothing of it: a reader, and a machine that stops half way, meet the old one or the new one."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.utime(part, (at.timestamp(), at.timestamp()))  # the copy is as old as what it says
    part.replace(path)


def forget_copies(*, at: datetime) -> int:
    """Delete every copy older than `KEPT`, also of prisons that hold nobody any more; how many were deleted."""
    oldest = (at - KEPT).timestamp()
    old = [path for path in Path(settings.ROSTER_FOLDER).glob("*/*") if path.stat().st_mtime < oldest]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def prisons_of_copies() -> list[Prison]:
    """The prisons that hold people."""
    return list(Prison.objects.filter(people__isnull=False).distinct().order_by("pk"))


def prisons_without_a_copy(at: datetime) -> list[Prison]:
    """Of those the ones that have no copy of this hour yet."""
    return [prison for prison in prisons_of_copies() if not _of_this_hour(copy_of(prison, at), at)]


def _of_this_hour(copy: Copy, at: datetime) -> bool:
    if copy.written_at is None:
        return False
    return copy.written_at.replace(minute=0, second=0, microsecond=0) == at.replace(minute=0, second=0, microsecond=0)


def copy_of(prison: Prison, at: datetime) -> Copy:
    """The newest copy of a prison, as the folder has it."""
    try:
        changed = (folder_of(prison) / LATEST).stat().st_mtime
    except OSError:
        return Copy(None, None)
    written_at = datetime.fromtimestamp(changed, tz=UTC)
    return Copy(written_at, at - written_at)


def copy_shown(request: PrisonRequest) -> dict[str, Any]:
    """What `wellbeing/paper_state.html` says of the newest copy, and whether whoever reads it may have it."""
    copy = copy_of(request.prison, request.now)
    return {"copy": copy, "may_take_copy": request.standing.may(Action.TAKE_ROSTER)}


def folder_of(prison: Prison) -> Path:
    """The folder of a prison's copies."""
    return Path(settings.ROSTER_FOLDER) / prison.pk


def latest_of(prison: Prison) -> Path:
    """The newest copy, which may not be there yet."""
    return folder_of(prison) / LATEST
