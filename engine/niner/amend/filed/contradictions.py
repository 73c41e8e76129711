"""Filed or corrected lines of Form 1040 to those that do not follow from one another, by what the forms say adds up."""

from collections.abc import Iterator, Mapping

from niner.amend.filed.figures import LinesByForm, amount
from niner.dataclass import dataclass
from niner.money import dollars_spoken
from niner.returns.footing import Relation, relations
from niner.rules import YearRules
from niner.values import Finding, Source

_ROUNDED_CENTS = 100  # each figure may have been rounded to dollars


@dataclass(frozen=True, slots=True)
class Broken:
    """A relation that does not hold: what stands on its line, and what the lines that it adds make, cents."""

    relation: Relation
    given: int
    wanted: int

    @property
    def formula(self) -> str:
        """What the form adds, `11 − 14`."""
        return self.relation.text.partition(" or ")[0].partition(", ")[0].replace("-", "−")


def broken(lines: LinesByForm, year: int, holds_for: str) -> Iterator[Broken]:
    """Every relation of the year that the lines break by more than rounding; an empty line is 0."""
    for relation in relations(year, holds_for):
        given = amount(lines, relation.form, relation.line)
        sums = [sum(sign * amount(lines, form, line) for sign, form, line in terms) for terms in relation.sums]
        wanted = [max(found, 0) if relation.floor else found for found in sums]
        slack = [_ROUNDED_CENTS * len(terms) for terms in relation.sums]
        if all(abs(one - given) >= within for one, within in zip(wanted, slack, strict=True)):
            yield Broken(relation, given, wanted[0])


def contradictions(
    lines: Mapping[str, Mapping[str, int | bool]], rules: YearRules, source: Source, adjusted_on: str = ""
) -> list[Finding]:
    """Filed lines that do not follow from one another, each with both figures.

    Once a return was adjusted, what is refunded or owed on it is another matter and not compared.
    """
    found = [*broken(lines, rules.year, "filed"), *(() if adjusted_on else broken(lines, rules.year, "first_filed"))]
    findings = []
    for one in found:
        form, line = one.relation.form, one.relation.line
        _, first_form, first_line = one.relation.sums[0][0]
        # What is taken off and was left empty was empty; what is added to must be there.
        if line not in lines.get(form, {}) or first_line not in lines.get(first_form, {}):
            continue
        says = (
            f"{f'With the change of {adjusted_on}' if adjusted_on else 'The filed'} Form 1040 contradicts itself: "
            f"line {line} is {dollars_spoken(one.given)}, but {one.formula} is {dollars_spoken(one.wanted)}."
        )
        todo = "Copy the lines again from the filed return. If it was filed so, the IRS has corrected it: add that."
        if adjusted_on:
            todo = "Give every line that changed as it was from then on, the totals too, as the notice has them."
        difference = one.given - one.wanted
        findings.append(Finding("filed-contradiction", "error", says, todo, "Form 1040", difference, source))
    return findings
