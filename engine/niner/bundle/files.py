"""A case folder to its files by name, scrambled: one pass, with one scrambler."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from niner.bundle.documents import json_text, yaml_text
from niner.bundle.scrambler import Scrambler
from niner.bundle.tables import (
    TABLES,
    file_name,
    head_of,
    rows_of,
    scrambled,
    scrambled_lines,
    scrambled_prices,
    sheets_of,
)
from niner.bundle.treat import is_asset
from niner.bundle.words import CaseWords, of_case
from niner.case.locked import LOCK, LOCKED_BY_NINER
from niner.case.rulings import FILE as DECISIONS_FILE
from niner.dataclass import dataclass
from niner.files.reading import DECISIONS_BYTES, JSON_BYTES, TABLE_BYTES, YAML_BYTES, Unreadable, read_bytes, read_text
from niner.imports.layouts.catalogue import Known, formats_of
from niner.values import Finding, Refused, Source
from niner.words.plain import path_text
from niner.words.yaml_text import parse

_ROOMS = ("ledger", "brokers", "prices")
ENTRY = re.compile(r"filed/[0-9]{4}(-adjusted-[0-9]{4}-[0-9]{2}-[0-9]{2})?")
_STUBS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")


@dataclass(slots=True)
class CaseFiles:
    """The files of a case: documents that are read, what the case says of its tables, and what is left out and why."""

    folder: Path
    names: list[str]
    documents: dict[str, Any]
    first_lines: dict[str, str]
    formats: list[Known]
    words: CaseWords
    left_out: dict[str, str] = field(default_factory=dict)

    def asked(self, name: str) -> str:
        """The format that case.yaml names for a file."""
        case = self.documents.get("case.yaml")
        sources = case.get("sources") if isinstance(case, dict) else None
        said = sources.get(name) if isinstance(sources, dict) else None
        return str(said.get("format") or "") if isinstance(said, dict) else ""


def case_files(folder: Path) -> CaseFiles:
    """The files of a case with all that is private in them. Raises Refused where it can't be told what is."""
    names = list(_names(folder))
    if "case.yaml" not in names:
        says = f"There is no case.yaml in {path_text(folder)}: without it nobody can tell what is private."
        raise Refused([Finding("bundle-case", "error", says, "Name a case folder.")])
    found = CaseFiles(folder, names, {}, {}, formats_of([(folder / "formats", "formats")]), CaseWords())
    problems: list[Finding] = []
    for name in names:
        if name.endswith((".yaml", ".yml")) and not name.startswith("formats/"):
            text = _text(folder, name, problems)
            document, _, wrong = parse(text, name)
            problems += [Finding(one.id, "error", one.says, one.todo, source=one.source) for one in wrong]
            found.documents[name] = document
            found.first_lines[name] = text.split("\n", 1)[0]
    if problems:
        raise Refused(problems)
    for name, document in found.documents.items():
        if name.endswith("case.yaml"):
            of_case(document, found.words)
        _by(document, found.words)
    for name in names:
        _of_place(name, found.words)
        if _room(name) in ("ledger", "brokers") and name.lower().endswith(TABLES):
            _of_tables(found, name)
    return found


def _names(folder: Path) -> Iterator[str]:
    """case.yaml, decisions.yaml and all that lies in the rooms of a case, without links and hidden files."""
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if path.is_symlink() or not path.is_file() or any(part.startswith((".", "~$")) for part in inner.parts):
            continue
        if inner.as_posix() in ("case.yaml", "decisions.yaml") or inner.parts[0] in (*_ROOMS, "formats", "filed"):
            yield inner.as_posix()


def _room(name: str) -> str:
    """The room that a file lies in, also within a snapshot of filed/."""
    parts = name.split("/")
    if parts[0] == "filed" and len(parts) > 2:
        parts = parts[2:]
    return parts[0] if len(parts) > 1 else ""


def _text(folder: Path, name: str, problems: list[Finding]) -> str:
    try:
        return read_text(folder / name, DECISIONS_BYTES if name == DECISIONS_FILE else YAML_BYTES)
    except Unreadable as problem:
        says = f"{name} can't be read: {problem.why}."
        problems.append(Finding("bundle-unreadable", "error", says, problem.todo, source=Source(name)))
        return ""


def _by(document: Any, words: CaseWords) -> None:
    """Who ruled, and the wallets that rulings name."""
    for ruling in document if isinstance(document, list) else ():
        if isinstance(ruling, dict):
            words.person(str(ruling.get("by") or ""))
            named = ruling.get("wallets")
            for wallet in named if isinstance(named, list) else ():
                words.wallet(str(wallet))


def _of_place(name: str, words: CaseWords) -> None:
    """The wallet that a file's place names."""
    if _room(name) in ("ledger", "brokers"):
        *folders, file = name.split("/")[3 if name.startswith("filed/") else 1 :]
        if "--" in file:
            words.wallet(file.partition("--")[0])
        elif folders:
            words.wallet(folders[0])


def _of_tables(found: CaseFiles, name: str) -> None:
    """The symbols and wallets of the tables of a file."""
    try:
        for sheet in sheets_of(found.folder / name, name):
            delimiter, line = head_of(sheet, found.formats, found.asked(name))
            columns: list[str] = []
            symbols: list[bool] = []
            own = False
            for header, cells in rows_of(sheet, delimiter, line):
                if header:
                    columns = [text.strip().casefold().replace(" ", "_") for _, text in cells]
                    symbols = [is_asset(text) for _, text in cells]
                    own = "to_wallet" in columns or "basis_reported" in columns  # Niner's own tables
                    continue
                for place, (_, text) in enumerate(cells):
                    if place < len(symbols) and symbols[place]:
                        found.words.asset(text)
                    elif own and place < len(columns) and columns[place] in ("wallet", "to_wallet", "broker") and text:
                        found.words.wallet(text)
    except Unreadable:
        return


def scrambled_files(found: CaseFiles, scrambler: Scrambler) -> dict[str, bytes]:
    """Every file of the case by its name in the bundle, scrambled; what can't be is among `left_out`."""
    made: dict[str, bytes] = {}
    named: dict[str, str] = {}
    for name in found.names:
        if _room(name) in (*_ROOMS, "formats"):
            for own, new, data in _of_room(found, name, scrambler):
                named[own] = new
                if data is not None:
                    made[new] = data

    def paths(text: str) -> str:
        file, colon, row = text.rpartition(":")
        base, tail = (file, colon + row) if colon and row.isdigit() else (text, "")
        return named.get(base, _place(base, scrambler)) + tail

    for name, document in found.documents.items():
        data = yaml_text(document, scrambler, paths)
        first = found.first_lines[name]
        made[name] = f"{first}\n".encode() + data if first.startswith(LOCKED_BY_NINER) else data
    for name in found.names:
        if name.startswith("filed/") and name not in made and not _room(name) and not _is_kept(name):
            found.left_out[_place(name, scrambler)] = "it is not needed to work the case out"
    return made


def _is_kept(name: str) -> bool:
    """Whether a file of filed/ is one of Niner's own, which is made anew for the bundle."""
    place, _, file = name.rpartition("/")
    return bool(ENTRY.fullmatch(place)) and file in ("return.json", LOCK)


def _place(name: str, scrambler: Scrambler) -> str:
    """A file's name in the bundle: its rooms, then what is not private of it, and its ending."""
    skip = 2 if name.startswith("filed/") else 0
    parts = name.split("/")
    fixed, rest = parts[: skip + 1], parts[skip + 1 :]
    stays = _room(name) in ("prices", "formats")

    def told(part: str) -> str:
        return scrambler.words(part) if stays else scrambler.name(part, of_file=True)

    stems = [told(part) for part in rest[:-1]]
    if rest:
        stem, dot, ending = rest[-1].rpartition(".")
        stems.append(told(stem) + dot + ending if dot else told(ending))
    return "/".join([*fixed, *stems])


def _of_room(found: CaseFiles, name: str, scrambler: Scrambler) -> Iterator[tuple[str, str, bytes | None]]:
    """The tables of one file: each by its own name, its name in the bundle and its bytes."""
    path, new, room = found.folder / name, _place(name, scrambler), _room(name)
    if room == "formats":
        yield name, new, read_bytes(path, YAML_BYTES)
    elif name.lower().endswith(TABLES):
        try:
            sheets = sheets_of(path, name)
            for sheet in sheets:
                place = _place(file_name(name, len(sheets) == 1, sheet.name), scrambler)
                if room == "prices":
                    # A price file without a header is known by its own name, also within a zip.
                    inner = sheet.name.removeprefix(f"{name}/").rpartition("/")[2]
                    if sheet.name.startswith(f"{name}/"):
                        place = _place(f"{name.rpartition('/')[0]}/{inner}", scrambler)
                    yield sheet.name, place, scrambled_prices(sheet, scrambler)
                else:
                    yield sheet.name, place, scrambled(sheet, found.formats, found.asked(name), scrambler)
        except Unreadable:
            yield name, new, _broken(read_bytes(path, TABLE_BYTES), scrambler)
    elif room == "brokers" and name.lower().endswith(".json"):
        try:
            document = json.loads(read_bytes(path, JSON_BYTES), parse_float=Decimal, parse_int=Decimal)
        except (ValueError, RecursionError):
            yield name, new, b"{\n"
            return
        yield name, new, json_text(document, scrambler, lambda text: _place(text, scrambler))
    elif room == "ledger":
        yield name, new, _stub(read_bytes(path, TABLE_BYTES))
    else:
        found.left_out[new] = "a file of this kind can't be scrambled"


def _broken(data: bytes, scrambler: Scrambler) -> bytes:
    """A table that can't be read to its end: its lines, or something of the same kind."""
    stub = _stub(data)
    if stub or not data.strip() or data.startswith(b"PK"):
        return stub
    try:
        return scrambled_lines(data, scrambler)
    except Unreadable:
        return stub


def _stub(data: bytes) -> bytes:
    """Something of the same kind as a file that can't be read, with nothing of what it holds."""
    mark = next((mark for mark in _STUBS if data.startswith(mark)), b"")
    if mark:
        return mark + b"\n"
    start = data.lstrip()[:1]
    return b"{}\n" if start in (b"{", b"[") else b"<!doctype html>\n" if start == b"<" else b""


def lock_text(found: CaseFiles, name: str, made: Mapping[str, bytes]) -> bytes:
    """The lock of an entry over the files as they are in the bundle."""
    place = name.rpartition("/")[0]
    old = json.loads(read_bytes(found.folder / name, JSON_BYTES))
    entry = made[f"{place}.yaml"]
    hashes = {f"../{place.rpartition('/')[2]}.yaml": sha256(entry).hexdigest()}
    inside = (inner for inner in made if inner.startswith(f"{place}/"))
    hashes |= {inner.removeprefix(f"{place}/"): sha256(made[inner]).hexdigest() for inner in sorted(inside)}
    document = {"locked": hashes, "rules_sha256": str(old.get("rules_sha256", ""))}
    if "entry" in old:
        document["entry"] = entry.decode()
    return (json.dumps(document, indent=1) + "\n").encode()
