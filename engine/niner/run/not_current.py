"""A refused run to a mark beside the older outputs: they are not what the case folder gives now, and why."""

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from niner.files.file_write import temporary_beside, write_whole
from niner.files.folder_write import NOT_CURRENT, NOT_CURRENT_BEGINS, is_whole
from niner.files.reading import JSON_BYTES, TABLE_BYTES, YAML_BYTES, read_bytes
from niner.values import Finding, Source

NOT_OF_THE_CASE = {
    "output-occupied",
    "output-changed",
    "output-unwritable",
    "forms-folder",
    "rules.overlay",
    "templates-folder",
    "template",
    "amend-revision-old",
    "amend-apply",
}
"""What stops a run and says nothing against the case: where it was to write, or how it was asked."""
_MOST = 20  # reasons; all of them are in what the run printed


def mark_not_current(folder: Path, targets: Sequence[Path], refused: Sequence[Finding]) -> list[Finding]:
    """Mark those of `targets` that hold older outputs, and say so: one finding for each. Raises nothing.

    Not marked is what was made from the very files that the case folder holds, where nothing in them was refused.
    """
    found = []
    for target in targets:
        if target.is_symlink() or target.parent.is_symlink() or not is_whole(target):
            continue
        of_the_case = any(f.severity == "error" and f.id not in NOT_OF_THE_CASE for f in refused)
        if of_the_case or not _made_from(folder, target):
            found.append(_marked(target, refused))
    return found


def marked_before(target: Path) -> list[Finding]:
    """A finding where an output folder has such a mark."""
    mark = target / NOT_CURRENT
    try:
        said = read_bytes(mark, YAML_BYTES).decode("utf-8", "replace")
    except OSError:
        return []
    return [_finding(target)] if said.startswith(NOT_CURRENT_BEGINS) else []


_BESIDE = ("-export", "-plan")
"""What other runs made of the same return, beside its folder."""


def named_year(folder: Path) -> int | None:
    """The tax year that case.yaml names, as far as that can be seen without reading all of it."""
    with suppress(OSError):
        text = read_bytes(folder / "case.yaml", YAML_BYTES).decode("utf-8", "replace")
        named = re.search(r"^tax_year:[ \t]*[\"']?(\d{4})\b", text, re.MULTILINE | re.ASCII)
        return int(named[1]) if named else None
    return None


def outputs_of(folder: Path, year: int | None, suffix: str = "") -> list[Path]:
    """The output folders that a run was about: of `year`, or of the year that case.yaml names; all if it names none.
    A return's own come with what other runs made of it, the rows handed over and the plan of sales."""
    year = year or named_year(folder)
    if year is not None:
        beside = () if suffix else _BESIDE
        return [folder / "out" / f"{year}{end}" for end in (suffix, *beside)]
    ends = "|".join((re.escape(suffix), *(() if suffix else _BESIDE)))
    with suppress(OSError):
        folders = re.compile(rf"\d{{4}}({ends})", re.ASCII)
        return sorted(path for path in (folder / "out").iterdir() if folders.fullmatch(path.name))
    return []


def _made_from(folder: Path, target: Path) -> bool:
    """Whether the outputs were made from the files as they are now, and from all of them."""
    try:
        inputs = json.loads(read_bytes(target / "return.json", JSON_BYTES))["inputs"]
        now = {name: sha256(read_bytes(folder / name, TABLE_BYTES)).hexdigest() for name in inputs}
        ledgers = {
            f"ledger/{path.name}"
            for path in (folder / "ledger").iterdir()
            if path.suffix.lower() == ".csv" and path.is_file()
        }
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(now == inputs and ledgers <= inputs.keys())


def _marked(target: Path, refused: Sequence[Finding]) -> Finding:
    mark = target / NOT_CURRENT
    try:
        if mark.exists() and not marked_before(target):
            return _finding(target, "It could not be marked: a file of that name is there already.")
        text = _text(datetime.now().astimezone(), [f for f in refused if f.severity == "error"])
        write_whole(mark, text.encode("utf-8", "replace"), temporary=temporary_beside(target))
    except OSError as error:
        return _finding(target, f"It could not be marked: {error.strerror or error}.")
    return _finding(target)


def _text(now: datetime, errors: Sequence[Finding]) -> str:
    reasons = [f"- {f'{error.source}: ' if error.source else ''}{error.says}" for error in errors[:_MOST]]
    if len(errors) > _MOST:
        reasons.append(f"- and {len(errors) - _MOST} more, which the run printed")
    return "\n".join(
        [
            NOT_CURRENT_BEGINS,
            "",
            f"An earlier run wrote them. On {now.day} {now:%B %Y} at {now:%H:%M} Niner ran again and stopped, so they "
            "were not renewed.",
            "Don't file from them. Why it stopped:",
            "",
            *reasons,
            "",
            "Put that right and run it again. The run that succeeds replaces these files and removes this one.",
            "",
        ]
    )


_HOLDS = {"-export": "the files for other programs", "-plan": "the plan of sales"}


def _finding(target: Path, unmarked: str = "") -> Finding:
    what = next((words for end, words in _HOLDS.items() if target.name.endswith(end)), "the forms")
    says = f"{target} holds {what} of an earlier run: they are not what the case folder gives now."
    todo = "Don't file from it." + (f" {unmarked}" if unmarked else f" {NOT_CURRENT} in it says so too, and why.")
    return Finding("output-not-current", "review", says, todo, source=Source(f"{target.parent.name}/{target.name}"))
