"""The positions that a case discloses to Form 8275: Part I by its columns, Part II in words, the rest in Part IV."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from niner.forms import Continuation, FieldValue, FormFill, Pack, fits, load_pack, spread
from niner.money import round_to_dollar
from niner.returns.year import YearReturn
from niner.words.letters import in_latin

_COLUMNS = {"a": "contrary_to", "b": "item", "c": "description", "d": "form", "e": "line"}
_ELSEWHERE = ("See Part IV", "Part IV", "IV")
_LINES_OF_FACTS = 3
_LINES_OF_EXPLANATION = 27


def form_8275(
    result: YearReturn, header: Mapping[str, FieldValue], form_dirs: Sequence[Path]
) -> tuple[FormFill, tuple[Continuation, ...]]:
    """Form 8275 with the case's positions, and a continuation sheet where Part IV has no room for the rest."""
    pack = load_pack("f8275", result.year, form_dirs)
    whole = result.case.elections.rounding == "dollars"
    values: dict[str, FieldValue] = dict(header)
    more: list[str] = []
    for number, position in enumerate(result.case.disclosures, 1):
        for column, name in _COLUMNS.items():
            words, key = in_latin(getattr(position, name), otherwise="?"), f"{number}.{column}"
            if not words:
                continue
            if fits(pack, key, words):
                values[key] = words
            else:
                values[key] = next(words for words in _ELSEWHERE if fits(pack, key, words))
                more.append(f"Part I, line {number}, column ({column}): {words}")
        if position.amount is not None:
            values[f"{number}.f"] = round_to_dollar(position.amount) if whole else position.amount
        keys = [f"facts.{number}.{row}" for row in range(1, _LINES_OF_FACTS + 1)]
        rows, rest = _poured(pack, keys, in_latin(" ".join(position.facts.split()), otherwise="?"))
        values |= rows
        if rest:
            more.append(f"Part II, line {number}, continued: {rest}")
    values |= (explained := _explained(pack, more))[0]
    statements: tuple[Continuation, ...] = ()
    if explained[1]:
        heading = f"Form 8275 ({result.year}), Part IV: explanations, continued"
        ssn = result.case.taxpayer.ssn.get_secret_value()
        text = "\n".join(explained[1])
        statements = (Continuation("f8275", result.year, heading, result.case.name_on_forms, ssn, text),)
    return FormFill("f8275", result.year, spread(pack, values)), statements


def _explained(pack: Pack, texts: Sequence[str]) -> tuple[dict[str, FieldValue], list[str]]:
    """Texts on the lines of Part IV, each begun on a line of its own, and what of them has no room there."""
    keys = iter([f"explanation.{row}" for row in range(1, _LINES_OF_EXPLANATION + 1)])
    values: dict[str, FieldValue] = {}
    left = []
    for text in texts:
        rows, rest = _poured(pack, keys, text)
        values |= rows
        left += [rest] if rest else []
    return values, left


def _poured(pack: Pack, keys: Sequence[str] | Iterator[str], text: str) -> tuple[dict[str, FieldValue], str]:
    """As many words on each line as fit, and the words that no line is left for."""
    values: dict[str, FieldValue] = {}
    words = text.split()
    for key in keys if words else ():
        taken = next((n for n in range(len(words), 0, -1) if fits(pack, key, " ".join(words[:n]))), 0)
        if taken:
            values[key] = " ".join(words[:taken])
        words = words[taken:]
        if not words:
            break
    return values, " ".join(words)
