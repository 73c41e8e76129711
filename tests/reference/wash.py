"""Wash sales unit by unit, by the text of Treas. Reg. §1.1091-1: slow, and it looks ahead instead of waiting.

One asset, whole units, whole dollars a unit, first in first out. A sale at a loss goes through all purchases of the 61
days, those still to come among them, in the order in which they were made, and takes each unit of them once.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

DAYS = timedelta(30)


@dataclass
class Row:
    """`what` is buy, gift, sell or move; `dollars` are for one unit."""

    id: str
    day: date
    what: str
    wallet: str
    units: int
    dollars: int = 0
    to: str = ""


@dataclass
class Unit:
    lot: int
    bought: Row
    basis: int
    held_from: date
    wallet: str
    place: tuple[int, int]
    here: bool = False
    sold: bool = False
    used: bool = False


@dataclass(frozen=True)
class Outcome:
    """`sold` counts units by (sale, lot, held from, dollars, basis, disallowed) and `held` those left by
    (lot, wallet, held from, basis)."""

    sold: Counter[tuple[str, str, date, int, int, int]]
    held: Counter[tuple[str, str, date, int]]


def run(rows: list[Row], one_pool: bool, until: date) -> Outcome:
    """What the rows up to `until` come to; purchases after it only make losses not allowed."""
    units = [
        Unit(at, row, row.dollars, row.day, row.wallet, (0, number))
        for at, row in enumerate(rows)
        if row.what in ("buy", "gift")
        for number in range(row.units)
    ]
    sold: Counter[tuple[str, str, date, int, int, int]] = Counter()
    turn = 0
    for at, row in enumerate(rows):
        if row.day > until:
            break
        mine = sorted(
            (u for u in units if u.here and not u.sold and (one_pool or u.wallet == row.wallet)),
            key=lambda u: (u.lot, u.place),
        )[: row.units]
        if row.what in ("buy", "gift"):
            for unit in units:
                if unit.lot == at:
                    unit.here, unit.place = True, (turn + 1 + unit.used, unit.place[1])
            turn += 2
        elif row.what == "move":
            for unit in mine:
                turn += 1
                unit.wallet = row.to
                if not one_pool:
                    unit.place = (turn, 0)
        else:
            for unit in mine:
                unit.sold = True
            for unit in mine:
                loss, disallowed = unit.basis - row.dollars, 0
                for other in sorted(units, key=lambda u: (u.lot, u.place)) if loss > 0 else ():
                    in_time = abs(other.bought.day - row.day) <= DAYS and other.bought.what == "buy"
                    if in_time and not other.used and not other.sold and other.lot != unit.lot and (
                        other.here or other.lot > at
                    ):  # fmt: skip
                        turn += 1
                        other.used, disallowed = True, loss
                        other.place = (turn if other.here else 0, turn)
                        other.basis += loss
                        other.held_from -= row.day - unit.held_from
                        break
                sold[row.id, unit.bought.id, unit.held_from, row.dollars, unit.basis, disallowed] += 1
    held = Counter((u.bought.id, u.wallet, u.held_from, u.basis) for u in units if u.here and not u.sold)
    return Outcome(sold, held)
