"""A process of its own that reads some pages of a finished PDF: what is expected of them in, what differs out.

It loads nothing but what reads a page, since one is started for each core.
"""

import json
import marshal
import sys
from collections.abc import Iterator, Sequence
from typing import IO

from niner.forms.reading.page import Difference, Expected, ExpectedPage, Whole, read_pages

COMMAND = (sys.executable, "-P", "-c", "from niner.forms.reading.reader import serve; serve()")
_LENGTH = 8  # bytes that say how long the order is


def order(whole: Whole, first: int, pages: Sequence[ExpectedPage]) -> bytes:
    """What a reader is asked; the PDF comes behind it. Both ends run the same Python, so it is written as Python
    writes its own constants: what pages have in common stands in it once."""
    asked = [(page.place, page.editable, [tuple(one) for one in page.fields]) for page in pages]
    written = marshal.dumps(((whole.pages, whole.has_fields, whole.password), first, asked))
    return len(written).to_bytes(_LENGTH, "big") + written


def serve() -> None:
    """One reader: the order and the PDF on standard input, a line of differences a page on standard output."""
    source = sys.stdin.buffer
    length = int.from_bytes(source.read(_LENGTH), "big")
    whole, first, asked = marshal.loads(source.read(length))  # the parent's own, from its pipe
    pages = [ExpectedPage(place, tuple(map(Expected._make, fields)), kept) for place, kept, fields in asked]
    for differences in read_pages(source.read(), Whole(*whole), first, pages):
        print(json.dumps([[d.place, d.key, d.expected, d.found] for d in differences]), flush=True)


def told(answers: IO[bytes]) -> Iterator[list[Difference]]:
    """The differences of each page, as `serve` tells them."""
    for line in answers:
        yield [Difference(*words) for words in json.loads(line)]
