"""What is written of many rows by columns says what is written of each by itself."""

import csv
import io
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from niner.each_once import each_once
from niner.money import (
    PARTS,
    all_dollars_printed,
    dollars_printed,
    dollars_text,
    dollars_texts,
    exact_text,
    parts_text,
    parts_texts,
    whole_cents,
)
from niner.printing.columns import _as_csv, plain_cell

CENTS = st.integers(-(10**18), 10**18) | st.integers(-300, 300)
# Shares of every fineness: what ends after few decimals, and what is a third of a cent.
SHARES = st.builds(
    lambda many, twos, fives: many * 2**twos * 5**fives,
    st.integers(-(10**9), 10**9),
    st.integers(0, 24),
    st.integers(0, 24),
)


@settings(deadline=None)
@given(st.lists(CENTS))
def test_money_has_its_cents(amounts: list[int]) -> None:
    expected = [f"{Decimal(amount).scaleb(-2):.2f}" for amount in amounts]
    assert dollars_texts(amounts) == list(map(dollars_text, amounts)) == expected


@settings(deadline=None)
@given(st.lists(CENTS))
def test_printed_money_has_commas_and_a_sign_before_the_dollar(amounts: list[int]) -> None:
    expected = [f"{Decimal(amount).scaleb(-2):,.2f}" for amount in amounts]
    expected = [f"-${text[1:]}" if text[0] == "-" else f"${text}" for text in expected]
    assert all_dollars_printed(amounts) == list(map(dollars_printed, amounts)) == expected


@settings(deadline=None)
@given(st.lists(SHARES | st.integers(-(10**30), 10**30)))
def test_a_share_is_written_whole_where_it_is_a_price(amounts: list[int]) -> None:
    cents = [whole_cents(Fraction(amount, PARTS)) for amount in amounts]
    shares = [Fraction(amount, PARTS) for amount in amounts]
    expected = [
        exact_text(share) if 1 < share.denominator <= 10**12 else dollars_text(whole)
        for share, whole in zip(shares, cents, strict=True)
    ]
    assert parts_texts(amounts, cents) == list(map(parts_text, amounts, cents)) == expected


@settings(deadline=None)
@given(st.lists(st.tuples(st.text('a,"\r\n =', max_size=4), st.text(max_size=4)), min_size=1))
def test_cells_are_quoted_as_a_csv_writer_does(lines: list[tuple[str, str]]) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(lines)
    assert _as_csv(lines) == stream.getvalue()


@settings(deadline=None)
@given(st.text("=+-@|%−＝\t\r\n aé1", max_size=4))
def test_no_cell_is_a_formula(text: str) -> None:
    shown = plain_cell(text)
    assert shown.removeprefix("'") == text or shown == text
    assert shown.lstrip()[:1] not in tuple("=+-@|%−＝")


@settings(deadline=None)
@given(st.lists(st.sampled_from("abc")))
def test_what_is_alike_is_made_once(values: list[str]) -> None:
    asked: list[str] = []

    def make(value: str) -> str:
        asked.append(value)
        return value.upper()

    assert each_once(make, values) == [value.upper() for value in values]
    assert sorted(asked) == sorted(set(values))
