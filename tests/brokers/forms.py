"""Cases with a ledger and forms of brokers, for tests: rows in a few words, and what they come to."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from niner.brokers.reading.columns import COLUMNS, MORE
from niner.prepare import Options, Prepared, prepare

ALL = (*COLUMNS, *MORE)


def form(*rows: dict[str, object]) -> str:
    """The canonical table with rows that name only the columns they need; Form 1099-DA of Coinbase unless they say."""
    text = io.StringIO()
    table = csv.DictWriter(text, ALL, restval="", lineterminator="\n")
    table.writeheader()
    table.writerows({"form": "1099-DA", "broker": "Coinbase", "kind": "sale", **row} for row in rows)
    return text.getvalue()


def sold(day: str, units: object, asset: str, proceeds: object, **more: object) -> dict[str, object]:
    """A reported sale."""
    return {"sold": day, "units": units, "asset": asset, "proceeds": proceeds, **more}


def with_forms(folder: Path, **files: str) -> Path:
    """The case with files in brokers/ by name."""
    (folder / "brokers").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / "brokers" / f"{name}.csv").write_text(text)
    return folder


def rule(folder: Path, *lines: str) -> None:
    """The case's decisions.yaml."""
    end = ", by: Ada, on: 2026-02-03, why: looked it up}"
    (folder / "decisions.yaml").write_text("".join(f"- {{{line}{end}\n" for line in lines))


def prepared(folder: Path, year: int | None = None) -> Prepared:
    return prepare(folder, Options(forms=False, year=year))


def document(folder: Path, year: int | None = None) -> dict[str, Any]:
    """return.json of a case that has no error."""
    done = prepared(folder, year)
    assert done.ok, [f.says for f in done.findings if f.severity == "error"]
    return json.loads(next(path for path in done.written if path.name == "return.json").read_text())


COLUMNS_OF_THE_FORM = ("box", "proceeds", "basis", "code", "adjustment", "gain")


def columns(found: dict[str, Any]) -> list[tuple[str, ...]]:
    """Box and columns (d) to (h) of each row, amounts without cents where there are none."""
    return [
        tuple(d[name].removesuffix(".00") if "." in d[name] else d[name] for name in COLUMNS_OF_THE_FORM)
        for d in found["dispositions"]
    ]


def ids(found: dict[str, Any], *severities: str) -> Sequence[str]:
    """The findings of brokers' forms."""
    return [f["id"] for f in found["findings"] if f["severity"] in severities]
