"""The case folder: who the return is for, which year, what was elected, and the figures that are not crypto.

YAML written by hand comes in; a checked `Case`, filed returns and rulings go out, or every problem with file and row.
`model` is the shape of case.yaml, `figures` of its blocks of papers, `filed` of filed/, `rulings` of decisions.yaml;
`locking` writes what was filed and `locked` proves it whole. Start with `folder`.
"""

from niner.case.folder import read_case
from niner.case.model import Asset, CarryoverIn, Case, Elections, ReturnFigures
from niner.case.people import Dependent, Taxpayer

__all__ = ["Asset", "CarryoverIn", "Case", "Dependent", "Elections", "ReturnFigures", "Taxpayer", "read_case"]
