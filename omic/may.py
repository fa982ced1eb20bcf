"""The calculator kind `may`: may this be done, and with what warning. Each action is answered by its own app.

An action is a `Rule` named in settings.MAY: how its facts are read, and what is decided about them. A fact of another
action is ignored, as a fact of a kind is that its rule does not read; facts that cannot be read raise `BadFactsError`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from omic.calculator import COMMON, BadFactsError, Given, Reader, because, one_of, read_facts, text
from omic.policy import RenderedStep


class Decide(Protocol):
    """What an action's rule says of the facts that are known. `on` is the day asked about."""

    def __call__(self, known: Mapping[str, Any], *, on: date) -> dict[str, object]: ...


@dataclass(frozen=True, slots=True)
class Rule:
    """One action: the facts that decide it, and what is decided."""

    facts: Mapping[str, Reader]
    decide: Decide


def answer(given: Given, *, on: date, policy: str) -> dict[str, object]:  # noqa: ARG001 no action has dated versions
    """What the named action's rule says of the facts beside it. Raises BadFactsError."""
    rules = _rules()
    named = read_facts({"action": given.get("action")}, {"action": one_of(*rules)}).get("action")
    if named is None:
        raise BadFactsError({"action": f"must be one of {', '.join(rules)}"})
    readers = (
        COMMON | {"action": text} | {fact: reader for rule in rules.values() for fact, reader in rule.facts.items()}
    )
    known = read_facts(given, readers)
    return rules[named].decide(known, on=known.get("today", on))


@cache
def _rules() -> dict[str, Rule]:
    return {action: import_string(name) for action, name in settings.MAY.items()}


def permission(
    *,
    allowed: bool,
    policy: str,
    steps: Iterable[RenderedStep],
    missing: Iterable[str] = (),
    warnings: Iterable[str] = (),
    done_by: str | None = None,
) -> dict[str, object]:
    """An action's answer, with every key. Only assign_task says who does it."""
    return {
        "policy": policy,
        "allowed": allowed,
        "warnings": list(warnings),
        "missing": list(missing),
        "done_by": done_by,
        "because": because(steps),
    }
