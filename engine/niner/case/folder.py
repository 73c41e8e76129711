"""A case folder to a checked `Case`, or every problem of case.yaml at once."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from niner import yaml_text
from niner.case.model import Case
from niner.values import Finding, Refused, Source

Model = TypeVar("Model", bound=BaseModel)

_SECRET = "ssn"
_NUMBER = re.compile(r"\d{3}-?\d{2}-?\d{3,}")


def read_case(folder: Path) -> Case:
    """The case in `folder`. Raises Refused with every problem of its case.yaml, each with the line it stands on."""
    path = folder / "case.yaml"
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        todo = "Give a case folder, or write one with: niner new FOLDER"
        says = f"There is no case.yaml in {folder}."
        raise Refused([Finding("case-missing", "error", says, todo, source=Source("case.yaml"))]) from None
    except UnicodeDecodeError:
        says = "case.yaml is not UTF-8 text."
        raise Refused(
            [Finding("case-encoding", "error", says, "Save it as UTF-8.", source=Source("case.yaml"))]
        ) from None
    except OSError as error:
        says = f"case.yaml can't be read: {error.strerror}."
        raise Refused([Finding("case-unreadable", "error", says, source=Source("case.yaml"))]) from None
    return parse_case(text)


def parse_case(text: str, file: str = "case.yaml") -> Case:
    """The case in YAML text. Raises Refused."""
    return parse_document(Case, text, file)


def parse_document(model: type[Model], text: str, file: str) -> Model:
    """A file of the case folder in YAML text, checked by its model. Raises Refused with every problem."""
    document, lines, findings = yaml_text.parse(text, file)
    if findings:
        raise Refused([_masked(finding) for finding in findings])
    if not isinstance(document, dict):
        says = f"{file} is empty or is not a list of “key: value” lines."
        raise Refused([Finding("case-empty", "error", says, "See: niner new FOLDER", source=Source(file))])
    try:
        return model.model_validate(_without_empty(document, (), model))
    except ValidationError as error:
        problems = [_masked(_finding(dict(e), lines, file, model)) for e in error.errors(include_url=False)]
        raise Refused(sorted(problems, key=lambda f: f.source.row if f.source else 0)) from None


def _without_empty(value: Any, path: tuple[Any, ...], model: type[BaseModel]) -> Any:
    """Known keys left empty count as not given; an unknown one stays, to be told."""
    if not isinstance(value, dict):
        return value
    known = _keys_at(path, model)
    return {
        key: _without_empty(inner, (*path, key), model)
        for key, inner in value.items()
        if inner is not None or key not in known
    }


def _masked(finding: Finding) -> Finding:
    """The finding without anything that looks like a social security number, wherever it was typed."""
    says, todo, value = (_NUMBER.sub("…", text) for text in (finding.says, finding.todo, finding.value))
    return replace(finding, says=says, todo=todo, value=value)


def _finding(error: dict[str, Any], lines: dict[yaml_text.Path, int], file: str, model: type[BaseModel]) -> Finding:
    path = tuple(part for part in error["loc"] if part not in ("int", "literal['standard']", "function-before"))
    name = ".".join(str(part) for part in path)
    row = next((lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in lines), 0)
    source = Source(file, row)
    shown = "" if _SECRET in name else str(error.get("input", ""))[:80]
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(path[-1]), _keys_at(path[:-1], model), n=1, cutoff=0.5)
        todo = f"Did you mean “{near[0]}”?" if near else f"Known here: {', '.join(_keys_at(path[:-1], model))}."
        if str(path[-1])[:1].isdigit():
            todo = "An amount with a comma inside braces must be in quotes: “12,000”; or leave the comma out."
        return Finding("case-unknown-key", "error", f"Unknown key “{name}”.", todo, source=source, value=str(path[-1]))
    if error["type"] == "missing":
        return Finding("case-missing-key", "error", f"“{name}” is missing.", "Add it.", source=source)
    if error["type"] == "literal_error":
        allowed = error["ctx"]["expected"].replace("'", "")
        says = f"“{name}” can't be “{shown}”."
        return Finding("case-value", "error", says, f"Use one of: {allowed}.", source=source, value=shown)
    message = str(error["msg"]).removeprefix("Value error, ")
    if not path:
        return Finding("case-value", "error", message, source=source)
    if error["type"] == "value_error":
        return Finding("case-value", "error", f"“{name}” {message}.", source=source, value=shown)
    if error["type"] in ("model_type", "dict_type", "model_attributes_type"):
        return Finding("case-value", "error", f"“{name}” must be a block of indented keys.", source=source)
    return Finding("case-value", "error", f"“{name}”: {message}.", source=source, value=shown)


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
