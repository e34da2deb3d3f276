"""The bucket store before a server that fails: a proxy in front of a real one answers as it is told."""

from __future__ import annotations

import contextlib
import http.client
import secrets
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from services.runtime.errors import (
    AlreadyExists,
    InvalidRequest,
    ObjectNotFound,
    StoreError,
    StoreFull,
    StoreRefused,
    StoreUnavailable,
)
from services.runtime.store import S3Access, Store, blobs, open_store
from services.runtime.store.s3 import S3Store, ensure_bucket
from tests.store_servers import BUCKET, free_ports

SHORT = timedelta(seconds=1)
LONG = timedelta(seconds=30)
"""Tests that recover end as soon as they do."""

PASS_ON = "nothing happens"
LOSE_REQUEST = "the connection is cut before the server sees the request"
LOSE_ANSWER = "the connection is cut after the server did what was asked"
LOSE_HALF = "the connection is cut in the middle of the answer's body"
KEEP_SILENT = "the request is never answered"

Fault = int | str
"""An HTTP status to answer with, or one of the above."""


class Proxy(ThreadingHTTPServer):
    """Passes requests on to a server, except that each of the next ones meets the fault planned for it."""

    daemon_threads = True

    def __init__(self, server: S3Access, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.server_netloc = urlsplit(server.endpoint).netloc
        self.plan: deque[Fault] = deque()
        self.from_then_on: Fault | None = None
        self.requests = 0
        self.closing = threading.Event()

    def next_fault(self) -> Fault | None:
        self.requests += 1
        return self.plan.popleft() if self.plan else self.from_then_on


class _Handler(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        fault = self.server.next_fault()
        if isinstance(fault, int):
            self._answer(fault, [], b"")
        elif fault == KEEP_SILENT:
            self.server.closing.wait(60)
            self._cut()
        elif fault == LOSE_REQUEST:
            self._cut()
        else:
            self._pass_on(body, fault)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = _handle  # noqa: N815 - names that http.server looks for

    def _pass_on(self, body: bytes, fault: Fault | None) -> None:
        with contextlib.closing(http.client.HTTPConnection(self.server.server_netloc, timeout=60)) as upstream:
            upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                upstream.putheader(name, value)
            upstream.endheaders(body)
            answer = upstream.getresponse()
            content = answer.read()
        if fault == LOSE_ANSWER:
            return self._cut()
        if fault == LOSE_HALF:
            self._answer(answer.status, answer.getheaders(), content, send=len(content) // 2)
            return self._cut()
        return self._answer(answer.status, answer.getheaders(), content)

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes, send: int | None = None) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        length = {name.lower(): value for name, value in headers}.get("content-length", "0")
        self.send_header("content-length", length if self.command == "HEAD" else str(len(content)))
        self.end_headers()
        self.wfile.write(content[:send])
        self.wfile.flush()

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - named by http.server
        """Says nothing."""


@contextlib.contextmanager
def serving(proxy: Proxy) -> Iterator[Proxy]:
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield proxy
    finally:
        proxy.closing.set()
        proxy.shutdown()
        proxy.server_close()
        thread.join(timeout=30)


@pytest.fixture
def proxy(seaweed_access: S3Access) -> Iterator[Proxy]:
    with serving(Proxy(seaweed_access)) as proxy:
        yield proxy


@pytest.fixture
def reach(proxy: Proxy, seaweed_access: S3Access) -> Callable[[timedelta], Store]:
    """A store behind the proxy with a patience."""
    access = replace(seaweed_access, endpoint=f"http://127.0.0.1:{proxy.server_port}")
    prefix = secrets.token_hex(8)
    return lambda patience: S3Store(BUCKET, prefix, access, patience)


Reach = Callable[[timedelta], Store]


@pytest.mark.parametrize("fault", [500, 502, 503, 504, 429, 408, 409, LOSE_REQUEST, LOSE_ANSWER])
def test_a_create_outlasts_a_fault_that_passes(proxy: Proxy, reach: Reach, fault: Fault) -> None:
    store = reach(LONG)
    proxy.plan.extend([fault] * 2)
    store.create("key", b"bytes")
    assert proxy.requests >= 3
    assert store.get("key") == b"bytes"


@pytest.mark.parametrize("fault", [503, LOSE_REQUEST, LOSE_ANSWER])
def test_a_create_that_lost_its_answer_does_not_take_an_other_object_for_its_own(
    proxy: Proxy, reach: Reach, fault: Fault
) -> None:
    store = reach(LONG)
    store.create("key", b"of another writer")
    proxy.plan.append(fault)
    with pytest.raises(AlreadyExists):
        store.create("key", b"bytes")
    assert store.get("key") == b"of another writer"


@pytest.mark.parametrize("fault", [503, LOSE_REQUEST, LOSE_ANSWER, LOSE_HALF])
def test_every_other_verb_outlasts_a_fault_that_passes(
    proxy: Proxy, reach: Reach, tmp_path: Path, fault: Fault
) -> None:
    store = reach(LONG)
    store.create("folder/key", b"bytes" * 1000)
    verbs: list[Callable[[], object]] = [
        lambda: store.get("folder/key"),
        lambda: store.size("folder/key"),
        lambda: list(store.list("")),
        lambda: list(store.folders("")),
        lambda: store.put("other", b"bytes"),
        lambda: store.delete("other"),
    ]
    for verb in verbs:
        expected = verb()
        proxy.plan.append(fault)
        assert verb() == expected
        assert not proxy.plan
    proxy.plan.append(fault)
    store.fetch("folder/key", tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"bytes" * 1000


@pytest.mark.parametrize("fault", [503, LOSE_REQUEST, LOSE_ANSWER])
@pytest.mark.parametrize("at", range(6))
def test_a_file_sent_in_parts_outlasts_a_fault_at_any_request(
    proxy: Proxy, reach: Reach, tmp_path: Path, fault: Fault, at: int
) -> None:
    store = reach(LONG)
    source = tmp_path / "source"
    source.write_bytes(secrets.token_bytes(20 << 20))
    proxy.plan.extend([*([PASS_ON] * at), fault])
    artifact = blobs.add_file(store, source, "video/x-matroska")
    assert not proxy.plan
    blobs.fetch(store, artifact, tmp_path / "copy")


def test_parts_that_are_gone_because_they_were_completed_are_a_success(
    proxy: Proxy, reach: Reach, tmp_path: Path
) -> None:
    store = reach(LONG)
    source = tmp_path / "source"
    source.write_bytes(secrets.token_bytes(20 << 20))
    proxy.plan.extend([*([PASS_ON] * 5), LOSE_ANSWER, 404])
    artifact = blobs.add_file(store, source, "video/x-matroska")
    assert not proxy.plan
    blobs.fetch(store, artifact, tmp_path / "copy")


def test_a_large_file_is_taken_as_a_blob_only(reach: Reach, tmp_path: Path) -> None:
    store = reach(LONG)
    source = tmp_path / "source"
    source.write_bytes(secrets.token_bytes(9 << 20))
    with pytest.raises(InvalidRequest):
        store.create_file("jobs/film/large", source)
    assert not list(store.list(""))


@pytest.mark.parametrize("fault", [503, LOSE_REQUEST, LOSE_ANSWER, KEEP_SILENT])
def test_a_store_that_never_recovers_is_given_up_by_name_and_reason(
    proxy: Proxy, reach: Reach, tmp_path: Path, fault: Fault
) -> None:
    store = reach(SHORT)
    proxy.from_then_on = fault
    verbs: list[Callable[[], object]] = [
        lambda: store.create("key", b"bytes"),
        lambda: store.get("key"),
        lambda: store.fetch("key", tmp_path / "file"),
        lambda: store.size("key"),
        lambda: list(store.list("")),
    ]
    for verb in verbs:
        with pytest.raises(StoreUnavailable) as caught:
            verb()
        assert store.url in str(caught.value)
        assert f"127.0.0.1:{proxy.server_port}" in str(caught.value)
        assert caught.value.retryable
    assert not (tmp_path / "file").exists()


def test_a_store_that_is_down_at_first_is_waited_for(seaweed_access: S3Access) -> None:
    (port,) = free_ports(1)
    access = replace(seaweed_access, endpoint=f"http://127.0.0.1:{port}")
    store = S3Store(BUCKET, secrets.token_hex(8), access, LONG)
    writer = threading.Thread(target=store.create, args=("key", b"bytes"))
    writer.start()
    writer.join(timeout=1.0)
    assert writer.is_alive()
    with serving(Proxy(seaweed_access, port)):
        writer.join(timeout=30)
        assert store.get("key") == b"bytes"


@pytest.mark.parametrize(("status", "error"), [(403, StoreRefused), (401, StoreRefused), (507, StoreFull)])
def test_an_answer_that_no_waiting_changes_is_reported_at_once(
    proxy: Proxy, reach: Reach, status: int, error: type[StoreError]
) -> None:
    store = reach(LONG)
    proxy.from_then_on = status
    with pytest.raises(error) as caught:
        store.create("key", b"bytes")
    assert caught.value.code == error.code
    assert proxy.requests == 1


def test_a_reason_is_read_from_the_answer_and_not_from_the_key(reach: Reach) -> None:
    with pytest.raises(ObjectNotFound):
        reach(SHORT).get("quota/NoSuchBucket/status code: 507")


def test_wrong_keys_are_refused(seaweed_access: S3Access) -> None:
    wrong = replace(seaweed_access, secret_key="wrong")
    with pytest.raises(StoreRefused) as caught:
        open_store(f"s3://{BUCKET}/jobs", wrong)
    assert "wrong" not in str(caught.value)
    assert seaweed_access.access_key not in str(caught.value)
    with pytest.raises(StoreRefused):
        ensure_bucket("another-bucket", wrong)


def test_a_bucket_that_does_not_exist_is_named(seaweed_access: S3Access) -> None:
    with pytest.raises(StoreRefused) as caught:
        open_store("s3://no-such-bucket/jobs", seaweed_access)
    assert "no-such-bucket" in str(caught.value)
    with pytest.raises(StoreRefused):
        S3Store("no-such-bucket", "", seaweed_access).get("key")


def test_a_bucket_is_made_once(seaweed_access: S3Access) -> None:
    name = f"made-{secrets.token_hex(4)}"
    ensure_bucket(name, seaweed_access)
    ensure_bucket(name, seaweed_access)
    with pytest.raises(ObjectNotFound):
        S3Store(name, "", seaweed_access).get("key")


def test_nothing_that_the_environment_says_of_aws_is_used(
    seaweed_access: S3Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_BUCKET", "AWS_REGION"):
        monkeypatch.setenv(name, "not-for-us")
    store = S3Store(BUCKET, secrets.token_hex(8), seaweed_access, SHORT)
    store.create("key", b"bytes")
    assert store.get("key") == b"bytes"
