"""What is put into brokers/ becomes the same rows whatever wrote it, and a row never says more than its form."""

import io
import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from typer.testing import CliRunner

from niner.brokers import Brokers, ReportedSale, read_brokers
from niner.brokers.reading.columns import COLUMNS
from niner.case.model import SourceFile
from niner.cli.root import app

HEADER = ",".join(COLUMNS)
GAIN_LOSS = (
    '"This report includes all taxable activity on Coinbase with realized gains or losses."\n\nGain/loss report\n'
    "User,0a,ada@example.com\n\nTransaction Type,Transaction ID,Tax lot ID,Asset name,Amount,Date Acquired,"
    "Cost basis (USD),Date of Disposition,Proceeds (USD),Gains (Losses) (USD),Holding period (Days),Data source\n"
)
RAWTX = (
    "Transaction ID,Transaction Type,Date & time,Asset Acquired,"
    '"Quantity Acquired (Bought, Received, etc)",Cost Basis (incl. fees{more} (USD),Data Source,'
    '"Asset Disposed (Sold, Sent, etc)",Quantity Disposed,Proceeds (excl. fees{more} (USD)\n'
)
ROBINHOOD = """\
1099-DIV,ACCOUNT NUMBER,TAX YEAR,ORDINARY DIV,QUALIFIED DIV
1099-DIV,7,2025,1.23,1.23
1099-B,ACCOUNT NUMBER,TAX YEAR,DATE ACQUIRED,SALE DATE,DESCRIPTION,SHARES,COST BASIS,SALES PRICE,TERM,ORDINARY,\
FED TAX WITHHELD,WASH AMT DISALLOWED
1099-B,7,2025,20240102,20250304,EXAMPLE CORP,2,100.00,90.00,LONG,,1.50,10.00
1099-DA,ACCOUNT NUMBER,TAX YEAR,DATE ACQUIRED,SALE DATE,DESCRIPTION,DTIF CODE,DTIF NAME,DTIF UNITS,COST BASIS,\
SALES PRICE,TERM
1099-DA,7,2025,VARIOUS,20250501,DOGE,AAAAAAAA2,Dogecoin DOGE,100.00000000,10.00,18.00,SHORT
1099-DA,7,2025,,20250502,BTC,AAAAAAAA3,Bitcoin BTC,0.000000010,0.00,0.00,
"""


def read(folder: Path, files: dict[str, str | bytes], **how: Any) -> Brokers:
    for name, text in files.items():
        path = folder / "brokers" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_brokers(folder, 2025, **how)


def only(found: Brokers) -> ReportedSale:
    assert not found.findings, found.findings
    (sale,) = found.sales
    return sale


def row(text: str) -> str:
    return f"{HEADER}\n{text}\n"


def test_the_canonical_table_says_what_the_boxes_say(tmp_path: Path) -> None:
    text = row("1099-DA,Kraken,9,BTC,H,0.5,2021-03-01,12/31/2025,21000.50,,no,long,,12.34,0.2,sale")
    sale = only(read(tmp_path, {"kraken.csv": text}))
    assert (sale.form, sale.broker, sale.account, sale.asset, sale.code) == ("1099-DA", "Kraken", "9", "BTC", "H")
    assert (sale.units, sale.acquired, sale.sold) == (Decimal("0.5"), date(2021, 3, 1), date(2025, 12, 31))
    assert (sale.proceeds, sale.basis, sale.basis_reported, sale.term) == (2100050, None, False, "long")
    assert (sale.withheld, sale.transferred_in, sale.tax_year) == (1234, Decimal("0.2"), 2025)
    assert sale.name == "brokers/kraken.csv:1"
    assert sale.source.row == 2


def test_a_blank_basis_is_not_a_basis_of_zero(tmp_path: Path) -> None:
    blank = only(read(tmp_path / "a", {"k.csv": row("1099-DA,Kraken,,BTC,,1,,2025-05-01,100,,,,,,,")}))
    zero = only(read(tmp_path / "b", {"k.csv": row("1099-DA,Kraken,,BTC,,1,,2025-05-01,100,0,,,,,,")}))
    assert blank.basis is None
    assert zero.basis == 0


@pytest.mark.parametrize(("code", "reported"), [("G", True), ("J", True), ("H", False), ("K", False), ("Y", None)])
def test_the_letter_says_whether_a_basis_was_reported_where_box_2_is_not_copied(
    tmp_path: Path, code: str, reported: bool | None
) -> None:
    text = row(f"1099-DA,Kraken,,BTC,{code},1,,2025-05-01,100,50,,,,,,")
    assert only(read(tmp_path, {"k.csv": text})).basis_reported is reported


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ("1099-XX,K,,BTC,,1,,2025-05-01,100,,,,,,,", "no form"),
        ("1099-DA,K,,BTC,,1,,2025-05-01,,,,,,,,", "no proceeds"),
        ("1099-DA,K,,BTC,,1,,,100,,,,,,,", "no day"),
        ("1099-DA,K,,BTC,,,,2025-05-01,100,,,,,,,", "no units"),
        ("1099-DA,K,,BTC,,1,,2025-05-01,100,,yes,,,,,", "shows none"),
        ("1099-DA,K,,BTC,Q,1,,2025-05-01,100,,,,,,,", "may hold"),
        ("1099-DA,K,,BTC,,1,2025-06-01,2025-05-01,100,,,,,,,", "after they were sold"),
        ("1099-DA,K,,BTC,,1,,2025-05-01,-100,,,,,,,", "negative"),
        ("1099-DA,K,,BTC,,one,,2025-05-01,100,,,,,,,", "number"),
    ],
)
def test_a_row_that_no_form_can_say_is_an_error_with_its_row(tmp_path: Path, cells: str, says: str) -> None:
    good = "1099-DA,K,,BTC,,1,,2025-05-02,100,,,,,,,"
    found = read(tmp_path, {"k.csv": f"{HEADER}\n{good}\n{cells}\n"})
    (error,) = found.findings
    assert (error.severity, error.source and error.source.row) == ("error", 3)
    assert says in error.says
    assert len(found.sales) == 1


def test_a_misspelt_column_is_told_and_not_left_out(tmp_path: Path) -> None:
    found = read(
        tmp_path, {"k.csv": "form,broker,asset,units,sold,proceeds,basis_reportd\n1099-DA,K,BTC,1,2025-05-01,1,no\n"}
    )
    (error,) = found.findings
    assert "basis_reportd" in error.says
    assert "basis_reported" in error.todo


def test_the_template_is_a_table_that_is_read(tmp_path: Path) -> None:
    printed = CliRunner().invoke(app, ["brokers", "--template"]).stdout
    assert printed.startswith(HEADER)
    found = read(tmp_path, {"k.csv": printed + "1099-DA,K,,BTC,,1,,2025-05-01,100" + "," * 19 + "\n"})
    assert only(found).proceeds == 10000


def test_coinbase_gain_loss_is_a_report_with_an_empty_basis_kept_empty(tmp_path: Path) -> None:
    rows = (
        "Sell,67b3,lot-1,BTC,0.005,03/25/2022,230.840164,02/18/2025,468.41,237.569836,1061,Coinbase\n"
        "Convert,67a4,lot-2,ETH,0.4,Various,1599.6,02/03/2025,1035.12,-564.48,57,Customer provided\n"
        "Fee,6766,lot-3,BTC,0.00000309,03/01/2025,,03/02/2025,0.30,0.30,1,Coinbase\n"
    )
    found = read(tmp_path, {"Coinbase-2025-CB-GAINLOSSCSV.csv": GAIN_LOSS + rows})
    assert not found.findings
    sell, convert, fee = found.sales
    assert (sell.form, sell.broker, sell.rank) == ("", "Coinbase", 1)
    assert sell.basis == Fraction(230840164, 10000)
    assert (convert.various, convert.acquired, convert.customer_provided) == (True, None, True)
    assert (fee.basis, fee.units, fee.customer_provided) == (None, Decimal("0.00000309"), False)


@pytest.mark.parametrize("more", [" paid)", " and/or spread)"])
def test_coinbase_rawtx_gives_its_sales_alone_in_either_layout(tmp_path: Path, more: str) -> None:
    rows = (
        "m,Buy,2024-03-14T05:56:39Z,ETH,50,1031.71,Coinbase,,,\n"
        "s,Sell,2025-01-01T02:00:00Z,,,,,ETH,30.341,838.05\n"
        "w,Withdrawal,2025-01-02T00:00:00Z,,,,,BTC,0.5,0\n"
        "c,Converted from,2025-01-08T00:00:00Z,,,,,ETH,5.38,1000.32337228075\n"
        "a,Advanced trade trade,2025-03-12T20:01:00Z,,,,,ETH,0.2,377.72\n"
    )
    from zoneinfo import ZoneInfo

    found = read(tmp_path, {"raw.csv": RAWTX.format(more=more) + rows}, zone=ZoneInfo("America/New_York"))
    assert not found.findings
    assert [(s.sold, s.tax_year, s.proceeds_type) for s in found.sales] == [
        (date(2024, 12, 31), 2024, "gross"),
        (date(2025, 1, 7), 2025, "gross"),
        (date(2025, 3, 12), 2025, "gross"),
    ]
    assert found.files[0].left_out == ((1, "the row is no sale"), (3, "the row is no sale"))


def test_robinhood_s_sections_are_read_each_under_its_own_header(tmp_path: Path) -> None:
    found = read(tmp_path, {"0af3.csv": ROBINHOOD})
    assert not found.findings
    share, doge, dust = found.sales
    assert (share.form, share.asset, share.basis, share.proceeds) == ("1099-B", "EXAMPLE CORP", 10000, 9000)
    assert (share.wash_sale, share.withheld, share.term) == (1000, 150, "long")
    assert (doge.form, doge.broker, doge.account, doge.various) == ("1099-DA", "Robinhood", "7", True)
    assert (dust.units, dust.proceeds, dust.term) == (Decimal("0.000000010"), 0, "")
    assert found.files[0].left_out == ((1, "Form 1099-DIV is about no sales"),)


def test_robinhood_s_file_that_is_cut_off_is_an_error(tmp_path: Path) -> None:
    found = read(tmp_path, {"0af3.csv": ROBINHOOD.rstrip("\n").rsplit(",", 4)[0]})
    assert [f.severity for f in found.findings] == ["error"]
    assert "cut off" in found.findings[0].todo


TAXBIT = (
    "account_id,asset_symbol,asset_dtif_code,asset_name,asset_quantity,acquired_date,disposed_date,proceeds,cost_basis,"
    "proceeds_type,federal_tax_withheld,gain_loss_classification,cash_proceeds,customer_provided,"
    "is_noncovered_security,aggregate_stablecoin_nft\n"
    "a1,BTC,AAAAAAAA3,Bitcoin,0.02,1/5/2024,3/4/2025,1850.25,,Gross Proceeds,,Short-term,TRUE,FALSE,TRUE,\n"
    "a1,USDC,AAAAAAAA4,USD Coin,12000,,,12000.00,,,,,,,,Qualifying Stablecoins\n"
)


def test_taxbit_s_form_data_asks_whose_they_are(tmp_path: Path) -> None:
    (asked,) = read(tmp_path / "a", {"data.csv": TAXBIT}).findings
    assert (asked.severity, asked.id) == ("error", "brokers-broker")
    found = read(tmp_path / "b", {"Kraken--data.csv": TAXBIT})
    assert not found.findings
    sale, total = found.sales
    assert (sale.broker, sale.proceeds_type, sale.noncovered, sale.term) == ("Kraken", "gross", True, "short")
    assert (total.kind, total.proceeds, total.sold, total.tax_year) == ("stablecoin_total", 1200000, None, 2025)
    named = {"brokers/data.csv": SourceFile(wallet="Gemini")}
    assert {s.broker for s in read(tmp_path / "c", {"data.csv": TAXBIT}, sources=named).sales} == {"Gemini"}


def test_a_1099_b_table_is_read_by_the_words_of_its_boxes(tmp_path: Path) -> None:
    text = (
        "Description of property,Symbol,Quantity,Date acquired,Date sold or disposed,Proceeds,Cost or other basis,"
        "Wash sale loss disallowed,Basis reported to IRS,Type of gain or loss,Federal income tax withheld\n"
        "10 sh. Example Corp,EXMP,10,VARIOUS,05/02/2025,900.00,1000.00,40.00,X,Short-term,9.00\n"
    )
    sale = only(read(tmp_path, {"Fidelity/1099b.csv": text}))
    assert (sale.form, sale.broker, sale.asset, sale.units) == ("1099-B", "Fidelity", "EXMP", 10)
    assert (sale.basis, sale.wash_sale, sale.basis_reported, sale.term) == (100000, 4000, True, "short")
    assert sale.withheld == 900


def fdx(**more: Any) -> dict[str, Any]:
    detail = {
        "checkboxOnForm8949": "K",
        "digitalAssetName": "Bitcoin",
        "units": "0.123456789012345678",
        "variousDatesAcquired": True,
        "dateOfSale": "2025-06-01",
        "proceeds": 9000.10,
        "costBasis": 4000.05,
        "basisReported": False,
        "grossOrNet": "NET",
        "longOrShort": "LONG",
        "noncoveredSecurity": True,
    }
    form = {
        "taxYear": 2025,
        "accountNumber": "55",
        "federalTaxWithheld": 24.00,
        "issuer": {"businessName": {"name1": "Coinbase Inc"}, "tin": "00-0000000"},
        "digitalAssetDetails": [detail | more],
    }
    return {"taxStatement": {"forms": [{"tax1099Da": form}]}}


def test_fdx_json_is_read_wherever_the_form_stands_in_it(tmp_path: Path) -> None:
    found = read(tmp_path, {"form.json": json.dumps(fdx())})
    sale = only(found)
    assert (sale.broker, sale.account, sale.code, sale.tax_year) == ("Coinbase Inc", "55", "K", 2025)
    assert (sale.units, sale.proceeds, sale.basis) == (Decimal("0.123456789012345678"), 900010, 400005)
    assert (sale.basis_reported, sale.term, sale.proceeds_type) == (False, "long", "net")
    assert (sale.various, sale.noncovered) == (True, True)
    assert found.withheld_in(2025) == 2400


def test_fdx_json_tells_a_total_by_box_11a(tmp_path: Path) -> None:
    more = {"qualifyingStablecoins": True, "numberOfTransactions": 40, "dateOfSale": None, "units": None}
    sale = only(read(tmp_path, {"form.json": json.dumps(fdx(digitalAssetName="USD Coin", **more))}))
    assert (sale.kind, sale.count, sale.tax_year) == ("stablecoin_total", 40, 2025)


def test_fdx_json_attached_to_a_pdf_is_read_and_its_pages_are_not(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    bare, full = io.BytesIO(), io.BytesIO()
    pdf.save(bare)
    pdf.attachments["1099-da.json"] = pikepdf.AttachedFileSpec(pdf, json.dumps(fdx()).encode(), filename="1099-da.json")
    pdf.save(full)
    found = read(tmp_path / "a", {"form.pdf": full.getvalue()})
    assert only(found).proceeds == 900010
    assert found.sales[0].source.file == "brokers/form.pdf/1099-da.json"
    (error,) = read(tmp_path / "b", {"form.pdf": bare.getvalue()}).findings
    assert (error.severity, "--template" in error.todo) == ("error", True)
    (broken,) = read(tmp_path / "c", {"form.pdf": b"%PDF-1.7 not really"}).findings
    assert broken.severity == "error"


def test_a_form_that_came_twice_counts_once_and_two_equal_rows_are_two(tmp_path: Path) -> None:
    twice = "1099-DA,Kraken,,BTC,H,0.5,,2025-05-01,100,,,,,,,\n" * 2
    found = read(tmp_path, {"a.csv": f"{HEADER}\n{twice}", "b.csv": f"{HEADER}\n{twice}\n"})
    assert len(found.sales) == 2
    assert [f.severity for f in found.findings] == ["note"]
    again = read(tmp_path / "x", {"a.csv": f"{HEADER}\n{twice}", "b.csv": f"{HEADER}\n{twice}"})
    assert len(again.sales) == 2


def test_the_order_of_files_changes_no_row(tmp_path: Path) -> None:
    one, other = (row(f"1099-DA,Kraken,,BTC,H,{units},,2025-05-01,100,,,,,,,") for units in (1, 2))
    first = read(tmp_path / "a", {"a.csv": one, "b.csv": other})
    second = read(tmp_path / "b", {"a.csv": other, "b.csv": one})
    assert {s.alike for s in first.sales} == {s.alike for s in second.sales}


def test_a_corrected_row_takes_the_place_of_the_one_it_corrects(tmp_path: Path) -> None:
    wrong = row("1099-DA,Kraken,,BTC,H,0.5,,2025-05-01,100,,,,,,,")
    right = f"{HEADER},corrected\n1099-DA,Kraken,,BTC,H,0.5,,2025-05-01,90,,,,,,,,yes\n"
    found = read(tmp_path, {"a.csv": wrong, "b.csv": right})
    assert only(found).proceeds == 9000
    assert found.files[0].left_out == ((1, "brokers/b.csv:1 corrects it"),)


def test_a_corrected_form_takes_the_place_of_the_whole_form(tmp_path: Path) -> None:
    first, second = fdx(), fdx(proceeds=8000)
    second["taxStatement"]["forms"][0]["tax1099Da"]["corrected"] = True
    found = read(tmp_path, {"a.json": json.dumps(first), "b.json": json.dumps(second)})
    assert [sale.proceeds for sale in found.sales] == [800000]


def test_a_report_is_a_second_view_where_the_form_is_there(tmp_path: Path) -> None:
    report = GAIN_LOSS + "Sell,67b3,lot-1,BTC,0.005,03/25/2022,230.84,02/18/2025,468.41,237.57,1061,Coinbase\n"
    form = row("1099-DA,Coinbase,,BTC,K,0.005,,2025-02-18,468.41,,no,,,,,")
    found = read(tmp_path, {"report.csv": report, "form.csv": form})
    assert only(found).form == "1099-DA"
    assert next(f for f in found.files if "report" in f.file).left_out[0][1].startswith("a second view")


def test_a_ledger_file_among_the_forms_is_told(tmp_path: Path) -> None:
    (error,) = read(tmp_path, {"mine.csv": "time,wallet,kind\n2025-01-01,Kraken,buy\n"}).findings
    assert (error.severity, error.todo.startswith("Put it into ledger/")) == ("error", True)


def test_what_can_t_be_read_stops_and_says_why(tmp_path: Path) -> None:
    found = read(tmp_path, {"a.csv": "x,y\n1,2\n", "b.json": "{", "c.json": "{}", "d.png": b"\x89PNG"})
    assert [(f.severity, f.source and f.source.file) for f in found.findings] == [
        ("review", "brokers/d.png"),
        ("error", "brokers/a.csv"),
        ("error", "brokers/b.json"),
        ("error", "brokers/c.json"),
    ]
