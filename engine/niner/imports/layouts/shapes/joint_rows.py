"""Rows that say two things, or half of one, to rows that say one thing each."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal

from niner import exact
from niner.case.model import SourceFile
from niner.imports.layouts.compile import Wrong
from niner.imports.tables import cells
from niner.imports.tables.header import find, place_of
from niner.imports.tables.rows import Rows

_TREZOR_COINS = frozenset("BTC LTC ETH ETC BCH BTG DASH DGB DOGE ZEC NMC VTC ADA XRP SOL XLM XTZ BNB POL".split())


def tx_outputs(header: Sequence[str], rows: Rows, said: SourceFile, file: str) -> tuple[Sequence[str], Rows]:
    """Rows that are outputs of transactions: each is told apart, and what a transaction cost stands at its first.

    Adds the columns Output (its number in the transaction), Coin (the cell that names it, else from the file's name)
    and Network Fee: the fee's cell, or what left by the whole transaction (TX total) beyond its outputs.
    """
    tx, kind = place_of(["Transaction ID", "TX id"], header), place_of(["TX type", "Type"], header)
    unit, fee, total, value = (find([name], header) for name in ("Amount unit", "Fee", "TX total", "Value"))
    words = re.split(r"[^A-Z0-9]+", f"{said.wallet} {file}".upper())
    named = sorted({word for word in words if word in _TREZOR_COINS})
    if unit is None and len(named) != 1 and rows:
        says = "The file does not say of which coin it is; only its name can, and the name holds none or several."
        raise Wrong("import-asset", says, "Call the file by its coin, as trezor_btc.csv.")
    sent: dict[str, Decimal] = defaultdict(Decimal)
    for _, _, row in rows:
        if total is not None and value is not None and row[kind].strip().upper() == "OUT":
            sent[row[tx]] = exact.add(sent[row[tx]], _read(row[value]))
    count: Counter[str] = Counter()
    made: Rows = []
    for number, line, row in rows:
        count[row[tx]] += 1
        cost = row[fee].strip() if fee is not None else ""
        if total is not None and count[row[tx]] == 1 and row[kind].strip().upper() in ("OUT", "SELF"):
            cost = f"{exact.subtract(_read(row[total]).copy_abs(), sent[row[tx]]):f}"
        coin = row[unit].strip() if unit is not None else named[0]
        made.append((number, line, [*row, str(count[row[tx]]), coin, cost]))
    return (*header, "Output", "Coin", "Network Fee"), made


def _read(cell: str) -> Decimal:
    """The number in a cell; 0 where it holds none, which the reader of the row tells."""
    try:
        return cells.number(cell) or Decimal(0)
    except cells.NotRead:
        return Decimal(0)


def swap_and_send(header: Sequence[str], rows: Rows, said: SourceFile, file: str) -> tuple[Sequence[str], Rows]:
    """A row that trades and moves at once to one row for each: what is bought leaves, or what arrives is sold.

    Adds the column Step: trade, out, in, or move where a row does one thing only.
    """
    kind, origin, target = (place_of([n], header) for n in ("Type", "Origin Currency", "Destination Currency"))
    made: Rows = []
    for number, line, row in rows:
        what = row[kind].strip().casefold()
        gives, gets = row[origin].strip().upper(), row[target].strip().upper()
        if gives == gets or what not in ("in", "deposit", "out", "withdrawal"):
            made.append((number, line, [*row, "move" if gives == gets else "trade"]))
        elif what in ("out", "withdrawal"):
            made += [(number, line, [*row, "trade"]), (number, line, [*row, "out"])]
        else:
            made += [(number, line, [*row, "in"]), (number, line, [*row, "trade"])]
    return (*header, "Step"), made


def fee_of_the_purchase(header: Sequence[str], rows: Rows, said: SourceFile, file: str) -> tuple[Sequence[str], Rows]:
    """Dollars that are paid in with the fee of the purchase after them to a purchase that says its fee.

    Adds the column Fee: that of the row; for a purchase without one, that of the payment of the same dollars and its
    fee which stands within a minute before it. The payment itself then says none.
    """
    names = ("Event", "Date", "Transaction USD", "Total USD", "Fee USD", "Asset Type")
    cell = {name: place_of([name], header) for name in names}
    read_time = cells.reader_of_times(("iso",), None)
    fees = [row[cell["Fee USD"]] for _, _, row in rows]

    def text(row: Sequence[str], name: str) -> str:
        return row[cell[name]].strip()

    paid = [
        (at, row)
        for at, (_, _, row) in enumerate(rows)
        if text(row, "Event").casefold() == "deposit" and text(row, "Asset Type").upper() == "USD" and _read(fees[at])
    ]
    for at, (_, _, row) in enumerate(rows):
        if text(row, "Event").casefold() != "purchase" or _read(fees[at]):
            continue
        for other, payment in paid:
            net = exact.subtract(_read(text(payment, "Total USD")), _read(text(payment, "Fee USD")))
            try:
                away = (read_time(text(row, "Date")) - read_time(text(payment, "Date"))).total_seconds()
            except cells.NotRead:
                continue
            if net == _read(text(row, "Transaction USD")) and 0 <= away <= 60 and _read(fees[other]):
                fees[at], fees[other] = fees[other], ""
                break
    return (*header, "Fee"), [(number, line, [*row, fee]) for (number, line, row), fee in zip(rows, fees, strict=True)]
