"""Figures given by their kind: what the forms say beside the amounts, and where the kinds go that have no room."""

import pytest

from conftest import MakeCase
from ledgers import buy, ledger, receive, sell
from niner.prepare import Options, work_out
from niner.printing.sheets import Sheets, sheets
from niner.report.summary import summary

ROWS = (buy("2020-01-10", 1, "ETH", 1000), sell("2021-06-10", 1, "ETH", 1500))
ROWS += (receive("staking", "2021-07-01", 1, "ETH", usd_value=33),)


def _sheets(make_case: MakeCase, figures: str, year: int = 2021) -> Sheets:
    folder = make_case(ledger(*ROWS), year)
    path = folder / "case.yaml"
    path.write_text(path.read_text().replace("wages: 85000", f"wages: 85000, {figures}"))
    return sheets(work_out(folder, Options(forms=False))[0])


def _values(found: Sheets, form: str) -> dict[str, object]:
    return {k: v for fill in found.forms if fill.form == form for page in fill.pages for k, v in page.values.items()}


def test_one_kind_stands_alone_and_several_with_their_amounts(make_case: MakeCase) -> None:
    found = _sheets(
        make_case, "other_income_by_kind: {Jury pay: 50, Bounty: 70}, other_credits_by_kind: {Form 9999: 20}"
    )
    values = _values(found, "f1040s1")
    assert values["8z.type"] == "Digital asset income 33.00; Jury pay 50.00"
    assert values["8z.type_2"] == "Bounty 70.00"
    assert values["8z"] == 15300
    assert _values(found, "f1040s3")["6z.type"] == "Form 9999"
    assert found.statements == ()


def test_kinds_that_have_no_room_are_on_a_statement(make_case: MakeCase) -> None:
    kinds = ", ".join(f"A bounty of a very long name that no box holds of number {n}: {n}" for n in range(1, 6))
    found = _sheets(make_case, f"other_income_by_kind: {{{kinds}}}")
    assert _values(found, "f1040s1")["8z.type"] == "see attached statement"
    (statement,) = found.statements
    assert "number 5 5.00" in statement.text


def test_ticks_name_the_forms_that_an_amount_comes_from(make_case: MakeCase) -> None:
    more = "form_8919_tax: 7, other_taxes_by_kind: {UT: 5}, child_income_tax: 3, other_line_16_tax: {ECR: 4}"
    found = _sheets(make_case, f"{more}, general_business_credit: 2", 2020)
    second = _values(found, "f1040s2")
    assert (second["5.form_8919"], second["8.instructions"], second["8.codes"]) == (True, True, "UT")
    assert not {"5.form_4137", "8.form_8960"} & set(second)
    top = _values(found, "f1040")
    assert (top["16.form_8814"], top["16.other"], top["16.other_form"]) == (True, True, "ECR")
    assert _values(found, "f1040s3")["6.form_3800"] is True


def test_line_6_of_2020_names_the_forms_of_credits_given_by_name(make_case: MakeCase) -> None:
    found = _sheets(make_case, "elderly_credit: 300, clean_vehicle_credit: 200, general_business_credit: 2", 2020)
    values = _values(found, "f1040s3")
    assert (values["6.other_form"], values["6.other"], values["6"]) == ("Sch. R 300.00; 8936 200.00", True, 50200)


def test_digital_assets_are_told_apart_from_other_income_of_their_line(make_case: MakeCase) -> None:
    folder = make_case(ledger(*ROWS), 2021)
    path = folder / "case.yaml"
    path.write_text(path.read_text().replace("wages: 85000", "wages: 85000, other_income_by_kind: {Bounty: 70}"))
    done = work_out(folder, Options(forms=False))[0]
    assert any(line.says == "$33 received in digital assets" for line in summary(done, 1))


def test_what_is_asked_beside_alimony_and_who_may_be_spoken_with(make_case: MakeCase) -> None:
    more = "designee: {name: Pat Doe, phone: 555-0100, pin: 12345}\n"
    more += "alimony: {recipient_ssn: 900-12-3460, paid_agreement: 2015-04-01, received_agreement: 2016-05-01}"
    for year, number, day in ((2020, "18b", "18c"), (2021, "19b", "19c")):
        rows = (*ROWS, sell("2020-12-10", "0.5", "ETH", 600))[: 2 if year == 2021 else 3]
        folder = make_case(ledger(*rows), year, more=more, name=f"case{year}")
        path = folder / "case.yaml"
        text = path.read_text().replace("wages: 85000", "wages: 85000, alimony_paid: 100, alimony_received: 20")
        path.write_text(text.replace("ssn: ", "campaign: yes, address: {foreign_country: Canada}, ssn: ", 1))
        found = sheets(work_out(folder, Options(forms=False))[0])
        schedule, top = _values(found, "f1040s1"), _values(found, "f1040")
        assert (schedule[number], schedule[day], schedule["2b"]) == ("900123460", "04/01/2015", "05/01/2016")
        assert (top["designee.yes"], top["designee_name"], top["designee_pin"]) == (True, "Pat Doe", "12345")
        assert "designee.no" not in top
        assert (top["campaign_you"], top["foreign_country"]) == (True, "Canada")


def test_digital_assets_beside_another_kind_are_added_exactly(make_case: MakeCase) -> None:
    """400 rewards of half a cent are two dollars, however each of them rounds."""
    days = [f"2021-{1 + n % 12:02d}-{1 + n % 28:02d}" for n in range(400)]
    folder = make_case(ledger(*(receive("staking", day, 1, "ETH", usd_value="0.005") for day in days)), 2021)
    path = folder / "case.yaml"
    path.write_text(path.read_text().replace("wages: 85000", "wages: 85000, other_income_by_kind: {Bounty: 70}"))
    values = _values(sheets(work_out(folder, Options(forms=False))[0]), "f1040s1")
    assert (values["8z.type"], values["8z"]) == ("Digital asset income 2.00; Bounty 70.00", 7200)


@pytest.mark.parametrize(
    ("year", "figures", "own"),
    [
        (2022, "other_income_by_kind: {Jury pay: 50, Bounty: 70}", "jury_pay"),
        (2020, "other_income_by_kind: {Jury pay: 50}", ""),  # line 8 of 2020 takes both
        (2022, "other_itemized_deductions: {Gambling losses: 40}", "gambling_losses"),
        (2022, "other_income_by_kind: {Bounty: 70}", ""),
    ],
)
def test_a_kind_that_has_a_line_of_its_own_is_told(make_case: MakeCase, year: int, figures: str, own: str) -> None:
    folder = make_case(ledger(*ROWS), year, wages=f"85000, {figures}")
    told = [one for one in work_out(folder, Options(forms=False))[0].findings if one.id == "return.own-line"]
    assert [one.todo for one in told] == (
        [f"Give it as {own} in place of that, unless it is something else."] if own else []
    )
    assert all(one.severity == "review" and "which has a line of its own: " in one.says for one in told)
