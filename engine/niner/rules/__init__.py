"""The rules room: the YAML under `rules/` in, a year's decisions, worksheets and parameters out.

    files ─ language ─▶ rows ─ compiling ─▶ YearRules ─ deciding ─▶ conclusions, worksheets ─▶ lines

`editor` holds the tools of those who edit. Start with `year`.
"""

from niner.rules.compiling.change import Change
from niner.rules.deciding.facts import Concluded, Facts
from niner.rules.language.values import Candidate, Conclusion, FactValue, LineName, Place
from niner.rules.worksheets import Input, Lines, Trace, WorksheetInputs
from niner.rules.year import YearRules, first_year, load_rules

__all__ = [
    "Candidate",
    "Change",
    "Concluded",
    "Conclusion",
    "FactValue",
    "Facts",
    "Input",
    "LineName",
    "Lines",
    "Place",
    "Trace",
    "WorksheetInputs",
    "YearRules",
    "first_year",
    "load_rules",
]
