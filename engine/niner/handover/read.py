"""A program's file back to rows, by parsers that share nothing with what wrote it but the layout."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from niner.handover.layouts import Layout
from niner.handover.values import ReadRow

_MONEY = ("proceeds", "basis", "adjustment", "gain")


class NotRead(ValueError):
    """A file that its own parser does not take, and where."""


def read_back(layout: Layout, name: str, data: bytes) -> list[ReadRow]:
    """The rows of one file; `name` says the box where rows don't. Raises NotRead."""
    try:
        if layout.writer == "txf":
            return list(_txf(layout, data.decode("ascii")))
        if layout.writer == "fdx":
            return list(_fdx(data.decode("utf-8")))
        return list(_table(layout, name, data.decode("utf-8")))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as problem:
        raise NotRead(f"{type(problem).__name__}: {problem}") from None


def _table(layout: Layout, name: str, text: str) -> Iterator[ReadRow]:
    header, *rows = csv.reader(io.StringIO(text))
    fields = [layout.columns[column] for column in header]
    of_file = re.fullmatch(re.escape(layout.file).replace(r"\{box\}", "([A-Z])"), name)
    for cells in rows:
        if len(cells) != len(header):
            raise ValueError(f"a row has {len(cells)} cells")
        texts: dict[str, str] = {}
        money: dict[str, int] = {}
        for column, cell in zip(fields, cells, strict=True):
            ours = {theirs: word for word, theirs in column.words.items()}
            if column.holds in _MONEY:
                money[column.holds] = _cents(cell or "0")
            elif column.holds in ("acquired", "sold"):
                texts[column.holds] = _day(layout, cell)
            else:
                texts[column.holds] = ours.get(cell, cell)
        box = texts.get("box") or (of_file[1] if of_file and layout.per_box else "")
        yield ReadRow(box, texts, money)


def _day(layout: Layout, text: str) -> str:
    """A day in ISO; a word for it as the form has it."""
    words = {theirs: word for word, theirs in layout.acquired.items()}
    return words[text] if text in words else datetime.strptime(text, layout.dates).date().isoformat()  # noqa: DTZ007


_DOLLARS = re.compile(r"(?P<sign>-?)(?P<whole>\d+)(?:\.(?P<cents>\d\d))?", re.ASCII)


def _cents(text: str) -> int:
    found = _DOLLARS.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:20]} is no amount")
    amount = int(found["whole"]) * 100 + int(found["cents"] or 0)
    return -amount if found["sign"] else amount


def _txf(layout: Layout, text: str) -> Iterator[ReadRow]:
    head, *records = text.split("^\r\n")
    if head.split("\r\n")[0] != layout.head[0] or records[-1] != "":
        raise ValueError("no TXF of this version")
    boxes = {reference: box for box, reference in layout.references.items()}
    for record in records[:-1]:
        lines = record.rstrip("\r\n").split("\r\n")
        by_mark: dict[str, list[str]] = {}
        for line in lines[1:]:
            by_mark.setdefault(line[:1], []).append(line[1:])
        [reference], [description], [acquired, sold] = by_mark["N"], by_mark["P"], by_mark["D"]
        basis, proceeds, *washed = map(_cents, by_mark["$"])
        texts = {"description": description, "acquired": _day(layout, acquired), "sold": _day(layout, sold)}
        texts["code"] = layout.codes[0] if washed else ""
        money = {"proceeds": proceeds, "basis": basis, "adjustment": sum(washed)}
        yield ReadRow(boxes[reference], texts, money | {"gain": proceeds - basis + sum(washed)})


def _fdx(text: str) -> Iterator[ReadRow]:
    document = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    for outer in document["forms"]:
        for form in outer.values():
            [box] = [one["value"] for one in form["attributes"] if one["name"] == "form8949Box"]
            for detail in form.get("digitalAssetDetails") or form["securityDetails"]:
                yield _detail(box, form["issuer"]["businessName"]["name1"], detail)


def _detail(box: str, account: str, detail: Mapping[str, Any]) -> ReadRow:
    codes = detail.get("adjustmentCodes", [])
    proceeds = detail["proceeds"] if "proceeds" in detail else detail["salesPrice"]
    money = {
        "proceeds": _whole(proceeds),
        "basis": _whole(detail["costBasis"]),
        "adjustment": sum(_whole(one["amount"]) for one in codes),
    }
    texts = {
        "account": account,
        "code": "".join(one["code"] for one in codes),
        **_what(detail),
        "sold": date.fromisoformat(detail["dateOfSale"]).isoformat(),
        "term": detail["longOrShort"].lower(),
    }
    if "dateAcquired" in detail:
        texts["acquired"] = date.fromisoformat(detail["dateAcquired"]).isoformat()
    return ReadRow(box, texts, money | {"gain": money["proceeds"] - money["basis"] + money["adjustment"]})


def _what(detail: Mapping[str, Any]) -> dict[str, str]:
    if "saleDescription" not in detail:
        return {"asset": detail["digitalAssetName"], "units": detail["units"]}
    units = f"{detail['numberOfShares']:f}"
    return {"asset": detail["securityName"], "description": detail["saleDescription"], "units": units}


def _whole(amount: Decimal) -> int:
    cents = amount.scaleb(2)
    if cents != int(cents):
        raise ValueError(f"{amount} is no whole number of cents")
    return int(cents)
