"""A file that somebody hands in to its bytes or text, or why not: kind and size are looked at before it is read.

A pipe would wait for ever and a device never ends; so does a file that is larger than any of its kind.
"""

import os
import stat
from pathlib import Path

MEGABYTE = 1_000_000
YAML_BYTES = 2 * MEGABYTE
DECISIONS_BYTES = 16 * MEGABYTE  # a pick of lots for each of some fifty thousand sales
TABLE_BYTES = 1_000 * MEGABYTE
JSON_BYTES = 1_000 * MEGABYTE

_KINDS = (
    (stat.S_ISDIR, "it is a folder"),
    (stat.S_ISFIFO, "it is a pipe, not a file"),
    (stat.S_ISSOCK, "it is a socket, not a file"),
    (stat.S_ISCHR, "it is a device, not a file"),
    (stat.S_ISBLK, "it is a device, not a file"),
)


class Unreadable(OSError):
    """A file that can't be read: `why`, which completes “… can't be read: …”, and the row at fault, 0 for the whole."""

    def __init__(self, why: str, todo: str = "", row: int = 0) -> None:
        super().__init__(why)
        self.strerror = why
        self.why, self.todo, self.row = why, todo, row


class Missing(Unreadable, FileNotFoundError):
    """There is no file of that name."""


def read_bytes(path: Path, most: int) -> bytes:
    """The bytes of a regular file of at most `most` bytes. Raises Unreadable."""
    try:
        _fit(path.stat(), most)
        # Opened without waiting and looked at again: what stands there may have been changed in between.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as stream:
            _fit(os.fstat(handle), most)
            data = stream.read(most + 1)
    except Unreadable:
        raise
    except FileNotFoundError:
        raise Missing("there is no such file") from None
    except OSError as error:
        raise Unreadable(f"{error.strerror or error}", "Check its permissions, and that the disk is there.") from None
    except ValueError:  # a name with a NUL
        raise Unreadable("its name can't be the name of a file") from None
    if len(data) > most:
        raise _too_large(most)
    return data


def read_text(path: Path, most: int) -> str:
    """The text of a regular UTF-8 file, with or without a byte order mark. Raises Unreadable."""
    return as_text(read_bytes(path, most))


def as_text(data: bytes) -> str:
    """UTF-8 bytes as text. Raises Unreadable with the row at fault."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise Unreadable("it is not UTF-8 text", "Save it as UTF-8.", row) from None


def _fit(found: os.stat_result, most: int) -> None:
    for is_kind, why in _KINDS:
        if is_kind(found.st_mode):
            raise Unreadable(why, "Put the file itself there.")
    if found.st_size > most:
        raise _too_large(most)


def _too_large(most: int) -> Unreadable:
    return Unreadable(f"it is larger than {most // MEGABYTE or 1} MB", "Check that it is the right file.")
