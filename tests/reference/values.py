"""A random ledger and its records as the values of Niner's ledger room, without a file."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from niner.case import Case
from niner.ledger import Records, Transaction, niner_format, records
from niner.ledger.table import Table
from niner.values import Finding
from reference.chosen import Allocation, Said
from reference.made import plain
from reference.rows import Row


def transactions_of(text: str, case: Case) -> tuple[list[Transaction], list[Finding]]:
    """The rows of a ledger in Niner's own format, in file order, and what is wrong with them."""
    header, *rows = csv.reader(io.StringIO(text))
    table = Table("ledger/made.csv", tuple(header), [(list(range(2, len(rows) + 2)), rows)], ())
    return niner_format.read_rows(table, ZoneInfo(case.elections.timezone or ""))


def records_of(said: Said, rows: Sequence[Row]) -> Records:
    """What a made case says of lots."""
    ids = {row.number: row.id for row in rows}
    identified = {
        ids[one.row]: records.Identified(
            line,
            ids[one.row],
            tuple(records.Pick(ids[number], Decimal(plain(units))) for number, units in one.lots),
            one.at,
            "broker" if one.told == "broker" else "own_books",
            "notes" if one.record else "",
        )
        for line, one in enumerate(said.identified, 1)
    }
    orders = tuple(
        records.StandingOrder(
            line,
            order.method,
            frozenset(name.casefold() for name in order.wallets),
            order.since,
            order.recorded,
            "broker" if order.told == "broker" else "own_books",
        )
        for line, order in enumerate(said.orders, 100)
    )
    allocations = (_allocation(said.allocation, ids),) if said.allocation else ()
    return Records(identified, orders, allocations)


def _allocation(one: Allocation, ids: dict[int, str]) -> records.Allocation:
    placed = tuple(records.Placed(wallet, ids[number], Decimal(plain(units))) for wallet, number, units in one.units)
    return records.Allocation(
        200,
        "specific" if one.how == "specific" else "global",
        date(2025, 1, 1),
        one.recorded,
        one.completed,
        (one.how, one.asset, one.order, one.wallets, one.units),
        frozenset({one.asset} - {""}),
        one.order,
        one.wallets,
        placed,
    )
