"""What a broker reported, row by row, and the report of each file that it was read from."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from niner.dataclass import dataclass
from niner.money import Cents, exact_text
from niner.values import Finding, Source

SALE, STABLECOIN_TOTAL, NFT_TOTAL = "sale", "stablecoin_total", "nft_total"
KINDS = (SALE, STABLECOIN_TOTAL, NFT_TOTAL)
FORMS = ("1099-B", "1099-DA")


@dataclass(frozen=True, slots=True)
class ReportedSale:
    """A sale, or a total of many, as a broker's form or report has it; named after the boxes of Form 1099-DA.

    Money is exact cents, units are exact. None, or an empty text, is what the form leaves blank: a basis of None is not
    a basis of zero. `row` counts data rows as rulings name them, `source` is the line that a person sees. `form` is
    empty where a report does not say whether a form went to the IRS. `acquired` is None for a blank or for VARIOUS.
    """

    source: Source
    row: int
    form: str
    broker: str
    account: str
    asset: str
    tax_year: int
    proceeds: Cents
    code: str = ""
    units: Decimal | None = None
    acquired: date | None = None
    various: bool = False
    sold: date | None = None
    basis: Cents | None = None
    basis_reported: bool | None = None
    term: str = ""  # short or long
    ordinary: bool = False
    wash_sale: Cents = 0
    market_discount: Cents = 0
    withheld: Cents = 0
    transferred_in: Decimal | None = None
    transferred_on: date | None = None
    kind: str = SALE
    proceeds_type: str = ""  # gross or net
    noncovered: bool = False
    customer_provided: bool = False
    loss_not_allowed: bool = False
    count: int | None = None
    first_sales: Cents = 0
    transaction: str = ""
    corrected: bool = False
    rank: int = 0
    note: str = ""

    @property
    def name(self) -> str:
        """The row as rulings name it, `brokers/coinbase.csv:3`."""
        return f"{self.source.file}:{self.row}"

    @property
    def reported(self) -> Cents:
        """What the form says was received: box 1f, or box 11c for first sales of NFTs."""
        return self.proceeds + self.first_sales

    @property
    def alike(self) -> tuple[Any, ...]:
        """Everything of a row but where it stands: equal for rows that any order of the files may change places."""
        return (
            self.form, self.broker, self.account, self.asset, self.tax_year, self.kind, self.sold or date.min,
            self.acquired or date.min, self.various, self.units if self.units is not None else Decimal(-1),
            Fraction(self.proceeds), Fraction(-1 if self.basis is None else self.basis), str(self.basis_reported),
            self.term, self.ordinary, Fraction(self.wash_sale), Fraction(self.withheld), self.code, self.transaction,
            self.noncovered, self.loss_not_allowed, self.proceeds_type,
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """The row as `niner brokers --json` prints it: the columns of the canonical table, and file and row."""
        return {
            "file": self.source.file,
            "row": self.row,
            "form": self.form,
            "broker": self.broker,
            "account": self.account,
            "asset": self.asset,
            "code": self.code,
            "units": None if self.units is None else f"{self.units:f}",
            "acquired": "VARIOUS" if self.various else self.acquired.isoformat() if self.acquired else None,
            "sold": self.sold.isoformat() if self.sold else None,
            "proceeds": exact_text(self.proceeds),
            "basis": None if self.basis is None else exact_text(self.basis),
            "basis_reported": self.basis_reported,
            "term": self.term,
            "wash_sale": exact_text(self.wash_sale),
            "withheld": exact_text(self.withheld),
            "transferred_in": None if self.transferred_in is None else f"{self.transferred_in:f}",
            "kind": self.kind,
            "tax_year": self.tax_year,
        }


@dataclass(frozen=True, slots=True)
class BrokerFile:
    """A table of the folder brokers/: its format, how many rows it has and which of them are not used, and why."""

    file: str
    format: str
    rows: int
    sales: int
    left_out: tuple[tuple[int, str], ...] = ()
    says: str = ""

    def as_json(self) -> dict[str, Any]:
        """The file as `niner brokers --json` prints it."""
        left = [{"row": row, "why": why} for row, why in self.left_out]
        return {
            "file": self.file,
            "format": self.format,
            "rows": self.rows,
            "sales": self.sales,
            "left_out": left,
            "says": self.says,
        }


@dataclass(frozen=True, slots=True)
class Withheld:
    """Tax that a form shows as withheld on all its sales together, beyond what their rows show. Exact cents."""

    source: Source
    broker: str
    tax_year: int
    cents: Cents


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the preparer ruled of reported rows (by their names): the ledger's rows that they are, or what else."""

    rows: tuple[str, ...]
    sales: frozenset[Source]
    role: str
    why: str
    source: Source


@dataclass(frozen=True, slots=True)
class Brokers:
    """All that the folder brokers/ says. `inputs` is the sha256 of every file that was read."""

    sales: tuple[ReportedSale, ...] = ()
    files: tuple[BrokerFile, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    rulings: tuple[Ruled, ...] = ()

    def of(self, year: int) -> tuple[ReportedSale, ...]:
        """The rows of a tax year."""
        return tuple(sale for sale in self.sales if sale.tax_year == year)

    def withheld_in(self, year: int) -> Cents:
        """Tax withheld in a year, exact cents."""
        rows: Cents = sum(sale.withheld for sale in self.of(year))
        return rows + sum(one.cents for one in self.withheld if one.tax_year == year)


NONE = Brokers()
