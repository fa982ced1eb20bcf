"""One mutant's trial: the pure modules are imported afresh with it, and cases are asked until one tells it apart."""

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import CodeType, FrameType, ModuleType

SECONDS = 5  # a mutant that takes longer runs for ever
PURE = (
    *("omic.calendar", "omic.policy", "omic.calculator", "handover.policy", "handover.rules", "handover.calculate"),
    *("handover.timetable", "tiering.policy", "tiering.rules", "tiering.calculate"),
)

# A module of tests, its cases, and the test that asks one of them.
Question = tuple[str, str, str]
CALENDAR: tuple[Question, ...] = (("tests.omic.test_calendar_cases", "CASES", "test_case"),)
WHY: Question = ("tests.handover.test_why_cases", "CASES", "test_case")
HANDOVER: tuple[Question, ...] = (
    ("tests.handover.test_rules", "CASES", "test_case"),
    ("tests.handover.test_timetable", "DUTIES", "test_duties"),
    ("tests.handover.test_timetable", "ANSWERS", "test_answers"),
    WHY,
)
TIERING: tuple[Question, ...] = (
    ("tests.tiering.test_rules", "POSSIBLE", "test_case"),
    ("tests.tiering.test_rules", "IMPOSSIBLE", "test_an_impossible_score_is_refused"),
    ("tests.tiering.test_rules", "WHO", "test_who_has_a_tier"),
    ("tests.tiering.test_rules", "ENTRIES", "test_how_long_an_entered_tier_counts"),
    ("tests.tiering.test_version3", "CASES", "test_case"),
    WHY,
)


class _Mutated(MetaPathFinder, Loader):
    """Finds one module, in the mutant's code."""

    def __init__(self, module: str, code: CodeType) -> None:
        self.module, self.code = module, code

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        return spec_from_loader(name, self) if name == self.module else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code, module.__dict__)


def is_killed(module: str, code: CodeType, questions: Sequence[Question]) -> bool:
    """Whether a case is answered otherwise than its file says, or not at all, when `module` has this code."""
    with _afresh(questions, _Mutated(module, code)), _alarm():
        try:
            _ask(questions)
        except Exception:
            return True
    return False


def _ask(questions: Sequence[Question]) -> None:
    for name, cases, test in questions:
        tests = import_module(name)
        for case in getattr(tests, cases):
            getattr(tests, test)(case)


@contextmanager
def _afresh(questions: Sequence[Question], finder: MetaPathFinder) -> Iterator[None]:
    """Without the pure modules and the tests that ask them; what was loaded before is put back afterwards."""
    anew = (*PURE, *(name for name, _, _ in questions))
    before = _forget(anew)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        _forget(anew)
        sys.modules.update(before)
        for name, module in before.items():
            package, _, child = name.rpartition(".")
            setattr(sys.modules[package], child, module)


def _forget(names: Sequence[str]) -> dict[str, ModuleType]:
    """Unloads the modules and their parts, from their packages too, where `from package import part` looks first."""
    loaded = [one for one in sys.modules if any(one == name or one.startswith(f"{name}.") for name in names)]
    forgotten = {name: sys.modules.pop(name) for name in loaded}
    for name in loaded:
        package, _, child = name.rpartition(".")
        if package in sys.modules:
            delattr(sys.modules[package], child)
    return forgotten


@contextmanager
def _alarm() -> Iterator[None]:
    before = signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError
