"""Turns a finished PDF and what it should say into its differences, shared out over the cores; none lets it go out."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from niner.beside import cores
from niner.forms.reading.page import Difference, Expected, ExpectedPage, Whole, read_pages

_IN_PROCESS = 24  # up to so many pages a second process costs more than it saves

Progress = Callable[[str, int, int], None]


def read_back(
    data: bytes, pages: Sequence[ExpectedPage], *, editable: bool, password: str = "", progress: Progress | None = None
) -> list[Difference]:
    """All differences between the PDF `data` and the expected `pages`; an empty list lets the file go out."""
    tell = progress or (lambda what, done, of: None)
    expected = pages if editable else [ExpectedPage(page.place, page.fields, False) for page in pages]
    whole = Whole(len(pages), any(page.editable for page in expected), password)
    if len(pages) > _IN_PROCESS and cores() > 1:
        return _shared_out(data, whole, expected, cores(), tell)
    found: list[Difference] = []
    for done, differences in enumerate(read_pages(data, whole, 0, expected), 1):
        found += differences
        tell("reading back", done, len(pages))
    return found


def whole_file(data: bytes, pages: int, *, password: str = "") -> list[Difference]:
    """The faults of a flat file as a whole, where each of its pages is proved already."""
    return [one for found in read_pages(data, Whole(pages, False, password), 0, ()) for one in found]


def _shared_out(
    data: bytes, whole: Whole, pages: Sequence[ExpectedPage], cores: int, tell: Progress
) -> list[Difference]:
    """Read the file in one process a core. A process that ends badly counts as a difference, never as a pass."""
    cuts = [len(pages) * i // cores for i in range(cores + 1)]
    done = [0] * cores

    def run(worker: int) -> list[Difference]:
        part = pages[cuts[worker] : cuts[worker + 1]]
        found: list[Difference] = []
        command = [sys.executable, "-P", "-c", "from niner.forms.reading.readback import serve; serve()"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                process.stdin.write(_order(whole, cuts[worker], part) + data)
                process.stdin.close()
            except OSError:
                process.kill()
            for line in process.stdout:
                found += [Difference(*words) for words in json.loads(line)]
                done[worker] += 1
                tell("reading back", sum(done), len(pages))
        if process.returncode != 0 or (done[worker] != len(part) and not found):
            found.append(Difference("the file", "", "a complete reading", "the reader stopped early"))
        return found

    with ThreadPoolExecutor(cores) as pool:
        return [difference for part in pool.map(run, range(cores)) for difference in part]


def _order(whole: Whole, first: int, pages: Sequence[ExpectedPage]) -> bytes:
    """What a reader process is asked, as one line of JSON."""
    fields = [[[f.key, f.name, f.rect, f.text, f.tick] for f in page.fields] for page in pages]
    places = [[page.place, page.editable] for page in pages]
    asked = [[whole.pages, whole.has_fields, whole.password], first, places, fields]
    return json.dumps(asked).encode() + b"\n"


def serve() -> None:
    """One reader process: the order and the PDF on standard input, a line of differences a page on standard output."""
    whole, first, places, fields = json.loads(sys.stdin.buffer.readline())
    pages = [
        ExpectedPage(
            place, tuple(Expected(key, name, tuple(rect), text, tick) for key, name, rect, text, tick in of), kept
        )
        for (place, kept), of in zip(places, fields, strict=True)
    ]
    for differences in read_pages(sys.stdin.buffer.read(), Whole(*whole), first, pages):
        print(json.dumps([[d.place, d.key, d.expected, d.found] for d in differences]), flush=True)
