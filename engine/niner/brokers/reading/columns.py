"""Texts under the canonical columns to a reported sale: one place says what each column may hold, for every reader."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, tzinfo
from decimal import Decimal

from niner.brokers.values import FORMS, KINDS, NFT_TOTAL, SALE, STABLECOIN_TOTAL, ReportedSale
from niner.dataclass import dataclass
from niner.imports.layouts.compile import Wrong
from niner.imports.tables import cells
from niner.money import Cents, exact_cents
from niner.values import Source
from niner.words.plain import shown
from niner.words.suggest import near

# The contract's columns, then those that only some forms need. The template has all of them, in this order.
COLUMNS = (
    "form", "broker", "account", "asset", "code", "units", "acquired", "sold", "proceeds", "basis", "basis_reported",
    "term", "wash_sale", "withheld", "transferred_in", "kind",
)  # fmt: skip
MORE = (
    "tax_year", "proceeds_type", "noncovered", "customer_provided", "loss_not_allowed", "market_discount", "count",
    "first_sales", "transferred_on", "transaction", "corrected", "note",
)  # fmt: skip
CODES = "ABDEGHJKXY"
_YES = frozenset(("yes", "y", "true", "x", "checked", "reported"))
_NO = frozenset(("no", "n", "false", "", "unchecked", "not reported"))
_TERMS = {
    "": "", "short": "short", "short-term": "short", "short term": "short", "s": "short", "st": "short",
    "long": "long", "long-term": "long", "long term": "long", "l": "long", "lt": "long",
    "ordinary": "ordinary", "o": "ordinary", "unknown": "", "undetermined": "", "various": "",
}  # fmt: skip
_TYPES = {"": "", "gross": "gross", "gross proceeds": "gross", "net": "net", "net proceeds": "net"}
_SHOWN_AS_REPORTED = frozenset("ADGJ")
_SHOWN_AS_NOT_REPORTED = frozenset("BEHK")


@dataclass(frozen=True, slots=True)
class Row:
    """Where a row stands, what the file says of all its rows, and how its days are written."""

    source: Source
    number: int
    broker: str
    dates: tuple[str, ...]
    zone: tzinfo | None
    tax_year: int
    rank: int = 0


def sale_of(texts: Mapping[str, str], row: Row) -> ReportedSale:
    """The sale that a row's texts say. Raises Wrong."""
    reader = _Texts(texts, row)
    kind = reader.kind()
    sold, acquired = reader.day("sold"), reader.day("acquired")
    code = reader.one_of("code", {letter: letter for letter in CODES} | {"": ""}, upper=True)
    term = reader.one_of("term", _TERMS)
    sale = ReportedSale(
        source=row.source,
        row=row.number,
        form=reader.form(),
        broker=reader.text("broker") or row.broker,
        account=reader.text("account"),
        asset=reader.asset(),
        tax_year=reader.year(sold),
        proceeds=reader.money("proceeds") or 0,
        code=code,
        units=reader.units("units"),
        acquired=acquired,
        various=reader.text("acquired").casefold() == "various",
        sold=sold,
        basis=reader.money("basis"),
        basis_reported=reader.basis_reported(code),
        term="" if term == "ordinary" else term,
        ordinary=term == "ordinary",
        wash_sale=reader.money("wash_sale") or 0,
        market_discount=reader.money("market_discount") or 0,
        withheld=reader.money("withheld") or 0,
        transferred_in=reader.units("transferred_in"),
        transferred_on=reader.day("transferred_on"),
        kind=kind,
        proceeds_type=reader.one_of("proceeds_type", _TYPES),
        noncovered=reader.yes_no("noncovered"),
        customer_provided=reader.yes_no("customer_provided"),
        loss_not_allowed=reader.yes_no("loss_not_allowed"),
        count=reader.count(),
        first_sales=reader.money("first_sales") or 0,
        transaction=reader.text("transaction"),
        corrected=reader.yes_no("corrected"),
        rank=row.rank,
        note=reader.text("note"),
    )
    reader.check(sale)
    return replace(sale, units=abs(sale.units)) if sale.units is not None else sale


class _Texts:
    """The texts of one row, each read as what its column holds."""

    def __init__(self, texts: Mapping[str, str], row: Row) -> None:
        self._texts, self._row = texts, row

    def text(self, column: str) -> str:
        return self._texts.get(column, "").strip()

    def form(self) -> str:
        text = self.text("form").upper().removeprefix("FORM ").replace(" ", "")
        found = {"": "", **{form: form for form in FORMS}, "1099DA": "1099-DA", "1099B": "1099-B"}.get(text)
        if found is None:
            self._wrong("form", "is no form that reports sales", "Write 1099-DA or 1099-B.")
        return found or ""

    def kind(self) -> str:
        """sale, stablecoin_total or nft_total; box 11a is written in several ways."""
        text = self.text("kind").casefold().replace(" ", "_")
        if text in ("", "false", "no"):
            return SALE
        if text not in KINDS and "stablecoin" in text:
            return STABLECOIN_TOTAL
        if text not in KINDS and ("nft" in text or "nonfungible" in text):
            return NFT_TOTAL
        if text not in KINDS:
            self._wrong("kind", "is no kind of row", f"Write one of: {', '.join(KINDS)}.")
        return text

    def asset(self) -> str:
        text = self.text("asset")
        return text.upper() if text.islower() else text

    def number(self, column: str) -> Decimal | None:
        try:
            return cells.number(self.text(column))
        except cells.NotRead as problem:
            self._wrong(column, f"can't be read: {problem}", "Copy it from the form, as 1850.25.")
        return None

    def money(self, column: str) -> Cents | None:
        amount = self.number(column)
        return None if amount is None else exact_cents(amount)

    def units(self, column: str) -> Decimal | None:
        return self.number(column)

    def count(self) -> int | None:
        found = self.number("count")
        return None if found is None else int(found)

    def day(self, column: str) -> date | None:
        text = self.text(column)
        if text.casefold() in ("", "various", "n/a", "unknown", "not available"):
            return None
        try:
            found = cells.reader_of_times(self._row.dates, self._row.zone or UTC)(text)
        except cells.NotRead as problem:
            self._wrong(column, f"is no day: {problem}", "Write it as 2025-03-04 or 03/04/2025.")
        return found.date() if cells.only_a_day(text) else found.astimezone(self._row.zone or UTC).date()

    def yes_no(self, column: str) -> bool:
        text = self.text(column).casefold()
        if text not in _YES | _NO:
            self._wrong(column, "is neither yes nor no", "Write yes or no, or leave it empty.")
        return text in _YES

    def basis_reported(self, code: str) -> bool | None:
        """Box 2; where it is not given, what the letter for Form 8949 says of it, else nothing."""
        if self.text("basis_reported"):
            return self.yes_no("basis_reported")
        if not code:
            return None
        return True if code in _SHOWN_AS_REPORTED else False if code in _SHOWN_AS_NOT_REPORTED else None

    def one_of(self, column: str, known: Mapping[str, str], upper: bool = False) -> str:
        text = self.text(column)
        text = text.upper() if upper else text.casefold()
        if text not in known:
            words = ", ".join(word for word in known if word)
            self._wrong(column, "is not what this box may hold", f"Write one of: {words}; or leave it empty.")
        return known[text]

    def year(self, sold: date | None) -> int:
        text = self.text("tax_year")
        if text and not (text.isdigit() and len(text) == 4):
            self._wrong("tax_year", "is no year", "Write it with four digits.")
        return int(text) if text else sold.year if sold else self._row.tax_year

    def check(self, sale: ReportedSale) -> None:
        """Raises Wrong where the row can't be what a form says."""
        if self.number("proceeds") is None and not sale.first_sales:
            says = "The row has no proceeds."
            raise Wrong("brokers-row", says, "Copy box 1f of Form 1099-DA (or 1d of Form 1099-B).")
        if sale.kind == SALE and not sale.asset:
            raise Wrong("brokers-row", "The row names no asset.", "Fill it with the symbol that the ledger uses.")
        if sale.kind == SALE and sale.sold is None:
            raise Wrong("brokers-row", "The row says no day of the sale.", "Copy box 1e of Form 1099-DA.")
        if sale.kind == SALE and sale.units is None:
            raise Wrong("brokers-row", "The row has no units.", "Copy box 1c of Form 1099-DA.")
        if sale.basis_reported and sale.basis is None:
            says = "The row says that the basis was reported to the IRS, and shows none."
            raise Wrong("brokers-row", says, "Copy box 1g, or correct basis_reported (box 2).")
        if sale.proceeds < 0 or (sale.basis or 0) < 0 or sale.wash_sale < 0 or sale.withheld < 0:
            raise Wrong("brokers-row", "An amount is negative.", "Copy the boxes as the form shows them.")
        if sale.acquired and sale.sold and sale.acquired > sale.sold:
            says = "The units were acquired after they were sold."
            raise Wrong("brokers-row", says, "Check boxes 1d and 1e of the form.")

    def _wrong(self, column: str, what: str, todo: str) -> None:
        text = self.text(column)
        raise Wrong("brokers-cell", f"“{shown(text)}” under {column} {what}.", todo, text)


def misspelt(header: tuple[str, ...], fold: Callable[[str], str]) -> list[tuple[str, str]]:
    """Columns of a canonical table that are none, each with what to do."""
    known = {fold(name): name for name in (*COLUMNS, *MORE)}
    found = []
    for name in header:
        if name and fold(name) not in known:
            close = near(name, list(known.values()))
            todo = f"Did you mean {close}?" if close else "`niner brokers --template` writes the columns."
            found.append((f"“{shown(name)}” is no column of this table.", todo))
    return found
