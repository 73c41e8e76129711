"""Part II is true: for random pairs of original and found facts it names exactly the facts that changed."""

import json
import random
import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from niner.cli import app

RUN = CliRunner()
CASE = """\
tax_year: 2023
taxpayer: {{first_name: Test, last_name: Payer, ssn: 900-12-3456, filing_status: single}}
elections: {{timezone: UTC, lot_method: fifo, rounding: dollars}}
return: {{wages: {wages}, taxable_interest: {interest}, withholding: 20000}}
"""
HEADER = "id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset,usd_value\n"
WORDS = {
    "omitted_disposition": "The original return left out {n} disposition",
    "removed_disposition": "that were not dispositions of digital assets by the taxpayer",
    "wrong_basis": "The cost basis of {n} disposition",
    "changed_disposition": "the proceeds, dates or lots were wrong",
    "omitted_income": "The original return left out digital assets received as income",
    "changed_income": "was wrong on the original return; it changes by",
    "changed_figure": "The figure for",
}


@dataclass(frozen=True)
class Fact:
    """A purchase and its sale, or a receipt, of an asset that nothing else is of; `id` and `wallet` are only names."""

    id: str
    wallet: str
    asset: str
    basis: int
    proceeds: int
    bought: str
    sold: str

    @property
    def rows(self) -> str:
        if not self.basis:
            return f"{self.id}s,{self.sold}T10:00:00Z,{self.wallet},staking,,,1,{self.asset},{self.proceeds}\n"
        buy = f"{self.id}b,{self.bought}T10:00:00Z,{self.wallet},buy,,,1,{self.asset},{self.basis}\n"
        return buy + f"{self.id}s,{self.sold}T10:00:00Z,{self.wallet},sell,1,{self.asset},,,{self.proceeds}\n"


def made_up(chance: random.Random, number: int) -> Fact:
    days = [f"2023-{chance.randint(2, 12):02d}-{chance.randint(1, 28):02d}" for _ in "ab"]
    bought = chance.choice((days[0], f"2021-05-{chance.randint(1, 28):02d}"))
    basis = 0 if chance.random() < 0.25 else chance.randint(100, 5000)
    # Days and amounts repeat now and then, so that nothing is told apart by them alone.
    proceeds = chance.choice((1000, chance.randint(100, 5000)))
    return Fact(
        f"e{number}", f"Wallet{number}", f"C{number}", basis, proceeds, min(bought, days[1]), max(bought, days[1])
    )


def changed(chance: random.Random, fact: Fact) -> tuple[Fact | None, Fact | None, str]:
    """The fact as it was on the original return, as it is found to be, and what that is."""
    if not fact.basis:
        how = chance.choice(("", "", "name", "omitted_income", "changed_income"))
    else:
        how = chance.choice(("", "", "name", "omitted_disposition", "removed_disposition", "wrong_basis", "proceeds"))
    if how == "name":
        return fact, replace(fact, id=f"x{fact.id}", wallet=f"{fact.wallet} renamed"), ""
    if how.startswith("omitted"):
        return None, fact, how
    if how == "removed_disposition":
        return fact, None, how
    if how == "wrong_basis":
        return fact, replace(fact, basis=fact.basis + chance.randint(1, 999)), how
    if how in ("proceeds", "changed_income"):
        what = "changed_disposition" if how == "proceeds" else how
        return fact, replace(fact, proceeds=fact.proceeds + chance.randint(1, 999)), what
    return fact, fact, ""


def do(folder: Path, *words: str) -> None:
    done = RUN.invoke(app, [words[0], str(folder), "--year", "2023", *words[1:]])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("seed", range(10))
def test_the_explanation_names_what_was_changed_and_nothing_else(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    facts = [changed(chance, made_up(chance, number)) for number in range(chance.randint(3, 9))]
    wages, interest = chance.choice(((60000, 0), (61000, 0), (60000, 25), (61000, 25)))
    (tmp_path / "ledger").mkdir()

    def given(rows: list[str], wages: int, interest: int) -> None:
        chance.shuffle(rows)
        (tmp_path / "ledger" / "l.csv").write_text(HEADER + "".join(rows))
        (tmp_path / "case.yaml").write_text(CASE.format(wages=wages, interest=interest))

    given([old.rows for old, _, _ in facts if old], 60000, 0)
    do(tmp_path, "prepare", "--no-forms")
    do(tmp_path, "file", "--filed-on", "2024-04-10", "--paid", "0")
    given([new.rows for _, new, _ in facts if new], wages, interest)
    do(tmp_path, "amend", "--no-forms", "--as-of", "2026-11-25")
    diff = json.loads((tmp_path / "out" / "2023-amended" / "diff.json").read_text())

    wanted = {(what, (new or old).wallet) for old, new, what in facts if what and (new or old)}  # type: ignore[union-attr]
    wanted |= {("changed_figure", "")} if (wages, interest) != (60000, 0) else set()
    assert {(cause["what"], cause["wallet"]) for cause in diff["causes"]} == wanted
    said = diff["explanation"]
    for what, words in WORDS.items():
        parts = re.split(r"\{n\}", words)
        assert all(part in said for part in parts) == any(what == one for one, _ in wanted), (what, said)
    for old, new, what in facts:
        fact = new or old
        assert fact is not None
        wallets = {what for what, wallet in wanted if wallet == fact.wallet}
        named = re.search(rf"\b{re.escape(fact.wallet)}\b", said) is not None
        assert named == bool(wallets), (fact, said)
    assert ("wages is $61,000; the original return had $60,000" in said) == (wages != 60000)
    assert ("taxable interest is $25; the original return had $0" in said) == (interest != 0)
