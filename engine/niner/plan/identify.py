"""Lots held now to a record of which of them will be sold, made before the sale: for the books, the broker and Niner.

The time is that at which the record is made; none is ever taken from elsewhere.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

from niner import exact
from niner.asked import IDENTIFIED
from niner.case import Case, read_case
from niner.case.identifications import FOLDER, content_hash
from niner.case.rulings import FILE, StandingOrder, rulings_in
from niner.dataclass import dataclass
from niner.files.file_write import make_private, write_new, write_whole
from niner.files.reading import DECISIONS_BYTES, Missing, read_text
from niner.imports import complete, read_downloads
from niner.lots import METHODS, Lot
from niner.money import PARTS, dollars_printed, dollars_text, parse_cents
from niner.prepare import Options, holdings, rules_by_year
from niner.returns.units.holdings import Holdings
from niner.rules import Conclusion, FactValue
from niner.run.one_run import one_run
from niner.shown.pages import page, plain_page
from niner.values import Finding, Refused, Source
from niner.words.plain import shown

_SHOWN_OF_HASH = 8


@dataclass(frozen=True, slots=True)
class Order:
    """A standing order that is to be recorded: a method for all sales of some wallets from a day on."""

    rule: str
    wallets: tuple[str, ...]
    since: date


@dataclass(frozen=True, slots=True)
class Units:
    """Units of one asset that will be sold from a wallet: of named lots (by id, with units), or by a method now.

    `until` is the last day on which the sale may be, where one is said.
    """

    wallet: str
    asset: str
    quantity: Decimal
    lots: Mapping[str, Decimal]
    method: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """Who records it, why, at what time with its zone, and whether the broker is told or one's own books keep it."""

    by: str
    why: str
    made_at: datetime
    told: str


@dataclass(frozen=True, slots=True)
class Made:
    """The record that was made: its files by what they are, what it says, its hash, and what the rules say of it."""

    record: Path
    page: Path
    text: Path
    says: Mapping[str, Any]
    sha256: str
    because: Conclusion


def identify(folder: Path, what: Order | Units, statement: Statement, options: Options) -> Made:
    """Record what will be sold: three files in the case's identifications/, and the entry of decisions.yaml.

    Raises Refused, with nothing written, where the units are not there or decisions.yaml can't take the entry.
    """
    with one_run(folder):
        case = read_case(folder)
        held = holdings(folder, options, statement.made_at.date())
        if isinstance(what, Order):
            says, entry = _of_order(what, statement, held)
        else:
            says, entry = _of_units(what, statement, held, _row_names(folder, case))
        because = _allowed(case, what, statement, options)
        digest = content_hash(says)
        stem = f"{statement.made_at:%Y-%m-%d-%H%M%S}-{digest[:_SHOWN_OF_HASH]}"
        record = f"{FOLDER}/{stem}.yaml"
        decisions = _with_entry(folder, {**entry, "record": record}, what)
        values: dict[str, object] = {"case": case, "says": says, "sha256": digest, "because": because, "record": record}
        values |= {"made_at": statement.made_at, "money": lambda text: dollars_printed(parse_cents(text))}
        place = folder / FOLDER
        make_private(place)
        made = Made(folder / record, place / f"{stem}.html", place / f"{stem}.txt", says, digest, because)
        write_new(made.record, _record_text(says, digest).encode())
        write_new(made.page, page("identify", "record.html.j2", themes=options.themes, **values))
        write_new(made.text, plain_page("identify", "broker.txt.j2", themes=options.themes, **values))
        write_whole(folder / FILE, decisions.encode())
        return made


def _of_order(what: Order, statement: Statement, held: Holdings) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what the record says, the entry of decisions.yaml)."""
    wallets = [_wallet(held, name) for name in what.wallets]
    if what.since < statement.made_at.date():
        says = f"A standing order can't begin on {what.since}, before the day on which it is made."
        raise Refused([Finding("identify", "error", says, "Let it begin today or later.")])
    order = {"rule": what.rule, "wallets": wallets, "since": what.since.isoformat()}
    made_at = statement.made_at.isoformat()
    record: dict[str, Any] = {"identifies": "standing order", **order, "made_at": made_at, **_stated(statement)}
    return record, {**order, "recorded_on": made_at, **_entered(statement)}


def _of_units(
    what: Units, statement: Statement, held: Holdings, rows: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    wallet = _wallet(held, what.wallet)
    asset = what.asset.upper()
    there = [lot for lot in held.lots if lot.wallet == wallet and lot.asset == asset]
    chosen = _named(what, held, there) if what.lots else _by_method(what, there)
    units = [{"from": _row_of(rows, lot), "quantity": exact.text(n)} for lot, n in chosen]
    sale = {"wallet": wallet, "asset": asset, "quantity": exact.text(what.quantity)}
    until = "" if what.until is None else what.until.isoformat()
    made_at = statement.made_at.isoformat()
    says = {
        "identifies": "units of a sale",
        **sale,
        "until": until,
        "units": units,
        "lots": [_described(held, lot, n) for lot, n in chosen],
        "chosen_by": what.method or "lot",
        "made_at": made_at,
        **_stated(statement),
    }
    entry = {"sale": sale | ({"until": until} if until else {}), "lots": units, "identified_on": made_at}
    return says, {**entry, **_entered(statement)}


def _stated(statement: Statement) -> dict[str, str]:
    return {"told": statement.told, "by": statement.by, "why": statement.why}


def _entered(statement: Statement) -> dict[str, str]:
    day = statement.made_at.date().isoformat()
    return {"told": statement.told, "by": statement.by, "on": day, "why": statement.why}


def _described(held: Holdings, lot: Lot, units: Decimal) -> dict[str, str]:
    """A lot for people: its share of the basis is by units, as it is when they are sold."""
    basis = Fraction(lot.basis_parts) * Fraction(units) / Fraction(lot.quantity)
    return {
        "lot": held.name(lot.id),
        "quantity": exact.text(units),
        "acquired": lot.acquired.isoformat(),
        "basis": dollars_text(basis / PARTS),
        "row": str(lot.source),
    }


def _wallet(held: Holdings, name: str) -> str:
    """The wallet as the ledger writes it. Raises Refused."""
    known = {b.wallet.casefold(): b.wallet for b in held.balances}
    if name.casefold() not in known:
        says = f"The ledger has no wallet “{shown(name)}”."
        raise Refused([Finding("identify", "error", says, f"It has: {', '.join(sorted(known.values()))}.", value=name)])
    return known[name.casefold()]


def _named(what: Units, held: Holdings, there: Sequence[Lot]) -> list[tuple[Lot, Decimal]]:
    """The lots named by their ids, as many units of each as are said. Raises Refused."""
    chosen: list[tuple[Lot, Decimal]] = []
    for name, units in what.lots.items():
        pieces = [lot for lot in there if held.name(lot.id).startswith(name.lower())]
        ids = {lot.id for lot in pieces}
        if len(ids) != 1:
            known = ", ".join(dict.fromkeys(f"{held.name(lot.id)} ({exact.text(lot.quantity)})" for lot in there))
            says = f"{'No lot' if not ids else 'More than one lot'} in {what.wallet} is called “{shown(name)}”."
            raise Refused([Finding("identify", "error", says, f"It holds: {known or 'nothing of it'}.", value=name)])
        chosen += _first(pieces, units, f"lot {name}")
    total = exact.total(what.lots.values())
    if total != what.quantity:
        says = f"The lots come to {exact.text(total)}, and {exact.text(what.quantity)} are to be sold."
        raise Refused([Finding("identify", "error", says, "Let them be the same.")])
    return chosen


def _by_method(what: Units, there: Sequence[Lot]) -> list[tuple[Lot, Decimal]]:
    """The lots that a method takes first now. Raises Refused."""
    key = METHODS[what.method]
    ordered = sorted(enumerate(there), key=lambda one: key(_Aged(one[1], one[0])))
    return _first([lot for _, lot in ordered], what.quantity, f"{what.wallet} of {what.asset.upper()}")


class _Aged:
    """A lot as a method looks at it: how old it is, and what a unit of it costs."""

    def __init__(self, lot: Lot, place: int) -> None:
        self.age: tuple[int, float, int] = (lot.acquired.toordinal(), 0, place)
        self.price = Fraction(lot.basis_parts) / Fraction(lot.quantity)
        self.rough_price = floor(self.price)


def _first(lots: Sequence[Lot], units: Decimal, of: str) -> list[tuple[Lot, Decimal]]:
    chosen: list[tuple[Lot, Decimal]] = []
    left = units
    for lot in lots:
        part = min(left, lot.quantity)
        if part:
            chosen.append((lot, part))
            left = exact.subtract(left, part)
    if left:
        there = exact.text(exact.subtract(units, left))
        says = f"{exact.text(units)} units are to be sold, and {of} has {there} now."
        raise Refused([Finding("identify", "error", says, "Look at what is held with: niner lots --on DATE.")])
    return chosen


def _row_names(folder: Path, case: Case) -> dict[str, str]:
    """The row that each transaction stands in, as rulings name it: file and data row."""
    events = complete(read_downloads(folder, case)).events
    return {event.id: f"{event.file}:{event.rows[0]}" for event in events if event.rows}


def _row_of(rows: Mapping[str, str], lot: Lot) -> str:
    name = rows.get(lot.id) or rows.get(lot.id.rpartition("/")[0])
    if name is None:
        says = f"The row of the lot of {lot.source} can't be named."
        raise Refused([Finding("identify", "error", says, "Identify other units, or enter it by hand.")])
    return name


def _allowed(case: Case, what: Order | Units, statement: Statement, options: Options) -> Conclusion:
    """What the rules say of a record made in time, for a sale of today."""
    wallet = what.wallets[0] if isinstance(what, Order) else what.wallet
    known = next((own for name, own in case.wallets.items() if name.casefold() == wallet.casefold()), None)
    year = statement.made_at.year
    fact: dict[str, FactValue] = {
        "tax_year": year,
        "by": "standing_order" if isinstance(what, Order) else "pick",
        "method": what.rule if isinstance(what, Order) else "specific",
        "recorded": "in_time",
        "record_named": True,
        "custody": (known.custody if known else None) or "not_said",
        "told": statement.told,
        "allocation_open": False,
        "units_there": "yes",
    }
    rules = rules_by_year(options.overlays)(year)
    return rules.conclude("identification", [fact], IDENTIFIED)[0]["identified"]


def _record_text(says: Mapping[str, Any], digest: str) -> str:
    """The record as YAML, every value in quotes."""
    head = "# Made by niner identify. It can't be changed: its sha256 is that of what it said when it was made.\n"
    return head + _yaml({**says, "sha256": digest}, "")


def _yaml(block: Mapping[str, Any], indent: str) -> str:
    lines = []
    for key, value in block.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            lines.append(f"{indent}{key}:\n")
            lines += [f"{indent}  - {{{', '.join(f'{k}: {_text(v)}' for k, v in one.items())}}}\n" for one in value]
        elif isinstance(value, Mapping):
            lines.append(f"{indent}{key}: {{{', '.join(f'{k}: {_text(v)}' for k, v in value.items())}}}\n")
        else:
            shown_ = f"[{', '.join(map(_text, value))}]" if isinstance(value, list) else _text(value)
            lines.append(f"{indent}{key}: {shown_}\n")
    return "".join(lines)


def _text(value: object) -> str:
    """Text as YAML has it in quotes, which is as JSON has it."""
    return json.dumps(str(value), ensure_ascii=False)


def _with_entry(folder: Path, entry: Mapping[str, Any], what: Order | Units) -> str:
    """The text of decisions.yaml with one entry more. Raises Refused where it would not be what it must be."""
    try:
        text = read_text(folder / FILE, DECISIONS_BYTES)
    except Missing:
        text = ""
    before, problems = rulings_in(text)
    if isinstance(what, Order):
        wallets = {name.casefold() for name in what.wallets}
        for line, ruling in before:
            same = isinstance(ruling, StandingOrder) and ruling.since == what.since
            if same and isinstance(ruling, StandingOrder) and wallets & {name.casefold() for name in ruling.wallets}:
                says = f"A standing order for this wallet begins on {what.since} already."
                todo = "Let the new one begin on a later day."
                raise Refused([Finding("identify", "error", says, todo, source=Source(FILE, line))])
    first, *rest = _yaml(entry, "  ").splitlines(keepends=True)
    gap = "" if not text or text.endswith("\n") else "\n"
    longer = f"{text}{gap}- {first.lstrip()}{''.join(rest)}"
    after, wrong = rulings_in(longer)
    if problems or wrong or len(after) != len(before) + 1:
        found = problems or wrong
        says = "decisions.yaml can't take another entry as it stands."
        todo = "Begin each of its entries with “- ” at the left, then record this again."
        raise Refused([*found, Finding("identify", "error", says, todo, source=Source(FILE))])
    return longer
