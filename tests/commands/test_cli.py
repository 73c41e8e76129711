"""The command line as a person meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, receive, sell
from niner import __version__
from niner.cli import app

RUN = CliRunner()


def test_the_demo_starts_from_downloads_and_has_gains_losses_income_and_moves(tmp_path: Path) -> None:
    done = RUN.invoke(app, ["demo", str(tmp_path / "demo"), "--json"])
    assert done.exit_code == 0, done.output
    (case,) = json.loads(done.stdout)["cases"]
    gains = [float(d["gain"]) for d in case["return"]["dispositions"]]
    assert min(gains) < 0 < max(gains)
    assert case["return"]["income"]
    shown = RUN.invoke(app, ["ledger", str(tmp_path / "demo"), "--json"])
    assert shown.exit_code == 0, shown.output
    ledger = json.loads(shown.stdout)
    assert {f["format"].partition(",")[0] for f in ledger["files"]} == {"Coinbase", "Kraken", "Ledger", "Trezor"}
    assert [move["tier"] for move in ledger["transfers"]] == ["proposed", "proposed", "certain"]
    assert [ledger[key] for key in ("unmatched", "missing_prices", "balances")] == [[], [], []]
    [ruled] = [event for event in ledger["events"] if event["kind"] == "spend"]
    assert (ruled["rows"], ruled["usd_value"]) == ([2], "272.00")
    sources = {event["price"]["source"] for event in ledger["events"] if event["price"]}
    assert sources == {"prices/prices.csv, row 3", "prices/prices.csv, row 4"}
    for name in ("packet.pdf", "f8949.pdf", "f1040sd.pdf", "return.json", "dispositions.csv"):
        assert (tmp_path / "demo" / "out" / "2025" / name).stat().st_size > 0


def test_the_demo_can_be_run_again_but_not_over_somebody_elses_files(tmp_path: Path) -> None:
    place = tmp_path / "demo"
    assert RUN.invoke(app, ["demo", str(place)]).exit_code == 0
    assert RUN.invoke(app, ["demo", str(place)]).exit_code == 0
    (place / "case.yaml").write_text("mine")
    done = RUN.invoke(app, ["demo", str(place)])
    assert done.exit_code == 1
    assert (place / "case.yaml").read_text() == "mine"


def test_a_new_case_says_what_to_fill_in_and_then_works(tmp_path: Path) -> None:
    place = tmp_path / "smith"
    assert RUN.invoke(app, ["new", str(place), "--year", "2024"]).exit_code == 0
    done = RUN.invoke(app, ["prepare", str(place), "--json"])
    assert done.exit_code == 1
    missing = {f["says"] for f in json.loads(done.stdout)["cases"][0]["findings"]}
    assert any("taxpayer.ssn" in says for says in missing)
    text = (place / "case.yaml").read_text()
    for key, value in (("first_name:", "Ada"), ("last_name:", "Example"), ("ssn:", "900-12-3456")):
        text = text.replace(key, f"{key} {value}", 1)
    (place / "case.yaml").write_text(text)
    (place / "ledger" / "ledger.csv").write_text(
        ledger(buy("2024-01-02", 1, "BTC", 4), sell("2024-02-02", 1, "BTC", 3))
    )
    assert RUN.invoke(app, ["prepare", str(place), "--no-forms"]).exit_code == 0
    assert RUN.invoke(app, ["new", str(place)]).exit_code == 1


def test_the_closing_table_says_what_is_saved_and_what_carries_on(make_case: MakeCase) -> None:
    rows = (
        buy("2024-01-02", 2, "BTC", 90000),
        receive("staking", "2024-03-01", 1, "ETH", usd_value="2500.50"),
        sell("2024-06-01", 1, "BTC", 25000),
        sell("2024-07-01", 1, "ETH", 3500.5),
    )
    done = RUN.invoke(app, ["prepare", str(make_case(ledger(*rows))), "--no-forms"])
    words = " ".join(done.stdout.split())
    for part in (
        "Form 8949 2 rows: 2 in box C",
        "Schedule D line 16 -$19,000 both together",
        "Form 1040 line 7 -$3,000",
        "Schedule 1 line 8v $2,500.50 received in digital assets",
        "losses take $1,000 of gains out of tax; $3,000 comes off other income",
        "Carries to 2025 $16,000 short-term",
        "return.json",
    ):
        assert part in words


def test_version_as_text_and_as_json() -> None:
    for arguments, wanted in ((["--version"], f"niner {__version__}\n"), (["--version", "--json"], None)):
        done = subprocess.run([sys.executable, "-m", "niner", *arguments], capture_output=True, text=True, check=True)
        if wanted:
            assert done.stdout == wanted
        else:
            assert json.loads(done.stdout) == {"niner": __version__}


def test_output_is_the_same_in_another_zone_locale_and_hash_seed(make_case: MakeCase) -> None:
    folder = make_case(ledger(buy("2024-01-02", 1, "BTC", 4), sell("2024-02-02", 1, "BTC", 3)))
    found = []
    for place, zone, seed in (("a", "UTC", "1"), ("b", "Pacific/Auckland", "2")):
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed}
        arguments = [sys.executable, "-m", "niner", "prepare", str(folder), "--out", str(folder / place)]
        subprocess.run(arguments, env=environment, check=True, capture_output=True)
        found.append({path.name: path.read_bytes() for path in (folder / place).iterdir()})
    assert found[0] == found[1]


def test_check_says_what_is_found_and_writes_nothing(make_case: MakeCase) -> None:
    good = make_case(ledger(buy("2024-01-02", 1, "BTC", 4), sell("2024-02-02", 1, "BTC", 3)), name="good")
    bad = make_case(ledger(sell("2024-02-02", 1, "BTC", 3)), name="bad")
    done = RUN.invoke(app, ["check", str(good), str(bad), "--json"])
    assert done.exit_code == 1
    assert [case["ok"] for case in json.loads(done.stdout)["cases"]] == [True, False]
    assert RUN.invoke(app, ["check", str(good)]).exit_code == 0
    assert not (good / "out").exists()
