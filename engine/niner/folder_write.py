"""A finished set of files to a folder, all or none: readable by the owner only, moved in place when complete."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Put `files` (name to bytes) in the folder `target`, replacing what Niner wrote there before.

    They are written beside it first; on any OSError (full disk, no permission) nothing in `target` has changed.
    Files in `target` that Niner did not write are kept.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    aside = fresh.with_name(fresh.name + "-old")
    try:
        for name, data in files.items():
            path = fresh / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
        (fresh / _WRITTEN).write_text("".join(f"{name}\n" for name in sorted(files)))
        (fresh / _WRITTEN).chmod(0o600)
        if target.exists():
            _keep_foreign(target, fresh)
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
    shutil.rmtree(aside, ignore_errors=True)


# The names Niner wrote, so that the next run replaces those and nothing else.
_WRITTEN = ".written-by-niner"


def _keep_foreign(target: Path, fresh: Path) -> None:
    try:
        own = set((target / _WRITTEN).read_text().splitlines()) | {_WRITTEN}
    except OSError:
        own = set()
    for path in sorted(p for p in target.rglob("*") if p.is_file()):
        name = path.relative_to(target).as_posix()
        if name not in own and not (fresh / name).exists():
            (fresh / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copy2(path, fresh / name)
