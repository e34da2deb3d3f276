"""What is special about the store in a folder: temporaries, links and read-only files."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.runtime.errors import AlreadyExists, ObjectNotFound, StoreRefused
from services.runtime.store.file import FileStore


def test_objects_are_read_only_files_below_the_root(tmp_path: Path) -> None:
    FileStore(tmp_path).create("jobs/a/job.json", b"{}")
    file = tmp_path / "jobs/a/job.json"
    assert file.read_bytes() == b"{}"
    assert file.stat().st_mode & 0o777 == 0o444


def test_fetches_without_copying_where_it_can(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    store.create("key", b"sound")
    store.fetch("key", tmp_path / "file")
    assert (tmp_path / "file").samefile(tmp_path / "store" / "key")


def test_a_store_for_reading_only_leaves_its_folder_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"sound")
    store = FileStore(tmp_path, read_only=True)
    store.fetch("key", tmp_path / "copy")
    assert (store.get("key"), (tmp_path / "key").stat().st_nlink) == (b"sound", 1)
    for write in (store.create, store.put):
        with pytest.raises(StoreRefused):
            write("other", b"")
    with pytest.raises(StoreRefused):
        store.create_file("other", tmp_path / "key")
    with pytest.raises(StoreRefused):
        store.delete("key")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "key"]


def test_a_file_that_changes_after_it_was_stored_changes_nothing_in_the_store(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    (tmp_path / "file").write_bytes(b"first")
    store.create_file("key", tmp_path / "file")
    (tmp_path / "file").write_bytes(b"later")
    assert store.get("key") == b"first"


def test_a_file_that_is_there_already_is_not_copied_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore(tmp_path / "store")
    (tmp_path / "file").write_bytes(b"film")
    store.create_file("key", tmp_path / "file")
    monkeypatch.delattr(os, "copy_file_range")
    with pytest.raises(AlreadyExists):
        store.create_file("key", tmp_path / "file")


def test_opening_removes_what_a_dead_writer_left(tmp_path: Path) -> None:
    FileStore(tmp_path)
    (tmp_path / "tmp" / "0123456789abcdef").write_bytes(b"half")
    FileStore(tmp_path)
    assert not list((tmp_path / "tmp").iterdir())


def test_opening_spares_what_a_living_writer_has_in_hand(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    os.mkfifo(tmp_path / "slow")
    writer = threading.Thread(target=store.create_file, args=("key", tmp_path / "slow"))
    writer.start()
    with (tmp_path / "slow").open("wb") as slow:
        temporary = wait_for_file(tmp_path / "store" / "tmp")
        FileStore(tmp_path / "store")
        assert temporary.exists()
        slow.write(b"slow bytes")
    writer.join(timeout=30)
    assert store.get("key") == b"slow bytes"
    assert not temporary.exists()


def wait_for_file(folder: Path) -> Path:
    deadline = time.monotonic() + 30
    while not (files := list(folder.iterdir())):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return files[0]


def test_a_writer_whose_temporary_was_taken_for_abandoned_takes_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FileStore(tmp_path)
    opened, sweeps = os.open, iter([True])

    def open_and_be_swept(path: Path, flags: int, mode: int = 0o777) -> int:
        file = opened(path, flags, mode)
        if flags & os.O_CREAT and next(sweeps, False):
            FileStore(tmp_path)
            assert not path.exists()
        return file

    monkeypatch.setattr(os, "open", open_and_be_swept)
    store.create("key", b"bytes")
    assert store.get("key") == b"bytes"


def test_many_may_open_the_store_while_others_write(tmp_path: Path) -> None:
    def write(writer: int) -> None:
        store = FileStore(tmp_path)
        for number in range(50):
            FileStore(tmp_path)
            store.create(f"{writer}/{number}", b"bytes")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert len(list(FileStore(tmp_path).list(""))) == 200


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_file_is_not_a_store(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_bytes(b"film")
    with pytest.raises(StoreRefused) as caught:
        FileStore(tmp_path / place)
    assert (tmp_path / place).as_uri() in str(caught.value)
    assert (tmp_path / "file").read_bytes() == b"film"


def test_a_folder_is_not_an_object(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.create("jobs/a/job.json", b"{}")
    for key in ("jobs/a", "jobs/a/job.json/below"):
        with pytest.raises(ObjectNotFound):
            store.get(key)
        with pytest.raises(ObjectNotFound):
            store.fetch(key, tmp_path / "copy")
        store.delete(key)
        assert store.size(key) is None
    assert store.get("jobs/a/job.json") == b"{}"
