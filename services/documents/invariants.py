"""What the elements of every document promise beyond their types, each promise as one check."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Protocol

from .codec import DocumentError


class Element(Protocol):
    @property
    def id(self) -> str: ...


class Made(Element, Protocol):
    @property
    def sources(self) -> tuple[str, ...]: ...


class Span(Element, Protocol):
    @property
    def start(self) -> float: ...

    @property
    def end(self) -> float: ...


def broken(element: Element, problem: str) -> DocumentError:
    """The error for an element that breaks a promise."""
    return DocumentError(f"{type(element).__name__.lower()} {element.id!r} {problem}")


def require_unique_ids(elements: Iterable[Element]) -> None:
    """Each id names one element of the document."""
    seen: set[str] = set()
    for element in elements:
        if not element.id:
            raise broken(element, "has no id")
        if element.id in seen:
            raise broken(element, "has the id of another element of this document")
        seen.add(element.id)


def require_sources(elements: Iterable[Made]) -> None:
    """Each element says what it was made from, and names nothing twice."""
    for element in elements:
        if not all(element.sources) or not element.sources:
            raise broken(element, "does not say what it was made from")
        if len(set(element.sources)) != len(element.sources):
            raise broken(element, "names something that it was made from twice")


def require_duration(spans: Iterable[Span]) -> None:
    """Each span ends after it starts."""
    for span in spans:
        if not span.end > span.start:
            raise broken(span, f"ends at {span.end} s, which is not after its start at {span.start} s")


def require_order(spans: Iterable[Span]) -> None:
    """Spans stand in the order in which they start."""
    for earlier, later in pairwise(spans):
        if later.start < earlier.start:
            raise broken(later, f"starts at {later.start} s, before {earlier.id!r} at {earlier.start} s")


def require_no_overlap(spans: Iterable[Span]) -> None:
    """Each span starts when its predecessor has ended, or later."""
    for earlier, later in pairwise(spans):
        if later.start < earlier.end:
            raise broken(later, f"starts at {later.start} s, before {earlier.id!r} ends at {earlier.end} s")


def require_probability(element: Element, name: str, value: float | None) -> None:
    """A probability lies between 0 and 1, if there is one."""
    if value is not None and not 0 <= value <= 1:
        raise broken(element, f"has a {name} of {value}, which is not between 0 and 1")


def require_language(language_code: str) -> None:
    """A language is named; `und` says that nobody knows it."""
    if not language_code:
        raise DocumentError("the document names no language; where nobody knows it, it must say 'und'")
