"""What one row of an export says before rows are put together: the stuff of events, with the row's own place."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from niner.imports.events import Fee, Leg


class Draft(NamedTuple):
    """One row; a tuple, since there may be a million.

    With `group` it is a leg of an event; `key` is then what its partners have in common with it.

    `native` is the export's own id of the row, empty where there is none. `share` is what its part of the other side is
    measured by, where one receipt belongs to several rows. Not `timed`: the row names only the day. `view` names the
    view of the account that the row is of.
    """

    file: str
    row: int
    line: int
    time: datetime
    wallet: str
    source: str
    kind: str
    type: str
    sent: tuple[Leg, ...] = ()
    received: tuple[Leg, ...] = ()
    fees: tuple[Fee, ...] = ()
    usd: Decimal | None = None
    group: str = ""
    key: tuple[str, ...] = ()
    native: str = ""
    txid: str = ""
    to_wallet: str = ""
    route: str = ""
    note: str = ""
    share: Decimal | None = None
    timed: bool = True
    view: str = ""
