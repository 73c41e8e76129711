"""What could carry a ledger's columns, against Niner's own reader: python tests/bench/readers.py [ROWS]  (100,000)

Each reader makes, of the ledger of `ledger.py`, the same columns: ids, instants, days, lines, quantities as their
exact text, dollars in whole cents, wallets, kinds and assets. Niner's checks every cell while it does so; the others
look at nothing, so what they would be in Niner is slower than what is printed. Each runs in a process of its own,
three times by turns, the best counts: processor seconds until lists of Python's values stand there, and until the
reader's own arrays do, of which the lots, which reckon exactly, would still have to take each value. Beside that what
loading it takes, the most memory, and the size of what it installs. All must come to the same values.

Then broken files: what each reader says of them, and whether it names the line. A reader that is not installed is
left out.
"""

import csv
import hashlib
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ledger import HEADER, write_ledger

TURNS = 3
UNITS = ("sent_quantity", "received_quantity")
SIDES = ("sent", "received")
TEXTS = ("wallet", "kind", "sent_asset", "received_asset", "to_wallet")
# Values by column: id, instant, day, line, both quantities, worth and fee in cents, then TEXTS. USD is no asset.
Lists = list[list[Any]]


def by_csv(path: Path) -> tuple[None, Callable[[], Lists]]:
    """The standard library's reader and lists, without a check."""

    def lists() -> Lists:
        with path.open(newline="", encoding="utf-8") as stream:
            header, *rows = csv.reader(stream, strict=True)
        of = dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))
        instants = list(map(datetime.fromisoformat, of["time"]))
        sides = zip(*(of[name] for name in ("sent_asset", "received_asset", *UNITS)), strict=True)
        worth = [
            cents(sent if asset == "USD" else received) if "USD" in (asset, other) else None
            for asset, other, sent, received in sides
        ]
        units = [
            ["" if asset == "USD" else text for text, asset in zip(of[name], of[f"{side}_asset"], strict=True)]
            for side, name in zip(SIDES, UNITS, strict=True)
        ]
        texts = [["" if text == "USD" else text for text in of[name]] for name in TEXTS]
        days, lines = [moment.date() for moment in instants], list(range(2, len(rows) + 2))
        return [of["id"], instants, days, lines, *units, worth, [cents(text) or 0 for text in of["fee_usd"]], *texts]

    return None, lists


def cents(text: str) -> int | None:
    """Dollars that are written with no more than two decimals."""
    if not text:
        return None
    whole, _, part = text.partition(".")
    if len(part) > 2:
        raise ValueError("a part of a cent")
    return int(whole + part.ljust(2, "0"))


def by_niner(path: Path) -> tuple[None, Callable[[], Lists]]:
    """Niner's reader as it is, every check made, in one process."""
    read_folder = import_module("niner.imports.folder").read_folder
    import_module("niner.imports.reading.own_format").free_for_a_copy = lambda: False
    read = read_folder(path.parents[1], ZoneInfo("UTC"))
    wrong = [one for one in read.findings if one.severity == "error"]
    if wrong:
        where = {one.source.row for one in wrong if one.source}
        raise ValueError(f"{wrong[0].says} (line {', line '.join(map(str, sorted(where)))})")
    own = read.own.rows

    def lists() -> Lists:
        texts = [[getattr(common, name) for common in own.commons] for name in TEXTS]
        return [*(list(column) for column in (own.ids, own.instants, own.days, own.lines)),
                list(own.sent), list(own.received), list(own.worth), list(own.paid), *texts]  # fmt: skip

    return None, lists


def by_pyarrow(path: Path) -> tuple[Any, Callable[[], Lists]]:
    pa, pc, read = (import_module(name) for name in ("pyarrow", "pyarrow.compute", "pyarrow.csv"))
    names = HEADER.strip().split(",")
    told = read.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
    table = read.read_csv(path, convert_options=told, parse_options=read.ParseOptions(newlines_in_values=True))
    of = {name: table[name] for name in table.column_names}
    of["time"] = pc.cast(of["time"], pa.timestamp("us", "UTC"))

    def as_cents(column: Any) -> Any:
        exact = pc.cast(
            pc.if_else(pc.equal(column, ""), "0", column), pa.decimal128(30, 2)
        )  # raises at a part of a cent
        return pc.cast(pc.multiply(exact, pa.scalar(100, pa.decimal128(3, 0))), pa.int64())

    usd = [pc.equal(of[f"{side}_asset"], "USD") for side in SIDES]
    dollars = pc.if_else(usd[0], of["sent_quantity"], pc.if_else(usd[1], of["received_quantity"], ""))
    worth = pc.if_else(pc.or_(*usd), as_cents(dollars), pa.scalar(None, pa.int64()))
    units = [pc.if_else(of_usd, "", of[name]) for of_usd, name in zip(usd, UNITS, strict=True)]
    texts = [pc.if_else(pc.equal(of[name], "USD"), "", of[name]) for name in TEXTS]
    lines = pa.array(range(2, len(table) + 2))
    arrays = [
        of["id"],
        of["time"],
        pc.cast(of["time"], pa.date32()),
        lines,
        *units,
        worth,
        as_cents(of["fee_usd"]),
        *texts,
    ]
    return arrays, lambda: [column.to_pylist() for column in arrays]


def by_polars(path: Path) -> tuple[Any, Callable[[], Lists]]:
    pl = import_module("polars")
    table = pl.read_csv(path, infer_schema_length=0).fill_null("")
    usd = [pl.col(f"{side}_asset") == "USD" for side in SIDES]

    def as_cents(column: Any) -> Any:
        part = column.str.extract(r"^[0-9]*(?:\.([0-9]{0,2}))?$", 1).fill_null("")
        whole = column.str.extract(r"^([0-9]*)(?:\.[0-9]{0,2})?$", 1)
        return (whole + part.str.pad_end(2, "0")).cast(pl.Int64, strict=True)

    dollars = pl.when(usd[0]).then(pl.col("sent_quantity")).when(usd[1]).then(pl.col("received_quantity"))
    moment = pl.col("time").str.to_datetime("%Y-%m-%dT%H:%M:%S%:z", time_unit="us", time_zone="UTC", strict=True)
    made = table.select(
        pl.col("id"),
        moment.alias("instant"),
        moment.dt.date().alias("day"),
        pl.int_range(2, pl.len() + 2).alias("line"),
        *(
            pl.when(of_usd).then(pl.lit("")).otherwise(pl.col(name)).alias(name)
            for of_usd, name in zip(usd, UNITS, strict=True)
        ),
        as_cents(dollars).alias("worth"),
        as_cents(pl.col("fee_usd")).alias("paid"),
        *(pl.when(pl.col(name) == "USD").then(pl.lit("")).otherwise(pl.col(name)).alias(name) for name in TEXTS),
    )
    if made["paid"].null_count() or made["worth"].null_count() != table.select((~usd[0] & ~usd[1]).sum()).item():
        raise ValueError("a part of a cent, or an amount that is none")
    return made, lambda: [column.to_list() for column in made]


def by_pandas(path: Path) -> tuple[Any, Callable[[], Lists]]:
    pd, np = import_module("pandas"), import_module("numpy")
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    moments = pd.to_datetime(table["time"], utc=True)
    usd = [(table[f"{side}_asset"] == "USD").to_numpy() for side in SIDES]

    def as_cents(column: Any) -> Any:
        parts = column.str.partition(".")
        if (parts[2].str.len() > 2).any():
            raise ValueError("a part of a cent")
        text = parts[0] + parts[2].str.pad(2, side="right", fillchar="0")
        return text.where(parts[0] != "", "0").astype("int64")

    dollars = table["sent_quantity"].where(usd[0], table["received_quantity"].where(usd[1], ""))
    worth = as_cents(dollars)
    units = [table[name].where(~of_usd, "") for of_usd, name in zip(usd, UNITS, strict=True)]
    texts = [table[name].where(table[name] != "USD", "") for name in TEXTS]
    paid, lines = as_cents(table["fee_usd"]), np.arange(2, len(table) + 2)

    def lists() -> Lists:
        instants = moments.dt.to_pydatetime()
        known = (usd[0] | usd[1]).tolist()
        of_worth = [one if told else None for one, told in zip(worth.tolist(), known, strict=True)]
        days = [one.date() for one in instants]
        named, moved = [one.tolist() for one in texts], [one.tolist() for one in units]
        return [table["id"].tolist(), list(instants), days, lines.tolist(), *moved, of_worth, paid.tolist(), *named]

    return (moments, worth, paid, units, texts, lines), lists


# A reader, what it loads, and the packages that it installs.
READERS: dict[str, tuple[Callable[[Path], tuple[Any, Callable[[], Lists]]], str, tuple[str, ...]]] = {
    "niner": (by_niner, "niner.imports.folder", ()),
    "csv, unchecked": (by_csv, "csv", ()),
    "pyarrow": (by_pyarrow, "pyarrow.csv", ("pyarrow",)),
    "polars": (by_polars, "polars", ("polars", "polars-runtime-32")),
    "pandas": (by_pandas, "pandas", ("pandas", "numpy", "python-dateutil")),
}


def digest(lists: Lists) -> str:
    whole = hashlib.sha256()
    for column in lists:
        texts = (value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value) for value in column)
        whole.update("\n".join(texts).encode() + b"\0")
    return whole.hexdigest()


def one(name: str, path: Path) -> None:
    """Read the file, and print how long it took and what came out, or what was said."""
    reader, loads, _ = READERS[name]
    start = time.process_time()
    import_module(loads)
    loaded = time.process_time()
    try:
        arrays, lists = reader(path)
        in_arrays = time.process_time()
        found = lists()
    except Exception as problem:
        print(json.dumps({"says": f"{type(problem).__name__}: {problem}"}))
        return
    done = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"load": loaded - start, "arrays": in_arrays - loaded, "lists": done - loaded, "peak": peak}
    print(json.dumps({**told, "rows": len(found[0]), "sha256": digest(found), "apart": arrays is not None}))


def ran(name: str, path: Path) -> dict[str, Any]:
    run = subprocess.run([sys.executable, __file__, "--one", name, str(path)], capture_output=True, text=True)
    try:
        return dict(json.loads(run.stdout))
    except ValueError:
        return {"says": f"the process ended with {run.returncode}: {run.stderr[-200:]}"}


def installed(packages: tuple[str, ...]) -> float:
    """Megabytes of the files of some packages; nan where one is not there."""
    try:
        return sum(
            Path(str(file.locate())).stat().st_size / 1e6
            for package in packages
            for file in distribution(package).files or ()
            if Path(str(file.locate())).is_file()
        )
    except PackageNotFoundError:
        return float("nan")


def row(number: int, received: str = "0.5", note: str | None = None) -> str:
    more = "" if note is None else f",{note}"
    return f"{number},2024-01-{number:02d}T00:00:00+00:00,Coinbase,buy,100.00,USD,{received},BTC,0.99,{more}\n"


NOTED = HEADER.replace("\n", ",note\n")
# What is wrong with a file, the file, and the line it is in; 0 where nothing is wrong and three rows must be read.
BROKEN: dict[str, tuple[bytes, int]] = {
    "a byte order mark": (b"\xef\xbb\xbf" + (HEADER + row(1) + row(2) + row(3)).encode(), 0),
    "a line break in quotes": ((NOTED + row(1, note='"a\nb"') + row(2, note="") + row(3, note="")).encode(), 0),
    "a row too short": ((HEADER + row(1) + "2,2024-01-02T00:00:00+00:00,Coinbase,buy\n" + row(3)).encode(), 3),
    "a row too long": ((HEADER + row(1) + row(2).replace("\n", ",more\n") + row(3)).encode(), 3),
    "a quote never closed": ((HEADER + row(1) + row(2).replace("Coinbase", '"Coinbase') + row(3)).encode(), 3),
    "text after a closed quote": ((HEADER + row(1) + row(2).replace("Coinbase", '"Coin"base') + row(3)).encode(), 3),
    "NUL in a cell": ((HEADER + row(1) + row(2).replace("Coinbase", "Coin\0base") + row(3)).encode(), 3),
    "Windows-1252": ((HEADER + row(1) + row(2).replace("Coinbase", "Coin\xe9") + row(3)).encode("cp1252"), 0),
    "a quantity that is a word": ((HEADER + row(1) + row(2, "half") + row(3)).encode(), 3),
    "dollars with a part of a cent": ((HEADER + row(1) + row(2).replace("100.00", "100.001") + row(3)).encode(), 0),
    "after a line break, a time that is none": (
        (NOTED + row(1, note='"a\nb"') + row(2, note="").replace("2024-01", "2024-13") + row(3, note="")).encode(), 4,
    ),
}  # fmt: skip


def said(told: dict[str, Any], line: int) -> str:
    """What a reader made of a broken file, in a word or two."""
    says = str(told.get("says", ""))
    if not says:
        return f"read, {told['rows']} rows" + (": SILENT" if line else "")
    if not line:
        return "refused"
    named = {int(number) for number in re.findall(r"(?:line|row|#)[ :#]*([0-9]+)", says.lower())}
    named.discard(0)  # of the whole file
    return "told with its line" if line in named else f"told as of line {min(named)}" if named else "told, no line"


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]))
        return
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    names = [name for name, (_, loads, _) in READERS.items() if find_spec(loads.partition(".")[0])]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "case" / "ledger"
        folder.mkdir(parents=True)
        write_ledger(folder / "made.csv", rows, 1)
        best: dict[str, dict[str, Any]] = {}
        for _ in range(TURNS):
            for name in names:
                told = ran(name, folder / "made.csv")
                if "says" in told:
                    raise SystemExit(f"{name}: {told['says']}")
                known = best.setdefault(name, told)
                known |= {what: min(known[what], told[what]) for what in ("load", "arrays", "lists", "peak")}
        print(f"{rows:,} rows, processor seconds")
        print(f"{'':16}{'lists':>8}{'arrays':>8}{'loading':>9}{'MB':>6}{'installs':>10}  the same values")
        for name, told in best.items():
            size = f"{installed(READERS[name][2]):.0f} MB" if READERS[name][2] else "nothing"
            same = told["sha256"] == best["niner"]["sha256"]
            arrays = f"{told['arrays']:8.2f}" if told["apart"] else f"{'':8}"
            figures = f"{told['lists']:8.2f}{arrays}{told['load']:9.2f}{told['peak']:6.0f}{size:>10}"
            print(f"{name:16}{figures}  {'yes' if same else 'NO'}")
        print()
        for what, (data, line) in BROKEN.items():
            (folder / "made.csv").write_bytes(data)
            print(f"{what}: " + "; ".join(f"{name}: {said(ran(name, folder / 'made.csv'), line)}" for name in names))


if __name__ == "__main__":
    main()
