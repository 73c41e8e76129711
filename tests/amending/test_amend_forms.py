"""The pages of an amended return, read back."""

import shutil
from pathlib import Path

import pypdf
import pypdfium2 as pdfium
import pytest
from typer.testing import CliRunner

from niner.cli import app
from niner.forms import load_pack

RUN = CliRunner()
EXAMPLES = Path(__file__).parents[1] / "examples"


def packet(tmp_path: Path, name: str, year: int, *more: str) -> Path:
    folder = tmp_path / name
    shutil.copytree(EXAMPLES / name, folder)
    for words in (["prepare", "--no-forms"], ["file", "--year", str(year), "--filed-on", f"{year + 1}-04-01"]):
        done = RUN.invoke(app, [words[0], str(folder), "--year", str(year), *words[1:]])
        assert done.exit_code == 0, done.output
    for path in (folder / "found").iterdir():
        shutil.copy(path, folder / "ledger" / path.name)
    done = RUN.invoke(app, ["amend", str(folder), "--year", str(year), "--as-of", "2026-11-23", "--print-ready", *more])
    assert done.exit_code == 0, done.output
    return folder / "out" / f"{year}-amended"


def texts(path: Path) -> list[str]:
    return [page.get_textpage().get_text_bounded() for page in pdfium.PdfDocument(path)]


@pytest.mark.official
def test_form_1040x_is_on_top_and_says_why(tmp_path: Path) -> None:
    place = packet(tmp_path, "late_exchange", 2023)
    pages = texts(place / "packet.pdf")
    assert "Amended U.S. Individual Income Tax Return" in pages[0]
    for amount in ("60,500.00", "(3,500.00)", "57,000.00", "5,541.00", "(580.00)", "4,961.00", "1,459.00", "580.00"):
        assert amount in pages[0], amount
    assert "Table" in pages[0]
    assert "left out 2 dispositions" in pages[1].replace("\r\n", " ")
    assert "U.S. Individual Income Tax Return" in pages[2]
    assert "4,961.00" in pages[3]
    names = {path.name for path in place.iterdir()}
    assert {"f1040x.pdf", "f1040.pdf", "f1040sd.pdf", "f8949.pdf", "diff.json", "diff.html"} <= names
    assert all("DRAFT" not in page for page in pages)


@pytest.mark.official
def test_schedule_1_and_the_bill_are_in_the_packet(tmp_path: Path) -> None:
    place = packet(tmp_path, "staking", 2024)
    pages = texts(place / "packet.pdf")
    assert any("2,074.70" in page and "Additional Income and Adjustments" in page for page in pages)
    assert "246.00" in pages[0]


@pytest.mark.official
@pytest.mark.parametrize("more", [(), ("--revision", "2025-12")])
def test_a_protective_claim_says_so_across_the_top_of_page_1(tmp_path: Path, more: tuple[str, ...]) -> None:
    """Above everything that is printed there, once, in the file with fields too; another packet has no such field."""
    plain = packet(tmp_path / "plain", "late_exchange", 2023, *more)
    assert "Protective" not in "".join(texts(plain / "packet.pdf"))
    folder = plain.parents[1]
    case = folder / "case.yaml"
    case.write_text(case.read_text() + "amendment: {protective_claim: the bankruptcy of Northcoin}\n")
    for flat in (["--print-ready"], []):
        words = ["amend", str(folder), "--year", "2023", "--as-of", "2026-11-23", *more]
        done = RUN.invoke(app, [*words, *flat])
        assert done.exit_code == 0, done.output
        for name in ("packet.pdf", "f1040x.pdf"):
            document = pdfium.PdfDocument(plain / name)
            if not flat:
                document.init_forms()
                document[0].flatten()
            found = document[0].get_textpage()
            at = found.search("Protective Refund Claim").get_next()
            assert at is not None
            others = [
                i for i in range(found.count_chars()) if not at[0] <= i < sum(at) and found.get_text_range(i, 1).strip()
            ]
            assert found.get_charbox(at[0])[1] > max(found.get_charbox(i)[3] for i in others)
    held = pypdf.PdfReader(plain / "f1040x.pdf").get_fields() or {}
    assert [str(field["/V"]) for name, field in held.items() if name.endswith("across_top")] == [
        "Protective Refund Claim"
    ]


@pytest.mark.official
def test_2025_is_amended_on_the_official_december_2025_revision(tmp_path: Path) -> None:
    place = packet(tmp_path, "zero_basis", 2025)
    pages = texts(place / "f1040x.pdf")
    assert len(pages) == 2
    assert not any("DRAFT" in page for page in pages)
    assert all("(Rev. December 2025)" in page or "Form 1040-X" in page for page in pages)
    assert "114,400.00" in pages[0]


@pytest.mark.official
def test_the_newer_revision_amends_an_earlier_year_too(tmp_path: Path) -> None:
    place = packet(tmp_path, "staking", 2024, "--revision", "2025-12")
    pages = texts(place / "f1040x.pdf")
    assert not any("DRAFT" in page for page in pages)
    assert "246.00" in pages[0]


def test_a_long_explanation_goes_on_a_statement(tmp_path: Path) -> None:
    folder = EXAMPLES / "late_exchange"
    copy = tmp_path / "many"
    shutil.copytree(folder, copy)
    text = (copy / "found" / "northcoin.csv").read_text()
    header, *rows = text.splitlines()
    for number in range(25):
        more = [row.replace("n", f"w{number}n", 1).replace("Northcoin", f"Wallet number {number}") for row in rows]
        (copy / "found" / f"wallet{number}.csv").write_text("\n".join([header, *more]) + "\n")
    for words in (["prepare", "--no-forms"], ["file", "--filed-on", "2024-04-01"]):
        assert RUN.invoke(app, [words[0], str(copy), "--year", "2023", *words[1:]]).exit_code == 0
    for path in (copy / "found").iterdir():
        shutil.copy(path, copy / "ledger" / path.name)
    done = RUN.invoke(app, ["amend", str(copy), "--year", "2023", "--as-of", "2026-11-23", "--print-ready"])
    assert done.exit_code == 0, done.output
    place = copy / "out" / "2023-amended"
    said = " ".join(texts(place / "f1040x-statement.pdf")).replace("\r\n", " ")
    assert "Wallet number 24" in said
    assert "See the attached statement" in texts(place / "f1040x.pdf")[1].replace("\r\n", " ")


def test_the_two_revisions_share_names_with_different_content() -> None:
    """Twenty field names stand for different lines in the two revisions: telling them apart by name would misfill."""
    lines: list[dict[str, str]] = []
    for revision in ("2024-02", "2025-12"):
        pack = load_pack("f1040x", 2024, revision=revision)
        lines.append({f"{page.name}.{field.name}": key for page in pack.pages for key, field in page.fields.items()})
    old, new = lines
    differing = {
        name
        for name in old.keys() & new.keys()
        if _content(old[name], "reserved", "QBI") != _content(new[name], "QBI", "Schedule 1-A")
    }
    assert len(differing) == 20, sorted(differing)
    assert {name.split(".")[-1] for name in differing if "Line4" not in name and "Dependents" not in name} == {
        f"f2_{number}[0]" for number in range(35, 44)
    }


def _content(key: str, line_4a: str, line_4b: str) -> str:
    """What a line is about: lines 4a and 4b changed their meaning, the first dependent's name only its parts."""
    head, _, column = key.partition(".")
    if head in ("4a", "4b"):
        return f"{line_4a if head == '4a' else line_4b} {column}"
    return "dependent.1.name" if key == "dependent.1.first_name" else key


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = (packet(tmp_path / which, "zero_basis", 2025) for which in ("one", "two"))
    for path in sorted(one.iterdir()):
        assert path.read_bytes() == (two / path.name).read_bytes(), path.name


CREDITS = """\
tax_year: 2021
taxpayer: {first_name: Ann, last_name: Example, ssn: 900-12-3456, filing_status: single,
  address: {street: 1 Main St, city: Springfield, state: IL, zip: "62701"}}
carryover_in: {short_term: 0, long_term: 0}
elections: {timezone: America/Chicago}
return: {wages: 60000, withholding: 6000, third_rebate: 0, american_opportunity_credit: 200, deduction: standard}
"""
SOLD = """\
time,wallet,kind,received_quantity,received_asset,sent_quantity,sent_asset,usd_value
2019-03-01T10:00:00Z,Wallet,buy,1,BTC,,,30000
2021-06-01T10:00:00Z,Wallet,sell,,,1,BTC,29000
"""
FOUND = """\
2020-03-01T10:00:00Z,Other,buy,1,ETH,,,3000
2021-07-01T10:00:00Z,Other,sell,,,1,ETH,2000
"""


@pytest.mark.official
def test_line_15_says_which_credits_it_has(tmp_path: Path) -> None:
    """Form 1040-X instructions, Line 15: the boxes as applicable, and after "other" what has no box."""
    (tmp_path / "ledger").mkdir()
    (tmp_path / "case.yaml").write_text(CREDITS)
    (tmp_path / "ledger" / "made.csv").write_text(SOLD)
    for words in (["prepare", "--no-forms"], ["file", "--year", "2021", "--filed-on", "2022-04-10"]):
        assert RUN.invoke(app, [words[0], str(tmp_path), *words[1:]]).exit_code == 0
    (tmp_path / "ledger" / "made.csv").write_text(SOLD + FOUND)
    done = RUN.invoke(app, ["amend", str(tmp_path), "--year", "2021", "--as-of", "2025-03-01"])
    assert done.exit_code == 0, done.output
    form = tmp_path / "out" / "2021-amended" / "f1040x.pdf"
    read = pypdf.PdfReader(form).get_fields() or {}
    pack = load_pack("f1040x", 2021).pages[0].fields
    found = {key: read[name].get("/V") for key in pack for name in read if name.endswith(f".{pack[key].name}")}
    ticked = {key for key, value in found.items() if key.startswith("15.") and value not in (None, "", "/Off")}
    assert ticked == {"15.form_8863", "15.other", "15.other_text", "15.a", "15.b", "15.c"}
    assert (found["15.other_text"], found["15.c"]) == ("Recovery rebate credit", "1,600.00")
