"""Securities, NFTs and other names of assets; sales that are not in the ledger; the codes of a line for many rows.

The cases are public complaints with their right answers worked out by hand; each names the complaint or the authority.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from conftest import MakeCase
from ledgers import buy, give, ledger, receive, sell, trade
from niner.case.folder import parse_case
from niner.prepare import Options, Prepared, prepare
from niner.values import Refused

VTI = "assets: {VTI: {class: security}}"


def document(folder: Path, **options: Any) -> dict[str, Any]:
    prepared = prepare(folder, Options(**{"forms": False, **options}))
    assert prepared.ok, [f.says for f in prepared.findings]
    return json.loads(next(path for path in prepared.written if path.name == "return.json").read_text())


def refused(folder: Path) -> Prepared:
    prepared = prepare(folder, Options(forms=False))
    assert not prepared.ok
    return prepared


def found(document: dict[str, Any], id: str) -> list[dict[str, Any]]:
    return [finding for finding in document["findings"] if finding["id"] == id]


def test_shares_and_crypto_share_the_lines_of_schedule_d(make_case: MakeCase) -> None:
    """Forms 1099-B and 1099-DA beside one another: lines 1b and 2 add boxes A and G, B and H."""
    rows = (
        buy("2025-01-10", 10, "VTI", 2000, wallet="Fid"),
        sell("2025-06-10", 10, "VTI", 3000, wallet="Fid", form="1099-B", basis_reported="yes"),
        buy("2025-01-10", 1, "ETH", 1500),
        sell("2025-06-10", 1, "ETH", 2700, form="1099-DA", basis_reported="yes"),
        buy("2025-01-10", 10, "OLD", 100, wallet="Fid"),
        sell("2025-06-10", 10, "OLD", 150, wallet="Fid", form="1099-B", basis_reported="no"),
        buy("2025-01-10", 1, "SOL", 100),
        sell("2025-06-10", 1, "SOL", 170, form="1099-DA", basis_reported="no"),
    )
    more = "assets: {VTI: {class: security}, old: {class: security}}"
    got = document(make_case(ledger(*rows), 2025, more=more, wages="50000"))
    lines = got["lines"]["f1040sd"]
    assert [lines[f"1b.{column}"] for column in "deh"] == ["5700.00", "3500.00", "2200.00"]
    assert lines["2.h"] == "120.00"
    assert sorted(d["box"] for d in got["dispositions"]) == ["A", "B", "G", "H"]
    assert found(got, "box") == []


@pytest.mark.parametrize(("year", "box"), [(2024, "F"), (2025, "F")])
def test_a_share_on_no_form_is_in_box_f_and_answers_no_question(make_case: MakeCase, year: int, box: str) -> None:
    """Form 8949 instructions (2025): box F is not for digital assets, and box L is for nothing else."""
    rows = (buy("2021-01-10", 10, "VTI", 2000), sell(f"{year}-06-10", 10, "VTI", 3000))
    got = document(make_case(ledger(*rows), year, more=VTI))
    assert [d["box"] for d in got["dispositions"]] == [box]
    assert got["digital_question"]["answer"] == "no"
    coin = document(make_case(ledger(*rows), year, name="coin"))
    assert coin["digital_question"]["answer"] == "yes"


def test_a_dividend_in_shares_is_not_income_of_digital_assets(make_case: MakeCase) -> None:
    rows = (receive("reward", "2025-03-01", 1, "VTI", usd_value=250),)
    prepared = refused(make_case(ledger(*rows), 2025, more=VTI))
    (finding,) = [f for f in prepared.findings if f.severity == "error"]
    assert finding.id == "income-property"
    assert finding.source is not None
    assert finding.source.row == 2


@pytest.mark.parametrize(
    ("bought", "said"),
    [
        ("2025-06-20", ["1000.00"]),
        ("2025-07-10", ["1000.00"]),
        ("2025-07-11", []),
        ("2025-05-11", ["1000.00"]),
        ("2025-05-10", []),
    ],
)
def test_a_loss_on_shares_bought_back_within_thirty_days_is_told(
    make_case: MakeCase, bought: str, said: list[str]
) -> None:
    """IRC §1091(a): 30 days before or after the sale of 10 June."""
    rows = (
        buy("2024-01-10", 10, "VTI", 3000),
        sell("2025-06-10", 10, "VTI", 2000),
        buy(bought, 10, "VTI", 2100),
    )
    got = document(make_case(ledger(*rows), 2025, more=VTI))
    assert [finding["amount"] for finding in found(got, "wash-sale")] == said


def test_shares_bought_back_in_the_new_year_are_seen(make_case: MakeCase) -> None:
    rows = (
        buy("2024-01-10", 10, "VTI", 3000),
        sell("2025-12-20", 10, "VTI", 2000),
        buy("2026-01-05", 10, "VTI", 2100),
    )
    assert found(document(make_case(ledger(*rows), 2025, more=VTI)), "wash-sale")


def test_shares_of_one_purchase_do_not_replace_one_another(make_case: MakeCase) -> None:
    """Rev. Rul. 56-602: what is kept of one purchase does not replace what was sold of it."""
    all_sold = (buy("2025-06-01", 10, "VTI", 3000), sell("2025-06-10", 10, "VTI", 2000))
    half_kept = (buy("2025-06-01", 10, "VTI", 3000), sell("2025-06-10", 5, "VTI", 1000))
    assert not found(document(make_case(ledger(*all_sold), 2025, more=VTI)), "wash-sale")
    assert not found(document(make_case(ledger(*half_kept), 2025, more=VTI, name="half")), "wash-sale")


def test_coins_bought_back_are_no_wash_sale(make_case: MakeCase) -> None:
    rows = (
        buy("2024-01-10", 1, "ETH", 3000),
        sell("2025-06-10", 1, "ETH", 2000),
        buy("2025-06-20", 1, "ETH", 2100),
    )
    assert not found(document(make_case(ledger(*rows), 2025)), "wash-sale")


TOTALS = """\
schedule_d:
  line_1a: {proceeds: 5000, basis: 3000}
  line_1b: {proceeds: 900, basis: 1000, adjustment: 40}
  line_8a: {proceeds: 12000, basis: 2000}
  line_10: {proceeds: 100, basis: 0}
"""


def test_totals_of_other_sales_add_to_the_rows(make_case: MakeCase) -> None:
    """Users with a Form 1099-B of shares and a ledger of crypto: lines 1a to 3 and 8a to 10 by their totals."""
    rows = (buy("2023-03-10", 1, "ETH", 1500), sell("2025-06-10", 1, "ETH", 2500))
    got = document(make_case(ledger(*rows), 2025, more=TOTALS))
    lines = got["lines"]["f1040sd"]
    assert [lines[name] for name in ("1a.h", "1b.d", "1b.e", "1b.g", "1b.h", "8a.h")] == [
        *("2000.00", "900.00", "1000.00", "40.00", "-60.00", "10000.00"),
    ]
    assert [lines[name] for name in ("10.d", "10.e", "10.h", "7", "15")] == [
        *("2600.00", "1500.00", "1100.00", "1940.00", "11100.00"),
    ]
    (attach,) = found(got, "attach")
    assert "line 1b, 10" in attach["says"]
    assert "Form 8949" in attach["todo"]
    assert got["case"]["schedule_d"]["line_1a"] == {"proceeds": "5000.00", "basis": "3000.00"}


def test_a_total_without_its_columns_says_how_to_write_it(make_case: MakeCase) -> None:
    """Complaint: `line_1a: 500` was answered with “did you mean line_19?”."""
    rows = (buy("2023-03-10", 1, "ETH", 1500),)
    prepared = refused(make_case(ledger(*rows), 2025, more="schedule_d: {line_1a: 500, line_8a: {proceeds: 5}}"))
    says = " ".join(f.says for f in prepared.findings)
    assert "{proceeds: 5000, basis: 3000}" in says
    assert "schedule_d.line_8a.basis” is missing" in says


def test_other_names_of_an_asset_are_one_asset(make_case: MakeCase) -> None:
    rows = (buy("2023-03-10", 1, "XBT", 1500), sell("2025-06-10", 1, "BTC", 2500))
    (row,) = document(make_case(ledger(*rows), 2025, more="assets: {xbt: {same_as: btc}}"))["dispositions"]
    assert (row["asset"], row["basis"], row["term"]) == ("BTC", "1500.00", "long")


def test_a_trade_between_two_names_of_one_asset_is_told(make_case: MakeCase) -> None:
    rows = (buy("2023-03-10", 1, "XBT", 1500), trade("2025-06-10", 1, "XBT", 1, "BTC", 2500))
    prepared = refused(make_case(ledger(*rows), 2025, more="assets: {XBT: {same_as: BTC}}"))
    assert "The trade gives BTC for BTC." in [f.says for f in prepared.findings]


@pytest.mark.parametrize(
    "assets", ["{A: {same_as: A}}", "{A: {same_as: B}, B: {same_as: C}}", "{A: {same_as: B, class: nft}}"]
)
def test_names_that_lead_nowhere_are_refused(assets: str) -> None:
    text = "tax_year: 2025\ntaxpayer: {first_name: A, last_name: B, ssn: 900-12-3456, filing_status: single}\n"
    with pytest.raises(Refused):
        parse_case(text + f"assets: {assets}\n")


def nft(make_case: MakeCase, assets: str, sold: str = "2025-05-10", name: str = "case") -> dict[str, Any]:
    rows = (buy("2022-01-10", 1, "APE#1", 20000), sell(sold, 1, "APE#1", 90000, fee_usd=2250))
    return document(make_case(ledger(*rows), 2025, more=assets, wages="200000", name=name))


def test_an_nft_that_is_not_ruled_on_is_asked_with_the_tax_at_stake(make_case: MakeCase) -> None:
    """Gain 67,750 at 15% in silence: right with 28% is 13% more, and never with nothing said. Notice 2023-27."""
    for number, assets in enumerate(("", 'assets: {"APE#1": {class: nft}}')):
        got = nft(make_case, assets, name=f"case{number}")
        (finding,) = found(got, "nft-collectible")
        tax = Decimal(got["lines"]["f1040"]["24"])
        settled = nft(make_case, 'assets: {"APE#1": {class: nft, collectible: yes}}', name=f"yes{number}")
        assert Decimal(settled["lines"]["f1040"]["24"]) - tax == Decimal(finding["amount"]) > 0
        assert finding["source"]["row"] == 3


def test_a_collectible_has_code_c_and_the_rate_of_its_worksheet(make_case: MakeCase) -> None:
    """Schedule D line 18 given by hand came to 55,515 and 2,574.50 of tax; from the row it must be the same."""
    got = nft(make_case, 'assets: {"APE#1": {class: nft, collectible: yes}}')
    (row,) = got["dispositions"]
    assert (row["code"], row["adjustment"], row["gain"], row["also"]) == (
        "C",
        "0.00",
        "67750.00",
        ["f1040sd.collectibles"],
    )
    assert got["lines"]["f1040sd"]["18"] == got["lines"]["rate_gain_28"]["7"] == "67750.00"
    assert (got["lines"]["f1040"]["16"], got["lines"]["f8960"]["17"]) == ("55515.00", "2574.50")
    assert not found(got, "nft-collectible")
    assert not found(got, "nft-code")


def test_an_nft_that_is_no_collectible_is_like_any_asset(make_case: MakeCase) -> None:
    got = nft(make_case, 'assets: {"APE#1": {class: nft, collectible: no}}')
    assert got["dispositions"][0]["code"] == ""
    assert "18" not in got["lines"]["f1040sd"]
    assert not found(got, "nft-collectible")
    assert not found(got, "nft-code")


def test_a_short_term_nft_is_asked_for_its_code(make_case: MakeCase) -> None:
    rows = (buy("2025-01-10", 1, "APE#1", 20000), sell("2025-05-10", 1, "APE#1", 90000))
    got = document(make_case(ledger(*rows), 2025, name="short"))
    assert found(got, "nft-code")
    assert not found(got, "nft-collectible")


def test_a_collectible_with_a_wrong_basis_on_its_form_has_both_codes(make_case: MakeCase) -> None:
    """Form 8949 instructions, Column (f): all codes in alphabetical order; a collectible is never on line 8a."""
    rows = (
        buy("2022-01-10", 2, "APE#1", 2000),
        sell("2025-05-10", 1, "APE#1", 3000, form="1099-DA", basis_reported="yes", reported_basis_usd=900),
        sell("2025-05-11", 1, "APE#1", 3000, form="1099-DA", basis_reported="yes", reported_basis_usd=1000),
    )
    more = 'assets: {"APE#1": {class: nft, collectible: yes}}'
    got = document(make_case(ledger(*rows), 2025, more=more, elections=", direct_totals: yes"))
    assert [(d["code"], d["adjustment"], d["line"]) for d in got["dispositions"]] == [
        *(("BC", "-100.00", "8b"), ("C", "0.00", "8b")),
    ]


def test_a_line_for_many_rows_has_every_code_of_theirs(make_case: MakeCase) -> None:
    """Form 8949 instructions, Exception 2: M and all other codes; the statement and Form 8453 are named."""
    from niner.prepare import work_out
    from niner.printing.sheets import sheets

    rows = (
        buy("2025-01-10", 3, "ETH", 6000),
        sell("2025-06-10", 1, "ETH", 2500, form="1099-DA", basis_reported="yes", reported_basis_usd=1000),
        sell("2025-06-11", 1, "ETH", 2600, form="1099-DA", basis_reported="yes", reported_basis_usd=2000),
        sell("2025-06-12", 1, "ETH", 1600, form="1099-DA", basis_reported="no", reported_basis_usd=0),
    )
    folder = make_case(ledger(*rows), 2025)
    result, _ = work_out(folder, Options())
    filled = sheets(result, summary=True)
    (form,) = [form for form in filled.forms if form.form == "f8949"]
    printed = [page.values for page in form.pages]
    assert [(page["row.1.d"], page["row.1.f"], page["row.1.g"]) for page in printed] == [
        *((510000, "BM", -100000), (160000, "BM", 0)),
    ]
    assert [[row.get("f") for row in statement.rows] for statement in filled.statements] == [["B", None], ["B"]]


def test_statements_with_an_e_filed_return_name_form_8453(make_case: MakeCase) -> None:
    rows = (buy("2025-01-10", 1, "ETH", 2000), sell("2025-06-10", 1, "ETH", 2500))
    folder = make_case(ledger(*rows), 2025)
    assert not found(document(folder, forms=True, offline=True), "form-8453")
    got = document(folder, forms=True, offline=True, summary=True)
    (finding,) = found(got, "form-8453")
    assert "Form 8453" in finding["todo"]
    assert [(item["box"], item["code"]) for item in got["summary"]] == [("I", "M")]


def test_one_sale_of_many_lots_can_stand_on_one_row_for_each_part(make_case: MakeCase) -> None:
    """Complaint of stakers: one sale of 300 rewards on 300 rows. Form 8949 instructions, Column (b), VARIOUS."""
    rewards = [
        receive("staking", f"2024-{month:02}-{day:02}", "0.01", "ETH", usd_value=30)
        for month in range(1, 11)
        for day in range(1, 6)
    ]
    rows = (*rewards, give("sell", "2025-05-05", "0.5", "ETH", received_quantity=1400, received_asset="USD"))
    each = document(make_case(ledger(*rows), 2025))
    (note,) = found(each, "various")
    assert len(each["dispositions"]) == 50
    assert "various: yes" in note["todo"]
    got = document(make_case(ledger(*rows), 2025, elections=", various: yes", name="one"))
    assert [
        (d["term"], d["acquired"], d["quantity"], d["proceeds"], d["basis"], len(d["lots"]))
        for d in got["dispositions"]
    ] == [
        ("short", "VARIOUS", "0.26", "728.00", "780.00", 26),
        ("long", "VARIOUS", "0.24", "672.00", "720.00", 24),
    ]
    assert not found(got, "various")
    assert got["lines"] == each["lines"]


def test_lots_of_one_day_keep_their_date_on_one_row(make_case: MakeCase) -> None:
    rows = (buy("2025-01-10", 1, "ETH", 2000), buy("2025-01-10", 1, "ETH", 2100), sell("2025-06-10", 2, "ETH", 5000))
    (row,) = document(make_case(ledger(*rows), 2025, elections=", various: yes"))["dispositions"]
    assert (row["acquired"], row["basis"], len(row["lots"])) == ("2025-01-10", "4100.00", 2)
