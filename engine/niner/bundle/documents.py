"""The YAML and JSON files of a case to scrambled ones: case.yaml, decisions.yaml, filed/, and brokers' JSON."""

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from niner.bundle.scrambler import Scrambler
from niner.bundle.treat import cell, class_of, keys

Paths = Callable[[str], str]
"""The name of a file of the case to its name in the bundle."""

_PLACE = re.compile(r"(?:ledger|brokers|prices|formats|filed)/.+")
_AMOUNT = re.compile(r"\(?\s*[-+]?\$?[0-9][0-9,]*(?:\.[0-9]*)?\s*\)?|[-+]?\$?\.[0-9]+")
_SAYS = "Made anonymous."
_ROUTING = (3, 7, 1) * 3


def yaml_text(document: Any, scrambler: Scrambler, paths: Paths) -> bytes:
    """A document of the case, scrambled, without its comments."""
    made = _value(document, (), scrambler, paths)
    return yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=120).encode()


def _value(value: Any, path: tuple[str, ...], scrambler: Scrambler, paths: Paths) -> Any:
    if isinstance(value, dict):
        return {
            _key(str(key), path, scrambler, paths): _value(inner, (*path, str(key)), scrambler, paths)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_value(inner, path, scrambler, paths) for inner in value]
    if value is None:
        return None
    return _scalar(str(value), path, scrambler, paths)


def _key(key: str, path: tuple[str, ...], scrambler: Scrambler, paths: Paths) -> str:
    """The key of a block whose keys are names of the case; others are Niner's own words."""
    if path and path[-1] in keys()["documents"]["named"]:
        return paths(key) if _PLACE.fullmatch(key) else scrambler.name(key)
    if path and path[-1] == "assets":
        return scrambler.words(key)
    scrambler.kept.update(word.casefold() for word in re.findall(r"[^\W_]+", key))
    return key


def _scalar(text: str, path: tuple[str, ...], scrambler: Scrambler, paths: Paths) -> str:
    kinds = keys()["documents"]
    key = path[-1] if path else ""
    if any(part in kinds["people"] for part in path[:-1]):
        return of_a_person(key, text, scrambler)
    if any(part in kinds["keep"] for part in path):
        return scrambler.words(text)
    if _PLACE.fullmatch(text):
        return paths(text)
    if key in kinds["free"]:
        return _SAYS
    if key in kinds["assets"] or (len(path) > 1 and path[-2] == "assets"):
        return scrambler.words(text)
    if text.casefold() in ("yes", "no", "true", "false", "standard", "irs", "taxpayer", "?"):
        return text
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T.*)?", text):
        return text
    if _AMOUNT.fullmatch(text.strip()):
        exact_units = key == "quantity"
        decimals = 2 if "." in text else 0
        return scrambler.text(text, decimals=None if exact_units else decimals)
    return scrambler.name(text)


def of_a_person(key: str, text: str, scrambler: Scrambler) -> str:
    """What case.yaml says of a person, their bank or preparer, as something of the same shape that is nobody's."""
    if key in keys()["of_people"]:
        return text
    if key == "ssn":
        digits = re.sub("[^0-9]", "", scrambler.word(re.sub("[^0-9]", "", text)).replace("0", str(1)))[:9]
        made = str(9) + digits[1:]
        scrambler.told.setdefault(re.sub("[^0-9]", "", text), made)
        return f"{made[:3]}-{made[3:5]}-{made[5:]}" if "-" in text else made
    if key == "routing":
        first = scrambler.word(text)[:8]
        weighted = sum(weight * int(digit) for weight, digit in zip(_ROUTING, first, strict=False))
        return first + str(-weighted % 10)
    if key == "born":
        return _born(text)
    if key == "ptin":
        return "P" + scrambler.word(text[1:])
    return re.sub(r"[^\W_]+", lambda word: _part(word[0], scrambler), text)


def _part(word: str, scrambler: Scrambler) -> str:
    """A word of a name or address; also one that is public elsewhere, or short."""
    return scrambler.word(word) if word.casefold() in scrambler.private else scrambler.word(f"{word}xxx")[: len(word)]


def _born(text: str) -> str:
    """Another day of the same year: what depends on age at its end stays. The first of January counts for the year
    before, and stays."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    if (day.month, day.day) == (1, 1):
        return text
    return day.replace(month=7, day=1 if (day.month, day.day) != (7, 1) else 2).isoformat()


def json_text(document: Any, scrambler: Scrambler, paths: Paths, decimals: int | None = None) -> bytes:
    """A JSON document, scrambled, its numbers with every digit."""
    return (_json(_node(document, "", scrambler, paths, decimals)) + "\n").encode()


def _node(value: Any, key: str, scrambler: Scrambler, paths: Paths, decimals: int | None) -> Any:
    if isinstance(value, dict):
        return {
            (paths(name) if _PLACE.fullmatch(name) else name): _node(inner, name, scrambler, paths, decimals)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_node(inner, key, scrambler, paths, decimals) for inner in value]
    treated = class_of(key)
    if isinstance(value, Decimal):
        if treated in ("keep", "time", "word"):
            return value
        if treated == "id":
            return Decimal(scrambler.word(f"{value:f}")) if value == int(value) else value
        return Decimal(scrambler.amount(f"{abs(value):f}", treated == "price")) * (-1 if value < 0 else 1)
    if isinstance(value, str):
        if _PLACE.fullmatch(value):
            return paths(value)
        money = decimals if re.fullmatch(r"-?[0-9]+\.[0-9]{2}", value) else None
        return scrambler.text(value, decimals=money) if money is not None else cell(scrambler, treated, value)
    return value


def _json(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {_json(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",\n ".join(map(_json, value)) + "]"
    return f"{value:f}" if isinstance(value, Decimal) else json.dumps(value)
