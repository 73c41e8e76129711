"""A folder to one run at a time: another one waits until it ends, however it ends.

The folder itself is locked (flock), so no lock file lies about and a run that is killed lets go at once. Network
folders and Windows can't lock a folder: there a file `.niner-lock` in it is locked instead, and stays.
"""

import errno
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PATIENCE_SECONDS = 1.0  # before anything is said
_PAUSE_SECONDS = 0.1
_LOCK_FILE = ".niner-lock"
_BUSY = {errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK}


class _Held(threading.local):
    """The folders that this thread holds already; to lock one of them again would wait for ever."""

    def __init__(self) -> None:
        self.folders: set[tuple[int, int]] = set()


_held = _Held()


@contextmanager
def one_at_a_time(folder: Path, told: bool = True) -> Iterator[None]:
    """Hold `folder` for the length of a run; says on stderr when it waits, unless `told` is false. A folder that is not
    there is not held."""
    try:
        status = folder.stat()
    except OSError:
        yield
        return
    key = status.st_dev, status.st_ino
    if key in _held.folders:
        yield
        return
    descriptor = _locked(folder, wait=True, told=told)
    _held.folders.add(key)
    try:
        yield
    finally:
        _held.folders.discard(key)
        if descriptor is not None:
            os.close(descriptor)


def is_held(folder: Path) -> bool:
    """Whether another run is at work on the folder."""
    descriptor = _locked(folder, wait=False)
    if descriptor is None:
        return False
    busy = descriptor < 0
    if not busy:
        os.close(descriptor)
    return busy


def _locked(folder: Path, wait: bool, told: bool = True) -> int | None:
    """The descriptor that holds the lock; -1 where another has it and `wait` is false; None where none can be had."""
    for opened in (_folder_itself, _lock_file):
        descriptor = opened(folder, wait)
        if descriptor is None:
            continue
        try:
            asked = time.monotonic()
            said = not told
            while not _take(descriptor):
                if not wait:
                    os.close(descriptor)
                    return -1
                if not said and time.monotonic() - asked >= _PATIENCE_SECONDS:
                    said = True
                    print(f"{folder}: waiting for another run of Niner on this folder to end …", file=sys.stderr)
                time.sleep(_PAUSE_SECONDS)
        except OSError:
            os.close(descriptor)  # this file system has no such lock
            continue
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor
    return None


def _folder_itself(folder: Path, wait: bool) -> int | None:
    with suppress(OSError):
        return os.open(folder, os.O_RDONLY)
    return None


def _lock_file(folder: Path, wait: bool) -> int | None:
    """Where it can't be written there is nothing to protect. Not made only to look (`wait` false)."""
    with suppress(OSError):
        return os.open(folder / _LOCK_FILE, os.O_RDWR | (os.O_CREAT if wait else 0), 0o600)
    return None


def _take(descriptor: int) -> bool:
    """Whether the lock is taken now; False while another has it. Raises OSError where there are no locks."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _BUSY:
            return False
        raise
    return True
