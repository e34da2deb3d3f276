"""Makes dataclasses out of plain JSON, as pydantic would, without its start-up and only as strictly as needed.

Whatever does not fit raises Unfit: who reads so must be able to read in full, which says what is wrong.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")

Make = Callable[[Any], Any]


class Unfit(ValueError):
    """JSON that is not of the form of its type, or of no form that is known here."""


def made(kind: type[T], value: Any) -> T:
    """The value as a dataclass. Raises Unfit."""
    try:
        annotation: Any = kind
        result: T = _maker(annotation)(value)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise Unfit(f"no {kind.__name__}: {error}") from error
    return result


@functools.cache
def _maker(kind: Any) -> Make:
    """What makes a value of an annotation out of what JSON has for it."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return _maker(arguments[0])
    if origin is tuple:
        return functools.partial(_tuple, _maker(arguments[0]))
    if origin is dict:
        return functools.partial(_dict, _maker(arguments[1]))
    if origin in (types.UnionType, typing.Union):
        (other,) = (it for it in arguments if it is not types.NoneType)
        return functools.partial(_or_none, _maker(other))
    if dataclasses.is_dataclass(kind):
        return _Maker(kind).make
    return _scalar(kind, origin, arguments)


def _scalar(kind: Any, origin: Any, arguments: tuple[Any, ...]) -> Make:
    if origin is typing.Literal:
        return functools.partial(_one_of, frozenset(arguments))
    if kind is datetime:
        return datetime.fromisoformat
    if kind is float:
        return _float
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    return (lambda value: value) if kind is Any else functools.partial(_of, kind)


class _Maker:
    """Makes one kind of dataclass. Fields called `sources` are written as `from`."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        hints = typing.get_type_hints(kind, include_extras=True)
        self._fields = {
            _alias(field.name, hints[field.name]): (field.name, _maker(hints[field.name]))
            for field in dataclasses.fields(kind)
        }

    def make(self, value: Any) -> Any:
        fields = self._fields
        return self._kind(**{fields[key][0]: fields[key][1](it) for key, it in value.items()})


def _alias(name: str, hint: Any) -> str:
    """The name that the annotation of a field gives it in JSON."""
    told = (getattr(it, "alias", None) for it in getattr(hint, "__metadata__", ()))
    return next(filter(None, told), name)


def _tuple(make: Make, values: Any) -> tuple[Any, ...]:
    return tuple(map(make, _of(list, values)))


def _dict(make: Make, values: Any) -> dict[str, Any]:
    return {key: make(value) for key, value in values.items()}


def _or_none(make: Make, value: Any) -> Any:
    return None if value is None else make(value)


def _one_of(allowed: frozenset[Any], value: Any) -> Any:
    if value not in allowed:
        raise Unfit(f"{value!r} is none of {sorted(allowed)}")
    return value


def _float(value: Any) -> float:
    """A whole number may be written without its point."""
    return float(value if type(value) is int else _of(float, value))


def _of(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise Unfit(f"{value!r} is no {kind.__name__}")
    return value
