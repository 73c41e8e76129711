"""The records that a chain of rule files is merged into, still as nodes, and the keys that files may have."""

from dataclasses import field

from niner.dataclass import dataclass
from niner.rules.compiling.change import Change
from niner.rules.language.nodes import Node
from niner.values import Finding

RULE_KEYS = ("id", "says", "authority", "when", "then", "overrides", "tell", "todo", "open")
REMARK_KEYS = ("id", "finding", "tell", "says", "todo", "authority", "when", "amount", "open", "paper")
LINE_KEYS = ("says", "authority", "value", "columns", "when", "blank_if_zero", "round", "print")
FUNCTION_KEYS = ("of", "says", "authority", "value")
PARAMETER_KEYS = ("title", "unit", "authority", "address", "value", "changes", "below_zero", "above_one")


@dataclass
class MergedDecision:
    """A decision, or the remarks of one topic."""

    head: dict[str, Node] = field(default_factory=dict)
    rules: dict[str, Node] = field(default_factory=dict)


@dataclass
class MergedForm:
    head: dict[str, Node] = field(default_factory=dict)
    lines: dict[str, Node] = field(default_factory=dict)


@dataclass
class Merged:
    """What the chain comes to, still as nodes."""

    year: int
    draft: bool = False
    says: str = ""
    extends: int | None = None
    decisions: dict[str, MergedDecision] = field(default_factory=dict)
    remarks: dict[str, MergedDecision] = field(default_factory=dict)
    forms: dict[str, MergedForm] = field(default_factory=dict)
    parameters: dict[str, dict[str, Node]] = field(default_factory=dict)
    parameter_at: dict[str, Node] = field(default_factory=dict)
    functions: dict[str, Node] = field(default_factory=dict)
    tables: dict[str, MergedForm] = field(default_factory=dict)
    """Tables of the law; `lines` are their rows."""
    changes: list[Change] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    sha256: str = ""

    @property
    def positions(self) -> tuple[Change, ...]:
        """What an overlay said last: a position that a later year of Niner's own restates is no longer in force."""
        last = {(change.kind, change.name): change for change in self.changes}
        return tuple(change for change in last.values() if not change.own)
