"""Where everything that is printed goes: to a terminal or a pipe of any encoding, and never a character it would obey.

Text from outside is made visible before it is printed, colours come from Niner only, what the encoding lacks is written
in plain letters, and a reader who leaves early (`niner check smith | head -1`) stops nothing.
"""

import codecs
import errno
import io
import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO

from niner.words.letters import in_latin
from niner.words.plain import PRINTED, visible

if TYPE_CHECKING:
    from niner.shown.console import Coloured

_TELL_RICH = ("FORCE_COLOR", "TTY_COMPATIBLE")
"""By which a user tells rich what a stream is, whatever the stream says of itself."""
_PLAIN = {
    "→": "->", "█": "#", "░": ".", "“": '"', "”": '"', "’": "'", "‘": "'", "…": "...", "•": "*", "·": "-", "−": "-",
    "–": "-", "—": "-", "§": "Sec. ",
}  # fmt: skip
_ERRORS = "niner.plain"


class Screen:
    """Where findings and tables are printed. A line to a file or a pipe is written as it is; rich is loaded where
    somebody looks on, or something is a table."""

    def __init__(self, *, stderr: bool = False) -> None:
        self._stderr = stderr

    @cached_property
    def console(self) -> "Coloured":
        """The console of rich's, for what takes one."""
        from niner.shown.console import Coloured

        return Coloured(stderr=self._stderr)

    @property
    def is_terminal(self) -> bool:
        """Whether somebody looks on."""
        stream = self._stream()
        asked = "console" in self.__dict__ or any(name in os.environ for name in _TELL_RICH)
        return (asked or (stream is not None and stream.isatty())) and self.console.is_terminal

    def print(self, *what: Any, **how: Any) -> None:
        """Anything that rich prints: a table, a text with markup."""
        self.console.print(*what, **how)

    def say(self, *parts: str | tuple[str, str]) -> None:
        """A line of text; a part of it may have a style, as `("Error", "red")`, and none is markup.

        A terminal gets whole words; a file or a pipe whole lines.
        """
        styled = [(visible(text, keep=PRINTED), style) for text, style in map(_styled, parts)]
        line = "".join(text for text, _ in styled)
        stream = self._stream()
        if self.is_terminal or "\t" in line:  # which rich turns into spaces
            self.console.say(styled)
        elif stream is not None:
            stream.write(f"{line}\n")
            stream.flush()

    def _stream(self) -> TextIO | None:
        """The stream below the one that `print` writes to, where there is one: what is printed here is harmless."""
        found = sys.stderr if self._stderr else sys.stdout
        return getattr(found, "coloured", found)


def _styled(part: str | tuple[str, str]) -> tuple[str, str]:
    return (part, "") if isinstance(part, str) else part


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
    return "".join(c if c in PRINTED or visible(c) == c else _as_json(c) for c in text)


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
