"""Cents and less: nothing is rounded before it is printed, and whole dollars are cents that were rounded once."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import MakeCase
from ledgers import buy, give, ledger, receive, sell
from niner.money import (
    PARTS,
    carried,
    cents,
    dollars_text,
    exact_cents,
    exact_text,
    footed_dollars,
    parse_cents,
    parse_decimal,
    round_to_dollar,
    share,
    steadied,
    whole_cents,
)
from niner.prepare import Options, work_out
from niner.printing.output import return_json
from niner.printing.sheets import sheets
from niner.returns.year import YearReturn


def _worked(folder: Path) -> YearReturn:
    return work_out(folder, Options(forms=False))[0]


def _rewards(count: int, value: str) -> list[dict[str, object]]:
    days = [f"2024-{1 + n % 12:02d}-{1 + n % 28:02d}" for n in range(count)]
    return [receive("staking", day, 1, "ETH", usd_value=value) for day in days]


# Found on 25 November 2026: rounded row by row, 8,064 rewards came to $80.64 and to nothing.
@pytest.mark.parametrize(("value", "line"), [("0.005", "2.10"), ("0.0049", "2.06"), ("0.00001", "0.00")])
def test_rewards_below_a_cent_are_added_exactly_and_rounded_once(make_case: MakeCase, value: str, line: str) -> None:
    found = return_json(_worked(make_case(ledger(*_rewards(420, value)))), (), {}, ())
    assert found["lines"]["f1040s1"]["8v"] == line
    assert sum(Decimal(item["amount"]) for item in found["income"]) == 420 * Decimal(value)
    assert sum(Decimal(lot["basis"]) for lot in found["open_lots"]) == 420 * Decimal(value)


@pytest.mark.parametrize(("value", "basis"), [("0.005", 210), ("0.0049", 206)])
def test_the_basis_of_such_rewards_is_exact_and_the_form_still_foots(
    make_case: MakeCase, value: str, basis: int
) -> None:
    rows = [*_rewards(420, value), sell("2024-12-29", 420, "ETH", "1.00")]
    result = _worked(make_case(ledger(*rows)))
    printed = [row.basis_cents for row in result.rows]
    assert sum(printed) == basis == result.lines.value("f1040sd", "3.e")
    assert set(printed) == {0, 1}
    assert sum(row.proceeds_cents for row in result.rows) == 100
    assert sum(row.gain_cents for row in result.rows) == 100 - basis == result.lines.value("f1040sd", "3.h")


def test_half_of_many_cents_is_not_rounded_up_in_each_of_them(make_case: MakeCase) -> None:
    rows = [buy("2024-01-02", 2, f"A{n}", "0.01") for n in range(60)]
    rows += [sell("2024-02-02", 1, f"A{n}", "0.02") for n in range(60)]
    result = _worked(make_case(ledger(*rows)))
    assert (result.lines.value("f1040sd", "3.e"), result.lines.value("f1040sd", "3.h")) == (30, 90)


def test_whole_cents_are_shared_out_as_before(make_case: MakeCase) -> None:
    rows = [buy("2024-01-02", 3, "BTC", "100.00"), *(sell(f"2024-02-0{n}", 1, "BTC", 50) for n in (1, 2, 3))]
    assert [row.basis_cents for row in _worked(make_case(ledger(*rows))).rows] == [3333, 3334, 3333]


def test_a_fee_worth_less_than_a_cent_still_moves_the_basis(make_case: MakeCase) -> None:
    rows = [buy("2024-01-02", 1, f"A{n}", "1.00", fee_usd="0.004") for n in range(100)]
    rows += [sell("2024-02-02", 1, f"A{n}", "2.00", fee_usd="0.004") for n in range(100)]
    result = _worked(make_case(ledger(*rows)))
    lines = [result.lines.value("f1040sd", f"3.{column}") for column in "deh"]
    assert lines == [20000 - 40, 10000 + 40, 10000 - 80]


def test_nine_sales_in_whole_dollars_are_ninety_dollars(make_case: MakeCase) -> None:
    rows = [buy("2024-01-02", 1, f"A{n}", "10.50") for n in range(9)]
    rows += [sell("2024-02-02", 1, f"A{n}", "20.49") for n in range(9)]
    result = _worked(make_case(ledger(*rows), elections=", rounding: dollars"))
    lines = [result.lines.value("f1040sd", line) for line in ("3.d", "3.e", "3.h", "7", "16")]
    assert lines == [18400, 9500, 9000, 9000, 9000]
    assert [row.gain_cents for row in result.rows] == [1000] * 9


@pytest.mark.parametrize("rounding", ["cents", "dollars"])
@pytest.mark.parametrize(("cost", "price"), [("10.05", "10.45"), ("0.004", "0.404"), ("0.0996", "0.4996")])
def test_four_hundred_gains_of_forty_cents_are_160_dollars_of_income(
    make_case: MakeCase, rounding: str, cost: str, price: str
) -> None:
    """Schedule D instructions 2025, Rounding Off: cents are added, the total is rounded. Row by row it came to nothing.

    Taxable income is 50,000 + 160 - 15,750 = 34,410, in the Tax Table's row from 34,400: 3,893; without the gain 3,875.
    """
    rows = [buy("2025-01-02", 400, "A", f"{400 * Decimal(cost)}")]
    rows += [sell(f"2025-{2 + n // 28 % 10:02}-{1 + n % 28:02}", 1, "A", price) for n in range(400)]
    folder = make_case(ledger(*rows), 2025, elections=f", rounding: {rounding}", wages="50000")
    found = _worked(folder).lines
    assert (found.value("f1040sd", "16"), found.value("f1040", "16")) == (16000, 389300)


amounts = st.integers(1, 400_000).map(lambda n: f"{Decimal(n) / 100:.2f}")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(amounts, amounts, st.integers(2022, 2024)), min_size=1, max_size=6),
    amounts,
    st.sampled_from(["single", "head_of_household"]),
    st.sampled_from([2021, 2022, 2024, 2025]),
)
def test_rounding_moves_no_line_by_more_than_half_a_dollar(
    tmp_path_factory: pytest.TempPathFactory,
    sales: list[tuple[str, str, int]],
    reward: str,
    status: str,
    year: int,
) -> None:
    rows = [receive("staking", f"{year}-05-05", 1, "ETH", usd_value=reward)]
    for n, (cost, price, bought) in enumerate(sales):
        rows += [buy(f"{bought - 3}-01-02", 1, f"A{n}", cost), sell(f"{year}-0{1 + n}-02", 1, f"A{n}", price)]
    found = []
    for rounding in ("cents", "dollars"):
        folder = tmp_path_factory.mktemp("case")
        (folder / "ledger").mkdir()
        (folder / "ledger" / "a.csv").write_text(ledger(*rows))
        (folder / "case.yaml").write_text(
            f"tax_year: {year}\n"
            f"taxpayer: {{first_name: Ada, last_name: Example, ssn: 900-12-3456, filing_status: {status}}}\n"
            f"elections: {{timezone: UTC, rounding: {rounding}}}\ncarryover_in: {{short_term: 1234.56, long_term: 0}}\n"
            "return: {wages: 61234.49, qualified_dividends: 12.51, ordinary_dividends: 20.50, withholding: 5000.50}\n"
        )
        found.append(_worked(folder).lines.as_mapping())
    in_cents, in_dollars = found
    for form, lines in in_dollars.items():
        for line, value in lines.items():
            assert type(value) is bool or value % 100 == 0, (form, line)
            assert abs(int(value) - int(in_cents[form][line])) <= 50, (form, line)
    # What one form takes from another is the same figure on both.
    gain = {2020: "7", 2021: "7", 2022: "7", 2024: "7"}.get(year, "7a")
    limited = in_dollars["f1040sd"].get("21", in_dollars["f1040sd"]["16"])
    assert in_dollars["f1040"].get(gain, 0) == limited


@given(st.lists(st.fractions(-50, 50, max_denominator=10**9), max_size=30))
def test_carried_cents_add_up_and_none_moves_by_a_cent(exact: list[Fraction]) -> None:
    parts = [share(f.numerator * PARTS, 1, f.denominator) for f in exact]
    printed = carried(parts)
    assert sum(printed) == share(sum(parts), 1, PARTS)
    assert all(abs(cents * PARTS - part) < PARTS for cents, part in zip(printed, parts, strict=True))
    assert all(cents * PARTS == part for cents, part in zip(printed, parts, strict=True) if part % PARTS == 0)


@given(st.decimals(0, 10**9, allow_nan=False, allow_infinity=False, places=6))
def test_exact_cents_lose_nothing(dollars: Decimal) -> None:
    exact = exact_cents(dollars)
    assert Fraction(exact) == Fraction(dollars) * 100
    assert Decimal(exact_text(exact)) == dollars
    assert abs(whole_cents(exact) - exact) <= Fraction(1, 2)
    assert round_to_dollar(whole_cents(exact)) % 100 == 0


def test_units_given_for_a_fee_below_a_cent_are_a_row_that_prints_zero(make_case: MakeCase) -> None:
    rows = [
        receive("staking", "2024-01-02", 1, "ETH", usd_value="0.40"),
        give("fee", "2024-02-02", "0.01", "ETH", usd_value="0.004"),
    ]
    result = _worked(make_case(ledger(*rows)))
    assert [(row.proceeds_cents, row.basis_cents) for row in result.rows] == [(0, 0)]
    assert result.rows[0].disposition.proceeds_parts == Fraction(4, 10) * PARTS


def test_thirds_that_make_half_a_cent_round_as_half_a_cent() -> None:
    amounts = [share(PARTS, 1, 3)] * 3 + [PARTS // 2]
    assert sum(amounts) < PARTS * 3 // 2, "the parts themselves are a hair less than a cent and a half"
    assert carried(amounts) == [0, 1, 0, 1]
    assert carried([-amount for amount in amounts]) == [0, -1, 0, -1]


@pytest.mark.parametrize(
    ("rounding", "amounts"),
    [("cents", [120050, 50025, 90040, 12070, 747839]), ("dollars", [120100, 50000, 90000, 12100, 747800])],
)
def test_what_forms_list_beside_their_lines_is_rounded_with_them(
    make_case: MakeCase, rounding: str, amounts: list[int]
) -> None:
    """Payers, kinds of expenses and the row of a business: an amount with cents has no place on such a return."""
    more = (
        "schedule_b: {interest: {First: 1200.50, Second: 500.25}, foreign_account: no, foreign_trust: no}\n"
        "schedule_c: {activity: Rides, code: 485300, accounting: cash, participated: yes, started: no, pays_1099: no}"
    )
    figures = "60000, taxable_interest: 1700.75, gross_receipts: 9067.99, business_qualifies: yes"
    figures += ", other_business_expenses: {Software: 900.40, Fees: 120.70}, other_income: 0, adjustments: 0"
    folder = make_case(
        ledger(buy("2024-01-02", 1, "BTC", 900)), 2025, wages=figures, more=more, elections=f", rounding: {rounding}"
    )
    values = {
        f"{fill.form}.{key}": value
        for fill in sheets(_worked(folder)).forms
        for page in fill.pages
        for key, value in page.values.items()
    }
    keys = (
        "f1040sb.interest.1.amount",
        "f1040sb.interest.2.amount",
        "f1040sc.other.1.amount",
        "f1040sc.other.2.amount",
    )
    assert [values[key] for key in (*keys, "f8995.business.1.amount")] == amounts
    assert values["f8995.2"] == values["f8995.business.1.amount"]


@given(st.one_of(st.integers(-(10**18), 10**18).map(dollars_text), st.from_regex(r"-?[0-9]{0,17}\.[0-9]{0,3}\n?")))
def test_cents_as_they_are_written_are_what_any_other_way_gives(text: str) -> None:
    def read(parse: Callable[[str], int]) -> int | None:
        try:
            return parse(text)
        except ValueError:
            return None

    assert read(parse_cents) == read(lambda words: cents(parse_decimal(words)))


@pytest.mark.parametrize(
    ("rounding", "types", "kinds"),
    [
        (
            "cents",
            ["Foreign 150.50; Generation skipping 40.50", "Bonds 30.40; Repaid 20.40", "Losses 10.40"],
            "1,200.50",
        ),
        ("dollars", ["Foreign 150; Generation skipping 41", "Bonds 31; Repaid 20", "Losses 10"], "1,201"),
    ],
)
def test_amounts_listed_by_their_kind_are_rounded_and_add_up_to_the_line(
    make_case: MakeCase, rounding: str, types: list[str], kinds: str
) -> None:
    """Lines 6 and 16 of Schedule A, line 8z of Schedule 1: 150.50 and 40.50 are 191; 30.40, 20.40 and 10.40 are 61.

    Each for itself, half a dollar up, they would be 192 and 60.
    """
    figures = "60000, medical_expenses: 40000, other_deductible_taxes: {Foreign: 150.50, Generation skipping: 40.50}"
    figures += ", other_itemized_deductions: {Bonds: 30.40, Repaid: 20.40, Losses: 10.40}"
    figures += ", other_income_by_kind: {Jury pay: 1200.50, Bounty: 10}"
    folder = make_case(
        ledger(buy("2024-01-02", 1, "BTC", 900)), 2024, wages=figures, elections=f", rounding: {rounding}"
    )
    values = {
        f"{fill.form}.{key}": value
        for fill in sheets(_worked(folder)).forms
        for page in fill.pages
        for key, value in page.values.items()
    }
    assert values["f1040sa.other_taxes.1"] == types[0]
    listed = [values[key] for key in ("f1040sa.other.1", "f1040sa.other.2") if key in values]
    assert "; ".join(map(str, listed)) == "; ".join(types[1:])
    assert str(values["f1040s1.8z.type"]).startswith(f"Jury pay {kinds}")
    if rounding == "dollars":
        assert [values[f"f1040sa.{line}"] for line in ("6", "16")] == [19100, 6100]
        assert values["f1040s1.8z"] == 121100


@given(st.lists(st.integers(-10_000, 10_000), max_size=30))
def test_dollars_that_foot_add_up_and_none_moves_by_a_dollar(amounts: list[int]) -> None:
    printed = footed_dollars(amounts)
    assert sum(printed) == round_to_dollar(sum(amounts))
    assert all(cents % 100 == 0 and abs(cents - amount) < 100 for cents, amount in zip(printed, amounts, strict=True))
    nearest = [round_to_dollar(amount) for amount in amounts]
    assert sum(nearest) != sum(printed) or nearest == printed, "nothing moves where nothing is missing"


near_half = st.tuples(st.integers(-5, 5), st.integers(-2, 2), st.sampled_from((0, 10**9 // 2, -(10**9) // 2)))
shares = st.one_of(
    st.integers(-(10**27), 10**27),
    near_half.map(lambda n: n[0] * PARTS + PARTS // 2 + n[1] + n[2]),
    st.just(PARTS // 3),
)


@given(st.lists(shares, max_size=12))
def test_cents_are_carried_as_the_sum_so_far_is_steadied_and_rounded(amounts: list[int]) -> None:
    found, exact = carried(amounts), 0
    for at, amount in enumerate(amounts):
        exact += amount
        assert sum(found[: at + 1]) == share(steadied(exact), 1, PARTS)
    assert len(found) == len(amounts)
