"""A year's return to the machine's copies of it: return.json and dispositions.csv, in the contract's shape."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from niner.case import Elections
from niner.lots import Lot, Replaced
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
    """A list of entries, each made when it is looked at: of a million rows only one at a time."""

    def __init__(self, items: Sequence[Any], entry: Callable[[Any], dict[str, Any]]) -> None:
        self._items, self._entry = items, entry

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, place: Any) -> Any:
        found = self._items[place]
        return list(map(self._entry, found)) if isinstance(place, slice) else self._entry(found)

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
        "dispositions": Each(result.rows, _disposition),
        "income": Each(result.income, _income),
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


def _case(result: YearReturn) -> dict[str, Any]:
    """What of the case the lines depend on beside the ledger; nothing that names a person."""
    case = result.case
    elections = case.elections
    method, pool = elections.chosen(result.year)

    def amounts(block: BaseModel | None) -> dict[str, Any] | None:
        return None if block is None else _figures(block.model_dump())

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


def _figure(value: int | bool | str) -> str:
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


def _disposition(row: Row) -> dict[str, Any]:
    d = row.disposition
    with_cents = (
        {} if row.printed == row.sums else {"with_cents": dict(zip(_SUMS, map(dollars_text, row.sums), strict=True))}
    )
    return {
        "description": row.description,
        "asset": d.asset,
        "quantity": f"{row.quantity:f}",
        "kind": d.kind,
        "acquired": _iso(row.acquired) if row.acquired[:1].isdigit() else row.acquired,
        "disposed": d.disposed.isoformat(),
        "proceeds": dollars_text(row.proceeds_cents),
        "basis": dollars_text(row.basis_cents),
        "code": row.code,
        "adjustment": dollars_text(row.adjustment_cents),
        "gain": dollars_text(row.gain_cents),
        **with_cents,
        "term": row.term,
        "box": row.box,
        "line": row.line,
        "wallet": d.wallet,
        "transaction": d.transaction,
        "lots": [
            {
                "id": part.lot,
                "quantity": f"{part.quantity:f}",
                "acquired": part.acquired.isoformat(),
                "basis": parts_text(part.basis_parts, part.basis_cents),
                "source": {"file": part.lot_source.file, "row": part.lot_source.row},
            }
            for part in row.parts
        ],
        **({"also": list(row.also)} if row.also else {}),
        "rules": {name: conclusion.rule_id for name, conclusion in row.because.items()},
        "source": {"file": d.source.file, "row": d.source.row},
    }


def _iso(form_date: str) -> str:
    month, day, year = form_date.split("/")
    return f"{year}-{month}-{day}"


def _income(item: Income) -> dict[str, Any]:
    t = item.transaction
    return {
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


def _lot(lot: Lot) -> dict[str, Any]:
    return {
        "id": lot.id,
        "asset": lot.asset,
        "wallet": lot.wallet,
        "quantity": f"{lot.quantity:f}",
        "acquired": lot.acquired.isoformat(),
        "acquired_by": lot.acquired_by,
        "basis": parts_text(lot.basis_parts, lot.basis_cents),
        "source": {"file": lot.source.file, "row": lot.source.row},
    }


def as_bytes(document: Mapping[str, Any]) -> bytes:
    """JSON with one entry a line, so that two versions can be compared; the same bytes every time."""
    return b"".join(_lines(document))


def _lines(document: Mapping[str, Any]) -> Iterator[bytes]:
    """The document in pieces: an entry of a list is made, written and forgotten."""
    opening = b"{\n"
    for key, value in document.items():
        yield opening + _json(key) + b": "
        opening = b",\n"
        if isinstance(value, dict) and value:
            yield b"{\n " + b",\n ".join(_json(name) + b": " + _json(item) for name, item in value.items()) + b"\n}"
        elif isinstance(value, Sequence) and not isinstance(value, str) and value:
            before = b"[\n "
            for item in value:
                yield before + _json(item)
                before = b",\n "
            yield b"\n]"
        else:
            yield _json(list(value) if isinstance(value, Each) else value)
    yield b"\n}\n"


_ENCODED = json.JSONEncoder(ensure_ascii=False).encode


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


def dispositions_csv(rows: Sequence[Row], draft: bool) -> bytes:
    """Every disposition as a row, in the order of Form 8949; by draft rules each says so in a last column."""
    mark = ["draft rules: not for filing"] if draft else []
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_COLUMNS, *(["draft"] if draft else [])])
    for number, row in enumerate(rows, 1):
        d = row.disposition
        writer.writerow(
            [
                number,
                plain_cell(row.description),
                row.acquired,
                row.disposed,
                dollars_text(row.proceeds_cents),
                dollars_text(row.basis_cents),
                row.code,
                dollars_text(row.adjustment_cents),
                dollars_text(row.gain_cents),
                row.term,
                row.box,
                row.line,
                plain_cell(d.wallet),
                plain_cell(d.transaction),
                plain_cell(" ".join(part.lot for part in row.parts)),
                plain_cell(d.source.file),
                d.source.row,
                *mark,
            ]
        )
    return text.getvalue().encode()


# What makes a spreadsheet reckon, in both widths; | and % begin commands of old ones.
_FORMULA = tuple("=+-@|%＝＋－＠｜％﹦﹢﹣﹫−")


def plain_cell(text: str) -> str:
    """Text a spreadsheet won't run as a formula."""
    return f"'{text}" if text.lstrip()[:1] in _FORMULA or text[:1] in "\t\r\n" else text
