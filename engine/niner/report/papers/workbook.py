"""The workpapers' tables to one workbook: exact to the cent, with live formulas where a checker would reckon again.

Column (h) of every row, the totals by box and every line of a form that follows from others are formulas; what was
worked out stands in each as its value, so that a program that does not reckon shows the same. Text is never a formula.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING, Any

from niner.dataclass import dataclass
from niner.exact import EXACT
from niner.form_names import form_name, form_order, line_label
from niner.money import dollars_text, exact_text, round_to_dollar
from niner.printing.sheets import listed
from niner.report.papers.live import by_line, cell_formula, plain, quoted
from niner.report.papers.table import Cell, Style, Table
from niner.report.summary import SummaryLine
from niner.returns.rows import Row
from niner.returns.year import YearReturn
from niner.rules import LineName
from niner.rules.language.values import Reference

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

WORKBOOK = "workpapers.xlsx"
MOST_ROWS = 5_000
"""The rows of a table up to which a workbook is made unasked; a sheet holds `MOST_ON_SHEET` at most."""
MOST_ON_SHEET = 1_000_000
_LONGEST = 32_767  # characters of a cell
_DIGITS = 15  # of a number that a spreadsheet keeps exactly; a longer one is written as text
_SHEET = 31  # characters of a sheet's name
_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 (a workbook has no time zones); the same inputs give the same bytes
_ROWS, _INCOME = "Dispositions", "Income"
_SUMS = {"d": "F", "e": "G", "g": "I"}
"""Where columns (d), (e) and (g) of Form 8949 stand on the sheet of dispositions."""
_GAIN, _BOX, _LINES, _LISTED = "J", "L", "M", "N"
_LOOKS: Mapping[str, dict[str, Any]] = {
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "money": {"num_format": "#,##0.00;[Red]-#,##0.00"},
    "dollars": {"num_format": "#,##0;[Red]-#,##0"},
    "day": {"num_format": "yyyy-mm-dd"},
    "units": {"num_format": "General"},
    "wrap": {"text_wrap": True, "valign": "top"},
}
_WIDTHS: Mapping[Style, int] = {"text": 22, "small": 34, "hash": 66, "day": 12, "money": 15, "count": 8, "units": 18}


def fits_workbook(tables: Mapping[str, Table], asked: bool = False) -> bool:
    """Whether there is a workbook: not where a table is too long to make it unasked, or for a sheet."""
    longest = max(len(table) for table in tables.values())
    return longest <= (MOST_ON_SHEET if asked else MOST_ROWS)


def workbook(result: YearReturn, said: Sequence[SummaryLine], tables: Mapping[str, Table]) -> bytes:
    """workpapers.xlsx. `said` is the closing table, `tables` are those of the page. The SSN is not in it."""
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    class Sheet(Worksheet):  # type: ignore[misc]
        """A sheet that looks for none of the new functions in formulas, since Niner writes none: that is half of the
        time of a formula."""

        def _prepare_formula(self, formula: str, *how: Any, **named: Any) -> str:
            return formula.removeprefix("=")

    data = BytesIO()
    plain_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(data, {"in_memory": True, **plain_text}) as book:
        book.set_properties({"title": f"Workpapers {result.year}: {result.case.name_on_forms}", "created": _EPOCH})
        sheets = _Sheets(book, result, Sheet)
        sheets.summary(said)
        sheets.lines_and_figures()
        sheets.boxes()
        sheets.dispositions()
        sheets.income()
        for name, table in tables.items():
            if name not in ("boxes", "dispositions", "income") and len(table):
                sheets.table(table)
    return data.getvalue()


@dataclass
class _Sheets:
    """A workbook being written."""

    book: "Workbook"
    result: YearReturn
    kind: "type[Worksheet]"
    _formats: dict[str, "Format"] = field(default_factory=dict)

    def _format(self, style: str) -> "Format":
        found = self._formats.get(style)
        if found is None:
            found = self._formats[style] = self.book.add_format(_LOOKS.get(style, {}))
        return found

    def _sheet(self, name: str, columns: Sequence[tuple[str, Style]], rows: int) -> "Worksheet":
        sheet = self.book.add_worksheet(name[:_SHEET], self.kind)
        for at, (heading, style) in enumerate(columns):
            sheet.write_string(0, at, heading, self._format("head"))
            sheet.set_column(at, at, _WIDTHS[style])
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(rows, 1), len(columns) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def _cell(self, sheet: "Worksheet", row: int, at: int, cell: Cell, style: Style) -> None:
        if cell is None or cell == "":
            return
        if style == "money" and isinstance(cell, int):
            _number(sheet, row, at, Decimal(dollars_text(cell)), self._format("money"))
        elif style == "day" and isinstance(cell, date):
            sheet.write_datetime(row, at, datetime(cell.year, cell.month, cell.day), self._format("day"))  # noqa: DTZ001
        elif isinstance(cell, int | Decimal):
            _number(sheet, row, at, Decimal(cell), self._format(style))
        else:
            _text(sheet, row, at, str(cell))

    def summary(self, said: Sequence[SummaryLine]) -> None:
        """What it comes to, as the run's closing table says it."""
        sheet = self._sheet("Summary", (("What", "small"), ("It comes to", "hash")), len(said))
        for row, line in enumerate(said, 1):
            _text(sheet, row, 0, line.what)
            _text(sheet, row, 1, line.says, self._format("wrap"))

    def table(self, table: Table) -> None:
        """A table as the page has it."""
        title = {"findings": "Findings", "brokers": "Brokers", "lots": "Lots", "positions": "Positions"}
        columns = [(column.name, column.style) for column in table.columns]
        name = title.get(table.name, table.title)
        sheet = self._sheet(name if len(name) <= _SHEET else table.name.capitalize(), columns, len(table))
        for number, item in enumerate(table.items, 1):
            for at, (cell, column) in enumerate(zip(table.cells(number, item), table.columns, strict=True)):
                self._cell(sheet, number, at, cell, column.style)

    def dispositions(self) -> None:
        """Every row with its cents, also where the forms show whole dollars: what totals add."""
        rows = self.result.rows
        columns: list[tuple[str, Style]] = [
            ("Row", "count"), ("(a) Property", "text"), ("Wallet", "text"), ("(b) Acquired", "day"),
            ("(c) Disposed", "day"), ("(d) Proceeds", "money"), ("(e) Basis", "money"), ("(f) Code", "count"),
            ("(g) Adjustment", "money"), ("(h) Gain or loss", "money"), ("Term", "count"), ("Box", "count"),
            ("Lines", "text"), ("On Form 8949", "count"), ("From", "small"), ("Lots", "small"),
        ]  # fmt: skip
        sheet = self._sheet(_ROWS, columns, len(rows))
        on_form = {id(row) for row in listed(rows)}
        for number, row in enumerate(rows, 1):
            d, sums = row.disposition, row.sums
            lines = by_line(LineName("f1040sd", row.line)) + "".join(f" {name} " for name in row.also)
            self._cell(sheet, number, 0, number, "count")
            lots = "; ".join(dict.fromkeys(str(part.lot_source) for part in row.parts))
            shown = "yes" if id(row) in on_form else "no"
            for at, text in (
                *((1, row.description), (2, d.wallet), (7, row.code), (10, row.term), (11, row.box)),
                *((12, lines), (13, shown), (14, str(d.source)), (15, lots)),
            ):
                _text(sheet, number, at, text)
            self._cell(sheet, number, 3, _day(row.acquired), "day")
            self._cell(sheet, number, 4, _day(row.disposed), "day")
            for at, amount in ((5, sums.proceeds), (6, sums.basis), (8, sums.adjustment)):
                self._cell(sheet, number, at, amount, "money")
            self._live(sheet, number, 9, f"=ROUND(F{number + 1}-G{number + 1}+I{number + 1},2)", sums.gain)

    def income(self) -> None:
        """Every receipt, exact; the lines that it goes to are called as the rules call them."""
        columns: list[tuple[str, Style]] = [
            ("Day", "day"), ("Kind", "text"), ("Units", "units"), ("Asset", "text"), ("Wallet", "text"),
            ("Amount", "money"), ("Lines", "text"), ("From", "small"),
        ]  # fmt: skip
        sheet = self._sheet(_INCOME, columns, len(self.result.income))
        for number, item in enumerate(self.result.income, 1):
            t = item.transaction
            lines = "".join(f" {name} " for name in item.lines)
            cells = (t.day, t.kind, t.received_quantity, t.received_asset, t.wallet, None, lines, str(t.source))
            for at, (cell, column) in enumerate(zip(cells, columns, strict=True)):
                self._cell(sheet, number, at, cell, column[1])
            _number(sheet, number, 5, Decimal(exact_text(item.amount_cents)), self._format("money"))

    def boxes(self) -> None:
        """Form 8949 by box: rows counted and columns added on the sheet of dispositions, against what is printed."""
        by_box: dict[str, list[Row]] = {}
        for row in listed(self.result.rows):
            by_box.setdefault(row.box, []).append(row)
        whole = self.result.case.elections.rounding == "dollars"
        digits = 0 if whole else 2
        columns: list[tuple[str, Style]] = [
            ("Box", "count"), ("Rows", "count"), ("(d) Proceeds", "money"), ("(e) Basis", "money"),
            ("(g) Adjustment", "money"), ("(h) Gain or loss", "money"), ("(h) by its rows", "money"),
            ("Difference", "money"),
        ]  # fmt: skip
        sheet = self._sheet("Form 8949", columns, len(by_box))
        for number, (box, rows) in enumerate(by_box.items(), 1):
            place = number + 1
            of_box = f"{_whole(_BOX)},A{place},{_whole(_LISTED)},{quoted('yes')}"
            _text(sheet, number, 0, box)
            sheet.write_formula(number, 1, f"=COUNTIFS({of_box})", self._format("count"), len(rows))
            sums = [sum(one.sums[at] for one in rows) for at in range(4)]
            shown = [_rounded(cents, whole) for cents in sums]
            for at, (column, cents) in enumerate(zip(_SUMS.values(), (shown[0], shown[1], shown[2]), strict=True), 2):
                self._live(sheet, number, at, f"=ROUND(SUMIFS({_whole(column)},{of_box}),{digits})", cents)
            exact = "-".join(f"SUMIFS({_whole(column)},{of_box})" for column in ("F", "G"))
            exact += f"+SUMIFS({_whole('I')},{of_box})"
            self._live(sheet, number, 5, f"=ROUND({exact},{digits})", shown[3])
            self._live(sheet, number, 6, f"=ROUND(SUMIFS({_whole(_GAIN)},{of_box}),{digits})", shown[3])
            self._live(sheet, number, 7, f"=ROUND(F{place}-G{place},2)", 0)

    def lines_and_figures(self) -> None:
        """Every line of every form, live where it follows from others; and the figures that lines start from."""
        result = self.result
        whole = result.case.elections.rounding == "dollars"
        names = sorted(result.lines.names, key=lambda name: (form_name(name.form), form_order(name.line)))
        columns: list[tuple[str, Style]] = [
            ("Form", "text"), ("Line", "text"), ("What", "hash"), ("Amount", "money"), ("Printed", "money"),
            ("By the rules", "small"), ("Authority", "small"), ("From", "small"),
        ]  # fmt: skip
        sheet = self._sheet("Lines", columns, len(names))
        figures: dict[str, tuple[int, object, str]] = {}
        traces = {name: result.lines.trace(name.form, name.line) for name in names}
        known = {name: row for row, (name, trace) in enumerate(traces.items(), 2) if trace.with_cents is not None}
        for number, (name, trace) in enumerate(traces.items(), 1):
            _text(sheet, number, 0, form_name(name.form))
            _text(sheet, number, 1, line_label(name.form, name.line, trace.says).removeprefix("line "))
            for at, text in ((2, trace.says), (5, trace.formula), (6, trace.authority), (7, str(trace.source))):
                _text(sheet, number, at, text)
            values = {item.name: item.value for item in trace.inputs}
            self._line(sheet, number, name, trace.with_cents, known, figures, values)
            printed = None if trace.blank else trace.value
            if whole and isinstance(printed, int) and not isinstance(printed, bool) and trace.with_cents is not None:
                self._live(sheet, number, 4, f"=ROUND(D{number + 1},0)", _rounded(int(trace.with_cents), True))
            elif printed is not None:
                self._value(sheet, number, 4, printed)
        sheet = self._sheet("Figures", (("Name", "small"), ("Value", "money"), ("Meaning", "hash")), len(figures))
        for written, (number, value, meaning) in figures.items():
            _text(sheet, number, 0, written)
            self._value(sheet, number, 1, value, money=not isinstance(value, Decimal))
            _text(sheet, number, 2, meaning)

    def _line(
        self,
        sheet: "Worksheet",
        number: int,
        name: LineName,
        value: int | bool | None,
        place: Mapping[LineName, int],
        figures: dict[str, tuple[int, object, str]],
        values: Mapping[str, object],
    ) -> None:
        """A line's own cell. `place` has the rows of lines that are known. `figures` grows by what it starts from, each
        with its row of the sheet Figures."""

        def address(reference: Reference) -> str | None:
            if reference.line is not None:
                return f"D{place[reference.line]}" if reference.line in place else None
            if reference.kind == "routed":
                return self._routed(name, values.get("routed"))
            written = f"case.{reference.name}" if reference.kind == "case" else reference.name
            if written not in figures:
                found, meaning = self._figure(reference)
                if found is None:
                    return None
                figures[written] = len(figures) + 1, found, meaning
            return f"Figures!$B${figures[written][0] + 1}"

        formula = cell_formula(self.result.rules.compiled.lines[name], address) if value is not None else ""
        blank_row = self.result.lines.blank(name.form, name.line) and value == 0
        if value is None:
            _text(sheet, number, 3, "not known")
        elif formula and not (blank_row and not isinstance(value, bool) and "routed" in values):
            cached = value if isinstance(value, bool) else Decimal(dollars_text(value))
            sheet.write_formula(number, 3, formula, self._format("money"), cached)
        else:
            self._value(sheet, number, 3, value)

    def _figure(self, reference: Reference) -> tuple[object, str]:
        """A figure of the case, a parameter or the filing status: (its value, what it is); None where unknown."""
        rules, inputs = self.result.rules, self.result.lines.inputs
        if reference.kind == "case":
            declared = rules.case_inputs[reference.name]
            return inputs.case.get(reference.name, declared.default), declared.meaning
        if reference.kind == "parameter":
            parameter = rules.compiled.parameters[reference.name]
            found = parameter.by_status[inputs.filing_status]
            return (
                Decimal(found) if parameter.unit == "count" else found
            ), f"{parameter.title} ({parameter.authority})"
        return inputs.filing_status, "Filing status"

    def _routed(self, name: LineName, value: object) -> str | None:
        """What the rows or receipts of a line come to: their sum where the sheets add up to it, else the figure."""
        if not isinstance(value, int):
            return None
        if not value:
            return "0"
        number, _, column = name.line.partition(".")
        rows = [row for row in self.result.rows if name.form == "f1040sd" and row.line == number]
        if column in _SUMS and sum(row.sums["deg".index(column)] for row in rows) == value:
            return _sum(_ROWS, _SUMS[column], _LINES, LineName(name.form, number))
        called = f"{name.form}.{name.line}"
        if sum(row.sums.gain for row in self.result.rows if called in row.also) == value:
            return _sum(_ROWS, _GAIN, _LINES, name)
        if self.result.income and any(called in item.lines for item in self.result.income):
            return f"ROUND({_sum(_INCOME, 'F', 'G', name)},2)"
        return plain(Fraction(value, 100))

    def _value(self, sheet: "Worksheet", row: int, at: int, value: object, money: bool = True) -> None:
        if isinstance(value, bool):
            sheet.write_boolean(row, at, value)
        elif isinstance(value, int) and money:
            _number(sheet, row, at, Decimal(dollars_text(value)), self._format("money"))
        elif isinstance(value, int | Decimal):
            _number(sheet, row, at, Decimal(value), self._format("units"))
        elif value is not None:
            _text(sheet, row, at, str(value))

    def _live(self, sheet: "Worksheet", row: int, at: int, formula: str, cents: int) -> None:
        """A formula of dollars, with what it comes to."""
        sheet.write_formula(row, at, formula, self._format("money"), Decimal(dollars_text(cents)))


def _sum(sheet: str, column: str, lines: str, name: LineName) -> str:
    called = quoted(f"*{by_line(name)}*")
    return f"SUMIFS({sheet}!${column}:${column},{sheet}!${lines}:${lines},{called})"


def _whole(column: str) -> str:
    return f"{_ROWS}!${column}:${column}"


def _rounded(cents: int, whole: bool) -> int:
    return round_to_dollar(cents) if whole else cents


def _day(text: str) -> Cell:
    """A day as the form writes it, `06/01/2025`, as a day; VARIOUS and INHERITED stay words."""
    month, _, rest = text.partition("/")
    day, _, year = rest.partition("/")
    return date(int(year), int(month), int(day)) if year.isdigit() else text


def _number(sheet: "Worksheet", row: int, at: int, number: Decimal, look: "Format | None" = None) -> None:
    """A number where a spreadsheet keeps all of its digits, else its text."""
    if _short(number) or len(number.normalize(EXACT).as_tuple().digits) <= _DIGITS:
        sheet.write_number(row, at, number, look)
    else:
        sheet.write_string(row, at, f"{number:f}")


def _short(number: Decimal) -> bool:
    """Whether a number has few digits as it is written, as most have."""
    return len(str(number)) <= _DIGITS


def _text(sheet: "Worksheet", row: int, at: int, text: str, look: "Format | None" = None) -> None:
    """Text as text, whatever it begins with; what no cell can hold is shortened or left out."""
    clean = text if text.isascii() else text.encode("utf-8", "replace").decode()
    if clean:
        sheet.write_string(row, at, clean if len(clean) <= _LONGEST else f"{clean[: _LONGEST - 1]}…", look)
