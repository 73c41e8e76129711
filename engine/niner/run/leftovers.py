"""What runs that were killed left beside their outputs, to a mended folder and a finding that says what was done.

A staged folder is named `.<target>-xxxxxxxx` (its eight characters are tempfile's), one moved aside ends in `-old`, and
a single file on its way has the same kind of name. All of them can hold taxpayer numbers.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from niner.dataclass import dataclass
from niner.files.folder_write import NOT_CURRENT_BEGINS, UNFINISHED, WRITTEN, clear, foreign_names, is_whole, remove
from niner.values import Finding, Source

_NAME = re.compile(r"\.(?P<target>.+)-[a-z0-9_]{8}(?P<old>-old)?", re.ASCII)
_OUTPUT = re.compile(r"\d{4}(-amended|-export)?", re.ASCII)
_ENTRY = re.compile(r"\d{4}(-adjusted-\d{4}-\d\d-\d\d)?", re.ASCII)
# What a version of before the list of UNFINISHED wrote first: all that may stand in a folder without a list.
_MADE = re.compile(
    r"[\w-]+\.pdf|page-\d+\.png|(return|diff)\.json|(workpapers|diff)\.html|dispositions\.csv|carry_sheet\.txt"
)
_HEX = re.compile(r"[0-9a-f]{8}", re.ASCII)
# And in a lock on its way.
_KEPT = {"return.json", "case.yaml", "decisions.yaml", "ledger", "brokers", "locked.json"}


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file or folder of a run that was broken off, and the name it was to have or had."""

    path: Path
    target: Path
    aside: bool
    """Whether it was moved aside: what stood at `target` before."""


def leftovers(folder: Path) -> list[Leftover]:
    """What broken-off runs left in a case folder's out/ and filed/."""
    return [
        *(found for found in _in(folder / "out") if _OUTPUT.fullmatch(found.target.name)),
        *(found for found in _in(folder / "filed") if _ENTRY.fullmatch(found.target.name)),
    ]


def leftovers_of(target: Path) -> list[Leftover]:
    """What broken-off runs left beside one output folder."""
    return [found for found in _in(target.parent) if found.target.name == target.name]


def settle(found: list[Leftover]) -> list[Finding]:
    """Finish or undo each interrupted swap and remove the temporary files: one finding for each target.

    To be called by nobody but the one run that holds the folder, for a run that goes on has such a folder too.
    """
    return [_settled(target, [one for one in found if one.target == target]) for target in _targets(found)]


def lying_about(found: list[Leftover]) -> list[Finding]:
    """The same, where nothing may be written: what lies there, and what removes it."""
    findings = []
    for target in _targets(found):
        names = ", ".join(one.path.name for one in found if one.target == target)
        says = f"A run was broken off: in {target.parent.name}/ it left {names}, which can hold taxpayer numbers."
        todo = "The next niner prepare, amend or file of this folder puts that right by itself."
        if not target.exists() and any(one.aside for one in found if one.target == target):
            says += f" {_shown(target)} itself is missing, and will be put back."
        findings.append(Finding("run-interrupted", "review", says, todo, source=Source(_shown(target))))
    return findings


def _targets(found: list[Leftover]) -> list[Path]:
    return list(dict.fromkeys(one.target for one in found))


def _in(place: Path) -> Iterator[Leftover]:
    try:
        entries = sorted(place.iterdir())
    except OSError:
        return
    for entry in entries:
        named = _NAME.fullmatch(entry.name)
        if named and _is_niners(entry):
            yield Leftover(entry, place / named["target"], bool(named["old"]))


def _is_niners(entry: Path) -> bool:
    """Whether Niner made it: what a person keeps under such a name is left alone."""
    if entry.is_symlink():
        return False
    if entry.is_file():
        if entry.parent.name == "filed":
            return bool(_HEX.fullmatch(entry.name[-8:]))
        return NOT_CURRENT_BEGINS.startswith(_beginning(entry)[: len(NOT_CURRENT_BEGINS)])
    if not entry.is_dir() or (hasattr(os, "getuid") and entry.stat().st_uid != os.getuid()):
        return False
    names = {inner.name for inner in entry.iterdir()}
    if names & {WRITTEN, UNFINISHED}:
        return True
    return all(_MADE.fullmatch(name) or (name in _KEPT and entry.parent.name == "filed") for name in names)


def _beginning(path: Path) -> str:
    with path.open("rb") as stream:
        return stream.read(60).decode("utf-8", "replace")


def _settled(target: Path, found: list[Leftover]) -> Finding:
    shown, done = _shown(target), []
    try:
        if not target.exists():
            # The one moved aside holds the newest outputs that were ever in place, and what the person keeps there.
            whole = [one for one in found if is_whole(one.path) and (one.aside or foreign_names(one.path))]
            if whole:
                best = max(whole, key=lambda one: (one.aside, (one.path / WRITTEN).stat().st_mtime_ns))
                best.path.rename(target)
                found = [one for one in found if one is not best]
                done.append(f"{shown} was put back as it was before")
        moved = [name for one in found for name in _removed(one.path, target)]
        if moved:
            done.append(f"{', '.join(moved)} moved back into {shown}")
    except OSError as error:
        names = ", ".join(one.path.name for one in found)
        says = f"A run was broken off, and what it left in {target.parent} can't be put right: {error.strerror}."
        todo = f"It can hold taxpayer numbers. What is yours in it, keep; then remove: {names}."
        return Finding("run-interrupted", "review", says, todo, source=Source(shown))
    if found:
        names = ", ".join(one.path.name for one in found)
        done.append(f"{names} removed from {target.parent.name}/, which could hold taxpayer numbers")
    says = f"An earlier run was broken off. Put right now: {'; '.join(done)}."
    todo = "See that what you keep there is as it should be; nothing else is to be done."
    return Finding("run-interrupted", "review", says, todo, source=Source(shown))


def _removed(path: Path, target: Path) -> list[str]:
    if path.is_file():
        path.unlink()
        return []
    if is_whole(path) and target.is_dir():
        return clear(path, target)
    remove(path)
    return []


def _shown(target: Path) -> str:
    return f"{target.parent.name}/{target.name}"
