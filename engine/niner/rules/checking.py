"""Turns a rules room, or a firm's overlay, into every problem it has: files, names, circles, engine, coverage."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from niner.resources import room as data_room
from niner.rules.chain import years_in
from niner.rules.coverage import coverage
from niner.rules.new_year import due_parameters
from niner.rules.year import load_rules
from niner.values import Finding, Refused


@dataclass(frozen=True)
class Checked:
    """One year: how much there is, how many combinations of facts were tried, and what was found."""

    year: int
    decisions: int
    remarks: int
    lines: int
    parameters: int
    combinations: int
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return not any(finding.severity == "error" for finding in self.findings)


def check_years(overlays: Sequence[Path] = (), room: Path | None = None, years: Sequence[int] = ()) -> list[Checked]:
    """Each year loaded, durable_rules compared with the plain reading, and its coverage proved."""
    return [_check(year, overlays, room) for year in years or years_in(room or data_room("rules"))]


def _check(year: int, overlays: Sequence[Path], room: Path | None) -> Checked:
    try:
        rules = load_rules(year, overlays, room)
        rules.check_engines()
    except Refused as refused:
        return Checked(year, 0, 0, 0, 0, 0, tuple(refused.findings))
    covered = coverage(rules.compiled)
    findings = tuple(finding for one in covered for finding in one.findings) + _due(year, rules.draft, room)
    return Checked(
        year,
        len(rules.compiled.decisions) - len(rules.compiled.remarks),
        len(rules.compiled.remarks),
        len(rules.compiled.lines),
        len(rules.compiled.parameters),
        sum(one.combinations for one in covered),
        findings,
    )


def _due(year: int, draft: bool, room: Path | None) -> tuple[Finding, ...]:
    """In a draft year, every yearly parameter that still has last year's value."""
    if not draft:
        return ()
    return tuple(
        Finding(
            "rules.due",
            "review",
            f"{parameter.name} still has the value of an earlier year ({parameter.authority}).",
            f"Restate it in a parameter file of {year}.",
            source=parameter.source,
        )
        for parameter in due_parameters(year, room)
    )
