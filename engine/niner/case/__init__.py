"""The case folder: who the return is for, which year, what was elected, and the figures that are not crypto."""

from niner.case.folder import read_case
from niner.case.model import Asset, CarryoverIn, Case, Elections, ReturnFigures
from niner.case.people import Dependent, Taxpayer

__all__ = ["Asset", "CarryoverIn", "Case", "Dependent", "Elections", "ReturnFigures", "Taxpayer", "read_case"]
