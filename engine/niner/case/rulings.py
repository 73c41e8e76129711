"""The shape of decisions.yaml: the preparer's rulings, each naming rows as `file:row`, and by whom, when and why."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from niner.case.filed import Day
from niner.case.folder import parse_entries
from niner.case.model import Block, LotMethod, Name, PositiveMoney, Text
from niner.reading import YAML_BYTES, Missing, Unreadable, read_text
from niner.values import Finding, Source

Row = Annotated[str, Field(pattern=r"^.+:[1-9][0-9]*$")]


class Ruling(Block):
    """What every ruling says: by whom, when and why it was made."""

    by: Name
    on: Day
    why: Annotated[Text, Field(min_length=1)]


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


class Pick(Block):
    """Units of one earlier row."""

    from_: Row = Field(alias="from")
    quantity: str


class Picked(Ruling):
    """The lots that a sale was made from, as identified in time."""

    row: Row
    lots: tuple[Pick, ...]
    identified_on: str
    record: str


class StandingOrder(Ruling):
    """An order that stands for every sale of some wallets from a day on."""

    rule: LotMethod
    wallets: tuple[str, ...]
    since: Day
    recorded_on: Day


class Allocation(Ruling):
    """How unused basis was put into wallets for 1 January 2025 (Rev. Proc. 2024-28)."""

    allocation: Day
    method: Literal["specific", "global"]
    order: str = ""
    units: tuple[Any, ...] = ()
    recorded_on: Day


class Duplicate(Ruling):
    """Two rows are the same event; one is kept."""

    duplicate: Annotated[tuple[Row, ...], Field(min_length=2, max_length=2)]
    keep: Row


AnyRuling = Transfer | Reclassified | Picked | StandingOrder | Allocation | Duplicate
FILE = "decisions.yaml"


def read_rulings(folder: Path) -> tuple[list[tuple[int, AnyRuling]], list[Finding]]:
    """Each ruling of a case's decisions.yaml with its line, and what is wrong with the file. None without the file."""
    try:
        text = read_text(folder / FILE, YAML_BYTES)
    except Missing:
        return [], []
    except Unreadable as problem:
        says = f"{FILE} can't be read: {problem.why}."
        return [], [Finding("case-unreadable", "error", says, problem.todo, source=Source(FILE, problem.row))]
    return parse_entries(_model_of, text, FILE)


def _model_of(entry: Any) -> type[AnyRuling] | None:
    if not isinstance(entry, dict):
        return None
    if "row" in entry:
        return Picked if "lots" in entry else Reclassified
    named: dict[str, type[AnyRuling]] = {
        "transfer": Transfer,
        "duplicate": Duplicate,
        "rule": StandingOrder,
        "allocation": Allocation,
    }
    return next((model for key, model in named.items() if key in entry), None)


class Rulings(Block):
    """All of decisions.yaml, which is a list."""

    rulings: tuple[AnyRuling, ...]
