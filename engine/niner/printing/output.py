"""A year's return to the machine's copies of it: return.json and dispositions.csv, in the contract's shape."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from itertools import islice
from typing import Any

from pydantic import BaseModel

from niner.case import Elections
from niner.exact import written
from niner.lots import Disposition, Lot, Replaced
from niner.money import Amounts, dollars_text, exact_text, parts_text, total
from niner.printing.sheets import listed
from niner.printing.unfilled import Unfilled
from niner.returns.facts.leaving import left_without_sale
from niner.returns.income import Income
from niner.returns.rows import Row
from niner.returns.units.opening import wallets_opened
from niner.returns.worth import worth
from niner.returns.year import YearReturn
from niner.values import Finding


class Each(Sequence[dict[str, Any]]):
    """A list of entries that are written as JSON one by one; an entry becomes an object when someone looks at it."""

    def __init__(self, items: Sequence[Any], written: Callable[[Any], str]) -> None:
        self._items, self._written = items, written

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, place: Any) -> Any:
        found = self._items[place]
        return list(map(self._entry, found)) if isinstance(place, slice) else self._entry(found)

    def _entry(self, item: Any) -> dict[str, Any]:
        entry: dict[str, Any] = json.loads(self._written(item))
        return entry

    def texts(self) -> Iterator[str]:
        """Each entry as JSON."""
        return map(self._written, self._items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


def return_json(
    result: YearReturn,
    forms: Sequence[Mapping[str, Any]],
    inputs: Mapping[str, str],
    findings: Sequence[Finding],
    unfilled: Sequence[Unfilled] = (),
) -> dict[str, Any]:
    """The contract's return.json as plain data: amounts are decimal text in dollars, losses negative."""
    short, long = result.carryover_out
    return {
        "tax_year": result.year,
        "lines": printed_lines(result),
        "carryover_in": {
            "short_term": dollars_text(result.case.carried_in.short_term),
            "long_term": dollars_text(result.case.carried_in.long_term),
            "from": result.carried_from,
        },
        "carryover_out": {"short_term": dollars_text(short), "long_term": dollars_text(long)},
        "worth": _worth(result),
        "digital_question": {
            "answer": result.digital_question.value,
            "says": result.digital_question.says,
            "authority": result.digital_question.authority,
        },
        "case": _case(result),
        "dispositions": Each(result.rows, _Dispositions()),
        "income": income_json(result.income),
        "left_without_sale": left_without_sale(result.departures),
        "wash_sales": [_replaced(one) for one in result.replaced],
        "open_lots": Each(result.held, _lot),
        **({} if result.opening is None else {"wallets_opened": wallets_opened(result.opening)}),
        "findings": [finding.as_json() for finding in findings],
        "forms": [dict(form) for form in forms],
        "not_filled": [one.as_json() for one in unfilled],
        "inputs": dict(sorted(inputs.items())),
        "rules": {"year": result.rules.year, "sha256": result.rules.sha256, "draft": result.rules.draft},
    }


def printed_lines(result: YearReturn) -> dict[str, dict[str, str]]:
    """Every printed line as text; yes/no lines say `yes` or `no`; Form 8949 totals stand under their box."""
    lines = {
        form: {line: _text(value) for line, value in values.items()}
        for form, values in result.lines.as_mapping().items()
    }
    boxes: dict[str, list[Amounts]] = {}
    for row in listed(result.rows):
        boxes.setdefault(row.box, []).append(row.sums)
    for box, rows in boxes.items():
        sums = total(rows)
        shown = sums.in_dollars() if result.case.elections.rounding == "dollars" else sums
        columns = {f"{box}.{column}": dollars_text(amount) for column, amount in zip("degh", shown, strict=True)}
        lines.setdefault("f8949", {}).update(columns)
    return lines


def _given(block: BaseModel) -> dict[str, Any]:
    """A block's keys and values, as `model_dump` gives them, which would have a model built for a few amounts."""
    return {name: _given(value) if isinstance(value, BaseModel) else value for name, value in block}


def _case(result: YearReturn) -> dict[str, Any]:
    """What of the case the lines depend on beside the ledger; nothing that names a person."""
    case = result.case
    elections = case.elections
    method, pool = elections.chosen(result.year)

    def amounts(block: BaseModel | None) -> dict[str, Any] | None:
        return None if block is None else _figures(_given(block))

    return {
        "filing_status": case.taxpayer.filing_status,
        "elections": {
            "lot_method": method,
            "pool": pool,
            "rounding": elections.rounding,
            "timezone": elections.timezone,
            "direct_totals": elections.direct_totals,
            "various": elections.various,
            "by_year": {str(year): own.model_dump() for year, own in sorted(elections.by_year.items())},
            **_by_wallet(elections),
        },
        "business": list(case.business),
        "assets": {name: asset.model_dump(by_alias=True) for name, asset in sorted(case.assets.items())},
        "carryover_in": amounts(case.carried_in),
        "schedule_d": amounts(case.schedule_d),
        "return": amounts(case.return_),
    }


def _by_wallet(elections: Elections) -> dict[str, Any]:
    chosen = {
        name: {"lot_method": own.lot_method, "since": None if own.since is None else own.since.isoformat()}
        for name, own in sorted(elections.by_wallet.items())
    }
    return {"by_wallet": chosen} if chosen else {}


def _figures(block: Mapping[str, Any]) -> dict[str, Any]:
    """A block as text; what was not given is left out."""
    return {
        name: _figures(value) if isinstance(value, Mapping) else _figure(value)
        for name, value in block.items()
        if value is not None
    }


def _figure(value: int | bool | str | tuple[Mapping[str, Any], ...]) -> str | list[dict[str, Any]]:
    if isinstance(value, tuple):
        return [_figures(row) for row in value]
    return value if isinstance(value, str) else _text(value)


def _worth(result: YearReturn) -> dict[str, str] | None:
    value = worth(result)
    if value is None:
        return None
    return {
        "tax_with": dollars_text(value.tax_with_cents),
        "tax_without": dollars_text(value.tax_without_cents),
        "saved": dollars_text(value.saved_cents),
        "saved_by_next_year_s_deduction": dollars_text(value.next_year_cents),
    }


def _text(value: int | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return dollars_text(value)


_SUMS = ("proceeds", "basis", "adjustment", "gain")


class _Dispositions:
    """Rows to their entries of return.json: what many rows have in common is written once."""

    def __init__(self) -> None:
        self._rules: dict[int, tuple[Mapping[str, Any], str]] = {}  # the mapping is kept, so that its id stays its own
        self._text = cache(_quoted)

    def __call__(self, row: Row) -> str:
        d, text = row.disposition, self._text
        known = self._rules.get(id(row.because))
        if known is None:
            rules = _ENCODED({name: conclusion.rule_id for name, conclusion in row.because.items()})
            known = self._rules[id(row.because)] = row.because, rules
        with_cents = ""
        if row.printed != row.sums:
            with_cents = f', "with_cents": {_ENCODED(dict(zip(_SUMS, map(dollars_text, row.sums), strict=True)))}'
        also = f', "also": {_ENCODED(row.also)}' if row.also else ""
        proceeds, basis, adjustment, gain = row.printed
        return (
            f'{{"description": {_quoted(row.description)}, "asset": {text(d.asset)}, '
            f'"quantity": "{written(row.quantity)}", '
            f'"kind": {text(d.kind)}, "acquired": {text(iso_day(row.acquired))}, "disposed": "{_day(d.disposed)}", '
            f'"proceeds": "{dollars_text(proceeds)}", "basis": "{dollars_text(basis)}", "code": {text(row.code)}, '
            f'"adjustment": "{dollars_text(adjustment)}", "gain": "{dollars_text(gain)}"{with_cents}, '
            f'"term": {text(row.term)}, "box": {text(row.box)}, "line": {text(row.line)}, '
            f'"wallet": {text(d.wallet)}, "transaction": {_quoted(d.transaction)}, '
            f'"lots": [{", ".join([self._part(part) for part in row.parts])}]{also}, "rules": {known[1]}, '
            f'"source": {{"file": {text(d.source.file)}, "row": {d.source.row}}}}}'
        )

    def _part(self, part: Disposition) -> str:
        return (
            f'{{"id": {_quoted(part.lot)}, "quantity": "{written(part.quantity)}", '
            f'"acquired": "{_day(part.acquired)}", '
            f'"basis": "{parts_text(part.basis_parts, part.basis_cents)}", '
            f'"source": {{"file": {self._text(part.lot_source.file)}, "row": {part.lot_source.row}}}}}'
        )


def iso_day(acquired: str) -> str:
    """A day as the forms show it as other programs read it; a word stays one."""
    if not acquired[:1].isdigit():
        return acquired
    month, day, year = acquired.split("/")
    return f"{year}-{month}-{day}"


def income_json(income: Sequence[Income]) -> Each:
    """Digital assets received, as return.json has them."""
    return Each(income, _income)


def _income(item: Income) -> str:
    t = item.transaction
    return _ENCODED(
        {
            "kind": t.kind,
            "day": t.day.isoformat(),
            "asset": t.received_asset,
            "quantity": f"{t.received_quantity:f}",
            "amount": exact_text(item.amount_cents),
            "line": item.line,
            "lines": list(item.lines),
            "wallet": t.wallet,
            "transaction": t.id,
            "source": {"file": t.source.file, "row": t.source.row},
        }
    )


def _replaced(one: Replaced) -> dict[str, Any]:
    return {
        "asset": one.asset,
        "disposed": one.disposed.isoformat(),
        "transaction": one.transaction,
        "lot": one.lot,
        "bought_back": one.bought,
        "quantity": f"{one.units:f}",
        "disallowed": dollars_text(one.disallowed_cents),
        "days_held": one.held_days,
        "source": {"file": one.source.file, "row": one.source.row},
    }


def _lot(lot: Lot) -> str:
    return (
        f'{{"id": {_quoted(lot.id)}, "asset": {_quoted(lot.asset)}, "wallet": {_quoted(lot.wallet)}, '
        f'"quantity": "{written(lot.quantity)}", "acquired": "{_day(lot.acquired)}", '
        f'"acquired_by": {_quoted(lot.acquired_by)}, '
        f'"basis": "{parts_text(lot.basis_parts, lot.basis_cents)}", '
        f'"source": {{"file": {_quoted(lot.source.file)}, "row": {lot.source.row}}}}}'
    )


def as_bytes(document: Mapping[str, Any]) -> bytes:
    """JSON with one entry a line, so that two versions can be compared; the same bytes every time."""
    return b"".join(in_pieces(document))


def in_pieces(document: Mapping[str, Any]) -> Iterator[bytes]:
    """The same in pieces: an entry of a long list is written and forgotten."""
    opening = b"{\n"
    for key, value in document.items():
        yield opening + _json(key) + b": "
        opening = b",\n"
        if isinstance(value, dict) and value:
            yield b"{\n " + b",\n ".join(_json(name) + b": " + _json(item) for name, item in value.items()) + b"\n}"
        elif isinstance(value, Sequence) and not isinstance(value, str) and value:
            texts = value.texts() if isinstance(value, Each) else map(_ENCODED, value)
            before = "[\n "
            while several := list(islice(texts, _TOGETHER)):
                yield (before + ",\n ".join(several)).encode(errors="backslashreplace")
                before = ",\n "
            yield b"\n]"
        else:
            yield _json(list(value) if isinstance(value, Each) else value)
    yield b"\n}\n"


class Shared(dict[str, str]):
    """A dict of text that stands in many places of a document: `indented` writes it once for each depth."""


def indented(document: Mapping[str, Any]) -> Iterator[bytes]:
    """What `json.dumps` writes with indent=1 and letters as they are, entry by entry of what is long, in a third of its
    time; the keys are text."""
    texts = _indented(document, "\n", {})
    while several := list(islice(texts, _TOGETHER)):
        yield "".join(several).encode()
    yield b"\n"


_Known = dict[tuple[int, str], str]
"""The text of each Shared dict by its id and depth."""


def _indented(value: Any, line: str, known: _Known) -> Iterator[str]:
    """The text of a value, in pieces where it holds a long list."""
    if len(line) > _LONG_AT or not isinstance(value, dict | list) or not value:
        yield _indented_whole(value, line, known)
        return
    inner, before = line + " ", "{" if isinstance(value, dict) else "["
    for key, item in value.items() if isinstance(value, dict) else ((None, item) for item in value):
        yield before + inner + ("" if key is None else f"{_quoted(key)}: ")
        yield from _indented(item, inner, known)
        before = ","
    yield line + ("}" if isinstance(value, dict) else "]")


def _indented_whole(value: Any, line: str, known: _Known) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Shared):
        if (id(value), line) not in known:
            known[id(value), line] = _indented_whole(dict(value), line, known)
        return known[id(value), line]
    if isinstance(value, dict) and value:
        inner = line + " "
        entries = [f"{_quoted(key)}: {_indented_whole(item, inner, known)}" for key, item in value.items()]
        return f"{{{inner}{f',{inner}'.join(entries)}{line}}}"
    if isinstance(value, list | tuple) and value:
        inner = line + " "
        return f"[{inner}{f',{inner}'.join([_indented_whole(item, inner, known) for item in value])}{line}]"
    return _ENCODED(value)


_LONG_AT = 4  # levels below which no list is long
_TOGETHER = 1000
_day = lru_cache(1 << 14)(date.isoformat)
_ENCODED = json.JSONEncoder(ensure_ascii=False).encode
_quoted = json.encoder.encode_basestring  # C, where `encode` asks first what it is given


def _json(value: Any) -> bytes:
    return _ENCODED(value).encode(errors="backslashreplace")  # a lone surrogate, as JSON escapes it


_COLUMNS = (
    "row",
    "description",
    "acquired",
    "disposed",
    "proceeds",
    "basis",
    "code",
    "adjustment",
    "gain",
    "term",
    "box",
    "line",
    "wallet",
    "transaction",
    "lot",
    "file",
    "file_row",
)


def dispositions_csv(rows: Sequence[Row], draft: bool) -> Iterator[bytes]:
    """Every disposition as a row, in the order of Form 8949, in pieces; by draft rules a last column says so."""
    mark = ["draft rules: not for filing"] if draft else []
    lines: list[str] = []
    writer = csv.writer(_Lines(lines), lineterminator="\n")
    writer.writerow([*_COLUMNS, *(["draft"] if draft else [])])
    plain, money = cache(plain_cell), dollars_text
    for number, row in enumerate(rows, 1):
        if len(lines) > _TOGETHER:
            yield "".join(lines).encode()
            lines.clear()
        parts, description, acquired, disposed, code, _, term, box, line, _, printed, _ = row
        d = parts[0]
        proceeds, basis, adjustment, gain = printed
        lot = d.lot if len(parts) == 1 else " ".join(part.lot for part in parts)
        writer.writerow(
            (
                number,
                plain_cell(description),
                acquired,
                disposed,
                money(proceeds),
                money(basis),
                code,
                money(adjustment),
                money(gain),
                term,
                box,
                line,
                plain(d.wallet),
                plain_cell(d.transaction),
                plain_cell(lot),
                plain(d.source.file),
                d.source.row,
                *mark,
            )
        )
    yield "".join(lines).encode()


class _Lines:
    """What a csv.writer writes to: each row's text into a list."""

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


# What makes a spreadsheet reckon, in both widths; | and % begin commands of old ones.
_FORMULA = tuple("=+-@|%＝＋－＠｜％﹦﹢﹣﹫−")


def plain_cell(text: str) -> str:
    """Text a spreadsheet won't run as a formula."""
    if text.isalnum():
        return text
    return f"'{text}" if text.lstrip()[:1] in _FORMULA or text[:1] in "\t\r\n" else text
