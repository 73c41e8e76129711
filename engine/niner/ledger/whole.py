"""Transactions of several files to one ledger: in order, each wallet by one name, and what looks wrong across files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime

from niner.dataclass import dataclass
from niner.ledger.columns import Columns, Common, column, distinct
from niner.ledger.order import in_order
from niner.ledger.records import NO_RECORDS, Records
from niner.ledger.transaction import Transaction
from niner.money import MOST_CENTS, whole_cents
from niner.values import Finding, Source
from niner.words.letters import in_latin
from niner.words.plain import shown as text_shown


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

    transactions: Sequence[Transaction]
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
    transactions = Columns.of(transactions)
    said = [
        *findings,
        *[f for f in same_ids(transactions) if f not in findings],
        *_told_twice(transactions),
        *_written_otherwise(transactions),
        *_too_much(transactions),
    ]
    return Ledger(in_order(_one_spelling(transactions)), dict(files), tuple(said))


def _told_twice(transactions: Columns) -> list[Finding]:
    """Rows that stand in two files alike in everything but their id: most likely one export inside another."""
    if len(distinct(transactions, "file")) < 2:
        return []
    files: dict[datetime, str] = {}
    several = {
        instant
        for instant, common in zip(transactions.instants, transactions.commons, strict=True)
        if files.setdefault(instant, common.file) != common.file
    }
    seen: dict[tuple[object, ...], Source] = {}
    doubles: dict[tuple[str, str], list[Transaction]] = {}
    for at, instant in enumerate(transactions.instants if several else ()):
        if instant not in several:
            continue
        t = transactions[at]
        first = seen.setdefault(alike_in_all(t), t.source)
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


def alike_in_all(t: Transaction) -> tuple[object, ...]:
    """What a row says but for its id: of two files that both say it one is most likely inside the other."""
    return (
        *(t.instant, t.wallet.casefold(), t.kind, t.sent_quantity, t.sent_asset, t.received_quantity),
        *(t.received_asset, t.fee_quantity, t.fee_cents, t.value_cents),
    )


def _written_otherwise(transactions: Sequence[Transaction]) -> list[Finding]:
    """Symbols that the forms can't print as they are: how each is written there, and whether another reads alike."""
    names = distinct(transactions, "sent_asset", "received_asset", "fee_asset")
    assets = {asset for several in names for asset in several if asset}
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
    amounts = column(transactions, "value_cents")
    if max(filter(None, amounts), default=0) * len(amounts) <= MOST_CENTS:
        return found
    if sum(max(amount, 0) for amount in filter(None, amounts)) <= MOST_CENTS:
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
    if Columns.of(transactions).ids_differ():
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


def _one_spelling(transactions: Columns) -> Columns:
    """“Coinbase” and “coinbase” are one wallet: the first spelling is kept."""
    names = {name for both in distinct(transactions, "wallet", "to_wallet") for name in both}
    if len({name.casefold() for name in names}) == len(names):
        return transactions
    spelling: dict[str, str] = {}
    for common in dict.fromkeys(transactions.commons):  # in the order in which each came first
        for name in (common.wallet, common.to_wallet):
            spelling.setdefault(name.casefold(), name)

    def spelt(common: Common) -> Common:
        wallet, to_wallet = spelling[common.wallet.casefold()], spelling[common.to_wallet.casefold()]
        if (wallet, to_wallet) == (common.wallet, common.to_wallet):
            return common
        return replace(common, wallet=wallet, to_wallet=to_wallet)

    return transactions.by_common(spelt)
