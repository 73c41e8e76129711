"""Engagements worked by hand: what an amended return must show, line by line, on small filed returns.

The figures are those of 44 engagements computed beside the program; each test names the one it is of.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from niner.amend.filed.line_keys import unknown_lines
from niner.case.filed import read_filed
from niner.cli import app
from niner.money import parse_cents
from niner.rules import load_rules

RUN = CliRunner()
CASE = """\
tax_year: {year}
taxpayer: {{first_name: Test, last_name: Payer, ssn: 900-12-3456, filing_status: {status}}}
{more}
elections: {{timezone: America/Chicago, lot_method: fifo, rounding: dollars}}
"""
HEADER = "id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset,usd_value\n"
KRAKEN = "k1,2021-02-03T10:00:00Z,Kraken,buy,,,0.12,BTC,3600\nk2,2023-05-04T10:00:00Z,Kraken,sell,0.12,BTC,,,6600\n"
LOSS = "d1,2021-11-02T10:00:00Z,Deadex,buy,,,10,SOL,5000\nd2,2023-06-03T10:00:00Z,Deadex,sell,10,SOL,,,1000\n"
F1040 = {"1z": 60000, "7": 3000, "9": 63000, "11": 63000, "12": 13850, "14": 13850, "15": 49150, "16": 5916}
F1040 |= {"18": 5916, "22": 5916, "24": 5916}
D = {"10.d": 6600, "10.e": 3600, "10.h": 3000, "15": 3000, "16": 3000}


def engagement(
    tmp_path: Path,
    *,
    f1040: dict[str, int],
    more: str = "",
    ledger: str = KRAKEN,
    year: int = 2023,
    status: str = "single",
    schedule_d: dict[str, int] | None = None,
    filed: dict[str, Any] | None = None,
    entries: dict[str, dict[str, Any]] | None = None,
) -> Path:
    folder = tmp_path / "case"
    (folder / "ledger").mkdir(parents=True)
    (folder / "filed").mkdir()
    (folder / "case.yaml").write_text(CASE.format(year=year, status=status, more=more))
    (folder / "ledger" / "l.csv").write_text(HEADER + ledger)
    lines: dict[str, Any] = {"f1040": f1040}
    if schedule_d is not None:
        lines["f1040sd"] = schedule_d
    document = {"tax_year": year, "filed_on": f"{year + 1}-04-10", "payments": [], "lines": lines, **(filed or {})}
    # JSON is YAML too.
    (folder / "filed" / f"{year}.yaml").write_text(json.dumps(document))
    for name, entry in (entries or {}).items():
        (folder / "filed" / name).write_text(json.dumps(entry))
    return folder


def amend(folder: Path, *more: str, code: int = 0, year: int = 2023) -> dict[str, Any]:
    done = RUN.invoke(app, ["amend", str(folder), "--year", str(year), "--as-of", "2026-11-25", "--json", *more])
    assert done.exit_code == code, done.output
    case: dict[str, Any] = json.loads(done.stdout)["cases"][0]
    return case


def x(case: dict[str, Any], *lines: str) -> list[int]:
    found = case["return"]["lines"]["f1040x"]
    return [parse_cents(found.get(line, "0")) // 100 for line in lines]


def ids(case: dict[str, Any]) -> set[str]:
    return {finding["id"] for finding in case["findings"]}


def test_what_was_paid_with_an_extension_is_on_line_16_alone(tmp_path: Path) -> None:
    """D1, F1: own output with paid_with_extension 1,000, prepared, filed, then a loss is found."""
    folder = engagement(tmp_path, f1040={}, more="return: {wages: 60000, withholding: 5000, paid_with_extension: 1000}")
    (folder / "filed" / "2023.yaml").unlink()
    for words in (["prepare", "--no-forms"], ["file", "--year", "2023", "--filed-on", "2024-08-01", "--paid", "0"]):
        done = RUN.invoke(app, [words[0], str(folder), *words[1:]])
        assert done.exit_code == 0, done.output
    (folder / "ledger" / "found.csv").write_text(HEADER + LOSS)
    case = amend(folder, "--no-forms")
    assert x(case, "15.a", "15.b", "15.c", "16", "17") == [0, 0, 0, 1000, 6000]
    assert x(case, "21") == [6000 - 84 - x(case, "11.c")[0]]


def test_schedule_3_of_2020_has_numbers_of_its_own(tmp_path: Path) -> None:
    """Filed 9 = 2,388 (extension) and 10 = 500 (excess Social Security): lines 12, 15 and 16 are 6,800, 0 and 2,388."""
    f1040 = {"1": 60000, "7": 0, "9": 60000, "11": 60000, "12": 12400, "14": 12400, "15": 47600, "16": 6262}
    f1040 |= {"18": 6262, "22": 6262, "24": 6262, "25d": 6300, "32": 2888, "33": 9188, "34": 2926}
    ledger = KRAKEN.replace("2023-05", "2020-05").replace("2021-02", "2019-02")
    folder = engagement(
        tmp_path,
        f1040=f1040,
        ledger=ledger,
        year=2020,
        filed={"lines": {"f1040": f1040, "f1040s3": {"9": 2388, "10": 500}, "f1040sd": {"16": 0}}},
    )
    case = amend(folder, "--no-forms", year=2020)
    assert x(case, "12.a", "12.c", "15.a", "15.c", "16", "17") == [6800, 6800, 0, 0, 2388, 9188]


def test_a_change_by_the_irs_stays(tmp_path: Path) -> None:
    """D2, E9: a CP2000 added interest of 1,200; the case still has none. Column C keeps it: 58,200 and tax 5,105."""
    f1040 = F1040 | {"25d": 6000, "33": 6000, "34": 84}
    adjusted = {"2b": 1200, "9": 64200, "11": 64200, "15": 50350, "16": 6180, "18": 6180, "22": 6180, "24": 6180}
    entry = {"tax_year": 2023, "adjusted_on": "2025-06-02", "says": "CP2000", "additional_tax_paid": 264}
    folder = engagement(
        tmp_path,
        f1040=f1040,
        schedule_d=D,
        more="return: {wages: 60000, withholding: 6000}",
        ledger=KRAKEN + LOSS.replace("1000\n", "0.00\n").replace("5000", "6000"),
        entries={"2023-adjusted-2025-06-02.yaml": {**entry, "lines": {"f1040": adjusted}}},
    )
    case = amend(folder, "--no-forms")
    assert x(case, "1.a", "1.c", "6.c", "11.c") == [64200, 58200, 5105, 5105]
    assert "amend-adjusted-figure" in ids(case)
    assert "interest" not in json.loads((folder / "out" / "2023-amended" / "diff.json").read_text())["explanation"]


def test_a_penalty_is_no_tax_paid(tmp_path: Path) -> None:
    """D3, E5b: line 37 of 3,712 holds a penalty of 100 on line 38: line 16 is 3,612."""
    f1040 = F1040 | {"25d": 2304, "33": 2304, "37": 3712, "38": 100}
    folder = engagement(tmp_path, f1040=f1040, schedule_d=D, ledger=KRAKEN + LOSS)
    filed = folder / "filed" / "2023.yaml"
    said = json.loads(filed.read_text())
    del said["payments"]
    filed.write_text(json.dumps(said))
    case = amend(folder, "--no-forms")
    assert x(case, "16", "17") == [3612, 5916]
    assert "amend-arithmetic" not in ids(case)


def test_what_was_not_paid_or_not_refunded_can_be_said(tmp_path: Path) -> None:
    """D5, F5: the first amended return's 550 was not paid; and a refund that was denied is none."""
    folder = engagement(tmp_path, f1040={}, more="return: {wages: 60000, withholding: 8000}")
    (folder / "filed" / "2023.yaml").unlink()
    (folder / "ledger" / "s.csv").write_text(HEADER + "s1,2023-07-01T10:00:00Z,Kraken,staking,,,1,ETH,2500\n")
    staking = (folder / "ledger" / "s.csv").read_text()
    (folder / "ledger" / "s.csv").unlink()

    def do(*words: str) -> None:
        done = RUN.invoke(app, [words[0], str(folder), *words[1:]])
        assert done.exit_code == 0, done.output

    do("prepare", "--no-forms")
    do("file", "--year", "2023", "--filed-on", "2024-04-10", "--paid", "0")
    (folder / "ledger" / "s.csv").write_text(staking)
    do("amend", "--year", "2023", "--no-forms", "--as-of", "2025-05-01")
    do("file", "--year", "2023", "--amended", "2025-05-01", "--paid", "0")
    (folder / "ledger" / "found.csv").write_text(HEADER + LOSS)
    assert x(amend(folder, "--no-forms"), "16") == [0]
    done = RUN.invoke(app, ["file", str(folder), "--year", "2023", "--filed-on", "2024-04-10", "--refunded", "0"])
    assert done.exit_code == 2


def test_joint_to_separate_after_the_due_date_is_refused(tmp_path: Path) -> None:
    """D8, E11c; annulled marriages are the exception that the case can state."""
    f1040 = {"1z": 150000, "7": 3000, "9": 153000, "11": 153000, "12": 27700, "14": 27700, "15": 125300}
    f1040 |= {"16": 17971, "18": 17971, "22": 17971, "24": 17971, "25d": 22000, "33": 22000, "34": 4029}
    more = "spouse: {first_name: Sam, last_name: Payer, ssn: 900-12-3457}\nreturn: {wages: 150000, withholding: 22000}"
    folder = engagement(
        tmp_path, f1040=f1040, schedule_d=D, status="married_separate", more=more,
        filed={"filing_status": "married_joint"},
    )  # fmt: skip
    case = amend(folder, code=1)
    assert any("can't be changed into separate ones" in finding["says"] for finding in case["findings"])
    assert not (folder / "out").exists()
    text = (folder / "case.yaml").read_text()
    (folder / "case.yaml").write_text(text + "amendment: {marriage_annulled: yes}\n")
    assert x(amend(folder, "--no-forms"), "11.c")[0] > 17971


def test_another_method_after_the_fact_needs_records_of_the_time(tmp_path: Path) -> None:
    """D22, E4: without them no form is made; with them Part II says so."""
    rows = KRAKEN + "k0,2022-03-01T10:00:00Z,Kraken,buy,,,0.12,BTC,9600\n"
    folder = engagement(tmp_path, f1040={}, more="return: {wages: 60000, withholding: 6000}", ledger=rows)
    (folder / "filed" / "2023.yaml").unlink()
    for words in (["prepare", "--no-forms"], ["file", "--year", "2023", "--filed-on", "2024-04-10"]):
        assert RUN.invoke(app, [words[0], str(folder), *words[1:]]).exit_code == 0
    text = (folder / "case.yaml").read_text().replace("lot_method: fifo", "lot_method: hifo")
    (folder / "case.yaml").write_text(text)
    case = amend(folder, "--offline", code=1)
    assert any("records made by the time of each" in finding["says"] for finding in case["findings"])
    (folder / "case.yaml").write_text(text + "amendment: {identification_records: yes}\n")
    amend(folder, "--no-forms")
    said = json.loads((folder / "out" / "2023-amended" / "diff.json").read_text())["explanation"]
    assert "Records made by the time of each sale identify the units sold." in said


def test_a_missing_year_between_filed_ones_is_refused(tmp_path: Path) -> None:
    """D10, E22: 2021 and 2023 are filed, 2022 is not; with the losses carried in said, it goes on."""
    f1040 = F1040 | {"25d": 7000, "33": 7000, "34": 1084}
    folder = engagement(tmp_path, f1040=f1040, schedule_d=D, more="return: {wages: 60000, withholding: 7000}")
    before = {"1": 60000, "9": 60000, "11": 60000, "12c": 12550, "14": 12550, "15": 47450, "16": 6187, "24": 6187}
    document = {"tax_year": 2021, "filed_on": "2022-04-18", "payments": [], "lines": {"f1040": before}}
    (folder / "filed" / "2021.yaml").write_text(json.dumps(document))
    case = amend(folder, code=1)
    assert any("but not 2022" in finding["says"] for finding in case["findings"])
    text = (folder / "case.yaml").read_text()
    (folder / "case.yaml").write_text(text + "carryover_in: {short_term: 0, long_term: 15760}\n")
    assert x(amend(folder, "--no-forms"), "1.c") == [57000]


@pytest.mark.parametrize(
    ("said", "carried"),
    [
        ("", 2000),  # nothing said: as filed
        ("carryover_in: {}\n", 2000),
        ("carryover_in: {short_term: 0, long_term: 0}\n", 0),  # a zero that is written is given
        ("carryover_in: {short_term: 500, long_term: 0}\n", 500),
    ],
)
def test_the_loss_carried_into_the_first_year_is_the_cases_where_it_says_one(
    tmp_path: Path, said: str, carried: int
) -> None:
    f1040 = F1040 | {"7": 1000, "9": 61000, "11": 61000, "15": 47150, "16": 5674, "18": 5674, "22": 5674, "24": 5674}
    f1040 |= {"25d": 6000, "33": 6000, "34": 326}
    schedule_d = D | {"14": 2000, "15": 1000, "16": 1000}
    more = "return: {wages: 60000, withholding: 6000}\n" + said
    folder = engagement(tmp_path, f1040=f1040, schedule_d=schedule_d, more=more)
    assert x(amend(folder, "--no-forms"), "1.c") == [63000 - carried]


def test_a_gap_is_not_closed_by_an_empty_carryover(tmp_path: Path) -> None:
    f1040 = F1040 | {"25d": 7000, "33": 7000, "34": 1084}
    more = "return: {wages: 60000, withholding: 7000}\ncarryover_in: {}"
    folder = engagement(tmp_path, f1040=f1040, schedule_d=D, more=more)
    before = {"1": 60000, "9": 60000, "11": 60000, "12c": 12550, "14": 12550, "15": 47450, "16": 6187, "24": 6187}
    document = {"tax_year": 2021, "filed_on": "2022-04-18", "payments": [], "lines": {"f1040": before}}
    (folder / "filed" / "2021.yaml").write_text(json.dumps(document))
    assert "filed-gap" in ids(amend(folder, code=1))


@pytest.mark.parametrize("line", [{"9": 64000}, {"11": 62000}])
def test_lines_that_contradict_one_another_beside_an_empty_one(tmp_path: Path, line: dict[str, int]) -> None:
    """D13, B3: line 9 is 64,000 and line 11 63,000, with line 10 empty; line 9 is set against what it adds."""
    folder = engagement(tmp_path, f1040=F1040 | {"25d": 6000, "33": 6000, "34": 84} | line, schedule_d=D)
    case = amend(folder, code=1)
    assert "filed-contradiction" in ids(case)


def test_an_empty_form_is_no_return_and_no_adjustment(tmp_path: Path) -> None:
    """D20, G12 and G10: a template that nobody filled in."""
    folder = engagement(tmp_path, f1040=F1040, schedule_d=D)
    (folder / "filed" / "2023.yaml").unlink()
    assert RUN.invoke(app, ["file", str(folder), "--year", "2023", "--template"]).exit_code == 0
    assert "filed-empty" in ids(amend(folder, code=1))
    (folder / "filed" / "2023.yaml").unlink()
    whole = engagement(tmp_path / "other", f1040=F1040 | {"25d": 6000, "33": 6000, "34": 84}, schedule_d=D)
    assert RUN.invoke(app, ["file", str(whole), "--year", "2023", "--adjusted", "2025-05-05"]).exit_code == 0
    assert "filed-empty" in ids(amend(whole, code=1))
    done = RUN.invoke(app, ["file", str(whole), "--year", "2023", "--adjusted", "2024-01-05"])
    assert done.exit_code == 1


def test_an_entry_that_is_not_locked_is_told(tmp_path: Path) -> None:
    """D14: nothing would tell if it were changed later; once it is locked, nothing is said."""
    folder = engagement(tmp_path, f1040=F1040 | {"25d": 6000, "33": 6000, "34": 84}, schedule_d=D)
    found = [finding for finding in amend(folder, "--no-forms")["findings"] if finding["id"] == "filed-not-locked"]
    assert [(finding["severity"], finding["source"]["file"]) for finding in found] == [("review", "filed/2023.yaml")]
    assert "niner file FOLDER --year 2023" in found[0]["todo"]
    assert RUN.invoke(app, ["file", str(folder), "--year", "2023"]).exit_code == 0
    assert "filed-not-locked" not in ids(amend(folder, "--no-forms"))


def test_a_missed_net_investment_income_tax_is_owed_and_no_slip(tmp_path: Path) -> None:
    """D9, H2: 494 of the tax was left out by another preparer."""
    f1040 = {"1z": 300000, "2b": 10000, "7": 3000, "9": 313000, "11": 313000, "12": 14600, "14": 14600, "15": 298400}
    f1040 |= {"16": 74215, "18": 74215, "22": 74215, "23": 900, "24": 75115, "25d": 90000, "33": 90000, "34": 14885}
    rows = KRAKEN.replace("2023-05", "2024-05")
    folder = engagement(tmp_path, f1040=f1040, schedule_d=D, ledger=rows, year=2024)
    case = amend(folder, "--no-forms", year=2024)
    assert x(case, "20") == [494]
    assert "amend-niit-missed" in ids(case)
    assert not any("arithmetic slip" in finding["says"] for finding in case["findings"])


def test_tax_that_can_no_longer_be_assessed_is_not_asked_for(tmp_path: Path) -> None:
    """D12, E21: staking of 2020 was left out, and it is November 2026."""
    f1040 = {"1": 60000, "7": 3000, "9": 63000, "11": 63000, "12": 12400, "14": 12400, "15": 50600, "16": 6472}
    f1040 |= {"18": 6472, "22": 6472, "24": 6472, "25d": 7000, "33": 7000, "34": 528}
    rows = KRAKEN.replace("2023-05", "2020-05").replace("2021-02", "2019-02")
    rows += "s1,2020-07-01T10:00:00Z,Kraken,staking,,,1,ETH,2400\n"
    folder = engagement(tmp_path, f1040=f1040, schedule_d=D, ledger=rows, year=2020)
    case = amend(folder, "--no-forms", year=2020)
    assert x(case, "20")[0] > 0
    assert "amend-owed-too-late" in ids(case)
    assert not any("Pay it with the return" in finding["todo"] for finding in case["findings"])


def test_a_claim_by_the_time_of_a_payment_is_told_its_own_day(tmp_path: Path) -> None:
    """D11, E18: tax of 2021 paid on 3 March 2025: open to 3 March 2027, for 1,643."""
    f1040 = {"1": 60000, "7": 3000, "9": 63000, "11": 63000, "12c": 12550, "14": 12550, "15": 50450, "16": 6643}
    f1040 |= {"18": 6643, "22": 6643, "24": 6643, "25d": 5000, "33": 5000, "37": 1643}
    rows = (KRAKEN + LOSS).replace("2021-", "2019-").replace("2023-", "2021-")
    folder = engagement(
        tmp_path, f1040=f1040, schedule_d=D, ledger=rows, year=2021,
        filed={"filed_on": "2022-04-18", "payments": [{"paid_on": "2025-03-03", "amount": 1643}]},
    )  # fmt: skip
    case = amend(folder, "--no-forms", year=2021)
    assert case["deadline"]["claim_by"] == "2027-03-03"
    assert case["deadline"]["refund_limited_to"] == "1643.00"
    done = RUN.invoke(app, ["diff", str(folder), "--year", "2021", "--as-of", "2026-11-25"])
    assert "3 March 2027" in done.output
    assert "by 15 April 2025" not in done.output


H1 = {"1z": 18000, "7": 1000, "9": 19000, "11": 19000, "12": 20800, "14": 20800, "15": 0, "16": 0, "18": 0, "22": 0}
H1 |= {"24": 0, "25a": 300, "25d": 300, "27": 3995, "28": 1600, "32": 5595, "33": 5895, "34": 5895, "35a": 5895}
H1_ROWS = "k1,2023-01-01T16:00Z,Kraken,buy,,,5,ETH,9000\nk2,2023-06-01T16:00Z,Kraken,sell,5,ETH,,,10000\n"
H1_FOUND = "n1,2023-02-01T16:00Z,B,buy,,,1,BTC,10000\nn2,2023-11-15T16:00Z,B,sell,1,BTC,,,25000\n"


def h1(tmp_path: Path, more: str = "", ledger: str = H1_ROWS + H1_FOUND) -> Path:
    said = f"return: {{wages: 18000, withholding: 300{more}}}" if more else ""
    return engagement(
        tmp_path, f1040=H1, schedule_d={"3.d": 10000, "3.e": 9000, "3.h": 1000, "7": 1000, "16": 1000},
        status="head_of_household", ledger=ledger, more=said,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "lines"),
    [
        # H1: investment income of 16,000 is over 11,000, so there is no earned income credit; the others stay as filed.
        ("", [0, 1600, 0]),
        # H1b: the preparer's own credits, without and with the earned income credit among them.
        (", refundable_credits: 677, nonrefundable_credits: 1323", [0, 677, 1323]),
        (", earned_income_credit: 0, refundable_credits: 677, nonrefundable_credits: 1323", [0, 677, 1323]),
        (", earned_income_credit: 3995, refundable_credits: 677, nonrefundable_credits: 1323", [0, 677, 1323]),
        (", refundable_credits: 5595", [0, 1600, 0]),
    ],
)
def test_there_is_no_earned_income_credit_over_the_limit(tmp_path: Path, more: str, lines: list[int]) -> None:
    case = amend(h1(tmp_path, more), "--no-forms")
    assert x(case, "14.a", "15.a") == [3995, 1600]
    assert x(case, "14.c", "15.c", "7.c") == lines
    assert x(case, "14.b") == [-3995]
    assert x(case, "17") == [300 + lines[1]]
    assert parse_cents(case["return"]["lines"]["f1040"]["32"]) == lines[1] * 100
    assert ("eic-none" in ids(case)) == ("credit: 0" not in more)


@pytest.mark.parametrize(
    ("more", "lines"),
    [
        ("", [3995, 1600]),
        (", earned_income_credit: 3500, refundable_credits: 1200", [3500, 1200]),
        (", earned_income_credit: 0", [0, 0]),
        (", refundable_credits: 5195", [3995, 1200]),
        (", withholding_1099: 0", [3995, 0]),  # credits that nobody gives are none, but the one on line 14 is as filed
    ],
)
def test_every_credit_can_be_corrected(tmp_path: Path, more: str, lines: list[int]) -> None:
    """D6: the credits that the case gives take the place of the filed ones, on lines 14 and 15."""
    found = H1_FOUND.replace("25000", "12000")
    assert x(amend(h1(tmp_path, more, H1_ROWS + found), "--no-forms"), "14.c", "15.c") == lines


@pytest.mark.parametrize(("more", "found"), [("677", H1_FOUND.replace("25000", "12000")), ("4500", H1_FOUND)])
def test_credits_that_may_or_may_not_hold_the_earned_income_credit_are_refused(
    tmp_path: Path, more: str, found: str
) -> None:
    case = amend(h1(tmp_path, f", refundable_credits: {more}", H1_ROWS + found), "--no-forms", code=1)
    assert ids(case) == {"amend-credits-untold"}


def test_excess_social_security_tax_can_be_corrected(tmp_path: Path) -> None:
    f1040 = F1040 | {"25d": 5500, "32": 700, "33": 6200, "34": 284}
    more = "return: {{wages: 60000, withholding: 5500, refundable_credits: 0{}}}"
    for said, line_12 in (("", 5500 + 500), (", excess_social_security: 300", 5500 + 300)):
        folder = engagement(
            tmp_path / said.strip(", ").replace(": ", "-"), f1040=f1040, more=more.format(said),
            filed={"lines": {"f1040": f1040, "f1040s3": {"11": 500, "10": 200}, "f1040sd": D}},
        )  # fmt: skip
        case = amend(folder, "--no-forms", code=0 if said else 1)
        if said:
            assert x(case, "12.a", "12.c", "15.a", "15.c", "16") == [6000, line_12, 0, 0, 200]
        else:
            assert ids(case) == {"amend-credits-untold"}


def test_nonrefundable_credits_are_at_most_the_tax(tmp_path: Path) -> None:
    """D21, E13: child tax credits of 1,473 beside a tax of 673."""
    f1040 = {"1z": 28000, "7": 8000, "9": 36000, "11": 36000, "12": 20800, "14": 20800, "15": 15200, "16": 1523}
    f1040 |= {"18": 1523, "19": 1473, "21": 1473, "22": 50, "24": 50, "25d": 50, "33": 50}
    folder = engagement(
        tmp_path, f1040=f1040, schedule_d={"3.d": 17000, "3.e": 9000, "3.h": 8000, "7": 8000, "16": 8000},
        status="head_of_household",
        ledger="k1,2023-01-01T16:00Z,Kraken,buy,,,5,ETH,9000\nk2,2023-06-01T16:00Z,Kraken,sell,5,ETH,,,9000\n",
    )  # fmt: skip
    case = amend(folder, "--no-forms")
    tax = parse_cents(case["return"]["lines"]["f1040"]["16"]) // 100
    assert 0 < tax < 1473
    assert x(case, "6.c", "7.a", "7.c", "8.c") == [tax, 1473, tax, 0]
    assert case["return"]["lines"]["f1040"]["21"] == f"{tax}.00"
    assert "credits-over-tax" in ids(case)


def test_a_penalty_stays_on_the_corrected_return(tmp_path: Path) -> None:
    """F2: overpaid 184 with a penalty of 40 on line 38: line 34 is 35a, 36 and 38 added, before and after."""
    f1040 = F1040 | {"25d": 6100, "33": 6100, "34": 184, "35a": 100, "36": 44, "38": 40}
    folder = engagement(tmp_path, f1040=f1040, schedule_d=D, ledger=KRAKEN + LOSS.replace("5000", "7000"))
    for more in ("", "return: {wages: 60000, withholding: 6100}\n"):
        (folder / "case.yaml").write_text((folder / "case.yaml").read_text() + more)
        case = amend(folder, "--no-forms")
        assert x(case, "17", "18", "21") == [6100, 184, 955]
        lines = case["return"]["lines"]["f1040"]
        assert [lines[n] for n in ("34", "35a", "36", "38")] == ["1139.00", "1055.00", "44.00", "40.00"]


E5 = {"1z": 70000, "2b": 300, "7": 4000, "9": 74300, "11": 74300, "12": 13850, "14": 13850, "15": 60450, "16": 8612}
E5 |= {"18": 8612, "22": 8612, "24": 8612, "25d": 8612, "33": 8612}
E5_ROWS = "k1,2022-03-01T16:00Z,Kraken,buy,,,2,ETH,3600\nk2,2023-02-06T16:00Z,Kraken,sell,2,ETH,,,7600\n"
E5_ROWS += "n1,2022-09-01T16:00Z,Deadex,buy,,,100,SOL,9000\nn2,2023-03-15T16:00Z,Deadex,sell,100,SOL,,,2000\n"


def told(folder: Path, year: int = 2023) -> tuple[list[tuple[str, str]], str]:
    """The causes by kind and wallet, and Part II."""
    diff = json.loads((folder / "out" / f"{year}-amended" / "diff.json").read_text())
    return [(cause["what"], cause["wallet"]) for cause in diff["causes"]], diff["explanation"]


def test_with_form_1040_alone_the_wallets_are_told_by_their_gain(tmp_path: Path) -> None:
    """D4, E5: line 7 is Kraken's gain, so Deadex was left out; nothing is said of Schedule D as filed."""
    folder = engagement(tmp_path, f1040=E5, ledger=E5_ROWS)
    case = amend(folder, "--no-forms")
    assert x(case, "21") == [1540]
    causes, said = told(folder)
    assert causes == [("omitted_disposition", "Deadex")]
    assert "left out 1 disposition of digital assets held at Deadex" in said
    assert "Kraken" not in said
    assert "filed-schedule-d" in ids(case)
    diff = json.loads((folder / "out" / "2023-amended" / "diff.json").read_text())
    assert not any(line["form"] == "f1040sd" for line in diff["lines"])


def test_with_form_1040_alone_a_long_term_sale_is_no_slip(tmp_path: Path) -> None:
    """B3b: the sale was long-term and taxed as such: Deadex was left out, Kraken was not."""
    f1040 = E5 | {"16": 8332, "18": 8332, "22": 8332, "24": 8332, "25d": 8332, "33": 8332}
    folder = engagement(tmp_path, f1040=f1040, ledger=E5_ROWS.replace("k1,2022-03", "k1,2021-03"))
    case = amend(folder, "--no-forms")
    causes, said = told(folder)
    assert causes == [("omitted_disposition", "Deadex")]
    assert "cost basis of $0" not in said
    assert x(case, "1.c") == [67300]


def test_with_form_1040_alone_a_gain_that_is_nobodys_makes_no_form(tmp_path: Path) -> None:
    """Where the wallets can't be told by their gain only line 7 is said, and Schedule D is asked for."""
    f1040 = E5 | {"7": 3900, "9": 74200, "11": 74200, "15": 60350, "16": 8590, "18": 8590, "22": 8590, "24": 8590}
    folder = engagement(tmp_path, f1040=f1040 | {"25d": 8590, "33": 8590}, ledger=E5_ROWS)
    case = amend(folder, "--offline", code=1)
    assert any("lines: f1040sd" in finding["todo"] for finding in case["findings"] if finding["severity"] == "error")
    assert not (folder / "out").exists()
    amend(folder, "--no-forms")
    causes, said = told(folder)
    assert causes == [("untold_gain", "")]
    assert "on Form 1040 line 7 was $3,900 on the original return. By the records it is -$3,000." in said
    assert "left out" not in said


@pytest.mark.parametrize(
    ("schedule_d", "causes"),
    [
        # Filed as short-term what was held for more than a year: it was not left out, it was in the wrong part.
        ({"3.d": 6600, "3.e": 3600, "3.h": 3000, "7": 3000, "16": 3000}, [("wrong_term", "Kraken")]),
        ({"3.h": 3000, "7": 3000, "16": 3000}, [("wrong_term", "Kraken")]),
        ({"7": 3000, "16": 3000}, [("wrong_term", "Kraken")]),
        ({"10.h": 3000, "15": 3000, "16": 3000}, []),
        ({"16": 3000}, []),
        # Neither the proceeds nor the gain of any wallet.
        ({"3.d": 6500, "3.e": 3500, "3.h": 3000, "7": 3000, "16": 3000}, [("changed_total", "Kraken")]),
    ],
)
def test_a_filed_total_is_looked_for_on_every_line(
    tmp_path: Path, schedule_d: dict[str, int], causes: list[tuple[str, str]]
) -> None:
    folder = engagement(tmp_path, f1040=F1040 | {"25d": 6000, "33": 6000, "34": 84}, schedule_d=schedule_d)
    amend(folder, "--no-forms")
    found, said = told(folder)
    assert [cause for cause in found if cause[0] not in ("arithmetic", "wrong_tax")] == causes
    assert "left out" not in said
    assert "proceeds of $3,000" not in said


def test_many_wallets_that_are_all_there_are_not_left_out(tmp_path: Path) -> None:
    rows = [
        f"b{n},2021-02-03T10:00Z,W{n},buy,,,1,BTC,{300 + n}\ns{n},2023-05-04T10:00Z,W{n},sell,1,BTC,,,{550 + 2 * n}"
        for n in range(12)
    ]
    proceeds, basis = sum(550 + 2 * n for n in range(12)), sum(300 + n for n in range(12))
    gain = proceeds - basis
    f1040 = {"1z": 60000, "7": gain, "9": 60000 + gain, "11": 60000 + gain, "12": 13850, "14": 13850, "25d": 6000}
    lines = {"10.d": proceeds, "10.e": basis, "10.h": gain, "15": gain, "16": gain}
    folder = engagement(tmp_path, f1040=f1040, schedule_d=lines, ledger="\n".join(rows) + "\n" + LOSS)
    amend(folder, "--no-forms")
    assert ("omitted_disposition", "Deadex") in told(folder)[0]
    assert not any(what == "omitted_disposition" and wallet != "Deadex" for what, wallet in told(folder)[0])
    assert not any(what == "changed_total" for what, _ in told(folder)[0])


@pytest.mark.parametrize(("income", "causes"), [(2500, ["omitted_income"]), (2500.4, ["rounding", "omitted_income"])])
def test_filed_income_in_one_total_is_that_of_some_wallets(tmp_path: Path, income: float, causes: list[str]) -> None:
    f1040 = {"1z": 60000, "8": 2500, "9": 62500, "11": 62500, "12": 13850, "14": 13850, "15": 48650, "16": 6016}
    f1040 |= {"18": 6016, "22": 6016, "24": 6016, "25d": 6016, "33": 6016}
    rows = f"s1,2023-07-01T10:00Z,Kraken,staking,,,1,ETH,{income - 1000}\n"
    rows += "s2,2023-08-01T10:00Z,Kraken,staking,,,1,ETH,1000\n"
    rows += "s3,2023-08-01T10:00Z,Lido,staking,,,1,ETH,700\n"
    folder = engagement(tmp_path, f1040=f1040, ledger=rows, filed={"digital_asset_income": 2500})
    amend(folder, "--no-forms")
    found, said = told(folder)
    assert [what for what, _ in found] == causes
    assert "held at Lido" in said or "at Lido" in said
    assert "was not income" not in said


def test_another_name_for_a_wallet_or_an_id_is_no_change(tmp_path: Path) -> None:
    """D17, G16: the export was downloaded again, with another wallet name and other ids, and a loss was found."""
    folder = engagement(tmp_path, f1040={}, more="return: {wages: 60000, withholding: 6000}", ledger=KRAKEN + KRAKEN_2)
    (folder / "filed" / "2023.yaml").unlink()
    for words in (["prepare", "--no-forms"], ["file", "--year", "2023", "--filed-on", "2024-04-10"]):
        assert RUN.invoke(app, [words[0], str(folder), *words[1:]]).exit_code == 0
    renamed = (KRAKEN + KRAKEN_2).replace("Kraken", "KRAKEN main").replace("\nk", "\nnew")
    (folder / "ledger" / "l.csv").unlink()
    (folder / "ledger" / "again.csv").write_text(HEADER + renamed + LOSS)
    amend(folder, "--no-forms")
    causes, said = told(folder)
    assert causes == [("omitted_disposition", "Deadex")]
    assert "twice" not in said
    assert "KRAKEN" not in said


KRAKEN_2 = "k3,2023-05-04T10:00:00Z,Kraken,staking,,,1,DOT,5\nk4,2023-05-04T12:00:00Z,Kraken,staking,,,1,DOT,5\n"


@pytest.mark.parametrize(
    ("lines", "says", "todo"),
    [
        ({"25dd": 5}, "Form 1040 of 2023 has no line 25dd.", "Did you mean 25d?"),
        ({"99": 5}, "Form 1040 of 2023 has no line 99.", "Write the line as that year's form prints it."),
        ({"12c": 13850}, "Form 1040 of 2023 has no line 12c.", "did you mean"),
    ],
)
def test_a_line_that_the_form_does_not_have_is_refused(
    tmp_path: Path, lines: dict[str, int], says: str, todo: str
) -> None:
    """D19: a typed figure is never lost without a word, in the return or in a later entry, by amend or by file."""
    whole = F1040 | {"25d": 6000, "33": 6000, "34": 84}
    folder = engagement(tmp_path, f1040=whole | lines, schedule_d=D)
    (found,) = [f for f in amend(folder, code=1)["findings"] if f["id"] == "filed-line-unknown"]
    assert (found["says"], todo.casefold() in found["todo"].casefold()) == (says, True)
    assert found["source"]["file"] == "filed/2023.yaml"
    assert RUN.invoke(app, ["file", str(folder), "--year", "2023"]).exit_code == 1
    entry = {"tax_year": 2023, "adjusted_on": "2025-06-02", "lines": {"f1040": lines}}
    later = engagement(tmp_path / "later", f1040=whole, schedule_d=D, entries={"2023-adjusted-2025-06-02.yaml": entry})
    assert [f["source"]["file"] for f in amend(later, code=1)["findings"] if f["id"] == "filed-line-unknown"] == [
        "filed/2023-adjusted-2025-06-02.yaml"
    ]


@pytest.mark.parametrize("year", range(2020, 2026))
def test_every_line_that_the_template_asks_for_is_known(tmp_path: Path, year: int) -> None:
    folder = engagement(tmp_path, f1040={}, year=year)
    (folder / "filed" / f"{year}.yaml").unlink()
    assert RUN.invoke(app, ["file", str(folder), "--year", str(year), "--template"]).exit_code == 0
    path = folder / "filed" / f"{year}.yaml"
    text = re.sub(r'^(    "[^"]+":).*$', r"\1 0", path.read_text(), flags=re.MULTILINE)
    path.write_text(text)
    assert unknown_lines(read_filed(folder, year), load_rules(year)) == []


def test_every_figure_of_the_amended_return_can_be_asked_why(tmp_path: Path) -> None:
    """D15: Form 1040-X line by line, and the corrected lines, with what came from the filed return."""
    folder = engagement(
        tmp_path, f1040=F1040 | {"25d": 5900, "32": 50, "33": 5950, "34": 34}, ledger=KRAKEN + LOSS,
        filed={
            "lines": {
                "f1040": F1040 | {"25d": 5900, "32": 50, "33": 5950, "34": 34}, "f1040sd": D, "f1040s3": {"10": 50}
            },
            "payments": [{"paid_on": "2024-04-10", "amount": 7}],
        },
    )  # fmt: skip
    case = amend(folder, "--no-forms")
    for line, text in case["return"]["lines"]["f1040x"].items():
        done = RUN.invoke(app, ["explain", str(folder), "f1040x", line, "--year", "2023", "--json"])
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout).get("value") == text, line
    done = RUN.invoke(app, ["explain", str(folder), "1040-X", "16"])
    assert "filed/2023.yaml: $50 with an extension, $7 with the return" in done.output
    done = RUN.invoke(app, ["explain", str(folder), "f1040", "1a", "--amended"])
    assert "filed/2023.yaml" in done.output
    assert "case.yaml" not in done.output
    done = RUN.invoke(app, ["explain", str(folder), "f1040", "11", "--amended"])
    assert "Deadex" in done.output


def again(folder: Path) -> tuple[str, set[str], str]:
    """Part II on another run, its findings, and the draft in the case folder."""
    case = amend(folder, "--no-forms")
    return told(folder)[1], ids(case), (folder / "filed" / "2023.explanation.md").read_text()


def test_part_two_is_a_draft_that_the_preparer_may_edit(tmp_path: Path) -> None:
    f1040 = F1040 | {"25d": 6000, "33": 6000, "34": 84}
    folder = engagement(tmp_path, f1040=f1040, schedule_d=D, ledger=KRAKEN + LOSS)
    said, found, draft = again(folder)
    path = folder / "filed" / "2023.explanation.md"
    assert said in draft
    assert path.stat().st_mode & 0o077 == 0
    first = (folder / "out" / "2023-amended" / "return.json").read_bytes()
    assert again(folder) == (said, found, draft)
    assert (folder / "out" / "2023-amended" / "return.json").read_bytes() == first  # the same inputs, the same bytes

    # Nobody edited it: it follows the facts.
    (folder / "ledger" / "more.csv").write_text(
        HEADER + LOSS.replace("Deadex", "Other").replace("d1", "o1").replace("d2", "o2")
    )
    later, found, draft = again(folder)
    assert "Other" in later
    assert later.split("\n")[0] in draft
    assert not found & {"amend-explanation", "amend-explanation-changed"}

    # Edited: it stays, and is what goes on the form.
    path.write_text(draft.replace("The original return left out", "We regret that the return left out"))
    mine, found, _ = again(folder)
    assert mine.startswith("We regret that the return left out")
    assert "amend-explanation" in found

    # Facts behind it change: it still stays, and the run says so, with what settles it.
    (folder / "ledger" / "more.csv").unlink()
    mine, found, kept = again(folder)
    assert mine.startswith("We regret that the return left out")
    assert "amend-explanation-changed" in found
    page = (folder / "out" / "2023-amended" / "diff.html").read_text()
    assert "We regret" in page
    assert said.split(".")[0] in page  # today's draft is beside it
    case = amend(folder, "--no-forms")
    (todo,) = [f["todo"] for f in case["findings"] if f["id"] == "amend-explanation-changed"]
    facts = re.search(r"facts ([0-9a-f]{12})", todo)
    assert facts
    path.write_text(re.sub(r"facts [0-9a-f]{12}", facts[0], kept))
    assert again(folder)[1] & {"amend-explanation", "amend-explanation-changed"} == {"amend-explanation"}

    path.write_text("")
    assert "amend-explanation" in ids(amend(folder, code=1))
    path.unlink()
    assert again(folder)[0] == said


def test_many_wallets_make_one_sentence_and_a_table(tmp_path: Path) -> None:
    """G5: fourteen wallets were left out."""
    found = "".join(
        LOSS.replace("Deadex", f"Dex {n}").replace("d1", f"d{n}a").replace("d2", f"d{n}b") for n in range(14)
    )
    folder = engagement(
        tmp_path, f1040=F1040 | {"25d": 6000, "33": 6000, "34": 84}, schedule_d=D, ledger=KRAKEN + found
    )
    amend(folder, "--no-forms")
    said = told(folder)[1]
    assert said.count("The original return left out") == 1
    assert "14 dispositions of digital assets held at 14 wallets, with proceeds of $14,000" in said
    head, *rows = said.split("\n")[1:]
    assert head == "14 dispositions in 14 wallets were left out:"
    assert rows == [f"Dex {n}: 1 disposition, proceeds $1,000, cost basis $5,000, loss $4,000." for n in range(14)]


def test_part_two_has_the_words_that_the_instructions_ask_for(tmp_path: Path) -> None:
    """The filing status (Form 1040-X instructions, Amended Return Filing Status) and a protective claim."""
    f1040 = F1040 | {"25d": 6000, "33": 6000, "34": 84}
    more = "return: {wages: 60000, withholding: 6000}\namendment: {protective_claim: the bankruptcy of Deadex}"
    folder = engagement(
        tmp_path, f1040=f1040, schedule_d=D, status="head_of_household", more=more, filed={"filing_status": "single"}
    )
    amend(folder, "--no-forms")
    said = told(folder)[1]
    assert said.startswith("PROTECTIVE REFUND CLAIM: the amount depends on the bankruptcy of Deadex. ")
    assert "Changing the filing status: from single to head of household." in said


def test_a_second_amended_return_does_not_call_the_first_one_the_original(tmp_path: Path) -> None:
    adjusted = {"2b": 1200, "9": 64200, "11": 64200, "15": 50350, "16": 6180, "18": 6180, "22": 6180, "24": 6180}
    entry = {"tax_year": 2023, "adjusted_on": "2025-06-02", "additional_tax_paid": 264, "lines": {"f1040": adjusted}}
    folder = engagement(
        tmp_path, f1040=F1040 | {"25d": 6000, "33": 6000, "34": 84}, schedule_d=D, ledger=KRAKEN + LOSS,
        entries={"2023-adjusted-2025-06-02.yaml": entry},
    )  # fmt: skip
    amend(folder, "--no-forms")
    said = told(folder)[1]
    assert "The return as previously adjusted left out 1 disposition" in said
    assert "original return" not in said


def test_where_only_the_loss_carried_on_changes_no_refund_is_spoken_of(tmp_path: Path) -> None:
    """F1: a loss carried on of 7,000 becomes 11,000; columns B are all zero."""
    rows = KRAKEN.replace("3600", "16600")
    f1040 = {"1z": 60000, "7": -3000, "9": 57000, "11": 57000, "12": 13850, "14": 13850, "15": 43150, "16": 4961}
    f1040 |= {"18": 4961, "22": 4961, "24": 4961, "25d": 4961, "33": 4961}
    lines = {"10.d": 6600, "10.e": 16600, "10.h": -10000, "15": -10000, "16": -10000, "21": -3000}
    folder = engagement(tmp_path, f1040=f1040, schedule_d=lines, ledger=rows + LOSS)
    case = amend(folder, "--no-forms")
    assert x(case, "1.b", "6.b", "11.b") == [0, 0, 0]
    (found,) = [f for f in case["findings"] if f["id"] == "amend-omitted-disposition"]
    assert "only Schedule D and the loss that is carried on" in found["says"]
    assert "amend-protective" not in ids(case)


def test_where_nothing_is_to_be_amended_there_is_no_form(tmp_path: Path) -> None:
    """H4: no Form 1040-X with an empty Part II."""
    folder = engagement(tmp_path, f1040=F1040 | {"25d": 6000, "33": 6000, "34": 84}, schedule_d=D)
    case = amend(folder, "--offline")
    assert "amend-nothing" in ids(case)
    assert not list((folder / "out" / "2023-amended").glob("*.pdf"))
    assert not (folder / "filed" / "2023.explanation.md").exists()
    done = RUN.invoke(app, ["amend", str(folder), "--year", "2023", "--offline", "--as-of", "2026-11-25"])
    assert "stands as it was filed" in done.output


def test_a_loss_as_the_form_prints_it(tmp_path: Path) -> None:
    rows = KRAKEN.replace("3600", "16600")
    f1040: dict[str, Any] = {"1z": 60000, "7": "(3,000)", "9": 57000, "11": 57000, "12": 13850, "14": 13850}
    f1040 |= {"15": 43150, "16": 4961, "18": 4961, "22": 4961, "24": 4961, "25d": 4961, "33": 4961}
    lines: dict[str, Any] = {"10.d": 6600, "10.e": 16600, "10.h": "(10,000)", "15": "(10,000)", "16": "($10,000.00)"}
    folder = engagement(tmp_path, f1040=f1040, schedule_d=lines, ledger=rows)
    assert x(amend(folder, "--no-forms"), "1.a", "1.b") == [57000, 0]
    (folder / "filed" / "2023.yaml").write_text((folder / "filed" / "2023.yaml").read_text().replace("(3,000)", "(-3)"))
    assert "is not an amount" in amend(folder, code=1)["findings"][0]["says"]


def test_check_reads_what_is_filed_and_diff_wants_one_year(tmp_path: Path) -> None:
    folder = engagement(tmp_path, f1040=F1040 | {"25dd": 5}, schedule_d=D, more="return: {wages: 60000}")
    done = RUN.invoke(app, ["check", str(folder), "--json"])
    assert "filed-line-unknown" in {f["id"] for f in json.loads(done.stdout)["cases"][0]["findings"]}
    for year in ("2022", "2023"):
        assert RUN.invoke(app, ["prepare", str(folder), "--year", year, "--no-forms"]).exit_code == 0
    done = RUN.invoke(app, ["diff", str(folder / "out" / "2022"), str(folder / "out" / "2023")])
    assert done.exit_code == 1
    assert "One of the two is of 2022" in done.output


def test_two_taxpayers_are_not_compared(tmp_path: Path) -> None:
    """Not even where the outputs lie elsewhere: what nothing ties together is refused too, and no name is told."""
    ours, theirs = (prepared(tmp_path / name, ssn) for name, ssn in (("a", "900-12-3456"), ("b", "900-12-9999")))
    same = prepared(tmp_path / "c", "900-12-3456")
    (same / "ledger" / "l.csv").write_text(HEADER + LOSS)
    (same / "case.yaml").write_text((same / "case.yaml").read_text().replace("wages: 60000", "wages: 61000"))
    assert RUN.invoke(app, ["prepare", str(same), "--no-forms"]).exit_code == 0

    def diff(*folders: Path) -> tuple[int, str]:
        done = RUN.invoke(app, ["diff", *(str(folder) for folder in folders)])
        return done.exit_code, " ".join(done.output.split())

    code, said = diff(ours / "out" / "2023", theirs / "out" / "2023")
    assert (code, "are of two taxpayers" in said) == (1, True)
    assert not re.search(r"9999|3456|Payer", said)
    assert diff(ours / "out" / "2023", same / "out" / "2023")[0] == 0
    for folder in (ours, same):
        (folder / "out" / "2023").rename(tmp_path / f"{folder.parent.name} moved")
    code, said = diff(tmp_path / "a moved", tmp_path / "c moved")
    assert (code, "Nothing tells that" in said) == (1, True)
    assert diff(tmp_path / "a moved", tmp_path / "a moved")[0] == 0
    done = RUN.invoke(app, ["file", str(ours), "--year", "2023", "--from", str(theirs / "out" / "2023")])
    assert (done.exit_code, "is of another taxpayer" in done.output) == (1, True)


def prepared(place: Path, ssn: str) -> Path:
    """A case of one taxpayer, prepared."""
    folder = engagement(place, f1040={}, more="return: {wages: 60000}", ledger=KRAKEN)
    (folder / "filed" / "2023.yaml").unlink()
    # The case folders differ in their ledgers as well, so that no file is in both.
    (folder / "ledger" / "l.csv").write_text(
        f"{HEADER}{KRAKEN}n{ssn[-4:]},2021-01-01T10:00:00Z,{place.name},buy,,,1,ADA,1\n"
    )
    case = folder / "case.yaml"
    case.write_text(case.read_text().replace("900-12-3456", ssn))
    assert RUN.invoke(app, ["prepare", str(folder), "--no-forms"]).exit_code == 0
    return folder


def test_a_day_before_filing_is_no_day_to_amend(tmp_path: Path) -> None:
    folder = engagement(tmp_path, f1040=F1040 | {"25d": 6000, "33": 6000, "34": 84}, schedule_d=D, ledger=KRAKEN + LOSS)
    done = RUN.invoke(app, ["amend", str(folder), "--year", "2023", "--no-forms", "--as-of", "2024-04-09"])
    assert done.exit_code == 1
    assert "was filed on 10 April 2024" in " ".join(done.output.split())


def test_what_was_paid_is_proved_against_the_tax(tmp_path: Path) -> None:
    """Line 17 less line 18 is line 11 of column A; E9's payments were typed 84 short."""
    adjusted = {"2b": 1200, "9": 64200, "11": 64200, "15": 50350, "16": 6180, "18": 6180, "22": 6180, "24": 6180}
    for paid, said in ((264, False), (180, True)):
        entry = {"tax_year": 2023, "adjusted_on": "2025-06-02", "additional_tax_paid": paid}
        folder = engagement(
            tmp_path / str(paid), f1040=F1040 | {"25d": 6000, "33": 6000, "34": 84}, schedule_d=D,
            ledger=KRAKEN + LOSS, entries={"2023-adjusted-2025-06-02.yaml": {**entry, "lines": {"f1040": adjusted}}},
        )  # fmt: skip
        found = [f for f in amend(folder, "--no-forms")["findings"] if f["id"] == "amend-payments-off"]
        assert [f["amount"] for f in found] == (["84.00"] if said else [])


def test_no_schedule_a_for_a_standard_deduction_and_no_schedule_d_of_zeros(tmp_path: Path) -> None:
    """A filed deduction that is the standard one calls for no Schedule A; without a sale there is no Schedule D."""
    f1040 = {"1z": 60000, "9": 60000, "11": 60000, "12": 13850, "14": 13850, "15": 46150, "16": 5466, "18": 5466}
    f1040 |= {"22": 5466, "24": 5466, "25d": 6000, "33": 6000, "34": 534}
    rows = "s1,2023-07-01T10:00:00Z,Kraken,staking,,,1,ETH,2500\n"
    folder = engagement(tmp_path, f1040=f1040, ledger=rows)
    case = amend(folder, "--offline")
    assert not any("Schedule A" in f["says"] for f in case["findings"])
    forms = {form["form"] for form in case["return"]["forms"]}
    assert "f1040x" in forms
    assert not forms & {"f1040sd", "f8949"}


AMT = {"1z": 400000, "7": 900000, "9": 1300000, "11": 1300000, "12": 250000, "14": 250000, "15": 1050000, "16": 260000}
AMT |= {"18": 260000, "22": 260000, "23": 36000, "24": 296000, "25d": 296000, "33": 296000}


def test_no_form_is_made_while_the_corrected_tax_is_not_known(tmp_path: Path) -> None:
    """Itemized deductions of which the taxes are not said: alternative minimum tax can't be known, and so no total."""
    rows = KRAKEN.replace("3600", "100000").replace("6600", "1000000")
    lines = {"10.d": 1000000, "10.e": 100000, "10.h": 900000, "15": 900000, "16": 900000}
    folder = engagement(tmp_path, f1040=AMT, schedule_d=lines, ledger=rows + LOSS)
    case = amend(folder, "--offline", code=1)
    (found,) = [f for f in case["findings"] if f["id"] == "amend-tax-unknown"]
    assert "taxes_deducted" in found["todo"]
    assert not (folder / "out").exists()
    amend(folder, "--no-forms")
    diff = json.loads((folder / "out" / "2023-amended" / "diff.json").read_text())
    assert not any((line["form"], line["line"]) in (("f1040", "17"), ("f1040", "24")) for line in diff["lines"])
    said = "return: {wages: 400000, deduction: 250000, taxes_deducted: 10000, withholding: 296000, other_taxes: 0, "
    said += "investment_interest: 0, investment_state_tax: 0}\n"
    (folder / "case.yaml").write_text((folder / "case.yaml").read_text() + said)
    assert "amend-tax-unknown" not in ids(amend(folder, "--offline"))


@pytest.mark.parametrize("more", ["", "schedule_d: {form_4952: no, qof_disposition: yes}"])
def test_filed_sales_of_shares_that_the_case_has_nothing_of_stay_as_filed(tmp_path: Path, more: str) -> None:
    """A 1099-B for shares on line 1b: it is of no row of the ledger, and was not removed."""
    f1040 = F1040 | {"7": 5000, "9": 65000, "11": 65000, "15": 51150, "16": 6356, "18": 6356, "22": 6356, "24": 6356}
    lines = {"1b.d": 7000, "1b.e": 5500, "1b.g": 500, "1b.h": 2000, "7": 2000, **D, "16": 5000}
    folder = engagement(
        tmp_path, f1040=f1040 | {"25d": 6356, "33": 6356}, schedule_d=lines, ledger=KRAKEN + LOSS, more=more
    )
    case = amend(folder, "--no-forms")
    causes, said = told(folder)
    assert causes == [("omitted_disposition", "Deadex")]
    assert x(case, "1.a", "1.b") == [65000, -4000]
    d = case["return"]["lines"]["f1040sd"]
    assert [d[f"1b.{column}"] for column in "degh"] == ["7000.00", "5500.00", "500.00", "2000.00"]
    assert "line 1b" not in said


def test_what_was_paid_with_an_extension_is_told_by_the_case_where_schedule_3_is_not(tmp_path: Path) -> None:
    """F1, entered by hand from Form 1040 alone: line 15 is 0 / 0 / 0 and line 16 has the 1,000.

    A loss of 4,000 instead of none: AGI 59,000, taxable 45,150, tax 5,246 by the table; 5,916 - 5,246 = 670 come back.
    """
    f1040 = F1040 | {"25a": 5000, "25d": 5000, "32": 1000, "33": 6000, "34": 84, "35a": 84}
    more = "return: {wages: 60000, withholding: 5000, paid_with_extension: 1000}"
    folder = engagement(tmp_path, f1040=f1040, schedule_d=D, ledger=KRAKEN + LOSS, more=more)
    case = amend(folder, "--no-forms")
    assert x(case, "15.a", "15.b", "15.c", "16", "17", "18", "21") == [0, 0, 0, 1000, 6000, 84, 670]
    assert "changed-figure" not in str(ids(case))


def test_an_extension_payment_that_the_return_forgot_is_on_line_16(tmp_path: Path) -> None:
    f1040 = F1040 | {"25a": 5000, "25d": 5000, "33": 5000, "37": 916}
    more = "return: {wages: 60000, withholding: 5000, paid_with_extension: 1000}"
    folder = engagement(tmp_path, f1040=f1040, schedule_d=D, ledger=KRAKEN + LOSS, more=more)
    assert x(amend(folder, "--no-forms"), "15.a", "15.c", "16", "17", "18", "21") == [0, 0, 1000, 6000, 0, 754]


CHANGED = {"tax_year": 2023, "adjusted_on": "2025-06-02", "by": "irs", "says": "CP2000"}


def test_a_change_that_is_not_filled_in_does_not_keep_the_original_from_being_locked(tmp_path: Path) -> None:
    """It is named by its own file, and when the year is amended; a contradiction that it brings is named there too."""
    lines = F1040 | {"25d": 6000, "33": 6000, "34": 84}
    name = "2023-adjusted-2025-06-02.yaml"
    folder = engagement(
        tmp_path, f1040=lines, schedule_d=D, ledger=KRAKEN + LOSS, entries={name: CHANGED | {"lines": {}}}
    )
    done = RUN.invoke(app, ["file", str(folder), "--year", "2023"])
    assert done.exit_code == 0, done.output
    [empty] = [f for f in amend(folder, "--no-forms", code=1)["findings"] if f["id"] == "filed-empty"]
    assert empty["source"]["file"] == f"filed/{name}"
    (folder / "filed" / name).write_text(json.dumps(CHANGED | {"lines": {"f1040": {"24": 6180}}}))
    [wrong] = [f for f in amend(folder, "--no-forms", code=1)["findings"] if f["id"] == "filed-contradiction"]
    assert wrong["source"]["file"] == f"filed/{name}"
    assert "With the change of 2025-06-02" in wrong["says"]


def test_a_copy_of_an_entry_without_its_lock_can_be_entered_by_hand(tmp_path: Path) -> None:
    """E9: only filed/2023.yaml of a locked year was kept."""
    folder = engagement(tmp_path, f1040=F1040 | {"25d": 6000, "33": 6000, "34": 84}, schedule_d=D, ledger=KRAKEN + LOSS)
    entry = folder / "filed" / "2023.yaml"
    whole = entry.read_text()
    entry.write_text(f"# Locked by Niner: the return as it was filed.\n{whole}")
    [gone] = [f for f in amend(folder, "--no-forms", code=1)["findings"] if f["id"] == "filed-lock"]
    assert "take out its first line" in gone["todo"]
    entry.write_text(whole)
    assert x(amend(folder, "--no-forms"), "21") == [670]
