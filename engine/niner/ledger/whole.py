"""Transactions of several files to one ledger: in order, each wallet by one name, and what looks wrong across files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from operator import attrgetter

from niner.dataclass import dataclass
from niner.ledger.order import in_order
from niner.ledger.records import NO_RECORDS, Records
from niner.ledger.transaction import Transaction
from niner.letters import in_latin
from niner.money import MOST_CENTS, whole_cents
from niner.plain import shown as text_shown
from niner.values import Finding, Source


@dataclass(frozen=True, slots=True)
class Paired:
    """Why a row that left a wallet and one that came into another are one move: where the other stands, how sure it is
    (certain, proposed, ruled) and by what."""

    other: Source
    tier: str
    why: str


@dataclass(frozen=True, slots=True)
class Priced:
    """Where the dollars of a row came from that says none: the file and row of the price, and by which rule."""

    file: str
    rule: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """Transactions by time, the files they came from with their sha256, and what was found reading them; `records` is
    what was written down of lots."""

    transactions: tuple[Transaction, ...]
    files: dict[str, str]
    findings: tuple[Finding, ...]
    records: Records = NO_RECORDS
    named: Mapping[str, Source] = field(default_factory=dict)
    """The place of each row that a ruling names, by its name in the ruling."""
    paired: Mapping[Source, Paired] = field(default_factory=dict)
    """How moves between wallets were put together of two rows, by the place of what was sent."""
    priced: Mapping[Source, Priced] = field(default_factory=dict)
    """The prices that were used, by the row's place."""


def whole_ledger(transactions: Sequence[Transaction], files: Mapping[str, str], findings: Sequence[Finding]) -> Ledger:
    """The transactions of all files, given in file order, as one ledger; what only shows across them is found here."""
    said = [
        *findings,
        *[f for f in same_ids(transactions) if f not in findings],
        *_told_twice(transactions),
        *_written_otherwise(transactions),
        *_too_much(transactions),
    ]
    return Ledger(tuple(in_order(_one_spelling(transactions))), dict(files), tuple(said))


def _told_twice(transactions: Sequence[Transaction]) -> list[Finding]:
    """Rows that stand in two files alike in everything but their id: most likely one export inside another."""
    if len(set(map(attrgetter("source.file"), transactions))) < 2:
        return []
    files: dict[datetime, str] = {}
    several = {t.instant for t in transactions if files.setdefault(t.instant, t.source.file) != t.source.file}
    seen: dict[tuple[object, ...], Source] = {}
    doubles: dict[tuple[str, str], list[Transaction]] = {}
    for t in transactions if several else ():
        if t.instant not in several:
            continue
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


_assets = attrgetter("sent_asset", "received_asset", "fee_asset")


def _written_otherwise(transactions: Sequence[Transaction]) -> list[Finding]:
    """Symbols that the forms can't print as they are: how each is written there, and whether another reads alike."""
    assets = {asset for several in set(map(_assets, transactions)) for asset in several if asset}
    if all(" ".join(in_latin(asset).split()) == asset for asset in assets):
        return []
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


def _too_much(transactions: Sequence[Transaction]) -> list[Finding]:
    """Amounts of one kind that each can be counted, but not their sum: the largest row is named."""
    found: list[Finding] = []
    amounts = [amount for amount in map(attrgetter("value_cents"), transactions) if amount]
    if max(amounts, default=0) * len(amounts) <= MOST_CENTS or sum(max(amount, 0) for amount in amounts) <= MOST_CENTS:
        return found
    for kind in dict.fromkeys(t.kind for t in transactions):
        rows = [t for t in transactions if t.kind == kind and t.value_cents]
        if sum(t.value_cents or 0 for t in rows) > MOST_CENTS:
            largest = max(rows, key=lambda t: t.value_cents or 0)
            says = f"The rows of the kind {kind} come to more dollars than there are; this is the largest of them."
            todo = "Correct its usd_value, or its dollar side."
            found.append(Finding("ledger-amount", "error", says, todo, source=largest.source))
    return found


def same_ids(transactions: Sequence[Transaction]) -> list[Finding]:
    """Ids that stand for two transactions, given in file order."""
    if len(set(map(attrgetter("id"), transactions))) == len(transactions):
        return []
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


def _one_spelling(transactions: Sequence[Transaction]) -> Sequence[Transaction]:
    """“Coinbase” and “coinbase” are one wallet: the first spelling is kept."""
    names = {name for both in set(map(attrgetter("wallet", "to_wallet"), transactions)) for name in both}
    if len({name.casefold() for name in names}) == len(names):
        return transactions
    spelling: dict[str, str] = {}
    for t in transactions:
        for name in (t.wallet, t.to_wallet):
            spelling.setdefault(name.casefold(), name)
    return [
        t
        if spelling[t.wallet.casefold()] == t.wallet and spelling[t.to_wallet.casefold()] == t.to_wallet
        else t._replace(wallet=spelling[t.wallet.casefold()], to_wallet=spelling[t.to_wallet.casefold()])
        for t in transactions
    ]
