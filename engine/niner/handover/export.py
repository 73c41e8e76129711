"""A year's return to the files for other programs, each one proved before any is handed on."""

from collections.abc import Sequence
from typing import Any

from niner.dataclass import dataclass
from niner.handover.fit import fit, to_type
from niner.handover.layouts import Layout, layouts, named, unfit
from niner.handover.proof import ROUNDING, proved, proved_totals, proved_typed
from niner.handover.totals import box_totals, totals_sheet
from niner.handover.values import HandedRow, handed_rows
from niner.handover.write import table, written
from niner.money import dollars_text
from niner.returns.year import YearReturn
from niner.values import Finding, Refused

TOTALS = "type_these_totals.html"


@dataclass(frozen=True, slots=True)
class Handed:
    """What one layout became: its files, how many rows are in them, and how many are to be typed."""

    layout: Layout
    files: tuple[str, ...]
    carried: int
    typed: int

    def as_json(self) -> dict[str, Any]:
        """The layout as `niner export --json` prints it."""
        return {
            "layout": self.layout.name,
            "title": self.layout.title,
            "files": list(self.files),
            "rows": self.carried,
            "rows_to_type": self.typed,
            "rests_on": self.layout.rests_on,
            "todo": self.layout.todo,
        }


@dataclass(frozen=True, slots=True)
class Export:
    """Every file by name, what each layout became, and what is to be said of them."""

    files: dict[str, bytes]
    handed: tuple[Handed, ...]
    findings: tuple[Finding, ...]

    def as_json(self, result: YearReturn) -> dict[str, Any]:
        """The export as `niner export --json` prints it; amounts are decimal text in dollars."""
        names = ("proceeds", "basis", "adjustment", "gain")
        return {
            "year": result.year,
            "layouts": [one.as_json() for one in self.handed],
            "totals": [
                {"box": one.box, "term": one.term, "line": one.line, "rows": one.rows, "code": one.code}
                | dict(zip(names, map(dollars_text, one.sums), strict=True))
                for one in box_totals(result)
            ],
            "findings": [finding.as_json() for finding in self.findings],
        }


def export(result: YearReturn, names: Sequence[str] = ()) -> Export:
    """The files of the layouts named, or of all that fit the year, with the page of totals. Raises Refused.

    A layout that was named and can't be used is an error; one that was not named is then told as a note. A file that
    does not come back as it was written, or does not foot, stops everything.
    """
    rows = handed_rows(result)
    if not rows:
        says = f"Nothing was disposed of in {result.year}: there is no row to hand over."
        raise Refused([Finding("handover-empty", "error", says, "Name another year with --year.")])
    chosen = named(tuple(names), result.year)
    files: dict[str, bytes] = {TOTALS: totals_sheet(result, rows)}
    _or_refused(proved_totals(TOTALS, files[TOTALS], result))
    findings = [] if names else unfit(result.year)
    handed = []
    for layout in chosen:
        found = fit(layout, rows, asked=bool(names))
        findings += found.findings
        if not found.carried:
            continue
        made = written(layout, found.carried, result.year)
        wrong = proved(layout, made, found.carried, found.typed, result)
        if wrong and wrong[0].id == ROUNDING and not names:
            findings += [Finding(ROUNDING, "note", wrong[0].says, wrong[0].todo)]
            continue
        if wrong:
            raise Refused(wrong)
        if found.typed:
            made[to_type(layout)] = _typed(to_type(layout), found.typed)
        files |= made
        handed.append(Handed(layout, tuple(made), len(found.carried), len(found.typed)))
    if any(finding.severity == "error" for finding in findings):
        raise Refused(findings)
    return Export(files, tuple(handed), tuple(findings))


def _typed(name: str, rows: Sequence[HandedRow]) -> bytes:
    """Rows that a program's file can't carry, with all their columns. Raises Refused."""
    [whole] = [layout for layout in layouts() if layout.name == "csv"]
    data = table(whole, rows)
    _or_refused(proved_typed(whole, name, data, rows))
    return data


def _or_refused(wrong: list[Finding]) -> None:
    if wrong:
        raise Refused(wrong)
