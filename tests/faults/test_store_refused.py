"""Servers that ignore conditional writes are refused by the probe, by name, before anything is stored."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest

from services.runtime.errors import AlreadyExists, StoreRefused
from services.runtime.store import S3Access, open_store
from services.runtime.store.memory import MemoryStore
from services.runtime.store.probe import probe
from services.runtime.store.s3 import S3Store
from tests.store_servers import BUCKET, S3RVER, rclone, s3rver

Server = Callable[[Path], contextlib.AbstractContextManager[S3Access]]


@pytest.mark.parametrize(
    "server",
    [
        pytest.param(rclone, id="rclone serve s3"),
        pytest.param(
            s3rver,
            id="s3rver",
            marks=pytest.mark.skipif(
                not S3RVER.exists(), reason="npm install --prefix .cache/s3rver s3rver was not run here"
            ),
        ),
    ],
)
def test_a_server_that_overwrites_is_refused_by_name(server: Server, tmp_path: Path) -> None:
    with server(tmp_path) as access:
        with pytest.raises(StoreRefused) as caught:
            open_store(f"s3://{BUCKET}/jobs", access)
        assert f"s3://{BUCKET}/jobs" in str(caught.value)
        assert access.endpoint in str(caught.value)
        # rclone writes behind: now and then it brings back what was deleted at once.
        assert all(key.startswith("probe/") for key in S3Store(BUCKET, "jobs", access).list(""))


def test_a_right_server_is_opened(seaweed_access: S3Access) -> None:
    store = open_store(f"s3://{BUCKET}/opened", seaweed_access)
    assert store is open_store(f"s3://{BUCKET}/opened", seaweed_access)
    assert not list(store.list(""))


class LastWriterStays(MemoryStore):
    """Fake: tells one writer that it won, and keeps what another wrote."""

    def create(self, key: str, data: bytes) -> None:
        try:
            super().create(key, data)
        except AlreadyExists:
            self.put(key, data)
            raise


class ForgetsWhatExists(MemoryStore):
    """Fake: right in a race, wrong once the object was read."""

    def get(self, key: str) -> bytes:
        data = super().get(key)
        self.delete(key)
        return data


@pytest.mark.parametrize("wrong", [LastWriterStays, ForgetsWhatExists])
def test_a_store_that_is_wrong_in_a_subtler_way_is_refused(wrong: type[MemoryStore]) -> None:
    store = wrong("wrong")
    with pytest.raises(StoreRefused) as caught:
        probe(store)
    assert "memory://wrong" in str(caught.value)
    assert not list(store.list(""))
