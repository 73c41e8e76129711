"""Locking what was filed: its lines, with the ledger, decisions, case and rules of that day beside them, by hash.

One rename locks: that of the folder `filed/.<stem>-xxxxxxxx`, complete with its lock, to `filed/<stem>`. The entry
`filed/<stem>.yaml` follows; its text is in the lock too, so that a run killed between the two is finished by running it
again. Where a person keeps files in `filed/<stem>` already, ours come in one by one and the lock comes last.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from niner.case.locked import LOCK, digest, half_locked, locked, read_lock
from niner.files.file_write import NO_LINKS, make_private, sync_folder, temporary_beside, write_new, write_whole
from niner.files.reading import TABLE_BYTES, YAML_BYTES, read_bytes
from niner.values import Finding, Refused, Source


def snapshot_files(folder: Path) -> dict[str, bytes]:
    """The case's own files as they stand now, by the name they have in a snapshot: case, ledger, prices, brokers,
    formats, decisions."""
    found = [folder / "case.yaml", folder / "decisions.yaml"]
    for room in ("ledger", "prices", "brokers", "formats"):
        found += sorted(path for path in (folder / room).rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix(): read_bytes(path, TABLE_BYTES) for path in found if path.is_file()}


def lock(folder: Path, stem: str, files: Mapping[str, bytes], filed: bytes | None, rules_sha256: str) -> list[Path]:
    """Write filed/<stem>.yaml (unless it is there: `filed` None) and its snapshot, and the hashes of all of it.

    Raises Refused where the entry is locked already; nothing that is there is ever written over. A lock that was broken
    off is finished.
    """
    place, entry = folder / "filed" / stem, folder / "filed" / f"{stem}.yaml"
    if half_locked(folder, stem):
        return _finished(folder, stem, filed)
    if locked(folder, stem):
        raise Refused([_locked_already(stem)])
    if filed is not None and stands(entry):
        says = f"filed/{stem}.yaml is there already; it is not written over."
        raise Refused([Finding("filed-exists", "error", says, source=Source(f"filed/{stem}.yaml"))])
    text = filed if filed is not None else read_bytes(entry, YAML_BYTES)
    hashes = {f"../{stem}.yaml": digest(text)} | {name: digest(data) for name, data in files.items()}
    written = {**files, LOCK: _lock_text(hashes, rules_sha256, filed)}
    paths = [*([entry] if filed is not None else []), *(place / name for name in written)]
    # There from the first to the last call: a run that finds it beside a whole lock knows that nothing is left to do.
    part = temporary_beside(place)
    try:
        make_private(place.parent)
        write_new(part, filed or b"")
        alone = not _has_files(place)
        (_put_whole if alone else _put_beside_others)(place, written)
        if filed is not None:
            _put_entry(part, place, entry, alone)
    except OSError as error:
        says = f"{place} can't be written: {error.strerror or error}."
        todo = "Nothing of yours was changed. Free some space, or see who may write there, then run it again."
        raise Refused([Finding("filed-unwritable", "error", says, todo, source=Source(f"filed/{stem}"))]) from None
    finally:
        with suppress(OSError):
            sync_folder(place.parent)
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return paths


def _lock_text(hashes: Mapping[str, str], rules_sha256: str, entry: bytes | None) -> bytes:
    document: dict[str, object] = {"locked": dict(sorted(hashes.items())), "rules_sha256": rules_sha256}
    if entry is not None:
        document["entry"] = entry.decode()
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _put_whole(place: Path, files: Mapping[str, bytes]) -> None:
    """A new folder with `files`, in one rename."""
    fresh = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        for name, data in files.items():
            make_private((fresh / name).parent)
            write_new(fresh / name, data)
        for folder in (fresh, *(path for path in fresh.rglob("*") if path.is_dir())):
            sync_folder(folder)
        if place.is_dir():
            place.rmdir()  # it is empty
        fresh.rename(place)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    with suppress(OSError):
        sync_folder(place.parent)


def _put_beside_others(place: Path, files: Mapping[str, bytes]) -> None:
    """`files` among those that a person, or a run that was broken off, has put there; the lock is the last of them."""
    for path in sorted(place.rglob("*")):
        name = path.relative_to(place).as_posix()
        if not path.is_file() or name == LOCK:
            continue
        of_ours = name in files or name.startswith(("ledger/", "prices/", "brokers/", "formats/"))
        if of_ours and not files.get(name, b"").startswith(path.read_bytes()):
            aside = place / "before" / name
            make_private(aside.parent)
            path.rename(aside if not aside.exists() else temporary_beside(aside))
    for name, data in files.items():
        if not (place / name).is_file() or (place / name).read_bytes() != data:
            write_whole(place / name, data, temporary=temporary_beside(place))


def _put_entry(part: Path, place: Path, entry: Path, alone: bool) -> None:
    """The entry after its lock. Where that fails the lock is taken back, so that nothing is locked by halves."""
    try:
        _name(part, entry)
    except OSError:
        (place / LOCK).unlink()
        if alone:
            shutil.rmtree(place, ignore_errors=True)
        raise


def _name(part: Path, entry: Path) -> None:
    """Give the file `part` the name `entry` as well; where there are no links, instead."""
    entry.unlink(missing_ok=True)  # what a broken-off run of an older version left there: see stands
    try:
        os.link(part, entry)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        part.replace(entry)


def _finished(folder: Path, stem: str, filed: bytes | None) -> list[Path]:
    """The entry put beside its lock: as it was locked; where an older lock does not say how, as `filed` has it now."""
    place, entry = folder / "filed" / stem, folder / "filed" / f"{stem}.yaml"
    name, part = f"../{stem}.yaml", temporary_beside(place)
    try:
        known = read_lock(folder, stem)
        text = filed if known.entry is None else known.entry.encode()
        rest = {one: one_digest for one, one_digest in known.hashes.items() if one != name}
        changed = [one for one, was in rest.items() if digest((place / one).read_bytes()) != was]
        if text is None or changed:
            raise ValueError("not as it was locked")
        if digest(text) != known.hashes[name]:
            document = _lock_text({**known.hashes, name: digest(text)}, known.rules_sha256, text)
            write_whole(place / LOCK, document, temporary=temporary_beside(place))
        write_new(part, text)
        _name(part, entry)
    except ValueError:
        says = f"filed/{stem} is locked, but filed/{stem}.yaml is missing, and what is left can't tell what it said."
        todo = f"Bring filed/{stem}.yaml and filed/{stem} back from a copy."
        raise Refused([Finding("filed-lock", "error", says, todo, source=Source(f"filed/{stem}.yaml"))]) from None
    except OSError as error:
        says = f"{entry} can't be written: {error.strerror or error}."
        raise Refused([Finding("filed-unwritable", "error", says, source=Source(f"filed/{stem}.yaml"))]) from None
    finally:
        with suppress(OSError):
            sync_folder(place.parent)
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return [entry, *(place / one for one in [*rest, LOCK])]


def stands(path: Path) -> bool:
    """Whether a file is there with something in it; an empty one is what a broken-off run of an older version left."""
    return path.exists() and not (path.is_file() and path.stat().st_size == 0)


def _has_files(place: Path) -> bool:
    return place.is_dir() and any(place.iterdir())


def _locked_already(stem: str) -> Finding:
    says = f"filed/{stem}.yaml is locked already and is never written again."
    todo = (
        f"Record what changed since as an entry of its own: niner file FOLDER --year {stem[:4]} --adjusted DATE, "
        "or, once the amended return is filed, --amended DATE."
    )
    return Finding("filed-locked", "error", says, todo, source=Source(f"filed/{stem}.yaml"))


def put_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, for its owner only. Raises Refused where it is there or can't be written."""
    if stands(path):
        says = f"{path.name} is there already; it is not written over."
        raise Refused([Finding("filed-exists", "error", says, source=Source(f"filed/{path.name}"))])
    try:
        write_whole(path, data, temporary=temporary_beside(path.with_suffix("")))
    except OSError as error:
        raise Refused([Finding("filed-unwritable", "error", f"{path} can't be written: {error.strerror}.")]) from None
