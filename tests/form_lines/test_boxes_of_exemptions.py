"""Boxes that change what is worked out or attached: exemptions, Schedule D not required, no designee, notations."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.cli import app
from niner.forms import load_pack
from niner.forms.drawing.typeset import Unfit, fit
from niner.forms.reading.handed_in import read_pdf
from niner.prepare import Options, work_out
from niner.printing.sheets import Sheets, sheets
from niner.returns.year import YearReturn
from niner.values import Refused

SCHEDULE_C = (
    "schedule_c: {activity: Work, code: 541430, accounting: cash, participated: yes, started: no, pays_1099: no}"
)


def _done(make_case: MakeCase, year: int, figures: str, more: str = "", sold: bool = False) -> YearReturn:
    name = "".join(c for c in f"{year}{figures}{more}" if c.isalnum())
    rows = [buy("2018-01-02", 1, "BTC", 1000), *([sell(f"{year}-06-01", 1, "BTC", 1100)] if sold else [])]
    folder = make_case(ledger(*rows), year, wages=f"9000, {figures}", more=more, name=name)
    return work_out(folder, Options(forms=False))[0]


def _values(found: Sheets, form: str) -> dict[str, object]:
    return {k: v for fill in found.forms if fill.form == form for page in fill.pages for k, v in page.values.items()}


@pytest.mark.parametrize(
    ("key", "box", "word"),
    [
        ("exempt_by_form_4361", "4.form_4361", None),
        ("exempt_by_form_4029", "4.form_4029", None),
        ("exempt_by_agreement", "4.other", "EAS"),
        ("exempt_community_income", "4.other", "ECI"),
        ("exempt_notary_fees", "4.other", "EN"),
    ],
)
def test_an_exempt_business_owes_no_self_employment_tax(
    make_case: MakeCase, key: str, box: str, word: str | None
) -> None:
    lines = "gross_receipts: 20000"
    done = _done(make_case, 2025, f"{lines}, {key}: yes", SCHEDULE_C)
    found = sheets(done)
    values = _values(found, "f1040s2")
    assert (values[box], values.get("4.other_form"), values.get("4")) == (True, word, None)
    assert {fill.form for fill in found.forms} == {"f1040", "f1040s1", "f1040s2", "f1040sc"}
    taxed = sheets(_done(make_case, 2025, lines, SCHEDULE_C))
    assert _values(taxed, "f1040s2")["4"] == 282591  # 20,000 at 92.35% and 15.3%


@pytest.mark.parametrize("year", [2021, 2022, 2023, 2024])
@pytest.mark.parametrize(
    ("key", "words", "fits"),
    [
        ("exempt_by_form_4361", "Exempt—Form 4361", True),
        ("exempt_by_form_4029", "Exempt—Form 4029", True),
        ("exempt_notary_fees", "Exempt—Notary", True),
        ("exempt_by_agreement", "Exempt, see attached statement", False),
        ("exempt_community_income", "Exempt community income", False),
    ],
)
def test_before_the_boxes_words_stand_on_line_4_where_they_fit(
    make_case: MakeCase, year: int, key: str, words: str, fits: bool
) -> None:
    """Schedule SE instructions (2024), Who Must Pay Self-Employment Tax. Schedule 2 has no amount and is attached."""
    done = _done(make_case, year, f"gross_receipts: 20000, {key}: yes", SCHEDULE_C)
    found = sheets(done)
    assert {fill.form for fill in found.forms} == {"f1040", "f1040s1", "f1040s2", "f1040sc"}
    values = _values(found, "f1040s2")
    assert (values.get("4.words"), values.get("4"), values["name"]) == (words if fits else None, None, "Ada Example")
    by_hand = [(f.says, f.todo) for f in done.findings if f.value == key]
    if fits:
        assert not by_hand
    else:
        ((says, todo),) = by_hand
        assert "too narrow" in says
        assert todo.startswith(f"Write “{words}” on Schedule 2, line 4")
    with nullcontext() if fits else pytest.raises(Unfit):
        fit(replace(load_pack("f1040s2", year).pages[0].fields["4"], kind="text"), words)


@pytest.mark.parametrize("year", [2024, 2025])
def test_words_of_an_exemption_are_left_to_you_with_a_schedule_2_that_is_not_filled(
    make_case: MakeCase, year: int
) -> None:
    done = _done(make_case, year, "gross_receipts: 20000, other_taxes: 50, exempt_by_form_4361: yes", SCHEDULE_C)
    assert "f1040s2" not in {fill.form for fill in sheets(done).forms}
    ((says, todo),) = [(f.says, f.todo) for f in done.findings if f.value == "exempt_by_form_4361"]
    assert says == "Schedule 2, which says exempt_by_form_4361, is not filled."
    assert todo.endswith("and attach Schedule 2.")
    assert ("Exempt—Form 4361" in todo) is (year == 2024)


@pytest.mark.official
@pytest.mark.parametrize("year", [2021, 2024])
def test_the_words_are_printed_in_the_box_of_the_amount_and_read_back(
    make_case: MakeCase, official_forms: Path, year: int
) -> None:
    folder = make_case(
        ledger(buy("2018-01-02", 1, "BTC", 1000)),
        year,
        wages="9000, gross_receipts: 20000, exempt_by_form_4361: yes",
        more=SCHEDULE_C,
    )
    assert CliRunner().invoke(app, ["prepare", str(folder)]).exit_code == 0
    data = (folder / "out" / str(year) / "f1040s2.pdf").read_bytes()
    (found,) = [read for page in read_pdf(data, "f1040s2.pdf") for read in page.reads if read.key == "4"]
    assert (found.value, found.text) == (0, "Exempt—Form 4361")


def test_one_of_two_kinds_of_work_can_not_be_exempt(make_case: MakeCase) -> None:
    with pytest.raises(Refused) as refused:
        _done(make_case, 2025, "self_employment_income: 500, farm_income: 500, exempt_by_form_4361: yes")
    assert [f.id for f in refused.value.findings if f.severity == "error"] == ["exempt-part"]


@pytest.mark.parametrize(("year", "line", "box"), [(2020, "7", "7.not_required"), (2025, "7a", "7b.not_required")])
def test_distributions_alone_need_no_schedule_d(make_case: MakeCase, year: int, line: str, box: str) -> None:
    alone = "schedule_d: {line_13: 700, distributions_alone: yes}"
    left_out, with_it = (sheets(_done(make_case, year, "", more)) for more in (alone, "schedule_d: {line_13: 700}"))
    assert (_values(left_out, "f1040")[line], _values(left_out, "f1040")[box]) == (70000, True)
    assert not _values(left_out, "f1040sd")
    assert box not in _values(with_it, "f1040")
    assert _values(with_it, "f1040sd")["13"] == 70000
    same = {k: v for k, v in _values(left_out, "f1040").items() if k != box}
    assert same == _values(with_it, "f1040")


def test_distributions_beside_a_sale_keep_schedule_d(make_case: MakeCase) -> None:
    done = _done(make_case, 2024, "", "schedule_d: {line_13: 700, distributions_alone: yes}", sold=True)
    assert [f.severity for f in done.findings if f.id == "schedule-d-required"] == ["review"]
    assert "7.not_required" not in _values(sheets(done), "f1040")
    assert _values(sheets(done), "f1040sd")["16"] == 80000


def test_no_designee_ticks_no(make_case: MakeCase) -> None:
    values = _values(sheets(_done(make_case, 2025, "", "designee: no")), "f1040")
    assert values["designee.no"] is True
    assert "designee.yes" not in values
    assert not {"designee.yes", "designee.no"} & set(_values(sheets(_done(make_case, 2025, "")), "f1040"))


@pytest.mark.parametrize("said", ["yes", "Pat"])
def test_a_designee_needs_a_name(make_case: MakeCase, said: str) -> None:
    with pytest.raises(Refused, match="or no where there is none"):
        _done(make_case, 2025, "", f"designee: {said}")


def test_up_to_three_notations_have_their_fields(make_case: MakeCase) -> None:
    values = _values(sheets(_done(make_case, 2025, "", "form_1040: {other_notation: [A, B]}")), "f1040")
    assert (values["other_filing"], values["other_filing_1"], values["other_filing_2"]) == (True, "A", "B")
    assert "other_filing_3" not in values
    with pytest.raises(Refused, match="more than 3 notations"):
        _done(make_case, 2025, "", "form_1040: {other_notation: [A, B, C, D]}")
