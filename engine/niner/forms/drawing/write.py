"""Turns PDF objects into the bytes of a PDF file: no clock, no chance, the same objects give the same bytes."""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import field

from niner.dataclass import dataclass

_OBJECTS_PER_STREAM = 200
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
        places: list[tuple[int, int, int]] = [(0, 0, 65535)] + [(0, 0, 0)] * len(self.bodies)
        last = [n for some in self._last for n in some]
        late = set(last)
        plain = [n for n, body in enumerate(self.bodies, 1) if n not in late and isinstance(body, bytes)] + last
        for n, body in enumerate(self.bodies, 1):
            if isinstance(body, tuple):
                places[n] = (1, len(out), 0)
                out += _stream_object(n, body[0], body[1])
        for start in range(0, len(plain), _OBJECTS_PER_STREAM):
            chunk, n = plain[start : start + _OBJECTS_PER_STREAM], len(places)
            for index, member in enumerate(chunk):
                places[member] = (2, n, index)
            places.append((1, len(out), 0))
            entries, data = self._object_stream(chunk)
            out += _stream_object(n, entries, data)
        n, start_xref = len(places), len(out)
        places.append((1, start_xref, 0))
        table = b"".join(
            kind.to_bytes(1, "big") + place.to_bytes(5, "big") + extra.to_bytes(2, "big")
            for kind, place, extra in places
        )
        identity = hashlib.sha256(out).hexdigest()[:32].upper().encode()
        entries = b"/Type/XRef/Size %d/W[1 5 2]/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]/Filter/FlateDecode" % (
            len(places),
            root,
            info,
            identity,
            identity,
        )
        out += _stream_object(n, entries, zlib.compress(table, 6))
        out += b"startxref\n%d\n%%%%EOF\n" % start_xref
        return bytes(out)

    def _object_stream(self, members: list[int]) -> tuple[bytes, bytes]:
        bodies = [self.bodies[m - 1] for m in members]
        offsets, at = [], 0
        for member, body in zip(members, bodies, strict=True):
            offsets.append(b"%d %d" % (member, at))
            at += len(body) + 1
        head = b" ".join(offsets) + b"\n"
        data = head + b"\n".join(body for body in bodies if isinstance(body, bytes))
        entries = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(members), len(head))
        return entries, zlib.compress(data, 6)


def _stream_object(n: int, entries: bytes, data: bytes) -> bytes:
    return b"%d 0 obj\n<<%s/Length %d>>\nstream\n%s\nendstream\nendobj\n" % (n, entries, len(data), data)
