"""An amended year is the same, to the byte and the word, whether a copy of the process works out what was filed."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, receive, sell
from niner import prepare
from niner.amend import job
from niner.cli import app
from niner.imports.folder import read_folder
from niner.imports.layouts.catalogue import formats_of
from niner.imports.layouts.recognise import Layout, recognise
from niner.imports.reading import kept
from niner.imports.reading.kept import read_once, tables_kept
from niner.imports.tables import sheet
from niner.imports.tables.sheet import read_sheets
from niner.process import beside
from safety.faults import forked

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a process is copied on Linux alone")
RUN = CliRunner()
EXAMPLES = Path(__file__).parents[1] / "examples"
ROWS = [
    buy("2021-01-02", 10, "BTC", 100000),
    buy("2022-05-01", 2, "BTC", 60000),
    sell("2023-02-01", 1, "BTC", 8000),
    sell("2023-06-01", 2, "BTC", 15000),
    receive("staking", "2023-05-01", 1, "ADA", usd_value=500),
    {**sell("2023-12-31", 1, "BTC", 9000), "time": "2023-12-31T20:00:00Z"},  # in Tokyo it is the next year
]
LATE = sell("2023-11-01", 1, "BTC", 5000)


def step(how: str, words: list[str]) -> int:
    """The command with two cores, or everything by one process; then how many copies of the process were made."""
    copies, fork = 0, os.fork

    def counted() -> int:
        nonlocal copies
        copies += 1
        return fork()

    beside.cores = lambda: 2
    job._MANY = prepare._MANY = -1
    sheet._LONG = 200
    os.fork = counted
    try:
        with beside.alone() if how == "alone" else nullcontext():
            app(words)
    except SystemExit as ended:
        print("ended with", ended.code)
    print(copies, file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    return 0


def run(*words: object) -> None:
    done = RUN.invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output


def outcome(folder: Path, how: str, words: list[object]) -> tuple[str, dict[str, bytes], int]:
    """What the command says and every file of the case after it, and how many copies of the process were made."""
    before = folder.with_name("before")
    shutil.copytree(folder, before)
    told = [folder.with_name(name) for name in ("stdout", "stderr")]

    def redirected() -> None:
        for number, path in enumerate(told, 1):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8") for number in (1, 2))

    # A fork of the test has one thread, as the command has, and has loaded all that the command loads.
    assert forked(lambda: step(how, [*map(str, words)]), redirected) == 0
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
    shutil.rmtree(folder)
    before.rename(folder)
    out, err = (path.read_text(encoding="utf-8") for path in told)
    said, copies = err.rstrip().rpartition("\n")[::2]
    return out + said, files, int(copies)


def same_by_two(folder: Path, *words: object) -> tuple[str, int]:
    """What `niner amend` says, which is the same with and without copies, and how many copies were made."""
    more = ["--as-of", "2026-11-23", "--no-forms", *words]
    one, two = (outcome(folder, how, ["amend", folder, *more]) for how in ("alone", "two"))
    assert one[0] == two[0]
    assert one[1] == two[1]
    assert one[2] == 0
    return two[0], two[2]


def filed(make_case: MakeCase) -> Path:
    folder = make_case(ledger(*ROWS), 2023)
    run("file", folder, "--year", 2023, "--filed-on", "2024-04-10")
    return folder


def add_late(folder: Path) -> None:
    (folder / "ledger" / "late.csv").write_text(ledger({**LATE, "id": "late"}))


def other_method(folder: Path) -> None:
    case = folder / "case.yaml"
    case.write_text(case.read_text().replace("timezone:", "lot_method: hifo, pool: wallet, timezone:"))
    add_late(folder)


def other_zone(folder: Path) -> None:
    case = folder / "case.yaml"
    case.write_text(case.read_text().replace("America/New_York", "Asia/Tokyo"))


def dollars(folder: Path) -> None:
    case = folder / "case.yaml"
    case.write_text(case.read_text().replace("timezone:", "rounding: dollars, timezone:"))
    add_late(folder)


def seal(folder: Path, name: str, text: str) -> None:
    """What was locked, changed together with its lock."""
    path, lock = folder / "filed" / "2023" / name, folder / "filed" / "2023" / "locked.json"
    known = json.loads(lock.read_text())
    known["locked"][name] = sha256(text.encode()).hexdigest()
    path.write_text(text)
    lock.write_text(json.dumps(known))


def filed_otherwise(folder: Path) -> None:
    """A return that this version would not have made so: a basis and its rule are others."""
    document = json.loads((folder / "filed" / "2023" / "return.json").read_text())
    row = document["dispositions"][0]
    row["basis"], row["gain"], row["rules"]["column_e"] = "1.00", "7999.00", "of another version"
    seal(folder, "return.json", json.dumps(document))
    other_method(folder)


def filed_as_a_total(folder: Path) -> None:
    document = json.loads((folder / "filed" / "2023" / "return.json").read_text())
    document["dispositions"][0]["kind"] = "total"
    seal(folder, "return.json", json.dumps(document))


def filed_ledger_broken(folder: Path) -> None:
    """Today it is read no more: of the filed year nothing can be worked out anew."""
    text = (folder / "filed" / "2023" / "ledger" / "made.csv").read_text()
    seal(folder, "ledger/made.csv", text.replace("2022-05-01", "2022-02-31"))
    other_method(folder)


def filed_case_broken(folder: Path) -> None:
    seal(folder, "case.yaml", "tax_year: [")
    add_late(folder)


def lock_broken(folder: Path) -> None:
    (folder / "filed" / "2023" / "ledger" / "made.csv").write_text("id,time\n")


def ledger_broken(folder: Path) -> None:
    (folder / "ledger" / "late.csv").write_text(ledger({**LATE, "id": "late", "time": "2023-02-31T00:00:00"}))


def more_than_held(folder: Path) -> None:
    (folder / "ledger" / "late.csv").write_text(ledger({**LATE, "id": "late", "sent_quantity": 900}))


Change = Callable[[Path], None]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (add_late, "left out"),
        (other_method, "HIFO"),
        (other_zone, "time zone"),
        (dollars, "left out"),
        (filed_otherwise, "this version of Niner"),
        (filed_ledger_broken, "left out"),
    ],
)
def test_it_is_the_same_by_one_process_and_by_two(make_case: MakeCase, change: Change, why: str) -> None:
    folder = filed(make_case)
    change(folder)
    said, copies = same_by_two(folder, "--year", 2023)
    assert said.endswith("ended with 0\n")
    assert why in said
    assert copies >= 2  # what was filed, and what is written; parts of long tables too


@pytest.mark.parametrize("change", [filed_as_a_total, filed_case_broken, lock_broken, ledger_broken, more_than_held])
def test_it_is_refused_in_the_same_words(make_case: MakeCase, change: Change) -> None:
    folder = filed(make_case)
    run("amend", folder, "--year", 2023, "--as-of", "2026-11-23", "--no-forms")
    change(folder)
    said, copies = same_by_two(folder, "--year", 2023)
    assert copies
    assert change in (filed_as_a_total, filed_case_broken) or said.count("Error ")


def test_it_is_the_same_for_a_run_of_years(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(EXAMPLES / "late_exchange", folder)
    run("prepare", folder, "--years", "2023-2024", "--no-forms")
    for year in (2023, 2024):
        run("file", folder, "--year", year, "--filed-on", f"{year + 1}-04-10")
    for path in (folder / "found").iterdir():
        shutil.copy(path, folder / "ledger" / path.name)
    for year in (2023, 2024):
        said, copies = same_by_two(folder, "--year", year)
        assert copies
        assert said.endswith("ended with 0\n")


def test_a_table_is_read_once_while_tables_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where bytes, name, zone, assets that are the same and header are all as they were."""
    read: list[str] = []
    own = kept.read_own

    def watched(sheet, *how):  # type: ignore[no-untyped-def]
        read.append(sheet.name)
        return own(sheet, *how)

    monkeypatch.setattr(kept, "read_own", watched)
    path = tmp_path / "made.csv"
    path.write_text(ledger(*ROWS))
    data, sheets = read_sheets(path, "ledger/made.csv")
    layout = recognise(sheets[0], formats_of([]))
    assert isinstance(layout, Layout)
    key = sha256(data).hexdigest()

    def times(*asked: tuple[str, dict[str, str]]) -> int:
        read.clear()
        found = [read_once(sheets[0], digest, layout, None, same) for digest, same in asked]
        assert all(one.rows == found[0].rows for one in found)
        return len(read)

    assert times((key, {}), (key, {})) == 2
    with tables_kept():
        assert times((key, {}), (key, {}), ("other bytes", {}), (key, {"WETH": "ETH"}), (key, {})) == 3
        with tables_kept():
            assert times((key, {}), (key, {})) == 1
    assert times((key, {}), (key, {})) == 2


def test_who_waits_for_the_tables_goes_on_once_they_are_read(make_case: MakeCase) -> None:
    folder, told = make_case(ledger(*ROWS)), []
    with tables_kept(lambda: told.append("read")):
        assert not told
        read_folder(folder)
        assert told == ["read"]
        read_folder(folder)
    read_folder(folder)
    assert told == ["read"]
