"""How fast a store takes and gives: small records one after the other, and a large file as stages hand them on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from services.runtime.artifact import Artifact, digest_bytes
from services.runtime.store import blobs, keys, open_store
from services.runtime.store.base import Store
from tests.bench.clock import milliseconds
from tests.bench.figures import Figure, median, p95
from tests.bench.machine import fsync_milliseconds
from tests.store_servers import BUCKET, seaweed

SMALL_BYTES = 1024


def measure(folder: Path, *, small: int = 100, large: int = 5, mebibytes: int = 64) -> Iterator[Figure]:
    yield median("write and fsync of 1 KiB on this disk", list(fsync_milliseconds(folder)), "ms")
    work = folder / "files"
    work.mkdir()
    local = open_store((folder / "store").as_uri())
    yield from _small("folder", local, small)
    yield from _large("folder", local, work, large, mebibytes)
    (folder / "seaweed").mkdir()
    with seaweed(folder / "seaweed") as access:
        remote = open_store(f"s3://{BUCKET}/store", access)
        yield from _small("SeaweedFS", remote, small)
        yield from _large("SeaweedFS", remote, work, large, mebibytes)


def _small(where: str, store: Store, count: int) -> Iterator[Figure]:
    names = [f"jobs/store/{number}.json" for number in range(count)]
    created = [milliseconds(partial(store.create, name, os.urandom(SMALL_BYTES))) for name in names]
    yield median(f"{where}: create 1 KiB", created, "ms")
    yield p95(f"{where}: create 1 KiB", created, "ms")
    yield median(f"{where}: get 1 KiB", [milliseconds(partial(store.get, name)) for name in names], "ms")


def _large(where: str, store: Store, work: Path, count: int, mebibytes: int) -> Iterator[Figure]:
    """Hashing included, on the way in and on the way out."""
    added, fetched = zip(*(_there_and_back(store, work / "file", mebibytes << 20) for _ in range(count)), strict=True)
    yield median(f"{where}: hash and store {mebibytes} MiB", added, "ms")
    yield median(f"{where}: fetch and check {mebibytes} MiB", fetched, "ms")


def _there_and_back(store: Store, file: Path, size_bytes: int) -> tuple[float, float]:
    data = os.urandom(size_bytes)
    artifact = Artifact(keys.blob(digest_bytes(data)), digest_bytes(data), size_bytes, "audio/wav")
    file.write_bytes(data)
    added = milliseconds(lambda: blobs.add_file(store, file, artifact.media_type))
    file.unlink()
    fetched = milliseconds(lambda: blobs.fetch(store, artifact, file))
    file.unlink()
    return added, fetched
