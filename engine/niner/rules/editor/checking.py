"""Turns a rules room, or a firm's overlay, into every problem it has: files, names, circles, engine, coverage."""

from collections.abc import Callable, Sequence
from pathlib import Path
from weakref import WeakKeyDictionary

from niner.dataclass import dataclass
from niner.resources import room as data_room
from niner.rules.compiling.years import years_in
from niner.rules.deciding.grouping import upstream
from niner.rules.editor.asked import Asked, unfit
from niner.rules.editor.coverage import coverage, covered
from niner.rules.editor.new_year import due_parameters
from niner.rules.year import YearRules, load_rules
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


def check_years(
    overlays: Sequence[Path] = (),
    room: Path | None = None,
    years: Sequence[int] = (),
    asked: Callable[[int], Sequence[Asked]] | None = None,
    holds: Callable[[YearRules], Sequence[Finding]] = lambda rules: (),
) -> list[Checked]:
    """Each year loaded, durable_rules compared with the plain reading, and its coverage proved.

    `asked` is what the engine asks of a year's rules; without it the rules are read by themselves. `holds` finds what
    else must hold of them.
    """
    return [_check(year, overlays, room, asked, holds) for year in years or years_in(room or data_room("rules"))]


def require_fit(rules: YearRules, asked: Sequence[Asked]) -> None:
    """Raises Refused where a firm's own rules would fail `niner rules check`: nothing is made by them then.

    Niner's own rules, which its tests check, are not checked again.
    """
    touched = {change.name.partition("/")[0] for change in rules.positions}
    if not touched or asked in _fit.setdefault(rules, []):
        return
    found = unfit(rules.compiled, asked)
    for decision in rules.compiled.decisions.values():
        if touched & {one.name for one in upstream([decision.name], rules.compiled.decisions)}:
            found += covered(decision, rules.compiled).findings
    errors = [finding for finding in found if finding.severity == "error"]
    if errors:
        raise Refused(errors)
    _fit[rules].append(asked)


_fit: WeakKeyDictionary[YearRules, list[Sequence[Asked]]] = WeakKeyDictionary()
"""The questions that a firm's rules were found fit for."""


def _check(
    year: int,
    overlays: Sequence[Path],
    room: Path | None,
    asked: Callable[[int], Sequence[Asked]] | None,
    holds: Callable[[YearRules], Sequence[Finding]],
) -> Checked:
    try:
        rules = load_rules(year, overlays, room)
        rules.check_engines()
        questions = asked(year) if asked is not None else ()
    except Refused as refused:
        return Checked(year, 0, 0, 0, 0, 0, tuple(refused.findings))
    proved = coverage(rules.compiled)
    findings = tuple(finding for one in proved for finding in one.findings) + _due(year, rules.draft, room)
    findings += tuple(unfit(rules.compiled, questions)) if questions else ()
    if not any(finding.severity == "error" for finding in findings):
        findings += tuple(holds(rules))
    return Checked(
        year,
        len(rules.compiled.decisions) - len(rules.compiled.remarks),
        len(rules.compiled.remarks),
        len(rules.compiled.lines),
        len(rules.compiled.parameters),
        sum(one.combinations for one in proved),
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
