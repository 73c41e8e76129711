"""What a year's rules are once they are compiled: all that a return needs of them."""

from collections.abc import Mapping

from niner.dataclass import dataclass
from niner.rules.language.values import Decision, FactKind, Function, Line, LineName, Parameter, Remark, Table


@dataclass(frozen=True)
class Compiled:
    """A year's rules ready to run: decisions and lines each in dependency order.

    Every remark is among the decisions too, under its id.
    """

    kinds: Mapping[str, FactKind]
    decisions: Mapping[str, Decision]
    lines: Mapping[LineName, Line]
    parameters: Mapping[str, Parameter]
    functions: Mapping[str, Function]
    titles: Mapping[str, str]
    asks: Mapping[str, str]
    remarks: Mapping[str, Remark]
    tables: Mapping[str, Table]
    draft: bool = False
