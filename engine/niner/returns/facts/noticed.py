"""A year's rows to those of which the rules may remark on: counted among the facts, and the place of the remark."""

import re
from collections.abc import Sequence

from niner.case import Case
from niner.dataclass import dataclass
from niner.ledger import Transaction
from niner.ledger.columns import column, distinct, noted, those
from niner.ledger.transaction import INCOME_KINDS
from niner.returns.rows import Row

_SPOUSE = re.compile(r"spouse|wife|husband|divorce", re.IGNORECASE)
_RELATED = re.compile(
    r"\b(brother|sister|sibling|mother|father|mom|dad|parents?|son|daughter|child|grand\w+|spouse|wife|husband|"
    r"my (own )?(company|corporation|llc|trust|business))\b",
    re.IGNORECASE,
)
# No word of it has a blank: it stands in the name of a wallet or in a note, never across both.
_GIVEN = re.compile(
    r"\b(gift(s|ed)?|donat\w+|stolen|hack(ed)?|brother|sister|mother|father|mom|dad|son|daughter|spouse|wife|husband|"
    r"friend)\b",
    re.IGNORECASE,
)
_SHORT = re.compile(r"\bshort(ed|ing| sales?| sold| positions?)\b|\bsold short\b|\bhedg|\bcollar\b", re.IGNORECASE)
_LOCKED = re.compile(r"\b(locked|lock-?up|vest(s|ed|ing)?|unvested|unbonding|not (yet )?claimable)\b", re.IGNORECASE)
_DERIVATIVE = re.compile(r"\b(futures?|perps?|perpetuals?|options?|1256)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Noticed:
    """What stands out among a year's rows of Form 8949 and of the ledger, each in its order."""

    same_day: Sequence[Row]
    """Rows whose lot came in on the day it left, where no time says which was first."""
    nfts_not_said: Sequence[Row]
    """Rows of NFTs of which the case does not say whether they are collectibles."""
    spent_loss: Sequence[Row]
    """Rows with a loss on units spent, where the ledger does not say whether it is deductible."""
    related_loss: Sequence[Row]
    """Rows with such a loss of which a note names a relative."""
    fee_in_units: Sequence[Transaction]
    """Reported sales with a fee in units."""
    gifts_of_a_spouse: Sequence[Transaction]
    given_away: Sequence[Transaction]
    """Transfers whose note or wallet names a gift, a theft or a person, and so may be no transfers."""
    worth_nothing: Sequence[Transaction]
    locked: Sequence[Transaction]
    short: Sequence[Transaction]
    derivative: Sequence[Transaction]


def noticed(case: Case, upto: Sequence[Transaction], own: Sequence[Transaction], rows: Sequence[Row]) -> Noticed:
    """What stands out: `upto` are the ledger's rows to the end of the year, `own` those of the year, `rows` the form's.

    What no row of the ledger can bring about, by what many have in common, is not looked for in each row of the form.
    """
    received = those(own, lambda t: t.kind in INCOME_KINDS)
    notes = noted(own)
    spent, related = _open_losses(own, notes, rows)
    return Noticed(
        same_day=_same_day(rows) if False in distinct(own, "timed") else [],
        nfts_not_said=_nfts_not_said(case, own, rows),
        spent_loss=spent,
        related_loss=related,
        fee_in_units=those(own, lambda t: t.form != "none" and t.fee_asset),
        gifts_of_a_spouse=[t for t in those(upto, lambda t: t.kind == "gift_in") if _SPOUSE.search(t.note)],
        given_away=_given_away(upto),
        worth_nothing=[t for t in received if t.value_cents == 0],
        locked=[t for t in noted(received) if _LOCKED.search(t.note)],
        short=[t for t in notes if _SHORT.search(t.note)],
        derivative=[t for t in notes if _DERIVATIVE.search(t.note)],
    )


def _same_day(rows: Sequence[Row]) -> list[Row]:
    return [
        row for row in rows for d in row.parts if not d.timed and d.received == d.disposed and d.lot_source != d.source
    ]


def _nfts_not_said(case: Case, own: Sequence[Transaction], rows: Sequence[Row]) -> list[Row]:
    names = {name for several in distinct(own, "sent_asset", "fee_asset") for name in several}
    assets = {name: case.asset(name) for name in names}
    not_said = {name for name, asset in assets.items() if asset.class_ == "nft" and asset.collectible is None}
    return [row for row in rows if row.parts[0].asset in not_said] if not_said else []


def _open_losses(
    own: Sequence[Transaction], notes: Sequence[Transaction], rows: Sequence[Row]
) -> tuple[list[Row], list[Row]]:
    """The losses on units spent and those of which a note names a relative; `notes` are the rows with one."""
    of_relatives = {t.id for t in notes if _RELATED.search(t.note)}
    if not of_relatives and "spend" not in distinct(own, "kind"):
        return [], []
    open_rows = set(column(those(own, lambda t: t.nondeductible == "not_said"), "id"))
    losses = [row for row in rows if row.printed.gain < 0 and row.parts[0].transaction in open_rows]
    spent = [row for row in losses if row.parts[0].kind == "spend"]
    return spent, [row for row in losses if row.parts[0].transaction in of_relatives]


def _given_away(upto: Sequence[Transaction]) -> Sequence[Transaction]:
    if not noted(upto):
        return those(upto, lambda t: t.kind == "transfer" and _GIVEN.search(t.to_wallet))
    moves = those(upto, lambda t: t.kind == "transfer")
    said = list(zip(column(moves, "to_wallet"), column(moves, "note"), strict=True))
    given = {words for words in set(said) if any(map(_GIVEN.search, words))}
    return [moves[at] for at, words in enumerate(said) if words in given] if given else []
