"""Lineage over a store on disk, and the sound that a trace points to, cut out of a real film by a real shell."""

from __future__ import annotations

import array
import subprocess
import wave
from pathlib import Path

import pytest

from coordinator.lineage.depth import QUICK
from coordinator.lineage.reading import read_job
from coordinator.lineage.trace import trace
from coordinator.lineage.verify import verify, verify_all
from services.runtime.store.file import FileStore
from tests.jobs_in_memory import STAGES, JobWriter, write_job

HEARD = 0.1
"""Root mean square, of full scale 1, above which the tone of the film is playing."""


def film_with_tone(path: Path, start: float, end: float) -> Path:
    """A film of 8 s whose sound is silent but for a tone from `start` to `end`, in film time.

    A transport stream, as its first timestamp is not 0 and each stream begins at its own.
    """
    tone = f"sine=1000:duration=8,volume='if(between(t,{start},{end}),8,0)':eval=frame"
    picture = "testsrc=size=160x120:rate=25:duration=8"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone]
    subprocess.run([*command, "-c:v", "mpeg2video", "-c:a", "mp2", "-f", "mpegts", str(path)], check=True, timeout=60)
    return path


def loudness(path: Path) -> list[float]:
    """Root mean square of each 20 ms of a WAV file, full scale 1."""
    with wave.open(str(path)) as file:
        samples = array.array("h", file.readframes(file.getnframes()))
        length = file.getframerate() * file.getnchannels() // 50
    parts = [samples[start : start + length] for start in range(0, len(samples) - length + 1, length)]
    return [(sum(sample * sample for sample in part) / len(part)) ** 0.5 / 32768 for part in parts]


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "a store with 'quotes' and spaces")


def test_the_command_of_a_trace_cuts_out_what_is_heard_in_the_cue(store: FileStore, tmp_path: Path) -> None:
    spoken = write_job(store, "draft")
    span = trace(read_job(store, spoken.job), "2").span
    film = film_with_tone(tmp_path / "film.ts", span.start, span.end)
    writer = JobWriter(store, "film", film_bytes=film.read_bytes())
    writer.write(STAGES, {})
    command = trace(read_job(store, "film"), "2").listen.extract
    subprocess.run(command, shell=True, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    heard = loudness(tmp_path / "cue-2.wav")
    assert len(heard) / 50 == pytest.approx(span.end - span.start, abs=0.05)
    assert all(level > HEARD for level in heard[3:-3])


def test_a_job_on_disk_verifies_byte_by_byte(store: FileStore) -> None:
    write_job(store)
    report = verify(store, "film")
    assert report.findings == ()


def test_an_altered_blob_is_found_only_by_reading_it(store: FileStore) -> None:
    write_job(store)
    manifest = read_job(store, "film").commits
    blob = next(iter(manifest.values())).content
    assert blob is not None
    uri = blob.outputs[0].artifact.uri
    store.put(uri, store.get(uri)[:-1] + b"!")
    assert verify(store, "film", QUICK).ok
    assert [finding.code for finding in verify(store, "film").findings] == ["BLOB_ALTERED"]


def test_every_job_of_a_store_is_verified(store: FileStore) -> None:
    for number in range(20):
        write_job(store, f"job-{number:02d}")
    reports = list(verify_all(store, QUICK))
    assert len(reports) == 20
    assert all(report.ok for report in reports)
