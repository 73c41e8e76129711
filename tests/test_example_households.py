"""Twelve households in tests/examples/households, as prepared and as amended, against the forms worked by hand."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from niner.amend.filing import When, file_return
from niner.amend.job import AmendOptions, work_out_amended
from niner.money import parse_cents
from niner.prepare import Options, work_out
from niner.rules import Lines

HOUSEHOLDS = sorted(path for path in (Path(__file__).parent / "examples" / "households").iterdir() if path.is_dir())
QUICK = Options(forms=False)


def _differences(lines: Lines, expected: dict[str, dict[Any, Any]]) -> list[str]:
    found = []
    for form, wanted in expected.items():
        for line, amount in wanted.items():
            want = None if amount == "blank" else parse_cents(str(amount))
            got = None if lines.blank(form, str(line)) else lines.value(form, str(line))
            if got != want:
                found.append(f"{form} {line}: {got} for {want}")
    return found


@pytest.mark.parametrize("example", HOUSEHOLDS, ids=lambda path: path.name)
def test_a_household_as_prepared_and_as_amended(example: Path, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(example, folder)
    expected = yaml.safe_load((folder / "expected.yaml").read_text("utf-8"))
    first, _ = work_out(folder, QUICK)
    assert _differences(first.lines, expected["original"]) == []
    printed = first.lines.as_mapping().keys() | ({"f8949"} if first.rows else set())
    assert {form for form in printed if first.filled.get(form, form == "f8949")} == set(expected["filled"])
    file_return(folder, first.year, When(filed_on=date(first.year + 1, 4, 1)), None, QUICK)
    shutil.copy(folder / "found" / "northcoin.csv", folder / "ledger")
    years, _ = work_out_amended(folder, first.year, AmendOptions(date(first.year + 2, 2, 1), QUICK))
    amended = years[first.year].result
    assert _differences(amended.lines, {**expected["corrected"], **expected["amended"]}) == []


def test_there_are_twelve() -> None:
    assert len(HOUSEHOLDS) >= 12
