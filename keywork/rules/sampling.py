"""How many notes of each key worker are drawn for quality assurance, and from which days (KW-19)."""

from dataclasses import dataclass
from datetime import date, timedelta

from keywork.policy import WOMEN, Level
from keywork.policy.quality import QUALITY_VERSIONS, QualityPolicy
from omic.calendar import add_months
from omic.policy import Outcome, Step, in_force


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """A prison on a day: its estate, the regime level (None: none recorded) and the number that it has set itself."""

    estate: str
    level: int | None
    own_number: int | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """`number` notes of each key worker, of the days `first` to `last`, both included."""

    number: int
    first: date
    last: date


def quality_policy(on: date) -> QualityPolicy:
    """The version in force on a day; earlier days read as the first version."""
    return in_force(QUALITY_VERSIONS, on) or QUALITY_VERSIONS[0]


def sample_wanted(facts: SampleFacts, *, on: date) -> Outcome[Sample]:
    """None at level 4, a few each quarter at 3 and 2, one each month at level 1; a prison's own number replaces them.

    Without a level, and in women's prisons, which follow no regime level (ED-15), level 1 counts.
    """
    policy = quality_policy(on)
    followed = facts.level is not None and facts.estate != WOMEN
    level = Level(facts.level) if followed and facts.level else Level.PREPARE
    usual = policy.sampling[level]
    number = usual.notes if facts.own_number is None else facts.own_number
    first = date(on.year, (on.month - 1) // usual.months * usual.months + 1, 1)
    last = add_months(first, usual.months) - timedelta(days=1)
    period = "month" if usual.months == 1 else "quarter"
    whose = "national reading" if facts.own_number is None else "set by the prison"
    found = f"Level {int(level)}: {number} of each key worker a {period} ({whose})"
    return Outcome(
        Sample(number, first, last), "sampled" if number else "not_sampled", policy.id, (Step("KW-19", found),)
    )
