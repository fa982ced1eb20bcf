"""Recommending key workers: frozen facts in, the best pairs out, each with its reasons and its next best. Pure."""

from keywork.recommend.facts import (
    Cost,
    Left,
    NextBest,
    PastKeyWorker,
    PersonToPlace,
    Reason,
    Recommendation,
    Suggestion,
    Worker,
)
from keywork.recommend.pairs import recommend
from keywork.recommend.words import WORDS

__all__ = [
    "WORDS",
    "Cost",
    "Left",
    "NextBest",
    "PastKeyWorker",
    "PersonToPlace",
    "Reason",
    "Recommendation",
    "Suggestion",
    "Worker",
    "recommend",
]
