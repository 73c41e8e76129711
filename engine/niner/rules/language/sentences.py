"""Turns a sentence with {fields} in it into its parts, and parts with a fact's values into what is printed.

`{loss}` prints a field by its unit: cents as dollars, a count as a number, a word as it is. `{rows|row is|rows are}`
prints a whole number and the words that go with one or with many: 1 row is, 3 rows are.
"""

import re
from collections.abc import Mapping, Sequence

from niner.money import dollars_spoken
from niner.rules.language.nodes import Node, problem
from niner.rules.language.suggest import suggestion
from niner.rules.language.values import FactKind, FactValue, Field, Part
from niner.values import Finding

_PIECE = r"\{([^{}|]*)(?:\|([^{}|]*)\|([^{}|]*))?\}|([^{}]+)|([{}])"  # read where rules are, which most runs have read


def read_parts(text: str, node: Node, kind: FactKind) -> tuple[tuple[Part, ...], list[Finding]]:
    """The parts of a sentence about a kind of fact, and what is wrong with its fields."""
    parts: list[Part] = []
    findings: list[Finding] = []
    for name, one, many, plain, stray in re.findall(_PIECE, text):
        if plain:
            parts.append(Part(plain))
            continue
        wrong = _wrong(name, bool(one or many), bool(stray), kind)
        if wrong:
            findings.append(problem(node, *wrong, "rules.unknown-name", name))
        parts.append(Part("", name, one, many))
    return tuple(parts), findings


def _wrong(name: str, counted: bool, stray: bool, kind: FactKind) -> tuple[str, str] | None:
    """What is wrong with one pair of braces, and what to write."""
    if stray:
        return "A brace stands alone.", "Write `{field}` or `{count|row|rows}`."
    field = kind.fields.get(name)
    if field is None:
        return f"`{{{name}}}` is no field of a {kind.name}.", suggestion(name, kind.fields)
    if counted and field.type != "whole_number":
        return f"`{{{name}|…}}` needs a whole number; {name} is {field.type}.", f"Write `{{{name}}}`."
    return None


def template(parts: Sequence[Part]) -> str:
    """A sentence as its rule file writes it."""

    def braces(part: Part) -> str:
        return f"{{{part.field}|{part.one}|{part.many}}}" if part.many else f"{{{part.field}}}"

    return "".join(part.text or braces(part) for part in parts)


def printed(parts: Sequence[Part], fact: Mapping[str, FactValue], fields: Mapping[str, Field]) -> str:
    """The sentence for one fact."""
    return "".join(part.text or _value(part, fact[part.field], fields[part.field]) for part in parts)


def _value(part: Part, value: FactValue, field: Field) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value if field.type == "words" else value.replace("_", " ")
    shown = dollars_spoken(value) if field.unit == "cents" else str(value) if field.unit == "year" else f"{value:,}"
    words = part.one if value == 1 else part.many
    return f"{shown} {words}" if words else shown
