"""What was read to what looks wrong in it row by row: fees that are odd or rest on a guess, years without rows."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from niner import exact
from niner.imports.events import Event, Fee, amount
from niner.imports.folder import Imported, in_order
from niner.imports.gate.stakes import Stakes, limit
from niner.imports.reading.own_format import event_of
from niner.ledger.transaction import Transaction
from niner.money import dollars_spoken, exact_text
from niner.values import Finding, Source

_WITH_FEES = ("buy", "sell", "trade", "transfer_out", "transfer_in")


def odd_fees(imported: Imported, stakes: Stakes) -> Iterator[Finding]:
    """Fees of a quarter of the worth and more: a column may hold something else, or the worth be of another unit."""
    share, least = limit("odd_fee_share"), int(limit("odd_fee_least") * 100)
    events = [e for e in imported.events if e.kind in _WITH_FEES and e.fees and not _surely_usual(e, share)]
    parts, whole_of = share.as_integer_ratio()
    more = [one for one in imported.settled if one[0].fee_cents * whole_of > (one[0].value_cents or 0) * parts]
    odd = [one.event for one in more if one.transaction.kind in _WITH_FEES]
    rows, numbers = imported.own.rows, imported.own.numbers
    costly: list[int] = []
    if max(rows.paid, default=0) * whole_of > least * parts:  # else none is, as mostly
        several = enumerate(zip(rows.paid, rows.worth, strict=True))
        costly = [at for at, (paid, worth) in several if worth is not None and paid * whole_of > worth * parts]
    odd += [event_of(rows[at], numbers[at]) for at in costly if rows.commons[at].kind in _WITH_FEES]
    for event in sorted([*events, *odd], key=in_order) if odd else events:
        whole = stakes.worth(event)
        if whole is None or whole < least:
            continue
        for fee in event.fees:
            paid = _cents(event, fee, stakes)
            if paid is not None and paid > share * whole:
                what = "move" if event.kind.startswith("transfer") else event.kind
                units = "" if fee.asset == "USD" else f" ({amount(fee)})"
                says = f"The fee of {dollars_spoken(paid)}{units} is more than a quarter of the {what} of "
                says += f"{dollars_spoken(whole)}."
                todo = "Compare the row with what the source shows: a column may have shifted."
                yield stakes.finding("fee-odd", "review", says, todo, event.place, [paid])


def _surely_usual(event: Event, share: Decimal) -> bool:
    """Whether an event whose worth and fees are all in dollars has no fee beyond the share: most have."""
    if event.usd_value is None:
        return False
    most = exact.multiply(event.usd_value, share)
    if len(event.fees) == 1:
        fee = event.fees[0]
        return fee.asset == "USD" and fee.quantity <= most
    return all(fee.asset == "USD" and fee.quantity <= most for fee in event.fees)


def guessed_fees(imported: Imported, stakes: Stakes) -> Iterator[Finding]:
    """For each file, fees of which no export has shown whether they are in the amounts or beside them.

    Where both halves of a move are known, what arrived shows it.
    """
    moved = {id for pair in imported.transfers for id in (pair.out, pair.into)}
    by_file: dict[tuple[str, bool], list[tuple[Event, Fee]]] = defaultdict(list)
    for event in imported.events:
        for fee in event.fees:
            if fee.guessed and event.id not in moved:
                by_file[event.file, fee.inside].append((event, fee))
    dollars: dict[str, list[Transaction]] = defaultdict(list)  # what is settled has fees in dollars, and beside
    for transaction, made, _ in imported.settled:
        if made.guessed and transaction.fee_cents:
            dollars[transaction.source.file].append(transaction)
    for file, inside in sorted(by_file.keys() | {(file, False) for file in dollars}):
        several, settled = by_file.get((file, inside), []), [] if inside else dollars.get(file, [])
        taken, other = ("in the amounts", "beside them") if inside else ("beside the amounts", "in them")
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for _, fee in several:
            totals[fee.asset] = exact.add(totals[fee.asset], fee.quantity)
        paid = sum(one.fee_cents for one in settled)
        if settled:
            totals["USD"] = exact.add(totals["USD"], Decimal(exact_text(paid)))
        told = ", ".join(amount(Fee(total, asset)) for asset, total in sorted(totals.items()))
        says = f"Fees of this file ({told}) are taken as {taken}; no export has shown yet that they are not {other}."
        todo = (
            "Compare one row with what the source shows. If it is the other way, copy the format file into formats/ of "
            f"the case and write on: {'top' if inside else 'inside'} at its fee."
        )
        cents = [*(_cents(event, fee, stakes) for event, fee in several), *(int(one.fee_cents) for one in settled)]
        lines = [(event.time, event.line) for event, _ in several]
        first = min([*lines, *((one.instant, one.source.row) for one in settled)])
        yield stakes.finding("fee-guessed", "review", says, todo, Source(file, first[1]), cents)


def _cents(event: Event, fee: Fee, stakes: Stakes) -> int | None:
    if fee.asset == "USD":
        return int(Fraction(fee.quantity) * 100)
    if fee.usd is not None:
        return int(Fraction(fee.usd) * 100)
    legs = {leg.asset: leg.quantity for leg in (*event.sent, *event.received)}
    whole = stakes.worth(event)
    if whole is not None and legs.get(fee.asset):
        return int(Fraction(fee.quantity) * whole / Fraction(legs[fee.asset]))
    return stakes.worths.cents(fee.asset, fee.quantity, event.time)


def empty_years(imported: Imported, stakes: Stakes) -> Iterator[Finding]:
    """That no row is in the year of the return, or that a wallet has rows before a year and after it and none in it.

    Told of downloads, of which one may be missing, and not of what somebody writes in Niner's own format.
    """
    years: dict[str, set[int]] = defaultdict(set)
    days_in_utc = {(event.wallet, event.time.date()) for event in imported.events}
    at_the_turn = {one for one in days_in_utc if (one[1].month, one[1].day) in ((1, 1), (12, 31))}
    for wallet, day in days_in_utc - at_the_turn:  # in every zone the day is of the same year
        years[wallet].add(day.year)
    if str(stakes.zone) == "UTC":
        for wallet, day in at_the_turn:
            years[wallet].add(day.year)
    else:
        for event in imported.events:
            if (event.wallet, event.time.date()) in at_the_turn:
                years[event.wallet].add(stakes.day(event.time).year)
    own = imported.own.rows
    rows = [one.transaction for one in imported.settled]
    days_of = {(row.wallet, row.day) for row in rows}
    for wallet, year_of in {(wallet, day.year) for wallet, day in days_of} | own.wallets_by_year():
        years[wallet].add(year_of)
    every = {year for several in years.values() for year in several}
    year = stakes.tax_year
    downloaded = {event.wallet for event in imported.events if event.file not in imported.written}
    downloaded |= {one.transaction.wallet for one in imported.settled}
    if year is not None and downloaded and year not in every:
        days = [stakes.day(event.time) for event in imported.events] + [row.day for row in rows] + list(own.days)
        says = f"No row is in {year}: what was downloaded goes from {min(days)} to {max(days)}."
        todo = f"If anything happened in {year}, download that year too. If nothing did, this is as it should be."
        yield Finding("year-empty", "review", says, todo, source=Source("ledger"))
    for wallet, several in sorted(years.items()):
        missing = [one for one in range(min(several), max(several)) if one not in several]
        if wallet in downloaded and missing:
            listed = ", ".join(map(str, missing))
            says = f"{wallet} has rows before and after {listed}, and none in {'it' if len(missing) == 1 else 'them'}."
            todo = "If the source makes one file for each year, one is missing; if nothing happened there, all is well."
            severe = year is None or any(one <= year for one in missing)
            yield Finding("year-gap", "review" if severe else "note", says, todo, source=Source("ledger"), value=wallet)
