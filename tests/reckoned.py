"""A small exact reckoner of spreadsheet formulas: what a workbook's come to, without the values written in them."""

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>"(?:[^"]|"")*")|(?P<column>(?:\w+|'[^']+')!\$?[A-Z]+:\$?[A-Z]+)
    |(?P<cell>(?:(?:\w+|'[^']+')!)?\$?[A-Z]{1,2}\$?\d+)|(?P<name>[A-Z]+)|(?P<sign><=|>=|<>|[-+*/<>=(),]))""",
    re.VERBOSE,
)


class Workbook:
    """The formulas of an .xlsx; `value` reckons a cell from the cells it names, never from a value that is kept."""

    def __init__(self, path: Path) -> None:
        self.sheets = openpyxl.load_workbook(path)
        self._known: dict[tuple[str, str], Any] = {}

    def formulas(self) -> list[tuple[str, str]]:
        """(sheet, cell) of every formula."""
        found = [(sheet.title, cell) for sheet in self.sheets for row in sheet.iter_rows() for cell in row]
        return [(sheet, cell.coordinate) for sheet, cell in found if cell.data_type == "f"]

    def value(self, sheet: str, cell: str) -> Any:
        key = sheet, cell.replace("$", "")
        if key not in self._known:
            found = self.sheets[sheet][key[1]]
            if found.data_type == "f":
                self._known[key] = _Formula(self, sheet, str(found.value)[1:]).whole()
            else:
                raw = found.value
                number = isinstance(raw, int | float) and not isinstance(raw, bool)
                self._known[key] = Fraction(repr(raw)) if number else raw
        return self._known[key]

    def column(self, where: str) -> list[Any]:
        sheet, _, span = where.partition("!")
        letter = span.replace("$", "").partition(":")[0]
        name = sheet.strip("'")
        return [self.value(name, f"{letter}{row}") for row in range(1, self.sheets[name].max_row + 1)]


class _Formula:
    """One formula, read from left to right."""

    def __init__(self, book: Workbook, sheet: str, text: str) -> None:
        self.book, self.sheet, self.at = book, sheet, 0
        self.tokens = [(str(m.lastgroup), m[0].strip()) for m in _TOKEN.finditer(text)]
        assert "".join(token for _, token in self.tokens) == re.sub(r'\s+(?=(?:[^"]*"[^"]*")*[^"]*$)', "", text), text

    def whole(self) -> Any:
        found = self.compared()
        assert self.at == len(self.tokens), self.tokens[self.at :]
        return found

    def sign(self, *signs: str) -> str:
        if self.at < len(self.tokens) and self.tokens[self.at] in {("sign", sign) for sign in signs}:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def compared(self) -> Any:
        left = self.added()
        sign = self.sign("<=", ">=", "<>", "<", ">", "=")
        if not sign:
            return left
        right = self.added()
        tests: dict[str, Callable[[Any, Any], bool]] = {
            "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b, "<": lambda a, b: a < b,
            ">": lambda a, b: a > b, "=": lambda a, b: a == b, "<>": lambda a, b: a != b,
        }  # fmt: skip
        return tests[sign](left, right)

    def added(self) -> Any:
        found = self.times()
        while sign := self.sign("+", "-"):
            other = self.times()
            found = found + other if sign == "+" else found - other
        return found

    def times(self) -> Any:
        found = self.single()
        while sign := self.sign("*", "/"):
            other = self.single()
            found = found * other if sign == "*" else found / other
        return found

    def single(self) -> Any:
        if self.sign("-"):
            return -self.single()
        if self.sign("("):
            found = self.compared()
            assert self.sign(")")
            return found
        kind, token = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return Fraction(token)
        if kind == "text":
            return token[1:-1].replace('""', '"')
        if kind == "column":
            return token
        if kind == "cell":
            sheet, _, cell = token.rpartition("!")
            found = self.book.value(sheet.strip("'") or self.sheet, cell)
            return Fraction(0) if found is None else found
        if token in ("TRUE", "FALSE"):
            return token == "TRUE"
        assert self.sign("("), token
        return self.called(token)

    def called(self, name: str) -> Any:
        values = [self.compared()]
        while self.sign(","):
            values.append(self.compared())
        assert self.sign(")"), name
        match name:
            case "ROUND":
                scaled = values[0] * 10 ** int(values[1])
                whole = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
                return Fraction(-whole if scaled < 0 else whole, 10 ** int(values[1]))
            case "IF":
                return values[1] if values[0] else values[2]
            case "SUMIFS":
                pairs = zip(self.book.column(values[0]), self.fitting(values[1:]), strict=True)
                return sum((one for one, fits in pairs if fits and isinstance(one, Fraction)), Fraction(0))
            case "COUNTIFS":
                return Fraction(sum(self.fitting(values)))
            case _:
                by_name: dict[str, Callable[..., Any]] = {
                    "MIN": min, "MAX": max, "ABS": abs, "INT": lambda x: Fraction(x.__floor__()),
                    "NOT": lambda x: not x, "AND": lambda *x: all(x), "OR": lambda *x: any(x),
                }  # fmt: skip
                return by_name[name](*values)

    def fitting(self, pairs: list[Any]) -> list[bool]:
        """Which rows hold what every pair of a column and a wanted text says; * stands for anything."""
        tests = []
        for column, wanted in zip(pairs[::2], pairs[1::2], strict=True):
            pattern = re.compile(".*".join(map(re.escape, str(wanted).split("*"))), re.IGNORECASE)
            tests.append([isinstance(one, str) and bool(pattern.fullmatch(one)) for one in self.book.column(column)])
        return [all(row) for row in zip(*tests, strict=True)]
