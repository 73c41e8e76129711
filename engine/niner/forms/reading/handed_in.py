"""Turns the bytes of a PDF that somebody hands in into its pages: which form each is, and what stands in its boxes.

The file may have been made to do harm, so it is read in a process of its own with little time and memory.
"""

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

from niner.dataclass import dataclass
from niner.forms.pack.packfile import read_pack
from niner.forms.pack.values import Pack
from niner.forms.pack.verify import limit_process
from niner.forms.reading.boxes import Read, read_boxes
from niner.forms.reading.page import Unreadable
from niner.forms.reading.paper import NeedsPassword, Paper, page_count, papers
from niner.forms.reading.recognize import Match, recognized
from niner.resources import room
from niner.values import Finding, Refused
from niner.words.plain import without_ssn

MAX_PDF_BYTES = 60_000_000
MAX_PDF_PAGES = 300
_SECONDS = 300
_PICTURES = 40  # pages that are shown; a return has a handful, and many of Form 8949
_DPI = 80

_YEAR_OF_A_FORM = re.compile(r"\b(?:form|schedule)\s+[\w-]+(?:\s*\(form 1040\))?,?\s*\(?\s*(20\d\d)\b", re.IGNORECASE)

Password = str
PASSWORD_NEEDED = "return-password"


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One page of the file, counted from 1: the form, year and page of it (from 0) that it is, and what was read.

    `form` is empty where the page is none of the forms, or where `why` says that it can't be told. `picture` is a PNG,
    empty where none was made.
    """

    number: int
    size: tuple[float, float]
    words: int
    scan: bool
    form: str = ""
    year: int = 0
    page: int = 0
    draft: bool = False
    moved: bool = False
    reads: tuple[Read, ...] = ()
    why: str = ""
    picture: bytes = b""


def read_pdf(data: bytes, name: str, password: Password = "") -> tuple[ReadPage, ...]:
    """The pages of the PDF `data`, called `name` in messages. Raises Refused; PASSWORD_NEEDED where it is locked."""
    order = json.dumps({"password": password}).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", "from niner.forms.reading.handed_in import serve; serve()"],
            input=order + b"\n" + data,
            capture_output=True,
            timeout=2 * _SECONDS,
            check=True,
        )
        lines = [json.loads(line) for line in done.stdout.splitlines()]
    except (subprocess.SubprocessError, ValueError, OSError):
        lines = [{"refused": "broken"}]
    refused = [line["refused"] for line in lines if "refused" in line]
    if refused or not lines:
        raise Refused([_refusal(refused[0] if refused else "broken", name, bool(password))])
    return tuple(_page(line) for line in lines)


def _refusal(what: str, name: str, tried: bool) -> Finding:
    by_hand = "or copy it by hand: niner file FOLDER --year YEAR --template"
    says, todo = {
        "password": (
            f"{name} does not open with this password." if tried else f"{name} is locked with a password.",
            "Give the password when asked, or save the file without one and give that.",
        ),
        "pages": (
            f"{name} has more than {MAX_PDF_PAGES} pages.",
            "Save the pages of the forms alone as a PDF; of Form 8949 none is needed, its totals are on Schedule D.",
        ),
        "broken": (f"{name} can't be read to its end.", f"Print it to a new PDF and give that, {by_hand}"),
    }.get(what, (f"{name} is no PDF that opens.", f"Give the PDF of the return, {by_hand}"))
    kind = PASSWORD_NEEDED if what == "password" else "return-unreadable"
    return Finding(kind, "error", says, todo)


def _page(line: Mapping[str, Any]) -> ReadPage:
    reads = tuple(Read(**(read | {"rect": tuple(read["rect"])})) for read in line["reads"])
    picture = base64.b64decode(line["picture"])
    return ReadPage(**(dict(line) | {"reads": reads, "size": tuple(line["size"]), "picture": picture}))


def serve() -> None:
    """The process of `read_pdf`: the order and the file on standard input, a line of JSON a page on standard output."""
    order = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    limit_process(_SECONDS)
    try:
        if page_count(data, order["password"]) > MAX_PDF_PAGES:
            print(json.dumps({"refused": "pages"}))
            return
        for page in _pages(data, order["password"]):
            line = asdict(page) | {"picture": base64.b64encode(page.picture).decode()}
            print(json.dumps(line))
    except NeedsPassword:
        print(json.dumps({"refused": "password"}))
    except Unreadable:
        print(json.dumps({"refused": "none"}))


def _pages(data: bytes, password: Password) -> Iterator[ReadPage]:
    shown = 0
    for paper in papers(data, password):
        match, why = recognized(paper, _packs_named(paper))
        page = _read(paper, match, why)
        if match is not None and shown < _PICTURES:
            shown += 1
            fields = match.pack.pages[match.page].fields.values()
            numbers = [match.lay.rect(field.rect) for field in fields if field.kind == "ssn"]
            page = replace(page, picture=paper.picture(_DPI, numbers))
        yield page


def _packs_named(paper: Paper) -> list[Pack]:
    """The packs of the years that the page names after a form; to read them all takes longer than the pages do."""
    years = dict.fromkeys(_YEAR_OF_A_FORM.findall(" ".join(word.text for word in paper.words)))
    return [pack for year in years for pack in _packs_of(year)]


@lru_cache(maxsize=16)
def _packs_of(year: str) -> tuple[Pack, ...]:
    packs = [read_pack(path) for path in sorted(room("forms").glob(f"*/{year}.yaml"))]
    return tuple(pack for pack in packs if pack.blank.checked and pack.years == (int(year),))


def _read(paper: Paper, match: Match | None, why: str) -> ReadPage:
    if match is None:
        return ReadPage(paper.number, paper.size, len(paper.words), paper.scan, why=why)
    return ReadPage(
        paper.number,
        paper.size,
        len(paper.words),
        paper.scan,
        form=match.pack.form,
        year=match.pack.year,
        page=match.page,
        draft=match.draft,
        moved=match.lay.moved,
        reads=tuple(_masked(read) for read in read_boxes(paper, match)),
    )


def _masked(read: Read) -> Read:
    """Without anything that looks like a social security number, but for the value that is compared with the case."""
    return Read(
        read.key,
        read.kind,
        read.value,
        "" if read.kind == "ssn" else without_ssn(read.text),
        read.how,
        read.rect,
        "it can't be read whole" if read.why and read.kind == "ssn" else without_ssn(read.why),
    )
