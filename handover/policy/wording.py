"""Reasons in words, with the number of months where the version that gave them counts back from a date."""

from collections.abc import Callable

from handover.policy.reasons import STORED_REASONS, Reason
from handover.policy.timings import TIMING_BY_VERSION, Span, Timing

_COUNTED: dict[str, Callable[[Timing], Span]] = {
    Reason.INDETERMINATE: lambda timing: timing.indeterminate,
    Reason.INDETERMINATE_OPEN: lambda timing: timing.indeterminate,
    Reason.DETERMINATE_PAROLE: lambda timing: timing.parole,
    Reason.DETERMINATE: lambda timing: timing.determinate,
}


def reason_words(reason: str, version: str) -> str:
    """A stored reason in words, as the policy version that gave it counts; of a version unknown here without months."""
    words = STORED_REASONS[reason]
    if reason not in _COUNTED or version not in TIMING_BY_VERSION:
        return words
    months, days = _COUNTED[Reason(reason)](TIMING_BY_VERSION[version])
    return words.replace("some months", f"{months} months" + (f" and {days} days" if days else ""))
