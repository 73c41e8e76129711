"""Locking what was filed: its lines, with the ledger, decisions, case and rules of that day beside them, by hash."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from niner.values import Finding, Refused, Source

LOCKED_BY_NINER = "# Locked by Niner"
_LOCK = "locked.json"


def snapshot_files(folder: Path) -> dict[str, bytes]:
    """The case's own files as they stand now, by the name they have in a snapshot: case, ledger, brokers, decisions."""
    found = [folder / "case.yaml", folder / "decisions.yaml"]
    for room in ("ledger", "brokers"):
        found += sorted(path for path in (folder / room).rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found if path.is_file()}


def lock(folder: Path, stem: str, files: Mapping[str, bytes], filed: bytes | None, rules_sha256: str) -> list[Path]:
    """Write filed/<stem>.yaml (unless it is there: `filed` None) and its snapshot, and the hashes of all of it.

    Raises Refused where the entry is locked already; nothing that is there is ever written over.
    """
    place, entry = folder / "filed" / stem, folder / "filed" / f"{stem}.yaml"
    if (place / _LOCK).exists():
        raise Refused([_locked_already(stem)])
    if filed is not None and entry.exists():
        says = f"filed/{stem}.yaml is there already; it is not written over."
        raise Refused([Finding("filed-exists", "error", says, source=Source(f"filed/{stem}.yaml"))])
    text = filed if filed is not None else entry.read_bytes()
    hashes = {f"../{stem}.yaml": _digest(text)} | {name: _digest(data) for name, data in files.items()}
    document = {"locked": dict(sorted(hashes.items())), "rules_sha256": rules_sha256}
    written = dict(files)
    written[_LOCK] = (json.dumps(document, indent=1) + "\n").encode()
    paths = []
    try:
        for name, data in written.items():
            _put(place / name, data)
            paths.append(place / name)
        if filed is not None:
            _put(entry, filed)
            paths.insert(0, entry)
    except OSError as error:
        says = f"{place} can't be written: {error.strerror}."
        todo = "Nothing of yours was changed. Remove what is half written there, and try again."
        raise Refused([Finding("filed-unwritable", "error", says, todo)]) from None
    return paths


def locked(folder: Path, stem: str) -> bool:
    """Whether an entry of filed/ is locked."""
    return (folder / "filed" / stem / _LOCK).is_file()


def changed_since_locked(folder: Path, stem: str) -> list[Finding]:
    """Every locked file that is no longer what it was, as errors; nothing where the entry is not locked."""
    place = folder / "filed" / stem
    try:
        document = json.loads((place / _LOCK).read_text())
        hashes = {str(name): str(digest) for name, digest in document["locked"].items()}
    except FileNotFoundError:
        return _lock_gone(folder, stem)
    except (OSError, ValueError, KeyError, AttributeError):
        says = f"filed/{stem}/{_LOCK} can't be read, so what was locked can't be checked."
        return [Finding("filed-lock", "error", says, "Bring it back from a copy.", source=Source(f"filed/{stem}"))]
    found = []
    for name, digest in hashes.items():
        path = place / name
        shown = f"filed/{stem}.yaml" if name.startswith("../") else f"filed/{stem}/{name}"
        if path.is_file() and _digest(path.read_bytes()) == digest:
            continue
        says = f"{shown} was locked as filed, and has {'changed' if path.is_file() else 'gone'} since."
        todo = (
            "Bring it back from a copy. What changed after filing is an entry of its own: "
            f"niner file FOLDER --year {stem[:4]} --adjusted DATE"
        )
        found.append(Finding("filed-changed", "error", says, todo, source=Source(shown)))
    return found


def _lock_gone(folder: Path, stem: str) -> list[Finding]:
    """An error where an entry says that it was locked, and its lock is no longer there."""
    entry = folder / "filed" / f"{stem}.yaml"
    try:
        first = entry.read_text().split("\n", 1)[0]
    except (OSError, UnicodeDecodeError):
        return []
    if not first.startswith(LOCKED_BY_NINER):
        return []
    says = f"filed/{stem}.yaml was locked, but filed/{stem}/{_LOCK} is gone: whether it changed since can't be told."
    todo = f"Bring filed/{stem} back from a copy."
    return [Finding("filed-lock", "error", says, todo, source=Source(f"filed/{stem}.yaml"))]


def _locked_already(stem: str) -> Finding:
    says = f"filed/{stem}.yaml is locked already and is never written again."
    todo = (
        f"Record what changed since as an entry of its own: niner file FOLDER --year {stem[:4]} --adjusted DATE, "
        "or, once the amended return is filed, --amended DATE."
    )
    return Finding("filed-locked", "error", says, todo, source=Source(f"filed/{stem}.yaml"))


def put_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, for its owner only. Raises Refused where it is there or can't be written."""
    try:
        _put(path, data)
    except FileExistsError:
        says = f"{path.name} is there already; it is not written over."
        raise Refused([Finding("filed-exists", "error", says, source=Source(f"filed/{path.name}"))]) from None
    except OSError as error:
        raise Refused([Finding("filed-unwritable", "error", f"{path} can't be written: {error.strerror}.")]) from None


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
