"""The numbers of quality assurance of key work notes, dated. Never edited, only followed.

No document gives a size of sample: two only say that there is assurance of the notes (002_3686c8077551630d.txt, "The
role of key work") and that a prison settles how much its staffing allows above level 1 (001_35b8cd0342a293c0.txt, the
table's column on quality assurance). The numbers are this product's reading; a prison's setting replaces them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from keywork.policy.codes import Level


class Sampling(NamedTuple):
    """So many notes of each key worker in each period of so many calendar months, counted from January."""

    notes: int
    months: int


@dataclass(frozen=True, slots=True)
class QualityPolicy:
    """How many notes are reviewed at each regime level (KW-19), and when a note reads like a copy of another.

    `copied_ratio` is the share of words, in order, that two notes have in common; `copied_words` the length under which
    notes are too short to say; `copied_days` how far back notes are compared.
    """

    id: str
    from_on: date
    sampling: Mapping[Level, Sampling]
    copied_ratio: float
    copied_words: int
    copied_days: int
    last_checked_on: date


QUALITY_VERSIONS = (
    QualityPolicy(
        id="key_work_quality_2021_05",
        from_on=date(2021, 5, 1),
        sampling=MappingProxyType(
            {
                Level.LOCKDOWN: Sampling(notes=0, months=3),
                Level.RESTRICT: Sampling(notes=2, months=3),
                Level.REDUCE: Sampling(notes=2, months=3),
                Level.PREPARE: Sampling(notes=1, months=1),
            }
        ),
        copied_ratio=0.9,
        copied_words=12,
        copied_days=56,
        last_checked_on=date(2026, 11, 22),
    ),
)
