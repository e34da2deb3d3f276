"""Films that are sent to the coordinators of a cluster, as clients do who know that any of them may be away."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import grpc

from coordinator.jobs import Jobs, JobState
from cuegraph.v1 import job_service_pb2, job_service_pb2_grpc
from services.runtime import wire
from services.runtime.artifact import digest_bytes
from services.runtime.store import blobs, keys
from tests.cluster.many_pods import PORT, Cluster
from tests.film import MEDIA, ffmpeg, sample_words

CALL_SECONDS = 20.0
AWAY = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED)
"""What a client tries again, and with another: it has not been told that its film was taken, nor that it never will."""
RECORDINGS = 4
"""Of each film that is one of many: some 20 s."""
SUBMIT_SECONDS = 180.0
"""A film must be taken by then: no part is away for so long."""


@dataclass
class Films:
    """Short films, each other bytes than the others, and the jobs that they became."""

    cluster: Cluster
    folder: Path
    jobs: list[str] = field(default_factory=list)
    """Names, in the order in which they were sent."""
    committed: dict[str, str] = field(default_factory=dict)
    """Digest of each commit when it was seen first, by key."""
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each job that has ended was seen to take."""

    def __post_init__(self) -> None:
        self._numbers, self._known = count(), Jobs(self.cluster.store)
        self._sent: dict[str, float] = {}

    def send(self, recordings: int = 1) -> str:
        """Sends the next film, so many recordings long, to whichever coordinator takes it; gives the job's name."""
        number = next(self._numbers)
        film = short_film(self.folder / f"film{number}.mkv", number, recordings)
        media = wire.artifact_to_proto(blobs.add_file(self.cluster.store, film, "video/x-matroska"))
        asked = job_service_pb2.JobRequest(
            workflow="transcribe", media=media, title=film.stem, source_language_code="en", no_cache=True
        )
        name = self._taken(job_service_pb2.CreateJobRequest(request=asked, request_id=str(uuid.uuid4())))
        self.jobs.append(name)
        self._sent[name] = time.monotonic()
        return name

    def under_way(self) -> list[str]:
        """The jobs that have not ended."""
        for name in self._sent.keys() - self.seconds.keys():
            if self._known.state(name).is_final:
                self.seconds[name] = time.monotonic() - self._sent[name]
        return [name for name in self.jobs if name not in self.seconds]

    def keep_at_work(self, wanted: int) -> None:
        """Sends as many as are missing to have so many under way."""
        for _ in range(wanted - len(self.under_way())):
            self.send(RECORDINGS)

    def look(self) -> None:
        """Notes the commits that are new."""
        for key in {key for name in self.jobs for key in self._commits(name)} - self.committed.keys():
            self.committed[key] = self._digest(key)

    def look_again(self) -> None:
        """Raises AssertionError if a commit is no longer what it was when it was seen first."""
        self.look()
        assert [key for key, digest in self.committed.items() if self._digest(key) != digest] == []

    def await_end(self, seconds: float) -> None:
        """Waits until every job has ended; fails if that takes longer."""
        deadline = time.monotonic() + seconds
        while left := self.under_way():
            assert time.monotonic() < deadline, f"{len(left)} jobs have not ended after {seconds:g} s: {left}"
            time.sleep(1.0)

    def states(self) -> dict[str, JobState]:
        return {name: self._known.state(name) for name in self.jobs}

    def _digest(self, key: str) -> str:
        return digest_bytes(self.cluster.store.get(key))

    def _commits(self, name: str) -> Iterator[str]:
        for key in self.cluster.store.list(keys.stages(name)):
            if key.endswith("/manifest.json") and "/attempts/" not in key:
                yield key

    def _taken(self, request: job_service_pb2.CreateJobRequest) -> str:
        deadline = time.monotonic() + SUBMIT_SECONDS
        while time.monotonic() < deadline:
            for place in filter(None, (it.place() for it in self.cluster.of("coordinator"))):
                name = create(place, request)
                if name is not None:
                    return name
            time.sleep(0.5)
        raise AssertionError(f"no coordinator took a film within {SUBMIT_SECONDS:g} s")


def create(place: str, request: job_service_pb2.CreateJobRequest) -> str | None:
    """Name of the job; None if the coordinator is away. Raises grpc.RpcError if it does not want the film."""
    with grpc.insecure_channel(f"{place}:{PORT}") as channel:
        jobs: Any = job_service_pb2_grpc.JobServiceStub(channel)
        try:
            created = jobs.CreateJob(request, timeout=CALL_SECONDS)
        except grpc.RpcError as error:
            call: Any = error  # what a call raises is the call itself
            if call.code() in AWAY:
                return None
            raise
        return str(created.job.name).removeprefix("jobs/")


def short_film(path: Path, number: int, recordings: int) -> Path:
    """Some of the sample readings one after the other, over pictures; the number makes it other bytes."""
    names = sorted(sample_words())
    chosen = [names[(number + n) % len(names)] for n in range(recordings)]
    sound = [word for name in chosen for word in ("-i", str(MEDIA / name))]
    joined = "".join(f"[{n + 1}:a]" for n in range(recordings)) + f"concat=n={recordings}:v=0:a=1[a]"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=size=64x48:rate=5", *sound, "-filter_complex", joined, "-map", "0:v",
        "-map", "[a]", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-shortest",
        "-metadata", f"title=film {number}", str(path),
    )  # fmt: skip
    return path
