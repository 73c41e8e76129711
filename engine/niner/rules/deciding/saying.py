"""Turns what remarks concluded about a fact into what is said of it, with the fact's own figures in the words."""

from collections.abc import Mapping, Sequence

from niner.dataclass import dataclass
from niner.rules.language.sentences import printed
from niner.rules.language.values import SAID, Conclusion, FactValue, Field, Remark
from niner.values import Finding, Source


@dataclass(frozen=True, slots=True)
class Said:
    """One remark that holds of a fact, in words. `fields` are those it tests or prints; `amount_cents` may be None."""

    remark: Remark
    says: str
    todo: str
    amount_cents: int | None
    fields: tuple[str, ...]

    def finding(self, source: Source | None = None) -> Finding:
        """What is printed among the findings; `source` is the file and row it is about."""
        remark = self.remark
        return Finding(
            remark.finding,
            remark.tell,
            self.says,
            self.todo,
            remark.authority,
            self.amount_cents,
            source=source,
            paper=remark.paper,
        )


def said_of(
    fact: Mapping[str, FactValue],
    conclusions: Mapping[str, Conclusion],
    remarks: Sequence[Remark],
    fields: Mapping[str, Field],
) -> tuple[Said, ...]:
    """The remarks that their conclusions let speak, in the order of the rules. Money in the facts is cents."""
    speaking = [remark for remark in remarks if conclusions[remark.id].value == SAID]
    if not speaking:
        return ()
    known = {**{name: conclusion.value for name, conclusion in conclusions.items()}, **fact}
    return tuple(_said(remark, known, fields) for remark in speaking)


def _said(remark: Remark, fact: Mapping[str, FactValue], fields: Mapping[str, Field]) -> Said:
    tested = [test.field for test in remark.condition.tests()]
    return Said(
        remark,
        printed(remark.says, fact, fields),
        printed(remark.todo, fact, fields),
        int(fact[remark.amount]) if remark.amount else None,
        tuple(dict.fromkeys([*remark.prints, *tested])),
    )
