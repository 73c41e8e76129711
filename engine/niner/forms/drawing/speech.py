"""Turns the XFA of an official blank into what a screen reader says of each of its fields: the IRS's own words.

The blanks carry these words for Acrobat only; the fields themselves have none, so whoever uses another viewer hears
names such as f1_03.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from pypdf import PdfReader
from pypdf.generic import ArrayObject, StreamObject

# Which part of a field's description is read aloud (XFA 3.3, `speak`): the words written for it come first.
_SPOKEN = ("speak", "toolTip")


def field_speech(reader: PdfReader) -> Mapping[str, str]:
    """What is said of each field, by its full name `without_unnamed` parts.

    Empty where the PDF has no XFA, or one that can't be read.
    """
    template = _template(reader)
    if b"<!DOCTYPE" in template or b"<!ENTITY" in template or not template:
        return {}
    try:
        root = ElementTree.fromstring(template)
    except ElementTree.ParseError:
        return {}
    return dict(_fields(root, ""))


def without_unnamed(name: str) -> str:
    """A field's full name as its form's description counts it: parts without a name, as #subform[0], are not in it."""
    return ".".join(part for part in name.split(".") if not part.startswith("#"))


def _template(reader: PdfReader) -> bytes:
    """The XML of the form's description, one of the named parts of its XFA."""
    catalog: Any = reader.trailer["/Root"]
    parts: Any = catalog["/AcroForm"].get("/XFA") if "/AcroForm" in catalog else None
    parts = parts.get_object() if parts is not None else None
    if not isinstance(parts, ArrayObject):
        return b""
    for name, part in zip(parts[::2], parts[1::2], strict=False):
        stream = part.get_object()
        if name == "template" and isinstance(stream, StreamObject):
            return stream.get_data()
    return b""


def _fields(element: ElementTree.Element, path: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The fields below `element` with their words. A name is counted among its kind: the second Row1 is Row1[1]."""
    if depth > 40:
        return
    count: dict[str, int] = {}
    for child, within in _named(element):
        name = child.get("name", "")
        number = count.get(name, 0)
        count[name] = number + 1
        full = f"{path}.{name}[{number}]".lstrip(".")
        if within == "field":
            words = _words(child)
            if words:
                yield full, words
        else:
            yield from _fields(child, full, depth + 1)


def _named(element: ElementTree.Element) -> Iterator[tuple[ElementTree.Element, str]]:
    """The parts that have a name of their own, also those in parts that only hold others together."""
    for child in element:
        kind = _kind(child)
        if kind in ("field", "subform", "exclGroup") and child.get("name"):
            yield child, kind
        elif kind in ("subform", "exclGroup", "area", "subformSet", "pageSet", "pageArea", "template"):
            yield from _named(child)


def _words(field: ElementTree.Element) -> str:
    """The first words of each kind: where the IRS left an older sentence behind, it stands after the newer one."""
    parts = [part for child in field if _kind(child) == "assist" for part in child]
    ranked = (part for kind in _SPOKEN for part in parts if _kind(part) == kind)
    return next((text for part in ranked if (text := " ".join("".join(part.itertext()).split()))), "")


def _kind(element: ElementTree.Element) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""
