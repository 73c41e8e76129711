"""How fast Form 8949 of 2025 is filled and read back: `python tests/bench/forms.py PAGES` prints a line a measurement.

Needs NINER_FORMS for the official blank; without it the draft is measured, and the heading says so.
"""

import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable

from niner.forms import FieldValue, FormFill, PageFill, load_pack, produce
from niner.forms.blanks.finding import find_blank
from niner.forms.filling.settle import settle
from niner.forms.packet import Manner, Settled, expected_reading, written_file
from niner.forms.reading.readback import read_back

YEAR = 2025


def pages(count: int, seed: int = 1) -> FormFill:
    """`count` full pages of Part I in box I, amounts and dates drawn from `seed`."""
    chance, rows = random.Random(seed), load_pack("f8949", YEAR).rows(0)
    made = []
    for _ in range(count):
        values: dict[str, FieldValue] = {"name": "Ada Example", "ssn": "900123456", "box.I": True}
        totals = {"d": 0, "e": 0, "h": 0}
        for n in range(1, rows + 1):
            proceeds, basis = chance.randrange(1, 9_000_000), chance.randrange(1, 9_000_000)
            values |= {
                f"row.{n}.a": f"{chance.randrange(10**9) / 10**8:.8f} BTC",
                f"row.{n}.b": f"{chance.randrange(1, 13):02d}/{chance.randrange(1, 29):02d}/2024",
                f"row.{n}.c": f"{chance.randrange(1, 13):02d}/{chance.randrange(1, 29):02d}/2025",
                f"row.{n}.d": proceeds,
                f"row.{n}.e": basis,
                f"row.{n}.h": proceeds - basis,
            }
            for column, amount in (("d", proceeds), ("e", basis), ("h", proceeds - basis)):
                totals[column] += amount
        values |= {f"total.{column}": amount for column, amount in totals.items()}
        made.append(PageFill(0, values))
    return FormFill("f8949", YEAR, tuple(made))


def timed(work: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def one_way(count: int, *, editable: bool) -> None:
    """Fill `count` pages one way and read them back; prints pages a second, size and peak memory of the process."""
    fill, pack = pages(count), load_pack("f8949", YEAR)
    blank = find_blank(pack)

    def make() -> bytes:
        sheets, _ = settle(pack, fill)
        return written_file("Form 8949", [(Settled(pack, blank, tuple(sheets)), sheets)], Manner(editable))

    seconds, data = timed(make)
    assert isinstance(data, bytes)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sheets, _ = settle(pack, fill)
    expected = expected_reading(sheets)
    reading, differences = timed(lambda: read_back(data, expected, editable=editable))
    way = "editable" if editable else "print-ready"
    print(
        f"{way}: {count} pages ({blank.status}), {count / seconds:.0f} pages/s, {len(data) / 1e6:.2f} MB, "
        f"peak {peak:.0f} MB; read back {count / reading:.0f} pages/s, {len(differences)} differences"  # type: ignore[arg-type]
    )


def packet(row_count: int) -> None:
    """A packet of `row_count` rows, print-ready, read back and ready to save."""
    fill = pages(-(-row_count // load_pack("f8949", YEAR).rows(0)))
    seconds, made = timed(lambda: produce([fill], print_ready=True))
    size = sum(map(len, made.files.values())) / 1e6  # type: ignore[attr-defined]
    print(f"packet of {row_count} rows, print-ready, all files read back: {seconds:.1f} s, {size:.1f} MB")


def single_return() -> None:
    """The three forms of one small return: Form 8949, Schedule D, Form 1040."""
    fills = [
        FormFill("f8949", YEAR, pages(1).pages),
        FormFill(
            "f1040sd", YEAR, (PageFill(0, {"name": "Ada Example", "ssn": "900123456", "3.h": -65500, "7": -65500}),)
        ),
        FormFill("f1040", YEAR, (PageFill(0, {"first_name": "Ada", "ssn": "900123456", "7a": -65500}),)),
    ]
    seconds, _ = timed(lambda: produce(fills))
    print(f"single return, three forms: {seconds:.2f} s")


if __name__ == "__main__":
    if sys.argv[1] in ("editable", "print-ready"):
        one_way(int(sys.argv[2]), editable=sys.argv[1] == "editable")
    else:
        single_return()
        for kind in ("print-ready", "editable"):
            subprocess.run([sys.executable, __file__, kind, sys.argv[1]], check=True)
        packet(10 * int(sys.argv[1]))
