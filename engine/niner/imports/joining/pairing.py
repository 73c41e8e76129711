"""Two sides of which each thing fits several of the other, to the groups that hang together by what fits what."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar


class Named(Protocol):
    """A thing of one side, by an id of its own."""

    @property
    def id(self) -> str: ...


Left = TypeVar("Left", bound=Named)
Right = TypeVar("Right", bound=Named)


def components(
    left: Mapping[str, Left], choices: Mapping[str, Sequence[Right]], chosen: Mapping[str, Sequence[Left]]
) -> list[tuple[list[Left], list[Right]]]:
    """What hangs together, each side in order. `choices` gives, by id, what a left thing fits; `chosen` the reverse."""
    done: set[str] = set()
    found = []
    for start in choices:
        if start in done:
            continue
        ones: dict[str, Left] = {}
        others: dict[str, Right] = {}
        todo = [start]
        while todo:
            one = todo.pop()
            if one in ones:
                continue
            ones[one] = left[one]
            for other in choices[one]:
                if other.id not in others:
                    others[other.id] = other
                    todo += [again.id for again in chosen[other.id]]
        done |= ones.keys()
        found.append((list(ones.values()), list(others.values())))
    return found
