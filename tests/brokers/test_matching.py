"""Reported sales and the ledger's are put together where they are one, with the reason; what is open is told."""

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from brokers.forms import columns, document, form, prepared, rule, sold, with_forms
from conftest import MakeCase
from ledgers import buy, ledger, move, sell, trade
from niner.cli.root import app

BOUGHT = buy("2021-02-01", 10, "BTC", 1000)


def residual(folder: Path) -> dict[str, Any]:
    """What `niner brokers --json` prints."""
    return json.loads(CliRunner().invoke(app, ["brokers", str(folder), "--json"]).stdout)


def tiers(folder: Path) -> list[tuple[list[str], str]]:
    return [([row.rpartition(":")[2] for row in one["reported"]], one["tier"]) for one in residual(folder)["matches"]]


def test_the_broker_s_day_may_be_that_of_another_zone(make_case: MakeCase) -> None:
    """11 at night on 30 June in New York is 1 July in UTC, which the form prints."""
    rows = ledger(BOUGHT, sell("2025-07-01T03:00:00Z", 1, "BTC", 500))
    folder = with_forms(make_case(rows, 2025), c=form(sold("2025-07-01", 1, "BTC", 500)))
    assert tiers(folder) == [(["1"], "certain")]
    (group,) = residual(folder)["residual"]
    assert [one["reason"] for one in group["reasons"]] == ["time_zone", "no_basis"]
    assert document(folder)["dispositions"][0]["disposed"] == "2025-06-30"


def test_lots_that_the_broker_chose_are_told_and_those_identified_stay(make_case: MakeCase) -> None:
    """REG-1012-1j-EX4 turned round: the broker, told nothing, reports older units than the books."""
    rows = ledger(
        buy("2024-01-05", 1, "BTC", 100), buy("2025-02-05", 1, "BTC", 450), sell("2025-07-01T12:00:00Z", 1, "BTC", 500)
    )
    said = {"acquired": "2024-01-05", "basis": 100, "basis_reported": "no", "term": "long"}
    folder = with_forms(make_case(rows, 2025), c=form(sold("2025-07-01", 1, "BTC", 500, **said)))
    pick = "lots: [{from: ledger/made.csv:2, quantity: '1'}], identified_on: 2025-07-01T07:59:00-04:00, record: book"
    rule(folder, f"row: ledger/made.csv:3, {pick}")
    (group,) = residual(folder)["residual"]
    assert [one["reason"] for one in group["reasons"]] == ["other_lots", "other_basis", "term"]
    assert columns(document(folder)) == [("H", "500", "450", "BT", "0", "50")]


def test_the_turn_of_the_year_is_the_local_one(make_case: MakeCase) -> None:
    """A sale of 31 December in New York that the broker dates 1 January 2026 is on the form of 2026, not of 2025."""
    rows = ledger(BOUGHT, sell("2026-01-01T03:00:00Z", 1, "BTC", 500))
    folder = with_forms(make_case(rows, 2025), c=form(sold("2026-01-01", 1, "BTC", 500, tax_year=2025)))
    assert columns(document(folder))[0][0] == "K"


@pytest.mark.parametrize(("proceeds", "code"), [(485, ""), (500, "E")])
def test_proceeds_may_be_net_or_gross_of_fees(make_case: MakeCase, proceeds: int, code: str) -> None:
    rows = ledger(BOUGHT, sell("2025-07-01", 1, "BTC", 500, fee_usd=15))
    folder = with_forms(make_case(rows, 2025), c=form(sold("2025-07-01", 1, "BTC", proceeds)))
    assert tiers(folder) == [(["1"], "certain")]
    assert columns(document(folder)) == [("K", str(proceeds), "100", code, "-15" if code else "0", "385")]


def test_fills_that_the_form_joins_are_one_row_of_it(make_case: MakeCase) -> None:
    rows = ledger(BOUGHT, *(sell(f"2025-07-01T1{n}:00:00Z", "0.5", "BTC", 250 + n) for n in range(3)))
    folder = with_forms(make_case(rows, 2025), c=form(sold("2025-07-01", "1.5", "BTC", 753)))
    assert tiers(folder) == [(["1"], "certain")]
    assert [row[1] for row in columns(document(folder))] == ["251", "251", "251"]
    assert document(folder)["lines"]["f8949"]["K.d"] == "753.00"


def test_a_sale_that_the_form_divides_by_lots_takes_each_row_to_its_lot(make_case: MakeCase) -> None:
    rows = ledger(
        buy("2021-02-01", 1, "BTC", 100), buy("2025-02-01", 1, "BTC", 400), sell("2025-07-01", 2, "BTC", 1200)
    )
    short = sold("2025-07-01", 1, "BTC", 600, acquired="2025-02-01", term="short", basis=400, basis_reported="yes")
    long = sold("2025-07-01", 1, "BTC", 600, acquired="2021-02-01", term="long", basis=0, basis_reported="no")
    folder = with_forms(make_case(rows, 2025), c=form(short, long))
    assert columns(document(folder)) == [("G", "600", "400", "", "0", "200"), ("K", "600", "100", "B", "0", "500")]


def test_two_sales_of_one_day_are_told_apart_by_their_dollars(make_case: MakeCase) -> None:
    rows = ledger(
        buy("2021-02-01", 1, "BTC", 100), buy("2025-02-01", 1, "BTC", 400),
        sell("2025-07-01T10:00:00Z", 1, "BTC", 500), sell("2025-07-01T15:00:00Z", 1, "BTC", 520),
    )  # fmt: skip
    said = (sold("2025-07-01", 1, "BTC", 520, term="short"), sold("2025-07-01", 1, "BTC", 500, term="long"))
    folder = with_forms(make_case(rows, 2025), c=form(*said))
    assert columns(document(folder)) == [("H", "520", "400", "", "0", "120"), ("K", "500", "100", "", "0", "400")]


def test_units_paid_as_a_fee_may_be_part_of_the_reported_sale(make_case: MakeCase) -> None:
    """Form 1099-DA instructions (2026), General Reporting: 1 unit and 0.1 paid as its fee may be one form of 1.1."""
    sale = sell("2025-07-01", 1, "BTC", 500, fee_quantity="0.1", fee_asset="BTC", fee_usd=50)
    folder = with_forms(make_case(ledger(BOUGHT, sale), 2025), c=form(sold("2025-07-01", "1.1", "BTC", 500)))
    found = document(folder)
    assert {row[0] for row in columns(found)} == {"K"}
    assert found["lines"]["f8949"]["K.d"] == "500.00"


def test_a_stablecoin_s_total_is_all_its_sales_for_cash(make_case: MakeCase) -> None:
    """Treas. Reg. §1.6045-1(d)(10)(i)(D)(2) Example 2: sales of 9,000 and 4,000 for cash are 13,000; trades are not."""
    rows = ledger(
        buy("2025-01-05", 20000, "YY", 20000), sell("2025-02-01", 9000, "YY", 9000),
        sell("2025-08-01", 4000, "YY", 4000), trade("2025-09-01", 1000, "YY", "0.01", "BTC", 1000),
    )  # fmt: skip
    total = {"asset": "YY", "proceeds": 13000, "kind": "stablecoin_total", "count": 2}
    traded = sold("2025-09-01", 1000, "YY", 1000)
    more = "assets: {YY: {class: stablecoin}}"
    folder = with_forms(make_case(rows, 2025, more=more), c=form(total, traded))
    found = document(folder)
    assert found["lines"]["f8949"]["H.d"] == "14000.00"
    assert sorted(tiers(folder)) == [(["1"], "certain"), (["2"], "certain")]


def test_an_nft_total_is_all_sales_of_nfts(make_case: MakeCase) -> None:
    rows = ledger(
        buy("2025-01-05", 1, "APE#1", 300), buy("2025-01-05", 1, "APE#2", 500),
        sell("2025-02-01", 1, "APE#1", 900), sell("2025-03-01", 1, "APE#2", 600),
    )  # fmt: skip
    folder = with_forms(make_case(rows, 2025), c=form({"proceeds": 1500, "kind": "nft_total"}))
    assert [row[:2] for row in columns(document(folder))] == [("H", "900"), ("H", "600")]


def test_an_open_row_stops_the_forms_and_says_what_it_may_be(make_case: MakeCase) -> None:
    rows = ledger(BOUGHT, move("2025-06-01", 2, "BTC", "Own"), sell("2025-07-01", 1, "BTC", 500))
    said = (sold("2025-07-01", 1, "BTC", 500), sold("2025-06-01", 2, "BTC", 900))
    folder = with_forms(make_case(rows, 2025), c=form(*said))
    done = prepared(folder)
    (error,) = [f for f in done.findings if f.severity == "error"]
    assert (error.id, error.source and error.source.row, error.amount_cents) == ("brokers-open", 3, 90000)
    assert "a transfer of the same units" in error.says
    assert "{reported: [brokers/c.csv:2], is: transfer" in error.todo
    found = residual(folder)
    assert found["open"] == ["brokers/c.csv:2"]
    assert found["foots"] is True
    rule(folder, "reported: [brokers/c.csv:2], is: transfer")
    assert ("H", "900", "0", "O", "-900", "0") in columns(document(folder))


def test_a_ruling_says_which_sale_a_row_is(make_case: MakeCase) -> None:
    rows = ledger(BOUGHT, sell("2025-03-01", 1, "BTC", 500), sell("2025-07-01", 1, "BTC", 500))
    folder = with_forms(make_case(rows, 2025), c=form(sold("2025-05-01", 1, "BTC", 480)))
    assert not prepared(folder).ok
    rule(folder, "reported: [brokers/c.csv:1], sales: [ledger/made.csv:3]")
    rulings = [(row, tier) for row, tier in tiers(folder)]
    assert rulings == [(["1"], "ruled")]
    assert {row[0] for row in columns(document(folder))} == {"L", "K"}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("reported: [brokers/c.csv:9], is: nominee", "no row that a broker reported"),
        ("reported: [brokers/c.csv:1], sales: [ledger/made.csv:9]", "no row of the ledger"),
        ("reported: [brokers/c.csv:1], sales: [ledger/made.csv:1]", "None of the rows named"),
        ("reported: [brokers/c.csv:1]", "needs either sales"),
    ],
)
def test_a_ruling_that_cannot_be_is_an_error(make_case: MakeCase, line: str, says: str) -> None:
    rows = ledger(BOUGHT, sell("2025-03-01", 1, "BTC", 500))
    folder = with_forms(make_case(rows, 2025), c=form(sold("2025-03-01", 1, "BTC", 500)))
    rule(folder, line)
    assert any(says in f.says for f in prepared(folder).findings if f.severity == "error")


def test_a_form_that_came_twice_in_two_shapes_is_guessed(make_case: MakeCase) -> None:
    rows = ledger(BOUGHT, sell("2025-03-01", 1, "BTC", 500))
    twice = (form(sold("2025-03-01", 1, "BTC", 500, account=1)), form(sold("2025-03-01", 1, "BTC", 500, account=2)))
    folder = with_forms(make_case(rows, 2025), a=twice[0], b=twice[1])
    (error,) = [f for f in prepared(folder).findings if f.severity == "error"]
    assert "the form may have come twice" in error.says
    rule(folder, "duplicate: [brokers/a.csv:1, brokers/b.csv:1], keep: brokers/a.csv:1")
    assert columns(document(folder)) == [("K", "500", "100", "", "0", "400")]


def test_a_broker_is_found_by_its_longer_name_or_by_the_case(make_case: MakeCase) -> None:
    rows = ledger(BOUGHT, sell("2025-03-01", 1, "BTC", 500))
    long = form(sold("2025-03-01", 1, "Bitcoin", 500, broker="Coinbase, Inc."))
    assert columns(document(with_forms(make_case(rows, 2025), c=long)))[0][0] == "K"
    other = form(sold("2025-03-01", 1, "BTC", 500, broker="CB Holdings"))
    assert not prepared(with_forms(make_case(rows, 2025, name="other"), c=other)).ok
    more = "wallets: {Coinbase: {broker: CB Holdings}}"
    assert columns(document(with_forms(make_case(rows, 2025, name="said", more=more), c=other)))[0][0] == "K"


def test_shares_that_are_not_in_the_ledger_are_told_and_stop_nothing(make_case: MakeCase) -> None:
    rows = ledger(BOUGHT, sell("2025-03-01", 1, "BTC", 500))
    shares = sold("2025-03-04", 1, "EXAMPLE CORP", 120, form="1099-B", basis=100, basis_reported="yes")
    found = document(with_forms(make_case(rows, 2025), c=form(sold("2025-03-01", 1, "BTC", 500), shares)))
    (told,) = [f for f in found["findings"] if f["id"] == "brokers-open"]
    assert (told["severity"], told["amount"]) == ("review", "120.00")


def test_dust_without_dollars_is_nobody_s_trouble(make_case: MakeCase) -> None:
    rows = ledger(BOUGHT, sell("2025-03-01", 1, "BTC", 500))
    dust = sold("2025-05-02", "0.00000001", "BTC", 0, basis=0)
    assert (
        len(columns(document(with_forms(make_case(rows, 2025), c=form(sold("2025-03-01", 1, "BTC", 500), dust))))) == 1
    )


def test_the_order_of_rows_and_files_changes_nothing(make_case: MakeCase) -> None:
    sales = [sell(f"2025-07-01T1{n}:00:00Z", 1, "BTC", 500) for n in range(3)]
    rows = ledger(buy("2021-02-01", 1, "BTC", 100), buy("2025-02-01", 9, "BTC", 900), *sales)
    said = [
        sold("2025-07-01", 1, "BTC", 500, basis=basis, basis_reported=answer)
        for basis, answer in ((100, "yes"), (200, "no"), ("", ""))
    ]
    seen = set()
    for number, order in enumerate(permutations(said)):
        folder = make_case(rows, 2025, name=f"case{number}")
        with_forms(folder, **{f"f{place}": form(one) for place, one in enumerate(order)})
        seen.add(json.dumps(columns(document(folder))))
    assert len(seen) == 1


def test_a_report_before_2025_compares_and_moves_no_box(make_case: MakeCase) -> None:
    """Brokers reported no digital assets before 2025: a report of gains is set against the sales, and is no form."""
    rows = ledger(BOUGHT, sell("2024-03-01", 1, "BTC", 500), sell("2024-04-01", 1, "BTC", 500))
    report = (
        "Transaction Type,Transaction ID,Tax lot ID,Asset name,Amount,Date Acquired,Cost basis (USD),"
        "Date of Disposition,Proceeds (USD),Gains (Losses) (USD),Holding period (Days),Data source\n"
        "Sell,a,l1,BTC,1,02/01/2021,100,03/01/2024,500,400,1124,Coinbase\n"
        "Sell,b,l2,BTC,3,02/01/2021,300,05/01/2024,900,600,1185,Coinbase\n"
    )
    folder = with_forms(make_case(rows, 2024), report=report)
    found = document(folder, 2024)
    assert {row[0] for row in columns(found)} == {"F"}
    assert [f["id"] for f in found["findings"] if f["severity"] == "review" and "broker" in f["id"]] == ["brokers-open"]


def test_the_answer_to_a_notice_has_each_row_with_its_proof(make_case: MakeCase, tmp_path: Path) -> None:
    rows = ledger(BOUGHT, sell("2025-03-01", 1, "BTC", 500))
    folder = with_forms(make_case(rows, 2025), c=form(sold("2025-03-01", 1, "BTC", 500, basis=0)))
    done = CliRunner().invoke(app, ["brokers", str(folder), "--answer", str(tmp_path / "answer.html")])
    assert done.exit_code == 0, done.stdout
    text = (tmp_path / "answer.html").read_text()
    assert "brokers/c.csv:1" in text
    assert "sale ledger/made.csv, row 3; bought ledger/made.csv, row 2" in text
    assert "$500.00" in text
    assert "code B" in text
    assert "The form shows a basis of zero: 1 row." in text
    assert "CP2000" in text
    assert "900-12-3456" not in text
    assert "900123456" not in text


def test_a_form_that_comes_after_filing_is_a_cause_of_its_own(make_case: MakeCase) -> None:
    rows = ledger(BOUGHT, sell("2025-03-01", 1, "BTC", 500))
    folder = make_case(rows, 2025)
    document(folder)
    filed = CliRunner().invoke(app, ["file", str(folder), "--year", "2025", "--filed-on", "2026-04-10"])
    assert filed.exit_code == 0, filed.stdout
    with_forms(folder, c=form(sold("2025-03-01", 1, "BTC", 500)))
    said = CliRunner().invoke(app, ["diff", str(folder), "--year", "2025"]).stdout
    assert "a broker's form came for 1 disposition" in " ".join(said.split())
