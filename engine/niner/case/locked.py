"""A locked entry of filed/ to whether it is whole, and still what it was."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from niner.dataclass import dataclass
from niner.files.reading import JSON_BYTES, TABLE_BYTES, YAML_BYTES, read_bytes
from niner.values import Finding, Refused, Source

LOCKED_BY_NINER = "# Locked by Niner"
LOCK = "locked.json"
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Lock:
    """What locked.json says: the sha256 of the entry and of each file kept with it, by name."""

    hashes: Mapping[str, str]
    rules_sha256: str
    entry: str | None
    """The text of an entry that Niner wrote, so that a lock that was broken off can be finished."""


def locked(folder: Path, stem: str) -> bool:
    """Whether an entry of filed/ is locked. The lock is in place before the entry: see half_locked."""
    path = folder / "filed" / stem / LOCK
    return path.is_file() and path.stat().st_size > 0


def half_locked(folder: Path, stem: str) -> bool:
    """Whether the lock is there and the entry that it locks is not: missing, or the beginning of it."""
    if not locked(folder, stem):
        return False
    try:
        begun = read_bytes(folder / "filed" / f"{stem}.yaml", YAML_BYTES)
        if not begun.strip():
            return True
        entry = read_lock(folder, stem).entry
    except FileNotFoundError:
        return True
    except (OSError, ValueError, RecursionError):
        return False
    return entry is not None and len(begun) < len(entry.encode()) and entry.encode().startswith(begun)


def half_locked_entries(folder: Path, year: int | None = None) -> list[str]:
    """The entries, of a year or of all, whose locking was broken off."""
    name = re.compile(rf"{year or r'[0-9]{4}'}(-adjusted-\d{{4}}-\d\d-\d\d)?", re.ASCII)
    try:
        stems = sorted(path.name for path in (folder / "filed").iterdir() if name.fullmatch(path.name))
    except OSError:
        return []
    return [stem for stem in stems if half_locked(folder, stem)]


def half_locked_finding(folder: Path, stem: str) -> Finding:
    """What is said of an entry whose locking was broken off, with the command that finishes it."""
    year, _, day = stem.partition("-adjusted-")
    says = f"filed/{stem} is locked, but filed/{stem}.yaml is missing: its locking was broken off, or it was removed."
    todo = f"This brings it back as it was locked: niner file {folder} --year {year}"
    try:
        known = read_lock(folder, stem)
        ours = known.entry is not None or "return.json" in known.hashes
    except (OSError, ValueError, RecursionError):
        ours = False
    if not ours:
        todo = f"It was entered by hand: bring filed/{stem}.yaml back from a copy."
    elif day:
        todo += f" --amended {day}"
    return Finding("filed-half-locked", "error", says, todo, source=Source(f"filed/{stem}.yaml"))


def read_lock(folder: Path, stem: str) -> Lock:
    """The lock of an entry. Raises ValueError where it is none that Niner writes, OSError where it can't be read."""
    document = json.loads(read_bytes(folder / "filed" / stem / LOCK, JSON_BYTES))
    hashes = document.get("locked") if isinstance(document, dict) else None
    entry = document.get("entry") if isinstance(document, dict) else None
    if not isinstance(hashes, dict) or not all(isinstance(d, str) and _SHA256.fullmatch(d) for d in hashes.values()):
        raise ValueError("no hashes")
    if f"../{stem}.yaml" not in hashes or any(not _inside(name) for name in hashes if name != f"../{stem}.yaml"):
        raise ValueError("not the files of this entry")
    if entry is not None and (not isinstance(entry, str) or digest(entry.encode()) != hashes[f"../{stem}.yaml"]):
        raise ValueError("another entry")
    return Lock(hashes, str(document.get("rules_sha256", "")), entry)


def _inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\0" not in name


def changed_since_locked(folder: Path, stem: str) -> list[Finding]:
    """Every locked file that is no longer what it was, as errors; nothing where the entry is not locked."""
    place = folder / "filed" / stem
    if not locked(folder, stem):
        return _lock_gone(folder, stem)
    if half_locked(folder, stem):
        return [half_locked_finding(folder, stem)]
    try:
        lock = read_lock(folder, stem)
    except (OSError, ValueError, RecursionError):
        says = f"filed/{stem}/{LOCK} can't be read as a lock, so what was locked can't be checked."
        return [Finding("filed-lock", "error", says, "Bring it back from a copy.", source=Source(f"filed/{stem}"))]
    found = []
    for name, known in lock.hashes.items():
        path = place / name
        if path.is_file() and digest(read_bytes(path, TABLE_BYTES)) == known:
            continue
        found.append(_changed(stem, name, "changed" if path.is_file() else "gone"))
    return found + [_changed(stem, name, "come in") for name in _not_locked(place) if name not in lock.hashes]


def _changed(stem: str, name: str, how: str) -> Finding:
    shown = f"filed/{stem}.yaml" if name.startswith("../") else f"filed/{stem}/{name}"
    says = f"{shown} was locked as filed, and has {how} since."
    todo = "Bring it back from a copy."
    if how == "come in":
        says = f"{shown} is not among what was locked: it came in since, or was taken out of the lock."
        todo = "If it is yours, move it elsewhere; otherwise bring filed/" + stem + " back from a copy."
    todo += f" What changed after filing is an entry of its own: niner file FOLDER --year {stem[:4]} --adjusted DATE"
    return Finding("filed-changed", "error", says, todo, source=Source(shown))


def _not_locked(place: Path) -> list[str]:
    """The files of a snapshot that count for a comparison, which a lock must name."""
    names = [name for name in ("return.json", "case.yaml", "decisions.yaml") if (place / name).is_file()]
    for room in ("ledger", "brokers"):
        names += sorted(
            path.relative_to(place).as_posix()
            for path in (place / room).rglob("*")
            if path.is_file() and path.suffix.lower() == ".csv"
        )
    return names


def _lock_gone(folder: Path, stem: str) -> list[Finding]:
    """An error where an entry or what is kept with it says that it was locked, and its lock is no longer there."""
    entry = folder / "filed" / f"{stem}.yaml"
    try:
        first = read_bytes(entry, YAML_BYTES).decode("utf-8", "replace").split("\n", 1)[0]
    except OSError:
        return []
    kept = (folder / "filed" / stem / "return.json").is_file() and bool(first)
    if not kept and not first.startswith(LOCKED_BY_NINER):
        return []
    says = f"filed/{stem}.yaml was locked, but filed/{stem}/{LOCK} is gone: whether it changed since can't be told."
    todo = f"Bring filed/{stem} back from a copy."
    if not kept:
        todo += (
            f" If there is none and filed/{stem}.yaml has what was filed, take out its first line and lock it as one "
            f"entered by hand: niner file {folder} --year {stem[:4]}"
        )
    return [Finding("filed-lock", "error", says, todo, source=Source(f"filed/{stem}.yaml"))]


def refuse_half_locked(folder: Path, year: int | None = None) -> None:
    """Raises Refused where the locking of an entry, of `year` or of any, was broken off."""
    stems = half_locked_entries(folder, year)
    if stems:
        raise Refused([half_locked_finding(folder, stem) for stem in stems])


def digest(data: bytes) -> str:
    """The sha256 of a file's bytes, as a lock names it."""
    return hashlib.sha256(data).hexdigest()
