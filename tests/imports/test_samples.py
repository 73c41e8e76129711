"""Every public sample of an export becomes what the README of the formats says, and none is missing there."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from imports.exports import imported

HERE = Path(__file__).parent
README = HERE.parent.parent / "engine" / "niner" / "imports" / "formats" / "README.md"
TABLE: dict[str, Any] = yaml.safe_load((HERE / "samples.yaml").read_text("utf-8"))
WITHOUT = TABLE.pop("no samples")
FILES = {name: wanted for files in TABLE.values() for name, wanted in files.items()}
PLACE = os.environ.get("NINER_SAMPLES", "")
with_samples = pytest.mark.skipif(not PLACE, reason="needs the samples: set NINER_SAMPLES to their folder")


def test_the_table_of_the_readme_has_these_rows_and_no_others() -> None:
    lines = README.read_text("utf-8").split("| sample | becomes |")[1].splitlines()
    rows = [line.split("|")[1].strip() for line in lines if line.startswith("| ")]
    assert sorted(rows) == sorted([*TABLE, *WITHOUT])


@with_samples
def test_every_sample_is_accounted_for() -> None:
    there = {path.name for path in Path(PLACE).iterdir() if path.name != "README.md"}
    assert there == set(FILES)


@with_samples
@pytest.mark.parametrize("name", FILES)
def test_a_sample_becomes_what_the_table_says(name: str, tmp_path: Path) -> None:
    wanted = FILES[name]
    address = ', address: "0xmine"' if name.startswith("etherscan") else ""
    more = f'sources: {{"ledger/{name}": {{timezone: UTC{address}}}}}\n'
    found = imported(tmp_path, {name: (Path(PLACE) / name).read_bytes()}, more)
    errors = {one.id for one in found.findings if one.severity == "error" and one.id != "prices-missing"}
    file = found.files[0] if found.files else None
    assert (file.format if file else "", len(found.events)) == (wanted["format"], wanted["events"])
    assert errors == set(wanted.get("errors", ()))
    assert (file.side if file else "ledger") == wanted.get("side", "ledger")
    if file and not wanted.get("errors"):
        # Each row is part of an event, or left out with the reason.
        told = {row for event in found.events for row in event.rows} | {left.row for left in file.left_out}
        unread = wanted.get("side") == "broker" or file.says.startswith("not read")
        assert unread or told == set(range(1, file.rows + 1))
