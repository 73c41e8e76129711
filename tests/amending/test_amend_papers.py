"""The papers beside an amended return: the client letter, the review sheet, and what goes with Form 1040-X."""

import re
import stat
from pathlib import Path

import pytest

from amending.test_engagements import F1040, KRAKEN, LOSS, D, amend, engagement, ids
from filed.test_interest import owing

PAPERS = ("client_letter.html", "review_sheet.html")
REFUND = F1040 | {"25d": 6000, "33": 6000, "34": 84}


def paper(folder: Path, name: str, year: int = 2023) -> str:
    return (folder / "out" / f"{year}-amended" / name).read_text()


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html[html.index("<main>") :]))


def refunded(tmp_path: Path, more: str = "") -> Path:
    return engagement(tmp_path, f1040=REFUND, schedule_d=D, ledger=KRAKEN + LOSS, more=more)


def test_the_letter_says_what_comes_back_why_and_until_when(tmp_path: Path) -> None:
    folder = refunded(tmp_path)
    case = amend(folder, "--no-forms")
    said = text(paper(folder, "client_letter.html"))
    assert f"It asks {case['refund']} back" in said
    assert "Deadex was left out" in said
    assert "sent by 15 April 2027" in said
    assert "the IRS pays interest" in said
    assert "Pay " not in said


def test_an_edited_letter_does_not_change_with_the_day(tmp_path: Path) -> None:
    """The interest of the day is filled in on the page: neither the words nor what they rest on move with it."""
    folder = refunded(tmp_path)
    amend(folder, "--no-forms")
    words = folder / "letters" / "2023-amended.md"
    assert "the IRS pays interest, {interest}." in words.read_text()
    words.write_text(words.read_text().replace("Yours sincerely", "With best regards"))
    first = text(paper(folder, "client_letter.html"))
    found = ids(amend(folder, "--no-forms", "--as-of", "2026-11-28"))
    assert "letter-changed" not in found
    assert "letter" in found
    later = text(paper(folder, "client_letter.html"))
    assert "to 25 November 2026" in first
    assert "to 28 November 2026" in later
    assert "With best regards" in later


def test_the_letter_of_a_bill_asks_to_pay(tmp_path: Path) -> None:
    folder = owing(tmp_path)
    amend(folder, "--no-forms")
    said = text(paper(folder, "client_letter.html"))
    assert "It owes $6,000" in said
    assert "Pay $6,000 with it" in said
    assert "A claim that comes later is lost" not in said
    assert "substantial understatement" in said  # what is open is told
    assert said.count("Deadex") == 1  # and a cause only once


def test_a_claim_that_is_too_late_is_told_as_lost(tmp_path: Path) -> None:
    folder = refunded(tmp_path)
    amend(folder, "--no-forms", "--as-of", "2027-06-01")
    said = text(paper(folder, "client_letter.html"))
    assert "the time to claim it ended on 15 April 2027" in said
    assert "has to be sent by" not in said


def test_the_sheet_has_the_columns_of_form_1040x(tmp_path: Path) -> None:
    folder = owing(tmp_path)
    lines = amend(folder, "--no-forms")["return"]["lines"]["f1040x"]
    sheet = paper(folder, "review_sheet.html")
    for number in ("1", "5", "6", "11", "12"):
        cells = [f"{float(lines[f'{number}.{column}']):,.2f}" for column in "abc"]
        row = sheet[sheet.index(f'<tr><th scope="row">{number}</th>') :].partition("</tr>")[0]
        assert re.findall(r'data-label="[ABC]">-?\$([\d,.]+)<', row) == cells
    said = text(sheet)
    assert "Claim by, to be safe 15 April 2027" in said
    assert "The IRS can assess more tax until 15 April 2027" in said
    assert "$6,000.00: substantial ($5,000.00)" in said
    assert "1 disposition in Deadex was left out" in said


def test_what_does_not_fit_the_page_is_counted(tmp_path: Path) -> None:
    folder = owing(tmp_path)
    findings = [f for f in amend(folder, "--no-forms")["findings"] if f["severity"] == "review"]
    sheet = paper(folder, "review_sheet.html")
    shown = sheet.count("☐")
    more = re.search(r"And (\d+) more", sheet)
    assert shown + (int(more[1]) if more else 0) == len(findings)


@pytest.mark.parametrize("name", PAPERS)
def test_no_number_gets_out_and_what_a_client_wrote_is_escaped(tmp_path: Path, name: str) -> None:
    folder = refunded(tmp_path)
    wallet = folder / "ledger" / "l.csv"
    wallet.write_text(wallet.read_text().replace("Deadex", "<b>Dead&ex"))
    amend(folder, "--no-forms")
    html = paper(folder, name)
    assert "900-12-3456" not in html
    assert "900123456" not in html
    assert "<b>Dead" not in html
    assert "&lt;b&gt;Dead&amp;ex" in html
    mode = (folder / "out" / "2023-amended" / name).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize("name", PAPERS)
def test_a_page_can_be_read_by_everyone(tmp_path: Path, name: str) -> None:
    folder = refunded(tmp_path)
    amend(folder, "--no-forms")
    html = paper(folder, name)
    assert html.count("<h1>") == 1
    assert '<html lang="en">' in html
    assert "viewport" in html
    assert all("scope=" in head for head in re.findall(r"<th(?:\s[^>]*)?>", html))
    assert not re.search(r"<(script|img|link)|https?://", html)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("amendment: {irs_contact: {2023: cp2000}}", "answer-cp2000"),
        ("amendment: {representative: yes}", "form-2848"),
        ("amendment: {penalties_paid: yes}", "form-843"),
        ("amendment: {disclose: yes}", "disclose-8275"),
        ("amendment: {deceased: taxpayer, claimed_by: other}", "form-1310"),
        ("amendment: {innocent_spouse: yes}", "form-8857"),
    ],
)
def test_what_goes_with_it_is_named_where_the_case_says_so(tmp_path: Path, more: str, said: str) -> None:
    (tmp_path / "plain").mkdir()
    assert said not in ids(amend(refunded(tmp_path / "plain"), "--no-forms"))
    assert said in ids(amend(refunded(tmp_path, more), "--no-forms"))


SPOUSE = "spouse: {first_name: Sam, last_name: Payer, ssn: 900-12-3457}\nreturn: {wages: 90000, withholding: 9000}"


def joint(tmp_path: Path, more: str = "") -> Path:
    return engagement(
        tmp_path,
        f1040=REFUND,
        schedule_d=D,
        ledger=KRAKEN + LOSS,
        status="married_joint",
        more=SPOUSE + more,
        filed={"filing_status": "married_separate"},
    )


def test_separate_returns_are_combined_in_the_four_steps(tmp_path: Path) -> None:
    found = amend(joint(tmp_path), "--no-forms")
    [steps] = [f["says"] for f in found["findings"] if f["id"] == "joint-from-separate"]
    assert all(f" {number}. " in steps for number in (1, 2, 3, 4))


def test_a_joint_return_comes_too_late_after_three_years(tmp_path: Path) -> None:
    """IRC §6013(b)(2)(A): 15 April 2027 for 2023, whatever extension there was."""
    folder = joint(tmp_path)
    assert "joint-too-late" not in ids(amend(folder, "--no-forms", "--as-of", "2027-04-15"))
    found = amend(folder, "--as-of", "2027-04-16", code=1)
    assert [f["severity"] for f in found["findings"] if f["id"] == "joint-too-late"] == ["error"]


@pytest.mark.parametrize(
    ("where", "said", "words"),
    [
        ("residence: {state: NY}", "state-amended", "Form IT-201-X within 90 days"),
        ("residence: {state: california}", "state-amended", "Schedule X within six months"),
        ("residence: {state: MO}", "state-amended", "Form MO-1040, marked as amended within 90 days"),
        ("residence: {state: MI}", "state-amended", "Form MI-1040 with Schedule AMD within 180 days"),
        ("residence: {state: ID}", "state-amended", "Form 40, marked as amended within 120 days"),
        ("residence: {state: LA}", "state-refund-window", "claimed within three years of 31 December"),
        ("residence: {state: WA}", "state-amended", "amended on My DOR within 90 days"),
        ("residence: {state: TX}", "state-no-tax", "Texas taxes no income"),
    ],
)
def test_the_state_is_told_by_its_row(tmp_path: Path, where: str, said: str, words: str) -> None:
    folder = refunded(tmp_path, where)
    found = amend(folder, "--no-forms")["findings"]
    [one] = [f["says"] for f in found if f["id"].startswith("state-")]
    assert words in one
    assert words in text(paper(folder, "client_letter.html"))
    assert said in {f["id"] for f in found}
    assert "amend-state" not in {f["id"] for f in found}


def test_a_time_that_nobody_read_in_a_source_is_told_as_such(tmp_path: Path) -> None:
    own = tmp_path / "own" / "2023"
    own.mkdir(parents=True)
    cells = "name: Delaware, income_tax: true, form: Form 200, window: 90 days, counted_from: the change"
    (own / "states.yaml").write_text(f"table: states\nrows:\n  DE: {{{cells}, authority: Our own reading}}\n")
    found = amend(refunded(tmp_path, "residence: {state: DE}"), "--no-forms", "--rules", str(own.parent))["findings"]
    [(name, says)] = [(f["id"], f["says"]) for f in found if f["id"].startswith("state-")]
    assert name == "state-amended-unread"
    assert "as far as is known here" in says


def test_a_state_that_nobody_knows_is_not_guessed(tmp_path: Path) -> None:
    found = ids(amend(refunded(tmp_path, "residence: {state: Atlantis}"), "--no-forms"))
    assert not {one for one in found if one.startswith("state-")}
    assert "amend-state" in found
