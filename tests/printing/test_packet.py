"""From the case folder to paper: the PDFs that `prepare` wrote, read back by another program."""

import hashlib
import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.prepare import Options, prepare

YEARS = range(2020, 2026)


def rows_of(count: int, year: int) -> str:
    sales = [
        sell(f"{year}-06-{1 + n % 28:02d}T{n // 28:02d}:00:00", "0.5", "BTC", f"{1000 + n}.{n % 100:02d}")
        for n in range(count)
    ]
    return ledger(buy(f"{year}-01-02", 100, "BTC", "123456.78"), *sales)


def values(path: Path) -> list[dict[str, str]]:
    """Every page's form values by full field name, as PDFium reads them."""
    document = pdfium.PdfDocument(path)
    document.init_forms()
    form = document.formenv.raw
    pages = []
    for page in document:
        found: dict[str, str] = {}
        for n in range(raw.FPDFPage_GetAnnotCount(page)):
            annotation = raw.FPDFPage_GetAnnot(page, n)
            found[_text(raw.FPDFAnnot_GetFormFieldName, form, annotation)] = _text(
                raw.FPDFAnnot_GetFormFieldValue, form, annotation
            )
        pages.append({name: value for name, value in found.items() if value not in ("", "Off")})
    return pages


def _text(read: Any, form: Any, annotation: Any) -> str:
    length = read(form, annotation, None, 0)
    buffer = (raw.FPDF_WCHAR * (length // 2))()
    read(form, annotation, buffer, length)
    return bytes(buffer).decode("utf-16-le").rstrip("\0")


def run(folder: Path, **options: Any) -> tuple[Path, dict[str, Any]]:
    prepared = prepare(folder, Options(**options))
    assert prepared.ok, [f.says for f in prepared.findings]
    out = prepared.written[0].parent
    return out, json.loads((out / "return.json").read_text())


def amount(text: str) -> int:
    """Cents of a printed amount."""
    negative = text.startswith("(")
    cents = int(text.strip("()").replace(",", "").replace(".", ""))
    return -cents if negative else cents


@pytest.mark.official
@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("count", [0, 1, 11, 12, 14, 15, 28, 29])
def test_every_row_is_on_paper_and_every_page_foots(make_case: MakeCase, year: int, count: int) -> None:
    out, document = run(make_case(rows_of(count, year), year))
    assert len(document["dispositions"]) == count
    if not count:
        assert not (out / "f8949.pdf").exists()
        return
    size = 14 if year < 2025 else 11
    pages = values(out / "f8949.pdf")
    assert len(pages) == -(-count // size)
    names: set[str] = set()
    printed = 0
    for page in pages:
        assert not names & set(page), "a field name stands on two pages"
        names |= set(page)
        texts = list(page.values())
        assert "Ada Example" in texts
        assert "900-12-3456" in texts
        rows = [name for name in page if ".Row" in name]
        assert rows
        sums = [0, 0, 0]
        lines: dict[str, list[str]] = {}
        for name in rows:
            lines.setdefault(name[: name.rindex(".")], []).append(page[name])
        for cells in lines.values():
            printed += 1
            for place, text in enumerate(cells[3:6]):
                sums[place] += amount(text)
        totals = [page[n] for n in page if ".Row" not in n and page[n].strip("()").replace(",", "").count(".") == 1]
        totals = [t for t in totals if t != "0.00"]
        assert [amount(t) for t in totals] == sums
    assert printed == count


@pytest.mark.official
@pytest.mark.parametrize("year", YEARS)
def test_schedule_d_says_what_return_json_says(make_case: MakeCase, year: int) -> None:
    out, document = run(make_case(rows_of(3, year), year, short="4200", long="100"))
    texts = [text for page in values(out / "f1040sd.pdf") for text in page.values()]
    line = "3"
    for column in "deh":
        printed = document["lines"]["f1040sd"][f"{line}.{column}"]
        assert amount(printed.replace("-", "(")) in [amount(t) for t in texts if t.strip("()")[-3:-2] == "."]
    assert "4,200.00" in texts, "line 6 has its parentheses printed and takes a positive amount"
    assert "100.00" in texts
    assert "3,000.00" in texts


@pytest.mark.official
def test_the_same_inputs_give_the_same_bytes(make_case: MakeCase) -> None:
    folder = make_case(rows_of(30, 2025), 2025)
    hashes = []
    for place in ("one", "two"):
        out, _ = run(folder, out=folder / place)
        hashes.append({p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in out.iterdir()})
    assert hashes[0] == hashes[1]


@pytest.mark.official
def test_the_packet_is_in_attachment_order_and_for_its_owner_only(make_case: MakeCase) -> None:
    out, document = run(make_case(rows_of(12, 2025), 2025))
    text = [page.get_textpage().get_text_range() for page in pdfium.PdfDocument(out / "packet.pdf")]
    marks = ["U.S. Individual Income Tax Return", "Capital Gains and Losses", "Sales and Other Dispositions"]
    firsts = [next(n for n, page in enumerate(text) if mark in page.split("Part I")[0]) for mark in marks]
    assert firsts == [0, 2, 4]
    assert len(text) == 6
    assert {form["blank"] for form in document["forms"]} == {"official"}
    for path in out.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    for form in document["forms"]:
        assert form["sha256"] == hashlib.sha256((out / form["file"]).read_bytes()).hexdigest()


def test_without_a_blank_every_page_is_marked_as_a_draft(make_case: MakeCase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NINER_FORMS", raising=False)
    out, document = run(make_case(rows_of(15, 2025), 2025))
    assert {form["blank"] for form in document["forms"]} == {"draft"}
    assert any(f["severity"] == "review" and "DRAFT" in f["says"].upper() for f in document["findings"])
    for page in pdfium.PdfDocument(out / "packet.pdf"):
        assert "DRAFT" in page.get_textpage().get_text_range()


@pytest.mark.official
def test_both_names_stand_on_a_joint_return(make_case: MakeCase) -> None:
    out, _ = run(make_case(rows_of(1, 2024), 2024, status="married_joint"))
    for name in ("f8949.pdf", "f1040sd.pdf"):
        assert "Ada Example & Bob Example" in values(out / name)[0].values()


@pytest.mark.official
def test_whole_dollars_are_printed_without_cents(make_case: MakeCase) -> None:
    out, document = run(make_case(rows_of(15, 2024), 2024, elections=", rounding: dollars"))
    texts = [text for page in values(out / "f8949.pdf") for name, text in page.items() if ".Row" in name]
    assert "1,000" in texts
    assert not any(text.endswith((".00", ".01")) for text in texts)
    assert document["lines"]["f1040sd"]["3.h"].endswith(".00")


@pytest.mark.official
def test_a_value_too_wide_for_its_box_is_refused_and_named(make_case: MakeCase) -> None:
    rows = ledger(buy("2024-01-02", 1, "BTC", "1"), sell("2024-03-01", 1, "BTC", "99999999999999.99"))
    prepared = prepare(make_case(rows), Options())
    assert not prepared.ok
    assert any("99,999,999,999,999.99" in f.says + f.value for f in prepared.findings)


@pytest.mark.official
def test_schedule_d_ticks_one_box_of_each_question_it_reaches(make_case: MakeCase) -> None:
    gain = ledger(buy("2022-01-02", 1, "BTC", "1"), sell("2024-03-01", 1, "BTC", "5"))
    _, document = run(make_case(gain, name="gain"))
    lines = document["lines"]["f1040sd"]
    assert {n: lines.get(n) for n in ("qof", "17", "20", "21", "22")} == {
        "qof": "no",
        "17": "yes",
        "20": "yes",
        "21": None,
        "22": None,
    }
    loss = ledger(buy("2022-01-02", 1, "BTC", "5"), sell("2024-03-01", 1, "BTC", "1"))
    _, document = run(make_case(loss, name="loss"))
    lines = document["lines"]["f1040sd"]
    assert {n: lines.get(n) for n in ("17", "20", "21", "22")} == {
        "17": None,
        "20": None,
        "21": "-4.00",
        "22": "no",
    }


def test_niner_forms_is_what_this_run_used() -> None:
    """A run that claims official blanks must have them."""
    if os.environ.get("NINER_REQUIRE_OFFICIAL"):
        assert (Path(os.environ["NINER_FORMS"]) / "f8949--2025.pdf").is_file()


@pytest.mark.official
def test_form_1040_is_filled_only_where_every_figure_on_it_is_known(make_case: MakeCase) -> None:
    gain = ledger(buy("2022-01-02", 1, "BTC", "1"), sell("2024-03-01", 1, "BTC", "5001"))
    out, document = run(make_case(gain, name="known", wages="85000, withholding: 9000"))
    texts = [text for page in values(out / "f1040.pdf") for text in page.values()]
    for line in ("1z", "7", "11", "15", "16", "24", "33"):
        assert f"{int(float(document['lines']['f1040'][line])):,}.00" in texts
    assert "on a form in the packet" in (out / "carry_sheet.txt").read_text()
    out, _ = run(make_case(gain, name="sums", wages="85000, adjustments: 100"))
    assert not (out / "f1040.pdf").exists()
    assert "Form 1040, line 7: $5,000.00" in (out / "carry_sheet.txt").read_text()


@pytest.mark.official
@pytest.mark.parametrize("year", YEARS)
def test_income_and_its_net_investment_tax_are_on_their_forms(make_case: MakeCase, year: int) -> None:
    staked = {"time": f"{year}-02-01", "kind": "staking", "received_quantity": 10, "received_asset": "ETH"}
    out, document = run(make_case(ledger({**staked, "usd_value": 30000}), year, wages="200000"))
    line = {2020: "8", 2021: "8z", 2022: "8z", 2023: "8z"}.get(year, "8v")
    assert document["lines"]["f1040s1"][line] == "30000.00"
    assert document["lines"]["f8960"]["17"] == "1140.00"
    schedule_1 = [text for page in values(out / "f1040s1.pdf") for text in page.values()]
    assert "30,000.00" in schedule_1
    assert ("Digital asset income" in schedule_1) == (year < 2024)
    assert "1,140.00" in [text for page in values(out / "f8960.pdf") for text in page.values()]
    assert "1,140.00" in [text for page in values(out / "f1040s2.pdf") for text in page.values()]


@pytest.mark.official
def test_summary_rows_stand_for_their_statements(make_case: MakeCase) -> None:
    out, document = run(make_case(rows_of(30, 2025), 2025), summary=True)
    (page,) = values(out / "f8949.pdf")
    assert "Coinbase, see attached statement" in page.values()
    assert "M" in page.values()
    sheets = [p.get_textpage().get_text_range() for p in pdfium.PdfDocument(out / "f8949-statement.pdf")]
    assert sum(text.count("0.5 BTC") for text in sheets) == 30
    total = float(document["lines"]["f1040sd"]["3.d"])
    assert f"{total:,.2f}" in sheets[-1]


def test_workpapers_escape_what_clients_write_and_hold_no_ssn(make_case: MakeCase) -> None:
    rows = ledger(
        buy("2024-01-02", 1, "BTC", "9", wallet="<script>x"), sell("2024-03-01", 1, "BTC", "5", wallet="<script>x")
    )
    out, _ = run(make_case(rows), forms=False)
    text = (out / "workpapers.html").read_text()
    assert "<script>x" not in text
    assert "&lt;script&gt;x" in text
    assert "12-3456" not in text
    assert "900123456" not in text


def test_workpapers_show_money_as_money_and_lines_in_the_forms_order(make_case: MakeCase) -> None:
    out, _ = run(
        make_case(rows_of(3, 2025), 2025, wages="1302285.18, qualified_dividends: 5, ordinary_dividends: 5"),
        forms=False,
    )
    text = (out / "workpapers.html").read_text()
    assert "$1,302,285.18" in text
    assert "1302285.18" not in text
    sheet = text.split("<h3>Qualified Dividends and Capital Gain Tax Worksheet</h3>")[1].split("<h3>")[0]
    tops = re.findall(r"<summary><b>[^<]* line (\d+)</b>", sheet)
    assert tops
    assert tops == sorted(tops, key=int)
    for machine in ("f1040", "None<", "{}", "_cents", "review_figures", "False"):
        hidden = r"<small>.*?</small>|<style>.*?</style>|<script.*?</script>|data:image/png;base64,[^\"]*"
        shown = re.sub(hidden, "", text, flags=re.DOTALL)
        assert machine not in shown, machine


def test_the_carry_sheet_without_figures_of_the_return_has_only_what_the_ledger_gives(make_case: MakeCase) -> None:
    folder = make_case(ledger(buy("2024-01-02", 1, "BTC", "9"), sell("2025-03-01", 1, "BTC", "5000")), 2025)
    case = (folder / "case.yaml").read_text()
    (folder / "case.yaml").write_text("\n".join(line for line in case.splitlines() if not line.startswith("return:")))
    out, _ = run(folder, forms=False)
    sheet = (out / "carry_sheet.txt").read_text()
    assert "Form 1040, line 7a: $4,991.00" in sheet
    assert "line 12e" not in sheet


def test_a_draft_year_marks_every_output(make_case: MakeCase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NINER_FORMS", raising=False)
    out, document = run(make_case(rows_of(2, 2026), 2026))
    assert document["rules"]["draft"] is True
    assert "rules.draft" in {f["id"] for f in document["findings"]}
    for line in (out / "dispositions.csv").read_text().splitlines()[1:]:
        assert line.endswith("draft rules: not for filing")
    assert "draft: not for filing" in (out / "workpapers.html").read_text()
    assert "NOT FOR FILING" in (out / "carry_sheet.txt").read_text()
    for page in pdfium.PdfDocument(out / "packet.pdf"):
        assert "DRAFT" in page.get_textpage().get_text_range()


@pytest.mark.parametrize(
    ("reported", "box", "cells"),
    [
        ("yes", "J", ("0.00", "B", "-10000.00", "5000.00")),  # the form's basis stays in (e), (g) corrects it
        ("no", "K", ("10000.00", "B", "0.00", "5000.00")),
    ],
)
def test_a_wrong_basis_on_the_form_is_code_b(
    make_case: MakeCase, reported: str, box: str, cells: tuple[str, ...]
) -> None:
    """R-807: a Form 1099-DA with a basis of zero, for units bought for 10,000."""
    rows = [
        buy("2021-01-02", 1, "BTC", 10000),
        sell("2025-06-01", 1, "BTC", 15000, form="1099-DA", basis_reported=reported, reported_basis_usd=0),
    ]
    done = prepare(make_case(ledger(*rows), 2025), Options(forms=False))
    assert done.document is not None, done.findings
    row = done.document["dispositions"][0]  # type: ignore[index]
    assert (row["box"], row["basis"], row["code"], row["adjustment"], row["gain"]) == (box, *cells)


def test_the_basis_of_a_form_is_shared_out_whole(make_case: MakeCase) -> None:
    """Three lots in one sale, a form that shows 1.00: the shares add up to it, and the gain is the true one."""
    bought = [buy(f"2021-01-0{day}", 1, "ETH", 100 * day) for day in (1, 2, 3)]
    sale = sell("2025-06-01", 3, "ETH", 900, form="1099-B", basis_reported="yes", reported_basis_usd="1.00")
    done = prepare(make_case(ledger(*bought, sale), 2025), Options(forms=False))
    assert done.document is not None
    rows = done.document["dispositions"]
    assert sorted(row["basis"] for row in rows) == ["0.33", "0.33", "0.34"]  # type: ignore[attr-defined]
    assert done.document["lines"]["f1040sd"]["15"] == "300.00"  # type: ignore[index]


def test_a_form_with_the_right_basis_needs_no_code(make_case: MakeCase) -> None:
    sale = sell("2025-06-01", 1, "BTC", 15000, form="1099-DA", basis_reported="yes", reported_basis_usd=10000)
    done = prepare(make_case(ledger(buy("2021-01-02", 1, "BTC", 10000), sale), 2025), Options(forms=False))
    assert done.document is not None
    assert done.document["dispositions"][0]["code"] == ""


@pytest.mark.official
@pytest.mark.parametrize("year", YEARS)
def test_form_6251_is_filled_where_tax_is_due_and_form_1040_with_it(make_case: MakeCase, year: int) -> None:
    rows = ledger(buy(f"{year - 3}-01-02", 1, "BTC", "1"), sell(f"{year}-03-01", 1, "BTC", "3000001"))
    out, document = run(make_case(rows, year, wages="0"))
    lines = document["lines"]
    due = lines["f6251"]["11"]
    assert float(due) > 1000
    assert lines["f1040s2"]["1" if year < 2024 else "2"] == lines["f1040"]["17"] == due
    printed = [text for page in values(out / "f6251.pdf") for text in page.values()]
    shown = f"{float(due):,.2f}"
    assert shown in printed
    assert shown in [text for page in values(out / "f1040s2.pdf") for text in page.values()]
    assert shown in [text for page in values(out / "f1040.pdf") for text in page.values()]
    out, document = run(make_case(rows, year, name="none", wages="0, deduction: 2500000"))
    assert document["lines"]["f6251"]["11"] == "0.00"
    assert not (out / "f6251.pdf").exists()
    assert "Form 6251" not in (out / "carry_sheet.txt").read_text()
