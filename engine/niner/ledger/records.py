"""What was written down about which units leave: picks for single rows, standing orders, and where the unused basis of
the common pool was put. Whether it counts is for the rules to say."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from niner.dataclass import dataclass

Told = Literal["broker", "own_books"]
Moment = datetime | date
"""A time with its zone, or a day where no time is known."""


@dataclass(frozen=True, slots=True)
class Pick:
    """Units of one lot: `lot` is the transaction that brought it in."""

    lot: str
    units: Decimal


@dataclass(frozen=True, slots=True)
class Identified:
    """The lots that the units of a row were identified as. `line` is where decisions.yaml says so."""

    line: int
    transaction: str
    picks: tuple[Pick, ...]
    at: Moment | None
    told: Told
    record: str


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """A method for every row of some wallets from a day on. `wallets` are in small letters."""

    line: int
    method: str
    wallets: frozenset[str]
    since: date
    recorded: Moment
    told: Told


@dataclass(frozen=True, slots=True)
class Placed:
    """Units of a lot of the common pool that an allocation puts into a wallet."""

    wallet: str
    lot: str
    units: Decimal


@dataclass(frozen=True, slots=True)
class Allocation:
    """How the common pool's unused basis was put into wallets: unit by unit (`placed`), or by a rule (`order` of the
    lots into `wallets`, one after the other). `assets` is empty where it is for all of them; `content` is what it
    allocates as it is written down: two that differ in it are two allocations."""

    line: int
    how: Literal["specific", "global"]
    on: date
    recorded: Moment
    completed: Moment | None
    content: tuple[object, ...]
    assets: frozenset[str] = frozenset()
    order: str = ""
    wallets: tuple[str, ...] = ()
    placed: tuple[Placed, ...] = ()

    def covers(self, asset: str) -> bool:
        """Whether it says anything of an asset."""
        return not self.assets or asset in self.assets


@dataclass(frozen=True, slots=True)
class Records:
    """All of it. `filed` is what the allocations said by which each locked year was filed."""

    identified: Mapping[str, Identified] = field(default_factory=lambda: MappingProxyType({}))
    orders: tuple[StandingOrder, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    filed: Mapping[int, frozenset[tuple[object, ...]]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def picked(self) -> frozenset[str]:
        """The lots that are named."""
        picks = (pick.lot for one in self.identified.values() for pick in one.picks)
        return frozenset((*picks, *(placed.lot for one in self.allocations for placed in one.placed)))


NO_RECORDS = Records()
