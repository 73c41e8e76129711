"""The workpapers of a year: what stands on the page, that the workbook reckons to the forms, that no number leaks."""

import base64
import json
import re
import shutil
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, move, receive, sell
from niner.cli import app
from niner.prepare import Options, prepare, prepare_years
from reckoned import Workbook

EXAMPLES = Path(__file__).parents[1] / "examples"
ROWS = (
    buy("2022-03-01", 2, "BTC", "40000.10"),
    buy("2024-01-05", 10, "ETH", "20000"),
    move("2024-02-01", "0.5", "BTC", "Trezor"),
    sell("2024-05-01", "0.3", "BTC", "18000.55"),
    sell("2024-06-01", 4, "ETH", "6000.99"),
    sell("2024-06-02", 4, "ETH", "5000.01", form="1099-B", basis_reported="yes"),
    receive("staking", "2024-07-01", "0.1", "ETH", usd_value="300.004"),
    receive("staking", "2024-08-01", "0.1", "ETH", usd_value="300.004"),
)


def out_of(folder: Path, **how: Any) -> Path:
    done = prepare(folder, Options(**how))
    assert done.ok, [f.says for f in done.findings]
    return done.written[0].parent


class Page(HTMLParser):
    """What a page asks for, and the text of its tables by their ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.ids: list[str] = []
        self._rows: list[list[str]] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.addresses += [str(given[name]) for name in ("src", "href", "action", "data", "poster") if given.get(name)]
        self.ids += [str(given["id"])] if "id" in given else []
        if tag == "table":
            self._rows = self.tables.setdefault(str(given.get("id", len(self.tables))), [])
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag in ("td", "th") and self._rows:
            self._rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._rows = None

    def handle_data(self, data: str) -> None:
        if self._rows and self._rows[-1]:
            self._rows[-1][-1] += data.rstrip("\n")


@pytest.fixture(scope="module")
def broker_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("broker") / "case"
    shutil.copytree(EXAMPLES / "form_zero_basis", folder)
    return out_of(folder, forms=False)


def test_the_page_has_what_a_reviewer_signs_on(make_case: MakeCase) -> None:
    folder = make_case(ledger(*ROWS), elections=", lot_method: fifo, pool: wallet", short="500", long="200")
    (folder / "decisions.yaml").write_text(
        "- {row: ledger/made.csv:7, usd_value: 301, by: Pat <b>Preparer</b>, on: 2025-02-03, why: the statement}\n"
    )
    page = Page((out_of(folder, forms=False) / "workpapers.html").read_text())
    table = {name.removeprefix("many-"): rows for name, rows in page.tables.items()}
    assert [row[:7] for row in table["boxes"][1:]] == [
        ["A", "short", "1", "$5,000.01", "$8,000.00", "$0.00", "-$2,999.99"],
        ["C", "short", "1", "$6,000.99", "$8,000.00", "$0.00", "-$1,999.01"],
        ["F", "long", "1", "$18,000.55", "$6,000.01", "$0.00", "$12,000.54"],
    ]
    assert [row[1:5] for row in table["transfers"][1:]] == [["BTC", "0.5", "Coinbase", "Trezor"]]
    assert [row[1:4] for row in table["rulings"][1:]] == [["Pat <b>Preparer</b>", "2025-02-03", "the statement"]]
    assert ["Order of lots", "FIFO"] in table["elections"]
    assert {row[1] for row in table["rules"][1:]} >= {"term", "box", "income line"}
    assert {row[0] for row in table["rules"][1:]} == {"Niner's"}
    lots = {(row[0], row[1]): row[3:6] for row in table["lots"][1:]}
    assert lots["BTC", "Trezor"] == ["2022-03-01", "2023-03-02", "$10,000.03"]
    assert {row[0] for row in table["inputs"][1:]} == {"case.yaml", "decisions.yaml", "ledger/made.csv"}
    assert {"c-months", "c-carried", "c-ages"} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert [one for one in page.addresses if not one.startswith("#")] == []


def test_the_page_has_the_reconciliation_with_brokers(broker_out: Path) -> None:
    page = Page((broker_out / "workpapers.html").read_text())
    rows = page.tables["many-brokers"][1:]
    boxes = {row[0]: row for row in page.tables["many-boxes"][1:]}
    assert [(row[1], row[3], row[7], row[8], row[10]) for row in rows] == [
        ("1099-DA, H", "$10,374.00", "$2,354.00", "$2,354.00", "yes"),
        ("1099-DA, Y", "$67,830.00", "$67,830.00", "$48,230.00", "yes"),
    ]
    assert (boxes["H"][3], boxes["K"][3]) == ("$10,374.00", "$67,830.00")


def test_matched_moves_and_prices_name_their_rows(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["demo", str(tmp_path / "demo"), "--offline"])
    assert done.exit_code == 0, done.output
    page = Page((tmp_path / "demo" / "out" / "2025" / "workpapers.html").read_text())
    moves = {row[6]: row for row in page.tables["many-transfers"][1:]}
    assert moves.keys() == {"proposed", "certain"}
    assert "ledger/Trezor/export-btc.csv, row 2" in moves["certain"][8]
    assert [row[3:6] for row in page.tables["many-prices"][1:2]] == [
        ["$92.40", "the price of the day, 2025-02-01 UTC", "prices/prices.csv, row 3"]
    ]


@pytest.mark.parametrize("rounding", ["cents", "dollars"])
def test_the_workbook_reckons_to_what_is_printed(make_case: MakeCase, rounding: str) -> None:
    folder = make_case(ledger(*ROWS), elections=f", rounding: {rounding}", short="500", long="200")
    out = out_of(folder, forms=False)
    lines = json.loads((out / "return.json").read_text())["lines"]
    book = Workbook(out / "workpapers.xlsx")
    kept = CalamineWorkbook.from_path(str(out / "workpapers.xlsx"))
    assert len(book.formulas()) > 200
    # What each formula comes to is what a program that does not reckon shows.
    shown = {name: kept.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in kept.sheet_names}
    for sheet, cell in book.formulas():
        at = re.fullmatch(r"([A-Z])(\d+)", cell)
        assert at is not None
        there = shown[sheet][int(at[2]) - 1][ord(at[1]) - ord("A")]
        assert book.value(sheet, cell) == (there if isinstance(there, bool) else Fraction(str(there))), (sheet, cell)
    boxes = {book.value("Form 8949", f"A{row}"): row for row in range(2, book.sheets["Form 8949"].max_row + 1)}
    for column, letter in zip("degh", "CDEF", strict=True):
        for box, row in boxes.items():
            assert book.value("Form 8949", f"{letter}{row}") == Fraction(lines["f8949"][f"{box}.{column}"])
    sheet = book.sheets["Lines"]
    printed = {
        (sheet[f"A{row}"].value, sheet[f"B{row}"].value): book.value("Lines", f"E{row}")
        for row in range(2, sheet.max_row + 1)
    }
    for line in ("7", "15", "16"):
        assert printed["Schedule D", line] == Fraction(lines["f1040sd"][line])
        row = next(
            r
            for r in range(2, sheet.max_row + 1)
            if (sheet[f"A{r}"].value, sheet[f"B{r}"].value) == ("Schedule D", line)
        )
        assert str(sheet[f"D{row}"].value).startswith("=")
    assert printed["Form 1040", "24"] == Fraction(lines["f1040"]["24"])


def test_a_changed_cell_moves_the_lines_that_follow_from_it(make_case: MakeCase) -> None:
    """The formulas are live: a proceeds of 1,000 more is 1,000 more on line 16 of Schedule D."""
    out = out_of(make_case(ledger(*ROWS)), forms=False)
    before, after = Workbook(out / "workpapers.xlsx"), Workbook(out / "workpapers.xlsx")
    sheet = after.sheets["Dispositions"]
    sheet["F2"] = float(str(sheet["F2"].value)) + 1000
    lines = after.sheets["Lines"]
    (row,) = (
        r for r in range(2, lines.max_row + 1) if (lines[f"A{r}"].value, lines[f"B{r}"].value) == ("Schedule D", "16")
    )
    assert after.value("Lines", f"D{row}") - before.value("Lines", f"D{row}") == 1000


def test_text_in_the_workbook_is_never_a_formula(make_case: MakeCase) -> None:
    name = "=cmd|' /C calc'!A1"
    rows = (buy("2024-01-05", 1, "ETH", 100, wallet=f'"{name}"'), sell("2024-06-01", 1, "ETH", 90, wallet=f'"{name}"'))
    out = out_of(make_case(ledger(*rows)), forms=False)
    book = Workbook(out / "workpapers.xlsx")
    cell = book.sheets["Dispositions"]["C2"]
    assert (cell.value, cell.data_type) == (name, "s")
    assert b"900-12-3456" not in (out / "workpapers.xlsx").read_bytes()


def test_the_same_case_gives_the_same_workbook(make_case: MakeCase) -> None:
    folder = make_case(ledger(*ROWS))
    first = (out_of(folder, forms=False) / "workpapers.xlsx").read_bytes()
    assert (out_of(folder, forms=False) / "workpapers.xlsx").read_bytes() == first


def test_a_long_ledger_has_a_workbook_where_it_is_asked_for(
    make_case: MakeCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("niner.report.papers.workbook.MOST_ROWS", 5)
    rows = [buy("2024-01-05", 10, "ETH", 100), *(sell("2024-06-01", 1, "ETH", 90) for _ in range(6))]
    folder = make_case(ledger(*rows))
    out = out_of(folder, forms=False)
    assert not (out / "workpapers.xlsx").exists()
    assert "niner prepare --xlsx" in (out / "workpapers.html").read_text()
    assert (out_of(folder, forms=False, workbook=True) / "workpapers.xlsx").exists()


def pictures(folder: Path) -> list[bytes]:
    page = (out_of(folder) / "workpapers.html").read_text()
    return [base64.b64decode(one) for one in re.findall(r"data:image/png;base64,([A-Za-z0-9+/=]+)", page)]


def test_pictures_of_forms_do_not_tell_who_it_is(make_case: MakeCase) -> None:
    """Two taxpayers of other numbers and accounts have the same pictures; another amount is seen."""
    bank = "bank: {routing: 021000021, account: 50718842, type: checking}"
    one = make_case(ledger(*ROWS), name="one", more=bank)
    other = make_case(ledger(*ROWS), name="other", more=bank.replace("50718842", "98761234"))
    third = make_case(ledger(*ROWS), name="third", more=bank, wages="85001")
    case = (other / "case.yaml").read_text()
    (other / "case.yaml").write_text(case.replace("900-12-3456", "911-87-6543"))
    seen = pictures(one)
    assert len(seen) >= 3
    assert pictures(other) == seen
    assert pictures(third) != seen


def test_a_password_leaves_no_pictures(make_case: MakeCase) -> None:
    out = out_of(make_case(ledger(*ROWS)), password="a long enough pass phrase")
    assert "data:image/png" not in (out / "workpapers.html").read_text()


def test_a_run_of_years_shows_the_losses_carried_through_it(make_case: MakeCase) -> None:
    rows = (buy("2022-01-05", 1, "ETH", 20000), sell("2022-06-01", 1, "ETH", 10000))
    folder = make_case(
        ledger(*rows), 2024, more="years: {2022: {return: {wages: 50000}}, 2023: {return: {wages: 50000}}}"
    )
    done = prepare_years(folder, (2022, 2023, 2024), Options(forms=False))
    assert all(one.ok for one in done), [f.says for one in done for f in one.findings]
    page = (folder / "out" / "2024" / "workpapers.html").read_text()
    assert "2022: $7,000 added; 2023: $3,000 used; 2024: $3,000 used." in page


def test_a_firm_s_folder_themes_the_pages(make_case: MakeCase, tmp_path: Path) -> None:
    theme = tmp_path / "theme"
    (theme / "workpapers").mkdir(parents=True)
    (theme / "theme.css").write_text(
        "h1 { color: #123456; }\nbody::before { content: url(data:image/gif;base64,R0lGOD); }"
    )
    (theme / "workpapers" / "workpapers.html.j2").write_text(
        '{% extends "base.html.j2" %}{% block title %}Firm{% endblock %}'
        "{% block body %}<h1>Miller &amp; Co</h1>{{ name }}{% endblock %}"
    )
    folder = make_case(ledger(*ROWS))
    case = (folder / "case.yaml").read_text()
    (folder / "case.yaml").write_text(case.replace("last_name: Example", "last_name: <i>Example</i>"))
    page = (out_of(folder, forms=False, themes=(theme,)) / "workpapers.html").read_text()
    assert "color: #123456" in page
    assert "<h1>Miller &amp; Co</h1>Ada &lt;i&gt;Example&lt;/i&gt;" in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("theme.css", "@import 'x.css';", "@import"),
        ("theme.css", "b { background: url( https://x.example/a.png ) }", "url("),
        ("theme.css", "</style><script>alert(1)</script>", "</"),
        ("workpapers/workpapers.html.j2", "{{ nobody }}", "nobody"),
        ("workpapers/workpapers.html.j2", "{{ ''.__class__.__mro__ }}", "unsafe"),
        ("pages/base.html.j2", "{% if %}", "base.html.j2"),
    ],
)
def test_a_theme_that_asks_for_more_is_refused(
    make_case: MakeCase, tmp_path: Path, file: str, text: str, words: str
) -> None:
    path = tmp_path / "theme" / file
    path.parent.mkdir(parents=True)
    path.write_text(text)
    folder = make_case(ledger(*ROWS))
    done = prepare(folder, Options(forms=False, themes=(tmp_path / "theme",)))
    assert [f.id for f in done.findings if f.severity == "error"] == ["template"]
    (said,) = (f.says for f in done.findings if f.severity == "error")
    assert words in said
    assert not (folder / "out").exists() or not (folder / "out" / "2024").exists()


def test_a_firm_s_own_rules_are_marked(make_case: MakeCase, tmp_path: Path) -> None:
    own = tmp_path / "own" / "2024"
    own.mkdir(parents=True)
    (own / "income.yaml").write_text(
        "decides: may_be_business\nabout: income\nrules:\n  - id: firm_business\n"
        "    says: The firm takes staking at this scale for no business.\n    authority: Firm memo 7; IRC §162\n"
        "    when: {kind: staking}\n    overrides: [investment]\n    then: no\n"
    )
    folder = make_case(ledger(*ROWS))
    done = prepare(folder, Options(forms=False, overlays=(tmp_path / "own",)))
    assert done.ok, [f.says for f in done.findings]
    page = Page((folder / "out" / "2024" / "workpapers.html").read_text())
    whose = {(row[0], row[2]) for row in page.tables["many-rules"][1:]}
    assert ("the firm's", "firm business") in whose
    assert any("may_be_business/firm_business" in row[0] for row in page.tables["many-positions"][1:])
