"""A year's return to what its forms are filled with: Form 8949 pages that foot, and Schedule D."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from niner.forms import FieldValue, FormFill, PageFill, load_pack, spread
from niner.returns.rows import Row
from niner.returns.year import YearReturn

_PART_PAGE = {"short": 0, "long": 1}


def fills(result: YearReturn, form_dirs: Sequence[Path] = ()) -> list[FormFill]:
    """The forms of this return in no particular order; the forms room puts them in attachment order."""
    header = {"name": result.case.name_on_forms, "ssn": result.case.taxpayer.ssn.get_secret_value()}
    sheets = [schedule_d(result, header, form_dirs)]
    rows = listed(result.rows)
    if rows:
        sheets.append(form_8949(result.year, rows, header, form_dirs))
    return sheets


def listed(rows: Sequence[Row]) -> list[Row]:
    """The rows that go on Form 8949: all but those totalled straight on Schedule D."""
    return [row for row in rows if not row.line.endswith("a")]


def form_8949(year: int, rows: Sequence[Row], header: dict[str, str], form_dirs: Sequence[Path]) -> FormFill:
    """As many pages as the rows need, one box a page, each with its own totals; `rows` are in the form's order."""
    pack = load_pack("f8949", year, form_dirs)
    pages: list[PageFill] = []
    for (term, box), group in groupby(rows, key=lambda row: (row.term, row.box)):
        page = _PART_PAGE[term]
        for part in _chunks(list(group), pack.rows(page)):
            values: dict[str, FieldValue] = {**header, f"box.{box}": True}
            for number, row in enumerate(part, 1):
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
                values |= {f"row.{number}.{column}": value for column, value in cells.items()}
            values["total.d"] = sum(row.proceeds_cents for row in part)
            values["total.e"] = sum(row.basis_cents for row in part)
            values["total.h"] = sum(row.gain_cents for row in part)
            values["total.g"] = sum(row.adjustment_cents for row in part)
            pages.append(PageFill(page, values))
    return FormFill("f8949", year, tuple(pages))


def _chunks(rows: list[Row], size: int) -> Iterator[list[Row]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def schedule_d(result: YearReturn, header: dict[str, str], form_dirs: Sequence[Path]) -> FormFill:
    """Schedule D's printed lines; a yes/no line ticks one of its two boxes."""
    values: dict[str, FieldValue] = dict(header)
    for line, value in result.lines.as_mapping()["f1040sd"].items():
        if isinstance(value, bool):
            values[f"{line}.{'yes' if value else 'no'}"] = True
        else:
            values[line] = value
    return FormFill("f1040sd", result.year, spread(load_pack("f1040sd", result.year, form_dirs), values))
