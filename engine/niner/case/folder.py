"""A case folder to a checked `Case`, or every problem of case.yaml at once."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from niner.case.model import Case
from niner.files.reading import YAML_BYTES, Missing, Unreadable, read_text
from niner.values import Finding, Refused, Source
from niner.words import yaml_text
from niner.words.plain import path_text
from niner.words.plain import shown as text_shown
from niner.words.suggest import near

Model = TypeVar("Model", bound=BaseModel)

_SECRET = "ssn"
_NUMBER = re.compile(r"\d{3}-?\d{2}-?\d{3,}")  # in the digits of any script
_MOST_KEYS = 40  # of a block, which a message lists
_MOST_ALIKE = 6
_SHORT = 3  # letters of a word that says nothing of what is meant
_MOST = 40  # problems of one file that are told one by one


def read_case(folder: Path) -> Case:
    """The case in `folder`. Raises Refused with every problem of its case.yaml, each with the line it stands on."""
    try:
        text = read_text(folder / "case.yaml", YAML_BYTES)
    except Unreadable as problem:
        if isinstance(problem, Missing):
            says = f"There is no case.yaml in the folder “{path_text(folder)}”."
            todo = "Give a case folder, or write one with: niner new FOLDER"
            nearly = ("case.yml", "case.yaml", "case.txt", "case.yaml.txt")
            named = folder.is_dir() and next((path for path in folder.iterdir() if path.name.lower() in nearly), None)
            if named:
                todo = f"Give {path_text(named.name)} the name case.yaml."
            raise Refused([Finding("case-missing", "error", says, todo, source=Source("case.yaml"))]) from None
        says = f"case.yaml can't be read: {problem.why}."
        where = Source("case.yaml", problem.row)
        raise Refused([Finding("case-unreadable", "error", says, problem.todo, source=where)]) from None
    return parse_case(text)


def parse_case(text: str, file: str = "case.yaml") -> Case:
    """The case in YAML text. Raises Refused."""
    return parse_document(Case, text, file)


def parse_document(model: type[Model], text: str, file: str) -> Model:
    """A file of the case folder in YAML text, checked by its model. Raises Refused with every problem."""
    document, lines, findings = yaml_text.parse(text, file)
    if findings:
        raise Refused([_masked(finding) for finding in _bounded(findings, file)])
    if not isinstance(document, dict):
        says = f"{file} is empty or is not a list of “key: value” lines."
        raise Refused([Finding("case-empty", "error", says, "See: niner new FOLDER", source=Source(file))])
    try:
        return model.model_validate(_without_empty(document, (), model))
    except ValidationError as error:
        wrong: list[dict[str, Any]] = sorted(
            (dict(e) for e in error.errors(include_url=False)), key=lambda e: _row(e["loc"], lines)
        )
        problems = [_masked(_finding(e, lines, file, model)) for e in wrong[:_MOST]]
        raise Refused([*problems, *_more(len(wrong) - _MOST, file)]) from None


def parse_entries(
    model_of: Callable[[Any], type[Model] | None], text: str, file: str
) -> tuple[list[tuple[int, Model]], list[Finding]]:
    """A file that is a list, each entry checked by the model that `model_of` gives for it: (row, entry), and problems.

    An entry without a model is a problem. An empty file is an empty list.
    """
    findings: list[Finding] = []
    lines: dict[yaml_text.Path, int] | None = None
    listed = yaml_text.listed(text)
    if listed is None:
        document, lines, findings = yaml_text.parse(text, file)
        if findings:
            return [], [_masked(finding) for finding in _bounded(findings, file)]
        if document is not None and not isinstance(document, list):
            todo = "Begin each entry with “- ” on a line of its own."
            return [], [Finding("case-value", "error", f"{file} must be a list.", todo, source=Source(file, 1))]
        listed = [(lines.get((number,), 0), entry) for number, entry in enumerate(document or [])]
    entries: list[tuple[int, Model]] = []
    by_entry: dict[int, dict[yaml_text.Path, int]] = {}
    for number, (row, entry) in enumerate(listed):
        model = model_of(entry)
        if model is None:
            says = f"What entry {number + 1} rules on can't be told."
            todo = "Give it one of: transfer, duplicate, row, sale, rule, allocation."
            findings.append(Finding("case-value", "error", says, todo, source=Source(file, row)))
            continue
        try:
            entries.append((row, model.model_validate(_without_empty(entry, (), model))))
        except ValidationError as error:
            if not by_entry:  # where a key stands is asked only where something is wrong
                by_entry = _by_entry(lines if lines is not None else yaml_text.parse(text, file)[1])
            problems = [
                _masked(_finding(dict(e), by_entry[number], file, model)) for e in error.errors(include_url=False)
            ]
            findings += problems[:_MOST]
    return entries, findings


def _by_entry(lines: dict[yaml_text.Path, int]) -> dict[int, dict[yaml_text.Path, int]]:
    """The lines of a list by the number of the entry, each path counted from it."""
    found: dict[int, dict[yaml_text.Path, int]] = {}
    for path, line in lines.items():
        if path and isinstance(path[0], int):
            found.setdefault(path[0], {})[path[1:]] = line
    return found


def _bounded(findings: list[Finding], file: str) -> list[Finding]:
    """The first of many problems, and how many more there are: a file that is none of ours is wrong in every line."""
    return [*findings[:_MOST], *_more(len(findings) - _MOST, file)]


def _more(count: int, file: str) -> list[Finding]:
    if count <= 0:
        return []
    says = f"{count:,} more problem{'s' * (count != 1)} like these {'stand' if count != 1 else 'stands'} in {file}."
    return [Finding("case-more", "error", says, "Settle these first, then run it again.", source=Source(file))]


def _without_empty(value: Any, path: tuple[Any, ...], model: type[BaseModel]) -> Any:
    """Known keys left empty count as not given; an unknown one stays, to be told."""
    if not isinstance(value, dict):
        return value
    values = value.values()
    if None not in values and dict not in map(type, values):
        return value
    known = _keys_at(path, model) if None in values else ()
    return {
        key: _without_empty(inner, (*path, key), model)
        for key, inner in value.items()
        if inner is not None or key not in known
    }


def _masked(finding: Finding) -> Finding:
    """The finding without anything that looks like a social security number, wherever it was typed."""
    says, todo, value = (_NUMBER.sub("…", text) for text in (finding.says, finding.todo, finding.value))
    return replace(finding, says=says, todo=todo, value=value)


def _path(loc: tuple[str | int, ...]) -> yaml_text.Path:
    return tuple(part for part in loc if part not in ("int", "literal['standard']", "function-before", "[key]"))


def _row(loc: tuple[str | int, ...], lines: dict[yaml_text.Path, int]) -> int:
    path = _path(loc)
    return next((lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in lines), 0)


_YEARS = 1000
_CORRECT = "Correct it there."
_INDENTED = ("must be a block of indented keys", "Write its keys below it, each two spaces to the right.")
_LIST = ("must be a list", "Write each entry on a line of its own that begins with “- ”.")
# What pydantic finds, by its own name for it, in words of our own: the library's differ from version to version.
_WORDS = {
    "model_type": _INDENTED,
    "dict_type": _INDENTED,
    "model_attributes_type": _INDENTED,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "string_type": ("must be text", "Put it in quotes."),
    "string_too_long": ("has more than {max_length} characters", "Shorten it."),
    "string_too_short": ("is empty", "Fill it in, or take the key out."),
    "string_pattern_mismatch": ("is not written as it must be", _CORRECT),
    "too_long": ("has more than {max_length} entries", "Take some out."),
    "too_short": ("has fewer than {min_length} entries", "Add what is missing."),
    "int_type": ("must be a whole number", "Write it with digits alone."),
    "int_parsing": ("must be a whole number", "Write it with digits alone."),
    "greater_than_equal": ("may not be less than {ge}", _CORRECT),
    "less_than_equal": ("may not be more than {le}", _CORRECT),
}


def _finding(error: dict[str, Any], lines: dict[yaml_text.Path, int], file: str, model: type[BaseModel]) -> Finding:
    path = _path(error["loc"])
    # A year is a number too, but the entries of a list are counted from 0, and never so many.
    words = [f"entry {part + 1}" if isinstance(part, int) and part < _YEARS else text_shown(part) for part in path]
    name = ".".join(words).replace(".entry ", ", entry ")
    source = Source(file, _row(error["loc"], lines))
    shown = "" if _SECRET in name else text_shown(error.get("input", ""))
    if error["type"] == "extra_forbidden":
        todo = _known(str(path[-1])[:40], _keys_at(path[:-1], model))
        if str(path[-1])[:1] in "0123456789":
            todo = "An amount with a comma inside braces must be in quotes: “12,000”; or leave the comma out."
        return Finding(
            "case-unknown-key", "error", f"Unknown key “{name}”.", todo, source=source, value=text_shown(path[-1])
        )
    if error["type"] == "missing":
        return Finding("case-missing-key", "error", f"“{name}” is missing.", "Add it.", source=source)
    if error["type"] == "literal_error":
        allowed = error["ctx"]["expected"].replace("'", "")
        says = f"“{name}” can't be “{shown}”."
        return Finding("case-value", "error", says, f"Use one of: {allowed}.", source=source, value=shown)
    message = str(error["msg"]).removeprefix("Value error, ")
    if not path:
        return Finding("case-value", "error", message, _CORRECT, source=source)
    if error["type"] == "value_error":
        wrong, _, todo = message.rstrip(".").partition("; ")
        todo = f"{todo[:1].upper()}{todo[1:]}." if todo else _CORRECT
        # What is wrong with a block is said of its keys, with a value of the value itself.
        says = f"{name}: {wrong}." if isinstance(error.get("input"), dict) else f"“{name}” {wrong}."
        return Finding("case-value", "error", says, todo, source=source, value=shown)
    wrong, todo = _WORDS.get(error["type"], ("can't be read as it stands", _CORRECT))
    says = f"“{name}” {wrong.format_map(error.get('ctx', {}))}."
    return Finding("case-value", "error", says, todo, source=source, value=shown)


def _known(word: str, keys: Sequence[str]) -> str:
    """What could be meant by a key that is not known: the one spelt nearly so, else those there are. Of very many those
    that share a word with it, and where all of them are told."""
    if close := near(word, keys):
        return f"Did you mean “{close}”?"
    if len(keys) <= _MOST_KEYS:
        return f"Known here: {', '.join(keys)}."
    parts = [part for part in word.lower().split("_") if len(part) > _SHORT]
    alike = sorted((key for key in keys if any(part in key for part in parts)), key=len)[:_MOST_ALIKE]
    told = f"{len(keys)} keys are known: “niner new” writes the usual ones, explained, “niner schema case” prints all."
    return f"Perhaps one of {', '.join(alike)}. {told}" if alike else told


def _keys_at(path: tuple[Any, ...], model: type[BaseModel]) -> list[str]:
    """The keys that `model` knows in the block at `path`."""
    for part in path:
        field = next((f for n, f in model.model_fields.items() if (f.alias or n) == part), None)
        if field is None:
            continue
        inner = next(_models(field.annotation), None)
        if inner is not None:
            model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
