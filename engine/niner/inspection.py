"""A case folder to everything that is found in it, and what it would become; nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from niner.case import read_case
from niner.imports import Imported, complete, read_downloads
from niner.imports.gate import with_holdings
from niner.prepare import Options, refusals_on_paper, work_out
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
        findings = [*result.findings, *on_paper, *_filed_findings(folder, options)]
    except Refused as refused:
        return Inspected(folder, refused.findings, None)
    return Inspected(folder, findings, None if any(f.severity == "error" for f in on_paper) else result)


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
