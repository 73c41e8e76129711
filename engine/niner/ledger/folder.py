"""A case's ledger folder to one ordered list of transactions, or every problem of every file."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from niner.ledger import niner_format
from niner.ledger.table import read_table
from niner.ledger.transaction import Transaction
from niner.values import Finding, Source

# At the same instant units come in before they go out, as dates without a time need.
_ORDER = {"opening": 0, "inherited": 1, "gift_in": 1, "buy": 1, "transfer": 2}
_LAST = 3


@dataclass(frozen=True, slots=True)
class Ledger:
    """Transactions by time, the files they came from with their sha256, and what was found reading them."""

    transactions: tuple[Transaction, ...]
    files: dict[str, str]
    findings: tuple[Finding, ...]


def read_ledger(folder: Path, zone: ZoneInfo, progress: Callable[[int], None] | None = None) -> Ledger:
    """Every .csv in `folder/ledger`, by time. Problems are in `findings`, each with file and row."""
    paths = sorted((folder / "ledger").glob("*.csv"), key=lambda path: path.name)
    findings: list[Finding] = []
    if not paths:
        says = "There is no ledger: the folder “ledger” holds no .csv file."
        findings.append(Finding("ledger-missing", "error", says, "Put your ledger there as a .csv file."))
    transactions: list[Transaction] = []
    files: dict[str, str] = {}
    for path in paths:
        name = f"ledger/{path.name}"
        try:
            data = path.read_bytes()
        except OSError as error:
            says = f"The file can't be read: {error.strerror}."
            findings.append(Finding("ledger-unreadable", "error", says, source=Source(name)))
            continue
        files[name] = sha256(data).hexdigest()
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
        rows, problems = niner_format.read_rows(table, zone, progress)
        transactions += rows
        findings += problems
    findings += _duplicates(transactions)
    ordered = sorted(
        _one_spelling(transactions),
        key=lambda t: (t.instant, _ORDER.get(t.kind, 1 if t.received_asset and not t.sent_asset else _LAST)),
    )
    return Ledger(tuple(ordered), files, tuple(findings))


def _unknown_header(name: str, header: tuple[str, ...]) -> Finding:
    shown = ", ".join(header[:8])
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
            says = f"The id “{t.id}” was already used in {first[t.id]}."
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
