"""Boxes that change what is worked out or attached: exemptions, Schedule D not required, no designee, notations."""

import pytest

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.prepare import Options, work_out
from niner.printing.sheets import Sheets, sheets
from niner.returns.year import YearReturn
from niner.values import Refused


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
    schedule_c = (
        "schedule_c: {activity: Work, code: 541430, accounting: cash, participated: yes, started: no, pays_1099: no}"
    )
    done = _done(make_case, 2025, f"{lines}, {key}: yes", schedule_c)
    found = sheets(done)
    values = _values(found, "f1040s2")
    assert (values[box], values.get("4.other_form"), values.get("4")) == (True, word, None)
    assert {fill.form for fill in found.forms} == {"f1040", "f1040s1", "f1040s2", "f1040sc"}
    taxed = sheets(_done(make_case, 2025, lines, schedule_c))
    assert _values(taxed, "f1040s2")["4"] == 282591  # 20,000 at 92.35% and 15.3%
    before = _done(make_case, 2024, f"{lines}, {key}: yes", schedule_c)
    assert [f.todo.startswith("Write “Exempt") for f in before.findings if f.value == key] == [True]
    assert "f1040sse" not in {fill.form for fill in sheets(before).forms}


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
