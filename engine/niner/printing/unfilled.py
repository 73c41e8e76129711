"""A year's return to the forms that it calls for and that are not filled: which, why, and what to do about each."""

from dataclasses import dataclass
from typing import Any

from niner.printing.sheets import complete, listed
from niner.returns.reviews import WITHOUT_PACK
from niner.returns.year import YearReturn


@dataclass(frozen=True, slots=True)
class Unfilled:
    """A form whose amounts are only on the carry sheet: the reason in the words of the rule, and its authority."""

    form: str
    says: str
    authority: str
    todo: str

    @property
    def sentence(self) -> str:
        """The reason and what to do, in one line."""
        return f"{self.says} → {self.todo}" if self.todo else self.says

    def as_json(self) -> dict[str, Any]:
        """The entry of `not_filled` in return.json."""
        return {"form": self.form, "says": self.says, "authority": self.authority, "todo": self.todo}


def not_filled(result: YearReturn, *, amended: bool = False) -> tuple[Unfilled, ...]:
    """The forms of a return that are not filled. An `amended` return has no Form 1040 of its own.

    Form 1040 belongs to every return; a schedule is missed only where it would have an amount.
    """
    printed = result.lines.as_mapping()
    found = [
        Unfilled(form, why.says, why.authority, why.todo)
        for form, why in result.fills.items()
        if why.value == "carried" and (form in printed or form == "f1040") and not (amended and form == "f1040")
    ]
    for form in (form for form in WITHOUT_PACK if form in printed):
        says = "Niner works this form out, but can't fill it."
        todo = "Fill it by hand or with another program from the amounts of carry_sheet.txt."
        found.append(Unfilled(form, says, "", todo))
    return tuple(found)


def to_be_filled(result: YearReturn) -> tuple[str, ...]:
    """The forms that preparing the return fills, by their names in the packs."""
    forms = {*complete(result), *(["f8949"] if listed(result.rows) else [])}
    return tuple(sorted(forms))
