"""How old what is known of a prison's people is: everything of the roll, alerts included, is as old as the roll."""

from datetime import datetime

from omic.models import Prison, RollImport


def newest_roll(prison: Prison) -> RollImport | None:
    """The prison's newest finished full roll. Any other file may leave people out without a word."""
    rolls = prison.imports.filter(kind=RollImport.Kind.ROLL, state=RollImport.State.DONE, snapshot=True)
    return rolls.order_by("-started_at").first()


def acct_as_of(prison: Prison) -> datetime | None:
    """The moment as of which it is known who has an ACCT; None where no full roll was ever imported (H3)."""
    newest = newest_roll(prison)
    return newest.started_at if newest else None
