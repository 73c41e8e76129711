"""What brokers reported on Forms 1099-B and 1099-DA: read from brokers/, and set against the dispositions."""

from niner.brokers.folder import read_brokers
from niner.brokers.values import NONE, Brokers, ReportedSale

__all__ = ["NONE", "Brokers", "ReportedSale", "read_brokers"]
