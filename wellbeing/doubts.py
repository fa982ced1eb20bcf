"""What the nightly email cannot vouch for. Computed; an empty answer is the only thing that makes an email complete."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.module_loading import import_string

from omic.formats import moment, plural
from omic.models import Prison, RollImport
from wellbeing.figures import Figures


def doubts(prison: Prison, counted: Figures, *, at: datetime) -> tuple[str, ...]:
    """Sentences, without a full stop, that say what is missing from the figures of `prison` at `at`, and how many."""
    return (*_roll(prison, counted, at), *_waiting(prison, counted), *_undetermined(prison))


def newest_roll(prison: Prison) -> RollImport | None:
    """The prison's newest finished full roll. Any other file may leave people out without a word."""
    rolls = prison.imports.filter(kind=RollImport.Kind.ROLL, state=RollImport.State.DONE, snapshot=True)
    return rolls.order_by("-started_at").first()


def _roll(prison: Prison, counted: Figures, at: datetime) -> list[str]:
    if not counted.people:
        return ["nobody is held here, as far as OMiC knows: no roll has been imported, or it was empty"]
    newest = newest_roll(prison)
    if newest is None:
        return ["no full roll of this prison has been imported"]
    age = at - newest.started_at
    if age < timedelta(hours=settings.ROLL_MAX_AGE_HOURS):
        return []
    return [f"the newest full roll is {_old(age)} old, of {moment(newest.started_at)}"]


def _old(age: timedelta) -> str:
    return plural(age.days, "day,days") if age.days > 1 else plural(age // timedelta(hours=1), "hour,hours")


def _waiting(prison: Prison, counted: Figures) -> list[str]:
    found = []
    if counted.held:
        found.append(f"{plural(counted.held, 'change of the roll is,changes of the roll are')} held for confirmation")
    if counted.quarantined:
        found.append(f"{plural(counted.quarantined, 'row of a file is,rows of files are')} in quarantine")
    if files := prison.imports.filter(state=RollImport.State.HELD).count():
        found.append(f"{plural(files, 'whole file waits,whole files wait')} for confirmation")
    return found


def _undetermined(prison: Prison) -> list[str]:
    found = []
    for what, name in settings.COVERAGE.items():
        if people := import_string(name)(prison):
            found.append(f"{plural(people, 'person has,people have')} no current {what}")
    return found
