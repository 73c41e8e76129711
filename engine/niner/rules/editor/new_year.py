"""The parameters that change every year and that a year has not restated."""

from pathlib import Path

from niner.rules.language.values import Parameter
from niner.rules.year import load_rules


def due_parameters(year: int, room: Path | None = None) -> tuple[Parameter, ...]:
    """The yearly parameters of a year's rules that still have the value of an earlier year."""
    rules = load_rules(year, (), room)
    own = {change.name for change in rules.history if change.kind == "parameter" and change.year == year}
    return tuple(p for name, p in rules.compiled.parameters.items() if p.changes == "yearly" and name not in own)
