"""Collects what a seal is over: every byte that it names is read now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from services.runtime import manifest as manifests
from services.runtime.artifact import digest_bytes
from services.runtime.manifest import Manifest
from services.runtime.store import keys
from services.runtime.store.base import Store

from ..folder import deliverables
from ..jobs import JobState
from ..records import JobRecord
from ..status import delivering
from .record import SealedFile, SealedLog, SealedManifest, SealRecord

_READERS = 8
"""Reads under way at once: a store behind a network answers each in milliseconds, and a job has dozens."""
_COMMIT = re.compile(r"jobs/[^/]+/stages/[^/]+/[^/]+/manifest\.json")
_EVIDENCE = re.compile(
    r"jobs/[^/]+/(?:rounds/\d+/(?:requested|cancel|quality|outcome|seal)|stages/.+/attempts/\d+/manifest\.dsse)\.json"
)

Contents = Mapping[str, bytes]


def collect(store: Store, job: JobRecord, number: int, state: JobState, time: datetime) -> SealRecord:
    """What the job wrote up to now, as the seal of a round that ended so. Raises InvalidDocument for a commit that is
    no manifest, and StoreError."""
    contents = _read(store, [key for key in store.list(f"jobs/{job.job}/") if _is_sealed(key)])
    attempts = {key: data for key, data in contents.items() if key.endswith("/manifest.json")}
    understood = {key: manifests.from_json(data) for key, data in attempts.items()}
    commits = [manifest for key, manifest in understood.items() if _COMMIT.fullmatch(key)]
    return SealRecord(
        job=job.job,
        round=number,
        outcome=state,
        time=time,
        job_digest=digest_bytes(contents[keys.job(job.job)]),
        manifests=tuple(_sealed(attempts)),
        deliverables=tuple(_files(job, commits)),
        logs=tuple(sorted({*_logs_of(understood.values()), *_pipeline_logs(contents)})),
        evidence=tuple(_sealed({key: data for key, data in contents.items() if _EVIDENCE.fullmatch(key)})),
    )


def _is_sealed(key: str) -> bool:
    kind = key.split("/")[2]
    return kind in ("job.json", "logs") or key.endswith("/manifest.json") or bool(_EVIDENCE.fullmatch(key))


def _read(store: Store, wanted: list[str]) -> Contents:
    with ThreadPoolExecutor(_READERS) as pool:
        return dict(zip(wanted, pool.map(store.get, wanted), strict=True))


def _sealed(contents: Contents) -> Iterator[SealedManifest]:
    return (SealedManifest(key, digest_bytes(contents[key])) for key in sorted(contents))


def _files(job: JobRecord, commits: Iterable[Manifest]) -> Iterator[SealedFile]:
    for name, output in deliverables(job, delivering(commits)):
        yield SealedFile(output.role, name, output.artifact.digest, output.artifact.size_bytes)


def _logs_of(attempts: Iterable[Manifest]) -> Iterator[SealedLog]:
    for attempt in attempts:
        for log in attempt.logs:
            yield SealedLog(log.artifact.uri, log.artifact.digest, log.artifact.size_bytes)


def _pipeline_logs(contents: Contents) -> Iterator[SealedLog]:
    for key, data in contents.items():
        if key.split("/")[2] == "logs":
            yield SealedLog(key, digest_bytes(data), len(data))
