"""A program's file back to rows, by parsers that share nothing with what wrote it but the layout."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from html.parser import HTMLParser
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


def read_totals(name: str, data: bytes) -> list[ReadRow]:
    """The totals of the page that is typed from, a row for each box and account. Raises NotRead."""
    page = _Page()
    try:
        page.feed(data.decode("utf-8"))
        return [_total(cells) for cells in page.rows if "Box" in cells]
    except (ValueError, KeyError, IndexError) as problem:
        raise NotRead(f"{type(problem).__name__}: {problem}") from None


def _total(cells: Mapping[str, str]) -> ReadRow:
    [box, term] = cells["Box"].split(",")[:2]
    columns = {"proceeds": "Proceeds (d)", "basis": "Cost basis (e)", "adjustment": "Adjustment (g)"}
    columns["gain"] = "Gain or loss (h)"
    money = {name: _cents(cells[head].replace("$", "").replace(",", "") or "0") for name, head in columns.items()}
    texts = {"account": cells["Account"], "code": cells["Code (f)"], "term": term.split("-")[0].strip()}
    return ReadRow(box.strip(), texts | {"rows": cells["Rows"]}, money)


class _Page(HTMLParser):
    """The rows of a page's first table: what stands in each cell by the head of its column."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, str]] = []
        self._heads: list[str] = []
        self._cells: list[str] = []
        self._tables, self._in_cell, self._in_head = 0, False, False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._tables += tag == "table"
        self._in_head = tag == "thead" or (self._in_head and tag != "tbody")
        if tag == "tr":
            self._cells = []
        if tag in ("th", "td"):
            self._in_cell = True
            self._cells.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self._in_cell = False
        if tag == "tr" and self._tables == 1:
            if self._in_head:
                self._heads = self._cells
            else:
                self.rows.append(dict(zip(self._heads, self._cells, strict=True)))

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self._cells[-1] += data


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
