"""Niner's dataclass against the one of dataclasses: the same classes, made and used in the same ways."""

import copy
import dataclasses
import importlib
import pickle
from collections.abc import Callable
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import pytest

dataclass: Any = importlib.import_module("niner.dataclass").dataclass  # types are checked as of dataclasses' own


def shapes(dataclass: Any) -> SimpleNamespace:
    @dataclass(frozen=True, slots=True)
    class Lot:
        """Units."""

        asset: str
        units: int = 1
        told: list[str] = dataclasses.field(default_factory=list, compare=False, repr=False)

    @dataclass(frozen=True, slots=True)
    class Later(Lot):
        day: int = 3

    @dataclass(frozen=True)
    class Row:
        number: float

        @cached_property
        def twice(self) -> float:
            return self.number * 2

    @dataclass(slots=True)
    class Count:
        seen: int = 0

    @dataclass
    class Open:
        seen: Any
        later: int = dataclasses.field(init=False, repr=False, compare=False)

    @dataclass(frozen=True, slots=True, repr=False)
    class Secret:
        ssn: str

        def __repr__(self) -> str:
            return "Secret"

    @dataclass(frozen=True, slots=True)
    class Nearly:
        number: int

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Nearly)

        def __hash__(self) -> int:
            return 7

    @dataclass(frozen=True, slots=True, order=True)
    class Place:
        file: str
        row: int

    @dataclass
    class Sum:
        a: int
        b: int

        def __post_init__(self) -> None:
            if not self.a + self.b:
                raise TypeError("nothing")
            self.c = self.a + self.b

    @dataclass(frozen=True, slots=True)
    class Nothing:
        pass

    return SimpleNamespace(**{name: found for name, found in locals().items() if isinstance(found, type)})


OURS, THEIRS = shapes(dataclass), shapes(dataclasses.dataclass)
USES: list[Callable[[Any], Any]] = [
    lambda s: repr(s.Lot("BTC", 2)),
    lambda s: repr([s.Later("BTC"), s.Row(1), s.Count(2), s.Open("x"), s.Secret("1"), s.Nothing(), s.Place("a", 1)]),
    lambda s: s.Lot("BTC").told is not s.Lot("BTC").told,
    lambda s: (s.Lot("BTC") == s.Lot("BTC", 1, ["x"]), s.Lot("BTC") != s.Lot("ETH"), s.Lot("BTC") == s.Later("BTC")),
    lambda s: (s.Row(1) == 1, s.Row(1) == s.Row(1.0), s.Nothing() == s.Nothing(), s.Nearly(1) == s.Nearly(2)),
    lambda s: [hash(one) for one in (s.Lot("BTC", 2), s.Later("ETH"), s.Row(2), s.Nearly(1), s.Nothing())],
    lambda s: [hash(s.Count())],
    lambda s: [hash(s.Open(1))],
    lambda s: hash(s.Lot([])),
    lambda s: s.Lot(),
    lambda s: s.Lot("BTC", 1, [], 4),
    lambda s: s.Lot("BTC", unit=2),
    lambda s: s.Lot("BTC", asset="ETH"),
    lambda s: repr(s.Later(day=2, asset="ETH", told=["x"])),
    lambda s: repr(s.Sum(2, b=3)),
    lambda s: s.Sum(2, -2),
    lambda s: setattr(s.Lot("BTC"), "units", 2),
    lambda s: setattr(s.Row(1), "other", 2),
    lambda s: setattr(s.Later("BTC"), "asset", "ETH"),
    lambda s: delattr(s.Lot("BTC"), "units"),
    lambda s: setattr(s.Count(), "other", 2),
    lambda s: s.Count(3).seen,
    lambda s: (s.Row(2).twice, hasattr(s.Lot("BTC"), "__dict__"), s.Lot.__slots__, s.Lot.__match_args__, s.Lot.__doc__),
    lambda s: repr(dataclasses.replace(s.Later("BTC", day=5), units=9)),
    lambda s: dataclasses.asdict(s.Lot("BTC", 2, ["x"])),
    lambda s: [field.name for field in dataclasses.fields(s.Later)],
    lambda s: repr(copy.deepcopy([s.Lot("BTC", 2, ["x"]), s.Row(1), s.Count(4)])),
    lambda s: copy.copy(s.Lot("BTC", 2, ["x"])).told,
    lambda s: sorted([s.Place("b", 1), s.Place("a", 2), s.Place("a", 1)])[0].row,
    lambda s: s.Lot("a") < s.Lot("b"),
    lambda s: repr(ring(s.Open)),
]  # fmt: skip


def ring(kind: Any) -> Any:
    one = kind(None)
    one.seen = one
    return one


@pytest.mark.parametrize("use", USES)
def test_a_class_does_what_one_of_dataclasses_does(use: Callable[[Any], Any]) -> None:
    def done(shapes: SimpleNamespace) -> tuple[Any, str]:
        try:
            return use(shapes), ""
        except (TypeError, AttributeError) as error:
            return type(error), str(error)

    for _ in range(20):  # before and after its methods are compiled
        assert done(OURS) == done(THEIRS)


@dataclass(frozen=True, slots=True)
class Kept:
    asset: str
    units: int = 1


def test_a_frozen_class_is_pickled() -> None:
    assert pickle.loads(pickle.dumps(Kept("BTC", 2))) == Kept("BTC", 2)


def test_a_field_that_is_no_plain_argument_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Odd:
        seen: int = dataclasses.field(init=False, default=1)

    with pytest.raises(TypeError, match="made by dataclasses"):
        Odd()
