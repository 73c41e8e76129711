"""Bytes to one file, whole or not at all and on the disk; and folders that only their owner can open."""

import errno
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from niner.dataclass import dataclass

# What a system answers that can't sync a folder: Windows can't open one, some network folders refuse.
_CANT_SYNC = {errno.EINVAL, errno.EBADF, errno.ENOTSUP, errno.EACCES, errno.EPERM, errno.EISDIR}
# What a file system answers that has no links, or won't have this one.
NO_LINKS = {errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK}


@dataclass(frozen=True, slots=True)
class Pieces:
    """A large file's bytes, made piece by piece while they are written and never all at once."""

    make: Callable[[], Iterator[bytes]]
    apart: bool = False
    """It takes long and changes nothing that another file is made of: a copy of the process may write it."""

    def __bytes__(self) -> bytes:
        return b"".join(self.make())


Contents = bytes | Pieces
"""What a file is to hold."""


def write_new(path: Path, data: Contents, mode: int = 0o600) -> str:
    """Write a file that is not there yet, down to the disk, and give its sha256.

    Not whole if the machine stops: for a folder being made.
    """
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
        for piece in (data,) if isinstance(data, bytes) else data.make():
            digest.update(piece)
            stream.write(piece)
        stream.flush()
        os.fsync(stream.fileno())
    return digest.hexdigest()


def write_whole(path: Path, data: bytes, mode: int = 0o600, temporary: Path | None = None) -> None:
    """Write a file whole or not at all, over one of that name; `mode` is cut by the umask.

    `temporary` is where it grows, on the same disk; beside it where nothing is said.
    """
    make_private(path.parent)
    part = temporary or temporary_beside(path)
    try:
        write_new(part, data, mode)
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    with suppress(OSError):  # it stands there already; to say that it failed would be wrong
        sync_folder(path.parent)


def temporary_beside(path: Path) -> Path:
    """A name for what is to become `path`, beside it, that nothing has yet."""
    return path.with_name(f".{path.name}-{secrets.token_hex(4)}")


def make_private(folder: Path) -> None:
    """Make a folder and those above it that are missing, each for its owner only; those that are there stay as is."""
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_private(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """The names in a folder down to the disk, where the system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _CANT_SYNC:
            raise
