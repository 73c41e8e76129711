"""What one year's file did to one name: the history of a rule is a list of these."""

from niner.dataclass import dataclass
from niner.values import Source


@dataclass(frozen=True)
class Change:
    """One name touched by one year's file: what `rules diff` and `rules show` tell the history from."""

    year: int
    kind: str  # decision, rule, remark, form, line, parameter, function, table, row
    name: str  # term/short, f1040sd/7, capital_loss_limit
    action: str  # added, changed, retired
    source: Source
    reason: str = ""
    own: bool = True  # False where a firm's overlay made it
