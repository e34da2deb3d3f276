"""Looks at the blobs that a job speaks of: by one listing, one by one, or byte by byte."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from services.runtime.artifact import digest_file
from services.runtime.errors import ObjectNotFound
from services.runtime.store.base import Store

from .checks.blobs import BlobFact

BLOBS = "blobs/"
_LOOKERS = 8

Blobs = Callable[[Iterable[str]], Mapping[str, BlobFact]]
"""What is known of those of the given keys that are there."""


def listed(store: Store) -> Blobs:
    """Knows only which blobs there are, from one listing: for many jobs at once."""
    present = frozenset(store.list(BLOBS))
    return lambda wanted: {key: BlobFact() for key in wanted if key in present}


def sized(store: Store) -> Blobs:
    """Asks the store for the size of each."""
    return lambda wanted: _look(wanted, lambda key: _sized(store, key))


def hashed(store: Store) -> Blobs:
    """Reads every byte, each blob once however many jobs speak of it."""
    seen: dict[str, BlobFact | None] = {}

    def look(wanted: Iterable[str]) -> Mapping[str, BlobFact]:
        unseen = [key for key in wanted if key not in seen]
        seen.update(dict.fromkeys(unseen) | _look(unseen, lambda key: _hashed(store, key)))
        return {key: fact for key in wanted if (fact := seen[key]) is not None}

    return look


def _look(wanted: Iterable[str], look: Callable[[str], BlobFact | None]) -> dict[str, BlobFact]:
    listed_keys = list(wanted)
    with ThreadPoolExecutor(_LOOKERS) as pool:
        facts = zip(listed_keys, pool.map(look, listed_keys), strict=True)
        return {key: fact for key, fact in facts if fact is not None}


def _sized(store: Store, key: str) -> BlobFact | None:
    size = store.size(key)
    return None if size is None else BlobFact(size)


def _hashed(store: Store, key: str) -> BlobFact | None:
    with tempfile.TemporaryDirectory(prefix="cuegraph-verify-") as folder:
        path = Path(folder) / "blob"
        try:
            store.fetch(key, path)
        except ObjectNotFound:
            return None
        return BlobFact(path.stat().st_size, digest_file(path))
