"""A return that was read from its PDF to the terminal: which pages, and each line with the page that it stands on."""

from typing import Any

from rich.markup import escape
from rich.table import Table

from niner.amend.intake.read_filing import ReadPdf
from niner.money import dollars_printed, dollars_text
from niner.shown.screen import Screen
from niner.words.form_names import form_order, line_name


def print_read(screen: Screen, pdf: ReadPdf) -> None:
    """A table of every line that was read."""
    table = Table(
        title=escape(f"{pdf.name}: the return for {pdf.year}"), title_justify="left", box=None, padding=(0, 2, 0, 0)
    )
    table.add_column("Line")
    table.add_column("Read", justify="right")
    table.add_column("Page", justify="right")
    where, words = _pages(pdf), pdf.rules.words()
    status = pdf.read.filing_status.replace("_", " ") or "?"
    table.add_row("Filing status", status, str(where.get(("f1040", "filing_status"), "")))
    forms = dict.fromkeys([*pdf.read.lines, *(doubt.form for doubt in pdf.read.doubts)])
    for form in forms:
        lines = pdf.read.lines.get(form, {})
        doubted = {doubt.line: doubt for doubt in pdf.read.doubts if doubt.form == form}
        for line in sorted(lines.keys() | doubted.keys(), key=form_order):
            value = lines.get(line)
            shown = "?" if line in doubted or value is None else _shown(value)
            name = line_name(form, line, words.get(form, {}).get(line, ""))
            table.add_row(escape(name), shown, str(where.get((form, line), "")))
    screen.print(table)


def _shown(value: int | bool) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else dollars_printed(value)


def _pages(pdf: ReadPdf) -> dict[tuple[str, str], int]:
    """The page of the file that each line, or group of boxes, was read on."""
    found: dict[tuple[str, str], int] = {}
    for page in pdf.pages:
        if page.year == pdf.year:
            for read in page.reads:
                key = read.key.rpartition(".")[0] if read.kind == "tick" else read.key
                found.setdefault((page.form, key), page.number)
    return found


def read_json(pdf: ReadPdf) -> dict[str, Any]:
    """What was read, for --json: amounts are decimal text in dollars."""
    lines = {
        form: {line: ("yes" if v else "no") if isinstance(v, bool) else dollars_text(v) for line, v in those.items()}
        for form, those in pdf.read.lines.items()
    }
    pages = [
        {"page": page.number, "form": page.form, "of": page.page + 1, "scan": page.scan}
        for page in pdf.pages
        if page.form
    ]
    doubts = [
        {"page": doubt.page, "form": doubt.form, "line": doubt.line, "why": doubt.why} for doubt in pdf.read.doubts
    ]
    return {
        "tax_year": pdf.year,
        "filing_status": pdf.read.filing_status,
        "lines": lines,
        "pages": pages,
        "not_read": doubts,
    }
