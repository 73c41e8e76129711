"""A case's ledger folder to one ordered list of transactions, or every problem of every file."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from niner.ledger import niner_format
from niner.ledger.order import in_order
from niner.ledger.table import read_table
from niner.ledger.transaction import Transaction
from niner.letters import in_latin
from niner.money import MOST_CENTS, whole_cents
from niner.plain import path_text
from niner.plain import shown as text_shown
from niner.reading import TABLE_BYTES, Unreadable, read_bytes
from niner.values import Finding, Source


@dataclass(frozen=True, slots=True)
class Ledger:
    """Transactions by time, the files they came from with their sha256, and what was found reading them."""

    transactions: tuple[Transaction, ...]
    files: dict[str, str]
    findings: tuple[Finding, ...]


def read_ledger(
    folder: Path,
    zone: ZoneInfo | None,
    progress: Callable[[int], None] | None = None,
    same_as: Mapping[str, str] = MappingProxyType({}),
) -> Ledger:
    """Every .csv in `folder/ledger`, by time. Problems are in `findings`, each with file and row.

    `same_as` gives, for another name of an asset, the one that counts.
    """
    paths, findings = _csv_files(folder / "ledger")
    if not paths:
        says = "There is no ledger: the folder “ledger” holds no .csv file."
        findings.append(Finding("ledger-missing", "error", says, "Put your ledger there as a .csv file."))
    transactions: list[Transaction] = []
    files: dict[str, str] = {}
    for path in paths:
        name = f"ledger/{path_text(path.name)}"
        try:
            data = read_bytes(path, TABLE_BYTES)
        except Unreadable as problem:
            says = f"The file can't be read: {problem.why}."
            findings.append(Finding("ledger-unreadable", "error", says, problem.todo, source=Source(name)))
            continue
        digest = sha256(data).hexdigest()
        twin = next((other for other, known in files.items() if known == digest), None)
        files[name] = digest
        if twin:
            says = f"The file is the same as {twin}: every row would count twice."
            findings.append(Finding("ledger-twin", "error", says, "Remove one of them.", source=Source(name)))
            continue
        table = read_table(data, name)
        if not table.header:
            findings += table.findings or [
                Finding(
                    "ledger-empty",
                    "error",
                    "The file is empty.",
                    "Remove it or fill it.",
                    source=Source(name),
                )
            ]
            continue
        if not niner_format.matches(table.header):
            findings.append(_unknown_header(name, table.header))
            continue
        rows, problems = niner_format.read_rows(table, zone, progress, same_as)
        transactions += rows
        findings += problems
    findings += _duplicates(transactions)
    findings += _told_twice(transactions)
    findings += _written_otherwise(transactions)
    findings += _too_much(transactions)
    return Ledger(tuple(in_order(_one_spelling(transactions))), files, tuple(findings))


def _csv_files(ledger: Path) -> tuple[list[Path], list[Finding]]:
    """The .csv files of the folder by name, and what else lies there and is not read."""
    paths: list[Path] = []
    findings: list[Finding] = []
    try:
        entries = sorted(ledger.iterdir(), key=lambda path: path.name)
    except OSError:
        entries = []
    for path in entries:
        if path.is_file() and path.suffix.lower() == ".csv":
            paths.append(path)
        elif not path.name.startswith("."):
            says = "This is not read: the ledger is the .csv files that lie directly in its folder."
            todo = "Export it as .csv into “ledger”, or move it elsewhere."
            findings.append(
                Finding("ledger-not-read", "review", says, todo, source=Source(f"ledger/{path_text(path.name)}"))
            )
    return paths, findings


def _told_twice(transactions: list[Transaction]) -> list[Finding]:
    """Rows that stand in two files alike in everything but their id: most likely one export inside another."""
    seen: dict[tuple[object, ...], Source] = {}
    doubles: dict[tuple[str, str], list[Transaction]] = {}
    for t in transactions:
        key = (
            *(t.instant, t.wallet.casefold(), t.kind, t.sent_quantity, t.sent_asset, t.received_quantity),
            *(t.received_asset, t.fee_quantity, t.fee_cents, t.value_cents),
        )
        first = seen.setdefault(key, t.source)
        if first.file != t.source.file:
            doubles.setdefault((first.file, t.source.file), []).append(t)
    return [
        Finding(
            "ledger-told-twice",
            "review",
            f"{len(rows)} row{'s' * (len(rows) != 1)} of this file stand alike in {first}; both were counted.",
            "If the two exports overlap, remove the rows from one of them.",
            amount_cents=whole_cents(sum(t.value_cents or 0 for t in rows)),
            source=rows[0].source,
        )
        for (first, _), rows in doubles.items()
    ]


def _written_otherwise(transactions: list[Transaction]) -> list[Finding]:
    """Symbols that the forms can't print as they are: how each is written there, and whether another reads alike."""
    first: dict[str, Source] = {}
    for t in transactions:
        for asset in (t.sent_asset, t.received_asset, t.fee_asset):
            if asset:
                first.setdefault(asset, t.source)
    written = {asset: " ".join(in_latin(asset).split()) for asset in first}
    alike = Counter(written.values())
    findings = []
    for asset, text in written.items():
        if text == asset:
            continue
        says = f"“{asset}” is written “{text}” on the forms, whose letters don't have it."
        if alike[text] > 1:
            others = ", ".join(f"“{other}”" for other in first if other != asset and written[other] == text)
            says += f" {others} reads the same there, and is another asset in the ledger."
            todo = "If they are one asset, give it one name in every row; otherwise tell them apart by name."
            findings.append(Finding("asset-alike", "review", says, todo, source=first[asset], value=asset))
            continue
        todo = "If it is known by another name in Latin letters, use that in the ledger."
        findings.append(Finding("asset-letters", "note", says, todo, source=first[asset], value=asset))
    return findings


def _too_much(transactions: list[Transaction]) -> list[Finding]:
    """Amounts of one kind that each can be counted, but not their sum: the largest row is named."""
    found = []
    for kind in dict.fromkeys(t.kind for t in transactions):
        rows = [t for t in transactions if t.kind == kind and t.value_cents]
        if sum(t.value_cents or 0 for t in rows) > MOST_CENTS:
            largest = max(rows, key=lambda t: t.value_cents or 0)
            says = f"The rows of the kind {kind} come to more dollars than there are; this is the largest of them."
            todo = "Correct its usd_value, or its dollar side."
            found.append(Finding("ledger-amount", "error", says, todo, source=largest.source))
    return found


def _unknown_header(name: str, header: tuple[str, ...]) -> Finding:
    if len(header) == 1 and ";" in header[0]:
        says = "The columns of this file are separated by semicolons."
        return Finding(
            "ledger-format", "error", says, "Save it with commas between the columns.", source=Source(name, 1)
        )
    shown = ", ".join(text_shown(name) for name in header[:8])
    says = f"The columns of this file ({shown}) are not a format Niner reads yet."
    todo = f"Rewrite it with Niner's own columns: {', '.join(niner_format.COLUMNS)}."
    return Finding("ledger-format", "error", says, todo, source=Source(name, 1))


def _duplicates(transactions: list[Transaction]) -> list[Finding]:
    counts = Counter(t.id for t in transactions)
    first: dict[str, Source] = {}
    findings = []
    for t in transactions:
        if counts[t.id] == 1:
            continue
        if t.id in first:
            says = f"The id “{text_shown(t.id)}” was already used in {first[t.id]}."
            todo = "Remove the row if it is the same event; give it another id if it is not."
            findings.append(Finding("ledger-duplicate-id", "error", says, todo, source=t.source, value=t.id))
        first.setdefault(t.id, t.source)
    return findings


def _one_spelling(transactions: list[Transaction]) -> list[Transaction]:
    """“Coinbase” and “coinbase” are one wallet: the first spelling is kept."""
    spelling: dict[str, str] = {}
    for t in transactions:
        for name in (t.wallet, t.to_wallet):
            spelling.setdefault(name.casefold(), name)
    return [
        t
        if spelling[t.wallet.casefold()] == t.wallet and spelling[t.to_wallet.casefold()] == t.to_wallet
        else replace(t, wallet=spelling[t.wallet.casefold()], to_wallet=spelling[t.to_wallet.casefold()])
        for t in transactions
    ]
