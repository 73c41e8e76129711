"""The workpapers' tables to one workbook: exact to the cent, with live formulas where a checker would reckon again.

Column (h) of every row, the totals by box and every line of a form that follows from others are formulas; what was
worked out stands in each as its value, so that a program that does not reckon shows the same. Text is never a formula.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING, Any

from niner.dataclass import dataclass
from niner.each_once import each_once
from niner.money import dollars_text, exact_text, round_to_dollar
from niner.printing.columns import together
from niner.printing.sheets import listed
from niner.report.papers.live import by_line, cell_formula, plain, quoted
from niner.report.papers.table import Cell, Style, Table
from niner.report.summary import SummaryLine
from niner.returns.rows import Row
from niner.returns.year import YearReturn
from niner.rules import LineName
from niner.rules.language.values import Reference
from niner.values import as_text
from niner.words.form_names import form_name, form_order, line_label

if TYPE_CHECKING:
    from niner.report.papers.cells import Book, Cells, Sheet

WORKBOOK = "workpapers.xlsx"
MOST_ROWS = 5_000
"""The rows of a table up to which a workbook is made unasked; a sheet holds `MOST_ON_SHEET` at most."""
MOST_ON_SHEET = 1_000_000
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
    from niner.report.papers.cells import Book, Cells

    data = BytesIO()
    plain_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Book(data, {"in_memory": True, **plain_text}) as book:
        book.set_properties({"title": f"Workpapers {result.year}: {result.case.name_on_forms}", "created": _EPOCH})
        sheets = _Sheets(book, result, Cells(book, _LOOKS))
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

    book: "Book"
    result: YearReturn
    cells: "Cells"

    def _sheet(self, name: str, columns: Sequence[tuple[str, Style]], rows: int) -> "Sheet":
        from niner.report.papers.cells import Sheet

        sheet: Sheet = self.book.add_worksheet(name[:_SHEET], Sheet)
        sheet.row(0, [self.cells.text(heading, "head") for heading, _ in columns])
        for at, (_, style) in enumerate(columns):
            sheet.set_column(at, at, _WIDTHS[style])
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(rows, 1), len(columns) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def _cell(self, cell: Cell, style: Style) -> str:
        if cell is None:
            return ""
        if isinstance(cell, str):
            return self.cells.text(cell)
        if style == "money" and isinstance(cell, int):
            return self.cells.money(cell)
        if style == "day" and isinstance(cell, date):
            return self.cells.day(cell)
        if isinstance(cell, int | Decimal):
            return self.cells.number(Decimal(cell), style)
        return self.cells.text(str(cell))

    def summary(self, said: Sequence[SummaryLine]) -> None:
        """What it comes to, as the run's closing table says it."""
        sheet = self._sheet("Summary", (("What", "small"), ("It comes to", "hash")), len(said))
        for row, line in enumerate(said, 1):
            sheet.row(row, (self.cells.text(line.what), self.cells.text(line.says, "wrap")))

    def table(self, table: Table) -> None:
        """A table as the page has it."""
        title = {"findings": "Findings", "brokers": "Brokers", "lots": "Lots", "positions": "Positions"}
        columns = [(column.name, column.style) for column in table.columns]
        name = title.get(table.name, table.title)
        sheet = self._sheet(name if len(name) <= _SHEET else table.name.capitalize(), columns, len(table))
        styles = [column.style for column in table.columns]
        for number, cells in enumerate(table.values(), 1):
            sheet.row(number, [self._cell(cell, style) for cell, style in zip(cells, styles, strict=True)])

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
        first = 1
        for some in together(rows):
            sheet.columns(first, self._disposed(first, some, ["yes" if id(row) in on_form else "no" for row in some]))
            first += len(some)

    def _disposed(self, first: int, rows: Sequence[Row], on_form: Sequence[str]) -> Sequence[Sequence[str]]:
        """The columns of some dispositions, of which the first has the number `first`."""
        _, description, acquired, disposed, code, _, term, box, line, _, _, also = zip(*rows, strict=True)
        sales = [row.disposition for row in rows]
        texts = (
            *(description, [d.wallet for d in sales], each_once(_word, acquired), each_once(_word, disposed)),
            *(code, term, box, each_once(_by_lines, list(zip(line, also, strict=True))), on_form),
            as_text([d.source for d in sales]),
            ["; ".join(dict.fromkeys(as_text([part.lot_source for part in row.parts]))) for row in rows],
        )
        what, wallet, bought, sold, *after = self.cells.texts(texts)
        number = [self.cells.number(Decimal(first + at), "count") for at in range(len(rows))]
        bought, sold = self._days(acquired, bought), self._days(disposed, sold)
        proceeds, basis, adjustment, gain = zip(*[row.sums for row in rows], strict=True)
        d, e, g = map(self.cells.moneys, (proceeds, basis, adjustment))
        places = range(first + 1, first + 1 + len(rows))
        h = self.cells.sums([f"=ROUND(F{place}-G{place}+I{place},2)" for place in places], gain)
        return number, what, wallet, bought, sold, d, e, after[0], g, h, *after[1:]

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
            before = (t.day, t.kind, t.received_quantity, t.received_asset, t.wallet)
            cells = [self._cell(cell, style) for cell, (_, style) in zip(before, columns, strict=False)]
            cells.append(self.cells.number(Decimal(exact_text(item.amount_cents)), "money"))
            sheet.row(number, (*cells, self.cells.text(lines), self.cells.text(str(t.source))))

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
            sums = [sum(one.sums[at] for one in rows) for at in range(4)]
            shown = [_rounded(cents, whole) for cents in sums]
            exact = "-".join(f"SUMIFS({_whole(column)},{of_box})" for column in ("F", "G"))
            exact += f"+SUMIFS({_whole('I')},{of_box})"
            cells = (
                self.cells.text(box),
                self.cells.formula(f"=COUNTIFS({of_box})", len(rows), "count"),
                *(
                    self._live(f"=ROUND(SUMIFS({_whole(column)},{of_box}),{digits})", cents)
                    for column, cents in zip(_SUMS.values(), (shown[0], shown[1], shown[2]), strict=True)
                ),
                self._live(f"=ROUND({exact},{digits})", shown[3]),
                self._live(f"=ROUND(SUMIFS({_whole(_GAIN)},{of_box}),{digits})", shown[3]),
                self._live(f"=ROUND(F{place}-G{place},2)", 0),
            )
            sheet.row(number, cells)

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
        text = self.cells.text
        traces = {name: result.lines.trace(name.form, name.line) for name in names}
        known = {name: row for row, (name, trace) in enumerate(traces.items(), 2) if trace.with_cents is not None}
        for number, (name, trace) in enumerate(traces.items(), 1):
            label = line_label(name.form, name.line, trace.says).removeprefix("line ")
            before = [text(one) for one in (form_name(name.form), label, trace.says)]
            after = [text(one) for one in (trace.formula, trace.authority, str(trace.source))]
            values = {item.name: item.value for item in trace.inputs}
            line = self._line(name, trace.with_cents, known, figures, values)
            printed = None if trace.blank else trace.value
            if whole and isinstance(printed, int) and not isinstance(printed, bool) and trace.with_cents is not None:
                shown = self._live(f"=ROUND(D{number + 1},0)", _rounded(int(trace.with_cents), True))
            else:
                shown = self._value(printed)
            sheet.row(number, (*before, line, shown, *after))
        sheet = self._sheet("Figures", (("Name", "small"), ("Value", "money"), ("Meaning", "hash")), len(figures))
        for written, (number, value, meaning) in figures.items():
            sheet.row(number, (text(written), self._value(value, not isinstance(value, Decimal)), text(meaning)))

    def _line(
        self,
        name: LineName,
        value: int | bool | None,
        place: Mapping[LineName, int],
        figures: dict[str, tuple[int, object, str]],
        values: Mapping[str, object],
    ) -> str:
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

        line, whole_dollars = self.result.rules.compiled.lines[name], self.result.lines.inputs.whole_dollars
        formula = cell_formula(line, address, whole_dollars) if value is not None else ""
        blank_row = self.result.lines.blank(name.form, name.line) and value == 0
        if value is None:
            return self.cells.text("not known")
        if formula and not (blank_row and not isinstance(value, bool) and "routed" in values):
            return self.cells.formula(formula, value) if isinstance(value, bool) else self._live(formula, value)
        return self._value(value)

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

    def _value(self, value: object, money: bool = True) -> str:
        if isinstance(value, bool):
            return self.cells.truth(value)
        if isinstance(value, int) and money:
            return self.cells.money(value)
        if isinstance(value, int | Decimal):
            return self.cells.number(Decimal(value), "units")
        return "" if value is None else self.cells.text(str(value))

    def _live(self, formula: str, cents: int) -> str:
        """A formula of dollars, with what it comes to."""
        return self.cells.formula(formula, Decimal(dollars_text(cents)))

    def _days(self, texts: Sequence[str], words: Sequence[str]) -> list[str]:
        """A column of days; `words` are the cells of those that are none."""
        return [day or word for day, word in zip(each_once(self._day, texts), words, strict=True)]

    def _day(self, text: str) -> str:
        """A day as the form writes it, `06/01/2025`, as a day; "" for a word, and where there is none."""
        if not _is_day(text):
            return ""
        month, day, year = map(int, text.split("/"))
        return self.cells.day(date(year, month, day))


def _word(acquired: str) -> str:
    """VARIOUS and INHERITED stay words; "" for a day."""
    return "" if _is_day(acquired) else acquired


def _is_day(text: str) -> bool:
    return text[-1:].isdigit()


def _by_lines(where: tuple[str, Sequence[str]]) -> str:
    """The lines that a row goes to: its own of Schedule D, and those beside it."""
    line, also = where
    return by_line(LineName("f1040sd", line)) + "".join(f" {name} " for name in also)


def _sum(sheet: str, column: str, lines: str, name: LineName) -> str:
    called = quoted(f"*{by_line(name)}*")
    return f"SUMIFS({sheet}!${column}:${column},{sheet}!${lines}:${lines},{called})"


def _whole(column: str) -> str:
    return f"{_ROWS}!${column}:${column}"


def _rounded(cents: int, whole: bool) -> int:
    return round_to_dollar(cents) if whole else cents
