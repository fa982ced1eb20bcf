"""What every rule speaks in: sources and citations, rules, steps, outcomes, and versions in force on a day.

Pure and without imports beyond the standard library. A rule answers with an `Outcome`; its steps hold a rule id and
what was found, and nothing else, so that thousands can be stored. `render_steps` adds the words and the citation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

Value = TypeVar("Value")
StartedT = TypeVar("StartedT", bound="Started")


@dataclass(frozen=True, slots=True)
class Source:
    """A document, or a service whose published code was read. `file` is the document's name, empty for a service."""

    title: str
    issuer: str
    dated: str
    file: str = ""
    address: str = ""

    @property
    def name(self) -> str:
        """What an answer prints as its source: the document's file name, else the service's title."""
        return self.file or self.title


@dataclass(frozen=True, slots=True)
class Cite:
    """A place in a source: a heading, an annex, or a file of a service's code."""

    source: Source
    locator: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with the id that staff and case files use, in words fit to show."""

    id: str
    words: str
    cite: Cite


class Step(NamedTuple):
    """One rule that was asked, and what was found. As JSON it is the pair itself: `["HO-06", "…"]`."""

    rule_id: str
    found: str


Steps = tuple[Step, ...]


class Outcome(NamedTuple, Generic[Value]):
    """A rule's answer. `reason` is a code whose words stand in the app's policy; `policy` names the version used."""

    value: Value
    reason: str
    policy: str
    steps: Steps


@dataclass(frozen=True, slots=True)
class InvalidFact:
    """The value of an outcome whose facts cannot be true: nothing may be concluded from them."""

    fact: str
    problem: str


@dataclass(frozen=True, slots=True)
class RenderedStep:
    """A step as the *why* page and the calculator print it."""

    rule: str
    text: str
    found: str
    source: str
    locator: str


def registry(rules: Iterable[Rule]) -> dict[str, Rule]:
    """The rules by id; raises ValueError when one id stands twice."""
    by_id: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in by_id:
            raise ValueError(f"Rule {rule.id} is defined twice.")
        by_id[rule.id] = rule
    return by_id


def render_steps(steps: Iterable[Step], rules: Mapping[str, Rule]) -> list[RenderedStep]:
    """Steps with their words and citations, in the order in which they were asked."""
    return [_rendered(rules[step.rule_id], step.found) for step in steps]


def _rendered(rule: Rule, found: str) -> RenderedStep:
    cite = rule.cite
    return RenderedStep(rule.id, rule.words, found, cite.source.name, cite.locator)


def steps_as_json(steps: Steps) -> list[list[str]]:
    """Steps in their stored form."""
    return [list(step) for step in steps]


def steps_from_json(stored: Any) -> Steps:
    """Steps read back from their stored form."""
    return tuple(Step(rule_id, found) for rule_id, found in stored)


class Started(Protocol):
    """Anything that is in force from a day on."""

    @property
    def from_on(self) -> date: ...


def in_force(versions: Sequence[StartedT], on: date) -> StartedT | None:
    """The newest of `versions` (any order) that has started by `on`, its first day included; None before the first."""
    started = [version for version in versions if version.from_on <= on]
    return max(started, key=lambda version: version.from_on, default=None)


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A version of the national policy. Every version but the first binds a prison only once the prison adopts it."""

    id: str
    words: str
    from_on: date
    by_adoption: bool = True


DEFAULT_POLICY = "seed_2019"
# Never edited, only followed. `from_on` is the first day on which the version was the national practice.
POLICY_VERSIONS = (
    PolicyVersion("seed_2019", "The operating model of spring 2019, in its own words", date.min, by_adoption=False),
    PolicyVersion("omic_2019", "National practice from October 2019", date(2019, 10, 1)),
    PolicyVersion("omic_2022", "National practice from October 2022", date(2022, 10, 1)),
    PolicyVersion("omic_2023_04", "National practice from April 2023", date(2023, 4, 1)),
    PolicyVersion("omic_2023_11", "National practice from November 2023", date(2023, 11, 1)),
    PolicyVersion("omic_2026", "National practice as read in August 2026", date(2026, 8, 1)),
)
POLICY_IDS = tuple(version.id for version in POLICY_VERSIONS)

WOMENS_TRANSITION = Source(
    title="OMiC implementation and the transition from wellbeing checks to key work",
    issuer="HMPPS",
    dated="2021",
    file="000_f67943382f35f8af.txt",
)
EXCEPTIONAL_DELIVERY = Source(
    title="OMiC key work: Exceptional Delivery Models",
    issuer="HMPPS",
    dated="2020",
    file="001_35b8cd0342a293c0.txt",
)
OPERATING_MODEL = Source(
    title="HMPPS Offender Management in Custody model, male closed estate",
    issuer="HMPPS",
    dated="Spring 2019",
    file="002_3686c8077551630d.txt",
)
POA_CIRCULAR = Source(
    title="POA circular 1: Offender Management in Custody",
    issuer="POA",
    dated="5 January 2018",
    file="003_5173c9b368944574.txt",
)
PROBATION_BLOG = Source(
    title="Whole Systems Approach? (a blog page with Napo's letters and bulletins)",
    issuer="Napo, as reproduced",
    dated="2 April 2021",
    file="004_a1d17e901f71e4ae.txt",
)
MANAGE_POM_CASES = Source(
    title="Manage POM cases (national service)",
    issuer="Ministry of Justice",
    dated="read at August 2026",
    address="https://github.com/ministryofjustice/offender-management-allocation-manager",
)
TIER_SERVICE = Source(
    title="HMPPS Tier (national service)",
    issuer="Ministry of Justice",
    dated="read at August 2026",
    address="https://github.com/ministryofjustice/hmpps-tier",
)

# Both towers cite them.
BEFORE_YOUTH_TRANSFER = Rule(
    "XC-10",
    "Before a move from the youth estate the HOMD assigns a POM, a key worker is assigned, and the key worker has been "
    "in contact: by the day before the transfer.",
    Cite(OPERATING_MODEL, "Transitions, prior to transition"),
)
TRANSITION_KEY_WORK = Rule(
    "XC-12",
    "The key worker is in contact each week (Monday to Sunday, from the first with 4 whole days here) until the "
    "first sentence planning meeting or, on remand, the transition closure meeting.",
    Cite(OPERATING_MODEL, "Transitions: Following transition"),
)
TELL_WHO_HOLDS = Rule(
    "WB-11",
    "Women are told of changes, and who their key worker or POM is; here everybody is, each time it changes.",
    Cite(WOMENS_TRANSITION, "5.2"),
)
SHARE_WITH_WING = Rule(
    "WB-13",
    "The HOMD can assure that POMs hold their engagement sessions, and what matters at once goes to residential and "
    "wider staff.",
    Cite(WOMENS_TRANSITION, "4.2"),
)
