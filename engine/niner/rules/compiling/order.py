"""Turns "what each name reads" into an order in which everything comes after what it reads, or shows the circle."""

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def in_order(reads: Mapping[T, Iterable[T]]) -> list[T]:
    """Names after all they read; names outside the mapping are ignored. Call `circle` first: none may be there."""
    done: dict[T, None] = {}

    for start in reads:
        stack = [(start, iter(reads[start]))] if start not in done else []
        while stack:
            name, following = stack[-1]
            nearest = next((other for other in following if other in reads and other not in done), None)
            if nearest is None:
                done[name] = None
                stack.pop()
            else:
                stack.append((nearest, iter(reads[nearest])))
    return list(done)


def circle(reads: Mapping[T, Iterable[T]]) -> list[T]:
    """The first circle found, its first name repeated at the end; empty where there is none."""
    clear: set[T] = set()
    for start in reads:
        path: list[T] = []
        on_path: set[T] = set()
        stack: list[tuple[T, Iterable[T]]] = []

        def enter(
            name: T, path: list[T] = path, on_path: set[T] = on_path, stack: list[tuple[T, Iterable[T]]] = stack
        ) -> None:
            path.append(name)
            on_path.add(name)
            stack.append((name, iter(list(reads[name]))))

        if start not in clear:
            enter(start)
        while stack:
            name, following = stack[-1]
            nearest = next((other for other in following if other in reads and other not in clear), None)
            if nearest is None:
                clear.add(name)
                on_path.discard(name)
                path.pop()
                stack.pop()
            elif nearest in on_path:
                return [*path[path.index(nearest) :], nearest]
            else:
                enter(nearest)
    return []
