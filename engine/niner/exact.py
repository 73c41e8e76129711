"""The one place where quantities are reckoned with: decimals of any length, and never a digit lost.

Python's own context keeps 28 digits, so `-quantity`, `a + b` or `abs(a)` of a longer one would be another quantity.
Here a result that can't be held whole is an error, not a rounding.
"""

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from functools import reduce

# A quantity has at most 60 characters and an exponent of two digits, so 300 digits hold every sum; 500 leave room.
EXACT = Context(prec=500, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])

add = EXACT.add
subtract = EXACT.subtract
multiply = EXACT.multiply
_scaled, _normal = EXACT.scaleb, EXACT.normalize


def units(quantity: Decimal, scale: int) -> int:
    """A quantity as an integer of `scale` decimals; it must have no more than that many."""
    return int(_scaled(quantity, scale))


def quantity(units: int, scale: int) -> Decimal:
    """An integer of `scale` decimals as a quantity, without trailing zeros."""
    return _normal(_scaled(Decimal(units), -scale)) if units else Decimal(0)


def decimals(quantity: Decimal) -> int:
    """How many decimals the quantity is written with; 0 for a whole number."""
    exponent = quantity.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def total(quantities: Iterable[Decimal]) -> Decimal:
    """All of them added; 0 for none."""
    return reduce(add, quantities, Decimal(0))


def written(quantity: Decimal) -> str:
    """A quantity with the digits that it has, and no exponent: what `f"{quantity:f}"` gives."""
    shown = str(quantity)
    return f"{quantity:f}" if "E" in shown else shown


def all_written(quantities: Sequence[Decimal]) -> list[str]:
    """The same of many."""
    return [f"{one:f}" if "E" in shown else shown for one, shown in zip(quantities, map(str, quantities), strict=True)]


def text(quantity: Decimal) -> str:
    """A quantity as people write it: no exponent, no zeros at its end."""
    return f"{quantity.normalize(EXACT):f}" if quantity else "0"
