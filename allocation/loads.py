"""The load table: every POM with caseload by part and tier, each number with the list that it counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from allocation.candidates import absent_words
from allocation.caseload import PARTS, TASKS, TIERS, UNKNOWN, with_loads
from allocation.charts import Load, LoadChart, load_chart
from allocation.lists import Cells, pom_type_words, surname_first
from allocation.models import PomType
from allocation.queries import Number, filtered, list_url, with_widths
from allocation.rules import case_capacity, policy_on
from omic.formats import plural
from omic.http import PrisonRequest
from omic.lists import Column
from omic.models import Staff


class Share(NamedTuple):
    """A column: cases of one part or one tier. `field` is the filter of the case list, `value` what it is set to."""

    field: str
    value: str
    heading: str

    @property
    def name(self) -> str:
        """What `with_loads` calls the count."""
        return f"{self.field}_{self.value.lower()}"

    def of(self, pom: Staff) -> int:
        """How many such cases a POM from `with_loads` holds."""
        count: int = getattr(pom, self.name)
        return count


SHARES = (
    *(Share("part", value, words) for value, words in PARTS),
    *(Share("tier", value, f"Tier {words if value != UNKNOWN else 'not known'}") for value, words in TIERS),
)
UNUSUAL = (UNKNOWN, TASKS)


@dataclass(frozen=True, slots=True)
class PomLoad:
    """One row: a POM's cases together, and by part and tier.

    `absent` says why they take no case today (empty: they do).
    `capacity` is the planning figure for their type and days (AL-06), None where none is published; `over`: above it.
    """

    staff: Staff
    name: str
    url: str
    type_words: str
    absent: str
    capacity: int | None
    over: bool
    cases: Number
    numbers: tuple[Number, ...]


class Loads(NamedTuple):
    """The load of POMs, and of all together where asked for. `figure` is AL-06's."""

    shares: tuple[Share, ...]
    rows: tuple[PomLoad, ...]
    figure: int
    cases: Number = Number(0, "")
    together: tuple[Number, ...] = ()
    attention: tuple[Number, ...] = ()


def loads(request: PrisonRequest) -> Loads:
    """Every POM of the prison with their caseload, from one query."""
    poms = list(with_loads(request.prison, on=request.on).order_by("posted", "pom_type", "surname", "forename", "pk"))
    every = partial(filtered, list_url(request, "allocation:cases"))
    drawn = draw(request, poms)
    return drawn._replace(
        cases=Number(sum(pom.cases for pom in poms), every()),
        together=tuple(Number(sum(map(share.of, poms)), every(**{share.field: share.value})) for share in drawn.shares),
        attention=tuple(number for number in _attention(request, poms) if number.count),
    )


def chart_of(drawn: Loads) -> LoadChart:
    """The drawing of loads: the POM's part in dark and pale, whatever else in white, and where the figure stands."""
    return load_chart([Load(row.name, _by_part(row.staff), row.capacity) for row in drawn.rows])


def _by_part(pom: Staff) -> tuple[int, int, int]:
    return pom.part_responsible, pom.part_supporting, pom.part_tasks + pom.part_unknown


def tier_mix(drawn: Loads) -> list[Number]:
    """The cases of all POMs together by tier, with bars."""
    pairs = zip(drawn.shares, drawn.together, strict=True)
    return with_widths(number._replace(text=share.heading) for share, number in pairs if share.field == "tier")


def draw(request: PrisonRequest, poms: Sequence[Staff]) -> Loads:
    """The load of some POMs from `with_loads`, in the order given, without a line for all together."""
    figure = policy_on(request.on).probation_caseload
    shares = _shown(poms)
    scale = max([figure, *(pom.cases for pom in poms)])
    cases = list_url(request, "allocation:cases")
    return Loads(shares, tuple(_row(request, pom, shares, scale, cases) for pom in poms), figure)


def _shown(poms: Sequence[Staff]) -> tuple[Share, ...]:
    """The usual columns, and of the others those that hold a case."""
    return tuple(share for share in SHARES if share.value not in UNUSUAL or any(map(share.of, poms)))


def _row(request: PrisonRequest, pom: Staff, shares: Sequence[Share], scale: int, cases: str) -> PomLoad:
    theirs = partial(filtered, cases, pom=pom.pk)
    known_type = PomType(pom.pom_type) if pom.pom_type != UNKNOWN else None
    capacity = case_capacity(known_type, pom.working_days, on=request.on)
    return PomLoad(
        staff=pom,
        name=surname_first(pom),
        url=list_url(request, "allocation:pom", pom.pk),
        type_words=pom_type_words(pom),
        absent=absent_words(pom),
        capacity=capacity,
        over=capacity is not None and pom.cases > capacity,
        cases=Number(pom.cases, theirs(), width=round(100 * pom.cases / scale)),
        numbers=tuple(Number(share.of(pom), theirs(**{share.field: share.value})) for share in shares),
    )


def _attention(request: PrisonRequest, poms: Sequence[Staff]) -> Iterator[Number]:
    """What is wrong or unknown about the POMs and their cases."""
    to_poms, to_cases = (partial(list_url, request, name) for name in ("allocation:poms", "allocation:cases"))
    unposted = sum(not pom.posted for pom in poms)
    yield _problem(unposted, to_poms(posted="no"), "POM", "with cases but no POM posting today")
    untyped = sum(pom.pom_type == UNKNOWN for pom in poms)
    yield _problem(untyped, to_poms(type=UNKNOWN), "POM", "whose type is not recorded")
    untiered = sum(pom.tier_unknown for pom in poms)
    yield _problem(untiered, to_cases(tier=UNKNOWN), "case", "whose tier is not known")
    undetermined = sum(pom.part_unknown for pom in poms)
    yield _problem(undetermined, to_cases(part=UNKNOWN), "case", "for which nothing says who is responsible")


def _problem(count: int, url: str, one: str, words: str) -> Number:
    return Number(count, url, f"{plural(count, f'{one},{one}s')} {words}")


def pom_columns(request: PrisonRequest) -> tuple[Column, ...]:
    """POMs as a list, with the usual columns of the load table."""
    shown = (share for share in SHARES if share.field == "tier" or share.value not in UNUSUAL)
    return (
        Column("name", "POM", surname_first, order=("surname", "forename"), cell=Cells(request).pom),
        Column("type", "Type", pom_type_words, order=("pom_type",)),
        Column("absence", "Not there", lambda pom: absent_words(pom) or "–", order=("absence_kind",)),
        Column(
            "cases",
            "Cases",
            "cases",
            order=("cases",),
            cell=partial(_cases, list_url(request, "allocation:cases")),
            numeric=True,
        ),
        *(_share_column(request, share) for share in shown),
    )


def _share_column(request: PrisonRequest, share: Share) -> Column:
    key = f"{share.field}_{share.value}"
    cell = partial(_cases, list_url(request, "allocation:cases"), share=share)
    return Column(key, share.heading, share.of, order=(share.name,), cell=cell, numeric=True)


def _cases(address: str, pom: Staff, share: Share | None = None) -> str:
    """A number of a POM's cases, as a link to them; none is a dash."""
    wanted = {share.field: share.value} if share else {}
    url = filtered(address, pom=pom.pk, **wanted)
    return Number(share.of(pom) if share else pom.cases, url).link
