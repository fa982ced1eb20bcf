"""What every test may ask for."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine

from tests.cast import Cast, make_cast
from tests.factories import NOW


@pytest.fixture
def frozen() -> Iterator[datetime]:
    """The clock stands at `NOW`, a Wednesday morning in November 2026."""
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.fixture
def cast(db: None, frozen: datetime) -> Cast:
    """LEI's staff and a stranger, on a fixed day."""
    return make_cast()
