"""A year's return to what its forms are filled with: Form 8949 pages that foot, and Schedule D."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from niner.forms import FieldValue, FormFill, PageFill, Statement, load_pack, spread
from niner.returns.rows import Row
from niner.returns.year import YearReturn

_PART_PAGE = {"short": 0, "long": 1}


@dataclass(frozen=True, slots=True)
class Sheets:
    """The forms of one return and the statements attached to them, in no particular order."""

    forms: tuple[FormFill, ...]
    statements: tuple[Statement, ...] = ()


def sheets(result: YearReturn, form_dirs: Sequence[Path] = (), summary: bool = False) -> Sheets:
    """What the return is printed on. With `summary` Form 8949 has one row for each wallet and box, with code M, and
    the rows are on attached statements (Form 8949 instructions, Exception 2)."""
    header = {"name": result.case.name_on_forms, "ssn": result.case.taxpayer.ssn.get_secret_value()}
    forms = [schedule_d(result, header, form_dirs)]
    statements: list[Statement] = []
    rows = listed(result.rows)
    if rows and summary:
        totals = [(_of_wallet(group), group) for group in _by_wallet(rows)]
        statements = [_statement(result.year, group, header) for _, group in totals]
        forms.append(form_8949(result.year, [line for line, _ in totals], header, form_dirs))
    elif rows:
        forms.append(form_8949(result.year, [_line(row) for row in rows], header, form_dirs))
    return Sheets(tuple(forms), tuple(statements))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of Form 8949 as printed: its box, its cells by column, amounts in cents."""

    term: str
    box: str
    cells: Mapping[str, FieldValue]


def _line(row: Row) -> Line:
    cells: dict[str, FieldValue] = {
        "a": row.description,
        "b": row.acquired,
        "c": row.disposed,
        "d": row.proceeds_cents,
        "e": row.basis_cents,
        "h": row.gain_cents,
    }
    if row.code:
        cells |= {"f": row.code, "g": row.adjustment_cents}
    return Line(row.term, row.box, cells)


def _by_wallet(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows of one part, box and wallet together, in the form's order."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.term, row.box, row.disposition.wallet), []).append(row)
    return sorted(groups.values(), key=lambda group: rows.index(group[0]))


def _totals(rows: Sequence[Row]) -> dict[str, FieldValue]:
    return {
        "d": sum(row.proceeds_cents for row in rows),
        "e": sum(row.basis_cents for row in rows),
        "g": sum(row.adjustment_cents for row in rows),
        "h": sum(row.gain_cents for row in rows),
    }


def _of_wallet(rows: Sequence[Row]) -> Line:
    """One line for many: the broker, code M and the totals; the dates stay empty."""
    first = rows[0]
    return Line(
        first.term, first.box, {"a": f"{first.disposition.wallet}, see attached statement", "f": "M", **_totals(rows)}
    )


def _statement(year: int, rows: Sequence[Row], header: Mapping[str, str]) -> Statement:
    first = rows[0]
    part = "I" if first.term == "short" else "II"
    return Statement(
        form="f8949",
        year=year,
        heading=f"{first.disposition.wallet}: Form 8949, Part {part}, box {first.box}",
        name=header["name"],
        ssn=header["ssn"],
        rows=tuple(_line(row).cells for row in rows),
        totals=_totals(rows),
    )


def listed(rows: Sequence[Row]) -> list[Row]:
    """The rows that go on Form 8949: all but those totalled straight on Schedule D."""
    return [row for row in rows if not row.line.endswith("a")]


def form_8949(year: int, lines: Sequence[Line], header: Mapping[str, str], form_dirs: Sequence[Path]) -> FormFill:
    """As many pages as the lines need, one box a page, each with its own totals; `lines` are in the form's order."""
    pack = load_pack("f8949", year, form_dirs)
    pages: list[PageFill] = []
    for (term, box), group in groupby(lines, key=lambda line: (line.term, line.box)):
        page = _PART_PAGE[term]
        for part in _chunks(list(group), pack.rows(page)):
            values: dict[str, FieldValue] = {**header, f"box.{box}": True}
            for number, line in enumerate(part, 1):
                values |= {f"row.{number}.{column}": value for column, value in line.cells.items()}
            for column in "degh":
                amounts = [line.cells.get(column) for line in part]
                values[f"total.{column}"] = sum(amount for amount in amounts if isinstance(amount, int))
            pages.append(PageFill(page, values))
    return FormFill("f8949", year, tuple(pages))


def _chunks(lines: list[Line], size: int) -> Iterator[list[Line]]:
    for start in range(0, len(lines), size):
        yield lines[start : start + size]


def schedule_d(result: YearReturn, header: Mapping[str, str], form_dirs: Sequence[Path]) -> FormFill:
    """Schedule D's printed lines; a yes/no line ticks one of its two boxes."""
    values: dict[str, FieldValue] = dict(header)
    for line, value in result.lines.as_mapping()["f1040sd"].items():
        if isinstance(value, bool):
            values[f"{line}.{'yes' if value else 'no'}"] = True
        else:
            values[line] = value
    return FormFill("f1040sd", result.year, spread(load_pack("f1040sd", result.year, form_dirs), values))
