"""The long tables of the workpapers in a real browser, opened from disk: turned, searched and filtered."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from niner.cli import app

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the extra “browser”")

CHROMIUM = os.environ.get("NINER_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs chromium (Debian's package, or NINER_CHROMIUM)")

QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
SELLS = 12_345
HOSTILE = "<img src=x onerror=document.title='seen'>|~"
CASE = """tax_year: 2025
taxpayer: {first_name: Ada, last_name: Example, ssn: 900-12-3456, filing_status: single}
elections: {timezone: UTC}
return: {wages: 85000}
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The workpapers of a case with more sales than a page holds, and `asked`: every address that it asked for."""
    folder = tmp_path_factory.mktemp("long")
    (folder / "ledger").mkdir()
    (folder / "case.yaml").write_text(CASE)
    with (folder / "ledger" / "made.csv").open("w") as stream:
        stream.write("time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset\n")
        for wallet in ("Kraken", HOSTILE):
            stream.write(f"2025-01-01T00:00:00Z,{wallet},buy,{SELLS},USD,{SELLS},BTC\n")
        for number in range(SELLS):
            wallet = HOSTILE if number % 1000 == 999 else "Kraken"
            stream.write(f"2025-06-01T00:00:00Z,{wallet},sell,1,BTC,{number + 1},USD\n")
    done = CliRunner().invoke(app, ["prepare", str(folder), "--no-forms"])
    assert done.exit_code == 0, done.output
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto((folder / "out" / "2025" / "workpapers.html").as_uri())
        yield page
        browser.close()


def status(page: Any, beginning: str) -> str:
    """What the page says of the table, once that begins so."""
    said = page.locator("[data-table=dispositions] [role=status]")
    sync_api.expect(said).to_have_text(beginning, timeout=10_000)
    text: str = said.inner_text()
    return text


def rows(page: Any) -> list[list[str]]:
    found: list[list[str]] = page.evaluate(
        "[...document.querySelectorAll('#many-dispositions tbody tr')]"
        ".map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    )
    return found


def test_a_long_table_is_turned_searched_and_filtered(page: Any) -> None:
    box = page.locator("[data-table=dispositions]")
    assert len(rows(page)) == 100
    assert len(page.asked) == 1  # the page alone: files come when they are needed
    box.get_by_text("On", exact=True).click()
    status(page, "Rows 101 to 200 of 12,345.")
    assert rows(page)[0][0] == "101"
    number = box.locator("input[type=number]")
    number.fill("124")
    number.press("Enter")
    status(page, "Rows 12,301 to 12,345 of 12,345.")
    assert rows(page)[-1][5] == "$12,345.00"
    assert rows(page)[-1][9] == "$12,344.00"

    box.locator("input[type=search]").fill("$11,111.00")
    status(page, "Rows 1 to 2 of 2 found.")
    assert [(row[5], row[9]) for row in rows(page)] == [("$11,111.00", "$11,110.00"), ("$11,112.00", "$11,111.00")]
    box.locator("input[type=search]").fill("")
    status(page, "Rows 1 to 100 of 12,345.")

    box.get_by_label("Sort").select_option(label="Proceeds ↓")
    page.wait_for_function("document.querySelector('#many-dispositions tbody tr').cells[5].innerText === '$12,345.00'")
    assert [row[5] for row in rows(page)[:3]] == ["$12,345.00", "$12,344.00", "$12,343.00"]
    assert page.locator("#many-dispositions th[aria-sort=descending]").inner_text().startswith("Proceeds")
    box.get_by_label("Sort").select_option("")
    status(page, "Rows 1 to 100 of 12,345.")

    box.get_by_label("Wallet").select_option(HOSTILE)
    status(page, "Rows 1 to 12 of 12 found.")
    assert {row[2] for row in rows(page)} == {HOSTILE}
    box.locator("input[type=search]").fill("nothing is called so")
    status(page, "No row fits.")
    box.get_by_label("Wallet").select_option("")
    box.locator("input[type=search]").fill("|")  # stands between cells in a file, and in the name of that wallet
    status(page, "Rows 1 to 12 of 12 found.")
    box.locator("input[type=search]").fill("1 BTC|Kraken")
    status(page, "No row fits.")
    assert page.title() != "seen"
    assert all(address.startswith("file:") for address in page.asked)
    assert len(page.asked) == 3


def test_the_first_rows_found_stand_there_while_the_others_are_searched(page: Any) -> None:
    page.reload()
    box = page.locator("[data-table=dispositions]")
    # The second file comes when the test lets it.
    page.evaluate(
        "() => { const held = new Promise(done => { window.letCome = done; }), atOnce = load;"
        " load = (name, file) => file ? held.then(() => atOnce(name, file)) : atOnce(name, file); }"
    )
    box.locator("input[type=search]").fill("1 BTC")
    status(page, "Searching 50 %: 10,000 found so far")
    assert [row[0] for row in rows(page)] == [str(number) for number in range(1, 101)]
    box.get_by_text("On", exact=True).click()
    page.wait_for_function("() => document.querySelector('#many-dispositions tbody tr').cells[0].innerText === '101'")
    page.evaluate("window.letCome()")
    status(page, "Rows 101 to 200 of 12,345.")
    # What was asked meanwhile is not written over by what was asked before.
    box.locator("input[type=search]").fill("$12,345.00")
    status(page, "Rows 1 to 1 of 1 found.")
