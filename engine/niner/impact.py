"""Turns case folders and an overlay into the lines that would change, by how much, and the rules that moved them."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from niner.money import dollars_spoken
from niner.prepare import Options, prepare
from niner.rules.worksheets import Lines
from niner.values import Finding


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
class Impact:
    """One case: the lines that change, and what is found only with the overlay (or keeps a return from being made)."""

    folder: Path
    worked_out: bool
    changes: tuple[LineChange, ...]
    new_findings: tuple[Finding, ...]


Returned = tuple[Lines | None, tuple[Finding, ...]]


def impact(
    folders: Sequence[Path], overlays: Sequence[Path], work_out: Callable[[Path, tuple[Path, ...]], Returned]
) -> list[Impact]:
    """Each case with and without the overlays. `work_out` gives a case's lines, or None and its errors."""
    found = []
    for folder in folders:
        before, told_before = work_out(folder, ())
        after, told_after = work_out(folder, tuple(overlays))
        known = {(finding.id, finding.says) for finding in told_before}
        new = [finding for finding in told_after if (finding.id, finding.says) not in known]
        if before is None or after is None:
            found.append(Impact(folder, False, (), told_before if before is None else tuple(new)))
        else:
            found.append(Impact(folder, True, line_changes(before, after), tuple(new)))
    return found


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


def work_out_case(folder: Path, overlays: tuple[Path, ...]) -> Returned:
    """A case's lines by the ordinary way, its outputs thrown away."""
    with tempfile.TemporaryDirectory(prefix="niner-impact-") as scratch:
        prepared = prepare(folder, Options(out=Path(scratch) / "out", forms=False, overlays=overlays))
    return (prepared.result.lines if prepared.result is not None else None), prepared.findings
