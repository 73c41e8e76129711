"""What must hold of the tax for any figures."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from niner.rules import Lines, WorksheetInputs, load_rules

STATUSES = ["single", "married_joint", "married_separate", "head_of_household", "surviving_spouse"]
ZERO = dict.fromkeys(
    (
        *("taxable_interest", "other_income", "adjustments", "qbi_deduction", "schedule_1a_deduction"),
        *("nonrefundable_credits", "other_taxes", "withholding", "estimated_payments", "refundable_credits"),
        "paid_with_extension",
    ),
    0,
)
years = st.integers(2020, 2026)
statuses = st.sampled_from(STATUSES)
dollars = st.integers(0, 900_000).map(lambda n: n * 100)
amounts = st.integers(-300_000, 900_000).map(lambda n: n * 100)


def lines(year: int, status: str, wages: int, short: int, long: int, dividends: int = 0) -> Lines:
    case = {
        **ZERO,
        "wages": wages,
        "ordinary_dividends": dividends,
        "qualified_dividends": dividends,
        "line_4": short,
        "line_11": long,
    }
    return load_rules(year).evaluate(WorksheetInputs(status, case, {}))


def tax(*figures: int | str) -> int:
    return int(lines(*figures).value("f1040", "24") or 0)  # type: ignore[arg-type]


@settings(max_examples=300, deadline=None)
@given(years, statuses, dollars, amounts, amounts, dollars, st.integers(1, 50_000_00))
def test_more_loss_never_raises_the_tax(
    year: int, status: str, wages: int, short: int, long: int, dividends: int, loss: int
) -> None:
    before = tax(year, status, wages, short, long, dividends)
    # Two rows of the Tax Table meet in one figure, each rounded to its row's middle: a few dollars either way.
    slack = 12_00
    assert tax(year, status, wages, short - loss, long, dividends) <= before + slack
    assert tax(year, status, wages, short, long - loss, dividends) <= before + slack


@settings(max_examples=150, deadline=None)
@given(
    *(years, statuses, dollars, amounts, dollars, st.integers(0, 100), st.integers(0, 100)),
    *(st.integers(0, 150_000), st.integers(0, 100), st.integers(1, 50_000_00), st.booleans()),
)
def test_more_loss_never_raises_tax_with_minimum_tax_and_every_rate_of_gain(
    year: int,
    status: str,
    wages: int,
    short: int,
    long: int,
    at_25: int,
    at_28: int,
    deduction: int,
    taxes: int,
    loss: int,
    of_short: bool,
) -> None:
    """With Forms 6251 and 8960: interest, itemized deductions with taxes in them, 25 % and 28 % gains."""
    case = {
        **ZERO,
        "wages": wages,
        "taxable_interest": 40_000_00,
        "ordinary_dividends": 0,
        "qualified_dividends": 0,
        "line_19": long * at_25 // 100,
        "line_18": (long - long * at_25 // 100) * at_28 // 100,
        "deduction": deduction * 100,
        "taxes_deducted": deduction * taxes,
        "investment_interest": 0,
        "investment_state_tax": 0,
    }

    def total(short: int, long: int) -> int:
        found = load_rules(year).evaluate(WorksheetInputs(status, {**case, "line_4": short, "line_11": long}, {}))
        return int(found.value("f1040", "24") or 0)

    less = total(short - loss, long) if of_short else total(short, long - loss)
    assert less <= total(short, long) + 12_00


@settings(max_examples=200, deadline=None)
@given(years, statuses, dollars, amounts, amounts)
@example(2024, "single", 0, -500000, 0)
@example(2025, "married_separate", 20000_00, -150001, 0)
def test_losses_in_are_losses_used_and_losses_out(year: int, status: str, wages: int, short: int, long: int) -> None:
    found = lines(year, status, wages, short, long)
    out = int(found.value("carryover", "8") or 0) + int(found.value("carryover", "13") or 0)
    loss = max(-(short + long), 0)
    used = int(found.value("carryover", "4") or 0)
    assert out == loss - used
    limit = 150000 if status == "married_separate" else 300000
    assert 0 <= used <= min(loss, limit)
    assert found.value("f1040sd", "21") == -min(loss, limit)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("year", range(2020, 2026))
def test_gain_up_to_the_ceiling_is_free_and_the_next_dollar_is_not(year: int, status: str) -> None:
    """The 0 % ceiling to the dollar; an ordinary rate lower than 15 % takes over where it is lower."""
    rules = load_rules(year)
    ceiling, deduction = (int(rules.parameter(n, status)) for n in ("gains_0_percent_to", "standard_deduction"))
    assert tax(year, status, 0, 0, ceiling + deduction) == 0
    over = lines(year, status, 0, 0, ceiling + deduction + 100_00)
    assert over.value("qdcg", "18") == 15_00
    assert over.value("qdcg", "9") == ceiling


@pytest.mark.parametrize("cents", [-1, 0, 1])
@pytest.mark.parametrize("year", range(2020, 2026))
def test_the_table_ends_where_the_computation_starts(year: int, cents: int) -> None:
    deduction = int(load_rules(year).parameter("standard_deduction", "single"))
    found = int(lines(year, "single", 100_000_00 + cents + deduction, 0, 0).value("f1040", "16") or 0)
    if cents < 0:
        assert found % 100 == 0, "the Tax Table's entries are whole dollars"
    below = int(lines(year, "single", 99_950_00 + deduction, 0, 0).value("f1040", "16") or 0)
    assert below <= found <= below + 12_00
