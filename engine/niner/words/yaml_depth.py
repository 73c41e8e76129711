"""YAML text to the place where it is nested deeper than its reader allows, told without building anything of it.

PyYAML's loaders each end in another way (a sentence of their own, an exhausted stack), which also changes between
versions; a person gets Niner's words for it whichever loader reads the file.
"""

from collections.abc import Iterator

import yaml

_Fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def too_deep(text: str, deepest: int) -> tuple[int, int] | None:
    """Row and column, from 1, of the first list or block that has `deepest` others around it; None if there is none.

    Text that is no YAML is looked at as far as it can be read; what else is wrong with it is its reader's to say.
    """
    found = _first(text, deepest, _Fast)
    if isinstance(found, yaml.YAMLError):  # libyaml looks ahead, and may stop before it has told how deep it went
        found = _first(text, deepest, yaml.SafeLoader)
    return found if isinstance(found, tuple) else None


def _first(text: str, deepest: int, loader: type) -> tuple[int, int] | yaml.YAMLError | None:
    depth = 0
    try:
        for event in _events(text, loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > deepest:
                mark = event.start_mark
                return (mark.line + 1, mark.column + 1) if mark else (1, 1)
    except yaml.YAMLError as error:
        return error
    return None


def _events(text: str, loader: type) -> Iterator[yaml.Event]:
    events: Iterator[yaml.Event] = yaml.parse(text, Loader=loader)
    return events
