"""A finished set of files to a folder, all or none: readable by the owner only, moved in place when complete."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

# The sha256 and name of each file Niner wrote, so that the next run replaces those and nothing else.
_WRITTEN = ".written-by-niner"


def occupied(target: Path, inputs: Path) -> str:
    """Why `target` can't be the output folder, or "". `inputs` is the case folder, which is never written to."""
    place, case = target.resolve(), inputs.resolve()
    if target.is_symlink():
        return "it is a link"
    if target.exists() and not target.is_dir():
        return "it is a file"
    if place == case or place in case.parents:
        return "the case folder lies in it"
    if any(place == case / name or case / name in place.parents for name in ("ledger", "brokers", "filed")):
        return "it lies among the case's own files"
    if target.is_dir() and any(target.iterdir()) and not (target / _WRITTEN).is_file():
        return "it has files in it that Niner did not write"
    return ""


def not_ours(target: Path, files: Iterable[str]) -> list[str]:
    """Those of `files` that stand in `target` and are not as Niner wrote them: written or changed by somebody else."""
    known = _written(target)
    return [name for name in files if (target / name).exists() and known.get(name) != _digest(target / name)]


def _written(target: Path) -> dict[str, str]:
    try:
        lines = (target / _WRITTEN).read_text().splitlines()
    except OSError:
        return {}
    return {name: digest for digest, _, name in (line.partition(" ") for line in lines)}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def write_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Put `files` (name to bytes) in the folder `target`, replacing what Niner wrote there before.

    They are written beside it first; on any OSError (full disk, no permission) nothing in `target` has changed.
    What others put into `target` stays in it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    aside = fresh.with_name(fresh.name + "-old")
    try:
        marks = "".join(f"{hashlib.sha256(data).hexdigest()} {name}\n" for name, data in sorted(files.items()))
        for name, data in {**files, _WRITTEN: marks.encode()}.items():
            descriptor = os.open(fresh / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
        if target.exists():
            target.rename(aside)
        try:
            fresh.rename(target)
        except OSError:
            if aside.exists():
                aside.rename(target)
            raise
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    _keep_foreign(aside, target)
    shutil.rmtree(aside, ignore_errors=True)


def _keep_foreign(aside: Path, target: Path) -> None:
    """Move what Niner did not write, files and folders alike, from the old folder into the new one."""
    if not aside.is_dir():
        return
    own = {*_written(aside), _WRITTEN}
    for entry in sorted(aside.iterdir()):
        if entry.name not in own and not (target / entry.name).exists():
            entry.rename(target / entry.name)
