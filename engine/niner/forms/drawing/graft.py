"""Turns parsed PDF objects into objects of a file being written, each copied once."""

from collections.abc import Callable
from io import BytesIO

from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from niner.forms.drawing.write import Writer


def graft(writer: Writer, item: PdfObject, seen: dict[tuple[int, int], int], depth: int = 0) -> bytes:
    """The text of a parsed object, everything it refers to copied into `writer` (`seen`: what already was).

    Raises ValueError for nesting deeper than any form has.
    """
    if depth > 40:
        raise ValueError("nested too deep")
    again: Callable[[PdfObject], bytes] = lambda part: graft(writer, part, seen, depth + 1)  # noqa: E731
    match item:
        case IndirectObject():
            where = (item.idnum, item.generation)
            if where not in seen:
                seen[where] = ref = writer.reserve()
                target = item.get_object()
                if isinstance(target, StreamObject):
                    skip = ("/Length", "/Metadata", "/PieceInfo")
                    entries = _entries(target, again, skip)
                    writer.put_stream(ref, entries, bytes(target._data))
                else:
                    writer.put(ref, again(target) if target is not None else b"null")
            return b"%d 0 R" % seen[where]
        case DictionaryObject():
            return b"<<" + _entries(item, again, ()) + b">>"
        case ArrayObject():
            return b"[" + b" ".join(again(part) for part in item) + b"]"
        case NameObject():
            return item.renumber()
        case BooleanObject():
            return b"true" if item else b"false"
        case NumberObject() | FloatObject():
            plain = BytesIO()
            item.write_to_stream(plain)
            return plain.getvalue()
        case NullObject():
            return b"null"
    return b"<" + _raw_string(item).hex().encode() + b">"


def _entries(item: DictionaryObject, again: Callable[[PdfObject], bytes], skip: tuple[str, ...]) -> bytes:
    return b"".join(NameObject(key).renumber() + b" " + again(item.raw_get(key)) for key in item if key not in skip)


def _raw_string(item: PdfObject) -> bytes:
    original = getattr(item, "original_bytes", None)
    if not isinstance(original, bytes):
        raise ValueError("a PDF object of an unknown kind")
    return original
