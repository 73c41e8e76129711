"""One event of the ledger, as every importer hands it on."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from niner.money import Cents
from niner.values import Source

INCOME_KINDS = ("staking", "mining", "airdrop", "fork", "interest", "reward", "wages", "payment")
KINDS = (
    "buy",
    "sell",
    "trade",
    "spend",
    "transfer",
    *INCOME_KINDS,
    "rebate",
    "gift_in",
    "gift_out",
    "spouse_in",
    "spouse_out",
    "donation",
    "inherited",
    "opening",
    "stolen",
    "lost",
    "worthless",
    "rename",
    "fee",
    "transfer_out",
    "transfer_in",
    "cash_in",
    "cash_out",
    "review",
)


class Transaction(NamedTuple):
    """An event; a tuple, since there may be millions.

    Quantities are exact units, money is exact cents, `day` is the taxpayer's local day.

    `sent_*` leaves `wallet` and `received_*` enters it; a side in US dollars has no asset here, its amount is in
    `value_cents`: what the two sides were worth before fees. A fee is either dollars (`fee_asset` empty,
    `fee_cents`) or units of a digital asset (`fee_quantity` of `fee_asset`, worth `fee_cents`).
    """

    id: str
    instant: datetime
    day: date
    wallet: str
    kind: str
    source: Source
    sent_quantity: Decimal | None = None
    sent_asset: str = ""
    received_quantity: Decimal | None = None
    received_asset: str = ""
    fee_quantity: Decimal | None = None
    fee_asset: str = ""
    fee_cents: Cents = 0
    value_cents: Cents | None = None
    to_wallet: str = ""
    acquired: date | None = None
    basis_cents: Cents | None = None
    fmv_cents: Cents | None = None
    form: str = "none"
    basis_reported: bool = False
    reported_basis_cents: int | None = None  # the basis that the form shows
    note: str = ""
    nondeductible: str = "not_said"  # why a loss on what was sold is not deductible: related, personal; or no
    timed: bool = True  # False where the row names only a day
    gift_tax_cents: Cents | None = None  # gift tax paid on the gift, by whoever paid it
    taxable_gift_cents: Cents | None = None  # the amount of the gift that the tax was on
    related_loss_cents: Cents | None = None  # the seller's loss that was not allowed because they are related

    @property
    def fee_paid_in(self) -> str:
        """`none`, `usd` or `crypto`."""
        if self.fee_asset:
            return "crypto"
        return "usd" if self.fee_cents else "none"
