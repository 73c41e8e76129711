"""Cells of a workbook as the XML that XlsxWriter would write of them, made at once, without an object a cell.

XlsxWriter keeps all else of the file: the package, the formats, the shared strings and what surrounds the rows.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import product
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from xlsxwriter.worksheet import Worksheet

from niner.exact import EXACT
from niner.money import dollars_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter.workbook import Workbook

_LONGEST = 32_767  # UTF-16 units that a cell holds
_DIGITS = 15  # of a number that a spreadsheet keeps exactly; a longer one is written as text
_TOGETHER = 16  # rows that a spreadsheet is told the first and last column of
_DAY_0 = date(1899, 12, 30).toordinal()  # spreadsheets count from here, since 1900-03-01
_COLUMNS = tuple(map("".join, (*product(ascii_uppercase), *product(ascii_uppercase, repeat=2))))


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

    def __init__(self, book: "Workbook", looks: "Mapping[str, dict[str, Any]]") -> None:
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
