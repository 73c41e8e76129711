"""Amending: filed against corrected, the causes, Form 1040-X, the years that follow, and the deadlines."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, receive, sell
from niner.amend.filed.entries import entries, entries_of
from niner.amend.filing import When, file_return
from niner.amend.job import AmendOptions, amend, work_out_amended
from niner.cli import app
from niner.money import parse_cents
from niner.prepare import Options, work_out
from niner.printing.output import Shared, indented, return_json
from niner.values import Refused

RUN = CliRunner()
EXAMPLES = Path(__file__).parents[1] / "examples"
AS_OF = "2026-11-23"


def run(*words: object, code: int = 0) -> str:
    done = RUN.invoke(app, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done.output


def amended(folder: Path, year: int, *more: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """return.json and diff.json of an amended year, without forms."""
    run("amend", folder, "--year", year, "--as-of", AS_OF, "--no-forms", *more)
    place = folder / "out" / f"{year}-amended"
    return json.loads((place / "return.json").read_text()), json.loads((place / "diff.json").read_text())


def example(name: str, tmp_path: Path) -> Path:
    folder = tmp_path / name
    shutil.copytree(EXAMPLES / name, folder)
    return folder


def found(folder: Path) -> None:
    """What turned up after filing goes into the ledger."""
    for path in (folder / "found").iterdir():
        shutil.copy(path, folder / "ledger" / path.name)


def cents(document: dict[str, Any], form: str, line: str) -> int:
    return parse_cents(document["lines"][form].get(line, "0"))


def reconciles(x: dict[str, str]) -> None:
    """Columns, and what was paid against what is due."""
    for line in ("1", "2", "3", "4b", "5", "6", "7", "8", "10", "11", "12", "13", "14", "15"):
        a, b, c = (parse_cents(x[f"{line}.{column}"]) for column in "abc")
        if line != "5" or c:
            assert c - a == b, line
    due, available = parse_cents(x["11.c"]), parse_cents(x["19"])
    assert parse_cents(x.get("21", "0")) - parse_cents(x.get("20", "0")) == available - due
    assert parse_cents(x["17"]) - parse_cents(x["18"]) == available
    assert parse_cents(x.get("22", "0")) + parse_cents(x.get("23", "0")) == parse_cents(x.get("21", "0"))


def adds_up(diff: dict[str, Any]) -> None:
    for line in diff["lines"]:
        assert sum(parse_cents(part["amount"]) for part in line["causes"]) == parse_cents(line["change"]), line
        assert parse_cents(line["after"]) - parse_cents(line["before"]) == parse_cents(line["change"])


def test_a_dead_exchange_turns_up_and_the_next_year_follows(tmp_path: Path) -> None:
    """Worked example (a): 2023 lost 10,900 more than it said, so 2024 starts with 7,400 to use."""
    folder = example("late_exchange", tmp_path)
    run("prepare", folder, "--years", "2023-2024", "--no-forms")
    run("file", folder, "--year", 2023, "--filed-on", "2024-04-10", "--e-file")
    run("file", folder, "--year", 2024, "--filed-on", "2025-04-02", "--e-file")
    found(folder)
    document, diff = amended(folder, 2023)
    x = document["lines"]["f1040x"]
    reconciles(x)
    adds_up(diff)
    assert [x[f"1.{column}"] for column in "abc"] == ["60500.00", "-3500.00", "57000.00"]
    assert [x[f"6.{column}"] for column in "abc"] == ["5541.00", "-580.00", "4961.00"]
    assert (x["17"], x["18"], x["19"], x["21"], x["22"]) == ("7000.00", "1459.00", "5541.00", "580.00", "580.00")
    assert [(c["what"], c["wallet"], len(c["dispositions"])) for c in diff["causes"]] == [
        ("omitted_disposition", "Northcoin", 2)
    ]
    assert document["carryover_out"] == {"short_term": "0.00", "long_term": "7400.00"}
    assert diff["deadline"]["safe_day"] == "2027-04-15"
    later = {year["year"]: year for year in diff["years"]}[2024]
    assert later["filed_return_is_wrong"]
    assert later["refund"] == "918.00"
    assert (later["deadline"]["safe_day"], later["deadline"]["last_day"]) == ("2028-04-15", "2028-04-18")
    findings = {f["id"]: f for f in document["findings"]}
    assert findings["amend-omitted-disposition"]["todo"].endswith("By 15 April 2027.")
    assert "$918" in findings["cascade-refund"]["says"]
    text = diff["explanation"]
    assert "left out 2 dispositions of digital assets held at Northcoin" in text
    assert "$7,400 long-term" in text

    document, diff = amended(folder, 2024)
    reconciles(document["lines"]["f1040x"])
    adds_up(diff)
    assert document["lines"]["f1040sd"]["14"] == "-7400.00"
    assert [(c["what"], c["kind"]) for c in diff["causes"]] == [("omitted_carryover", "carryover")]
    assert document["lines"]["f1040x"]["22"] == "918.00"
    assert "cascade-earlier" in {f["id"] for f in document["findings"]}


def test_a_basis_of_zero_is_corrected(tmp_path: Path) -> None:
    """Worked example (b): a Form 1099-DA without basis, short-term by the transfer; bought in 2021 for 19,600."""
    folder = example("zero_basis", tmp_path)
    run("prepare", folder, "--no-forms")
    run("file", folder, "--year", 2025, "--filed-on", "2026-04-01", "--paid", "3227")
    found(folder)
    document, diff = amended(folder, 2025)
    x = document["lines"]["f1040x"]
    reconciles(x)
    adds_up(diff)
    assert [(row["box"], row["code"], row["adjustment"]) for row in document["dispositions"]] == [("K", "B", "0.00")]
    assert [c["what"] for c in diff["causes"]] == ["zero_basis"]
    assert (x["4a.a"], x["4b.a"], x["16"], x["18"], x["22"]) == ("0.00", "0.00", "3227.00", "0.00", "6872.00")
    assert diff["deadline"]["last_day"] == "2029-04-17"


def test_staking_that_was_left_out_owes_tax(tmp_path: Path) -> None:
    """Worked example (c)."""
    folder = example("staking", tmp_path)
    run("prepare", folder, "--no-forms")
    run("file", folder, "--year", 2024, "--filed-on", "2025-03-01")
    found(folder)
    document, diff = amended(folder, 2024)
    x = document["lines"]["f1040x"]
    reconciles(x)
    adds_up(diff)
    assert (x["20"], x["11.b"]) == ("246.00", "246.00")
    assert "22" not in x
    assert [(c["what"], c["amount"]) for c in diff["causes"]] == [("omitted_income", "2074.70")]
    ids = {f["id"] for f in document["findings"]}
    assert "amend-owed" in ids
    assert "amend-refund" not in ids
    assert document["lines"]["f1040s1"]["8v"] == "2074.70"


def filed_case(make_case: MakeCase, rows: list[dict[str, object]], year: int = 2023, **more: Any) -> Path:
    folder = make_case(ledger(*rows), year, wages="60000", **more)
    run("prepare", folder, "--no-forms")
    run("file", folder, "--year", year, "--filed-on", f"{year + 1}-04-10", "--paid", "0")
    return folder


BUY = buy("2021-01-02", 10, "BTC", 100000)
SALES = [sell("2023-03-01", 1, "BTC", 9000), sell("2023-06-01", 2, "BTC", 15000)]


def test_amending_with_no_change_is_empty(make_case: MakeCase) -> None:
    folder = filed_case(make_case, [BUY, *SALES])
    document, diff = amended(folder, 2023)
    assert diff["lines"] == []
    assert diff["causes"] == []
    assert "amend-nothing" in {f["id"] for f in document["findings"]}
    assert "nothing differs" in run("diff", folder, "--year", 2023, "--as-of", AS_OF)


def test_whole_dollars_change_nothing_by_themselves(make_case: MakeCase) -> None:
    """Lines 22 and 23 of the filed Form 1040, 41,467 and 3,800, are the rounded parts of its line 24, 45,268."""
    rows = [BUY, sell("2023-03-01", 1, "BTC", "250009.33")]
    document, diff = amended(filed_case(make_case, rows, elections=", rounding: dollars"), 2023)
    x = document["lines"]["f1040x"]
    assert (x["8.a"], x["10.a"], x["11.a"]) == ("41467.00", "3800.00", "45268.00")
    assert diff["lines"] == []
    assert {x[line] for line in x if line.endswith(".b")} == {"0.00"}


def test_columns_in_whole_dollars_are_what_a_reader_adds(make_case: MakeCase) -> None:
    """Adjusted gross income of $80,000.50 and then $75,000.50 is 80,001 and 75,001: column B is -5,000, not -5,001."""
    sale, more = sell("2023-03-01", 1, "BTC", "30000.50"), sell("2023-06-01", 1, "BTC", 5000)
    folder = filed_case(make_case, [BUY, sale], elections=", rounding: dollars")
    (folder / "ledger" / "ledger.csv").write_text(ledger(BUY, sale, more))
    document, _ = amended(folder, 2023)
    x = document["lines"]["f1040x"]
    assert (x["1.a"], x["1.b"], x["1.c"]) == ("80001.00", "-5000.00", "75001.00")
    reconciles(x)
    own = document["lines"]["f1040"]
    assert (x["5.c"], x["6.c"], x["8.c"], x["11.c"]) == tuple(own[line] for line in ("15", "18", "22", "24"))


def test_a_return_does_not_differ_from_itself(make_case: MakeCase) -> None:
    folder = filed_case(make_case, [BUY, *SALES])
    path = folder / "out" / "2023" / "return.json"
    assert json.loads(run("diff", path, path, "--json")) == {"lines": [], "causes": []}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda rows: [*rows, sell("2023-09-01", 1, "BTC", 1000)], "omitted_disposition"),
        (lambda rows: [*rows[:2]], "removed_disposition"),
        (lambda rows: [buy("2021-01-02", 10, "BTC", 120000), *rows[1:]], "wrong_basis"),
        (lambda rows: [buy("2022-12-24", 10, "BTC", 100000), *rows[1:]], "wrong_term"),
        (lambda rows: [rows[0], rows[1], {**rows[2], "received_quantity": 16000}], "changed_disposition"),
        (lambda rows: [*rows, receive("staking", "2023-05-01", 1, "ADA", usd_value=500)], "omitted_income"),
    ],
)
def test_each_kind_of_difference_has_its_name(make_case: MakeCase, change: Any, what: str) -> None:
    folder = filed_case(make_case, [BUY, *SALES])
    (folder / "ledger" / "made.csv").write_text(ledger(*change([BUY, *SALES])))
    document, diff = amended(folder, 2023)
    adds_up(diff)
    reconciles(document["lines"]["f1040x"])
    assert what in {cause["what"] for cause in diff["causes"]}
    assert f"amend-{what.replace('_', '-')}" in {f["id"] for f in document["findings"]}


def test_the_same_sale_twice_is_told_apart_from_one_that_was_none(make_case: MakeCase) -> None:
    twice = [BUY, SALES[0], {**SALES[0], "id": "again"}, SALES[1]]
    folder = filed_case(make_case, twice)
    (folder / "ledger" / "made.csv").write_text(ledger(BUY, SALES[0], {**SALES[1], "id": 4}))
    _, diff = amended(folder, 2023)
    assert "doubled_disposition" in {cause["what"] for cause in diff["causes"]}
    adds_up(diff)


def test_an_election_is_told_apart_from_the_facts(make_case: MakeCase) -> None:
    rows = [BUY, buy("2022-05-01", 2, "BTC", 60000), *SALES]
    folder = filed_case(make_case, rows)
    case = folder / "case.yaml"
    case.write_text(case.read_text().replace("America/New_York", "America/New_York, lot_method: hifo, pool: wallet"))
    (folder / "ledger" / "made.csv").write_text(ledger(*rows, sell("2023-11-01", 1, "BTC", 5000)))
    _, diff = amended(folder, 2023)
    adds_up(diff)
    assert [(c["what"], c["kind"]) for c in diff["causes"]] == [
        ("wrong_method", "elections"),
        ("omitted_disposition", "facts"),
    ]
    assert diff["elections"]["before"]["lot_method"] is None
    assert diff["elections"]["after"]["lot_method"] == "hifo"


def test_rules_are_told_apart_from_the_facts(make_case: MakeCase, tmp_path: Path) -> None:
    folder = filed_case(make_case, [BUY, *SALES])
    overlay = tmp_path / "firm"
    (overlay / "2023").mkdir(parents=True)
    status = (
        "single: 6000, married_joint: 6000, married_separate: 3000, head_of_household: 6000, surviving_spouse: 6000"
    )
    (overlay / "2023" / "loss_limit.yaml").write_text(
        f"parameters:\n  capital_loss_limit:\n    authority: Example Act\n    value: {{{status}}}\n"
    )
    _, diff = amended(folder, 2023, "--rules", overlay)
    adds_up(diff)
    assert [(c["what"], c["kind"]) for c in diff["causes"]] == [("changed_rule", "rules")]
    assert diff["rules"]["before"] != diff["rules"]["after"]


def test_two_methods_side_by_side(make_case: MakeCase) -> None:
    rows = [BUY, buy("2022-05-01", 2, "BTC", 60000), *SALES]
    places = []
    for method in ("fifo", "hifo"):
        folder = make_case(ledger(*rows), 2023, elections=f", lot_method: {method}, pool: wallet", name=method)
        run("prepare", folder, "--no-forms")
        places.append(folder / "out" / "2023")
    found_ = json.loads(run("diff", *places, "--json"))
    adds_up(found_)
    assert [(c["what"], c["kind"]) for c in found_["causes"]] == [("wrong_method", "elections")]
    assert "another lot method" in run("diff", *places)


BY_HAND = """\
tax_year: 2023
filed_on: 2024-04-10
payments: []
lines:
  f1040: {{1z: 60000, 4b: 2000, 7: 500, 9: 62500, 11: {agi}, 12: 13850, 14: 13850, 15: 48650, 16: {tax}, 18: {tax},
          22: {tax}, 24: {tax}, 25d: 7000, 33: 7000, 34: {over}}}
  f1040sd: {{10.d: 3500, 10.e: 3000, 10.h: 500, 15: 500, 16: 500}}
"""


def by_hand(make_case: MakeCase, agi: str = "62500", tax: int = 5981) -> Path:
    """Filed from Kraken alone, written down by hand; the case has the ledger of both wallets and no figures."""
    rows = [
        buy("2022-03-01", 2, "ETH", 6000, wallet="Kraken"),
        sell("2023-06-10", 1, "ETH", 3500, wallet="Kraken"),
        buy("2021-11-02", 50, "SOL", 12000, wallet="Northcoin"),
        sell("2023-02-03", 50, "SOL", 1100, wallet="Northcoin"),
    ]
    folder = make_case(ledger(*rows), 2023)
    text = (folder / "case.yaml").read_text()
    (folder / "case.yaml").write_text(text[: text.index("return:")])
    (folder / "filed").mkdir()
    (folder / "filed" / "2023.yaml").write_text(BY_HAND.format(agi=agi, tax=tax, over=7000 - tax))
    return folder


def test_a_return_entered_by_hand(make_case: MakeCase) -> None:
    """The figures come back from the lines; the wallet that the filed total has is told from the one it has not."""
    folder = by_hand(make_case)
    document, diff = amended(folder, 2023)
    x = document["lines"]["f1040x"]
    reconciles(x)
    adds_up(diff)
    assert [(c["what"], c["wallet"]) for c in diff["causes"]] == [("omitted_disposition", "Northcoin")]
    assert [x[f"1.{column}"] for column in "abc"] == ["62500.00", "-3500.00", "59000.00"]
    assert x["6.a"] == "5981.00"
    ids = {f["id"] for f in document["findings"]}
    assert "amend-agi" in ids  # line 4b was carried over as filed


def test_an_arithmetic_slip_is_told_apart(make_case: MakeCase) -> None:
    """The filed tax is 200 less than the filed figures give: the IRS corrects that itself, the rest is amended."""
    document, diff = amended(by_hand(make_case, tax=5781), 2023)
    adds_up(diff)
    assert [c["what"] for c in diff["causes"]] == ["arithmetic", "omitted_disposition"]
    slip = next(f for f in document["findings"] if f["id"] == "amend-arithmetic")
    assert slip["severity"] == "note"
    assert "corrected by the IRS itself" in slip["says"]
    tax = next(line for line in diff["lines"] if (line["form"], line["line"]) == ("f1040", "16"))
    assert tax["causes"][0] == {"cause": 1, "amount": "200.00"}


def test_filed_lines_that_contradict_one_another_are_refused(make_case: MakeCase) -> None:
    folder = by_hand(make_case, agi="61500")
    said = run("amend", folder, "--year", 2023, "--as-of", AS_OF, code=1)
    assert "line 11 is $61,500, but 9 − 10 is" in said.replace("\n", " ") or "contradicts itself" in said
    assert not (folder / "out" / "2023-amended").exists()
    assert run("file", folder, "--year", 2023, code=1)
    assert not (folder / "filed" / "2023").exists()


def test_a_filed_year_without_rules_is_refused(make_case: MakeCase) -> None:
    folder = by_hand(make_case)
    (folder / "filed" / "2018.yaml").write_text("tax_year: 2018\nlines: {11: 5}\n")
    said = run("amend", folder, "--year", 2018, "--as-of", AS_OF, code=1)
    assert "2018" in said
    document, _ = amended(folder, 2023)  # the other year is not held up by it
    assert "before-the-rules" in {f["id"] for f in document["findings"]}


def test_the_worksheet_of_2018_is_told(make_case: MakeCase) -> None:
    """R-1008: filed before May 2019 with gain taxed at 28%."""
    folder = by_hand(make_case)
    text = "tax_year: 2018\nfiled_on: 2019-03-02\nlines: {f1040: {11a: 5}, f1040sd: {18: 4000}}\n"
    (folder / "filed" / "2018.yaml").write_text(text)
    document, _ = amended(folder, 2023)
    assert "worksheet-2018" in {f["id"] for f in document["findings"]}


def test_no_filed_return_is_refused_with_what_to_do(make_case: MakeCase) -> None:
    folder = make_case(ledger(BUY, *SALES), 2023)
    said = run("amend", folder, "--year", 2023, code=1)
    assert "niner file" in said


@pytest.mark.parametrize("name", ["2023.yaml", "2023/ledger/made.csv", "2023/return.json"])
def test_what_is_locked_and_changed_is_refused(make_case: MakeCase, name: str) -> None:
    folder = filed_case(make_case, [BUY, *SALES])
    path = folder / "filed" / name
    changed = path.read_text().replace("9000", "9001") + "\n"
    path.write_text(changed)
    said = run("amend", folder, "--year", 2023, code=1)
    assert "was locked as filed, and has changed since" in said.replace("\n", " ")
    assert path.read_text() == changed
    assert not (folder / "out" / "2023-amended").exists()


def test_locked_twice_is_refused(make_case: MakeCase) -> None:
    folder = filed_case(make_case, [BUY, *SALES])
    before = (folder / "filed" / "2023.yaml").read_bytes()
    said = run("file", folder, "--year", 2023, code=1)
    assert "locked already" in said
    assert (folder / "filed" / "2023.yaml").read_bytes() == before


def test_what_is_filed_is_for_its_owner_only(make_case: MakeCase) -> None:
    folder = filed_case(make_case, [BUY, *SALES])
    for path in (folder / "filed").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert "900-12-3456" not in (folder / "filed" / "2023.yaml").read_text()


def test_a_changed_ledger_before_locking_is_told(make_case: MakeCase) -> None:
    folder = make_case(ledger(BUY, *SALES), 2023, wages="60000")
    run("prepare", folder, "--no-forms")
    (folder / "ledger" / "made.csv").write_text(ledger(BUY, *SALES, sell("2023-09-01", 1, "BTC", 1000)))
    said = run("file", folder, "--year", 2023)
    assert "was made before ledger/made.csv changed" in said.replace("\n", " ")
    _, diff = amended(folder, 2023)
    assert {c["what"] for c in diff["causes"]} == {"omitted_disposition"}


def test_the_template_is_filled_in_and_locked(make_case: MakeCase) -> None:
    folder = make_case(ledger(BUY, *SALES), 2024, wages="60000", more="years: {2023: {return: {wages: 60000}}}")
    run("file", folder, "--year", 2023, "--template")
    path = folder / "filed" / "2023.yaml"
    text = path.read_text()
    assert '"1z":' in text
    assert '"16":' in text
    assert "adjusted gross income" in text.lower()
    assert "has no lines of Form 1040" in run("file", folder, "--year", 2023, code=1)
    text = text.replace('    "1z":', '    "1z": 60000').replace('    "24":', '    "24": 5481')
    path.write_text(text)
    run("file", folder, "--year", 2023)
    assert path.read_text() == text
    assert "there already" in run("file", folder, "--year", 2023, "--template", code=1)


def test_an_assessment_becomes_column_a(make_case: MakeCase) -> None:
    """A CP2000 raised the tax by 1,000, which was paid: columns A and lines 16 and 18 start from there."""
    folder = filed_case(make_case, [BUY, *SALES])
    before, _ = amended(folder, 2023)
    run("file", folder, "--year", 2023, "--adjusted", "2025-02-01")
    entry = folder / "filed" / "2023-adjusted-2025-02-01.yaml"
    agi = cents(before, "f1040", "11") + 500000
    tax = cents(before, "f1040", "24") + 100000
    text = entry.read_text().replace("additional_tax_paid:", "additional_tax_paid: 1000")
    lines = (("11", agi), ("9", agi), ("14", 1385000), ("15", agi - 1385000), ("16", tax), ("18", tax), ("22", tax))
    text += "".join(
        f'    "{line}": {amount / 100:.2f}\n' for line, amount in (*lines, ("24", tax), ("37", 0), ("34", 0))
    )
    entry.write_text(text)
    said = RUN.invoke(app, ["file", str(folder), "--year", "2023", "--adjusted", "2025-02-01"]).output
    document, diff = amended(folder, 2023)
    assert "Locked" in said, said
    x = document["lines"]["f1040x"]
    assert parse_cents(x["1.a"]) == agi
    assert parse_cents(x["11.a"]) == tax
    assert x["16"] == "1000.00"
    reconciles(x)
    adds_up(diff)


def test_the_amended_return_is_what_stands_next_time(make_case: MakeCase) -> None:
    folder = filed_case(make_case, [BUY, *SALES])
    more = [BUY, *SALES, sell("2023-09-01", 1, "BTC", 1000)]
    (folder / "ledger" / "made.csv").write_text(ledger(*more))
    first, _ = amended(folder, 2023)
    run("file", folder, "--year", 2023, "--amended", "2026-11-01")
    document, diff = amended(folder, 2023)
    assert diff["lines"] == []
    assert diff["causes"] == []
    assert document["lines"]["f1040x"]["1.a"] == first["lines"]["f1040x"]["1.c"]
    assert document["lines"]["f1040x"].get("22", "0.00") == "0.00"


def test_a_closed_year_is_lost_and_still_feeds_the_open_ones(tmp_path: Path) -> None:
    """R-207: the refund of 2023 is gone in 2028, what it would have left is used in 2024 all the same."""
    folder = example("late_exchange", tmp_path)
    run("prepare", folder, "--years", "2023-2024", "--no-forms")
    run("file", folder, "--year", 2023, "--filed-on", "2024-04-10")
    run("file", folder, "--year", 2024, "--filed-on", "2025-04-02")
    found(folder)
    how = AmendOptions(date(2027, 12, 1), Options(forms=False))
    years, _ = work_out_amended(folder, 2023, how)
    assert not years[2023].deadline.open
    assert years[2024].deadline.open
    assert years[2024].result.case.carryover_in.long_term == 740000
    done = amend(folder, 2023, how)
    ids = {f.id for f in done.prepared.findings}
    assert "amend-closed" in ids
    assert "amend-refund" not in ids


@given(
    sales=st.lists(st.tuples(st.integers(1, 12), st.integers(0, 40000), st.booleans()), min_size=1, max_size=6),
    bought=st.integers(0, 90000),
    staked=st.integers(0, 5000),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_changes_adds_up(
    tmp_path_factory: pytest.TempPathFactory, sales: list[tuple[int, int, bool]], bought: int, staked: int
) -> None:
    """Column C less A is B, causes add up to every line, and lines 17 to 22 reconcile."""
    folder = tmp_path_factory.mktemp("amend")
    (folder / "ledger").mkdir()
    (folder / "case.yaml").write_text(
        "tax_year: 2023\n"
        "taxpayer: {first_name: Ada, last_name: Example, ssn: 900-12-3456, filing_status: single}\n"
        "elections: {timezone: America/New_York}\nreturn: {wages: 60000, withholding: 9000}\n"
    )
    rows = [sell(f"2023-{month:02d}-05", 1, "BTC", dollars) for month, dollars, _ in sorted(sales)]
    kept = [row for row, (_, _, omitted) in zip(rows, sorted(sales), strict=True) if not omitted]
    path = folder / "ledger" / "ledger.csv"
    path.write_text(ledger(buy("2021-01-02", 10, "BTC", 100000), *kept))
    run("prepare", folder, "--no-forms")
    run("file", folder, "--year", 2023, "--filed-on", "2024-04-10")
    more = [receive("staking", "2023-05-01", 1, "ADA", usd_value=staked)] if staked else []
    path.write_text(ledger(buy("2021-01-02", 10, "BTC", bought), *rows, *more))
    document, diff = amended(folder, 2023)
    adds_up(diff)
    reconciles(document["lines"]["f1040x"])


def test_an_amended_return_is_locked_once_and_after_the_original(make_case: MakeCase) -> None:
    folder = filed_case(make_case, [BUY, *SALES])
    (folder / "ledger" / "made.csv").write_text(ledger(BUY, *SALES, sell("2023-09-01", 1, "BTC", 1000)))
    amended(folder, 2023)
    assert "can't have been filed" in run("file", folder, "--year", 2023, "--amended", "2024-01-01", code=1)
    run("file", folder, "--year", 2023, "--amended", "2026-10-01")
    said = run("file", folder, "--year", 2023, "--amended", "2026-11-01", code=1).replace("\n", " ")
    assert "was made without" in said
    assert "future" in run("file", folder, "--year", 2023, "--amended", "2026-12-01", code=2)


def test_a_lock_that_is_gone_is_told(make_case: MakeCase) -> None:
    folder = filed_case(make_case, [BUY, *SALES])
    (folder / "filed" / "2023" / "locked.json").unlink()
    assert "is gone" in run("amend", folder, "--year", 2023, code=1)


def test_a_day_that_can_t_be_is_not_locked(make_case: MakeCase) -> None:
    folder = make_case(ledger(BUY, *SALES), 2023, wages="60000")
    run("prepare", folder, "--no-forms")
    assert "before the end of the tax year" in run("file", folder, "--year", 2023, "--filed-on", "2023-12-01", code=1)
    assert not (folder / "filed").exists()


def test_an_old_revision_and_too_much_applied_are_refused(tmp_path: Path) -> None:
    folder = example("zero_basis", tmp_path)
    run("file", folder, "--year", 2025, "--filed-on", "2026-04-01", "--paid", "3227")
    found(folder)
    said = run("amend", folder, "--year", 2025, "--revision", "2024-02", "--no-forms", code=1)
    assert "can't amend 2025" in said
    assert "can't be applied" in run("amend", folder, "--year", 2025, "--apply", "6873", "--no-forms", code=1)
    document, _ = amended(folder, 2025, "--apply", "72")
    assert (document["lines"]["f1040x"]["22"], document["lines"]["f1040x"]["23"]) == ("6800.00", "72.00")


def test_a_wrong_total_and_a_forgotten_wallet_are_told_apart(make_case: MakeCase) -> None:
    """The filed basis of Kraken was 500 short, and Northcoin was left out."""
    folder = by_hand(make_case)
    path = folder / "filed" / "2023.yaml"
    text = path.read_text().replace("10.e: 3000, 10.h: 500", "10.e: 2500, 10.h: 1000")
    text = text.replace(" 15: 500, 16: 500", " 15: 1000, 16: 1000")
    text = text.replace("7: 500, 9: 62500, 11: 62500", "7: 1000, 9: 63000, 11: 63000").replace("15: 48650", "15: 49150")
    path.write_text(text.replace("5981", "6056").replace("34: 1019", "34: 944"))
    _, diff = amended(folder, 2023)
    adds_up(diff)
    assert [(c["what"], c["amount"]) for c in diff["causes"]] == [
        ("changed_total", "-500.00"),
        ("omitted_disposition", "-10900.00"),
    ]


HAND_2025 = """\
tax_year: 2025
filed_on: 2026-04-10
filed_by: e-file
payments: [{{paid_on: 2026-04-10, amount: 1321}}]
lines:
  f1040: {{1a: 230000, 1h: 500, 1z: 230500, 2b: 4000, 4a: 50000, 4b: 40000, 7a: 2000, 9: 276500, 11a: 276500,
          11b: 276500, 12e: 40000, 14: 40000, 15: 236500, 16: 42274, 17: 500, 18: 42774, 19: 2000, 21: 2000,
          22: 40774, 23: 228, 24: 41002, 25a: 30000, 25b: 500, 25d: 30500, 26: 9181, 33: 39681, 37: 1321}}
  f1040sd: {{10.d: 9000, 10.e: 7000, 10.h: 2000, 15: 2000, 16: 2000}}
  f8960: {{"17": 228}}
"""


def hand_2025(make_case: MakeCase, *more: dict[str, object]) -> Path:
    rows = [
        buy("2021-03-01", 2, "ETH", 7000, wallet="Kraken"),
        sell("2025-06-10", 2, "ETH", 9000, wallet="Kraken"),
        *more,
    ]
    spouse = "spouse: {first_name: Al, last_name: Example, ssn: 900-12-3457}"
    folder = make_case(ledger(*rows), 2025, status="married_joint", more=spouse)
    text = (folder / "case.yaml").read_text()
    (folder / "case.yaml").write_text(text[: text.index("return:")])
    (folder / "filed").mkdir()
    (folder / "filed" / "2025.yaml").write_text(HAND_2025.format())
    return folder


def test_a_joint_return_by_hand_differs_in_nothing_but_the_crypto(make_case: MakeCase) -> None:
    """IRA income, a second wage line, line 17, withholding on two lines: all of it stays where it was filed."""
    folder = hand_2025(make_case)
    _, diff = amended(folder, 2025)
    assert diff["lines"] == []
    assert diff["causes"] == []
    late = [
        buy("2022-11-02", 50, "SOL", 12000, wallet="Northcoin"),
        sell("2025-02-03", 50, "SOL", 3000, wallet="Northcoin"),
    ]
    second = hand_2025(lambda text, year, **k: make_case(text, year, name="second", **k), *late)
    document, diff = amended(second, 2025)
    adds_up(diff)
    reconciles(document["lines"]["f1040x"])
    lines, x = document["lines"]["f1040"], document["lines"]["f1040x"]
    assert "8" not in lines
    assert cents(document, "f1040", "18") == cents(document, "f1040", "16") + 50000
    assert parse_cents(x["11.c"]) == cents(document, "f1040", "24")
    assert "Some lines" not in diff["explanation"]
    assert (lines["25a"], lines["25b"], x["12.c"]) == ("30000.00", "500.00", "30500.00")
    assert (lines["7a"], x["1.b"]) == ("-3000.00", "-5000.00")


def test_a_return_locked_without_its_other_figures_is_not_compared_with_zeros(make_case: MakeCase) -> None:
    """Only the ledger is known of it: no column of Form 1040-X is made of what nobody said."""
    folder = make_case(ledger(buy("2021-01-05", 2, "BTC", 40000), sell("2023-03-05", 1, "BTC", 30000)), 2023)
    case = folder / "case.yaml"
    case.write_text("".join(line for line in case.read_text().splitlines(True) if not line.startswith("return:")))
    file_return(folder, 2023, When(), None, Options(forms=False))
    with pytest.raises(Refused) as refused:
        work_out_amended(folder, 2023, AmendOptions(as_of=date(2026, 11, 1), options=Options(forms=False)))
    assert {finding.id for finding in refused.value.findings if finding.severity == "error"} == {
        "filed-without-figures"
    }


@pytest.mark.parametrize("elections", ["", ", rounding: dollars, lot_method: hifo", ", various: yes"])
def test_rows_are_compared_as_return_json_has_them(make_case: MakeCase, elections: str) -> None:
    rows = [
        buy("2020-01-05T12:00:00Z", "0.40000000", "BTC", "4000.10"),
        buy("2024-02-05T12:00:00Z", "1", "BTC", "30000.55"),
        sell("2024-06-05T12:00:00Z", "0.9", "BTC", "45000.49"),
        sell("2024-07-05T12:00:00Z", "0.1", "BTC", "6000"),
    ]
    result = work_out(make_case(ledger(*rows), elections=elections), Options(forms=False))[0]
    found = entries_of(result.rows)
    assert len(found) >= 2
    assert found == entries(json.loads(json.dumps(return_json(result, (), {}, ()), default=list)))
    assert [str(entry.quantity) for entry in found] == [
        str(e.quantity) for e in entries(return_json(result, (), {}, ()))
    ]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda one: st.lists(one) | st.dictionaries(st.text(), one),
    max_leaves=25,
)


@given(_JSON, st.dictionaries(st.text(), st.text()))
def test_a_comparison_is_written_as_json_dumps_writes_it(value: Any, rules: dict[str, str]) -> None:
    plain = {"a": {"b": [{"c": [value, rules, {"d": rules}]}, value]}, "e": value, "f": rules}
    shared = Shared(rules)
    document = {"a": {"b": [{"c": [value, shared, {"d": shared}]}, value]}, "e": value, "f": shared}
    wanted = (json.dumps(plain, indent=1, ensure_ascii=False) + "\n").encode()
    assert b"".join(indented(document)) == wanted
