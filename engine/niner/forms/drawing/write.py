"""Turns PDF objects into the bytes of a PDF file: no clock, no chance, the same objects give the same bytes."""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import field
from itertools import accumulate

from niner.dataclass import dataclass

_OBJECTS_PER_STREAM = 200
_INDEXES = tuple(index.to_bytes(2, "big") for index in range(_OBJECTS_PER_STREAM))
_LEVEL = 5  # of what is packed: 6 takes a third longer and saves a hundredth
Body = bytes | tuple[bytes, bytes]
"""What is written of an object; of a stream, its dictionary's entries and its data."""


def number(value: float) -> str:
    """A coordinate as PDF text: at most three decimals, no exponent."""
    return f"{value:.3f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def text_string(text: str) -> bytes:
    """Text as a PDF string of a dictionary: plain for ASCII, else UTF-16 with its mark."""
    if text.isascii():
        return literal(text.encode("ascii"))
    return b"<" + (b"\xfe\xff" + text.encode("utf-16-be")).hex().upper().encode() + b">"


def literal(raw: bytes) -> bytes:
    """Bytes as a PDF string in parentheses."""
    return b"(" + raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)").replace(b"\r", b"\\r") + b")"


@dataclass(slots=True)
class Writer:
    """The objects of one PDF file. Object numbers count from 1; streams are (dictionary, data), the rest plain."""

    bodies: list[Body] = field(default_factory=list)
    _last: list[range] = field(default_factory=list)

    def reserve(self) -> int:
        """A number for an object whose body comes later through `put`."""
        self.bodies.append(b"null")
        return len(self.bodies)

    def add(self, body: Body) -> int:
        self.bodies.append(body)
        return len(self.bodies)

    def add_last(self, bodies: Sequence[bytes]) -> int:
        """Add several objects that lie behind all others in the file, as the tags of a page: who opens it to look at
        its pages, or compares them, need not unpack them. The number of the first."""
        first = len(self.bodies) + 1
        self.bodies += bodies
        self._last.append(range(first, first + len(bodies)))
        return first

    def put(self, ref: int, body: bytes) -> None:
        self.bodies[ref - 1] = body

    def stream(self, data: bytes, entries: bytes = b"", *, compress: bool = True) -> int:
        """A stream of `data`, compressed where that is shorter; `entries` are its other dictionary entries."""
        if compress and len(data) > 120:
            data, entries = zlib.compress(data, 6), entries + b"/Filter/FlateDecode"
        self.bodies.append((entries, data))
        return len(self.bodies)

    def put_stream(self, ref: int, entries: bytes, data: bytes) -> None:
        self.bodies[ref - 1] = (entries, data)

    def finish(self, root: int, info: int) -> bytes:
        """The file: streams one by one, everything else in compressed object streams (PDF 1.5)."""
        out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        early: list[int] = []
        at = 1
        for some in (*self._last, range(len(self.bodies) + 1, 0)):
            early += range(at, some.start)
            at = some.stop
        table = [b""] * (len(self.bodies) + 1)
        table[0] = _place(0, 0, 65535)
        plain: list[int] = []
        for n in early:
            body = self.bodies[n - 1]
            if isinstance(body, tuple):
                table[n] = _place(1, len(out), 0)
                out += _stream_object(n, body[0], body[1])
            else:
                plain.append(n)
        plain += [n for some in self._last for n in some]
        for start in range(0, len(plain), _OBJECTS_PER_STREAM):
            chunk, n = plain[start : start + _OBJECTS_PER_STREAM], len(table)
            where = _place(2, n, 0)[:-2]
            for member, index in zip(chunk, _INDEXES, strict=False):
                table[member] = where + index
            table.append(_place(1, len(out), 0))
            entries, data = self._object_stream(chunk)
            out += _stream_object(n, entries, data)
        n, start_xref = len(table), len(out)
        table.append(_place(1, start_xref, 0))
        identity = hashlib.sha256(out).hexdigest()[:32].upper().encode()
        entries = b"/Type/XRef/Size %d/W[1 5 2]/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]/Filter/FlateDecode" % (
            len(table),
            root,
            info,
            identity,
            identity,
        )
        out += _stream_object(n, entries, zlib.compress(b"".join(table), 6))
        out += b"startxref\n%d\n%%%%EOF\n" % start_xref
        return bytes(out)

    def _object_stream(self, members: list[int]) -> tuple[bytes, bytes]:
        bodies = [body for m in members for body in (self.bodies[m - 1],) if isinstance(body, bytes)]
        places = accumulate([len(body) + 1 for body in bodies], initial=0)
        head = b" ".join([b"%d %d" % pair for pair in zip(members, places, strict=False)]) + b"\n"
        entries = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(members), len(head))
        return entries, zlib.compress(head + b"\n".join(bodies), _LEVEL)


def _place(kind: int, place: int, extra: int) -> bytes:
    """An entry of the table of objects (ISO 32000-1, table 18)."""
    return kind.to_bytes(1, "big") + place.to_bytes(5, "big") + extra.to_bytes(2, "big")


def _stream_object(n: int, entries: bytes, data: bytes) -> bytes:
    return b"%d 0 obj\n<<%s/Length %d>>\nstream\n%s\nendstream\nendobj\n" % (n, entries, len(data), data)
