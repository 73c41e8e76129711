"""The small vocabulary every room speaks: where a fact came from, and what was found about it."""

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from niner.dataclass import dataclass

Severity = Literal["error", "review", "note"]


class Source(NamedTuple):
    """A place in an input file. `row` is the line a person sees in an editor, counted from 1; 0 is the whole file."""

    file: str
    row: int = 0

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}" if self.row else self.file


def as_text(sources: Iterable[Source]) -> list[str]:
    """Each place as text, in the words of `str`."""
    return [f"{source.file}, row {source.row}" if source.row else source.file for source in sources]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the person must know. `error` stops the forms, `review` is to be settled, `note` informs.

    `says` is one sentence on what is so; `todo` what to do about it; `value` the offending text (never an SSN);
    `amount_cents` the money at stake, where there is one; `line` the printed line that it could move, by its name;
    `authority` the law behind it; `paper` the paper, with its lines, that would settle it.
    """

    id: str
    severity: Severity
    says: str
    todo: str = ""
    authority: str = ""
    amount_cents: int | None = None
    source: Source | None = None
    value: str = ""
    line: str = ""
    paper: str = ""

    def as_json(self) -> dict[str, Any]:
        """The finding as `return.json` and `--json` print it; amounts are decimal text in dollars."""
        from niner.money import dollars_text

        return {
            "id": self.id,
            "severity": self.severity,
            "says": self.says,
            "todo": self.todo,
            "authority": self.authority,
            "amount": None if self.amount_cents is None else dollars_text(self.amount_cents),
            "source": {"file": self.source.file, "row": self.source.row} if self.source else None,
            "value": self.value,
            "line": self.line,
            **({"paper": self.paper} if self.paper else {}),
        }


_WEIGHTS: tuple[Severity, ...] = ("error", "review", "note")


def by_weight(findings: Iterable[Finding]) -> list[Finding]:
    """Errors, then what is to be settled, each the most money at stake first, then notes as they stand."""

    def weight(finding: Finding) -> tuple[int, int]:
        money = 0 if finding.severity == "note" else abs(finding.amount_cents or 0)
        return _WEIGHTS.index(finding.severity), -money

    return sorted(findings, key=weight)


class Refused(Exception):
    """Raised where a step can't go on. Carries every finding known by then, at least one of them an error."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(f.says for f in findings))
        self.findings = findings

    def __reduce__(self) -> tuple[type["Refused"], tuple[list[Finding]]]:
        return type(self), (self.findings,)
