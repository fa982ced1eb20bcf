"""`python -m tests.mutation`: is every line of the rules held by a case? Names of modules ask only those.

A mutant that every case file lets pass has to stand in survivors.csv with why no facts could tell it apart.
"""

import csv
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.mutation.mutants import Mutant, mutants, unchanged
from tests.mutation.trial import CALENDAR, HANDOVER, TIERING, Question, is_killed

SURVIVORS = Path(__file__).with_name("survivors.csv")
HANDOVER_MODULES = ("determinate", "early", "facts", "fixed", "indeterminate", "parole", "release", "responsibility")
TARGETS: dict[str, tuple[Question, ...]] = {
    "omic.calendar": (*CALENDAR, *HANDOVER, *TIERING),
    "tiering.policy": TIERING,
    **{f"tiering.rules.{name}": TIERING for name in ("entry", "version2", "version3")},
    "handover.policy.timings": HANDOVER,
    **{f"handover.rules.{name}": HANDOVER for name in (*HANDOVER_MODULES, "versions")},
}


def main(modules: list[str]) -> int:
    """Tries every mutant of `modules` (none: of all) and prints the survivors; 1 where the list is not theirs."""
    known = listed()
    started, total, survivors = time.monotonic(), 0, []
    for module in modules or TARGETS:
        tried, survived = try_module(module, TARGETS[module])
        total += tried
        survivors += survived
        print(f"{module}: {tried} mutants, {tried - len(survived)} killed, {len(survived)} survive", flush=True)
    files = {f"{module.replace('.', '/')}.py" for module in modules or TARGETS}
    found, expected = {mutant.key for mutant in survivors}, {key for key in known if key[0] in files}
    for mutant in survivors:
        print(f"{mutant.file}:{mutant.line} {mutant.function}: {mutant.original} → {mutant.mutated}")
        print(f"    {known.get(mutant.key, 'NOT LISTED: add a case that kills it, or why none can')}")
    for key in sorted(expected - found):
        print(f"LISTED BUT GONE OR KILLED: {', '.join(key)}")
    minutes = (time.monotonic() - started) / 60
    print(f"{total} mutants, {total - len(survivors)} killed, {len(survivors)} survive, in {minutes:.1f} minutes")
    return int(found != expected)


def try_module(module: str, questions: tuple[Question, ...]) -> tuple[int, list[Mutant]]:
    """How many mutants the module has, and those that no case tells apart. Prints its progress to a terminal."""
    if is_killed(module, unchanged(module), questions):
        raise SystemExit(f"{module}: its cases fail without any mutant")
    survived, tried = [], 0
    for tried, mutant in enumerate(mutants(module), start=1):
        if not is_killed(module, mutant.code, questions):
            survived.append(mutant)
        if sys.stdout.isatty():
            print(f"{module}: {tried} tried, {len(survived)} survive", end="\r", flush=True)
    return tried, survived


def listed() -> dict[tuple[str, ...], str]:
    """Why each known survivor is equivalent, by its key."""
    return dict(_rows())


def _rows() -> Iterator[tuple[tuple[str, ...], str]]:
    with SURVIVORS.open(newline="") as rows:
        for row in csv.DictReader(rows):
            yield (row["file"], row["function"], row["original"], row["mutated"], row["number"]), row["reason"]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
