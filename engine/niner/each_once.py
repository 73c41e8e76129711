"""A column of values to a column of what is made of them, made once for each value that differs."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

Value = TypeVar("Value", bound=Hashable)
Made = TypeVar("Made")


def each_once(make: Callable[[Value], Made], values: Sequence[Value]) -> list[Made]:
    """What `make` gives of each value, in their order. Values that are equal must come to the same."""
    different: Iterable[Value] = set(values)
    made = {value: make(value) for value in different}
    return list(map(made.__getitem__, values))
