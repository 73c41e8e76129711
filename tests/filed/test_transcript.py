"""An IRS account transcript comes in: days, payments and changes by transaction code, and what contradicts them."""

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from conftest import MakeCase
from niner.amend.intake.account import Account, account_of
from niner.amend.intake.transcript import code_table, read_transcript
from niner.case.filed import read_filed
from niner.case.folder import parse_case
from niner.cli import app
from niner.rules import load_rules
from niner.values import Refused

run = CliRunner()
HEAD = """\
This Product Contains Sensitive Taxpayer Data
Account Transcript
Request Date: 11-20-2026
FORM NUMBER: 1040
TAX PERIOD: Dec. 31, 2023
TAXPAYER IDENTIFICATION NUMBER: XXX-XX-3456
ADA EXAM
--- ANY MINUS SIGN SHOWN BELOW SIGNIFIES A CREDIT AMOUNT ---
ACCOUNT BALANCE: {balance}
ACCRUED INTEREST: 0.00 AS OF: Dec. 01, 2026
** INFORMATION FROM THE RETURN OR AS ADJUSTED **
FILING STATUS: Single
ADJUSTED GROSS INCOME: 60,500.00
TAXABLE INCOME: 46,650.00
TAX PER RETURN: 5,541.00
RETURN DUE DATE OR RETURN RECEIVED DATE (WHICHEVER IS LATER) {received}
PROCESSING DATE May 06, 2024
TRANSACTIONS
CODE EXPLANATION OF TRANSACTION CYCLE DATE AMOUNT
"""
FILED = "150 Tax return filed 20241605 05-06-2024 $5,541.00\nn/a 76211-041-05432-4\n"
WITHHELD = "806 W-2 or 1099 withholding 04-15-2024 -$5,000.00\n"
PAID = "610 Payment with return 04-15-2024 -$541.00\n"
CHANGED = """\
971 Notice issued 09-01-2025 $0.00
290 Additional tax assessed 20253505 09-15-2025 $300.00
670 Payment 10-01-2025 -$300.00
"""
CASE = "tax_year: 2024\ntaxpayer: {first_name: Ada, last_name: Example, ssn: 900-12-3456, filing_status: single}\n"


def text(*rows: str, balance: str = "0.00", received: str = "Apr. 15, 2024") -> str:
    return HEAD.format(balance=balance, received=received) + "".join(rows)


def account(*rows: str, lines: dict[str, dict[str, int | bool]] | None = None, **head: str) -> Account:
    transcript = read_transcript(text(*rows, **head), "account.txt")
    return account_of(transcript, parse_case(CASE), load_rules(2023), lines)


def ids(found: Account) -> set[str]:
    return {finding.id for finding in found.findings if finding.severity != "note"}


def payments(found: Account) -> list[tuple[str, int]]:
    return [(day.isoformat(), cents) for day, cents in found.payments]


def test_payments_days_and_changes_come_by_their_codes() -> None:
    found = account(FILED, WITHHELD, PAID, CHANGED)
    assert payments(found) == [("2024-04-15", 54100), ("2025-10-01", 30000)]
    assert [(c.day.isoformat(), c.total_tax, c.by) for c in found.changes] == [("2025-09-15", 584100, "irs")]
    assert found.filed_on is None  # it came in by the due date, on a day that the account does not say
    assert ids(found) == set()


def test_a_return_that_came_in_late_has_its_day() -> None:
    found = account(FILED, WITHHELD, PAID, received="Nov. 10, 2024")
    assert str(found.filed_on) == "2024-11-10"


def test_what_was_paid_with_an_extension_stands_on_schedule_3() -> None:
    extension = "460 Extension of time to file ext. Date 10-15-2024 04-15-2024 $0.00\n"
    ahead = "670 Payment 04-15-2024 -$1,000.00\n"
    later = "670 Payment 10-10-2024 -$541.00\n"
    rows = (FILED.replace("5,541", "6,541"), WITHHELD, extension, ahead, later)
    found = account(*rows, received="Oct. 10, 2024")
    assert (str(found.filed_on), str(found.extended_to)) == ("2024-10-10", "2024-10-15")
    assert (found.paid_with_extension, payments(found)) == (100000, [("2024-10-10", 54100)])
    claimed = {"f1040": {"24": 654100, "25d": 500000, "11": 6050000, "15": 4665000}, "f1040s3": {"10": 100000}}
    assert account(*rows, lines=claimed).paid_with_extension == 100000  # type: ignore[arg-type]
    # A return that did not claim it there: then it is a payment like any other, and counts once.
    unclaimed = {"f1040": claimed["f1040"]}
    found = account(*rows, lines=unclaimed)  # type: ignore[arg-type]
    assert (found.paid_with_extension, sum(cents for _, cents in payments(found))) == (0, 154100)


def test_penalties_and_interest_are_no_tax_paid() -> None:
    charges = "276 Penalty for late payment of tax 06-10-2024 $10.00\n196 Interest charged 06-10-2024 $5.50\n"
    paid = "670 Payment 04-15-2024 -$500.00\n670 Payment 06-20-2024 -$56.50\n"
    found = account(FILED, WITHHELD, charges, paid)
    assert payments(found) == [("2024-04-15", 50000), ("2024-06-20", 4100)]
    [said] = [f for f in found.findings if f.id == "transcript-charges"]
    assert said.authority.startswith("Rev. Proc. 2002-26")
    # What was paid for a later assessment keeps its own day.
    early = "276 Penalty for late payment of tax 05-06-2024 $60.15\n670 Payment 06-01-2024 -$60.15\n"
    later = "290 Additional tax assessed 09-15-2025 $264.00\n196 Interest charged 09-15-2025 $44.10\n"
    found = account(FILED, WITHHELD, PAID, early, later, "670 Payment 10-06-2025 -$308.10\n")
    assert payments(found) == [("2024-04-15", 54100), ("2025-10-06", 26400)]
    # As long as they are still owed, they were not paid.
    unpaid = account(FILED, WITHHELD, PAID, charges, balance="15.50")
    assert payments(unpaid) == [("2024-04-15", 54100)]


def test_a_payment_that_bounced_is_none() -> None:
    bounced = "670 Payment 04-15-2024 -$541.00\n671 Dishonored payment 05-01-2024 $541.00\n"
    assert payments(account(FILED, WITHHELD, bounced, "670 Payment 05-20-2024 -$541.00\n")) == [("2024-05-20", 54100)]
    alone = account(FILED, WITHHELD, PAID, "671 Dishonored payment 05-01-2024 $77.00\n", balance="77.00")
    assert "transcript-undone" in ids(alone)


def test_a_refund_after_a_change_is_without_its_interest() -> None:
    abated = (
        "977 Amended return filed 03-01-2025 $0.00\n291 Tax decreased 06-02-2025 -$580.00\n"
        "776 Interest credited to your account 06-02-2025 -$42.10\n846 Refund issued 06-09-2025 $622.10\n"
    )
    found = account(FILED, WITHHELD, PAID, abated)
    assert [(c.total_tax, c.refunded, c.by) for c in found.changes] == [(496100, 58000, "taxpayer")]
    assert "transcript-open" in ids(found)


def test_what_is_not_known_is_listed_and_never_used() -> None:
    found = account(FILED, WITHHELD, PAID, "999 Something new 05-01-2024 $12.00\n", balance="12.00")
    assert ids(found) == {"transcript-unknown-code"}
    assert payments(found) == [("2024-04-15", 54100)]


@pytest.mark.parametrize(
    ("rows", "balance", "wanted"),
    [
        ((FILED, WITHHELD), "0.00", "transcript-balance"),
        ((FILED, PAID, "806 W-2 or 1099 withholding 04-15-2024 $5,000.00\n"), "10,000.00", "transcript-sign"),
    ],
)
def test_lines_that_contradict_are_named(rows: tuple[str, ...], balance: str, wanted: str) -> None:
    assert ids(account(*rows, balance=balance)) == {wanted}


@pytest.mark.parametrize(
    "row", ["610 Payment with return 04-31-2024 -$541.00\n", "610 Payment with return\n", "610 Payment -$541.00\n"]
)
def test_a_line_that_cannot_be_read_is_refused_with_its_row(row: str) -> None:
    with pytest.raises(Refused) as refused:
        account(FILED, row)
    (finding,) = refused.value.findings
    assert finding.id == "transcript-row"
    assert finding.source is not None
    assert text(FILED, row).splitlines()[finding.source.row - 1] == row.strip()


def test_figures_that_the_account_has_otherwise_are_named() -> None:
    lines: dict[str, dict[str, int | bool]] = {"f1040": {"24": 554100, "25d": 500000, "11": 6050000, "15": 4665000}}
    assert "transcript-differs" not in ids(account(FILED, WITHHELD, PAID, lines=lines))
    lines["f1040"]["25d"] = 510000
    differs = [f for f in account(FILED, WITHHELD, PAID, lines=lines).findings if f.id == "transcript-differs"]
    assert [f.says for f in differs] == ["Form 1040 line 25d is $5,100 on the return, and the account has $5,000."]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("XXX-XX-3456", "XXX-XX-9999"), ("FORM NUMBER: 1040", "FORM NUMBER: 1120"), ("TAX PERIOD: Dec. 31, 2023", "")],
)
def test_another_persons_form_or_no_year_is_refused(wrong: str, right: str) -> None:
    whole = text(FILED, WITHHELD, PAID).replace(wrong, right)
    with pytest.raises(Refused) as refused:
        account_of(read_transcript(whole, "account.txt"), parse_case(CASE), load_rules(2023), None)
    assert "3456" not in str(refused.value)


def test_every_code_of_the_table_has_its_words_a_meaning_and_a_side() -> None:
    table = code_table()
    assert table.authority.startswith("IRS Document 6209")
    for code, known in table.codes.items():
        assert known.says, code
        assert known.side in ("debit", "credit", "none"), code
        assert set(known.undoes) <= table.codes.keys(), code
        assert (known.side == "none") == (known.means in ("extension", "open", "told", "amended")), code


def filed(folder: Path, *arguments: object, code: int = 0) -> dict[str, object]:
    done = run.invoke(app, ["file", str(folder), *map(str, arguments), "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.fixture
def case(make_case: MakeCase) -> Path:
    header = "id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset,usd_value\n"
    return make_case(ledger=header + "1,2023-02-01,Kraken,buy,,,2,BTC,30000\n", year=2023)


def test_it_becomes_the_form_to_fill_in_and_an_entry_for_each_later_change(case: Path) -> None:
    source = case.parent / "account.txt"
    source.write_text(text(FILED, WITHHELD, PAID, CHANGED))
    written = filed(case, "--transcript", source)
    assert (written["locked"], written["tax_year"]) == (False, 2023)
    original = read_filed(case, 2023)
    assert [(str(p.paid_on), p.amount) for p in original.original.payments or ()] == [
        ("2024-04-15", 54100),
        ("2025-10-01", 30000),
    ]
    change = yaml.safe_load((case / "filed" / "2023-adjusted-2025-09-15.yaml").read_text())
    assert (change["by"], change["lines"]) == ("irs", {"f1040": {"24": "5841.00"}})
    assert change["additional_tax_paid"] is None  # it is among the payments of the entry already
    assert "900123456" not in (case / "filed" / "2023.yaml").read_text().replace("-", "")
    # Nothing is written twice, and nothing is locked without its lines.
    assert filed(case, "--transcript", source)["files"] == []
    assert run.invoke(app, ["file", str(case), "--year", "2023"]).exit_code == 1


def test_a_locked_entry_takes_later_payments_into_its_later_change(case: Path) -> None:
    (case / "filed").mkdir()
    entry = (
        "tax_year: 2023\nfiled_on: 2024-04-10\nfiling_status: single\n"
        'payments: [{paid_on: 2024-04-15, amount: "541.00"}]\n'
        'lines: {f1040: {"1z": 60500, "9": 60500, "11": 60500, "12": 13850, "14": 13850, "15": 46650, "16": 5541, '
        '"18": 5541, "22": 5541, "24": 5541, "25d": 5000, "33": 5000, "37": 541}}\n'
    )
    (case / "filed" / "2023.yaml").write_text(entry)
    assert run.invoke(app, ["file", str(case), "--year", "2023"]).exit_code == 0
    source = case.parent / "account.txt"
    source.write_text(text(FILED, WITHHELD, PAID, CHANGED))
    found = {finding["id"] for finding in filed(case, "--transcript", source)["findings"]}  # type: ignore[attr-defined]
    assert {"transcript-payment", "transcript-change"} <= found
    change = yaml.safe_load((case / "filed" / "2023-adjusted-2025-09-15.yaml").read_text())
    assert change["additional_tax_paid"] == "300.00"
    assert (case / "filed" / "2023.yaml").read_text() == entry


def test_a_file_that_is_no_transcript_or_of_another_year_is_refused(case: Path) -> None:
    source = case.parent / "account.txt"
    source.write_text(text(FILED, WITHHELD, PAID))
    assert (
        "is of 2023, not of 2022"
        in run.invoke(app, ["file", str(case), "--transcript", str(source), "--year", "2022"]).stderr
    )
    source.write_bytes(b"%PDF-1.7\n")
    assert "is a PDF" in run.invoke(app, ["file", str(case), "--transcript", str(source)]).stderr
    source.write_bytes(b"\xff\xfe\x00")
    assert "can't be read" in run.invoke(app, ["file", str(case), "--transcript", str(source)]).stderr
    assert not (case / "filed").exists()
