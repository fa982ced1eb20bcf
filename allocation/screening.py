"""Women's complexity of need: screened by the form's seven questions (AL-30 to AL-33).

What the level changes is not done here: it is a fact of the person, and each app's step of the pipeline reads it. A
high level ends the key worker's allocation and opens the month's time with the POM, a lower one the other way round.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from allocation.models import ComplexityScreening
from allocation.refusals import RefusedError
from allocation.rules import ComplexityFacts, complexity
from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.models import Complexity, ObligationKind, Person, Prison, Staff
from omic.obligations import meet
from omic.reconcile import lock, reconcile, window_of


@transaction.atomic
def screen_complexity(
    *,
    person: Person,
    prison: Prison,
    answers: Mapping[str, bool],
    level: str,
    because: str,
    before: str,
    after: int | None,
    may_override: bool,
    by: Staff,
    at: datetime,
) -> ComplexityScreening:
    """Record a screening and the level that holds from now on; it meets the duty to screen (AL-23).

    `before` is the level that the page showed, and `after` the newest screening (None: none yet): the same screening
    sent again is the one that was saved, and one that came between is told. A `level` that the answers do not make
    needs a reason, and somebody who `may_override` (AL-32). Raises RefusedError for that, in a men's prison, and when
    level or screening have changed meanwhile.
    """
    lock([person.pk])
    person.refresh_from_db()
    if not prison.women or person.prison_id != prison.pk:
        raise RefusedError(f"{person.name} is not held in a women’s prison here")
    saved = _saved_since(person, after)
    if saved and (saved.screened_by, saved.indicators, saved.level, saved.because) == (by, answers, level, because):
        return saved
    _require_unchanged(person, before, saved)
    computed = complexity(ComplexityFacts(**answers), on=london_day(at)).value.level
    made = f"The answers make the level {Complexity(computed).label.lower()}"
    if level != computed and not may_override:
        raise RefusedError(f"{made}. Ask the HOMD to change it", field="level")
    if level != computed and not because:
        raise RefusedError(f"{made}. Say why it is to be another, or leave it to the answers", field="because")
    screening = ComplexityScreening.objects.create(
        person=person,
        prison=prison,
        indicators=dict(answers),
        computed=computed,
        level=level,
        because=because,
        before=before,
        screened_by=by,
        screened_at=at,
    )
    Person.objects.filter(pk=person.pk).update(complexity=level)
    _follow(screening)
    return screening


def _require_unchanged(person: Person, before: str, saved: ComplexityScreening | None) -> None:
    """Raise RefusedError where somebody else, or the roll, has said something since the page was drawn."""
    now = Complexity(person.complexity).label.lower() if person.complexity else "not known"
    if saved:
        raise RefusedError(
            f"{saved.screened_by} screened her while this page was open: the level is {now}. Look again before you save"
        )
    if (person.complexity or "") != before:
        raise RefusedError(
            f"While this page was open the level became: {now}. Look again before you save", field="level"
        )


def _saved_since(person: Person, after: int | None) -> ComplexityScreening | None:
    """The newest screening, if it is a newer one than the page showed."""
    newest = newest_screening(person)
    return newest if newest and newest.pk != after else None


def newest_screening(person: Person) -> ComplexityScreening | None:
    """The last screening of somebody, in whichever prison."""
    rows = person.complexity_screenings.select_related("screened_by", "prison")
    return rows.order_by("-screened_at", "-pk").first()


def _follow(screening: ComplexityScreening) -> None:
    """Meet the duty to screen, and let what the level changes follow at once."""
    person, by, at = screening.person, screening.screened_by, screening.screened_at
    for duty in person.obligations.demanding().filter(kind=ObligationKind.COMPLEXITY_SCREENING):
        meet(duty, by=by, at=at, because="screened")
    reconcile([person.pk], window_of(london_day(at), at))
    detail = {name: getattr(screening, name) for name in ("level", "computed", "before", "because")}
    audit.record(
        by=Actor(staff=by), action="screen_complexity", at=at, prison=screening.prison, person=person, **detail
    )
