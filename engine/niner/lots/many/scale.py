"""Quantities as integers of one scale: as many decimals as the ledger needs, so that nothing is rounded."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from niner.exact import decimals, units
from niner.ledger.columns import FEW, Columns, of_few_decimals

_MOST_OFTEN = 18  # of what has more
_BETWEEN = "\0"
_EVEN = re.compile(rf"(?:[0-9]++\.[0-9]{{{FEW}}}|)(?:{_BETWEEN}(?:[0-9]++\.[0-9]{{{FEW}}}|))*+")


def scale_of(rows: Columns, also: Iterable[Decimal]) -> int:
    """Decimals that hold every quantity of rows, and those of `also`, exactly."""
    most, more = FEW, list(map(str, also))
    columns = () if rows.few_decimals() else (rows.sent, rows.received, rows.fees)
    for texts in (*columns, more):
        if of_few_decimals(texts):
            continue
        most = max(most, _MOST_OFTEN)
        # So few letters hold no more decimals, unless there is an exponent.
        if max(map(len, texts)) > _MOST_OFTEN or any("E" in text for text in texts):
            most = max(most, *(decimals(Decimal(text)) for text in texts if text))
    return most


def all_units(texts: Sequence[str], scale: int) -> list[int]:
    """Quantities as integers of `scale` decimals; 0 for none."""
    together = _BETWEEN.join(texts)
    if texts and _EVEN.fullmatch(together):
        digits = together.replace(".", "").split(_BETWEEN)
        more = 10 ** (scale - FEW)
        if more == 1 and all(digits):
            return list(map(int, digits))
        return [int(one) * more if one else 0 for one in digits]
    return [units(Decimal(text), scale) if text else 0 for text in texts]
