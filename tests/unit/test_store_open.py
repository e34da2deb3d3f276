"""Which store a URL opens."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.runtime.errors import InvalidRequest
from services.runtime.store import S3Access, open_store
from services.runtime.store.s3 import ensure_bucket


@pytest.mark.parametrize("name", ["store", "with space", "100%", "#1", "नमस्ते"])
def test_a_folder_is_opened_by_path_or_by_url(tmp_path: Path, name: str) -> None:
    by_path = open_store(str(tmp_path / name))
    by_path.create("key", b"1")
    assert by_path.url == (tmp_path / name).as_uri()
    assert open_store(by_path.url).get("key") == b"1"


def test_a_relative_path_is_taken_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_store("store").url == (tmp_path / "store").as_uri()


def test_memory_is_shared_by_name_and_private_without_one() -> None:
    open_store("memory://shared by this test").put("key", b"1")
    assert open_store("memory://shared by this test").get("key") == b"1"
    open_store("memory://").put("key", b"1")
    assert open_store("memory://").size("key") is None


@pytest.mark.parametrize("url", ["ftp://host/path", "S4://bucket", "file://host/path", "file://", "s3://bucket"])
def test_a_url_that_names_no_store_is_refused_by_name(url: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        open_store(url)
    assert url in str(caught.value)


def test_an_unknown_scheme_is_answered_with_those_known() -> None:
    with pytest.raises(InvalidRequest) as caught:
        open_store("ftp://host")
    assert all(scheme in str(caught.value) for scheme in ("file://", "memory://", "s3://"))


@pytest.mark.parametrize("endpoint", ["127.0.0.1:8333", "", "http://", "ftp://host", "http://host/path"])
def test_an_endpoint_that_is_no_url_of_a_server_is_refused(endpoint: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        S3Access(endpoint, "us-east-1", "key", "secret")
    assert repr(endpoint) in str(caught.value)


def test_a_bucket_needs_a_name_that_s3_allows() -> None:
    access = S3Access("http://127.0.0.1:1", "us-east-1", "key", "secret")
    with pytest.raises(InvalidRequest):
        open_store("s3://", access)
    with pytest.raises(InvalidRequest):
        ensure_bucket("b", access)


def test_the_keys_to_a_server_are_never_printed() -> None:
    access = S3Access("http://127.0.0.1:1", "us-east-1", "the-access-key", "the-secret-key")
    assert "the-" not in repr(access)
