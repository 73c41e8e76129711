"""What a taxpayer discloses on Form 8275: positions, each with the place on the return and the facts in words."""

from typing import Annotated, Any

from niner.case.fields import Block, First, Money, Text, Words

_MOST = 6  # rows of Form 8275, Part I
_ASKED = ("item", "description", "form", "line", "amount", "facts")


class Disclosure(Block):
    """One position: Form 8275, Part I, columns (a) to (f), and its facts for Part II. Cents."""

    contrary_to: Words = ""
    item: Words = ""
    description: Words = ""
    form: Words = ""
    line: Words = ""
    amount: Money | None = None
    facts: Text = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """The keys of what the form asks and the case does not say; column (a) is asked only of what is contrary to a
        rule."""
        return tuple(name for name in _ASKED if getattr(self, name) in (None, ""))


def _rows(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise ValueError("needs a list, as - {item: …, description: …, form: …, line: …, amount: …, facts: …}")
    if len(value) > _MOST:
        raise ValueError(f"has more than {_MOST} positions, and Form 8275 no row for them: put like ones together")
    return value


Disclosures = Annotated[tuple[Disclosure, ...], First(_rows)]
