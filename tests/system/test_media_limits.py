"""Films beyond what an installation takes are refused at admission and by demux, and no key leads out of the store."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from coordinator.intake import require_there
from services.demux.stage import Demux
from services.runtime.artifact import Artifact, digest_bytes
from services.runtime.errors import CuegraphError, InvalidRequest
from services.runtime.ffprobe import READING, ffprobe_command
from services.runtime.media import check_media
from services.runtime.store import blobs
from services.runtime.store.base import Store
from services.runtime.store.file import FileStore
from services.runtime.store.memory import MemoryStore
from services.runtime.testing import make_run
from tests.odd_media import Beep, beep_film

LIMITS = {
    "BYTES": "10000",
    "SECONDS": "5",
    "STREAMS": "1",
    "PIXELS": "14000",
    "READING_SECONDS": "0",
}
"""What the film of six seconds, two streams and 160 x 90 pixels is beyond."""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return beep_film(tmp_path_factory.mktemp("film") / "film.mkv", Beep())


def test_the_film_is_within_the_usual_limits(film: Path) -> None:
    assert check_media(film).streams


@pytest.mark.parametrize("name", LIMITS)
def test_a_film_beyond_a_limit_is_refused_before_and_by_demux(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(f"CUEGRAPH_MEDIA_{name}", LIMITS[name])
    with pytest.raises(CuegraphError, match=f"CUEGRAPH_MEDIA_{name}") as at_admission:
        check_media(film)
    with pytest.raises(CuegraphError) as in_demux:
        Demux().run(make_run(Demux(), inputs={"media": film}, folder=tmp_path))
    assert {at_admission.value.code, in_demux.value.code} == {"MEDIA_BEYOND_LIMITS"}


def test_a_limit_that_is_no_number_is_named(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEGRAPH_MEDIA_BYTES", "much")
    with pytest.raises(CuegraphError, match="CUEGRAPH_MEDIA_BYTES") as refused:
        check_media(film)
    assert refused.value.code == "SETTING_INVALID"


def test_a_job_cannot_lift_a_limit() -> None:
    assert not [name for name in Demux.settings_type().__dataclass_fields__ if "limit" in name or "maximum" in name]


@pytest.mark.parametrize("kind", ["http", "tcp", "rtp"])
def test_ffprobe_opens_no_connection(kind: str) -> None:
    """Without the wall of a container too: what is opened is a file, whatever it is called."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"{kind}://127.0.0.1:{listening.getsockname()[1]}/film.mkv"
        arguments = [*ffprobe_command(Path("unused"), [])[:-1], address]
        assert subprocess.run(arguments, capture_output=True, timeout=60, check=False).returncode != 0
        listening.settimeout(0.2)
        with pytest.raises(TimeoutError):
            listening.accept()
    assert READING["protocol_whitelist"] == "file"


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return FileStore(tmp_path / "store") if request.param == "folder" else MemoryStore()


OUTSIDE = [
    "../secret",
    "blobs/../../secret",
    "/etc/passwd",
    "file:///etc/passwd",
    "http://127.0.0.1/film.mkv",
    "s3://other/blobs/sha256/ab/cd",
    "blobs//sha256",
    "blobs/./x",
    "blobs\\..\\..\\secret",
    "tmp/half",
    "",
]


@pytest.mark.parametrize("uri", OUTSIDE)
def test_an_artifact_cannot_name_anything_but_the_blob_of_its_digest(store: Store, uri: str, tmp_path: Path) -> None:
    artifact = Artifact(uri, digest_bytes(b"film"), 4, "video/x-matroska")
    (tmp_path / "secret").write_bytes(b"film")
    with pytest.raises(InvalidRequest):
        require_there(store, artifact, "the film")
    with pytest.raises(CuegraphError):
        blobs.fetch(store, artifact, tmp_path / "fetched")
    assert not (tmp_path / "fetched").exists()
