"""Rows of one entry of a format to transactions at once, column by column, where that leaves nothing to be asked.

What it says of a row is what the row's draft would come to (settled.py). A row in which anything is unusual is left
out: its draft is made, and tells.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from itertools import repeat
from typing import NamedTuple

from niner.imports.events import Leg, time_text
from niner.imports.layouts.block import Amounts, NotPlain, Rows, Texts, taken
from niner.imports.layouts.compile import NotAnEvent, Wrong, settled_kind
from niner.imports.layouts.language import Entry, Format, Ref
from niner.imports.settled import KINDS, Made, Settled, Settling, named_by, place_in
from niner.ledger.niner_format import LONGEST_QUANTITY
from niner.ledger.transaction import INCOME_KINDS, Transaction
from niner.money import MOST_CENTS, Cents

_new = tuple.__new__  # what Transaction(…) comes to, without matching names to places for every row
_ONE = {"dollars": (Leg(Decimal(1), "USD"),), "money": (Leg(Decimal(1), "EUR"),), "units": (Leg(Decimal(1), "BTC"),)}
_MONEY = ("dollars", "money")

Read = Callable[[Rows], Amounts | None]
Column = Callable[[Rows], Texts]
Side = tuple[Amounts, Texts]
"""Amounts and their assets."""


class Said(NamedTuple):
    """What rows say whatever entry they are read by, as columns; `times` are in UTC."""

    numbers: Sequence[int]
    lines: Sequence[int]
    times: Sequence[datetime]
    wallets: Texts
    types: Texts
    natives: Texts
    txids: Texts
    notes: Texts
    timed: Sequence[bool]

    def part(self, places: Sequence[int]) -> "Said":
        """The same of the rows at `places` alone."""
        if len(places) == len(self.lines):
            return self
        return Said(*map(taken(places), self))


class Half(NamedTuple):
    """A row that is half of an exchange, which its partner completes: `key` is what they have in common.

    `quantity` is signed: what it moves; `paid` is its fee in cents.
    """

    made: Made
    at: int
    key: tuple[str, ...]
    time: datetime
    quantity: Decimal
    asset: str
    paid: Cents
    native: str
    line: int
    note: str
    wallet: str
    timed: bool


class Settler:
    """An entry that may settle its rows at once. `amounts` and `assets` make readers of columns."""

    def __init__(
        self, format: Format, entry: Entry, file: str, settling: Settling,
        amounts: Callable[[Ref], Read], assets: Callable[[Ref], Column], by: Sequence[Column],
    ) -> None:  # fmt: skip
        self._format, self._entry, self._file, self._settling = format, entry, file, settling
        self._into, self._out, self._signed = (
            (amounts(leg.quantity), assets(leg.asset), leg.sign) if leg else None
            for leg in (format.legs.get(name) for name in (entry.in_, entry.out, entry.signed))
        )
        fees = [format.fees[name] for name in entry.fee]
        self._fee = (amounts(fees[0].quantity), assets(fees[0].asset), fees[0].paid) if fees else None
        self._usd = amounts(entry.usd) if entry.usd else None
        self._currency = assets(format.currency) if format.currency else None
        self._by = by
        self._kinds: dict[tuple[str, str], str] = {}
        legs = [format.legs[name] for name in (entry.in_, entry.out, entry.signed) if name]
        group = format.groups.get(entry.of)
        self.can = (
            len(fees) < 2
            and not any(fee.on == "inside" or (fee.guess and entry.of) for fee in fees)
            and not any(leg.less or leg.plus for leg in legs)
            and not entry.to
            and (
                not entry.signed
                if group is None
                else bool(entry.signed and group.by and not entry.usd and isinstance(format.wallet, str))
                and (group.kind, group.within_seconds, group.share) == ("exchange", None, ())
            )
        )

    def read(self, rows: Rows, said: Said, made: Made) -> Sequence[Settled | Half | None] | None:
        """What each row is at once: a transaction, or half of one; None where its draft is to be made.

        None in all where something in their columns is unusual. `made` tells the drafts of the rows.
        """
        if not self.can or not rows.count:
            return None
        with suppress(NotPlain):
            if self._entry.of:
                return self._halves(rows, said, made)
            return self._settled(rows, said, made)
        return None

    def _settled(self, rows: Rows, said: Said, made: Made) -> Sequence[Settled | None] | None:
        """The rows by what moves on their sides: dollars, other money or units."""
        out = self._out[1](rows) if self._out else ()
        into = self._into[1](rows) if self._into else ()
        usual = self._settling.usual
        kinds_of = [{asset: usual[asset] for asset in set(side)} for side in (out, into)]
        sides = [set(of.values()) for of in kinds_of]
        if all(len(side) < 2 for side in sides):
            gave, got = (next(iter(side), "none") for side in sides)
            return self._alike(rows, said, made, range(rows.count), gave, got)
        found: list[Settled | None] = [None] * rows.count
        places: dict[tuple[str, str], list[int]] = {}
        gives, gets = (
            map(of.__getitem__, side) if side else repeat("none")
            for of, side in zip(kinds_of, (out, into), strict=True)
        )
        for at, pair in enumerate(zip(gives, gets, strict=False)):
            places.setdefault(pair, []).append(at)
        for (gave, got), those in places.items():
            several = self._alike(rows.part(those), said.part(those), made, those, gave, got)
            for at, one in zip(those, several or (), strict=False):
                found[at] = one
        return found

    def _alike(
        self, rows: Rows, said: Said, made: Made, places: Sequence[int], gave: str, got: str
    ) -> Sequence[Settled | None] | None:
        """Rows of which all give the same sort of asset and all get the same; `places` are theirs in `made`."""
        kind = self._kind(gave, got)
        out, into = (self._side(side, rows) for side in (self._out, self._into))
        if not kind or (gave != "none" and out is None) or (got != "none" and into is None):
            return None
        worth = self._worth(rows, [side for side, of in ((out, gave), (into, got)) if side and of == "dollars"])
        paid = self._paid(rows)
        if worth is None or paid is None:
            return None
        sent, sent_assets = self._units(out, gave)
        received, received_assets = self._units(into, got)
        held = [side[0].cents if of in _MONEY else units for side, of, units in
                ((out, gave, sent), (into, got, received)) if side]  # fmt: skip
        unusual = {at for column in held if not all(column) for at, one in enumerate(column) if not one}
        for column in (worth, paid):
            if None in column:
                unusual.update(at for at, one in enumerate(column) if one is None)
        if max(_most(worth), _most(paid)) > MOST_CENTS:
            return None
        of_row = zip(
            *(self._ids(said, kind, [side for side in (out, into) if side]), said.times),
            *(self._settling.days.of_many(said.times), said.wallets, repeat(kind)),
            *([place_in(self._file, line) for line in said.lines], sent, sent_assets, received, received_assets),
            *(repeat(None), repeat(""), paid, worth, repeat(""), repeat(None), repeat(None), repeat(None)),
            *(repeat("none"), repeat(False), repeat(None), self._notes(said), repeat("not_said"), said.timed),
            *(repeat(None), repeat(None), repeat(None)),
            strict=False,
        )
        of_row = zip(map(_new, repeat(Transaction), of_row), repeat(made), places, strict=False)
        found: list[Settled | None] = list(map(_new, repeat(Settled), of_row))
        for at in unusual:
            found[at] = None
        return found

    def _kind(self, gave: str, got: str) -> str:
        """The kind of rows with such sides; empty where they are not settled at once."""
        found = self._kinds.get((gave, got))
        if found is None:
            found = ""
            if gave and got:
                with suppress(NotAnEvent, Wrong):
                    found = settled_kind(self._entry.kind, "", _ONE.get(gave, ()), _ONE.get(got, ()))
            if found not in KINDS or (found in INCOME_KINDS and got != "units"):
                found = ""
            self._kinds[gave, got] = found
        return found

    def _side(self, side: tuple[Read, Column, str] | None, rows: Rows) -> Side | None:
        """Amounts and assets of a side; None where it has none, or an amount has another sign than it should."""
        if side is None:
            return None
        amounts, assets = side[0](rows), side[1](rows)
        if amounts is None or not _signed(amounts, side[2]):
            return None
        return amounts, assets

    def _units(self, side: Side | None, of: str) -> tuple[Iterable[Decimal | None], Iterable[str]]:
        """The units that move on a side; money that moves is the worth of the row, and no units."""
        if side is None or of in _MONEY:
            return repeat(None), repeat("")
        amounts, assets = side
        if amounts.longest() > LONGEST_QUANTITY:
            raise NotPlain
        return amounts.numbers if amounts.unsigned else [n and n.copy_abs() for n in amounts.numbers], assets

    def _worth(self, rows: Rows, dollars: Sequence[Side]) -> Sequence[Cents | None] | None:
        """What the sides of each row were worth: as it says, else what it says of dollars that are a side."""
        told: Sequence[Cents | None] = [None] * rows.count
        if self._usd is not None:
            amounts = self._usd(rows)
            if amounts is None:
                return None
            told = amounts.cents
            if self._currency is not None:
                currencies = self._currency(rows)
                if not set(currencies) <= {"USD", ""}:
                    told = [
                        cents if unit in ("USD", "") else None for cents, unit in zip(told, currencies, strict=True)
                    ]
        for amounts, _ in dollars:
            if self._usd is None:
                return amounts.cents
            if None in told:
                told = [own if own is not None else cents for own, cents in zip(told, amounts.cents, strict=True)]
        return told

    def _paid(self, rows: Rows) -> Sequence[Cents | None] | None:
        """The fee of each row, 0 where there is none; None where it is not in dollars."""
        if self._fee is None:
            return [0] * rows.count
        amounts, assets = self._fee[0](rows), self._fee[1](rows)
        if amounts is None or not _signed(amounts, self._fee[2]):
            return None
        if set(assets) == {"USD"}:
            return [cents or 0 for cents in amounts.cents] if None in amounts.cents else amounts.cents
        return [
            (cents if unit == "USD" else None) if cents else 0
            for cents, unit in zip(amounts.cents, assets, strict=True)
        ]

    def _notes(self, said: Said) -> Texts:
        why = self._entry.why
        return [f"{why} ({note})" if note else why for note in said.notes] if why else said.notes

    def _ids(self, said: Said, kind: str, sides: Sequence[Side]) -> Sequence[str]:
        """Ids of the rows: the wallet with the export's own, else with what they say."""
        if all(said.natives):
            return [f"{wallet}:{native}" for wallet, native in zip(said.wallets, said.natives, strict=True)]
        source = self._format.source
        whole = [
            f"{source}|{wallet}|{time_text(time)}|{kind}" for wallet, time in zip(said.wallets, said.times, strict=True)
        ]
        for amounts, assets in sides:
            legs = zip(whole, map(_short, amounts.texts), assets, strict=True)
            whole = [f"{before}|{short} {asset}" for before, short, asset in legs]
        return [
            f"{wallet}:{native or named_by(text)}"
            for wallet, native, text in zip(said.wallets, said.natives, whole, strict=True)
        ]

    def _halves(self, rows: Rows, said: Said, made: Made) -> Sequence[Half | None] | None:
        """Halves of exchanges; which of them belong together is seen when the whole file is read."""
        assert self._signed is not None
        side, paid = self._side(self._signed, rows), self._paid(rows)
        if side is None or paid is None or side[0].longest() > LONGEST_QUANTITY:
            return None
        amounts, assets = side
        keys = zip(repeat(self._entry.of), *(by(rows) for by in self._by), strict=False)
        of_row = zip(
            *(repeat(made), range(rows.count), keys, said.times, amounts.numbers, assets, paid),
            *(said.natives, said.lines, self._notes(said), said.wallets, said.timed),
            strict=False,
        )
        found: list[Half | None] = list(map(_new, repeat(Half), of_row))
        if "" in assets or None in paid or None in amounts.numbers:
            found = [half if half and half.quantity is not None and half.asset and half.paid is not None else None
                     for half in found]  # fmt: skip
        return found


def _most(cents: Sequence[Cents | None]) -> Cents:
    """The largest of some amounts."""
    return max([one for one in cents if one is not None], default=0)


def _signed(amounts: Amounts, sign: str) -> bool:
    """Whether all amounts are of a sign, for sure."""
    if sign == "any" or (sign == "positive" and amounts.unsigned):
        return True
    if sign == "positive":
        return not any(number is not None and number < 0 for number in amounts.numbers)
    return not any(number is not None and number > 0 for number in amounts.numbers)


def _short(text: str) -> str:
    """A plain amount without its sign, and without zeros that count nothing."""
    if text[:1] in "-+." or (text[:1] == "0" and text[1:2] != "."):
        text = f"{Decimal(text or 0).copy_abs():f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
