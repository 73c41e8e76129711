"""Turns a class into a dataclass as `dataclasses.dataclass` does; its methods are compiled when they are called.

A start makes hundreds of small classes and uses a part of them, of most a few objects; compiling at once what each
could do takes half a millisecond a class, and what makes an object a tenth. So the first few are filled field by field.
What a class says, equals, hashes and refuses is the same. An order is left to dataclasses itself.
"""

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, FrozenInstanceError
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, **how):
        """The decorator, with `frozen`, `slots` and `repr` as in dataclasses; with `order` it is theirs."""
        if "order" in how:
            return dataclasses.dataclass(cls, **how)
        return (lambda cls: _made(cls, **how)) if cls is None else _made(cls, **how)


_GIVEN: Any = object()  # stands for the default of an argument that a factory makes
_FEW = 16  # objects of a class: to compile what makes one takes as long as to fill thirty


def _made(cls: type, frozen: bool = False, slots: bool = False, repr: bool = True) -> Any:
    if not cls.__doc__:  # dataclasses would look for the signature of what is not yet there
        cls.__doc__ = cls.__name__
    own = dict(vars(cls))
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    fields = made.__dataclass_fields__
    hashes = own.get("__hash__", MISSING)
    methods: dict[str, Any] = {"__init__": _filling(made, frozen), "__eq__": _later(made, "__eq__")}
    if repr:
        methods["__repr__"] = _repr
    if frozen:
        methods |= _refusing(made, frozenset(fields))
        if slots:
            methods |= {"__getstate__": _state, "__setstate__": _set_state}
    for name, method in methods.items():
        if name not in own:
            setattr(made, name, method)
    if hashes is MISSING or (hashes is None and "__eq__" in own):
        made.__hash__ = _later(made, "__hash__") if frozen else None
    return made


def _later(made: type, name: str, *how: bool) -> Callable[..., Any]:
    """A method that is compiled, and takes its own place, when it is first called."""

    def first(self: Any, /, *given: Any, **named: Any) -> Any:
        method = _COMPILED[name](made, *how)
        method.__name__, method.__qualname__ = name, f"{made.__qualname__}.{name}"
        method.__module__ = made.__module__
        setattr(made, name, method)
        return method(self, *given, **named)

    first.__name__, first.__qualname__ = name, f"{made.__qualname__}.{name}"
    return first


def _filling(made: type, frozen: bool) -> Callable[..., Any]:
    """What fills the first few objects; then, and for any other call than of plain fields, it is compiled."""
    compiled = _later(made, "__init__", frozen)
    put = object.__setattr__ if frozen else setattr
    fields = dataclasses.fields(made)
    plain = all(field.init and not field.kw_only for field in fields)
    left = _FEW if plain else 0

    def first(self: Any, /, *given: Any, **named: Any) -> None:
        nonlocal left
        left -= 1
        values = _values(fields, given, named) if left >= 0 else None
        if values is None:
            compiled(self, *given, **named)
            return
        for name, value in values:
            put(self, name, value)
        if hasattr(made, "__post_init__"):
            self.__post_init__()

    first.__name__, first.__qualname__ = "__init__", f"{made.__qualname__}.__init__"
    return first


def _values(
    fields: tuple[Field[Any], ...], given: tuple[Any, ...], named: dict[str, Any]
) -> Iterable[tuple[str, Any]] | None:
    """The fields, each a plain argument, with their values, in order; None where the arguments don't fit."""
    if len(given) > len(fields):
        return None
    values = [(field.name, value) for field, value in zip(fields, given, strict=False)]
    if len(given) == len(fields):
        return None if named else values
    if named and any(name in named for name, _ in values):
        return None
    used = 0
    for field in fields[len(given) :]:
        name = field.name
        if name in named:
            value, used = named[name], used + 1
        elif field.default is not MISSING:
            value = field.default
        elif field.default_factory is not MISSING:
            value = field.default_factory()
        else:
            return None
        values.append((name, value))
    return values if used == len(named) else None


def _init(made: type, frozen: bool) -> Callable[..., Any]:
    known: dict[str, Any] = {"_given": _GIVEN, "_set": object.__setattr__}
    head, body = [], []
    slotted = "__slots__" in vars(made)
    for at, field in enumerate(dataclasses.fields(made)):
        name, value = field.name, field.name
        given_later = field.default is MISSING and field.default_factory is MISSING
        if not field.init and given_later:
            continue
        if not field.init or field.kw_only:
            raise TypeError(f"{made.__qualname__}.{name}: a field that is no plain argument is made by dataclasses")
        if field.default_factory is not MISSING:
            known[f"_new{at}"] = field.default_factory
            value = f"_new{at}() if {name} is _given else {name}"
            head.append(f"{name}=_given")
        elif field.default is not MISSING:
            known[f"_default{at}"] = field.default
            head.append(f"{name}=_default{at}")
        else:
            head.append(name)
        if not frozen:
            body.append(f"self.{name} = {value}")
        elif slotted:
            known[f"_set{at}"] = getattr(made, name).__set__
            body.append(f"_set{at}(self, {value})")
        else:
            body.append(f"_set(self, {name!r}, {value})")
    if hasattr(made, "__post_init__"):
        body.append("self.__post_init__()")
    return _function(f"{', '.join(['self', *head])}", body or ["pass"], known)


def _eq(made: type) -> Callable[..., Any]:
    names = [field.name for field in dataclasses.fields(made) if field.compare]
    mine, other = (_tuple(whose, names) for whose in ("self", "other"))
    body = ["if other.__class__ is self.__class__:", f"    return {mine} == {other}", "return NotImplemented"]
    return _function("self, other", body, {})


def _hash(made: type) -> Callable[..., Any]:
    def counts(field: Field[Any]) -> bool:
        return field.compare if field.hash is None else field.hash

    names = [field.name for field in dataclasses.fields(made) if counts(field)]
    return _function("self", [f"return hash({_tuple('self', names)})"], {})


_COMPILED: dict[str, Callable[..., Callable[..., Any]]] = {"__init__": _init, "__eq__": _eq, "__hash__": _hash}


def _tuple(whose: str, names: list[str]) -> str:
    return f"({''.join(f'{whose}.{name},' for name in names)})"


def _function(takes: str, body: list[str], known: dict[str, Any]) -> Callable[..., Any]:
    """A function of its source: of names of fields, which are identifiers, and of nothing from outside."""
    text = f"def made({takes}):\n" + "".join(f"    {line}\n" for line in body)
    exec(text, known)
    found: Callable[..., Any] = known.pop("made")
    return found


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _refusing(made: type, names: frozenset[str]) -> dict[str, Any]:
    above: Any = made

    def set_(self: Any, name: str, value: Any) -> None:
        if type(self) is made or name in names:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        super(above, self).__setattr__(name, value)

    def delete(self: Any, name: str) -> None:
        if type(self) is made or name in names:
            raise FrozenInstanceError(f"cannot delete field {name!r}")
        super(above, self).__delattr__(name)

    return {"__setattr__": set_, "__delattr__": delete}


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
