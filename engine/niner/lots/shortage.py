"""Units that left but never came in: one error for each asset and wallet, with how much, since when and why."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

from niner import exact
from niner.dataclass import dataclass
from niner.ledger.transaction import Transaction
from niner.lots.values import Lacking
from niner.values import Finding

_DIGITS = 8
_LAST_DIGIT = 10**_DIGITS
_CLOCKS = timedelta(days=1)  # what a chain's confirmation and an exchange's clock can be apart
_DOES = {
    "transfer": "transfers",
    "fee": "pays a fee of",
    "sell": "sells",
    "trade": "trades",
    "spend": "spends",
    "gift_out": "gives away",
    "spouse_out": "gives to a spouse",
    "donation": "donates",
    "stolen": "loses by theft",
    "lost": "loses",
    "worthless": "gives up",
    "rename": "renames",
}


@dataclass(slots=True)
class _Short:
    first: Transaction
    kind: str
    wanted: int
    lacking: int
    rows: int
    elsewhere: dict[str, int]


class Shortages:
    """Collects what was missing while the ledger runs."""

    def __init__(self, scale: int) -> None:
        self.scale = scale
        self.short: dict[tuple[str, str], _Short] = {}
        self.overdraft: dict[tuple[str, str], tuple[Transaction, int]] = {}

    def more(self, asset: str, wallet: str, lacking: int) -> bool:
        """Count a further row of a shortage that is known; False where it is the first."""
        known = self.short.get((asset, wallet))
        if known is None:
            return False
        known.lacking += lacking
        known.rows += 1
        return True

    def add(
        self,
        t: Transaction,
        kind: str,
        asset: str,
        wallet: str,
        wanted: int,
        lacking: int,
        elsewhere: dict[str, int],
    ) -> None:
        """The first row of a shortage: `lacking` of `wanted` units were not in `wallet` (empty: the common pool)."""
        self.short[asset, wallet] = _Short(t, kind, wanted, lacking, 1, elsewhere)

    def overdrawn(self, t: Transaction, asset: str, wallet: str, by: int) -> None:
        """A wallet gave more than it held while the common pool still had units."""
        first, most = self.overdraft.get((asset, wallet), (t, 0))
        self.overdraft[asset, wallet] = (first, max(most, by))

    def lacking(self) -> list[Lacking]:
        """What was short, by asset and pool."""
        return [
            Lacking(asset, wallet, exact.quantity(short.lacking, self.scale), short.first)
            for (asset, wallet), short in self.short.items()
        ]

    def findings(self, transactions: Sequence[Transaction]) -> list[Finding]:
        """An error for each asset and pool that ran short; a review for each wallet overdrawn in a common pool.

        `transactions` are the ledger's: what came in too late is named with its row.
        """
        found = [self._error(asset, wallet, s, transactions) for (asset, wallet), s in self.short.items()]
        pools_short = {asset for asset, wallet in self.short if not wallet}
        for (asset, wallet), (t, by) in self.overdraft.items():
            if asset in pools_short:
                continue
            says = (
                f"From {t.day} on, wallet “{wallet}” gave up to {self._text(by)} {asset} more than its own "
                "rows brought in. One common pool still finds the lots, but a transfer or a purchase is missing."
            )
            todo = "Add the missing rows: where each wallet is a pool of its own this becomes an error."
            worth = self._worth(by, asset, t, transactions)
            found.append(
                Finding("wallet-overdrawn", "review", says, todo, amount_cents=worth, source=t.source, value=asset)
            )
        return found

    def _error(self, asset: str, wallet: str, s: _Short, transactions: Sequence[Transaction]) -> Finding:
        where = f"wallet “{wallet}”" if wallet else "all wallets together"
        # What one row was short of is known for the first row only; later rows add to the total.
        says = f"{s.first.day}: {_DOES.get(s.kind, 'uses')} {self._text(s.wanted)} {asset}, but {where} "
        if s.rows == 1:
            has = s.wanted - s.lacking
            says += f"held {self._text(has)}: {self._text(s.lacking)} {asset} missing." if has else "held none."
        else:
            says += "did not hold that much; "
            says += f"{s.rows} rows from that day on are short by {self._text(s.lacking)} {asset} in all."
        if self._is_rounding(s):
            left = f" (to {self._text(s.wanted - s.lacking)})" if s.rows == 1 else ""
            todo = f"This looks like the exchange's rounding: lower the quantity by that{left}; no amount changes."
            return Finding("lots-short", "error", says, todo, source=s.first.source, value=asset)
        late = _late(asset, wallet, s.first, transactions)
        if late is not None:
            return Finding("lots-short", "error", says, late, source=s.first.source, value=asset)
        reasons = []
        if s.kind == "fee" and asset == s.first.sent_asset:
            reasons.append("the fee comes on top of sent_quantity: put there only what arrived")
            s.elsewhere.pop(s.first.to_wallet, None)
        rich = [(n, name) for name, n in s.elsewhere.items() if n >= s.lacking]
        if rich:
            n, name = max(rich)
            reasons.append(f"wallet “{name}” held {self._text(n)} {asset} then: a transfer may be missing")
        reasons += [
            "a purchase, deposit or earlier export may be missing from the ledger",
            "units held before the first row need an “opening” row",
        ]
        if s.kind == "fee":
            reasons.append("or the fee_asset is not the asset the fee was paid in")
        todo = "Likely: " + "; ".join(reasons) + "."
        return Finding("lots-short", "error", says, todo, source=s.first.source, value=asset)

    def _worth(self, units: int, asset: str, near: Transaction, transactions: Sequence[Transaction]) -> int | None:
        """What the units were worth in cents by the row nearest in time that prices the asset; None where none does."""
        priced = [
            (abs(t.instant - near.instant), t.value_cents, quantity)
            for t in transactions
            for side, quantity in ((t.sent_asset, t.sent_quantity), (t.received_asset, t.received_quantity))
            if side == asset and quantity and t.value_cents
        ]
        if not priced:
            return None
        _, cents, quantity = min(priced, key=lambda price: price[0])
        return int(Fraction(cents) / Fraction(quantity) * Fraction(units, 10**self.scale))

    def _is_rounding(self, s: _Short) -> bool:
        """Whether no more is missing than the last digit exchanges print, a row, or a ten-millionth of the units."""
        digit = max(10**self.scale // _LAST_DIGIT, 1) if self.scale >= _DIGITS else 0
        return s.wanted > s.lacking and (s.lacking <= digit * s.rows or s.lacking * _LAST_DIGIT // 10 <= s.wanted)

    def _text(self, units: int) -> str:
        return f"{exact.quantity(units, self.scale):f}"


def _late(asset: str, wallet: str, short: Transaction, transactions: Sequence[Transaction]) -> str | None:
    """What to do where the units came in by a row after the one that used them; None where none did."""
    after = [t for t in transactions if t.instant >= short.instant and t != short]
    for t in after:
        if t.kind == "opening" and t.received_asset == asset and wallet in ("", t.wallet):
            return (
                f"{t.source} brings in {t.received_quantity:f} {asset} as “opening”, but is dated {t.day}, after this "
                "row: its date is late. Date it before the first row of its wallet; acquired says when it was bought."
            )
    for t in after:
        if (
            t.kind == "transfer"
            and t.sent_asset == asset
            and t.to_wallet == wallet
            and t.instant - short.instant <= _CLOCKS
        ):
            return (
                f"{t.source} moves {t.sent_quantity:f} {asset} from “{t.wallet}” to “{wallet}”, but its time is "
                f"{_apart(t.instant - short.instant)} later than this row's: two clocks differ. If the units were "
                "there first, give the transfer an earlier time than this row, and say so in its note."
            )
    return None


def _apart(time: timedelta) -> str:
    """A stretch of time in words: `90 seconds`, `5 minutes`, `3 hours`."""
    seconds = int(time.total_seconds())
    for size, name in ((3600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"{seconds // size} {name}s"
    return f"{seconds} second{'s' * (seconds != 1)}"
