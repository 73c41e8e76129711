"""A filed return comes in from its PDF: its lines become the entry, and only a person's word locks it."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from typer.testing import CliRunner

from conftest import MakeCase
from niner.case.filed import read_filed
from niner.cli import app
from niner.forms import FormFill, produce
from niner.money import dollars_spoken, parse_cents
from niner.prepare import Options, work_out
from niner.printing.sheets import sheets
from niner.words.form_names import line_name

run = CliRunner()
LEDGER = """\
id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset,usd_value
1,{early}-02-01,Kraken,buy,,,2,BTC,30000
2,{year}-03-05,Kraken,sell,0.5,BTC,,,31500.40
3,{year}-05-05,Kraken,buy,,,10,ETH,12000
4,{year}-06-11,Kraken,sell,10,ETH,,,9000
5,{year}-09-12,Kraken,staking,,,0.1,ETH,210.25
"""
FORMS = {"f1040", "f1040s1", "f1040s2", "f1040sd", "f8949", "f6251", "f8960"}
Case = Callable[..., Path]


@pytest.fixture
def case(make_case: MakeCase) -> Case:
    def made(year: int = 2023) -> Path:
        folder = make_case(ledger=LEDGER.format(year=year, early=year - 2), year=year, wages=85000)
        text = (folder / "case.yaml").read_text()
        (folder / "case.yaml").write_text(
            text.replace("return: {wages: 85000", "return: {withholding: 9000, wages: 85000")
        )
        return folder

    return made


def pdf_of(
    folder: Path, year: int, change: Callable[[FormFill], FormFill] = lambda fill: fill, flat: bool = True
) -> Path:
    """The packet of the case's return, each form of it changed by `change`."""
    result, _ = work_out(folder, Options(year=year))
    fills = [change(fill) for fill in sheets(result).forms]
    path = folder.parent / f"{folder.name}-return.pdf"
    path.write_bytes(produce(fills, print_ready=True).files["packet.pdf"])
    return path


def filed(folder: Path, *arguments: object, code: int = 0) -> dict[str, object]:
    done = run.invoke(app, ["file", str(folder), *map(str, arguments), "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def prepared_lines(folder: Path, year: int) -> dict[str, dict[str, str]]:
    document = json.loads((folder / "out" / str(year) / "return.json").read_text())
    printed = {entry["form"] for entry in document["forms"]}
    return {form: lines for form, lines in document["lines"].items() if form in FORMS & printed}


@pytest.mark.parametrize(
    ("year", "flat"), [(2020, True), (2021, False), (2022, True), (2023, False), (2024, True), (2025, False)]
)
def test_its_own_return_reads_back_line_by_line_for_six_years(case: Case, year: int, flat: bool) -> None:
    folder = case(year)
    assert run.invoke(app, ["prepare", str(folder), *(["--print-ready"] if flat else [])]).exit_code == 0
    read = filed(folder, "--from", folder / "out" / str(year) / "packet.pdf")
    assert (read["tax_year"], read["filing_status"], read["not_read"]) == (year, "single", [])
    assert read["lines"] == prepared_lines(folder, year)
    found = {finding["id"] for finding in read["findings"]}  # type: ignore[attr-defined]
    assert "return-as-prepared" in found
    assert not found & {"return-footing", "return-differs", "return-8949", "filed-contradiction"}
    assert not (folder / "filed" / f"{year}.yaml").exists()


@pytest.mark.parametrize("year", [2020, 2022, 2025])
def test_one_changed_figure_is_shown_and_only_that(case: Case, year: int) -> None:
    folder = case(year)
    assert run.invoke(app, ["prepare", str(folder), "--no-forms"]).exit_code == 0

    def with_more_withheld(fill: FormFill) -> FormFill:
        if fill.form != "f1040":
            return fill
        values = dict(fill.pages[1].values)
        assert values["25d"] == 900000
        return replace(fill, pages=(fill.pages[0], replace(fill.pages[1], values=values | {"25d": 950000})))

    read = filed(folder, "--from", pdf_of(folder, year, with_more_withheld))
    differs = [f["says"] for f in read["findings"] if f["id"] == "return-differs"]  # type: ignore[attr-defined]
    assert differs == [f"Form 1040 line 25d: the PDF has $9,500, and out/{year} has $9,000."]
    # It no longer foots, so nobody's word alone locks it.
    assert "filed-contradiction" in {f["id"] for f in read["findings"]}  # type: ignore[attr-defined]
    done = run.invoke(app, ["file", str(folder), "--year", str(year)])
    assert done.exit_code == 1
    assert "contradicts itself" in done.stderr


CHANGED_LINES = [
    (year, kind, place)
    for place, (year, kind) in enumerate(
        (year, kind) for year in range(2020, 2026) for kind in ("editable", "flat", "scan")
    )
]


@pytest.mark.official
@pytest.mark.parametrize(("year", "kind", "place"), CHANGED_LINES)
def test_a_return_with_one_changed_figure_shows_that_one(case: Case, year: int, kind: str, place: int) -> None:
    """On the official forms of six years, with fields, flat and as a scan: each time another figure of another form."""
    from scans import scanned

    folder = case(year)
    assert run.invoke(app, ["prepare", str(folder), "--no-forms"]).exit_code == 0
    result, _ = work_out(folder, Options(year=year))
    fills = list(sheets(result).forms)
    places = [
        (n, page, key)
        for n, fill in enumerate(fills)
        if fill.form in FORMS - {"f8949"}
        for page, sheet in enumerate(fill.pages)
        for key, value in sheet.values.items()
        if isinstance(value, int) and not isinstance(value, bool) and value
    ]
    # Spread over all figures of the return by a step that is prime to any number of them here.
    n, number, key = places[place * 37 % len(places)]
    fill, page = fills[n], fills[n].pages[number]
    was = page.values[key]
    assert isinstance(was, int)
    now = was + (1100 if was > 0 else -1100)
    pages = (*fill.pages[:number], replace(page, values={**page.values, key: now}), *fill.pages[number + 1 :])
    fills[n] = replace(fill, pages=pages)
    data = produce(fills, print_ready=kind != "editable").files["packet.pdf"]
    source = folder.parent / "changed.pdf"
    source.write_bytes(scanned(data) if kind == "scan" else data)
    read = filed(folder, "--from", source)
    differs = [f["says"] for f in read["findings"] if f["id"] == "return-differs"]  # type: ignore[attr-defined]
    named = line_name(fill.form, key)
    shown = f"the PDF has {dollars_spoken(now)}, and out/{year} has {dollars_spoken(was)}."
    assert differs == [f"{named}: {shown}"]
    assert read["not_read"] == []


def test_a_schedule_that_does_not_foot_is_named_by_the_years_own_rules(case: Case) -> None:
    folder = case()

    def off_by_ten(fill: FormFill) -> FormFill:
        if fill.form != "f1040sd":
            return fill
        pages = [
            replace(page, values={k: v + 1000 if k == "16" else v for k, v in page.values.items()})
            for page in fill.pages
        ]  # type: ignore[operator]
        return replace(fill, pages=tuple(pages))

    read = filed(folder, "--from", pdf_of(folder, 2023, off_by_ten))
    (says,) = [f["says"] for f in read["findings"] if f["id"] == "return-footing"]  # type: ignore[attr-defined]
    assert says.startswith("Schedule D line 16 is ")


def test_what_was_read_is_the_entry_and_is_locked_once_somebody_says_so(case: Case) -> None:
    folder = case()
    source = pdf_of(folder, 2023)
    read = filed(folder, "--from", source, "--filed-on", "2024-04-10", "--e-file", "--paid", "12.50")
    assert read["locked"] is False
    entry = read_filed(folder, 2023).original
    lines = {form: dict(those) for form, those in entry.lines.items()}
    as_read = read["lines"]
    wanted = {
        form: {line: v == "yes" if v in ("yes", "no") else parse_cents(v) for line, v in those.items()}
        for form, those in as_read.items()  # type: ignore[attr-defined]
    }
    assert lines == wanted
    assert str(entry.filed_on), entry.filed_by == ("2024-04-10", "e-file")
    assert entry.payments is not None
    assert [(str(p.paid_on), p.amount) for p in entry.payments] == [("2024-04-10", 1250)]
    assert (folder / "filed" / "2023.yaml").stat().st_mode & 0o77 == 0
    assert run.invoke(app, ["file", str(folder), "--year", "2023"]).exit_code == 0
    assert (folder / "filed" / "2023" / "locked.json").is_file()


def test_the_page_beside_the_figures_is_for_its_owner_and_has_no_social_security_number(case: Case) -> None:
    folder = case()
    read = filed(folder, "--from", pdf_of(folder, 2023))
    page = folder / "out" / "2023-filed" / "review.html"
    assert str(page) in read["files"]  # type: ignore[operator]
    assert page.stat().st_mode & 0o77 == 0
    text = page.read_text()
    assert text.count("data:image/png;base64,") >= 4
    assert "Line 25d" in text
    assert "$9,000.00" in text
    for written in (text, (folder / "filed" / "2023.yaml").read_text(), json.dumps(read)):
        assert "900123456" not in written.replace("-", "")


def test_an_entry_that_is_there_stays_and_is_compared(case: Case) -> None:
    folder = case()
    source = pdf_of(folder, 2023)
    filed(folder, "--from", source)
    entry = folder / "filed" / "2023.yaml"
    entry.write_text(
        entry.read_text().replace('"25a": "9000.00"', '"25a": "900.00"').replace('"qof": "no"', '"qof": "yes"')
    )
    before = entry.read_bytes()
    read = filed(folder, "--from", source)
    differs = [f["says"] for f in read["findings"] if f["id"] == "return-differs"]  # type: ignore[attr-defined]
    fund = "Whether an investment in a qualified opportunity fund was disposed of during the year"
    assert differs == [
        "Form 1040 line 25a: the PDF has $9,000, and filed/2023.yaml has $900.",
        f"Schedule D: {fund}: the PDF has no, and filed/2023.yaml has yes.",
    ]
    assert entry.read_bytes() == before


def test_no_key_of_the_rules_is_shown_to_a_reader(case: Case) -> None:
    """Schedule D's question is told in words, in the terminal and on the page."""
    folder = case()
    done = run.invoke(app, ["file", str(folder), "--from", str(pdf_of(folder, 2023))])
    page = (folder / "out" / "2023-filed" / "review.html").read_text()
    # The pictures of the pages in it are no text.
    for shown in (done.output, re.sub(r'src="data:[^"]*"', "", page)):
        assert "qof" not in shown.casefold()
        assert "opportunity" in shown
    assert "Line 17, yes" in page


def test_a_locked_entry_is_only_compared(case: Case) -> None:
    folder = case()
    source = pdf_of(folder, 2023)
    filed(folder, "--from", source)
    assert run.invoke(app, ["file", str(folder), "--year", "2023"]).exit_code == 0
    read = filed(folder, "--from", source)
    ids = {f["id"] for f in read["findings"]}  # type: ignore[attr-defined]
    assert "filed-locked" in ids
    assert not ids & {"return-differs", "filed-changed"}


def test_what_could_not_be_read_keeps_its_place_and_no_lock_takes_it_for_empty(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    from niner.amend.intake import read_filing

    folder = case()
    known = read_filing.read_pdf

    def smudged(data: bytes, name: str, password: str = "") -> object:
        pages = known(data, name, password)
        return tuple(
            replace(
                page,
                reads=tuple(
                    replace(read, value=None, why="“9,O00.00” is no amount") if read.key == "25a" else read
                    for read in page.reads
                ),
            )
            for page in pages
        )

    monkeypatch.setattr(read_filing, "read_pdf", smudged)
    source = pdf_of(folder, 2023)
    read = filed(folder, "--from", source, "--yes", code=1)
    assert {f["id"] for f in read["findings"]} >= {"return-not-read", "return-not-locked"}  # type: ignore[attr-defined]
    assert '"25a": "?"' in (folder / "filed" / "2023.yaml").read_text()
    assert "no amount" in (folder / "out" / "2023-filed" / "review.html").read_text()
    done = run.invoke(app, ["file", str(folder), "--year", "2023"])
    assert done.exit_code == 1
    assert "could not be read from the PDF" in done.stderr


def test_another_persons_return_is_refused_without_a_number(case: Case) -> None:
    folder = case()
    source = pdf_of(folder, 2023)
    text = (folder / "case.yaml").read_text()
    (folder / "case.yaml").write_text(text.replace("900-12-3456", "901-22-3333"))
    done = run.invoke(app, ["file", str(folder), "--from", str(source)])
    assert done.exit_code == 1
    assert "not the one in case.yaml" in done.stderr
    assert "3456" not in done.output + done.stderr
    assert not (folder / "filed").exists()


def test_a_copy_with_its_number_covered_says_whose_name_is_on_it(case: Case) -> None:
    folder = case()

    def covered(fill: FormFill) -> FormFill:
        if fill.form != "f1040":
            return fill
        first, second = fill.pages
        values = {key: value for key, value in first.values.items() if key != "ssn"}
        return replace(fill, pages=(replace(first, values=values), second))

    read = filed(folder, "--from", pdf_of(folder, 2023, covered))
    (whose,) = [f for f in read["findings"] if f["id"] == "return-whose"]  # type: ignore[attr-defined]
    assert "made out to Ada Example" in whose["says"]


def test_a_return_that_is_not_whole_or_of_another_year_is_refused(case: Case) -> None:
    folder = case()
    source = pdf_of(folder, 2023)
    done = run.invoke(app, ["file", str(folder), "--from", str(source), "--year", "2022"])
    assert done.exit_code == 1
    assert "is of 2023, not of 2022" in done.stderr
    result, _ = work_out(folder, Options(year=2023))
    only = [fill for fill in sheets(result).forms if fill.form != "f1040"]
    source.write_bytes(produce(only).files["packet.pdf"])
    done = run.invoke(app, ["file", str(folder), "--from", str(source)])
    assert done.exit_code == 1
    assert "Page 1 of Form 1040 is not in" in done.stderr


def test_a_page_of_form_8949_that_is_there_twice_is_not_counted_twice(case: Case) -> None:
    folder = case()

    def twice(fill: FormFill) -> FormFill:
        return replace(fill, pages=(*fill.pages, fill.pages[0])) if fill.form == "f8949" else fill

    done = run.invoke(app, ["file", str(folder), "--from", str(pdf_of(folder, 2023, twice))])
    assert done.exit_code == 1
    assert "are the same page of Form 8949" in done.stderr


def test_a_picture_without_text_says_what_to_do(case: Case) -> None:
    from scans import scanned

    folder = case()
    source = pdf_of(folder, 2023)
    source.write_bytes(scanned(source.read_bytes(), text=False))
    done = run.invoke(app, ["file", str(folder), "--from", str(source)])
    assert done.exit_code == 1
    assert "pictures only" in done.stderr
    assert "searchable PDF" in done.stderr


def test_a_scan_is_read_and_never_locked_unseen(case: Case) -> None:
    from scans import scanned

    folder = case()
    source = pdf_of(folder, 2023)
    source.write_bytes(scanned(source.read_bytes()))
    done = run.invoke(app, ["file", str(folder), "--from", str(source), "--yes"])
    assert done.exit_code == 1
    assert "scan" in done.stderr
    assert (folder / "filed" / "2023.yaml").is_file()
    assert not (folder / "filed" / "2023").exists()


@pytest.mark.official
@pytest.mark.parametrize("year", range(2020, 2026))
def test_a_return_on_official_forms_is_locked_with_yes(case: Case, year: int) -> None:
    folder = case(year)
    read = filed(folder, "--from", pdf_of(folder, year), "--yes")
    assert read["locked"] is True
    assert (folder / "filed" / str(year) / "locked.json").is_file()


@pytest.mark.official
@pytest.mark.parametrize(("answer", "is_locked"), [("y", True), ("n", False)])
def test_on_a_terminal_it_asks_before_it_locks(
    case: Case, monkeypatch: pytest.MonkeyPatch, answer: str, is_locked: bool
) -> None:
    folder = case()
    source = pdf_of(folder, 2023)
    monkeypatch.setattr("niner.cli.cases.amend._at_terminal", lambda: True)
    done = run.invoke(app, ["file", str(folder), "--from", str(source)], input=f"{answer}\n")
    assert done.exit_code == 0
    assert "Is every figure right?" in done.output
    assert (folder / "filed" / "2023").exists() is is_locked
    assert (folder / "filed" / "2023.yaml").exists()


@pytest.mark.official
def test_a_return_flattened_and_printed_smaller_by_another_program_reads_the_same(case: Case) -> None:
    folder = case()
    assert run.invoke(app, ["prepare", str(folder)]).exit_code == 0
    with pikepdf.open(folder / "out" / "2023" / "packet.pdf") as pdf:
        pdf.flatten_annotations("all")
        for page in pdf.pages:  # as if fitted to a sheet of A4
            page.contents_add(b"q 0.95 0 0 0.95 12 30 cm\n", prepend=True)
            page.contents_add(b"\nQ")
            page.MediaBox = [0, 0, 595, 842]
            page.Annots = pikepdf.Array()
        pdf.save(folder.parent / "printed.pdf")
    read = filed(folder, "--from", folder.parent / "printed.pdf")
    assert read["lines"] == prepared_lines(folder, 2023)
    assert "return-moved" in {finding["id"] for finding in read["findings"]}  # type: ignore[attr-defined]
