"""The canonical table with no rows in it: what a person fills in from a paper form."""

from niner.brokers.reading.columns import COLUMNS, MORE


def template() -> str:
    """The header of a table for brokers/, as CSV: the contract's columns, then those that few forms need."""
    return ",".join((*COLUMNS, *MORE)) + "\n"
