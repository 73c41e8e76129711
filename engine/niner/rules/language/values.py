"""The vocabulary of the rule language: what files are read into, and what the evaluators run on."""

import ast
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple, cast

from niner.dataclass import dataclass
from niner.values import Severity, Source

FactValue = int | str | bool
FieldType = Literal["whole_number", "text", "yes_no", "words"]
Unit = Literal["dollars", "rate", "count", "text", "date"]
Rounding = Literal["cents", "dollars", "as_printed"]
"""What a line rounds its result to; `as_printed`: to dollars where the return elects them, and that is added."""
Operator = Literal["in", "not_in", "gt", "gte", "lt", "lte"]

SAID = "said"  # what a remark concludes where it speaks
FILING_STATUSES = ("single", "married_joint", "married_separate", "head_of_household", "surviving_spouse")
INT_LIMIT = 2**62  # durable_rules clamps larger ints in silence


@dataclass(frozen=True, slots=True)
class Field:
    """One declared field of a fact. `values` lists the allowed texts; a decision's outcome is a field too.

    `words` are free text that a remark may print and no rule may test. `taken_from` is the
    line or figure of the case that fills the field, as formulas name them; `rows_of` are the kinds of ledger rows of
    digital assets in the year that make it true.
    """

    name: str
    type: FieldType
    meaning: str
    values: tuple[str, ...] = ()
    unit: str = ""
    decided: bool = False
    taken_from: str = ""
    source: Source | None = None
    column: int = 0
    rows_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field against constants: `in` and `not_in` hold a tuple, order comparisons a single int."""

    field: str
    operator: Operator
    operand: tuple[FactValue, ...]

    def words(self) -> str:
        """The test as a person reads it, `kind is sell or trade`."""
        shown = [("yes" if v is True else "no" if v is False else str(v)) for v in self.operand]
        phrase = {
            "in": "is",
            "not_in": "is not",
            "gt": "is more than",
            "gte": "is at least",
            "lt": "is less than",
            "lte": "is at most",
        }[self.operator]
        return f"{self.field} {phrase} {' or '.join(shown)}"


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds where every test of `all_of` holds and, if there are any, every test of one of `any_of`."""

    all_of: tuple[Comparison, ...] = ()
    any_of: tuple[tuple[Comparison, ...], ...] = ()

    def tests(self) -> tuple[Comparison, ...]:
        return self.all_of + tuple(test for group in self.any_of for test in group)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a decision. `tell` makes its conclusion a finding of that severity; `open` says what is unsettled."""

    id: str
    says: str
    authority: str
    condition: Condition
    then: str
    source: Source
    overrides: tuple[str, ...] = ()
    tell: Severity | Literal[""] = ""
    todo: str = ""
    open: str = ""


@dataclass(frozen=True)
class Decision:
    """A question about one kind of fact, its possible conclusions and the rules that answer it."""

    name: str
    about: str
    concludes: tuple[str, ...]
    rules: tuple[Rule, ...]
    source: Source

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The fields its rules test, in first-use order."""
        return tuple(dict.fromkeys(test.field for rule in self.rules for test in rule.condition.tests()))

    @cached_property
    def cuts(self) -> Mapping[str, tuple[int, ...]]:
        """For each whole-number field, the numbers where some rule's answer can change, ascending.

        A value v lies in the class `bisect_left(cuts, v)` of the half-open steps (…, c0], (c0, c1], …; `eq c` is cut
        at c - 1 and c.
        """
        found: dict[str, set[int]] = {}
        for rule in self.rules:
            for test in rule.condition.tests():
                for bound in test.operand:
                    if isinstance(bound, bool) or not isinstance(bound, int):
                        continue
                    edges = {"gt": (bound,), "lte": (bound,), "gte": (bound - 1,), "lt": (bound - 1,)}
                    found.setdefault(test.field, set()).update(edges.get(test.operator, (bound - 1, bound)))
        return {name: tuple(sorted(edges)) for name, edges in found.items()}

    def class_of(self, fact: Mapping[str, FactValue]) -> tuple[FactValue, ...]:
        """What its rules can tell of a fact: facts of one class have the same rules holding."""
        cuts = self.cuts
        return tuple([bisect_left(cuts[n], cast(int, fact[n])) if n in cuts else fact[n] for n in self.reads])


class Part(NamedTuple):
    """A piece of a sentence: plain text, or a field by name with the words that follow its count, for one and many."""

    text: str = ""
    field: str = ""
    one: str = ""
    many: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to be said of a fact where its condition holds; several may be said of one.

    `id` is its name among the rules and the name of the decision, silent or said, that it is evaluated as; `finding`
    the id of what is printed. `amount` is the field that holds the money at stake; `paper` the paper, with its lines,
    that would settle it.
    """

    id: str
    topic: str
    about: str
    finding: str
    tell: Severity
    says: tuple[Part, ...]
    todo: tuple[Part, ...]
    authority: str
    condition: Condition
    source: Source
    amount: str = ""
    paper: str = ""

    @property
    def prints(self) -> tuple[str, ...]:
        """The fields whose values it prints."""
        named = [part.field for part in (*self.says, *self.todo) if part.field]
        return tuple(dict.fromkeys([*named, self.amount] if self.amount else named))


@dataclass(frozen=True, slots=True)
class Candidate:
    """What became of one rule for one fact: whether it held, which holding rules override it, what failed."""

    rule_id: str
    held: bool
    overridden_by: tuple[str, ...] = ()
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a decision came to for one fact, with the rule that says so."""

    value: str
    rule_id: str
    says: str
    authority: str
    source: Source
    candidates: tuple[Candidate, ...]
    tell: Severity | Literal[""] = ""
    todo: str = ""
    open: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number or word of the law, one or one for each status.

    Dollars are held in cents, a rate is a Decimal, a date is text as 2025-04-15.
    """

    name: str
    title: str
    unit: Unit
    authority: str
    address: str
    by_status: Mapping[str, int | Decimal | str]
    changes: Literal["yearly", "by_law"]
    source: Source


Cell = str | bool | date | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table of the law: its cells by column, and where they are published."""

    id: str
    authority: str
    address: str
    cells: Mapping[str, Cell]
    source: Source


@dataclass(frozen=True, slots=True)
class Table:
    """Facts of the law that are looked up by a key, such as what each state asks for. `columns` have a type each."""

    name: str
    title: str
    columns: Mapping[str, str]
    rows: Mapping[str, Row]
    source: Source


class LineName(NamedTuple):
    """A line of a form by its printed number: `f1040sd`, `7`."""

    form: str
    line: str

    def __str__(self) -> str:
        return f"{self.form}.L{self.line}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a year's forms have a figure: the lines that add up to it, none where the year has no such line."""

    form: str
    lines: tuple[str, ...]

    @property
    def line(self) -> str:
        """The first, or only, line."""
        return self.lines[0]

    @property
    def at(self) -> tuple[str, str]:
        """(form, line) of the first, or only, line."""
        return self.form, self.line


class Reference(NamedTuple):
    """What a name in a formula stands for. `line` is given where it is a line; `name` is as written."""

    kind: Literal["line", "case", "parameter", "routed", "filing_status", "argument"]
    name: str
    line: LineName | None = None


@dataclass(frozen=True)
class Formula:
    """A checked formula: its text, what each of its names stands for, and the place where it stands.

    `numbers` holds the exact value of each number by its row and column in the text: a tree has them as floats.
    """

    text: str
    names: Mapping[str, Reference]
    gives: Literal["number", "yes_no", "text"]
    source: Source
    numbers: Mapping[tuple[int, int], Fraction]
    functions: Mapping[str, "Function"] = field(default_factory=dict)

    @property
    def tree(self) -> ast.expr:
        """The text as a tree, read where it is first needed."""
        return tree_of(self.text)

    @cached_property
    def lines(self) -> tuple[LineName, ...]:
        """The lines it names."""
        return tuple(ref.line for ref in self.names.values() if ref.line is not None)


@lru_cache(maxsize=8192)
def tree_of(text: str) -> ast.expr:
    """The tree of a formula's text, read once. Raises SyntaxError for what is none."""
    return ast.parse(text.strip(), mode="eval").body


@dataclass(frozen=True, slots=True)
class Function:
    """A calculation that several lines share, of one amount: the tax on an amount, say."""

    name: str
    says: str
    authority: str
    argument: str
    value: Formula
    source: Source


@dataclass(frozen=True)
class Line:
    """One line (or one column of a line) of a form as a formula."""

    name: LineName
    says: str
    authority: str
    value: Formula
    source: Source
    when: Formula | None = None
    form_when: Formula | None = None
    blank_if_zero: bool = False
    row: tuple[LineName, ...] = ()
    round_to: Rounding = "cents"
    print: bool = True
    is_yes_no: bool = False

    @cached_property
    def formulas(self) -> tuple[Formula, ...]:
        """The formulas that it is made of, its conditions included."""
        return tuple(formula for formula in (self.form_when, self.when, self.value) if formula is not None)

    @cached_property
    def reads(self) -> frozenset[LineName]:
        """The lines that it reads, in its formula or its conditions."""
        return frozenset(name for formula in self.formulas for name in formula.lines)


@dataclass(frozen=True, slots=True)
class CaseInput:
    """A figure that the case folder supplies to worksheets. `default` None means unknown where it is absent."""

    name: str
    type: Literal["money", "yes_no"]
    meaning: str
    default: int | bool | None


@dataclass(frozen=True, slots=True)
class FactKind:
    """A kind of fact, its fields and the combinations of their values that can't occur.

    `remarked` where what remarks say of it is printed among the findings of a return.
    """

    name: str
    meaning: str
    fields: Mapping[str, Field]
    never: tuple[tuple[Condition, str], ...] = ()
    remarked: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`rules/facts.yaml`: every fact field and case input that rules may name."""

    kinds: Mapping[str, FactKind] = field(default_factory=dict)
    case: Mapping[str, CaseInput] = field(default_factory=dict)


RECORDS = (
    *(Field, Comparison, Condition, Rule, Decision, Part, Remark, Parameter, Row, Table, LineName, Reference),
    *(Formula, Function, Line, CaseInput, FactKind, Source),
)
"""All that a year's rules are read into."""
