"""Turns an official address into the bytes of a file, whole or not at all."""

import http.client
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from niner.files.file_write import write_whole
from niner.forms.pack.values import MAX_BLANK_BYTES

TIMEOUT_SECONDS = 6.0  # without a byte
LONGEST_SECONDS = 60.0  # for one form


def kept(path: Path, data: bytes) -> bool:
    """Whether `data` could be written to `path`; a cache on a full or locked disk is no reason to stop."""
    try:
        write_whole(path, data)
    except OSError:
        return False
    return True


def download(url: str, part: Path) -> bytes:
    """The bytes at `url`, taken up again where an earlier try broke off. Proxies are those of the environment.

    Raises HTTPError where the address has no such file, OSError where it can't be reached or takes too long, ValueError
    for a file larger than any form.
    """
    begun = part.read_bytes() if part.is_file() else b""
    headers = {"User-Agent": "niner"} | ({"Range": f"bytes={len(begun)}-"} if begun else {})
    have, started = bytearray(), time.monotonic()
    try:
        # A new opener each time, since the one urllib keeps remembers the proxies of its first use.
        opener = urllib.request.build_opener()
        with opener.open(urllib.request.Request(url, headers=headers), timeout=TIMEOUT_SECONDS) as answer:
            if answer.status == 206:
                have += begun
            length = answer.headers.get("Content-Length", "")
            whole = len(have) + int(length) if length.isdecimal() else 0
            while chunk := answer.read(65536):
                have += chunk
                if len(have) > MAX_BLANK_BYTES:
                    raise ValueError("larger than any IRS form")
                if time.monotonic() - started > LONGEST_SECONDS:
                    raise TimeoutError("too slow")
            if len(have) < whole:
                raise ConnectionError("the connection broke off")
    except urllib.error.HTTPError:
        _forget(part)
        raise
    except (OSError, http.client.HTTPException) as problem:
        if len(have) > len(begun):
            kept(part, bytes(have))
        raise ConnectionError(str(problem)) from problem
    _forget(part)
    return bytes(have)


def _forget(part: Path) -> None:
    with suppress(OSError):
        part.unlink(missing_ok=True)
