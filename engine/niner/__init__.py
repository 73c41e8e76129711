"""Niner turns a crypto ledger into Form 8949, Schedule D and Form 1040-X.

A case folder comes in, forms and tables that were read back go out. Start with `prepare`; docs/house.md has the rooms.
"""

__version__ = "0.1.0"
