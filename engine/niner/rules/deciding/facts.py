"""Many facts of one kind as columns, field by field: a fact becomes an object when someone looks at it."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from operator import itemgetter
from typing import overload

from niner.rules.language.values import Conclusion, FactValue


class Facts(Sequence[Mapping[str, FactValue]]):
    """`count` facts; a field that is the same in all of them is kept once."""

    def __init__(self, count: int, same: Mapping[str, FactValue] | None = None) -> None:
        self._count = count
        self.same: dict[str, FactValue] = dict(same or {})
        self.columns: dict[str, Sequence[FactValue]] = {}
        self._late: dict[str, Callable[[], Sequence[FactValue]]] = {}

    def put(self, field: str, values: Sequence[FactValue]) -> None:
        """A field's values, one a fact."""
        assert len(values) == self._count
        if values and values[-1] == values[0] and values.count(values[0]) == len(values):
            self.put_same(field, values[0])
            return
        self.same.pop(field, None)
        self.columns[field] = values

    def put_same(self, field: str, value: FactValue) -> None:
        """A field that has the same value in all facts."""
        self.columns.pop(field, None)
        self.same[field] = value

    def put_when_asked(self, field: str, make: Callable[[], Sequence[FactValue]]) -> None:
        """A field whose values `make` gives, once and only if a rule reads it: most years' rules read no such field."""
        self._late[field] = make

    def made(self, fields: Iterable[str]) -> None:
        """See to it that these fields have their values, those of them that the facts have."""
        for field in self._late.keys() & set(fields):
            self.put(field, self._late.pop(field)())

    def some(self, place: int, names: Sequence[str]) -> dict[str, FactValue]:
        """Some fields of one fact. Raises KeyError where it has none of a name."""
        self.made(names)
        return {
            name: self.same[name] if (values := self.columns.get(name)) is None else values[place] for name in names
        }

    def put_decided(self, concluded: "Concluded") -> None:
        """What was concluded of each fact as fields of it."""
        for name in concluded.names:
            if len(concluded.different(name)) == 1:
                self.put_same(name, concluded.shared[0][name].value)
            else:
                self.put(name, concluded.values_of(name))

    def __len__(self) -> int:
        return self._count

    def names(self) -> Container[str]:
        """The fields that each fact has."""
        return {*self.same, *self.columns, *self._late}

    @overload
    def __getitem__(self, place: int) -> dict[str, FactValue]: ...
    @overload
    def __getitem__(self, place: slice) -> list[Mapping[str, FactValue]]: ...
    def __getitem__(self, place: int | slice) -> dict[str, FactValue] | list[Mapping[str, FactValue]]:
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(self._count))]
        if not -self._count <= place < self._count:
            raise IndexError(place)
        self.made(tuple(self._late))
        return self.same | {field: values[place] for field, values in self.columns.items()}


class Concluded(Sequence[Mapping[str, Conclusion]]):
    """The conclusions of many facts: those of facts alike are one mapping. `places` says which is each fact's."""

    def __init__(self, shared: Sequence[Mapping[str, Conclusion]], places: Sequence[int]) -> None:
        self.shared, self.places = shared, places

    @property
    def names(self) -> tuple[str, ...]:
        """The decisions that were made."""
        return tuple(self.shared[0]) if self.shared else ()

    def different(self, name: str) -> AbstractSet[str]:
        """What one decision concludes of any fact."""
        return {conclusions[name].value for conclusions in self.shared}

    def values_of(self, name: str) -> list[str]:
        """The conclusion of one decision for each fact."""
        values = [conclusions[name].value for conclusions in self.shared]
        return list(map(values.__getitem__, self.places))

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, place: int) -> Mapping[str, Conclusion]: ...
    @overload
    def __getitem__(self, place: slice) -> list[Mapping[str, Conclusion]]: ...
    def __getitem__(self, place: int | slice) -> Mapping[str, Conclusion] | list[Mapping[str, Conclusion]]:
        if isinstance(place, slice):
            return [self.shared[at] for at in self.places[place]]
        return self.shared[self.places[place]]

    def __iter__(self) -> Iterator[Mapping[str, Conclusion]]:
        return map(self.shared.__getitem__, self.places)


def column(field: str, facts: Sequence[Mapping[str, FactValue]]) -> Sequence[FactValue]:
    """A field's value in each of the facts. Raises KeyError where one has none."""
    if isinstance(facts, Facts):
        facts.made((field,))
        values = facts.columns.get(field)
        return [facts.same[field]] * len(facts) if values is None else values
    return list(map(itemgetter(field), facts))


def names_of(facts: Sequence[Mapping[str, FactValue]]) -> Container[str]:
    """The fields that facts have, none where there is no fact."""
    if not facts:
        return ()
    return facts.names() if isinstance(facts, Facts) else facts[0]
