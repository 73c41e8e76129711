"""What must hold of any downloads: order, copies, overlaps, other wallets and clocks that differ change nothing.

Ledgers are made at random in the layouts of an exchange with ids (Coinbase), one whose trades are several rows
Ledgers are made at random in the layouts of an exchange with ids (Coinbase), one whose trades are several rows
"""

import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.exports import imported, units
from niner.imports import Imported
from niner.imports.joining.matching import moved

START = datetime(2024, 3, 1, 12, tzinfo=UTC)
WALLETS = ("Coinbase", "Kraken", "Ledger", "Other")
HEADS = {
    "Coinbase": (
        "ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,"
        "Total (inclusive of fees and/or spread),Fees and/or Spread,Notes"
    ),
    "Kraken": "txid,refid,time,type,subtype,aclass,asset,wallet,amount,fee,balance",
    "Ledger": (
        "Operation Date,Status,Currency Ticker,Operation Type,Operation Amount,Operation Fees,Operation Hash,"
        "Account Name,Account xpub"
    ),
    "Other": (
        "Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Net Worth Amount,"
        "Net Worth Currency,Label,Description,TxHash"
    ),
}
LOOSE = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SEEDS = st.integers(0, 10**6)


@dataclass
class Made:
    """Rows by wallet, each the lines of one event, with its time."""

    rows: dict[str, list[tuple[datetime, list[str]]]] = field(default_factory=lambda: {name: [] for name in WALLETS})
    count: int = 0

    def add(self, wallet: str, time: datetime, kind: str, asset: str, quantity: Decimal, dollars: int = 0) -> None:
        """One event: buy, staking, out or in."""
        self.count += 1
        n, q, iso = self.count, f"{quantity:f}", time.strftime("%Y-%m-%d %H:%M:%S")
        if wallet == "Coinbase":
            named = {"buy": "Buy", "staking": "Staking Income", "out": "Send", "in": "Receive"}[kind]
            lines = [f"c{n},{iso} UTC,{named},{asset},{q},USD,$1,${dollars},${dollars},$0,"]
        elif wallet == "Kraken":
            if kind == "buy":
                lines = [
                    f"k{n}a,T{n},{iso},trade,,currency,ZUSD,spot,-{dollars},0.5,",
                    f"k{n}b,T{n},{iso},trade,,currency,{asset},spot,{q},0,",
                ]
            else:
                named = {"staking": "staking", "out": "withdrawal", "in": "deposit"}[kind]
                lines = [f"k{n},R{n},{iso},{named},,currency,{asset},spot,{'-' if kind == 'out' else ''}{q},0,"]
        elif wallet == "Ledger":
            named = {"staking": "REWARD", "out": "OUT", "in": "IN", "buy": "IN"}[kind]
            lines = [f"{time.isoformat()},Confirmed,{asset},{named},{q},0,h{n},Main,x"]
        else:
            # No ids: rows of one moment and amount are told apart by their number alone.
            sides = f"{q},{asset},," if kind == "out" else f",,{q},{asset}"
            paid = f"{dollars},USD,{q},{asset}" if kind == "buy" else sides
            lines = [f"{iso} UTC,{paid},,,,,{'staking' if kind == 'staking' else ''},,"]
        self.rows[wallet].append((time, lines))

    def files(self, order: Random | None = None) -> dict[str, str]:
        """A file for each wallet; in the order of `order`, by rows, with its name drawn anew."""
        found = {}
        for wallet, rows in self.rows.items():
            lines = [line for _, several in rows for line in several]
            name = "export"
            if order is not None:
                order.shuffle(lines)
                name = f"{order.randint(0, 999)}"
            found[f"{wallet}/{name}.csv"] = table(wallet, lines)
        return found


def table(wallet: str, lines: Iterable[str]) -> str:
    return "\n".join([HEADS[wallet], *lines, ""])


def made(seed: int) -> Made:
    """Purchases, rewards, equal rows, and moves of which no two have the same amount."""
    dice, found = Random(seed), Made()
    time = START
    for number in range(dice.randint(3, 12)):
        time += timedelta(minutes=dice.randint(1, 600))
        wallet, asset = dice.choice(WALLETS), dice.choice(("BTC", "SOL"))
        kind = dice.choice(("buy", "staking", "move", "move", "out"))
        quantity = Decimal(100_000 * (number + 1) + dice.randint(1, 99)).scaleb(-5)
        if kind == "move":
            other = dice.choice([name for name in WALLETS if name != wallet])
            found.add(wallet, time, "out", asset, quantity)
            found.add(other, time + timedelta(minutes=dice.randint(0, 50)), "in", asset, quantity)
        else:
            for _ in range(dice.choice((1, 1, 2))):
                found.add(wallet, time, kind, asset, quantity, dice.randint(1, 9999))
    return found


def read(files: Mapping[str, str]) -> Imported:
    with tempfile.TemporaryDirectory() as place:
        return imported(Path(place), files)


def facts(found: Imported) -> Sequence[object]:
    """What a ledger comes to, whatever its files are called: events, moves, and what is missing."""
    events = Counter(
        (e.id, e.time, e.wallet, e.kind, e.sent, e.received, e.fees, e.usd_value, e.txid) for e in found.events
    )
    pairs = Counter((pair.out, pair.into, pair.tier) for pair in found.transfers)
    missing = Counter((one.event, one.asset, one.day) for one in found.missing_prices)
    return events, pairs, missing, {one.event for one in found.unmatched}, units(found)


@LOOSE
@given(seed=SEEDS, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_names_of_files_change_nothing(seed: int, order: Random) -> None:
    assert facts(read(made(seed).files(order))) == facts(read(made(seed).files()))


@LOOSE
@given(seed=SEEDS, which=st.sampled_from(WALLETS), saved=st.booleans())
def test_the_same_file_again_adds_nothing(seed: int, which: str, saved: bool) -> None:
    files = made(seed).files()
    again = files[f"{which}/export.csv"]
    copy = again.replace("\n", "\r\n") if saved else again  # a program that saves it again changes its bytes
    assert facts(read({**files, f"{which}/export (1).csv": copy})) == facts(read(files))


@LOOSE
@given(seed=SEEDS, first=st.floats(0, 1), second=st.floats(0, 1))
def test_exports_that_overlap_are_one(seed: int, first: float, second: float) -> None:
    """One export to a day, and a later one from a day before it on."""
    whole = made(seed)
    files = {}
    for wallet, rows in whole.rows.items():
        cuts = sorted((int(first * len(rows)), int(second * len(rows))))
        days = [time for time, _ in rows]
        # Exports are cut between moments: rows of one second stand in one or in both.
        until = [row for row in rows if not days or row[0] <= (days[cuts[1]] if cuts[1] < len(days) else days[-1])]
        after = [row for row in rows if row[0] >= days[min(cuts[0], len(days) - 1)]]
        for name, part in (("early", until), ("late", after)):
            files[f"{wallet}/{name}.csv"] = table(wallet, [line for _, lines in part for line in lines])
    assert facts(read(files)) == facts(read(whole.files()))


@LOOSE
@given(seed=SEEDS)
def test_matching_keeps_every_unit(seed: int) -> None:
    """What all wallets hold together is less only by fees, whether moves are halves or whole."""
    found = read(made(seed).files())
    before, after = Counter[str](), Counter[str]()
    for total, events in ((before, found.events), (after, moved(found.events, found.transfers))):
        for event in events:
            for leg in event.received:
                total[leg.asset] += int(leg.quantity * 10**5)
            for leg in event.sent:
                total[leg.asset] -= int(leg.quantity * 10**5)
    assert after == before


@LOOSE
@given(seed=SEEDS, other=SEEDS)
def test_an_unrelated_wallet_changes_no_pair(seed: int, other: int) -> None:
    """It moves the same coins in the same hours, in amounts that no other wallet moves."""
    files = made(seed).files()
    dice, more = Random(other), Made(count=10_000)
    for number in range(8):
        time = START + timedelta(minutes=dice.randint(0, 3000))
        quantity = Decimal(50_000 + 100_000 * (number + 40)).scaleb(-5)
        more.add("Kraken", time, dice.choice(("out", "in", "staking")), dice.choice(("BTC", "SOL")), quantity)
    stranger = {"Stranger/export.csv": more.files()["Kraken/export.csv"]}
    alone, together = read(files), read({**files, **stranger})
    assert {(p.out, p.into) for p in together.transfers} == {(p.out, p.into) for p in alone.transfers}
    assert {e.id for e in alone.events} <= {e.id for e in together.events}


@LOOSE
@given(seed=SEEDS, which=st.sampled_from(WALLETS), minutes=st.integers(-9, 9))
def test_a_clock_that_is_minutes_off_changes_no_pair(seed: int, which: str, minutes: int) -> None:
    plain, skewed = made(seed), Made()
    skewed.rows = {name: list(rows) for name, rows in plain.rows.items()}
    shift = timedelta(minutes=minutes)
    text = {
        time.strftime("%Y-%m-%d %H:%M:%S"): (time + shift).strftime("%Y-%m-%d %H:%M:%S")
        for time, _ in plain.rows[which]
    }
    text |= {time.isoformat(): (time + shift).isoformat() for time, _ in plain.rows[which]}
    skewed.rows[which] = [(time + shift, [shifted(line, text) for line in lines]) for time, lines in plain.rows[which]]

    def moves(found: Imported) -> set[tuple[str, str, Decimal]]:
        events = {event.id: event for event in found.events}
        return {(events[p.out].wallet, events[p.into].wallet, events[p.out].sent[0].quantity) for p in found.transfers}

    assert moves(read(skewed.files())) == moves(read(plain.files()))


def shifted(line: str, text: Mapping[str, str]) -> str:
    old = next(old for old in text if old in line)
    return line.replace(old, text[old])
