"""Money is whole cents in an int. Text in, text out, and the two roundings the forms allow."""

import re
from decimal import Decimal

from niner.exact import EXACT

# A comma only groups thousands: “0,500” is half a unit in much of the world, and is refused.
_AMOUNT = re.compile(r"[-+]?\$?(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)?(?:\.\d*)?")


def parse_decimal(text: str) -> Decimal:
    """Exact decimal from text such as `1234.5`, `1,234.50`, `$12` or `1e-8`.

    Raises ValueError where the text is no plain number, or is longer than any real quantity or price.
    """
    text = text.strip()
    mantissa, _, exponent = text.replace("E", "e").partition("e")
    if not _AMOUNT.fullmatch(mantissa) or not any(c.isdigit() for c in mantissa) or len(text) > 60:
        raise ValueError("not a number")
    if "e" in text.lower() and not re.fullmatch(r"[-+]?\d{1,2}", exponent):
        raise ValueError("not a number")
    return Decimal(text.replace(",", "").replace("$", ""))


def cents(amount: Decimal) -> int:
    """Dollars to whole cents, half a cent away from zero (as the IRS rounds: 50 and up goes up)."""
    scaled = amount.scaleb(2, context=EXACT)
    return int(scaled.to_integral_value(rounding="ROUND_HALF_UP", context=EXACT))


def parse_cents(text: str) -> int:
    """Whole cents from text in dollars; fractions of a cent are rounded half up. Raises ValueError."""
    return cents(parse_decimal(text))


def dollars_text(amount_cents: int) -> str:
    """Cents as plain decimal text in dollars, `-655.00`: what return.json and CSV files hold."""
    sign = "-" if amount_cents < 0 else ""
    return f"{sign}{abs(amount_cents) // 100}.{abs(amount_cents) % 100:02d}"


def dollars_spoken(amount_cents: int) -> str:
    """Cents as people read them, `-$1,234.50`, without cents where there are none."""
    whole, part = divmod(abs(amount_cents), 100)
    return f"{'-' if amount_cents < 0 else ''}${whole:,}" + (f".{part:02d}" if part else "")


def dollars_printed(amount_cents: int) -> str:
    """Cents as a column of money shows them, always with cents: `-$1,234.50`, `$4,000.00`."""
    whole, part = divmod(abs(amount_cents), 100)
    return f"{'-' if amount_cents < 0 else ''}${whole:,}.{part:02d}"


def round_to_dollar(amount_cents: int) -> int:
    """Cents rounded to whole dollars (still in cents), half a dollar away from zero (Form 8949 instructions)."""
    sign = -1 if amount_cents < 0 else 1
    return sign * ((abs(amount_cents) + 50) // 100) * 100


def share(total: int, part: int, whole: int) -> int:
    """`total * part / whole` in integers, rounded half away from zero; `whole` is positive."""
    if total < 0:
        return -share(-total, part, whole)
    return (2 * total * part + whole) // (2 * whole)
