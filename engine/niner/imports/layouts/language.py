"""The words of a format file: one layout of one source as data (formats/README.md explains them one by one).

A *reference* names where a text comes from: a column, `=TEXT` (that text), `/…(…)…/ in COLUMN` (what the brackets
hold), `header of COLUMN` (what the brackets of its name hold), `base of PAIR`, `quote of PAIR`. A list of references is
the first that holds something. A column may be named by a pattern: `/^Time\\(UTC.*\\)$/`. Blanks, underscores and case
of a column's name don't count.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from niner.case.fields import First, YesNo
from niner.ledger.transaction import KINDS


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


Words = Annotated[tuple[str, ...], First(_listed)]
"""One text or a list of texts."""
Ref = Words
"""A reference, or several of which the first that holds something counts."""

WORDS_OF_A_CELL = ("empty", "given", "zero", "positive", "negative", "money", "units")
"""What a condition may ask of a cell, beside its text."""
TOGETHER = {
    "exchange": "buy, sell or trade, by which side is dollars",
    "move": "transfer_in, transfer_out, cash_in or cash_out, by direction and asset",
}
"""Kinds that a format may name and that become one of the ledger's kinds by what the legs are."""


class Part(BaseModel):
    """A part of a format file: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True)


class Recognise(Part):
    """What tells a layout from all others: names that its header has, and names that it has not.

    `order` asks for exactly these columns in this order; `cells` are patterns that each of the first rows fits; `file`
    is one for the file's name; `preamble` one for the lines above the header. `named` is a pattern for the file's place
    and name that decides only between layouts that fit alike.
    """

    columns: tuple[Words, ...]
    not_: Words = Field(default=(), alias="not")
    order: YesNo = False
    cells: dict[str, str] = {}
    file: str = ""
    named: str = ""
    preamble: str = ""


class ZoneIn(Part):
    """Where a file states its zone: a pattern for the time column's name or for a line above the header.

    The brackets hold a zone's name or an offset as +08:00 or +8; nothing in them is UTC.
    """

    header: str = ""
    preamble: str = ""


class Time(Part):
    """When it happened. `formats`: iso, unix, unix_ms, strptime's; `zone`: a name, `cell`, `ask` or where it stands."""

    column: Ref
    with_: Ref = Field(default=(), alias="with")
    formats: Words = ("iso",)
    zone: ZoneIn | str = "UTC"


class Refuse(Part):
    """A layout that is known and not read, and why: it holds `transactions` that would be missed, or `none`."""

    holds: Literal["transactions", "none"]
    why: str
    todo: str


class Skip(Part):
    """Rows that are no event, and why."""

    when: dict[str, Any]
    why: str


class Status(Part):
    """Which rows count by their status. One that is in neither list is an error, never a guess."""

    column: Ref
    keep: Words
    skip: Words = ()


class LegOf(Part):
    """Units that a row moves. `less`: the amount holds this fee, which is taken out of it; `plus`: this fee was taken
    out of the amount, and goes back in.
    """

    quantity: Ref
    asset: Ref
    less: str = ""
    plus: str = ""
    sign: Literal["any", "positive", "negative"] = "any"


class FeeOf(Part):
    """A fee. `on`: `top` of the legs or `inside` them; `paid`: the sign that a fee which is paid has in the file.

    `guess`: no row shows which of the two it is, and whoever has such a fee is told.
    """

    quantity: Ref
    asset: Ref
    usd: Ref = ()
    on: Literal["top", "inside"] = "top"
    guess: YesNo = False
    paid: Literal["positive", "negative", "any"] = "positive"


class Entry(Part):
    """What a row of a type becomes. One of: a kind with its legs, `skip` with the reason, or a leg of a group.

    `signed` is a leg whose sign says whether it arrives or leaves. `why` tells the person of a row under review. `view`
    is that of the row, where it is not that of the file. `needs` goes with `skip`: the layout of the source whose file
    tells the row and has to be there.
    """

    when: dict[str, Any] = {}
    skip: str = ""
    kind: str = ""
    of: str = ""
    in_: str = Field(default="", alias="in")
    out: str = ""
    signed: str = ""
    fee: Words = ()
    usd: Ref = ()
    to: Ref = ()
    route: Ref = ()
    why: str = ""
    view: str = ""
    needs: str = ""

    @model_validator(mode="after")
    def _one_thing(self) -> "Entry":
        if bool(self.skip) + bool(self.kind) + bool(self.of) != 1:
            raise ValueError("needs one of: kind, skip, of (the group that the row is a leg of)")
        if self.kind and self.kind not in (*KINDS, *TOGETHER):
            raise ValueError(f"kind can't be {self.kind}; known: {', '.join((*KINDS, *TOGETHER))}")
        if self.needs and not self.skip:
            raise ValueError("needs goes with skip")
        if self.signed and (self.in_ or self.out):
            raise ValueError("signed says the direction: leave in and out away")
        return self


class Group(Part):
    """How rows that are one event find each other: by the same text in `by`, or within so many seconds, or both.

    Each of `by` is a reference, or several of which the first that holds something counts; a row in which all are empty
    is on its own.

    `kind` is what they become; `alone` what a row becomes whose partner is not there (else that is an error);
    `share` the column by whose amounts one side is shared out among several rows of the other. `told` is to be reviewed
    of every two rows that were put together: then each fits no third row. `todo` is what to do about a row without its
    other half, where a file is without it for another reason than where it begins or ends; {units} in it are the row's.
    """

    kind: str = "exchange"
    by: Annotated[tuple[Ref, ...], First(_listed)] = ()
    within_seconds: int | None = None
    alone: Entry | None = None
    share: Ref = ()
    told: str = ""
    todo: str = ""

    @model_validator(mode="after")
    def _known(self) -> "Group":
        if self.kind not in (*KINDS, *TOGETHER):
            raise ValueError(f"kind can't be {self.kind}")
        if not self.by and self.within_seconds is None:
            raise ValueError("needs by or within_seconds")
        return self


class Pair(Part):
    """A market such as BTC-USD in one cell. `first` is the side written first; without a separator, `quotes` cut it."""

    column: Ref
    separator: str = ""
    first: Literal["base", "quote"] = "base"
    quotes: Words = ()


class BalanceOf(Part):
    """What was held of the row's asset after the row; in the part of the wallet that `account` names, if there are any.

    Leave it out where rows that move units to another file's account are skipped: the balance would miss them.
    """

    column: Ref
    asset: Ref
    account: Ref = ()


class Wallet(Part):
    """A column that names the wallet. `within`: it is an account in the file's wallet and is put behind its name."""

    column: Ref
    within: YesNo = False


def _entries(value: Any) -> Any:
    """An entry is a block, or a list of blocks of which the first whose `when` holds counts."""
    if not isinstance(value, dict):
        raise ValueError("needs a block of types")
    return {key: _listed(entry) for key, entry in value.items()}


class Reported(Part):
    """What a row of the broker's side says, as columns of brokers/ (niner.brokers.reading.columns).

    `says` is a reference for each column that the layout has; `values` turns its words into ours, by column. `section`
    is the form that the rows of a table of several forms begin with. `rank` tells a form (0) from reports that only
    show the same sales (1 and up): the lowest of a broker's counts. `when` chooses the rows; others are left out as
    `otherwise` says.
    """

    says: dict[str, Words]
    values: dict[str, dict[str, str]] = {}
    dates: Words = ("iso",)
    section: str = ""
    rank: int = 0
    when: dict[str, Any] = {}
    otherwise: str = "it is no sale"
    only: YesNo = False
    """Every column of the table must be one of those named: a misspelt one is told."""


class Format(Part):
    """One layout of one source."""

    source: str
    layout: str
    seen: Words = ()
    confidence: Literal["high", "medium", "low"]
    rests_on: str = ""
    recognise: Recognise
    side: Literal["ledger", "broker"] = "ledger"
    refuse: Refuse | None = None
    view: str = ""
    rank: int = 0
    reader: str = ""
    reshape: str = ""
    wallet: Wallet | str = ""
    decimal: Literal["point", "comma"] = "point"
    short_rows: YesNo = False
    columns: dict[str, Words] = {}
    time: Time | None = None
    skip: tuple[Skip, ...] = ()
    status: Status | None = None
    id: Words = ()
    txid: Ref = ()
    note: Ref = ()
    currency: Ref = ()
    pairs: dict[str, Pair] = {}
    legs: dict[str, LegOf] = {}
    fees: dict[str, FeeOf] = {}
    groups: dict[str, Group] = {}
    type: Words = ()
    map: Annotated[dict[str, tuple[Entry, ...]], First(_entries)] = {}
    assets: dict[str, str] = {}
    suffixes: Words = ()
    balance: BalanceOf | None = None
    reported: Annotated[tuple[Reported, ...], First(_listed)] = ()

    @property
    def name(self) -> str:
        """What the layout is called: `Coinbase, transaction history from 2024`."""
        return f"{self.source}, {self.layout}"

    @property
    def guesses(self) -> bool:
        """Whether no row has shown yet if some fee is in the amounts or beside them."""
        return any(fee.guess for fee in self.fees.values())

    @property
    def unread(self) -> bool:
        """Whether its rows are never events: the broker's side, or a layout that is refused."""
        return self.side == "broker" or self.refuse is not None

    @model_validator(mode="after")
    def _names_are_known(self) -> "Format":
        entries = [e for several in self.map.values() for e in several]
        entries += [group.alone for group in self.groups.values() if group.alone]
        for entry in entries:
            for what, named, known in (
                ("leg", [n for n in (entry.in_, entry.out, entry.signed) if n], self.legs),
                ("fee", entry.fee, self.fees),
                ("group", [entry.of] if entry.of else [], self.groups),
            ):
                for name in named:
                    if name not in known:
                        raise ValueError(f"no {what} is called {name}; known: {', '.join(known) or 'none'}")
        for leg in self.legs.values():
            for fee in (leg.less, leg.plus):
                if fee and fee not in self.fees:
                    raise ValueError(f"no fee is called {fee}")
            if leg.less and leg.plus:
                raise ValueError("a fee can't be in an amount and out of it: leave less or plus away")
        if not self.unread and not self.reader and (self.time is None or not self.map):
            raise ValueError("needs time and map")
        return self
