"""A year's return to the machine's copies of it: return.json and dispositions.csv, in the contract's shape."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from pydantic import BaseModel

from niner.case import Elections
from niner.lots import Replaced
from niner.money import Amounts, dollars_text, exact_text, total
from niner.printing.columns import Entries, lot_entries, quoted, together
from niner.printing.sheets import listed
from niner.printing.unfilled import Unfilled
from niner.returns.facts.leaving import left_without_sale
from niner.returns.income import Income
from niner.returns.units.opening import wallets_opened
from niner.returns.worth import worth
from niner.returns.year import YearReturn
from niner.values import Finding


class Each(Sequence[dict[str, Any]]):
    """A list of entries that are written as JSON some at a time; one becomes an object when someone looks at it."""

    def __init__(self, items: Sequence[Any], written: Callable[[Sequence[Any]], list[str]]) -> None:
        self._items, self._written = items, written

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            some = self._items[place]
            return list(map(json.loads, self._written(some))) if some else []
        return json.loads(self._written([self._items[place]])[0])

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return map(json.loads, chain.from_iterable(self.texts()))

    def texts(self) -> Iterator[list[str]]:
        """Entries as JSON, some thousand at a time."""
        return map(self._written, together(self._items))

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
        "dispositions": Each(result.rows, Entries()),
        "income": income_json(result.income),
        "left_without_sale": left_without_sale(result.departures),
        "wash_sales": [_replaced(one) for one in result.replaced],
        "open_lots": Each(result.held, lot_entries),
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


def _incomes(items: Sequence[Income]) -> list[str]:
    return list(map(_income, items))


def income_json(income: Sequence[Income]) -> Each:
    """Digital assets received, as return.json has them."""
    return Each(income, _incomes)


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
            before = "[\n "
            for several in value.texts() if isinstance(value, Each) else _in_batches(map(_ENCODED, value)):
                yield (before + ",\n ".join(several)).encode(errors="backslashreplace")
                before = ",\n "
            yield b"\n]"
        else:
            yield _json(list(value) if isinstance(value, Each) else value)
    yield b"\n}\n"


def _in_batches(texts: Iterator[str]) -> Iterator[list[str]]:
    while several := list(islice(texts, _TOGETHER)):
        yield several


class Shared(dict[str, str]):
    """A dict of text that stands in many places of a document: `indented` writes it once for each depth."""


def indented(document: Mapping[str, Any]) -> Iterator[bytes]:
    """What `json.dumps` writes with indent=1 and letters as they are, entry by entry of what is long, in a third of its
    time; the keys are text."""
    texts = _indented(document, "\n", {})
    for several in _in_batches(texts):
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
        yield before + inner + ("" if key is None else f"{quoted(key)}: ")
        yield from _indented(item, inner, known)
        before = ","
    yield line + ("}" if isinstance(value, dict) else "]")


def _indented_whole(value: Any, line: str, known: _Known) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Shared):
        if (id(value), line) not in known:
            known[id(value), line] = _indented_whole(dict(value), line, known)
        return known[id(value), line]
    if isinstance(value, dict) and value:
        inner = line + " "
        entries = [f"{quoted(key)}: {_indented_whole(item, inner, known)}" for key, item in value.items()]
        return f"{{{inner}{f',{inner}'.join(entries)}{line}}}"
    if isinstance(value, list | tuple) and value:
        inner = line + " "
        return f"[{inner}{f',{inner}'.join([_indented_whole(item, inner, known) for item in value])}{line}]"
    return _ENCODED(value)


_LONG_AT = 4  # levels below which no list is long
_TOGETHER = 1000
_ENCODED = json.JSONEncoder(ensure_ascii=False).encode


def _json(value: Any) -> bytes:
    return _ENCODED(value).encode(errors="backslashreplace")  # a lone surrogate, as JSON escapes it
