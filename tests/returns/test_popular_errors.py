"""What is often said about crypto losses and is wrong, and what Niner says and does instead, claim by claim."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from amending.test_engagements import F1040, KRAKEN, LOSS, D, amend, engagement
from niner.cli import app
from niner.prepare import Options, prepare

CLAIMS: list[dict[str, Any]] = yaml.load(
    (Path(__file__).parents[1] / "cases" / "popular_errors.yaml").read_text(), yaml.BaseLoader
)
NEVER = re.compile(
    r"\bwrite[- ]?offs?\b|written off|tax[- ]free loss|free loss|treated as ordinary income", re.IGNORECASE
)


def case_of(claim: dict[str, Any], folder: Path) -> Path:
    (folder / "ledger").mkdir()
    (folder / "ledger" / "ledger.csv").write_text(claim["ledger"])
    person = {"first_name": "Test", "last_name": "Case", "ssn": "900-12-3456"}
    taxpayer = {**person, "filing_status": claim.get("status", "single")}
    whole = {"tax_year": claim["year"], "taxpayer": taxpayer, "elections": {"timezone": "UTC"}, **claim["case"]}
    (folder / "case.yaml").write_text(json.dumps(whole))
    if "decisions" in claim:
        (folder / "decisions.yaml").write_text(claim["decisions"])
    return folder


def plain(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[page.index("<main>") :])))


def papers(folder: Path, out: Path) -> str:
    """All that a person reads of a return: workpapers, carry sheet, client letter."""
    done = CliRunner().invoke(app, ["letters", str(folder), "client"])
    assert done.exit_code == 0, done.output
    (letter,) = (folder / "letters").glob("*-client.html")
    pages = [plain((out / "workpapers.html").read_text()), plain(letter.read_text())]
    return " ".join([*pages, (out / "carry_sheet.txt").read_text()])


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim["id"])
def test_the_claim_is_not_what_niner_does(tmp_path: Path, claim: dict[str, Any]) -> None:
    folder = case_of(claim, tmp_path)
    pages = "pages_of_form_8949" in claim
    done = prepare(folder, Options(forms=pages, offline=True))
    assert done.ok, [f.says for f in done.findings]
    out = done.written[0].parent
    found = json.loads((out / "return.json").read_text())
    got = {form: {line: found["lines"].get(form, {}).get(line, "none") for line in wanted}
           for form, wanted in claim.get("lines", {}).items()}  # fmt: skip
    assert got == claim.get("lines", {})
    assert found["carryover_out"] == claim.get("carryover_out", found["carryover_out"])
    rows = found["dispositions"]
    assert len(rows) == int(claim.get("rows", len(rows)))
    for wanted, name in (("terms", "term"), ("boxes", "box"), ("codes", "code"), ("gains", "gain")):
        assert claim.get(wanted, [row[name] for row in rows]) == [row[name] for row in rows]
    assert found["digital_question"]["answer"] == claim.get("question", found["digital_question"]["answer"])
    if pages:
        (form,) = (one for one in found["forms"] if one["form"] == "f8949")
        assert form["pages"] == int(claim["pages_of_form_8949"])
    assert set(claim.get("findings", [])) <= {one["id"] for one in found["findings"]}
    said = papers(folder, out)
    assert [pattern for pattern in claim.get("says", []) if not re.search(pattern, said)] == []
    assert not NEVER.search(said), NEVER.search(said)


@pytest.fixture(scope="module")
def amended(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A return of 2023 that left out a loss: $84 of refund became more. Amended on 25 November 2026, forms drawn."""
    folder = engagement(
        tmp_path_factory.mktemp("amended"), f1040=F1040 | {"25d": 6000, "33": 6000, "34": 84}, schedule_d=D,
        ledger=KRAKEN + LOSS,
    )  # fmt: skip
    return folder / "out" / "2023-amended", amend(folder, "--offline")


def test_a_refund_can_t_be_claimed_at_any_time(amended: tuple[Path, dict[str, Any]]) -> None:
    """IRC §6511(a) and (b): three years from filing, two from paying; a return filed early counts from its due day."""
    out, _ = amended
    said = plain((out / "client_letter.html").read_text())
    assert "It has to be sent by 15 April 2027 . A claim that comes later is lost." in said


def test_a_year_that_is_closed_is_told_as_closed(tmp_path: Path) -> None:
    """Tax year 2022, filed in time: closed since 15 April 2026, or 18 April 2026 at the latest."""
    folder = engagement(
        tmp_path, f1040=F1040 | {"25d": 6000, "33": 6000, "34": 84}, schedule_d=D, year=2022,
        ledger=(KRAKEN + LOSS).replace("2023-", "2022-").replace("2021-", "2020-"),
    )  # fmt: skip
    found = amend(folder, "--no-forms", year=2022)
    assert found["deadline"]["open"] is False
    assert "amend-closed" in {one["id"] for one in found["findings"]}


def test_form_1040x_is_not_sent_alone(amended: tuple[Path, dict[str, Any]]) -> None:
    """Form 1040-X instructions, Assembling Your Return: the changed forms go with it, the corrected Form 1040 too."""
    _, case = amended
    assert {"f1040x", "f1040", "f1040sd", "f8949"} <= {one["form"] for one in case["return"]["forms"]}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("The IRS takes 8 to 12 weeks for an amended return, up to 16", "16 to 20|20 weeks"),
        ("It can be e-filed|Can be e-filed", "on paper only|only on paper"),
        ("Part II of Form 1040-X", "Part III"),
    ],
    ids=["weeks", "paper-only", "part-three"],
)
def test_the_papers_of_an_amended_return(amended: tuple[Path, dict[str, Any]], right: str, wrong: str) -> None:
    out, _ = amended
    names = ("client_letter.html", "review_sheet.html", "diff.html")
    said = " ".join(plain((out / name).read_text()) for name in names)
    assert re.search(right, said)
    assert not re.search(wrong, said)
    assert not NEVER.search(said)


def test_every_claim_has_its_case() -> None:
    """Five common claims and twenty-two neighbours; the five about amended returns have tests of their own."""
    assert len(CLAIMS) == len({claim["id"] for claim in CLAIMS}) == 27
    for claim in CLAIMS:
        assert claim.keys() & {"lines", "gains", "terms", "boxes", "codes", "rows", "question", "carryover_out"}
        assert re.search(r"IRC|Rul\.|Reg\.|CCA|Notice|Form|Schedule", claim["right"])
