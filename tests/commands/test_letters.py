"""Letters and statements: drafted from the case, kept as they are edited, printed without a number that identifies."""

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from amending.test_engagements import F1040, KRAKEN, LOSS, D, amend, engagement
from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.cli import app
from niner.shown.pages import html_of, markdown

RUN = CliRunner()
EXAMPLES = Path(__file__).parents[1] / "examples"
ROWS = (
    buy("2023-01-05", 3, "ETH", 30000),
    sell("2024-06-01", 1, "ETH", "4000.50"),
    sell("2024-07-01", 1, "ETH", "4000.25"),
    buy("2024-01-05", 1, "BTC", 5000, wallet="Kraken"),
    sell("2024-08-01", 1, "BTC", 9000, wallet="Kraken"),
)
HOME = "address: {street: 1 Main St, city: Springfield, state: IL, zip: '62701'}"


def letters(folder: Path, *words: str, code: int = 0) -> str:
    done = RUN.invoke(app, ["letters", str(folder), *words])
    assert done.exit_code == code, done.output
    return " ".join(done.output.split())


def words_of(folder: Path, name: str, year: int = 2024) -> str:
    return (folder / "letters" / f"{year}-{name}.md").read_text()


def page_of(folder: Path, name: str, year: int = 2024) -> str:
    html = (folder / "letters" / f"{year}-{name}.html").read_text()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html[html.index("<main>") :]))


def test_the_client_letter_says_what_the_return_says(make_case: MakeCase) -> None:
    folder = make_case(ledger(*ROWS), short="9000")
    letters(folder, "client")
    said = page_of(folder, "client")
    assert "Dear Ada Example" in said
    assert "Schedule D line 15: -$11,999.25 net long-term" in said
    assert "$4,999.25 short-term and" not in said
    assert re.search(r"\$2,000 short-term and \$11,999.25 long-term of loss goes on to 2025", said), said
    assert "up to $3,000 of other income" in said
    assert "900-12-3456" not in words_of(folder, "client")
    for path in (folder / "letters").iterdir():
        assert path.stat().st_mode & 0o077 == 0


def test_an_edited_letter_is_kept_and_its_page_follows(make_case: MakeCase) -> None:
    folder = make_case(ledger(*ROWS))
    assert "as drafted" in letters(folder, "client")
    path = folder / "letters" / "2024-client.md"
    first = path.read_text()
    assert letters(folder, "client").count("as drafted") == 1
    assert path.read_text() == first
    # Nobody edited it: it follows the facts.
    (folder / "ledger" / "made.csv").write_text(ledger(*ROWS[:2]))
    letters(folder, "client")
    assert path.read_text() != first
    mine = path.read_text().replace("Yours sincerely,", "All the best, <b>Pat</b> of *Miller & Co*")
    path.write_text(mine)
    assert "as you edited it" in letters(folder, "client")
    assert path.read_text() == mine
    html = path.with_suffix(".html").read_text()
    assert "All the best, &lt;b&gt;Pat&lt;/b&gt; of <em>Miller &amp; Co</em>" in html
    # Its facts change: it stays, and that is said.
    (folder / "ledger" / "made.csv").write_text(ledger(*ROWS))
    said = letters(folder, "client")
    assert "what it tells has changed since" in said
    assert path.read_text() == mine
    facts = re.search(r"write facts ([0-9a-f]{12})", said)
    assert facts
    path.write_text(re.sub(r"facts [0-9a-f]{12}", f"facts {facts[1]}", mine))
    assert "has changed since" not in letters(folder, "client")


def test_a_page_changed_by_hand_is_kept(make_case: MakeCase) -> None:
    folder = make_case(ledger(*ROWS))
    letters(folder, "client")
    page = folder / "letters" / "2024-client.html"
    page.write_text(page.read_text().replace("Dear Ada", "Dearest Ada"))
    changed = page.read_bytes()
    assert "was changed by hand" in letters(folder, "client")
    assert page.read_bytes() == changed
    page.unlink()
    assert "was changed by hand" not in letters(folder, "client")
    assert "Dear Ada" in page.read_text()


@pytest.mark.parametrize(("text", "words"), [("", "is empty"), (b"\xff\xfe\x00", "can't be read")])
def test_a_letter_that_can_t_be_read_is_refused(make_case: MakeCase, text: str | bytes, words: str) -> None:
    folder = make_case(ledger(*ROWS))
    (folder / "letters").mkdir()
    path = folder / "letters" / "2024-client.md"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert words in letters(folder, "client", code=1)
    assert path.read_bytes() == (text if isinstance(text, bytes) else text.encode())


def test_what_is_missing_is_told_although_the_return_is_refused(make_case: MakeCase) -> None:
    folder = make_case(ledger(*ROWS, sell("2024-09-01", 5, "DOGE", "")))
    letters(folder, "missing")
    said = words_of(folder, "missing")
    needed, _, rest = said.partition("## To settle")
    assert "ledger/made.csv, row 7" in needed
    assert "☐" in needed
    assert "wallets and apps other than none so far" in rest
    (folder / "ledger" / "made.csv").write_text(ledger(*ROWS))
    letters(folder, "missing")
    assert "Nothing: every figure can be worked out." in words_of(folder, "missing")
    assert "other than Coinbase, Kraken" in words_of(folder, "missing")


def test_what_is_missing_is_told_without_a_case(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("tax_year: [")
    letters(tmp_path, "missing", "--year", "2024")
    assert "case.yaml" in words_of(tmp_path, "missing")


def test_a_case_that_is_only_begun_has_its_checklist(tmp_path: Path) -> None:
    """case.yaml as niner new writes it: names are missing yet, the year is there."""
    folder = tmp_path / "smith"
    assert RUN.invoke(app, ["new", str(folder), "--year", "2023"]).exit_code == 0
    assert letters(folder).count("not written") == 8
    letters(folder, "Missing")
    assert "“taxpayer.last_name” is missing" in words_of(folder, "missing", 2023)


def test_a_misspelled_folder_is_not_made(tmp_path: Path) -> None:
    assert "There is no folder" in letters(tmp_path / "nowhere", "missing", code=1)
    assert list(tmp_path.iterdir()) == []


def test_the_statement_under_exception_2_foots_to_the_form(make_case: MakeCase) -> None:
    folder = make_case(ledger(*ROWS))
    done = RUN.invoke(app, ["prepare", str(folder), "--no-forms", "--summary", "--json"])
    assert done.exit_code == 0, done.output
    summary = json.loads((folder / "out" / "2024" / "return.json").read_text())["summary"]
    letters(folder, "exception-2")
    said = words_of(folder, "exception-2")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in said.splitlines() if line.startswith("|")][2:]
    assert [(row[0], row[1], row[5]) for row in rows[:-1]] == [(one["box"], one["wallet"], "M") for one in summary]
    assert [row[2] for row in rows] == ["1", "2", "3"]
    assert rows[-1][3:] == ["$17,000.75", "$25,000.00", "", "$0.00", "-$7,999.25"]
    assert "2 row" not in said


def test_what_goes_on_form_8453_leaves_the_number_to_be_written(make_case: MakeCase) -> None:
    more = "spouse: {first_name: Bob, last_name: Example, ssn: 900-12-3457}"
    folder = make_case(ledger(*ROWS), status="married_joint", more=more)
    letters(folder, "form-8453")
    said = words_of(folder, "form-8453")
    assert "| Spouse's name | Bob Example |" in said
    assert "to be written in by hand, both" in said
    assert "list the 3 transactions" in said
    assert "three business days" in said
    assert "900" not in said


@pytest.mark.parametrize("name", ["exception-2", "form-8453"])
def test_without_sales_there_is_no_statement(make_case: MakeCase, name: str) -> None:
    folder = make_case(ledger(ROWS[0]))
    assert "has no rows" in letters(folder, name, code=1)
    assert not (folder / "letters").exists()


def test_the_records_of_units_sold_are_proved_by_their_hash(make_case: MakeCase) -> None:
    folder = make_case(ledger(*ROWS), 2025, elections=", pool: wallet")
    done = RUN.invoke(app, ["identify", str(folder), "--wallet", "Coinbase", "--order", "hifo", "--json"])
    assert done.exit_code == 0, done.output
    record = json.loads(done.output)
    letters(folder, "lots")
    said = page_of(folder, "lots", 2025)
    assert record["sha256"] in said
    assert "Standing order: HIFO for Coinbase" in said
    assert "It is used" in said
    path = folder / record["record"]
    path.write_text(path.read_text().replace("hifo", "lifo"))
    letters(folder, "lots")
    said = page_of(folder, "lots", 2025)
    assert record["sha256"] not in said
    assert "is not what it was when it was made" in said


def test_the_answer_to_a_notice_has_words_of_one_s_own_over_its_tables(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(EXAMPLES / "form_zero_basis", folder)
    letters(folder, "cp2000")
    path = folder / "letters" / "2025-cp2000.md"
    assert "By the form alone the gain would be $67,830.00; by the records it is $48,230.00." in path.read_text()
    path.write_text(path.read_text().replace("## What we say", "## What we say to the IRS"))
    done = RUN.invoke(app, ["brokers", str(folder), "--answer", str(tmp_path / "answer.html")])
    assert done.exit_code == 0, done.output
    html = (tmp_path / "answer.html").read_text()
    assert "What we say to the IRS" in html
    assert "<h2>Row by row</h2>" in html
    assert html.count("what the notice is") == 1


def test_without_a_broker_s_form_there_is_nothing_to_answer(make_case: MakeCase) -> None:
    assert "holds no form of 2024" in letters(make_case(ledger(*ROWS)), "cp2000", code=1)


def test_the_letter_and_the_explanation_of_an_amended_year_are_one_with_those_of_amend(tmp_path: Path) -> None:
    folder = engagement(tmp_path, f1040=F1040 | {"25d": 6000, "33": 6000, "34": 84}, schedule_d=D, ledger=KRAKEN + LOSS)
    letters(folder, "amended", "--year", "2023", "--as-of", "2026-11-25")
    letters(folder, "explanation", "--year", "2023", "--as-of", "2026-11-25")
    drafted = words_of(folder, "amended", 2023)
    second = (folder / "filed" / "2023.explanation.md").read_text()
    amend(folder, "--no-forms", "--as-of", "2026-11-25")
    assert words_of(folder, "amended", 2023) == drafted
    assert (folder / "filed" / "2023.explanation.md").read_text() == second
    mine = drafted.replace("Yours sincerely,", "With best regards,")
    (folder / "letters" / "2023-amended.md").write_text(mine)
    amend(folder, "--no-forms", "--as-of", "2026-11-25")
    assert words_of(folder, "amended", 2023) == mine
    assert "With best regards," in (folder / "out" / "2023-amended" / "client_letter.html").read_text()
    listed = letters(folder, "--year", "2023")
    assert "letters/2023-amended.md, edited" in listed
    assert "filed/2023.explanation.md, as drafted" in listed


def test_letters_are_listed_with_how_they_stand(make_case: MakeCase) -> None:
    folder = make_case(ledger(*ROWS))
    assert letters(folder).count("not written") == 8
    letters(folder, "client")
    told = json.loads(RUN.invoke(app, ["letters", str(folder), "--json"]).output)["letters"]
    assert {one["name"]: one["stands"] for one in told}["client"] == "as drafted"
    assert "missing, client, exception-2" in letters(folder, "clint", code=1)


def test_what_clients_wrote_is_text_in_a_letter() -> None:
    """A wallet may be called anything; in Markdown it stays what it is called, and no letter links anywhere."""
    hostile = "# [a](http://x.example) <img src=x> *b* _c_ `d` | ![e](f) \\g\n\n- h"
    text = markdown("letters", "missing.md.j2", year=2024, name=hostile, needed=[], open=[], more_needed=0, more_open=0,
                    wallets=[hostile], forms=[], carried_in="none", without_return=False)  # fmt: skip
    html = str(html_of(text))
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).replace("&lt;", "<").replace("&gt;", ">")
    assert " ".join(hostile.split()) in plain
    assert "<a " not in html
    assert "<img" not in html
    assert str(html_of("[a](http://x.example) ![b](c.png) <http://y.example> <script>")).count("<") == 2


def test_a_firm_s_own_letter_takes_the_place_of_niner_s(make_case: MakeCase, tmp_path: Path) -> None:
    own = tmp_path / "own" / "letters"
    own.mkdir(parents=True)
    (own / "client.md.j2").write_text("# Miller & Co\n\nFor {{ name }}: {{ carried or 'no loss' }}.\n")
    folder = make_case(ledger(*ROWS))
    letters(folder, "client", "--templates", str(tmp_path / "own"))
    assert "For Ada Example: $4,999.25 long-term." in words_of(folder, "client")
