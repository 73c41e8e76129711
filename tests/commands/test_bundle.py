"""A bundle names nobody: every original is looked for here in another way, and the unpacked copy says the same."""

import csv
import io
import json
import re
import shutil
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, receive, sell
from named_case import case_text, rows_of
from niner.bundle.bundle import bundle, kinds
from niner.bundle.treat import class_of
from niner.cli import app
from niner.prepare import Options, prepare
from niner.scaffold import write_demo
from niner.values import Refused

run = CliRunner()
FIGURES = Options(forms=False)
NEST = "Zora's nest egg"
CASE = case_text(
    "Zora",
    "first_name: Béla, last_name: Quimbleton",
    NEST,
    "zora.q@heron.org",
    before="# Zora Quimbleton, 900-12-3456, asked me on Tuesday\n",
)
ROWS = rows_of(
    NEST,
    "Coinbase",
    (
        *("0xdeadbeefcafe0123", "tx-88123-zora", "AB900123456CD", "tx-88125-zora", "tx-88126", "2024-quimbleton-7"),
        "tx-88127",
    ),
    {0: "gift of Béla Quimbleton", 3: "see 17 Larkspur Ave", 4: "for quimbleton.eth"},
    "1.2512",
)
SECRETS = (
    "quimbleton", "zora", "béla", "larkspur", "ottumwa", "52501", "falconer", "heron", "nest egg", "900123456",
    "900-12-3456", "900123457", "900-12-3458", "5555550137", "515-555-0137", "021000021", "998877665544",
    "deadbeefcafe0123", "88125", "90123.45", "30123.45", "23456.78", "61000.55", "8000.99", "1.2512", "0.0123", "43.21",
    "85123.45", "4211.35", "81234.56", "9012.34", "asked me", "tuesday",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case full of names, with a year that was filed and locked."""
    made = tmp_path_factory.mktemp("quimbleton") / "zora"
    (made / "ledger").mkdir(parents=True)
    (made / "case.yaml").write_text(CASE)
    (made / "ledger" / "zora-2024.csv").write_text(ledger(*ROWS))
    (made / "decisions.yaml").write_text(
        "- {row: 'ledger/zora-2024.csv:7', is: reward, by: Zora Quimbleton, on: 2025-01-03, why: Béla said so}\n"
    )
    assert prepare(made, Options(forms=False, year=2023)).ok
    assert run.invoke(app, ["file", str(made), "--year", "2023"]).exit_code == 0
    return made


@pytest.fixture(scope="module")
def packed(folder: Path) -> dict[str, bytes]:
    archive = zipfile.ZipFile(io.BytesIO(bundle(folder, FIGURES).data))
    return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("secret", SECRETS)
def test_nothing_of_the_case_is_in_it(packed: dict[str, bytes], secret: str) -> None:
    for name, data in packed.items():
        text = f"{name} {data.decode('utf-8', 'surrogateescape')}".casefold()
        assert secret not in text, name
        if not re.search("[. ]", secret):
            assert secret.replace("-", "") not in re.sub(r"[^\w.]|_", "", text), name


def test_it_says_the_same_when_it_is_unpacked(folder: Path, packed: dict[str, bytes], tmp_path: Path) -> None:
    for name, data in packed.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)

    def said(place: Path) -> list[tuple[str, str]]:
        cases = json.loads(run.invoke(app, ["check", str(place), "--json"]).stdout)["cases"]
        return sorted((one["severity"], one["id"]) for one in cases[0]["findings"])

    assert said(tmp_path) == [one for one in said(folder) if one[1] != "outputs-old"]
    assert prepare(tmp_path, FIGURES).ok
    assert "filed/2023/locked.json" in packed
    manifest = json.loads(packed["manifest.json"])
    assert sum(manifest["says"].values()) == sum(kinds(folder, FIGURES).values())


def test_what_was_equal_is_equal_and_sums_hold(packed: dict[str, bytes]) -> None:
    [name] = [name for name in packed if name.startswith("ledger/")]
    rows = list(csv.DictReader(packed[name].decode().splitlines()))
    assert rows[0]["wallet"] == rows[2]["wallet"] == rows[5]["to_wallet"]
    assert rows[1]["wallet"] == "Coinbase"
    assert rows[1]["id"].split("-")[2] == rows[3]["id"].split("-")[2]
    assert rows[0]["id"].startswith("0x")
    ratio = float(rows[0]["received_quantity"]) / 3
    assert abs(ratio - 1) < 0.1
    assert abs(float(rows[0]["sent_quantity"]) / 90123.45 - ratio) < 1e-9
    assert [row["time"] for row in rows] == [str(row["time"]) for row in ROWS]


def test_the_same_case_gives_the_same_bytes_and_the_case_is_as_it_was(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert bundle(folder, FIGURES).data == bundle(folder, FIGURES).data
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_the_command_writes_one_file_for_its_owner_and_nothing_over_another(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.zip"
    said = run.invoke(app, ["bundle", str(folder), "--anonymous", "--out", str(target)])
    assert said.exit_code == 0, said.output
    assert target.stat().st_mode & 0o777 == 0o600
    assert "Quimbleton" not in said.stdout
    again = run.invoke(app, ["bundle", str(folder), "--anonymous", "--out", str(target)])
    assert (again.exit_code, "there already" in again.stderr) == (1, True)


def test_without_anonymous_it_says_what_it_is_for(folder: Path) -> None:
    said = run.invoke(app, ["bundle", str(folder)])
    assert said.exit_code == 2
    assert "--anonymous" in said.stderr


def test_a_name_in_a_header_is_refused_and_nothing_is_left(
    make_case: MakeCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scrambled, the header is no header any more; so the copy can't say what the case says."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    folder = make_case(ledger(buy("2024-01-02", 2, "BTC", "3123.45"), sell("2024-02-10", 2, "BTC", "9123.45")))
    text = (folder / "case.yaml").read_text().replace("last_name: Example", "last_name: Kind")
    (folder / "case.yaml").write_text(text)
    said = run.invoke(app, ["bundle", str(folder), "--anonymous"])
    assert said.exit_code == 1
    assert "No bundle could be made" in said.stderr
    assert not (folder / "out").exists()
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_case_that_can_not_be_read_is_refused(make_case: MakeCase) -> None:
    folder = make_case(ledger(buy("2024-01-02", 2, "BTC", 3)))
    (folder / "case.yaml").write_text("taxpayer: {first_name: [Ada\n")
    with pytest.raises(Refused):
        bundle(folder, FIGURES)


def test_errors_stay_errors(make_case: MakeCase) -> None:
    rows = (
        sell("2024-02-10", 2, "BTC", "9123.45", note="sent to Ada Example"),
        receive("staking", "2024-03-01", 1, "ETH"),
    )
    folder = make_case(ledger(*rows))
    says = bundle(folder, FIGURES).manifest["says"]
    assert isinstance(says, dict)
    assert any(kind.startswith("error") for kind in says)


def test_something_that_breaks_off_breaks_off_in_the_copy(make_case: MakeCase, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("niner.bundle.bundle.inspect", broken)
    folder = make_case(ledger(buy("2024-01-02", 2, "BTC", "3123.45")))
    assert bundle(folder, FIGURES).manifest["says"] == {"breaks off with ZeroDivisionError": 1}


def test_downloads_of_exchanges_and_a_hardware_wallet(tmp_path: Path) -> None:
    write_demo(tmp_path / "demo")
    archive = zipfile.ZipFile(io.BytesIO(bundle(tmp_path / "demo", FIGURES).data))
    text = "\n".join(f"{name}\n{archive.read(name).decode()}" for name in archive.namelist()).casefold()
    secrets = "ada example,springfield,e5a1ada3,xpubexample,lada01,10872.75,9022.5,19500.00,524.60"
    for secret in secrets.split(","):
        assert secret not in text
    assert "advanced trade" in text or "sold " in text


@pytest.mark.parametrize("example", ["form_right", "form_zero_basis"])
def test_what_brokers_reported(tmp_path: Path, example: str) -> None:
    folder = tmp_path / "case"
    shutil.copytree(Path(__file__).parents[1] / "examples" / example, folder)
    says = bundle(folder, FIGURES).manifest["says"]
    assert isinstance(says, dict)
    assert any(kind.startswith(("row in box H", "row in box K")) for kind in says)


def test_fdx_keeps_its_shape_and_loses_its_names(make_case: MakeCase) -> None:
    folder = make_case(
        ledger(buy("2025-01-02", 2, "BTC", "3123.45"), sell("2025-02-10", 2, "BTC", "9123.45")), year=2025
    )
    form = {
        "taxYear": 2025,
        "accountNumber": "778899001122",
        "issuer": {"businessName": {"name1": "Coinbase"}},
        "recipient": {"tin": "900-12-3456", "individualName": {"first": "Ada", "last": "Example"}},
        "digitalAssetDetails": [
            {"symbol": "BTC", "units": 2, "dateOfSale": "2025-02-10", "proceeds": 9123.45, "checkboxOnForm8949": "H"}
        ],
    }
    (folder / "brokers").mkdir()
    (folder / "brokers" / "da.json").write_text(json.dumps({"tax1099Da": form}))
    archive = zipfile.ZipFile(io.BytesIO(bundle(folder, FIGURES).data))
    [name] = [name for name in archive.namelist() if name.startswith("brokers/")]
    text = archive.read(name).decode()
    made = json.loads(text)["tax1099Da"]
    assert made["digitalAssetDetails"][0]["checkboxOnForm8949"] == "H"
    assert made["issuer"]["businessName"]["name1"] == "Coinbase"
    for secret in ("778899001122", "900-12-3456", "Example", "9123.45"):
        assert secret not in text


@pytest.mark.parametrize(
    ("name", "treated"),
    [
        ("Transaction Type", "word"), ("Transaction ID", "id"), ("Operation Hash", "id"),
        ("Operation Amount", "amount"), ("Countervalue at Operation Date", "amount"),
        ("Price at Transaction", "price"), ("Price Currency", "asset"),
        ("SALES PRICE", "amount"), ("dateOfSale", "time"), ("checkboxOnForm8949", "keep"), ("Decimals", "keep"),
        ("Token Address", "id"), ("to_wallet", "id"), ("fee_asset", "asset"), ("fee_usd", "amount"), ("Notes", "text"),
    ],
)  # fmt: skip
def test_a_column_is_treated_by_what_its_name_says(name: str, treated: str) -> None:
    assert class_of(name) == treated


def test_many_rows_of_amounts_that_are_alike(make_case: MakeCase) -> None:
    """Round amounts, close ones, and cells that stand beside a year: none is taken for another."""
    rows = [buy("2022-01-02", 1000, "ETH", "1000000")]
    for n in range(300):
        day = f"2024-{1 + n % 12:02d}-{1 + n % 28:02d}"
        rows.append(sell(day, f"0.{5000 + n}", "ETH", f"{1000 + n}.{n % 100:02d}", id=str(n + 99)))
    says = bundle(make_case(ledger(*rows)), FIGURES).manifest["says"]
    assert isinstance(says, dict)
    assert says["row in box F"] == 300


def test_price_files_in_a_zip_keep_the_names_that_they_are_known_by(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    write_demo(folder)
    rows = list(csv.DictReader((folder / "prices" / "prices.csv").read_text().splitlines()))
    (folder / "prices" / "prices.csv").unlink()
    with zipfile.ZipFile(folder / "prices" / "Kraken_OHLCVT.zip", "w") as archive:
        for row in rows:
            time = int(datetime.fromisoformat(f"{row['time']}T00:00+00:00").timestamp())
            price = ",".join([row["price_usd"]] * 4)
            archive.writestr(f"{row['asset'].replace('BTC', 'XBT')}USD_1440.csv", f"{time},{price},10,5\n")
    packed = zipfile.ZipFile(io.BytesIO(bundle(folder, FIGURES).data))
    assert "prices/XBTUSD_1440.csv" in packed.namelist()
