"""What every store promises, asserted over all kinds: a folder, memory, and a bucket of a real S3 server."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.runtime.artifact import Artifact
from services.runtime.errors import AlreadyExists, BlobAltered, CuegraphError, InvalidRequest, ObjectNotFound
from services.runtime.store import S3Access, Store, blobs, keys, open_store
from services.runtime.store.base import check_key
from services.runtime.store.probe import probe
from services.runtime.store.s3 import S3Store
from tests.store_servers import BUCKET

BIG_BYTES = 64 << 20


@pytest.fixture(params=["file", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store of each kind."""
    if request.param == "file":
        return open_store((tmp_path / "store").as_uri())
    if request.param == "memory":
        return open_store("memory://")
    return empty_bucket(request.getfixturevalue("seaweed_access"))


def empty_bucket(access: S3Access) -> Store:
    """Not opened by URL: the probe takes seconds on SeaweedFS, and has its own tests."""
    return S3Store(BUCKET, secrets.token_hex(8), access)


def test_gives_back_what_was_created(store: Store) -> None:
    store.create("jobs/a/job.json", b"{}")
    assert store.get("jobs/a/job.json") == b"{}"
    assert store.size("jobs/a/job.json") == 2


def test_keeps_an_empty_object(store: Store) -> None:
    store.create("empty", b"")
    assert store.get("empty") == b""
    assert store.size("empty") == 0


def test_reads_an_object_whole_for_its_size_and_digest(store: Store, tmp_path: Path) -> None:
    artifact = blobs.add_file(store, big_file(tmp_path / "source"), "video/x-matroska")
    store.create("empty", b"")
    assert store.digest(artifact.uri) == (BIG_BYTES, artifact.digest)
    assert store.digest("empty") == (0, hashlib.sha256().hexdigest())
    assert store.digest("nothing") is None
    assert store.digest("blobs") is None


def test_never_creates_over_an_object(store: Store, tmp_path: Path) -> None:
    store.create("key", b"first")
    file = tmp_path / "second"
    file.write_bytes(b"second")
    writes: list[Callable[[], None]] = [
        lambda: store.create("key", b"first"),
        lambda: store.create_file("key", file),
    ]
    for write in writes:
        with pytest.raises(AlreadyExists) as caught:
            write()
        assert "'key'" in str(caught.value)
        assert store.url in str(caught.value)
    assert store.get("key") == b"first"


def test_lets_exactly_one_of_many_writers_win(store: Store) -> None:
    offers = [f"writer {number}".encode() * 100 for number in range(16)]
    winners = race(offers, lambda offer: store.create("jobs/j/stages/01_demux/_/manifest.json", offer))
    assert len(winners) == 1
    assert store.get("jobs/j/stages/01_demux/_/manifest.json") == winners[0]


def race(offers: list[bytes], create: Callable[[bytes], None]) -> list[bytes]:
    """The offers that `create` took without an error, all made at the same moment."""
    start = threading.Barrier(len(offers))

    def wins(offer: bytes) -> bool:
        start.wait(timeout=60)
        try:
            create(offer)
        except AlreadyExists:
            return False
        return True

    with ThreadPoolExecutor(len(offers)) as pool:
        return [offer for offer, won in zip(offers, pool.map(wins, offers), strict=True) if won]


def test_puts_over_an_object(store: Store) -> None:
    store.put("jobs/a/heartbeat.json", b"first")
    store.put("jobs/a/heartbeat.json", b"second")
    assert store.get("jobs/a/heartbeat.json") == b"second"


def test_says_that_an_object_is_missing(store: Store, tmp_path: Path) -> None:
    assert store.size("no/such/key") is None
    for read in (lambda: store.get("no/such/key"), lambda: store.fetch("no/such/key", tmp_path / "file")):
        with pytest.raises(ObjectNotFound) as caught:
            read()
        assert "no/such/key" in str(caught.value)
        assert store.url in str(caught.value)
    assert not (tmp_path / "file").exists()


def test_deletes_an_object_once_or_twice(store: Store) -> None:
    store.create("a/b", b"1")
    store.delete("a/b")
    store.delete("a/b")
    assert store.size("a/b") is None
    store.create("a/b", b"2")
    assert store.get("a/b") == b"2"


def test_lists_every_key_below_a_prefix_in_order_of_key(store: Store) -> None:
    below = ["o/a-b/1", "o/a.c", "o/a/1", "o/a/2/3", "o/a0", "o/é", "o/हिन्दी", "o/😀"]
    for key in (*reversed(below), "oo", "p/a", "n"):
        store.create(key, b"")
    assert list(store.list("o/")) == below
    assert list(store.list("o/a/")) == ["o/a/1", "o/a/2/3"]
    assert list(store.list("")) == ["n", *below, "oo", "p/a"]
    assert list(store.list("nothing/")) == []


def test_lists_folders_without_what_is_in_them(store: Store) -> None:
    for key in ("o/b/1", "o/a b/1/2", "o/a b/3", "o/a/1", "o/file", "p/c/1"):
        store.create(key, b"")
    assert list(store.folders("o/")) == ["a", "a b", "b"]
    assert list(store.folders("")) == ["o", "p"]
    assert list(store.folders("nothing/")) == []


def test_lists_more_keys_than_one_page_of_s3_holds(store: Store) -> None:
    expected = [f"many/{number:04d}/x" for number in range(1010)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: store.put(key, b""), expected))
    assert list(store.list("many/")) == expected
    assert list(store.folders("many/")) == [f"{number:04d}" for number in range(1010)]


UNUSUAL_NAMES = (
    *("a b", "it's", 'a"b', "%20", "100%", "+&=?#", "[x]{y}", "a:b;c@d,e$f!(g)*|`^<>", "~", "-dash"),
    *(".hidden", "..a", "nb\u00a0sp", "e\u0301", "\u00e9", "नमस्ते", "😀", "x" * 255),
)


@pytest.mark.parametrize("name", UNUSUAL_NAMES)
def test_takes_unusual_names(store: Store, name: str) -> None:
    store.create(f"jobs/{name}", name.encode())
    assert store.get(f"jobs/{name}") == name.encode()
    assert list(store.list("jobs/")) == [f"jobs/{name}"]


UNFIT_KEYS = (
    *("", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "tmp/a", "tmp"),
    *("a\\b", "a\nb", "a\0b", "\x7f", "\ud800", "x" * 256, "é" * 128, "a/" * 600 + "b"),
)


@pytest.mark.parametrize("key", UNFIT_KEYS)
def test_refuses_keys_that_not_every_store_can_hold(store: Store, key: str) -> None:
    for act in (store.get, store.size, store.digest, store.delete, lambda key: store.create(key, b"")):
        with pytest.raises(InvalidRequest):
            act(key)
    assert list(store.list("")) == []


def test_refuses_a_prefix_without_its_slash(store: Store) -> None:
    for act in (store.list, store.folders):
        with pytest.raises(InvalidRequest):
            act("jobs")


def test_passes_the_probe_and_keeps_nothing_of_it(store: Store) -> None:
    probe(store)
    assert list(store.list("")) == []


def test_carries_a_big_file_whole(store: Store, tmp_path: Path) -> None:
    source = big_file(tmp_path / "source")
    artifact = blobs.add_file(store, source, "video/x-matroska")
    blobs.fetch(store, artifact, tmp_path / "copy")
    assert artifact.size_bytes == BIG_BYTES
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()


CARRIER = """
import json, sys
from pathlib import Path
from services.runtime.store import S3Access, blobs, open_store
from services.runtime.store.s3 import S3Store
from tests.contract.test_store import peak_memory_bytes

place, work = json.loads(sys.stdin.read()), Path(sys.argv[1])
store = open_store(place) if isinstance(place, str) else S3Store(place[0], place[1], S3Access(*place[2:]))
blobs.add_bytes(store, b"warm", "text/plain")
before = peak_memory_bytes()
artifact = blobs.add_file(store, work / "source", "video/x-matroska")
blobs.fetch(store, artifact, work / "copy")
print(peak_memory_bytes() - before)
"""


def peak_memory_bytes() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


@pytest.mark.parametrize("kind", ["file", "s3"])
def test_a_file_passes_in_memory_that_does_not_grow_with_it(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    with (tmp_path / "source").open("wb") as source:
        source.truncate(4 * BIG_BYTES)
    place: object = str(tmp_path / "store")
    if kind == "s3":
        access: S3Access = request.getfixturevalue("seaweed_access")
        place = [BUCKET, secrets.token_hex(8), *dataclasses.astuple(access)]
    command = [sys.executable, "-c", CARRIER, str(tmp_path)]
    carrier = subprocess.run(
        command, input=json.dumps(place), stdout=subprocess.PIPE, text=True, timeout=120, check=True
    )
    assert int(carrier.stdout) < 2 * BIG_BYTES


def big_file(path: Path) -> Path:
    block = secrets.token_bytes(1 << 20)
    with path.open("wb") as file:
        for number in range(BIG_BYTES >> 20):
            file.write(number.to_bytes(4, "big") + block[4:])
    return path


def test_stores_a_blob_once_under_its_digest(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"text")
    first = blobs.add_file(store, file, "text/plain")
    second = blobs.add_bytes(store, b"text", "text/plain")
    assert first == second
    assert first.digest == hashlib.sha256(b"text").hexdigest()
    assert list(store.list("")) == [keys.blob(first.digest)]
    assert blobs.read(store, first) == b"text"


@pytest.mark.parametrize("altered", [b"tEXT", b"text and more", b""])
def test_never_hands_out_an_altered_blob(store: Store, tmp_path: Path, altered: bytes) -> None:
    artifact = blobs.add_bytes(store, b"text", "text/plain")
    store.put(artifact.uri, altered)
    for read in (lambda: blobs.read(store, artifact), lambda: blobs.fetch(store, artifact, tmp_path / "file")):
        with pytest.raises(BlobAltered) as caught:
            read()
        assert artifact.uri in str(caught.value)
    assert not (tmp_path / "file").exists()


def test_does_not_take_a_blob_of_another_size_for_stored(store: Store, tmp_path: Path) -> None:
    artifact = blobs.add_bytes(store, b"text", "text/plain")
    store.put(artifact.uri, b"te")
    file = tmp_path / "file"
    file.write_bytes(b"text")
    adds: list[Callable[[], Artifact]] = [
        lambda: blobs.add_bytes(store, b"text", ""),
        lambda: blobs.add_file(store, file, ""),
    ]
    for add in adds:
        with pytest.raises(BlobAltered):
            add()


def test_says_that_a_blob_was_not_kept(store: Store, tmp_path: Path) -> None:
    artifact = blobs.add_bytes(open_store("memory://"), b"text", "text/plain")
    for missing in (artifact, Artifact("", artifact.digest, 4, "text/plain")):
        with pytest.raises(ObjectNotFound):
            blobs.read(store, missing)
        with pytest.raises(ObjectNotFound):
            blobs.fetch(store, missing, tmp_path / "file")


def test_does_not_fetch_over_a_file(store: Store, tmp_path: Path) -> None:
    store.create("key", b"new")
    file = tmp_path / "file"
    file.write_bytes(b"old")
    with pytest.raises(CuegraphError) as caught:
        store.fetch("key", file)
    assert caught.value.code == "OBJECT_ALREADY_EXISTS"
    assert file.read_bytes() == b"old"


@pytest.fixture(scope="module")
def all_kinds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Store]:
    return [
        open_store(str(tmp_path_factory.mktemp("store"))),
        open_store("memory://"),
        empty_bucket(request.getfixturevalue("seaweed_access")),
    ]


def is_key(text: str) -> bool:
    try:
        check_key(text)
    except InvalidRequest:
        return False
    return True


@settings(max_examples=100, deadline=None)
@given(name=st.text(min_size=1, max_size=30).filter(is_key), data=st.binary(max_size=50))
def test_any_key_that_is_allowed_works_in_every_store(all_kinds: list[Store], name: str, data: bytes) -> None:
    key = f"{secrets.token_hex(8)}/{name}"
    for store in all_kinds:
        store.create(key, data)
        assert store.get(key) == data
        assert list(store.list(key.split("/", maxsplit=1)[0] + "/")) == [key]
