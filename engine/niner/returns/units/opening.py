"""The day on which each wallet became a pool of its own: its units and basis, set against what the common pool held."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from niner.dataclass import dataclass
from niner.exact import add
from niner.lots import Lot, Opening
from niner.money import parts_text


@dataclass(frozen=True, slots=True)
class Holding:
    """One wallet's units of one asset, and their basis in cents and in parts of a cent."""

    wallet: str
    asset: str
    units: Decimal
    basis_cents: int
    basis_parts: int
    lots: tuple[Lot, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """What the pool held of one asset, against all wallets together. `how` it was put into them."""

    asset: str
    how: str
    pool_units: Decimal
    pool_cents: int
    pool_parts: int
    wallet_units: Decimal
    wallet_cents: int
    wallet_parts: int

    @property
    def agrees(self) -> bool:
        """Whether units, cents and parts of a cent are the same."""
        pool = self.pool_units, self.pool_cents, self.pool_parts
        return pool == (self.wallet_units, self.wallet_cents, self.wallet_parts)


def holdings(lots: Iterable[Lot]) -> list[Holding]:
    """Lots by wallet and asset, in the order of their names."""
    groups: dict[tuple[str, str], list[Lot]] = {}
    for lot in lots:
        groups.setdefault((lot.wallet, lot.asset), []).append(lot)
    return [
        Holding(
            wallet,
            asset,
            _sum(lot.quantity for lot in own),
            sum(lot.basis_cents for lot in own),
            sum(lot.basis_parts for lot in own),
            tuple(own),
        )
        for (wallet, asset), own in sorted(groups.items())
    ]


def balances(opening: Opening) -> list[Balance]:
    """Each asset of the pool against the wallets that took it over."""
    found = []
    for total in opening.pool:
        own = [lot for lot in opening.lots if lot.asset == total.asset]
        found.append(
            Balance(
                total.asset,
                opening.how[total.asset],
                total.units,
                total.basis_cents,
                total.basis_parts,
                _sum(lot.quantity for lot in own),
                sum(lot.basis_cents for lot in own),
                sum(lot.basis_parts for lot in own),
            )
        )
    return found


def wallets_opened(opening: Opening) -> dict[str, Any]:
    """The same as plain data; amounts are decimal text in dollars."""
    sides = balances(opening)
    return {
        "on": f"{opening.year}-01-01",
        "agrees": all(side.agrees for side in sides),
        "pool": [
            {
                "asset": side.asset,
                "how": side.how,
                "units": f"{side.pool_units:f}",
                "basis": parts_text(side.pool_parts, side.pool_cents),
                "units_in_wallets": f"{side.wallet_units:f}",
                "basis_in_wallets": parts_text(side.wallet_parts, side.wallet_cents),
            }
            for side in sides
        ],
        "wallets": [
            {
                "wallet": one.wallet,
                "asset": one.asset,
                "units": f"{one.units:f}",
                "basis": parts_text(one.basis_parts, one.basis_cents),
                "lots": [
                    {
                        "id": lot.id,
                        "units": f"{lot.quantity:f}",
                        "acquired": lot.acquired.isoformat(),
                        "basis": parts_text(lot.basis_parts, lot.basis_cents),
                        "source": {"file": lot.source.file, "row": lot.source.row},
                    }
                    for lot in one.lots
                ],
            }
            for one in holdings(opening.lots)
        ],
    }


def _sum(quantities: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for quantity in quantities:
        total = add(total, quantity)
    return total
