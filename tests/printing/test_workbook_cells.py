"""The rows of the workbook, written without XlsxWriter's objects: the same file, byte for byte, as with them."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from random import Random
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter.workbook import Workbook

from niner.money import dollars_text
from niner.report.papers.cells import Book, Cells, Sheet

LOOKS: dict[str, dict[str, Any]] = {"money": {"num_format": "#,##0.00"}, "day": {"num_format": "yyyy-mm-dd"}}
HOW = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
TEXTS = (
    *("Coinbase", " both ends ", "=1+1", "a & b <c> \"d\" 'e'", "two\nlines", "\x07bell", "_x0041_", "Łódź 日本 🙂"),
    *("x" * 32_767, "<b>bold</b>", "<r>only the beginning", "\ufffe"),
)
Written = tuple[str, Any]


def written_by_niner(rows: dict[int, list[Written | None]]) -> bytes:
    data = BytesIO()
    with Book(data, HOW) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001
        sheet, cells = book.add_worksheet("Made", Sheet), Cells(book, LOOKS)
        make: dict[str, Any] = {"text": cells.text, "number": cells.number, "money": cells.money, "day": cells.day}
        make |= {"truth": cells.truth, "formula": lambda pair: cells.formula(*pair)}
        for number, row in rows.items():
            sheet.row(number, [make[one[0]](one[1]) if one else "" for one in row])
    return data.getvalue()


def written_by_xlsxwriter(rows: dict[int, list[Written | None]]) -> bytes:
    data = BytesIO()
    with Workbook(data, HOW) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001
        sheet, looks = book.add_worksheet("Made"), {name: book.add_format(look) for name, look in LOOKS.items()}
        for number, row in rows.items():
            for at, one in enumerate(row):
                match one:
                    case ("text", text):
                        sheet.write_string(number, at, text)
                    case ("number", value):
                        sheet.write_number(number, at, value)
                    case ("money", cents):
                        sheet.write_number(number, at, Decimal(dollars_text(cents)), looks["money"])
                    case ("day", day):
                        sheet.write_datetime(number, at, datetime(day.year, day.month, day.day), looks["day"])  # noqa: DTZ001
                    case ("truth", value):
                        sheet.write_boolean(number, at, value)
                    case ("formula", (formula, value)):
                        sheet.write_formula(number, at, formula, looks["money"], value)
    return data.getvalue()


def some(chance: Random) -> Written:
    """A cell of any kind."""
    kinds: tuple[Written, ...] = (
        ("text", chance.choice(TEXTS)),
        ("number", Decimal(chance.randrange(-(10**14), 10**14)).scaleb(-chance.randrange(12))),
        ("money", chance.randrange(-(10**9), 10**9) // 10 ** chance.randrange(9)),
        ("day", date(2009, 1, 3).fromordinal(date(2009, 1, 3).toordinal() + chance.randrange(9000))),
        ("truth", chance.random() < 0.5),
        ("formula", (f'=IF(A1<>"a&b",ROUND(B{chance.randrange(1, 99)},2),0)', Decimal(chance.randrange(9999)) / 100)),
        ("formula", ("=AND(A1<1,TRUE)", chance.random() < 0.5)),
    )
    return chance.choice(kinds)


@pytest.mark.parametrize("seed", range(20))
def test_a_sheet_has_the_bytes_that_xlsxwriter_gives_it(seed: int) -> None:
    chance = Random(seed)
    numbers = sorted(chance.sample(range(60), 30))
    wide = chance.randrange(1, 30)
    rows = {
        number: [some(chance) if chance.random() < 0.7 else None for _ in range(chance.randrange(wide + 1))]
        for number in numbers
    }
    assert written_by_niner(rows) == written_by_xlsxwriter(rows)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.sampled_from(("", *TEXTS)), st.sampled_from(("", *TEXTS)), st.integers(-(10**14), 10**14)))
)
def test_columns_are_written_as_rows_are(rows: list[tuple[str, str, int]]) -> None:
    """Text, money and a formula of each row, as columns; shared strings have their numbers and are counted alike."""

    def made(by_columns: bool) -> bytes:
        data = BytesIO()
        with Book(data, HOW) as book:
            book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001
            sheet, cells = book.add_worksheet("Made", Sheet), Cells(book, LOOKS)
            formulas = [f"=ROUND(C{place},2)" for place in range(2, len(rows) + 2)]
            if by_columns and rows:
                first, second, amounts = zip(*rows, strict=True)
                texts = cells.texts((first, second))
                sheet.columns(1, (*texts, cells.moneys(amounts), cells.sums(formulas, amounts)))
            else:
                for number, ((one, two, amount), formula) in enumerate(zip(rows, formulas, strict=True), 1):
                    before = cells.text(one), cells.text(two), cells.money(amount)
                    sheet.row(number, (*before, cells.formula(formula, Decimal(dollars_text(amount)))))
        return data.getvalue()

    assert made(by_columns=True) == made(by_columns=False)


def test_an_empty_sheet_is_one_too() -> None:
    assert written_by_niner({}) == written_by_xlsxwriter({})


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<r>a client's own <b>& words</r>", "<r>a client's own <b>& words</r>"),  # XlsxWriter takes it for its own XML
        ("🙂" * 20_000, "🙂" * 16_383 + "…"),  # a cell holds 32,767 units of UTF-16
        ("a\ud800b", "a?b"),
    ],
)
def test_text_that_no_library_expects_is_text(text: str, read: str) -> None:
    data = written_by_niner({0: [("text", text), ("text", text)]})
    sheet = openpyxl.load_workbook(BytesIO(data))["Made"]
    assert [(cell.value, cell.data_type) for cell in sheet[1]] == [(read, "s")] * 2


def test_a_number_of_more_digits_than_a_spreadsheet_keeps_is_text() -> None:
    data = written_by_niner({0: [("number", Decimal("0.1234567890123456")), ("number", Decimal("1.5000000000000000"))]})
    sheet = openpyxl.load_workbook(BytesIO(data))["Made"]
    assert [cell.value for cell in sheet[1]] == ["0.1234567890123456", 1.5]
