"""The date of release that pages and lists show, and which date it is. It is the next one, as far as the roll knows.

That is the release that the handover dates count to, or after a recall the PRRD; once that is past, a CRD, ARD or APD
ahead (after a PED without release). SED and LED alone stand where nothing else is known, or after a recall. With
nothing ahead it is the last one past. Handover's own dates, and the rules of key work, do not read it.
"""

from datetime import date
from typing import Any

from django.db.models import Case, CharField, DateField, Expression, F, Q, Value, When
from django.db.models.functions import Coalesce, Greatest, Least

from omic.formats import short_day

# Which one, where two are the same day and it is not handover's.
ROLL_DATES = ("prrd", "crd", "ard", "apd", "sed", "led")


def release_on(on: date, *, sentence: str, person: str = "") -> Expression:
    """SQL for the date; the arguments are the paths to the current sentence and to the person."""
    earliest, prrd, *_ = names = [f"{person}earliest_release_on", *(f"{sentence}{name}" for name in ROLL_DATES)]
    ahead = {name: Case(When(Q(**{f"{name}__gte": on}), then=F(name)), output_field=DateField()) for name in names}
    in_between, ends = names[2:5], names[5:]
    no_other = Q(**{f"{earliest}__isnull": True}) | Q(**{f"{sentence}recalled": True})
    return Coalesce(
        Least(ahead[earliest], ahead[prrd]),
        Least(*(ahead[name] for name in in_between)),
        Case(When(no_other, then=Least(*(ahead[name] for name in ends)))),
        earliest,
        Greatest(*names[1:]),
    )


def release_kind(*, sentence: str, person: str = "") -> Expression:
    """SQL for which date `release_on`, annotated under that name, is: crd, prrd …; empty for none."""
    named = When(release_on=F(f"{person}earliest_release_on"), then=F(f"{person}earliest_release_kind"))
    others = [When(release_on=F(f"{sentence}{name}"), then=Value(name)) for name in ROLL_DATES]
    return Case(named, *others, default=Value(""), output_field=CharField())


def with_release(people: Any, *, on: date) -> Any:
    """People who have their current sentence as `current`, with `release_on` and `release_kind`."""
    return people.annotate(release_on=release_on(on, sentence="current__")).annotate(
        release_kind=release_kind(sentence="current__")
    )


def release_words(person: Any) -> str:
    """The date of release of somebody from `with_release`; it always carries which date it is."""
    if person.release_on is None:
        return "Not known"
    return f"{short_day(person.release_on)} ({person.release_kind.upper()})"
