"""What is too much: cases for one POM (AL-06), and POMs for one HOMD to manage (AL-07). Both warn, neither stops."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from allocation.caseload import posted_poms
from allocation.models import Pom, PomType
from allocation.policy import RULES_BY_ID, WARNINGS
from allocation.policy import PomType as Type
from allocation.rules import Ruling, case_capacity, may_hold_cases, may_line_manage, policy_on
from omic.formats import plural
from omic.models import Posting, Prison, Role, Staff
from omic.policy import Outcome, RenderedStep, render_steps


@dataclass(frozen=True, slots=True)
class Limit:
    """What stands against a figure: both in words, the warning (empty: within it), and the rule with its source."""

    words: str
    warning: str
    step: RenderedStep


def caseload_limit(pom: Staff, *, cases: int | None = None, on: date) -> Limit:
    """The cases of a POM from `with_loads`, or so many, against HMPPS's planning figure for the days they work."""
    pom_type = _type(pom)
    held = pom.cases if cases is None else cases  # type: ignore[attr-defined]
    days = pom.working_days  # type: ignore[attr-defined]
    capacity = case_capacity(pom_type, days, on=on)
    figure = "no figure is published for prison POMs" if capacity is None else f"{capacity} is the planning figure"
    part_time = days is not None and days < policy_on(on).full_time_days and capacity is not None
    words = f"{plural(held, 'case,cases')}; {figure}{f' for {days:g} days a week (our reading)' if part_time else ''}"
    return _limit(words, may_hold_cases(pom_type, held, on=on, working_days=days))


def span_limit(prison: Prison, *, on: date) -> Limit | None:
    """The POMs of a prison in full-time equivalents for each HOMD, who manages them in a public prison (AL-09); None
    in a private one, where the contractor does, and where there is no HOMD or no POM."""
    homds = Posting.objects.filter(prison=prison, role=Role.HOMD).on(on).values("staff").distinct().count()
    poms = set(posted_poms(prison, on=on).values_list("staff", flat=True))
    if prison.operator == "private" or not homds or not poms:
        return None
    full = policy_on(on).full_time_days
    recorded = dict(Pom.objects.on(on).filter(prison=prison, staff__in=poms).values_list("staff", "working_days"))
    together = sum((min(recorded.get(pom, Decimal(full)), Decimal(full)) for pom in poms), Decimal(0)) / full
    words = f"{together.quantize(Decimal('0.1'))} full-time equivalent POMs for {plural(homds, 'HOMD,HOMDs')}"
    return _limit(words, may_line_manage(together / homds, on=on))


def _type(pom: Staff) -> Type | None:
    recorded = pom.pom_type  # type: ignore[attr-defined]
    return Type(recorded) if recorded in PomType.values else None


def _limit(words: str, outcome: Outcome[Ruling]) -> Limit:
    warning = ". ".join(WARNINGS[code] for code in outcome.value.warnings)
    return Limit(words, warning, render_steps(outcome.steps, RULES_BY_ID)[0])
