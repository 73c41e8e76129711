"""Turns case folders and two sides of the law into the lines that would change, by how much, and their totals."""

from collections.abc import Callable, Sequence
from pathlib import Path

from niner.dataclass import dataclass
from niner.money import dollars_spoken
from niner.prepare import Options, work_out, work_out_years
from niner.rules.worksheets import Lines
from niner.values import Finding, Refused


@dataclass(frozen=True)
class LineChange:
    """One printed line before and after, money in cents; None where it is not printed."""

    form: str
    line: str
    before: int | bool | None
    after: int | bool | None

    @property
    def by(self) -> str:
        """The difference in words, ` (+$120)`; empty for a yes/no."""
        if isinstance(self.before, bool) or isinstance(self.after, bool):
            return ""
        moved = (self.after or 0) - (self.before or 0)
        return f" ({'+' if moved > 0 else ''}{dollars_spoken(moved)})"


@dataclass(frozen=True)
class Law:
    """One side of a comparison: a firm's folders of rules, and the year whose law is taken where it is not the own."""

    overlays: tuple[Path, ...] = ()
    year: int | None = None


@dataclass(frozen=True)
class Impact:
    """One year of a case: the lines that change, and what is found only after (or keeps a return from being made)."""

    folder: Path
    year: int | None
    worked_out: bool
    changes: tuple[LineChange, ...]
    new_findings: tuple[Finding, ...]


Returned = tuple[int, Lines | None, tuple[Finding, ...]]
WorkOut = Callable[[Path, Law, Sequence[int]], Sequence[Returned]]


def impact(
    folders: Sequence[Path], before: Law, after: Law, work_out: WorkOut, years: Sequence[int] = ()
) -> list[Impact]:
    """Each case by one law and by another, in its own tax year or in a run of `years`.

    `work_out` gives for each year its lines, or None and its errors.
    """
    found = []
    for folder in folders:
        for (year, old, told), (_, new, told_after) in zip(
            work_out(folder, before, years), work_out(folder, after, years), strict=False
        ):
            known = {(finding.id, finding.says) for finding in told}
            more = tuple(finding for finding in told_after if (finding.id, finding.says) not in known)
            if old is None or new is None:
                found.append(Impact(folder, year or None, False, (), told if old is None else more))
            else:
                found.append(Impact(folder, year, True, line_changes(old, new), more))
    return found


def totals(found: Sequence[Impact]) -> dict[tuple[str, str], tuple[int, int]]:
    """What each line of money changes by over all cases and years, in cents, and in how many returns it does."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for change in (change for one in found for change in one.changes):
        if not isinstance(change.before, bool) and not isinstance(change.after, bool):
            moved, returns = sums.get((change.form, change.line), (0, 0))
            sums[change.form, change.line] = moved + (change.after or 0) - (change.before or 0), returns + 1
    return sums


def line_changes(before: Lines, after: Lines) -> tuple[LineChange, ...]:
    """Every printed line whose value differs, in form and line order of the first."""
    old, new = before.as_mapping(), after.as_mapping()
    changes = []
    for form in dict.fromkeys([*old, *new]):
        mine, theirs = old.get(form, {}), new.get(form, {})
        for line in dict.fromkeys([*mine, *theirs]):
            if mine.get(line) != theirs.get(line):
                changes.append(LineChange(form, line, mine.get(line), theirs.get(line)))
    return tuple(changes)


def work_out_case(folder: Path, law: Law, years: Sequence[int], form_dirs: Sequence[Path] = ()) -> list[Returned]:
    """A case's lines by a law, in each of the years, on a firm's own forms where there are some; nothing is written."""
    options = Options(forms=False, overlays=law.overlays, law_of=law.year, form_dirs=tuple(form_dirs))
    try:
        results = work_out_years(folder, years, options)[0] if years else [work_out(folder, options)[0]]
    except Refused as refused:
        return [(0, None, tuple(refused.findings))]
    return [(result.year, result.lines, result.findings) for result in results]
