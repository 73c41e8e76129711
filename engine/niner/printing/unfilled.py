"""A year's return to the forms that it calls for and that are not filled: which, why, and what to do about each."""

from typing import Any

from niner.dataclass import dataclass
from niner.forms import load_pack, without_blank
from niner.printing.sheets import complete, listed
from niner.returns.year import YearReturn

_ALWAYS = ("f1040", "f1040sc", "f8275")  # carried also where the case gives no line of theirs


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
        if why.value == "carried" and (form in printed or form in _ALWAYS) and not (amended and form == "f1040")
    ]
    return tuple(found)


def to_be_drafted(result: YearReturn) -> tuple[str, ...]:
    """Of the forms that are filled, those whose official blank is not at hand: without one they are drafts."""
    packs = without_blank(load_pack(form, result.year) for form in to_be_filled(result))
    return tuple(pack.form for pack in packs)


def to_be_filled(result: YearReturn) -> tuple[str, ...]:
    """The forms that preparing the return fills, by their names in the packs."""
    forms = {*complete(result), *(["f8949"] if listed(result.rows) else [])}
    forms |= {"f8275"} if result.filled["f8275"] else set()
    return tuple(sorted(forms))
