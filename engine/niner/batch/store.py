"""Cases in an object store (`s3://…`): fetched to this machine's disk, prepared there, put back, the receipt last.

fsspec reads and writes the store; which kind it is, and with which credentials, are its own settings' matter.
A store can't swap folders, so a case's old receipt goes before the first of its files is written and the new one
comes when all are there: outputs without a receipt are not whole, and the next run makes them again.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from importlib import import_module
from pathlib import Path, PurePosixPath
from stat import S_ISDIR
from typing import Any

from niner.files.file_write import make_private
from niner.files.folder_write import WRITTEN
from niner.process.one_at_a_time import is_held, one_at_a_time
from niner.values import Finding, Refused

_MOST_FILES = 10_000  # of one case
_PREFIX = "niner-case-"
_JUST_MADE = 60  # seconds in which a folder may not be held yet
_RECEIPT = ".niner/batch"  # how a receipt's path in a case begins


def in_a_store(source: str) -> bool:
    """Whether a place is the address of a store, not a path."""
    return "://" in source


def cases_in(source: str) -> list[str]:
    """The addresses of the case folders in a store's folder, by name. Raises Refused where it can't be read."""
    try:
        store, root = _opened(source)
        found = sorted(str(name).rstrip("/") for name in store.ls(root, detail=False))
        return [_address(store, name) for name in found if not _leaf(name).startswith(".") and _is_case(store, name)]
    except Refused:
        raise
    except Exception as problem:  # a store's own errors are of no common kind, and may name a client's path
        raise _unreached(problem) from None


def weight_of(case: str) -> int:
    """The bytes of a case's ledger."""
    store, root = _opened(case)
    return sum(_sizes(store, f"{root}/ledger").values())


@contextmanager
def at_hand(case: str) -> Iterator[Path]:
    """A case of a store as a folder of this machine, for its owner only; what changed in it goes back at the end.

    The receipt goes back last. Where the block raises, nothing does. The folder is gone afterwards; that of a worker
    which was killed is removed by the next.
    """
    store, root = _opened(case)
    _remove_left_behind()
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as place, one_at_a_time(Path(place), told=False):
        folder = Path(place) / "case"
        before = _fetched(store, root, folder)
        yield folder
        _put_back(store, root, folder, before)


def _remove_left_behind() -> None:
    """Remove this user's folders of cases that no process holds: their workers were killed."""
    for place in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            status = place.lstat()
            own = not hasattr(os, "getuid") or status.st_uid == os.getuid()
            if own and S_ISDIR(status.st_mode) and time.time() - status.st_mtime > _JUST_MADE and not is_held(place):
                shutil.rmtree(place)


def _fetched(store: Any, root: str, folder: Path) -> dict[str, str]:
    """Every file of the case on the disk: its sha256 by its path in the case."""
    folder.mkdir(mode=0o700)
    sizes = _sizes(store, root)
    if len(sizes) > _MOST_FILES:
        raise OSError(f"a case of more than {_MOST_FILES} files")
    found = {}
    for name in sizes:
        inner = name.removeprefix(root).lstrip("/")
        if ".." in PurePosixPath(inner).parts or "\\" in inner or "\0" in inner:
            raise OSError("a name that leads out of its case")
        path = folder / inner
        make_private(path.parent)
        store.get_file(name, str(path))
        path.chmod(0o600)
        found[inner] = _digest(path)
    return found


def _put_back(store: Any, root: str, folder: Path, before: dict[str, str]) -> None:
    now = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    changed = {name: path for name, path in now.items() if before.get(name) != _digest(path)}
    gone = [name for name in before if name not in now]
    receipts = [name for name in changed if name.startswith(_RECEIPT)]
    others = [name for name in changed if name not in receipts]
    if others or gone:
        for name in before:
            if name.startswith(_RECEIPT) and (name in receipts or name in gone):
                store.rm_file(f"{root}/{name}")
    # What is replaced goes first, and the list of what Niner wrote is put before it: where this breaks off, what stands
    # there is as one list or the other says, and the next run takes it for Niner's own.
    for name in (*others, *gone):
        if name in before and not name.startswith(_RECEIPT) and (name in gone or _leaf(name) != WRITTEN):
            store.rm_file(f"{root}/{name}")
    for name in sorted(others, key=lambda name: _leaf(name) != WRITTEN):
        store.put_file(str(changed[name]), f"{root}/{name}")
    for name in receipts:
        store.put_file(str(changed[name]), f"{root}/{name}")


def _opened(address: str) -> tuple[Any, str]:
    """The store of an address and the path in it. Raises Refused where what reads it is not installed."""
    kind = address.partition("://")[0]
    try:
        core: Any = import_module("fsspec.core")
        store, root = core.url_to_fs(address)
    except ImportError:
        todo = 'Install it: pip install "niner[s3]"; for another store than s3:// what fsspec names for it.'
        raise Refused([Finding("batch-store", "error", f"What reads {kind}:// is not installed.", todo)]) from None
    except ValueError:
        says = f"{kind}:// is no store that is known."
        raise Refused([Finding("batch-store", "error", says, "Use a folder or s3://BUCKET/FOLDER.")]) from None
    if hasattr(store, "auto_mkdir"):  # a disk, where a file's folder has to be there first
        store.auto_mkdir = True
    return store, str(root).rstrip("/")


def _unreached(problem: Exception) -> Refused:
    says = f"The store can't be read ({type(problem).__name__})."
    todo = "Check its address, the credentials of this machine, and that the folder is there."
    return Refused([Finding("batch-store", "error", says, todo)])


def _address(store: Any, name: str) -> str:
    return str(store.unstrip_protocol(name))


def _leaf(name: str) -> str:
    return name.rpartition("/")[2]


def _is_case(store: Any, name: str) -> bool:
    return bool(store.exists(f"{name}/case.yaml"))


def _sizes(store: Any, root: str) -> dict[str, int]:
    """The bytes of every file below a path; nothing where there is none."""
    if not store.exists(root):
        return {}
    store.invalidate_cache()
    told = store.find(root, detail=True)
    return {str(name): int(one["size"] or 0) for name, one in sorted(told.items()) if not str(name).endswith("/")}


def _digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as stream:
        while data := stream.read(1 << 20):
            digest.update(data)
    return digest.hexdigest()
