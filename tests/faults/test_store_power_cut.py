"""The folder store in a power cut: after every single operation on the disk, what was not synced is forgotten."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from services.runtime.errors import AlreadyExists
from services.runtime.store import keys
from services.runtime.store.file import FileStore
from tests.forgetful_disk import ForgetfulDisk, keeps_all, keeps_some, loses_all

BLOB = keys.blob("ab" * 32)
COMMIT = keys.Step("film", 1, "demux").commit
CONTENTS = {BLOB: b"sound" * 1000, COMMIT: b"manifest", keys.job("film"): b"request"}

ALL_OPERATIONS = 1_000_000


def write_all(folder: Path, source: Path, done: set[str]) -> None:
    """Writes CONTENTS as a job would, and notes in `done` each key that the store has promised."""
    store = FileStore(folder / "data" / "store")
    source.write_bytes(CONTENTS[BLOB])
    for key, data in CONTENTS.items():
        with contextlib.suppress(AlreadyExists):
            if key == BLOB:
                store.create_file(key, source)
            else:
                store.create(key, data)
        done.add(key)


def assert_whole(root: Path, done: set[str]) -> None:
    """Every key is free or has all its bytes; what was promised is there; what is not can be written."""
    store = FileStore(root)
    for key, data in CONTENTS.items():
        if store.size(key) is None:
            assert key not in done, f"{key} was promised and is lost"
            store.create(key, data)
        assert store.get(key) == data
    assert list(store.list("")) == sorted(CONTENTS)
    assert not list((root / "tmp").iterdir())


def count_operations(folder: Path, source: Path) -> int:
    disk = ForgetfulDisk(folder)
    with disk.working(ALL_OPERATIONS):
        write_all(folder, source, set())
    return disk.operations


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "source"


def folder(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.mark.parametrize("keeps", [loses_all, keeps_all, *map(keeps_some, range(3))])
def test_a_power_cut_at_any_moment_loses_nothing_promised_and_leaves_nothing_half_written(
    tmp_path: Path, source: Path, keeps: Callable[[], bool]
) -> None:
    total = count_operations(folder(tmp_path / "count"), source)
    assert total > len(CONTENTS) * 5
    for operations in range(total + 1):
        disk, done = ForgetfulDisk(folder(tmp_path / f"{operations}")), set[str]()
        with disk.working(operations):
            write_all(tmp_path / f"{operations}", source, done)
        after = tmp_path / f"{operations} after"
        disk.restart(after, keeps)
        assert_whole(after / "data" / "store", done)


def test_what_a_second_process_found_survives_though_the_first_was_killed_before_it_synced(
    tmp_path: Path, source: Path
) -> None:
    total = count_operations(folder(tmp_path / "count"), source)
    for operations in range(total + 1):
        disk, done = ForgetfulDisk(folder(tmp_path / f"{operations}")), set[str]()
        with disk.working(operations):
            write_all(tmp_path / f"{operations}", source, set())
        with disk.working(ALL_OPERATIONS):
            write_all(tmp_path / f"{operations}", source, done)
        after = tmp_path / f"{operations} after"
        disk.restart(after, loses_all)
        assert done == set(CONTENTS)
        assert_whole(after / "data" / "store", done)


@pytest.mark.parametrize("keeps", [loses_all, keeps_all])
def test_an_overwritten_object_is_the_old_or_the_new_one(tmp_path: Path, keeps: Callable[[], bool]) -> None:
    for operations in range(20):
        before, done = folder(tmp_path / f"{operations}"), list[bytes]()
        disk = ForgetfulDisk(before)
        with disk.working(ALL_OPERATIONS):
            store = FileStore(before / "store")
            store.put("jobs/film/heartbeat.json", b"old")
        with disk.working(operations):
            store.put("jobs/film/heartbeat.json", b"new")
            done.append(b"new")
        disk.restart(tmp_path / f"{operations} after", keeps)
        found = FileStore(tmp_path / f"{operations} after" / "store").get("jobs/film/heartbeat.json")
        assert found in (done or [b"old", b"new"])
    assert done


def test_the_disk_of_these_tests_does_forget(tmp_path: Path) -> None:
    disk = ForgetfulDisk(folder(tmp_path / "before"))
    with disk.working(ALL_OPERATIONS):
        file = os.open(tmp_path / "before" / "name", os.O_CREAT | os.O_WRONLY)
        os.write(file, b"never synced")
        os.close(file)
    disk.restart(tmp_path / "after", loses_all)
    assert not list((tmp_path / "after").iterdir())
