"""Turns a finished PDF and what it should say into its differences, shared out over the cores; none lets it go out."""

import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from niner.forms.reading.page import Difference, ExpectedPage, Whole, read_pages
from niner.forms.reading.reader import COMMAND, order, told
from niner.process.beside import cores

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
        with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                process.stdin.write(order(whole, cuts[worker], part))
                process.stdin.write(data)
                process.stdin.close()
            except OSError:
                process.kill()
            for differences in told(process.stdout):
                found += differences
                done[worker] += 1
                tell("reading back", sum(done), len(pages))
        if process.returncode != 0 or (done[worker] != len(part) and not found):
            found.append(Difference("the file", "", "a complete reading", "the reader stopped early"))
        return found

    with ThreadPoolExecutor(cores) as pool:
        return [difference for part in pool.map(run, range(cores)) for difference in part]
