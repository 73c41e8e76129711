"""What matching a ledger into lots comes to."""

from collections.abc import Mapping
from dataclasses import field

from niner.dataclass import dataclass
from niner.lots.allocate import Opening, WalletLots
from niner.lots.values import Departure, Disposition, Lacking, Lot, NotThere, Replaced
from niner.values import Finding


@dataclass(frozen=True, slots=True)
class MatchResult:
    """Dispositions of the years asked for in ledger order, the lots held at the end, and what was found.

    `settled` are the wallets whose own lots were not enough when wallets became pools, `departures` the lots of units
    that left without a sale in those years.
    """

    dispositions: tuple[Disposition, ...]
    held: tuple[Lot, ...]
    findings: tuple[Finding, ...]
    settled: tuple[WalletLots, ...] = ()
    departures: tuple[Departure, ...] = ()
    nets: Mapping[int, int] = field(default_factory=dict)
    """Proceeds less basis of every year with a disposition, in parts of a cent: without losses that are not allowed for
    buying back, and without gains that a related seller's loss stands against."""
    replaced: tuple[Replaced, ...] = ()
    """What was bought back of units sold at a loss that is not allowed, in all years."""
    not_there: tuple[NotThere, ...] = ()
    """Units that were identified for a row and were not there to leave, in ledger order."""
    opening: Opening | None = None
    """The day on which each wallet became a pool of its own, where that day is among the years."""
    lacking: tuple[Lacking, ...] = ()
    """Units that left and were in no lot; each is an error among the findings."""
