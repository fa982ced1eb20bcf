"""Who has a tier at all, and how long one that was entered by hand counts."""

from omic.policy import Outcome, Step
from tiering.policy import (
    CUSTODY_V2,
    ENTRY_COUNTS_WHILE,
    LEGAL_STATUS_UNKNOWN,
    OVERTAKEN,
    SENTENCED,
    SERVING,
    UNCLEAR,
    UNSENTENCED,
)


def has_tier(legal_status: str) -> Outcome[bool]:
    """TI-01: only people serving a sentence have a tier. `legal_status` is the roll's code."""
    reason = SERVING if legal_status in SENTENCED else LEGAL_STATUS_UNKNOWN if legal_status in UNCLEAR else UNSENTENCED
    found = f"legal status: {legal_status.lower().replace('_', ' ')}"
    return Outcome(reason == SERVING, reason, CUSTODY_V2.ruleset, (Step("TI-01", found),))


def why_entry_ends(entered: str, *, reason: str, worked_out: str | None) -> str | None:
    """TI-08: why the letter `entered` by hand no longer counts, by its code in `ENTRY_ENDS`; None while it does.

    `reason` and `worked_out` are the computed answer's. What is missing scores nothing, so a provisional letter is the
    least that the known facts prove: an entry below it would present a known risk as lower than it is.
    """
    if reason not in ENTRY_COUNTS_WHILE:
        return reason
    return OVERTAKEN if worked_out is not None and entered > worked_out else None
