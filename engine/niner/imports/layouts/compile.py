"""A format and a header to a function from a row's cells to a draft: column names become places once, not per row."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any, NamedTuple

from niner import exact
from niner.dataclass import dataclass
from niner.imports.draft import Draft
from niner.imports.events import MONEY, Balance, Fee, Leg
from niner.imports.layouts.conditions import Holds, condition
from niner.imports.layouts.language import Entry, FeeOf, Format, LegOf, Ref
from niner.imports.layouts.references import Text, reference
from niner.imports.tables import cells
from niner.imports.tables.header import find
from niner.ledger.kinds import SHAPES
from niner.words.plain import shown

Cells = Sequence[str]
_MOST_KNOWN = 4096
"""Texts of numbers that are kept with what they are: many stand in several columns of a row, or in every row."""


class NotAnEvent(Exception):
    """Raised for a row that is no event: its text says why, `needs` which other file must be there to tell it."""

    def __init__(self, why: str, needs: str = "") -> None:
        super().__init__(why)
        self.needs = needs


class Wrong(Exception):
    """Raised for a row that can't be read: what is wrong, what to do, and the cell's text."""

    def __init__(self, id: str, says: str, todo: str, value: str = "") -> None:
        super().__init__(says)
        self.id, self.says, self.todo, self.value = id, says, todo, value


class Place(NamedTuple):
    """The row being read."""

    file: str
    row: int
    line: int


@dataclass(frozen=True, slots=True)
class Compiled:
    """What reads the rows of one table. Both functions raise NotAnEvent or Wrong; `rounded` are numbers met that look
    as if a spreadsheet had cut them. `table` is the format on its header, for who reads many rows at a time.
    """

    draft: Callable[[Place, Cells], Draft]
    balance: Callable[[Place, Cells, Draft | None], Balance | None]
    rounded: list[str]
    table: "Table"


@dataclass(slots=True)
class Making:
    """What the entry of a row's type says of it, while that is read."""

    type: str
    note: str
    kind: str = ""
    sent: tuple[Leg, ...] = ()
    received: tuple[Leg, ...] = ()
    fees: tuple[Fee, ...] = ()
    usd: Decimal | None = None
    group: str = ""
    key: tuple[str, ...] = ()
    to_wallet: str = ""
    route: str = ""
    share: Decimal | None = None
    view: str = ""


def compile_format(format: Format, header: Sequence[str], wallet: str, zone: tzinfo | None) -> Compiled:
    """The reader of rows under `header`. `wallet` is the file's; `zone` dates times that name none themselves."""
    table = Table(format, header, wallet, zone)
    skips = table.skips()
    status = table.status()
    moment = table.moment()
    only_day = table.only_day()
    entry_of = table.entries()
    wallet_of = table.wallet_of()
    native = table.native()
    txid, note = table.text(format.txid), table.text(format.note)
    source = format.source

    def draft(place: Place, row: Cells) -> Draft:
        for holds, why in skips:
            if holds(row):
                raise NotAnEvent(why)
        status(row)
        key, build = entry_of(row)
        time, where, id, chain = moment(row), wallet_of(row), native(row), txid(row)
        m = Making(key, note(row))
        timed = not only_day(row)
        build(row, m)
        return Draft(
            *(place.file, place.row, place.line, time, where, source, m.kind, key, m.sent, m.received, m.fees, m.usd),
            *(m.group, m.key, id, chain, m.to_wallet, m.route, m.note, m.share, timed, m.view),
        )

    return Compiled(draft, table.balance(moment, wallet_of), table.rounded, table)


Build = Callable[[Cells, Making], None]


class Table:
    """A format being set on one header: each method makes one part of the reader."""

    def __init__(self, format: Format, header: Sequence[str], wallet: str, zone: tzinfo | None) -> None:
        self.format = format
        self.header = header
        self.own_wallet, self.zone = wallet, zone
        self.comma = format.decimal == "comma"
        self.suffixes = sorted(format.suffixes, key=len, reverse=True)
        self.known_assets: dict[str, str] = {}
        self.rounded: list[str] = []
        self.known_numbers: dict[str, Decimal | None] = {}
        self.legs = {name: self.leg(leg) for name, leg in format.legs.items()}
        self.types = _Types(format.map, len(format.type))
        self.choices = {key: self.conditions(entries) for key, entries in format.map.items()}

    def skips(self) -> list[tuple[Holds, str]]:
        """The rows that are no event, and why."""
        return [(self.condition(skip.when), skip.why) for skip in self.format.skip]

    def conditions(self, entries: Sequence[Entry]) -> list[tuple[Holds | None, Entry]]:
        """The entries of a type, each with what must hold of a row for it."""
        return [(self.condition(entry.when) if entry.when else None, entry) for entry in entries]

    def text(self, ref: Ref) -> Text:
        return reference(self.format, self.header, ref)

    def native(self) -> Text:
        """The source's own id of a row: empty where it has none, or the surest part of it is empty."""
        parts = [self.text((name,)) for name in self.format.id]
        if len(parts) < 2:
            return parts[0] if parts else lambda row: ""
        return lambda row: "|".join([part(row) for part in parts]) if parts[0](row) else ""

    def condition(self, when: Mapping[str, Any]) -> Holds:
        return condition(when, self.text, self.comma)

    def number(self, ref: Ref) -> Callable[[Cells], Decimal | None]:
        text, comma, name, rounded = self.text(ref), self.comma, ref[0] if ref else "", self.rounded
        known = self.known_numbers

        def read(row: Cells) -> Decimal | None:
            cell = text(row)
            if cell in known:
                return known[cell]
            if "E" in cell and cells.rounded_by_a_spreadsheet(cell):
                rounded.append(cell)
            try:
                found = cells.number(cell, comma)
                if len(known) > _MOST_KNOWN:
                    known.clear()
                known[cell] = found
                return found
            except cells.NotRead as problem:
                says = f"“{shown(cell)}” in “{shown(name)}” can't be read: {problem}."
                todo = "Look at the cell in the export; if a spreadsheet has changed it, download the file again."
                raise Wrong("import-number", says, todo, cell) from None

        return read

    def asset(self, ref: Ref) -> Callable[[Cells], str]:
        text, known = self.text(ref), self.known_assets

        def read(row: Cells) -> str:
            name = text(row)
            found = known.get(name)
            if found is None:
                found = known[name] = self.asset_of(name)
            return found

        return read

    def asset_of(self, name: str) -> str:
        """An asset by its usual name."""
        table = self.format.assets
        bare = name.strip()
        if bare.upper() in MONEY or bare.islower():
            bare = bare.upper()
        if bare in table:
            return table[bare]
        for suffix in self.suffixes:
            cut = re.sub(f"(?:{suffix[1:-1]})$", "", bare) if suffix.startswith("/") else bare.removesuffix(suffix)
            if cut and cut != bare:
                return table.get(cut, cut)
        return bare

    def leg(self, leg: LegOf) -> Callable[[Cells], tuple[Decimal, str] | None]:
        """The signed quantity and asset of a leg; None where it moves nothing."""
        quantity, asset, sign = self.number(leg.quantity), self.asset(leg.asset), leg.sign
        fee = self.format.fees[leg.less or leg.plus].quantity if leg.less or leg.plus else ()
        kept, back_in = self.number(fee) if fee else None, bool(leg.plus)
        name = leg.quantity[0]

        def read(row: Cells) -> tuple[Decimal, str] | None:
            amount = quantity(row)
            if amount is None:
                return None
            if (sign == "positive" and amount < 0) or (sign == "negative" and amount > 0):
                says = f"“{shown(name)}” is {amount:f}, which has the wrong sign for such a row."
                raise Wrong("import-sign", says, "Check the row in the export.", f"{amount:f}")
            if kept is not None:
                taken = (kept(row) or Decimal(0)).copy_abs()
                if amount and taken > abs(amount) and not back_in:
                    says = f"The amount of {abs(amount):f} is said to hold a fee of {taken:f}, which is more than it."
                    raise Wrong("import-fee", says, "Check the row at the exchange.", f"{taken:f}")
                smaller = (amount >= 0) != back_in
                amount = exact.subtract(amount, taken) if smaller else exact.add(amount, taken)
            unit = asset(row)
            if amount and not unit:
                raise Wrong("import-asset", f"The row moves {amount:f} units and names no asset.", "Fill the asset.")
            return (amount, unit) if amount else None

        return read

    def fee(self, fee: FeeOf) -> Callable[[Cells], Fee | None]:
        quantity, asset, usd = self.number(fee.quantity), self.asset(fee.asset), self.number(fee.usd)
        inside, paid, name, has_usd = fee.on == "inside", fee.paid, fee.quantity[0], bool(fee.usd)
        guess = fee.guess

        def read(row: Cells) -> Fee | None:
            amount = quantity(row)
            if not amount:
                return None
            if (paid == "positive" and amount < 0) or (paid == "negative" and amount > 0):
                says = f"The fee in “{shown(name)}” is {amount:f}: by its sign it was paid back, not paid."
                todo = "Check the row at the exchange, and enter it in Niner's own format as what it was."
                raise Wrong("import-fee-sign", says, todo, f"{amount:f}")
            unit = asset(row)
            if not unit:
                raise Wrong("import-asset", f"The fee of {amount:f} names no asset.", "Fill the fee's asset.")
            worth = usd(row) if has_usd else None
            return Fee(amount.copy_abs(), unit, None if worth is None else worth.copy_abs(), inside, guess)

        return read

    def status(self) -> Callable[[Cells], None]:
        rule = self.format.status
        if rule is None:
            return lambda row: None
        text = self.text(rule.column)
        keep, skip = {k.casefold() for k in rule.keep}, {s.casefold() for s in rule.skip}

        def check(row: Cells) -> None:
            found = text(row).casefold()
            if found in keep:
                return
            if found in skip:
                raise NotAnEvent(f"the status is {shown(text(row)) or 'empty'}")
            says = f"The status “{shown(text(row))}” is not known: whether the row counts can't be told."
            todo = "Look it up at the exchange; then say so in a format file of your own, or take the row out."
            raise Wrong("import-status", says, todo, text(row))

        return check

    def moment(self) -> Callable[[Cells], datetime]:
        rule = self.format.time
        assert rule is not None
        text, more = self.text(rule.column), self.text(rule.with_) if rule.with_ else None
        read = cells.reader_of_times(rule.formats, self.zone)

        def moment(row: Cells) -> datetime:
            cell = text(row) if more is None else f"{text(row)} {more(row)}"
            try:
                return read(cell)
            except cells.NotRead as problem:
                says = f"“{shown(cell)}” can't be read as the time: {problem}."
                todo = "If a spreadsheet has opened and saved the file, its dates were changed: download it again."
                if isinstance(problem, cells.NoZone):
                    todo = "Say in case.yaml, under sources, which timezone it was for this file."
                raise Wrong("import-time", says, todo, cell) from None

        return moment

    def only_day(self) -> Callable[[Cells], bool]:
        rule = self.format.time
        assert rule is not None
        text = self.text(rule.column)
        return lambda row: cells.only_a_day(text(row)) if not rule.with_ else False

    def wallet_of(self) -> Callable[[Cells], str]:
        rule, wallet = self.format.wallet, self.own_wallet
        if isinstance(rule, str):
            return lambda row: wallet
        text, within = self.text(rule.column), rule.within

        def read(row: Cells) -> str:
            own = text(row)
            return (f"{wallet} {own}" if own else wallet) if within else own or wallet

        return read

    def balance(
        self, moment: Callable[[Cells], datetime], wallet_of: Text
    ) -> Callable[[Place, Cells, Draft | None], Balance | None]:
        """What a row says that is held after it of units; a row that is no event says so too."""
        rule = self.format.balance
        if rule is None or find(self._names(rule.column[0]), self.header) is None:
            return lambda place, row, made: None
        amount, asset = self.number(rule.column), self.asset(rule.asset)
        written, account = self.text(rule.asset), self.text(rule.account)

        def read(place: Place, row: Cells, made: Draft | None) -> Balance | None:
            held = amount(row)
            if held is None or not asset(row) or asset(row) in MONEY:
                return None
            time = moment(row) if made is None else made.time
            part = f"{written(row)} {account(row)}"
            return Balance(place.file, place.row, place.line, time, wallet_of(row), asset(row), held, part)

        return read

    def _names(self, name: str) -> Sequence[str]:
        return self.format.columns.get(name, (name,))

    def entries(self) -> Callable[[Cells], tuple[str, Build]]:
        """From a row to its type and what builds its draft."""
        parts = [self.text((name,)) for name in self.format.type]
        built = {key: self._several(entries) for key, entries in self.choices.items()}
        types = self.types
        one = parts[0] if len(parts) == 1 else None

        def entry_of(row: Cells) -> tuple[str, Build]:
            key = (one(row),) if one is not None else tuple(part(row) for part in parts)
            found = types.of(key)
            if found is None:
                raise self._unknown(key)
            return "/".join(key), built[found]

        return entry_of

    def _unknown(self, key: Sequence[str]) -> Wrong:
        kind = shown("/".join(key)) or "empty"
        says = f"The type “{kind}” is not known to the format “{self.format.name}”."
        todo = (
            "It is not guessed and not skipped. Say what it is in a format file of your own (see: niner formats), or "
            "rule on the row in decisions.yaml."
        )
        return Wrong("import-type", says, todo, "/".join(key))

    def _several(self, entries: Sequence[tuple[Holds | None, Entry]]) -> Build:
        made = [(holds, self.entry(entry)) for holds, entry in entries]
        if len(made) == 1 and made[0][0] is None:
            return made[0][1]
        signs = {ref for _, entry in entries for ref, wanted in entry.when.items() if set(_listed(wanted)) & _SIGNS}
        numbers = [self.number((ref,)) for ref in sorted(signs)]

        def build(row: Cells, making: Making) -> None:
            for holds, one in made:
                if holds is None or holds(row):
                    one(row, making)
                    return
            for number in numbers:  # what can't be read has no sign: that is told, not the type
                number(row)
            raise self._unknown(making.type.split("/"))

        return build

    def entry(self, entry: Entry) -> Build:
        """What fills a draft from a row of one type."""
        if entry.skip:
            return _left_out(entry.skip, entry.needs)
        into, out, signed = (self.legs.get(name) for name in (entry.in_, entry.out, entry.signed))
        fees = [self.fee(self.format.fees[name]) for name in entry.fee]
        usd = self.number(entry.usd) if entry.usd else None
        currency = self.asset(self.format.currency) if self.format.currency else None
        to, route = self.text(entry.to), self.text(entry.route)
        group = self.format.groups.get(entry.of)
        by = [self.text(ref) for ref in group.by] if group else []
        share = self.number(group.share) if group and group.share else None
        kind, why, view = entry.kind, entry.why, entry.view or self.format.view

        def build(row: Cells, made: Making) -> None:
            if into is not None and (leg := into(row)):
                made.received = (Leg(leg[0].copy_abs(), leg[1]),)
            if out is not None and (leg := out(row)):
                made.sent = (Leg(leg[0].copy_abs(), leg[1]),)
            if signed is not None and (leg := signed(row)):
                if leg[0] > 0:
                    made.received = (Leg(*leg),)
                else:
                    made.sent = (Leg(leg[0].copy_negate(), leg[1]),)
            if fees:
                made.fees = tuple(paid for fee in fees if (paid := fee(row)) is not None)
            if usd is not None and (currency is None or currency(row) in ("USD", "")):
                worth = usd(row)
                made.usd = None if worth is None else worth.copy_abs()
            made.to_wallet, made.route, made.view = to(row), route(row), view
            if why:
                made.note = f"{why} ({made.note})" if made.note else why
            if group is not None:
                made.group = entry.of
                made.key = tuple(part(row) for part in by)
                made.share = share(row) if share else None
                return
            made.kind = settled_kind(kind, made.type, made.sent, made.received)

        return build

    def alone(self, group: str) -> Entry | None:
        return self.format.groups[group].alone


_SIGNS = {"zero", "positive", "negative"}


def _listed(wanted: Any) -> list[str]:
    """The words that a condition asks for."""
    return [word for word in (wanted if isinstance(wanted, list | tuple) else [wanted]) if isinstance(word, str)]


def _left_out(why: str, needs: str) -> Build:
    def build(row: Cells, making: Making) -> None:
        raise NotAnEvent(why, needs)

    return build


class _Types:
    """Which key of the map a row's type, one text a column, is meant by; each is looked up once."""

    def __init__(self, keys: Iterable[str], parts: int) -> None:
        self._patterns = [(_type_pattern(key, parts), key) for key in keys]
        self.known: dict[tuple[str, ...], str | None] = {}

    def of(self, type: tuple[str, ...]) -> str | None:
        """The key; None where the type is not known."""
        if type in self.known:
            return self.known[type]
        folded = tuple(" ".join(text.split()).casefold() for text in type)
        key = next((key for fits, key in self._patterns if fits(folded)), None)
        if key is not None or len(self.known) < _MOST_KNOWN:
            self.known[type] = key
        return key


def _type_pattern(key: str, parts: int) -> Callable[[tuple[str, ...]], bool]:
    """Whether a row's type is meant: `*` is any text, `/…/` a pattern, in each of the parts between slashes."""
    if key.startswith("/") and key.endswith("/") and len(key) > 2:
        pattern = re.compile(key[1:-1], re.IGNORECASE)
        return lambda folded: bool(pattern.search("/".join(folded)))
    wanted = tuple(" ".join(part.split()).casefold() for part in key.split("/", max(parts - 1, 0)))
    wanted += ("*",) * (parts - len(wanted))
    if "*" not in wanted:
        return lambda folded: folded == wanted
    return lambda folded: all(want in ("*", text) for want, text in zip(wanted, folded, strict=True))


def settled_kind(kind: str, type: str, sent: tuple[Leg, ...], received: tuple[Leg, ...]) -> str:
    """The kind that the legs of a row make of `exchange` and `move`; raises where a kind lacks the sides it needs.

    It follows from the kind and the assets alone, how much of them moves does not matter.
    """
    if kind == "exchange":
        gave, got = ({leg.asset in MONEY for leg in side} for side in (sent, received))
        if gave == {True} and got == {True}:
            raise NotAnEvent("money for money: no digital asset")
        both = gave == {False} and got == {False}
        kind = "buy" if (gave, got) == ({True}, {False}) else "sell" if both is False else "trade"
        if kind == "sell" and (gave, got) != ({False}, {True}):
            raise _lacks(type, "what was given, or what came for it")
    elif kind == "move":
        legs = sent or received
        if bool(sent) == bool(received):
            raise _lacks(type, "what moved")
        direction = "out" if sent else "in"
        kind = f"{'cash' if legs[0].asset in MONEY else 'transfer'}_{direction}"
    if kind == "fee" or kind == "review":
        return kind
    shape = SHAPES[kind]
    for rule, side, words in ((shape.sent, sent, "what left"), (shape.received, received, "what came in")):
        if rule in ("yes", "usd", "money") and not side:
            raise _lacks(type, words)
        if rule == "no" and side:
            says = f"The row ({shown(type)}) moves units the other way than its type says."
            raise Wrong("import-sign", says, "Check the row at the exchange and rule on it.", type)
    return kind


def _lacks(type: str, what: str) -> Wrong:
    says = f"The row ({shown(type)}) does not say {what}, or says zero."
    return Wrong("import-side", says, "Check the row in the export; if it is cut, download it again.", type)
