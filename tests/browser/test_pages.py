"""The pages people open, in a real browser: on a screen, on a phone, on paper, and for a screen reader."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from typer.testing import CliRunner

from niner.cli import app

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the extra “browser”")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs the extra “browser”")

CHROMIUM = os.environ.get("NINER_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs chromium (Debian's package, or NINER_CHROMIUM)")

EXAMPLES = Path(__file__).parents[1] / "examples"
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The workpapers of the demo and of a case with a broker's form, papers of an amended year, a return read."""
    run = CliRunner()
    folder = tmp_path_factory.mktemp("pages")
    said = [run.invoke(app, ["demo", str(folder / "demo"), "--offline"])]
    case = folder / "late"
    shutil.copytree(EXAMPLES / "late_exchange", case)
    said.append(run.invoke(app, ["prepare", str(case), "--year", "2023", "--offline"]))
    read = folder / "read"
    shutil.copytree(case, read)
    packet = read / "out" / "2023" / "packet.pdf"
    # A figure that the PDF has otherwise than the preparation, so that the page has something to compare.
    (read / "case.yaml").write_text((read / "case.yaml").read_text().replace("withholding: 7000", "withholding: 7100"))
    shutil.copy(packet, folder / "handed_in.pdf")
    said.append(run.invoke(app, ["prepare", str(read), "--year", "2023", "--no-forms"]))
    said.append(run.invoke(app, ["file", str(read), "--from", str(folder / "handed_in.pdf")]))
    said.append(run.invoke(app, ["file", str(case), "--year", "2023", "--filed-on", "2024-04-10"]))
    shutil.copytree(EXAMPLES / "form_zero_basis", folder / "form")
    said.append(run.invoke(app, ["prepare", str(folder / "form"), "--offline"]))
    for folder_, name in (("demo", "client"), ("demo", "exception-2"), ("form", "cp2000")):
        said.append(run.invoke(app, ["letters", str(folder / folder_), name]))
    shutil.copy(case / "found" / "northcoin.csv", case / "ledger")
    prices = folder / "prices.csv"
    prices.write_text("asset,time,price_usd\nBTC,2025-12-31,88000\nETH,2025-12-31,3000\nSOL,2025-12-31,125\n")
    words = ["--prices", str(prices), "--target", "loss=500", "--date", "2025-12-31", "--page"]
    said.append(run.invoke(app, ["harvest", str(folder / "demo"), *words]))
    said.append(run.invoke(app, ["amend", str(case), "--year", "2023", "--no-forms", "--as-of", "2026-11-25"]))
    assert [done.exit_code for done in said] == [0] * len(said), [done.output for done in said]
    return {
        "plan": folder / "demo" / "out" / "2025-plan" / "plan.html",
        "workpapers": folder / "demo" / "out" / "2025" / "workpapers.html",
        "brokers": folder / "form" / "out" / "2025" / "workpapers.html",
        "client": folder / "demo" / "letters" / "2025-client.html",
        "statement": folder / "demo" / "letters" / "2025-exception-2.html",
        "notice": folder / "form" / "letters" / "2025-cp2000.html",
        "diff": case / "out" / "2023-amended" / "diff.html",
        "letter": case / "out" / "2023-amended" / "client_letter.html",
        "sheet": case / "out" / "2023-amended" / "review_sheet.html",
        "review": read / "out" / "2023-filed" / "review.html",
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)


@pytest.fixture(
    params=["workpapers", "brokers", "client", "statement", "notice", "diff", "letter", "sheet", "review", "plan"]
)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def opened(browser: Any, path: Path, width: int) -> tuple[Any, list[str]]:
    """The page at a width, and every address it asked for."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    return page, asked


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_scrolls_sideways_and_nothing_is_fetched(
    browser: Any, pages: dict[str, Path], name: str, width: int
) -> None:
    page, asked = opened(browser, pages[name], width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [one for one in asked if not one.startswith("data:")] == [pages[name].as_uri()]


@pytest.mark.parametrize("width", [390, 1280])
def test_no_word_of_a_heading_is_broken(browser: Any, pages: dict[str, Path], name: str, width: int) -> None:
    page, _ = opened(browser, pages[name], width)
    broken = page.evaluate(
        r"""[...document.querySelectorAll('th, th button')].flatMap(th => [...th.childNodes])
            .filter(node => node.nodeType === Node.TEXT_NODE)
            .flatMap(node => [...node.textContent.matchAll(/[^\s-]+-?/g)].filter(word => {
                const range = document.createRange();
                range.setStart(node, word.index);
                range.setEnd(node, word.index + word[0].length);
                return range.getClientRects().length > 1;
            }).map(word => word[0]))"""
    )
    assert broken == []


@pytest.mark.parametrize("width", [390, 1280])
def test_a_screen_reader_finds_nothing_amiss(browser: Any, pages: dict[str, Path], name: str, width: int) -> None:
    page, _ = opened(browser, pages[name], width)
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.locator("main").count() == 1


def test_paper_shows_what_stands_in_every_closed_detail(
    browser: Any, pages: dict[str, Path], name: str, tmp_path: Path
) -> None:
    page, _ = opened(browser, pages[name], 1280)
    hidden = page.evaluate(
        "[...document.querySelectorAll('details:not([open]) small')].map(e => e.textContent.replace(/[ ·]+$/, ''))"
    )
    page.pdf(path=tmp_path / "printed.pdf")
    printed = " ".join(sheet.get_textpage().get_text_range() for sheet in pdfium.PdfDocument(tmp_path / "printed.pdf"))
    flat = "".join(printed.split())
    missing = [text for text in hidden if "".join(text.split()) not in flat]
    assert len(missing) <= len(hidden) // 50, missing[:10]  # a text over a page's end is broken by its footer
    assert bool(hidden) == (name in ("workpapers", "brokers"))


def column(page: Any, table: str, at: int) -> list[str]:
    """What a column of a table shows, from top to bottom."""
    found: list[str] = page.evaluate(
        "([table, at]) => [...document.querySelectorAll(`#many-${table} tbody tr:not([hidden])`)]"
        ".map(row => row.cells[at].innerText.trim())",
        [table, at],
    )
    return found


def test_a_table_is_sorted_by_its_heading_and_back(browser: Any, pages: dict[str, Path]) -> None:
    page, _ = opened(browser, pages["workpapers"], 1280)
    before = column(page, "dispositions", 5)
    amounts = sorted(before, key=lambda text: float(text.replace("$", "").replace(",", "")))
    assert before != amounts
    heading = page.locator("#many-dispositions th button", has_text="Proceeds")
    heading.click()
    assert column(page, "dispositions", 5) == amounts
    assert page.locator("#many-dispositions th[aria-sort=ascending]").count() == 1
    heading.click()
    assert column(page, "dispositions", 5) == amounts[::-1]
    page.locator(".find[data-table=dispositions] [data-sorts]").select_option("")
    assert column(page, "dispositions", 5) == before
    page.locator("#many-dispositions th button", has_text="Acquired").click()
    days = column(page, "dispositions", 3)
    assert days == sorted(days, key=lambda text: (text[6:], text[:5]))


def test_a_table_is_searched_and_filtered(browser: Any, pages: dict[str, Path]) -> None:
    page, asked = opened(browser, pages["workpapers"], 390)
    box = page.locator(".find[data-table=dispositions]")
    whole = column(page, "dispositions", 11)
    box.get_by_label("Box").select_option("L")
    assert set(column(page, "dispositions", 11)) == {"L"}
    assert box.locator("[role=status]").inner_text() == f"{whole.count('L')} of {len(whole)} rows."
    box.get_by_label("Search").fill("no such word")
    assert column(page, "dispositions", 11) == []
    assert box.locator("[role=status]").inner_text() == "No row fits."
    box.get_by_label("Search").fill("")
    box.get_by_label("Box").select_option("")
    assert column(page, "dispositions", 11) == whole
    assert len([one for one in asked if not one.startswith("data:")]) == 1


def test_the_charts_show_what_their_tables_say(browser: Any, pages: dict[str, Path]) -> None:
    page, _ = opened(browser, pages["workpapers"], 1280)
    assert page.locator("figure svg[role=img]").count() == 3
    bars = page.evaluate(
        "[...document.querySelectorAll('figure svg')].map(svg => {const box = svg.viewBox.baseVal;"
        " return [...svg.querySelectorAll('rect')].every(bar => bar.x.baseVal.value >= 0"
        " && bar.x.baseVal.value + bar.width.baseVal.value <= box.width && bar.y.baseVal.value >= 0"
        " && bar.y.baseVal.value + bar.height.baseVal.value <= box.height);})"
    )
    assert bars == [True, True, True]


def test_pictures_of_the_forms_are_loaded_from_the_page_itself(browser: Any, pages: dict[str, Path]) -> None:
    page, asked = opened(browser, pages["workpapers"], 1280)
    wide = page.evaluate("[...document.querySelectorAll('.forms img')].map(img => img.naturalWidth)")
    assert len(wide) >= 3
    assert all(wide)
    assert len([one for one in asked if not one.startswith("data:")]) == 1


def test_paper_cuts_no_figure_off(browser: Any, pages: dict[str, Path], name: str, tmp_path: Path) -> None:
    page, _ = opened(browser, pages[name], 1280)
    cells = page.evaluate("[...document.querySelectorAll('main td, main th, main li, main p')].map(e => e.textContent)")
    page.pdf(path=tmp_path / "printed.pdf", prefer_css_page_size=True)
    paper = pdfium.PdfDocument(tmp_path / "printed.pdf")
    flat = "".join("".join(filter(str.isalnum, sheet.get_textpage().get_text_bounded())) for sheet in paper)
    missing = [text for text in cells if "".join(filter(str.isalnum, text)) not in flat]  # a line may end at a hyphen
    missing = [text for text in missing if len(text) < 80]  # as above: a longer one may run over a page's end
    assert len(cells) > 10
    assert not missing


def test_the_review_sheet_is_one_page(browser: Any, pages: dict[str, Path], tmp_path: Path) -> None:
    page, _ = opened(browser, pages["sheet"], 1280)
    page.pdf(path=tmp_path / "printed.pdf", prefer_css_page_size=True)
    assert len(pdfium.PdfDocument(tmp_path / "printed.pdf")) == 1
