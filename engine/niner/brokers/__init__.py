"""What brokers reported on Forms 1099-B and 1099-DA: read from brokers/, and set against the dispositions.

The files of brokers/ and a year's dispositions come in; each reported row goes out with the sale that it is, or as
open. `folder` reads by the room `reading`, `match` pairs, `spread` gives each lot what the form says of it. Start
with `reconcile`.
"""

from typing import TYPE_CHECKING, Any

from niner.brokers.values import NONE, Brokers, ReportedSale

if TYPE_CHECKING:
    from niner.brokers.folder import read_brokers

__all__ = ["NONE", "Brokers", "ReportedSale", "read_brokers"]


def __getattr__(name: str) -> Any:
    """What reads brokers' files is loaded where there are some."""
    if name != "read_brokers":
        raise AttributeError(name)
    from niner.brokers.folder import read_brokers

    return read_brokers
