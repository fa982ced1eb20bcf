"""What the nightly email cannot vouch for. Computed; an empty answer is the only thing that makes an email complete."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.module_loading import import_string

from omic.calendar import london_day
from omic.formats import moment, plural
from omic.freshness import roll_as_of
from omic.models import Prison, RollImport
from wellbeing.acct import acct_age, left_unseen
from wellbeing.check_figures import checks_stand, without_checks
from wellbeing.days_out import unconfirmed
from wellbeing.figures import Figures
from wellbeing.letter_safety import age
from wellbeing.paper import copy_of

ONE_DAY = timedelta(days=1)


def doubts(prison: Prison, counted: Figures, *, at: datetime) -> tuple[str, ...]:
    """Sentences, without a full stop, that say what is missing from the figures of `prison` at `at`, and how many."""
    return (
        *_roll(prison, counted, at),
        *_waiting(prison, counted),
        *_undetermined(prison),
        *_rosters(prison, counted, at),
        *_treated_as_open(prison, at),
        *_days_out(prison, at),
    )


def _roll(prison: Prison, counted: Figures, at: datetime) -> list[str]:
    if not counted.people:
        return ["nobody is held here, as far as OMiC knows: no roll has been imported, or it was empty"]
    newest = roll_as_of(prison)
    if newest is None:
        return ["no full roll of this prison has been imported"]
    old = at - newest
    accts = acct_age(prison, at=at)
    if old < timedelta(hours=settings.ROLL_MAX_AGE_HOURS):
        return [accts.words] if accts.stale else []
    safe = "; ACCTs are to be treated as open" if accts.stale else ""
    return [f"the newest full roll is {age(old)} old, of {moment(newest)}{safe}"]


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


def _rosters(prison: Prison, counted: Figures, at: datetime) -> list[str]:
    """What makes a list of checks too short, or leaves an outage without one (H9, H16)."""
    on, found = london_day(at), []
    if missing := without_checks(prison, on):
        found.append(f"{plural(missing, 'woman has,women have')} no check on any roster of the next days")
    if undecided := counted.safety.undecided:
        whom = plural(undecided, "woman in a priority group,women in priority groups")
        found.append(f"nobody has decided whether {whom} should be checked daily")
    if checks_stand(prison, on) and copy_of(prison, at).too_old:
        found.append("there is no copy of the rosters for an outage, or it is more than 2 hours old")
    return found


def _treated_as_open(prison: Prison, at: datetime) -> list[str]:
    """H3: they have no duty, so that no figure of checks counts them."""
    if not (people := left_unseen(prison, london_day(at) - ONE_DAY, at=at).count()):
        return []
    whom = plural(people, "person was,people were")
    return [f"{whom} to be treated as on an open ACCT yesterday and not checked, which the figures leave out"]


def _days_out(prison: Prison, at: datetime) -> list[str]:
    """Yesterday's alone: early in the morning, who is out today is still in."""
    yesterday = london_day(at) - ONE_DAY
    if not (people := unconfirmed(prison, yesterday, yesterday).count()):
        return []
    whom = plural(people, "person is,people are")
    return [f"{whom} recorded as out all day yesterday, so that no check was owed, though the roll has them here"]
