"""The columns and filters of allocation's lists. Cells link as far as the reader may follow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from allocation.case_lists import PART_MARKS
from allocation.caseload import PART_WORDS, UNKNOWN, earlier_words, recommendation
from allocation.models import PomAllocation, PomType
from allocation.policy import REASONS, Reason
from allocation.rules import Recommendation
from omic.access import Action
from omic.calendar import working_days_between
from omic.formats import short_day
from omic.holidays import bank_holidays
from omic.http import PrisonRequest
from omic.lists import Column, link
from omic.models import Obligation, ObligationKind, Person, Role, Staff
from omic.policy import Outcome
from omic.releases import release_words
from omic.templatetags.govuk import due, tag, why_link

TYPE_WORDS = {**dict(PomType.choices), UNKNOWN: "Type not recorded"}


ANYBODY = UUID(int=0)  # stands for the person in an address that is made once and filled in for each row


@dataclass(frozen=True)
class Cells:
    """What a row of one request's list shows. What is the same for every row is worked out once."""

    request: PrisonRequest

    @cached_property
    def _may(self) -> dict[Action, bool]:
        asked = (Action.SEE_PERSON, Action.SEE_DATES, Action.ALLOCATE_POM, Action.READ_RISK)
        return {action: self.request.standing.may(action) for action in asked}

    @cached_property
    def _about(self) -> dict[tuple[str, str], str]:
        return {}

    def url(self, name: str, *args: object) -> str:
        return reverse(name, args=[self.request.prison.pk, *args])

    def about_person(self, name: str, person: Person, kind: str = "") -> str:
        """The address of a page about a person: looked up once for all rows."""
        if (name, kind) not in self._about:
            self._about[name, kind] = self.url(name, ANYBODY, *([kind] if kind else []))
        return self._about[name, kind].replace(str(ANYBODY), str(person.ref))

    def person(self, person: Person) -> str:
        """The name, as a link; the prison number alone for those who may open nobody's page."""
        if not self._may[Action.SEE_PERSON]:
            return person.prison_number
        return link(self.about_person("person", person), person.name)

    def without_link(self, person: Person) -> str:
        """The same of somebody who is not here, whose page cannot be opened from here."""
        return person.name if self._may[Action.SEE_PERSON] else person.prison_number

    def marked(self, case: Person) -> str:
        """The name; with it what somebody is in the case whose list this is, where they are not its primary POM."""
        mark = PART_MARKS.get(getattr(case, "my_part", ""))
        return format_html("{} {}", self.person(case), tag(mark, "grey")) if mark else self.person(case)

    def about(self, duty: Obligation) -> str:
        return self.person(duty.person)

    def to_allocate(self, person: Person) -> str:
        """The name, as a link to the allocation for those who allocate."""
        if not self._may[Action.ALLOCATE_POM]:
            return self.person(person)
        return link(self.about_person("allocation:allocate", person), person.name)

    def why(self, person: Person, kind: str, text: str) -> str:
        """A computed answer, linked to its why page for those who may read it."""
        if not self._may[Action.SEE_DATES]:
            return text
        return why_link(self.about_person("why", person, kind), text)

    def tier(self, case: Person) -> str:
        return self.why(case, "tier", tier_words(case))

    def part(self, case: Person) -> str:
        return self.why(case, "handover", PART_WORDS[case.part])

    def handover(self, case: Person) -> str:
        return self.why(case, "handover", short_day(case.handover_on)) if case.handover_on else "–"

    def release(self, case: Person) -> str:
        return self.why(case, "handover", release_words(case))

    def recommended(self, case: Person) -> str:
        outcome = recommendation(case, operator=self.request.prison.operator, on=self.request.on)
        words = PomType(outcome.value.pom_type).label if outcome.value.pom_type else "None"
        return f"{words}: {reason_words(outcome)}"

    def waited(self, case: Person) -> int:
        """Working days since somebody began to need a POM here."""
        return working_days_between(case.waiting_since, self.request.on, bank_holidays())

    def next_day(self, case: Person) -> str:
        if case.next_on is None:
            return "–"
        return self.why(case, "handover", f"{short_day(case.next_on)}, {next_words(case)}")

    def duty(self, duty: Obligation) -> str:
        """What is due, with its page; unread risk information opens where it is read."""
        words = duty.get_kind_display()
        if duty.kind == ObligationKind.RISK_TO_READ and self._reads(duty):
            return link(self.url("risk-read", duty.pk), words)
        if duty.kind == ObligationKind.ALLOCATE_POM and self._may[Action.ALLOCATE_POM]:
            return link(self.url("allocation:allocate", duty.person.ref), words)
        return link(self.url("handover:duty", duty.pk), words) if self._may[Action.SEE_DATES] else words

    def _reads(self, duty: Obligation) -> bool:
        if not self._may[Action.READ_RISK]:
            return False
        standing = self.request.standing
        return Role.HOMD in standing.roles or duty.owner_id == standing.staff.pk or duty.person_id in self._covered

    @cached_property
    def _covered(self) -> frozenset[int]:
        return frozenset(self.request.standing.covered(Role.POM).values_list("person", flat=True))

    def due(self, duty: Obligation) -> str:
        """When, with its why."""
        words = due(duty.due_on, self.request.on)
        return (
            why_link(self.url("why", duty.person.ref, f"duty-{duty.pk}"), words)
            if self._may[Action.SEE_DATES]
            else words
        )

    def log_engagement(self, case: Person) -> str:
        """The way to log one; none with somebody whose case one only supports (AL-10)."""
        if case.my_part == PomAllocation.Part.SUPPORT:  # type: ignore[attr-defined]
            return ""
        hidden = format_html('Log engagement<span class="govuk-visually-hidden"> with {}</span>', case.name)
        return link(self.about_person("allocation:log-engagement", case), hidden)

    def pom(self, staff: Staff) -> SafeString:
        return link(self.url("allocation:pom", staff.pk), surname_first(staff))


def reason_words(outcome: Outcome[Recommendation]) -> str:
    """Why a type is recommended: by the table, what was found; else the reason."""
    by_table = outcome.reason in (Reason.BY_TABLE, Reason.SAME_EITHER_WAY)
    return outcome.steps[0].found if by_table else REASONS[outcome.reason]


def surname_first(staff: Staff) -> str:
    """A member of staff as lists sort them."""
    return f"{staff.surname}, {staff.forename}"


def tier_words(case: Person) -> str:
    """The tier; a provisional one says so."""
    if case.tier == UNKNOWN:
        return "Unknown"
    return f"{case.tier} (provisional)" if case.tier_provisional else str(case.tier)


def next_words(case: Person) -> str:
    """What the next date of a case is."""
    which = case.release_kind.upper()
    names = {case.release_on: f"release ({which})", case.start_on: "COM supports", case.handover_on: "handover"}
    return names[case.next_on]


def parole_words(case: Person) -> str:
    """The next date of parole always carries which it is; a hearing that was put off is told as that."""
    if case.put_off:
        return "No new date (adjourned or deferred)"
    if case.parole_on is None:
        return "–"
    which = "hearing" if case.parole_kind == "hearing" else case.parole_kind.upper()
    return f"{short_day(case.parole_on)} ({which})"


def pom_type_words(staff: Staff) -> str:
    """The type of a POM, with their days where they are part time, and whether they still hold a posting."""
    words = TYPE_WORDS[staff.pom_type]
    if staff.working_days is not None and staff.working_days != 5:
        words = f"{words}, {float(staff.working_days):g} days a week"
    return words if staff.posted else f"{words}; no POM posting today"


def owner_words(duty: Obligation) -> str:
    """Whose duty it is: a member of staff, else the role."""
    return str(duty.owner) if duty.owner else duty.owner_words


def _release_column(cells: Cells) -> Column:
    return Column("release", "Release", "release_on", order=("release_on",), cell=cells.release)


NUMBER_OF = Column("number", "Prison number", "person.prison_number", order=("person__prison_number",))


def who(request: PrisonRequest, name: Column, number: Column) -> tuple[Column, ...]:
    """Name and number; for those who may open nobody's page the number stands in the name's place, in files too."""
    if request.standing.may(Action.SEE_PERSON):
        return name, number
    return (replace(name, heading=number.heading, value=number.value, order=number.order),)


def _who(request: PrisonRequest, cell: Callable[[Person], str]) -> tuple[Column, ...]:
    name = Column("name", "Name", "name", order=("surname", "forename"), cell=cell)
    return who(request, name, Column("number", "Prison number", "prison_number", order=("prison_number",)))


def case_columns(request: PrisonRequest, *, with_pom: bool) -> tuple[Column, ...]:
    """A caseload: who, where, tier, part, and the dates that matter."""
    return (*_who(request, Cells(request).person), *_case(request, with_pom=with_pom))


def _case(request: PrisonRequest, *, with_pom: bool) -> tuple[Column, ...]:
    cells = Cells(request)
    pom = (Column("pom", "POM", "pom", order=("pom__surname", "pom__forename")),) if with_pom else ()
    return (
        Column("wing", "Wing", "wing.code", order=("wing__code",)),
        *pom,
        Column("tier", "Tier", "tier", order=("tier",), cell=cells.tier),
        Column("part", "POM’s part", lambda case: PART_WORDS[case.part], order=("part",), cell=cells.part),
        Column("handover", "Handover", "handover_on", order=("handover_on",), cell=cells.handover),
        _release_column(cells),
    )


def caseload_columns(request: PrisonRequest, shown: Sequence[str], *, with_pom: bool = False) -> tuple[Column, ...]:
    """A list of cases from `allocation.case_lists`: who, where, tier, part, and the dates that the list is about."""
    cells = Cells(request)
    facts = _case(request, with_pom=with_pom)
    usual = [*_who(request, cells.marked), *(column for column in facts if column.key not in ("handover", "release"))]
    if request.prison.women:
        usual.append(Column("complexity", "Complexity of need", "get_complexity_display", order=("complexity",)))
    dates = {column.key: column for column in (*facts, *_dates(cells))}
    return (*usual, *(dates[key] for key in shown))


def _dates(cells: Cells) -> tuple[Column, ...]:
    return (
        Column("next", "Next date", "next_on", order=("next_on",), cell=cells.next_day),
        Column(
            "since", "POM since", "since_at", order=("since_at",), cell=lambda case: short_day(case.since_at) or "–"
        ),
        Column(
            "parole",
            "Next of parole",
            lambda case: parole_words(case) if case.put_off else case.parole_on,
            order=("parole_on",),
            cell=parole_words,
        ),
    )


def log_column(request: PrisonRequest) -> Column:
    """The way to log an engagement with somebody on a POM's own list."""
    return Column("log", "Log", cell=Cells(request).log_engagement, export=False)


def waiting_columns(request: PrisonRequest) -> tuple[Column, ...]:
    """People who need a POM: since when, of which type and why."""
    cells = Cells(request)
    wing, tier, *_ = _case(request, with_pom=False)
    return (
        *_who(request, cells.to_allocate),
        wing,
        Column("waited", "Working days waited", cells.waited, order=("-waiting_since",), numeric=True),
        tier,
        Column("type", "Recommended type", cells.recommended),
        _release_column(cells),
        Column("before", "Before", earlier_words),
    )


def about(request: PrisonRequest, key: str, heading: str) -> Column:
    """Whom a row is about in one column: the name, or the number for those who may open nobody's page."""
    cells, order = Cells(request), ("person__surname",)
    name = Column(key, heading, "person.name", order=order, cell=lambda row: cells.person(row.person))
    return who(request, name, NUMBER_OF)[0]


def duty_columns(request: PrisonRequest, *, with_owner: bool) -> tuple[Column, ...]:
    """Duties of the OMU, most overdue first."""
    cells = Cells(request)
    owner = (Column("owner", "Whose", owner_words, order=("owner__surname", "owner_role")),) if with_owner else ()
    return (
        Column("due", "Due", "due_on", order=("due_on", "opens_on"), cell=cells.due),
        Column("duty", "Duty", "get_kind_display", order=("kind",), cell=cells.duty),
        about(request, "person", "Person"),
        Column("wing", "Wing", "person.wing.code", order=("person__wing__code",)),
        *owner,
        Column("since", "Open since", "opens_on", order=("opens_on",)),
    )
