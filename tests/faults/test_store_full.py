"""The folder store on a disk that is full, read-only or limited."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.runtime.errors import StoreFull, StoreRefused
from services.runtime.store.file import FileStore

TOO_BIG = bytes(2 << 20)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if not mounted(disk):
        pytest.skip("this user may not mount a file system; the limit on file sizes is tested all the same")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True, timeout=30)


def mounted(disk: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    return os.geteuid() == 0 and subprocess.run(command, timeout=30, check=False).returncode == 0


def test_a_full_disk_is_reported_and_leaves_nothing_behind(small_disk: Path, tmp_path: Path) -> None:
    store = FileStore(small_disk / "store")
    source = tmp_path / "source"
    source.write_bytes(TOO_BIG)
    writes: list[Callable[[], None]] = [
        lambda: store.create("big", TOO_BIG),
        lambda: store.create_file("big", source),
        lambda: store.put("big", TOO_BIG),
    ]
    for write in writes:
        with pytest.raises(StoreFull) as caught:
            write()
        assert store.url in str(caught.value)
    assert not list(store.list(""))
    assert not list((small_disk / "store" / "tmp").iterdir())
    store.create("small", b"fits")
    assert store.get("small") == b"fits"


def test_a_full_work_folder_is_named_and_keeps_no_half_file(small_disk: Path, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    store.create("big", TOO_BIG)
    with pytest.raises(StoreFull) as caught:
        store.fetch("big", small_disk / "work.wav")
    assert str(small_disk / "work.wav") in str(caught.value)
    assert not list(small_disk.iterdir())


def test_a_file_from_another_disk_is_copied_for_reading_only(small_disk: Path, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    store.create("key", b"sound")
    store.fetch("key", small_disk / "work.wav")
    assert (small_disk / "work.wav").read_bytes() == b"sound"
    assert (small_disk / "work.wav").stat().st_mode & 0o777 == 0o444


def test_a_read_only_disk_is_refused_with_the_reason(small_disk: Path) -> None:
    store = FileStore(small_disk / "store")
    store.create("old", b"kept")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True, timeout=30)
    with pytest.raises(StoreRefused) as caught:
        store.create("new", b"")
    assert "Read-only" in str(caught.value)
    assert store.get("old") == b"kept"


def test_a_limit_on_file_sizes_is_reported_as_no_room(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    with files_of_at_most(1 << 20), pytest.raises(StoreFull):
        store.create("big", TOO_BIG)
    assert not list(store.list(""))
    assert not list((tmp_path / "store" / "tmp").iterdir())


@contextlib.contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
