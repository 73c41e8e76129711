"""Units that left but never came in: one error for each asset and wallet, with how much, since when and why."""

from dataclasses import dataclass

from niner import exact
from niner.ledger.transaction import Transaction
from niner.values import Finding

_DOES = {
    "transfer": "transfers",
    "fee": "pays a fee of",
    "sell": "sells",
    "trade": "trades",
    "spend": "spends",
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

    def findings(self) -> list[Finding]:
        """An error for each asset and pool that ran short; a review for each wallet overdrawn in a common pool."""
        found = [self._error(asset, wallet, s) for (asset, wallet), s in self.short.items()]
        pools_short = {asset for asset, wallet in self.short if not wallet}
        for (asset, wallet), (t, by) in self.overdraft.items():
            if asset in pools_short:
                continue
            says = (
                f"From {t.day} on, wallet “{wallet}” gave up to {self._text(by)} {asset} more than its own "
                "rows brought in. One common pool still finds the lots, but a transfer or a purchase is missing."
            )
            todo = "Add the missing rows: where each wallet is a pool of its own this becomes an error."
            found.append(Finding("wallet-overdrawn", "review", says, todo, source=t.source, value=asset))
        return found

    def _error(self, asset: str, wallet: str, s: _Short) -> Finding:
        where = f"wallet “{wallet}”" if wallet else "all wallets together"
        # What one row was short of is known for the first row only; later rows add to the total.
        says = f"{s.first.day}: {_DOES.get(s.kind, 'uses')} {self._text(s.wanted)} {asset}, but {where} "
        if s.rows == 1:
            has = s.wanted - s.lacking
            says += f"held {self._text(has)}: {self._text(s.lacking)} {asset} missing." if has else "held none."
        else:
            says += "did not hold that much; "
            says += f"{s.rows} rows from that day on are short by {self._text(s.lacking)} {asset} in all."
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

    def _text(self, units: int) -> str:
        return f"{exact.quantity(units, self.scale):f}"
