"""Part II is true: for random pairs of original and found facts it names exactly the facts that changed."""

import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from niner.amend.filed.figures import lines_of
from niner.cli import app
from pairs import FIGURES, NAMES, Pair, made_pair, made_pair_of_totals, totals_of

RUN = CliRunner()
# What Part II says of each kind of difference, and of no other.
WORDS = {
    "omitted_disposition": "The original return left out {n} disposition",
    "removed_disposition": "of digital assets by the taxpayer in this year",
    "doubled_disposition": "twice. The second",
    "wrong_basis": "The cost basis of {n} disposition",
    "zero_basis": "with a cost basis of zero",
    "changed_disposition": "the proceeds, dates or lots were wrong",
    "wrong_term": "The holding period of",
    "late_1099_da": "A Form 1099 for",
    "omitted_income": "The original return left out digital assets received as income",
    "removed_income": "that was not income of this year",
    "changed_income": "was wrong on the original return; it changes by",
    "changed_figure": "The figure for",
    "filing_status": "Changing the filing status",
    "omitted_carryover": "carryover of",
    "wrong_carryover": "carryover from 2022 is",
    "other": "records have|did not agree|another election|another method|another pool|did not follow|rounded",
}
_AMOUNT = r"\$[\d,]+(?:\.\d\d)?"


def write(folder: Path, pair: Pair, version: int, chance: random.Random) -> None:
    (folder / "ledger").mkdir(exist_ok=True)
    for old in (folder / "ledger").iterdir():
        old.unlink()
    for name, text in pair.ledgers(version, chance).items():
        (folder / "ledger" / name).write_text(text)
    (folder / "case.yaml").write_text(pair.case(version))


def do(folder: Path, *words: str) -> None:
    done = RUN.invoke(app, [words[0], str(folder), "--year", "2023", *words[1:]])
    assert done.exit_code == 0, done.output


def explained(folder: Path, pair: Pair, seed: int) -> dict[str, Any]:
    """diff.json of the pair, the original locked by Niner."""
    chance = random.Random(seed)
    write(folder, pair, 0, chance)
    do(folder, "prepare", "--no-forms")
    do(folder, "file", "--filed-on", "2024-04-10", "--paid", "0")
    write(folder, pair, 1, chance)
    do(folder, "amend", "--no-forms", "--as-of", "2026-11-25")
    found: dict[str, Any] = json.loads((folder / "out" / "2023-amended" / "diff.json").read_text())
    return found


def explained_by_totals(folder: Path, pair: Pair, seed: int) -> dict[str, Any]:
    """diff.json of the pair, the original entered by hand: Form 1040 and Schedule D, and no row of it."""
    chance = random.Random(seed)
    write(folder, pair, 0, chance)
    do(folder, "prepare", "--no-forms")
    document = json.loads((folder / "out" / "2023" / "return.json").read_text())
    lines = {form: document["lines"].get(form, {}) for form in ("f1040", "f1040sd")}
    income = sum(fact.proceeds for fact in pair.original if fact.basis is None) / 100
    entry = {"tax_year": 2023, "filed_on": "2024-04-10", "payments": [], "digital_asset_income": income}
    entry |= {"filing_status": pair.status[0], "lines": lines}
    assert lines_of(document)["f1040"]
    (folder / "filed").mkdir()
    (folder / "filed" / "2023.yaml").write_text(json.dumps(entry))
    write(folder, pair, 1, chance)
    do(folder, "file")
    do(folder, "amend", "--no-forms", "--as-of", "2026-11-25")
    found: dict[str, Any] = json.loads((folder / "out" / "2023-amended" / "diff.json").read_text())
    return found


def named(cause: dict[str, Any]) -> tuple[str, str]:
    """What a cause is, and the wallet, figure or term that it names."""
    what = cause["what"]
    if what in ("omitted_carryover", "wrong_carryover"):
        return what, "short_term" if "short-term" in cause["says"] else "long_term"
    if what == "changed_figure":
        return what, next((name for name, words in FIGURES.items() if words in cause["says"]), cause["says"])
    return what, cause["wallet"]


def money(text: str) -> int:
    return round(float(text.replace("$", "").replace(",", "")) * 100)


def check(pair: Pair, diff: dict[str, Any]) -> None:
    """The causes and the text of Part II name what was changed, with its numbers, and nothing else."""
    found: Counter[tuple[str, str]] = Counter()
    for cause in diff["causes"]:
        found[named(cause)] += max(len(cause["dispositions"]), 1)
    assert found == pair.wanted()
    said = diff["explanation"]
    kinds = {what for what, _ in pair.wanted()}
    for what, words in WORDS.items():
        pattern = words if what == "other" else re.escape(words).replace(r"\{n\}", r"\d+")
        assert bool(re.search(pattern, said)) == (what in kinds), (what, said)
    wallets = {wallet for _, wallet in pair.changes}
    plain = said
    for name in sorted([*NAMES, *(f"{name} account" for name in NAMES)], key=len, reverse=True):
        assert (re.search(rf"(?<![\w.]){re.escape(name)}(?![\w])", plain) is not None) == (name in wallets), (
            name,
            said,
        )
        plain = plain.replace(name, "…")
    for name, words in FIGURES.items():
        before, after = pair.figures[0].get(name, 0), pair.figures[1].get(name, 0)
        told = f"{words}{',' * (',' in words)} is ${after:,}; the original return had ${before:,}"
        assert (told in said) == (before != after), (told, said)
    if pair.rounding == "dollars":
        assert not re.search(r"\$[\d,]+\.\d\d", said), said
    numbers(pair, said)


def numbers(pair: Pair, said: str) -> None:
    """What was left out is told with its own proceeds, cost basis and result."""
    what = "omitted_disposition"
    by_wallet = {wallet: facts for (kind, wallet), facts in pair.changed.items() if kind == what}
    if not by_wallet:
        return
    parts = f"proceeds of ({_AMOUNT}), cost basis of ({_AMOUNT}) and a net (gain|loss) of ({_AMOUNT})"
    told = re.findall(rf"left out (\d+) dispositions? of digital assets held at (.+?), with {parts}", said)
    _, _, table_of_those = said.partition("wallets were left out:\n")
    table_of_those = re.split(r"^.*:$", table_of_those, maxsplit=1, flags=re.MULTILINE)[0]
    rows = re.findall(
        rf"^(.+): (\d+) dispositions?, proceeds ({_AMOUNT}), cost basis ({_AMOUNT}), (gain|loss) ({_AMOUNT})\.$",
        table_of_those,
        re.MULTILINE,
    )
    if len(by_wallet) <= 2:
        assert {name: int(n) for n, name, *_ in told} == {wallet: len(facts) for wallet, facts in by_wallet.items()}
        of = [(by_wallet[name], amounts) for _, name, *amounts in told]
    else:
        [(n, name, *amounts)] = told
        everything = [fact for facts in by_wallet.values() for fact in facts]
        assert (int(n), name) == (len(everything), f"{len(by_wallet)} wallets")
        of = [(everything, amounts)]
        table = {name: (int(n), amounts) for name, n, *amounts in rows if name in by_wallet}
        of += [(facts, table[wallet][1]) for wallet, facts in by_wallet.items()]
    for facts, (proceeds, basis, sign, result) in of:
        shown = (money(proceeds), money(basis), money(result) * (1 if sign == "gain" else -1))
        within = 50 * (len(facts) + 1) if pair.rounding == "dollars" and pair.cents else 0
        for one, other in zip(shown, totals_of(facts), strict=True):
            assert abs(one - other) <= within, (facts, shown, said)


@pytest.mark.parametrize("seed", range(30))
def test_the_explanation_names_what_was_changed_and_nothing_else(tmp_path: Path, seed: int) -> None:
    pair = made_pair(seed)
    check(pair, explained(tmp_path, pair, seed))


@pytest.mark.parametrize("seed", range(15))
def test_it_does_where_the_original_is_only_totals(tmp_path: Path, seed: int) -> None:
    pair = made_pair_of_totals(seed)
    check(pair, explained_by_totals(tmp_path, pair, seed))
