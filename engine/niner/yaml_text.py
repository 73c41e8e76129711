"""YAML text to plain dicts and lists in which every scalar is text, with the line each key stands on.

Reading scalars as text avoids YAML's silent conversions (`no` is false, `012` is ten, `1.10` is a float); the reader of
the file decides types. Duplicate keys, which PyYAML drops in silence, are reported.
"""

from typing import Any

import yaml

from niner.values import Finding, Source
from niner.yaml_depth import too_deep

_DEEPEST = 20
Path = tuple[str | int, ...]


def parse(text: str, file: str) -> tuple[Any, dict[Path, int], list[Finding]]:
    """The document, the line (from 1) of each path in it, and what is wrong with it as YAML. Empty values are None."""
    lines: dict[Path, int] = {}
    findings: list[Finding] = []
    deep = too_deep(text, _DEEPEST)
    if deep is not None:
        says = "The file is nested deeper than any case needs."
        return (
            None,
            lines,
            [Finding("yaml", "error", says, "Look for a run of brackets.", source=Source(file, deep[0]))],
        )
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it can't be read as YAML"
        where = Source(file, mark.line + 1 if mark else 0)
        findings.append(
            Finding(
                "yaml",
                "error",
                f"The file is not valid YAML: {problem}.",
                "Check indentation, colons and quotes on this line and the one before.",
                source=where,
            )
        )
        return None, lines, findings
    return _plain(node, (), lines, findings, file, set()), lines, findings


def _plain(
    node: yaml.Node | None,
    path: Path,
    lines: dict[Path, int],
    findings: list[Finding],
    file: str,
    above: set[int],
) -> Any:
    if node is None:
        return None
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        return None if node.style is None and node.value in ("", "~") else node.value
    if id(node) in above:
        findings.append(
            Finding(
                "yaml-loop",
                "error",
                "An alias refers to the block it stands in.",
                "Write the values out instead of using an alias.",
                source=Source(file, node.start_mark.line + 1),
            )
        )
        return None
    above = above | {id(node)}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*path, place), lines, findings, file, above) for place, child in enumerate(node.value)]
    found: dict[str, Any] = {}
    assert isinstance(node, yaml.MappingNode)
    for key_node, value_node in node.value:
        key = str(key_node.value)
        row = key_node.start_mark.line + 1
        if key in found:
            findings.append(
                Finding(
                    "yaml-duplicate-key",
                    "error",
                    f"The key “{key}” stands twice in the same block.",
                    "Keep one of the two.",
                    source=Source(file, row),
                    value=key,
                )
            )
        lines[(*path, key)] = row
        found[key] = _plain(value_node, (*path, key), lines, findings, file, above)
    return found
