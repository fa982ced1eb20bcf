"""Women's complexity of need: screened by the form's seven questions (AL-30 to AL-33).

What the level changes is not done here: it is a fact of the person, and each app's step of the pipeline reads it. A
high level ends the key worker's allocation and opens the month's time with the POM, a lower one the other way round.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from allocation.actions import RefusedError
from allocation.models import ComplexityScreening
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
    may_override: bool,
    by: Staff,
    at: datetime,
) -> ComplexityScreening:
    """Record a screening and the level that holds from now on; it meets the duty to screen (AL-23).

    `before` is the level that the page showed. A `level` that the answers do not make needs a reason, and somebody who
    `may_override` (AL-32). Raises RefusedError for that, in a men's prison, and when the level has changed meanwhile.
    """
    lock([person.pk])
    person.refresh_from_db()
    if not prison.women or person.prison_id != prison.pk:
        raise RefusedError(f"{person.name} is not held in a women’s prison here")
    if (person.complexity or "") != before:
        now = Complexity(person.complexity).label.lower() if person.complexity else "not known"
        raise RefusedError(
            f"While this page was open the level became: {now}. Look again before you save", field="level"
        )
    computed = complexity(ComplexityFacts(**answers), on=london_day(at)).value.level
    if level != computed and not may_override:
        raise RefusedError("The answers make another level. Ask the HOMD to change it", field="level")
    if level != computed and not because:
        raise RefusedError("Say why the level is another than the answers make", field="because")
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
    for duty in person.obligations.demanding().filter(kind=ObligationKind.COMPLEXITY_SCREENING):
        meet(duty, by=by, at=at, because="screened")
    reconcile([person.pk], window_of(london_day(at), at))
    detail = {"level": level, "computed": computed, "before": before, "because": because}
    audit.record(by=Actor(staff=by), action="screen_complexity", at=at, prison=prison, person=person, **detail)
    return screening
