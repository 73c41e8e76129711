"""Niner's own ledger format: rows of a CSV table to transactions, with every problem of every row."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from niner.ledger.alike import Alike
from niner.ledger.columns import Columns, joined
from niner.ledger.kinds import SHAPES, Shape
from niner.ledger.table import Table
from niner.ledger.transaction import INCOME_KINDS, KINDS, Transaction
from niner.ledger.words import advice
from niner.money import MOST_CENTS, Cents, exact_cents, exact_text, parse_decimal, whole_cents
from niner.values import Finding, Source
from niner.words.letters import NoLetters, in_latin
from niner.words.plain import shown as text_shown
from niner.words.plain import strange

COLUMNS = (
    "id",
    "time",
    "wallet",
    "kind",
    "sent_quantity",
    "sent_asset",
    "received_quantity",
    "received_asset",
    "fee_quantity",
    "fee_asset",
    "fee_usd",
    "usd_value",
    "to_wallet",
    "acquired",
    "basis_usd",
    "fmv_usd",
    "form",
    "basis_reported",
    "note",
    "reported_basis_usd",
    "nondeductible",
    "gift_tax_usd",
    "taxable_gift_usd",
    "related_loss_usd",
)
REQUIRED = ("time", "wallet", "kind")

# Money other than the dollar needs its dollar value; it is never a lot. ISO 4217 codes met on exchanges.
FIAT = frozenset(
    "AED ARS AUD BDT BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GEL GHS HKD HUF IDR ILS INR ISK JPY KES KRW "
    "KZT LKR MAD MXN MYR NGN NOK NZD PEN PHP PKR PLN QAR RON RUB SAR SEK SGD THB TRY TWD UAH UYU VND ZAR".split()
)

_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIRST_YEAR, _LAST_YEAR = 2009, 2099
LONGEST_QUANTITY = 40
_ORIGIN = ("acquired", "basis_usd", "fmv_usd", "to_wallet", "gift_tax_usd", "taxable_gift_usd", "related_loss_usd")
_NONDEDUCTIBLE = ("related", "personal", "no")
_SOLD = ("sell", "trade", "spend")
_MOST_COLUMNS = 20  # told one by one
_BREAKS = str.maketrans("\n\r\t", "   ")  # a note may have lines
_LONGEST_TEXT: Mapping[str, int] = {
    "id": 200,
    "wallet": 100,
    "to_wallet": 100,
    "sent_asset": 60,
    "received_asset": 60,
    "fee_asset": 60,
    "note": 5000,
}


def matches(header: tuple[str, ...]) -> bool:
    """Whether a header is this format's, rightly spelt or nearly."""
    names = {name.lower() for name in header}
    return {"time", "kind"} <= names or len(names & set(COLUMNS)) >= 4


def read_rows(
    table: Table,
    zone: ZoneInfo | None,
    progress: Callable[[int], None] | None = None,
    same_as: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Columns, list[Finding]]:
    """The table's transactions in file order, and its problems. `zone` dates the times that name no offset.

    `same_as` gives, for another name of an asset, the one that counts.
    """
    found, findings = read_blocks(table, zone, progress, same_as)
    return joined(found) if found else Columns(), findings


def read_blocks(
    table: Table,
    zone: ZoneInfo | None,
    progress: Callable[[int], None] | None = None,
    same_as: Mapping[str, str] = MappingProxyType({}),
    take: Callable[[Columns], None] | None = None,
) -> tuple[list[Columns], list[Finding]]:
    """The same, in the blocks that the table has; where they are given to `take` one by one, none are returned."""
    findings = [*table.findings, *_header_problems(table)]
    if any(f.id == "ledger-header" for f in findings):
        return [], findings
    place = {name: at for at, name in enumerate(table.header)}
    found: list[Columns] = []
    take = take or found.append
    alike = Alike(table.file, place, zone, FIAT, same_as)

    def by_itself(line: int, cells: Sequence[str]) -> Transaction | None:
        read = _Row(Source(table.file, line), {name: cells[at].strip() for name, at in place.items()}, zone, same_as)
        transaction = read.transaction()
        alike.learn(cells, None if read.findings else transaction)
        problems.extend(read.findings)
        return transaction

    count = 0
    for lines, rows in table.blocks:
        if progress:
            progress(count)
        count += len(rows)
        problems: list[Finding] = []
        take(Columns.of(alike.transactions(lines, rows, by_itself)))
        findings += sorted(problems, key=lambda finding: finding.source.row if finding.source else 0)
    return found, findings


def _header_problems(table: Table) -> list[Finding]:
    source = Source(table.file, 1)
    findings = []
    unknown = [name for name in table.header if name not in COLUMNS]
    for name in unknown[:_MOST_COLUMNS]:
        says, todo = f"Unknown column “{text_shown(name)}”.", advice("column", name[:40], COLUMNS)
        findings.append(Finding("ledger-header", "error", says, todo, source=source, value=name[:80]))
    if len(unknown) > _MOST_COLUMNS:
        says = f"{len(unknown) - _MOST_COLUMNS:,} more columns are unknown."
        findings.append(Finding("ledger-header", "error", says, "See the columns in the README.", source=source))
    twice = sorted(name for name, count in Counter(table.header).items() if count > 1)
    for name in twice[:_MOST_COLUMNS]:
        says = f"The column “{text_shown(name)}” stands twice."
        findings.append(Finding("ledger-header", "error", says, "Keep one of them.", source=source, value=name[:80]))
    missing = [name for name in REQUIRED if name not in table.header]
    if missing:
        says = f"The column{'s' * (len(missing) > 1)} {', '.join(missing)} {'are' if missing[1:] else 'is'} missing."
        todo = "Every ledger needs time, wallet and kind."
        findings.append(Finding("ledger-header", "error", says, todo, source=source))
    return findings


def digits(number: Decimal) -> int:
    """How many digits the number has when it is written out, as the forms print it."""
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    return max(len(digits) + max(exponent, 0), -exponent)


@cache
def _written(text: str) -> str:
    """The text as the forms write it; empty where they can't."""
    try:
        return in_latin(text).strip()
    except NoLetters:
        return ""


def printable_asset(name: str) -> str:
    """An asset's name as the ledger has it; empty where the forms can't print it."""
    upper = unicodedata.normalize("NFC", name.strip()).upper()
    if not upper or len(upper) > _LONGEST_TEXT["sent_asset"] or strange(upper) or not _written(upper):
        return ""
    return upper


def _a(kind: str) -> str:
    """A kind with its article, as a sentence begins: `An airdrop`."""
    return f"An {kind}" if kind[0] in "aeio" else f"A {kind}"


def _worth_of(kind: str) -> str:
    """What usd_value is filled with where a row of the kind has none."""
    if kind == "spend":
        return "Fill usd_value with what you got for the units, or what they were worth, at that moment."
    if kind not in (*INCOME_KINDS, "rebate"):
        return "Fill usd_value with what the two sides were worth that moment, before fees."
    todo = "Fill usd_value with what the units were worth in dollars the moment you could use them"
    free = kind in ("airdrop", "fork")
    return todo + ("; 0 where nobody traded them yet, so that they had no worth." if free else ".")


class _Row:
    """One row being read: cells in, a transaction or findings out."""

    def __init__(
        self, source: Source, cells: Mapping[str, str], zone: ZoneInfo | None, same_as: Mapping[str, str]
    ) -> None:
        self.same_as = same_as
        self.source = source
        self.cells = cells
        self.zone = zone
        self.findings: list[Finding] = []

    def problem(self, id: str, says: str, todo: str, value: str = "") -> None:
        self.findings.append(Finding(f"ledger-{id}", "error", says, todo, source=self.source, value=value[:80]))

    def wrong(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)

    def text(self, column: str) -> str:
        text = self.cells.get(column, "")
        return text if text.isascii() else unicodedata.normalize("NFC", text)

    def texts(self) -> None:
        """Names that no wallet or asset has, or that the forms can't print, are problems of the row and column."""
        for column, most in _LONGEST_TEXT.items():
            text = self.text(column)
            if len(text) > most:
                says = f"{column} has {len(text):,} characters; it may have {most:,}."
                self.problem("text", says, "Shorten it.", text)
            if text.isascii() and text.isprintable():
                continue
            character = strange(text if column != "note" else text.translate(_BREAKS))
            if character:
                says = f"{column} (“{text_shown(text)}”) holds a character that can't be seen or printed: {character}."
                self.problem("text", says, "Type it again without that character.", text)
            elif column != "note" and not _written(text):
                says = f"{column} (“{text_shown(text)}”) can't be written in the letters of the official forms."
                self.problem("letters", says, "Give it a name in Latin letters, the same in every row.", text)

    def asset(self, column: str) -> str:
        """An asset by the name that counts."""
        name = self.text(column).upper()
        return self.same_as.get(name, name)

    def transaction(self) -> Transaction | None:
        self.texts()
        kind = self.text("kind").lower()
        if kind not in SHAPES:
            if not kind:
                self.problem("kind", "The kind is empty.", f"Use one of: {', '.join(KINDS)}.")
            else:
                self.problem(
                    "kind", f"Unknown kind “{text_shown(self.text('kind'))}”.", advice("kind", kind[:40], KINDS), kind
                )
            return None
        shape = SHAPES[kind]
        moment = self.time()
        wallet = self.text("wallet")
        if not wallet:
            self.problem("wallet", "The wallet is empty.", "Name the wallet or account the units were in.")
        sent_quantity, sent_asset = self.side("sent", shape.sent, kind)
        received_quantity, received_asset = self.side("received", shape.received, kind)
        value = self.value(kind, sent_quantity, sent_asset, received_quantity, received_asset)
        if kind == "fee" and bool(self.text("sent_quantity")) == bool(
            self.text("fee_quantity") or self.text("fee_usd")
        ):
            todo = "Fill sent_quantity and sent_asset, with usd_value, and leave the fee columns empty."
            self.problem("fee", "A fee row needs the units paid, once.", todo)
        fee_quantity, fee_asset, fee_cents = self.fee(
            kind, value, sent_quantity, sent_asset, received_quantity, received_asset
        )
        if shape.value and value is None and not self.wrong():
            self.problem("price", f"The {kind} has no dollar value.", _worth_of(kind))
        if kind == "fee" and sent_quantity and value is None:
            self.problem("price", "The fee has no dollar value.", "Fill usd_value with the fee's worth that moment.")
        if kind == "trade" and sent_asset and sent_asset == received_asset:
            says = f"The trade gives {sent_asset} for {sent_asset}."
            self.problem("side", says, "Correct one side; between your own wallets it is a transfer.", sent_asset)
        if kind == "transfer" and received_asset and received_asset != sent_asset:
            kind = "rename"
        if kind == "transfer":
            self.transfer(wallet, sent_quantity, sent_asset, received_quantity, received_asset)
        if kind == "rename":
            self.rename(sent_quantity, sent_asset, received_quantity, received_asset)
        acquired = self.day("acquired")
        basis, fmv = self.money("basis_usd"), self.money("fmv_usd")
        gift_tax, taxable_gift = self.money("gift_tax_usd"), self.money("taxable_gift_usd")
        self.gift_tax(kind, gift_tax, taxable_gift, acquired)
        related_loss = self.money("related_loss_usd")
        self.origin(kind, shape, acquired, basis, fmv, moment[1] if moment else None)
        form, reported = self.broker_form()
        shown = self.money("reported_basis_usd")
        on_form = None if shown is None else whole_cents(shown)
        if on_form is not None and form == "none":
            todo = "Name the form, or empty reported_basis_usd; the basis of the units is in the row that bought them."
            self.problem("form", "reported_basis_usd is filled, but no form is named.", todo)
        nondeductible = self.nondeductible(kind)
        if moment is None or self.wrong():
            return None
        if sent_asset == "USD" or sent_asset in FIAT:
            sent_quantity, sent_asset = None, ""
        if received_asset == "USD" or received_asset in FIAT:
            received_quantity, received_asset = None, ""
        return Transaction(
            id=self.text("id") or f"{self.source.file}:{self.source.row}",
            instant=moment[0],
            day=moment[1],
            timed=len(self.text("time")) > len("2024-03-01"),
            wallet=wallet,
            kind=kind,
            source=self.source,
            sent_quantity=sent_quantity,
            sent_asset=sent_asset,
            received_quantity=received_quantity,
            received_asset=received_asset,
            fee_quantity=fee_quantity,
            fee_asset=fee_asset,
            fee_cents=fee_cents,
            value_cents=value,
            to_wallet=self.text("to_wallet"),
            acquired=acquired,
            basis_cents=basis,
            fmv_cents=fmv,
            form=form,
            basis_reported=reported,
            reported_basis_cents=on_form,
            note=self.text("note"),
            nondeductible=nondeductible,
            gift_tax_cents=gift_tax,
            taxable_gift_cents=taxable_gift,
            related_loss_cents=related_loss,
        )

    def time(self) -> tuple[datetime, date] | None:
        """(instant in UTC, taxpayer's local day)."""
        text = self.text("time")
        if not text:
            self.problem("time", "The time is empty.", "Write it as 2024-03-01T14:30:00-06:00 or 2024-03-01.")
            return None
        moment = None
        if _TIME.fullmatch(text):
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                moment = None
        if moment is None:
            todo = "Write it as 2024-03-01T14:30:00-06:00 or 2024-03-01 (year-month-day)."
            self.problem("time", f"“{text_shown(text)}” is not a date and time.", todo, text)
            return None
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            says = f"The year {moment.year} can't be right for a digital asset."
            self.problem("time", says, "Check the date.", text)
            return None
        if self.zone is None:
            # Without the case's zone a row's own offset is the best evidence of the local day.
            local = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        else:
            local = moment.replace(tzinfo=self.zone) if moment.tzinfo is None else moment.astimezone(self.zone)
        return local.astimezone(UTC), local.date()

    def day(self, column: str) -> date | None:
        text = self.text(column)
        if not text:
            return None
        if _DAY.fullmatch(text):
            try:
                found = date.fromisoformat(text)
                if found.year >= _FIRST_YEAR:
                    return found
            except ValueError:
                pass
        self.problem("date", f"“{text_shown(text)}” in {column} is not a date.", "Write it as 2024-03-01.", text)
        return None

    def number(self, column: str) -> Decimal | None:
        text = self.text(column)
        if not text:
            return None
        try:
            number = parse_decimal(text)
            if column.endswith("quantity") and "," in text:
                raise ValueError("a comma in a quantity can be a decimal point")
        except ValueError:
            todo = "Write it as 1234.5678, with a point and no commas."
            self.problem("number", f"“{text_shown(text)}” in {column} is not a number.", todo, text)
            return None
        if column.endswith("quantity") and digits(number) > LONGEST_QUANTITY:
            says = f"{column} has more than {LONGEST_QUANTITY} digits."
            self.problem("number", says, "Correct the quantity.", text)
            return None
        if number < 0:
            says = f"{column} is negative ({text})."
            self.problem("negative", says, "Write quantities and amounts positive; the kind says the direction.", text)
            return None
        return number

    def money(self, column: str) -> Cents | None:
        number = self.number(column)
        return None if number is None else self.counted(column, exact_cents(number))

    def counted(self, column: str, amount: Cents) -> Cents | None:
        """The amount; None, with a problem, where it is more than rules can be asked about."""
        if amount <= MOST_CENTS:
            return amount
        says = f"{column} is more dollars than there are ({exact_text(whole_cents(amount))[:40]})."
        self.problem("amount", says, "Correct it; a quantity may have got into this column.", self.text(column))
        return None

    def side(self, name: str, rule: str, kind: str) -> tuple[Decimal | None, str]:
        """One side's (quantity, asset), checked against what the kind needs of it."""
        asset = self.asset(f"{name}_asset")
        quantity = self.number(f"{name}_quantity")
        given = bool(self.text(f"{name}_quantity") or asset)
        if not given:
            if rule in ("yes", "money"):
                says = f"{_a(kind)} needs {name}_quantity and {name}_asset."
                self.problem("side", says, "Fill both.")
            return None, ""
        if rule == "no":
            says = f"{_a(kind)} row has no {name} side, but {name}_quantity or {name}_asset is filled."
            self.problem("side", says, "Empty them, or use the kind that fits (trade for asset against asset).")
            return None, ""
        if not asset or not self.text(f"{name}_quantity"):
            lacks = f"{name}_asset" if not asset else f"{name}_quantity"
            self.problem("side", f"{lacks} is empty.", f"{_a(kind)} with a {name} side needs both.")
            return None, ""
        money = asset == "USD" or asset in FIAT
        if rule == "money" and not money:
            self.problem("side", f"{_a(kind)} moves dollars only, not {asset}.", "Use transfer for units.", asset)
            return None, ""
        if rule == "usd" and not money:
            self.problem("side", f"{_a(kind)} against {asset} is a trade.", "Use the kind trade.", asset)
            return None, ""
        if rule == "yes" and money:
            todo = "Use buy or sell where one side is money." if kind == "trade" else "Name the digital asset."
            self.problem("side", f"{asset} is money, not a digital asset.", todo, asset)
            return None, ""
        if quantity is not None and quantity == 0 and not money:
            self.problem("zero", f"{name}_quantity is zero.", "Remove the row or correct the quantity.", "0")
            return None, ""
        return quantity, asset

    def value(
        self,
        kind: str,
        sent_quantity: Decimal | None,
        sent_asset: str,
        received_quantity: Decimal | None,
        received_asset: str,
    ) -> Cents | None:
        """What the sides were worth before fees, in exact cents, from usd_value or from the side that is dollars."""
        stated = self.money("usd_value")
        paid = None
        if sent_asset == "USD" and sent_quantity is not None:
            paid = self.counted("sent_quantity", exact_cents(sent_quantity))
        elif received_asset == "USD" and received_quantity is not None:
            paid = self.counted("received_quantity", exact_cents(received_quantity))
        if paid is None:
            return stated
        if stated is not None and abs(whole_cents(stated) - whole_cents(paid)) > 1:
            says = f"usd_value is {exact_text(stated)}, but the dollar side is {exact_text(paid)}."
            self.problem("value", says, "Empty usd_value, or correct the one that is wrong.", exact_text(stated))
        return paid

    def fee(
        self,
        kind: str,
        value: Cents | None,
        sent_quantity: Decimal | None,
        sent_asset: str,
        received_quantity: Decimal | None,
        received_asset: str,
    ) -> tuple[Decimal | None, str, Cents]:
        """(units, asset, worth in exact cents); units and asset are empty for a fee in dollars."""
        asset = self.asset("fee_asset")
        quantity = self.number("fee_quantity")
        stated = self.money("fee_usd")
        if quantity is not None and not asset:
            self.problem("fee", "fee_quantity has no fee_asset.", "Name the asset, or USD.")
            return None, "", 0
        if asset == "USD":
            paid = stated if quantity is None else self.counted("fee_quantity", exact_cents(quantity))
            if paid is None and not self.wrong():
                self.problem("fee", "fee_asset is USD but the amount is missing.", "Fill fee_usd.")
            if paid is None:
                return None, "", 0
            if stated is not None and abs(whole_cents(stated) - whole_cents(paid)) > 1:
                says = f"fee_usd is {exact_text(stated)}, but fee_quantity is {exact_text(paid)} dollars."
                self.problem("fee", says, "Keep the right one.", exact_text(stated))
            return None, "", paid
        if not asset or asset in FIAT:
            if asset and stated is None:
                self.problem("fee", f"The fee in {asset} has no dollar value.", "Fill fee_usd.", asset)
            return None, "", stated or 0
        if quantity is None:
            if not self.text("fee_quantity"):
                self.problem("fee", f"The fee in {asset} has no quantity.", "Fill fee_quantity.", asset)
            return None, "", 0
        if quantity == 0:
            if stated:
                says = f"fee_quantity is 0 but fee_usd is {exact_text(stated)}."
                self.problem("fee", says, "Fill the units paid, or empty fee_quantity and fee_asset.")
            return None, "", 0
        if stated is None and kind == "fee" and not sent_asset:
            stated = value
        if stated is None:
            stated = self.fee_worth(
                value, quantity, asset, sent_quantity, sent_asset, received_quantity, received_asset
            )
        if stated is None and not self.wrong():
            says = f"The fee of {quantity} {asset} has no dollar value: units paid as a fee are disposed of."
            self.problem("fee-price", says, "Fill fee_usd with what those units were worth that moment.", asset)
        return quantity, asset, stated or 0

    def fee_worth(
        self,
        value: Cents | None,
        quantity: Decimal,
        asset: str,
        sent_quantity: Decimal | None,
        sent_asset: str,
        received_quantity: Decimal | None,
        received_asset: str,
    ) -> Cents | None:
        """The fee's worth where its asset is priced by the same row; exact, no market price is guessed."""
        if value is None:
            return None
        for side_quantity, side_asset in ((sent_quantity, sent_asset), (received_quantity, received_asset)):
            if side_asset == asset and side_quantity:
                fee_n, fee_d = quantity.as_integer_ratio()
                side_n, side_d = side_quantity.as_integer_ratio()
                worth = Fraction(fee_n * side_d, fee_d * side_n) * value
                return self.counted("fee_quantity", worth.numerator if worth.denominator == 1 else worth)
        return None

    def transfer(
        self,
        wallet: str,
        sent_quantity: Decimal | None,
        sent_asset: str,
        received_quantity: Decimal | None,
        received_asset: str,
    ) -> None:
        target = self.text("to_wallet")
        if not target:
            todo = "Name the wallet the units arrived in; if it is not yours, use spend, gift_out, spouse_out or sell."
            self.problem("to-wallet", "A transfer needs to_wallet.", todo)
        elif target.casefold() == wallet.casefold():
            says = f"The transfer goes from “{wallet}” to itself."
            self.problem("to-wallet", says, "Correct to_wallet, or remove the row.", target)
        if received_asset and received_quantity != sent_quantity:
            says = "What the transfer sent and received differ."
            todo = "Put what arrived in sent_quantity and what the network took in fee_quantity."
            self.problem("transfer", says, todo)

    def rename(
        self,
        sent_quantity: Decimal | None,
        sent_asset: str,
        received_quantity: Decimal | None,
        received_asset: str,
    ) -> None:
        if sent_asset and sent_asset == received_asset:
            todo = "Name the new asset on the received side; between your own wallets it is a transfer."
            self.problem("rename", f"The row renames {sent_asset} to itself.", todo, sent_asset)
        elif sent_quantity is not None and received_quantity is not None and sent_quantity != received_quantity:
            says = f"The row makes {sent_quantity:f} {sent_asset} into {received_quantity:f} {received_asset}."
            todo = (
                "A rename is one for one: what the network took is a fee. At any other ratio, or for anything else "
                "than the same units under a new name, it is a trade with usd_value."
            )
            self.problem("rename", says, todo)

    def origin(
        self,
        kind: str,
        shape: Shape,
        acquired: date | None,
        basis: Cents | None,
        fmv: Cents | None,
        day: date | None,
    ) -> None:
        """Where units that were not bought here came from: date, basis and value as the kind needs them."""
        if acquired and day and acquired > day:
            says = f"acquired ({acquired}) is after the row's own day ({day})."
            self.problem("date", says, "Check both dates.", str(acquired))
        if kind == "inherited" and basis is not None and fmv is not None and basis != fmv:
            says = f"basis_usd is {exact_text(basis)} and fmv_usd is {exact_text(fmv)}."
            todo = (
                "Inherited units take their worth on the day of death: keep fmv_usd. "
                "What they cost the person who died has no place here."
            )
            self.problem("basis", says, todo)
        unused = [name for name in _ORIGIN if name not in shape.origin]
        for column in [name for name in unused if self.text(name)]:
            says = f"{_a(kind)} row does not use {column} (“{self.text(column)[:40]}”)."
            todo = "Check that the kind is right, or empty it."
            self.findings.append(Finding("ledger-unused", "review", says, todo, source=self.source, value=column))
        if shape.basis and basis is None and not self.text("basis_usd"):
            todos = {
                "gift_in": "Fill basis_usd with the donor's basis, and acquired with the donor's date. Where no record "
                "shows the basis, write 0 and leave acquired empty.",
                "spouse_in": "Fill basis_usd with your spouse's basis, as it stood in their records.",
            }
            todo = todos.get(
                kind, "Fill basis_usd with what the units cost in all; 0, the safe side, where it can't be shown."
            )
            self.problem("basis", f"{_a(kind)} row needs basis_usd.", todo)
        if shape.fmv and fmv is None and not self.text("fmv_usd") and not (kind == "inherited" and basis is not None):
            whose = "the day of the gift" if kind == "gift_in" else "the day of death"
            todo = f"Fill the worth of the units on {whose}."
            if kind == "gift_in":
                todo += " From a spouse, or in a divorce, it is spouse_in, which needs none."
            self.problem("fmv", f"{_a(kind)} row needs fmv_usd.", todo)
        if shape.acquired and acquired is None and not self.text("acquired"):
            todo = (
                "Fill the day the units were first acquired. If no record shows it, fill the first day on which a "
                "record shows that you had them: that is the safe side, as a gain becomes long-term later. Where no "
                "record shows the cost either, basis_usd 0 is the safe side. Say in the note what is not known."
            )
            if kind == "spouse_in":
                todo = "Fill the day your spouse acquired the units."
            self.problem("acquired", f"{_a(kind)} row needs acquired.", todo)
        if (
            kind == "gift_in"
            and basis
            and acquired is None
            and not (self.text("acquired") or self.text("gift_tax_usd"))
        ):
            todo = "Fill the day the donor acquired the units: it decides short-term or long-term."
            self.problem("acquired", "A gift with the donor's basis needs acquired.", todo)

    def gift_tax(self, kind: str, paid: Cents | None, taxed: Cents | None, acquired: date | None) -> None:
        """Of gift tax, the share that fell on the gain in the gift is basis: both amounts are needed."""
        if kind != "gift_in" or not paid:
            return
        if not taxed and not self.wrong():
            says = f"gift_tax_usd is {exact_text(paid)}, but not the amount that the tax was on."
            todo = "Fill taxable_gift_usd from the donor's Form 709: the gift after the annual exclusion."
            self.problem("gift-tax", says, todo)
        elif taxed and paid > taxed:
            says = f"The gift tax ({exact_text(paid)}) is more than the gift that it was on ({exact_text(taxed)})."
            self.problem("gift-tax", says, "Check gift_tax_usd and taxable_gift_usd against the donor's Form 709.")
        if acquired is None and not self.text("acquired"):
            todo = "Fill the day the donor acquired the units: without the donor's record no gift tax can be added."
            self.problem("acquired", "A gift with gift_tax_usd needs acquired.", todo)

    def nondeductible(self, kind: str) -> str:
        """Why a loss on what the row sold is not deductible, or that it is; not_said where the row is silent."""
        text = self.text("nondeductible").lower()
        if not text:
            return "not_said"
        if text not in _NONDEDUCTIBLE:
            todo = "Use related (sold to a relative or an own company), personal (held for personal use) or no."
            self.problem("nondeductible", f"nondeductible is “{text_shown(text)}”.", todo, text)
        elif kind not in _SOLD:
            says = f"{_a(kind)} row does not use nondeductible (“{text}”): it sells nothing."
            todo = "Check that the kind is right, or empty it."
            self.findings.append(Finding("ledger-unused", "review", says, todo, source=self.source, value=text))
        return text

    def broker_form(self) -> tuple[str, bool]:
        names = {"": "none", "none": "none", "1099-b": "1099-B", "1099-da": "1099-DA"}
        text = self.text("form")
        form = names.get(text.lower())
        if form is None:
            self.problem("form", f"Unknown form “{text_shown(text)}”.", "Use none, 1099-B or 1099-DA.", text)
            return "none", False
        answer = self.text("basis_reported").lower()
        if answer not in ("", "yes", "no"):
            self.problem("form", f"basis_reported is “{text_shown(answer)}”.", "Use yes or no.", answer)
        elif form != "none" and not answer:
            says = f"The row names Form {form} but not whether it shows the basis to the IRS."
            self.problem("form", says, "Fill basis_reported with yes or no, as the form says.")
        elif form == "none" and answer == "yes":
            says = "basis_reported is yes, but no form is named."
            self.problem("form", says, "Fill form with 1099-B or 1099-DA, or empty basis_reported.", answer)
        return form, answer == "yes"
