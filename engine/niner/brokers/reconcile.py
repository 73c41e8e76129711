"""What brokers reported of a year to the dispositions of that year: which are one, what stays open on either side."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

from niner.brokers.match import Bundle, Key, Tolerance, match, tolerance
from niner.brokers.sales import Sale
from niner.brokers.spread import not_mine, spread
from niner.brokers.values import FORMS, NFT_TOTAL, SALE, STABLECOIN_TOTAL, ReportedSale, Ruled
from niner.dataclass import dataclass
from niner.exact import total
from niner.lots import Disposition
from niner.money import parts
from niner.values import Finding, Source
from niner.words.suggest import near
from niner.words.yaml_text import parse

_SHORTEST = 4  # letters that a wallet's name needs to be found in a broker's longer one
OFFSETS = {"nominee": "nominee", "spouse": "spouse", "transfer": "not_a_sale", "no_sale": "not_a_sale"}
"""What a ruling says that a reported sale is, and the role of the row that offsets it."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A year's dispositions as forms report them, and the residual.

    `dispositions` are those of the ledger, cut where a form's rows end, and the rows that offset what is not the
    taxpayer's. `elsewhere` are rows that another paper of the return has. `rows` and `sales` are open: what only a form
    reports, and what a broker that sent a form does not report.
    """

    dispositions: tuple[Disposition, ...]
    bundles: tuple[Bundle, ...] = ()
    offset: tuple[tuple[ReportedSale, str, str], ...] = ()
    elsewhere: tuple[ReportedSale, ...] = ()
    rows: tuple[ReportedSale, ...] = ()
    sales: tuple[Sale, ...] = ()
    unknown: tuple[str, ...] = ()
    """Brokers that are no wallet of the ledger."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """How brokers and assets are compared: `broker_of` gives the broker of a wallet where the case names one."""

    wallets: frozenset[str]
    broker_of: Mapping[str, str]
    assets: frozenset[str]
    same_as: Mapping[str, str]

    def wallet_key(self, wallet: str) -> str:
        """What a wallet's sales are compared by: the broker that reports them."""
        return fold(self.broker_of.get(wallet) or wallet)

    def broker_key(self, broker: str) -> str:
        """The same for a broker; `Coinbase, Inc.` is the wallet Coinbase. Empty where it is none of the ledger's."""
        keys = {self.wallet_key(wallet) for wallet in self.wallets}
        own = fold(broker)
        if own in keys:
            return own
        longer = [key for key in keys if len(key) >= _SHORTEST and own.startswith(key)]
        return max(longer, key=len, default="")

    def asset(self, name: str) -> str:
        """The ledger's name of what a form calls an asset."""
        bare = " ".join(name.split()).upper()
        known = self.same_as.get(bare, bare)
        if known in self.assets:
            return known
        symbol = _symbols().get(bare, bare)
        symbol = self.same_as.get(symbol, symbol)
        return symbol if symbol in self.assets else known


@cache
def _symbols() -> Mapping[str, str]:
    found, _, _ = parse((files("niner.brokers") / "names.yaml").read_text("utf-8"), "names.yaml")
    return {str(name).upper(): str(symbol) for name, symbol in found.items()}


def fold(name: str) -> str:
    """A broker's or wallet's name as it is compared: letters and digits, in small letters."""
    return "".join(filter(str.isalnum, name.casefold()))


def reconcile(
    rows: Sequence[ReportedSale],
    sales: Sequence[Sale],
    names: Names,
    class_of: Callable[[str], str],
    rulings: Iterable[Ruled] = (),
    within: Tolerance | None = None,
) -> Reconciled:
    """The rows of a year set against its sales. `class_of` says what an asset is: stablecoin, nft, security."""
    within = within or tolerance()
    work = _Work(rows, sales, names, class_of, within)
    for ruling in rulings:
        work.rule(ruling)
    work.one_by_one()
    work.totals()
    return work.result()


class _Work:
    """Rows and sales that are still open; what is settled is taken out."""

    def __init__(
        self,
        rows: Sequence[ReportedSale],
        sales: Sequence[Sale],
        names: Names,
        class_of: Callable[[str], str],
        within: Tolerance,
    ) -> None:
        self.names, self.class_of, self.within = names, class_of, within
        self.all_sales = list(sales)
        self.all_rows = list(rows)
        self.rows = {row.name: row for row in sorted(rows, key=lambda row: row.alike)}
        self.brokers = {row.broker: names.broker_key(row.broker) for row in rows}
        self.sales = {sale.id: sale for sale in sales}
        self.bundles: list[Bundle] = []
        self.offset: list[tuple[ReportedSale, str, str]] = []
        self.elsewhere: list[ReportedSale] = []
        self.findings: list[Finding] = []

    def rule(self, ruling: Ruled) -> None:
        """What the preparer ruled of rows."""
        known = [self.rows[name] for name in ruling.rows if name in self.rows]
        if len(known) != len(ruling.rows):
            return  # rows of another year, or told already
        if ruling.role in OFFSETS:
            self.offset += [(row, OFFSETS[ruling.role], ruling.why) for row in known]
        elif ruling.role == "elsewhere":
            self.elsewhere += known
        else:
            sales = [sale for sale in self.sales.values() if sale.source in ruling.sales and not sale.fee]
            fees = [sale for sale in self.sales.values() if sale.source in ruling.sales and sale.fee]
            chosen = self._with_units(known, sales, fees)
            if chosen is None:
                return self._wrong(ruling, known, [*sales, *fees])
            self.bundles.append(Bundle(tuple(known), tuple(chosen), "ruled", ruling.why))
            for sale in chosen:
                del self.sales[sale.id]
        for row in known:
            del self.rows[row.name]
        return None

    def _with_units(
        self, rows: Sequence[ReportedSale], sales: Sequence[Sale], fees: Sequence[Sale]
    ) -> list[Sale] | None:
        """The sales, with the units of their fees where only so they are those of the rows."""
        if any(row.units is None for row in rows):
            return [*sales, *fees] or None
        said = total(row.units for row in rows if row.units is not None)
        for several in (list(sales), [*sales, *fees], list(fees)):
            units = total(sale.units for sale in several)
            if several and abs(said - units) <= self.within.units * max(len(rows), len(several)):
                return several
        return None

    def _wrong(self, ruling: Ruled, rows: Sequence[ReportedSale], sales: Sequence[Sale]) -> None:
        said = total(row.units or 0 for row in rows)  # type: ignore[misc]
        units = total(sale.units for sale in sales)
        says = f"The rows of the form have {said:f} units, and the sales named have {units:f}."
        if not sales:
            says = "None of the rows named under sales is a sale of this year that is still open."
        todo = "Name rows with the same units on both sides, each in one ruling only."
        self.findings.append(Finding("ruling", "error", says, todo, source=ruling.source))

    def one_by_one(self) -> None:
        """The rows of single sales."""
        rows: dict[Key, list[ReportedSale]] = defaultdict(list)
        sales: dict[Key, list[Sale]] = defaultdict(list)
        for row in self.rows.values():
            if row.kind == SALE and self.brokers[row.broker]:
                rows[self.brokers[row.broker], self.names.asset(row.asset)].append(row)
        for sale in self.sales.values():
            sales[self.names.wallet_key(sale.wallet), sale.asset].append(sale)
        for bundle in match(rows, {key: sales[key] for key in rows if key in sales}, self.within).bundles:
            self._settle(bundle)

    def _settle(self, bundle: Bundle) -> None:
        self.bundles.append(bundle)
        for row in bundle.rows:
            del self.rows[row.name]
        for sale in bundle.sales:
            del self.sales[sale.id]

    def totals(self) -> None:
        """Totals of a stablecoin's or of all NFTs' sales: everything of that kind which no other row has."""
        for row in [row for row in self.rows.values() if row.kind != SALE]:
            key = self.brokers[row.broker]
            mine = [sale for sale in self.sales.values() if key and self.names.wallet_key(sale.wallet) == key]
            if row.kind == NFT_TOTAL:
                mine = [sale for sale in mine if self.class_of(sale.asset) == "nft"]
            elif row.asset:
                mine = [sale for sale in mine if sale.asset == self.names.asset(row.asset)]
            else:
                mine = [sale for sale in mine if self.class_of(sale.asset) == "stablecoin"]
            if row.kind == STABLECOIN_TOTAL:
                mine = self._nearer(row, mine)
            if mine:
                mine.sort(key=lambda sale: (sale.day, sale.instant, sale.id))
                what = row.kind.replace("_", " ")
                why = f"the {what} is {len(mine)} sales of the year"
                if row.count is not None and row.count != len(mine):
                    why += f"; the form counts {row.count}"
                bundle = Bundle((row,), tuple(mine), "proposed", why)
                cent = self.within.cents * len(mine)
                near_enough = min(abs(bundle.reported - bundle.net), abs(bundle.reported - bundle.net - bundle.fees))
                sure = near_enough <= cent and row.count in (None, len(mine))
                self._settle(replace(bundle, tier="certain") if sure else bundle)

    def _nearer(self, row: ReportedSale, sales: list[Sale]) -> list[Sale]:
        """Of a stablecoin's sales those for cash or another stablecoin, or all: whichever is nearer to the total."""
        cash = [sale for sale in sales if sale.cash]
        said = parts(row.reported)
        return min((cash, sales), key=lambda several: abs(sum(sale.net for sale in several) - said)) if cash else []

    def result(self) -> Reconciled:
        """The dispositions in the order of the ledger, each with what its form says of it."""
        said: dict[int, list[Disposition]] = {}
        for bundle in self.bundles:
            for piece, found in spread(bundle, self.within):
                said.setdefault(id(piece), []).extend(found)
        dispositions: list[Disposition] = []
        for sale in self.all_sales:
            for piece in sale.pieces:
                dispositions += said.get(id(piece), [piece])
        dispositions += [not_mine(row, role) for row, role, _ in self.offset]
        sent = {row.broker for row in self.all_rows if row.form in FORMS}
        reporting = {key for broker, key in self.brokers.items() if key and broker in sent}
        silent = [s for s in self.sales.values() if self.names.wallet_key(s.wallet) in reporting and not s.fee]
        unknown = sorted({row.broker for row in self.rows.values() if not self.brokers[row.broker]})
        return Reconciled(
            tuple(dispositions),
            tuple(self.bundles),
            tuple(self.offset),
            tuple(self.elsewhere),
            tuple(self.rows.values()),
            tuple(silent),
            tuple(unknown),
            tuple(self.findings),
        )


def ruled_rows(rulings: Iterable[Ruled], rows: Iterable[ReportedSale], left_out: Mapping[str, str]) -> list[Finding]:
    """What is wrong with rulings about reported rows, whatever their year; `left_out` says why a row does not count."""
    known = {row.name for row in rows}
    seen: dict[str, Source] = {}
    found = []
    for ruling in rulings:
        for name in ruling.rows:
            if name in left_out:
                says, todo = (
                    f"{name} does not count: {left_out[name]}.",
                    "Take the ruling out, or name the row that counts.",
                )
            elif name not in known:
                close = near(name, known)
                says = f"{name} is no row that a broker reported."
                todo = f"Did you mean {close}?" if close else "`niner brokers` shows the rows of each file."
            elif name in seen:
                says = f"{name} is ruled on a second time; the first stands on row {seen[name].row}."
                todo = "Keep one of the two."
            else:
                seen[name] = ruling.source
                continue
            found.append(Finding("ruling", "error", says, todo, source=ruling.source))
    return found
