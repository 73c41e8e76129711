"""Two names to the same two names, swapped in one step: the only way to replace a folder that leaves no gap."""

import errno
import os
import sys
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # linux/fs.h
_RENAME_SWAP = 2  # macOS, sys/stdio.h
_CANT = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EXDEV}


def exchange(one: Path, other: Path) -> bool:
    """Whether the names of `one` and `other` were swapped; False where the system or its file system can't.

    Linux has it since 3.15 and macOS since 10.12; Windows and most network folders don't. Raises OSError where the
    swap itself fails; then nothing has changed.
    """
    import ctypes  # where folders are swapped: it takes as long to load as a small case to read

    names = os.fsencode(one), os.fsencode(other)
    if b"\0" in b"".join(names):
        raise ValueError("embedded null byte")
    sys.audit("os.rename", str(one), str(other), -1, -1)  # as Python's own renames do
    if sys.platform == "linux":
        call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
        failed = call is None or call(_AT_FDCWD, names[0], _AT_FDCWD, names[1], ctypes.c_uint(_RENAME_EXCHANGE))
    elif sys.platform == "darwin":
        call = getattr(ctypes.CDLL(None, use_errno=True), "renamex_np", None)
        failed = call is None or call(names[0], names[1], ctypes.c_uint(_RENAME_SWAP))
    else:
        return False
    if not failed:
        return True
    code = ctypes.get_errno()
    if call is None or code in _CANT:
        return False
    raise OSError(code, os.strerror(code), str(one), None, str(other))
