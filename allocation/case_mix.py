"""The case mix: cases by tier, the POM's part and the POM's type; and the figures that limits are measured against."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.db.models import Count

from allocation.case_lists import AGAINST_ADVICE, cases_here
from allocation.caseload import PARTS, TIERS, UNKNOWN, WITHOUT_POM, with_case
from allocation.limits import Limit, span_limit
from allocation.lists import TYPE_WORDS
from allocation.loads import Loads
from allocation.models import Pom, PomType
from allocation.policy import RULES_BY_ID, WARNINGS
from allocation.queries import Number, list_url
from allocation.rules import policy_on
from omic.formats import plural
from omic.http import PrisonRequest
from omic.policy import RenderedStep, Step, render_steps

TYPES = tuple(TYPE_WORDS.items())


@dataclass(frozen=True, slots=True)
class Row:
    """A tier or a part: its cases by type of POM, in the order of `TYPES`, together, and those without a POM."""

    words: str
    by_type: tuple[Number, ...]
    together: Number
    without: Number | None


@dataclass(frozen=True, slots=True)
class CaseMix:
    """The report: rows by tier and by part, and how many cases went to a type other than the recommended."""

    tiers: tuple[Row, ...]
    parts: tuple[Row, ...]
    together: Row
    against: Number


def case_mix(request: PrisonRequest) -> CaseMix:
    """The cases of today by POM, the POMs' types, and those who wait for a POM: a query each."""
    prison, on = request.prison, request.on
    types = dict(Pom.objects.on(on).filter(prison=prison).values_list("staff", "pom_type"))
    against = Count("pk", filter=AGAINST_ADVICE)
    cases = cases_here(prison, on=on).order_by().values("tier", "part", "pom")
    grouped = cases.annotate(count=Count("pk"), against=against)
    found = grouped.values_list("tier", "part", "pom", "count", "against")
    rows = [(tier, part, types.get(pom, UNKNOWN), *numbers) for tier, part, pom, *numbers in found]
    waiting = with_case(prison.people.filter(WITHOUT_POM), on=on).order_by().values_list("tier").annotate(Count("pk"))
    return _mix(request, rows, dict(waiting))


def _mix(request: PrisonRequest, rows: Sequence[tuple[str, str, str, int, int]], waiting: dict[str, int]) -> CaseMix:
    to_cases, to_people = (partial(list_url, request, name) for name in ("allocation:cases", "allocation:people"))

    def row(words: str, *, without: Number | None = None, **only: str) -> Row:
        mine = [one for one in rows if only.get("tier", one[0]) == one[0] and only.get("part", one[1]) == one[1]]
        by_type = [
            Number(sum(one[3] for one in mine if one[2] == kind), to_cases(type=kind, **only)) for kind, _ in TYPES
        ]
        return Row(words, tuple(by_type), Number(sum(one[3] for one in mine), to_cases(**only)), without)

    tiers = [
        row(
            f"Tier {words}" if tier != UNKNOWN else "Tier not known",
            tier=tier,
            without=Number(waiting.get(tier, 0), to_people(tier=tier)),
        )
        for tier, words in TIERS
    ]
    return CaseMix(
        tiers=tuple(tiers),
        parts=tuple(row(words, part=part) for part, words in PARTS),
        together=row("Together", without=Number(sum(waiting.values()), to_people())),
        against=Number(sum(one[4] for one in rows), to_cases(against="yes")),
    )


def limits(request: PrisonRequest, mix: CaseMix, drawn: Loads) -> list[Limit]:
    """AL-06, AL-07 and AL-08 beside what stands here, each with its source. None stops anything."""
    over = sum(row.over for row in drawn.rows)
    words = f"{plural(over, 'POM holds,POMs hold')} more than the planning figure for their days"
    warning = WARNINGS["caseload_over_80"] if over else ""
    found = [Limit(words, warning, _cited("AL-06", f"{plural(over, 'POM,POMs')} above"))]
    if span := span_limit(request.prison, on=request.on):
        found.append(span)
    return [*found, _share(request, mix)]


def _share(request: PrisonRequest, mix: CaseMix) -> Limit:
    """The share of cases that prison POMs hold. A planning share: nothing is over or under it."""
    kinds = [kind for kind, _ in TYPES]
    held, every = mix.together.by_type[kinds.index(PomType.PRISON)].count, mix.together.together.count
    here = f"{round(100 * held / every)}%" if every else "None"
    words = f"{here} of the cases are held by prison POMs; about {policy_on(request.on).prison_pom_share}% was planned"
    return Limit(words, "", _cited("AL-08", f"{held} of {plural(every, 'case,cases')}"))


def _cited(rule: str, found: str) -> RenderedStep:
    return render_steps((Step(rule, found),), RULES_BY_ID)[0]
