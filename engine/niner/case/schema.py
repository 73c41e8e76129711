"""Turns the models of a case folder's files into JSON Schemas, by which an editor completes and checks as one types."""

import json
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import BaseModel

from niner.case.filed import Adjustment, FiledReturn
from niner.case.model import Case
from niner.case.rulings import Rulings
from niner.resources import room

Schema = dict[str, Any]

SCHEMAS = ".schema"
MODELS: Mapping[str, type[BaseModel]] = {
    "case": Case,
    "filed": FiledReturn,
    "adjusted": Adjustment,
    "decisions": Rulings,
}
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
# Every scalar arrives as text, so a number or yes/no in a place for text is text too (zip: 62701).
_SCALAR = ["string", "number", "boolean"]


def case_schema(name: str, meanings: Mapping[str, str]) -> Schema:
    """The schema of one of MODELS. `meanings` are the rules' words for the figures of case.yaml, by key."""
    words = yaml.safe_load((room("templates") / "words" / "case.yaml").read_text("utf-8"))
    made = MODELS[name].model_json_schema()
    made = made if name != "decisions" else {**made["properties"]["rulings"], "$defs": made["$defs"]}
    return {"$schema": _DRAFT, **_plain(made, {**meanings, **words["keys"]}), "description": words["files"][name]}


def schema_texts(meanings: Mapping[str, str]) -> dict[str, str]:
    """The text of every schema, by name."""
    return {name: json.dumps(case_schema(name, meanings), indent=1, ensure_ascii=False) + "\n" for name in MODELS}


def _plain(schema: Any, words: Mapping[str, str]) -> Any:
    """A schema as the reader of the files takes it: text may be a number, a known key may be empty, no titles."""
    if isinstance(schema, list):
        return [_plain(part, words) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {
        key: _plain(value, words) for key, value in schema.items() if key not in ("title", "properties", "default")
    }
    if schema.get("type") == "string" and not {"enum", "const", "pattern", "format"} & schema.keys():
        found["type"] = _SCALAR
    if "patternProperties" in schema:
        found["additionalProperties"] = False
    if "properties" in schema:
        required = schema.get("required", ())
        found["properties"] = {
            key: _described(_plain(value, words), words.get(key, ""), empty=key not in required)
            for key, value in schema["properties"].items()
        }
    return found


def _described(schema: Schema, words: str, empty: bool) -> Schema:
    if empty:
        schema = {"anyOf": [schema, {"type": "null"}]}
    return {"description": words, **schema} if words else schema
