"""YAML text to plain dicts and lists in which every scalar is text, with the line each key stands on.

Reading scalars as text avoids YAML's silent conversions (`no` is false, `012` is ten, `1.10` is a float); the reader of
the file decides types. Duplicate keys, which PyYAML drops in silence, are reported.
"""

import re
from collections.abc import Callable
from typing import Any

import yaml

from niner.values import Finding, Source
from niner.words.plain import shown
from niner.words.yaml_depth import too_deep

Path = tuple[str | int, ...]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 12
_NO_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def compose(text: str, file: str) -> tuple[yaml.Node | None, Finding | None]:
    """The document as YAML nodes, or what is wrong with it as YAML; every YAML file is read through here.

    Aliases are refused, since a few lines of them can stand for more than any memory holds, and so is deep nesting:
    both before anything is built. An empty document is None.
    """
    try:
        return _unfit(text, file) or (yaml.compose(text, Loader=_LOADER), None)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        row, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        read = text[: mark.index] if mark else ""
        brackets = sum(map(read.count, "[{")) - sum(map(read.count, "]}"))  # libyaml gives up in a long run of them
        deep = too_deep(text, _DEEPEST) or ((row, column) if brackets > _DEEPEST else None)
        if deep is not None:
            return None, _too_deep(file, *deep)
        line = text.splitlines()[row - 1] if 0 < row <= len(text.splitlines()) else ""
        if "\t" in line[: len(line) - len(line.lstrip())]:
            says = "This line is indented with a tab, which YAML does not take (column 1)."
            todo = "Indent it with spaces, as the lines around it."
            return None, Finding("yaml", "error", says, todo, source=Source(file, row))
        problem = (error.problem or "it ends too early")[:120]
        in_words = next((words for part, words in _PROBLEMS.items() if part in problem), problem)
        says = f"This is not valid YAML: {in_words} (column {column})."
        todo = "Check the indentation, the colons and the quotes of this line and the one above it."
        return None, Finding("yaml", "error", says, todo, source=Source(file, row))
    except yaml.YAMLError:
        says = "This is not valid YAML: it holds characters that no text has."
        return None, Finding("yaml", "error", says, "Remove them, or write the file again.", source=Source(file))


# What the library says of a broken text, and what it mostly is.
_PROBLEMS = {
    "expected ',' or '}'": "a brace { is not closed above, a comma is missing in it, or a value in it holds a colon",
    "expected ',' or ']'": "a bracket [ is not closed above, or a comma is missing in it",
    "could not find expected ':'": "a key stands without its colon",
    "mapping values are not allowed": "a value holds a colon and is not in quotes, or the indentation is wrong",
    "unexpected end of stream": "a quote is not closed",
    "did not find expected key": "its indentation is not that of the lines around it",
    "did not find expected '-' indicator": "an entry of a list lacks the “- ” before it, or its indentation is wrong",
    "cannot start any token": "a value begins with a mark that YAML keeps for itself: put it in quotes",
}


def _unfit(text: str, file: str) -> tuple[None, Finding] | None:
    strange = _NO_TEXT.search(text)
    if strange:
        row = text.count("\n", 0, strange.start()) + 1
        says = f"A control character (U+{ord(strange[0]):04X}) stands in this line."
        return None, Finding("yaml", "error", says, "Remove it, or write the line again.", source=Source(file, row))
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        row, column = (event.start_mark.line + 1, event.start_mark.column + 1) if event.start_mark else (0, 0)
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            says = f"{file} uses the YAML alias or anchor {str(anchor)[:40]} (column {column})."
            todo = "Write the value out where it is needed, or put it in quotes."
            return None, Finding("yaml-alias", "error", says, todo, source=Source(file, row))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return None, _too_deep(file, row, column)
    return None


def _too_deep(file: str, row: int, column: int) -> Finding:
    says = f"The nesting is deeper than any file needs (column {column})."
    return Finding("yaml", "error", says, "Look for a run of brackets.", source=Source(file, row))


def parse(text: str, file: str) -> tuple[Any, dict[Path, int], list[Finding]]:
    """The document, the line (from 1) of each path in it, and what is wrong with it as YAML. Empty values are None."""
    lines: dict[Path, int] = {}
    findings: list[Finding] = []
    node, problem = compose(text, file)
    if problem is not None:
        return None, lines, [problem]
    return _plain(node, (), lines, findings, file), lines, findings


_SCALAR = yaml.ScalarEvent
_EMPTY = ("", "~")  # where they stand without quotes


class _Unusual(Exception):
    """Something that `parse` has to look at."""


def listed(text: str) -> list[tuple[int, Any]] | None:
    """What `parse` makes of a text that is a list of which there is nothing to say: each entry with its line.

    One pass, which remembers no line within an entry: a list of ten thousand entries takes a third of the time. None
    of any other text, which `parse` has to look at.
    """
    if _NO_TEXT.search(text):
        return None
    loader = _LOADER(text)
    following: Callable[[], Any] = loader.get_event
    try:
        following(), following()  # the beginning of the stream and of the document
        if type(following()) is not yaml.SequenceStartEvent:
            return None
        found = []
        while type(event := following()) is not yaml.SequenceEndEvent:
            found.append((event.start_mark.line + 1, _value(event, following, _DEEPEST - 1)))
        following()
        return found if type(following()) is yaml.StreamEndEvent else None
    except (yaml.YAMLError, _Unusual):
        return None
    finally:
        loader.dispose()


def _value(event: Any, following: Callable[[], Any], deep: int) -> Any:
    """The value that begins with an event, of which others follow; lists and blocks go no more than so `deep` in it.

    Raises _Unusual.
    """
    kind = type(event)
    if kind is yaml.AliasEvent or event.anchor is not None or (deep <= 0 and kind is not _SCALAR):
        raise _Unusual
    if kind is _SCALAR:
        return event.value if event.style or event.value not in _EMPTY else None
    if kind is yaml.SequenceStartEvent:
        several = []
        while type(event := following()) is not yaml.SequenceEndEvent:
            several.append(_value(event, following, deep - 1))
        return several
    found: dict[str, Any] = {}
    end = yaml.MappingEndEvent
    while type(event := following()) is not end:
        key = event.value if type(event) is _SCALAR and event.anchor is None else None
        if key is None or key in found:
            raise _Unusual
        event = following()
        if type(event) is _SCALAR and event.anchor is None:  # most are, and need no call
            found[key] = event.value if event.style or event.value not in _EMPTY else None
        else:
            found[key] = _value(event, following, deep - 1)
    return found


def _plain(
    node: yaml.Node | None,
    path: Path,
    lines: dict[Path, int],
    findings: list[Finding],
    file: str,
) -> Any:
    if node is None:
        return None
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        return None if not node.style and node.value in ("", "~") else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*path, place), lines, findings, file) for place, child in enumerate(node.value)]
    found: dict[str, Any] = {}
    assert isinstance(node, yaml.MappingNode)
    for key_node, value_node in node.value:
        row = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            says = "A key must be a word, not a list or a block."
            findings.append(Finding("yaml", "error", says, "Put it in quotes.", source=Source(file, row)))
            continue
        key = str(key_node.value)
        if key in found:
            findings.append(
                Finding(
                    "yaml-duplicate-key",
                    "error",
                    f"The key “{shown(key)}” stands twice in the same block.",
                    "Keep one of the two.",
                    source=Source(file, row),
                    value=key[:80],
                )
            )
        lines[(*path, key)] = row
        found[key] = _plain(value_node, (*path, key), lines, findings, file)
    return found
