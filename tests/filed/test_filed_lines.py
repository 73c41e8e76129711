"""Filed lines are read by what they mean in their own year, not by one year's numbers."""

import pytest

from niner.amend.filed.contradictions import broken
from niner.amend.filed.figures import figures_from_lines, filed_inputs, filed_minimum_tax
from niner.amend.filed.original import _from_lines
from niner.rules import load_rules

# Schedule 3: paid with an extension, excess social security tax; Schedule 2: alternative minimum tax. As printed.
PRINTED = {
    2020: ("9", "10", "1"),
    2021: ("10", "11", "1"),
    2022: ("10", "11", "1"),
    2023: ("10", "11", "1"),
    2024: ("10", "11", "2"),
    2025: ("10", "11", "2"),
}


@pytest.mark.parametrize("year", PRINTED)
def test_schedules_2_and_3_are_read_in_the_numbering_of_the_year(year: int) -> None:
    extension, excess, minimum_tax = PRINTED[year]
    rules = load_rules(year)
    lines = {
        "f1040": {"17": 5000, "32": 90000, "25b": 700, "25d": 2000},
        "f1040s2": {minimum_tax: 4000},
        "f1040s3": {extension: 60000, excess: 20000},
    }
    given = figures_from_lines(lines, rules, "single", 0, 0).given
    assert given is not None
    assert (given.paid_with_extension, given.excess_social_security) == (60000, 20000)
    assert (given.earned_income_credit, given.refundable_credits) == (0, 10000)
    assert (given.withholding, given.withholding_1099) == (1300, 700)
    assert filed_minimum_tax(lines, rules) == 4000
    assert (given.schedule_2_part_1, given.premium_credit_repaid) == (None, 1000)
    inputs = filed_inputs(lines, rules, given, 0, 0)
    assert (inputs["filed_excess_social_security"], inputs["filed_refundable_credits"]) == (20000, 10000)


def test_line_17_alone_stays_one_sum() -> None:
    rules = load_rules(2023)
    given = figures_from_lines({"f1040": {"17": 5000}}, rules, "single", 0, 0).given
    assert given is not None
    assert (given.schedule_2_part_1, given.premium_credit_repaid) == (5000, None)


def test_a_filed_standard_deduction_is_no_itemized_one() -> None:
    rules = load_rules(2023)
    for cents, itemized in ((1385000, False), (1385100, None)):
        given = figures_from_lines({"f1040": {"12": cents}}, rules, "single", 0, 0).given
        assert given is not None
        assert (given.deduction, given.itemized) == (cents, itemized)


@pytest.mark.parametrize(
    ("total", "found"), [(150100, False), (149801, False), (150200, True), (149800, True), (152000, True)]
)
def test_a_filed_total_may_be_off_by_what_rounding_to_dollars_moves_and_no_more(total: int, found: bool) -> None:
    """Line 24 of 1,000 and 500 that may each have been rounded: 1,501 follows from them, 1,502 and 1,520 do not."""
    lines = {"f1040": {"22": 100000, "23": 50000, "24": total}}
    assert any(one.relation.line == "24" for one in broken(lines, 2023, "filed")) is found


def test_of_the_other_taxes_no_more_is_taken_for_investment_tax_than_was_filed() -> None:
    """A return that forgot Form 8960: line 23 has 500 of another kind at most, and 3,800 would be due (IRC §1411)."""
    income = {"1a": 20000000, "1z": 20000000, "2b": 10000000, "9": 30000000, "11": 30000000}
    taxes = {"12": 1385000, "14": 1385000, "15": 28615000, "16": 7000000, "18": 7000000, "22": 7000000, "23": 50000}
    given = _from_lines({"f1040": income | taxes | {"24": 7050000}}, load_rules(2023), "single", (), (), None).given
    assert given is not None
    assert given.other_taxes == 0
