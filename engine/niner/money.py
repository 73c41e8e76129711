"""Money in cents, exact where a ledger says less than a cent. Text in, text out, and the two roundings of the forms."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, chain
from math import gcd
from operator import itemgetter, sub
from typing import NamedTuple

from niner.exact import EXACT

_scaled = EXACT.scaleb
Cents = int | Fraction
"""An amount in cents: an int where it is whole, else the exact fraction."""

PARTS = 10**24
"""The parts of a cent in which lots are kept, so that a share of a cent is never rounded away before it is printed."""

_ROUGHLY = 10**9  # parts: more than a hundred million shares lose in rounding, and still no amount of money

# A comma only groups thousands: “0,500” is half a unit in much of the world, and is refused.
_AS_WRITTEN = re.compile(r"-?[0-9]{1,15}\.[0-9]{2}")
_AMOUNT = re.compile(r"[-+]?\$?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]*)?")
_MOST_DECIMALS = 30
# What the rule engine can be asked about; larger numbers it clamps in silence.
MOST_CENTS = 2**62 - 1
_FINEST = 10**12  # of a cent: a price; what has more decimals is a share
_MOST = 10**_MOST_DECIMALS
_PART = tuple(f".{part:02d}" for part in range(100))
"""What stands behind the dollars of an amount, by its cents beyond them."""
_BEHIND_COMMA = tuple(f",{below:03d}" for below in range(1000))
"""What stands behind the thousands of dollars of an amount, by its dollars beyond them."""
_NOT_SHORT = 5**7
"""Parts of a cent that are no multiple of it have at most 2**24 * 5**6 in common with the 10**24 of a cent, so that as
a fraction of a cent they are finer than `_FINEST`."""


class Amounts(NamedTuple):
    """Columns (d), (e), (g) and (h) of Form 8949, in whole cents."""

    proceeds: int
    basis: int
    adjustment: int
    gain: int

    def in_dollars(self) -> "Amounts":
        """Each rounded to whole dollars for itself."""
        return Amounts(*map(round_to_dollar, self))


def total(amounts: Iterable[Amounts]) -> Amounts:
    """The columns added, each for itself."""
    each = list(amounts)
    return Amounts(*(sum(map(itemgetter(at), each)) for at in range(len(Amounts._fields))))


def parse_decimal(text: str) -> Decimal:
    """Exact decimal from text such as `1234.5`, `1,234.50`, `$12` or `1e-8`.

    Raises ValueError where the text is no plain number, or is longer than any real quantity or price.
    """
    text = text.strip()
    mantissa, _, exponent = text.replace("E", "e").partition("e")
    if not _AMOUNT.fullmatch(mantissa) or not any(c in "0123456789" for c in mantissa) or len(text) > 60:
        raise ValueError("not a number")
    if "e" in text.lower() and not re.fullmatch(r"[-+]?[0-9]{1,2}", exponent):
        raise ValueError("not a number")
    return Decimal(text.replace(",", "").replace("$", ""))


def cents(amount: Decimal) -> int:
    """Dollars to whole cents, half a cent away from zero (as the IRS rounds: 50 and up goes up)."""
    scaled = amount.scaleb(2, context=EXACT)
    return int(scaled.to_integral_value(rounding="ROUND_HALF_UP", context=EXACT))


def exact_cents(amount: Decimal) -> Cents:
    """Dollars to cents with nothing rounded: an int where the cents are whole."""
    text = str(amount)
    if text[-3:-2] == ".":  # most are written with both digits of the cents
        return int(text[:-3] + text[-2:])
    scaled = _scaled(amount, 2)
    whole = int(scaled)
    return whole if whole == scaled else Fraction(scaled)


def whole_cents(amount: Cents) -> int:
    """Exact cents rounded to whole ones, half a cent away from zero."""
    if isinstance(amount, int):
        return amount
    return share(amount.numerator, 1, amount.denominator)


def parts(amount: Cents) -> int:
    """Exact cents in parts of a cent; what is finer is rounded."""
    if isinstance(amount, int):
        return amount * PARTS
    return share(amount.numerator * PARTS, 1, amount.denominator)


def carried(amounts: Iterable[int]) -> list[int]:
    """Amounts in parts to whole cents that add up: what one loses in rounding, the next ones make up for.

    No amount moves by a cent or more, whole cents stay as they are, and the sum is the exact sum rounded once.
    """
    # Each sum steadied, then rounded to cents: of whole numbers one division comes to the same as the two.
    half = (PARTS + _ROUGHLY) // 2
    reached = [(exact + half) // PARTS if exact >= 0 else -((half - exact) // PARTS) for exact in accumulate(amounts)]
    return list(map(sub, reached, chain((0,), reached)))


def steadied(amount: int) -> int:
    """A sum of parts of a cent without the last digits, in which shares such as thirds are rounded.

    So a sum that is half a cent, or one, in truth counts as that, and not as a hair less.
    """
    return share(amount, 1, _ROUGHLY) * _ROUGHLY


def parse_cents(text: str) -> int:
    """Whole cents from text in dollars; fractions of a cent are rounded half up. Raises ValueError."""
    if _AS_WRITTEN.fullmatch(text):  # as `dollars_text` writes them
        return int(text[:-3] + text[-2:])
    return cents(parse_decimal(text))


def dollars_text(amount_cents: Cents) -> str:
    """Cents as plain decimal text in dollars, `-655.00`: what return.json and CSV files hold. Parts are rounded."""
    amount = amount_cents if type(amount_cents) is int else whole_cents(amount_cents)
    return f"{amount // 100}{_PART[amount % 100]}" if amount >= 0 else f"-{-amount // 100}{_PART[-amount % 100]}"


def dollars_texts(amounts: Sequence[int]) -> list[str]:
    """The same of a column of whole cents."""
    part = _PART
    return [f"{a // 100}{part[a % 100]}" if a >= 0 else f"-{-a // 100}{part[-a % 100]}" for a in amounts]


def exact_text(amount_cents: Cents) -> str:
    """Cents as decimal text in dollars with every decimal there is, `0.0049`; one that never ends ends at the cent."""
    if isinstance(amount_cents, int) or _MOST % amount_cents.denominator:
        return dollars_text(amount_cents)
    digits = amount_cents.numerator * (_MOST // amount_cents.denominator)
    return f"{Decimal(digits).scaleb(-_MOST_DECIMALS - 2, context=EXACT).normalize(EXACT):f}"


def parts_text(amount: int, cents: int) -> str:
    """Parts of a cent as `exact_text` has them; `cents` are given for a share that never ends."""
    if amount % _NOT_SHORT or amount == cents * PARTS:
        return dollars_text(cents)
    if PARTS // gcd(amount, PARTS) > _FINEST:  # the denominator
        return dollars_text(cents)
    return exact_text(Fraction(amount, PARTS))


def parts_texts(amounts: Sequence[int], cents: Sequence[int]) -> list[str]:
    """The same of a column of each."""
    texts = zip(dollars_texts(cents), amounts, cents, strict=True)
    return [text if amount % _NOT_SHORT else parts_text(amount, whole) for text, amount, whole in texts]


def dollars_spoken(amount_cents: Cents) -> str:
    """Cents as people read them, `-$1,234.50`, without cents where there are none. Parts are rounded."""
    amount_cents = whole_cents(amount_cents)
    whole, part = divmod(abs(amount_cents), 100)
    return f"{'-' if amount_cents < 0 else ''}${whole:,}" + (f".{part:02d}" if part else "")


def dollars_printed(amount_cents: Cents) -> str:
    """Cents as a column of money shows them, always with cents: `-$1,234.50`, `$4,000.00`. Parts are rounded."""
    amount = amount_cents if type(amount_cents) is int else whole_cents(amount_cents)
    return f"${amount // 100:,}{_PART[amount % 100]}" if amount >= 0 else f"-${-amount // 100:,}{_PART[-amount % 100]}"


def all_dollars_printed(amounts: Sequence[int]) -> list[str]:
    """The same of a column of whole cents. A comma asked of a format takes as long as all else of an amount."""
    part, behind_comma = _PART, _BEHIND_COMMA
    return [
        f"${a // 100}{part[a % 100]}"
        if 0 <= a < 100_000
        else f"${a // 100_000}{behind_comma[a // 100 % 1000]}{part[a % 100]}"
        if 0 <= a < 100_000_000
        else dollars_printed(a)
        for a in amounts
    ]


def round_to_dollar(amount_cents: int) -> int:
    """Cents rounded to whole dollars (still in cents), half a dollar away from zero (Form 8949 instructions)."""
    sign = -1 if amount_cents < 0 else 1
    return sign * ((abs(amount_cents) + 50) // 100) * 100


def footed_dollars(amounts: Sequence[int]) -> list[int]:
    """Cents rounded to whole dollars (still in cents) that add up to their sum rounded once.

    Each is rounded for itself, half a dollar away from zero; where those don't add up, the ones that move least by it
    go to the dollar on their other side.
    """
    rounded = [round_to_dollar(amount) for amount in amounts]
    missing = round_to_dollar(sum(amounts)) - sum(rounded)
    step = 100 if missing > 0 else -100
    moved_least = sorted(range(len(amounts)), key=lambda at: abs(rounded[at] + step - amounts[at]))
    for at in moved_least[: abs(missing) // 100]:
        rounded[at] += step
    return rounded


def share(total: int, part: int, whole: int) -> int:
    """`total * part / whole` in integers, rounded half away from zero; `whole` is positive."""
    if total < 0:
        return -share(-total, part, whole)
    return (2 * total * part + whole) // (2 * whole)
