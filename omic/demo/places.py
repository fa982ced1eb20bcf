"""The three prisons of the demonstration: fictional, like everybody in them."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from omic.demo.personas import LOCAL, TRAINER, WOMENS
from omic.fictional import FictionalPrison, Mix
from omic.models import Estate, Operator, SettingKind

GROUP = "Long Vale group"
SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A prison to be made: who it holds, who runs it, and what HOMS has said of it; the rest stays unknown."""

    holds: FictionalPrison
    estate: Estate
    operator: Operator
    settings: tuple[tuple[SettingKind, str], ...]

    @property
    def code(self) -> str:
        return self.holds.code

    def of_size(self, size: int) -> "Place":
        """The same prison for more or fewer people."""
        return replace(self, holds=replace(self.holds, size=size))


PLACES = (
    Place(
        holds=FictionalPrison(code=LOCAL, name="HMP Ashcombe", mix=Mix.LOCAL, size=1000, number_from=0),
        estate=Estate.MEN_CLOSED,
        operator=Operator.PUBLIC,
        settings=(
            (SettingKind.GROUP, GROUP),
            (SettingKind.FUNCTION, "reception"),
            (SettingKind.LONG_TERM_TRAINING, "no"),
            (SettingKind.HIGH_SECURITY, "no"),
        ),
    ),
    Place(
        holds=FictionalPrison(
            code=WOMENS, name="HMP Wrenfield", mix=Mix.WOMEN, size=350, number_from=10_000, wings="ABCD"
        ),
        estate=Estate.WOMEN,
        operator=Operator.PUBLIC,
        settings=((SettingKind.GROUP, GROUP), (SettingKind.HIGH_SECURITY, "no")),
    ),
    Place(
        holds=FictionalPrison(code=TRAINER, name="HMP Oldmere", mix=Mix.TRAINER, size=700, number_from=20_000),
        estate=Estate.MEN_CLOSED,
        operator=Operator.PRIVATE,
        settings=(
            (SettingKind.GROUP, GROUP),
            (SettingKind.FUNCTION, "training"),
            (SettingKind.LONG_TERM_TRAINING, "yes"),
            (SettingKind.UNDER_18_SIDE, "no"),
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """What every part is given: the places, the day and moment that count as now, and the seed of all chance."""

    places: tuple[Place, ...]
    on: date
    at: datetime
    seed: int = SEED

    @property
    def codes(self) -> list[str]:
        """The prisons of these places."""
        return [place.code for place in self.places]

    @property
    def shares(self) -> tuple["Demonstration", "Demonstration"]:
        """Two demonstrations that make up this one, about as many people in each."""
        first, *others = self.places
        return replace(self, places=(first,)), replace(self, places=tuple(others))

    @property
    def since(self) -> date:
        """The first day of the year of history."""
        return self.on - timedelta(days=365)

    def chance(self, *names: object) -> Random:
        """A source of chance of its own for each purpose and share, so that one part never disturbs another."""
        return Random("/".join(map(str, (self.seed, *self.codes, *names))))  # noqa: S311  fictional people, not secrets
