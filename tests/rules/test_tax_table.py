"""The whole printed Tax Table of 2024 and 2025, cell by cell, against the rule that makes it."""

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from niner.rules import load_rules
from niner.rules.language.formula import evaluate
from niner.rules.language.values import Reference

STATUSES = ("single", "married_joint", "married_separate", "head_of_household")


def tax_on(year: int, status: str, amount: int) -> int:
    """The tax on whole dollars by the rules of the year."""
    rules = load_rules(year)

    def look_up(reference: Reference) -> Fraction:
        if reference.kind == "argument":
            return Fraction(amount)
        value = rules.parameter(reference.name, status)
        return Fraction(value, 100) if isinstance(value, int) else Fraction(value)

    found = evaluate(rules.compiled.functions["tax_on"].value, look_up)
    assert isinstance(found, Fraction | int)
    assert found.denominator == 1
    return int(found)


def printed_rows(text: str) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """(at least, less than, the four taxes) of the table as the instructions' text has it: six columns of a block."""
    blocks: list[list[int]] = [[]]
    for line in text.split("\n"):
        if re.fullmatch(r"[\d,]+", line.strip()):
            blocks[-1].append(int(line.replace(",", "")))
        elif blocks[-1]:
            blocks.append([])
    place = 0
    while place + 6 <= len(blocks):
        columns = blocks[place : place + 6]
        size = len(columns[0])
        edges = columns[0] + columns[1][-1:]
        if size > 1 and all(len(c) == size for c in columns) and columns[1] == edges[1:] and _rises(edges):
            for row in zip(*columns, strict=True):
                yield row[0], row[1], row[2:]
            place += 6
        else:
            place += 1


def _rises(edges: list[int]) -> bool:
    return all(b - a in (5, 10, 25, 50) for a, b in pairwise(edges))


@pytest.mark.official
@pytest.mark.parametrize("year", [2024, 2025])
def test_the_rule_makes_every_cell_of_the_printed_table(official_forms: Path, year: int) -> None:
    text = (official_forms / "instructions" / f"i1040gi--{year}.txt").read_text()
    start = text.index(f"{year}\nTax Table")
    rows = {row[0]: row for row in printed_rows(text[start:])}
    wrong = [
        (low, status, printed, tax_on(year, status, low))
        for low, _, taxes in rows.values()
        for status, printed in zip(STATUSES, taxes, strict=True)
        if tax_on(year, status, low) != printed
    ]
    assert wrong == []
    assert len(rows) > 1900, f"only {len(rows)} of about 2,060 rows could be read from the text"
