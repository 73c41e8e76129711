"""Turns an official address into the bytes of a file, whole or not at all, and puts files whole into place."""

import os
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from niner.forms.artwork import MAX_BLANK_BYTES

TIMEOUT_SECONDS = 6.0


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".niner-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def download(url: str, part: Path) -> bytes:
    """The bytes at `url`, taken up again where an earlier try broke off. Proxies are those of the environment."""
    have = part.read_bytes() if part.is_file() else b""
    request = urllib.request.Request(
        url, headers={"User-Agent": "niner", **({"Range": f"bytes={len(have)}-"} if have else {})}
    )
    try:
        # A new opener each time, since the one urllib keeps remembers the proxies of its first use.
        with urllib.request.build_opener().open(request, timeout=TIMEOUT_SECONDS) as answer:
            if answer.status != 206:
                have = b""
            while chunk := answer.read(65536):
                have += chunk
                if len(have) > MAX_BLANK_BYTES:
                    raise ValueError("larger than any IRS form")
            length = answer.headers.get("Content-Length")
            if answer.status == 200 and length and len(have) < int(length):
                raise OSError("the connection broke off")
    except urllib.error.HTTPError:
        part.unlink(missing_ok=True)
        raise
    except OSError:
        if have:
            write_whole(part, have)
        raise
    part.unlink(missing_ok=True)
    return have
