"""Long answers, page by page. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from services.runtime.artifact import digest_bytes
from services.runtime.errors import InvalidRequest

PAGE_SIZE, MOST_PER_PAGE = 1_000, 5_000
"""A page of so many stays below the 4 MiB that gRPC takes for a message."""

T = TypeVar("T")


class Paged(Protocol):
    """A request for a page."""

    @property
    def page_size(self) -> int: ...
    @property
    def page_token(self) -> str: ...


def page_of(items: Sequence[T], name: Callable[[T], str], asked: Paged) -> tuple[Sequence[T], str]:
    """The items that are asked for and the token of the next page, which is empty if there is none.

    A token stands for the last item of a page by its name, so that it stays good while other items come and go.
    Raises InvalidRequest for a token that is none of these.
    """
    if asked.page_size < 0:
        raise InvalidRequest(f"page size {asked.page_size} is negative; leave it out for {PAGE_SIZE}")
    begin = _after(items, name, asked.page_token) if asked.page_token else 0
    end = begin + min(asked.page_size or PAGE_SIZE, MOST_PER_PAGE)
    return items[begin:end], _token(name(items[end - 1])) if end < len(items) else ""


def _after(items: Sequence[T], name: Callable[[T], str], token: str) -> int:
    place = next((place for place, item in enumerate(items, 1) if _token(name(item)) == token), None)
    if place is None:
        raise InvalidRequest(
            "the page token is of another list, or what it stood for is gone; begin with the first page"
        )
    return place


def _token(name: str) -> str:
    return digest_bytes(name.encode())[:32]
