"""Values are printed as the forms want them, and never wider than their box."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niner.forms.drawing.typeset import PADDING, SIZES, Unfit, fit, money_text, plain_text, printed, width, wrapped
from niner.forms.pack.values import Field

MONEY = Field("3.h", "f1", "money", (0, 0, 64.05, 12), align="right")
TEXT = Field("row.1.a", "f2", "text", (0, 0, 136.05, 24), lines=2)
DASHED = Field("ssn", "f3", "ssn", (0, 0, 120, 14), max_length=11)
COMB = Field("ssn", "f4", "ssn", (0, 0, 120, 14), max_length=9, comb=True)


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (123456, "1,234.56"),
        (-123456, "(1,234.56)"),
        (-5, "(0.05)"),
        (100000000, "1,000,000.00"),
    ],
)
def test_money_has_commas_cents_and_parentheses_for_a_loss(cents: int, text: str) -> None:
    assert money_text(cents) == text


def test_whole_dollars_print_without_cents_and_refuse_cents() -> None:
    assert (money_text(123500, whole_dollars=True), money_text(-300000, whole_dollars=True)) == ("1,235", "(3,000)")
    with pytest.raises(Unfit, match="whole dollars"):
        money_text(123456, whole_dollars=True)


def test_a_line_with_printed_parentheses_takes_a_loss_and_prints_it_positive() -> None:
    field = Field("21", "f5", "money", (0, 0, 80, 12), align="right", printed_parentheses=True)
    assert printed(field, -300000) == "3,000.00"
    with pytest.raises(Unfit, match="parentheses"):
        printed(field, 300000)


def test_a_taxpayer_number_has_dashes_or_stands_in_a_comb_as_the_field_wants() -> None:
    assert (printed(DASHED, "900123456"), printed(COMB, "900-12-3456")) == ("900-12-3456", "900123456")
    for wrong in ("90012345", "9001234567", "90012345x", "９00123456"):
        with pytest.raises(Unfit, match="nine digits"):
            printed(DASHED, wrong)


@pytest.mark.parametrize(("field", "value"), [(MONEY, "12"), (TEXT, 12), (MONEY, True), (DASHED, 900123456)])
def test_a_value_of_the_wrong_kind_is_refused(field: Field, value: str | int | bool) -> None:
    with pytest.raises(Unfit):
        printed(field, value)


def test_a_reserved_field_is_never_written() -> None:
    with pytest.raises(Unfit, match="read-only"):
        printed(Field("1a.g", "f6", "money", (0, 0, 60, 12), read_only=True), 100)


def test_money_to_a_hundred_million_fits_its_box_and_more_shrinks_before_it_is_refused() -> None:
    assert fit(MONEY, "(99,999,999.99)").size == 8
    assert fit(MONEY, "(999,999,999.99)").size == 7
    assert fit(MONEY, "(99,999,999,999.99)").size == 6
    with pytest.raises(Unfit, match="too long"):
        fit(MONEY, "(9,123,456,789,012.34)")


def test_a_description_wraps_on_two_lines_then_shrinks_then_is_refused() -> None:
    assert fit(TEXT, "0.5 BTC").lines == ("0.5 BTC",)
    assert len(fit(TEXT, "0.12345678 BTC from the wallet Coldcard").lines) == 2
    long = fit(TEXT, "4f3c9e11" * 8)
    assert long.size < 8
    assert "".join(long.lines) == "4f3c9e11" * 8
    with pytest.raises(Unfit, match="too long"):
        fit(TEXT, "4f3c9e11" * 20)


def test_a_box_narrower_than_a_letter_is_refused_and_never_waited_for() -> None:
    with pytest.raises(Unfit, match="letter"):
        wrapped("WW", 8, 5)
    assert wrapped("WW", 8, 7.6) == ["W", "W"]
    with pytest.raises(Unfit, match="too long"):
        fit(Field("row.1.a", "f2", "text", (0, 0, 8, 24), lines=2), "W")
    assert fit(Field("row.1.a", "f2", "text", (0, 0, 10, 24), lines=2), "W").size == 6


@pytest.mark.parametrize(
    ("text", "plain"),
    [("é ü ñ €", "é ü ñ €"), ("Łódź", "Lódz"), ("Đorđe", "Dorde"), ("a\u00a0b\t c\n", "a b c"), ("−5", "-5"),
     ("Zu\u0308rich", "Zürich"), ("ﬁne", "fine"), ("½ BTC", "½ BTC"), ("₿", "BTC")],
)  # fmt: skip
def test_letters_the_font_lacks_are_written_plainly(text: str, plain: str) -> None:
    assert plain_text(text) == plain


@pytest.mark.parametrize("text", ["東京", "Москва", "😀", "a\x00b", "a\x07b", "\u202eabc"])
def test_text_without_a_latin_form_is_refused(text: str) -> None:
    with pytest.raises(Unfit, match="Latin"):
        plain_text(text)


@given(st.text(st.characters(codec="cp1252", exclude_categories=("Cc", "Cs")), min_size=1, max_size=80))
def test_whatever_fits_keeps_every_letter_and_stays_inside_its_box(text: str) -> None:
    try:
        plain = plain_text(text)
        setting = fit(TEXT, plain)
    except Unfit:
        return
    assert "".join("".join(setting.lines).split()) == "".join(plain.split())
    assert setting.size in SIZES
    assert all(width(line, setting.size) <= 136.05 - 2 * PADDING + 1e-6 for line in setting.lines)
