"""A finished set of files to a folder, all or none: readable by the owner only, moved in place when complete.

The files grow in a hidden folder beside it, `.<name>-xxxxxxxx`. What is not Niner's own in the old folder is linked
into the new one, and then the two folders swap names, so that at every moment the old or the new set stands there,
whole, and with it what a person keeps there. Where the system can't swap, the old folder is moved aside first, to
`.<name>-xxxxxxxx-old`; `leftovers.py` mends what a run leaves that is killed in between.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from niner.files.exchange import exchange
from niner.files.file_write import (
    NO_LINKS,
    Contents,
    Pieces,
    make_private,
    sync_folder,
    temporary_beside,
    write_new,
    write_whole,
)
from niner.files.reading import YAML_BYTES, read_bytes
from niner.process.beside import Beside, OneByOne

# The sha256 and name of each file Niner wrote, so that the next run replaces those and nothing else. While a set is not
# complete its list has another name.
WRITTEN = ".written-by-niner"
UNFINISHED = ".being-written-by-niner"
# What Niner puts into a folder whose files are no longer those of the case: see not_current.py.
NOT_CURRENT = "NOT-CURRENT.txt"
NOT_CURRENT_BEGINS = "These files are not what the case folder gives now."


def occupied(target: Path, inputs: Path) -> str:
    """Why `target` can't be the output folder, or "". `inputs` is the case folder, which is never written to."""
    place, case = target.resolve(), inputs.resolve()
    if target.is_symlink():
        return "it is a link"
    if target.parent.is_symlink() and target.parent == inputs / "out":
        return f"{target.parent} is a link, which could lead where others can read"
    if target.exists() and not target.is_dir():
        return "it is a file"
    if place == case or place in case.parents:
        return "the case folder lies in it"
    if any(place == case / name or case / name in place.parents for name in ("ledger", "brokers", "filed")):
        return "it lies among the case's own files"
    if target.is_dir() and any(target.iterdir()) and not (target / WRITTEN).is_file():
        return "it has files in it that Niner did not write"
    return ""


def not_ours(target: Path, files: Iterable[str]) -> list[str]:
    """Those of `files` that stand in `target` and are not as Niner wrote them: written or changed by somebody else."""
    known = _written(target)
    return [name for name in files if (target / name).exists() and known.get(name) != _digest(target / name)]


def new_folder(target: Path, files: Mapping[Path, bytes], private: bool = True) -> None:
    """A folder that is not there yet, with `files` (path in it to bytes), in one step; `private`: for its owner only.

    Raises OSError where it can't be written; then nothing of it is there.
    """
    folder_mode, file_mode = (0o700, 0o600) if private else (0o777, 0o666)  # cut by the umask
    make_private(target.parent) if private else target.parent.mkdir(parents=True, exist_ok=True)
    fresh = temporary_beside(target)
    try:
        fresh.mkdir(folder_mode)
        for name, data in files.items():
            for above in reversed((fresh / name).relative_to(fresh).parents):
                (fresh / above).mkdir(folder_mode, exist_ok=True)
            write_new(fresh / name, data, file_mode)
        fresh.rename(target)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    with suppress(OSError):
        sync_folder(target.parent)


def is_whole(folder: Path) -> bool:
    """Whether a folder holds a complete set that Niner wrote."""
    return bool(_written(folder))


def _written(target: Path) -> dict[str, str]:
    try:
        lines = read_bytes(target / WRITTEN, YAML_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return {}
    return {name: digest for digest, _, name in (line.partition(" ") for line in lines)}


def _digest(path: Path) -> str:
    """The sha256 of a file, "" of what is none.

    A run looks at each file of the old folder up to three times, the last time when it is about to be removed. A file
    that was read already is not read again while the system says that nothing about it changed since.
    """
    if not path.is_file():
        return ""
    with path.open("rb") as stream:  # return.json may be of hundreds of megabytes
        looked_at, before = time.time_ns(), _state(stream)
        if before in _READ:
            return _READ[before]
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if _TELLS and _state(stream) == before and before[-1] < looked_at - _SETTLED:
            _READ[before] = digest
    return digest


_READ: dict[tuple[int, ...], str] = {}
"""The sha256 of files by what the system says of them, until a run has put its own in place."""
_TELLS = os.name == "posix"  # elsewhere the last of these is when a file was made
_SETTLED = 10 * 10**9  # nanoseconds: a change sooner after another may have the same time, on some disks for seconds


def _state(stream: BinaryIO) -> tuple[int, ...]:
    """Which file it is and when it was last changed in any way, which no program can set back as it can the time of
    writing. Of a file that is open, since then a server in the network is asked too."""
    found = os.fstat(stream.fileno())
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def write_folder(target: Path, files: Mapping[str, Contents]) -> None:
    """Put `files` (name to bytes) in the folder `target`, replacing what Niner wrote there before.

    On any OSError (full disk, no permission) nothing in `target` has changed. What others put into `target`, or changed
    there, stays in it.
    """
    fresh = staged(target, files)
    try:
        put_in_place([(fresh, target)])
    except BaseException:
        discard(fresh, target)
        raise


def staged(target: Path, files: Mapping[str, Contents]) -> Path:
    """`files` complete and on the disk in a hidden folder beside `target`, which is what put_in_place takes."""
    make_private(target.parent)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        write_new(fresh / UNFINISHED, b"")
        digests = _written_to(fresh, files)
        marks = "".join(f"{digest} {name}\n" for name, digest in sorted(digests.items()))
        write_whole(fresh / UNFINISHED, marks.encode())
        (fresh / UNFINISHED).rename(fresh / WRITTEN)
        for entry in _foreign(target):
            _share(entry, fresh / entry.name)
        sync_folder(fresh)
    except BaseException:
        with suppress(OSError):
            remove(fresh)
        raise
    return fresh


def _written_to(fresh: Path, files: Mapping[str, Contents]) -> dict[str, str]:
    """The sha256 of each file, now in the folder; of those that may be written by a copy of this process, which begins
    with them, this one writes what is left when it has written the others."""
    apart = {name: data for name, data in files.items() if isinstance(data, Pieces) and data.apart}
    here = {name: data for name, data in files.items() if name not in apart}
    names = list(apart)
    mine: dict[str, str] = {}

    def write_apart() -> dict[str, str]:
        return {names[at]: write_new(fresh / names[at], apart[names[at]]) for at in left}

    def write_again() -> dict[str, str]:  # where there is no copy, or it was killed
        missing = [name for name in names if name not in mine]
        for name in missing:
            (fresh / name).unlink(missing_ok=True)
        return {name: write_new(fresh / name, apart[name]) for name in missing}

    with OneByOne(len(names)) as left, Beside(write_apart, bool(apart and here), write_again) as copy:
        mine = {name: write_new(fresh / name, data) for name, data in here.items()}
        mine |= write_apart()
        return mine | copy.result()


def put_in_place(complete: Sequence[tuple[Path, Path]]) -> None:
    """Make each staged folder its target: (staged, target). On OSError every target is as it was.

    Where several are put in place and the machine stops between them, the first are new and the others old.
    """
    done: list[tuple[Path, Path]] = []
    try:
        for fresh, target in complete:
            done.append((_swapped(fresh, target), target))
    except BaseException:
        for aside, target in reversed(done):
            with suppress(OSError):
                _swap_back(aside, target)
        raise
    # From here on the new files stand; what can't be tidied now is tidied by the next run.
    for aside, target in done:
        with suppress(OSError):
            sync_folder(target.parent)
        with suppress(OSError):
            clear(aside, target)
    _READ.clear()


def _swapped(fresh: Path, target: Path) -> Path:
    """Where the old folder is, now that `fresh` is `target`; nothing is there if there was none."""
    if not target.exists():
        fresh.rename(target)
        return fresh
    if exchange(fresh, target):
        return fresh
    aside = fresh.with_name(f"{fresh.name}-old")
    target.rename(aside)
    try:
        fresh.rename(target)
    except BaseException:
        if not target.exists():
            aside.rename(target)
        raise
    return aside


def _swap_back(aside: Path, target: Path) -> None:
    if not aside.exists():
        target.rename(aside)  # there was none: discard removes it
    elif not exchange(aside, target):
        fresh = aside.with_name(aside.name.removesuffix("-old"))
        target.rename(fresh)
        aside.rename(target)


def discard(fresh: Path, target: Path) -> None:
    """Remove a staged folder; what it shares with `target` stays. What can't be removed is left to the next run."""
    with suppress(OSError):
        if fresh.exists():
            clear(fresh, target)


def clear(aside: Path, target: Path) -> list[str]:
    """Remove a folder that `target` has replaced, after moving to `target` what is not Niner's: the names moved."""
    moved = [name for entry in _foreign(aside) for name in _bring(entry, target / entry.name)]
    if moved:
        sync_folder(target)
    if aside.exists():
        remove(aside)
    return moved


def remove(folder: Path) -> None:
    """Remove a folder that Niner made; its list goes last, so that a removal that is broken off can be gone on with."""
    marks = {WRITTEN, UNFINISHED}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name in marks):
        if _is_folder(entry):
            shutil.rmtree(entry)
        else:
            entry.unlink()
    folder.rmdir()


def foreign_names(folder: Path) -> list[str]:
    """What stands in an output folder that Niner did not write, or that was changed since."""
    return [entry.name for entry in _foreign(folder)]


def _foreign(folder: Path) -> list[Path]:
    known = _written(folder)
    if not known:
        return []
    return [entry for entry in sorted(folder.iterdir()) if not _is_niners(entry, known)]


def _is_niners(entry: Path, known: Mapping[str, str]) -> bool:
    if entry.name == WRITTEN:
        return True
    if entry.is_symlink() or not entry.is_file():
        return False
    if entry.name == NOT_CURRENT:
        return entry.read_bytes().startswith(NOT_CURRENT_BEGINS.encode())
    return known.get(entry.name) == _digest(entry)


def _share(entry: Path, place: Path) -> None:
    """The same files under a second name. What can't be linked is moved once the folders have swapped."""
    if os.path.lexists(place):
        return
    if entry.is_dir() and not entry.is_symlink():
        place.mkdir(mode=0o700)
        for inner in sorted(entry.iterdir()):
            _share(inner, place / inner.name)
        shutil.copystat(entry, place)
        return
    try:
        os.link(entry, place, follow_symlinks=False)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise


def _bring(entry: Path, place: Path) -> list[str]:
    """Move to `place` what is not there yet, never over anything: the names under which it now stands."""
    if not os.path.lexists(place):
        entry.rename(place)
        return [place.name]
    if _is_folder(entry) and _is_folder(place):
        return [name for inner in sorted(entry.iterdir()) for name in _bring(inner, place / inner.name)]
    if _the_same(entry, place):
        return []
    number = 2
    while os.path.lexists(free := place.with_name(f"{place.stem} ({number}){place.suffix}")):
        number += 1
    entry.rename(free)
    return [free.name]


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _the_same(one: Path, other: Path) -> bool:
    if os.path.samestat(one.lstat(), other.lstat()):
        return True
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()
