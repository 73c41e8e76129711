"""Turns the rule language and the fact vocabulary into JSON Schemas, by which editors complete and check rule files."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from niner.resources import room as data_room
from niner.rules.compiling.merged import FUNCTION_KEYS, LINE_KEYS, PARAMETER_KEYS, REMARK_KEYS, RULE_KEYS
from niner.rules.compiling.nodes.forms import ROUNDINGS
from niner.rules.compiling.nodes.parameters import UNITS
from niner.rules.compiling.years import years_in
from niner.rules.language.values import FILING_STATUSES, FactKind, Field
from niner.rules.year import load_rules

Schema = dict[str, Any]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Schema = {"type": "string", "minLength": 1}
_NUMBER_OR_TEXT: Schema = {"type": ["string", "number"]}
_AMOUNT: Schema = {"type": ["number", "string"]}
_RETIRE: Schema = {
    "type": "object",
    "description": "Names that no longer apply, each with the reason.",
    "additionalProperties": _TEXT,
}
_MEANINGS = {
    "id": "A short name of its own within the decision.",
    "says": "The rule in one sentence.",
    "authority": "The law, regulation, ruling, form or instruction behind it.",
    "when": "What the facts must be; all of it. Left out: always.",
    "then": "The conclusion, one of `concludes`.",
    "overrides": "Rules of the same decision that fall away where this one holds.",
    "tell": "Report the conclusion as a note, to be reviewed, or as an error that stops the forms.",
    "todo": "What the person should do about it.",
    "open": "What is unsettled in the law.",
    "value": "A formula over lines (L7, f1040sd.L16), parameters, case.… and routed; or a parameter's value.",
    "columns": "One formula for each column of the line.",
    "blank_if_zero": "Leave the line empty where it is zero and nothing was routed to it.",
    "round": "Cents, or whole dollars on every return; the return's election counts in print, or here (as_printed).",
    "print": "False for a figure that is on no form.",
    "title": "What the number is.",
    "unit": "Dollars, a rate (0.038), a count, text, or a date (2025-04-15).",
    "address": "Where the number is published.",
    "changes": "Whether a new value is due every year.",
    "below_zero": "Whether the value may be negative.",
    "above_one": "Whether a rate may be more than the whole, 110% say.",
}


def schemas(room: Path | None = None) -> dict[str, Schema]:
    """Each kind of file's schema by its file name, with the field names and values of all years together."""
    where = room or data_room("rules")
    loaded = [load_rules(year, (), where) for year in years_in(where)]
    kinds = _united([rules.compiled.kinds for rules in loaded])
    decided = {name: found.about for rules in loaded for name, found in rules.compiled.decisions.items()}
    return {
        "decision.json": _decision(kinds, decided),
        "remarks.json": _remarks(kinds),
        "form.json": _form(),
        "parameters.json": _parameters(),
        "functions.json": _functions(),
        "table.json": _table(),
        "year.json": _object(
            "A tax year.",
            {
                "year": {"type": "integer"},
                "extends": {"type": "integer"},
                "status": {"enum": ["final", "draft"]},
                "says": _TEXT,
            },
            ["year", "status"],
        ),
        "facts.json": _facts(),
        "tests.json": _tests(),
    }


def _united(years: list[Mapping[str, FactKind]]) -> dict[str, FactKind]:
    """The kinds of fact with every field and value that any year knows."""
    kinds: dict[str, FactKind] = {}
    for name in years[-1]:
        fields: dict[str, Field] = {}
        for kinds_of_year in years:
            for field in kinds_of_year[name].fields.values():
                earlier = fields[field.name].values if field.name in fields else ()
                fields[field.name] = replace(field, values=tuple(dict.fromkeys((*earlier, *field.values))))
        kinds[name] = replace(years[-1][name], fields=fields)
    return kinds


def write_schemas(folder: Path, room: Path | None = None) -> list[Path]:
    """Writes every schema into a folder; the same rules give the same bytes.

    Not in one step: they hold nothing but what the rules say, and the same command writes them again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in schemas(room).items():
        path = folder / name
        path.write_text(_spread(schema) + "\n", encoding="utf-8")
        written.append(path)
    return written


_WIDE = 240


def _spread(value: Any, depth: int = 0) -> str:
    """JSON in which what fits on a line is on one."""
    short = json.dumps(value, ensure_ascii=False)
    if len(short) + depth <= _WIDE or not isinstance(value, dict | list) or not value:
        return short
    pad = " " * (depth + 1)
    if isinstance(value, dict):
        inside = [f"{json.dumps(key, ensure_ascii=False)}: {_spread(one, depth + 1)}" for key, one in value.items()]
    else:
        inside = [_spread(one, depth + 1) for one in value]
    first, last = "{}" if isinstance(value, dict) else "[]"
    return f"{first}\n{pad}" + f",\n{pad}".join(inside) + f"\n{' ' * depth}{last}"


def _object(description: str, properties: Schema, required: list[str], **more: Any) -> Schema:
    return {
        "$schema": _DRAFT,
        "$comment": "Generated: niner rules schema writes it anew.",
        "description": description,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
        **more,
    }


def _described(keys: tuple[str, ...], known: Mapping[str, Schema]) -> Schema:
    return {key: {**known[key], "description": _MEANINGS[key]} if key in _MEANINGS else known[key] for key in keys}


def _decision(kinds: Mapping[str, FactKind], decided: Mapping[str, str]) -> Schema:
    rule_keys: dict[str, Schema] = {
        "id": _TEXT,
        "says": _TEXT,
        "authority": _TEXT,
        "when": {"type": "object"},
        "then": _NUMBER_OR_TEXT,
        "overrides": {"type": "array", "items": _TEXT},
        "tell": {"enum": ["note", "review", "error"]},
        "todo": _TEXT,
        "open": _TEXT,
    }
    rule = {
        "type": "object",
        "properties": _described(RULE_KEYS, rule_keys),
        "required": ["id", "says", "authority", "then"],
        "additionalProperties": False,
    }
    by_kind = [
        {
            "if": {
                "anyOf": [
                    {"properties": {"about": {"const": kind}}, "required": ["about"]},
                    {"properties": {"decides": {"enum": [name for name, about in decided.items() if about == kind]}}},
                ]
            },
            "then": {"properties": {"rules": {"items": {"properties": {"when": {"$ref": f"#/$defs/{kind}"}}}}}},
        }
        for kind in kinds
    ]
    return _object(
        "A decision: one question about each fact of a kind, and the rules that answer it.",
        {
            "decides": {**_TEXT, "description": "The decision's name."},
            "about": {"enum": list(kinds), "description": "The kind of fact it is about."},
            "asks": {**_TEXT, "description": "The question in words."},
            "concludes": {"type": "array", "items": _NUMBER_OR_TEXT, "description": "Every possible conclusion."},
            "rules": {"type": "array", "items": rule},
            "retire": _RETIRE,
        },
        ["decides"],
        allOf=by_kind,
        **{"$defs": _defs(kinds)},
    )


def _remarks(kinds: Mapping[str, FactKind]) -> Schema:
    remarked = {name: kind for name, kind in kinds.items() if kind.remarked}
    keys: dict[str, Schema] = {
        "id": {**_TEXT, "description": "A short name of its own among all remarks and decisions."},
        "finding": {**_TEXT, "description": "The id of the finding, where several remarks share one."},
        "tell": {"enum": ["note", "review", "error"], "description": "How it is told; an error stops the forms."},
        "says": {
            **_TEXT,
            "description": "What is said; {field} prints a field, {count|row|rows} a count and its word.",
        },
        "todo": {**_TEXT, "description": "What the person should do; {field} as in says."},
        "authority": {**_TEXT, "description": _MEANINGS["authority"]},
        "when": {"type": "object", "description": "What the facts must be; all of it. Left out: always said."},
        "amount": {**_TEXT, "description": "The field, in cents, that holds the money at stake."},
        "open": {**_TEXT, "description": "What is unsettled in the law; it is said too."},
        "paper": {**_TEXT, "description": "The paper, with its lines, that would settle it; `niner check` lists it."},
    }
    remark = {
        "type": "object",
        "properties": {key: keys[key] for key in REMARK_KEYS},
        "required": ["id", "tell", "says", "authority"],
        "additionalProperties": False,
    }
    by_kind = [
        {
            "if": {"properties": {"about": {"const": kind}}, "required": ["about"]},
            "then": {"properties": {"rules": {"items": {"properties": {"when": {"$ref": f"#/$defs/{kind}"}}}}}},
        }
        for kind in remarked
    ]
    return _object(
        "Remarks: what is to be said of a fact where something holds; several may be said of one.",
        {
            "remarks": {**_TEXT, "description": "The topic."},
            "about": {"enum": list(remarked), "description": "The kind of fact they are about."},
            "rules": {"type": "array", "items": remark},
            "retire": _RETIRE,
        },
        ["remarks"],
        allOf=by_kind,
        **{"$defs": _defs(remarked)},
    )


def _defs(kinds: Mapping[str, FactKind]) -> Schema:
    """For each kind of fact its `when`, and what can be tested of each type of field and set of values, once."""
    found: Schema = {}
    named: dict[tuple[str, ...], str] = {}
    for kind in kinds.values():
        tests: Schema = {}
        for field in (field for field in kind.fields.values() if field.type != "words"):
            values = field.values if field.type == "text" else (field.type,)
            name = named.setdefault(values, f"{kind.name}.{field.name}" if field.type == "text" else field.type)
            if name not in found:
                found[f"{name}.value"] = _value(field)
                found[name] = _test(field, {"$ref": f"#/$defs/{name}.value"})
            tests[field.name] = {"$ref": f"#/$defs/{name}", "description": field.meaning}
        alternative = {"$ref": f"#/$defs/{kind.name}", "not": {"required": ["any_of"]}}
        any_of = {"type": "array", "items": alternative, "minItems": 2, "description": "One of these must hold."}
        found[kind.name] = {
            "type": "object",
            "properties": {**tests, "any_of": any_of},
            "additionalProperties": False,
        }
    return found


def _value(field: Field) -> Schema:
    if field.type == "yes_no":
        return {"type": "boolean"}
    if field.type == "text":
        return {"enum": [int(value) if value.isdigit() else value for value in field.values]}
    return {"type": "integer"}


def _test(field: Field, one: Schema) -> Schema:
    many = {"type": "array", "items": one, "minItems": 1}
    operators: Schema = {"in": {"anyOf": [one, many]}, "not": {"anyOf": [one, many]}, "not_in": many}
    if field.type == "whole_number":
        operators |= dict.fromkeys(("gt", "gte", "lt", "lte"), one)
    operator = {"type": "object", "properties": operators, "additionalProperties": False, "minProperties": 1}
    return {"anyOf": [one, many, operator]}


def _form() -> Schema:
    line_keys: dict[str, Schema] = {
        "says": _TEXT,
        "authority": _TEXT,
        "value": _NUMBER_OR_TEXT,
        "columns": {"type": "object", "additionalProperties": _NUMBER_OR_TEXT},
        "when": {**_TEXT, "description": "A condition; where it does not hold the line is blank."},
        "blank_if_zero": {"type": "boolean"},
        "round": {"enum": [*ROUNDINGS]},
        "print": {"type": "boolean"},
    }
    line = {
        "type": "object",
        "properties": {**_described(LINE_KEYS, line_keys), "when": line_keys["when"]},
        "required": ["says", "authority"],
        "oneOf": [{"required": ["value"]}, {"required": ["columns"]}],
        "additionalProperties": False,
    }
    return _object(
        "A form or worksheet: every line a formula.",
        {
            "form": _TEXT,
            "title": _TEXT,
            "when": {**_TEXT, "description": "A condition; where it does not hold the whole form is blank."},
            "lines": {"type": "object", "additionalProperties": line},
            "retire": _RETIRE,
        },
        ["form"],
    )


def _parameters() -> Schema:
    by_status = {
        "type": "object",
        "properties": dict.fromkeys(FILING_STATUSES, _AMOUNT),
        "required": list(FILING_STATUSES),
        "additionalProperties": False,
    }
    keys: dict[str, Schema] = {
        "title": _TEXT,
        "unit": {"enum": list(UNITS)},
        "authority": _TEXT,
        "address": {"type": "string", "format": "uri"},
        "value": {"anyOf": [_AMOUNT, by_status]},
        "changes": {"enum": ["yearly", "by_law"]},
        "below_zero": {"type": "boolean"},
        "above_one": {"type": "boolean"},
    }
    parameter = {"type": "object", "properties": _described(PARAMETER_KEYS, keys), "additionalProperties": False}
    return _object(
        "Numbers of the law, each with its authority.",
        {"parameters": {"type": "object", "additionalProperties": parameter}, "retire": _RETIRE},
        ["parameters"],
    )


def _table() -> Schema:
    cell: Schema = {"anyOf": [{"type": ["string", "boolean"]}, {"type": "array", "items": {"type": "string"}}]}
    row = {
        "type": "object",
        "properties": {"authority": _TEXT, "address": {"type": "string", "format": "uri"}},
        "required": ["authority"],
        "additionalProperties": cell,
    }
    return _object(
        "A table of the law: rows by their key, each with its authority.",
        {
            "table": {**_TEXT, "description": "The table's name."},
            "title": _TEXT,
            "columns": {"type": "object", "additionalProperties": {"enum": ["text", "list", "day", "yes_no"]}},
            "rows": {"type": "object", "additionalProperties": row},
            "retire": _RETIRE,
        },
        ["table"],
    )


def _functions() -> Schema:
    known: dict[str, Schema] = {
        "of": {**_TEXT, "description": "The name by which the formula calls the amount."},
        "says": _TEXT,
        "authority": _TEXT,
        "value": {**_NUMBER_OR_TEXT, "description": "A formula of the amount and of parameters."},
    }
    function = {
        "type": "object",
        "properties": {key: known[key] for key in FUNCTION_KEYS},
        "required": list(FUNCTION_KEYS),
        "additionalProperties": False,
    }
    return _object(
        "Calculations of one amount that several lines share.",
        {"functions": {"type": "object", "additionalProperties": function}, "retire": _RETIRE},
        ["functions"],
    )


def _facts() -> Schema:
    field = {
        "type": "object",
        "properties": {
            "type": {"enum": ["whole_number", "text", "yes_no", "words"]},
            "values": {"type": "array", "items": _TEXT},
            "meaning": _TEXT,
            "unit": _TEXT,
            "from": {**_TEXT, "description": "The line or figure that fills it, as f1040sd.L21 or case.wages."},
            "rows_of": {"type": "array", "items": _TEXT, "description": "The kinds of ledger rows that make it true."},
        },
        "required": ["type", "meaning"],
        "additionalProperties": False,
    }
    never = {"type": "object", "properties": {"when": {"type": "object"}, "says": _TEXT}, "required": ["when", "says"]}
    kind = {
        "type": "object",
        "properties": {
            "meaning": _TEXT,
            "remarks": {"type": "boolean", "description": "Whether remarks about it are printed."},
            "fields": {"type": "object", "additionalProperties": field},
            "never": {"type": "array", "items": never},
        },
        "required": ["meaning", "fields"],
        "additionalProperties": False,
    }
    figure = {
        "type": "object",
        "properties": {
            "type": {"enum": ["money", "yes_no"]},
            "meaning": _TEXT,
            "default": {"type": ["integer", "boolean"]},
        },
        "required": ["type", "meaning"],
        "additionalProperties": False,
    }
    return _object(
        "The fact vocabulary: every field and case figure that rules may name.",
        {
            "facts": {"type": "object", "additionalProperties": kind},
            "case": {"type": "object", "additionalProperties": figure},
        },
        ["facts", "case"],
    )


def _tests() -> Schema:
    body: Schema = {
        "name": _TEXT,
        "source": _TEXT,
        "about": _TEXT,
        "facts": {"type": "object"},
        "dates": {"type": "object", "properties": {"held_from": _TEXT, "disposed": _TEXT}},
        "status": {"enum": list(FILING_STATUSES)},
        "case": {"type": "object"},
        "routed": {"type": "object"},
        "parameters": {"type": "object"},
        "tables": {"type": "object"},
        "expect": {"type": "object"},
        "by": {"type": "object"},
        "told": {"type": "object", "description": "How remarks and conclusions are told: review, or review of FIELD."},
        "rests_on": {
            "type": "object",
            "description": "The authority that a rule names first, as term/long: IRC §1222(3).",
        },
        "year": {"enum": ["final", "draft"], "description": "What the year is."},
        "row": {
            "type": "object",
            "description": "A sale: what the records say of it and, under `form`, what a form says.",
        },
        "columns": {
            "type": "object",
            "description": "Its row on Form 8949: box, line of Schedule D, d, e, f, g and h.",
        },
        "why": _TEXT,
    }
    test = {"type": "object", "properties": body, "required": ["name"], "additionalProperties": False}
    shared = {"type": "object", "properties": body, "additionalProperties": False}
    years = {"type": "string", "pattern": "^20[0-9]{2}-20[0-9]{2}$"}
    return _object(
        "Rule tests: facts in, conclusions or lines out.",
        {"years": years, "with": shared, "tests": {"type": "array", "items": test}},
        ["tests"],
    )
