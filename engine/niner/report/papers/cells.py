"""Cells of a workbook as the XML that XlsxWriter would write of them, made at once, without an object a cell.

XlsxWriter keeps all else of the file: the package, the formats and what surrounds the rows and the shared strings.
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import chain, product, repeat
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from niner.exact import EXACT
from niner.money import dollars_text, dollars_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = 32_767  # UTF-16 units that a cell holds
_DIGITS = 15  # of a number that a spreadsheet keeps exactly; a longer one is written as text
_TOGETHER = 16  # rows that a spreadsheet is told the first and last column of
_DAY_0 = date(1899, 12, 30).toordinal()  # spreadsheets count from here, since 1900-03-01
_COLUMNS = tuple(map("".join, (*product(ascii_uppercase), *product(ascii_uppercase, repeat=2))))


# What XlsxWriter writes another way than other text: what is no character of XML, and what reads like its escape.
_UNUSUAL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_|^<r>")


class Book(Workbook):  # type: ignore[misc]
    """A workbook in memory, whose shared strings are written without asking five things of each."""

    def _get_packager(self) -> "_Package":
        return _Package()


class _Package(Packager):  # type: ignore[misc]
    def _write_shared_strings_file(self) -> None:
        if self.workbook.str_table.count:
            strings = _Strings()
            strings.string_table = self.workbook.str_table
            strings._set_xml_writer(self._filename("xl/sharedStrings.xml"))
            strings._assemble_xml_file()


class _Strings(SharedStrings):  # type: ignore[misc]
    def _write_sst_strings(self) -> None:
        write, unusual = self.fh.write, _UNUSUAL.search
        for text in self.string_table.string_array:
            if unusual(text) or text != text.strip():
                self._write_si(text)
            else:
                write(f"<si><t>{_escaped(text)}</t></si>")


class Sheet(Worksheet):  # type: ignore[misc]
    """A sheet whose rows are XML already. `row` is its only way to write cells; rows come from the top down."""

    def __init__(self) -> None:
        super().__init__()
        self._made: list[tuple[int, int, int, str]] = []

    def row(self, number: int, cells: Sequence[str]) -> None:
        """Write a row (counted from 0), each cell as `Cells` makes it, empty where there is none."""
        there = [at for at, cell in enumerate(cells) if cell]
        if not there:
            return
        end = number + 1
        xml = "".join([f'<c r="{_COLUMNS[at]}{end}{cells[at]}' for at in there])
        first, last = there[0], there[-1]
        self._made.append((number, first, last, xml))

    def columns(self, first: int, columns: Sequence[Sequence[str]]) -> None:
        """The same of many rows one below another from row `first`, given as the cells of each column."""
        numbers = range(first, first + len(columns[0]))
        ends = [str(number + 1) for number in numbers]
        made = [
            [f'<c r="{name}{end}{cell}' if cell else "" for end, cell in zip(ends, cells, strict=True)]
            for name, cells in zip(_COLUMNS, columns, strict=False)
        ]
        if all(made[0]) and all(made[-1]):
            self._made += zip(numbers, repeat(0), repeat(len(made) - 1), map("".join, zip(*made, strict=True)))
            return
        for number, cells in zip(numbers, zip(*made, strict=True), strict=True):
            there = [at for at, cell in enumerate(cells) if cell]
            if there:
                self._made.append((number, there[0], there[-1], "".join(cells)))

    def _write_dimension(self) -> None:
        if self._made:
            self.dim_rowmin, self.dim_rowmax = self._made[0][0], self._made[-1][0]
            self.dim_colmin, self.dim_colmax = min(made[1] for made in self._made), max(made[2] for made in self._made)
        super()._write_dimension()

    def _write_rows(self) -> None:
        spans: dict[int, tuple[int, int]] = {}
        for number, first, last, _ in self._made:
            low, high = spans.get(number // _TOGETHER, (first, last))
            spans[number // _TOGETHER] = min(low, first), max(high, last)
        words = {block: f' spans="{low + 1}:{high + 1}">' for block, (low, high) in spans.items()}
        write = self.fh.write
        for number, _, _, xml in self._made:
            write(f'<row r="{number + 1}"{words[number // _TOGETHER]}{xml}</row>')


class Cells:
    """What stands in the cells of one workbook: each is the XML of a cell behind its address. `looks` are the formats
    by name; one that is not there is the plain one."""

    def __init__(self, book: Workbook, looks: "Mapping[str, dict[str, Any]]") -> None:
        self._book, self._looks, self._strings = book, looks, book.str_table
        self._texts: dict[str, str] = {}
        self._days: dict[date, str] = {}
        self._styles: dict[str, str] = {"": ""}

    def text(self, text: str, look: str = "") -> str:
        """Text as text, whatever it begins with; what no cell can hold is shortened or left out."""
        end = self._texts.get(text)
        if end is None:
            end = self._texts[text] = self._string(text)
        elif end:
            self._strings.count += 1
        return f'"{self._style(look)}{end}' if end else ""

    def texts(self, columns: Sequence[Sequence[str]]) -> list[list[str]]:
        """Columns of text side by side. A shared string has its number from where it is first met, row by row."""
        made = {text: self.text(text) for text in dict.fromkeys(chain.from_iterable(zip(*columns, strict=True)))}
        found = [list(map(made.__getitem__, column)) for column in columns]
        self._strings.count += sum(len(cells) - cells.count("") for cells in found) - sum(map(bool, made.values()))
        return found

    def _string(self, text: str) -> str:
        clean = text if text.isascii() else text.encode("utf-8", "replace").decode()
        if len(clean) > _LONGEST // 2:
            clean = _shortened(clean)
        if not clean:
            return ""
        if clean.startswith("<r>") and clean.endswith("</r>"):
            # XlsxWriter would take it for XML of its own among the shared strings.
            return f' t="inlineStr"><is><t>{_escaped(self._book._escape_control_characters(clean))}</t></is></c>'
        return f' t="s"><v>{self._strings._get_shared_string_index(clean)}</v></c>'

    def number(self, number: Decimal, look: str = "") -> str:
        """A number where a spreadsheet keeps all of its digits, else its text."""
        if len(str(number)) <= _DIGITS or len(number.normalize(EXACT).as_tuple().digits) <= _DIGITS:
            return f'"{self._style(look)}><v>{number:.16G}</v></c>'
        return self.text(f"{number:f}")

    def money(self, cents: int) -> str:
        """Cents as dollars."""
        text = dollars_text(cents)
        if len(text) <= _DIGITS:
            return f'"{self._style("money")}><v>{text}</v></c>'
        return self.number(Decimal(text), "money")

    def moneys(self, amounts: Sequence[int]) -> list[str]:
        """The same of a column."""
        style = self._style("money")
        return [
            f'"{style}><v>{text}</v></c>' if len(text) <= _DIGITS else self.money(cents)
            for text, cents in zip(dollars_texts(amounts), amounts, strict=True)
        ]

    def day(self, day: date) -> str:
        """A day, which spreadsheets count."""
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = f'"{self._style("day")}><v>{day.toordinal() - _DAY_0}</v></c>'
        return found

    def truth(self, value: bool) -> str:
        """Yes or no."""
        return f'" t="b"><v>{value:d}</v></c>'

    def formula(self, formula: str, comes_to: Decimal | int | bool, look: str = "money") -> str:
        """A formula that begins with `=`, with what it comes to."""
        kind, value = (' t="b"', f"{comes_to:d}") if isinstance(comes_to, bool) else ("", str(comes_to))
        return f'"{self._style(look)}{kind}><f>{_escaped(formula[1:])}</f><v>{value}</v></c>'

    def sums(self, formulas: Sequence[str], amounts: Sequence[int]) -> list[str]:
        """A column of formulas without what XML writes another way, each of which comes to cents."""
        style = self._style("money")
        return [
            f'"{style}><f>{formula[1:]}</f><v>{text}</v></c>'
            for formula, text in zip(formulas, dollars_texts(amounts), strict=True)
        ]

    def _style(self, look: str) -> str:
        found = self._styles.get(look)
        if found is None:
            made = self._book.add_format(self._looks.get(look, {}))
            found = self._styles[look] = f' s="{made._get_xf_index()}"'
        return found


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _shortened(text: str) -> str:
    """As much of a text as a cell holds, with an ellipsis where something is left out."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * _LONGEST:
        return text
    return units[: 2 * (_LONGEST - 1)].decode("utf-16-le", "ignore") + "…"
