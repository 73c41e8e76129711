"""Small rules rooms for tests: one year, one kind of fact, one decision, one form, one parameter. Every rule test."""

from functools import cache
from pathlib import Path

from niner.rules.editor.testing import RuleTest, read_tests
from niner.values import Finding

RULE_TESTS = Path(__file__).resolve().parent

FACTS = """\
facts:
  sale:
    meaning: a sale
    remarks: true
    fields:
      kind: {type: text, values: [sell, trade, fee], meaning: how}
      days: {type: whole_number, unit: days, meaning: held}
      reported: {type: yes_no, meaning: on a form}
      seller: {type: words, meaning: who sold}
      amount: {type: whole_number, unit: cents, meaning: the price}
  quiet:
    meaning: something of which nothing is said
    fields:
      days: {type: whole_number, unit: days, meaning: days}
case:
  wages: {type: money, meaning: wages}
  other: {type: money, default: 0, meaning: other income}
  files: {type: yes_no, default: false, meaning: files a form}
"""

YEAR = "year: 2020\nstatus: final\n"

TERM = """\
decides: term
about: sale
asks: How long was it held?
concludes: [short, long]
rules:
  - id: short
    says: Short.
    authority: IRC §1222(1)
    then: short
  - id: long
    says: Long.
    authority: IRC §1222(3)
    when: {days: {gt: 0}}
    overrides: [short]
    then: long
"""

FORM = """\
form: f1
title: A form
lines:
  1: {says: Wages., authority: line 1, value: case.wages}
  2: {says: Other., authority: line 2, value: case.other, blank_if_zero: true}
  3: {says: Sum., authority: line 3, value: L1 + L2}
  4: {says: Whether there is a sum., authority: line 4, value: L3 > limit}
"""

LIMIT = """\
parameters:
  limit:
    title: A limit
    unit: dollars
    authority: IRC §1211(b)
    value: 3000
"""


REMARKS = """\
remarks: sales
about: sale
rules:
  - id: late
    tell: review
    says: "{days|day|days} is over {amount}."
    todo: Ask {seller}.
    authority: IRC §1
    amount: amount
    when: {days: {gt: 9}}
"""


def write_room(folder: Path, **changed: str) -> Path:
    """A rules room under `folder`. Keywords replace a file or add one: facts, year, term, form, limit."""
    room = folder / "rules"
    (room / "2020").mkdir(parents=True)
    files = {"facts": FACTS, "year": YEAR, "term": TERM, "form": FORM, "limit": LIMIT, **changed}
    for name, text in files.items():
        path = room / "facts.yaml" if name == "facts" else room / "2020" / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
    return room


@cache
def every_rule_test() -> tuple[list[RuleTest], list[Finding]]:
    """All rule tests of the checkout and what is wrong with them, read once by a process that asks for them."""
    return read_tests(RULE_TESTS)
