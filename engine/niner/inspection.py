"""A case folder to everything that is found in it, and what it would become; nothing is written."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

from niner import exact
from niner.case import read_case
from niner.dataclass import dataclass
from niner.imports import Imported, Leg, complete, read_downloads
from niner.imports.gate import dust, with_holdings
from niner.prepare import Options, refusals_on_paper, work_out
from niner.printing.sheets import form_findings
from niner.printing.unfilled import to_be_filled
from niner.returns.year import YearReturn
from niner.values import Finding, Refused


@dataclass(frozen=True, slots=True)
class Inspected:
    """A case that was read and worked out: every finding, and its return where no error stops it."""

    folder: Path
    findings: Sequence[Finding]
    result: YearReturn | None


def inspect(folder: Path, options: Options) -> Inspected:
    """Read and work out a case, also on paper, and look at its filed returns. Never raises for bad input."""
    try:
        result = work_out(folder, options)[0]
    except Refused as refused:
        return Inspected(folder, refused.findings, None)
    try:
        on_paper = refusals_on_paper(result, options)
        on_form = form_findings(result, "f1040", in_packet="f1040" in to_be_filled(result))
        findings = [*result.findings, *on_paper, *on_form, *dust(_left(result)), *_filed_findings(folder, options)]
    except Refused as refused:
        return Inspected(folder, refused.findings, None)
    return Inspected(folder, findings, None if any(f.severity == "error" for f in on_paper) else result)


def _left(result: YearReturn) -> Iterator[tuple[str, Leg, int]]:
    """What each wallet holds of an asset at the end of the year, in cents: by its last sale of the year, else by its
    basis."""
    prices = {
        row.disposition.asset: Fraction(row.sums.proceeds) / Fraction(row.quantity)
        for row in result.rows
        if row.quantity
    }
    held: dict[tuple[str, str], tuple[Decimal, int]] = {}
    for lot in result.held:
        units, basis = held.get((lot.wallet, lot.asset), (Decimal(0), 0))
        held[lot.wallet, lot.asset] = exact.add(units, lot.quantity), basis + lot.basis_cents
    for (wallet, asset), (units, basis) in sorted(held.items()):
        worth = int(prices[asset] * Fraction(units)) if asset in prices else basis
        yield wallet, Leg(units, asset), worth


def _filed_findings(folder: Path, options: Options) -> list[Finding]:
    if not (folder / "filed").exists():  # what compares returns is loaded where there is one to compare with
        return []
    from niner.amend.job import filed_findings

    return filed_findings(folder, options.overlays)


def case_downloads(folder: Path, format_dirs: Sequence[Path] = ()) -> Imported:
    """What the downloads of a case hold, matched and priced, with what is wrong with case.yaml."""
    case, problems = None, []
    try:
        case = read_case(folder)
    except Refused as refused:
        problems = refused.findings
    zone = ZoneInfo(case.elections.timezone) if case and case.elections.timezone else None
    last_year = case.tax_year if case else None
    imported = with_holdings(complete(read_downloads(folder, case, format_dirs, last_year=last_year)), case, zone)
    findings = [*problems, *imported.findings]
    if not imported.files and not findings:
        says = "There is no ledger: the folder “ledger” holds no download."
        findings.append(Finding("ledger-missing", "error", says, "Put what you downloaded there, as it is."))
    return replace(imported, findings=tuple(findings))
