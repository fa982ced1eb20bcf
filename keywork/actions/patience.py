"""Waiting for others who save about the same people: a few times, and then saying so."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction

from keywork.actions.refusals import RefusedError
from omic.reconcile import ATTEMPTS, is_busy

Given = ParamSpec("Given")
Done = TypeVar("Done")


def patient(action: Callable[Given, Done]) -> Callable[Given, Done]:
    """The action in one transaction, begun again while others hold what it locks; at last it raises RefusedError."""

    @wraps(action)
    def run(*args: Given.args, **facts: Given.kwargs) -> Done:
        for _ in range(ATTEMPTS):
            try:
                with transaction.atomic():
                    return action(*args, **facts)
            except OperationalError as error:
                if not is_busy(error):
                    raise
        raise RefusedError("Somebody else is saving about the same people. Nothing was changed: try again")

    return run
