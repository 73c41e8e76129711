"""Every field of Form 1040 and Schedules 1 to 3 is filled by a line or a key, or docs/form-1040.md says why not.

A new year's pack shows here what a case cannot give.
"""

import re
from functools import cache
from pathlib import Path

import pytest

from niner.forms import load_pack
from niner.rules import load_rules

FORMS = ("f1040", "f1040s1", "f1040s2", "f1040s3")
DOCS = Path(__file__).parents[2] / "docs" / "form-1040.md"
# Fields that the heading fills from persons, the bank, the designee and the preparer; kinds stand beside their line.
OF_PERSONS = re.compile(
    r"(spouse_)?(first_name|last_name|ssn|occupation|ip_pin|blind|born_before|claimed_as_dependent)|name|street|apt|city|state"
    r"|zip|foreign_\w+|phone|email|campaign_(you|spouse)|filing_status(_name|\..+)|dependents_more|dependent\..+|preparer\..+"
    r"|designee(\.(yes|no)|_\w+)|digital_assets\..+|spouse_itemizes|dual_status_alien|(benefits_)?lived_apart"
)
OF_KIND = re.compile(r"(.+?)(\.type|\.codes|\.other_form)(_2)?")
OF_PLACES = ("routing_number", "account_number", "account_type")
OF_CASE = ("schedule_d_not_required",)
OF_ALIMONY = ("alimony_recipient", "alimony_paid_agreement", "alimony_received_agreement")


def not_reached(form: str, year: int) -> list[str]:
    """The keys of the form's fields that nothing fills."""
    rules = load_rules(year)
    lines = {name.line for name, line in rules.compiled.lines.items() if name.form == form and line.print}
    places = {rules.place(name).line for name in OF_PLACES + OF_ALIMONY + OF_CASE}
    boxes = {str(field) for row in rules.table("boxes").values() for field in row.cells["fields"]}
    found = []
    for page in load_pack(form, year).pages:
        for key, field in page.fields.items():
            kind = OF_KIND.fullmatch(key)
            line = kind[1] if kind else re.sub(r"\.(yes|no|checking|savings)$", "", key)
            known = line in lines or line in places or key in boxes or OF_PERSONS.fullmatch(key)
            if not known and not field.read_only:
                found.append(key)
    return found


@cache
def told() -> dict[tuple[str, str], range]:
    """What docs/form-1040.md says is not filled: the years, by form and key."""
    rows = re.findall(
        r"^\| (f1040\w*) \| ([^|]+) \| (\d{4})(?:–(\d{4}))? \| [^|]{10,} \|$", DOCS.read_text(), re.MULTILINE
    )
    return {
        (form, key): range(int(first), int(last or first) + 1)
        for form, keys, first, last in rows
        for key in re.findall(r"`([^`]+)`", keys)
    }


@pytest.mark.parametrize("form", FORMS)
def test_every_field_is_reached_or_the_page_says_why_not(form: str) -> None:
    for year in range(2020, 2026):
        said = {key for (of, key), years in told().items() if of == form and year in years}
        assert set(not_reached(form, year)) == said, f"{form} {year}"
