"""The workpapers of very many sales in a real browser: python tests/bench/pages.py [SALES] [PICTURE.png]  (450,000)

A case with so many sales in its year is prepared without forms, and its workpapers.html opened from the disk in
Chromium (`make browser` installs what drives it; NINER_CHROMIUM names another). Seconds of the clock, the best of five,
each in a browser of its own: until the page is loaded, and until a person can use it, its tables with their first rows
and their buttons. Then once each: turning to the last page, a search, a filter, a sort. What is found is compared with
dispositions.csv. The bars: open in under 2 seconds, at most 20 MB of HTML.
"""

import csv
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ledger import ASSETS, CASE, HEADER, WALLETS
from playwright.sync_api import sync_playwright

CHROMIUM = os.environ.get("NINER_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
TURNS = 5
SECONDS, MEGABYTES = 2, 20


def write_sales(path: Path, sales: int) -> None:
    """A ledger with so many sales in 2024, each of one lot: of every twenty rows one is the purchase before them."""
    dice = random.Random(sales)
    moment, step = datetime(2024, 1, 1, tzinfo=UTC), timedelta(days=366) / (sales * 20 // 19 + 2)
    with path.open("w") as stream:
        stream.write(HEADER)
        number = sold = 0
        while sold < sales:
            wallet, asset = dice.choice(WALLETS), dice.choice(list(ASSETS))
            dollars = dice.randint(10, 9_000)
            at = (moment + step * number).isoformat(timespec="seconds")
            batch = min(19, sales - sold)
            stream.write(f"{number},{at},{wallet},buy,{dollars},USD,{batch},{asset},0.99,\n")
            number += 1
            for _ in range(batch):
                at = (moment + step * number).isoformat(timespec="seconds")
                price = dice.randint(1, 900)
                stream.write(f"{number},{at},{wallet},sell,1,{asset},{price}.{number % 100:02d},USD,0.99,\n")
                number += 1
            sold += batch


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Table:
    """The table of dispositions as a person uses it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.box = page.locator(".find[data-table=dispositions]")

    def said(self) -> str:
        return str(self.box.locator("[role=status]").inner_text())

    def settled(self, other_than: str) -> None:
        """Wait until the table has answered."""
        self.page.wait_for_function(
            "before => { const now = document.querySelector('.find[data-table=dispositions] [role=status]').innerText;"
            " return now !== before && !now.startsWith('Searching'); }",
            arg=other_than,
            timeout=120_000,
        )

    def ask(self, what: str, how: Callable[[], object]) -> str:
        before = self.said()

        def work() -> None:
            how()
            self.settled(before)

        took = timed(work)
        print(f"     {what}: {took:.2f} s; {self.said()}")
        return self.said()

    def first_row(self) -> list[str]:
        found: list[str] = self.page.evaluate(
            "[...document.querySelector('#many-dispositions tbody tr').cells].map(cell => cell.innerText.trim())"
        )
        return found


def opened(playwright: Any, page_file: Path) -> tuple[Any, Any, float, float]:
    """A browser with the page, the seconds until it was loaded and until its table of dispositions could be used."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    start = time.perf_counter()
    page.goto(page_file.as_uri(), wait_until="load")
    loaded = time.perf_counter() - start
    page.wait_for_function("document.querySelectorAll('#many-dispositions tbody tr').length > 0")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return browser, page, loaded, time.perf_counter() - start


def used(playwright: Any, page_file: Path, rows: list[dict[str, str]], picture: str) -> bool:
    browser, page, _, _ = opened(playwright, page_file)
    table = Table(page)
    whole = f"{len(rows):,}"
    good = whole in table.said()
    last = page.locator(".find[data-table=dispositions] input[type=number]")
    good &= f"to {whole} of {whole}" in table.ask("turn to the last page", lambda: (last.fill("999999"), last.blur()))
    wanted = rows[len(rows) // 2]["description"]
    count = sum(wanted.lower() in row["description"].lower() for row in rows)
    before, said, start = table.first_row(), table.said(), time.perf_counter()
    table.box.get_by_label("Search").fill(wanted)
    settled_rows(page, before)
    first = time.perf_counter() - start
    table.settled(said)
    took, said = time.perf_counter() - start, table.said()
    print(f"     search “{wanted}” in all of them: the first rows {first:.2f} s, all {took:.2f} s; {said}")
    good &= f"of {count:,} found." in said or count == len(rows)
    table.ask("no search", lambda: table.box.get_by_label("Search").fill(""))
    wallet = rows[0]["wallet"]
    count = sum(row["wallet"] == wallet for row in rows)
    said = table.ask(f"only wallet {wallet}", lambda: table.box.get_by_label("Wallet").select_option(wallet))
    good &= f"of {count:,} found." in said
    heading = page.locator("#many-dispositions th button", has_text="Proceeds")
    before = table.first_row()
    took = timed(lambda: (heading.click(), heading.click(), page.wait_for_timeout(50), settled_rows(page, before)))
    least = max(float(row["proceeds"]) for row in rows if row["wallet"] == wallet)
    good &= any(text.replace("$", "").replace(",", "") == f"{least:.2f}" for text in table.first_row())
    print(f"     sorted by proceeds, largest first: {took:.2f} s; first row {table.first_row()}")
    if picture:
        page.locator("#t-dispositions").scroll_into_view_if_needed()
        page.screenshot(path=picture)
    browser.close()
    return good


def settled_rows(page: Any, before: list[str]) -> None:
    """Wait until the table's first row is another."""
    page.wait_for_function(
        "before => { const row = document.querySelector('#many-dispositions tbody tr');"
        " return [...row.cells].map(cell => cell.innerText.trim()).join() !== before; }",
        arg=",".join(before),
        timeout=120_000,
    )


def main() -> None:
    sales = int(sys.argv[1]) if len(sys.argv) > 1 else 450_000
    picture = sys.argv[2] if len(sys.argv) > 2 else ""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(os.environ.get("NINER_BENCH_CASE") or place)
        out = folder / "out" / "2024"
        if not (out / "workpapers.html").exists():
            (folder / "ledger").mkdir(parents=True)
            write_sales(folder / "ledger" / "made.csv", sales)
            (folder / "case.yaml").write_text(CASE.format(method="fifo"))
            command = [sys.executable, "-m", "niner", "prepare", str(folder), "--no-forms"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            told = resource.getrusage(resource.RUSAGE_CHILDREN)
            print(
                f"{sales:,} sales prepared: {told.ru_utime + told.ru_stime:.1f} s, peak {told.ru_maxrss / 1024:.0f} MB"
            )
        with (out / "dispositions.csv").open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        page, beside = out / "workpapers.html", list(out.glob("workpapers-*.js"))
        size = page.stat().st_size / 1e6
        print(
            f"{len(rows):,} dispositions: workpapers.html {size:.2f} MB (bar {MEGABYTES}), beside it {len(beside)} "
            f"files of {sum(path.stat().st_size for path in beside) / 1e6:.0f} MB"
        )
        with sync_playwright() as playwright:
            best = []
            for _ in range(TURNS):
                browser, _, *seconds = opened(playwright, page)
                browser.close()
                best.append(seconds)
            loaded, usable = (min(one) for one in zip(*best, strict=True))
            print(f"loaded in {loaded:.2f} s, to be used in {usable:.2f} s (bar {SECONDS})")
            good = used(playwright, page, rows, picture)
    print(f"{'yes' if good else 'NO '}  what the page finds is what dispositions.csv has")
    raise SystemExit(0 if good and usable < SECONDS and size <= MEGABYTES else 1)


if __name__ == "__main__":
    main()
