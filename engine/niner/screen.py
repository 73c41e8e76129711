"""Where everything that is printed goes: to a terminal or a pipe of any encoding, and never a character it would obey.

Text from outside is made visible before it is printed, colours come from Niner only, what the encoding lacks is written
in plain letters, and a reader who leaves early (`niner check smith | head -1`) stops nothing.
"""

import codecs
import errno
import io
import os
import sys
from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from niner.letters import in_latin
from niner.plain import visible

_KEPT = "\n\t"
_PLAIN = {
    "→": "->", "█": "#", "░": ".", "“": '"', "”": '"', "’": "'", "‘": "'", "…": "...", "•": "*", "·": "-", "−": "-",
    "–": "-", "—": "-", "§": "Sec. ",
}  # fmt: skip
_ERRORS = "niner.plain"


class Screen(Console):
    """A console for findings and tables. No emoji codes, and no control characters from what is printed."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, emoji=False)

    def render_str(self, text: str, **how: Any) -> Text:
        return super().render_str(visible(text, keep=_KEPT), **how)

    @property
    def file(self) -> Any:
        """The stream below the one that `print` writes to: rich's own colours pass."""
        found = super().file
        return found.coloured if isinstance(found, _Printed) else found

    @file.setter
    def file(self, new: Any) -> None:
        self._file = new


class _Stream(io.TextIOBase):
    """A stream that goes nowhere once nobody reads it, and ends the program in a sentence where it can't be written."""

    def __init__(self, below: TextIO) -> None:
        self.below = below

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.below.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        return self.below.errors

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self.below.isatty()

    def fileno(self) -> int:
        return self.below.fileno()

    def write(self, text: str) -> int:
        self._done(lambda: self.below.write(text))
        return len(text)

    def flush(self) -> None:
        if not self.below.closed:  # a stream that goes flushes once more, also after the one below has been closed
            self._done(self.below.flush)

    def _done(self, step: Any) -> None:
        try:
            step()
        except OSError as error:
            _nobody_reads(self.below)
            if error.errno not in (errno.EPIPE, errno.EINVAL):
                raise SystemExit(f"What is printed can't be written: {error.strerror}.") from None


class _Printed(_Stream):
    """A stream for `print`: what a terminal would obey is written as JSON writes it, so that JSON stays JSON."""

    def __init__(self, below: TextIO) -> None:
        super().__init__(below)
        self.coloured = _Stream(below)

    def write(self, text: str) -> int:
        super().write(_harmless(text))
        return len(text)


def _harmless(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    # A character that `visible` would write out is written as JSON writes it; there it means the same character.
    return "".join(c if c in _KEPT or visible(c) == c else _as_json(c) for c in text)


def _as_json(character: str) -> str:
    return "".join(f"\\u{unit:04x}" for unit in memoryview(character.encode("utf-16-le", "surrogatepass")).cast("H"))


def _nobody_reads(stream: TextIO) -> None:
    """Let what is still to be written go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _in_plain_letters(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that the encoding of a terminal or pipe lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    plain = "".join(_PLAIN.get(c) or in_latin(c, otherwise="?") or "?" for c in lacking)
    return "".join(c if _fits(c, error.encoding) else "?" for c in plain), error.end


def _fits(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def guard() -> None:
    """Make the process's output safe: for the command line, once, before anything is printed."""
    codecs.register_error(_ERRORS, _in_plain_letters)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ERRORS)
            setattr(sys, name, _Printed(stream))
