"""The codes in which key work's rules speak. Their words for staff stand in `words`."""

from enum import IntEnum, StrEnum


class Level(IntEnum):
    """A prison's regime level, by the names of the Exceptional Delivery Model. A higher number is stricter."""

    PREPARE = 1
    REDUCE = 2
    RESTRICT = 3
    LOCKDOWN = 4


class Group(StrEnum):
    """A priority group (PG-1 to PG-5)."""

    ACCT = "acct_open"
    HIGH_ROSH = "high_rosh_last_4w"
    TACT = "tact"
    NON_TACT = "non_tact_recommended"
    SHIELDING = "shielding"
    LOCAL = "local"


class Kind(StrEnum):
    """What somebody is owed."""

    SESSION = "session"
    DAILY_CHECK = "daily_check"
    WEEKLY_CHECK = "weekly_check"
    POM_MINUTES = "pom_minutes"


class Basis(StrEnum):
    """How firmly it is owed: a shortfall of a target, or of what is owed where possible, is no breach."""

    OWED = "owed"
    TARGET = "target"
    FLOOR = "floor"
    WHERE_POSSIBLE = "where_possible"


class Period(StrEnum):
    """The time in which it is owed."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"


class State(StrEnum):
    """How it stands. `missed` is a breach, `not_met` a shortfall that is only reported."""

    OPEN = "open"
    MET = "met"
    WAIVED = "waived"
    EXCEPTED = "excepted"
    MISSED = "missed"
    NOT_MET = "not_met"


class Why(StrEnum):
    """What opens daily checks at level 4 (ED-08)."""

    NOT_POSSIBLE = "not_possible"
    NO_KEY_WORKER = "no_key_worker"
    WEEK_MISSED = "week_missed"


WOMEN, MEN_OPEN = "women", "men_open"  # the estates that follow rules of their own (ED-15)
HIGH_COMPLEXITY = "high"
DAILY_COHORT = "daily"
