"""Public complaints in which a filed year turned out wrong, step by step as people took them, and the right figures."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.cli import app

RUN = CliRunner()
FIGURES = "wages: 60000, deduction: standard, withholding: {}"


def run(*words: object) -> str:
    done = RUN.invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.output


def filed(folder: Path, year: int, on: str) -> None:
    run("prepare", folder, "--year", year, "--no-forms")
    run("file", folder, "--year", year, "--filed-on", on, "--e-file")


def amended(folder: Path, year: int, as_of: str = "2026-11-25") -> tuple[dict[str, Any], dict[str, Any]]:
    """return.json and diff.json of the amended year."""
    run("amend", folder, "--year", year, "--no-forms", "--as-of", as_of)
    place = folder / "out" / f"{year}-amended"
    return json.loads((place / "return.json").read_text()), json.loads((place / "diff.json").read_text())


def test_a_loss_forgotten_for_two_years_comes_back_in_both(make_case: MakeCase) -> None:
    """TTLC 429928: 25,000 lost in 2022, nothing carried into 2023 and 2024: 505 and 360 come back, 16,000 goes on."""
    given = FIGURES.format(6000)
    years = f"years: {{2022: {{return: {{{given}}}}}, 2023: {{return: {{{given}}}}}}}"
    rows = ledger(buy("2022-01-05", 1, "BTC", 45000), sell("2022-09-05", 1, "BTC", 20000))
    folder = make_case(rows, 2024, wages=given.removeprefix("wages: "), more=years)
    text = (folder / "case.yaml").read_text().replace("carryover_in: {short_term: 0, long_term: 0}\n", "")
    (folder / "case.yaml").write_text(text)
    filed(folder, 2022, "2023-04-10")
    # As people do who forget: the year starts with no loss.
    for year, on in ((2023, "2024-04-10"), (2024, "2025-04-10")):
        forgot = f"2023: {{return: {{{given}}}" if year == 2023 else ""
        zero = "carryover_in: {short_term: 0, long_term: 0}"
        changed = text.replace(forgot, f"{forgot}, {zero}") if forgot else f"{text}{zero}\n"
        (folder / "case.yaml").write_text(changed)
        filed(folder, year, on)
    (folder / "case.yaml").write_text(text)
    in_2023, said_of_2023 = amended(folder, 2023)
    in_2024, said_of_2024 = amended(folder, 2024)
    assert (in_2023["lines"]["f1040x"]["22"], in_2024["lines"]["f1040x"]["22"]) == ("505.00", "360.00")
    assert in_2023["carryover_out"] == {"short_term": "19000.00", "long_term": "0.00"}
    assert in_2024["carryover_out"] == {"short_term": "16000.00", "long_term": "0.00"}
    assert said_of_2023["deadline"]["safe_day"] == "2027-04-15"
    assert said_of_2024["deadline"]["safe_day"] == "2028-04-15"


def test_another_method_after_filing_is_asked_for_its_records(make_case: MakeCase) -> None:
    """r/CryptoTax 1m1onuo: from FIFO to HIFO by an amended return; 5,696.25 hangs on records of the time of sale."""
    given = FIGURES.format(10000).removeprefix("wages: ")
    rows = ledger(
        buy("2022-01-05", 1, "BTC", 20000), buy("2023-11-05", 1, "BTC", 60000), sell("2024-09-05", 1, "BTC", 58000)
    )
    folder = make_case(rows, 2024, wages=given, elections=", lot_method: fifo")
    filed(folder, 2024, "2025-04-10")
    text = (folder / "case.yaml").read_text()
    (folder / "case.yaml").write_text(text.replace("lot_method: fifo", "lot_method: hifo"))
    document, diff = amended(folder, 2024)
    assert document["lines"]["f1040x"]["22"] == "5696.25"
    assert [cause["what"] for cause in diff["causes"]] == ["wrong_method"]
    asked = [f for f in document["findings"] if f["severity"] == "review" and "identification_records" in f["todo"]]
    assert [f["amount"].lstrip("-") for f in asked] == ["40000.00"]


def test_a_second_amended_return_starts_from_the_first(make_case: MakeCase) -> None:
    """Column A is what the first amendment made of it, and what was refunded by it counts on line 18."""
    given = FIGURES.format(8000).removeprefix("wages: ")
    sold = [buy("2023-01-05", 1, "BTC", 17000), sell("2023-09-05", 1, "BTC", 26000)]
    folder = make_case(ledger(*sold), 2023, wages=given)
    filed(folder, 2023, "2024-04-10")
    sold += [buy("2023-02-01", 10, "SOL", 5000, wallet="NC"), sell("2023-10-01", 10, "SOL", 1000, wallet="NC")]
    (folder / "ledger" / "made.csv").write_text(ledger(*sold))
    assert amended(folder, 2023, "2024-06-30")[0]["lines"]["f1040x"]["22"] == "880.00"
    run("file", folder, "--year", 2023, "--amended", "2024-07-01")
    sold += [buy("2023-02-01", 10, "DOT", 2000, wallet="PX"), sell("2023-10-01", 10, "DOT", 5000, wallet="PX")]
    (folder / "ledger" / "made.csv").write_text(ledger(*sold))
    document, diff = amended(folder, 2023)
    x = document["lines"]["f1040x"]
    assert [x[f"1.{column}"] for column in "abc"] == ["65000.00", "3000.00", "68000.00"]
    assert (x["16"], x["17"], x["18"], x["19"], x["20"]) == ("0.00", "8000.00", "1434.00", "6566.00", "660.00")
    assert diff["explanation"].startswith("The return as previously adjusted left out 1 disposition")
    assert "from $5,000 to $8,000" in diff["explanation"]


def test_too_little_paid_in_the_year_is_no_remark_on_an_amended_return(make_case: MakeCase) -> None:
    """IRC §6654(d)(1)(B)(i): what counts is the tax shown on the return that was filed."""
    sold = [buy("2024-01-05", 1, "BTC", 10000), sell("2024-09-05", 1, "BTC", 40000)]
    folder = make_case(ledger(*sold), 2024, wages="60000, withholding: 0")
    run("prepare", folder, "--no-forms")
    before = json.loads((folder / "out" / "2024" / "return.json").read_text())
    assert "underpayment" in {f["id"] for f in before["findings"]}
    run("file", folder, "--year", 2024, "--filed-on", "2025-04-10", "--paid", 11241)
    sold += [sell("2024-10-05", 1, "BTC", 50000)]
    (folder / "ledger" / "made.csv").write_text(ledger(buy("2024-01-04", 1, "BTC", 9000), *sold))
    document, _ = amended(folder, 2024)
    assert document["lines"]["f1040x"]["20"] != "0.00"
    assert "underpayment" not in {f["id"] for f in document["findings"]}
