"""Turns the rule folders of a year and of the years it extends into one merged set of decisions, forms and parameters.

A year holds only what changed: a rule, line or parameter of the same name replaces the earlier one, a new name adds,
`retire` drops with a reason. A firm's overlay folder is laid over each year of the chain in turn, so that a position
taken for 2024 gives way where Niner's own 2025 rules change the same thing, unless the firm restates it for 2025.
"""

import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from niner.files.reading import YAML_BYTES, Unreadable, read_bytes
from niner.rules.compiling.merged import Merged
from niner.rules.compiling.merging import merge_file, unknown_keys
from niner.rules.compiling.years import years_in
from niner.rules.language.nodes import problem, read_nodes
from niner.values import Finding, Source
from niner.words.plain import path_text

_YEAR_KEYS = ("year", "extends", "status", "says")
_BESIDE = ("README", "schema", "tests")


def merge_chain(year: int, room: Path, overlays: Sequence[Path] = ()) -> Merged:
    """All files of the year's chain, oldest first, merged; problems are in `findings`."""
    merged = Merged(year)
    chain = _chain(year, room, merged)
    digest = hashlib.sha256()
    for own, folder_room in [(True, room)] + [(False, Path(overlay)) for overlay in overlays]:
        if not own and not folder_room.is_dir():
            merged.findings.append(
                Finding(
                    "rules.overlay",
                    "error",
                    f"There is no rules folder {folder_room}.",
                    "Check the path given with --rules.",
                    source=Source(str(folder_room)),
                )
            )
    for overlay in overlays:
        merged.findings += _stray_entries(Path(overlay), years_in(room))
    for one_year in chain:
        for own, folder_room in [(True, room)] + [(False, Path(overlay)) for overlay in overlays]:
            if own or not _whole_room(folder_room):
                _merge_folder(merged, one_year, folder_room, own, digest)
    facts = room / "facts.yaml"
    if facts.is_file():
        digest.update(b"facts.yaml\0" + read_bytes(facts, YAML_BYTES))
    merged.sha256 = digest.hexdigest()
    return merged


def _whole_room(folder: Path) -> bool:
    """Whether a folder is rules by itself, as Niner's own: no position of a firm's can be told apart in it."""
    return (folder / "facts.yaml").is_file()


def _stray_entries(overlay: Path, years: Sequence[int]) -> list[Finding]:
    """What lies in an overlay where it would be ignored in silence: all but folders of years that have rules."""
    found = []
    if _whole_room(overlay):
        says = f"{path_text(overlay.name)} is a whole folder of rules, and no position of a firm's own."
        todo = (
            "Name a folder with what is yours alone, as firm/2025/; `niner rules check` without one checks Niner's own."
        )
        return [Finding("rules.overlay", "error", says, todo, source=Source(path_text(overlay.name)))]
    for entry in sorted(overlay.iterdir()) if overlay.is_dir() else []:
        is_year = entry.is_dir() and re.fullmatch("[0-9]{4}", entry.name)
        if is_year and int(entry.name) not in years:
            says = f"{path_text(entry.name)} is not read: there are no rules of {entry.name} for it to change."
            todo = f"Rename it to the year that is meant; there are {', '.join(map(str, years)) or 'none'}."
            where = Source(path_text(f"{overlay.name}/{entry.name}"))
            found.append(Finding("rules.overlay", "error", says, todo, source=where))
        elif (
            not is_year and entry.suffix in ("", ".yaml", ".yml") and entry.name not in _BESIDE and entry.name[0] != "."
        ):
            says = f"{path_text(entry.name)} is not read: rule files belong in a folder named after their tax year."
            found.append(
                Finding(
                    "rules.overlay",
                    "error",
                    says,
                    f"Move it to {overlay.name}/2025/, for instance.",
                    source=Source(path_text(f"{overlay.name}/{entry.name}")),
                )
            )
    return found


def _chain(year: int, room: Path, merged: Merged) -> list[int]:
    """The years from the oldest to `year`, by `extends`."""
    available = years_in(room)
    if year not in available:
        shown = ", ".join(map(str, available)) or "none"
        merged.findings.append(
            Finding(
                "rules.no-year",
                "error",
                f"There are no rules for tax year {year}.",
                f"Years with rules: {shown}. `niner rules new-year` starts the next one.",
                source=Source(f"{room.name}/{year}"),
                value=str(year),
            )
        )
        return []
    chain: list[int] = []
    current: int | None = year
    while current is not None:
        name = f"{room.name}/{current}/year.yaml"
        node, findings = read_nodes(room / str(current) / "year.yaml", name)
        merged.findings += findings
        chain.insert(0, current)
        if node is None or not isinstance(node.value, dict):
            break
        unknown_keys(node, _YEAR_KEYS, "a year file", merged)
        stated = node.value.get("year")
        if stated is None or stated.value != current:
            merged.findings.append(
                problem(
                    stated or node,
                    f"`year` must be {current}, the folder's name.",
                    f"Write `year: {current}`.",
                    value=str(stated.value if stated else ""),
                )
            )
        status = node.value.get("status")
        if status is None or status.value not in ("final", "draft"):
            merged.findings.append(
                problem(
                    status or node,
                    "`status` must be final or draft.",
                    "Write `status: draft` until the year's forms are published.",
                )
            )
        if current == year:
            merged.draft = status is not None and status.value == "draft"
            merged.says = str(node.value["says"].plain()) if "says" in node.value else ""
        before = node.value.get("extends")
        following = before.value if before is not None else None
        if before is not None and (
            not isinstance(following, int)
            or isinstance(following, bool)
            or following not in available
            or following >= current
        ):
            merged.findings.append(
                problem(
                    before,
                    f"`extends` must be an earlier year with rules, not {following}.",
                    f"Years with rules: {', '.join(map(str, available))}.",
                    value=str(following),
                )
            )
            break
        if current == year:
            merged.extends = following if isinstance(following, int) else None
        current = following if isinstance(following, int) else None
    return chain


def _merge_folder(merged: Merged, year: int, room: Path, own: bool, digest: "hashlib._Hash") -> None:
    folder = room / str(year)
    if not folder.is_dir():
        return
    for path in sorted(folder.glob("*.y*ml")):
        name = f"{path_text(room.name)}/{year}/{path_text(path.name)}"
        with suppress(Unreadable):  # told below, with its reason
            digest.update(name.encode() + b"\0" + read_bytes(path, YAML_BYTES) + b"\0")
        if path.name == "year.yaml":
            continue
        node, findings = read_nodes(path, name)
        merged.findings += findings
        if node is None:
            continue
        merge_file(merged, node, year, own)
