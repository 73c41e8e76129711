"""What may be asked of a case: the words of the command that answers, checked, and its document, cut to size."""

import re
from pathlib import PurePosixPath
from typing import Any

from niner.dataclass import dataclass
from niner.rules import YearRules, load_rules
from niner.values import Refused
from niner.words.form_names import line_name

MOST = 100
"""Entries of a list in one answer; `start` asks for those that follow."""
_PLACES = {
    "short_term": "net_short_term",
    "long_term": "net_long_term",
    "total_tax": "total_tax",
    "niit": "investment_income_tax",
    "short_term_carried": "short_term_carried_on",
    "long_term_carried": "long_term_carried_on",
}


class Unasked(ValueError):
    """A question that can't be put: why, in a sentence that repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class Question:
    """A command line, and the part of its document that is asked for."""

    words: tuple[str, ...]
    part: str = ""
    start: int = 0


def year_of(value: int | str) -> str:
    """A year as typed, or nothing. Raises Unasked."""
    text = str(value).strip()
    if text and not re.fullmatch("20[0-9]{2}", text):
        raise Unasked("A year has four digits, as 2024.")
    return text


def run_of(value: str) -> str:
    """A run of years, or nothing. Raises Unasked."""
    if value and not re.fullmatch("20[0-9]{2}-20[0-9]{2}", value.strip()):
        raise Unasked("A run of years is written as 2021-2025.")
    return value.strip()


def number_of(value: int | str, what: str) -> int:
    """A count from 0. Raises Unasked."""
    text = str(value).strip() or "0"
    if not re.fullmatch("[0-9]{1,9}", text):
        raise Unasked(f"{what} is a whole number.")
    return int(text)


def word_of(value: str, what: str) -> str:
    """A word that no command takes for an option. Raises Unasked."""
    text = value.strip()
    if text.startswith("-") or len(text) > 100 or not text.isprintable():
        raise Unasked(f"{what} can't be written so.")
    return text


def file_of(value: str, what: str) -> str:
    """A file within the case's folder. Raises Unasked."""
    text = word_of(value, what)
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or "\\" in text:
        raise Unasked(f"{what} is a file in the case's folder, as prices.csv.")
    return text


def option(name: str, value: object) -> tuple[str, ...]:
    """An option with its value, or nothing."""
    return (f"--{name}={value}",) if value else ()


def cut(value: Any, start: int = 0, deep: int = 0) -> Any:
    """A document whose long lists are cut, each with how many more there are."""
    if isinstance(value, dict):
        return {key: cut(inner, start if deep == 0 else 0, deep + 1) for key, inner in value.items()}
    if isinstance(value, list):
        shown = [cut(inner, 0, deep + 1) for inner in value[start : start + MOST]]
        left = len(value) - start - len(shown)
        return [*shown, {"more": left, "ask_with_start": start + MOST}] if left > 0 else shown
    return value


def with_derivations(document: dict[str, Any]) -> dict[str, Any]:
    """A comparison of orders or of a filed year, or a plan, with what each of its figures rests on beside it."""
    years = document.get("years")
    if isinstance(document.get("ways"), list) and isinstance(years, list):
        return document | {"derivation": {str(year): _of_places(year) for year in years}}
    if "target" in document and isinstance(document.get("tax_year"), int):
        return document | {"derivation": _of_places(document["tax_year"])}
    if isinstance(document.get("lines"), list) and isinstance(document.get("tax_year"), int):
        year = document["tax_year"]
        rules = _rules(year)
        lines = [
            line | {"derivation": _of_line(rules, line["form"], line["line"], amended=True)}
            for line in document["lines"]
            if isinstance(line, dict)
        ]
        return document | {"lines": lines}
    return document


def _of_places(year: int) -> dict[str, Any]:
    rules = _rules(year)
    found: dict[str, Any] = {}
    for figure, name in _PLACES.items() if rules is not None else ():
        assert rules is not None
        place = rules.place(name)
        if place.lines:
            found[figure] = _of_line(rules, place.form, place.lines[0])
    return found


def _rules(year: int) -> YearRules | None:
    try:
        return load_rules(year)
    except Refused:
        return None


def _of_line(rules: YearRules | None, form: str, line: str, amended: bool = False) -> dict[str, str]:
    """Where a figure stands, by which rule, formula and authority, and how to ask for all that is below it."""
    ask = f"explain: form {form}, line {line}" + (f", year {rules.year}" if rules else "")
    found = {"line": line_name(form, line), "ask": ask + (", amended" if amended else "")}
    rule = (
        next((rule for key, rule in rules.compiled.lines.items() if (key.form, key.line) == (form, line)), None)
        if rules
        else None
    )
    if rule is not None:
        found |= {"says": rule.says, "formula": rule.value.text, "authority": rule.authority, "rule": str(rule.source)}
    return found
