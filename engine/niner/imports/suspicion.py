"""What was read to what looks wrong in it row by row: a year without rows, a fee too large to be one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, tzinfo
from decimal import Decimal

from niner import exact
from niner.imports.events import Event, plain
from niner.imports.folder import Imported
from niner.money import cents
from niner.values import Finding, Source

_ODD_SHARE = Decimal("0.25")
_LEAST = Decimal(10)
"""A fee of a few cents on a purchase of a few cents is the least that a source takes."""
_BOTH_SIDES = ("buy", "sell", "trade")


def with_suspicions(imported: Imported, tax_year: int | None, zone: tzinfo | None) -> Imported:
    """The same with what looks wrong in its exports; rows in Niner's own format were written by hand as they are."""
    found = [*_odd_fees(imported.events)]
    if tax_year is not None and imported.events:
        found += _empty_year(imported, tax_year, zone or UTC)
    return replace(imported, findings=(*imported.findings, *found)) if found else imported


def _empty_year(imported: Imported, year: int, zone: tzinfo) -> Iterator[Finding]:
    """That no row is in the year that the return is for: most likely the export of another year was downloaded."""
    times = [event.time for event in imported.events] + [transaction.instant for _, transaction in imported.own]
    days = [time.astimezone(zone).date() for time in times]
    if any(day.year == year for day in days):
        return
    says = f"No row is in {year}: what was downloaded goes from {min(days)} to {max(days)}."
    todo = f"If anything happened in {year}, download that year too. If nothing did, this is as it should be."
    yield Finding("year-empty", "review", says, todo, source=Source("ledger"))


def _odd_fees(events: tuple[Event, ...]) -> Iterator[Finding]:
    """Fees of a quarter of the value and more: a column may hold something else, or the value be of another unit."""
    for event in events:
        if event.kind not in _BOTH_SIDES or event.usd_value is None or event.usd_value < _LEAST:
            continue
        for fee in event.fees:
            paid = fee.quantity if fee.asset == "USD" else fee.usd
            if paid is not None and paid > exact.EXACT.multiply(event.usd_value, _ODD_SHARE):
                whole = plain(event.usd_value)
                says = f"The fee of ${plain(paid)} is more than a quarter of the {event.kind} of ${whole}."
                todo = "Compare the row with what the source shows."
                stake = cents(paid)
                yield Finding("fee-odd", "review", says, todo, amount_cents=stake, source=event.place)
