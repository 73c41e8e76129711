"""The shape of decisions.yaml: the preparer's rulings, each naming rows as `file:row`, and by whom, when and why."""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import core_schema

from niner.case.fields import Block, Checked, First, Name, PositiveMoney, Text
from niner.case.filed import Day
from niner.case.folder import parse_entries
from niner.files.reading import DECISIONS_BYTES, Missing, Unreadable, read_text
from niner.values import Finding, Source

_ROW = r"^.+:[1-9][0-9]*$"
_is_row = re.compile(_ROW).fullmatch
_is_units = re.compile(r"(?=.*[1-9])[0-9]{0,40}(\.[0-9]{1,40})?", re.ASCII).fullmatch


def _row(value: Any) -> Any:
    if isinstance(value, str) and not _is_row(value):
        raise ValueError("names no row; write it as ledger/kraken.csv:7, the row counted from 1 after the header")
    return value


def _filled(value: str) -> str:
    """What a message left open for the preparer to fill is not taken for an answer."""
    if not value.strip(" .…"):
        raise ValueError("is still to be filled in")
    return value


Row = Annotated[str, Field(pattern=_ROW), First(_row)]
OrderMethod = Literal["fifo", "lifo", "hifo", "lofo"]
Told = Literal["broker", "own_books"]


def _units(value: Any) -> Decimal:
    text = str(value).strip()
    if not _is_units(text):
        raise ValueError("is no number of units; write it as 0.5")
    return Decimal(text)


def _moment(value: Any) -> datetime | date:
    text = str(value).strip()
    try:
        found = date.fromisoformat(text) if len(text) == len("2024-05-01") else datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("must be a time with its offset such as 2024-05-01T09:00-05:00, or a day") from None
    if isinstance(found, datetime) and found.tzinfo is None:
        raise ValueError("lacks the offset of its time zone; write it as 2024-05-01T09:00-05:00, or only the day")
    return found


Units = Annotated[Decimal, Checked(_units, core_schema.any_schema(), {"type": ["number", "string"]})]
RecordedOn = Annotated[datetime | date, Checked(_moment, core_schema.any_schema(), {"type": "string"})]
"""When something was written down: a time, or a day where no time is known."""


class Ruling(Block):
    """What every ruling says: by whom, when and why it was made."""

    by: Annotated[Name, AfterValidator(_filled)]
    on: Day
    why: Annotated[Text, Field(min_length=1), AfterValidator(_filled)]


class Transfer(Ruling):
    """Two rows are one move between wallets of one's own."""

    transfer: Annotated[tuple[Row, ...], Field(min_length=2, max_length=2)]


class Reclassified(Ruling):
    """A row is something else than its export says, or lacks an amount."""

    row: Row
    is_: str | None = Field(default=None, alias="is")
    usd_value: PositiveMoney | None = None
    fmv_usd: PositiveMoney | None = None
    acquired: Day | None = None
    basis_usd: PositiveMoney | None = None
    gift_tax_usd: PositiveMoney | None = None
    taxable_gift_usd: PositiveMoney | None = None
    related_loss_usd: PositiveMoney | None = None


class Pick(Block):
    """Units of one earlier row."""

    from_: Row = Field(alias="from")
    quantity: Units


class Picked(Ruling):
    """The lots that units leave from in one row, as identified; `told` to the broker, or kept in one's own books."""

    row: Row
    lots: Annotated[tuple[Pick, ...], Field(min_length=1)]
    identified_on: RecordedOn | None = None
    record: str = ""
    told: Told = "own_books"


class SaleAhead(Block):
    """A sale that is still to come: the first of the asset from the wallet after the record, in one row or several."""

    wallet: Name
    asset: Name
    quantity: Units
    until: Day | None = None


class PickedAhead(Ruling):
    """The lots that units will leave from in a sale that has no row yet, as `niner identify` records them."""

    sale: SaleAhead
    lots: Annotated[tuple[Pick, ...], Field(min_length=1)]
    identified_on: RecordedOn
    record: str = ""
    told: Told = "own_books"


class StandingOrder(Ruling):
    """An order that stands for every row of some wallets from a day on."""

    rule: OrderMethod
    wallets: Annotated[tuple[str, ...], Field(min_length=1)]
    since: Day
    recorded_on: RecordedOn
    record: str = ""
    told: Told = "own_books"


class AllocatedUnits(Block):
    """Units of one earlier row that a wallet is given."""

    wallet: Name
    from_: Row = Field(alias="from")
    quantity: Units


class Allocation(Ruling):
    """How unused basis was put into wallets when each became a pool of its own (Rev. Proc. 2024-28): `units` one by
    one, or by the `order` in which lots fill the `wallets`, one after the other."""

    allocation: Day
    method: Literal["specific", "global"]
    order: OrderMethod | None = None
    wallets: tuple[str, ...] = ()
    units: tuple[AllocatedUnits, ...] = ()
    assets: tuple[str, ...] = ()
    recorded_on: RecordedOn
    completed_on: RecordedOn | None = None

    @model_validator(mode="after")
    def _as_its_method_asks(self) -> "Allocation":
        if self.method == "specific" and (not self.units or self.order or self.wallets):
            raise ValueError("a specific allocation lists its units, each {wallet, from, quantity}, and has no order")
        if self.method == "global" and (self.units or not self.order or not self.wallets):
            raise ValueError(
                "a global allocation has an order (fifo, lifo, hifo, lofo) and the wallets it fills in turn"
            )
        return self


class Duplicate(Ruling):
    """Two rows are the same event; one is kept."""

    duplicate: Annotated[tuple[Row, ...], Field(min_length=2, max_length=2)]
    keep: Row


class Reported(Ruling):
    """Rows of a broker's form are some sales of the ledger; or they are no sale of the taxpayer's, or stand elsewhere.

    `is`: nominee (somebody else's), spouse (theirs), transfer or no_sale (nothing was disposed of), elsewhere (other
    papers of the return have it).
    """

    reported: Annotated[tuple[Row, ...], Field(min_length=1)]
    sales: tuple[Row, ...] = ()
    is_: Literal["nominee", "spouse", "transfer", "no_sale", "elsewhere"] | None = Field(default=None, alias="is")

    @model_validator(mode="after")
    def _one_thing(self) -> "Reported":
        if bool(self.sales) == bool(self.is_):
            raise ValueError("needs either sales, the rows of the ledger that they are, or is")
        return self


AnyRuling = Transfer | Reclassified | Picked | PickedAhead | StandingOrder | Allocation | Duplicate | Reported
FILE = "decisions.yaml"


def of_brokers(ruling: AnyRuling) -> bool:
    """Whether a ruling is about rows that brokers reported, and not about the ledger alone."""
    if isinstance(ruling, Duplicate):
        return all(row.startswith("brokers/") for row in ruling.duplicate)
    return isinstance(ruling, Reported)


def read_rulings(folder: Path) -> tuple[list[tuple[int, AnyRuling]], list[Finding]]:
    """Each ruling of a case's decisions.yaml with its line, and what is wrong with the file. None without the file."""
    try:
        text = read_text(folder / FILE, DECISIONS_BYTES)
    except Missing:
        return [], []
    except Unreadable as problem:
        says = f"{FILE} can't be read: {problem.why}."
        return [], [Finding("case-unreadable", "error", says, problem.todo, source=Source(FILE, problem.row))]
    return rulings_in(text)


def rulings_in(text: str) -> tuple[list[tuple[int, AnyRuling]], list[Finding]]:
    """Each ruling of the text of a decisions.yaml with its line, and what is wrong with it."""
    rulings, problems = _read(text)
    return list(rulings), list(problems)


@lru_cache(maxsize=1)  # a run asks for them in several rooms
def _read(text: str) -> tuple[tuple[tuple[int, AnyRuling], ...], tuple[Finding, ...]]:
    rulings: list[tuple[int, AnyRuling]]
    rulings, problems = parse_entries(_model_of, text, FILE)
    return tuple(rulings), tuple(problems)


def _model_of(entry: Any) -> type[AnyRuling] | None:
    if not isinstance(entry, dict):
        return None
    if "row" in entry:
        return Picked if "lots" in entry else Reclassified
    named: dict[str, type[AnyRuling]] = {
        "transfer": Transfer,
        "duplicate": Duplicate,
        "sale": PickedAhead,
        "reported": Reported,
        "rule": StandingOrder,
        "allocation": Allocation,
    }
    return next((model for key, model in named.items() if key in entry), None)


class Rulings(Block):
    """All of decisions.yaml, which is a list."""

    rulings: tuple[AnyRuling, ...]
