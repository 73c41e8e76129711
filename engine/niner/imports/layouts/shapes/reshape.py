"""Tables that no words describe to tables that they do: each function is named by `reshape` in a format file."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from niner.case.model import SourceFile
from niner.imports.layouts.shapes.explorers import base_units, own_address
from niner.imports.layouts.shapes.joint_rows import fee_of_the_purchase, swap_and_send, tx_outputs
from niner.imports.tables import cells
from niner.imports.tables.header import fold
from niner.imports.tables.rows import Reshape, Rows

_AMOUNT = re.compile(r"^(?P<asset>\S+?) ?Amount ?(?P=asset)$", re.IGNORECASE)


class _Triple(NamedTuple):
    asset: str
    amount: int
    fee: int | None
    balance: int | None


def wide_assets(header: Sequence[str], rows: Rows, said: SourceFile, file: str) -> tuple[Sequence[str], Rows]:
    """A triple of columns for every asset (`BTC Amount BTC`, `Fee (BTC) BTC`, `BTC Balance BTC`) to those filled.

    Adds the columns Units, Units Asset, Units Balance, Money, Money Asset, Fee and Fee Asset: Units is the asset of
    which the symbol says that it is traded, or the only one; Money is what was paid or got for it.
    """
    places = {fold(name): at for at, name in enumerate(header)}
    triples = [
        _Triple(
            asset,
            at,
            places.get(fold(f"Fee ({asset}) {asset}"), places.get(fold(f"Fee {asset}"))),
            places.get(fold(f"{asset} Balance {asset}")),
        )
        for at, name in enumerate(header)
        if (found := _AMOUNT.match(name.strip()))
        for asset in [found["asset"].upper()]
    ]
    symbol = places.get("symbol")
    made: Rows = []
    for number, line, row in rows:
        market = row[symbol].strip() if symbol is not None else ""
        filled = [one for one in triples if _filled(row[one.amount])]
        filled.sort(key=lambda one: not market.startswith(one.asset))
        fees = [(row[one.fee], one.asset) for one in triples if one.fee is not None and _filled(row[one.fee])]
        units = [(row[one.amount], one.asset) for one in filled]
        held = [row[one.balance] for one in filled if one.balance is not None]
        cells_of = [*_first(units), *(held[:1] or [""]), *_first(units[1:]), *_first(fees)]
        if len(units) > 2 or len(fees) > 1:  # what no row of this layout has is not guessed at
            cells_of[0] = "several assets at once"
        made.append((number, line, [*row, *cells_of]))
    return (*header, "Units", "Units Asset", "Units Balance", "Money", "Money Asset", "Fee", "Fee Asset"), made


def named_after_left(header: Sequence[str], rows: Rows, said: SourceFile, file: str) -> tuple[Sequence[str], Rows]:
    """Columns of one name, as three called Cur., to columns called by what stands left of them: Cur. of Buy."""
    names = [name.strip() for name in header]
    several = {name for name in names if names.count(name) > 1}
    return [f"{name} of {names[at - 1]}" if at and name in several else name for at, name in enumerate(names)], rows


def _first(several: Sequence[tuple[str, str]]) -> tuple[str, str]:
    return several[0] if several else ("", "")


def _filled(cell: str) -> bool:
    """Whether a cell holds an amount that is not zero; what can't be read is left to the reader of the row."""
    try:
        return bool(cells.number(cell))
    except cells.NotRead:
        return True


RESHAPES: Mapping[str, Reshape] = {
    "wide_assets": wide_assets,
    "named_after_left": named_after_left,
    "own_address": own_address,
    "base_units": base_units,
    "tx_outputs": tx_outputs,
    "swap_and_send": swap_and_send,
    "fee_of_the_purchase": fee_of_the_purchase,
}
