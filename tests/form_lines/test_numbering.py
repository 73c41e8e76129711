"""No line of a year's form is filled from a figure of another year's numbering.

A year's rules inherit what they don't change, so a line that the form renumbers and the rules forget would stay where
it was. Each printed line must be on that year's form, and one that is inherited must mean there what it meant the year
before: the blanks carry the IRS's own words for each of their fields.
"""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

import pytest
from pypdf import PdfReader

from niner.forms.drawing.speech import field_speech
from niner.forms.pack.loading import load_pack
from niner.rules import load_rules

FORMS = ("f1040", "f1040s1", "f1040s2", "f1040s3", "f1040sd", "f6251", "f8959", "f8960")
YEARS = range(2020, 2027)
PUBLISHED = range(2020, 2026)
# Lines that mean what they meant in other words, found by reading both; “Amount.” is all the blank says of some.
OTHER_WORDS = {
    (2021, "f1040", "19"),
    (2021, "f1040", "37"),
    (2022, "f1040", "37"),
    (2022, "f1040", "15"),
    (2025, "f1040", "2a"),
    (2025, "f1040", "2b"),
    (2025, "f1040", "28"),
    (2025, "f1040", "3a"),
    (2025, "f1040", "3b"),
    (2025, "f1040", "16"),
    (2025, "f1040", "35a"),
    (2025, "f1040", "1h"),
    (2025, "f1040", "16.other"),
    (2025, "f1040s2", "1e.ii"),  # the same lines of Form 4255, whose column is left to its instructions
    (2025, "f1040s2", "1e.iii"),
    (2025, "f1040s2", "1e.iv"),
    (2025, "f1040s2", "1f.ii"),
    (2025, "f1040s2", "1f.iii"),
    (2025, "f1040s2", "1f.iv"),
    (2025, "f1040s1", "4"),
    (2025, "f1040s1", "14"),
    (2022, "f1040s3", "13b"),
    (2022, "f1040s3", "13h"),
    (2024, "f1040s3", "13z"),
    (2022, "f1040s1", "8b"),
    (2025, "f1040s1", "7"),
    (2025, "f1040s1", "20"),
    (2022, "f1040s2", "8"),
    (2025, "f1040s2", "4"),
    (2021, "f6251", "5"),
    (2021, "f6251", "10"),
    (2022, "f6251", "10"),
}


def printed(form: str, year: int) -> Iterator[tuple[str, int]]:
    """The lines that the year's rules print on the form, and the year whose rules state each."""
    rules = load_rules(year)
    stated = {c.name: c.year for c in rules.history if c.kind == "line"}
    for key, line in rules.compiled.lines.items():
        if key.form == form and line.print:
            name = key.line.rpartition(".")[0] if line.row else key.line
            yield key.line, stated[f"{form}/{name}"]


@cache
def words(form: str, year: int, folder: Path) -> Mapping[str, str]:
    """What the official blank says of each line."""
    pack = load_pack(form, year)
    said = field_speech(PdfReader(folder / pack.blank_name))
    fields = (field for page in pack.pages for field in page.fields.values())
    return {field.key.removesuffix(".yes"): said[f"{pack.root}.{field.name}"] for field in fields}


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("form", FORMS)
def test_every_printed_line_is_on_the_form_of_its_year(form: str, year: int) -> None:
    pack = load_pack(form, year)
    on_form = {field.key.removesuffix(".yes") for page in pack.pages for field in page.fields.values()}
    assert {line for line, _ in printed(form, year)} - on_form == set()


@pytest.mark.official
@pytest.mark.parametrize("year", PUBLISHED[1:])
@pytest.mark.parametrize("form", FORMS)
def test_a_line_that_is_inherited_means_what_it_meant_the_year_before(
    form: str, year: int, official_forms: Path
) -> None:
    now, before = words(form, year, official_forms), words(form, year - 1, official_forms)
    moved = []
    for line, stated in printed(form, year):
        if stated == year or (year, form, line) in OTHER_WORDS:
            continue
        if line not in before or SequenceMatcher(None, before[line], now[line]).ratio() < 0.8:
            moved.append((line, before.get(line), now[line]))
    assert moved == []


@pytest.mark.official
@pytest.mark.parametrize(
    ("form", "line", "year", "said"),
    [
        ("f1040s2", "2", 2024, "Alternative minimum tax"),
        ("f1040s2", "1", 2023, "Alternative minimum tax"),
        ("f1040s2", "12", 2021, "Net investment income tax"),
        ("f1040s1", "8v", 2024, "Digital assets"),
        ("f1040s1", "8z", 2023, "amount"),
        ("f1040", "7a", 2025, "Capital gain"),
        ("f1040", "7", 2024, "Capital gain"),
    ],
)
def test_lines_that_moved_are_filled_where_they_moved_to(
    form: str, line: str, year: int, said: str, official_forms: Path
) -> None:
    assert line in dict(printed(form, year))
    assert said in words(form, year, official_forms)[line]


@pytest.mark.official
@pytest.mark.parametrize("year", PUBLISHED)
def test_the_line_that_takes_the_result_of_schedule_d_says_capital_gain(year: int, official_forms: Path) -> None:
    line = load_rules(year).place("capital_gain").line
    assert "Capital gain or" in words("f1040", year, official_forms)[line]
