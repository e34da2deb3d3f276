"""Reads a job out of the store, everything once: with `blobs`, the only part of lineage that does any I/O."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TypeVar

from services.documents import codec
from services.runtime import manifest as manifests
from services.runtime.artifact import Artifact, digest_bytes
from services.runtime.errors import InvalidDocument, InvalidRequest, ObjectNotFound
from services.runtime.manifest import Manifest
from services.runtime.store import keys
from services.runtime.store.base import Store

from ..garbage.tombstone import parse_tombstone
from ..records import JobRecord
from ..sealing.record import read_record
from .facts import Document, Found, FoundManifest, JobFacts
from .joins import KINDS
from .layout import JOBS, Place, is_note, is_signature, place_of

READERS = 8
"""Reads under way at once: a store behind a network answers each in milliseconds, and a job has dozens."""
_BATCH = 64
"""Jobs held at once when all are read: memory must not grow with the store."""

T = TypeVar("T")
Contents = Mapping[str, bytes | None]
"""Bytes by key; None where nothing lies."""


def read_job(store: Store, job: str) -> JobFacts:
    """Reads records, manifests, reused originals and documents of a job.

    Raises ObjectNotFound if the store has nothing of that job, StoreUnavailable if it does not answer.
    """
    with ThreadPoolExecutor(READERS) as pool:
        facts = _read_records(store, job, store.list(_prefix(job)), partial(_together, pool))
        if _is_nothing(facts):
            raise ObjectNotFound(f"there is no job {job!r} in {store.url}; see which there are: cuegraph jobs list")
        return _with_documents(facts, _together(pool, store, _document_keys(facts)))


def read_jobs(store: Store, after: str = "") -> Iterator[JobFacts]:
    """Every job of the store whose name comes after that one, one by one."""
    for job in store.folders(JOBS):
        if job > after:
            try:
                yield read_job(store, job)
            except ObjectNotFound:
                continue  # a folder of which nothing is left


def read_all_records(store: Store, after: str = "") -> Iterator[JobFacts]:
    """Every job of the store whose name comes after that one, without its documents, several jobs at a time."""

    def read(job: str) -> JobFacts:
        return _read_records(store, job, store.list(_prefix(job)), _one_by_one)

    with ThreadPoolExecutor(READERS) as pool:
        jobs = (job for job in store.folders(JOBS) if job > after)
        while batch := list(islice(jobs, _BATCH)):
            yield from (facts for facts in pool.map(read, batch) if not _is_nothing(facts))


def _is_nothing(facts: JobFacts) -> bool:
    return facts.record is None and facts.tombstone is None and not facts.manifests and not facts.began


def _prefix(job: str) -> str:
    return f"{JOBS}{job}/"


def _read_records(
    store: Store, job: str, listed: Iterable[str], read: Callable[[Store, Iterable[str]], Contents]
) -> JobFacts:
    present = tuple(listed)
    staged = [key for key in present if key.startswith(keys.stages(job))]
    places = {key: place_of(key) for key in staged}
    written = [key for key, place in places.items() if place and place.is_manifest]
    contents = read(store, [*written, *({keys.job(job), keys.seal(job), keys.erased(job)} & set(present))])
    found = _found_manifests(places, contents)
    return JobFacts(
        job=job,
        store_url=store.url,
        record=_found(keys.job(job), contents, JobRecord.from_json),
        seal=_found(keys.seal(job), contents, read_record),
        manifests=found,
        began=tuple(place for place in places.values() if place and not place.is_manifest),
        signatures=tuple(filter(is_signature, staged)),
        beside=tuple(key for key in present if not key.startswith(keys.stages(job))),
        strangers=tuple(key for key, place in places.items() if place is None and not _is_known(key)),
        originals=_originals(found, read(store, _reused_keys(found))),
        tombstone=_found(keys.erased(job), contents, parse_tombstone),
    )


def _found_manifests(places: Mapping[str, Place | None], contents: Contents) -> tuple[FoundManifest, ...]:
    """A commit repeats the bytes of its attempt: equal bytes are read and understood once."""
    understood: dict[str, Found[Manifest]] = {}
    found = []
    for key, place in places.items():
        data = contents.get(key)
        if place is None or data is None:
            continue
        digest = digest_bytes(data)
        if digest not in understood:
            understood[digest] = _understand(key, data, manifests.from_json)
        one = understood[digest]
        found.append(FoundManifest(key, digest, one.content, one.problem, one.schema, place=place))
    return tuple(found)


def _found(key: str, contents: Contents, parse: Callable[[bytes], T]) -> Found[T] | None:
    data = contents.get(key)
    return None if data is None else _understand(key, data, parse)


def _understand(key: str, data: bytes, parse: Callable[[bytes], T]) -> Found[T]:
    try:
        return Found(key, digest_bytes(data), parse(data))
    except InvalidDocument as error:
        return Found(key, digest_bytes(data), None, str(error), _schema_of(data))


def _schema_of(data: bytes) -> str:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return ""
    return str(said.get("schema", "")) if isinstance(said, dict) else ""


def _is_known(key: str) -> bool:
    return is_note(key) or is_signature(key)


def _reused_keys(found: Iterable[FoundManifest]) -> list[str]:
    reused = (one.content.reused for one in found if one.content)
    return sorted({original.uri for original in reused if original and original.uri})


def _originals(found: Iterable[FoundManifest], contents: Contents) -> Mapping[str, Found[Manifest] | None]:
    return {key: _found(key, contents, manifests.from_json) for key in _reused_keys(found)}


def _documents(facts: JobFacts) -> dict[str, Artifact]:
    """Those that steps wrote, and the one that the job is about."""
    outputs = (output for commit in facts.commits.values() if commit.content for output in commit.content.outputs)
    subject = (facts.job_record.media.artifact,) if facts.job_record else ()
    artifacts = (*subject, *(output.artifact for output in outputs))
    return {artifact.digest: artifact for artifact in artifacts if artifact.media_type in KINDS}


def _document_keys(facts: JobFacts) -> list[str]:
    return [keys.blob(digest) for digest in _documents(facts)]


def _with_documents(facts: JobFacts, contents: Contents) -> JobFacts:
    documents: dict[str, Document] = {}
    problems: dict[str, str] = {}
    for digest, artifact in _documents(facts).items():
        data = contents.get(keys.blob(digest))
        if data is None or digest_bytes(data) != digest:
            continue
        try:
            documents[digest] = codec.from_json(KINDS[artifact.media_type], data)
        except codec.DocumentError as error:
            problems[digest] = str(error)
    return replace(facts, documents=documents, document_problems=problems)


def _read(store: Store, key: str) -> bytes | None:
    try:
        return store.get(key)
    except (ObjectNotFound, InvalidRequest):
        return None  # InvalidRequest: a forged record may name what can be no key


def _one_by_one(store: Store, wanted: Iterable[str]) -> Contents:
    return {key: _read(store, key) for key in wanted}


def _together(pool: ThreadPoolExecutor, store: Store, wanted: Iterable[str]) -> Contents:
    listed = list(wanted)
    return dict(zip(listed, pool.map(partial(_read, store), listed), strict=True))
