"""Bad input: a clear error with file and row, exit 1, nothing written, nothing lost."""

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, give, ledger, receive, sell, trade
from niner.case import read_case
from niner.case.folder import parse_case
from niner.cli import app
from niner.files.folder_write import write_folder
from niner.values import Finding, Refused

RUN = CliRunner()
GOOD = ledger(buy("2024-01-02", 1, "BTC", 40000), sell("2024-06-01", 1, "BTC", 30000))


def problems(folder: Path, *more: str) -> list[dict[str, Any]]:
    """The errors of a run that must fail and write nothing."""
    before = sorted(p for p in folder.rglob("*"))
    done = RUN.invoke(app, ["prepare", str(folder), "--no-forms", "--json", *more])
    assert done.exit_code == 1, done.output
    assert sorted(p for p in folder.rglob("*")) == before
    (case,) = json.loads(done.stdout)["cases"]
    assert not case["ok"]
    assert case["return"] is None
    return [f for f in case["findings"] if f["severity"] == "error"]


def return_json_of(folder: Path) -> dict[str, Any]:
    """The return of a run that succeeds."""
    done = RUN.invoke(app, ["prepare", str(folder), "--no-forms", "--json"])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)["cases"][0]["return"]
    return found


@pytest.mark.parametrize(
    ("row", "id", "says", "todo"),
    [
        (
            trade("2024-03-01", 1, "BTC", 10, "ETH", ""),
            "ledger-price",
            "The trade has no dollar value.",
            "Fill usd_value",
        ),
        (receive("staking", "2024-03-01", 1, "SOL"), "ledger-price", "no dollar value", "usd_value"),
        (
            sell("2024-03-01", 1, "BTC", 9, fee_quantity="0.1", fee_asset="BNB"),
            "ledger-fee-price",
            "The fee of 0.1 BNB has no dollar value",
            "fee_usd",
        ),
        (sell("2024-03-01", 1, "BTC", 9, fee_quantity=1), "ledger-fee", "no fee_asset", "Name the asset"),
        (sell("13/25/2024", 1, "BTC", 9), "ledger-time", "“13/25/2024” is not a date and time.", "year-month-day"),
        (sell("2024-02-30", 1, "BTC", 9), "ledger-time", "“2024-02-30” is not a date", "2024-03-01"),
        (sell("1999-02-20", 1, "BTC", 9), "ledger-time", "1999 can't be right", "Check"),
        (sell("2024-03-01", "1,5", "BTC", 9), "ledger-long-row", "columns", "quotes"),
        (sell("2024-03-01", "one", "BTC", 9), "ledger-number", "“one” in sent_quantity", "1234.5678"),
        (sell("2024-03-01", "1e999999999", "BTC", 9), "ledger-number", "not a number", "1234.5678"),
        (sell("2024-03-01", "NaN", "BTC", 9), "ledger-number", "not a number", "1234.5678"),
        (sell("2024-03-01", "-1", "BTC", 9), "ledger-negative", "negative", "direction"),
        (sell("2024-03-01", "0", "BTC", 9), "ledger-zero", "zero", "Remove"),
        (sell("2024-03-01", 1, "BTC", 9, usd_value=10), "ledger-value", "the dollar side is 9.00", "Empty usd_value"),
        (sell("2024-03-01", 1, "BTC", 9, kind="sel"), "ledger-kind", "Unknown kind “sel”", "“sell”"),
        (sell("2024-03-01", 1, "BTC", 9, wallet=""), "ledger-wallet", "wallet is empty", "Name"),
        (sell("2024-03-01", 1, "BTC", 9, form="1099"), "ledger-form", "Unknown form", "1099-DA"),
        (sell("2024-03-01", 1, "BTC", 9, form="1099-B"), "ledger-form", "basis", "basis_reported"),
        (sell("2024-03-01", 1, "BTC", 9, basis_reported="yes"), "ledger-form", "no form is named", "form"),
        (buy("2024-03-01", 1, "BTC", 2, sent_asset="ETH"), "ledger-side", "is a trade", "trade"),
        (give("transfer", "2024-03-01", 1, "BTC"), "ledger-to-wallet", "needs to_wallet", "arrived"),
        (give("transfer", "2024-03-01", 1, "BTC", to_wallet="coinbase"), "ledger-to-wallet", "itself", "to_wallet"),
        (receive("opening", "2024-03-01", 1, "BTC", basis_usd=4), "ledger-acquired", "needs acquired", "first"),
        (receive("opening", "2024-03-01", 1, "BTC", acquired="2020-01-01"), "ledger-basis", "basis_usd", "cost"),
        (receive("gift_in", "2024-03-01", 1, "BTC", fmv_usd=5), "ledger-basis", "basis_usd", "write 0"),
        (receive("inherited", "2024-03-01", 1, "BTC"), "ledger-fmv", "fmv_usd", "death"),
        (
            receive("opening", "2024-03-01", 1, "BTC", acquired="2024-04-01", basis_usd=4),
            "ledger-date",
            "is after the row's own day",
            "Check",
        ),
    ],
)
def test_a_wrong_row_is_named_with_what_to_do(
    make_case: MakeCase, row: dict[str, object], id: str, says: str, todo: str
) -> None:
    folder = make_case(ledger(buy("2023-01-02", 5, "BTC", 40000), row))
    (problem,) = problems(folder)
    assert problem["id"] == id
    assert says in problem["says"]
    assert todo in problem["todo"]
    assert problem["source"] == {"file": "ledger/made.csv", "row": 3}


@pytest.mark.parametrize("kind", ["review"])
def test_a_kind_that_must_be_settled_first_is_refused_by_name(make_case: MakeCase, kind: str) -> None:
    folder = make_case(ledger(buy("2023-01-02", 5, "BTC", 40000), give(kind, "2024-03-01", 1, "BTC")))
    (problem,) = problems(folder)
    assert problem["value"] == kind
    assert problem["authority"]
    assert problem["source"]["row"] == 3


def test_all_problems_come_together(make_case: MakeCase) -> None:
    folder = make_case(
        ledger(sell("2024-03-01", 1, "BTC", 9, kind="sel"), sell("yesterday", "x", "BTC", 9)), status="singel"
    )
    found = problems(folder)
    assert [(p["source"]["file"], p["source"]["row"]) for p in found] == [
        ("case.yaml", 2),
        ("ledger/made.csv", 2),
        ("ledger/made.csv", 3),
        ("ledger/made.csv", 3),
    ]


def test_a_sale_before_any_purchase_says_what_is_missing(make_case: MakeCase) -> None:
    (problem,) = problems(make_case(ledger(sell("2024-03-01", 1, "BTC", 9))))
    assert problem["id"] == "lots-short"
    assert "held none" in problem["says"]
    assert "“opening” row" in problem["todo"]


def test_a_fee_in_an_asset_never_held_names_the_fee(make_case: MakeCase) -> None:
    rows = (
        buy("2024-01-02", 1, "BTC", 40000),
        sell("2024-03-01", 1, "BTC", 50000, fee_quantity=2, fee_asset="BNX", fee_usd=3),
    )
    (problem,) = problems(make_case(ledger(*rows)))
    assert "pays a fee of 2 BNX" in problem["says"]
    assert "fee_asset" in problem["todo"]


def test_a_duplicate_id_names_both_rows(make_case: MakeCase) -> None:
    rows = (buy("2024-01-02", 1, "BTC", 4, id="x"), buy("2024-01-02", 1, "BTC", 4, id="x"))
    (problem,) = problems(make_case(ledger(*rows)))
    assert problem["id"] == "ledger-duplicate-id"
    assert "ledger/made.csv, row 2" in problem["says"]
    assert problem["source"]["row"] == 3


def test_a_torn_last_line_is_seen(make_case: MakeCase) -> None:
    folder = make_case(GOOD[: GOOD.rindex("sell") + 9])
    (problem,) = problems(folder)
    assert problem["id"] == "ledger-torn-row"
    assert "ends in the middle" in problem["says"]


@pytest.mark.parametrize(
    ("data", "id"),
    [
        (b"", "ledger-empty"),
        (b"\xff\xfe\x00t\x00", "ledger-unreadable"),
        (b'id,time,wallet,kind\n1,"2024-01-01,Coinbase,buy\n', "ledger-csv"),
        (b"Date,Amount\n1,2\n", "ledger-format"),
        (b"id,time,walet,kind\n", "ledger-header"),
        (b"id,time,kind\n", "ledger-header"),
    ],
)
def test_a_file_that_is_no_ledger_is_explained(make_case: MakeCase, data: bytes, id: str) -> None:
    folder = make_case(GOOD)
    (folder / "ledger" / "made.csv").write_bytes(data)
    assert {p["id"] for p in problems(folder)} == {id}


@pytest.mark.parametrize(
    ("old", "new", "says", "todo"),
    [
        ("900-12-3456", "900-12-345", "is not a social security number", ""),
        ("900-12-3456", "000-12-3456", "is not a social security number", ""),
        ("wages", "wagez", "Unknown key “return.wagez”", "Did you mean “wages”?"),
        ("85000", "eighty", "“return.wages” is not an amount", ""),
        ("status: single", "status: widow", "can't be “widow”", "surviving_spouse"),
        ("tax_year: 2024", "tax_year: 24", "must be a year", ""),
        ("America/New_York", "Mars", "is not a time zone", "America/New_York"),
        ("America/New_York", "Central", "is not a time zone", "America/Chicago"),
        ("America/New_York", "EST", "has no summer time", "America/New_York"),
        ("tax_year: 2024", "tax_year: 2024\ntax_year: 2023", "stands twice", "Keep one"),
        ("return: {", "return: [", "a bracket [ is not closed", "Check"),
        ("return: {", "return: {wages: " + "[" * 5_000, "The nesting is deeper than any file needs", "brackets"),
        ("short_term: 0", "short_term: -5", "may not be negative", ""),
        ("America/New_York", "America/New_York, lot_method: hilo", "can't be “hilo”", "fifo"),
    ],
)
def test_a_wrong_case_file_is_explained(make_case: MakeCase, old: str, new: str, says: str, todo: str) -> None:
    folder = make_case(GOOD)
    path = folder / "case.yaml"
    path.write_text(path.read_text().replace(old, new))
    (problem,) = problems(folder)
    assert says in problem["says"]
    assert todo in problem["todo"]
    assert problem["source"]["row"] > 0


def test_an_ssn_is_never_repeated(make_case: MakeCase) -> None:
    folder = make_case(GOOD)
    path = folder / "case.yaml"
    path.write_text(path.read_text().replace("900-12-3456", "987-65-432"))
    for arguments in (["--json"], []):
        done = RUN.invoke(app, ["prepare", str(folder), *arguments])
        assert done.exit_code == 1
        assert "987" not in done.output


def test_a_year_without_rules_names_the_years_there_are(make_case: MakeCase) -> None:
    folder = make_case(ledger(buy("2018-01-02", 1, "BTC", 4)), 2019)
    (problem,) = problems(folder)
    assert "2019" in problem["says"]
    assert "2020" in problem["says"] + problem["todo"]


@pytest.mark.parametrize("command", ["brokers", "check", "compare", "export", "letters", "lots"])
def test_no_command_ends_in_a_traceback_in_a_year_without_rules(make_case: MakeCase, command: str) -> None:
    folder = make_case(ledger(buy("2018-01-02", 1, "BTC", 4)), 2030)
    done = RUN.invoke(app, [command, str(folder)])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert "Traceback" not in done.output


def test_brokers_says_what_the_forms_hold_in_a_year_without_rules(make_case: MakeCase) -> None:
    done = RUN.invoke(app, ["brokers", str(make_case(ledger(buy("2018-01-02", 1, "BTC", 4)), 2030)), "--json"])
    assert done.exit_code == 1
    assert "There are no rules for tax year 2030." in [f["says"] for f in json.loads(done.stdout)["findings"]]


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_what_is_refused_anywhere_is_told(
    make_case: MakeCase, monkeypatch: pytest.MonkeyPatch, more: list[str]
) -> None:
    def refuse(*_: object) -> None:
        raise Refused([Finding("any", "error", "Refused where nobody looked.", "Look.")])

    monkeypatch.setattr("niner.cli.rows.brokers.reconciliation", refuse)
    done = RUN.invoke(app, ["brokers", str(make_case(GOOD)), *more])
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert "Refused where nobody looked." in done.output


def test_a_common_pool_from_2025_is_refused(make_case: MakeCase) -> None:
    folder = make_case(ledger(buy("2025-01-02", 1, "BTC", 4)), 2025, elections=", pool: universal")
    assert any("1.1012-1(j)" in p["authority"] for p in problems(folder))


def test_a_missing_folder_is_explained(tmp_path: Path) -> None:
    done = RUN.invoke(app, ["prepare", str(tmp_path / "none"), "--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)["cases"][0]["findings"][0]["id"] == "case-missing"


def test_one_bad_case_does_not_stop_the_others(make_case: MakeCase) -> None:
    good, bad = make_case(GOOD, name="good"), make_case("", name="bad")
    done = RUN.invoke(app, ["prepare", str(bad), str(good), "--no-forms", "--json"])
    assert done.exit_code == 1
    assert [case["ok"] for case in json.loads(done.stdout)["cases"]] == [False, True]


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_when_writing_fails_half_way_the_old_output_stays(
    make_case: MakeCase, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    folder = make_case(GOOD)
    assert RUN.invoke(app, ["prepare", str(folder), "--no-forms"]).exit_code == 0
    out = folder / "out" / "2024"
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    real, calls = os.fsync, []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(error, os.strerror(error))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    done = RUN.invoke(app, ["prepare", str(folder), "--no-forms", "--json"])
    assert done.exit_code == 1
    (problem,) = [f for f in json.loads(done.stdout)["cases"][0]["findings"] if f["severity"] == "error"]
    assert problem["id"] == "output-unwritable"
    assert os.strerror(error) in problem["says"]
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert [path.name for path in out.parent.iterdir()] == ["2024"]


def test_an_output_place_that_is_a_file_is_explained(make_case: MakeCase) -> None:
    folder = make_case(GOOD)
    (folder / "out").write_text("mine")
    (problem,) = problems(folder)
    assert problem["id"] == "output-unwritable"
    assert (folder / "out").read_text() == "mine"


def test_files_that_niner_did_not_write_are_kept(tmp_path: Path) -> None:
    target = tmp_path / "out"
    write_folder(target, {"a.txt": b"1", "b.txt": b"2"})
    (target / "letter.txt").write_text("mine")
    write_folder(target, {"a.txt": b"3"})
    assert {p.name: p.read_bytes() for p in target.iterdir() if p.suffix == ".txt"} == {
        "a.txt": b"3",
        "letter.txt": b"mine",
    }
    assert (target / "a.txt").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "arguments",
    [["prepare"], ["prepare", "a", "b", "--out", "x"], ["prepare", "a", "--year", "soon"], ["nonsense"], ["new"]],
)
def test_a_wrong_command_exits_2(arguments: list[str]) -> None:
    assert RUN.invoke(app, arguments).exit_code == 2


def test_a_finding_reads_as_a_sentence() -> None:
    finding = Finding("x", "error", "It is so.", "Do this.", amount_cents=-12345)
    assert finding.as_json()["amount"] == "-123.45"


def test_a_file_that_was_edited_is_not_overwritten(make_case: MakeCase) -> None:
    folder = make_case(GOOD)
    assert RUN.invoke(app, ["prepare", str(folder), "--no-forms"]).exit_code == 0
    assert RUN.invoke(app, ["prepare", str(folder), "--no-forms"]).exit_code == 0
    edited = folder / "out" / "2024" / "dispositions.csv"
    edited.write_text("mine")
    (problem,) = problems(folder)
    assert problem["id"] == "output-changed"
    assert "dispositions.csv" in problem["says"]
    assert edited.read_text() == "mine"


@pytest.mark.parametrize("place", ["", "ledger", "ledger/inside"])
def test_the_output_never_goes_among_the_inputs(make_case: MakeCase, place: str) -> None:
    folder = make_case(GOOD)
    (problem,) = problems(folder, "--out", str(folder / place))
    assert problem["id"] == "output-occupied"


@pytest.mark.parametrize("key", ["short_term: 12,000", "long_term: -1", "shortterm: 5"])
def test_an_amount_that_yaml_would_cut_is_refused(make_case: MakeCase, key: str) -> None:
    folder = make_case(GOOD)
    path = folder / "case.yaml"
    path.write_text(path.read_text().replace("carryover_in: {short_term: 0, long_term: 0}", f"carryover_in: {{{key}}}"))
    assert problems(folder)


@pytest.mark.parametrize("quantity", ["0,500", "1,234", "1.2.3", "0x10"])
def test_a_quantity_that_reads_two_ways_is_refused(make_case: MakeCase, quantity: str) -> None:
    row = sell("2024-03-01", f'"{quantity}"', "BTC", 9)
    folder = make_case(ledger(buy("2023-01-02", 5000, "BTC", 40000), row))
    assert [p["id"] for p in problems(folder)] == ["ledger-number"]


def test_the_same_file_twice_counts_once(make_case: MakeCase) -> None:
    folder = make_case(GOOD)
    once = return_json_of(folder)
    (folder / "ledger" / "copy.csv").write_bytes((folder / "ledger" / "made.csv").read_bytes())
    twice = return_json_of(folder)
    assert "ledger-twin" in {finding["id"] for finding in twice["findings"]}
    assert [row["gain"] for row in twice["dispositions"]] == [row["gain"] for row in once["dispositions"]]
    assert twice["lines"] == once["lines"]


def test_one_file_in_two_wallets_is_refused(make_case: MakeCase) -> None:
    folder = make_case(GOOD)
    name = "Wallet--orders.csv"
    text = (
        "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance\nL1,R1,2024-01-02 10:00:00,deposit,,c,BTC,1,0,1\n"
    )
    (folder / "ledger" / name).write_text(text)
    (folder / "ledger" / name.replace("Wallet", "Other")).write_text(text)
    assert "ledger-twin" in [p["id"] for p in problems(folder)]


def test_files_that_are_not_read_are_named(make_case: MakeCase) -> None:
    folder = make_case(GOOD)
    (folder / "ledger" / "kraken.docx").write_text("x")
    (folder / "brokers").mkdir()
    (folder / "brokers" / "coinbase.numbers").write_text("x")
    done = RUN.invoke(app, ["check", str(folder), "--json"])
    found = {(f["id"], f["severity"]) for f in json.loads(done.stdout)["cases"][0]["findings"]}
    assert {("ledger-not-read", "review"), ("brokers-not-read", "review")} <= found


@pytest.mark.parametrize(
    "line",
    [
        "taxpayer: {first_name: A, last_name: B, ssn 123-45-6789: x}",
        "taxpayer: {filing_status: 123-45-6789}",
        "a: *123-45-6789",
    ],
)
def test_an_ssn_in_the_wrong_place_is_not_repeated(make_case: MakeCase, line: str) -> None:
    folder = make_case(GOOD)
    (folder / "case.yaml").write_text(f"tax_year: 2024\n{line}\n")
    for arguments in (["--json"], []):
        done = RUN.invoke(app, ["prepare", str(folder), *arguments])
        assert done.exit_code == 1
        assert "6789" not in done.output


def test_units_given_up_for_nothing_are_asked_about(make_case: MakeCase) -> None:
    rows = (buy("2022-01-02", 500, "LUNA", 50000), sell("2024-05-01", 500, "LUNA", 0))
    done = RUN.invoke(app, ["check", str(make_case(ledger(*rows))), "--json"])
    assert "realization" in {f["id"] for f in json.loads(done.stdout)["cases"][0]["findings"]}


def test_a_method_that_reaches_back_is_told(make_case: MakeCase) -> None:
    rows = (
        buy("2021-01-02", 2, "BTC", 40000),
        sell("2023-05-01", 1, "BTC", 30000),
        sell("2025-05-01", 1, "BTC", 90000),
    )
    folder = make_case(ledger(*rows), 2025, elections=", lot_method: hifo, pool: wallet")
    done = RUN.invoke(app, ["check", str(folder), "--json"])
    told = [f for f in json.loads(done.stdout)["cases"][0]["findings"] if f["id"] == "election-reaches-back"]
    assert "2023" in told[0]["says"]


def test_pictures_are_not_made_of_what_is_to_be_locked(make_case: MakeCase) -> None:
    assert RUN.invoke(app, ["prepare", str(make_case(GOOD)), "--encrypt", "--png"]).exit_code == 2


@pytest.mark.parametrize(
    ("line", "says", "todo"),
    [
        ("return: 5", "“return” must be a block of indented keys.", "two spaces"),
        ("return: {wages: [1]}", "“return.wages” needs an amount in dollars", "Correct it"),
        ("return: {wages: 100, spouse_wages: 200}", "return: spouse_wages are part of “wages”", "Correct it"),
        ("elections: {by_year: {abc: {pool: wallet}}}", "“elections.by_year.abc” must be a year", "Correct it"),
        ("business: mining", "“business” must be a list.", "begins with “- ”"),
        ("business: [mining, minig]", "“business, entry 2” can't be “minig”.", "Use one of: staking"),
        ("years: {2023: 5}", "“years.2023” must be a block of indented keys.", "two spaces"),
        (f"taxpayer: {{first_name: {'A' * 61}}}", "“taxpayer.first_name” has more than 60 characters.", "Shorten"),
        ("taxpayer: {first_name: ''}", "“taxpayer.first_name” is empty.", "Fill it in"),
        ("taxpayer: {first_name: [A]}", "“taxpayer.first_name” must be text.", "quotes"),
        ("taxpayer: {ssn: 900-12-345}", "“taxpayer.ssn” is not a social security number of nine digits.", "card"),
        ("\treturn: {}", "indented with a tab", "Indent it with spaces"),
    ],
)
def test_what_is_wrong_in_the_case_is_told_in_our_own_words(line: str, says: str, todo: str, tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(f"tax_year: 2024\n{line}\n")
    with pytest.raises(Refused) as refused:
        read_case(tmp_path)
    found = next(f for f in refused.value.findings if f.id != "case-missing-key")
    assert says in found.says
    assert todo in found.todo
    assert str(found.source) == "case.yaml, row 2"


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("witholding", "Did you mean “withholding”?"),
        ("federal_withholding", "Perhaps one of withholding, "),
        ("zzz", "keys are known: “niner new” writes the usual ones"),
    ],
)
def test_an_unknown_figure_is_answered_with_those_like_it_not_with_all_three_hundred(key: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_case(f"tax_year: 2024\nreturn: {{{key}: 1}}\n")
    todo = next(f.todo for f in refused.value.findings if f.id == "case-unknown-key")
    assert says in todo
    assert len(todo) < 300
