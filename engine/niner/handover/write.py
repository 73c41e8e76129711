"""Carried rows to the bytes of a program's files: tables, TXF, and JSON in the shape of FDX."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from anyascii import anyascii

from niner import __version__
from niner.brokers.reading.fdx import NOT_A_FORM
from niner.handover.fit import form_day
from niner.handover.layouts import Layout
from niner.handover.values import FIELDS, HandedRow, by_account
from niner.money import dollars_text
from niner.printing.columns import plain_cell
from niner.returns.calendar import form_date

_TEXTS = ("description", "account")
_MONEY = ("proceeds", "basis", "adjustment", "gain")


def written(layout: Layout, rows: Sequence[HandedRow], year: int) -> dict[str, bytes]:
    """The files of a layout by name. Rows that say no box have a file for each box."""
    if not layout.per_box:
        return {layout.file: _one(layout, rows, year)}
    boxes = dict.fromkeys(row.box for row in rows)
    return {
        layout.file.replace("{box}", box): _one(layout, [row for row in rows if row.box == box], year) for box in boxes
    }


def _one(layout: Layout, rows: Sequence[HandedRow], year: int) -> bytes:
    if layout.writer == "txf":
        return _txf(layout, rows, year)
    if layout.writer == "fdx":
        return _fdx(layout, rows, year)
    return table(layout, rows)


def table(layout: Layout, rows: Sequence[HandedRow]) -> bytes:
    """Rows as a CSV of the layout's columns; no cell that a spreadsheet would reckon with."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(layout.columns)
    for row in rows:
        writer.writerow([_cell(layout, row, column.holds, column.words) for column in layout.columns.values()])
    return text.getvalue().encode()


def _cell(layout: Layout, row: HandedRow, field: str, words: Mapping[str, str]) -> str:
    text = FIELDS[field](row)
    if field in ("acquired", "sold"):
        return _day(layout, text)
    if field in _MONEY and layout.amounts == "dollars" and text:
        return dollars_text(getattr(row.sums.in_dollars(), field)).removesuffix(".00")
    if field in _TEXTS:
        return plain_cell(_letters(layout, text))
    return words.get(text, text)


def _day(layout: Layout, text: str) -> str:
    return form_day(text).strftime(layout.dates) if text[:1].isdigit() else layout.acquired[text]


def _letters(layout: Layout, text: str) -> str:
    return text if layout.letters == "any" else anyascii(text)


def _txf(layout: Layout, rows: Sequence[HandedRow], year: int) -> bytes:
    """TXF, one record a row; the day of the file is the last of the year, so that it is always the same."""
    known = {"version": __version__, "last_day": form_date(date(year, 12, 31))}
    lines = [line.format(**known) for line in layout.head]
    for row in rows:
        said = {field: told(row) for field, told in FIELDS.items()}
        said |= {"reference": layout.references[row.box], "description": _letters(layout, row.description)}
        said |= {day: _day(layout, said[day]) for day in ("acquired", "sold")}
        lines += [line.format(**said) for line in (*layout.record, *(layout.record_of_code if row.code else ()))]
        lines += layout.end
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


def _fdx(layout: Layout, rows: Sequence[HandedRow], year: int) -> bytes:
    """One form for each account, box and kind of property, as FDX (6.5) names its parts."""
    forms = []
    for group in by_account(rows):
        account, box, security = group[0].account, group[0].box, group[0].security
        name, details = ("tax1099B", "securityDetails") if security else ("tax1099Da", "digitalAssetDetails")
        form = {
            "taxYear": Decimal(year),
            "taxFormType": name.replace("tax", "Tax"),
            "additionalInformation": NOT_A_FORM,
            "issuer": {"businessName": {"name1": account}},
            "attributes": [{"name": "form8949Box", "value": box}],
            details: [_detail(layout, row) for row in group],
        }
        forms.append({name: form})
    return (_json({"forms": forms}) + "\n").encode()


def _detail(layout: Layout, row: HandedRow) -> dict[str, Any]:
    d: dict[str, Any] = {}
    if row.box in layout.boxes_of_a_form:
        d["checkboxOnForm8949"] = row.box
    if row.security:
        d |= {"securityName": row.asset, "saleDescription": row.description, "numberOfShares": row.units}
    else:  # its units are a text there, for the 18 places that a number loses
        d |= {"digitalAssetName": row.asset, "units": f"{row.units:f}"}
    if row.acquired[:1].isdigit():
        d["dateAcquired"] = form_day(row.acquired).isoformat()
    elif row.acquired:
        d["variousDatesAcquired"] = True
    d["dateOfSale"] = form_day(row.sold).isoformat()
    d["salesPrice" if row.security else "proceeds"] = _dollars(row.sums.proceeds)
    d["costBasis"] = _dollars(row.sums.basis)
    if row.code:
        amounts = [row.sums.adjustment] + [0] * (len(row.code) - 1)
        pairs = zip(row.code, amounts, strict=True)
        d["adjustmentCodes"] = [{"code": code, "amount": _dollars(amount)} for code, amount in pairs]
    d["longOrShort"] = row.term.upper()
    return d


def _dollars(cents: int) -> Decimal:
    return Decimal(dollars_text(cents))


def _json(value: Any) -> str:
    """JSON whose numbers have the very digits that they have here."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {_json(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",\n ".join(map(_json, value)) + "]"
    return f"{value:f}" if isinstance(value, Decimal) else json.dumps(value)
