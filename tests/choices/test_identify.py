"""Records made before a sale: what they hold, how they are proved, and that the next return sells their units."""

import hashlib
import json
import stat
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, move, sell
from niner.cli import app

RUN = CliRunner()
AT = "2025-06-02T09:15:30-04:00"
HELD = (
    buy("2022-02-01T12:00", 1, "BTC", 40000, wallet="Kraken"),
    buy("2025-01-10T12:00", 1, "BTC", 97000, wallet="Kraken"),
    buy("2025-03-05T12:00", 1, "BTC", 65000, wallet="Kraken"),
    buy("2025-03-06T12:00", 2, "BTC", 130000, wallet="Ledger"),
)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("niner.cli.choices.identify.now", lambda zone: datetime.fromisoformat(AT))


def case_of(make_case: MakeCase, *rows: dict[str, object], name: str = "case", **more: Any) -> Path:
    return make_case(ledger(*HELD, *rows), 2025, name=name, **more)


def add(folder: Path, *rows: dict[str, object]) -> None:
    """The sales that came after the record, as the next download has them."""
    (folder / "ledger" / "made.csv").write_text(ledger(*HELD, *rows))


def made(folder: Path, *words: str, code: int = 0) -> dict[str, Any]:
    done = RUN.invoke(app, ["identify", str(folder), "--by", "Ada", "--json", *words])
    assert done.exit_code == code, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def lots(folder: Path) -> dict[str, str]:
    """Ids of lots of Kraken by their basis."""
    document = json.loads(RUN.invoke(app, ["lots", str(folder), "--json", "--wallet", "Kraken"]).stdout)
    return {lot["basis"]: lot["id"] for lot in document["lots"]}


def prepared(folder: Path) -> dict[str, Any]:
    done = RUN.invoke(app, ["prepare", str(folder), "--no-forms"])
    assert done.exit_code == 0, done.output
    document: dict[str, Any] = json.loads((folder / "out" / "2025" / "return.json").read_text())
    return document


def sold(folder: Path) -> list[tuple[str, str, str]]:
    """(units, date acquired, basis) of each disposition, in order of time and then of date acquired."""
    rows = sorted(
        prepared(folder)["dispositions"], key=lambda row: (row["disposed"], row["source"]["row"], row["acquired"])
    )
    return [(row["quantity"], row["acquired"], row["basis"]) for row in rows]


BTC = ("--wallet", "Kraken", "--asset", "BTC", "--units")


def test_units_named_before_a_sale_are_the_ones_sold(make_case: MakeCase) -> None:
    folder = case_of(make_case)
    ids = lots(folder)
    dear, middle = ids["97000.00"], ids["65000.00"]
    made(folder, *BTC, "1.25", "--lot", f"{dear[:6]}=1", "--lot", f"{middle}=0.25")
    add(folder, sell("2025-06-02T09:20:00-04:00", "1.25", "BTC", 100000, wallet="Kraken"))
    assert sold(folder) == [("1", "2025-01-10", "97000.00"), ("0.25", "2025-03-05", "16250.00")]
    # Without the record the oldest would be gone first.
    (folder / "decisions.yaml").unlink()
    assert sold(folder)[0] == ("1", "2022-02-01", "40000.00")


def test_a_sale_in_several_rows_uses_the_record_up_and_no_more(make_case: MakeCase) -> None:
    folder = case_of(make_case)
    made(folder, *BTC, "1.5", "--method", "hifo")
    times = ("10:00", "10:01", "11:00")
    add(folder, *(sell(f"2025-06-02T{time}:00-04:00", "0.75", "BTC", 60000, wallet="Kraken") for time in times))
    assert sold(folder) == [
        ("0.75", "2025-01-10", "72750.00"),
        ("0.25", "2025-01-10", "24250.00"),
        ("0.5", "2025-03-05", "32500.00"),
        ("0.75", "2022-02-01", "30000.00"),
    ]


def test_sales_before_the_record_of_another_wallet_or_after_its_last_day_are_not_its(make_case: MakeCase) -> None:
    before = sell("2025-06-02T09:15:00-04:00", "0.5", "BTC", 40000, wallet="Kraken")
    folder = case_of(make_case, before)
    made(folder, *BTC, "0.5", "--method", "hifo", "--until", "2025-06-10")
    add(
        folder,
        before,
        sell("2025-06-03T10:00:00-04:00", "0.5", "BTC", 40000, wallet="Ledger"),
        sell("2025-06-20T10:00:00-04:00", "0.5", "BTC", 40000, wallet="Kraken"),
    )
    assert [row[1] for row in sold(folder)] == ["2022-02-01", "2025-03-06", "2022-02-01"]
    assert "identification-waits" in {f["id"] for f in prepared(folder)["findings"]}


def test_a_standing_order_holds_from_its_day_on(make_case: MakeCase) -> None:
    folder = case_of(make_case)
    found = made(folder, "--wallet", "Kraken", "--order", "hifo", "--told", "broker")
    assert found["counts"]["is"] == "adequate"
    assert "Treas. Reg. §1.1012-1(j)" in found["counts"]["authority"]
    add(
        folder,
        sell("2025-06-01T10:00:00-04:00", "0.5", "BTC", 40000, wallet="Kraken"),
        sell("2025-06-02T09:16:00-04:00", "0.5", "BTC", 40000, wallet="Kraken"),
        sell("2025-07-01T10:00:00-04:00", "0.5", "BTC", 40000, wallet="Ledger"),
        sell("2025-07-02T10:00:00-04:00", 1, "BTC", 80000, wallet="Kraken"),
    )
    assert [row[1] for row in sold(folder)] == ["2022-02-01", "2025-01-10", "2025-03-06", "2025-01-10", "2025-03-05"]
    ways = json.loads(RUN.invoke(app, ["compare", str(folder), "--wallet", "Kraken", "--json"]).stdout)["ways"]
    assert {way["way"]: way["may_be_used"] for way in ways}["lifo"] is False


def test_the_hash_is_of_what_the_record_says(make_case: MakeCase) -> None:
    found = made(case_of(make_case), *BTC, "0.5", "--method", "lofo")
    text = json.dumps(found["says"], sort_keys=True, separators=(",", ":"))
    assert found["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    says = found["says"]
    assert (says["made_at"], says["quantity"], says["told"]) == (AT, "0.5", "own_books")
    assert [lot["acquired"] for lot in says["lots"]] == ["2022-02-01"]
    assert says["lots"][0]["basis"] == "20000.00"


@pytest.mark.parametrize(
    "change",
    [
        ("record", '"0.5"', '"0.6"'),
        ("record", AT, "2025-06-01T09:15:30-04:00"),
        ("record", 'by: "Ada"', 'by: "Bob"'),
        ("record", "sha256: ", "also: x\nsha256: "),
        ("record", "identifies", "identifiez"),
        ("decisions", "made.csv:2", "made.csv:1"),
        ("decisions", AT, "2025-05-02T09:15:30-04:00"),
        ("decisions", '"own_books"', '"broker"'),
        ("decisions", 'wallet: "Kraken"', 'wallet: "Ledger"'),
    ],
    ids=lambda change: f"{change[0]} {change[1]}",
)
@pytest.mark.parametrize("command", ["check", "prepare"])
def test_a_record_that_was_changed_is_refused(make_case: MakeCase, change: tuple[str, str, str], command: str) -> None:
    folder = case_of(make_case)
    found = made(folder, *BTC, "0.5", "--method", "hifo")
    place = folder / (found["record"] if change[0] == "record" else "decisions.yaml")
    text = place.read_text()
    assert change[1] in text
    place.write_text(text.replace(change[1], change[2]))
    add(folder, sell("2025-06-02T10:00:00-04:00", "0.5", "BTC", 40000, wallet="Kraken"))
    words = ["--no-forms"] if command == "prepare" else []
    done = RUN.invoke(app, [command, str(folder), "--json", *words])
    assert done.exit_code == 1
    assert "identification-record" in done.output
    assert not (folder / "out").exists()


def test_a_record_that_is_gone_is_refused_and_one_written_otherwise_stands(make_case: MakeCase) -> None:
    folder = case_of(make_case)
    record = folder / made(folder, *BTC, "0.5", "--method", "hifo")["record"]
    add(folder, sell("2025-06-02T10:00:00-04:00", "0.5", "BTC", 40000, wallet="Kraken"))
    says = yaml.load(record.read_text(), yaml.BaseLoader)
    record.write_text(yaml.safe_dump(dict(reversed(says.items())), default_style="'", sort_keys=False))
    assert sold(folder) == [("0.5", "2025-01-10", "48500.00")]
    assert json.loads(RUN.invoke(app, ["identify", str(folder), "--json"]).stdout)["records"][0]["in_decisions"]
    record.unlink()
    done = RUN.invoke(app, ["prepare", str(folder), "--no-forms"])
    assert done.exit_code == 1
    assert "is not in the case folder" in done.output


def test_the_list_of_records_fails_where_one_was_changed(make_case: MakeCase) -> None:
    folder = case_of(make_case)
    assert "no records yet" in RUN.invoke(app, ["identify", str(folder)]).output
    record = folder / made(folder, *BTC, "0.5", "--method", "hifo")["record"]
    assert RUN.invoke(app, ["identify", str(folder)]).exit_code == 0
    record.write_text(record.read_text().replace("0.5", "0.4"))
    done = RUN.invoke(app, ["identify", str(folder)])
    assert done.exit_code == 1
    assert "not what it was when it was made" in done.output


def test_a_record_that_no_entry_names_is_told(make_case: MakeCase) -> None:
    folder = case_of(make_case)
    made(folder, *BTC, "0.5", "--method", "hifo")
    (folder / "decisions.yaml").unlink()
    add(folder, sell("2025-06-02T10:00:00-04:00", "0.5", "BTC", 40000, wallet="Kraken"))
    assert "identification-unused" in {f["id"] for f in prepared(folder)["findings"]}


@pytest.mark.parametrize(
    ("words", "todo"),
    [
        ((*BTC, "3.5", "--method", "hifo"), "niner lots"),
        (("--wallet", "Krakken", "--order", "hifo"), "Kraken"),
        ((*BTC, "1", "--lot", "ffffffff=1"), "It holds"),
        ((*BTC, "1", "--lot", "{dear}=0.5"), "the same"),
        ((*BTC, "2", "--lot", "{dear}=2"), "niner lots"),
        (("--wallet", "Kraken", "--order", "hifo", "--since", "2025-06-01"), "today or later"),
    ],
)
def test_what_can_not_be_recorded_is_refused_and_nothing_is_written(
    make_case: MakeCase, words: tuple[str, ...], todo: str
) -> None:
    folder = case_of(make_case)
    dear = lots(folder)["97000.00"]
    problems = made(folder, *(word.format(dear=dear) for word in words), code=1)["findings"]
    assert any(todo in problem["todo"] for problem in problems)
    assert not (folder / "decisions.yaml").exists()
    assert not (folder / "identifications").exists()


def test_entries_of_ones_own_stay_and_what_is_no_list_is_left_alone(make_case: MakeCase) -> None:
    folder = case_of(make_case)
    own = "- {row: ledger/made.csv:1, is: buy, by: Ada, on: 2025-01-01, why: checked}"
    (folder / "decisions.yaml").write_text(own)
    made(folder, "--wallet", "Kraken", "--order", "hifo")
    assert (folder / "decisions.yaml").read_text().startswith(f"{own}\n- ")
    problems = made(folder, "--wallet", "kraken", "--order", "lifo", code=1)["findings"]
    assert "begins on 2025-06-02 already" in problems[0]["says"]
    (folder / "decisions.yaml").write_text(f"[{own[2:]}]\n")
    before = sorted(path.name for path in (folder / "identifications").iterdir())
    assert made(folder, *BTC, "0.5", "--method", "hifo", code=1)["findings"]
    assert (folder / "decisions.yaml").read_text() == f"[{own[2:]}]\n"
    assert sorted(path.name for path in (folder / "identifications").iterdir()) == before


def test_the_page_and_the_text_are_for_their_readers(make_case: MakeCase) -> None:
    folder = case_of(make_case)
    found = made(folder, *BTC, "1", "--method", "hifo", "--told", "broker", "--why", "<b>a & b</b>")
    page, text = ((folder / found[name]).read_text() for name in ("page", "text"))
    assert "&lt;b&gt;a &amp; b&lt;/b&gt;" in page
    for wanted in ("2025-06-02 at 09:15:30 (UTC-04:00)", "$97,000.00", found["sha256"], "Ada Example", found["record"]):
        assert wanted in page
    for wanted in (AT, "1 BTC acquired on 2025-01-10, basis $97,000.00", found["sha256"], "To: Kraken"):
        assert wanted in text
    assert "900-12-3456" not in page + text + (folder / found["record"]).read_text()
    for name in ("record", "page", "text"):
        assert stat.S_IMODE((folder / found[name]).stat().st_mode) == 0o600
    order = made(folder, "--wallet", "Kraken", "--wallet", "Ledger", "--order", "lofo")
    assert "those with the lowest cost a unit (LOFO)" in (folder / order["page"]).read_text()
    assert "Kraken, Ledger" in (folder / order["text"]).read_text()


def test_a_lot_that_was_moved_in_is_named_by_the_row_that_bought_it(make_case: MakeCase) -> None:
    rows = (move("2025-05-01T12:00", 1, "BTC", "Kraken", wallet="Ledger"),)
    folder = case_of(make_case, *rows)
    moved = next(
        lot["id"]
        for lot in json.loads(RUN.invoke(app, ["lots", str(folder), "--json", "--wallet", "Kraken"]).stdout)["lots"]
        if lot["acquired"] == "2025-03-06"
    )
    found = made(folder, *BTC, "1", "--lot", f"{moved}=1")
    assert found["says"]["units"] == [{"from": "ledger/made.csv:4", "quantity": "1"}]
    add(folder, *rows, sell("2025-06-02T10:00:00-04:00", 1, "BTC", 80000, wallet="Kraken"))
    assert sold(folder) == [("1", "2025-03-06", "65000.00")]


@pytest.mark.parametrize(
    "words",
    [
        ("--wallet", "Kraken"),
        ("--order", "hifo"),
        ("--wallet", "Kraken", "--order", "best"),
        (*BTC, "0", "--method", "hifo"),
        (*BTC, "1"),
        (*BTC, "1", "--method", "hifo", "--lot", "abcd=1"),
        (*BTC, "1", "--lot", "abcd"),
        ("--wallet", "Kraken", "--order", "hifo", "--asset", "BTC"),
        ("--wallet", "Kraken", "--order", "hifo", "--told", "mother"),
    ],
)
def test_a_command_that_says_too_little_or_too_much_is_wrong(make_case: MakeCase, words: tuple[str, ...]) -> None:
    assert RUN.invoke(app, ["identify", str(case_of(make_case)), "--by", "Ada", *words]).exit_code == 2


def test_the_taxpayer_records_it_where_nobody_else_is_named(make_case: MakeCase) -> None:
    done = RUN.invoke(app, ["identify", str(case_of(make_case)), "--json", *BTC, "1", "--method", "hifo"])
    assert json.loads(done.stdout)["says"]["by"] == "Ada Example"


def test_what_is_left_of_a_record_after_a_smaller_sale_waits(make_case: MakeCase) -> None:
    folder = case_of(make_case)
    made(folder, *BTC, "1.5", "--method", "hifo")
    add(folder, sell("2025-06-02T10:00:00-04:00", 1, "BTC", 80000, wallet="Kraken"))
    (waits,) = [f for f in prepared(folder)["findings"] if f["id"] == "identification-waits"]
    assert "No sale of 0.5 BTC from Kraken" in waits["says"]
    assert Decimal(prepared(folder)["dispositions"][0]["basis"]) == 97000
